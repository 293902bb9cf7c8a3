/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' own objectives, and whether the run met them.  (kubernetes/community
 * sig-scalability/slos/api_call_latency.md, pod_startup_latency.md) */
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
}

/* Every class of calls has to meet it by itself: the slowest decides. */
static struct json *calls_row(
	const struct objective *o, const struct scenario *s, const struct tally_times *times)
{
	const struct call_name *name = NULL;
	struct hist all;
	const struct hist *slowest = &all;
	struct json *row;

	hist_reset(&all);
	for (uint32_t c = CALL_API; times && c < s->calls.n; c++) {
		const struct hist *h = &times->served[c - CALL_API];

		if (!h->n || scope_of(&s->calls.name[c]) != o->scope)
			continue;
		hist_merge(&all, h);
		if (name && hist_quantile(h, QUANTILE) <= hist_quantile(slowest, QUANTILE))
			continue;
		slowest = h;
		name = &s->calls.name[c];
	}
	row = row_begin(o->name, o->within, &all);
	put_slowest(row, name, slowest);
	json_put(row, "met", met(slowest, o->within));
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
		json_append(rows, calls_row(&of_calls[i], s, r->tally.times));
	json_append(rows, starts_row(&r->starts));
	return rows;
}
