/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that run to completion. */
#include "tcase.h"

#include "fleet/node.h"
#include "kit.h"

#define LIFE "workload.batch.lifetime.mean="

static const char *const kubelets[] = {
	"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23", "v1.27", "v1.36"};

static uint64_t count_of(const struct kit *k, uint32_t call, enum outcome what)
{
	return k->result.tally.window[0].in.count[call][what];
}

/* Each comes, starts each of its containers once, is seen to have completed, and goes. */
static void pods_come_complete_and_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kubelets) / sizeof(kubelets[0]); i++) {
		struct kit *k = KIT(kubelets[i], "batch", "nodes=10", "warmup=0s",
			"duration=20m", "workload.pods=5", "workload.containers=2");
		uint64_t started;

		kit_run(k);
		started = k->result.pods_started;
		assert_in_range(started, 1195, 1200);
		/* three a node run or are about to be deleted, at the start as in the end */
		assert_near((int64_t)k->result.pods_completed, 1200, 3 * PERCENT);
		assert_near((int64_t)k->result.pods_removed, 1200, 3 * PERCENT);
		assert_in_range(kit_count(k, OP_START_CONTAINER), 2 * started,
			(k->scenario.kubelet.interface == INTERFACE_DOCKER ? 3 : 2) *
				(started + 5));
		assert_int_equal(k->result.starts.all.n, k->result.starts.part[PART_SANDBOX].n);
		/* the server deletes them at once: their kubelets are not asked to */
		assert_int_equal(count_of(k, API_DELETE_PODS, OUTCOME_OK), 0);
		kit_free(k);
	}
}

/* What is not replaced: their places, sandboxes and containers are all given back. */
static void nothing_of_them_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kubelets) / sizeof(kubelets[0]); i++) {
		struct kit *k = KIT(kubelets[i], "batch", "nodes=1", "warmup=0s",
			"duration=15m", "workload.pods=0");
		struct node_plan plan = {0};
		struct node node;
		struct fleet_result r;
		struct arena mem;

		k->params.n_actions = 0; /* nobody comes: those who are there end */
		arena_init(&mem, 0);
		node_plan_init(&plan, &k->params, &k->mem);
		fleet_result_init(&r, &k->params);
		node_begin(&node, &plan, 0, &r, &mem);
		assert_int_equal(node.mock.records.n_running, 3);
		node_run_until(&node, k->params.until);
		node_end(&node, k->params.until);
		assert_int_equal(r.pods_completed, 3);
		assert_int_equal(r.pods_removed, 3);
		assert_int_equal(node.mock.records.n_containers, 0);
		assert_int_equal(node.mock.records.n_sandboxes, 0);
		assert_int_equal(r.distinct_objects, 0);
		for (uint32_t p = 0; p < plan.places; p++)
			assert_true(agent_place_is_free(&node.agent, p));
		fleet_result_fini(&r);
		arena_fini(&mem);
		kit_free(k);
	}
}

/* A relist finds out, a sync tells: not more than a second or so. */
static void that_a_pod_has_completed_is_seen_after_a_relist(void **state)
{
	struct kit *k = KIT("v1.20", "batch", "nodes=20", "duration=10m");

	(void)state;
	kit_run(k);
	assert_true(k->result.completed.n > 1000);
	assert_in_range(hist_mean(&k->result.completed), 450 * NS_MS, 600 * NS_MS);
	assert_true(k->result.completed.max < 1500 * NS_MS);
	kit_free(k);
}

/* As many are there as come in a lifetime. */
static void as_many_run_as_come_while_one_lives(void **state)
{
	struct kit *k = KIT("v1.20", "batch", "nodes=40", "warmup=5m", "duration=10m",
		"workload.pods=0", LIFE "90s", "workload.batch.arrivalEvery=3s");
	int64_t sweeps, containers;

	(void)state;
	kit_run(k);
	/* the log manager asks for each that runs */
	sweeps = (int64_t)kit_count(k, CALL_HIDDEN + OP_LIST_CONTAINERS) / 2;
	containers = (int64_t)kit_count(k, CALL_HIDDEN + OP_CONTAINER_STATUS) -
		     (int64_t)k->result.pods_removed;
	assert_near(containers / sweeps, 30, 10 * PERCENT);
	kit_free(k);
}

/* k/k#74412: until 1.14 a kubelet went on watching what pods referred to that had completed. */
static void objects_of_completed_pods_are_watched_until_1_14(void **state)
{
	static const struct {
		const char *kubelet;
		uint64_t least, most;
	} of[] = {{"v1.12", 330, 370}, {"v1.20", 0, 30}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kit *k = KIT(of[i].kubelet, "batch", "nodes=5", "duration=10m",
			"workload.pods=0", "workload.objects[0].sharedBy=pod", LIFE "10s",
			"workload.batch.deletedAfter=2h");

		kit_run(k);
		assert_in_range(k->result.open_object_watches, of[i].least, of[i].most);
		kit_free(k);
	}
}

static ns_t first_arrival(uint32_t index)
{
	struct kit *k = KIT("v1.20", "batch", "nodes=13", "warmup=0s", "duration=13s",
		"workload.pods=0", "workload.batch.arrivalEvery=13s", "start=atOnce");
	struct node_plan plan = {0};
	struct node node;
	struct fleet_result r;
	struct arena mem;
	ns_t at;

	arena_init(&mem, 0);
	node_plan_init(&plan, &k->params, &k->mem);
	fleet_result_init(&r, &k->params);
	node_begin(&node, &plan, index, &r, &mem);
	node_run_until(&node, k->params.until);
	at = node.created_at[plan.batch_from];
	fleet_result_fini(&r);
	arena_fini(&mem);
	kit_free(k);
	return at;
}

/* One in thirteen seconds on each of thirteen nodes is one a second for the cluster, nearly. */
static void a_cluster_s_pods_come_one_after_the_other(void **state)
{
	ns_t at[13];

	(void)state;
	for (uint32_t i = 0; i < 13; i++) {
		at[i] = first_arrival(i);
		assert_true(at[i] < 13 * NS_S);
	}
	for (uint32_t i = 0; i < 13; i++) {
		ns_t next = NS_NEVER; /* after it, or after the turn of all */

		for (uint32_t j = 0; j < 13; j++) {
			ns_t later = at[j] > at[i] ? at[j] - at[i] : at[j] + 13 * NS_S - at[i];

			next = j != i && later < next ? later : next;
		}
		assert_in_range(next, 700 * NS_MS, 1700 * NS_MS);
	}
}

/* A script creates everybody, replaces a third, and deletes all that are there then, wherever
 * they are by now. */
static void a_script_creates_replaces_and_deletes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kubelets) / sizeof(kubelets[0]); i++) {
		struct kit *k = KIT(kubelets[i], "serving", "nodes=3", "warmup=1m",
			"duration=20m", "start=afterWarmup",
			"script=[{at: 0s, do: create, over: 5m}, {at: 5m, do: replace, over: "
			"5m, "
			"for: 100s}, {at: 7m, do: delete, over: 5m}]");

		kit_run(k);
		assert_in_range(k->result.pods_started, 3 * 39, 3 * 41);
		assert_int_equal(k->result.pods_removed, k->result.pods_started);
		assert_int_equal(k->result.distinct_objects, 0);
		kit_free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods_come_complete_and_go),
		cmocka_unit_test(nothing_of_them_is_left),
		cmocka_unit_test(that_a_pod_has_completed_is_seen_after_a_relist),
		cmocka_unit_test(as_many_run_as_come_while_one_lives),
		cmocka_unit_test(objects_of_completed_pods_are_watched_until_1_14),
		cmocka_unit_test(a_script_creates_replaces_and_deletes),
		cmocka_unit_test(a_cluster_s_pods_come_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
