/* SPDX-License-Identifier: Apache-2.0 */
/* Many pods at once, on nodes that are up. */
#include "tcase.h"

#include "kit.h"

/* Its kubelet has listed what it watches and told of its start long ago. */
static void pods_may_come_to_nodes_that_are_up(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=60s", "duration=10m",
		"start=afterWarmup");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.pods_started, 30);
	assert_int_equal(kit_count(k, OP_RUN_PODSANDBOX), 30);
	assert_int_equal(kit_count(k, API_CREATE_EVENTS), 30 * 3);
	kit_free(k);
}

/* Churn does not begin before there is something to replace, and does not set the pace at which
 * pods come. */
static void churn_waits_for_the_pods(void **state)
{
	static const char *const starts[] = {"start=afterWarmup", "start=atOnce"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kit *k =
			KIT("v1.20", "serving", "nodes=1", i ? "warmup=0s" : "warmup=60s",
				"duration=60s", starts[i], "workload.replacePodEvery=50s");

		kit_run(k);
		assert_in_range(k->result.pods_started, 31, 32);
		kit_free(k);
	}
}

/* A pod's end waits for the status manager's tick, every 10 s; nodes that are up for long tick
 * each at its own time, so their DELETEs do not come in bursts. */
static void nodes_that_are_up_do_not_tick_together(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=200", "warmup=60s", "duration=60s",
		"workload.replacePodEvery=20s", "workload.terminationGracePeriod=1s");
	uint64_t most = 0;

	(void)state;
	kit_run(k);
	for (uint32_t s = 0; s < 60; s++)
		most = tally_second(&k->result.tally, API_DELETE_PODS, s) > most
			       ? tally_second(&k->result.tally, API_DELETE_PODS, s)
			       : most;
	assert_in_range(kit_count(k, API_DELETE_PODS), 550, 650);
	assert_in_range(most, 12, 30);
	kit_free(k);
}

/* Three for docker's infra container too, until PR #16272; and until PR #17476 they waited with
 * everything else. */
static void old_events_are_many_and_make_others_wait(void **state)
{
	struct kit *with = KIT("v1.1", "serving", "nodes=1", "warmup=60s", "duration=10m",
		"start=afterWarmup", "kubelet.events.client=kube");
	struct kit *apart = KIT("v1.1", "serving", "nodes=1", "warmup=60s", "duration=10m",
		"start=afterWarmup");
	struct kit *later = KIT("v1.2", "serving", "nodes=1", "warmup=60s", "duration=10m",
		"start=afterWarmup");

	(void)state;
	kit_run(with);
	kit_run(apart);
	kit_run(later);
	assert_int_equal(kit_count(with, API_CREATE_EVENTS), 30 * 6);
	assert_int_equal(kit_count(apart, API_CREATE_EVENTS), 30 * 6);
	assert_int_equal(kit_count(later, API_CREATE_EVENTS), 30 * 3);
	assert_true(with->result.requests[API_CREATE_EVENTS].throttled > 100);
	assert_int_equal(apart->result.requests[API_CREATE_EVENTS].throttled, 0);
	assert_true(with->result.running.max > apart->result.running.max + 10 * NS_S);
	kit_free(with);
	kit_free(apart);
	kit_free(later);
}

/* One after the other, node after node: the last of 4 x 5 pods is bound after two seconds. */
static void a_scheduler_binds_at_its_rate(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=4", "warmup=0s", "duration=1m",
		"start=atOnce", "workload.pods=5", "schedulerPodsPerSecond=10");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.starts.all.n, 20);
	assert_int_equal(k->result.starts.part[PART_SCHEDULER].max, 2 * NS_S);
	assert_int_equal(k->result.starts.part[PART_SCHEDULER].min, NS_S / 10);
	kit_free(k);
}

/* The n-th pod looks at n pods on four nodes, a millisecond each, or at half of them. */
static void a_scheduler_that_looks_at_pods_slows_down(void **state)
{
	static const struct {
		const char *looks_at;
		ns_t last;
	} cases[] = {{"schedulerLooksAt=1", 20 * 100 * NS_MS + 19 * 20 / 2 * 4 * NS_MS},
		{"schedulerLooksAt=0.5", 20 * 100 * NS_MS + 19 * 20 / 4 * 4 * NS_MS}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct kit *k = KIT("v1.20", "serving", "nodes=4", "warmup=0s", "duration=1m",
			"start=atOnce", "workload.pods=5", "schedulerPodsPerSecond=10",
			"schedulerPairCost=1ms", cases[i].looks_at);

		kit_run(k);
		assert_int_equal(k->result.starts.part[PART_SCHEDULER].max, cases[i].last);
		kit_free(k);
	}
}

/* 40 pods on four nodes, none of which waits for the client. */
static void starts_have_the_wait_for_the_scheduler_in_them(void **state)
{
	struct kit *k = KIT("v1.1", "serving", "nodes=4", "warmup=10s", "duration=1m",
		"start=afterWarmup", "workload.pods=10");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.starts.all.n, 40);
	assert_int_equal(k->result.starts.part[PART_SCHEDULER].max, 40 * (1000 * NS_S / 15000));
	assert_int_equal(k->result.starts.part[PART_SCHEDULER].min, 1000 * NS_S / 15000);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods_may_come_to_nodes_that_are_up),
		cmocka_unit_test(churn_waits_for_the_pods),
		cmocka_unit_test(a_scheduler_binds_at_its_rate),
		cmocka_unit_test(a_scheduler_that_looks_at_pods_slows_down),
		cmocka_unit_test(starts_have_the_wait_for_the_scheduler_in_them),
		cmocka_unit_test(nodes_that_are_up_do_not_tick_together),
		cmocka_unit_test(old_events_are_many_and_make_others_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
