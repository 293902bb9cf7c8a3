/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/changes.h"

#include <stdlib.h>

#include "fleet/balancer.h"
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

/* Keys that are shared beyond a node are there whether any pod refers to them or not. */
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

static bool matters(const struct node_plan *plan, uint32_t object)
{
	return plan->api.change_every[object] > 0 &&
	       (plan->shared->fanout.change[object].cpu > 0 ||
		       owners_ask_for(&plan->shared->owners, object));
}

/* ------------------------------------------------------------------ all of them */

static int by_time(const void *a, const void *b)
{
	const struct referrer *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

static void add(struct changes_of *of, const struct node_plan *plan, uint32_t node,
	uint32_t object, uint32_t key)
{
	of->one[of->n++] = (struct referrer){first_at(plan, node, object, key), key, node};
}

static void changes_of_init(struct changes_of *of, const struct node_plan *plan,
	const struct node *nodes, uint32_t object, struct arena *mem)
{
	uint32_t pods = plan->agent.workload->pods, n = plan->params->scenario->nodes;
	uint32_t shared = shared_keys(plan, object);

	of->every = plan->api.change_every[object];
	of->one = ARENA_ROOM(mem, struct referrer, (size_t)n * pods + shared);
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

/* Entries of one object, from `next` on. */
static uint32_t of_one_object(
	const struct changes_of *of, const struct node_plan *plan, uint32_t object)
{
	const struct referrer *first = &of->one[of->next];
	uint32_t n = 1;

	if (is_local(plan->agent.workload->objects[object].shared_by))
		return 1;
	while (of->next + n < of->n && first[n].at == first->at && first[n].key == first->key)
		n++;
	return n;
}

struct change changes_take(struct changes *c, const struct node_plan *plan)
{
	struct changes_of *of = c->of;
	struct change change;

	while (next_of(of) != c->next_at)
		of++;
	change.object = (uint32_t)(of - c->of);
	change.n = of_one_object(of, plan, change.object);
	change.by = &of->one[of->next];
	of->next += change.n;
	if (of->next == of->n) {
		of->next = 0;
		of->rounds += of->every;
	}
	foresee(c);
	return change;
}

void changes_tell(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct change *c, uint8_t server)
{
	struct fanout_write w = {
		.of = &f->change[c->object], .node = FANOUT_NO_NODE, .server = server};

	(void)fanout_tell(f, to, now, &w);
	for (uint32_t i = 0; i < c->n; i++) {
		w.node = c->by[i].node;
		w.home = w.node == FANOUT_NO_NODE ? 0
						  : balancer_of_kubelet(to->balancer, w.node);
		(void)fanout_tell_kubelet(f, to, now, &w);
	}
}

/* ------------------------------------------------------------------ nodes alone */

/* node: n's index if it is told, FANOUT_NO_NODE if the control plane is of what nodes share. */
static void load_of(const struct node *n, struct load *l, uint32_t object, uint32_t node,
	uint32_t key, ns_t until)
{
	const struct together_params *p = n->plan->shared;
	bool is_shared = !is_local(n->plan->agent.workload->objects[object].shared_by);
	ns_t every = n->plan->api.change_every[object];
	struct fanout_write w = {.of = &p->fanout.change[object],
		.node = node,
		.home = n->home[CONNECTION_KUBELET],
		.server = FANOUT_NOWHERE};
	ns_t takes = owners_change_takes(n->plan, object, &w.server);

	for (ns_t at = first_at(n->plan, node, object, key); at < until; at += every) {
		if (is_shared && node != FANOUT_NO_NODE) {
			fanout_load_kubelet(l, at + takes, &w);
			continue;
		}
		if (owners_ask_for(&p->owners, object))
			owners_load_change(n, l, at, object);
		fanout_load(p->servers, l, at + takes, &w);
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
