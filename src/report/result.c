/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "report/classes.h"
#include "report/format.h"
#include "report/result_priv.h"

static const struct column runtime_list[] = {
	{"operation", "operation_type", CELL_TEXT, NULL},
	{"code", "code", CELL_TEXT, NULL},
	{"inMetric", "in\nmetric", CELL_YES_NO, NULL},
	{"count", "calls", CELL_COUNT, NULL},
	{"perSecond", "per\nsecond", CELL_RATE, NULL},
	{"perSecondPerNode", "and\nnode", CELL_RATE, NULL},
	{"peakSecond", "peak\nsecond", CELL_COUNT, NULL},
	{"bytesPerSecond", "bytes\n/s", CELL_RATE, NULL},
	{"latencySeconds.mean", "mean\nlatency", CELL_SECONDS, NULL},
	{"latencySeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
};
static const struct column api_list[] = {
	{"verb", "verb", CELL_TEXT, NULL},
	{"resource", "resource", CELL_TEXT, NULL},
	{"code", "code", CELL_TEXT, NULL},
	{"client", "client", CELL_TEXT, NULL},
	{"count", "requests", CELL_COUNT, NULL},
	{"perSecond", "per\nsecond", CELL_RATE, NULL},
	{"perSecondPerNode", "and\nnode", CELL_RATE, NULL},
	{"peakSecond", "peak\nsecond", CELL_COUNT, NULL},
	{"bytesPerSecond", "bytes\n/s", CELL_RATE, NULL},
	{"latencySeconds.mean", "mean\nlatency", CELL_SECONDS, NULL},
	{"latencySeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
	{"limiterSeconds.mean", "mean in\nlimiter", CELL_SECONDS, NULL},
	{"limiterSeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
};
static const struct column request_list[] = {
	{"verb", "verb", CELL_TEXT, NULL},
	{"resource", "resource", CELL_TEXT, NULL},
	{"client", "client", CELL_TEXT, NULL},
	{"offered", "offered", CELL_COUNT, NULL},
	{"throttled", "throttled", CELL_COUNT, NULL},
	{"sent", "sent", CELL_COUNT, NULL},
	{"rejected", "rejected", CELL_COUNT, NULL},
	{"retried", "retried", CELL_COUNT, NULL},
	{"failed", "failed", CELL_COUNT, NULL},
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
};
enum form { FORM_TEXT, FORM_MARKDOWN };
#define N(columns) (sizeof(columns) / sizeof((columns)[0]))
const struct columns result_runtime_columns = {runtime_list, N(runtime_list)};
const struct columns result_api_columns = {api_list, N(api_list)};
const struct columns result_request_columns = {request_list, N(request_list)};
const struct columns result_level_columns = {level_list, N(level_list)};
const struct columns result_slo_columns = {slo_list, N(slo_list)};
const struct columns result_limit_columns = {limit_list, N(limit_list)};
const struct columns result_budget_columns = {budget_list, N(budget_list)};
const struct columns result_span_columns = {span_list, N(span_list)};

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
	{"pods.completedSeconds", "pod's last exit to its being seen completed"},
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

const char result_calls_note[] = "Bytes are of answers; - is a size that was not measured. A "
				 "request's latency begins when "
				 "the kubelet wants to send it,\nwith what its client's "
				 "limiter holds it back; a watch's "
				 "ends when it is open.\n";

void result_head(const struct json *result, struct str *out)
{
	char nodes[FORMAT_BYTES];

	str_addf(out,
		"Scenario %s: %s node%s with %.0f pod%s each, kubelet %s on %s, %.0f s after "
		"%.0f s, seed %.0f.\n",
		json_as_str(json_get(json_get(result, "metadata"), "name")),
		format_count(nodes, sizeof(nodes), json_as_num(json_get(result, "nodes"))),
		format_plural(json_as_num(json_get(result, "nodes"))),
		json_as_num(json_get(result, "podsPerNode")),
		format_plural(json_as_num(json_get(result, "podsPerNode"))),
		json_as_str(json_get(result, "kubelet")),
		json_as_str(json_get(result, "containerRuntime")),
		json_as_num(json_get(result, "durationSeconds")),
		json_as_num(json_get(result, "warmupSeconds")),
		json_as_num(json_get(result, "seed")));
}

void result_unsettled(const struct json *result, struct str *out)
{
	const char *word = json_as_str(json_get(result, "verdict"));
	const struct json *end = json_get(result, "ending");
	double answered = json_as_num(json_get(end, "answered"));
	double unanswered = json_as_num(json_get(end, "unanswered"));
	double seconds = json_as_num(json_get(end, "seconds"));

	if (word && !strcmp(word, "rejecting"))
		str_addf(out,
			"\nIt has not settled: in the last %.3g s %.1f %% of all tries came to "
			"nothing.\n",
			seconds, 100 * unanswered / (answered + unanswered));
	if (word && !strcmp(word, "fallingBehind"))
		str_addf(out,
			"\nIt has not settled: in the last %.3g s %.0f requests were wanted, "
			"%.0f answered or given up.\n",
			seconds, json_as_num(json_get(end, "offered")),
			answered + json_as_num(json_get(end, "failed")));
}

static void leases(const struct json *tenths, struct str *out)
{
	char mean[FORMAT_BYTES];

	if (json_as_num(json_get(tenths, "max")) >= 10) /* of a few nodes it tells nothing */
		str_addf(out,
			"Leases renewed in a tenth of a second: %s in the mean, %.0f to %.0f, "
			"nine "
			"times of ten %.0f to %.0f.\n",
			format_rate(mean, sizeof(mean), json_as_num(json_get(tenths, "mean"))),
			json_as_num(json_get(tenths, "min")),
			json_as_num(json_get(tenths, "max")),
			json_as_num(json_get(tenths, "p5")),
			json_as_num(json_get(tenths, "p95")));
}

void result_foot(const struct json *result, struct str *out)
{
	const struct json *objects = json_get(result, "objects");
	const struct json *watches = json_get(result, "watches");
	const struct json *pods = json_get(result, "pods");
	const struct json *sharing = json_get(objects, "sharingFactor");
	const struct json *health = json_get(result, "health");
	char a[FORMAT_BYTES], b[FORMAT_BYTES], c[FORMAT_BYTES];

	str_addf(out, "\nWatches open at the end: %s, of objects %s.\n",
		format_count(a, sizeof(a), json_as_num(json_get(watches, "open"))),
		format_count(b, sizeof(b), json_as_num(json_get(watches, "ofObjects"))));
	if (json_as_num(json_get(pods, "httpProbes")) > 0)
		str_addf(out,
			"Probes over HTTP or TCP, of which runtime and API server know "
			"nothing: %s; "
			"changes of readiness: %s.\n",
			format_count(a, sizeof(a), json_as_num(json_get(pods, "httpProbes"))),
			format_count(
				b, sizeof(b), json_as_num(json_get(pods, "readinessChanges"))));
	leases(json_get(health, "leasesPerTenth"), out);
	if (json_is_num(sharing))
		str_addf(out, "Distinct objects per node %s, sharing factor %s.\n",
			format_rate(a, sizeof(a),
				json_as_num(json_get(objects, "distinctPerNode"))),
			format_rate(b, sizeof(b), json_as_num(sharing)));
	if (json_as_num(json_get(health, "notReadyNodes")) > 0)
		str_addf(out,
			"Nodes that were NotReady: %s (PLEG not healthy: %s, heartbeat late: "
			"%s).\n",
			format_count(
				a, sizeof(a), json_as_num(json_get(health, "notReadyNodes"))),
			format_count(
				b, sizeof(b), json_as_num(json_get(health, "notReadyByPleg"))),
			format_count(c, sizeof(c),
				json_as_num(json_get(health, "notReadyByHeartbeat"))));
	if (json_as_num(json_get(health, "unhealthyNodes")) > 0)
		str_addf(out, "Nodes whose PLEG is unhealthy at the end: %s.\n",
			format_count(
				a, sizeof(a), json_as_num(json_get(health, "unhealthyNodes"))));
	result_unsettled(result, out);
}

/* A table under a title, if it has rows. */
static void section(const char *title, const struct columns *columns, const struct json *rows,
	enum form form, struct str *out)
{
	if (!json_size(rows))
		return;
	str_addf(out, form == FORM_MARKDOWN ? "\n### %s\n\n" : "\n%s\n", title);
	if (form == FORM_MARKDOWN)
		table_markdown(columns->of, columns->n, rows, out);
	else
		table_text(columns->of, columns->n, rows, "  ", out);
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

static double sum_of(const struct json *list, const char *field)
{
	double n = 0;

	for (const struct json *row = json_child(list); row; row = json_next(row))
		n += json_as_num(json_get(row, field));
	return n;
}

void result_given_up(const struct json *result, struct str *out)
{
	const struct json *list = json_get(result, "requests");
	double closed = json_as_num(table_value(result, "health.connectionsClosed"));
	double n = sum_of(list, "givenUp");
	double waited = sum_of(list, "waitedForStream");
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (n > 0 || closed > 0)
		str_addf(out,
			"\nRequests that took longer than their client waits: %s; connections "
			"that kubelets closed because heartbeats failed: %s.\n",
			format_count(a, sizeof(a), n), format_count(b, sizeof(b), closed));
	if (waited > 0)
		str_addf(out,
			"\nRequests and watches that waited for a stream of their only "
			"connection: %s.\n",
			format_count(a, sizeof(a), waited));
}

struct json *result_request_rows(const struct json *result)
{
	static const char *const fields[] = {"throttled", "rejected", "retried", "failed"};

	return rows_with(json_get(result, "requests"), fields, N(fields));
}

/* A level with more seats than its own. */
static void borrowed(const struct json *row, struct str *out)
{
	const struct json *limit = json_get(row, "withBorrowed");
	double most = json_as_num(json_get(limit, "max"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (json_as_num(json_get(limit, "mean")) > json_as_num(json_get(row, "seats")))
		str_addf(out,
			"%s: %s seats in the mean with those borrowed, %s at most in one.\n",
			json_as_str(json_get(row, "name")),
			format_count(a, sizeof(a), json_as_num(json_get(limit, "mean"))),
			format_count(b, sizeof(b), most));
}

struct json *result_level_rows(const struct json *result)
{
	static const char *const fields[] = {"dispatched", "rejected", "expired"};

	return rows_with(table_value(result, "apiserver.levels"), fields, N(fields));
}

const char result_requests_title[] =
	"Requests that waited in their client's limiter or were rejected";

static void requests(const struct json *result, enum form form, struct str *out)
{
	struct json *rows = result_request_rows(result);

	section(result_requests_title, &result_request_columns, rows, form, out);
	json_free(rows);
	result_given_up(result, out);
}

void result_servers_title(const struct json *result, struct str *out)
{
	const struct json *server = json_get(result, "apiserver");
	char inside[FORMAT_BYTES], most[FORMAT_BYTES];

	str_addf(out,
		"API servers: %.0f (processors: %.0f, %.1f %% busy; requests inside: %s in the "
		"mean, %s at most in one)",
		json_as_num(json_get(server, "servers")),
		json_as_num(json_get(server, "processors")),
		100 * json_as_num(json_get(server, "utilization")),
		format_rate(inside, sizeof(inside),
			json_as_num(table_value(server, "requestsInside.mean"))),
		format_count(most, sizeof(most),
			json_as_num(table_value(server, "requestsInside.max"))));
}

void result_borrowed(const struct json *result, struct str *out)
{
	struct json *rows = result_level_rows(result);

	for (const struct json *row = json_child(rows); row; row = json_next(row))
		borrowed(row, out);
	json_free(rows);
}

static void servers(const struct json *result, enum form form, struct str *out)
{
	struct json *rows = result_level_rows(result);
	struct str title = {0};

	result_servers_title(result, &title);
	section(str_text(&title), &result_level_columns, rows, form, out);
	str_fini(&title);
	json_free(rows);
	result_borrowed(result, out);
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
		static const char *const keys[] = {"holdsTo", "breaksAt", "triedTo", "pods"};
		bool nodes = !strcmp(json_as_str(json_get(v, "vary")), "nodes");
		struct json *row = json_object();

		put_objective(row, json_get(v, "name"));
		json_put_str(row, "vary", nodes ? "nodes" : "pods a node");
		for (size_t i = 0; i < N(keys); i++)
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
		{"scheduler", "the scheduler"},
		{"watch", "the kubelet is told"},
		{"worker", "sync loop and worker"},
		{"volumes", "volumes"},
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
			json_put(row, "seconds", json_clone(json_get(v, "seconds")));
			json_append(rows, row);
		}
	row = json_object();
	json_put_str(row, "step", "all, until it is seen running");
	json_put(row, "seconds", json_clone(all));
	json_append(rows, row);
	return rows;
}

const char result_slo_title[] =
	"Objectives of Kubernetes, at the API server and by every class of calls";

static void storage(const struct json *result, enum form form, struct str *out)
{
	struct json *rows = result_storage_rows(result);
	struct str title = {0};

	if (json_child(rows))
		result_storage_title(result, &title);
	section(str_text(&title), &result_storage_columns, rows, form, out);
	result_storage_limit(result, out);
	str_fini(&title);
	json_free(rows);
}

/* Of a screen's width, as the note above it. */
enum { NOTE_WIDTH = 118 };

static void classes(const struct json *result, enum form form, struct str *out)
{
	struct str words = {0};

	classes_words(result, &words);
	if (str_len(&words))
		format_wrapped(
			str_text(&words), form == FORM_MARKDOWN ? SIZE_MAX : NOTE_WIDTH, out);
	str_fini(&words);
}

static void render(const struct json *result, enum form form, struct str *out)
{
	struct json *times = result_span_rows(result);
	struct json *objectives = result_slo_rows(result);
	struct json *limits = result_limit_rows(result);
	struct json *budget = result_budget_rows(result);
	struct json *features = result_feature_rows(result);

	result_head(result, out);
	section("Calls to the container runtime", &result_runtime_columns,
		json_get(result, "runtime"), form, out);
	section("Requests to the API server", &result_api_columns, json_get(result, "api"),
		form, out);
	str_addf(out, form == FORM_MARKDOWN ? "\n%s" : "%s", result_calls_note);
	classes(result, form, out);
	section("Calls that features make, by closed form and simulated, whoever else makes "
		"them",
		&result_feature_columns, features, form, out);
	requests(result, form, out);
	servers(result, form, out);
	storage(result, form, out);
	section(result_slo_title, &result_slo_columns, objectives, form, out);
	section("How far they hold", &result_limit_columns, limits, form, out);
	section("Where a pod's start goes", &result_budget_columns, budget, form, out);
	section("Times", &result_span_columns, times, form, out);
	result_foot(result, out);
	json_free(features);
	json_free(budget);
	json_free(limits);
	json_free(objectives);
	json_free(times);
}

void result_text(const struct json *result, struct str *out)
{
	render(result, FORM_TEXT, out);
}

void result_markdown(const struct json *result, struct str *out)
{
	render(result, FORM_MARKDOWN, out);
}
