/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that the cluster takes for NotReady. */
#include "tcase.h"

#include "fleet/together.h"
#include "kit.h"

static uint64_t of_nodes(const struct kit *k)
{
	return k->result.not_ready.nodes;
}

static void a_quiet_node_is_ready(void **state)
{
	static const char *const kubelets[] = {
		"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.27", "v1.36"};

	(void)state;
	for (size_t i = 0; i < sizeof(kubelets) / sizeof(kubelets[0]); i++) {
		struct kit *k = KIT(kubelets[i], "secrets-30", "nodes=3", "duration=10m");

		kit_run(k);
		if (of_nodes(k))
			fail_msg("%s: %" PRIu64 " nodes", kubelets[i], of_nodes(k));
		kit_free(k);
	}
}

static void a_node_that_starts_is_ready(void **state)
{
	struct kit *k = KIT(
		"v1.20", "secrets-30", "nodes=3", "warmup=0s", "duration=5m", "start=atOnce");

	(void)state;
	kit_run(k);
	assert_int_equal(of_nodes(k), 0);
	kit_free(k);
}

/* Lists hang for six minutes: the node status says so, as soon as it is so and when it is
 * over, with two PATCHes beside those of every five minutes. */
static void a_runtime_that_does_not_list_makes_nodes_not_ready(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "warmup=1m", "duration=14m",
		"runtime.rules=[{kind: hang, operation: list_podsandbox, share: 100%, from: "
		"2m, until: 8m}]");
	struct kit *quiet = KIT("v1.20", "secrets-30", "nodes=3", "warmup=1m", "duration=14m");
	uint32_t patch = kit_api(k, "patch", "nodes/status");

	(void)state;
	kit_run(k);
	kit_run(quiet);
	assert_int_equal(of_nodes(k), 3);
	assert_int_equal(k->result.not_ready.unhealthy, 3);
	assert_int_equal(k->result.not_ready.silent, 0);
	assert_int_equal(k->result.unhealthy_nodes, 0);
	assert_in_range(
		kit_count(k, patch), kit_count(quiet, patch) + 3, kit_count(quiet, patch) + 6);
	kit_free(quiet);
	kit_free(k);
}

/* Until 1.6 a PLEG that was not healthy only kept the kubelet from syncing. */
static void before_1_6_readiness_has_nothing_to_do_with_the_pleg(void **state)
{
	struct kit *k = KIT("v1.5", "secrets-30", "nodes=3", "warmup=1m", "duration=14m",
		"runtime.rules=[{kind: hang, operation: list_containers, share: 100%, from: "
		"2m, until: 20m}]");

	(void)state;
	kit_run(k);
	assert_int_equal(of_nodes(k), 0);
	assert_int_equal(k->result.unhealthy_nodes, 3);
	kit_free(k);
}

static void what_was_before_the_window_is_not_in_it(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "warmup=12m", "duration=5m",
		"runtime.rules=[{kind: hang, operation: list_podsandbox, share: 100%, from: "
		"2m, until: 8m}]");

	(void)state;
	kit_run(k);
	assert_int_equal(of_nodes(k), 0);
	kit_free(k);
}

/* A server that answers nobody. */
static void a_node_that_is_not_heard_of_is_not_ready(void **state)
{
	static const char *const seconds[] = {"duration=39s", "duration=41s"};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=5", "warmup=0s",
			"start=atOnce", seconds[i]);
		struct together_params shared = {.server = {.processors = 1},
			.servers = 1,
			.capacity = 1000,
			.retry_after = NS_S,
			.owners = {.calls = &k->scenario.owners}};
		struct node_plan plan;
		struct err err = {0};

		for (uint32_t c = 0; c < CALLS_MAX; c++)
			shared.cpu[c][0] = shared.cpu[c][1] = 10 * NS_MIN;
		node_plan_init(&plan, &k->params, &k->mem);
		plan.shared = &shared;
		plan.together = true;
		fleet_result_init(&k->result, &k->params);
		k->ran = true;
		if (together_run(&plan, &k->result, &err))
			fail_msg("%s", err.text);
		assert_int_equal(of_nodes(k), i ? 5 : 0);
		assert_int_equal(k->result.not_ready.silent, i ? 5 : 0);
		assert_int_equal(k->result.not_ready.unhealthy, 0);
		kit_free(k);
	}
}

/* Without jitter leases that begin together stay together; with it they part. */
static void leases_are_counted_in_tenths_of_a_second(void **state)
{
	static const struct {
		const char *kubelet;
		bool together;
	} cases[] = {{"v1.20", true}, {"v1.27", false}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct kit *k = KIT(cases[i].kubelet, "serving", "nodes=40", "warmup=5m",
			"duration=1m", "start=atOnce", "workload.pods=0");
		uint32_t most = 0;
		uint64_t sum = 0;

		kit_run(k);
		assert_int_equal(k->result.tenths, 600);
		for (uint32_t t = 0; t < k->result.tenths; t++) {
			sum += k->result.leases[t];
			most = k->result.leases[t] > most ? k->result.leases[t] : most;
		}
		assert_in_range(sum, 40 * 5, 40 * 6);
		assert_int_equal(most > 20, cases[i].together);
		kit_free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leases_are_counted_in_tenths_of_a_second),
		cmocka_unit_test(a_quiet_node_is_ready),
		cmocka_unit_test(a_node_that_starts_is_ready),
		cmocka_unit_test(a_runtime_that_does_not_list_makes_nodes_not_ready),
		cmocka_unit_test(before_1_6_readiness_has_nothing_to_do_with_the_pleg),
		cmocka_unit_test(what_was_before_the_window_is_not_in_it),
		cmocka_unit_test(a_node_that_is_not_heard_of_is_not_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
