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

/* An estimate has no times that "those" could be. */
static void where_only_sizes_are_no_counts_they_are_named(void **state)
{
	(void)state;
	expect("{\"classes\": [{\"class\": \"assumed\", \"fields\": [\"calls[].bytes\", "
	       "\"calls[].clusters[].eventBytesPerSecond\"], \"calls\": [\"f\"], \"by\": []}]}",
		"Counts and rates are counted: they follow from timers and rules. Sizes are "
		"assumed: of f.");
	expect("{\"classes\": [{\"class\": \"calibrated\", \"fields\": [\"calls[].bytes\"], "
	       "\"calls\": [\"f\"], \"by\": [\"a\"]}]}",
		"Counts and rates are counted: they follow from timers and rules. Sizes are "
		"calibrated: by a.");
	expect("{\"classes\": [{\"class\": \"assumed\", \"fields\": [\"calls[].bytes\", "
	       "\"latency\"], \"calls\": [\"f\"], \"by\": []}]}",
		"Counts and rates are counted: they follow from timers and rules. Assumed are "
		"those of f.");
}

/* Nor has it any CPU. */
static void what_rates_rest_on_are_times_of_calls(void **state)
{
#define LASTING "\"calls[].clusters of formulas with L\""
#define BEGIN                                                                                  \
	"Counts and rates are counted: they follow from timers and rules. Where a formula "    \
	"has an L, they rest on times of calls, too."
	(void)state;
	expect("{\"classes\": [{\"class\": \"calibrated\", \"fields\": [" LASTING
	       "], \"calls\": [\"get pods\"], \"by\": [\"a\"]}, {\"class\": \"assumed\", "
	       "\"fields\": [\"calls[].bytes\"], \"calls\": [\"f\"], \"by\": []}]}",
		BEGIN " Times of calls are calibrated: by a. Sizes are assumed: of f.");
	expect("{\"classes\": [{\"class\": \"calibrated\", \"fields\": [" LASTING
	       ", \"calls[].bytes\"], \"calls\": [\"f\"], \"by\": [\"a\"]}, {\"class\": "
	       "\"assumed\", \"fields\": [" LASTING "], \"calls\": [\"g\"], \"by\": []}]}",
		BEGIN " Times of calls and sizes are calibrated: by a. Times of calls are "
		      "assumed: of g.");
	expect("{\"classes\": [{\"class\": \"assumed\", \"fields\": [" LASTING
	       ", \"calls[].bytes\"], \"calls\": [\"f\"], \"by\": []}]}",
		BEGIN " Times of calls or sizes are assumed: of f.");
#undef LASTING
#undef BEGIN
}

static void what_is_stored_and_guessed_is_named(void **state)
{
	(void)state;
	expect("{\"classes\": [{\"class\": \"assumed\", \"fields\": [], \"calls\": null, "
	       "\"resources\": [\"pods\", \"events\"], \"by\": []}]}",
		"Counts and rates are counted: they follow from timers and rules. Assumed is "
		"how "
		"large stored pods and events are, or who watches them.");
}

static void a_result_without_classes_says_nothing(void **state)
{
	(void)state;
	expect("{}", "");
	expect("{\"classes\": []}", "");
}

static void what_counts_follow_from_is_said_where_it_is_no_rule(void **state)
{
	(void)state;
	expect("{\"classes\": [{\"class\": \"counted\", \"fields\": [], \"calls\": null, "
	       "\"by\": [\"a\"]}]}",
		"Counts and rates are counted: they follow from a.");
}

static void both_lists_are_in_one_without_repetition(void **state)
{
	static const char of_a[] = "[{\"class\": \"counted\", \"by\": []}, "
				   "{\"class\": \"calibrated\", \"by\": [\"a\"]}]";
	static const char of_b[] = "[{\"class\": \"counted\", \"by\": []}, "
				   "{\"class\": \"calibrated\", \"by\": [\"b\"]}]";
	struct json *a = NULL, *b = NULL, *all;

	(void)state;
	assert_int_equal(json_parse(of_a, strlen(of_a), &a, NULL), 0);
	assert_int_equal(json_parse(of_b, strlen(of_b), &b, NULL), 0);
	all = classes_both(a, b);
	assert_int_equal(json_size(all), 3);
	assert_string_equal(json_as_str(json_at(json_get(json_at(all, 2), "by"), 0)), "b");
	json_free(all);
	all = classes_both(NULL, b);
	assert_int_equal(json_size(all), 2);
	json_free(all);
	all = classes_both(a, NULL);
	assert_int_equal(json_size(all), 2);
	json_free(all);
	json_free(a);
	json_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_calibration_and_each_assumption_is_named_once),
		cmocka_unit_test(where_only_sizes_are_no_counts_they_are_named),
		cmocka_unit_test(what_rates_rest_on_are_times_of_calls),
		cmocka_unit_test(what_is_stored_and_guessed_is_named),
		cmocka_unit_test(a_result_without_classes_says_nothing),
		cmocka_unit_test(what_counts_follow_from_is_said_where_it_is_no_rule),
		cmocka_unit_test(both_lists_are_in_one_without_repetition),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
