/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/slo_limits.h"

#include <string.h>

#include "cli/result_slo.h"
#include "fleet/fleet.h"
#include "models/scheduler.h"
#include "models/workload.h"

enum { OBJECTIVES_MAX = 8 };

enum vary { VARY_NODES, VARY_PODS, VARIES };

static const struct {
	const char *name;
	uint32_t max;
} varied[VARIES] = {
	[VARY_NODES] = {"nodes", NODES_MAX},
	[VARY_PODS] = {"podsPerNode", PODS_MAX},
};

/* Which objectives were met, one after the other; what was not measured did not break. */
struct verdict {
	uint32_t value;
	bool met[OBJECTIVES_MAX];
};

struct search {
	const struct slo_limits *what;
	enum vary vary;
	uint32_t max; /* more are not tried */
	uint32_t n;
	struct verdict verdict[SLO_LIMITS_RUNS];
	uint32_t *runs;  /* of all searches */
	uint64_t *steps; /* the same */
};

static void verdict_of(const struct json *slo, struct verdict *v)
{
	uint32_t i = 0;

	for (const struct json *row = json_child(slo); row && i < OBJECTIVES_MAX;
		row = json_next(row))
		v->met[i++] = json_is_null(json_get(row, "met")) ||
			      json_as_bool(json_get(row, "met"));
}

static uint32_t value_of(const struct scenario *s, enum vary vary)
{
	return vary == VARY_NODES ? s->nodes : s->workload.pods;
}

/* Nodes that meet nowhere are one as the other. */
static bool nodes_meet(const struct scenario *s)
{
	return s->apiserver.processors > 0 || scheduler_is_waited_for(s);
}

/* Of a run that varies pods. */
static uint32_t nodes_of(const struct search *x)
{
	const struct scenario *s = x->what->scenario;
	bool some = x->what->sample > 0 && x->what->sample < s->nodes;

	return some && !nodes_meet(s) ? x->what->sample : s->nodes;
}

/* A run takes as much as there are nodes and pods. */
static bool is_too_much(const struct search *x, uint32_t value)
{
	const struct scenario *s = x->what->scenario;
	double of_own = (double)value / value_of(s, x->vary);

	if (!x->what->steps)
		return false;
	if (x->vary == VARY_PODS)
		of_own *= (double)nodes_of(x) / s->nodes;
	return (double)*x->steps + of_own * (double)x->what->own_steps > (double)x->what->steps;
}

static int run_with(struct search *x, uint32_t value, struct err *err)
{
	struct scenario s = *x->what->scenario;
	struct fleet_result r = {0};
	struct fleet_params p;
	struct json *slo;
	int code;

	if (x->vary == VARY_NODES)
		s.nodes = value;
	else
		s.workload.pods = value;
	if (x->vary == VARY_PODS && nodes_of(x) < s.nodes) {
		s.cluster_nodes = s.cluster_nodes ? s.cluster_nodes : s.nodes;
		s.nodes = nodes_of(x);
	}
	fleet_params_init(&p, &s, x->what->threads);
	p.series = false;
	p.times = true;
	code = fleet_run(&p, &r, err);
	if (code)
		return code;
	slo = result_slo(&s, &r);
	*x->steps += r.steps;
	fleet_result_fini(&r);
	x->verdict[x->n].value = value;
	verdict_of(slo, &x->verdict[x->n++]);
	json_free(slo);
	if (x->what->progress)
		x->what->progress(x->what->ctx, ++*x->runs);
	return 0;
}

/* What is known of an objective so far. */
struct span {
	uint32_t holds;  /* with so many; 0: with none that was tried */
	uint32_t breaks; /* UINT32_MAX: with none that was tried */
};

static struct span known(const struct search *x, uint32_t objective)
{
	struct span s = {0, UINT32_MAX};

	for (uint32_t i = 0; i < x->n; i++) {
		const struct verdict *v = &x->verdict[i];

		if (!v->met[objective] && v->value < s.breaks)
			s.breaks = v->value;
	}
	for (uint32_t i = 0; i < x->n; i++) {
		const struct verdict *v = &x->verdict[i];

		if (v->met[objective] && v->value < s.breaks && v->value > s.holds)
			s.holds = v->value;
	}
	return s;
}

/* What to try next; 0: it is known well enough.  What breaks is tried with one first, which
 * takes next to nothing: if that breaks too there is nothing to look for. */
static uint32_t next_try(const struct search *x, struct span s)
{
	uint32_t near = s.holds / SLO_LIMITS_PRECISION;

	if (s.breaks == UINT32_MAX) {
		if (s.holds >= x->max)
			return 0;
		return s.holds < x->max / 2 ? 2 * s.holds + (s.holds == 0) : x->max;
	}
	if (s.breaks - s.holds <= 1 || s.breaks - s.holds <= near)
		return 0;
	if (!s.holds)
		return 1;
	/* One holds; halves of what breaks do not, until one does. */
	return s.holds == 1 && s.breaks > 3 ? s.breaks / 2 : s.holds + (s.breaks - s.holds) / 2;
}

static int search_objective(struct search *x, uint32_t objective, bool *found, struct err *err)
{
	*found = true;
	while (x->n < SLO_LIMITS_RUNS) {
		uint32_t next = next_try(x, known(x, objective));
		int code;

		if (next == 0)
			return 0;
		*found = !is_too_much(x, next);
		if (!*found)
			return 0;
		code = run_with(x, next, err);
		if (code == ERR_INPUT) { /* too much for a node: fewer are the most there is */
			*err = (struct err){0};
			x->max = next - 1;
		} else if (code) {
			return code;
		}
	}
	return 0;
}

/* ------------------------------------------------------------------ rows */

static uint32_t tried(const struct search *x)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < x->n; i++)
		most = x->verdict[i].value > most ? x->verdict[i].value : most;
	return most;
}

static struct json *row_of(const struct search *x, const char *name, struct span s)
{
	const struct scenario *scenario = x->what->scenario;
	uint32_t pods = workload_pods(&scenario->workload);
	struct json *row = json_object();

	json_put_str(row, "name", name);
	json_put_str(row, "vary", varied[x->vary].name);
	json_put(row, "holdsTo", s.holds ? json_int(s.holds) : json_null());
	json_put(row, "breaksAt", s.breaks < UINT32_MAX ? json_int(s.breaks) : json_null());
	json_put_int(row, "triedTo", tried(x));
	if (x->vary == VARY_NODES)
		json_put_int(row, "pods", (int64_t)s.holds * pods);
	else
		json_put_int(row, "pods",
			(int64_t)scenario->nodes *
				(s.holds ? s.holds + pods - scenario->workload.pods : 0));
	json_put(row, "nodes", x->vary == VARY_NODES ? json_null() : json_int(nodes_of(x)));
	json_put_bool(row, "nodesMeet", nodes_meet(scenario));
	return row;
}

static int search(struct search *x, const struct json *slo, struct json *rows, struct err *err)
{
	uint32_t i = 0;

	uint64_t most;

	x->verdict[0].value = value_of(x->what->scenario, x->vary);
	verdict_of(slo, &x->verdict[0]);
	x->n = 1;
	most = (uint64_t)x->verdict[0].value * x->what->times;
	x->max = most < varied[x->vary].max ? (uint32_t)most : varied[x->vary].max;
	for (const struct json *row = json_child(slo); row && i < OBJECTIVES_MAX;
		row = json_next(row), i++) {
		bool found;
		int code;

		if (json_is_null(json_get(row, "met")))
			continue;
		code = search_objective(x, i, &found, err);
		if (code)
			return code;
		if (found)
			json_append(rows,
				row_of(x, json_as_str(json_get(row, "name")), known(x, i)));
	}
	return 0;
}

int slo_limits(const struct slo_limits *what, const struct json *slo, struct json **rows,
	struct err *err)
{
	struct json *found = json_array();
	uint32_t runs = 0;
	uint64_t steps = 0;

	for (unsigned v = 0; v < VARIES; v++) {
		struct search x = {
			.what = what, .vary = (enum vary)v, .runs = &runs, .steps = &steps};
		int code;

		if (v == VARY_NODES ? !nodes_meet(what->scenario)
				    : !what->scenario->workload.pods)
			continue;
		code = search(&x, slo, found, err);
		if (code) {
			json_free(found);
			return code;
		}
	}
	*rows = found;
	return 0;
}
