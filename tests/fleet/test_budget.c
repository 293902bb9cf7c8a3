/* SPDX-License-Identifier: Apache-2.0 */
/* Where a pod's start goes. */
#include "tcase.h"

#include "kit.h"

static uint64_t sum_of_parts(const struct fleet_starts *s)
{
	uint64_t sum = 0;

	for (unsigned p = 0; p < START_PARTS; p++) {
		assert_int_equal(s->part[p].n, s->all.n);
		sum += s->part[p].sum;
	}
	return sum;
}

static void every_moment_of_a_start_is_spent_once(void **state)
{
	static const char *const kubelets[] = {
		"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.27", "v1.36"};

	(void)state;
	for (size_t i = 0; i < sizeof(kubelets) / sizeof(kubelets[0]); i++) {
		struct kit *k =
			KIT(kubelets[i], "secrets-30", "nodes=3", "warmup=0s", "duration=10m",
				"start=atOnce", "workload.pods=10", "workload.containers=2",
				"workload.pullAlways=true", "schedulerPodsPerSecond=100");
		const struct fleet_starts *s = &k->result.starts;

		kit_run(k);
		if (s->all.n != 30)
			fail_msg("%s: %" PRIu64 " of 30 seen", kubelets[i], s->all.n);
		assert_int_equal(sum_of_parts(s), s->all.sum);
		assert_true(s->part[PART_IMAGES].max > 0);
		assert_int_equal(s->without_images.sum, s->all.sum - s->part[PART_IMAGES].sum);
		assert_int_equal(s->secrets_held.n, s->all.n);
		assert_int_equal(
			s->secrets_held.sum + s->secrets_served.sum, s->part[PART_SECRETS].sum);
		for (unsigned p = 0; p < START_PARTS; p++)
			if (p != PART_LIMITER && s->part[p].sum == 0)
				fail_msg("%s: nothing spent on %u", kubelets[i], p);
		kit_free(k);
	}
}

/* A pod may be gone when its last status is told to those who watch it: that is no start. */
static void a_pod_that_went_before_it_was_seen_is_no_start(void **state)
{
	struct kit *k = KIT("v1.12", "http-probes", "runtime=docker-1.9", "nodes=2",
		"warmup=0s", "duration=3m", "start=kubeletRestart", "workload.pods=1",
		"workload.containers=1", "seed=2", "apiserver.processors=1",
		"runtime.processors=1", "workload.replacePodEvery=3s");
	const struct fleet_starts *s = &k->result.starts;

	(void)state;
	kit_run(k);
	assert_in_range(s->all.n, 1, k->result.pods_started);
	assert_int_equal(sum_of_parts(s), s->all.sum);
	kit_free(k);
}

/* Pods of every node at once: the burst is over when the last of them is seen. */
static void a_burst_lasts_until_its_last_pod_is_seen(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=60s", "duration=5m",
		"start=afterWarmup", "workload.pods=10", "schedulerPodsPerSecond=1");
	struct kit *many = KIT("v1.20", "serving", "nodes=3", "warmup=60s", "duration=5m",
		"start=afterWarmup", "workload.pods=10");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.burst.n, 1);
	/* All of them are counted from the moment at which all were created. */
	assert_int_equal(k->result.burst.max, k->result.starts.all.max);
	assert_true(k->result.burst.max > 10 * NS_S);
	kit_run(many);
	assert_int_equal(many->result.burst.n, 3);
	assert_int_equal(many->result.burst.max, many->result.starts.all.max);
	assert_true(many->result.burst.min < many->result.burst.max);
	kit_free(k);
	kit_free(many);
}

/* A burst of which a pod goes before it runs has no end; pods one after the other are none. */
static void what_is_no_whole_burst_is_not_measured(void **state)
{
	struct kit *cut = KIT("v1.20", "serving", "nodes=2", "warmup=60s", "duration=5m",
		"start=afterWarmup", "workload.pods=10", "schedulerPodsPerSecond=1",
		"script=[{at: 0s, do: create, over: 0s}, {at: 3s, do: delete, over: 0s}]");
	struct kit *slowly = KIT("v1.20", "serving", "nodes=2", "warmup=60s", "duration=5m",
		"start=afterWarmup", "workload.pods=10",
		"script=[{at: 0s, do: create, over: 10s}]");

	(void)state;
	kit_run(cut);
	assert_int_equal(cut->result.burst.n, 0);
	kit_run(slowly);
	assert_int_equal(slowly->result.starts.all.n, 20);
	assert_int_equal(slowly->result.burst.n, 0);
	kit_free(cut);
	kit_free(slowly);
}

static void what_is_not_there_takes_no_time(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "warmup=0s", "duration=5m",
		"start=atOnce", "workload.pods=3", "workload.objects=[]");
	const struct fleet_starts *s = &k->result.starts;

	(void)state;
	kit_run(k);
	assert_int_equal(s->all.n, 9);
	assert_int_equal(s->part[PART_VOLUMES].sum, 0);
	assert_int_equal(s->part[PART_SECRETS].sum, 0);
	assert_int_equal(s->part[PART_IMAGES].sum, 0);
	assert_true(s->part[PART_SANDBOX].sum > 0);
	assert_int_equal(sum_of_parts(s), s->all.sum);
	kit_free(k);
}

/* Two requests of each pod pass the limiter, one pod after the other; who has to let all the
 * others pass waits for its turn and not for the limiter. */
static void the_limiter_takes_each_pod_two_intervals(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=2", "warmup=0s", "duration=10m",
		"start=atOnce", "workload.pods=50", "kubelet.clients.kube.qps=2",
		"kubelet.clients.kube.burst=1");
	const struct fleet_starts *s = &k->result.starts;

	(void)state;
	kit_run(k);
	assert_int_equal(s->all.n, 100);
	assert_in_range(hist_mean(&s->part[PART_LIMITER]), 950 * NS_MS, 1000 * NS_MS);
	assert_true(hist_mean(&s->part[PART_STATUS]) > 20 * NS_S);
	assert_true(s->part[PART_SERVER].max < NS_S);
	kit_free(k);
}

/* Ten GETs at a pace of one in two seconds: the pods wait 0, 2, ... 18 s for theirs, and each
 * for the answer; what is left until the worker looks again is no more than a poll. */
static void secrets_wait_for_the_limiter_and_for_the_server(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "kubelet.objects.design=get", "nodes=1",
		"warmup=0s", "duration=10m", "start=atOnce", "workload.pods=10",
		"kubelet.clients.kube.qps=0.5", "kubelet.clients.kube.burst=1",
		"kubelet.loops.nodeStatus.period=1h", "kubelet.tokens.enabled=false",
		"apiserver.latency.get secrets.mean=200ms",
		"apiserver.latency.get secrets.p50=1", "apiserver.latency.get secrets.p99=1");
	const struct fleet_starts *s = &k->result.starts;

	(void)state;
	kit_run(k);
	assert_int_equal(s->all.n, 10);
	assert_in_range(s->secrets_served.min, 100 * NS_MS, 200 * NS_MS);
	assert_in_range(s->secrets_served.max, 200 * NS_MS, 300 * NS_MS);
	assert_true(s->secrets_held.max >= 18 * NS_S);
	assert_in_range(s->part[PART_VOLUMES].max, 1, 600 * NS_MS);
	assert_int_equal(
		s->secrets_held.sum + s->secrets_served.sum, s->part[PART_SECRETS].sum);
	kit_free(k);
}

/* Who waits for the LIST of another pod's reflector waits for that one's limiter, too. */
static void whoever_waits_for_another_s_list_waits_as_long(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=1", "warmup=0s", "duration=10m",
		"start=atOnce", "workload.pods=3", "workload.objects[0].sharedBy=namespace",
		"workload.namespaces=1", "kubelet.tokens.enabled=false",
		"apiserver.latency.list secrets.cached.mean=300ms",
		"apiserver.latency.list secrets.cached.p50=1",
		"apiserver.latency.list secrets.cached.p99=1");
	const struct fleet_starts *s = &k->result.starts;

	(void)state;
	kit_run(k);
	assert_int_equal(s->all.n, 3);
	assert_in_range(s->part[PART_SECRETS].min, 100 * NS_MS, 400 * NS_MS);
	assert_in_range(s->part[PART_SECRETS].max - s->part[PART_SECRETS].min, 0, 100 * NS_MS);
	assert_int_equal(s->secrets_held.sum, 0);
	kit_free(k);
}

/* Pods that were there before are no starts. */
static void a_start_begins_with_a_pod_s_creation(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=2", "duration=5m",
		"workload.containerDeathEvery=10s");

	(void)state;
	kit_run(k);
	assert_true(k->result.detection.n > 20);
	assert_int_equal(k->result.starts.all.n, 0);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pod_that_went_before_it_was_seen_is_no_start),
		cmocka_unit_test(every_moment_of_a_start_is_spent_once),
		cmocka_unit_test(a_burst_lasts_until_its_last_pod_is_seen),
		cmocka_unit_test(what_is_no_whole_burst_is_not_measured),
		cmocka_unit_test(what_is_not_there_takes_no_time),
		cmocka_unit_test(the_limiter_takes_each_pod_two_intervals),
		cmocka_unit_test(secrets_wait_for_the_limiter_and_for_the_server),
		cmocka_unit_test(whoever_waits_for_another_s_list_waits_as_long),
		cmocka_unit_test(a_start_begins_with_a_pod_s_creation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
