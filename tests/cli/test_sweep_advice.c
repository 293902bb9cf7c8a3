/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_advice.h"

#include "sweep_kit.h"

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

/* As along a limit of which no value is enough. */
static void where_no_end_holds_the_one_that_is_nearer_is_told_first(void **state)
{
	static const char *const fewer[] = {"limiter slo", "limiter slo", "slo"};
	static const char *const less[] = {"slo=70", "slo=30", "slo=6"};
	static const char *const more[] = {"slo=7", "slo=30", "slo=60"};
	struct world *w = along("kubelet.clients.kube.qps=1,2,3", fewer);

	(void)state;
	walls_are(w, "slo 3, limiter 2");
	end(w);
	w = along("kubelet.clients.kube.qps=1,2,3", less);
	walls_are(w, "slo 3");
	end(w);
	w = along("podsPerNode=1,2,3", more);
	walls_are(w, "slo 1");
	end(w);
}

static void what_some_cell_lacks_is_told_not_to_count(void **state)
{
	static const char *const walls[] = {"", ""};
	static const char *const lacks[] = {"runtime.calls.perNode", "api.requests.mean",
		"detection.p99", "podStart.p99", "staleness.p99"};
	struct world *w = along("podsPerNode=10,20", walls);
	struct json *pareto = advice_pareto(&w->sweep), *without = json_get(pareto, "without");

	(void)state;
	assert_int_equal(json_size(without), 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(json_as_str(json_at(without, i)), lacks[i]);
	assert_int_equal(json_size(json_get(pareto, "objectives")), 1);
	json_free(pareto);
	for (uint32_t c = 0; c < 2; c++) {
		struct json *measures = json_object();

		json_put_num(measures, "runtime.calls.perNode", 1);
		if (c == 0)
			json_put_num(measures, "detection.p99", 1);
		json_put(w->cell[c], "measures", measures);
	}
	pareto = advice_pareto(&w->sweep);
	without = json_get(pareto, "without");
	assert_int_equal(json_size(without), 4);
	assert_string_equal(json_as_str(json_at(without, 1)), "detection.p99");
	json_free(pareto);
	end(w);
}

static bool is_unbeaten(const struct json *pareto, uint32_t cell)
{
	const struct json *c = json_child(json_get(pareto, "cells"));

	while (c && json_as_num(c) != cell)
		c = json_next(c);
	return c != NULL;
}

/* Fewer calls, and nobody died who would have been missed for longer. */
static void a_longer_relist_period_is_not_free_where_nothing_dies(void **state)
{
	static const char *const walls[] = {"", "", ""};
	static const double calls[] = {3, 2, 2}, implied[] = {1, 5, 6};
	struct world *w = along("kubelet.pleg.relistPeriod=1s,5s,6s", walls);
	struct json *pareto;

	(void)state;
	for (uint32_t c = 0; c < 3; c++) {
		struct json *measures = json_object();

		json_put_num(measures, "runtime.calls.perNode", calls[c]);
		json_put(w->cell[c], "measures", measures);
		json_put_num(w->cell[c], "impliedDetectionSeconds", implied[c]);
	}
	pareto = advice_pareto(&w->sweep);
	assert_true(is_unbeaten(pareto, 0));
	assert_true(is_unbeaten(pareto, 1));
	assert_false(is_unbeaten(pareto, 2));
	assert_int_equal(json_size(json_get(pareto, "without")), 3);
	json_free(pareto);
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_gets_harder_holds_to_its_first_wall),
		cmocka_unit_test(what_gets_easier_holds_from_where_its_last_wall_is_behind),
		cmocka_unit_test(where_no_end_holds_the_one_that_is_nearer_is_told_first),
		cmocka_unit_test(what_some_cell_lacks_is_told_not_to_count),
		cmocka_unit_test(a_longer_relist_period_is_not_free_where_nothing_dies),
		cmocka_unit_test(a_wall_in_the_middle_leaves_both_ends),
		cmocka_unit_test(without_a_wall_all_of_the_axis_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
