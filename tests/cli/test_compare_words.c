/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_words.h"

#include "tcase.h"

#include <string.h>

static const char rows_text[] =
	"[{\"measure\": \"runtime.calls.perNode\", \"unit\": \"/s\", \"base\": 2, "
	"\"candidate\": 3, \"relative\": 0.5, \"significant\": true}]";

static struct json *parse(const char *text)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(text, strlen(text), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static void headline_of(const char *sides, const char *of_rows, const char *expected)
{
	struct json *comparison = parse(sides), *rows = parse(of_rows);
	struct str out = {0};

	compare_headline(comparison, rows, &out);
	assert_string_equal(str_text(&out), expected);
	str_fini(&out);
	json_free(comparison);
	json_free(rows);
}

static void headline_is(const char *sides, const char *expected)
{
	headline_of(sides, rows_text, expected);
}

#define TOLL(of, nodes, base, candidate)                                                       \
	"{\"measure\": \"toll{of=" of ",nodes=" nodes "}.mean\", \"statistic\": \"mean\", "    \
	"\"labels\": {\"of\": \"" of "\", \"nodes\": \"" nodes                                 \
	"\"}, \"unit\": \"/s\", \"base\": " base ", \"candidate\": " candidate                 \
	", \"relative\": 0.5}"

static void of_estimates_the_largest_cluster_that_both_have_is_told(void **state)
{
	(void)state;
	headline_of("{\"base\": {\"name\": \"a\"}, \"candidate\": {\"name\": \"b\"}}",
		"[" TOLL("api", "100", "2", "3") ", " TOLL("api", "1000", "20", "30") ", " TOLL(
			"api", "5000", "200", "null") "]",
		"b instead of a: API requests of 1,000 nodes 20.00/s to 30.00/s (+50.0%).");
}

#define MODELS(K, R)                                                                           \
	"\"models\": {\"scenario\": \"s\", \"kubelet\": \"" K "\", \"containerRuntime\": \"" R \
	"\", \"apiserver\": \"v\"}"

static void the_models_behind_the_names_are_named(void **state)
{
	(void)state;
	headline_is("{\"base\": {\"name\": \"a\", " MODELS(
			    "k1", "docker") "}, "
					    "\"candidate\": {\"name\": \"b\", " MODELS(
						    "k2", "containerd") "}}",
		"b instead of a (kubelet k2 instead of k1 on containerd instead of docker with "
		"API server v in s): runtime calls a node 2.00/s to 3.00/s (+50.0%).");
	headline_is("{\"base\": {\"name\": \"a\", " MODELS(
			    "k", "r") "}, "
				      "\"candidate\": {\"name\": \"a\", " MODELS("k", "r") "}}",
		"a (kubelet k on r with API server v in s): runtime calls a node 2.00/s to "
		"3.00/s (+50.0%).");
}

static void what_has_no_models_has_no_brackets(void **state)
{
	(void)state;
	headline_is("{\"base\": {\"name\": \"a\", \"models\": {\"kubelet\": null}}, "
		    "\"candidate\": {\"name\": \"b\", " MODELS("k", "r") "}}",
		"b instead of a: runtime calls a node 2.00/s to 3.00/s (+50.0%).");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_models_behind_the_names_are_named),
		cmocka_unit_test(what_has_no_models_has_no_brackets),
		cmocka_unit_test(of_estimates_the_largest_cluster_that_both_have_is_told),
	};

	return cmocka_run_group_tests_name("compare_words", tests, NULL, NULL);
}
