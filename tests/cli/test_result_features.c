/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_features.h"

#include <stdlib.h>
#include <string.h>

#include "tcase.h"

#include "cli/result_run.h"
#include "models/library.h"

struct fixture {
	struct arena mem;
	struct scenario s;
	struct json *result, *rows;
};

static struct fixture *run(const char *feature)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *dir = getenv("NODETOLL_MODELS");
	static const char *const texts[] = {
		"nodes=20", "duration=20m", "workload.replacePodEvery=20s"};
	struct settings sets = {
		.text = texts, .n = 3, .with = &feature, .n_with = feature != NULL};
	struct model resolved = {0};
	struct library lib;
	struct err err = {0};

	assert_non_null(f);
	arena_init(&f->mem, 0);
	lib = (struct library){.dir = dir ? dir : "models", .mem = &f->mem};
	if (scenario_load(&lib, "quiet-5000x30", &sets, &f->s, &resolved, &err) ||
		result_run(
			&(struct result_run){
				.scenario = &f->s, .spec = resolved.spec, .threads = 1},
			&f->result, &err))
		fail_msg("%s", err.text);
	f->rows = result_features(&f->s, f->result, &f->mem);
	return f;
}

static void end(struct fixture *f)
{
	json_free(f->rows);
	json_free(f->result);
	arena_fini(&f->mem);
	free(f);
}

static const struct json *row(const struct fixture *f, const char *resource)
{
	const struct json *at = json_child(f->rows);

	for (; at; at = json_next(at))
		if (json_is_str(json_get(at, "resource")) &&
			!strcmp(json_as_str(json_get(at, "resource")), resource))
			return at;
	fail_msg("no row of %s", resource);
	return NULL;
}

static void a_scenario_without_features_has_none(void **state)
{
	struct fixture *f = run(NULL);

	(void)state;
	assert_null(f->rows);
	end(f);
}

static void closed_form_and_simulation_stand_side_by_side(void **state)
{
	struct fixture *f = run("node-problem-detector");
	const struct json *status = row(f, "nodes/status");
	double difference = json_as_num(json_get(status, "relativeDifference"));

	(void)state;
	/* both the kubelet's own and the feature's: 1 in 5 min each */
	assert_true(json_as_num(json_get(status, "closedFormPerSecond")) > 20 / 160.0);
	assert_true(difference > -0.05 && difference < 0.05);
	assert_true(json_is_null(json_get(status, "why")));
	end(f);
}

static void what_mechanisms_make_too_has_no_closed_form(void **state)
{
	struct fixture *f = run("pod-ready-condition");
	const struct json *gets = row(f, "pods");

	(void)state;
	assert_true(json_is_null(json_get(gets, "closedFormPerSecond")));
	assert_true(json_is_str(json_get(gets, "why")));
	assert_true(json_as_num(json_get(gets, "simulatedPerSecond")) > 1);
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scenario_without_features_has_none),
		cmocka_unit_test(closed_form_and_simulation_stand_side_by_side),
		cmocka_unit_test(what_mechanisms_make_too_has_no_closed_form),
	};

	return cmocka_run_group_tests_name("result_features", tests, NULL, NULL);
}
