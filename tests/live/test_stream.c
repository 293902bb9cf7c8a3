/* SPDX-License-Identifier: Apache-2.0 */
#include "live/serve_priv.h"

#include "tcase.h"

static void a_bookmark_comes_every_minute(void **state)
{
	(void)state;
	assert_int_equal(stream_next_bookmark(5 * NS_S, NS_HOUR), 5 * NS_S + NS_MIN);
	assert_int_equal(stream_next_bookmark(65 * NS_S, NS_HOUR), 65 * NS_S + NS_MIN);
}

static void the_last_comes_two_seconds_before_the_end(void **state)
{
	(void)state;
	assert_int_equal(stream_next_bookmark(NS_S, 63 * NS_S), 61 * NS_S);
	assert_int_equal(stream_next_bookmark(NS_S, 62 * NS_S), 60 * NS_S);
	assert_int_equal(stream_next_bookmark(NS_S, 3 * NS_S), NS_S);
}

static void after_that_none_comes(void **state)
{
	(void)state;
	assert_int_equal(stream_next_bookmark(61 * NS_S + 1, 63 * NS_S), NS_NEVER);
	assert_int_equal(stream_next_bookmark(0, NS_S), NS_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bookmark_comes_every_minute),
		cmocka_unit_test(the_last_comes_two_seconds_before_the_end),
		cmocka_unit_test(after_that_none_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
