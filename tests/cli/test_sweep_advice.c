/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_advice.h"

#include <string.h>

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

static struct json *row(const char *walls)
{
	struct json *o = json_object(), *list = json_array();

	for (unsigned w = 0; w < WALLS; w++) {
		struct json *hit = json_object();

		if (!strstr(walls, wall_name((enum wall)w))) {
			json_free(hit);
			continue;
		}
		json_put_str(hit, "wall", wall_name((enum wall)w));
		json_append(list, hit);
	}
	json_put(o, "walls", list);
	return o;
}

/* Groups along an axis whose values hit these walls; the first group is looked at. */
static struct world *along(const char *vary, const char *const *walls)
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

static void end(struct world *w)
{
	for (uint32_t c = 0; c < w->grid.cells; c++)
		json_free(w->cell[c]);
	json_free(w->groups);
	arena_fini(&w->mem);
	test_free(w);
}

static const char *says(const struct world *w, const char *key)
{
	return json_as_str(json_get(json_child(w->groups), key));
}

/* "limiter 20, slo 30" */
static void walls_are(const struct world *w, const char *expected)
{
	const struct json *wall = json_child(json_get(json_child(w->groups), "walls"));
	struct str out = {0};

	for (; wall; wall = json_next(wall))
		str_addf(&out, "%s%s %s", str_len(&out) ? ", " : "",
			json_as_str(json_get(wall, "wall")), json_as_str(json_get(wall, "at")));
	assert_string_equal(str_text(&out), expected);
	str_fini(&out);
}

static void what_gets_harder_holds_to_its_first_wall(void **state)
{
	static const char *const walls[] = {"", "limiter", "limiter slo"};
	struct world *w = along("podsPerNode=10,20,30", walls);

	(void)state;
	assert_string_equal(says(w, "holdsTo"), "10");
	assert_null(says(w, "holdsFrom"));
	assert_string_equal(says(w, "firstWall"), "limiter");
	walls_are(w, "limiter 20, slo 30");
	end(w);
}

static void what_gets_easier_holds_from_where_its_last_wall_is_behind(void **state)
{
	static const char *const walls[] = {"limiter slo", "limiter slo", "slo", "", ""};
	struct world *w = along("workload.replacePodEvery=500ms,1s,2s,5s,10s", walls);

	(void)state;
	assert_null(says(w, "holdsTo"));
	assert_string_equal(says(w, "holdsFrom"), "5s");
	assert_string_equal(says(w, "firstWall"), "slo");
	walls_are(w, "slo 2s, limiter 1s");
	end(w);
}

static void a_wall_in_the_middle_leaves_both_ends(void **state)
{
	static const char *const walls[] = {"", "slo", "pleg", ""};
	struct world *w = along("podsPerNode=10,20,30,40", walls);

	(void)state;
	assert_string_equal(says(w, "holdsTo"), "10");
	assert_string_equal(says(w, "holdsFrom"), "40");
	walls_are(w, "slo 20, pleg 30");
	end(w);
}

static void without_a_wall_all_of_the_axis_holds(void **state)
{
	static const char *const none[] = {"", ""}, *const all[] = {"slo", "slo"};
	struct world *w = along("podsPerNode=10,20", none);

	(void)state;
	assert_string_equal(says(w, "holdsTo"), "20");
	assert_string_equal(says(w, "holdsFrom"), "10");
	assert_null(says(w, "firstWall"));
	end(w);
	w = along("podsPerNode=10,20", all);
	assert_null(says(w, "holdsTo"));
	assert_null(says(w, "holdsFrom"));
	walls_are(w, "slo 10");
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_gets_harder_holds_to_its_first_wall),
		cmocka_unit_test(what_gets_easier_holds_from_where_its_last_wall_is_behind),
		cmocka_unit_test(a_wall_in_the_middle_leaves_both_ends),
		cmocka_unit_test(without_a_wall_all_of_the_axis_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
