/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "tcase.h"

#include "world.h"

static void polling(struct world *w, bool docker)
{
	struct pleg_params params = world_params(PLEG_KIND_POLLING);

	params.docker = docker;
	world_init(w, params);
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_run(w, p);
}

static void every_ten_seconds_all_pods_are_released_at_once(void **state)
{
	struct world w;

	(void)state;
	polling(&w, true);
	w.pleg.next_relist = 10 * NS_S;
	w.now = 10 * NS_S + 3 * NS_MS; /* a tick that was noticed late */
	for (int i = 2; i < 5; i++) {
		struct pleg_want want = world_step(&w, PLEG_LOOP);

		assert_true(want.release_all);
		assert_int_equal(want.kind, PLEG_SLEEPS);
		assert_int_equal(want.until, i * 10 * NS_S); /* the phase stays */
		w.now = want.until + 3 * NS_MS;
	}
	assert_int_equal(w.n_calls, 0);
	world_fini(&w);
}

static void missed_ticks_are_dropped(void **state)
{
	struct world w;

	(void)state;
	polling(&w, true);
	w.pleg.next_relist = 10 * NS_S;
	w.now = 37 * NS_S;
	assert_int_equal(world_step(&w, PLEG_LOOP).until, 40 * NS_S);
	world_fini(&w);
}

/* 2 ps-all + (2C + 3 + 2D) inspects. */
static void a_sync_is_two_lists_and_2c_3_2d_inspects(void **state)
{
	struct world w;

	(void)state;
	polling(&w, true);
	(void)world_call(&w, pleg_poll_chain(&w.pleg, 0, &w.view));
	assert_int_equal(w.of[OP_LIST_CONTAINERS], 2);
	assert_int_equal(w.of[OP_INSPECT_CONTAINER], 2 * 1 + 3);
	memset(w.of, 0, sizeof(w.of));
	world_set(&w, 1, 0, RECORD_RUNNING, 3, 4); /* C = 2, D = 3 */
	world_set(&w, 1, 1, RECORD_RUNNING, 0, 1);
	(void)world_call(&w, pleg_poll_chain(&w.pleg, 1, &w.view));
	assert_int_equal(w.of[OP_LIST_CONTAINERS], 2);
	assert_int_equal(w.of[OP_INSPECT_CONTAINER], 2 * 2 + 3 + 2 * 3);
	world_fini(&w);
}

static void each_list_is_of_the_whole_node(void **state)
{
	const struct chain *chain;
	struct world w;

	(void)state;
	polling(&w, true);
	chain = pleg_poll_chain(&w.pleg, 0, &w.view);
	for (uint32_t i = 0; i < chain->n_steps; i++)
		if (chain->step[i].call == OP_LIST_CONTAINERS)
			assert_int_equal(chain->step[i].records, CHAIN_ALL);
	world_fini(&w);
}

static void over_cri_the_same_questions_are_asked(void **state)
{
	struct world w;

	(void)state;
	polling(&w, false);
	(void)world_call(&w, pleg_poll_chain(&w.pleg, 0, &w.view));
	assert_int_equal(w.of[OP_LIST_CONTAINERS], 2);
	assert_int_equal(w.of[OP_CONTAINER_STATUS], 2);
	assert_int_equal(w.of[OP_PODSANDBOX_STATUS], 3);
	world_fini(&w);
}

static void the_first_of_a_burst_lists_for_the_others(void **state)
{
	bool refresher;
	struct world w;

	(void)state;
	polling(&w, true);
	/* every worker ended its last sync at 1 s; the burst is at 10 s */
	assert_true(pleg_poll_begins(&w.pleg, 10 * NS_S, NS_S, &refresher));
	assert_true(refresher);
	for (int i = 1; i < 10; i++) {
		assert_false(pleg_poll_begins(&w.pleg, 10 * NS_S + i, NS_S, &refresher));
		assert_false(refresher);
	}
	world_fini(&w);
}

/* Every 100 ms until two seconds pass without a request: about twenty lists a burst. */
static void the_refresher_lists_until_nobody_asked_for_two_seconds(void **state)
{
	struct pleg_want want;
	bool refresher;
	struct world w;

	(void)state;
	polling(&w, true);
	(void)pleg_poll_begins(&w.pleg, 10 * NS_S, NS_S, &refresher);
	w.now = 10 * NS_S + 100 * NS_MS;
	while ((want = world_step(&w, PLEG_SIDE)).kind == PLEG_SLEEPS)
		w.now = want.until;
	assert_int_equal(want.kind, PLEG_WAITS);
	assert_in_range(w.of[OP_REFRESH_CONTAINERS], 19, 20);
	assert_in_range(w.now, 12 * NS_S, 12 * NS_S + 200 * NS_MS);
	/* the next burst starts it again */
	assert_true(pleg_poll_begins(&w.pleg, 20 * NS_S, 11 * NS_S, &refresher));
	assert_true(refresher);
	world_fini(&w);
}

static void a_sync_finds_what_changed_in_its_pod_alone(void **state)
{
	struct world w;

	(void)state;
	polling(&w, true);
	pleg_settle(&w.pleg, 0, &w.view);
	world_set(&w, 0, 0, RECORD_EXITED, 0, 1);
	world_set(&w, 1, 0, RECORD_EXITED, 0, 1);
	pleg_poll_ends(&w.pleg, NS_S, 1, &w.view);
	assert_int_equal(w.pleg.events.n, 1);
	assert_int_equal(pleg_take(&w.pleg).pod, 1);
	assert_int_equal(record_state(w.pleg.cached[0]), RECORD_RUNNING);
	pleg_poll_ends(&w.pleg, NS_S, 1, &w.view);
	assert_int_equal(w.pleg.events.n, 0);
	world_fini(&w);
}

static void poll(struct world *w, uint32_t pod)
{
	w->now += 10 * NS_S;
	pleg_poll_ends(&w->pleg, w->now, pod, &w->view);
}

/* A place's containers are numbered on from pod to pod; those of the pods before were told. */
static void the_next_pod_of_a_place_tells_nothing_of_those_before(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_POLLING));
	for (uint32_t pod = 1; pod <= 3; pod++) {
		pleg_forget(&w.pleg, 2);
		world_set_sandbox(&w, 2, RECORD_RUNNING);
		world_set(&w, 2, 0, RECORD_RUNNING, 0, pod);
		poll(&w, 2);
		world_set_sandbox(&w, 2, RECORD_NONE);
		world_set(&w, 2, 0, RECORD_NONE, 0, pod);
		poll(&w, 2);
		for (uint32_t died = 0; w.pleg.events.n;) {
			struct pleg_event e = pleg_take(&w.pleg);

			died += e.kind == PLEG_DIED && e.container == 0;
			assert_true(died <= 1);
		}
	}
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ten_seconds_all_pods_are_released_at_once),
		cmocka_unit_test(missed_ticks_are_dropped),
		cmocka_unit_test(a_sync_is_two_lists_and_2c_3_2d_inspects),
		cmocka_unit_test(each_list_is_of_the_whole_node),
		cmocka_unit_test(over_cri_the_same_questions_are_asked),
		cmocka_unit_test(the_first_of_a_burst_lists_for_the_others),
		cmocka_unit_test(the_refresher_lists_until_nobody_asked_for_two_seconds),
		cmocka_unit_test(a_sync_finds_what_changed_in_its_pod_alone),
		cmocka_unit_test(the_next_pod_of_a_place_tells_nothing_of_those_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
