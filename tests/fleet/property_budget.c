/* SPDX-License-Identifier: Apache-2.0 */
/* The budget of a pod's start, whatever the pods, their kubelet and the servers. */
#include "property.h"

#include "kit.h"

static void draw_workload(struct scenario *s, struct property *p)
{
	struct workload_model *w = &s->workload;

	w->containers = 1 + property_below(p, 3);
	w->namespaces = 1 + property_below(p, 3);
	w->image_present = property_below(p, 2);
	w->objects[0].shared_by = property_below(p, 2) ? SHARED_POD : SHARED_NAMESPACE;
	if (property_below(p, 4) == 0)
		w->n_objects = 0;
	if (property_below(p, 3) == 0)
		w->replace_pod_every = property_span(p, 3 * NS_S, 20 * NS_S);
	s->kubelet.client[CLIENT_MAIN].qps_milli = 500 * (1 + property_below(p, 20));
	s->kubelet.client[CLIENT_MAIN].burst = 1 + property_below(p, 20);
}

static struct kit *any_start(struct property *p)
{
	static const char *const kubelets[] = {
		"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23", "v1.36"};
	static const char *const designs[] = {"kubelet.objects.design=get",
		"kubelet.objects.design=cache", "kubelet.objects.design=watch",
		"kubelet.objects.design=bulkwatch"};
	static const char *const starts[] = {"start=atOnce", "start=afterWarmup"};
	static const char *const servers[] = {
		"apiserver.processors=0", "apiserver.processors=1", "apiserver.processors=4"};
	static const char *const pods[] = {"workload.pods=1", "workload.pods=20"};
	struct kit *k =
		KIT(kubelets[property_below(p, 8)], "secrets-30", designs[property_below(p, 4)],
			starts[property_below(p, 2)], servers[property_below(p, 3)],
			pods[property_below(p, 2)], "nodes=1", "warmup=20s", "duration=4m");

	k->scenario.seed = property_below(p, 1000000);
	draw_workload(&k->scenario, p);
	if (property_below(p, 2)) /* so that steps are taken again */
		kit_disturb(k, property_below(p, 2), 20, 30 * NS_S);
	fleet_params_init(&k->params, &k->scenario, 1);
	return k;
}

static uint64_t single_starts, held;

/* Every step has every start, and all steps together are its time, to the nanosecond: of each
 * where there is but one. */
static void steps_add_up_once(struct property *p)
{
	struct kit *k = any_start(p);
	const struct fleet_starts *s = &k->result.starts;
	uint64_t sum = 0;

	kit_run(k);
	for (unsigned i = 0; i < START_PARTS; i++) {
		HOLDS(p, s->part[i].n == s->all.n);
		sum += s->part[i].sum;
	}
	HOLDS(p, sum == s->all.sum);
	HOLDS(p, s->secrets_held.sum + s->secrets_served.sum == s->part[PART_SECRETS].sum);
	HOLDS(p, s->secrets_held.n == s->all.n && s->secrets_served.n == s->all.n);
	HOLDS(p, k->scenario.workload.n_objects > 0 || k->scenario.kubelet.tokens.enabled ||
			 s->part[PART_SECRETS].sum == 0);
	single_starts += s->all.n == 1;
	held += s->secrets_held.max > 0;
	kit_free(k);
}

static void steps_add_up(void **state)
{
	(void)state;
	single_starts = held = 0;
	property_each(120, steps_add_up_once);
	if (!getenv("SEED") && (!single_starts || !held))
		fail_msg("no single start, or none that its secrets held up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(steps_add_up)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
