/* SPDX-License-Identifier: Apache-2.0 */
/* Kubelets that restart while their pods go on running. */
#include "tcase.h"

#include "kit.h"

static const char *const kubelets[] = {
	"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23", "v1.27", "v1.36"};

static void nothing_was_touched(const struct kit *k)
{
	static const uint16_t ops[] = {OP_RUN_PODSANDBOX, OP_STOP_PODSANDBOX,
		OP_REMOVE_PODSANDBOX, OP_CREATE_CONTAINER, OP_START_CONTAINER,
		OP_STOP_CONTAINER, OP_REMOVE_CONTAINER};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (kit_count(k, ops[i]) || kit_count(k, CALL_HIDDEN + ops[i]))
			fail_msg("%s was called", operation_name((enum operation)ops[i]));
	assert_int_equal(k->result.pods_started, 0);
	assert_int_equal(k->result.pods_removed, 0);
	assert_int_equal(kit_count(k, API_DELETE_PODS), 0);
}

/* Everybody is asked for once; nobody is started or killed. */
static void a_kubelet_finds_its_pods_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kubelets) / sizeof(kubelets[0]); i++) {
		struct kit *k = KIT(kubelets[i], "secrets-30", "nodes=5", "warmup=0s",
			"duration=10m", "start=kubeletRestart", "workload.containers=2");

		kit_run(k);
		nothing_was_touched(k);
		assert_int_equal(kit_count(k, API_GET_PODS), 5 * 30);
		assert_true(kit_count(k, API_GET_SECRETS) + kit_count(k, API_LIST_SECRETS) >=
			    5 * 30);
		kit_free(k);
	}
}

/* sourcesReady: what runs is nobody's orphan before the list of pods is there. */
static void pods_that_are_not_known_yet_are_not_killed(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=5", "warmup=0s", "duration=10m",
		"start=kubeletRestart", "kubelet.clients.kube.qps=0.05",
		"kubelet.clients.kube.burst=1", "workload.pods=5");

	(void)state;
	kit_run(k);
	nothing_was_touched(k);
	kit_free(k);
}

/* A LIST for each of 200 objects at 5 a second takes 38 s and more, with a burst of ten. */
static void two_hundred_objects_take_forty_seconds_to_watch(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=5", "warmup=0s", "duration=5m",
		"start=kubeletRestart", "workload.pods=200");
	const struct hist *h;

	(void)state;
	k->params.times = true;
	kit_run(k);
	h = &k->result.tally.times->took[API_LIST_SECRETS][OUTCOME_OK];
	assert_int_equal(h->n, 5 * 200);
	assert_in_range(h->max, 38 * NS_S, 50 * NS_S);
	nothing_was_touched(k);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kubelet_finds_its_pods_again),
		cmocka_unit_test(pods_that_are_not_known_yet_are_not_killed),
		cmocka_unit_test(two_hundred_objects_take_forty_seconds_to_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
