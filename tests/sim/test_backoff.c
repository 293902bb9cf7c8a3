/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/backoff.h"

#include "tcase.h"

static const struct backoff_rule rule = {
	.first = 800 * NS_MS, .most = 30 * NS_S, .reset = 2 * NS_MIN};

static void it_doubles_up_to_the_most(void **state)
{
	static const ns_t waits[] = {800, 1600, 3200, 6400, 12800, 25600, 30000, 30000};
	struct backoff b = {0};
	ns_t now = NS_S;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(backoff_next(&b, &rule, now, 0), waits[i] * NS_MS);
		now += waits[i] * NS_MS;
	}
}

static void it_forgets_when_all_was_well_for_long(void **state)
{
	struct backoff b = {0};

	(void)state;
	assert_int_equal(backoff_next(&b, &rule, 0, 0), 800 * NS_MS);
	assert_int_equal(backoff_next(&b, &rule, 2 * NS_MIN, 0), 1600 * NS_MS);
	assert_int_equal(backoff_next(&b, &rule, 4 * NS_MIN + 1, 0), 800 * NS_MS);
}

static void jitter_is_added(void **state)
{
	struct backoff_rule jittered = rule;
	struct backoff b = {0};

	(void)state;
	jittered.jitter = 100;
	assert_in_range(backoff_next(&b, &jittered, 0, UINT64_MAX), 1599 * NS_MS, 1600 * NS_MS);
	assert_int_equal(backoff_next(&b, &jittered, 1, 0), 1600 * NS_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_doubles_up_to_the_most),
		cmocka_unit_test(it_forgets_when_all_was_well_for_long),
		cmocka_unit_test(jitter_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
