/* SPDX-License-Identifier: Apache-2.0 */
#include "report/classes.h"

#include "tcase.h"

#include <string.h>

static void expect(const char *text, const char *words)
{
	struct json *result = NULL;
	struct str out = {0};
	struct err err = {0};

	assert_int_equal(json_parse(text, strlen(text), &result, &err), 0);
	classes_words(result, &out);
	assert_string_equal(str_text(&out), words);
	str_fini(&out);
	json_free(result);
}

static void each_calibration_and_each_assumption_is_named_once(void **state)
{
	(void)state;
	expect("{\"classes\": [{\"class\": \"counted\", \"fields\": [\"x\"], \"calls\": null, "
	       "\"by\": []},"
	       " {\"class\": \"calibrated\", \"fields\": [], \"calls\": [\"f\"], \"by\": "
	       "[\"a\"]},"
	       " {\"class\": \"assumed\", \"fields\": [], \"calls\": [\"g\"], \"by\": []},"
	       " {\"class\": \"assumed\", \"fields\": [], \"calls\": [\"h\", \"i\", \"g\"], "
	       "\"by\": []},"
	       " {\"class\": \"calibrated\", \"fields\": [], \"calls\": null, \"by\": [\"a\", "
	       "\"b\"]}]}",
		"Counts and rates are counted: they follow from timers and rules. Times, sizes "
		"and CPU are calibrated: by a and b. Assumed are those of g, h and i.");
}

static void a_result_without_classes_says_nothing(void **state)
{
	(void)state;
	expect("{}", "");
	expect("{\"classes\": []}", "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_calibration_and_each_assumption_is_named_once),
		cmocka_unit_test(a_result_without_classes_says_nothing),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
