/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_features.h"

#include <string.h>

#include "apiserver/ttl.h"
#include "estimate/toll.h"
#include "sim/chain.h"

/* Of the operations that the kubelet's metric sees, those that loops alone make. */
static const uint32_t of_loops = OP_BIT(OP_VERSION) | OP_BIT(OP_STATUS) |
				 OP_BIT(OP_LIST_IMAGES) | OP_BIT(OP_IMAGE_FS_INFO) |
				 OP_BIT(OP_LIST_CONTAINER_STATS) |
				 OP_BIT(OP_UPDATE_CONTAINER_RESOURCES);

/* Nothing comes, goes or exits: a pod's status and its events are told already. */
static bool is_at_rest(const struct scenario *s)
{
	const struct workload_model *w = &s->workload;

	return s->start == START_STATIONARY && !w->replace_pod_every && !w->crash_looping &&
	       !w->container_death_every && !w->warning_event_per_sync;
}

static bool mechanisms_make(const struct scenario *s, uint16_t call)
{
	switch (call) {
	case API_GET_PODS:
	case API_PATCH_PODS_STATUS:
	case API_UPDATE_PODS_STATUS:
	case API_DELETE_PODS:
	case API_CREATE_EVENTS:
	case API_PATCH_EVENTS:
		return !is_at_rest(s);
	default:
		break;
	}
	if (call_is_runtime(call))
		return call < CALL_HIDDEN && !(of_loops & OP_BIT(call));
	return call < API_FIXED_END;
}

/* What all rows of the class foresee in the cluster; *why if that is not known. */
static double foreseen(
	const struct scenario *s, const struct toll *toll, uint16_t call, const char **why)
{
	double rate = 0;

	*why = mechanisms_make(s, call) ? "mechanisms of the kubelet make it, too" : NULL;
	for (uint32_t i = 0; i < toll->n; i++) {
		if (toll->row[i].call != call)
			continue;
		rate += toll->row[i].rate * s->nodes;
		*why = toll->row[i].fails ? toll->row[i].fails : *why;
	}
	return rate;
}

static bool is_text(const struct json *row, const char *key, const char *text)
{
	const char *has = json_as_str(json_get(row, key));

	return has && !strcmp(has, text);
}

static double simulated(const struct scenario *s, const struct json *result, uint16_t call)
{
	const struct call_name *name = &s->calls.name[call];
	bool runtime = call_is_runtime(call);
	const struct json *row = json_child(json_get(result, runtime ? "runtime" : "api"));
	double rate = 0;

	for (; row; row = json_next(row)) {
		bool same = runtime ? is_text(row, "operation", name->resource) &&
					      json_as_bool(json_get(row, "inMetric")) ==
						      (call < CALL_HIDDEN)
				    : is_text(row, "verb", name->verb) &&
					      is_text(row, "resource", name->resource);

		rate += same ? json_as_num(json_get(row, "perSecond")) : 0;
	}
	return rate;
}

static struct json *row_of(const struct scenario *s, const struct json *result,
	const struct toll *toll, const struct toll_row *row)
{
	const struct call_name *name = &s->calls.name[row->call];
	struct json *o = json_object();
	const char *why;
	double form = foreseen(s, toll, row->call, &why);
	double rate = simulated(s, result, row->call);

	json_put_str(o, "feature", row->feature);
	json_put_str(o, "operation", row->runtime ? name->resource : NULL);
	json_put_str(o, "verb", row->runtime ? NULL : name->verb);
	json_put_str(o, "resource", row->runtime ? NULL : name->resource);
	json_put_str(o, "formula", row->symbols);
	json_put(o, "closedFormPerSecond", why ? json_null() : json_num(form));
	json_put_num(o, "simulatedPerSecond", rate);
	json_put(o, "relativeDifference",
		why || form <= 0 ? json_null() : json_num(rate / form - 1));
	json_put_str(o, "why", why);
	return o;
}

/* A feature may make a call in several loops: it is told once. */
static bool is_told(const struct toll *toll, uint32_t until)
{
	const struct toll_row *row = &toll->row[until];

	for (uint32_t i = 0; i < until; i++)
		if (toll->row[i].call == row->call &&
			!strcmp(toll->row[i].feature, row->feature))
			return true;
	return false;
}

struct json *result_features(
	const struct scenario *s, const struct json *result, struct arena *mem)
{
	struct toll *toll = ARENA_NEW(mem, struct toll);
	uint32_t nodes = s->cluster_nodes ? s->cluster_nodes : s->nodes;
	struct json *rows = NULL;

	toll_of(s,
		s->ttl_annotation == -1 ? ttl_of_size(&s->apiserver, nodes) : s->ttl_annotation,
		mem, toll);
	for (uint32_t i = 0; i < toll->n; i++) {
		if (!*toll->row[i].feature || is_told(toll, i))
			continue;
		rows = rows ? rows : json_array();
		json_append(rows, row_of(s, result, toll, &toll->row[i]));
	}
	return rows;
}
