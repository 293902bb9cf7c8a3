/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_advice.h"

#include <string.h>

#include "cli/sweep_shape.h"
#include "cli/sweep_walls.h"
#include "report/table.h"

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

struct sweep_holds advice_holds(const struct sweep *s, uint32_t first)
{
	struct sweep_holds h = {0, axis_of(s)->n};

	while (h.to < axis_of(s)->n && holds_at(s, first, h.to))
		h.to++;
	while (h.from && holds_at(s, first, h.from - 1))
		h.from--;
	return h;
}

/* How far a wall is exceeded; of one that is hit by anything at all, by how much. */
static double overrun(const struct json *wall)
{
	double value = json_as_num(json_get(wall, "value"));
	double limit = json_as_num(json_get(wall, "limit"));

	return limit > 0 ? value / limit : value;
}

static bool is_same_measure(const struct json *a, const struct json *b)
{
	return !strcmp(table_text_of(a, "measure"), table_text_of(b, "measure"));
}

/* Of two rows that hit walls, whether b is nearer to hitting none. */
static bool hits_less(const struct json *a, const struct json *b)
{
	const struct json *walls = json_get(a, "walls");
	size_t n = json_size(walls), other = json_size(json_get(b, "walls"));

	if (n != other)
		return other < n;
	for (const struct json *w = json_child(walls); w; w = json_next(w)) {
		const struct json *same = wall_in(b, json_as_str(json_get(w, "wall")));

		if (same && is_same_measure(w, same) && overrun(same) != overrun(w))
			return overrun(same) < overrun(w);
	}
	return false;
}

/* Of an axis that gets easier as it grows, as a period or a limit does, what breaks first
 * breaks on the way down.  The end that holds says it; where none does, the one whose walls are
 * fewer or the same ones less far. */
static bool gets_easier(const struct sweep *s, uint32_t first)
{
	struct sweep_holds h = advice_holds(s, first);
	uint32_t n = axis_of(s)->n;

	if (h.to > 0 || h.from < n)
		return h.to == 0;
	return hits_less(s->cell[grid_along(s->grid, first, 0)],
		s->cell[grid_along(s->grid, first, n - 1)]);
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
	struct sweep_holds h = advice_holds(s, first);
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
	json_put(o, "walls", walls_along(s, first, gets_easier(s, first)));
	wall = json_child(json_get(o, "walls"));
	json_put_str(o, "firstWall", wall ? json_as_str(json_get(wall, "wall")) : NULL);
	json_put_str(o, "holdsTo", h.to ? axis->value[h.to - 1] : NULL);
	json_put_str(o, "holdsFrom", h.from < axis->n ? axis->value[h.from] : NULL);
	json_put(o, "maxPods",
		h.to && grid_is_density(g) ? json_num(axis->number[h.to - 1]) : json_null());
	json_put(o, "clientQps", json_null());
	json_put(o, "clientBurst", json_null());
	json_put(o, "clientQpsAt", json_null());
	json_put(o, "clientNextWall", json_null());
	json_put(o, "clientOwnQps", json_null());
	json_put(o, "clientOwnBurst", json_null());
	json_put(o, "clientReason", json_null());
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
