/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that change while servers are at work. */
#include "fleet/changes.h"

#include "tcase.h"

#include "fleet/together.h"
#include "kit.h"

enum { NODES = 5, PODS = 4, SECONDS = 60 };

/* Events that watchers were told, of a minute. */
static uint64_t told(const char *every, const char *shared, const char *design,
	const char *servers, const char *scale)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=5", "workload.pods=4", "warmup=1s",
		"duration=60s", "start=stationary", "workload.namespaces=1",
		"apiserver.processors=2", every, shared, design, servers, scale);
	uint64_t n;

	kit_run(k);
	n = k->result.servers.counts.told;
	kit_free(k);
	return n;
}

/* What changes every 5 s is told of so often more. */
static uint64_t more(const char *shared, const char *design, const char *servers, bool busy)
{
	const char *scale =
		busy ? "apiserver.costs.cpuScale=20" : "apiserver.costs.cpuScale=0.01";

	return told("workload.objects[0].updateEvery=5s", shared, design, servers, scale) -
	       told("workload.objects[0].updateEvery=0s", shared, design, servers, scale);
}

#define OF_PODS      "workload.objects[0].sharedBy=pod"
#define OF_NAMESPACE "workload.objects[0].sharedBy=namespace"
#define WATCHED      "kubelet.objects.design=watch"
#define CACHED       "kubelet.objects.design=cache"
#define ONE          "apiserver.servers=1"
#define THREE        "apiserver.servers=3"

/* The watch caches of servers that have not written it, the controller manager, and each
 * kubelet that watches; whether nodes ran alone or together. */
static void whoever_watches_is_told_of_a_change(void **state)
{
	enum { CHANGES = SECONDS / 5 };

	(void)state;
	for (int busy = 0; busy < 2; busy++) {
		assert_in_range(more(OF_PODS, WATCHED, ONE, busy),
			NODES * PODS * (CHANGES - 1) * 2, NODES * PODS * (CHANGES + 1) * 2);
		assert_in_range(more(OF_PODS, CACHED, ONE, busy), NODES * PODS * (CHANGES - 1),
			NODES * PODS * (CHANGES + 1));
		assert_in_range(more(OF_NAMESPACE, WATCHED, ONE, busy),
			(CHANGES - 1) * (1 + NODES), (CHANGES + 1) * (1 + NODES));
		assert_in_range(more(OF_NAMESPACE, WATCHED, THREE, busy),
			(CHANGES - 1) * (3 + NODES), (CHANGES + 1) * (3 + NODES));
	}
}

/* Nodes that have begun, before servers that nobody has asked anything yet. */
struct begun {
	struct kit *k;
	struct together_params shared;
	struct node_plan plan;
	struct node *node;
	struct fleet_result result;
};

static void begun_init(struct begun *b, struct kit *k)
{
	memset(b, 0, sizeof(*b));
	b->k = k;
	b->node = calloc(k->scenario.nodes, sizeof(*b->node));
	assert_non_null(b->node);
	node_plan_init(&b->plan, &k->params, &k->mem);
	together_params_init(&b->shared, &b->plan);
	b->plan.shared = &b->shared;
	fleet_result_init(&b->result, &k->params);
	for (uint32_t i = 0; i < k->scenario.nodes; i++)
		node_begin(&b->node[i], &b->plan, i, &b->result, &k->mem);
}

static void begun_fini(struct begun *b)
{
	fleet_result_fini(&b->result);
	kit_free(b->k);
	free(b->node);
}

static void what_is_told_is_in_the_order_of_time(void **state)
{
	struct begun b;
	struct changes c;
	uint32_t of_node[3] = {0};
	ns_t last = 0;

	(void)state;
	begun_init(
		&b, KIT("v1.20", "secrets-30", "nodes=3", "workload.pods=2", "start=stationary",
			    "apiserver.processors=1", "workload.objects[0].updateEvery=7s"));
	changes_init(&c, &b.plan, b.node, &b.k->mem);
	while (c.next_at < 70 * NS_S) {
		struct change one;

		assert_true(c.next_at >= last);
		last = c.next_at;
		one = changes_take(&c, &b.plan);
		assert_int_equal(one.n, 1);
		of_node[one.by->node]++;
	}
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(of_node[i], 2 * 10);
	begun_fini(&b);
}

/* Of a node with few pods and of a cluster with many namespaces. */
static void so_is_what_changes_one_after_the_other(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "workload.pods=2", "warmup=0s",
		"workload.namespaces=9", "duration=60s", "start=stationary",
		"apiserver.processors=1", "apiserver.costs.cpuScale=20", WATCHED, OF_NAMESPACE,
		"workload.updateObjectEvery=2s");

	(void)state;
	kit_run(k);
	/* each of 9 every 4 s: the controller manager is told, and what kubelets watch it */
	assert_true(k->result.servers.counts.told >= 9 * (60 / 4 - 1));
	kit_free(k);
}

/* Of all nodes that have a pod of its namespace, and of nobody twice. */
static void what_nodes_share_changes_once_for_all_of_them(void **state)
{
	struct begun b;
	struct changes c;
	uint32_t changes = 0;

	(void)state;
	begun_init(&b, KIT("v1.20", "secrets-30", "nodes=3", "workload.pods=9",
			       "workload.namespaces=2", "start=stationary",
			       "apiserver.processors=1", "workload.objects[0].updateEvery=7s",
			       "workload.objects[0].sharedBy=namespace"));
	changes_init(&c, &b.plan, b.node, &b.k->mem);
	for (; c.next_at < 70 * NS_S; changes++) {
		struct change one = changes_take(&c, &b.plan);

		assert_int_equal(one.n, 4);
		for (uint32_t i = 0; i < one.n; i++) {
			assert_int_equal(one.by[i].key, one.by->key);
			assert_int_equal(one.by[i].node, i < 3 ? i : FANOUT_NO_NODE);
		}
	}
	assert_int_equal(changes, 2 * 10);
	begun_fini(&b);
}

/* Where nodes are alone, too: the controller manager and the kubelet. */
static void who_watches_is_told_when_the_request_is_through(void **state)
{
	struct begun b;
	struct load l;
	uint16_t call;
	uint32_t key;
	ns_t at;

	(void)state;
	begun_init(&b, KIT("v1.20", "secrets-30", "nodes=1", "workload.pods=1",
			       "start=stationary", "apiserver.processors=1",
			       "workload.objects[0].updateEvery=7s", WATCHED, OF_PODS));
	call = b.k->scenario.owners.change[0];
	b.shared.owners.wait[call] = 3 * NS_S;
	key = agent_object_key(&b.plan.agent, 0, 0, script_namespace(&b.node[0], 0, 0));
	at = api_object_changed_at(&b.plan.api, 0, 0, key, 2);
	load_init(&l, &b.k->mem, 0, 11 * NS_S);
	changes_load(&b.node[0], &l, 7 * NS_S);
	load_count(&l);
	assert_int_equal(l.owners[call].requests, 1);
	assert_int_equal(l.told, 2);
	assert_int_equal(l.slice[at / LOAD_SLICE].running, 1);
	at += b.shared.cpu[call][1] + 3 * NS_S;
	assert_int_equal(l.slice[at / LOAD_SLICE].running, 2);
	load_fini(&l);
	begun_fini(&b);
}

/* The 20 secrets of four seconds' changes are 5 a second, and etcd passes on two. */
static void what_etcd_does_not_pass_on_in_time_is_told_late(void **state)
{
	static const char *const limits[] = {
		"apiserver.storage.watcherEventsPerSecond=unlimited",
		"apiserver.storage.watcherEventsPerSecond=2"};
	ns_t latest[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=5", "workload.pods=4",
			"warmup=1s", "duration=60s", "start=stationary",
			"apiserver.processors=2", "workload.objects[0].updateEvery=4s", WATCHED,
			OF_PODS, limits[i]);

		kit_run(k);
		latest[i] = k->result.servers.counts.told_latest;
		kit_free(k);
	}
	assert_true(latest[0] < NS_S);
	/* the last of 300 after 150 s */
	assert_in_range(latest[1], 80 * NS_S, 95 * NS_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_watches_is_told_of_a_change),
		cmocka_unit_test(what_is_told_is_in_the_order_of_time),
		cmocka_unit_test(so_is_what_changes_one_after_the_other),
		cmocka_unit_test(what_nodes_share_changes_once_for_all_of_them),
		cmocka_unit_test(who_watches_is_told_when_the_request_is_through),
		cmocka_unit_test(what_etcd_does_not_pass_on_in_time_is_told_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
