/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_run.h"

#include <stdlib.h>

#include "tcase.h"

#include "models/library.h"
#include "report/table.h"

static struct json *run(struct settings sets)
{
	struct arena mem;
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = &mem};
	struct model resolved = {0};
	struct scenario s;
	struct json *result = NULL;
	struct err err = {0};

	arena_init(&mem, 0);
	if (scenario_load(&lib, "quiet-5000x30", &sets, &s, &resolved, &err) ||
		result_run(
			&(struct result_run){
				.scenario = &s, .spec = resolved.spec, .threads = 1},
			&result, &err))
		fail_msg("%s", err.text);
	arena_fini(&mem);
	return result;
}

/* More than a day: 600 points of 162 seconds each, and the busiest second is one of all. */
static void a_run_of_days_has_its_series(void **state)
{
	struct json *result = run((struct settings){
		.text = (const char *const[]){"nodes=1", "duration=27h"}, .n = 2});
	const struct json *series = json_get(result, "series");
	double peak = 0;

	(void)state;
	assert_int_equal(json_as_num(json_get(series, "secondsPerPoint")), 162);
	assert_int_equal(json_size(table_value(series, "requests.mean")), 600);
	for (uint32_t i = 0; i < 600; i++) {
		double most = json_as_num(json_at(table_value(series, "requests.peak"), i));

		peak = most > peak ? most : peak;
	}
	assert_true(peak >= 1);
	for (const struct json *row = json_child(json_get(result, "api")); row;
		row = json_next(row)) {
		assert_true(json_as_num(json_get(row, "peakSecond")) >= 1);
		assert_true(json_as_num(json_get(row, "peakSecond")) <= peak);
	}
	json_free(result);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_of_days_has_its_series),
	};

	return cmocka_run_group_tests_name("result_run", tests, NULL, NULL);
}
