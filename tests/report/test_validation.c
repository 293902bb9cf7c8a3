/* SPDX-License-Identifier: Apache-2.0 */
#include "report/validation.h"

#include "tcase.h"

#include <string.h>

static const char small[] =
	"{\"metadata\": {\"name\": \"r\"}, \"kubelet\": \"v1.20\", \"containerRuntime\": \"c\","
	" \"seed\": 1, \"seeds\": 20, \"rowsTotal\": 2, \"rowsWithin\": 1, \"coverage\": 0.5,"
	" \"minWithin\": 0.9, \"steadyRowsOf500\": {\"rows\": 1, \"within3Percent\": 1,"
	"  \"worstRelativeError\": 0.004},"
	" \"rows\": [{\"node\": \"n\", \"phase\": \"steady\", \"source\": \"cri\", \"call\": "
	"\"status\","
	"  \"recorded\": 120, \"simulated\": 120.1, \"low\": 119.1, \"high\": 121.1,"
	"  \"relativeError\": 0.0008, \"within\": true},"
	"  {\"node\": \"n\", \"phase\": \"steady\", \"source\": \"api\", \"call\": \"watch "
	"nodes\","
	"  \"recorded\": 0, \"simulated\": 1.1, \"low\": 0.1, \"high\": 2.1, "
	"\"relativeError\": null,"
	"  \"within\": false}], \"others\": []}";

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
	validation_text(r, &out);
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
	validation_markdown(r, &out);
	assert_non_null(strstr(str_text(&out),
		"| n | steady | api | watch nodes | 0 | 1.1 | 0.1 | 2.1 | - | no |"));
	str_fini(&out);
	json_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_ends_with_the_coverage),
		cmocka_unit_test(a_call_that_was_never_recorded_has_no_error),
	};

	return cmocka_run_group_tests_name("validation", tests, NULL, NULL);
}
