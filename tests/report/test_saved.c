/* SPDX-License-Identifier: Apache-2.0 */
#include "report/saved.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

static const struct saved_versions ours = {"nodetoll/v1", "2.0"};

#define HEAD "\"apiVersion\": \"nodetoll/v1\", \"versions\": {\"nodetoll\": \"2.0\"}"

static void refuses(const char *text, const char *expected)
{
	struct saved saved = {0};
	struct err err = {0};

	assert_int_equal(
		saved_parse("x.json", text, strlen(text), &ours, &saved, &err), ERR_INPUT);
	assert_null(saved.json);
	if (!strstr(err.text, expected) || strncmp(err.text, "x.json: ", 8) != 0)
		fail_msg("'%s' lacks '%s' or the file", err.text, expected);
}

static void a_result_is_read_with_its_kind(void **state)
{
	static const char text[] = "{\"kind\": \"Result\", " HEAD ", \"nodes\": 3}";
	struct saved saved = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(saved_parse("x", text, strlen(text), &ours, &saved, &err), 0);
	assert_string_equal(saved.kind, "Result");
	assert_true(json_as_num(json_get(saved.json, "nodes")) == 3);
	saved_fini(&saved);
	saved_fini(&saved);
}

static void what_is_no_result_is_told_why(void **state)
{
	(void)state;
	refuses("{\"kind\": \"Result\", \"a\": [1, 2", "ends too early");
	refuses("{\"kind\": \"Res", "cut off: line 1, column 11: ");
	refuses("[1]", "no object");
	refuses("{" HEAD "}", "no 'kind'");
	refuses("{\"kind\": 7, " HEAD "}", "no 'kind'");
	refuses("{\"kind\": \"Scenario\", " HEAD "}", "of kind 'Scenario'");
	refuses("{\"kind\": \"Reslut\", " HEAD "}", "did you mean 'Result'?");
	refuses("\001", "not UTF-8");
}

static void another_version_is_refused(void **state)
{
	(void)state;
	refuses("{\"kind\": \"Result\", \"apiVersion\": \"nodetoll/v2\"}",
		"apiVersion is 'nodetoll/v2', 'nodetoll/v1' is needed");
	refuses("{\"kind\": \"Result\"}", "apiVersion is ''");
	refuses("{\"kind\": \"Result\", \"apiVersion\": \"nodetoll/v1\", \"versions\": "
		"{\"nodetoll\": \"1.9\"}}",
		"a result of nodetoll '1.9', and this is 2.0");
	refuses("{\"kind\": \"Result\", \"apiVersion\": \"nodetoll/v1\", \"versions\": 3}",
		"a result of nodetoll ''");
}

static bool is_result(const char *text)
{
	return saved_is_result(text, strlen(text));
}

static void a_result_is_known_by_its_beginning(void **state)
{
	(void)state;
	assert_true(is_result("{\"kind\": \"Result\", \"a\":"));
	assert_true(is_result(" \n{"));
	assert_true(is_result("{\"kind\""));
	assert_true(is_result("{\"kind\": \"Scenarios\"}"));
	assert_false(is_result("{\"kind\": \"Scenario\"}"));
	assert_false(is_result("{\"apiVersion\": \"x\", \"kind\" : \"Budget\"}"));
	assert_false(is_result("kind: Scenario"));
	assert_false(is_result(""));
	assert_false(is_result(" "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_is_read_with_its_kind),
		cmocka_unit_test(what_is_no_result_is_told_why),
		cmocka_unit_test(another_version_is_refused),
		cmocka_unit_test(a_result_is_known_by_its_beginning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
