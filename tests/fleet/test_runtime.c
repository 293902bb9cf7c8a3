/* SPDX-License-Identifier: Apache-2.0 */
/* What the designs of finding out ask the runtime for: counts in a fleet against formulas. */
#include "tcase.h"

#include "kit.h"

/* Calls of the runtime by one class, 2P lists and P (2C + 3) inspections in ten seconds; the
 * loops' own listings are 2 in 10 s, 1 a minute and 1 in five minutes. */
static void polling_costs(
	const char *kubelet, const char *const *sets, int64_t pods, int64_t containers)
{
	struct kit *k = kit_compose(kubelet, "secrets-30", sets);
	bool docker = k->scenario.kubelet.interface == INTERFACE_DOCKER;
	int64_t inspections;

	k->scenario.kubelet.n_loops = 0; /* polling alone */
	kit_run(k);
	inspections =
		docker ? kit_rate(k, OP_INSPECT_CONTAINER)
		       : kit_rate(k, OP_CONTAINER_STATUS) + kit_rate(k, OP_PODSANDBOX_STATUS);
	assert_near(kit_rate(k, OP_LIST_CONTAINERS), 2 * pods * 100000, PERCENT / 10);
	assert_near(inspections, pods * (2 * containers + 3) * 100000, PERCENT / 10);
	/* the cache's refresher: about twenty lists a burst */
	assert_in_range(kit_rate(k, OP_REFRESH_CONTAINERS), 1700000, 2300000);
	kit_free(k);
}

static void polling_costs_21_28_70_90_calls_a_second(void **state)
{
	(void)state;
	polling_costs("v1.1", (const char *const[]){"nodes=10", NULL}, 30, 1);
	polling_costs(
		"v1.1", (const char *const[]){"nodes=10", "workload.pods=40", NULL}, 40, 1);
	polling_costs(
		"v1.1", (const char *const[]){"nodes=10", "workload.pods=100", NULL}, 100, 1);
	polling_costs("v1.1",
		(const char *const[]){
			"nodes=10", "workload.pods=100", "workload.containers=2", NULL},
		100, 2);
}

/* The design in a later kubelet: its own period of 1 s has to be set to the 10 s of then. */
static void polling_in_a_later_kubelet_costs_the_same(void **state)
{
	(void)state;
	polling_costs("v1.20",
		(const char *const[]){"nodes=10", "kubelet.pleg.design=polling",
			"kubelet.pleg.relistPeriod=10s", NULL},
		30, 1);
}

static void a_relist_begins_a_second_after_the_last_has_ended(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=20");
	int64_t duration;
	int64_t interval;

	(void)state;
	k->scenario.kubelet.n_loops = 0; /* PLEG alone */
	kit_run(k);
	duration = hist_mean(&k->result.relist_duration);
	interval = hist_mean(&k->result.relist_interval);
	/* plus the lateness of a timer, 160 us */
	assert_near(interval, NS_S + duration + 160 * NS_US, 100);
	assert_near(kit_rate(k, OP_LIST_CONTAINERS), NS_S * 1000000 / interval, PERCENT / 5);
	assert_near(kit_rate(k, OP_LIST_PODSANDBOX), NS_S * 1000000 / interval, PERCENT / 5);
	assert_int_equal(kit_count(k, OP_CONTAINER_STATUS), 0);
	kit_free(k);
}

/* cofyc/kubelet-exporter#5: 1.857 a second; 1/(1 + L) + 0.5 + f 0.5 + 2/60 + 1/300. */
static void the_kubelets_metric_sees_1_855_lists_of_containers_a_second(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=100");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, OP_LIST_CONTAINERS), 1855000, PERCENT);
	kit_free(k);
}

/* The runtime cache is refreshed by 0.63 to 0.67 of housekeeping's ticks, not by each second.
 */
static void two_of_three_ticks_refresh_the_runtime_cache(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=50");
	int64_t relists;

	(void)state;
	kit_run(k);
	relists = NS_S * 1000000 / hist_mean(&k->result.relist_interval);
	/* sandboxes: relists, direct, cached, and one a minute of the garbage collection */
	assert_in_range(
		kit_rate(k, OP_LIST_PODSANDBOX) - relists - 500000 - 16667, 312000, 337000);
	kit_free(k);
}

static void the_log_manager_asks_for_every_running_container_past_the_metric(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=20");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, CALL_HIDDEN + OP_CONTAINER_STATUS), 3000000, PERCENT);
	assert_int_equal(kit_count(k, OP_CONTAINER_STATUS), 0);
	kit_free(k);
}

static void the_evented_design_lists_every_five_minutes(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=50", "kubelet.pleg.design=evented",
		"duration=50m");

	(void)state;
	k->scenario.kubelet.n_loops = 0;
	kit_run(k);
	assert_near((int64_t)kit_count(k, OP_LIST_CONTAINERS), 50 * 10, 2 * PERCENT);
	assert_near((int64_t)kit_count(k, OP_LIST_PODSANDBOX), 50 * 10, 2 * PERCENT);
	assert_int_equal(kit_count(k, OP_GET_CONTAINER_EVENTS), 0); /* opened before */
	kit_free(k);
}

/* A break of the stream, which was open at rest, and four attempts that fail each force a
 * relist; then one a second. */
static void an_evented_kubelet_without_a_stream_falls_back(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=10", "kubelet.pleg.design=evented",
		"warmup=0s", "duration=5m",
		"runtime.rules=[{kind: fail, operation: get_container_events, factor: 1, "
		"share: 100%, from: 0s, until: 1h}]");

	(void)state;
	k->scenario.kubelet.n_loops = 0;
	kit_run(k);
	assert_int_equal(kit_count(k, OP_GET_CONTAINER_EVENTS), 10 * 4);
	/* five forced ones, and one a second */
	assert_in_range(kit_count(k, OP_LIST_CONTAINERS), 10 * (5 + 298), 10 * (5 + 301));
	kit_free(k);
}

/* A stream that was open when the disturbance began ends then: a relist is forced, and the
 * stream opened again. */
static void a_stream_that_breaks_is_opened_again(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=50", "kubelet.pleg.design=evented",
		"duration=50m",
		"runtime.rules=[{kind: fail, operation: get_container_events, "
		"from: 10m, until: 10m100us}]");

	(void)state;
	k->scenario.kubelet.n_loops = 0;
	kit_run(k);
	assert_int_equal(kit_count(k, OP_GET_CONTAINER_EVENTS), 50);
	/* at 10 min and every five from there on, and 8/5 in the eight before */
	assert_near((int64_t)kit_count(k, OP_LIST_CONTAINERS), 50 * 9 + 80, 2 * PERCENT);
	kit_free(k);
}

/* The break is the first of five attempts; the others find the runtime as it is. */
static void an_evented_kubelet_whose_stream_breaks_for_long_falls_back(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=10", "kubelet.pleg.design=evented",
		"duration=8m",
		"runtime.rules=[{kind: fail, operation: get_container_events, "
		"from: 4m, until: 5m}]");

	(void)state;
	k->scenario.kubelet.n_loops = 0;
	kit_run(k);
	assert_int_equal(kit_count(k, OP_GET_CONTAINER_EVENTS), 10 * 4);
	/* the warm-up is 2 min: one a second in the last six */
	assert_in_range(kit_count(k, OP_LIST_CONTAINERS), 10 * (5 + 355), 10 * (8 + 361));
	kit_free(k);
}

/* A stream that hangs is mute, and tells all when it goes on. */
static void deaths_are_detected_late_while_the_stream_hangs(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=10", "kubelet.pleg.design=evented",
		"duration=10m", "workload.containerDeathEvery=10s",
		"runtime.rules=[{kind: hang, operation: get_container_events, "
		"from: 4m, until: 5m}]");

	(void)state;
	k->scenario.kubelet.n_loops = 0;
	k->scenario.kubelet.pleg.evented_relist_period = 60 * NS_MIN;
	kit_run(k);
	assert_int_equal(kit_count(k, OP_GET_CONTAINER_EVENTS), 0);
	assert_in_range(k->result.detection.max, 49 * NS_S, 60 * NS_S);
	kit_free(k);
}

static void two_exec_probes_in_ten_seconds_are_two_calls(void **state)
{
	struct kit *k = KIT("v1.20", "with-probes", "nodes=20");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, OP_EXEC_SYNC), 2 * 30 * 100000, PERCENT / 5);
	kit_free(k);
}

static void probes_over_http_ask_the_runtime_for_nothing(void **state)
{
	struct kit *k = KIT("v1.20", "with-probes", "nodes=5", "workload.probes[0].exec=false",
		"workload.probes[1].exec=false");

	(void)state;
	kit_run(k);
	assert_int_equal(kit_count(k, OP_EXEC_SYNC), 0);
	kit_free(k);
}

/* In 1.1 probes run within the sync: once in ten seconds whatever their period. */
static void the_first_kubelets_probed_once_a_sync(void **state)
{
	struct kit *k = KIT("v1.1", "with-probes", "nodes=5", "workload.probes[0].period=1s");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, OP_EXEC_SYNC), 2 * 30 * 100000, PERCENT);
	kit_free(k);
}

/* prober.go maxProbeRetries: a probe that cannot be run is tried three times at once. */
static void probes_that_cannot_be_run_are_tried_three_times(void **state)
{
	static const char *const kubelets[] = {"v1.1", "v1.20"};
	const int64_t once = 2 * 30 * 100000;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kit *all = KIT(kubelets[i], "with-probes", "nodes=10",
			"runtime.rules=[{kind: fail, operation: exec_sync, from: 0s, until: "
			"1h}]");
		struct kit *half = KIT(kubelets[i], "with-probes", "nodes=10",
			"runtime.rules=[{kind: fail, operation: exec_sync, share: 50%, from: "
			"0s, until: 1h}]");

		kit_run(all);
		kit_run(half);
		assert_near(kit_rate(all, OP_EXEC_SYNC), 3 * once, PERCENT);
		assert_near(kit_rate(half, OP_EXEC_SYNC), once * 7 / 4, PERCENT);
		/* that is all there is to it: no container is touched */
		assert_int_equal(kit_count(all, OP_START_CONTAINER), 0);
		assert_int_equal(kit_count(all, OP_STOP_CONTAINER), 0);
		kit_free(all);
		kit_free(half);
	}
}

/* A pod's sync does not fail because its probe could not be run, not even where it runs it. */
static void probes_that_cannot_be_run_do_not_fail_the_sync(void **state)
{
	struct kit *well = KIT("v1.1", "with-probes", "nodes=10");
	struct kit *ill = KIT("v1.1", "with-probes", "nodes=10",
		"runtime.rules=[{kind: fail, operation: exec_sync, from: 0s, until: 1h}]");

	(void)state;
	kit_run(well);
	kit_run(ill);
	assert_near((int64_t)kit_count(ill, OP_INSPECT_CONTAINER),
		(int64_t)kit_count(well, OP_INSPECT_CONTAINER), PERCENT / 10);
	assert_true(kit_count(ill, API_PATCH_EVENTS) > 0);
	kit_free(well);
	kit_free(ill);
}

static void a_lease_drifts_by_its_own_latency(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=50", "duration=30m");

	(void)state;
	kit_run(k);
	/* 10 s, 5.131 ms, 160 us */
	assert_near(kit_rate(k, kit_api(k, "update", "leases")), INT64_C(10000000000) / 100053,
		PERCENT / 5);
	assert_near(kit_rate(k, kit_api(k, "get", "nodes")), 100000, PERCENT / 2);
	assert_near(
		kit_rate(k, kit_api(k, "patch", "nodes/status")), 1000000 / 300, 4 * PERCENT);
	kit_free(k);
}

/* 10 s (1 + U[0, 0.04)) */
static void since_1_22_leases_are_jittered(void **state)
{
	struct kit *k = KIT("v1.27", "secrets-30", "nodes=50");

	(void)state;
	kit_run(k);
	assert_near(
		kit_rate(k, kit_api(k, "update", "leases")), 1000000 * 10 / 102, PERCENT / 2);
	kit_free(k);
}

/* A death is seen after half a relist's interval on average, and at once from a stream. */
static void deaths_are_detected_as_fast_as_the_design_looks(void **state)
{
	struct kit *generic =
		KIT("v1.20", "secrets-30", "nodes=50", "workload.containerDeathEvery=23s");
	struct kit *evented = KIT("v1.20", "secrets-30", "nodes=50",
		"workload.containerDeathEvery=23s", "kubelet.pleg.design=evented");
	struct kit *polling =
		KIT("v1.1", "secrets-30", "nodes=50", "workload.containerDeathEvery=23s");

	(void)state;
	kit_run(generic);
	kit_run(evented);
	kit_run(polling);
	assert_near((int64_t)generic->result.detection.n, 50 * 600 / 23, 2 * PERCENT);
	assert_near((int64_t)evented->result.detection.n, 50 * 600 / 23, 2 * PERCENT);
	assert_near((int64_t)polling->result.detection.n, 50 * 600 / 23, 3 * PERCENT);
	assert_near(hist_mean(&generic->result.detection), 505 * NS_MS, 5 * PERCENT);
	assert_true(hist_mean(&evented->result.detection) < 5 * NS_MS);
	assert_near(hist_mean(&polling->result.detection), 5 * NS_S, 6 * PERCENT);
	kit_free(generic);
	kit_free(evented);
	kit_free(polling);
}

/* The runtime answers nothing for five minutes: the last relist began too long ago. */
static void a_runtime_that_hangs_makes_the_node_unhealthy(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=10", "warmup=0s", "duration=6m",
		"runtime.rules=[{kind: hang, operation: list_podsandbox, factor: 1, "
		"share: 100%, from: 1m, until: 1h}]");
	struct kit *well = KIT("v1.20", "secrets-30", "nodes=10", "warmup=0s", "duration=6m");

	(void)state;
	kit_run(k);
	kit_run(well);
	assert_int_equal(k->result.unhealthy_nodes, 10);
	assert_true(k->result.relist_duration.max >= 2 * NS_MIN); /* those that failed, too */
	assert_int_equal(well->result.unhealthy_nodes, 0);
	kit_free(k);
	kit_free(well);
}

/* Per-pod polling: a sandbox that could not be made is tried again at the next resync, also on
 * a node on which nothing has ever changed. */
static void a_sandbox_that_fails_is_tried_again_by_who_polls(void **state)
{
	struct kit *k = KIT("v1.1", "serving", "nodes=1", "warmup=0s", "duration=5m",
		"start=atOnce", "workload.pods=10",
		"runtime.rules=[{kind: fail, operation: run_podsandbox, share: 100%, from: 0s, "
		"until: 1m}]");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.pods_started, 10);
	/* every ten seconds of the minute */
	assert_in_range(
		k->result.tally.window[0].in.count[OP_START_CONTAINER][OUTCOME_ERROR], 50, 60);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(polling_costs_21_28_70_90_calls_a_second),
		cmocka_unit_test(polling_in_a_later_kubelet_costs_the_same),
		cmocka_unit_test(a_relist_begins_a_second_after_the_last_has_ended),
		cmocka_unit_test(the_kubelets_metric_sees_1_855_lists_of_containers_a_second),
		cmocka_unit_test(two_of_three_ticks_refresh_the_runtime_cache),
		cmocka_unit_test(
			the_log_manager_asks_for_every_running_container_past_the_metric),
		cmocka_unit_test(the_evented_design_lists_every_five_minutes),
		cmocka_unit_test(an_evented_kubelet_without_a_stream_falls_back),
		cmocka_unit_test(a_stream_that_breaks_is_opened_again),
		cmocka_unit_test(an_evented_kubelet_whose_stream_breaks_for_long_falls_back),
		cmocka_unit_test(deaths_are_detected_late_while_the_stream_hangs),
		cmocka_unit_test(two_exec_probes_in_ten_seconds_are_two_calls),
		cmocka_unit_test(probes_over_http_ask_the_runtime_for_nothing),
		cmocka_unit_test(the_first_kubelets_probed_once_a_sync),
		cmocka_unit_test(probes_that_cannot_be_run_are_tried_three_times),
		cmocka_unit_test(probes_that_cannot_be_run_do_not_fail_the_sync),
		cmocka_unit_test(a_lease_drifts_by_its_own_latency),
		cmocka_unit_test(since_1_22_leases_are_jittered),
		cmocka_unit_test(deaths_are_detected_as_fast_as_the_design_looks),
		cmocka_unit_test(a_runtime_that_hangs_makes_the_node_unhealthy),
		cmocka_unit_test(a_sandbox_that_fails_is_tried_again_by_who_polls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
