/* SPDX-License-Identifier: Apache-2.0 */
/* The sync loop's lists when a pod is removed, and the pod killer. */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

/* Pods that run, their kubelet's housekeeping and no other loop of it. */
static struct kit *running(const char *kubelet)
{
	struct kit *k = KIT(kubelet, "serving", "workload.pods=2", "workload.containers=2");
	uint32_t n = 0;

	for (uint32_t i = 0; i < k->scenario.kubelet.n_loops; i++)
		if (k->scenario.kubelet.loops[i].in_sync_loop)
			k->scenario.kubelet.loops[n++] = k->scenario.kubelet.loops[i];
	k->scenario.kubelet.n_loops = n;
	k->scenario.kubelet.pleg.relist_period = NS_MIN;
	assert_int_equal(n, 1);
	kit_start_running(k, 1);
	return k;
}

static uint32_t sync_loop(const struct kit *k)
{
	return k->plan.first[ACTOR_SYNC];
}

static uint32_t housekeeping(const struct kit *k)
{
	return k->plan.first[ACTOR_LOOP];
}

/* When the actor asked for that call first after `from`; NS_NEVER: not at all. */
static ns_t first_after(const struct kit *k, uint32_t actor, uint32_t call, ns_t from)
{
	for (uint32_t i = 0; i < k->n_made; i++)
		if (k->made[i].actor == actor && k->made[i].call == call &&
			k->made[i].at >= from)
			return k->made[i].at;
	return NS_NEVER;
}

static uint32_t count_of(const struct kit *k, uint32_t actor, uint32_t call)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < k->n_made; i++)
		n += k->made[i].actor == actor && k->made[i].call == call ? k->made[i].n : 0;
	return n;
}

/* Housekeeping rests, and the runtime cache is older than it may be. */
static void let_the_cache_grow_old(struct kit *k)
{
	kit_until(k, 10 * NS_S);
	while (k->agent.sync_busy)
		kit_step(k);
	k->agent.runtime_cache_at = k->now - 3 * NS_S;
}

/* So many times from now on. */
static void let_it_keep_house(struct kit *k, uint32_t times)
{
	kit_until(k, wakes_at(&k->agent.wakes, housekeeping(k)) + (2 * times - 1) * NS_S);
}

/* runtime_cache.go GetPods: whatever deletePod lists is what housekeeping finds. */
static void a_removed_pods_list_is_what_the_killer_sees(void **state)
{
	struct kit *k = running("v1.20");
	uint32_t lists;

	(void)state;
	let_the_cache_grow_old(k);
	k->view.container[2] = record_make(RECORD_EXITED, 0, 1); /* pod 1, since the list */
	kit_recount(k);
	lists = count_of(k, sync_loop(k), OP_LIST_CONTAINERS);
	agent_pod_news(&k->agent, k->now, 1, POD_REMOVED, 0, 0);
	kit_until(k, k->now + 100 * NS_MS);
	assert_int_equal(count_of(k, sync_loop(k), OP_LIST_CONTAINERS), lists + 1);
	assert_int_equal(count_of(k, k->plan.first[ACTOR_KILLER] + 1, OP_STOP_CONTAINER), 1);
	assert_int_equal(count_of(k, k->plan.first[ACTOR_KILLER] + 1, OP_STOP_PODSANDBOX), 1);
	/* the API server's pod says how; nobody has to ask the container */
	assert_int_equal(count_of(k, k->plan.first[ACTOR_KILLER] + 1, OP_CONTAINER_STATUS), 0);
	kit_free(k);
}

static void a_removed_pod_needs_no_list_while_the_cache_is_young(void **state)
{
	struct kit *k = running("v1.20");

	(void)state;
	let_the_cache_grow_old(k);
	k->agent.runtime_cache_at = k->now - NS_S;
	agent_pod_news(&k->agent, k->now, 1, POD_REMOVED, 0, 0);
	kit_until(k, k->now + 100 * NS_MS);
	assert_int_equal(count_of(k, sync_loop(k), OP_LIST_CONTAINERS), 0);
	assert_int_equal(count_of(k, k->plan.first[ACTOR_KILLER] + 1, OP_STOP_CONTAINER), 2);
	kit_free(k);
}

/* The one loop is at its lists: neither housekeeping nor a due pod's sync begins. */
static void what_is_due_waits_while_a_removed_pod_is_looked_for(void **state)
{
	struct kit *k = running("v1.20");
	ns_t tick, until, worker;

	(void)state;
	let_the_cache_grow_old(k);
	k->latency_of[OP_LIST_CONTAINERS] = 400 * NS_MS;
	tick = wakes_at(&k->agent.wakes, housekeeping(k));
	kit_until(k, tick - 100 * NS_MS);
	k->agent.runtime_cache_at = k->now - 3 * NS_S;
	wakes_set(&k->agent.wakes, k->plan.first[ACTOR_WORKER], tick); /* pod 0 is due then */
	k->agent.pod[0].due = tick;
	agent_pod_news(&k->agent, k->now, 1, POD_REMOVED, 0, 0);
	until = k->now + 400 * NS_MS;
	kit_until(k, until);
	assert_int_equal(first_after(k, housekeeping(k), OP_LIST_CONTAINERS, tick), NS_NEVER);
	worker = k->agent.pod[0].last_sync;
	assert_true(k->agent.pod[0].deferred);
	kit_until(k, tick + 1900 * NS_MS);
	assert_in_range(first_after(k, housekeeping(k), OP_LIST_CONTAINERS, tick), until,
		until + 10 * NS_MS);
	assert_false(k->agent.pod[0].deferred);
	kit_until(k, tick + 2 * NS_MIN); /* past the next relist, which a sync waits for */
	assert_true(k->agent.pod[0].last_sync > worker);
	kit_free(k);
}

/* Nor does an event that came shortly before. */
static void housekeeping_and_the_sync_loop_are_not_at_it_together(void **state)
{
	struct kit *k = running("v1.20");

	(void)state;
	let_the_cache_grow_old(k);
	k->latency_of[OP_LIST_CONTAINERS] = 400 * NS_MS;
	kit_until(k, wakes_at(&k->agent.wakes, housekeeping(k)));
	agent_pod_news(&k->agent, k->now, 1, POD_REMOVED, 0, 0);
	wakes_set(&k->agent.wakes, sync_loop(k), k->now + NS_MS); /* it was on its way */
	kit_until(k, k->now + 300 * NS_MS);
	assert_true(k->agent.sync_busy);
	assert_true(k->agent.pod[1].known);
	kit_until(k, k->now + NS_S);
	assert_false(k->agent.pod[1].known);
	kit_free(k);
}

/* Housekeeping has no pod to ask for what runs without one: it asks the container. */
static void the_spec_of_what_runs_without_a_pod_is_asked_for(void **state)
{
	struct kit *k = running("v1.20");
	uint32_t killer = k->plan.first[ACTOR_KILLER] + 1;

	(void)state;
	let_the_cache_grow_old(k);
	k->agent.pod[1].known = false;
	k->agent.pods_at_rest = false;
	k->agent.remembered_changes = UINT64_MAX;
	let_it_keep_house(k, 1);
	assert_int_equal(count_of(k, killer, OP_CONTAINER_STATUS), 2);
	assert_int_equal(count_of(k, killer, OP_STOP_CONTAINER), 2);
	assert_true(first_after(k, killer, OP_STOP_CONTAINER, 0) >
		    first_after(k, killer, OP_CONTAINER_STATUS, 0));
	kit_free(k);
}

/* A kill does not make the cache any younger: what it still shows is killed again. */
static void what_an_old_cache_shows_is_killed_again(void **state)
{
	struct kit *k = running("v1.20");
	uint32_t killer = k->plan.first[ACTOR_KILLER] + 1;

	(void)state;
	let_the_cache_grow_old(k);
	k->plan.round[0].older = 10 * NS_S;
	k->agent.runtime_cache_at = k->now;
	k->agent.pod[1].known = false;
	k->agent.pods_at_rest = false;
	let_it_keep_house(k, 2);
	assert_int_equal(count_of(k, killer, OP_STOP_CONTAINER), 2 * 2);
	assert_int_equal(count_of(k, killer, OP_STOP_PODSANDBOX), 2);
	kit_free(k);
}

/* >= 1.22: the worker proved that nothing runs before the pod was deleted. */
static void since_1_22_a_removed_pod_is_not_looked_for(void **state)
{
	struct kit *k = running("v1.27");

	(void)state;
	let_the_cache_grow_old(k);
	agent_pod_news(&k->agent, k->now, 1, POD_REMOVED, 0, 0);
	kit_until(k, k->now + 100 * NS_MS);
	assert_false(k->agent.pod[1].known);
	assert_int_equal(count_of(k, sync_loop(k), OP_LIST_CONTAINERS), 0);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_removed_pods_list_is_what_the_killer_sees),
		cmocka_unit_test(a_removed_pod_needs_no_list_while_the_cache_is_young),
		cmocka_unit_test(what_is_due_waits_while_a_removed_pod_is_looked_for),
		cmocka_unit_test(housekeeping_and_the_sync_loop_are_not_at_it_together),
		cmocka_unit_test(the_spec_of_what_runs_without_a_pod_is_asked_for),
		cmocka_unit_test(what_an_old_cache_shows_is_killed_again),
		cmocka_unit_test(since_1_22_a_removed_pod_is_not_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
