/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that are no node's, at servers that nodes share. */
#include "fleet/owners.h"

#include "tcase.h"

#include "fleet/fleet.h"
#include "kit.h"

/* Ten pods a second, for so long. */
enum { NODES = 20, SECONDS = 60, PODS = 10 * SECONDS };

#define CHURN                                                                                  \
	"nodes=20", "workload.pods=10", "workload.replacePodEvery=2s", "warmup=10s",           \
		"duration=60s", "start=stationary", "apiserver.processors=4"

/* The processors are at leisure, so that nodes run alone; or are not. */
static const char *const scale[] = {
	"apiserver.costs.cpuScale=0.01", "apiserver.costs.cpuScale=20"};

static const struct fleet_asked *asked(const struct kit *k, uint16_t call)
{
	assert_in_range(call, CALL_API, k->scenario.calls.n - 1);
	return &k->result.servers.asked[call];
}

static void every_pod_is_created_bound_and_deleted(void **state)
{
	(void)state;
	for (int busy = 0; busy < 2; busy++) {
		struct kit *k = KIT("v1.20", "secrets-30", CHURN, scale[busy]);
		const struct owner_calls *o = &k->scenario.owners;

		kit_run(k);
		assert_int_equal(asked(k, o->create)->offered, PODS);
		assert_int_equal(asked(k, o->bind)->offered, PODS);
		assert_int_equal(asked(k, o->remove)->offered, PODS);
		assert_in_range(asked(k, o->create)->answered, PODS - 2, PODS + 2);
		assert_int_equal(asked(k, o->create)->sent, PODS);
		kit_free(k);
	}
}

/* bootstrap/default.go: kube-controller-manager and kube-scheduler are of workload-high. */
static void they_are_of_the_level_of_their_user(void **state)
{
	(void)state;
	for (int busy = 0; busy < 2; busy++) {
		struct kit *k = KIT("v1.20", "secrets-30", CHURN, scale[busy]);
		const struct apiserver_model *m = &k->scenario.apiserver;

		kit_run(k);
		for (uint32_t l = 0; l < m->fairness.n_levels; l++) {
			const char *name = m->fairness.level[l].name;
			uint64_t arrived = k->result.servers.level[l].arrived;

			if (!strcmp(name, "workload-high"))
				assert_in_range(arrived, 3 * PODS - 3, 3 * PODS + 3);
			else if (strcmp(name, "system") != 0)
				assert_int_equal(arrived, 0);
		}
		kit_free(k);
	}
}

/* The last second's may be under way. */
static void series_and_sums_are_the_same(void **state)
{
	(void)state;
	for (int busy = 0; busy < 2; busy++) {
		struct kit *k = KIT("v1.20", "secrets-30", CHURN, scale[busy]);
		uint16_t create = k->scenario.owners.create;
		uint64_t sum = 0;

		kit_run(k);
		for (uint32_t s = 0; s < k->result.tally.seconds; s++)
			sum += fleet_others(&k->result, create)[s];
		assert_in_range(sum, PODS - 2, PODS + 2);
		if (busy)
			assert_int_equal(sum, asked(k, create)->answered);
		kit_free(k);
	}
}

/* Retry-After is obeyed ten times, then the caller has the error. */
static void what_is_always_rejected_fails_after_ten_tries(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", CHURN, "apiserver.fairness.enabled=false",
		"apiserver.maxMutatingRequestsInflight=1", "apiserver.costs.cpuScale=1000",
		"apiserver.requestTimeout=1h", "start=afterWarmup");
	const struct owner_calls *o = &k->scenario.owners;
	const struct fleet_asked *binds;

	(void)state;
	kit_run(k);
	binds = asked(k, o->bind);
	assert_true(binds->offered > PODS / 2);
	assert_true(binds->failed > 0);
	assert_true(binds->failed < binds->offered);
	assert_true(binds->answered < binds->offered / 10);
	assert_in_range(binds->rejected, binds->failed * 11, binds->offered * 11);
	kit_free(k);
}

static void a_feature_that_creates_pods_asks_in_their_place(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", CHURN, scale[0], "with=controllers");
	uint64_t all = 0;

	(void)state;
	assert_int_equal(k->scenario.owners.create, CALLS_MAX);
	assert_int_equal(k->scenario.owners.remove, CALLS_MAX);
	kit_run(k);
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		all += k->result.servers.asked[c].offered;
	assert_int_equal(all, 0);
	kit_free(k);
}

/* Each of the nodes' secrets every 10 s, on average. */
static void whoever_changes_objects_asks_for_it(void **state)
{
	(void)state;
	for (int busy = 0; busy < 2; busy++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=20", "workload.pods=10",
			"warmup=10s", "duration=60s", "start=stationary",
			"apiserver.processors=4", "workload.objects[0].updateEvery=10s",
			"workload.objects[0].sharedBy=pod", scale[busy]);
		uint16_t change = k->scenario.owners.change[0];

		kit_run(k);
		assert_int_equal(asked(k, change)->offered, NODES * 10 * SECONDS / 10);
		assert_int_equal(k->scenario.owners.create, CALLS_MAX);
		kit_free(k);
	}
}

/* Pods that come with their kubelets were created before, and servers without processors are
 * asked for nothing. */
static void who_is_there_from_the_start_is_not_asked_for(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=5", "workload.pods=10", "warmup=0s",
		"duration=60s", "start=atOnce", "apiserver.processors=4",
		"workload.replacePodEvery=10s");
	struct kit *none = KIT("v1.20", "secrets-30", "workload.replacePodEvery=10s");

	(void)state;
	kit_run(k);
	assert_int_equal(asked(k, k->scenario.owners.create)->offered, 5 * 60 / 10);
	assert_int_equal(none->scenario.owners.create, CALLS_MAX);
	kit_free(k);
	kit_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pod_is_created_bound_and_deleted),
		cmocka_unit_test(they_are_of_the_level_of_their_user),
		cmocka_unit_test(series_and_sums_are_the_same),
		cmocka_unit_test(what_is_always_rejected_fails_after_ten_tries),
		cmocka_unit_test(a_feature_that_creates_pods_asks_in_their_place),
		cmocka_unit_test(whoever_changes_objects_asks_for_it),
		cmocka_unit_test(who_is_there_from_the_start_is_not_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
