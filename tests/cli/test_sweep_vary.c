/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_vary.h"

#include "tcase.h"

#include <string.h>

static struct arena mem;
static struct grid grid;

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_fini(&mem);
	return 0;
}

/* Flags, up to a NULL. */
static int read_flags(const char *const *flag, struct err *err)
{
	struct opt_texts flags = {0};

	for (; *flag; flag++)
		flags.text[flags.n++] = *flag;
	return grid_read(&grid, &flags, &mem, err);
}

static void reads(const char *a, const char *b)
{
	const char *const flags[] = {a, b, NULL};
	struct err err = {0};

	if (read_flags(flags, &err))
		fail_msg("%s", err.text);
}

static void refuses(const char *a, const char *b, const char *expected)
{
	const char *const flags[] = {a, b, NULL};
	struct err err = {0};

	assert_int_equal(read_flags(flags, &err), ERR_INPUT);
	if (!strstr(err.text, expected))
		fail_msg("'%s' lacks '%s'", err.text, expected);
}

static void a_range_has_its_ends_and_steps(void **state)
{
	(void)state;
	reads("podsPerNode=10..50/20", NULL);
	assert_int_equal(grid.cells, 3);
	assert_string_equal(grid.vary[0].field, "workload.pods");
	assert_string_equal(grid.vary[0].value[2], "50");
	assert_true(grid_is_density(&grid));
	reads("kubelet.pleg.relistPeriod=500ms..2s/500ms", NULL);
	assert_int_equal(grid.cells, 4);
	assert_string_equal(grid.vary[0].value[1], "1s");
	assert_string_equal(grid.vary[0].value[2], "1.5s");
	assert_true(grid.vary[0].number[3] == 2);
	assert_false(grid_is_density(&grid));
	reads("nodes=5..9/10", NULL);
	assert_int_equal(grid.cells, 1);
}

static void ranges_stand_among_values_and_numbers_are_put_in_order(void **state)
{
	(void)state;
	reads("nodes=50,1,10..30/10", NULL);
	assert_int_equal(grid.cells, 5);
	assert_string_equal(grid.vary[0].value[0], "1");
	assert_string_equal(grid.vary[0].value[3], "30");
	assert_true(grid.vary[0].number[4] == 50);
	reads("kubelet.pleg.relistPeriod=1m,5s", NULL);
	assert_string_equal(grid.vary[0].value[0], "5s");
	reads("kubelet=v1.20,v1.12", NULL);
	assert_string_equal(grid.vary[0].value[0], "v1.20");
}

static void a_seed_is_no_axis(void **state)
{
	(void)state;
	reads("seed=1,2,3", "nodes=1,2");
	assert_int_equal(grid.axis, 1);
	reads("seed=1,2,3", NULL);
	assert_int_equal(grid.axis, 1);
}

static void the_last_goes_fastest(void **state)
{
	(void)state;
	reads("kubelet=v1.12,v1.20", "podsPerNode=10,20,30");
	assert_int_equal(grid.cells, 6);
	assert_int_equal(grid.axis, 1);
	assert_int_equal(grid_value(&grid, 4, 0), 1);
	assert_int_equal(grid_value(&grid, 4, 1), 1);
	assert_int_equal(grid_along(&grid, 4, 2), 5);
	reads("podsPerNode=10,20,30", "kubelet=v1.12,v1.20");
	assert_int_equal(grid.axis, 0);
	assert_int_equal(grid_along(&grid, 1, 2), 5);
}

static void the_axis_is_density_or_what_grows(void **state)
{
	(void)state;
	reads("kubelet.pleg.relistPeriod=1s,2s", "workload.pods=10,20");
	assert_int_equal(grid.axis, 1);
	reads("kubelet=v1.12,v1.20", "nodes=10,20");
	assert_int_equal(grid.axis, 1);
	reads("kubelet=v1.12,v1.20", "nodes=20,10");
	assert_int_equal(grid.axis, 1);
	reads("kubelet=v1.12,v1.20", "nodes=10");
	assert_int_equal(grid.axis, 2);
}

static void a_mistake_names_the_flag(void **state)
{
	(void)state;
	refuses(NULL, NULL, "--vary is missing");
	refuses("nodes", NULL, "--vary 'nodes': path=a,b,c or path=lo..hi/step");
	refuses("=1", NULL, "is needed");
	refuses("nodes=", NULL, "is needed");
	refuses("nodes=1,,2", NULL, "beside a comma");
	refuses("nodes=1,", NULL, "beside a comma");
	refuses("nodes=1,1", NULL, "twice");
	refuses("nodes=5,10,5.0", NULL, "twice");
	refuses("nodes=20,10..30/10", NULL, "twice");
	refuses("nodes=20,10..30", NULL, "lo..hi/step");
	refuses("nodes=1..2", NULL, "lo..hi/step");
	refuses("nodes=1..x/2", NULL, "lo..hi/step");
	refuses("nodes=5..1/1", NULL, "goes up");
	refuses("nodes=1..5/0", NULL, "more than nothing");
	refuses("nodes=1..9007199254740992/1", NULL, "more than 256 values");
	refuses("podsPerNode=1,2", "workload.pods=1,2", "has that field already");
	refuses("nodes=1..200/1", "podsPerNode=1..200/1", "4096 cells");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_range_has_its_ends_and_steps, begin, end),
		cmocka_unit_test_setup_teardown(
			ranges_stand_among_values_and_numbers_are_put_in_order, begin, end),
		cmocka_unit_test_setup_teardown(a_seed_is_no_axis, begin, end),
		cmocka_unit_test_setup_teardown(the_last_goes_fastest, begin, end),
		cmocka_unit_test_setup_teardown(the_axis_is_density_or_what_grows, begin, end),
		cmocka_unit_test_setup_teardown(a_mistake_names_the_flag, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
