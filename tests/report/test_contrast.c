/* SPDX-License-Identifier: Apache-2.0 */
#include "report/contrast.h"

#include "tcase.h"

#include <string.h>

static const char one_density[] =
	"{\"parameters\": {\"nodes\": 5000, \"podsPerNode\": [30], \"containers\": 1, "
	"\"namespaces\": 50,"
	"  \"sharedBy\": \"namespace\", \"durationSeconds\": 600, \"warmupSeconds\": 120, "
	"\"seed\": 1,"
	"  \"kubelet\": \"v1.20\", \"runtime\": \"containerd-1.6.20\"},"
	" \"summary\": [\"First sentence.\", \"Second sentence.\"],"
	" \"runtime\": [{\"design\": \"polling\", \"podsPerNode\": 30, "
	"\"callsPerSecondPerNode\": 23.14,"
	"  \"callsPerSecondCluster\": 115689.3, \"wholeKubeletPerNode\": 28.66,"
	"  \"closedFormPerNode\": 23.14, \"closedFormDifference\": 0.001,"
	"  \"recordsPerSecondPerNode\": 245.5, \"byOperation\": {},"
	"  \"detectionSeconds\": {\"mean\": 5.06, \"p99\": 9.8}, \"cpuCoresPerNode\": null}],"
	" \"objects\": [{\"design\": \"never\", \"podsPerNode\": 30,"
	"  \"requestsPerSecond\": {\"mean\": 0, \"peak\": 0}},"
	"  {\"design\": \"cache\", \"ttlSeconds\": 300, \"podsPerNode\": 30,"
	"  \"requestsPerSecond\": {\"mean\": 340.2, \"peak\": 398}, \"getsPerSecond\": 340.2,"
	"  \"openWatches\": 0, \"reopensPerSecond\": 0, \"closedForm\": 342.1,"
	"  \"closedFormDifference\": -0.0056, \"nominal\": 378.8, \"distinctPerNode\": 22.72,"
	"  \"sharingFactor\": 1.32, \"stalenessSeconds\": {\"mean\": 161.5, \"p99\": 356.5}}],"
	" \"published\": {\"factor\": 4}, \"cost\": null}";

static struct json *result(void)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(one_density, strlen(one_density), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static void the_screen_has_both_halves_and_both_sentences(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_text(r, &out);
	assert_non_null(strstr(str_text(&out), "5,000 nodes"));
	assert_non_null(strstr(str_text(&out), "115,689"));
	assert_non_null(strstr(str_text(&out), "+0.1%"));
	assert_non_null(strstr(str_text(&out), "356.5 s"));
	assert_non_null(strstr(str_text(&out), "First sentence.\nSecond sentence.\n"));
	assert_non_null(strstr(str_text(&out), "this runtime has no calibration"));
	str_fini(&out);
	json_free(r);
}

static void no_line_is_wider_than_the_screen(void **state)
{
	struct json *r = result();
	struct str out = {0};

	(void)state;
	contrast_text(r, &out);
	for (const char *line = str_text(&out); *line;) {
		size_t len = strcspn(line, "\n");

		if (len > 124)
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
	assert_non_null(strstr(str_text(&out), "\nobjects,never,"));
	assert_non_null(strstr(str_text(&out), "\nobjects,cache,300,30,"));
	str_reset(&out);
	contrast_markdown(r, &out);
	assert_non_null(strstr(str_text(&out), "| 30 | never |"));
	assert_non_null(strstr(str_text(&out), "| 30 | polling | 23.14 |"));
	str_fini(&out);
	json_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_screen_has_both_halves_and_both_sentences),
		cmocka_unit_test(no_line_is_wider_than_the_screen),
		cmocka_unit_test(every_row_is_in_csv_and_markdown),
	};

	return cmocka_run_group_tests_name("contrast", tests, NULL, NULL);
}
