/* SPDX-License-Identifier: Apache-2.0 */
/* One node run to its end, and what is left of it. */
#ifndef TESTS_FLEET_ALONE_H
#define TESTS_FLEET_ALONE_H

#include "fleet/node.h"
#include "kit.h"

/* All versions that differ in how pods come and go. */
static const char *const kubelets[] = {
	"v1.0", "v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23", "v1.27", "v1.36"};

enum { KUBELETS = sizeof(kubelets) / sizeof(kubelets[0]) };

/* All designs of the PLEG, each as a setting. */
static const char *const design_sets[] = {"kubelet.pleg.design=polling",
	"kubelet.pleg.design=generic", "kubelet.pleg.design=evented",
	"kubelet.pleg.design=ondemand", "kubelet.pleg.design=parallel"};

enum { DESIGN_SETS = sizeof(design_sets) / sizeof(design_sets[0]) };

/* One node, of which everything can be looked at in the end. */
struct alone {
	struct kit *k;
	struct node_plan plan;
	struct node node;
	struct fleet_result result;
	struct arena mem;
};

static inline struct alone *alone_run(struct kit *k)
{
	struct alone *a = calloc(1, sizeof(*a));

	assert_non_null(a);
	a->k = k;
	arena_init(&a->mem, 0);
	node_plan_init(&a->plan, &k->params, &k->mem);
	fleet_result_init(&a->result, &k->params);
	node_begin(&a->node, &a->plan, 0, &a->result, &a->mem);
	node_run_until(&a->node, k->params.until);
	node_end(&a->node, k->params.until);
	return a;
}

static inline void alone_free(struct alone *a)
{
	fleet_result_fini(&a->result);
	arena_fini(&a->mem);
	kit_free(a->k);
	free(a);
}

static inline uint64_t alone_count(const struct alone *a, uint32_t call, enum outcome what)
{
	return a->result.tally.window[0].in.count[call][what];
}

static inline void act(struct kit *k, ns_t at, enum fleet_act what, ns_t spacing)
{
	k->params.action[k->params.n_actions++] =
		(struct fleet_action){.at = at, .act = what, .spacing = spacing};
}

static inline uint32_t places_in_use(const struct alone *a)
{
	uint32_t n = 0;

	for (uint32_t p = 0; p < a->plan.places; p++)
		n += !agent_place_is_free(&a->node.agent, p);
	return n;
}

/* Everything that a node has of pods that were all deleted. */
static inline void nothing_is_left(const struct alone *a, const char *what)
{
	const struct records *r = &a->node.mock.records;

	if (places_in_use(a) || r->n_containers || r->n_sandboxes)
		fail_msg("%s: %u places, %u containers, %u sandboxes, %" PRIu64
			 " DELETEs of %u pods",
			what, places_in_use(a), r->n_containers, r->n_sandboxes,
			alone_count(a, API_DELETE_PODS, OUTCOME_OK),
			a->k->scenario.workload.pods);
	assert_int_equal(a->result.distinct_objects, 0);
	assert_int_equal(a->result.open_object_watches, 0);
	for (uint32_t p = 0; p < a->plan.places; p++)
		assert_false(a->node.shard.pod[p].exists);
}

#endif
