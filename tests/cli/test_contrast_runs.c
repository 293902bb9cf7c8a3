/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/contrast_runs.h"

#include "tcase.h"

#include <stdlib.h>

#include "cli/contrast_rows.h"
#include "estimate/objects.h"
#include "estimate/rates.h"
#include "models/library.h"

#define assert_within(a, b, share)                                                             \
	assert_true((a) < (b) * (1 + (share)) && (a) > (b) * (1 - (share)))

enum { NODES = 60 };

struct fixture {
	struct arena mem;
	struct scenario base;
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
	f->base.nodes = NODES;
	f->base.duration = 10 * NS_MIN;
	f->base.warmup = 2 * NS_MIN;
}

/* Every design makes the calls that its formula says. */
static void runtime_designs_agree_with_their_closed_form(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned d = 0; d < PLEG_DESIGNS; d++) {
		struct contrast_calls calls;
		struct fleet_result r;
		struct estimate closed;
		struct scenario s;

		contrast_runtime_scenario(
			&f.base, 30, (enum pleg_design)d, CONTRAST_DESIGN_ALONE, &s);
		assert_int_equal(contrast_run(&s, 2, &r, NULL), 0);
		contrast_count(&r, &calls);
		rates_find_out(&s, &closed);
		assert_within((double)calls.find_out / NODES / 600, closed.value, 0.02);
		fleet_result_fini(&r);
	}
	arena_fini(&f.mem);
}

/* Also over a long time: who polls leaves dead containers to the garbage collection, else they
 * would be more with every death. */
static void polling_agrees_with_its_closed_form_over_a_day(void **state)
{
	struct contrast_calls calls;
	struct fleet_result r;
	struct estimate closed;
	struct scenario s;
	struct fixture f;

	(void)state;
	begin(&f);
	f.base.nodes = 4;
	f.base.duration = 24 * NS_HOUR;
	contrast_runtime_scenario(&f.base, 10, PLEG_POLLING, CONTRAST_DESIGN_ALONE, &s);
	assert_int_equal(contrast_run(&s, 1, &r, NULL), 0);
	contrast_count(&r, &calls);
	rates_find_out(&s, &closed);
	assert_within((double)calls.find_out / 4 / 86400, closed.value, 0.01);
	fleet_result_fini(&r);
	arena_fini(&f.mem);
}

static uint64_t requests(const struct fleet_result *r)
{
	const struct tally_counts *c = &r->tally.window[0].in;

	return c->count[API_GET_SECRETS][OUTCOME_OK] + c->count[API_LIST_SECRETS][OUTCOME_OK] +
	       c->count[API_WATCH_SECRETS][OUTCOME_OK];
}

static void object_designs_agree_with_their_closed_form(void **state)
{
	static const enum object_design designs[] = {OBJECT_GET, OBJECT_CACHE, OBJECT_WATCH};
	struct fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < sizeof(designs) / sizeof(designs[0]); i++) {
		struct objects_estimate closed;
		struct fleet_result r;
		struct scenario s;

		contrast_object_scenario(&f.base, 30, designs[i], 300 * NS_S, &s);
		assert_int_equal(contrast_run(&s, 2, &r, NULL), 0);
		objects_estimate(&s, 300 * NS_S, &f.mem, &closed);
		assert_within((double)requests(&r) / 600, closed.requests, 0.05);
		fleet_result_fini(&r);
	}
	arena_fini(&f.mem);
}

static void what_is_never_fetched_again_asks_nothing(void **state)
{
	struct fixture f;
	struct fleet_result r;
	struct scenario s;

	(void)state;
	begin(&f);
	contrast_object_scenario(&f.base, 30, OBJECT_NEVER, 0, &s);
	assert_int_equal(contrast_run(&s, 2, &r, NULL), 0);
	assert_int_equal(requests(&r), 0);
	fleet_result_fini(&r);
	arena_fini(&f.mem);
}

/* A mean over less than a period is none: evented lists every five minutes. */
static void a_closed_form_needs_a_period(void **state)
{
	static const struct contrast_cost no_cost = {{NULL}};
	static const ns_t duration[] = {299 * NS_S, 300 * NS_S};
	struct fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < 2; i++) {
		const struct contrast_rest rest = {.calls = 0};
		struct fleet_result r;
		struct scenario s;
		struct json *row;

		f.base.duration = duration[i];
		contrast_runtime_scenario(&f.base, 10, PLEG_EVENTED, CONTRAST_DESIGN_ALONE, &s);
		assert_int_equal(contrast_run(&s, 2, &r, NULL), 0);
		row = contrast_runtime_row(&s, &r, &rest, &no_cost);
		assert_int_equal(json_is_num(json_get(row, "closedFormPerNode")), i);
		assert_int_equal(json_is_num(json_get(row, "wholeClosedFormPerNode")), i);
		assert_int_equal(json_is_num(json_get(row, "closedFormDifference")), i);
		if (i == 0)
			assert_string_equal(json_as_str(json_get(row, "closedFormReason")),
				"299 s are less than the 300 s from relist to relist");
		else
			assert_false(json_is_str(json_get(row, "closedFormReason")));
		json_free(row);
		fleet_result_fini(&r);
	}
	arena_fini(&f.mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(runtime_designs_agree_with_their_closed_form),
		cmocka_unit_test(polling_agrees_with_its_closed_form_over_a_day),
		cmocka_unit_test(object_designs_agree_with_their_closed_form),
		cmocka_unit_test(what_is_never_fetched_again_asks_nothing),
		cmocka_unit_test(a_closed_form_needs_a_period),
	};

	return cmocka_run_group_tests_name("contrast_runs", tests, NULL, NULL);
}
