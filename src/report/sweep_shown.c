/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep_shown.h"

#include <stdlib.h>

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

static void show_drawn(struct sweep_shown *c, const struct json *result)
{
	const struct json *group = json_child(json_get(result, "groups"));

	for (uint32_t i = 0; group; group = json_next(group), i++)
		for (const struct json *k = json_child(json_get(group, "cells"));
			k && sweep_shown_curve(c, i); k = json_next(k))
			if (index_of(c, k) < c->n)
				c->shown[index_of(c, k)] = true;
}

static void *array_of(size_t n, size_t size)
{
	void *array = calloc(n + 1, size);

	if (!array)
		abort();
	return array;
}

void sweep_shown_init(struct sweep_shown *c, const struct json *result)
{
	const struct json *cell = json_child(json_get(result, "cells"));
	const struct json *best = json_child(json_get(json_get(result, "pareto"), "cells"));

	c->n = (uint32_t)json_size(json_get(result, "cells"));
	c->curves = (uint32_t)json_size(json_get(result, "groups"));
	c->drawn = c->curves < SWEEP_CURVES ? c->curves : SWEEP_CURVES;
	c->cell = array_of(c->n, sizeof(const struct json *));
	c->unbeaten = array_of(c->n, sizeof(bool));
	c->shown = array_of(c->n, sizeof(bool));
	for (uint32_t i = 0; i < c->n; i++, cell = json_next(cell)) {
		c->cell[i] = cell;
		c->shown[i] = c->n <= SWEEP_CELLS || !c->curves;
	}
	for (; best; best = json_next(best))
		if (index_of(c, best) < c->n)
			c->unbeaten[index_of(c, best)] = true;
	show_drawn(c, result);
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
