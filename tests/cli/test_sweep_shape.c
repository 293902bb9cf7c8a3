/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_shape.h"

#include "tcase.h"

static void a_knee_is_where_a_curve_turns_up(void **state)
{
	static const double x[] = {10, 20, 30, 40, 50};
	static const double hockey[] = {1, 1, 1, 5, 9};
	static const double line[] = {1, 2, 3, 4, 5};
	static const double bent_down[] = {1, 6, 8, 9, 9.5};
	static const double flat[] = {3, 3, 3, 3, 3};
	static const double falling[] = {9, 5, 1, 1, 1};

	(void)state;
	assert_int_equal(shape_knee(x, hockey, 5), 2);
	assert_int_equal(shape_knee(x, line, 5), 5);
	assert_int_equal(shape_knee(x, bent_down, 5), 5);
	assert_int_equal(shape_knee(x, flat, 5), 5);
	assert_int_equal(shape_knee(x, falling, 5), 5);
	assert_int_equal(shape_knee(x, hockey, 2), 2);
	assert_int_equal(shape_knee(x, hockey, 0), 0);
}

static void a_small_bend_is_no_knee(void **state)
{
	static const double x[] = {0, 50, 100}, slight[] = {0, 45, 100}, clear[] = {0, 30, 100};

	(void)state;
	assert_int_equal(shape_knee(x, slight, 3), 3);
	assert_int_equal(shape_knee(x, clear, 3), 1);
}

/* 99 % of pod starts on nodes at leisure, in seconds. */
static void noise_has_no_knee(void **state)
{
	static const double x[] = {10, 50, 90, 130, 170, 210, 250};
	static const double y[] = {2.42, 2.57, 2.45, 2.51, 2.46, 2.41, 2.45};
	static const double little[] = {100, 100, 100, 100, 100, 104, 109};
	static const double swings[] = {1, 3, 1, 3, 1, 1, 2.5};

	(void)state;
	assert_int_equal(shape_knee(x, y, 7), 7);
	assert_int_equal(shape_knee(x, little, 7), 7);
	assert_int_equal(shape_knee(x, swings, 7), 7);
}

static void what_is_better_in_one_and_worse_in_none_beats(void **state)
{
	static const double a[] = {1, 2}, same[] = {1, 2}, better[] = {1, 1}, other[] = {0, 3};

	(void)state;
	assert_false(shape_beats(a, same, 2));
	assert_true(shape_beats(better, a, 2));
	assert_false(shape_beats(a, better, 2));
	assert_false(shape_beats(other, a, 2));
	assert_false(shape_beats(a, other, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_knee_is_where_a_curve_turns_up),
		cmocka_unit_test(a_small_bend_is_no_knee),
		cmocka_unit_test(noise_has_no_knee),
		cmocka_unit_test(what_is_better_in_one_and_worse_in_none_beats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
