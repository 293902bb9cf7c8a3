/* SPDX-License-Identifier: Apache-2.0 */
#include "live/faults.h"

#include <string.h>

#include "tcase.h"

static void rules_are_read(void **state)
{
	struct fault_rules r = {0};

	(void)state;
	assert_int_equal(faults_parse(&r, "500=5%", NULL), 0);
	assert_int_equal(faults_parse(&r, "latency=200ms@0.1", NULL), 0);
	assert_int_equal(faults_parse(&r, "restart=2s@1m", NULL), 0);
	assert_int_equal(r.share[FAULT_ERROR], 50000);
	assert_int_equal(r.share[FAULT_LATENCY], 100000);
	assert_int_equal(r.time[FAULT_LATENCY], 200 * NS_MS);
	assert_int_equal(r.time[FAULT_RESTART], 2 * NS_S);
	assert_int_equal(r.period, NS_MIN);
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"500", "KIND=SHARE"},
		{"resets=1%", "did you mean 'reset'?"},
		{"500=2", "'2' is no share"},
		{"500=x", "'x' is no share"},
		{"latency=1s", "TIME@SHARE"},
		{"latency=x@1%", "'x' is no time"},
		{"restart=1s@0s", "'0s' is no time"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault_rules r = {0};
		struct err err = {0};

		assert_int_equal(faults_parse(&r, cases[i].text, &err), ERR_INPUT);
		assert_non_null(strstr(err.text, cases[i].says));
	}
}

static void a_share_of_requests_is_struck_always_the_same(void **state)
{
	struct fault_rules r = {.share = {[FAULT_ERROR] = 100000}};
	int n = 0;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		bool strikes = fault_strikes(&r, 7, FAULT_ERROR, i);

		n += strikes;
		assert_int_equal(strikes, fault_strikes(&r, 7, FAULT_ERROR, i));
		assert_false(fault_strikes(&r, 7, FAULT_RESET, i));
	}
	assert_in_range(n, 900, 1100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_share_of_requests_is_struck_always_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
