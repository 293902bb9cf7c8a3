/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/contrast_burst.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#include "models/library.h"
#include "report/table.h"

struct fixture {
	struct arena mem;
	struct scenario base;
	struct json *rows;
	struct classes_calls calls;
};

static void begin(struct fixture *f)
{
	const struct scenario_names names = {
		"test", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	struct library lib = {.dir = getenv("NODETOLL_MODELS"), .mem = &f->mem};
	struct model resolved = {0};
	struct err err = {0};

	arena_init(&f->mem, 0);
	if (scenario_compose(&lib, &names, NULL, &f->base, &resolved, &err))
		fail_msg("%s", err.text);
	f->rows = json_array();
	f->calls = (struct classes_calls){0};
}

static void end(struct fixture *f)
{
	json_free(f->rows);
	arena_fini(&f->mem);
}

static const struct json *seconds(const struct fixture *f, const char *design, const char *key)
{
	for (const struct json *r = json_child(f->rows); r; r = json_next(r))
		if (!strcmp(json_as_str(json_get(r, "design")), design))
			return table_value(r, key);
	fail_msg("no row for %s", design);
	return NULL;
}

static double last(const struct fixture *f, const char *design)
{
	return json_as_num(seconds(f, design, "runningSeconds.max"));
}

/* A GET a pod, and the statuses of all of them, through 5 a second. */
static void gets_hold_the_statuses_back(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(contrast_burst(&f.base, 100, 300 * NS_S, f.rows, &f.calls, NULL), 0);
	assert_int_equal(json_size(f.rows), OBJECT_DESIGNS);
	assert_true(last(&f, "get") > 1.3 * last(&f, "watch"));
	assert_true(last(&f, "get") > (3 * 100 - 10) / 5.0);
	assert_true(json_as_num(seconds(&f, "get", "runningSeconds.p50")) < last(&f, "get"));
	end(&f);
}

static void without_a_limiter_no_way_is_slower(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.base.kubelet.client[CLIENT_MAIN].qps_milli = -1;
	assert_int_equal(contrast_burst(&f.base, 100, 300 * NS_S, f.rows, &f.calls, NULL), 0);
	assert_true(last(&f, "get") < 1.1 * last(&f, "watch"));
	end(&f);
}

/* 1,000 GETs a minute or more through 5 a second: new pods wait behind old ones for ever. */
static void what_never_runs_has_no_time(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(contrast_burst(&f.base, 1000, 300 * NS_S, f.rows, &f.calls, NULL), 0);
	assert_true(json_is_null(seconds(&f, "get", "runningSeconds.max")));
	assert_true(json_is_num(seconds(&f, "watch", "runningSeconds.max")));
	end(&f);
}

static double within(const struct fixture *f, const char *design)
{
	return json_as_num(seconds(f, design, "podsWithinObjective"));
}

/* A status is two requests, a secret one more: ten tokens at once and five a second are those
 * of so many pods.  Without a limiter it is the runtime that starts no more in time. */
static void the_objective_bounds_a_burst(void **state)
{
	struct fixture f, without;

	(void)state;
	begin(&f);
	begin(&without);
	without.base.kubelet.client[CLIENT_MAIN].qps_milli = -1;
	assert_int_equal(contrast_burst(&f.base, 100, 300 * NS_S, f.rows, &f.calls, NULL), 0);
	assert_int_equal(contrast_burst(&without.base, 100, 300 * NS_S, without.rows,
				 &without.calls, NULL),
		0);
	assert_in_range(within(&f, "get"), 3, 9);
	assert_true(within(&f, "get") <= within(&f, "watch"));
	assert_true(within(&without, "get") > 3 * within(&f, "get"));
	assert_true(within(&without, "get") < 100);
	end(&without);
	end(&f);
}

/* GETs of secrets fill the limiter while the pods start, so most are told of once. */
static void who_waits_for_the_limiter_tells_of_less(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(contrast_burst(&f.base, 100, 300 * NS_S, f.rows, &f.calls, NULL), 0);
	assert_true(json_as_num(seconds(&f, "bulkwatch", "statusesPerPod")) >
		    1.2 * json_as_num(seconds(&f, "watch", "statusesPerPod")));
	assert_true(json_as_num(seconds(&f, "bulkwatch", "statusesPerPod")) < 2.1);
	end(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(gets_hold_the_statuses_back),
		cmocka_unit_test(without_a_limiter_no_way_is_slower),
		cmocka_unit_test(what_never_runs_has_no_time),
		cmocka_unit_test(the_objective_bounds_a_burst),
		cmocka_unit_test(who_waits_for_the_limiter_tells_of_less),
	};

	return cmocka_run_group_tests_name("contrast_burst", tests, NULL, NULL);
}
