/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_walls.h"

#include "tcase.h"

#include <string.h>

static struct wall_state of(const char *text, enum wall wall)
{
	struct json *result = NULL;
	struct err err = {0};
	struct wall_state s;

	if (json_parse(text, strlen(text), &result, &err))
		fail_msg("%s", err.text);
	s = wall_state(result, wall);
	json_free(result);
	return s;
}

static void a_wall_is_hit_above_its_limit(void **state)
{
	(void)state;
	assert_true(of("{\"health\": {\"notReadyByPleg\": 2}}", WALL_PLEG).hit);
	assert_false(of("{\"health\": {\"notReadyByPleg\": 0}}", WALL_PLEG).hit);
	assert_true(of("{\"health\": {\"pullsRefused\": 1}}", WALL_REGISTRY).hit);
	assert_true(of("{\"health\": {\"notReadyByHeartbeat\": 1}}", WALL_HEARTBEAT).hit);
	assert_true(of("{\"verdict\": \"rejecting\"}", WALL_SETTLING).hit);
	assert_false(of("{\"verdict\": \"settled\"}", WALL_SETTLING).hit);
	assert_true(of("{\"requests\": [{\"rejected\": 0}, {\"rejected\": 3}]}", WALL_INFLIGHT)
			    .value == 3);
	assert_false(of("{\"requests\": [{\"rejected\": 0}]}", WALL_INFLIGHT).hit);
}

static void the_limiter_is_that_of_the_slowest_call(void **state)
{
	struct wall_state s = of("{\"api\": [{\"limiterSeconds\": {\"p99\": 0.5}},"
				 "{\"limiterSeconds\": {\"p99\": 1.5}}, {}]}",
		WALL_LIMITER);

	(void)state;
	assert_true(s.hit && s.value == 1.5 && s.limit == 1);
	s = of("{\"api\": [{\"limiterSeconds\": {\"p99\": 1}}]}", WALL_LIMITER);
	assert_false(s.hit);
}

static void an_objective_is_missed_as_the_result_says(void **state)
{
	struct wall_state s =
		of("{\"slo\": [{\"objectiveSeconds\": 1, \"p99Seconds\": 0.2,"
		   "\"slowestP99Seconds\": 0.9, \"met\": true},"
		   "{\"objectiveSeconds\": 5, \"p99Seconds\": 7, \"met\": false},"
		   "{\"objectiveSeconds\": 30, \"p99Seconds\": null, \"met\": null}]}",
			WALL_SLO);

	(void)state;
	assert_true(s.hit && s.value == 7 && s.limit == 5);
	s = of("{\"slo\": [{\"objectiveSeconds\": 5, \"p99Seconds\": 4, \"met\": true}]}",
		WALL_SLO);
	assert_false(s.hit);
}

/* Who was answered was answered soon: a time below its limit would be no reason. */
static void an_objective_that_callers_errors_break_is_told_by_them(void **state)
{
	struct wall_state s =
		of("{\"slo\": [{\"objectiveSeconds\": 1, \"p99Seconds\": 0.02,"
		   "\"slowestP99Seconds\": 0.02, \"failingShare\": 0.5, \"met\": false},"
		   "{\"objectiveSeconds\": 30, \"p99Seconds\": 20, \"met\": true}]}",
			WALL_SLO);

	(void)state;
	assert_true(s.hit && s.value == 0.5 && s.limit == 0.01);
	assert_string_equal(s.measure, "slo.failing");
}

static void what_is_missing_is_no_wall(void **state)
{
	(void)state;
	for (unsigned w = 0; w < WALLS; w++) {
		assert_false(of("{}", (enum wall)w).hit);
		assert_non_null(wall_name((enum wall)w));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wall_is_hit_above_its_limit),
		cmocka_unit_test(the_limiter_is_that_of_the_slowest_call),
		cmocka_unit_test(an_objective_is_missed_as_the_result_says),
		cmocka_unit_test(an_objective_that_callers_errors_break_is_told_by_them),
		cmocka_unit_test(what_is_missing_is_no_wall),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
