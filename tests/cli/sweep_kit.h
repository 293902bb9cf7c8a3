/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps whose cells are given: walls along an axis. */
#ifndef NODETOLL_TESTS_CLI_SWEEP_KIT_H
#define NODETOLL_TESTS_CLI_SWEEP_KIT_H

#include <stdlib.h>
#include <string.h>

#include "cli/sweep_advice.h"
#include "cli/sweep_walls.h"
#include "tcase.h"

enum { CELLS_MAX = 8 };

struct world {
	struct arena mem;
	struct grid grid;
	struct sweep sweep;
	struct json *cell[CELLS_MAX];
	struct json *groups;
};

/* "limiter=41 slo": that are hit, and by which figure (0). */
static inline struct json *row(const char *walls)
{
	struct json *o = json_object(), *list = json_array();

	for (unsigned w = 0; w < WALLS; w++) {
		const char *name = wall_name((enum wall)w), *at = strstr(walls, name);
		struct json *hit;

		if (!at)
			continue;
		at += strlen(name);
		hit = json_object();
		json_put_str(hit, "wall", name);
		json_put_num(hit, "value", *at == '=' ? strtod(at + 1, NULL) : 0);
		json_append(list, hit);
	}
	json_put(o, "walls", list);
	return o;
}

/* Groups along an axis whose values hit these walls; the first group is looked at. */
static inline struct world *along(const char *vary, const char *const *walls)
{
	struct world *w = test_calloc(1, sizeof(*w));
	struct opt_texts given = {.n = 1, .text = {vary}};
	struct err err = {0};

	arena_init(&w->mem, 0);
	if (grid_read(&w->grid, &given, &w->mem, &err))
		fail_msg("%s", err.text);
	assert_in_range(w->grid.cells, 1, CELLS_MAX);
	for (uint32_t c = 0; c < w->grid.cells; c++)
		w->cell[c] = row(walls[c]);
	w->sweep = (struct sweep){.grid = &w->grid, .cell = w->cell};
	w->groups = advice_groups(&w->sweep, NULL);
	assert_int_equal(json_size(w->groups), 1);
	return w;
}

static inline void end(struct world *w)
{
	for (uint32_t c = 0; c < w->grid.cells; c++)
		json_free(w->cell[c]);
	json_free(w->groups);
	arena_fini(&w->mem);
	test_free(w);
}

static inline const char *says(const struct world *w, const char *key)
{
	return json_as_str(json_get(json_child(w->groups), key));
}

#endif
