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

static int find_class(struct scenario *s, const char *verb, const char *resource,
	const struct doc_node *at, uint16_t *call, struct err *err)
{
	*call = calls_intern(&s->calls, verb, resource);
	if (*call == CALLS_MAX)
		return doc_error(at, err,
			"more than %d different calls, with those of who owns pods and objects",
			CALLS_MAX);
	return 0;
}

static int pods_init(struct scenario *s, const struct doc_node *at, struct err *err)
{
	struct owner_calls *o = &s->owners;
	uint16_t create;

	if (!come_and_go(s))
		return 0;
	if (find_class(s, "create", "pods", at, &create, err))
		return ERR_INPUT;
	if (is_asked(s, create))
		return 0;
	o->create = create;
	o->remove = API_DELETE_PODS;
	return find_class(s, "create", "pods/binding", at, &o->bind, err);
}

int owner_calls_init(struct scenario *s, const struct doc_node *at, struct err *err)
{
	struct owner_calls *o = &s->owners;

	*o = (struct owner_calls){CALLS_MAX, CALLS_MAX, CALLS_MAX, {0}};
	for (uint32_t i = 0; i < OBJECTS_MAX; i++)
		o->change[i] = CALLS_MAX;
	if (!s->apiserver.processors)
		return 0;
	if (pods_init(s, at, err))
		return ERR_INPUT;
	for (uint32_t i = 0; i < s->workload.n_objects; i++) {
		const struct workload_object *object = &s->workload.objects[i];

		if (object->update_every > 0 &&
			find_class(s, "update", object->resource, at, &o->change[i], err))
			return ERR_INPUT;
	}
	return 0;
}
