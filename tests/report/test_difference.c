/* SPDX-License-Identifier: Apache-2.0 */
#include "report/difference.h"

#include "tcase.h"

#include <string.h>

#include "base/str.h"

static struct json *parse(const char *text)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(text, strlen(text), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

/* The paths in which a and b differ, joined. */
static void differ(const char *a, const char *b, uint32_t n, const char *paths)
{
	struct json *left = parse(a), *right = parse(b), *list = json_array();
	struct str all = {0};

	assert_int_equal(differences(left, right, 3, list), n);
	for (const struct json *row = json_child(list); row; row = json_next(row))
		str_addf(&all, "%s ", json_as_str(json_get(row, "path")));
	assert_string_equal(str_text(&all), paths);
	str_fini(&all);
	json_free(left);
	json_free(right);
	json_free(list);
}

static void leaves_that_differ_are_named_by_their_paths(void **state)
{
	(void)state;
	differ("{\"a\": 1, \"b\": {\"c\": \"x\"}}", "{\"b\": {\"c\": \"x\"}, \"a\": 1}", 0, "");
	differ("{\"a\": 1, \"b\": {\"c\": \"x\"}}", "{\"a\": 2, \"b\": {\"c\": \"y\"}}", 2,
		"a b.c ");
	differ("{\"a\": [1, {\"b\": true}]}", "{\"a\": [1, {\"b\": false}, 3]}", 2,
		"a[1].b a[2] ");
	differ("{\"a\": 1}", "{\"a\": \"1\"}", 1, "a ");
}

static void what_only_one_has_differs(void **state)
{
	(void)state;
	differ("{\"a\": {\"b\": 1}}", "{}", 1, "a ");
	differ("{}", "{\"x.y\": 1}", 1, "x\\.y ");
	differ("{\"a\": null}", "{}", 0, "");
	differ("{\"a\": {}}", "{\"a\": []}", 1, "a ");
}

static void what_constants_rest_on_is_no_difference(void **state)
{
	(void)state;
	differ("{\"a\": 1, \"origins\": {\"a\": {\"is\": \"read\"}}}", "{\"a\": 1}", 0, "");
	differ("{\"a\": 1}", "{\"origins\": {}, \"a\": 2}", 1, "a ");
	differ("{\"a\": {\"origins\": 1}}", "{\"a\": {\"origins\": 2}}", 1, "a.origins ");
}

static void more_than_wanted_are_counted(void **state)
{
	(void)state;
	differ("[1, 2, 3, 4, 5]", "[5, 4, 0, 2, 1]", 5, "[0] [1] [2] ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_that_differ_are_named_by_their_paths),
		cmocka_unit_test(what_only_one_has_differs),
		cmocka_unit_test(what_constants_rest_on_is_no_difference),
		cmocka_unit_test(more_than_wanted_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
