/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/rates.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#include "models/library.h"

#define assert_within(a, b, share)                                                             \
	assert_true((a) < (b) * (1 + (share)) && (a) > (b) * (1 - (share)))

struct fixture {
	struct arena mem;
	struct scenario s;
};

static void begin(struct fixture *f, const char *kubelet)
{
	const struct scenario_names names = {
		"test", kubelet, "containerd-1.6.20", "v1.20", "secrets-30", false};
	struct library lib = {.dir = getenv("NODETOLL_MODELS"), .mem = &f->mem};
	struct model resolved = {0};
	struct err err = {0};

	arena_init(&f->mem, 0);
	if (scenario_compose(&lib, &names, NULL, &f->s, &resolved, &err))
		fail_msg("%s", err.text);
}

static double find_out(
	struct scenario *s, enum pleg_design design, uint32_t pods, uint32_t containers)
{
	struct estimate e;

	s->kubelet.pleg.design = design;
	if (design == PLEG_POLLING)
		s->kubelet.pleg.relist_period = 10 * NS_S;
	s->workload.pods = pods;
	s->workload.containers = containers;
	rates_find_out(s, &e);
	return e.value;
}

/* Ten containers of which one dies every ten minutes, and of each one dead is kept: few at
 * first, 10 (1 - e^-t/100 min) after t; two more statuses a poll for each. */
static void dead_containers_are_kept_up_to_so_many(void **state)
{
	struct estimate e;
	struct fixture f;
	double none;

	(void)state;
	begin(&f, "v1.20");
	none = find_out(&f.s, PLEG_POLLING, 10, 1);
	f.s.workload.container_death_every = 600 * NS_S;
	f.s.warmup = 0;
	f.s.duration = NS_MIN;
	assert_within(rates_dead_containers(&f.s), 0.05, 0.01);
	f.s.duration = 24 * NS_HOUR;
	assert_within(rates_dead_containers(&f.s), 9.30556, 1e-4);
	rates_find_out(&f.s, &e);
	assert_within(e.value, none + 2 * 0.930556, 1e-3);
	assert_non_null(strstr(e.formula, " + 2 x 9.3 dead / 10 s + cache"));
	f.s.kubelet.deletion.dead_to_keep = 2;
	assert_within(rates_dead_containers(&f.s), 17.9167, 1e-3);
	arena_fini(&f.mem);
}

/* 2C + 5 a pod and ten seconds, beside the cache. */
static void polling_makes_21_28_70_and_90_calls(void **state)
{
	static const struct {
		uint32_t pods, containers;
		double rate;
	} cases[] = {{30, 1, 21}, {40, 1, 28}, {100, 1, 70}, {100, 2, 90}};
	struct fixture f;

	(void)state;
	begin(&f, "v1.20");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double all = find_out(&f.s, PLEG_POLLING, cases[i].pods, cases[i].containers);

		assert_within(all - rates_refresher(&f.s), cases[i].rate, 1e-6);
		assert_within(rates_refresher(&f.s), 2, 0.06);
	}
	arena_fini(&f.mem);
}

static void a_relist_is_two_lists_a_second_and_its_own_time(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "v1.20");
	assert_within(find_out(&f.s, PLEG_GENERIC, 30, 1), 2 / 1.00107, 1e-4);
	assert_within(find_out(&f.s, PLEG_EVENTED, 30, 1), 2 / 300.0, 1e-4);
	assert_true(rates_refresher(&f.s) == 0);
	arena_fini(&f.mem);
}

/* list_containers of a quiet node, measured as 1.857/s and
 * 1.839 to 1.857 by rule; here all loops but the PLEG's. */
static void the_loops_of_1_20_make_three_calls_and_the_log_managers_sweep(void **state)
{
	struct fixture f;
	struct estimate e;

	(void)state;
	begin(&f, "v1.20");
	f.s.workload.pods = 30;
	f.s.workload.containers = 1;
	rates_loops(&f.s, &e);
	/* 4.5 + 0.1 PC in all, 2 of them the PLEG's */
	assert_within(e.value, 2.5 + 3, 0.02);
	arena_fini(&f.mem);
}

static void a_death_is_inspected_twice(void **state)
{
	struct fixture f;
	double quiet, dying;

	(void)state;
	begin(&f, "v1.20");
	quiet = find_out(&f.s, PLEG_GENERIC, 30, 1);
	f.s.workload.container_death_every = 10 * NS_MIN;
	dying = find_out(&f.s, PLEG_GENERIC, 30, 1);
	assert_within(dying - quiet, 9 / 600.0, 0.01); /* 2 + S + N, then one more */
	arena_fini(&f.mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(dead_containers_are_kept_up_to_so_many),
		cmocka_unit_test(polling_makes_21_28_70_and_90_calls),
		cmocka_unit_test(a_relist_is_two_lists_a_second_and_its_own_time),
		cmocka_unit_test(the_loops_of_1_20_make_three_calls_and_the_log_managers_sweep),
		cmocka_unit_test(a_death_is_inspected_twice),
	};

	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
