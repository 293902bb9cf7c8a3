/* SPDX-License-Identifier: Apache-2.0 */
/* Probes over HTTP, and readiness. */
#include "tcase.h"

#include "kit.h"

static const char *const kubelets[] = {
	"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23", "v1.27", "v1.36"};

enum { KUBELETS = sizeof(kubelets) / sizeof(kubelets[0]) };

static uint64_t writes(const struct kit *k)
{
	return kit_count(k, API_PATCH_PODS_STATUS) + kit_count(k, API_UPDATE_PODS_STATUS);
}

/* Two in ten seconds and pod; of pods that stay ready nobody hears. */
static void probes_over_http_are_counted_and_cost_nobody_else(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "http-probes", "nodes=20", "duration=10m");

		kit_run(k);
		assert_near((int64_t)k->result.http_probes, 20 * 30 * 120, PERCENT);
		assert_int_equal(k->result.readiness_changes, 0);
		assert_int_equal(kit_count(k, OP_EXEC_SYNC), 0);
		assert_int_equal(writes(k), 0);
		kit_free(k);
	}
}

/* Pending, Running, Ready, where nothing waits for the client's limiter. */
static void a_start_with_readiness_is_a_third_status(void **state)
{
	struct kit *k[2] = {KIT("v1.27", "http-probes", "nodes=5", "warmup=0s", "duration=5m",
				    "start=atOnce", "workload.pods=10"),
		KIT("v1.27", "serving", "nodes=5", "warmup=0s", "duration=5m", "start=atOnce",
			"workload.pods=10")};

	(void)state;
	for (int i = 0; i < 2; i++)
		kit_run(k[i]);
	assert_int_equal(writes(k[0]), 150);
	assert_int_equal(writes(k[1]), 100);
	assert_int_equal(k[0]->result.readiness_changes, 50);
	for (int i = 0; i < 2; i++)
		kit_free(k[i]);
}

/* Each of ten minutes' two failures is one change to not ready, after three probes, and one
 * back. */
static void a_change_of_readiness_is_a_status_each(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "http-probes", "nodes=20", "duration=10m",
			"workload.ready.failsEvery=5m", "workload.ready.failsFor=1m");

		kit_run(k);
		assert_near((int64_t)k->result.readiness_changes, 20 * 30 * 4, 3 * PERCENT);
		assert_near((int64_t)writes(k), (int64_t)k->result.readiness_changes, PERCENT);
		kit_free(k);
	}
}

/* Three failures ten seconds apart are more than twenty seconds. */
static void less_than_the_threshold_is_no_change(void **state)
{
	struct kit *k = KIT("v1.20", "http-probes", "nodes=20", "duration=10m",
		"workload.ready.failsEvery=5m", "workload.ready.failsFor=15s");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.readiness_changes, 0);
	assert_true(kit_count(k, API_PATCH_EVENTS) > 0); /* Unhealthy */
	kit_free(k);
}

/* Since 1.21 (PR #98376) a change of readiness also syncs the pod, which reads its secrets. */
static void a_change_of_readiness_is_a_sync_since_1_21(void **state)
{
	uint64_t gets[2][2];

	(void)state;
	for (int fails = 0; fails < 2; fails++)
		for (int syncs = 0; syncs < 2; syncs++) {
			struct kit *k = KIT("v1.20", "http-probes", "nodes=20", "duration=10m",
				"kubelet.objects.design=get",
				syncs ? "kubelet.worker.syncsWhenReady=true"
				      : "kubelet.worker.syncsWhenReady=false",
				fails ? "workload.ready.failsEvery=5m"
				      : "workload.ready.failsEvery=0s",
				fails ? "workload.ready.failsFor=1m"
				      : "workload.ready.failsFor=0s");

			kit_run(k);
			gets[fails][syncs] = kit_count(k, API_GET_SECRETS);
			kit_free(k);
		}
	assert_int_equal(gets[0][0], gets[0][1]);
	assert_true(gets[1][1] > gets[1][0] + 1000);
}

/* Executed probes find the same. */
static void readiness_by_exec_is_the_same(void **state)
{
	struct kit *k = KIT("v1.20", "http-probes", "nodes=20", "duration=10m",
		"workload.probes[0].exec=true", "workload.ready.failsEvery=5m",
		"workload.ready.failsFor=1m");

	(void)state;
	kit_run(k);
	assert_near((int64_t)k->result.readiness_changes, 20 * 30 * 4, 3 * PERCENT);
	assert_near((int64_t)k->result.http_probes, 20 * 30 * 60, PERCENT);
	assert_near((int64_t)kit_count(k, OP_EXEC_SYNC), 20 * 30 * 60, PERCENT);
	kit_free(k);
}

/* Until the delay is over nobody asks. */
static void an_initial_delay_is_waited_for(void **state)
{
	struct kit *k = KIT("v1.27", "http-probes", "nodes=5", "warmup=0s", "duration=2m",
		"start=atOnce", "workload.pods=10", "workload.probes[0].initialDelay=1m50s",
		"workload.probes[1].initialDelay=10m");

	(void)state;
	kit_run(k);
	assert_true(k->result.http_probes <= 50);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_over_http_are_counted_and_cost_nobody_else),
		cmocka_unit_test(a_start_with_readiness_is_a_third_status),
		cmocka_unit_test(a_change_of_readiness_is_a_status_each),
		cmocka_unit_test(less_than_the_threshold_is_no_change),
		cmocka_unit_test(a_change_of_readiness_is_a_sync_since_1_21),
		cmocka_unit_test(readiness_by_exec_is_the_same),
		cmocka_unit_test(an_initial_delay_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
