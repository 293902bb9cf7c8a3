/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep_shown.h"

#include <stdlib.h>
#include <string.h>

/* As an index; n: of no cell. */
static uint32_t index_of(const struct sweep_shown *c, const struct json *number)
{
	double value = json_is_num(number) ? json_as_num(number) : -1;

	return value >= 0 && value < c->n ? (uint32_t)value : c->n;
}

bool sweep_shown_curve(const struct sweep_shown *c, uint32_t group)
{
	uint64_t drawn = c->drawn;

	return group == 0 || group * drawn / c->curves > (group - 1) * drawn / c->curves;
}

static void *array_of(size_t n, size_t size)
{
	void *array = calloc(n + 1, size);

	if (!array)
		abort();
	return array;
}

/* ------------------------------------------------------------------ points of one curve */

struct curve {
	const struct json *result, *group;
	uint32_t *cell; /* its cells along the axis, room for all of the sweep */
	uint32_t n;
};

static void show(struct sweep_shown *c, uint32_t cell)
{
	c->n_shown += !c->shown[cell];
	c->shown[cell] = true;
}

/* Of the n whose cells are in list, share at even distances, both ends among them. */
static void show_evenly(struct sweep_shown *c, const uint32_t *list, uint32_t n, uint32_t share)
{
	uint32_t wanted = share < n ? share : n;

	for (uint32_t i = 0; i < wanted; i++)
		show(c, list[wanted > 1 ? (uint64_t)i * (n - 1) / (wanted - 1) : 0]);
}

/* The point at that value of the axis; nothing, if text is NULL or no value of it. */
static void show_at(struct sweep_shown *c, const struct curve *curve, const char *text)
{
	const char *axis = json_as_str(json_get(curve->result, "axis"));

	for (uint32_t i = 0; text && axis && i < curve->n; i++) {
		const char *at = json_as_str(
			json_get(json_get(c->cell[curve->cell[i]], "values"), axis));

		if (at && !strcmp(at, text)) {
			show(c, curve->cell[i]);
			return;
		}
	}
}

static void show_least_and_most(
	struct sweep_shown *c, const struct curve *curve, const char *measure)
{
	const struct json *least = NULL, *most = NULL;
	uint32_t at_least = 0, at_most = 0;

	for (uint32_t i = 0; i < curve->n; i++) {
		uint32_t cell = curve->cell[i];
		const struct json *v = json_get(json_get(c->cell[cell], "measures"), measure);

		if (!json_is_num(v))
			continue;
		if (!least || json_as_num(v) < json_as_num(least)) {
			least = v;
			at_least = cell;
		}
		if (!most || json_as_num(v) > json_as_num(most)) {
			most = v;
			at_most = cell;
		}
	}
	if (least) {
		show(c, at_least);
		show(c, at_most);
	}
}

/* What the advice and the charts speak of. */
static void show_what_is_told(struct sweep_shown *c, const struct curve *curve)
{
	const struct json *m = json_child(json_get(curve->result, "measures"));
	const struct json *wall = json_child(json_get(curve->group, "walls"));

	show_evenly(c, curve->cell, curve->n, 2);
	show_at(c, curve, json_as_str(json_get(json_get(curve->group, "knee"), "at")));
	show_at(c, curve, json_as_str(json_get(curve->group, "holdsTo")));
	show_at(c, curve, json_as_str(json_get(curve->group, "holdsFrom")));
	for (; wall; wall = json_next(wall))
		show_at(c, curve, json_as_str(json_get(wall, "at")));
	for (; m; m = json_next(m)) {
		const char *measure = json_as_str(json_get(m, "measure"));

		if (measure)
			show_least_and_most(c, curve, measure);
	}
}

/* room: for as many numbers as a sweep has cells. */
static void show_share(
	struct sweep_shown *c, const struct curve *curve, uint32_t share, uint32_t *room)
{
	uint32_t before = c->n_shown, unbeaten = 0;

	show_what_is_told(c, curve);
	for (uint32_t i = 0; i < curve->n; i++)
		if (c->unbeaten[curve->cell[i]])
			room[unbeaten++] = curve->cell[i];
	show_evenly(c, room, unbeaten, share / 2);
	before = c->n_shown - before;
	if (before < share)
		show_evenly(c, curve->cell, curve->n, share - before);
}

/* ------------------------------------------------------------------ all of them */

/* The cells of a group; how many of its numbers are cells. */
static uint32_t cells_of(const struct sweep_shown *c, const struct json *group, uint32_t *cell)
{
	const struct json *k = json_child(json_get(group, "cells"));
	uint32_t n = 0;

	for (; k && n < c->n; k = json_next(k))
		if (index_of(c, k) < c->n)
			cell[n++] = index_of(c, k);
	return n;
}

static void show_drawn(struct sweep_shown *c, const struct json *result)
{
	const struct json *first = json_child(json_get(result, "groups"));
	uint32_t *room = array_of(2 * (size_t)c->n, sizeof(*room)), i = 0;
	struct curve curve = {.result = result, .cell = room};

	for (const struct json *g = first; g; g = json_next(g), i++)
		c->points += sweep_shown_curve(c, i) ? cells_of(c, g, curve.cell) : 0;
	i = 0;
	for (curve.group = first; curve.group; curve.group = json_next(curve.group), i++) {
		if (!sweep_shown_curve(c, i))
			continue;
		curve.n = cells_of(c, curve.group, curve.cell);
		if (c->points <= SWEEP_CELLS)
			show_evenly(c, curve.cell, curve.n, curve.n);
		else
			show_share(c, &curve, SWEEP_CELLS / c->drawn, room + c->n);
	}
	free(room);
}

/* No value of anything is an axis: one list of all. */
static void show_list(struct sweep_shown *c, const struct json *result)
{
	uint32_t *room = array_of(2 * (size_t)c->n, sizeof(*room));
	struct curve curve = {.result = result, .cell = room, .n = c->n};

	for (uint32_t i = 0; i < c->n; i++)
		curve.cell[i] = i;
	show_share(c, &curve, SWEEP_CELLS, room + c->n);
	free(room);
}

void sweep_shown_init(struct sweep_shown *c, const struct json *result)
{
	const struct json *cell = json_child(json_get(result, "cells"));
	const struct json *best = json_child(json_get(json_get(result, "pareto"), "cells"));

	*c = (struct sweep_shown){.n = (uint32_t)json_size(json_get(result, "cells"))};
	c->curves = (uint32_t)json_size(json_get(result, "groups"));
	c->drawn = c->curves < SWEEP_CURVES ? c->curves : SWEEP_CURVES;
	c->cell = array_of(c->n, sizeof(const struct json *));
	c->unbeaten = array_of(c->n, sizeof(bool));
	c->shown = array_of(c->n, sizeof(bool));
	for (uint32_t i = 0; i < c->n; i++, cell = json_next(cell)) {
		c->cell[i] = cell;
		if (c->n <= SWEEP_CELLS)
			show(c, i);
	}
	for (; best; best = json_next(best))
		if (index_of(c, best) < c->n)
			c->unbeaten[index_of(c, best)] = true;
	if (c->n > SWEEP_CELLS && c->curves)
		show_drawn(c, result);
	else if (c->n > SWEEP_CELLS)
		show_list(c, result);
}

void sweep_shown_fini(struct sweep_shown *c)
{
	free(c->cell);
	free(c->unbeaten);
	free(c->shown);
}

const struct json *sweep_shown_cell(const struct sweep_shown *c, const struct json *number)
{
	uint32_t i = index_of(c, number);

	return i < c->n ? c->cell[i] : NULL;
}

bool sweep_shown_point(const struct sweep_shown *c, const struct json *number)
{
	uint32_t i = index_of(c, number);

	return i < c->n && c->shown[i];
}
