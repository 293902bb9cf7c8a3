/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "tcase.h"

#include "world.h"

static void ondemand(struct world *w)
{
	world_init(w, world_params(PLEG_KIND_ONDEMAND));
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_run(w, p);
	(void)world_relist(w);
	world_drop_events(w);
	w->now -= NS_S / 2; /* in the middle of its sleep */
	w->n_calls = 0;
	memset(w->of, 0, sizeof(w->of));
}

static void a_request_for_an_unchanged_pod_is_two_filtered_lists(void **state)
{
	struct pleg_want want;
	struct world w;
	ns_t next;
	ns_t asked;

	(void)state;
	ondemand(&w);
	next = w.pleg.next_relist;
	asked = w.now;
	assert_true(pleg_request(&w.pleg, w.now, 3));
	want = world_step(&w, PLEG_LOOP);
	assert_int_equal(w.n_calls, 2);
	assert_int_equal(w.of[OP_LIST_PODSANDBOX], 1);
	assert_int_equal(w.of[OP_LIST_CONTAINERS], 1);
	assert_int_equal(w.pleg.events.n, 0);
	/* its worker may go on; the relist comes when it was due */
	assert_true(want.cache_changed);
	assert_true(pleg_knows(&w.pleg, 3, asked - 1));
	assert_false(pleg_knows(&w.pleg, 2, asked - 1));
	assert_int_equal(want.kind, PLEG_SLEEPS);
	assert_int_equal(want.until, next);
	world_fini(&w);
}

static void a_request_for_a_changed_pod_adds_its_statuses(void **state)
{
	struct pleg_want want;
	struct world w;

	(void)state;
	ondemand(&w);
	world_set(&w, 3, 1, RECORD_RUNNING, 0, 1);
	assert_true(pleg_request(&w.pleg, w.now, 3));
	want = world_step(&w, PLEG_LOOP);
	assert_int_equal(w.n_calls, 2 + 1 + 2);
	assert_int_equal(w.of[OP_PODSANDBOX_STATUS], 1);
	assert_int_equal(w.of[OP_CONTAINER_STATUS], 2);
	assert_int_equal(w.pleg.events.n, 1);
	assert_int_equal(pleg_take(&w.pleg).kind, PLEG_STARTED);
	assert_int_equal(record_state(w.pleg.cached[3 * WORLD_CONTAINERS + 1]), RECORD_RUNNING);
	assert_int_equal(want.kind, PLEG_SLEEPS);
	/* the global relist has nothing to add */
	(void)world_relist(&w);
	assert_int_equal(w.pleg.events.n, 0);
	world_fini(&w);
}

static void other_pods_that_changed_wait_for_the_relist(void **state)
{
	struct world w;

	(void)state;
	ondemand(&w);
	world_set(&w, 1, 0, RECORD_EXITED, 0, 1);
	(void)pleg_request(&w.pleg, w.now, 3);
	w.now = world_step(&w, PLEG_LOOP).until;
	assert_int_equal(w.pleg.events.n, 0);
	(void)world_relist(&w);
	assert_int_equal(w.pleg.events.n, 1);
	assert_int_equal(pleg_take(&w.pleg).pod, 1);
	world_fini(&w);
}

static void the_relist_goes_before_requests_and_makes_older_ones_needless(void **state)
{
	struct pleg_want want;
	struct world w;

	(void)state;
	ondemand(&w);
	w.now += NS_S; /* the timer has fired too */
	for (uint32_t p = 0; p < 4; p++)
		(void)pleg_request(&w.pleg, w.now, p);
	want = world_step(&w, PLEG_LOOP);
	assert_true(want.relisted);
	assert_int_equal(w.n_calls, 2);
	assert_int_equal(w.pleg.n_requests, 0);
	world_fini(&w);
}

static void requests_that_come_during_a_relist_are_served_after_it(void **state)
{
	struct pleg_want want = {0};
	struct world w;

	(void)state;
	ondemand(&w);
	w.now += NS_S;
	pleg_step(&w.pleg, PLEG_LOOP, w.now, OUTCOME_OK, &w.view, &want);
	(void)world_call(&w, want.chain);
	assert_false(pleg_request(&w.pleg, w.now, 3)); /* it is busy, no need to wake it */
	pleg_step(&w.pleg, PLEG_LOOP, w.now, OUTCOME_OK, &w.view, &want);
	assert_true(want.relisted);
	assert_int_equal(want.kind, PLEG_CALLS);
	assert_int_equal(want.chain->pod, 3);
	world_answer(&w, PLEG_LOOP, &want);
	assert_int_equal(want.kind, PLEG_SLEEPS);
	assert_int_equal(w.n_calls, 4);
	world_fini(&w);
}

static void requests_are_served_one_after_the_other(void **state)
{
	struct world w;

	(void)state;
	ondemand(&w);
	for (uint32_t p = 0; p < 4; p++)
		assert_true(pleg_request(&w.pleg, w.now, p));
	(void)world_step(&w, PLEG_LOOP);
	assert_int_equal(w.n_calls, 8);
	assert_int_equal(w.pleg.n_requests, 0);
	world_fini(&w);
}

static void a_full_channel_drops_the_request(void **state)
{
	struct world w;

	(void)state;
	ondemand(&w);
	w.params.requests = 2;
	for (uint32_t p = 0; p < 4; p++)
		assert_true(pleg_request(&w.pleg, w.now, p) == (p < 2));
	(void)world_step(&w, PLEG_LOOP);
	assert_int_equal(w.n_calls, 2 * 2);
	world_fini(&w);
}

static void other_designs_take_no_requests(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	assert_false(pleg_request(&w.pleg, 0, 3));
	assert_int_equal(w.pleg.n_requests, 0);
	world_fini(&w);
}

static void a_request_that_fails_is_left_to_the_relist(void **state)
{
	struct world w;

	(void)state;
	ondemand(&w);
	world_set(&w, 3, 0, RECORD_EXITED, 0, 1);
	(void)pleg_request(&w.pleg, w.now, 3);
	w.failing_pod = 3;
	w.now = world_step(&w, PLEG_LOOP).until;
	assert_int_equal(w.pleg.events.n, 0);
	assert_int_equal(record_state(w.pleg.old[3 * WORLD_CONTAINERS]), RECORD_RUNNING);
	w.failing_pod = CHAIN_NO_POD;
	(void)world_relist(&w);
	assert_int_equal(w.n_calls, 6);
	assert_int_equal(w.pleg.events.n, 1);
	world_fini(&w);
}

/* relistPod: not even its worker goes on. */
static void a_pod_that_cannot_be_listed_is_left_to_the_relist(void **state)
{
	struct world w;
	ns_t asked;

	(void)state;
	ondemand(&w);
	asked = w.now;
	(void)pleg_request(&w.pleg, w.now, 3);
	w.failing_pod = 3;
	(void)world_step(&w, PLEG_LOOP);
	assert_int_equal(w.n_calls, 1);
	assert_false(pleg_knows(&w.pleg, 3, asked - 1));
	world_fini(&w);
}

/* A relist that fails leaves relistTime as it was, so what waited is looked at. */
static void requests_outlive_a_relist_that_fails(void **state)
{
	struct world w;

	(void)state;
	ondemand(&w);
	w.now += NS_S;
	(void)pleg_request(&w.pleg, w.now, 3);
	w.lists_fail = true;
	(void)world_step(&w, PLEG_LOOP);
	assert_int_equal(w.n_calls, 1 + 2);
	assert_true(pleg_knows(&w.pleg, 3, w.now - 5 * NS_MS));
	assert_false(pleg_knows(&w.pleg, 2, w.now - 5 * NS_MS));
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_for_an_unchanged_pod_is_two_filtered_lists),
		cmocka_unit_test(a_request_for_a_changed_pod_adds_its_statuses),
		cmocka_unit_test(other_pods_that_changed_wait_for_the_relist),
		cmocka_unit_test(the_relist_goes_before_requests_and_makes_older_ones_needless),
		cmocka_unit_test(requests_that_come_during_a_relist_are_served_after_it),
		cmocka_unit_test(requests_are_served_one_after_the_other),
		cmocka_unit_test(a_full_channel_drops_the_request),
		cmocka_unit_test(other_designs_take_no_requests),
		cmocka_unit_test(a_request_that_fails_is_left_to_the_relist),
		cmocka_unit_test(a_pod_that_cannot_be_listed_is_left_to_the_relist),
		cmocka_unit_test(requests_outlive_a_relist_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
