/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/bucket.h"

#include "tcase.h"

static void a_burst_goes_at_once_and_the_rest_five_a_second(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 5000, 10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(bucket_take(&b, 0), 0);
	for (int i = 1; i <= 100; i++)
		assert_int_equal(bucket_take(&b, 0), i * 200 * NS_MS);
}

static void whoever_comes_later_does_not_overtake(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 5000, 1);
	assert_int_equal(bucket_take(&b, 0), 0);
	assert_int_equal(bucket_take(&b, 0), 200 * NS_MS);
	assert_int_equal(bucket_take(&b, 10 * NS_MS), 400 * NS_MS);
	assert_int_equal(bucket_take(&b, 600 * NS_MS), 600 * NS_MS);
}

static void who_took_last_waits_less_and_less(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 5000, 1);
	assert_int_equal(bucket_behind(&b, 0), 0);
	(void)bucket_take(&b, 0);
	assert_int_equal(bucket_behind(&b, 0), 0);
	(void)bucket_take(&b, 0);
	assert_int_equal(bucket_behind(&b, 0), 200 * NS_MS);
	assert_int_equal(bucket_behind(&b, 150 * NS_MS), 50 * NS_MS);
	assert_int_equal(bucket_behind(&b, NS_S), 0);
}

static void a_pause_fills_the_bucket_up_to_its_burst(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 5000, 10);
	for (int i = 0; i < 10; i++)
		(void)bucket_take(&b, 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(bucket_take(&b, NS_MIN), NS_MIN);
	assert_int_equal(bucket_take(&b, NS_MIN), NS_MIN + 200 * NS_MS);
}

static void trying_takes_only_what_is_there(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 5000, 2);
	assert_true(bucket_try(&b, 0));
	assert_true(bucket_try(&b, 0));
	assert_false(bucket_try(&b, 0));
	assert_false(bucket_try(&b, 200 * NS_MS - 1)); /* a vain try costs nothing */
	assert_true(bucket_try(&b, 200 * NS_MS));
	assert_false(bucket_try(&b, 200 * NS_MS));
}

static void a_negative_rate_is_no_limit(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, -1000, 1);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(bucket_take(&b, NS_S), NS_S);
		assert_true(bucket_try(&b, NS_S));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_goes_at_once_and_the_rest_five_a_second),
		cmocka_unit_test(whoever_comes_later_does_not_overtake),
		cmocka_unit_test(who_took_last_waits_less_and_less),
		cmocka_unit_test(a_pause_fills_the_bucket_up_to_its_burst),
		cmocka_unit_test(trying_takes_only_what_is_there),
		cmocka_unit_test(a_negative_rate_is_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
