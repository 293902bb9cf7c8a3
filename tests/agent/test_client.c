/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/client.h"

#include "tcase.h"

static void what_says_when_is_tried_ten_times_more(void **state)
{
	(void)state;
	for (uint8_t tries = 0; tries < 10; tries++)
		assert_true(client_tries_again(NS_S, false, tries));
	assert_false(client_tries_again(NS_S, false, 10));
}

static void what_does_not_say_when_is_its_callers(void **state)
{
	(void)state;
	assert_false(client_tries_again(0, false, 0));
}

static void a_watch_that_is_sent_once_is_its_reflectors(void **state)
{
	(void)state;
	assert_false(client_tries_again(NS_S, true, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_says_when_is_tried_ten_times_more),
		cmocka_unit_test(what_does_not_say_when_is_its_callers),
		cmocka_unit_test(a_watch_that_is_sent_once_is_its_reflectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
