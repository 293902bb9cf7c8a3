/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep_words.h"

#include <string.h>

#include "tcase.h"

#define SLO20                                                                                  \
	"\"walls\": [{\"wall\": \"slo\", \"at\": \"20\", \"measure\": \"slo.p99\", "           \
	"\"value\": 7, "                                                                       \
	"\"limit\": 5, \"unit\": \"s\"}]"
#define HEAD                                                                                   \
	"{\"axis\": \"podsPerNode\", \"vary\": [{\"path\": \"podsPerNode\", \"values\": "      \
	"[\"10\", "                                                                            \
	"\"20\", \"30\"]}], \"groups\": ["
#define OWN "\"clientOwnQps\": 5, \"clientOwnBurst\": 10, "
#define HOLDS10                                                                                \
	"{\"values\": {\"runtime\": \"a\"}, \"holdsTo\": \"10\", \"maxPods\": 10, "            \
	"\"clientQps\": "                                                                      \
	"1, \"clientBurst\": 2, \"clientQpsAt\": 10, " OWN SLO20 "}"
#define HOLDS30                                                                                \
	"{\"values\": {\"runtime\": \"b\"}, \"holdsTo\": \"10\", \"maxPods\": 10, "            \
	"\"clientQps\": "                                                                      \
	"20, \"clientBurst\": 40, \"clientQpsAt\": 30, \"clientNextWall\": \"slo\", " OWN      \
		SLO20 "}"
#define REFUSED                                                                                \
	"{\"values\": {\"runtime\": \"c\"}, \"holdsTo\": \"30\", \"maxPods\": 30, "            \
	"\"clientQps\": "                                                                      \
	"null, \"clientReason\": \"no pod starts\", " OWN "\"walls\": []}"

static void headline_is(const char *text, const char *expected)
{
	struct json *value = NULL;
	struct str out = {0};
	struct err err = {0};

	if (json_parse(text, strlen(text), &value, &err))
		fail_msg("%s", err.text);
	sweep_headline(value, &out);
	assert_string_equal(str_text(&out), expected);
	str_fini(&out);
	json_free(value);
}

static void the_curve_that_holds_the_most_is_told_and_which_holds_the_least(void **state)
{
	(void)state;
	headline_is(HEAD HOLDS10 ", " HOLDS30 "]}",
		"runtime b, podsPerNode: the first wall is slo at 20 (slo.p99 7.000 s, at most "
		"5.000 s); maxPods 10; with client QPS 20/s, burst 40 maxPods 30, then slo. Of "
		"2 "
		"curves it holds the most; the least: runtime a, the first wall is slo at 20 "
		"(slo.p99 7.000 s, at most 5.000 s).");
	headline_is(HEAD HOLDS10 ", " REFUSED ", " REFUSED "]}",
		"runtime c, podsPerNode: no wall up to 30; maxPods at least 30: none broke; "
		"client QPS not told: no pod starts. Of 3 curves it is one that holds the "
		"most; "
		"the least: runtime a, the first wall is slo at 20 (slo.p99 7.000 s, at most "
		"5.000 s).");
}

static void curves_that_hold_as_much_are_said_to(void **state)
{
	(void)state;
	headline_is(HEAD HOLDS10 ", " HOLDS10 "]}",
		"runtime a, podsPerNode: the first wall is slo at 20 (slo.p99 7.000 s, at most "
		"5.000 s); maxPods 10; its client QPS 5/s, burst 10 is enough, and 1/s, burst "
		"2 "
		"would be. Both curves hold as much.");
}

#define QPS                                                                                    \
	"{\"axis\": \"qps\", \"vary\": [{\"path\": \"qps\", \"values\": [\"5\", \"50\"]}], "   \
	"\"groups\": [{\"cells\": [0, 1], \"maxPods\": null, \"clientQpsAt\": null, "

static void along_its_limit_a_client_is_told_to_need_so_much(void **state)
{
	(void)state;
	headline_is(QPS "\"holdsFrom\": \"50\", \"clientQps\": 50, \"clientBurst\": 10, "
			"\"walls\": [{\"wall\": \"settling\", \"at\": \"5\", \"measure\": "
			"\"verdict\"}]}]}",
		"qps: no wall from 50 on; the first below is settling at 5; client QPS 50/s, "
		"burst 10 is enough.");
}

static void where_no_end_holds_it_says_whether_any_value_does(void **state)
{
#define NEITHER                                                                                \
	"\"walls\": [{\"wall\": \"settling\", \"at\": \"50\", \"measure\": \"verdict\"}]}], "  \
	"\"cells\": [{\"walls\": [{}]}, {\"walls\": ["

	(void)state;
	headline_is(QPS NEITHER "{}]}]}",
		"qps: no value holds; the nearest wall is settling at 50.");
	headline_is(QPS NEITHER "]}]}",
		"qps: neither end holds; the nearest wall is settling at 50.");
#undef NEITHER
}

static void without_an_axis_nothing_is_advised(void **state)
{
	(void)state;
	headline_is("{\"groups\": [], \"cells\": [{}, {}]}",
		"2 cells, none of which is along an axis.");
	headline_is(
		"{\"groups\": [], \"cells\": [{}]}", "1 cell, none of which is along an axis.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_curve_that_holds_the_most_is_told_and_which_holds_the_least),
		cmocka_unit_test(curves_that_hold_as_much_are_said_to),
		cmocka_unit_test(along_its_limit_a_client_is_told_to_need_so_much),
		cmocka_unit_test(where_no_end_holds_it_says_whether_any_value_does),
		cmocka_unit_test(without_an_axis_nothing_is_advised),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
