/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

static void kinds_of_actors_lie_behind_each_other(void **state)
{
	struct kit *k = KIT("v1.27", "with-probes", "workload.pods=9", "workload.containers=2");
	const struct agent_plan *p = &k->plan;

	(void)state;
	kit_start(k, 1);
	for (unsigned kind = 0; kind < ACTOR_KINDS; kind++) {
		assert_true(p->first[kind + 1] >= p->first[kind]);
		for (uint32_t slot = p->first[kind]; slot < p->first[kind + 1]; slot++)
			assert_int_equal(p->kind_of[slot], kind);
	}
	assert_int_equal(p->first[ACTOR_WORKER + 1] - p->first[ACTOR_WORKER], 9);
	assert_int_equal(p->volumes, 2); /* a secret and the token */
	assert_int_equal(p->first[ACTOR_MOUNT + 1] - p->first[ACTOR_MOUNT], 9 * 2);
	assert_int_equal(p->probes, 4);
	assert_int_equal(p->first[ACTOR_PROBE + 1] - p->first[ACTOR_PROBE], 9 * 4);
	kit_free(k);
}

static void an_object_is_named_by_who_shares_it(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=9");
	struct workload_object *o = k->scenario.workload.objects;

	(void)state;
	k->scenario.workload.n_objects = 4;
	for (uint32_t i = 1; i < 4; i++)
		o[i] = o[0];
	o[0].shared_by = SHARED_POD;
	o[1].shared_by = SHARED_NAMESPACE;
	o[2].shared_by = SHARED_NODE;
	o[3].shared_by = SHARED_CLUSTER;
	kit_start(k, 1);
	assert_int_equal(agent_object_key(&k->plan, 0, 5, 3), 5);
	assert_int_equal(agent_object_key(&k->plan, 1, 5, 3), 3);
	assert_int_equal(
		agent_object_key(&k->plan, 2, 5, 3), agent_object_key(&k->plan, 2, 6, 4));
	assert_int_equal(
		agent_object_key(&k->plan, 3, 5, 3), agent_object_key(&k->plan, 3, 6, 4));
	kit_free(k);
}

static void the_annotation_overrides_the_default_ttl_where_the_kubelet_reads_it(void **state)
{
	struct kit *k = KIT("v1.6", "serving", "workload.pods=1");

	(void)state;
	k->scenario.kubelet.objects.ttl = NS_MIN;
	agent_plan_init(&k->plan, &k->scenario, 1, 300 * NS_S, &k->mem);
	assert_int_equal(k->plan.objects.ttl, 300 * NS_S);
	agent_plan_init(&k->plan, &k->scenario, 1, 0, &k->mem);
	assert_int_equal(k->plan.objects.ttl, 0);
	agent_plan_init(&k->plan, &k->scenario, 1, -1, &k->mem); /* no annotation */
	assert_int_equal(k->plan.objects.ttl, NS_MIN);
	k->scenario.kubelet.objects.ttl_annotation = false;
	agent_plan_init(&k->plan, &k->scenario, 1, 300 * NS_S, &k->mem);
	assert_int_equal(k->plan.objects.ttl, NS_MIN);
	kit_free(k);
}

static void the_evented_design_has_periods_of_its_own(void **state)
{
	struct kit *k =
		KIT("v1.20", "serving", "workload.pods=1", "kubelet.pleg.design=evented");

	(void)state;
	kit_start(k, 1);
	assert_int_equal(k->plan.pleg.period, 300 * NS_S);
	assert_int_equal(k->plan.pleg.threshold, 10 * NS_MIN);
	assert_int_equal(k->plan.pleg.fallback_period, NS_S);
	assert_int_equal(k->plan.pleg.fallback_threshold, 3 * NS_MIN);
	assert_int_equal(k->plan.pleg.stream_retries, 5);
	kit_free(k);
}

/* Residuals of a renewal: pods are due evenly, and none later than it could be. */
static void the_channel_of_requests_is_the_models(void **state)
{
	struct kit *k = KIT("v1.36", "serving", "kubelet.pleg.requestChannel=7");

	(void)state;
	kit_start(k, 1);
	assert_int_equal(k->plan.pleg.requests, 7);
	kit_free(k);
}

static void pods_that_run_already_are_due_at_stationary_times(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1000", "workload.objects=[]");
	uint32_t early = 0;
	ns_t sum = 0;

	(void)state;
	kit_start_running(k, 1);
	for (uint32_t p = 0; p < 1000; p++) {
		ns_t due = k->agent.pod[p].due;

		/* one that was due a moment ago waits for the second's tick */
		assert_in_range(due + NS_S, 0, 91 * NS_S);
		early += due < 30 * NS_S;
		sum += due;
	}
	/* E[S^2] / 2 E[S] = 38 s; a uniform residual under 60 s: 30/75 of them below 30 s */
	assert_in_range(sum / 1000, 36 * NS_S, 40 * NS_S);
	assert_in_range(early, 360, 440);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_of_actors_lie_behind_each_other),
		cmocka_unit_test(an_object_is_named_by_who_shares_it),
		cmocka_unit_test(
			the_annotation_overrides_the_default_ttl_where_the_kubelet_reads_it),
		cmocka_unit_test(the_evented_design_has_periods_of_its_own),
		cmocka_unit_test(the_channel_of_requests_is_the_models),
		cmocka_unit_test(pods_that_run_already_are_due_at_stationary_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
