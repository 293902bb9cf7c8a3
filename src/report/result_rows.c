/* SPDX-License-Identifier: Apache-2.0 */
/* Columns and rows of a Result's tables. */
#include <string.h>

#include "report/result_priv.h"

#define N(list) (sizeof(list) / sizeof((list)[0]))

#define RATES_AND_TIMES                                                                        \
	{"perSecond", "per\nsecond", CELL_RATE, NULL},                                         \
		{"perSecondPerNode", "and\nnode", CELL_RATE, NULL},                            \
		{"peakSecond", "peak\nsecond", CELL_COUNT, NULL},                              \
		{"bytesPerSecond", "bytes\n/s", CELL_RATE, NULL},                              \
		{"latencySeconds.mean", "mean\nlatency", CELL_SECONDS, NULL},                  \
	{                                                                                      \
		"latencySeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL                       \
	}
static const struct column runtime_list[] = {
	{"operation", "operation_type", CELL_TEXT, NULL},
	{"code", "code", CELL_TEXT, NULL},
	{"inMetric", "in\nmetric", CELL_YES_NO, NULL},
	{"count", "calls", CELL_COUNT, NULL},
	RATES_AND_TIMES,
};
static const struct column api_list[] = {
	{"verb", "verb", CELL_TEXT, NULL},
	{"resource", "resource", CELL_TEXT, NULL},
	{"code", "code", CELL_TEXT, NULL},
	{"client", "client", CELL_TEXT, NULL},
	{"count", "requests", CELL_COUNT, NULL},
	RATES_AND_TIMES,
	{"limiterSeconds.mean", "mean in\nlimiter", CELL_SECONDS, NULL},
	{"limiterSeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
};
static const struct column request_list[] = {
	{"verb", "verb", CELL_TEXT, NULL},
	{"resource", "resource", CELL_TEXT, NULL},
	{"client", "client", CELL_TEXT, NULL},
	{"offered", "offered", CELL_COUNT, NULL},
	{"throttled", "throttled", CELL_COUNT, NULL},
	{"waitedForStream", "no\nstream", CELL_COUNT, NULL},
	{"sent", "sent", CELL_COUNT, NULL},
	{"rejected", "rejected", CELL_COUNT, NULL},
	{"retried", "retried", CELL_COUNT, NULL},
	{"failed", "failed", CELL_COUNT, NULL},
	{"inFlight", "under\nway", CELL_COUNT, NULL},
};
static const struct column level_list[] = {
	{"name", "level", CELL_TEXT, NULL},
	{"seats", "seats", CELL_COUNT, "no limit"},
	{"seatsInUse.mean", "in use,\nmean", CELL_RATE, NULL},
	{"seatsInUse.max", "at\nmost", CELL_COUNT, NULL},
	{"queued.mean", "queued,\nmean", CELL_RATE, NULL},
	{"queued.max", "at\nmost", CELL_COUNT, NULL},
	{"dispatched", "dispatched", CELL_COUNT, NULL},
	{"waited", "waited", CELL_COUNT, NULL},
	{"rejected", "rejected", CELL_COUNT, NULL},
	{"expired", "expired", CELL_COUNT, NULL},
	{"abandoned", "hung\nup", CELL_COUNT, NULL},
};
static const struct column slo_list[] = {
	{"name", "objective", CELL_TEXT, NULL},
	{"objectiveSeconds", "within", CELL_SECONDS, NULL},
	{"count", "count", CELL_COUNT, NULL},
	{"p99Seconds", "99 %\nwithin", CELL_SECONDS, NULL},
	{"slowestP99Seconds", "of the\nslowest class", CELL_SECONDS, ""},
	{"slowestVerb", "", CELL_TEXT, ""},
	{"slowestResource", "", CELL_TEXT, ""},
	{"met", "", CELL_TEXT, "not measured"},
};
static const struct column budget_list[] = {
	{"step", "spent on", CELL_TEXT, NULL},
	{"seconds.mean", "mean", CELL_SECONDS, NULL},
	{"seconds.p50", "p50", CELL_SECONDS, NULL},
	{"seconds.p90", "p90", CELL_SECONDS, NULL},
	{"seconds.p99", "p99", CELL_SECONDS, NULL},
	{"seconds.max", "max", CELL_SECONDS, NULL},
};
static const struct column span_list[] = {
	{"name", "time", CELL_TEXT, NULL},
	{"count", "count", CELL_COUNT, NULL},
	{"mean", "mean", CELL_SECONDS, NULL},
	{"p50", "p50", CELL_SECONDS, NULL},
	{"p90", "p90", CELL_SECONDS, NULL},
	{"p99", "p99", CELL_SECONDS, NULL},
	{"max", "max", CELL_SECONDS, NULL},
};
static const struct column limit_list[] = {
	{"name", "objective", CELL_TEXT, NULL},
	{"vary", "varied", CELL_TEXT, NULL},
	{"holdsTo", "holds\nto", CELL_COUNT, "with none"},
	{"breaksAt", "breaks\nat", CELL_COUNT, ""},
	{"triedTo", "tried\nto", CELL_COUNT, NULL},
	{"pods", "pods of the\ncluster then", CELL_COUNT, NULL},
	{"nodes", "tried on\nnodes", CELL_COUNT, "as varied"},
};
const struct columns result_runtime_columns = COLUMNS_OF(runtime_list);
const struct columns result_api_columns = COLUMNS_OF(api_list);
const struct columns result_request_columns = COLUMNS_OF(request_list);
const struct columns result_level_columns = COLUMNS_OF(level_list);
const struct columns result_slo_columns = COLUMNS_OF(slo_list);
const struct columns result_limit_columns = COLUMNS_OF(limit_list);
const struct columns result_budget_columns = COLUMNS_OF(budget_list);
const struct columns result_span_columns = COLUMNS_OF(span_list);

static const struct {
	const char *key;
	const char *name;
} spans[] = {
	{"relist.durationSeconds", "relist"},
	{"relist.intervalSeconds", "from relist to relist"},
	{"detectionSeconds", "container's death to its being known"},
	{"stalenessSeconds", "object's change to the pod's volume"},
	{"pods.startedSeconds.worker", "pod created to worker"},
	{"pods.startedSeconds.volumesMounted", "pod created to volumes mounted"},
	{"pods.startedSeconds.sandboxRuns", "pod created to sandbox"},
	{"pods.startedSeconds.containersStarted", "pod created to containers started"},
	{"pods.startedSeconds.seenRunning", "pod created to seen running"},
	{"pods.runningSeconds", "pod created to its last status"},
	{"pods.burstSeconds", "all of a node's pods seen running"},
	{"pods.completedSeconds", "pod's last exit to its being seen completed"},
	{"pods.removedSeconds.stopped", "pod deleted to nothing of it running"},
	{"pods.removedSeconds.cleanedUp", "pod deleted to nothing left of it"},
	{"pods.goneSeconds", "pod deleted to gone"},
};

struct json *result_span_rows(const struct json *result)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < N(spans); i++) {
		const struct json *h = table_value(result, spans[i].key);
		struct json *row;

		if (json_as_num(json_get(h, "count")) <= 0)
			continue;
		row = json_object();
		json_put_str(row, "name", spans[i].name);
		for (const struct json *f = json_child(h); f; f = json_next(f))
			json_put(row, json_key(f), json_clone(f));
		json_append(rows, row);
	}
	return rows;
}

/* Rows of a list of which some field is not zero. */
static struct json *rows_with(const struct json *list, const char *const *fields, size_t n)
{
	struct json *rows = json_array();

	for (const struct json *row = json_child(list); row; row = json_next(row)) {
		bool any = false;

		for (size_t i = 0; i < n; i++)
			any |= json_as_num(json_get(row, fields[i])) > 0;
		if (any)
			json_append(rows, json_clone(row));
	}
	return rows;
}

struct json *result_request_rows(const struct json *result)
{
	static const char *const fields[] = {
		"throttled", "waitedForStream", "rejected", "retried", "failed"};

	return rows_with(json_get(result, "requests"), fields, N(fields));
}

struct json *result_level_rows(const struct json *result)
{
	static const char *const fields[] = {"dispatched", "rejected", "expired", "abandoned"};

	return rows_with(table_value(result, "apiserver.levels"), fields, N(fields));
}

static void put_objective(struct json *row, const struct json *name)
{
	static const char *const words[][2] = {
		{"apiCalls", "API calls"},
		{"namespaceLists", "lists of a namespace"},
		{"clusterLists", "lists of the cluster"},
		{"podStarts", "pod starts without images"},
	};

	for (size_t i = 0; i < N(words); i++)
		if (!strcmp(words[i][0], json_as_str(name)))
			json_put_str(row, "name", words[i][1]);
}

struct json *result_limit_rows(const struct json *result)
{
	struct json *rows = json_array();

	for (const struct json *v = json_child(json_get(result, "sloLimits")); v;
		v = json_next(v)) {
		static const char *const keys[] = {
			"holdsTo", "breaksAt", "triedTo", "pods", "nodes", "nodesMeet"};
		bool nodes = !strcmp(json_as_str(json_get(v, "vary")), "nodes");
		struct json *row = json_object();

		put_objective(row, json_get(v, "name"));
		json_put_str(row, "vary", nodes ? "nodes" : "pods a node");
		for (size_t i = 0; i < N(keys); i++)
			if (json_get(
				    v, keys[i])) /* the last two are younger than results are */
				json_put(row, keys[i], json_clone(json_get(v, keys[i])));
		json_append(rows, row);
	}
	return rows;
}

/* Objectives in words. */
struct json *result_slo_rows(const struct json *result)
{
	struct json *rows = json_array();

	for (const struct json *v = json_child(json_get(result, "slo")); v; v = json_next(v)) {
		struct json *row = json_object();

		for (const struct json *f = json_child(v); f; f = json_next(f))
			if (strcmp(json_key(f), "name") != 0 && strcmp(json_key(f), "met") != 0)
				json_put(row, json_key(f), json_clone(f));
		put_objective(row, json_get(v, "name"));
		if (json_is_bool(json_get(v, "met")))
			json_put_str(row, "met",
				json_as_bool(json_get(v, "met")) ? "met" : "missed");
		json_append(rows, row);
	}
	return rows;
}

/* Steps of a pod's start in words, and the sum of them. */
struct json *result_budget_rows(const struct json *result)
{
	static const char *const words[][2] = {
		{"arrival", "its creation"},
		{"scheduler", "the scheduler"},
		{"watch", "the kubelet is told"},
		{"worker", "sync loop and worker"},
		{"volumes", "volumes: loops, polling"},
		{"secrets", "secrets, configmaps, tokens"},
		{"secretsLimiter", "- of it the client's limiter"},
		{"secretsApiserver", "- of it the API server"},
		{"sandbox", "sandbox"},
		{"images", "images"},
		{"containers", "containers"},
		{"detection", "the kubelet finds out"},
		{"statusManager", "its turn at the status manager"},
		{"limiter", "the client's limiter"},
		{"apiserver", "API server and watch"},
	};
	const struct json *all = table_value(result, "pods.startedSeconds.seenRunning");
	const struct json *list = table_value(result, "pods.startBudget");
	struct json *rows = json_array(), *row;

	if (json_as_num(json_get(all, "count")) <= 0)
		return rows;
	for (const struct json *v = json_child(list); v; v = json_next(v))
		for (size_t i = 0; i < N(words); i++) {
			if (strcmp(words[i][0], json_as_str(json_get(v, "step"))) != 0)
				continue;
			row = json_object();
			json_put_str(row, "step", words[i][1]);
			if (json_get(v, "of"))
				json_put(row, "of", json_clone(json_get(v, "of")));
			json_put(row, "seconds", json_clone(json_get(v, "seconds")));
			json_append(rows, row);
		}
	row = json_object();
	json_put_str(row, "step", "all, until it is seen running");
	json_put(row, "seconds", json_clone(all));
	json_append(rows, row);
	return rows;
}
