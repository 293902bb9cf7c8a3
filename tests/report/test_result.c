/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result.h"

#include "tcase.h"
#include <stdio.h>

#include <string.h>

static const char small[] =
	"{\"metadata\": {\"name\": \"s\"}, \"seed\": 7, \"nodes\": 2, \"podsPerNode\": 3,"
	" \"warmupSeconds\": 0, \"durationSeconds\": 10, \"kubelet\": \"v1.20\","
	" \"containerRuntime\": \"r\","
	" \"runtime\": [{\"operation\": \"status\", \"code\": \"OK\", \"inMetric\": true, "
	"\"count\": 4,"
	"  \"perSecond\": 0.4, \"perSecondPerNode\": 0.2, \"peakSecond\": 2}],"
	" \"api\": [{\"bytesPerSecond\": 1234.5, \"latencySeconds\": {\"count\": 1, \"mean\": "
	"0.25,"
	"  \"p99\": 0.5, \"buckets\": [[9, 1]]}, \"limiterSeconds\": {\"mean\": 0.125, "
	"\"p99\": 0,"
	"  \"buckets\": []}, \"client\": \"kube\", \"verb\": \"get\", \"resource\": \"pods\", "
	"\"code\": \"404\","
	"  \"count\": 1, \"perSecond\": 0.1, \"perSecondPerNode\": 0.05, \"peakSecond\": "
	"null}],"
	" \"relist\": {\"count\": 1, \"durationSeconds\": {\"count\": 1, \"mean\": 0.002, "
	"\"p50\": 0.002,"
	"  \"p90\": 0.002, \"p99\": 0.002, \"max\": 0.002, \"buckets\": [[345, 1], [346, "
	"2]]}},"
	" \"requests\": [{\"client\": \"kube\", \"verb\": \"get\", \"resource\": \"pods\", "
	"\"offered\": 5,"
	"  \"throttled\": 0, \"sent\": 5, \"rejected\": 0, \"retried\": 0, \"failed\": 0},"
	"  {\"client\": \"kube\", \"verb\": \"list\", \"resource\": \"pods\", \"offered\": "
	"3,"
	"  \"throttled\": 1, \"waitedForStream\": 0, \"sent\": 4, \"rejected\": 2, "
	"\"retried\": 1, \"failed\": 1, "
	"\"inFlight\": 6}],"
	" \"apiserver\": {\"servers\": 2, \"processors\": 8, \"utilization\": 0.25, "
	"\"utilizationByServer\": [0.125, 0.375], \"utilizationPeak\": 0.4,"
	"  \"requestsInside\": {\"mean\": 5.5, \"max\": 30}, \"levels\": [{\"name\": "
	"\"readonly\","
	"  \"seats\": null, \"seatsInUse\": {\"mean\": 2.5, \"max\": 7}, \"queued\": "
	"{\"mean\": "
	"0,"
	"  \"max\": 0}, \"dispatched\": 9, \"waited\": 0, \"rejected\": 2, \"expired\": 0}]},"
	" \"slo\": [{\"name\": \"apiCalls\", \"objectiveSeconds\": 1, \"count\": 5, "
	"\"p99Seconds\": 0.25,"
	"  \"slowestVerb\": \"get\", \"slowestResource\": \"nodes\", \"slowestP99Seconds\": "
	"1.5,"
	"  \"met\": false},"
	"  {\"name\": \"podStarts\", \"objectiveSeconds\": 5, \"count\": 0, \"p99Seconds\": "
	"null,"
	"  \"slowestVerb\": null, \"met\": null}],"
	" \"pods\": {\"startedSeconds\": {\"seenRunning\": {\"count\": 2, \"mean\": 4.25, "
	"\"buckets\": "
	"[]}},"
	"  \"startBudget\": [{\"step\": \"detection\", \"seconds\": {\"count\": 2, \"mean\": "
	"0.75, "
	"\"p50\": 0.5,"
	"  \"p90\": 1, \"p99\": 1, \"max\": 1, \"buckets\": []}}]},"
	" \"series\": {\"secondsPerPoint\": 5, \"requests\": {\"mean\": [2, 4], \"peak\": [3, "
	"8]}, "
	"\"rejected\":"
	"  {\"mean\": [0, 1], \"peak\": [0, 5]}, \"seats\": null},"
	" \"watches\": {\"open\": 10, \"ofObjects\": 0}, \"objects\": {\"sharingFactor\": "
	"null},"
	" \"health\": {\"unhealthyNodes\": 1, \"notReadyNodes\": 3, \"notReadyByPleg\": 1, "
	"\"notReadyByHeartbeat\": 2}}";

static struct json *result(void)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(small, strlen(small), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static void text_shows_calls_times_and_what_went_wrong(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	result_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out), "Scenario s: 2 nodes with 3 pods each"));
	assert_non_null(strstr(str_text(&out), "seed 7"));
	assert_non_null(strstr(str_text(&out), "get   pods      404"));
	assert_non_null(strstr(str_text(&out), "2.00 ms"));
	assert_non_null(strstr(str_text(&out), "1,235   250 ms  500 ms   125 ms       0\n"));
	assert_non_null(strstr(str_text(&out), "status          OK    yes         4   0.400  "
					       "0.200       2      -        -       -\n"));
	assert_non_null(strstr(str_text(&out), "unhealthy at the end: 1"));
	assert_non_null(strstr(
		str_text(&out), "NotReady: 3 (PLEG not healthy: 1, heartbeat late: 2).\n"));
	assert_null(strstr(str_text(&out), "sharing factor"));
	str_fini(&out);
	json_free(r);
}

static void text_says_how_well_a_live_run_kept_time(void **state)
{
	static const char late[] = "{\"whole\": false, \"keptTime\": false, \"nodesReady\": 2, "
				   "\"podsRunning\": 6, \"lagSeconds\": {\"count\": 200, "
				   "\"p99\": 0.25, \"max\": 2.98}}";
	struct json *r = result(), *live = NULL;
	struct err err = {0};
	struct str out = {0};

	(void)state;
	result_show(r, SHOW_TEXT, &out);
	assert_null(strstr(str_text(&out), "On sockets"));
	str_reset(&out);
	assert_int_equal(json_parse(late, strlen(late), &live, &err), 0);
	json_put(r, "live", live);
	result_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out),
		"On sockets, ended early: 2 nodes ready, 6 pods running at the end; 99 % of "
		"turns at most 250 ms late, all of them at most 2.980 s.\nThat is too late: "));
	json_set(r, "durationSeconds", json_num(0));
	json_set(live, "lagSeconds", json_object());
	json_put(live, "startLagSeconds", json_object());
	json_put_int(json_get(live, "startLagSeconds"), "count", 9);
	json_put_num(json_get(live, "startLagSeconds"), "max", 0.002);
	str_reset(&out);
	result_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out),
		"On sockets, ended while nodes started, so nothing is measured: 2 nodes ready, "
		"6 pods running at the end; turns at most 2.00 ms late while nodes "
		"started.\n"));
	str_fini(&out);
	json_free(r);
}

static void text_says_what_failed_on_sockets(void **state)
{
	static const char gone[] =
		"{\"whole\": true, \"keptTime\": false, \"nodesReady\": 0, \"podsRunning\": 6, "
		"\"lagSeconds\": {\"count\": 9, \"p99\": 0.25, \"max\": 0.25}, "
		"\"startLagSeconds\": {\"count\": 9, \"max\": "
		"1.5}, \"errors\": 1840, \"errorsUnanswered\": 138, \"errorsUnreadable\": 2, "
		"\"refused\": 12, \"requestsByCode\": {\"200\": 9, \"401\": 4, \"404\": 1, "
		"\"409\": 8, \"lost\": 138}, \"said\": [\"the server is gone\"]}";
	struct json *r = result(), *live = NULL;
	struct err err = {0};
	struct str out = {0};

	(void)state;
	assert_int_equal(json_parse(gone, strlen(gone), &live, &err), 0);
	json_put(r, "live", live);
	result_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out),
		"late, all of them at most 250 ms, and at most 1.500 s while nodes started; "
		"1,840 requests "
		"failed, 138 of them without an answer, 2 with one that cannot be read; 12 "
		"requests were refused (401: 4, 409: 8).\nMeanwhile: the server is gone.\nThat "
		"is "
		"too late: "));
	str_fini(&out);
	json_free(r);
}

static void text_shows_what_waited_or_was_rejected_and_by_whom(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	result_show(r, SHOW_TEXT, &out);
	assert_non_null(
		strstr(str_text(&out), "list  pods      kube          3          1       "
				       "0     4         2        1       1      6\n"));
	assert_null(strstr(str_text(&out), "get   pods      kube "));
	assert_non_null(strstr(str_text(&out),
		"API servers: 2 (processors: 8, 25.0 % busy: 12.5, 37.5 % of each server, 40.0 "
		"% in "
		"the busiest second; "
		"requests inside: 5.50 in the mean, 30 at most in one)"));
	assert_non_null(strstr(str_text(&out), "readonly  no limit     2.50     7 "));
	str_fini(&out);
	json_free(r);
}

static void text_has_a_verdict_on_every_objective(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	result_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out), "  1.000 s      5  250 ms        1.500 s  get  "
					       "nodes  missed\n"));
	assert_non_null(strstr(str_text(&out), "pod starts without images  5.000 s      0"));
	assert_non_null(strstr(str_text(&out), "  not measured\n"));
	str_fini(&out);
	json_free(r);
}

/* A result of objectives and an ending alone. */
static void first_lines(const char *text, struct str *out)
{
	struct json *r = NULL;
	struct err err = {0};
	struct str all = {0};
	const char *end;

	if (json_parse(text, strlen(text), &r, &err))
		fail_msg("%s", err.text);
	result_show(r, SHOW_TEXT, &all);
	end = strstr(str_text(&all), "Scenario ");
	assert_non_null(end);
	str_add_n(out, str_text(&all), (size_t)(end - str_text(&all)));
	str_fini(&all);
	json_free(r);
}

#define OBJECTIVE(NAME) "{\"name\": \"" NAME "\", \"objectiveSeconds\": 1, "

static void the_first_line_says_that_it_has_not_settled(void **state)
{
	struct str out = {0};

	(void)state;
	first_lines("{\"metadata\": {\"name\": \"s\"}, \"verdict\": \"rejecting\", \"ending\": "
		    "{\"seconds\": 6, \"answered\": 20, \"failed\": 60, \"unanswered\": 180}}",
		&out);
	assert_string_equal(str_text(&out),
		"It has not settled: in the last 6 s 90.0 % of all tries came to nothing, and "
		"75.0 % of callers have an error after their last.\n");
	str_fini(&out);
}

static void an_objective_of_few_that_got_in_says_so(void **state)
{
	struct str out = {0};

	(void)state;
	first_lines(
		"{\"metadata\": {\"name\": \"s\"}, \"verdict\": \"settled\", \"live\": {}, "
		"\"slo\": [" OBJECTIVE(
			"apiCalls") "\"count\": 25, \"rejected\": 75, \"p99Seconds\": 0.25, "
				    "\"failingShare\": 0.5,"
				    " \"failingVerb\": \"get\", \"failingResource\": \"pods\", "
				    "\"met\": false}," OBJECTIVE(
					    "namespaceLists") "\"count\": 0, \"rejected\": 75, "
							      "\"p99Seconds\": null, "
							      "\"failingShare\": 1,"
							      " \"failingVerb\": \"list\", "
							      "\"failingResource\": "
							      "\"secrets\", \"met\": false}]}",
		&out);
	assert_non_null(strstr(str_text(&out),
		"Of API calls that got in, 25.0 % of all tries, 99 % are within 250 ms; the "
		"objective of 1.000 s is missed: of callers of get pods 50.0 % have an error "
		"after their last try.\nNobody was answered of lists of a namespace; the "
		"objective of 1.000 s is missed: of callers of list secrets 100.0 % "));
	assert_null(strstr(str_text(&out), "--slo-limits"));
	str_fini(&out);
}

static void pods_of_which_none_started_have_no_quantile(void **state)
{
	struct str out = {0};

	(void)state;
	first_lines(
		"{\"metadata\": {\"name\": \"s\"}, \"verdict\": \"settled\", \"slo\": "
		"[" OBJECTIVE(
			"podStarts") "\"count\": 0, \"overdue\": 1000, \"p99Seconds\": null,"
				     " \"met\": false}]}",
		&out);
	assert_string_equal(str_text(&out),
		"None of 1,000 pods that should have started did; the objective of 1.000 s is "
		"missed.\nHow many nodes and pods they hold to: simulate --slo-limits 4 finds "
		"out, in dozens of runs like this one.\n");
	str_fini(&out);
}

static void an_objective_says_with_how_many_it_holds(void **state)
{
	static const char limits[] =
		"{\"metadata\": {\"name\": \"s\"}, \"verdict\": \"settled\", \"slo\": "
		"[" OBJECTIVE(
			"apiCalls") "\"count\": 5, \"p99Seconds\": 0.25, \"met\": "
				    "true}," OBJECTIVE(
					    "podStarts") "\"count\": 5, \"p99Seconds\": "
							 "0.25, \"met\": true}],"
							 " \"sloLimits\": [{\"name\": "
							 "\"apiCalls\", \"vary\": "
							 "\"nodes\", \"holdsTo\": 350,"
							 " \"breaksAt\": 360, \"triedTo\": "
							 "400, \"pods\": "
							 "10500}, {\"name\": "
							 "\"apiCalls\", \"vary\": "
							 "\"podsPerNode\", \"holdsTo\": "
							 "60, \"breaksAt\": null, "
							 "\"triedTo\": 400, \"pods\": 6000},"
							 " {\"name\": \"podStarts\", "
							 "\"vary\": \"podsPerNode\", "
							 "\"holdsTo\": null,"
							 " \"breaksAt\": 1, \"triedTo\": 400, "
							 "\"pods\": 0, \"nodesMeet\": "
							 "false}]}";
	struct str out = {0};

	(void)state;
	first_lines(limits, &out);
	assert_string_equal(str_text(&out),
		"Of API calls 99 % are within 250 ms; the objective of 1.000 s is met; it "
		"holds to about 350 nodes (10,500 pods) and at least to 60 pods a node (6,000 "
		"pods)."
		"\nOf pod starts without images 99 % are within 250 ms; the objective of "
		"1.000 s is met; it holds with no number of pods a node, with any number of "
		"nodes.\n");
	str_fini(&out);
}

/* Nodes that share servers have no row where finding one was too much work. */
static void no_row_of_nodes_does_not_say_any_number_of_them(void **state)
{
	static const char limits[] =
		"{\"metadata\": {\"name\": \"s\"}, \"verdict\": \"settled\", \"slo\": "
		"[" OBJECTIVE("apiCalls") "\"count\": 5, \"p99Seconds\": 0.25, \"met\": "
					  "true}], \"sloLimits\": [{\"name\": "
					  "\"apiCalls\", \"vary\": \"podsPerNode\", "
					  "\"holdsTo\": 60, \"breaksAt\": 64, \"pods\": "
					  "6000, \"nodesMeet\": true}]}";
	struct str out = {0};

	(void)state;
	first_lines(limits, &out);
	assert_string_equal(str_text(&out),
		"Of API calls 99 % are within 250 ms; the objective of 1.000 s is met; it "
		"holds to about 60 pods a node (6,000 pods).\n");
	str_fini(&out);
}

/* All calls are within the objective, and those of one class are not: that is what misses. */
static void a_missed_objective_says_which_class_misses(void **state)
{
	static const char slow[] =
		"{\"metadata\": {\"name\": \"s\"}, \"verdict\": \"settled\", \"sloLimits\": "
		"[], \"slo\": "
		"[" OBJECTIVE("apiCalls") "\"count\": 5, \"p99Seconds\": 0.25, "
					  "\"slowestVerb\": \"patch\", "
					  "\"slowestResource\": \"nodes/status\", "
					  "\"slowestP99Seconds\": 1.5, "
					  "\"slowestCount\": 150, \"met\": false}]}";
	struct str out = {0};

	(void)state;
	first_lines(slow, &out);
	assert_string_equal(str_text(&out),
		"Of API calls 99 % are within 250 ms and those of patch nodes/status (150 "
		"calls) within 1.500 s; the objective of 1.000 s is missed.\n");
	str_fini(&out);
}

#define BUSY(start, more)                                                                      \
	"{\"metadata\": {\"name\": \"s\"}, \"verdict\": \"settled\", \"nodes\": 100, "         \
	"\"apiserver\": {\"utilization\": 0.5}, \"scenario\": {\"start\": \"" start "\"" more  \
	"}, \"slo\": [" OBJECTIVE(                                                             \
		"apiCalls") "\"count\": 5, \"p99Seconds\": 0.25, \"met\": true}]}"

/* The mean of a run that is not steady says nothing of more nodes. */
static void only_a_steady_run_says_how_many_nodes_are_too_many(void **state)
{
	static const struct {
		const char *result;
		bool says;
	} cases[] = {
		{BUSY("stationary", ""), true},
		{BUSY("atOnce", ""), false},
		{BUSY("stationary", ", \"apiserver\": {\"restarts\": [{\"at\": \"30s\"}]}"),
			false},
		{BUSY("stationary", ", \"script\": [{\"at\": \"30s\"}]"), false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str out = {0};

		first_lines(cases[i].result, &out);
		assert_int_equal(
			strstr(str_text(&out), "With about 200 nodes") != NULL, cases[i].says);
		str_fini(&out);
	}
}

static void text_tells_where_starts_go(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	result_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out), "Where a pod's start goes\n"));
	assert_non_null(
		strstr(str_text(&out), "the kubelet finds out           750 ms  500 ms"));
	assert_non_null(strstr(str_text(&out), "all, until it is seen running  4.250 s"));
	str_fini(&out);
	json_free(r);
}

static void csv_has_everything_but_the_scenario(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	result_csv(r, &out);

	assert_non_null(strstr(str_text(&out), "part,operation,code,inMetric,count,"));
	assert_non_null(strstr(str_text(&out), "\nruntime,status,OK,true,4,0.4,0.2,2,,"));
	assert_non_null(strstr(str_text(&out), "\napi,,404,,1,0.1,0.05,,1234.5,1,0.25,0.5,"));
	assert_non_null(strstr(str_text(&out), ",relist.durationSeconds,0.002,0.002,"));
	assert_non_null(strstr(str_text(&out), "\"[[345,1],[346,2]]\""));
	assert_non_null(strstr(str_text(&out), "\npods.startBudget,"));
	assert_non_null(strstr(str_text(&out), ",second,requests.mean,requests.peak,"));
	assert_non_null(strstr(str_text(&out), ",0,2,3,0,0,"));
	assert_non_null(strstr(str_text(&out), ",5,4,8,1,5,"));
	assert_non_null(strstr(str_text(&out), "\nslo,"));
	assert_non_null(strstr(str_text(&out), "\nrequests,"));
	assert_non_null(strstr(str_text(&out), "\napiserver.levels,"));
	assert_non_null(strstr(str_text(&out), "\ntotals,"));
	assert_non_null(strstr(str_text(&out), ",health.notReadyByHeartbeat\n"));
	str_fini(&out);
	json_free(r);
}

static void markdown_has_the_same_tables(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	result_show(r, SHOW_MARKDOWN, &out);
	assert_non_null(strstr(str_text(&out), "| status | OK | yes | 4 |"));
	assert_non_null(strstr(str_text(&out), "| relist | 1 |"));
	str_fini(&out);
	json_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_shows_calls_times_and_what_went_wrong),
		cmocka_unit_test(text_shows_what_waited_or_was_rejected_and_by_whom),
		cmocka_unit_test(text_has_a_verdict_on_every_objective),
		cmocka_unit_test(the_first_line_says_that_it_has_not_settled),
		cmocka_unit_test(an_objective_of_few_that_got_in_says_so),
		cmocka_unit_test(pods_of_which_none_started_have_no_quantile),
		cmocka_unit_test(an_objective_says_with_how_many_it_holds),
		cmocka_unit_test(no_row_of_nodes_does_not_say_any_number_of_them),
		cmocka_unit_test(a_missed_objective_says_which_class_misses),
		cmocka_unit_test(only_a_steady_run_says_how_many_nodes_are_too_many),
		cmocka_unit_test(text_tells_where_starts_go),
		cmocka_unit_test(text_says_how_well_a_live_run_kept_time),
		cmocka_unit_test(text_says_what_failed_on_sockets),
		cmocka_unit_test(csv_has_everything_but_the_scenario),
		cmocka_unit_test(markdown_has_the_same_tables),
	};

	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
