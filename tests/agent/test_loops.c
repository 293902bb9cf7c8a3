/* SPDX-License-Identifier: Apache-2.0 */
/* The kind of a loop's timer decides more than its period. */
#include "agent/agent.h"

#include <stdio.h>

#include "tcase.h"

#include "kit.h"

/* A kubelet whose only loop asks for the runtime's status; PLEG lists beside it. */
static struct kit *one_loop(enum timer_kind timer, ns_t period, ns_t latency)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	struct model_loop loop = {.timer = timer, .period = period, .n_calls = 1};

	loop.calls[0] = (struct model_call){.call = OP_STATUS, .records = PPM};
	k->scenario.kubelet.n_loops = 1;
	k->scenario.kubelet.loops[0] = loop;
	k->latency_of[OP_STATUS] = latency;
	kit_start(k, 1);
	return k;
}

/* So long after the first time. */
static void expect_after(struct kit *k, uint32_t nth, ns_t since_first)
{
	/* each wake-up is a nanosecond late at least */
	assert_in_range(kit_nth(k, OP_STATUS, nth)->at - kit_nth(k, OP_STATUS, 0)->at,
		since_first, since_first + 100);
}

static void a_sliding_loop_drifts_by_its_own_duration(void **state)
{
	struct kit *k = one_loop(TIMER_SLIDING, 10 * NS_S, 500 * NS_MS);

	(void)state;
	kit_until(k, NS_MIN);
	for (uint32_t i = 0; i < 5; i++)
		expect_after(k, i, i * (10 * NS_S + 500 * NS_MS));
	kit_free(k);
}

static void a_sleep_is_a_sliding_loop(void **state)
{
	struct kit *k = one_loop(TIMER_SLEEP, 10 * NS_S, 500 * NS_MS);

	(void)state;
	kit_until(k, NS_MIN);
	for (uint32_t i = 0; i < 5; i++)
		expect_after(k, i, i * (10 * NS_S + 500 * NS_MS));
	kit_free(k);
}

static void what_is_done_on_request_has_no_timer(void **state)
{
	struct kit *k = one_loop(TIMER_REQUEST, 0, 500 * NS_MS);

	(void)state;
	kit_until(k, NS_MIN);
	assert_int_equal(kit_count(k, OP_STATUS), 0);
	agent_scrape(&k->agent, k->now);
	kit_until(k, 2 * NS_MIN);
	assert_int_equal(kit_count(k, OP_STATUS), 1);
	agent_scrape(&k->agent, k->now);
	agent_scrape(&k->agent, k->now); /* served by the round under way */
	kit_until(k, 3 * NS_MIN);
	assert_int_equal(kit_count(k, OP_STATUS), 2);
	kit_free(k);
}

static void a_tickers_phase_is_fixed(void **state)
{
	struct kit *k = one_loop(TIMER_TICKER, 2 * NS_S, 700 * NS_MS);

	(void)state;
	kit_until(k, NS_MIN);
	for (uint32_t i = 0; i < 20; i++)
		expect_after(k, i, i * 2 * NS_S);
	kit_free(k);
}

/* A buffer of one: the tick after 2 s waits there until the first round ends after 5 s, that
 * after 4 s is dropped. */
static void a_ticker_whose_rounds_take_too_long_drops_ticks(void **state)
{
	struct kit *k = one_loop(TIMER_TICKER, 2 * NS_S, 5 * NS_S);

	(void)state;
	kit_until(k, NS_MIN);
	for (uint32_t i = 0; i < 10; i++)
		expect_after(k, i, i * 5 * NS_S);
	kit_free(k);
}

/* One slow round delays the next, and then the phase is as it was. */
static void a_ticker_finds_its_phase_again(void **state)
{
	struct kit *k = one_loop(TIMER_TICKER, 2 * NS_S, 2500 * NS_MS);

	(void)state;
	while (k->n_made == 0 || kit_count(k, OP_STATUS) == 0)
		kit_step(k);
	k->latency_of[OP_STATUS] = NS_MS; /* from the second on */
	kit_until(k, NS_MIN);
	expect_after(k, 1, 2500 * NS_MS); /* the tick at 2 s had waited */
	for (uint32_t i = 2; i < 10; i++)
		expect_after(k, i, i * 2 * NS_S);
	kit_free(k);
}

static void jitter_only_makes_a_period_longer(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	struct model_loop loop = {.timer = TIMER_SLIDING, .period = 10 * NS_S, .n_calls = 1};
	ns_t sum = 0;

	(void)state;
	loop.jitter = 40000;
	loop.calls[0] = (struct model_call){.call = OP_STATUS, .records = PPM};
	k->scenario.kubelet.n_loops = 1;
	k->scenario.kubelet.loops[0] = loop;
	kit_start(k, 1);
	kit_until(k, 1100 * NS_S);
	for (uint32_t i = 1; i <= 100; i++) {
		ns_t gap = kit_nth(k, OP_STATUS, i)->at - kit_nth(k, OP_STATUS, i - 1)->at;

		assert_in_range(gap, 10 * NS_S, 10 * NS_S + 400 * NS_MS + 2 * NS_MS);
		sum += gap;
	}
	assert_in_range(sum / 100, 10150 * NS_MS, 10250 * NS_MS);
	kit_free(k);
}

static void a_call_at_most_every_five_minutes_is_left_out_in_between(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t patch = calls_intern(&k->scenario.calls, "patch", "nodes/status");
	uint32_t get = calls_intern(&k->scenario.calls, "get", "nodes");

	(void)state;
	kit_start(k, 1);
	kit_until(k, 16 * NS_MIN);
	assert_in_range(kit_count(k, get), 95, 97);
	assert_int_equal(
		kit_count(k, patch), 4); /* at the start, and at 5, 10 and 15 minutes */
	kit_free(k);
}

/* One pod pulls at 15 s; the image cache lists every 30 s, the status looks every 10 s. */
static ns_t second_patch(const char *present)
{
	char set[40];
	struct kit *k;
	uint32_t patch;
	ns_t at;

	snprintf(set, sizeof(set), "workload.imagePresent=%s", present);
	k = KIT("v1.20", "serving", "workload.pods=1", "workload.pullAlways=true", set);
	patch = calls_intern(&k->scenario.calls, "patch", "nodes/status");
	kit_start(k, 1);
	kit_until(k, 15 * NS_S);
	agent_pod_news(&k->agent, k->now, 0, POD_ADDED, 0, 0);
	kit_until(k, 5 * NS_MIN + 15 * NS_S);
	assert_int_equal(kit_count(k, OP_PULL_IMAGE), 1);
	assert_int_equal(kit_count(k, patch), 2);
	at = kit_nth(k, patch, 1)->at;
	kit_free(k);
	return at;
}

/* nodestatus/setters.go Images: a new image is a change of the status; and the next report is
 * five minutes after that. */
static void an_image_that_was_pulled_is_told_with_the_node_status(void **state)
{
	(void)state;
	assert_in_range(second_patch("false"), 30 * NS_S, 41 * NS_S);
	assert_in_range(second_patch("true"), 5 * NS_MIN, 5 * NS_MIN + 11 * NS_S);
}

/* Calls follow each other: the next is asked for when the last was answered. */
static void the_calls_of_a_round_are_made_one_after_the_other(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t patch = calls_intern(&k->scenario.calls, "patch", "nodes/status");
	uint32_t get = calls_intern(&k->scenario.calls, "get", "nodes");

	(void)state;
	k->unanswered_call = get;
	kit_start(k, 1);
	kit_until(k, 5 * NS_MIN);
	assert_int_equal(
		kit_count(k, get), 1); /* a lost answer stops this loop, and only this */
	assert_int_equal(kit_count(k, patch), 0);
	assert_true(kit_count(k, OP_LIST_PODSANDBOX) > 400);
	assert_true(kit_count(k, OP_STATUS) > 55);
	kit_free(k);
}

static void a_sweep_asks_for_each_running_container(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=7", "workload.containers=3");

	(void)state;
	kit_start_running(k, 1);
	kit_until(k, 15 * NS_S);
	assert_int_equal(kit_nth(k, CALL_HIDDEN + OP_CONTAINER_STATUS, 0)->n, 21);
	kit_free(k);
}

/* controller.go maxUpdateRetries: five tries at once, then the next period. */
static void a_lease_that_is_rejected_has_five_tries(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t lease = calls_intern(&k->scenario.calls, "update", "leases");

	(void)state;
	k->rejected_call = lease;
	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	assert_int_equal(kit_count(k, lease), 5);
	assert_in_range(kit_nth(k, lease, 4)->at - kit_nth(k, lease, 0)->at, 8 * NS_MS,
		8 * NS_MS + 100);
	kit_until(k, 19 * NS_S);
	assert_int_equal(kit_count(k, lease), 10);
	kit_free(k);
}

/* The PATCH is due once in five minutes, and still is if it failed; each try begins with the
 * GET. */
static void a_node_status_that_is_rejected_is_tried_from_its_get(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t get = calls_intern(&k->scenario.calls, "get", "nodes");
	uint32_t patch = calls_intern(&k->scenario.calls, "patch", "nodes/status");

	(void)state;
	k->rejected_call = patch;
	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	assert_int_equal(kit_count(k, get), 5);
	assert_int_equal(kit_count(k, patch), 5);
	/* What the watch cache has may be too old for a second try. */
	assert_false(kit_nth(k, get, 0)->quorum);
	assert_true(kit_nth(k, get, 1)->quorum);
	k->rejected_call = UINT32_MAX;
	kit_until(k, 60 * NS_S);
	assert_int_equal(kit_count(k, get), 10);
	assert_int_equal(kit_count(k, patch), 6);
	kit_free(k);
}

/* kubelet_node_status.go nodeStatusHasChanged: the node that was read is not what was told. */
static void a_node_status_that_others_have_written_is_written_again_at_once(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t patch = calls_intern(&k->scenario.calls, "patch", "nodes/status");

	(void)state;
	kit_start(k, 1);
	kit_until(k, 60 * NS_S);
	assert_int_equal(kit_count(k, patch), 1);
	agent_overwritten(&k->agent);
	kit_until(k, 71 * NS_S);
	assert_int_equal(kit_count(k, patch), 2);
	kit_until(k, 6 * NS_MIN); /* five minutes after that the next one is due */
	assert_int_equal(kit_count(k, patch), 2);
	kit_free(k);
}

/* The second failure closes all connections; whoever watched opens a watch again, and when the
 * third ends that at once, lists (k/k#79096). */
static void heartbeats_that_fail_twice_end_all_watches(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t lease = calls_intern(&k->scenario.calls, "update", "leases");
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
	uint32_t of_objects;

	(void)state;
	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	assert_int_equal(kit_count(k, watch), 1);
	k->rejected_call = lease;
	kit_until(k, 10 * NS_S + 500 * NS_MS); /* five tries: four times after the first */
	assert_int_equal(k->agent.hang_ups, 4);
	assert_int_equal(kit_count(k, watch), 2);
	assert_int_equal(kit_count(k, list), 1);
	k->rejected_call = UINT32_MAX;
	kit_until(k, 19 * NS_S);
	assert_int_equal(kit_count(k, watch), 3);
	assert_int_equal(kit_count(k, list), 2);
	assert_int_equal(agent_open_watches(&k->agent, k->now, &of_objects), 5);
	kit_free(k);
}

/* Housekeeping runs in the sync loop: what else is to be done there waits for its lists. */
static void housekeeping_keeps_the_sync_loop_waiting(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");

	(void)state;
	k->latency_of[OP_LIST_CONTAINERS] = 400 * NS_MS;
	k->scenario.kubelet.pleg.relist_period = NS_MIN; /* of PLEG there is no more than one */
	kit_start(k, 1);
	kit_until(k, 6 * NS_S + 100 * NS_MS); /* a tick was at 6 s */
	agent_pod_news(&k->agent, k->now, 0, POD_ADDED, 0, 0);
	kit_until(k, 6 * NS_S + 300 * NS_MS);
	assert_false(k->agent.pod[0].known);
	kit_until(k, 7 * NS_S);
	assert_true(k->agent.pod[0].known);
	kit_free(k);
}

static bool first_is_quorum(const char *kubelet, const char *verb, const char *resource)
{
	struct kit *k = KIT(kubelet, "serving", "workload.pods=1");
	uint32_t call = calls_intern(&k->scenario.calls, verb, resource);
	bool quorum;

	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	quorum = kit_nth(k, call, 0)->quorum;
	kit_free(k);
	return quorum;
}

/* reflector.go lists with resourceVersion=0 since 1.2 (d47e21f19f), the node status reads with
 * it since 1.5. */
static void old_kubelets_read_what_etcd_has(void **state)
{
	(void)state;
	assert_true(first_is_quorum("v1.1", "list", "pods"));
	assert_true(first_is_quorum("v1.1", "get", "nodes"));
	assert_false(first_is_quorum("v1.2", "list", "services"));
	assert_true(first_is_quorum("v1.2", "get", "nodes"));
	assert_false(first_is_quorum("v1.5", "list", "nodes"));
	assert_false(first_is_quorum("v1.6", "get", "nodes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sliding_loop_drifts_by_its_own_duration),
		cmocka_unit_test(a_sleep_is_a_sliding_loop),
		cmocka_unit_test(a_tickers_phase_is_fixed),
		cmocka_unit_test(what_is_done_on_request_has_no_timer),
		cmocka_unit_test(a_ticker_whose_rounds_take_too_long_drops_ticks),
		cmocka_unit_test(a_ticker_finds_its_phase_again),
		cmocka_unit_test(jitter_only_makes_a_period_longer),
		cmocka_unit_test(a_call_at_most_every_five_minutes_is_left_out_in_between),
		cmocka_unit_test(an_image_that_was_pulled_is_told_with_the_node_status),
		cmocka_unit_test(the_calls_of_a_round_are_made_one_after_the_other),
		cmocka_unit_test(a_sweep_asks_for_each_running_container),
		cmocka_unit_test(a_lease_that_is_rejected_has_five_tries),
		cmocka_unit_test(a_node_status_that_is_rejected_is_tried_from_its_get),
		cmocka_unit_test(
			a_node_status_that_others_have_written_is_written_again_at_once),
		cmocka_unit_test(old_kubelets_read_what_etcd_has),
		cmocka_unit_test(heartbeats_that_fail_twice_end_all_watches),
		cmocka_unit_test(housekeeping_keeps_the_sync_loop_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
