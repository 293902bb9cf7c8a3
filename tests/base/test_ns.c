/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ns.h"

#include "tcase.h"

static void a_sum_that_does_not_fit_is_never(void **state)
{
	(void)state;
	assert_int_equal(ns_add(NS_S, 500 * NS_MS), 1500 * NS_MS);
	assert_int_equal(ns_add(NS_NEVER - 1, 1), NS_NEVER);
	assert_int_equal(ns_add(NS_NEVER - 1, 2), NS_NEVER);
}

static void never_stays_never(void **state)
{
	(void)state;
	assert_int_equal(ns_add(NS_NEVER, 0), NS_NEVER);
	assert_int_equal(ns_add(NS_NEVER, -NS_S), NS_NEVER);
	assert_int_equal(ns_add(0, NS_NEVER), NS_NEVER);
}

static void the_earlier_of_a_moment_and_never_is_the_moment(void **state)
{
	(void)state;
	assert_int_equal(ns_min(NS_MIN, NS_NEVER), NS_MIN);
	assert_int_equal(ns_min(3, 2), 2);
	assert_int_equal(ns_max(3, 2), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sum_that_does_not_fit_is_never),
		cmocka_unit_test(never_stays_never),
		cmocka_unit_test(the_earlier_of_a_moment_and_never_is_the_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
