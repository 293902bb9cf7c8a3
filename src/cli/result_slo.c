/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' own objectives, and whether the run met them.  (kubernetes/community
 * sig-scalability/slos/api_call_latency.md: from the moment when the server gets a request to
 * the last byte of its response; pod_startup_latency.md) */
#include "cli/result_slo.h"

#include <string.h>

enum scope { SCOPE_OBJECT, SCOPE_NAMESPACE, SCOPE_CLUSTER, SCOPE_STREAM };

#define QUANTILE 990000 /* of a million */

static const struct objective {
	const char *name;
	enum scope scope;
	ns_t within;
} of_calls[] = {
	{"apiCalls", SCOPE_OBJECT, NS_S},
	{"namespaceLists", SCOPE_NAMESPACE, 5 * NS_S},
	{"clusterLists", SCOPE_CLUSTER, 30 * NS_S},
};

/* A kubelet lists a pod's secret or configmap, by its name, in one namespace; all else that it
 * lists is of the whole cluster.  Streams have no latency. */
static enum scope scope_of(const struct call_name *call)
{
	if (!strcmp(call->verb, "watch"))
		return SCOPE_STREAM;
	if (strcmp(call->verb, "list") != 0)
		return SCOPE_OBJECT;
	return !strcmp(call->resource, "secrets") || !strcmp(call->resource, "configmaps")
		       ? SCOPE_NAMESPACE
		       : SCOPE_CLUSTER;
}

static double seconds(ns_t ns)
{
	return (double)ns / 1e9;
}

static struct json *p99(const struct hist *h)
{
	return h->n ? json_num(seconds(hist_quantile(h, QUANTILE))) : json_null();
}

static struct json *row_begin(const char *name, ns_t within, const struct hist *h)
{
	struct json *row = json_object();

	json_put_str(row, "name", name);
	json_put_num(row, "objectiveSeconds", seconds(within));
	json_put_int(row, "count", (int64_t)h->n);
	json_put(row, "p99Seconds", p99(h));
	return row;
}

static struct json *met(const struct hist *h, ns_t within)
{
	return h->n ? json_bool(hist_quantile(h, QUANTILE) <= within) : json_null();
}

/* name NULL: no class was measured, or classes there are none. */
static void put_slowest(struct json *row, const struct call_name *name, const struct hist *h)
{
	json_put_str(row, "slowestVerb", name ? name->verb : NULL);
	json_put_str(row, "slowestResource", name ? name->resource : NULL);
	json_put(row, "slowestP99Seconds", name ? p99(h) : json_null());
	json_put(row, "slowestCount", name ? json_int((int64_t)h->n) : json_null());
}

/* What became of requests: their callers were answered, or have the error after their last try;
 * tries were answered with 429.  The server's own measure of latency has none of the latter two
 * (apiserver_request_duration_seconds begins behind the filters that reject:
 * WithMaxInFlightLimit and WithPriorityAndFairness stand before the handlers that are
 * measured), so a server that turned nearly everybody away would meet an objective of it. */
struct came {
	uint64_t answered, failed, rejected;
};

static struct came came_of(const struct fleet_result *r, uint32_t call)
{
	const uint64_t *count = r->tally.window[0].in.count[call];

	return (struct came){
		.answered = count[OUTCOME_OK] + count[OUTCOME_NOT_FOUND] + count[OUTCOME_GONE],
		.failed = r->requests[call].failed,
		.rejected = count[OUTCOME_REJECTED]};
}

static double failing(const struct came *c)
{
	return c->failed ? (double)c->failed / (double)(c->answered + c->failed) : 0;
}

/* The same hundredth that may be slow may fail; a failure is no quick answer. */
static bool fails(const struct came *c)
{
	return c->failed * 100 > c->answered + c->failed;
}

/* An objective's calls: all, the slowest class of them and the one that fails most. */
struct judged {
	struct hist all;
	struct came came;
	struct hist slow_times;
	const struct call_name *slow, *failing;
	struct came most;
};

static void judge_class(struct judged *j, const struct call_name *name, const struct hist *h,
	const struct came *came)
{
	j->came.answered += came->answered;
	j->came.failed += came->failed;
	j->came.rejected += came->rejected;
	if (came->failed && (!j->failing || failing(came) > failing(&j->most))) {
		j->failing = name;
		j->most = *came;
	}
	if (!h->n)
		return;
	hist_merge(&j->all, h);
	if (j->slow && hist_quantile(h, QUANTILE) <= hist_quantile(&j->slow_times, QUANTILE))
		return;
	j->slow_times = *h;
	j->slow = name;
}

static void put_failures(struct json *row, const struct judged *j)
{
	json_put_int(row, "answered", (int64_t)j->came.answered);
	json_put_int(row, "failed", (int64_t)j->came.failed);
	json_put_int(row, "rejected", (int64_t)j->came.rejected);
	json_put_str(row, "failingVerb", j->failing ? j->failing->verb : NULL);
	json_put_str(row, "failingResource", j->failing ? j->failing->resource : NULL);
	json_put_num(row, "failingShare", failing(&j->most));
}

/* The server's measure is by verb and resource: whoever asks. */
static void judge_request(
	struct judged *j, const struct scenario *s, const struct fleet_result *r, uint32_t call)
{
	struct came came = {0};
	struct hist served;

	hist_reset(&served);
	for (uint32_t c = call; c < s->calls.n; c++) {
		struct came of_client = came_of(r, c);

		if (s->calls.alike[c] != call)
			continue;
		hist_merge(&served, &r->tally.times->served[c - CALL_API]);
		came.answered += of_client.answered;
		came.failed += of_client.failed;
		came.rejected += of_client.rejected;
	}
	judge_class(j, &s->calls.name[call], &served, &came);
}

/* Every class of calls has to meet it by itself: the worst decides. */
static struct json *calls_row(
	const struct objective *o, const struct scenario *s, const struct fleet_result *r)
{
	struct judged j = {0};
	struct json *row;

	hist_reset(&j.all);
	hist_reset(&j.slow_times);
	for (uint32_t c = CALL_API; r->tally.times && c < s->calls.n; c++)
		if (s->calls.alike[c] == c && scope_of(&s->calls.name[c]) == o->scope)
			judge_request(&j, s, r, c);
	row = row_begin(o->name, o->within, &j.all);
	put_slowest(row, j.slow, &j.slow_times);
	put_failures(row, &j);
	json_put(row, "met", fails(&j.most) ? json_bool(false) : met(&j.slow_times, o->within));
	return row;
}

/* Starts that go on are missed already if they have taken longer: nothing is gained by pods
 * that never start. */
static struct json *starts_row(const struct fleet_starts *s)
{
	const ns_t within = FLEET_START_OBJECTIVE;
	const struct hist *starts = &s->without_images;
	struct json *row = row_begin("podStarts", within, starts);
	bool many = s->overdue && s->overdue * 100 > starts->n + s->overdue;

	put_slowest(row, NULL, NULL);
	json_put_int(row, "overdue", (int64_t)s->overdue);
	json_put(row, "met", many ? json_bool(false) : met(starts, within));
	return row;
}

struct json *result_slo(const struct scenario *s, const struct fleet_result *r)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < sizeof(of_calls) / sizeof(of_calls[0]); i++)
		json_append(rows, calls_row(&of_calls[i], s, r));
	json_append(rows, starts_row(&r->starts));
	return rows;
}
