/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds that follow upon what happens, and for whom a round's calls are made. */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

/* The one loop beside the kubelet's mechanisms: a request of a class that nobody else makes. */
static uint32_t only(struct kit *k, struct model_loop loop, struct model_call call)
{
	call.call = calls_intern(&k->scenario.calls, "get", "widgets");
	call.records = PPM;
	loop.n_calls = 1;
	loop.calls[0] = call;
	if (loop.trigger != TRIGGER_PERIOD)
		loop.timer = TIMER_REQUEST;
	k->scenario.kubelet.n_loops = 1;
	k->scenario.kubelet.loops[0] = loop;
	return call.call;
}

static void add_pods(struct kit *k)
{
	for (uint32_t p = 0; p < k->pods; p++)
		agent_pod_news(&k->agent, 0, p, POD_ADDED, p, 0);
}

/* Pods come at once, run, and go. */
static uint32_t of_a_life(enum trigger trigger, enum call_scope scope)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=3", "workload.containers=2");
	uint32_t n, call = only(k, (struct model_loop){.trigger = trigger},
			    (struct model_call){.scope = scope});

	kit_start(k, 1);
	kit_until(k, 100 * NS_MS);
	add_pods(k);
	kit_until(k, 50 * NS_S);
	for (uint32_t p = 0; p < k->pods; p++)
		agent_pod_news(&k->agent, k->now, p, POD_DELETING, p, 0);
	kit_until(k, 100 * NS_S);
	n = kit_count(k, call);
	kit_free(k);
	return n;
}

static void a_pods_life_is_followed(void **state)
{
	(void)state;
	assert_int_equal(of_a_life(TRIGGER_KUBELET_START, SCOPE_NODE), 1);
	assert_int_equal(of_a_life(TRIGGER_POD_START, SCOPE_POD), 3);
	assert_int_equal(of_a_life(TRIGGER_POD_STOP, SCOPE_POD), 3);
	assert_int_equal(of_a_life(TRIGGER_CONTAINER_START, SCOPE_CONTAINER), 6);
	assert_int_equal(of_a_life(TRIGGER_CONTAINER_DEATH, SCOPE_CONTAINER), 6);
	assert_int_equal(of_a_life(TRIGGER_POD_START, SCOPE_CONTAINER), 6);
	assert_int_equal(of_a_life(TRIGGER_POD_START, SCOPE_EACH_NAMESPACE), 3);
	assert_int_equal(of_a_life(TRIGGER_ERROR, SCOPE_POD), 0);
	assert_in_range(of_a_life(TRIGGER_STATUS_CHANGE, SCOPE_POD), 6, 15);
	assert_in_range(of_a_life(TRIGGER_POD_SYNC, SCOPE_POD), 9, 30);
}

/* By the clock, for everybody on the node: one request after the other. */
static uint32_t of_a_round(enum call_scope scope, int64_t share)
{
	struct kit *k = KIT("v1.20", "secrets-30", "workload.pods=20", "workload.containers=3");
	uint32_t n, call = only(k, (struct model_loop){.timer = TIMER_TICKER, .period = NS_MIN},
			    (struct model_call){.scope = scope, .share = share});

	kit_start_running(k, 1);
	kit_until(k, NS_MIN + 30 * NS_S);
	n = kit_count(k, call);
	if (n > 1)
		assert_true(
			kit_nth(k, call, 1)->at >= kit_nth(k, call, 0)->at + 2 * KIT_LATENCY);
	kit_free(k);
	return n;
}

static void a_round_asks_for_everybody_on_the_node(void **state)
{
	(void)state;
	assert_int_equal(of_a_round(SCOPE_NODE, 0), 1);
	assert_int_equal(of_a_round(SCOPE_POD, 0), 20);
	assert_int_equal(of_a_round(SCOPE_CONTAINER, 0), 60);
	assert_int_equal(of_a_round(SCOPE_EACH_OBJECT, 0), 20);
	assert_int_equal(of_a_round(SCOPE_EACH_NAMESPACE, 0), 1); /* all are in one */
	assert_int_equal(of_a_round(SCOPE_CONTAINER, PPM), 60);
	assert_int_equal(of_a_round(SCOPE_CONTAINER, PPM / 2), 30);
	assert_int_equal(of_a_round(SCOPE_EACH_OBJECT, PPM / 4), 5);
}

static void a_loop_of_some_nodes_runs_on_these(void **state)
{
	uint32_t with = 0;

	(void)state;
	for (uint32_t node = 0; node < 40; node++) {
		struct kit *k = KIT("v1.20", "serving", "workload.pods=1", "nodes=40");
		uint32_t call = only(k,
			(struct model_loop){
				.timer = TIMER_SLIDING, .period = 10 * NS_S, .nodes = PPM / 4},
			(struct model_call){.scope = SCOPE_NODE});
		uint32_t n;

		k->node = node;
		kit_start(k, node + 1);
		kit_until(k, NS_MIN);
		n = kit_count(k, call);
		assert_true(n == 0 || n == 6);
		with += n > 0;
		kit_free(k);
	}
	assert_int_equal(with, 10);
}

/* Of what happens one by one it is that share of all that has happened on nodes that have it.
 */
static void a_share_of_events_is_of_all_so_far(void **state)
{
	uint32_t n = 0;

	(void)state;
	for (uint32_t node = 0; node < 8; node++) {
		struct kit *k = KIT("v1.20", "serving", "workload.pods=3", "nodes=8");
		uint32_t call = only(k,
			(struct model_loop){.trigger = TRIGGER_POD_START, .nodes = PPM / 2},
			(struct model_call){.scope = SCOPE_POD, .share = PPM / 4});

		k->node = node;
		kit_start(k, node + 1);
		kit_until(k, 100 * NS_MS);
		add_pods(k);
		kit_until(k, 50 * NS_S);
		n += kit_count(k, call);
		kit_free(k);
	}
	assert_int_equal(n, 3); /* a quarter of four nodes' three */
}

/* A limiter of its own: what it waits for, the kubelet does not. */
static void an_agent_has_a_limiter_of_its_own(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=20");
	uint32_t call =
		only(k, (struct model_loop){.timer = TIMER_TICKER, .period = 10 * NS_MIN},
			(struct model_call){.scope = SCOPE_POD, .client = CLIENT_OWN});

	(void)state;
	k->scenario.kubelet.n_agents = 1;
	k->scenario.kubelet.client[CLIENT_OWN].qps_milli = 1000;
	k->scenario.kubelet.client[CLIENT_OWN].burst = 5;
	kit_start_running(k, 1);
	kit_until(k, 10 * NS_MIN + 20 * NS_S);
	assert_int_equal(kit_count(k, call), 20);
	assert_in_range(
		kit_nth(k, call, 19)->at - kit_nth(k, call, 0)->at, 14 * NS_S, 16 * NS_S);
	kit_free(k);
}

/* ------------------------------------------------------------------ whether a failure is
 * retried */

/* Requests in the first two minutes, in the first of which all are rejected. */
struct again {
	uint32_t failing, all;
};

static struct again while_rejected(struct model_loop loop, ns_t at_most_every)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t call = only(k, loop, (struct model_call){.at_most_every = at_most_every});
	struct again n;

	k->rejected_call = call;
	kit_start(k, 1);
	kit_until(k, 100 * NS_MS);
	add_pods(k);
	kit_until(k, 60 * NS_S);
	n.failing = kit_count(k, call);
	k->rejected_call = UINT32_MAX;
	kit_until(k, 120 * NS_S);
	n.all = kit_count(k, call);
	kit_free(k);
	return n;
}

/* By default the next round comes as always, and what was left out of rounds waits its time. */
static void a_failure_is_not_retried_unless_said(void **state)
{
	struct model_loop ticks = {
		.timer = TIMER_TICKER, .period = NS_S, .first = 500 * NS_MS, .tries = 1};
	struct again n = while_rejected(ticks, 30 * NS_S);

	(void)state;
	assert_int_equal(n.failing, 2);
	assert_int_equal(n.all, 4);
	ticks.tries = 3; /* at once, and it is due at the next tick still */
	n = while_rejected(ticks, 30 * NS_S);
	assert_int_equal(n.failing, 3 * 60);
	assert_int_equal(n.all, 3 * 60 + 2);
}

/* node-problem-detector: due once in 30 s, looked at every second, after a failure again in 10
 * s.
 */
static void a_round_that_failed_comes_again_when_it_is_told(void **state)
{
	struct model_loop loop = {.timer = TIMER_TICKER,
		.period = NS_S,
		.first = 500 * NS_MS,
		.tries = 1,
		.try_again_after = 10 * NS_S};
	struct again n = while_rejected(loop, 30 * NS_S);

	(void)state;
	assert_int_equal(n.failing, 6);
	assert_int_equal(n.all, 6 + 2);
	loop.timer = TIMER_SLIDING;
	loop.period = 30 * NS_S;
	loop.first = 500 * NS_MS;
	loop.try_again_after = 2 * NS_S;
	n = while_rejected(loop, 0);
	assert_int_equal(n.failing, 30); /* 2 s and what an answer takes */
	assert_int_equal(n.all, 30 + 2);
	loop.tries = 2;
	n = while_rejected(loop, 0);
	assert_int_equal(n.failing, 2 * 30);
}

/* What follows upon an event is made again until it succeeds, as a work queue does. */
static void what_an_event_caused_is_made_again_until_it_succeeds(void **state)
{
	struct model_loop loop = {.trigger = TRIGGER_POD_START, .tries = 1};
	struct again n = while_rejected(loop, 0);

	(void)state;
	assert_int_equal(n.failing, 1);
	assert_int_equal(n.all, 1);
	loop.try_again_after = 5 * NS_S;
	n = while_rejected(loop, 0);
	assert_in_range(n.failing, 10, 12);
	assert_int_equal(n.all, n.failing + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pods_life_is_followed),
		cmocka_unit_test(a_round_asks_for_everybody_on_the_node),
		cmocka_unit_test(a_loop_of_some_nodes_runs_on_these),
		cmocka_unit_test(a_share_of_events_is_of_all_so_far),
		cmocka_unit_test(an_agent_has_a_limiter_of_its_own),
		cmocka_unit_test(a_failure_is_not_retried_unless_said),
		cmocka_unit_test(a_round_that_failed_comes_again_when_it_is_told),
		cmocka_unit_test(what_an_event_caused_is_made_again_until_it_succeeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
