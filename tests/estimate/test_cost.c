/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/cost.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#define assert_within(a, b, share)                                                             \
	assert_true((a) < (b) * (1 + (share)) && (a) > (b) * (1 - (share)))

struct fixture {
	struct arena mem;
	struct calibration calibration;
	struct cost cost;
};

static void begin(struct fixture *f)
{
	struct library lib = {.dir = getenv("NODETOLL_MODELS"), .mem = &f->mem};
	struct err err = {0};

	*f = (struct fixture){0};
	arena_init(&f->mem, 0);
	if (calibration_load(&lib, "containerd-1.6.20-cost", &f->calibration, &err) ||
		cost_fit(&f->cost, &f->calibration, &err))
		fail_msg("%s", err.text);
}

static struct cost_point point(const struct cost *c, uint32_t pods, bool polling)
{
	for (uint32_t i = 0; i < c->n_points; i++)
		if (c->point[i].pods == pods && c->point[i].polling == polling)
			return c->point[i];
	fail_msg("no such point");
	return (struct cost_point){0};
}

/* Measured: 0.0045 core for the relist and 0.0118 for polling.  They are not fitted. */
static void what_was_not_fitted_is_predicted_within_a_fifth(void **state)
{
	struct fixture f;
	struct cost_point relist, polling;

	(void)state;
	begin(&f);
	relist = point(&f.cost, 50, false);
	polling = point(&f.cost, 50, true);
	assert_false(relist.fitted);
	assert_false(polling.fitted);
	assert_within(relist.predicted[COST_RUNTIME], 0.0045, 0.2);
	assert_within(polling.predicted[COST_RUNTIME], 0.0118, 0.2);
	arena_fini(&f.mem);
}

static void the_measured_ratios_are_the_calibrations(void **state)
{
	static const double ratios[][2] = {{10, 0.8}, {50, 2.6}, {100, 5.5}};
	struct fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i < 3; i++) {
		uint32_t pods = (uint32_t)ratios[i][0];

		assert_within(point(&f.cost, pods, true).measured[COST_RUNTIME] /
				      point(&f.cost, pods, false).measured[COST_RUNTIME],
			ratios[i][1], 0.02);
	}
	arena_fini(&f.mem);
}

static void no_coefficient_is_below_zero(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned p = 0; p < COST_PARTIES; p++)
		for (unsigned t = 0; t < COST_TERMS; t++)
			assert_true(f.cost.per[p][t] >= 0);
	arena_fini(&f.mem);
}

/* A calibration made of a known law gives that law back. */
static void a_law_is_found_again(void **state)
{
	static const double law[COST_TERMS] = {0.002, 0.0003, 0.00001};
	static const char *const names[] = {"idle", "generic relist 1s", "per-pod polling 10s"};
	struct calibrated_operation operation = {.containers = 2};
	struct calibrated_design designs[6];
	struct calibration c = {.name = "law",
		.n_operations = 1,
		.operations = &operation,
		.n_designs = 6,
		.designs = designs};
	struct cost cost;

	(void)state;
	for (uint32_t i = 0; i < 6; i++) {
		uint32_t pods = i < 3 ? 10 : 100;
		struct cost_load l = cost_pattern(pods, 2, i % 3 == 2);
		double added = law[0] * l.wakeups + law[1] * l.calls + law[2] * l.records;

		designs[i] = (struct calibrated_design){.pods = pods,
			.design = names[i % 3],
			.runtime_cores = 4000 + (i % 3 ? (int64_t)(added * 1e6 + 0.5) : 0),
			.time = 40 * NS_S};
	}
	assert_int_equal(cost_fit(&cost, &c, NULL), 0);
	for (unsigned t = 0; t < COST_TERMS; t++)
		assert_within(cost.per[COST_RUNTIME][t], law[t], 0.01);
}

static void idle_follows_the_straight_line(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_within(cost_idle(&f.cost, 20), 0.004, 1e-6);
	assert_within(cost_idle(&f.cost, 60), 0.00435, 1e-6);
	assert_within(cost_idle(&f.cost, 200), 0.006, 1e-6);
	arena_fini(&f.mem);
}

static void a_calibration_without_designs_is_refused(void **state)
{
	struct calibration c = {.name = "empty"};
	struct cost cost;
	struct err err = {0};

	(void)state;
	assert_int_equal(cost_fit(&cost, &c, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, "'empty'"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_fitted_is_predicted_within_a_fifth),
		cmocka_unit_test(the_measured_ratios_are_the_calibrations),
		cmocka_unit_test(no_coefficient_is_below_zero),
		cmocka_unit_test(a_law_is_found_again),
		cmocka_unit_test(idle_follows_the_straight_line),
		cmocka_unit_test(a_calibration_without_designs_is_refused),
	};

	return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
