/* SPDX-License-Identifier: Apache-2.0 */
/* Whom events are about, and in which order they are told. */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

enum { AT_START = 6, OF_A_CONTAINER = 3 };

static const struct made *nth_event(const struct kit *k, uint32_t nth)
{
	for (uint32_t i = 0; i < k->n_made; i++)
		if ((k->made[i].call == API_CREATE_EVENTS ||
			    k->made[i].call == API_PATCH_EVENTS) &&
			nth-- == 0)
			return &k->made[i];
	fail_msg("no such event");
	return NULL;
}

static void is_about(const struct made *m, uint32_t pod, struct event_item e)
{
	const struct event_item told = event_of_key(m->key);

	assert_int_equal(m->call, e.known ? API_PATCH_EVENTS : API_CREATE_EVENTS);
	assert_int_equal(m->pod, pod);
	assert_int_equal(told.kind, e.kind);
	assert_int_equal(told.container, e.container);
	assert_int_equal(told.nth, e.nth);
}

static void each_is_about_its_own_pod_and_container(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=3", "workload.containers=2");
	uint32_t n = AT_START;

	(void)state;
	kit_start(k, 1);
	for (uint32_t pod = 0; pod < 3; pod++) {
		kit_until(k, (10 + 5 * pod) * NS_S);
		agent_pod_news(&k->agent, k->now, pod, POD_ADDED, 0, 0);
	}
	kit_until(k, 40 * NS_S);
	for (uint32_t i = 0; i < AT_START; i++)
		is_about(nth_event(k, i), REQUEST_NO_POD,
			(struct event_item){.kind = EVENT_KUBELET_STARTS, .nth = i & 7});
	for (uint32_t pod = 0; pod < 3; pod++)
		for (uint32_t c = 0; c < 2; c++)
			for (uint32_t i = 0; i < OF_A_CONTAINER; i++)
				is_about(nth_event(k, n++), pod,
					(struct event_item){.kind = EVENT_START,
						.container = c & 1,
						.nth = i & 3});
	assert_int_equal(kit_count(k, API_CREATE_EVENTS), n);
	kit_free(k);
}

/* A container that is started again has events that are counted; those of a pod that comes
 * later wait behind them. */
static void what_was_raised_first_is_told_first(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=2", "workload.containers=1",
		"kubelet.clients.events.qps=0.1", "kubelet.clients.events.burst=9");
	uint32_t n = AT_START + OF_A_CONTAINER;

	(void)state;
	kit_start(k, 1);
	kit_until(k, NS_S);
	agent_pod_news(&k->agent, k->now, 0, POD_ADDED, 0, 0);
	kit_until(k, 20 * NS_S);
	assert_int_equal(kit_count(k, API_CREATE_EVENTS), n);
	k->view.container[0] =
		record_make(RECORD_EXITED, 0, record_instance(k->view.container[0]));
	kit_recount(k);
	kit_until(k, 25 * NS_S);
	assert_int_equal(record_state(k->view.container[0]), RECORD_RUNNING);
	agent_pod_news(&k->agent, k->now, 1, POD_ADDED, 0, 0);
	kit_until(k, 100 * NS_S);
	for (uint32_t pod = 0; pod < 2; pod++)
		for (uint32_t i = 0; i < OF_A_CONTAINER; i++)
			is_about(nth_event(k, n++), pod,
				(struct event_item){
					.kind = EVENT_START, .known = pod == 0, .nth = i & 3});
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_about_its_own_pod_and_container),
		cmocka_unit_test(what_was_raised_first_is_told_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
