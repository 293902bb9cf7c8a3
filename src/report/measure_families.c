/* SPDX-License-Identifier: Apache-2.0 */
/* Which measures there are. */
#include "report/measure.h"

#include <string.h>

#define N(list) ((uint32_t)(sizeof(list) / sizeof((list)[0])))

static const struct measure_stat calls[] = {
	{"mean", "perSecond", MEASURE_RATE, SUM_ADD, "mean rate of the cluster"},
	{"perNode", "perSecondPerNode", MEASURE_RATE, SUM_ADD, "mean rate of a node"},
	{"peak", "peakSecond", MEASURE_RATE, SUM_ALONE,
		"in the cluster's busiest second of the one call; of all requests see "
		"api.load"},
	{"count", "count", MEASURE_COUNT, SUM_ADD, "in the measured time"},
	{"bytes", "bytesPerSecond", MEASURE_BYTES, SUM_ADD,
		"of the answers of which the models know the size"},
};
static const struct measure_stat times[] = {
	{"mean", "mean", MEASURE_SECONDS, SUM_HIST, "mean"},
	{"p50", "p50", MEASURE_SECONDS, SUM_HIST, "median"},
	{"p90", "p90", MEASURE_SECONDS, SUM_HIST, "90 % are within it"},
	{"p99", "p99", MEASURE_SECONDS, SUM_HIST, "99 % are within it"},
	{"max", "max", MEASURE_SECONDS, SUM_HIST, "the longest"},
	{"count", "count", MEASURE_COUNT, SUM_HIST, "how many"},
};
static const struct measure_stat elsewhere[] = {
	{"full", "full", MEASURE_NUMBER, SUM_MAX,
		"share of the limit that was sent, of the fullest"},
	{"mean", "perSecond", MEASURE_RATE, SUM_ALONE, "sent past it"},
};
static const struct measure_stat load[] = {
	{"peak", "peak", MEASURE_RATE, SUM_MAX, "in the cluster's busiest second"},
};
static const struct measure_stat tries[] = {
	{"offered", "offered", MEASURE_COUNT, SUM_ADD, "that somebody wanted to send"},
	{"throttled", "throttled", MEASURE_COUNT, SUM_ADD, "waited in the client's limiter"},
	{"sent", "sent", MEASURE_COUNT, SUM_ADD, "left for the server, every try"},
	{"rejected", "rejected", MEASURE_COUNT, SUM_ADD, "answered with 429"},
	{"retried", "retried", MEASURE_COUNT, SUM_ADD, "tries again"},
	{"failed", "failed", MEASURE_COUNT, SUM_ADD, "whose caller has the error"},
	{"givenUp", "givenUp", MEASURE_COUNT, SUM_ADD, "ended by the client's own timeout"},
	{"waitedForStream", "waitedForStream", MEASURE_COUNT, SUM_ADD,
		"found no stream on the only connection"},
	{"inFlight", "inFlight", MEASURE_COUNT, SUM_ADD, "not over at the end"},
};
static const struct measure_stat server[] = {
	{"utilization", "utilization", MEASURE_NUMBER, SUM_ALONE,
		"share of processor time in use, 0 to 1"},
	{"utilizationPeak", "utilizationPeak", MEASURE_NUMBER, SUM_ALONE,
		"the same in the busiest second"},
	{"inside", "requestsInside.mean", MEASURE_NUMBER, SUM_ALONE, "requests, in the mean"},
	{"insideMax", "requestsInside.max", MEASURE_COUNT, SUM_ALONE,
		"requests in one server, at most"},
	{"told", "watchers.toldPerSecond", MEASURE_RATE, SUM_ALONE,
		"changes that watchers are told of"},
	{"telling", "watchers.utilization", MEASURE_NUMBER, SUM_ALONE,
		"share of processor time that takes, 0 to 1"},
	{"toldLate", "watchers.lateSeconds.mean", MEASURE_SECONDS, SUM_ALONE,
		"from a write to its being told"},
};
static const struct measure_stat ending[] = {
	{"settled", "settled", MEASURE_NUMBER, SUM_ALONE, "1 or 0: the result's verdict"},
	{"unanswered", "unanswered", MEASURE_COUNT, SUM_ALONE, "tries that came to nothing"},
	{"podsStarting", "podsStarting", MEASURE_COUNT, SUM_ALONE,
		"nobody was told that they run"},
	{"podsWaiting", "podsWaiting", MEASURE_COUNT, SUM_ALONE,
		"of these, for 30 s and since before the last tenth"},
	{"watchesWaiting", "watchesWaiting", MEASURE_COUNT, SUM_ALONE,
		"that should be open and are not"},
};
static const struct measure_stat levels[] = {
	{"seats", "seatsInUse.mean", MEASURE_NUMBER, SUM_ADD, "in use, in the mean"},
	{"seatsMax", "seatsInUse.max", MEASURE_COUNT, SUM_ALONE, "in use, at most"},
	{"queued", "queued.mean", MEASURE_NUMBER, SUM_ADD, "requests that wait, in the mean"},
	{"queuedMax", "queued.max", MEASURE_COUNT, SUM_ALONE, "that wait, at most"},
	{"dispatched", "dispatched", MEASURE_COUNT, SUM_ADD, "requests that got a seat"},
	{"rejected", "rejected", MEASURE_COUNT, SUM_ADD, "found neither seat nor queue"},
	{"expired", "expired", MEASURE_COUNT, SUM_ADD, "waited too long"},
};
static const struct measure_stat slo[] = {
	{"p99", "p99Seconds", MEASURE_SECONDS, SUM_ALONE, "99 % are within it"},
	{"slowestP99", "slowestP99Seconds", MEASURE_SECONDS, SUM_MAX,
		"the same of the slowest class of calls"},
	{"failed", "failed", MEASURE_COUNT, SUM_ADD, "calls whose caller has the error"},
	{"failing", "failingShare", MEASURE_NUMBER, SUM_MAX,
		"share of the callers of the class that fails most, 0 to 1"},
	{"met", "met", MEASURE_NUMBER, SUM_ALONE, "1 or 0"},
};
static const struct measure_stat records[] = {
	{"count", "recordsListed", MEASURE_COUNT, SUM_ALONE, "container records listed"},
};
static const struct measure_stat watch_events[] = {
	{"count", "watchEvents", MEASURE_COUNT, SUM_ALONE, "told on watches of objects"},
};
static const struct measure_stat count[] = {
	{"count", "count", MEASURE_COUNT, SUM_ALONE, "how many"},
};
static const struct measure_stat pods[] = {
	{"started", "started", MEASURE_COUNT, SUM_ALONE, "whose containers were started"},
	{"removed", "removed", MEASURE_COUNT, SUM_ALONE, "deleted from the API server"},
};
static const struct measure_stat watches[] = {
	{"open", "open", MEASURE_COUNT, SUM_ALONE, "all, at the end"},
	{"ofObjects", "ofObjects", MEASURE_COUNT, SUM_ALONE, "of secrets and configmaps"},
};
static const struct measure_stat objects[] = {
	{"distinctPerNode", "distinctPerNode", MEASURE_NUMBER, SUM_ALONE,
		"that pods of a node refer to"},
	{"sharingFactor", "sharingFactor", MEASURE_NUMBER, SUM_ALONE,
		"references to an object"},
};
static const struct measure_stat health[] = {
	{"notReadyNodes", "notReadyNodes", MEASURE_COUNT, SUM_ALONE, "at some time"},
	{"notReadyByPleg", "notReadyByPleg", MEASURE_COUNT, SUM_ALONE,
		"because the PLEG was not healthy"},
	{"notReadyByHeartbeat", "notReadyByHeartbeat", MEASURE_COUNT, SUM_ALONE,
		"because heartbeats were late"},
	{"unhealthyNodes", "unhealthyNodes", MEASURE_COUNT, SUM_ALONE,
		"whose PLEG is not healthy at the end"},
	{"connectionsClosed", "connectionsClosed", MEASURE_COUNT, SUM_ALONE,
		"that were there, by kubelets whose heartbeats failed twice"},
	{"eventsDropped", "eventsDropped", MEASURE_COUNT, SUM_ALONE, "events not sent"},
	{"plegEventsDropped", "plegEventsDropped", MEASURE_COUNT, SUM_ALONE,
		"that the full channel dropped"},
	{"pullsRefused", "pullsRefused", MEASURE_COUNT, SUM_ALONE,
		"image pulls that the kubelet's registry limiter refused"},
};

static const struct measure_stat design_calls[] = {
	{"perNode", "callsPerSecondPerNode", MEASURE_RATE, SUM_ALONE, "to find out changes"},
	{"mean", "callsPerSecondCluster", MEASURE_RATE, SUM_ALONE, "the same, of the cluster"},
	{"wholeKubelet", "wholeKubeletPerNode", MEASURE_RATE, SUM_ALONE, "all, of a node"},
	{"closedForm", "closedFormPerNode", MEASURE_RATE, SUM_ALONE,
		"perNode by the closed form"},
	{"records", "recordsPerSecondPerNode", MEASURE_RATE, SUM_ALONE, "listed, of a node"},
};
static const struct measure_stat detection[] = {
	{"mean", "detectionSeconds.mean", MEASURE_SECONDS, SUM_ALONE, "mean"},
	{"p99", "detectionSeconds.p99", MEASURE_SECONDS, SUM_ALONE, "99 % are within it"},
};
static const struct measure_stat cpu[] = {
	{"kubelet", "cpuCoresPerNode.kubelet", MEASURE_CORES, SUM_ALONE,
		"that finding out adds to the kubelet"},
	{"runtime", "cpuCoresPerNode.runtime", MEASURE_CORES, SUM_ALONE, "of the runtime"},
	{"runtimeAdded", "cpuCoresPerNode.runtimeAdded", MEASURE_CORES, SUM_ALONE,
		"that finding out adds to it"},
};
static const struct measure_stat design_requests[] = {
	{"mean", "requestsPerSecond.mean", MEASURE_RATE, SUM_ALONE, "mean rate of the cluster"},
	{"peak", "requestsPerSecond.peak", MEASURE_RATE, SUM_ALONE, "in the busiest second"},
	{"gets", "getsPerSecond", MEASURE_RATE, SUM_ALONE, "GETs alone"},
	{"reopens", "reopensPerSecond", MEASURE_RATE, SUM_ALONE, "watches opened"},
	{"closedForm", "closedForm", MEASURE_RATE, SUM_ALONE, "mean by the closed form"},
	{"openWatches", "openWatches", MEASURE_COUNT, SUM_ALONE, "at the end"},
};
static const struct measure_stat staleness[] = {
	{"mean", "stalenessSeconds.mean", MEASURE_SECONDS, SUM_ALONE, "mean"},
	{"p99", "stalenessSeconds.p99", MEASURE_SECONDS, SUM_ALONE, "99 % are within it"},
};
static const struct measure_stat burst[] = {
	{"p50", "runningSeconds.p50", MEASURE_SECONDS, SUM_ALONE, "median pod"},
	{"max", "runningSeconds.max", MEASURE_SECONDS, SUM_ALONE, "last pod"},
};

static const struct measure_stat toll[] = {
	{"mean", "afterPerSecond", MEASURE_RATE, SUM_ALONE,
		"of the cluster, with the features"},
	{"perNode", "afterPerSecondPerNode", MEASURE_RATE, SUM_ALONE, "the same of a node"},
	{"before", "beforePerSecond", MEASURE_RATE, SUM_ALONE, "the kubelet alone"},
};
static const struct measure_stat limiters[] = {
	{"full", "full", MEASURE_NUMBER, SUM_MAX,
		"share of the limit that is asked for, of the fullest"},
	{"mean", "withFeaturesPerSecond", MEASURE_RATE, SUM_ALONE,
		"that is asked of a node's, or of one for the cluster"},
	{"waits", "waitsSeconds", MEASURE_SECONDS, SUM_ALONE, "the last of a round"},
};
static const struct measure_stat validated[] = {
	{"coverage", "coverage", MEASURE_NUMBER, SUM_ALONE, "share of rows within"},
	{"rowsWithin", "rowsWithin", MEASURE_COUNT, SUM_ALONE, "rows within their interval"},
	{"rowsTotal", "rowsTotal", MEASURE_COUNT, SUM_ALONE, "rows that count calls"},
};
static const struct measure_stat validated_rows[] = {
	{"simulated", "simulated", MEASURE_NUMBER, SUM_ALONE, "mean over the seeds"},
	{"recorded", "recorded", MEASURE_NUMBER, SUM_ALONE, "as recorded"},
};

static const struct measure_stat agreed[] = {
	{"rowsAgree", "rowsAgree", MEASURE_COUNT, SUM_ALONE, "calls that agree"},
	{"rowsWithin", "rowsWithin", MEASURE_COUNT, SUM_ALONE, "calls within their interval"},
	{"rowsTotal", "rowsTotal", MEASURE_COUNT, SUM_ALONE, "calls"},
	{"agrees", "agrees", MEASURE_NUMBER, SUM_ALONE, "1 or 0: all calls do"},
};
static const struct measure_stat agreed_calls[] = {
	{"closedForm", "closedForm", MEASURE_COUNT, SUM_ADD, "by formula"},
	{"simulated", "simulated", MEASURE_COUNT, SUM_ADD, "in virtual time"},
	{"live", "live", MEASURE_COUNT, SUM_ADD, "over real sockets"},
	{"difference", "difference", MEASURE_NUMBER, SUM_ADD, "live less simulated"},
};
static const struct measure_stat agreed_live[] = {
	{"lagP99", "lagP99Seconds", MEASURE_SECONDS, SUM_ALONE, "99 % of turns came no later"},
	{"requests", "requests", MEASURE_COUNT, SUM_ALONE, "answered or failed"},
	{"errors", "errors", MEASURE_COUNT, SUM_ALONE, "of them, failed"},
};

#define RUNTIME_LABELS                                                                         \
	{                                                                                      \
		{"operation", "operation"}, {"method", "method"}, {"code", "code"},            \
		{                                                                              \
			"inMetric", "inMetric"                                                 \
		}                                                                              \
	}
#define API_LABELS                                                                             \
	{                                                                                      \
		{"client", "client"}, {"verb", "verb"}, {"resource", "resource"},              \
		{                                                                              \
			"code", "code"                                                         \
		}                                                                              \
	}
#define DESIGN_LABELS                                                                          \
	{                                                                                      \
		{"design", "design"}, {"podsPerNode", "podsPerNode"},                          \
		{                                                                              \
			"ttlSeconds", "ttlSeconds"                                             \
		}                                                                              \
	}
#define LIST(kind_, name_, path_, hist_, class_, stats_, help_, ...)                           \
	{                                                                                      \
		(kind_), (name_), (path_), (hist_), (class_), __VA_ARGS__, (stats_),           \
			N(stats_), (help_)                                                     \
	}
#define ONE(name_, path_, class_, stats_, help_)                                               \
	LIST("Result", name_, path_, NULL, class_, stats_, help_, {{NULL, NULL}})
#define TIMES(name_, path_, help_)                                                             \
	LIST("Result", name_, path_, "", MEASURE_CALIBRATED, times, help_, {{NULL, NULL}})

const struct measure_family measure_families[] = {
	LIST("Result", "runtime.calls", "runtime", NULL, MEASURE_COUNTED, calls,
		"calls to the container runtime", RUNTIME_LABELS),
	LIST("Result", "runtime.latency", "runtime", "latencySeconds", MEASURE_CALIBRATED,
		times, "how long they took", RUNTIME_LABELS),
	ONE("runtime.records", "", MEASURE_COUNTED, records, "what the runtime listed"),
	LIST("Result", "api.requests", "api", NULL, MEASURE_COUNTED, calls,
		"requests to the API server", API_LABELS),
	LIST("Result", "api.latency", "api", "latencySeconds", MEASURE_CALIBRATED, times,
		"from a kubelet's wish to send one to its answer", API_LABELS),
	LIST("Result", "api.limiter", "api", "limiterSeconds", MEASURE_CALIBRATED, times,
		"of that, in the limiter of who makes it", API_LABELS),
	LIST("Result", "limiters", "limiters", NULL, MEASURE_COUNTED, elsewhere,
		"of clients that are one for the cluster, which are not simulated",
		{{"client", "client"}}),
	LIST("Result", "api.tries", "requests", NULL, MEASURE_COUNTED, tries,
		"what became of requests",
		{{"client", "client"}, {"verb", "verb"}, {"resource", "resource"}}),
	ONE("api.load", "series.requests", MEASURE_COUNTED, load, "all requests together"),
	ONE("api.watchEvents", "", MEASURE_COUNTED, watch_events, "events of objects"),
	LIST("Result", "apiserver", "apiserver", NULL, MEASURE_CALIBRATED, server,
		"servers that kubelets share", {{NULL, NULL}}),
	LIST("Result", "apiserver.levels", "apiserver.levels", NULL, MEASURE_CALIBRATED, levels,
		"who is let in there", {{"level", "name"}}),
	LIST("Result", "slo", "slo", NULL, MEASURE_CALIBRATED, slo, "Kubernetes' objectives",
		{{"objective", "name"}}),
	TIMES("podStart", "pods.startedSeconds.seenRunning",
		"from a pod's creation until a watcher is told that it runs"),
	LIST("Result", "podStart.steps", "pods.startBudget", "seconds", MEASURE_CALIBRATED,
		times, "what that was spent on", {{"step", "step"}}),
	TIMES("podStart.worker", "pods.startedSeconds.worker",
		"from a pod's creation until its worker has it"),
	TIMES("podStart.volumesMounted", "pods.startedSeconds.volumesMounted",
		"until its volumes are mounted"),
	TIMES("podStart.sandboxRuns", "pods.startedSeconds.sandboxRuns",
		"until its sandbox runs"),
	TIMES("podStart.containersStarted", "pods.startedSeconds.containersStarted",
		"until all its containers are started"),
	TIMES("podRunning", "pods.runningSeconds",
		"from a pod's creation to its last status patch"),
	TIMES("podBurst", "pods.burstSeconds",
		"from when a node's pods are created at once until all are seen running"),
	TIMES("podGone.stopped", "pods.removedSeconds.stopped",
		"from the request to delete a pod until nothing of it runs"),
	TIMES("podGone.cleanedUp", "pods.removedSeconds.cleanedUp",
		"until nothing of it is left in the runtime"),
	TIMES("podGone", "pods.goneSeconds",
		"from the request to delete a pod to the kubelet's final DELETE"),
	ONE("pods", "pods", MEASURE_COUNTED, pods, "started and removed"),
	ONE("relist", "relist", MEASURE_COUNTED, count, "of the PLEG"),
	TIMES("relist.duration", "relist.durationSeconds", "how long a relist took"),
	TIMES("relist.interval", "relist.intervalSeconds", "from start to start"),
	TIMES("detection", "detectionSeconds",
		"from a container's death to the kubelet's knowing"),
	TIMES("staleness", "stalenessSeconds",
		"from an object's change to the pod's volume showing it"),
	ONE("watches", "watches", MEASURE_COUNTED, watches, "that are open"),
	ONE("objects", "objects", MEASURE_COUNTED, objects, "secrets and configmaps"),
	ONE("health", "health", MEASURE_CALIBRATED, health, "what went wrong"),
	ONE("ending", "ending", MEASURE_CALIBRATED, ending,
		"whether it had settled when the run was over"),

	LIST("Agreement", "agreement", "", NULL, MEASURE_COUNTED, agreed,
		"closed form, virtual time and real sockets", {{NULL, NULL}}),
	LIST("Agreement", "calls", "rows", NULL, MEASURE_COUNTED, agreed_calls,
		"one script in the three of them",
		{{"source", "source"}, {"call", "call"}, {"client", "client"},
			{"inMetric", "inMetric"}, {"code", "code"}}),
	LIST("Agreement", "live", "live", NULL, MEASURE_CALIBRATED, agreed_live,
		"how the live run went", {{NULL, NULL}}),

	LIST("Contrast", "runtime.calls", "runtime", NULL, MEASURE_COUNTED, design_calls,
		"calls to the container runtime", DESIGN_LABELS),
	LIST("Contrast", "detection", "runtime", NULL, MEASURE_CALIBRATED, detection,
		"from a container's death to the kubelet's knowing", DESIGN_LABELS),
	LIST("Contrast", "cpu", "runtime", NULL, MEASURE_CALIBRATED, cpu, "cores of a node",
		DESIGN_LABELS),
	LIST("Contrast", "objects.requests", "objects", NULL, MEASURE_COUNTED, design_requests,
		"requests for secrets", DESIGN_LABELS),
	LIST("Contrast", "staleness", "objects", NULL, MEASURE_CALIBRATED, staleness,
		"from an object's change to the pod's volume showing it", DESIGN_LABELS),
	LIST("Contrast", "burst", "burst", NULL, MEASURE_CALIBRATED, burst,
		"from creation to running, of pods created at once", DESIGN_LABELS),

	LIST("Estimate", "toll", "totals", NULL, MEASURE_COUNTED, toll,
		"all calls of nodes, of api or runtime", {{"of", "of"}, {"nodes", "nodes"}}),
	LIST("Estimate", "limiters", "limiters", NULL, MEASURE_COUNTED, limiters,
		"clients that the features' requests pass",
		{{"client", "client"}, {"of", "of"}, {"nodes", "nodes"}}),

	LIST("Validation", "validation", "", NULL, MEASURE_COUNTED, validated,
		"recorded beside simulated", {{NULL, NULL}}),
	LIST("Validation", "rows", "rows", NULL, MEASURE_COUNTED, validated_rows,
		"calls of a phase; seconds where the source is latency",
		{{"node", "node"}, {"phase", "phase"}, {"source", "source"}, {"call", "call"}}),
};
const uint32_t measure_n_families = N(measure_families);

const char *measure_holds_field(const struct measure *m)
{
	static const struct {
		const struct measure_stat *of;
		const char *holds;
	} fields[] = {{&toll[0], "holds"}, {&toll[1], "holds"}, {&toll[2], "beforeHolds"},
		{&limiters[0], "holds"}, {&limiters[1], "holds"}};

	for (uint32_t i = 0; i < N(fields); i++)
		if (fields[i].of == m->stat)
			return fields[i].holds;
	return NULL;
}

bool measure_is_case(const struct measure_family *f, unsigned label)
{
	return !strcmp(f->kind, "Contrast") ||
	       (!strcmp(f->kind, "Estimate") && !strcmp(f->label[label].name, "nodes"));
}
