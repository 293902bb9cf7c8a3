/* SPDX-License-Identifier: Apache-2.0 */
#include "report/validation.h"

#include "tcase.h"

#include <string.h>

static const char small[] =
	"{\"metadata\": {\"name\": \"r\"}, \"kubelet\": \"v1.20\", \"containerRuntime\": \"c\","
	" \"seed\": 1, \"seeds\": 20, \"rowsTotal\": 2, \"rowsWithin\": 1, \"coverage\": 0.5,"
	" \"minWithin\": 0.9, \"steadyRowsOf500\": {\"rows\": 1, \"within3Percent\": 1,"
	"  \"worstRelativeError\": 0.004},"
	" \"runningSeconds\": {\"medians\": 1, \"mediansWithin10Percent\": 0, \"maxima\": 2,"
	"  \"maximaWithin20Percent\": 2},"
	" \"rows\": [{\"node\": \"n\", \"phase\": \"steady\", \"source\": \"cri\", \"call\": "
	"\"status\","
	"  \"recorded\": 120, \"simulated\": 120.1, \"low\": 119.1, \"high\": 121.1,"
	"  \"relativeError\": 0.0008, \"within\": true},"
	"  {\"node\": \"n\", \"phase\": \"steady\", \"source\": \"api\", \"call\": \"watch "
	"nodes\","
	"  \"recorded\": 0, \"simulated\": 1.1, \"low\": 0.1, \"high\": 2.1, "
	"\"relativeError\": null,"
	"  \"within\": false},"
	"  {\"node\": \"n\", \"phase\": \"startup\", \"source\": \"latency\","
	"  \"call\": \"runningSeconds p50\", \"recorded\": 25.2, \"simulated\": 22,"
	"  \"low\": 19.8, \"high\": 24.2, \"relativeError\": -0.127, \"within\": false}],"
	" \"others\": []}";

static struct json *result(void)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(small, strlen(small), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static void text_ends_with_the_coverage(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	validation_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out), "Coverage 0.500: 1 of 2 rows"));
	assert_non_null(strstr(str_text(&out), "1 of 1 within 3 %, the worst off by 0.4 %"));
	assert_null(strstr(str_text(&out), "Beside the counts"));
	str_fini(&out);
	json_free(r);
}

static void a_call_that_was_never_recorded_has_no_error(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	validation_csv(r, &out);
	assert_non_null(strstr(
		str_text(&out), "\nrows,n,steady,api,watch nodes,0,1.1,0.1,2.1,,false\n"));
	str_reset(&out);
	validation_show(r, SHOW_MARKDOWN, &out);
	assert_non_null(strstr(str_text(&out),
		"| n | steady | api | watch nodes | 0 | 1.1 | 0.1 | 2.1 | - | no |"));
	str_fini(&out);
	json_free(r);
}

static void latencies_have_a_table_of_their_own(void **state)
{
	struct json *r = result();
	struct str out = {0};
	const char *counts, *latencies;

	(void)state;
	validation_show(r, SHOW_TEXT, &out);
	counts = strstr(str_text(&out), "watch nodes");
	latencies = strstr(str_text(&out), "\nFrom a pod's creation");
	assert_non_null(latencies);
	assert_true(counts && counts < latencies);
	assert_non_null(strstr(latencies, "runningSeconds p50      25.2       22.0"));
	assert_non_null(strstr(latencies, "runningSeconds: 0 of 1 medians within 10 %, 2 of 2 "
					  "maxima within 20 %.\n"));
	str_fini(&out);
	json_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_ends_with_the_coverage),
		cmocka_unit_test(a_call_that_was_never_recorded_has_no_error),
		cmocka_unit_test(latencies_have_a_table_of_their_own),
	};

	return cmocka_run_group_tests_name("validation", tests, NULL, NULL);
}
