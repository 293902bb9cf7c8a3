/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "tcase.h"

#include "world.h"

static void evented(struct world *w)
{
	struct pleg_params params = world_params(PLEG_KIND_EVENTED);

	params.threshold = 10 * NS_MIN;
	world_init(w, params);
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_run(w, p);
	pleg_settle(&w->pleg, 0, &w->view);
}

/* The stream opens: it is answered once, then stays. */
static void open_stream(struct world *w)
{
	struct pleg_want want = world_step(w, PLEG_SIDE);

	assert_int_equal(want.kind, PLEG_WAITS);
	assert_int_equal(w->of[OP_GET_CONTAINER_EVENTS], 1);
}

static void an_event_costs_no_call_and_is_known_at_once(void **state)
{
	struct world w;

	(void)state;
	evented(&w);
	open_stream(&w);
	w.n_calls = 0;
	world_set(&w, 2, 0, RECORD_EXITED, 0, 1);
	pleg_stream_event(&w.pleg, 7 * NS_S, 2, &w.view);
	assert_int_equal(w.n_calls, 0);
	assert_int_equal(w.pleg.events.n, 1);
	assert_int_equal(pleg_take(&w.pleg).kind, PLEG_DIED);
	assert_true(pleg_knows(&w.pleg, 2, 7 * NS_S - 1));
	assert_false(pleg_knows(&w.pleg, 1, 7 * NS_S - 1));
	/* the safety relist finds nothing new */
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 2);
	assert_int_equal(w.pleg.events.n, 0);
	world_fini(&w);
}

static void without_a_stream_events_are_not_heard(void **state)
{
	struct world w;

	(void)state;
	evented(&w);
	world_set(&w, 2, 0, RECORD_EXITED, 0, 1);
	pleg_stream_event(&w.pleg, NS_S, 2, &w.view);
	assert_int_equal(w.pleg.events.n, 0);
	world_fini(&w);
}

/* PodSandboxStatus carries its containers': 1 + S. */
static void a_relist_inspects_for_two_calls(void **state)
{
	struct world w;

	(void)state;
	evented(&w);
	world_set(&w, 2, 0, RECORD_EXITED, 0, 1);
	assert_int_equal(world_relist(&w).until - w.params.period, 4 * NS_MS);
	assert_int_equal(w.n_calls, 2 + 2);
	assert_int_equal(w.of[OP_LIST_PODSANDBOX], 2);
	assert_int_equal(w.of[OP_PODSANDBOX_STATUS], 1);
	assert_int_equal(w.of[OP_CONTAINER_STATUS], 0);
	world_fini(&w);
}

static void the_global_update_lets_unchanged_pods_go(void **state)
{
	struct pleg_want want;
	struct world w;

	(void)state;
	evented(&w);
	w.now = 42 * NS_S;
	want = world_step(&w, PLEG_UPDATE);
	assert_int_equal(want.kind, PLEG_SLEEPS);
	assert_int_equal(want.until, 47 * NS_S);
	assert_true(want.cache_changed);
	assert_true(pleg_knows(&w.pleg, 0, 42 * NS_S - 1));
	assert_int_equal(w.n_calls, 0);
	world_fini(&w);
}

/* The stream breaks; then the relist that this forces, from beginning to end. */
static struct pleg_want break_stream(struct world *w)
{
	struct pleg_want want = {0};
	struct pleg_want forced;

	pleg_step(&w->pleg, PLEG_SIDE, w->now, OUTCOME_ERROR, &w->view, &want);
	assert_true(want.wake & 1u << PLEG_LOOP);
	memset(w->of, 0, sizeof(w->of));
	forced = world_step(w, PLEG_LOOP);
	assert_true(forced.relisted);
	assert_int_equal(w->of[OP_LIST_PODSANDBOX], 1);
	if (forced.wake & 1u << PLEG_SIDE)
		pleg_step(&w->pleg, PLEG_SIDE, w->now, OUTCOME_OK, &w->view, &want);
	return want;
}

static void a_broken_stream_forces_a_relist_and_opens_again_without_back_off(void **state)
{
	struct pleg_want want;
	struct world w;

	(void)state;
	evented(&w);
	open_stream(&w);
	for (int i = 0; i < 4; i++) {
		want = break_stream(&w);
		assert_int_equal(want.kind, PLEG_CALLS);
		assert_int_equal(want.chain->step[0].call, OP_GET_CONTAINER_EVENTS);
		assert_int_equal(w.pleg.period, 300 * NS_S);
	}
	world_fini(&w);
}

/* Relist is called by the stream's own goroutine and has a lock. */
static void a_break_during_a_relist_has_a_relist_of_its_own(void **state)
{
	struct pleg_want relist = {0};
	struct pleg_want stream = {0};
	struct world w;

	(void)state;
	evented(&w);
	open_stream(&w);
	pleg_step(&w.pleg, PLEG_LOOP, w.now, OUTCOME_OK, &w.view, &relist);
	(void)world_call(&w, relist.chain);
	pleg_step(&w.pleg, PLEG_SIDE, w.now, OUTCOME_ERROR, &w.view, &stream);
	assert_int_equal(stream.kind, PLEG_WAITS);
	assert_int_equal(stream.wake, 0);
	pleg_step(&w.pleg, PLEG_LOOP, ++w.now, OUTCOME_OK, &w.view, &relist);
	assert_int_equal(relist.kind, PLEG_SLEEPS);
	assert_int_equal(relist.until, w.now);
	assert_int_equal(relist.wake, 0);
	relist = world_step(&w, PLEG_LOOP);
	assert_true(relist.wake & 1u << PLEG_SIDE);
	assert_int_equal(world_step(&w, PLEG_SIDE).kind, PLEG_WAITS);
	assert_int_equal(w.of[OP_GET_CONTAINER_EVENTS], 2);
	world_fini(&w);
}

/* evented.go: numAttempts is never reset, so five breaks in a month are as five in a second. */
static void five_breaks_ever_are_the_end_of_it(void **state)
{
	struct pleg_want want;
	struct world w;
	ns_t began;

	(void)state;
	evented(&w);
	open_stream(&w);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(break_stream(&w).kind, PLEG_CALLS);
		pleg_step(
			&w.pleg, PLEG_SIDE, w.now, OUTCOME_OK, &w.view, &want); /* it is open */
		assert_int_equal(want.kind, PLEG_WAITS);
		w.now += 24 * 60 * NS_MIN;
	}
	want = break_stream(&w);
	assert_int_equal(want.kind, PLEG_WAITS);
	assert_int_equal(w.pleg.period, w.params.fallback_period);
	assert_int_equal(w.pleg.threshold, w.params.fallback_threshold);
	/* the generic PLEG goes on at its own period and inspects what changed */
	world_set(&w, 2, 0, RECORD_EXITED, 0, 1);
	pleg_stream_event(&w.pleg, w.now, 2, &w.view);
	assert_int_equal(w.pleg.events.n, 0);
	began = w.now;
	assert_int_equal(world_relist(&w).until, began + 4 * NS_MS + w.params.fallback_period);
	assert_int_equal(w.pleg.events.n, 1);
	world_fini(&w);
}

/* evented.go Stop closes the cache update's channel too: only relists let workers go then. */
static void after_the_fallback_nothing_but_relists_moves_the_cache(void **state)
{
	struct pleg_want want;
	struct world w;
	ns_t known;

	(void)state;
	evented(&w);
	open_stream(&w);
	for (int i = 0; i < 5; i++)
		(void)break_stream(&w);
	known = w.pleg.cache_time;
	w.now += 5 * NS_S;
	want = world_step(&w, PLEG_UPDATE);
	assert_int_equal(want.kind, PLEG_WAITS);
	assert_int_equal(w.pleg.cache_time, known);
	world_fini(&w);
}

static void a_stream_event_may_find_a_full_channel(void **state)
{
	struct pleg_params params = world_params(PLEG_KIND_EVENTED);
	struct world w;

	(void)state;
	params.channel = 1;
	world_init(&w, params);
	open_stream(&w);
	for (uint32_t p = 0; p < 3; p++) {
		world_set_sandbox(&w, p, RECORD_RUNNING);
		pleg_stream_event(&w.pleg, NS_S, p, &w.view);
	}
	assert_int_equal(w.pleg.events.n, 1);
	assert_int_equal(w.pleg.dropped, 2);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_costs_no_call_and_is_known_at_once),
		cmocka_unit_test(without_a_stream_events_are_not_heard),
		cmocka_unit_test(a_relist_inspects_for_two_calls),
		cmocka_unit_test(the_global_update_lets_unchanged_pods_go),
		cmocka_unit_test(
			a_broken_stream_forces_a_relist_and_opens_again_without_back_off),
		cmocka_unit_test(a_break_during_a_relist_has_a_relist_of_its_own),
		cmocka_unit_test(five_breaks_ever_are_the_end_of_it),
		cmocka_unit_test(after_the_fallback_nothing_but_relists_moves_the_cache),
		cmocka_unit_test(a_stream_event_may_find_a_full_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
