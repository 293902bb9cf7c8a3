/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds of loops that follow upon something that happens, and for whom a round's calls are
 * made.  No kubelet has such loops of its own: what it does then is in its mechanisms. Features
 * have them, one goroutine with a queue each. */
#include "agent/agent_priv.h"

/* Whether the node, a pod or an object is one of those that the loop is for: the same ones
 * throughout a run. */
static bool is_in_share(const struct agent *a, uint32_t loop, uint32_t item, int64_t share)
{
	uint64_t draw =
		rng_draw(a->key, DRAW_SHARE, item, a->plan->lane_name[lane_of_loop(loop)]);

	return share == 0 || (int64_t)rng_below(draw, PPM) < share;
}

bool loop_is_off(const struct agent *a, uint32_t loop)
{
	return !is_in_share(a, loop, UINT32_MAX, model_of(a)->loops[loop].nodes);
}

void loops_react(struct agent *a, enum trigger what, uint32_t n, ns_t now)
{
	for (uint32_t i = 0; i < model_of(a)->n_loops; i++) {
		struct loop_state *st = &a->loop[i];

		if (model_of(a)->loops[i].trigger != what || n == 0 || loop_is_off(a, i))
			continue;
		st->pending += n;
		if (st->busy)
			continue;
		st->busy = true;
		agent_rouse(a, ACTOR_LOOP, i, now);
	}
}

void agent_object_changed(struct agent *a, ns_t now)
{
	agent_happens(a, TRIGGER_OBJECT_CHANGE, now);
}

/* A round is over: when the next one begins, NS_NEVER if nothing has happened meanwhile. */
ns_t loop_reacted(struct agent *a, struct loop_state *st, ns_t now)
{
	st->pending--;
	st->busy = st->pending > 0;
	return st->busy ? agent_dispatch(a, a->drawing, now) : NS_NEVER;
}

/* ------------------------------------------------------------------ for whom */

static uint32_t pods_of(const struct agent *a, uint32_t loop, int64_t share)
{
	uint32_t n = 0;

	for (uint32_t p = 0; p < a->plan->pods; p++)
		n += a->view->sandbox[p] == RECORD_RUNNING && is_in_share(a, loop, p, share);
	return n;
}

static uint32_t containers_of(const struct agent *a, uint32_t loop, int64_t share)
{
	uint32_t n = 0;

	if (share == 0 || share == PPM)
		return a->view->n_running;
	for (uint32_t c = 0; c < a->plan->pods * a->plan->containers; c++)
		n += record_state(a->view->container[c]) == RECORD_RUNNING &&
		     is_in_share(a, loop, c, share);
	return n;
}

static uint32_t objects_of(const struct agent *a, uint32_t loop, int64_t share)
{
	uint32_t n = 0;

	for (uint32_t e = 0; e < a->plan->objects.entries; e++)
		n += a->objects.entry[e].refs > 0 && is_in_share(a, loop, e, share);
	return n;
}

static uint32_t namespaces_of(const struct agent *a, uint32_t loop, int64_t share)
{
	uint32_t n = 0;

	for (uint32_t p = 0; p < a->plan->pods; p++) {
		bool first = a->pod[p].known;

		for (uint32_t q = 0; q < p && first; q++)
			first = !a->pod[q].known || a->pod[q].namespace != a->pod[p].namespace;
		n += first && is_in_share(a, loop, a->pod[p].namespace, share);
	}
	return n;
}

/* Upon an event about a pod: that pod, what is in it, what it refers to. */
static uint32_t of_one_pod(struct agent *a, const struct model_loop *l, enum call_scope scope)
{
	bool one = l->trigger == TRIGGER_CONTAINER_START ||
		   l->trigger == TRIGGER_CONTAINER_DEATH || l->trigger == TRIGGER_OBJECT_CHANGE;

	if (scope == SCOPE_CONTAINER && !one)
		return a->plan->containers;
	if (scope == SCOPE_EACH_OBJECT && !one)
		return a->plan->workload->n_objects;
	return 1;
}

static uint32_t drawn(struct agent *a, uint32_t n, int64_t share)
{
	uint32_t left = 0;

	if (share == 0 || share == PPM)
		return n;
	for (uint32_t i = 0; i < n; i++)
		left += (int64_t)rng_below(agent_draw(a, DRAW_SHARE, i), PPM) < share;
	return left;
}

uint32_t loop_repeats(struct agent *a, uint32_t loop, const struct model_call *c)
{
	const struct model_loop *l = &model_of(a)->loops[loop];

	if (l->trigger != TRIGGER_PERIOD && l->trigger != TRIGGER_KUBELET_START)
		return drawn(a, of_one_pod(a, l, c->scope), c->share);
	switch (c->scope) {
	case SCOPE_NODE:
		return 1;
	case SCOPE_POD:
		return pods_of(a, loop, c->share);
	case SCOPE_CONTAINER:
		return containers_of(a, loop, c->share);
	case SCOPE_EACH_OBJECT:
		return objects_of(a, loop, c->share);
	case SCOPE_EACH_NAMESPACE:
		return namespaces_of(a, loop, c->share);
	}
	return 1;
}
