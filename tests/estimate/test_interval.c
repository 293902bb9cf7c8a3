/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/interval.h"

#include "tcase.h"

#define assert_near(a, b, tolerance)                                                           \
	assert_true((a) - (b) < (tolerance) && (b) - (a) < (tolerance))

static void a_root_squared_is_the_number(void **state)
{
	static const double numbers[] = {0, 1e-9, 0.25, 1, 2, 144, 1e6, 3.7e15};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		double root = interval_root(numbers[i]);

		assert_near(root * root, numbers[i], 1e-12 * numbers[i] + 1e-15);
	}
}

static void students_t_is_the_tables(void **state)
{
	(void)state;
	assert_near(interval_t(1), 12.706, 1e-9);
	assert_near(interval_t(19), 2.093, 1e-9);
	assert_near(interval_t(30), 2.042, 1e-9);
	assert_near(interval_t(31), 2.042, 1e-9); /* the next smaller, which is wider */
	assert_near(interval_t(99), 2.000, 1e-9);
	assert_near(interval_t(999999), 1.962, 1e-9);
}

/* By hand: mean 12, s = 2, t(4) = 2.776, sqrt(1 + 1/5) = 1.09545. */
static void an_interval_is_that_of_one_further_run(void **state)
{
	static const double values[] = {10, 11, 12, 12, 15};
	struct interval i = interval_of(values, 5, 1);

	(void)state;
	assert_near(i.mean, 12, 1e-12);
	assert_near(i.high - i.mean, 2.776 * 1.870829 * 1.095445, 1e-5);
	assert_near(i.mean - i.low, i.high - i.mean, 1e-9);
}

/* As above; t(4) = 8.610. */
static void an_interval_among_fifty_is_wider(void **state)
{
	static const double values[] = {10, 11, 12, 12, 15};
	struct interval i = interval_among(values, 5, 1);

	(void)state;
	assert_near(i.high - i.mean, 8.610 * 1.870829 * 1.095445, 1e-5);
	assert_near(i.low, 0, 1e-12);
}

static void runs_that_agree_leave_one_call_of_room(void **state)
{
	static const double values[] = {60, 60, 60};
	struct interval i = interval_of(values, 3, 1);

	(void)state;
	assert_near(i.low, 59, 1e-12);
	assert_near(i.high, 61, 1e-12);
}

static void no_count_is_below_zero(void **state)
{
	static const double values[] = {0, 3, 0, 1};

	(void)state;
	assert_near(interval_of(values, 4, 1).low, 0, 1e-12);
}

/* By hand, as above: sqrt(1/5) = 0.447214; differences may be below 0. */
static void a_mean_lies_where_its_interval_says(void **state)
{
	static const double values[] = {-2, -1, 0, 0, 3};
	struct interval i = interval_of_mean(values, 5);

	(void)state;
	assert_near(i.mean, 0, 1e-12);
	assert_near(i.high, 2.776 * 1.870829 * 0.447214, 1e-5);
	assert_near(i.low, -i.high, 1e-9);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_squared_is_the_number),
		cmocka_unit_test(students_t_is_the_tables),
		cmocka_unit_test(an_interval_is_that_of_one_further_run),
		cmocka_unit_test(an_interval_among_fifty_is_wider),
		cmocka_unit_test(runs_that_agree_leave_one_call_of_room),
		cmocka_unit_test(no_count_is_below_zero),
		cmocka_unit_test(a_mean_lies_where_its_interval_says),
	};

	return cmocka_run_group_tests_name("interval", tests, NULL, NULL);
}
