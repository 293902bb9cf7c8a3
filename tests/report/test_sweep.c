/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep.h"

#include "tcase.h"

#include <string.h>

static const char text[] =
	"{\"metadata\": {\"name\": \"s\"}, \"nodes\": 1000, \"seed\": 1, \"calibration\": "
	"\"c\","
	" \"vary\": [{\"path\": \"podsPerNode\", \"values\": [\"10\", \"20\"]},"
	"  {\"path\": \"kubelet.pleg.relistPeriod\", \"values\": [\"1s\"]}],"
	" \"axis\": \"podsPerNode\","
	" \"measures\": [{\"measure\": \"podStart.p99\", \"unit\": \"s\"},"
	"  {\"measure\": \"detection.p99\", \"unit\": \"s\"}],"
	" \"groups\": [{\"values\": {\"kubelet.pleg.relistPeriod\": \"1s\"}, \"cells\": [0, "
	"1], \"holdsTo\": "
	"\"10\","
	"  \"firstWall\": \"slo\", \"maxPods\": 10, \"clientQps\": 5, \"clientBurst\": 10,"
	"  \"clientQpsAt\": 10, \"knee\": {\"measure\": \"podStart.p99\", \"at\": \"10\"},"
	"  \"walls\": [{\"wall\": \"slo\", \"at\": \"20\", \"measure\": \"slo.p99\", "
	"\"value\": 7,"
	"   \"limit\": 5, \"unit\": \"s\"}, {\"wall\": \"pleg\", \"at\": \"20\"}]}],"
	" \"pareto\": {\"objectives\": [{\"measure\": \"podStart.p99\", \"better\": \"less\"}],"
	"  \"without\": [\"detection.p99\", \"staleness.p99\"], \"cells\": [0]},"
	" \"cells\": [{\"values\": {\"podsPerNode\": \"10\","
	"   \"kubelet.pleg.relistPeriod\": \"1s\"}, \"measures\": {\"podStart.p99\": 2.5,"
	"   \"detection.p99\": null}, \"walls\": []},"
	"  {\"values\": {\"podsPerNode\": \"20\", \"kubelet.pleg.relistPeriod\": \"1s\"},"
	"   \"measures\": {\"podStart.p99\": 7, \"detection.p99\": null},"
	"   \"walls\": [{\"wall\": \"slo\"}, {\"wall\": \"pleg\"}]}]}";

static struct json *sweep(void)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(text, strlen(text), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static void has(const struct str *out, const char *expected)
{
	if (!strstr(str_text(out), expected))
		fail_msg("no '%s' in:\n%s", expected, str_text(out));
}

static void advice_stands_before_the_cells(void **state)
{
	struct json *result = sweep();
	struct str out = {0};

	(void)state;
	sweep_show(result, SHOW_TEXT, &out);
	has(&out,
		"Not looked at there, as some cell has none: detection.p99, staleness.p99.\n");
	has(&out, "kubelet.pleg.relistPeriod 1s, podsPerNode: the first wall is slo at 20 "
		  "(slo.p99 "
		  "7.000 s, at most 5.000 s); maxPods 10; client QPS 5/s, burst 10 is "
		  "enough.\n");
	has(&out, "pleg at 20  10 (podStart.p99)  5/s, burst 10, at 10\n");
	has(&out, "         20                         1s       7.000 s     slo, pleg\n");
	has(&out, "         10                         1s       2.500 s  *  \n");
	str_fini(&out);
	json_free(result);
}

static void a_closed_form_stands_beside_its_figure(void **state)
{
	struct json *result = sweep();
	struct json *form = json_object(), *of = json_object();
	struct str out = {0};

	(void)state;
	json_put_num(form, "podStart.p99", 2);
	json_put(json_at(json_get(result, "cells"), 0), "closedForm", form);
	sweep_show(result, SHOW_TEXT, &out);
	has(&out, "podStart.p99       closed form     walls");
	has(&out, "     2.500 s  2.000 s (+25.0%)  *  \n");
	has(&out, "     7.000 s                 -     slo, pleg\n");
	has(&out, "Beside a rate of calls stands its closed form");
	json_put_num(of, "podStart.p99", 0.5);
	json_put(json_at(json_get(result, "cells"), 0), "closedFormOf", of);
	str_reset(&out);
	sweep_show(result, SHOW_TEXT, &out);
	has(&out, "     2.500 s  2.000 s of 50% (-37.5%)  *  \n");
	str_fini(&out);
	json_free(result);
}

/* As it would be with other ends that hold. */
static void with_ends(const char *to, const char *from, const char *cells, const char *sentence)
{
	struct json *result = sweep();
	struct json *group = json_child(json_get(result, "groups"));
	struct str out = {0};

	json_set_str(group, "holdsTo", to);
	json_set_str(group, "holdsFrom", from);
	json_set(group, "maxPods", json_null());
	sweep_show(result, SHOW_TEXT, &out);
	has(&out, cells);
	has(&out, sentence);
	str_fini(&out);
	json_free(result);
}

static void which_ends_of_the_axis_hold_is_told(void **state)
{
	(void)state;
	with_ends("10", NULL, " 1s  to 10 ", "podsPerNode: the first wall is slo at 20 (");
	with_ends(NULL, "30", " 1s  from 30 on ",
		"podsPerNode: no wall from 30 on; the first below is slo at 20 (");
	with_ends("10", "30", " 1s  to 10, from 30 on ",
		"podsPerNode: no wall from 30 on; the first wall is slo at 20 (");
	with_ends(NULL, NULL, " 1s  at neither end ",
		"podsPerNode: neither end holds; the nearest wall is slo at 20 (");
}

static void a_measure_that_nobody_has_is_no_column(void **state)
{
	struct json *result = sweep();
	struct str out = {0};

	(void)state;
	sweep_show(result, SHOW_MARKDOWN, &out);
	has(&out, "| podsPerNode | kubelet.pleg.relistPeriod | podStart.p99 |  | walls |");
	str_fini(&out);
	json_free(result);
}

static void names_with_dots_are_columns_of_csv(void **state)
{
	struct json *result = sweep();
	struct str out = {0};

	(void)state;
	sweep_csv(result, &out);
	has(&out, "measures.podStart.p99");
	has(&out, "\ncells,");
	has(&out, ",2.5,");
	str_fini(&out);
	json_free(result);
}

static void a_cell_that_hits_a_wall_is_no_case_that_failed(void **state)
{
	struct json *result = sweep();
	struct junit cases = {0};

	(void)state;
	sweep_junit(result, &cases);
	assert_int_equal(cases.of[JUNIT_PASSED], 2); /* a wall is found, not failed */
	assert_int_equal(cases.of[JUNIT_FAILED], 0);
	has(&cases.cases, "podsPerNode=20, kubelet.pleg.relistPeriod=1s");
	junit_fini(&cases);
	json_free(result);
}

static void a_page_has_the_tables(void **state)
{
	struct json *result = sweep();
	struct html page = {0};

	(void)state;
	sweep_html(result, &page);
	has(&page.headline, "the first wall is slo at 20");
	has(&page.body, "Every cell");
	html_fini(&page);
	json_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advice_stands_before_the_cells),
		cmocka_unit_test(a_closed_form_stands_beside_its_figure),
		cmocka_unit_test(which_ends_of_the_axis_hold_is_told),
		cmocka_unit_test(a_measure_that_nobody_has_is_no_column),
		cmocka_unit_test(names_with_dots_are_columns_of_csv),
		cmocka_unit_test(a_cell_that_hits_a_wall_is_no_case_that_failed),
		cmocka_unit_test(a_page_has_the_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
