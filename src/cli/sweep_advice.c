/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_advice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "cli/sweep_shape.h"
#include "cli/sweep_walls.h"

/* ------------------------------------------------------------------ walls */

static const struct json *wall_in(const struct json *row, const char *name)
{
	const struct json *w = json_child(json_get(row, "walls"));

	while (w && strcmp(json_as_str(json_get(w, "wall")), name) != 0)
		w = json_next(w);
	return w;
}

static const struct vary *axis_of(const struct sweep *s)
{
	return &s->grid->vary[s->grid->axis];
}

static bool is_listed(const struct json *list, const char *wall)
{
	const struct json *row = json_child(list);

	while (row && strcmp(json_as_str(json_get(row, "wall")), wall) != 0)
		row = json_next(row);
	return row != NULL;
}

static bool holds_at(const struct sweep *s, uint32_t first, uint32_t k)
{
	return !json_size(json_get(s->cell[grid_along(s->grid, first, k)], "walls"));
}

/* Where no wall is hit: below value `to` of the axis, and from value `from` on. */
struct holds {
	uint32_t to, from;
};

static struct holds holding(const struct sweep *s, uint32_t first)
{
	struct holds h = {0, axis_of(s)->n};

	while (h.to < axis_of(s)->n && holds_at(s, first, h.to))
		h.to++;
	while (h.from && holds_at(s, first, h.from - 1))
		h.from--;
	return h;
}

/* Of an axis that gets easier as it grows, as a period does, what breaks first breaks on the
 * way down. */
static bool gets_easier(const struct sweep *s, struct holds h)
{
	return h.to == 0 && h.from < axis_of(s)->n;
}

/* Of each wall the first value of the axis at which it is hit, coming from where none is, by
 * that value. */
static struct json *walls_along(const struct sweep *s, uint32_t first, bool down)
{
	struct json *list = json_array();
	uint32_t n = axis_of(s)->n;

	for (uint32_t i = 0; i < n; i++)
		for (unsigned w = 0; w < WALLS; w++) {
			uint32_t k = down ? n - 1 - i : i;
			const char *name = wall_name((enum wall)w);
			const struct json *hit =
				wall_in(s->cell[grid_along(s->grid, first, k)], name);
			struct json *row;

			if (!hit || is_listed(list, name))
				continue;
			row = json_clone(hit);
			json_put_str(row, "at", axis_of(s)->value[k]);
			json_append(list, row);
		}
	return list;
}

/* ------------------------------------------------------------------ the knee */

static bool curve(const struct sweep *s, uint32_t first, const char *measure, double *y)
{
	for (uint32_t k = 0; k < axis_of(s)->n; k++)
		if (!sweep_figure(s->cell[grid_along(s->grid, first, k)], measure, &y[k]))
			return false;
	return true;
}

static struct json *knee(const struct sweep *s, uint32_t first, const char *wanted)
{
	static const char *const usual[] = {
		"podStart.p99", "relist.duration.p99", "detection.p99"};
	double y[VARY_VALUES_MAX];
	const char *measure = wanted;
	struct json *o;
	uint32_t k;

	for (size_t i = 0; !wanted && !measure && i < sizeof(usual) / sizeof(usual[0]); i++)
		measure = curve(s, first, usual[i], y) ? usual[i] : NULL;
	if (!measure || !curve(s, first, measure, y))
		return json_null();
	k = shape_knee(axis_of(s)->number, y, axis_of(s)->n);
	if (k == axis_of(s)->n)
		return json_null();
	o = json_object();
	json_put_str(o, "measure", measure);
	json_put_str(o, "at", axis_of(s)->value[k]);
	json_put_num(o, "value", y[k]);
	return o;
}

/* ------------------------------------------------------------------ groups */

static struct json *group(const struct sweep *s, uint32_t first, const char *knee_of)
{
	const struct grid *g = s->grid;
	struct json *o = json_object(), *values = json_object(), *cells = json_array();
	struct holds h = holding(s, first);
	const struct vary *axis = axis_of(s);
	const struct json *wall;

	for (uint32_t v = 0; v < g->n; v++)
		if (v != g->axis)
			json_put_str(values, g->vary[v].path,
				g->vary[v].value[grid_value(g, first, v)]);
	for (uint32_t k = 0; k < axis->n; k++)
		json_append(cells, json_num(grid_along(g, first, k)));
	json_put(o, "values", values);
	json_put(o, "cells", cells);
	json_put(o, "knee", knee(s, first, knee_of));
	json_put(o, "walls", walls_along(s, first, gets_easier(s, h)));
	wall = json_child(json_get(o, "walls"));
	json_put_str(o, "firstWall", wall ? json_as_str(json_get(wall, "wall")) : NULL);
	json_put_str(o, "holdsTo", h.to ? axis->value[h.to - 1] : NULL);
	json_put_str(o, "holdsFrom", h.from < axis->n ? axis->value[h.from] : NULL);
	json_put(o, "maxPods",
		h.to && grid_is_density(g) ? json_num(axis->number[h.to - 1]) : json_null());
	json_put(o, "clientQps", json_null());
	json_put(o, "clientBurst", json_null());
	json_put(o, "clientQpsAt", json_null());
	return o;
}

struct json *advice_groups(const struct sweep *s, const char *knee_of)
{
	const struct grid *g = s->grid;
	struct json *list = json_array();

	for (uint32_t cell = 0; g->axis < g->n && cell < g->cells; cell++)
		if (grid_value(g, cell, g->axis) == 0)
			json_append(list, group(s, cell, knee_of));
	return list;
}

/* ------------------------------------------------------------------ the Pareto set */

/* A figure of which less is better.  Where nothing dies none is counted, but what a longer
 * relist period would cost is no secret. */
static const struct cost {
	const char *measure, *implied; /* NULL: by nothing */
} costs[] = {{"runtime.calls.perNode", NULL}, {"api.requests.mean", NULL},
	{"detection.p99", "impliedDetectionSeconds"}, {"podStart.p99", NULL},
	{"staleness.p99", NULL}};
enum { COSTS = sizeof(costs) / sizeof(costs[0]) };

/* Whence a cost is known in every cell, and so the same way in all of them. */
enum known { KNOWN_NOT, KNOWN_COUNTED, KNOWN_IMPLIED };

static bool is_known_in(const struct json *row, size_t i, enum known how, double *value)
{
	const struct json *implied;

	if (how == KNOWN_COUNTED)
		return sweep_figure(row, costs[i].measure, value);
	implied = costs[i].implied ? json_get(row, costs[i].implied) : NULL;
	*value = json_as_num(implied);
	return json_is_num(implied);
}

static bool is_known_everywhere(const struct sweep *s, size_t i, enum known how)
{
	uint32_t c = 0;
	double value;

	while (c < s->grid->cells && is_known_in(s->cell[c], i, how, &value))
		c++;
	return c == s->grid->cells;
}

static enum known known_by(const struct sweep *s, size_t i)
{
	if (is_known_everywhere(s, i, KNOWN_COUNTED))
		return KNOWN_COUNTED;
	return is_known_everywhere(s, i, KNOWN_IMPLIED) ? KNOWN_IMPLIED : KNOWN_NOT;
}

/* Objectives as numbers of which less is better; -pods is the first if density is varied. */
static uint32_t objectives(
	const struct sweep *s, const enum known *known, uint32_t cell, double *figure)
{
	const struct grid *g = s->grid;
	uint32_t n = 0;

	if (grid_is_density(g))
		figure[n++] = -axis_of(s)->number[grid_value(g, cell, g->axis)];
	for (size_t i = 0; i < COSTS; i++)
		if (known[i] != KNOWN_NOT)
			(void)is_known_in(s->cell[cell], i, known[i], &figure[n++]);
	return n;
}

static bool is_beaten(const struct sweep *s, const enum known *known, uint32_t cell)
{
	double mine[COSTS + 1], other[COSTS + 1];
	uint32_t n = objectives(s, known, cell, mine);

	for (uint32_t i = 0; i < s->grid->cells; i++) {
		if (i == cell || json_size(json_get(s->cell[i], "walls")))
			continue;
		(void)objectives(s, known, i, other);
		if (shape_beats(other, mine, n))
			return true;
	}
	return false;
}

static struct json *objective(const char *measure, const char *better, bool implied)
{
	struct json *o = json_object();

	json_put_str(o, "measure", measure);
	json_put_str(o, "better", better);
	json_put_bool(o, "implied", implied);
	return o;
}

struct json *advice_pareto(const struct sweep *s)
{
	struct json *o = json_object(), *list = json_array(), *cells = json_array();
	struct json *without = json_array();
	enum known known[COSTS];

	if (grid_is_density(s->grid))
		json_append(list, objective(axis_of(s)->path, "more", false));
	for (size_t i = 0; i < COSTS; i++) {
		known[i] = known_by(s, i);
		if (known[i] != KNOWN_NOT)
			json_append(list,
				objective(costs[i].measure, "less", known[i] == KNOWN_IMPLIED));
		else
			json_append_str(without, costs[i].measure);
	}
	for (uint32_t c = 0; c < s->grid->cells; c++)
		if (!json_size(json_get(s->cell[c], "walls")) && !is_beaten(s, known, c))
			json_append_int(cells, c);
	json_put(o, "objectives", list);
	json_put(o, "without", without);
	json_put(o, "cells", cells);
	return o;
}

/* ------------------------------------------------------------------ the client's limits */

/* Bursts are twice as much, as the kubelet's defaults are (5 and 10, since 1.27 50 and 100). */
static const uint32_t ladder[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
enum { LADDER = sizeof(ladder) / sizeof(ladder[0]), GROUPS_ADVISED = 64 };

struct advising {
	const struct sweep *s;
	uint32_t n;
	uint32_t cell[GROUPS_ADVISED];
	struct json *group[GROUPS_ADVISED];
	uint32_t rung[GROUPS_ADVISED]; /* LADDER: none is enough */
	struct err err[GROUPS_ADVISED];
};

static bool is_wall_at(const struct advising *a, uint32_t i, uint32_t rung, struct err *err)
{
	char qps[64], burst[64];
	const char *text[] = {qps, burst};
	struct settings more = {.text = text, .n = 2};
	struct json *result = NULL;
	struct arena mem;
	bool hit;

	(void)snprintf(qps, sizeof(qps), "kubelet.clients.kube.qps=%u", ladder[rung]);
	(void)snprintf(burst, sizeof(burst), "kubelet.clients.kube.burst=%u", 2 * ladder[rung]);
	arena_init(&mem, 0);
	(void)sweep_cell(a->s, a->cell[i], &more, &mem, &result, err);
	hit = result && wall_state(result, WALL_LIMITER).hit;
	json_free(result);
	arena_fini(&mem);
	return hit;
}

/* The lowest rung that is no wall, taking for granted that a higher one is none either. */
static void climb(void *ctx, unsigned thread, uint32_t i)
{
	struct advising *a = ctx;
	uint32_t from = 0, to = LADDER;

	(void)thread;
	while (from < to && a->err[i].code == ERR_OK) {
		uint32_t middle = (from + to) / 2;

		if (is_wall_at(a, i, middle, &a->err[i]))
			from = middle + 1;
		else
			to = middle;
	}
	a->rung[i] = from;
}

/* At which cell of a group: the hardest that holds, or where the limiter is the first wall. */
static uint32_t cell_of(const struct sweep *s, uint32_t first, const struct json *group)
{
	const char *wall = json_as_str(json_get(group, "firstWall"));
	bool at_wall = wall && !strcmp(wall, wall_name(WALL_LIMITER));
	struct holds h = holding(s, first);

	if (gets_easier(s, h))
		return grid_along(s->grid, first, at_wall ? h.from - 1 : h.from);
	if (h.to < axis_of(s)->n && at_wall)
		return grid_along(s->grid, first, h.to);
	return grid_along(s->grid, first, h.to ? h.to - 1 : 0);
}

static struct json *with_client(const struct json *group, uint32_t rung, double at)
{
	struct json *o = json_object();

	for (const struct json *v = json_child(group); v; v = json_next(v)) {
		const char *key = json_key(v);

		if (rung < LADDER && !strcmp(key, "clientQps"))
			json_put_int(o, key, ladder[rung]);
		else if (rung < LADDER && !strcmp(key, "clientBurst"))
			json_put_int(o, key, 2 * ladder[rung]);
		else if (!strcmp(key, "clientQpsAt"))
			json_put_num(o, key, at);
		else
			json_put(o, key, json_clone(v));
	}
	return o;
}

int advice_client(const struct sweep *s, struct json **groups, struct err *err)
{
	const struct grid *g = s->grid;
	struct advising *a = calloc(1, sizeof(*a));
	struct json *list, *rest = json_child(*groups);
	uint32_t cell = 0;
	int code;

	if (!a)
		return err_set(err, ERR_NOMEM, "no memory");
	a->s = s;
	for (; rest && a->n < GROUPS_ADVISED; cell++) {
		if (grid_value(g, cell, g->axis) != 0)
			continue;
		a->group[a->n] = rest;
		a->cell[a->n++] = cell_of(s, cell, rest);
		rest = json_next(rest);
	}
	code = a->n ? pool_run(s->threads ? s->threads : pool_processors(), a->n, climb, a, err)
		    : 0;
	list = json_array();
	for (uint32_t i = 0; i < a->n && !code; i++) {
		if (a->err[i].code != ERR_OK)
			code = err_set(err, a->err[i].code, "%s", a->err[i].text);
		json_append(
			list, with_client(a->group[i], a->rung[i],
				      axis_of(s)->number[grid_value(g, a->cell[i], g->axis)]));
	}
	for (; rest; rest = json_next(rest))
		json_append(list, json_clone(rest));
	json_free(code ? list : *groups);
	*groups = code ? *groups : list;
	free(a);
	return code;
}
