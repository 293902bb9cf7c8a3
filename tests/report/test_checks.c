/* SPDX-License-Identifier: Apache-2.0 */
/* What results check, as cases (report/checks.c). */
#include "tcase.h"

#include <stdio.h>
#include <string.h>

#include "report/contrast.h"
#include "report/incidents.h"
#include "report/result.h"
#include "report/validation.h"

typedef void (*junit_fn)(const struct json *result, struct junit *junit);

/* How many cases passed, failed and were skipped. */
static void expect(
	junit_fn checks, const char *text, unsigned passed, unsigned failed, unsigned skipped)
{
	struct json *result = NULL;
	struct junit junit = {0};
	struct err err = {0};

	if (json_parse(text, strlen(text), &result, &err))
		fail_msg("%s", err.text);
	checks(result, &junit);
	assert_int_equal(junit.of[JUNIT_PASSED], passed);
	assert_int_equal(junit.of[JUNIT_FAILED], failed);
	assert_int_equal(junit.of[JUNIT_SKIPPED], skipped);
	junit_fini(&junit);
	json_free(result);
}

static void a_missed_objective_fails_and_an_unmeasured_one_is_skipped(void **state)
{
	(void)state;
	expect(result_junit,
		"{\"verdict\": \"settled\", \"slo\": ["
		"{\"name\": \"apiCalls\", \"objectiveSeconds\": 1, \"p99Seconds\": 0.5, "
		"\"met\": "
		"true},"
		"{\"name\": \"clusterLists\", \"objectiveSeconds\": 30, \"p99Seconds\": 31, "
		"\"met\": false},"
		"{\"name\": \"podStarts\", \"objectiveSeconds\": 5, \"p99Seconds\": null, "
		"\"met\": null}]}",
		2, 1, 1);
}

static void a_run_that_has_not_settled_fails(void **state)
{
	(void)state;
	expect(result_junit, "{\"verdict\": \"rejecting\", \"slo\": []}", 0, 1, 0);
}

static void a_figure_that_is_lost_fails_and_one_known_not_to_match_is_skipped(void **state)
{
	(void)state;
	expect(incidents_junit,
		"{\"rows\": ["
		"{\"name\": \"a\", \"figure\": \"f\", \"unit\": \"/s\", \"published\": 1, "
		"\"ours\": 1, \"verdict\": \"matched\", \"expected\": \"matched\"},"
		"{\"name\": \"b\", \"figure\": \"f\", \"unit\": \"/s\", \"published\": 1, "
		"\"ours\": 2, \"verdict\": \"not-matched\", \"expected\": \"matched\"},"
		"{\"name\": \"c\", \"figure\": \"f\", \"unit\": \"/s\", \"published\": 1, "
		"\"ours\": null, \"verdict\": \"not-matched\", \"expected\": "
		"\"not-matched\"}]}",
		1, 1, 1);
}

static void coverage_decides_a_validation_and_a_single_miss_does_not(void **state)
{
	static const char text[] =
		"{\"coverage\": 0.5, \"minWithin\": %s, \"rows\": ["
		"{\"node\": \"n\", \"phase\": \"p\", \"source\": \"api\", \"call\": \"c\", "
		"\"recorded\": 1, \"simulated\": 1, \"low\": 0, \"high\": 2, \"within\": true},"
		"{\"node\": \"n\", \"phase\": \"p\", \"source\": \"api\", \"call\": \"d\", "
		"\"recorded\": 9, \"simulated\": 1, \"low\": 0, \"high\": 2, \"within\": "
		"false}]}";
	char with[sizeof(text) + 8];

	(void)state;
	(void)snprintf(with, sizeof(with), text, "0.4");
	expect(validation_junit, with, 2, 0, 1);
	(void)snprintf(with, sizeof(with), text, "0.9");
	expect(validation_junit, with, 1, 1, 1);
}

static void a_design_without_a_closed_form_is_skipped(void **state)
{
	(void)state;
	expect(contrast_junit,
		"{\"runtime\": [{\"design\": \"polling\", \"podsPerNode\": 10, "
		"\"callsPerSecondPerNode\": 9, \"closedFormPerNode\": 9, "
		"\"closedFormDifference\": 0}],"
		" \"objects\": [{\"design\": \"get\", \"podsPerNode\": 10, "
		"\"requestsPerSecond\": {\"mean\": 5}, \"closedForm\": null, "
		"\"closedFormReason\": \"a limiter is full\"}]}",
		1, 0, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missed_objective_fails_and_an_unmeasured_one_is_skipped),
		cmocka_unit_test(a_run_that_has_not_settled_fails),
		cmocka_unit_test(
			a_figure_that_is_lost_fails_and_one_known_not_to_match_is_skipped),
		cmocka_unit_test(coverage_decides_a_validation_and_a_single_miss_does_not),
		cmocka_unit_test(a_design_without_a_closed_form_is_skipped),
	};

	return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
