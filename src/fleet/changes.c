/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/changes.h"

#include <stdlib.h>

#include "fleet/owners.h"
#include "fleet/together.h"

/* ------------------------------------------------------------------ which objects */

static bool is_local(enum sharing by)
{
	return by == SHARED_POD || by == SHARED_NODE;
}

static uint32_t key_of(const struct node *n, uint32_t object, uint32_t pod)
{
	return agent_object_key(&n->plan->agent, object, pod, script_namespace(n, pod, 0));
}

/* Pods of a node refer to it once or more; the first of them counts. */
static bool is_first(const struct node *n, uint32_t object, uint32_t pod)
{
	for (uint32_t p = 0; p < pod; p++)
		if (key_of(n, object, p) == key_of(n, object, pod))
			return false;
	return true;
}

/* Keys that are shared beyond a node are told to the control plane by themselves. */
static uint32_t shared_keys(const struct node_plan *plan, uint32_t object)
{
	enum sharing by = plan->agent.workload->objects[object].shared_by;

	if (is_local(by))
		return 0;
	return by == SHARED_NAMESPACE ? plan->agent.workload->namespaces : 1;
}

static ns_t first_at(const struct node_plan *plan, uint32_t node, uint32_t object, uint32_t key)
{
	return api_object_changed_at(
		&plan->api, node == FANOUT_NO_NODE ? 0 : node, object, key, 2);
}

static const struct fanout *fanout_of(const struct node_plan *plan)
{
	return &plan->shared->fanout;
}

static bool matters(const struct node_plan *plan, uint32_t object)
{
	return plan->api.change_every[object] > 0 &&
	       (fanout_of(plan)->change[object].cpu > 0 ||
		       owners_ask_for(&plan->shared->owners, object));
}

/* ------------------------------------------------------------------ all of them */

static int by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

static void add(struct changes_of *of, const struct node_plan *plan, uint32_t node,
	uint32_t object, uint32_t key)
{
	of->one[of->n++] = (struct change){first_at(plan, node, object, key), node};
}

static void changes_of_init(struct changes_of *of, const struct node_plan *plan,
	const struct node *nodes, uint32_t object, struct arena *mem)
{
	uint32_t pods = plan->agent.workload->pods, n = plan->params->scenario->nodes;
	uint32_t shared = shared_keys(plan, object);

	of->every = plan->api.change_every[object];
	of->one = ARENA_ROOM(mem, struct change, (size_t)n * pods + shared);
	for (uint32_t key = 0; key < shared; key++)
		add(of, plan, FANOUT_NO_NODE, object, key);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t p = 0; p < pods; p++)
			if (is_first(&nodes[i], object, p))
				add(of, plan, i, object, key_of(&nodes[i], object, p));
	if (of->n)
		qsort(of->one, of->n, sizeof(*of->one), by_time);
}

static ns_t next_of(const struct changes_of *of)
{
	return of->n ? of->rounds + of->one[of->next].at : NS_NEVER;
}

static void foresee(struct changes *c)
{
	c->next_at = NS_NEVER;
	for (uint32_t o = 0; o < OBJECTS_MAX; o++)
		c->next_at = ns_min(c->next_at, next_of(&c->of[o]));
}

void changes_init(struct changes *c, const struct node_plan *plan, const struct node *nodes,
	struct arena *mem)
{
	*c = (struct changes){0};
	for (uint32_t o = 0; o < plan->agent.workload->n_objects; o++)
		if (matters(plan, o))
			changes_of_init(&c->of[o], plan, nodes, o, mem);
	foresee(c);
}

static struct fanout_change told(const struct node_plan *plan, uint32_t object, uint32_t node)
{
	return (struct fanout_change){.object = object,
		.node = node,
		.control_plane = node == FANOUT_NO_NODE ||
				 is_local(plan->agent.workload->objects[object].shared_by)};
}

struct fanout_change changes_take(struct changes *c, const struct node_plan *plan)
{
	struct changes_of *of = c->of;
	uint32_t node;

	while (next_of(of) != c->next_at)
		of++;
	node = of->one[of->next].node;
	if (++of->next == of->n) {
		of->next = 0;
		of->rounds += of->every;
	}
	foresee(c);
	return told(plan, (uint32_t)(of - c->of), node);
}

/* ------------------------------------------------------------------ nodes alone */

static void load_of(const struct node *n, struct load *l, uint32_t object, uint32_t node,
	uint32_t key, ns_t until)
{
	ns_t every = n->plan->api.change_every[object];
	struct fanout_change change = told(n->plan, object, node);

	change.home = (uint8_t)n->home;
	for (ns_t at = first_at(n->plan, node, object, key); at < until; at += every) {
		if (change.control_plane && owners_ask_for(&n->plan->shared->owners, object))
			owners_load_change(n, l, at, object);
		fanout_load_change(
			fanout_of(n->plan), n->plan->shared->servers, l, at, &change);
	}
}

void changes_load(const struct node *n, struct load *l, ns_t until)
{
	for (uint32_t o = 0; o < n->plan->agent.workload->n_objects; o++) {
		if (!matters(n->plan, o))
			continue;
		for (uint32_t key = 0; n->index == 0 && key < shared_keys(n->plan, o); key++)
			load_of(n, l, o, FANOUT_NO_NODE, key, until);
		for (uint32_t p = 0; p < n->plan->agent.workload->pods; p++)
			if (is_first(n, o, p))
				load_of(n, l, o, n->index, key_of(n, o, p), until);
	}
}
