/* SPDX-License-Identifier: Apache-2.0 */
/* When pods that are created at once are bound, by the kubelet's release and as told. */
#include "tcase.h"

#include "fleet/scheduler.h"
#include "kit.h"

/* The n-th pod of the cluster. */
static ns_t bound(const struct kit *k, ns_t n)
{
	return scheduler_bound_after(&k->scenario, n - 1);
}

/* 1.1: twenty requests a second, thirty at once, two for each pod. */
static void a_binding_and_its_event_pass_one_limiter(void **state)
{
	struct kit *k = KIT("v1.1", "serving", "start=afterWarmup");

	(void)state;
	assert_true(scheduler_is_waited_for(&k->scenario));
	/* A 15th of a second each as long as the bucket has something, to the 45th. */
	assert_int_equal(bound(k, 1), 1000 * NS_S / 15000);
	assert_int_equal(bound(k, 44), 44 * (1000 * NS_S / 15000));
	assert_int_equal(bound(k, 60), (2 * 60 - 30) * NS_S / 20);
	kit_free(k);
}

/* 1.23: fifty requests a second, a hundred at once, one for each pod. */
static void since_events_have_their_own_client_a_pod_is_one_request(void **state)
{
	struct kit *k = KIT("v1.23", "serving", "start=afterWarmup");

	(void)state;
	assert_int_equal(bound(k, 100), 100 * (1000 * NS_S / 351000));
	assert_int_equal(bound(k, 1100), 1000 * NS_S / 50);
	kit_free(k);
}

/* 1.12 on 5,000 nodes was slower than its client. */
static void a_scheduler_is_no_faster_than_it_is(void **state)
{
	struct kit *k = KIT("v1.12", "serving", "start=afterWarmup");

	(void)state;
	assert_int_equal(bound(k, 10000), 10000 * (1000 * NS_S / 32000));
	kit_free(k);
}

static void a_rate_that_the_scenario_names_holds(void **state)
{
	struct kit *named =
		KIT("v1.1", "serving", "start=afterWarmup", "schedulerPodsPerSecond=100");
	struct kit *none =
		KIT("v1.1", "serving", "start=afterWarmup", "schedulerPodsPerSecond=-1");

	(void)state;
	assert_int_equal(bound(named, 1000), 10 * NS_S);
	assert_true(scheduler_is_waited_for(&named->scenario));
	assert_int_equal(bound(none, 1000), 0);
	assert_false(scheduler_is_waited_for(&none->scenario));
	kit_free(named);
	kit_free(none);
}

/* Pods that come with their kubelets, or one after the other, wait for nobody. */
static void the_release_counts_where_pods_come_at_once_to_nodes_that_are_up(void **state)
{
	struct kit *with_kubelets = KIT("v1.1", "serving", "start=atOnce");
	struct kit *there_before = KIT("v1.1", "serving", "start=stationary");
	struct kit *over_time = KIT("v1.1", "serving", "start=afterWarmup",
		"script=[{at: 0s, do: create, over: 10s}]");

	(void)state;
	assert_int_equal(bound(with_kubelets, 1000), 0);
	assert_int_equal(bound(there_before, 1000), 0);
	assert_int_equal(bound(over_time, 1000), 0);
	kit_free(with_kubelets);
	kit_free(there_before);
	kit_free(over_time);
}

/* 40 pods on four nodes, none of which waits for the client. */
static void starts_have_the_wait_in_them(void **state)
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
		cmocka_unit_test(a_binding_and_its_event_pass_one_limiter),
		cmocka_unit_test(since_events_have_their_own_client_a_pod_is_one_request),
		cmocka_unit_test(a_scheduler_is_no_faster_than_it_is),
		cmocka_unit_test(a_rate_that_the_scenario_names_holds),
		cmocka_unit_test(
			the_release_counts_where_pods_come_at_once_to_nodes_that_are_up),
		cmocka_unit_test(starts_have_the_wait_in_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
