/* SPDX-License-Identifier: Apache-2.0 */
/* Pods come and go: what that costs, and that nothing is left behind. */
#include "tcase.h"

#include "alone.h"

/* Pods that are created while those from before are on their way out run beside them: none of
 * either is forgotten. */
static void new_pods_do_not_take_the_places_of_those_that_go(void **state)
{
	(void)state;
	for (uint32_t pods = 30; pods <= PODS_MAX; pods += PODS_MAX - 30) {
		struct kit *k = KIT("v1.20", "serving", "nodes=1", "start=stationary",
			"warmup=0s", "duration=30m", "workload.containers=1");
		struct alone *a;

		k->scenario.workload.pods = pods;
		act(k, NS_MIN, FLEET_DELETE_ALL, NS_MS);
		act(k, NS_MIN + 2 * NS_S, FLEET_CREATE_ALL, NS_MS);
		a = alone_run(k);
		assert_int_equal(alone_count(a, API_DELETE_PODS, OUTCOME_OK), pods);
		assert_int_equal(alone_count(a, OP_RUN_PODSANDBOX, OUTCOME_OK), pods);
		assert_int_equal(a->node.mock.records.n_running, pods);
		assert_int_equal(places_in_use(a), pods);
		alone_free(a);
	}
}

/* A phase of a recording has quantiles of its own pods: those created in it, and those deleted.
 */
static void what_pods_took_is_of_the_window_in_which_it_began(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "start=stationary", "warmup=0s",
		"duration=10m", "workload.pods=30");
	struct fleet_window *w = k->params.window;
	struct alone *a;

	(void)state;
	w[1] = w[0];
	for (int side = 0; side < 2; side++)
		w[0].until[side] = w[1].from[side] = 5 * NS_MIN;
	k->params.n_windows = 2;
	act(k, NS_MIN, FLEET_DELETE_ALL, NS_MS);
	act(k, 6 * NS_MIN, FLEET_CREATE_ALL, NS_MS);
	a = alone_run(k);
	assert_int_equal(a->result.gone_of[0].n, 30);
	assert_int_equal(a->result.gone_of[1].n, 0);
	assert_int_equal(a->result.running_of[0].n, 0);
	assert_int_equal(a->result.running_of[1].n, 30);
	assert_in_range(a->result.running_of[1].max, NS_S, NS_MIN);
	assert_int_equal(a->result.running.n, 30);
	alone_free(a);
}

/* Until 1.21 the DELETE waits for the runtime to have nothing left of the pod; since 1.22 only
 * for nothing of it to run, and the garbage collection cleans up. */
static void a_removal_is_told_step_by_step(void **state)
{
	(void)state;
	for (int staged = 0; staged < 2; staged++) {
		struct kit *k = KIT(staged ? "v1.27" : "v1.20", "serving", "nodes=1",
			"start=stationary", "warmup=0s", "duration=10m", "workload.pods=10");
		const struct hist *stopped, *cleaned;
		struct alone *a;

		act(k, NS_MIN, FLEET_DELETE_ALL, 10 * NS_S);
		a = alone_run(k);
		stopped = &a->result.removal[REMOVAL_STOPPED];
		cleaned = &a->result.removal[REMOVAL_CLEANED_UP];
		assert_int_equal(stopped->n, 10);
		assert_int_equal(cleaned->n, 10);
		assert_int_equal(a->result.gone.n, 10);
		assert_true(stopped->sum < cleaned->sum && stopped->min > 0);
		assert_true(staged ? a->result.gone.sum < cleaned->sum
				   : a->result.gone.min > cleaned->min);
		assert_true(a->result.gone.sum > stopped->sum);
		alone_free(a);
	}
}

static void a_node_without_pods_runs_in_every_design(void **state)
{
	(void)state;
	for (int i = 0; i < DESIGN_SETS; i++) {
		struct alone *a;

		a = alone_run(KIT("v1.20", "serving", design_sets[i], "nodes=1", "warmup=0s",
			"duration=10m", "workload.pods=0"));
		assert_int_equal(alone_count(a, OP_RUN_PODSANDBOX, OUTCOME_OK), 0);
		assert_true(alone_count(a, OP_LIST_CONTAINERS, OUTCOME_OK) > 0);
		alone_free(a);
	}
}

static void pods_for_which_there_is_no_place_wait(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "start=stationary", "warmup=0s",
		"duration=30m", "workload.pods=30");
	struct alone *a;

	(void)state;
	for (ns_t at = NS_MIN; at < NS_MIN + 40 * NS_S; at += 10 * NS_S) {
		act(k, at, FLEET_DELETE_ALL, NS_MS);
		act(k, at + 5 * NS_S, FLEET_CREATE_ALL, NS_MS);
	}
	a = alone_run(k);
	assert_int_equal(a->plan.places, 60);
	assert_int_equal(a->node.mock.records.n_sandboxes, 30);
	assert_int_equal(places_in_use(a), 30);
	alone_free(a);
}

static void pods_that_were_deleted_leave_nothing_and_get_one_delete_each(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "serving", "nodes=1", "warmup=0s",
			"duration=15m", "workload.containers=2");
		struct alone *a;

		act(k, NS_MIN, FLEET_DELETE_ALL, NS_S);
		a = alone_run(k);
		nothing_is_left(a, kubelets[i]);
		assert_int_equal(alone_count(a, API_DELETE_PODS, OUTCOME_OK), 30);
		assert_int_equal(alone_count(a, API_DELETE_PODS, OUTCOME_NOT_FOUND), 0);
		assert_int_equal(a->result.pods_removed, 30);
		alone_free(a);
	}
}

/* All pods of the run are deleted, and nothing of them stays. */
static void all_go(struct kit *k, const char *what, uint32_t pods)
{
	struct alone *a = alone_run(k);

	nothing_is_left(a, what);
	assert_int_equal(alone_count(a, API_DELETE_PODS, OUTCOME_OK), pods);
	alone_free(a);
}

static void every_design_of_pleg_lets_pods_come_and_go(void **state)
{
	(void)state;
	for (int i = 0; i < DESIGN_SETS; i++) {
		struct kit *k;

		k = KIT("v1.20", "serving", design_sets[i], "nodes=1", "warmup=0s",
			"duration=20m", "start=atOnce", "workload.containers=2");
		act(k, 5 * NS_MIN, FLEET_DELETE_ALL, NS_S);
		act(k, 15 * NS_MIN, FLEET_CREATE_ALL, NS_S);
		k->params.until = 14 * NS_MIN;
		all_go(k, design_sets[i], 30);
	}
}

/* The places of the deleted are used anew. */
static void pods_come_again_where_others_went(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "serving", "nodes=1", "warmup=0s",
			"duration=30m", "start=atOnce", "workload.containers=2");
		struct alone *a;

		act(k, 10 * NS_MIN, FLEET_DELETE_ALL, NS_S);
		act(k, 20 * NS_MIN, FLEET_CREATE_ALL, NS_S);
		a = alone_run(k);
		if (a->node.mock.records.n_running != 60)
			fail_msg("%s: %u run", kubelets[i], a->node.mock.records.n_running);
		assert_int_equal(a->node.mock.records.n_sandboxes, 30);
		assert_int_equal(alone_count(a, API_DELETE_PODS, OUTCOME_OK), 30);
		/* to docker a sandbox is a container like others */
		assert_int_equal(alone_count(a, OP_RUN_PODSANDBOX, OUTCOME_OK) +
					 alone_count(a, OP_CREATE_CONTAINER, OUTCOME_OK),
			60 + 120);
		alone_free(a);
	}
}

/* Some container is dead just when its pod is deleted. */
static void pods_with_dead_containers_go_too(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k =
			KIT(kubelets[i], "serving", "nodes=1", "warmup=0s", "duration=20m",
				"workload.containers=3", "workload.containerDeathEvery=700ms");

		act(k, NS_MIN, FLEET_DELETE_ALL, NS_S);
		all_go(k, kubelets[i], 30);
	}
}

/* Half of all calls fail for three minutes, some of them in every step of a deletion. */
static void a_runtime_that_fails_for_a_while_only_delays(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "serving", "nodes=1", "warmup=0s",
			"duration=30m", "workload.containers=2",
			"runtime.rules=[{kind: fail, operation: all, factor: 1, share: 50%, "
			"from: 1m, until: 4m}]");

		act(k, 2 * NS_MIN, FLEET_DELETE_ALL, NS_S);
		all_go(k, kubelets[i], 30);
	}
}

static void pods_start_in_the_end_on_a_runtime_that_fails_for_a_while(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct alone *a = alone_run(KIT(kubelets[i], "serving", "nodes=1", "warmup=0s",
			"duration=30m", "start=atOnce", "workload.containers=2",
			"runtime.rules=[{kind: fail, operation: all, factor: 1, share: 50%, "
			"from: 0s, until: 4m}]"));

		if (a->node.mock.records.n_running != 60)
			fail_msg("%s: %u run", kubelets[i], a->node.mock.records.n_running);
		alone_free(a);
	}
}

static void crash_looping_pods_go_too(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "crash-looping", "nodes=1", "warmup=0s",
			"duration=30m", "start=atOnce");

		act(k, 10 * NS_MIN, FLEET_DELETE_ALL, 100 * NS_MS);
		all_go(k, kubelets[i], 50);
	}
}

/* Deleted while they are being started: sandbox without containers, or nothing yet. */
static void pods_that_were_about_to_start_go_too(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		for (ns_t after = 0; after < 3 * NS_S; after += 200 * NS_MS) {
			struct kit *k = KIT(kubelets[i], "serving", "nodes=1", "warmup=0s",
				"duration=20m", "workload.pods=10");

			k->scenario.start = START_AT_ONCE;
			act(k, 0, FLEET_CREATE_ALL, 0);
			act(k, NS_S + after, FLEET_DELETE_ALL, 0);
			all_go(k, kubelets[i], 10);
		}
	}
}

static void pods_that_never_got_a_sandbox_go_too(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "serving", "nodes=1", "warmup=0s",
			"duration=20m", "start=atOnce",
			"runtime.rules=[{kind: fail, operation: run_podsandbox, factor: 1, "
			"share: 100%, from: 0s, until: 1h}]");

		act(k, 2 * NS_MIN, FLEET_DELETE_ALL, NS_S);
		all_go(k, kubelets[i], 30);
	}
}

static void churn_keeps_as_many_pods_as_there_were(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "serving", "nodes=1", "duration=60m",
			"workload.replacePodEvery=30s", "workload.terminationGracePeriod=2s");
		struct alone *a = alone_run(k);
		uint32_t exist = 0;

		for (uint32_t p = 0; p < a->plan.places; p++)
			exist += a->node.shard.pod[p].exists;
		if (exist < 30 || exist > 32)
			fail_msg("%s: %u pods", kubelets[i], exist);
		assert_in_range(alone_count(a, API_DELETE_PODS, OUTCOME_OK), 117, 122);
		assert_in_range(a->node.mock.records.n_running, 28, 32);
		assert_int_equal(
			a->node.mock.records.n_running + 0u, a->node.mock.records.n_running);
		alone_free(a);
	}
}

/* 2 + 4C operations a pod: RunPodSandbox, PodSandboxStatus, and twice ImageStatus, Create,
 * Start for each container; no image is pulled.  (Relists inspect apart from that.) */
static void starting_a_pod_takes_2_and_4_operations_a_container(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=10m",
		"start=atOnce", "workload.containers=3");
	struct alone *a = alone_run(k);

	(void)state;
	assert_int_equal(alone_count(a, OP_RUN_PODSANDBOX, OUTCOME_OK), 30);
	/* and one each time images are detected, every five minutes */
	assert_int_equal(alone_count(a, OP_IMAGE_STATUS, OUTCOME_OK), 30 * 3 * 2 + 2);
	assert_int_equal(alone_count(a, OP_CREATE_CONTAINER, OUTCOME_OK), 30 * 3);
	assert_int_equal(alone_count(a, OP_START_CONTAINER, OUTCOME_OK), 30 * 3);
	assert_int_equal(alone_count(a, OP_PULL_IMAGE, OUTCOME_OK), 0);
	assert_int_equal(alone_count(a, API_CREATE_EVENTS, OUTCOME_OK), 30 * 3 * 3 + 6);
	assert_int_equal(a->result.pods_started, 30);
	alone_free(a);
}

/* One puller, a registry limit of 5 a second with a burst of 10; what is over it fails and
 * comes again with its pod's next sync. */
static void images_are_pulled_and_every_pod_runs_in_the_end(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=30m",
		"start=atOnce", "workload.pods=64", "workload.images=64",
		"workload.imagePresent=false", "runtime.operations.pull_image.mean=10ms");
	struct alone *a = alone_run(k);

	(void)state;
	assert_int_equal(a->node.mock.records.n_running, 64);
	assert_in_range(alone_count(a, OP_PULL_IMAGE, OUTCOME_OK), 64, 66);
	alone_free(a);
}

static void an_image_that_pods_share_is_pulled_by_the_first(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=10m",
		"start=atOnce", "workload.pods=20", "workload.imagePresent=false");
	struct alone *a = alone_run(k);

	(void)state;
	assert_int_equal(a->node.mock.records.n_running, 20);
	assert_in_range(alone_count(a, OP_PULL_IMAGE, OUTCOME_OK), 1, 20);
	alone_free(a);
}

/* 5 requests a second and a burst of 10, for everything but events, heartbeats and watches. */
static void a_mass_start_waits_for_the_clients_limit(void **state)
{
	static const uint16_t calls[] = {
		API_GET_PODS, API_PATCH_PODS_STATUS, API_LIST_SECRETS, API_GET_SECRETS};
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=10m",
		"start=atOnce", "workload.pods=100");
	struct alone *a = alone_run(k);
	uint64_t sum = 0;

	(void)state;
	for (uint32_t s = 0; s < 60; s++) {
		for (size_t i = 0; i < 4; i++)
			sum += tally_second(&a->result.tally, calls[i], s);
		assert_true(sum <= 10 + 5 * (uint64_t)(s + 1));
	}
	assert_true(sum > 5 * 45); /* and it is used */
	assert_int_equal(a->result.running.n, 100);
	assert_true(a->result.running.max > 40 * NS_S);
	assert_int_equal(a->node.mock.records.n_running, 100);
	alone_free(a);
}

static void a_pod_deleted_before_its_kubelet_started_is_not_forgotten(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=10m");
	struct alone *a;

	(void)state;
	k->params.kubelet_start = NS_S;
	k->scenario.start = START_AT_ONCE;
	act(k, 0, FLEET_CREATE_ALL, 0);
	act(k, NS_S / 2, FLEET_DELETE_ALL, 0);
	a = alone_run(k);
	nothing_is_left(a, "v1.20");
	assert_int_equal(alone_count(a, API_DELETE_PODS, OUTCOME_OK), 30);
	alone_free(a);
}

/* A sync that did something has its pod looked at again at once (1.36). */
static void relists_on_demand_make_starts_faster(void **state)
{
	struct kit *generic = KIT("v1.36", "serving", "nodes=20", "duration=20m",
		"workload.replacePodEvery=10s", "workload.terminationGracePeriod=1s",
		"kubelet.pleg.design=generic");
	struct kit *ondemand = KIT("v1.36", "serving", "nodes=20", "duration=20m",
		"workload.replacePodEvery=10s", "workload.terminationGracePeriod=1s",
		"kubelet.pleg.design=ondemand");
	ns_t gain;

	(void)state;
	kit_run(generic);
	kit_run(ondemand);
	assert_true(generic->result.starts.all.n > 2000 || generic->result.running.n > 20);
	gain = hist_mean(&generic->result.running) - hist_mean(&ondemand->result.running);
	/* published: 1.798 s to 1.136 s */
	assert_in_range(gain, 300 * NS_MS, 900 * NS_MS);
	kit_free(generic);
	kit_free(ondemand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_pods_do_not_take_the_places_of_those_that_go),
		cmocka_unit_test(what_pods_took_is_of_the_window_in_which_it_began),
		cmocka_unit_test(a_node_without_pods_runs_in_every_design),
		cmocka_unit_test(a_removal_is_told_step_by_step),
		cmocka_unit_test(pods_for_which_there_is_no_place_wait),
		cmocka_unit_test(pods_that_were_deleted_leave_nothing_and_get_one_delete_each),
		cmocka_unit_test(every_design_of_pleg_lets_pods_come_and_go),
		cmocka_unit_test(pods_come_again_where_others_went),
		cmocka_unit_test(pods_with_dead_containers_go_too),
		cmocka_unit_test(a_runtime_that_fails_for_a_while_only_delays),
		cmocka_unit_test(pods_start_in_the_end_on_a_runtime_that_fails_for_a_while),
		cmocka_unit_test(crash_looping_pods_go_too),
		cmocka_unit_test(pods_that_were_about_to_start_go_too),
		cmocka_unit_test(pods_that_never_got_a_sandbox_go_too),
		cmocka_unit_test(churn_keeps_as_many_pods_as_there_were),
		cmocka_unit_test(starting_a_pod_takes_2_and_4_operations_a_container),
		cmocka_unit_test(images_are_pulled_and_every_pod_runs_in_the_end),
		cmocka_unit_test(an_image_that_pods_share_is_pulled_by_the_first),
		cmocka_unit_test(a_mass_start_waits_for_the_clients_limit),
		cmocka_unit_test(a_pod_deleted_before_its_kubelet_started_is_not_forgotten),
		cmocka_unit_test(relists_on_demand_make_starts_faster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
