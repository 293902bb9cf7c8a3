/* SPDX-License-Identifier: Apache-2.0 */
#include "report/contrast.h"

#include "tcase.h"

#include <string.h>

static const char two_densities[] =
	"{\"parameters\": {\"nodes\": 5000, \"podsPerNode\": [30, 100], \"containers\": 1, "
	"\"namespaces\": 50,"
	"  \"sharedBy\": \"namespace\", \"durationSeconds\": 600, \"warmupSeconds\": 120, "
	"\"seed\": 1,"
	"  \"burstSeeds\": 10,"
	"  \"kubelet\": \"v1.20\", \"runtime\": \"containerd-1.6.20\"},"
	" \"summary\": [\"First sentence.\", \"Second sentence.\"],"
	" \"runtime\": [{\"design\": \"polling\", \"podsPerNode\": 30, "
	"\"callsPerSecondPerNode\": 23.14,"
	"  \"callsPerSecondCluster\": 115689.3, \"wholeKubeletPerNode\": 28.66,"
	"  \"closedFormPerNode\": 23.14, \"closedFormDifference\": 0.001,"
	"  \"recordsPerSecondPerNode\": 245.5,"
	"  \"byOperation\": {\"list_containers\": 3, \"list_containers(cache)\": 10},"
	"  \"detectionSeconds\": {\"mean\": 5.06, \"p99\": 9.8},"
	"  \"cpuCoresPerNode\": {\"kubelet\": 0.0123, \"runtime\": null, \"runtimeAdded\": "
	"null,"
	"   \"calibration\": \"c\", \"reason\": \"runtime r has none\"}},"
	"  {\"design\": \"generic\", \"podsPerNode\": 30, \"callsPerSecondPerNode\": 2.01,"
	"  \"closedFormReason\": \"5 s are less\"},"
	"  {\"design\": \"polling\", \"podsPerNode\": 100, \"callsPerSecondPerNode\": 72.14,"
	"  \"closedFormReason\": \"5 s are less\"}],"
	" \"objects\": [{\"design\": \"never\", \"podsPerNode\": 30,"
	"  \"requestsPerSecond\": {\"mean\": 0, \"peak\": 0}, \"distinctPerNode\": 22.72,"
	"  \"sharingFactor\": 1.32},"
	"  {\"design\": \"cache\", \"ttlSeconds\": 300, \"podsPerNode\": 30,"
	"  \"requestsPerSecond\": {\"mean\": 340.2, \"peak\": 398}, \"getsPerSecond\": 340.2,"
	"  \"openWatches\": 0, \"reopensPerSecond\": 0, \"closedForm\": 342.1,"
	"  \"closedFormDifference\": -0.0056, \"nominal\": 378.8, \"distinctPerNode\": 22.72,"
	"  \"sharingFactor\": 1.32, \"stalenessSeconds\": {\"mean\": 161.5, \"p99\": 356.5}}],"
	" \"burst\": [{\"design\": \"get\", \"podsPerNode\": 100,"
	"  \"statusesPerPod\": 1.94, \"podsWithinObjective\": 5,"
	"  \"runningSeconds\": {\"p50\": null, \"max\": null}},"
	"  {\"design\": \"cache\", \"ttlSeconds\": 300, \"podsPerNode\": 100,"
	"  \"statusesPerPod\": 1.2, \"podsWithinObjective\": 6,"
	"  \"runningSeconds\": {\"p50\": 25.94, \"max\": 35.8}}],"
	" \"published\": {\"factor\": 4}, \"cost\": {\"calibration\": \"c\", \"runtime\": null,"
	"  \"kubelet\": {\"secondsPerCall\": 0.5, \"added\": [{\"podsPerNode\": 10,"
	"   \"design\": \"generic\", \"measured\": 0.25}]}, \"pollingOverGeneric\": []}}";

static struct json *result(void)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(two_densities, strlen(two_densities), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static void the_screen_has_both_halves_and_both_sentences(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out), "5,000 nodes"));
	assert_non_null(strstr(str_text(&out), "115,689"));
	assert_non_null(strstr(str_text(&out), "+0.1%"));
	assert_non_null(strstr(str_text(&out), "356.5 s"));
	assert_non_null(strstr(str_text(&out), "First sentence.\nSecond sentence.\n"));
	assert_non_null(strstr(str_text(&out), "\nCPU: by c, without"));
	assert_non_null(strstr(str_text(&out), "CPU not told: runtime r has none."));
	assert_non_null(strstr(str_text(&out), "pods to a secret: 22.72 and 1.32 at 30 pods."));
	str_fini(&out);
	json_free(r);
}

static void why_there_is_no_closed_form_is_said_once(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(
		str_text(&out), "\nNo closed form for generic, polling: 5 s are less.\n"));
	assert_null(strstr(strstr(str_text(&out), "5 s are less") + 1, "5 s are less"));
	str_fini(&out);
	json_free(r);
}

static void a_burst_is_a_line(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_show(r, SHOW_MARKDOWN, &out);
	assert_non_null(strstr(str_text(&out),
		"\nA burst: 100 pods created at once on one node, seconds until the median "
		"(the "
		"last) is seen running: get not all within 30 minutes, cache of 300 s 25.9 "
		"(35.8). "));
	assert_non_null(strstr(str_text(&out), "1.2 to 1.9 statuses a pod. "));
	assert_non_null(strstr(str_text(&out), "of so many pods at once: get 5, cache 6."));
	str_reset(&out);
	contrast_csv(r, &out);
	assert_non_null(strstr(str_text(&out), "\nburst,cache,100,"));
	str_fini(&out);
	json_free(r);
}

static void a_design_is_named_once_and_shown_at_every_density(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_show(r, SHOW_TEXT, &out);
	assert_non_null(strstr(str_text(&out), "\npolling    30    23.14"));
	assert_non_null(strstr(str_text(&out), "\n          100    72.14"));
	assert_non_null(strstr(str_text(&out), "\ngeneric    30     2.01"));
	assert_non_null(strstr(str_text(&out), "\nnever          30 "));
	assert_non_null(strstr(str_text(&out), "\ncache 300 s    30 "));
	str_fini(&out);
	json_free(r);
}

static void no_line_is_wider_than_the_screen(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_show(r, SHOW_TEXT, &out);
	for (const char *line = str_text(&out); *line;) {
		size_t len = strcspn(line, "\n");

		if (len > 100)
			fail_msg("%zu columns: %.*s", len, (int)len, line);
		line += len + 1;
	}
	str_fini(&out);
	json_free(r);
}

static void every_row_is_in_csv_and_markdown(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_csv(r, &out);
	assert_non_null(strstr(str_text(&out), "part,design,podsPerNode,"));
	assert_non_null(strstr(str_text(&out), ",byOperation.list_containers(cache),"));
	assert_non_null(strstr(str_text(&out), "\nobjects,never,30,"));
	assert_non_null(strstr(str_text(&out), "\nobjects,cache,30,"));
	assert_non_null(strstr(str_text(&out), "\ncost.kubelet.added,generic,10,"));
	assert_non_null(strstr(str_text(&out), "\nparameters,,\"[30,100]\","));
	str_reset(&out);
	contrast_show(r, SHOW_MARKDOWN, &out);
	assert_non_null(strstr(str_text(&out), "| never |  | 30 |"));
	assert_non_null(strstr(str_text(&out), "| cache | 300 | 30 |"));
	assert_non_null(strstr(str_text(&out), "| polling | 30 | 23.14 |"));
	str_fini(&out);
	json_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_screen_has_both_halves_and_both_sentences),
		cmocka_unit_test(why_there_is_no_closed_form_is_said_once),
		cmocka_unit_test(a_burst_is_a_line),
		cmocka_unit_test(a_design_is_named_once_and_shown_at_every_density),
		cmocka_unit_test(no_line_is_wider_than_the_screen),
		cmocka_unit_test(every_row_is_in_csv_and_markdown),
	};

	return cmocka_run_group_tests_name("contrast", tests, NULL, NULL);
}
