/* SPDX-License-Identifier: Apache-2.0 */
#include "models/owners.h"

static bool come_and_go(const struct scenario *s)
{
	return s->start == START_AFTER_WARMUP || s->n_script ||
	       s->workload.replace_pod_every > 0 || s->workload.batch.arrival_every > 0;
}

/* Whether a feature asks for it, or a kubelet. */
static bool is_asked(const struct scenario *s, uint16_t call)
{
	const struct kubelet_model *k = &s->kubelet;

	for (uint32_t l = 0; l < k->n_loops; l++)
		for (uint32_t i = 0; i < k->loops[l].n_calls; i++)
			if (s->calls.alike[k->loops[l].calls[i].call] == s->calls.alike[call])
				return true;
	return false;
}

static void pods_init(struct scenario *s)
{
	struct owner_calls *o = &s->owners;
	uint16_t create = calls_intern(&s->calls, "create", "pods");

	if (!come_and_go(s) || is_asked(s, create))
		return;
	o->create = create;
	o->bind = calls_intern(&s->calls, "create", "pods/binding");
	o->remove = API_DELETE_PODS;
}

void owner_calls_init(struct scenario *s)
{
	struct owner_calls *o = &s->owners;

	*o = (struct owner_calls){CALLS_MAX, CALLS_MAX, CALLS_MAX, {0}};
	for (uint32_t i = 0; i < OBJECTS_MAX; i++)
		o->change[i] = CALLS_MAX;
	if (!s->apiserver.processors)
		return;
	pods_init(s);
	for (uint32_t i = 0; i < s->workload.n_objects; i++)
		if (s->workload.objects[i].update_every > 0)
			o->change[i] = calls_intern(
				&s->calls, "update", s->workload.objects[i].resource);
}
