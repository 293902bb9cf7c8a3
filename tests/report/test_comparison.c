/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison_priv.h"

#include "tcase.h"

#include <string.h>

static void delta_is(const char *text, const char *expected)
{
	struct json *row = NULL;
	struct err err = {0};
	struct str out = {0};

	if (json_parse(text, strlen(text), &row, &err))
		fail_msg("%s", err.text);
	comparison_delta(row, &out);
	assert_string_equal(str_text(&out), expected);
	str_fini(&out);
	json_free(row);
}

static void what_may_be_chance_has_no_figure(void **state)
{
	(void)state;
	delta_is("{\"base\": 2, \"candidate\": 3, \"relative\": 0.5, \"significant\": true}",
		"+50.0%");
	delta_is("{\"base\": 2, \"candidate\": 3, \"relative\": 0.5, \"significant\": false}",
		"~");
	delta_is("{\"base\": 2, \"candidate\": 3, \"relative\": 0.5, \"significant\": null}",
		"+50.0%");
	delta_is("{\"base\": 0, \"candidate\": 3, \"relative\": null, \"significant\": true}",
		"new");
	delta_is(
		"{\"base\": 2, \"candidate\": null, \"relative\": null, \"significant\": null}",
		"gone");
	delta_is(
		"{\"base\": null, \"candidate\": 1, \"relative\": null, \"significant\": null}",
		"-");
}

static const char text[] =
	"{\"headline\": \"Less.\", \"of\": \"Result\", \"base\": {\"name\": \"a\", \"runs\": "
	"5},"
	" \"candidate\": {\"name\": \"b\", \"runs\": 5,"
	"  \"models\": {\"scenario\": \"s\", \"kubelet\": \"k\", \"containerRuntime\": null,"
	"  \"apiserver\": \"v\"}}, \"seed\": 1, \"seeds\": 5,"
	" \"test\": \"paired t\", \"calibration\": \"c\", \"differencesTotal\": 1,"
	" \"differences\": [{\"path\": \"kubelet.x\", \"base\": \"1s\", \"candidate\": {}}],"
	" \"gates\": [{\"gate\": \"g <= 3\", \"verdict\": \"breached\", \"unit\": \"/s\","
	"  \"base\": 2, \"candidate\": 4, \"bound\": 3, \"reason\": null, \"why\": \"so\"}],"
	" \"classes\": [{\"class\": \"counted\", \"fields\": [], \"calls\": null, \"by\": []},"
	"  {\"class\": \"calibrated\", \"fields\": [], \"calls\": null, \"by\": [\"c\"]},"
	"  {\"class\": \"assumed\", \"fields\": [], \"calls\": [\"watch pods\"], \"by\": []}],"
	" \"rows\": [{\"measure\": \"runtime.calls{inMetric=false}.perNode\","
	"  \"family\": \"runtime.calls\", \"statistic\": \"perNode\","
	"  \"labels\": {\"operation\": \"status\", \"inMetric\": \"false\"}, \"unit\": \"/s\","
	"  \"base\": 2, \"candidate\": 4, \"relative\": 1, \"low\": 1.9, \"high\": 2.1,"
	"  \"significant\": true}]}";

static void text_shows_gates_differences_and_rows(void **state)
{
	struct json *result = NULL;
	struct err err = {0};
	struct str out = {0};

	(void)state;
	if (json_parse(text, strlen(text), &result, &err))
		fail_msg("%s", err.text);
	comparison_show(result, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out),
		"Less. 1 of 1 gates breached.\nBase a (5 runs), candidate b (5 runs)"));
	assert_non_null(
		strstr(str_text(&out), "\nCandidate: scenario s, kubelet k, API server v.\n"));
	assert_null(strstr(str_text(&out), "\nBase: "));
	assert_non_null(
		strstr(str_text(&out), "breached  g <= 3  2.00/s     4.00/s  3.00/s  so\n"));
	assert_non_null(strstr(str_text(&out), "kubelet.x  1s    ...\n"));
	assert_non_null(strstr(str_text(&out), "status                no         2.00/s     "
					       "4.00/s  +100.0%  5.0%\n"));
	assert_non_null(strstr(str_text(&out), "1 of 1 measures differ"));
	assert_non_null(strstr(str_text(&out), "Times, sizes and CPU are calibrated"));
	assert_non_null(strstr(str_text(&out), "pods.\n"));
	str_reset(&out);
	comparison_show(result, SHOW_MARKDOWN, &out);
	assert_non_null(strstr(str_text(&out), "**Less. 1 of 1 gates breached.**"));
	assert_non_null(strstr(str_text(&out), "### Gates\n\n| verdict |"));
	str_reset(&out);
	comparison_csv(result, &out);
	assert_non_null(strstr(str_text(&out), "\ngates,"));
	str_fini(&out);
	json_free(result);
}

/* A loop by what it is, a map by what is in it: of things with names these. */
static void what_is_on_one_side_only_is_told_in_short(void **state)
{
	static const char differences[] =
		"{\"differences\": [{\"base\": null, \"candidate\": {\"onRequest\": true,"
		" \"calls\": [{\"runtime\": \"list_containers\"}]}},"
		"{\"base\": null, \"candidate\": {\"timer\": \"ticker\","
		"  \"period\": \"20s\", \"calls\": [{\"runtime\": \"status\"}, {}]}},"
		" {\"candidate\": {\"kube-proxy\": {\"qps\": 5}, \"b\": {\"qps\": 6}}},"
		" {\"candidate\": {\"resource\": \"pods\", \"qps\": 2.5, \"feature\": \"f\","
		"  \"quorum\": true}},"
		" {\"candidate\": {\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5}},"
		" {\"candidate\": {}}, {\"candidate\": [1, 2]}]}";
	static const char *const words[] = {"onRequest: list_containers",
		"ticker 20s: status, and 1 more", "kube-proxy, b",
		"resource: pods, qps: 2.5, quorum: yes", "a: 1, b: 2, c: 3, d: 4, and 1 more",
		"...", "..."};
	struct json *result = NULL, *rows;
	const struct json *row;
	struct err err = {0};

	(void)state;
	if (json_parse(differences, strlen(differences), &result, &err))
		fail_msg("%s", err.text);
	rows = comparison_difference_rows(result, 10);
	row = json_child(rows);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++, row = json_next(row))
		assert_string_equal(json_as_str(json_get(row, "candidate")), words[i]);
	assert_null(row);
	json_free(rows);
	json_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_chance_has_no_figure),
		cmocka_unit_test(text_shows_gates_differences_and_rows),
		cmocka_unit_test(what_is_on_one_side_only_is_told_in_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
