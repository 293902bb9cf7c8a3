/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds of loops that follow upon something that happens, and for whom a round's calls are
 * made.  No kubelet has such loops of its own: what it does then is in its mechanisms. Features
 * have them, one goroutine with a queue each. */
#include "agent/agent_priv.h"

#include "base/part.h"

/* The same for all kubelets of a run, for the same loop: its nodes in an order by chance. */
static uint32_t place_of(const struct agent *a, uint32_t loop)
{
	uint64_t key =
		rng_draw(rng_mix(a->plan->seed), 0, 0, a->plan->lane_name[lane_of_loop(loop)]);

	return part_place(key, a->plan->nodes, a->node);
}

static bool has_shares(const struct model_loop *l)
{
	bool shares = l->nodes > 0;

	for (uint32_t c = 0; c < l->n_calls; c++)
		shares |= l->calls[c].share > 0;
	return shares;
}

void loop_takes_part(struct agent *a, uint32_t loop)
{
	const struct model_loop *l = &model_of(a)->loops[loop];
	struct loop_state *st = &a->loop[loop];
	uint32_t place, nodes = a->plan->nodes;

	if (!has_shares(l))
		return;
	place = place_of(a, loop);
	if (l->nodes > 0) { /* those that have it come first */
		st->off = !part_has(place, nodes, l->nodes);
		nodes = (uint32_t)part_of(nodes, l->nodes);
	}
	st->rounds_up = st->off ? 0 : part_rounds_up(place, nodes);
	for (uint32_t c = 0; c < l->n_calls; c++)
		st->rest[c] = st->rounds_up;
}

void loops_react(struct agent *a, enum trigger what, uint32_t n, ns_t now)
{
	for (uint32_t i = 0; i < model_of(a)->n_loops; i++) {
		struct loop_state *st = &a->loop[i];

		if (model_of(a)->loops[i].trigger != what || n == 0 || st->off)
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

static uint32_t pods_of(const struct agent *a)
{
	uint32_t n = 0;

	for (uint32_t p = 0; p < a->plan->pods; p++)
		n += a->view->sandbox[p] == RECORD_RUNNING;
	return n;
}

static uint32_t objects_of(const struct agent *a)
{
	uint32_t n = 0;

	for (uint32_t e = 0; e < a->plan->objects.entries; e++)
		n += a->objects.entry[e].refs > 0;
	return n;
}

static uint32_t namespaces_of(const struct agent *a)
{
	uint32_t n = 0;

	for (uint32_t p = 0; p < a->plan->pods; p++) {
		bool first = a->pod[p].known;

		for (uint32_t q = 0; q < p && first; q++)
			first = !a->pod[q].known || a->pod[q].namespace != a->pod[p].namespace;
		n += first;
	}
	return n;
}

static uint32_t all_of(const struct agent *a, enum call_scope scope)
{
	switch (scope) {
	case SCOPE_NODE:
		return 1;
	case SCOPE_POD:
		return pods_of(a);
	case SCOPE_CONTAINER:
		return a->view->n_running;
	case SCOPE_EACH_OBJECT:
		return objects_of(a);
	case SCOPE_EACH_NAMESPACE:
		return namespaces_of(a);
	}
	return 1;
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

/* In every round for the same share of those that are there; of what happens one by one, for
 * as many as make that share of all so far. */
uint32_t loop_repeats(struct agent *a, uint32_t loop, const struct model_call *c)
{
	const struct model_loop *l = &model_of(a)->loops[loop];
	struct loop_state *st = &a->loop[loop];
	bool all = l->trigger == TRIGGER_PERIOD || l->trigger == TRIGGER_KUBELET_START;
	uint32_t n = all ? all_of(a, c->scope) : of_one_pod(a, l, c->scope);
	uint64_t parts;

	if (c->share == 0 || c->share == PPM)
		return n;
	parts = (uint64_t)n * (uint64_t)c->share +
		(all ? st->rounds_up : st->rest[c - l->calls]);
	if (!all)
		st->rest[c - l->calls] = (uint32_t)(parts % PART_PPM);
	return (uint32_t)(parts / PART_PPM);
}
