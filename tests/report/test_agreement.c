/* SPDX-License-Identifier: Apache-2.0 */
#include "report/agreement.h"

#include "tcase.h"

#include <string.h>

#define ROW(SOURCE, CALL, IN_METRIC, CLOSED, WHY, LIVE, AGREES)                                \
	"{\"source\": \"" SOURCE "\", \"call\": \"" CALL "\", \"inMetric\": " IN_METRIC        \
	", \"code\": \"c\", \"closedForm\": " CLOSED ", \"closedFormReason\": " WHY            \
	", \"simulated\": 100, \"low\": 99, \"high\": 101, \"live\": " LIVE                    \
	", \"difference\": 0, \"relativeDifference\": 0.1, \"agrees\": " AGREES "}"

static const char small[] =
	"{\"metadata\": {\"name\": \"s\"}, \"kubelet\": \"k\", \"containerRuntime\": \"c\","
	" \"seed\": 1, \"seeds\": 20, \"nodes\": 1, \"podsPerNode\": 3, \"warmupSeconds\": 10,"
	" \"durationSeconds\": 50, \"tolerance\": 0.05, \"rowsTotal\": 3, \"rowsWithin\": 1,"
	" \"rowsAgree\": 2, \"notes\": [\"Interrupted.\"], \"live\": {\"whole\": false},"
	" \"rows\": [" ROW("api", "get pods", "null", "null", "\"it hangs on that\"", "104",
		"true") ", " ROW("runtime", "status", "true", "100", "null", "100",
		"true") ", " ROW("runtime", "status", "false", "null", "\"it hangs on that\"",
		"110", "false") "]}";

static void with_result(void (*render)(const struct json *, struct str *), struct str *out)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(small, strlen(small), &value, &err))
		fail_msg("%s", err.text);
	render(value, out);
	json_free(value);
}

static void as_text(const struct json *result, struct str *out)
{
	agreement_show(result, SHOW_TEXT, out);
}

static void as_markdown(const struct json *result, struct str *out)
{
	agreement_show(result, SHOW_MARKDOWN, out);
}

static void text_says_how_many_agree_and_what_is_to_be_known(void **state)
{
	struct str out = {0};

	(void)state;
	with_result(as_text, &out);
	assert_non_null(strstr(str_text(&out), "1 node of 3 pods"));
	assert_non_null(strstr(str_text(&out), "from 10 to 60 s"));
	assert_non_null(strstr(str_text(&out), "2 of 3 calls agree, 1 do not"));
	assert_non_null(strstr(str_text(&out), "Interrupted."));
	str_fini(&out);
}

static void calls_without_a_form_for_one_reason_share_it(void **state)
{
	struct str out = {0};
	const char *at;

	(void)state;
	with_result(as_text, &out);
	at = strstr(str_text(&out), "get pods, status (not in the metric): it hangs on that.");
	assert_non_null(at);
	assert_null(strstr(strstr(at, "it hangs on that") + 1, "it hangs on that"));
	str_fini(&out);
}

static void requests_and_runtime_calls_have_tables_of_their_own(void **state)
{
	struct str out = {0};

	(void)state;
	with_result(as_markdown, &out);
	assert_non_null(strstr(str_text(&out),
		"| get pods |  | c | - | 100 | 99.0 | 101.0 | 104 | +10.0% | yes |"));
	assert_non_null(strstr(str_text(&out),
		"| status | no | c | - | 100 | 99.0 | 101.0 | 110 | +10.0% | no |"));
	str_reset(&out);
	with_result(agreement_csv, &out);
	assert_non_null(strstr(str_text(&out), "\nrows,runtime,status,false,"));
	assert_non_null(strstr(str_text(&out), "\nlive,"));
	str_fini(&out);
}

static void junit(const struct json *result, struct str *out)
{
	struct junit cases = {0};

	agreement_junit(result, &cases);
	assert_int_equal(cases.of[JUNIT_PASSED], 2);
	assert_int_equal(cases.of[JUNIT_FAILED], 1);
	junit_finish(&cases, "agree", out);
	junit_fini(&cases);
}

static void a_call_that_does_not_agree_is_a_failed_case(void **state)
{
	struct str out = {0};

	(void)state;
	with_result(junit, &out);
	assert_non_null(strstr(str_text(&out), "status (not in the metric), c"));
	str_fini(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_says_how_many_agree_and_what_is_to_be_known),
		cmocka_unit_test(calls_without_a_form_for_one_reason_share_it),
		cmocka_unit_test(requests_and_runtime_calls_have_tables_of_their_own),
		cmocka_unit_test(a_call_that_does_not_agree_is_a_failed_case),
	};

	return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
