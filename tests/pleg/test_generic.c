/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "tcase.h"

#include "world.h"

static void generic(struct world *w)
{
	world_init(w, world_params(PLEG_KIND_GENERIC));
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_run(w, p);
	(void)world_relist(w);
	world_drop_events(w);
}

static void a_quiet_relist_makes_two_calls_and_no_event(void **state)
{
	struct world w;

	(void)state;
	generic(&w);
	for (int i = 0; i < 3; i++) {
		struct pleg_want want = world_relist(&w);

		assert_int_equal(w.n_calls, 2);
		assert_int_equal(w.of[OP_LIST_PODSANDBOX], 1);
		assert_int_equal(w.of[OP_LIST_CONTAINERS], 1);
		assert_int_equal(w.pleg.events.n, 0);
		assert_true(want.relisted);
	}
	world_fini(&w);
}

/* SLIDING: the second is counted from the end of the relist. */
static void the_next_relist_begins_a_second_after_the_last_ended(void **state)
{
	struct pleg_want want;
	struct world w;
	ns_t began;

	(void)state;
	generic(&w);
	w.latency = 7 * NS_MS;
	began = w.now;
	want = world_relist(&w);
	assert_int_equal(want.began_at, began);
	assert_int_equal(want.until, began + 14 * NS_MS + NS_S);
	world_fini(&w);
}

static void a_changed_pod_of_one_container_costs_two_and_one_and_one(void **state)
{
	struct world w;

	(void)state;
	generic(&w);
	world_set(&w, 3, 0, RECORD_EXITED, 0, 1);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2 + 4);
	assert_int_equal(w.of[OP_LIST_PODSANDBOX], 2);
	assert_int_equal(w.of[OP_LIST_CONTAINERS], 2);
	assert_int_equal(w.of[OP_PODSANDBOX_STATUS], 1);
	assert_int_equal(w.of[OP_CONTAINER_STATUS], 1);
	assert_int_equal(w.pleg.events.n, 1);
	assert_int_equal(pleg_take(&w.pleg).kind, PLEG_DIED);
	world_fini(&w);
}

/* N counts containers in any state, exited instances too. */
static void an_inspection_asks_for_dead_containers_too(void **state)
{
	struct world w;

	(void)state;
	generic(&w);
	world_set(&w, 3, 0, RECORD_RUNNING, 2, 3);
	world_set(&w, 3, 1, RECORD_CREATED, 0, 1);
	(void)world_relist(&w);
	assert_int_equal(w.of[OP_CONTAINER_STATUS], 4);
	assert_int_equal(w.n_calls, 2 + 2 + 1 + 4);
	world_fini(&w);
}

static void a_sandbox_alone_is_inspected_without_containers(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	world_set_sandbox(&w, 0, RECORD_RUNNING);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2 + 2 + 1);
	world_fini(&w);
}

/* created is "unknown" to PLEG: ContainerChanged, which is filtered, but inspected. */
static void a_created_container_is_inspected_without_an_event(void **state)
{
	struct world w;

	(void)state;
	generic(&w);
	world_set(&w, 0, 1, RECORD_CREATED, 0, 1);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2 + 2 + 1 + 2);
	assert_int_equal(w.pleg.events.n, 0);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2);
	world_fini(&w);
}

static void a_vanished_pod_costs_no_call_and_is_told_of(void **state)
{
	struct pleg_want want;
	struct world w;

	(void)state;
	generic(&w);
	world_remove(&w, 2);
	want = world_relist(&w);
	assert_int_equal(w.n_calls, 2);
	assert_true(want.cache_changed);
	assert_int_equal(w.pleg.sandbox[2], RECORD_NONE);
	assert_int_equal(w.pleg.pod_time[2], -1);
	assert_int_equal(w.pleg.events.n, 4); /* died and removed, container and sandbox */
	for (int i = 0; i < 4; i++) {
		struct pleg_event e = pleg_take(&w.pleg);

		assert_int_equal(e.pod, 2);
		assert_int_equal(e.kind, i % 2 ? PLEG_REMOVED : PLEG_DIED);
		assert_int_equal(e.container, i < 2 ? 0 : PLEG_SANDBOX);
	}
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2);
	world_fini(&w);
}

static void changed_pods_are_inspected_one_after_the_other(void **state)
{
	struct world w;
	ns_t began;
	struct pleg_want want;

	(void)state;
	generic(&w);
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_set(&w, p, 0, RECORD_EXITED, 0, 1);
	began = w.now;
	want = world_relist(&w);
	assert_int_equal(w.n_calls, 2 + WORLD_PODS * 4);
	assert_int_equal(want.until - NS_S - began, (2 + WORLD_PODS * 4) * NS_MS);
	/* each pod's cache entry has the time at which its own inspection began */
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		assert_int_equal(w.pleg.pod_time[p], began + (2 + p * 4) * NS_MS);
	world_fini(&w);
}

/* generic.go:190: relistTime, the cache's time and podsToReinspect stay as they are. */
static void failed_lists_change_nothing(void **state)
{
	struct pleg_want want;
	struct world w;
	ns_t last;
	ns_t known;

	(void)state;
	generic(&w);
	last = w.pleg.last_relist;
	known = w.pleg.cache_time;
	world_set(&w, 1, 0, RECORD_EXITED, 0, 1);
	w.lists_fail = true;
	want = world_relist(&w);
	assert_int_equal(w.n_calls, 1);
	assert_true(want.relisted); /* the metric has it nevertheless */
	assert_int_equal(want.before_at, last);
	assert_true(want.began_at > last);
	assert_false(want.cache_changed);
	assert_int_equal(w.pleg.last_relist, last);
	assert_int_equal(w.pleg.cache_time, known);
	assert_int_equal(w.pleg.events.n, 0);
	w.lists_fail = false;
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 6);
	assert_int_equal(w.pleg.events.n, 1);
	world_fini(&w);
}

static void a_failed_inspection_keeps_the_old_record_and_comes_again(void **state)
{
	struct world w;

	(void)state;
	generic(&w);
	world_set(&w, 1, 0, RECORD_EXITED, 0, 1);
	w.failing_pod = 1;
	for (int i = 0; i < 3; i++) {
		struct pleg_want want = world_relist(&w);

		assert_int_equal(w.n_calls, 3); /* the first call of the inspection failed */
		assert_true(want.relisted);     /* and the relist went on */
		assert_int_equal(w.pleg.events.n, 0);
		assert_int_equal(
			record_state(w.pleg.old[1 * WORLD_CONTAINERS]), RECORD_RUNNING);
		assert_int_equal(
			record_state(w.pleg.cached[1 * WORLD_CONTAINERS]), RECORD_RUNNING);
		assert_true(pleg_has_error(&w.pleg, 1)); /* that is known of it now ... */
		assert_true(w.pleg.pod_time[1] > w.pleg.last_relist); /* ... and told */
		assert_false(pleg_has_error(&w.pleg, 0));
	}
	w.failing_pod = CHAIN_NO_POD;
	(void)world_relist(&w);
	assert_false(pleg_has_error(&w.pleg, 1));
	assert_int_equal(w.n_calls, 6);
	assert_int_equal(w.pleg.events.n, 1);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2);
	world_fini(&w);
}

/* It failed, and by the next relist the pod is as it was: nothing changed, but podsToReinspect
 * has it (3a87bfb6f7; not before May 2016). */
static void a_failed_pod_is_reinspected_though_nothing_changed(void **state)
{
	(void)state;
	for (int reinspect = 0; reinspect < 2; reinspect++) {
		struct world w;

		generic(&w);
		w.params.reinspect = reinspect;
		world_set(&w, 1, 0, RECORD_CREATED, 0, 2);
		w.failing_pod = 1;
		(void)world_relist(&w);
		world_set(&w, 1, 0, RECORD_RUNNING, 0, 1);
		w.failing_pod = CHAIN_NO_POD;
		(void)world_relist(&w);
		assert_int_equal(w.n_calls, reinspect ? 6 : 2);
		assert_int_equal(w.pleg.events.n, 0);
		(void)world_relist(&w);
		assert_int_equal(w.n_calls, 2);
		world_fini(&w);
	}
}

static void a_failed_pod_that_vanishes_is_not_waited_for(void **state)
{
	struct world w;

	(void)state;
	generic(&w);
	world_set(&w, 1, 0, RECORD_EXITED, 0, 1);
	w.failing_pod = 1;
	(void)world_relist(&w);
	assert_int_equal(w.pleg.n_reinspect, 1);
	world_remove(&w, 1);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2);
	assert_int_equal(w.pleg.n_reinspect, 0);
	world_fini(&w);
}

static void one_failing_pod_does_not_keep_others_from_being_seen(void **state)
{
	struct world w;

	(void)state;
	generic(&w);
	world_set(&w, 1, 0, RECORD_EXITED, 0, 1);
	world_set(&w, 4, 0, RECORD_EXITED, 0, 1);
	w.failing_pod = 1;
	(void)world_relist(&w);
	assert_int_equal(w.pleg.events.n, 1);
	assert_int_equal(pleg_take(&w.pleg).pod, 4);
	world_fini(&w);
}

static void a_full_channel_drops_events_and_counts_them(void **state)
{
	struct pleg_params params = world_params(PLEG_KIND_GENERIC);
	struct world w;

	(void)state;
	params.channel = 4;
	world_init(&w, params);
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_run(&w, p);
	(void)world_relist(&w); /* a container and a sandbox started, six times */
	assert_int_equal(w.pleg.events.n, 4);
	assert_int_equal(w.pleg.dropped, 2 * WORLD_PODS - 4);
	assert_int_equal(pleg_take(&w.pleg).pod, 0); /* the first ones are kept */
	/* what was lost is not told again: the records have been updated */
	world_drop_events(&w);
	(void)world_relist(&w);
	assert_int_equal(w.pleg.events.n, 0);
	assert_int_equal(w.n_calls, 2);
	world_fini(&w);
}

static void health_counts_from_the_start_of_the_last_relist(void **state)
{
	struct world w;
	ns_t began;

	(void)state;
	generic(&w);
	began = w.now;
	w.latency = NS_MIN; /* two lists: it ends two minutes later */
	(void)world_relist(&w);
	assert_true(w.now > began + 2 * NS_MIN);
	assert_true(pleg_is_healthy(&w.pleg, began + 3 * NS_MIN));
	assert_false(pleg_is_healthy(&w.pleg, began + 3 * NS_MIN + 1));
	world_fini(&w);
}

static void a_relist_that_inspects_for_too_long_is_unhealthy_meanwhile(void **state)
{
	struct world w;
	ns_t began;

	(void)state;
	generic(&w);
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_set(&w, p, 0, RECORD_EXITED, 0, 1);
	began = w.now;
	w.latency = 10 * NS_S; /* 26 calls: 260 s */
	(void)world_relist(&w);
	assert_int_equal(w.pleg.last_relist, began);
	assert_false(pleg_is_healthy(&w.pleg, w.now));
	world_fini(&w);
}

static void before_the_first_relist_it_is_not_healthy(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	assert_false(pleg_is_healthy(&w.pleg, 0));
	w.lists_fail = true;
	(void)world_relist(&w);
	assert_false(pleg_is_healthy(&w.pleg, w.now));
	w.lists_fail = false;
	(void)world_relist(&w);
	assert_true(pleg_is_healthy(&w.pleg, w.now));
	world_fini(&w);
	/* where it has relisted for long */
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	pleg_settle(&w.pleg, NS_S, &w.view);
	assert_true(pleg_is_healthy(&w.pleg, NS_S + 3 * NS_MIN));
	assert_false(pleg_is_healthy(&w.pleg, NS_S + 3 * NS_MIN + 1));
	world_fini(&w);
}

/* GetNewerThan: a changed pod's worker goes when its own inspection is done, everybody else's
 * at the end of the whole relist, as of its start. */
static void unchanged_pods_are_known_only_at_the_end_of_the_relist(void **state)
{
	struct pleg_want want = {0};
	struct world w;
	ns_t began;

	(void)state;
	generic(&w);
	world_set(&w, 1, 0, RECORD_EXITED, 0, 1);
	world_set(&w, 4, 0, RECORD_EXITED, 0, 1);
	began = w.now;
	pleg_step(&w.pleg, PLEG_LOOP, w.now, OUTCOME_OK, &w.view, &want);
	for (int inspections = 0; inspections < 2; inspections++) {
		assert_int_equal(want.kind, PLEG_CALLS);
		world_answer(&w, PLEG_LOOP, &want);
	}
	/* pod 1 is inspected, pod 4 is under way */
	assert_int_equal(want.kind, PLEG_CALLS);
	assert_int_equal(want.chain->pod, 4);
	assert_true(pleg_knows(&w.pleg, 1, began));
	assert_false(pleg_knows(&w.pleg, 4, began - 1));
	assert_false(pleg_knows(&w.pleg, 0, began - 1));
	world_answer(&w, PLEG_LOOP, &want);
	assert_int_equal(want.kind, PLEG_SLEEPS);
	assert_true(pleg_knows(&w.pleg, 0, began - 1));
	assert_false(pleg_knows(&w.pleg, 0, began)); /* a sync that ended since waits on */
	world_fini(&w);
}

static void settling_takes_all_as_known_without_events(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_run(&w, p);
	pleg_settle(&w.pleg, NS_S, &w.view);
	assert_int_equal(w.pleg.events.n, 0);
	assert_true(pleg_knows(&w.pleg, 0, NS_S - 1));
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2);
	assert_int_equal(w.pleg.events.n, 0);
	world_fini(&w);
}

/* Docker: one list for all, and an unfiltered one for each inspection. */
static void docker_lists_once_and_inspects_containers_and_sandbox(void **state)
{
	struct pleg_params params = world_params(PLEG_KIND_GENERIC);
	struct world w;

	(void)state;
	params.docker = true;
	world_init(&w, params);
	world_run(&w, 0);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 1 + 1 + 2);
	assert_int_equal(w.of[OP_LIST_CONTAINERS], 2);
	assert_int_equal(w.of[OP_INSPECT_CONTAINER], 2);
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 1);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quiet_relist_makes_two_calls_and_no_event),
		cmocka_unit_test(the_next_relist_begins_a_second_after_the_last_ended),
		cmocka_unit_test(a_changed_pod_of_one_container_costs_two_and_one_and_one),
		cmocka_unit_test(an_inspection_asks_for_dead_containers_too),
		cmocka_unit_test(a_sandbox_alone_is_inspected_without_containers),
		cmocka_unit_test(a_created_container_is_inspected_without_an_event),
		cmocka_unit_test(a_vanished_pod_costs_no_call_and_is_told_of),
		cmocka_unit_test(changed_pods_are_inspected_one_after_the_other),
		cmocka_unit_test(failed_lists_change_nothing),
		cmocka_unit_test(a_failed_inspection_keeps_the_old_record_and_comes_again),
		cmocka_unit_test(a_failed_pod_is_reinspected_though_nothing_changed),
		cmocka_unit_test(a_failed_pod_that_vanishes_is_not_waited_for),
		cmocka_unit_test(one_failing_pod_does_not_keep_others_from_being_seen),
		cmocka_unit_test(a_full_channel_drops_events_and_counts_them),
		cmocka_unit_test(health_counts_from_the_start_of_the_last_relist),
		cmocka_unit_test(a_relist_that_inspects_for_too_long_is_unhealthy_meanwhile),
		cmocka_unit_test(before_the_first_relist_it_is_not_healthy),
		cmocka_unit_test(unchanged_pods_are_known_only_at_the_end_of_the_relist),
		cmocka_unit_test(settling_takes_all_as_known_without_events),
		cmocka_unit_test(docker_lists_once_and_inspects_containers_and_sandbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
