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

static void sides_are(const char *of, const char *expected)
{
	struct json *result = NULL;
	struct err err = {0};
	struct str out = {0};

	if (json_parse(of, strlen(of), &result, &err))
		fail_msg("%s", err.text);
	comparison_sides(result, &out);
	assert_string_equal(str_text(&out), expected);
	str_fini(&out);
	json_free(result);
}

#define SIDE(name, rest) "{\"name\": \"" name "\", \"runs\": 2, \"seed\": 1, " rest "}"
#define CLUSTER(nodes)                                                                         \
	"\"scenario\": {\"nodes\": " nodes ", \"workload\": {\"pods\": 30}, "                  \
	"\"duration\": \"30s\", \"warmup\": \"5s\"}"

static void what_was_run_is_told_once_if_it_is_the_same(void **state)
{
	(void)state;
	sides_are("{\"base\": " SIDE("a", CLUSTER("3000")) ", \"candidate\": " SIDE(
			  "b", CLUSTER("3000")) ", \"seed\": 1, \"seeds\": 2}",
		"Base a (2 runs), candidate b (2 runs), seed 1 and those behind it.\n"
		"Both: 3,000 nodes with 30 pods each, 30 s after 5 s.\n");
	sides_are(
		"{\"base\": " SIDE("a",
			CLUSTER("1") ", \"set\": [\"nodes=1\"]") ", "
								 "\"candidate\": " SIDE("b",
									 CLUSTER("2") ", "
										      "\"set\":"
										      " ["
										      "\"nodes="
										      "1\", "
										      "\"x="
										      "2\"]") ", "
											      "\"seed\": 1, \"seeds\": 2}",
		"Base a (2 runs), candidate b (2 runs), seed 1 and those behind it.\n"
		"Base: 1 node with 30 pods, 30 s after 5 s; set nodes=1.\n"
		"Candidate: 2 nodes with 30 pods each, 30 s after 5 s; set nodes=1, x=2.\n");
}

/* Of other runs than those of its base; of parameters, and of no run at all. */
static void what_was_saved_is_told_as_it_is(void **state)
{
	(void)state;
	sides_are("{\"base\": {\"name\": \"a\", \"runs\": 1, \"seed\": 3}, "
		  "\"candidate\": {\"name\": \"b\", \"runs\": 1, \"seed\": 4, \"scenario\": "
		  "{\"nodes\": 2, \"podsPerNode\": [10, 30], \"durationSeconds\": 60, "
		  "\"warmupSeconds\": 5}}, \"seed\": 3, \"seeds\": 1}",
		"Base a (1 run), candidate b (1 run), seed 3 and 4.\n"
		"Candidate: 2 nodes with 10, 30 pods each, 60 s after 5 s.\n");
	sides_are(
		"{\"base\": {\"name\": \"a\", \"seed\": null}, \"candidate\": {\"name\": "
		"\"b\", \"seed\": null, \"scenario\": {\"nodes\": \"100,1000\", \"workload\": "
		"{\"pods\": 30}, \"churnPodsPerSecond\": 0.5}}, \"seed\": 0, \"seeds\": 1}",
		"Base a, candidate b.\n"
		"Candidate: 100,1000 nodes with 30 pods each, 0.5 pods/s come and go.\n");
}

static void what_ran_live_is_not_called_simulated(void **state)
{
	static const char of[] =
		"{\"base\": {\"live\": true}, \"candidate\": {\"live\": false}}";
	struct json *result = NULL;
	struct columns columns;

	(void)state;
	assert_int_equal(json_parse(of, strlen(of), &result, NULL), 0);
	columns = comparison_closed_columns(result);
	assert_string_equal(columns.of[3].title, "\nlive");
	assert_string_equal(columns.of[6].title, "\nsimulated");
	assert_non_null(
		strstr(comparison_closed_title(result), "simulation and what ran live"));
	json_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_chance_has_no_figure),
		cmocka_unit_test(text_shows_gates_differences_and_rows),
		cmocka_unit_test(what_is_on_one_side_only_is_told_in_short),
		cmocka_unit_test(what_was_run_is_told_once_if_it_is_the_same),
		cmocka_unit_test(what_was_saved_is_told_as_it_is),
		cmocka_unit_test(what_ran_live_is_not_called_simulated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
