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

/* The watch cache of each server, the controller manager, and the kubelet that watches; whether
 * nodes ran alone or together. */
static void whoever_watches_is_told_of_a_change(void **state)
{
	enum { CHANGES = SECONDS / 5 };

	(void)state;
	for (int busy = 0; busy < 2; busy++) {
		assert_in_range(more(OF_PODS, WATCHED, ONE, busy),
			NODES * PODS * (CHANGES - 1) * 3, NODES * PODS * (CHANGES + 1) * 3);
		assert_in_range(more(OF_PODS, CACHED, ONE, busy),
			NODES * PODS * (CHANGES - 1) * 2, NODES * PODS * (CHANGES + 1) * 2);
		assert_in_range(more(OF_NAMESPACE, WATCHED, ONE, busy),
			(CHANGES - 1) * (2 + NODES), (CHANGES + 1) * (2 + NODES));
		assert_in_range(more(OF_NAMESPACE, WATCHED, THREE, busy),
			(CHANGES - 1) * (4 + NODES), (CHANGES + 1) * (4 + NODES));
	}
}

static void what_is_told_is_in_the_order_of_time(void **state)
{
	struct kit *k =
		KIT("v1.20", "secrets-30", "nodes=3", "workload.pods=2", "start=stationary",
			"apiserver.processors=1", "workload.objects[0].updateEvery=7s");
	static struct together_params shared;
	struct node_plan plan = {0};
	struct node *n = calloc(3, sizeof(*n));
	struct fleet_result r;
	struct changes c;
	uint32_t of_node[3] = {0};
	ns_t last = 0;

	(void)state;
	assert_non_null(n);
	node_plan_init(&plan, &k->params, &k->mem);
	together_params_init(&shared, &plan);
	plan.shared = &shared;
	fleet_result_init(&r, &k->params);
	for (uint32_t i = 0; i < 3; i++)
		node_begin(&n[i], &plan, i, &r, &k->mem);
	changes_init(&c, &plan, n, &k->mem);
	while (c.next_at < 70 * NS_S) {
		assert_true(c.next_at >= last);
		last = c.next_at;
		of_node[changes_take(&c, &plan).node]++;
	}
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(of_node[i], 2 * 10);
	fleet_result_fini(&r);
	kit_free(k);
	free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_watches_is_told_of_a_change),
		cmocka_unit_test(what_is_told_is_in_the_order_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
