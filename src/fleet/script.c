/* SPDX-License-Identifier: Apache-2.0 */
/* What users and scheduler do to a node's pods. */
#include "base/rng.h"
#include "fleet/node.h"

enum { DRAW_NAMESPACE = 301 };

uint32_t script_namespace(const struct node *n, uint32_t pod, uint32_t generation)
{
	const struct workload_model *w = n->plan->agent.workload;

	if (w->placement == PLACE_ROUND_ROBIN)
		return (pod + generation) % w->namespaces;
	return (uint32_t)rng_below(
		rng_draw(n->key, DRAW_NAMESPACE, pod, generation), w->namespaces);
}

static uint32_t pods_wanted(const struct node *n)
{
	return n->plan->agent.workload->pods;
}

static bool all_under_way(const struct script *s)
{
	return s->act == FLEET_CREATE_ALL || s->act == FLEET_DELETE_ALL;
}

ns_t script_next_at(const struct node *n)
{
	const struct script *s = &n->script;
	ns_t at = s->churn_at;

	if (s->next_pod < pods_wanted(n) && all_under_way(s))
		at = ns_min(at, s->pod_at);
	if (s->next_action < n->plan->params->n_actions)
		at = ns_min(at, n->plan->params->action[s->next_action].at);
	return at;
}

/* Pods that are created at once wait for the scheduler, which binds one after the other, to
 * node after node in turn. */
static ns_t bound_after(const struct node *n, uint32_t pod)
{
	const struct scenario *s = n->plan->params->scenario;
	ns_t pods_before = (ns_t)pod * s->nodes + n->index;

	if (s->scheduler_milli <= 0 || n->script.act != FLEET_CREATE_ALL)
		return 0;
	return (pods_before + 1) * (1000 * NS_S / s->scheduler_milli);
}

static void action_begins(struct node *n, ns_t now)
{
	const struct fleet_action *a = &n->plan->params->action[n->script.next_action++];
	struct script *s = &n->script;

	switch (a->act) {
	case FLEET_CREATE_ALL:
	case FLEET_DELETE_ALL:
		s->act = a->act;
		s->next_pod = 0;
		s->pod_at = now + bound_after(n, 0);
		s->pod_every = a->spacing;
		return;
	case FLEET_CHURN:
		s->churn_every = a->spacing;
		s->churn_at = now + rng_span(rng_mix(n->key), 0, a->spacing);
		return;
	case FLEET_CHURN_ENDS:
		s->churn_at = NS_NEVER;
		return;
	case FLEET_SCRAPE:
		agent_scrape(&n->agent, now);
		return;
	}
}

/* Somebody creates it, then the scheduler binds it to this node. */
static void create(struct node *n, ns_t created, ns_t now, uint32_t pod)
{
	n->created_at[pod] = created;
	n->deleted_at[pod] = NS_NEVER;
	n->status_at[pod] = NS_NEVER;
	budget_begin(n, created, pod);
	budget_bound(n, now, pod);
	api_pod_create(&n->shard, now, pod);
}

static void delete (struct node *n, ns_t now, uint32_t pod)
{
	if (!n->shard.pod[pod].exists)
		return;
	n->deleted_at[pod] = now;
	api_pod_delete(&n->shard, now, pod);
}

/* The k-th pod of a deletion that goes namespace by namespace, as clients that delete all of
 * a namespace's pods at a time do. */
static uint32_t in_order_of_namespaces(const struct node *n, uint32_t k)
{
	for (uint32_t ns = 0; ns < n->plan->agent.workload->namespaces; ns++)
		for (uint32_t p = 0; p < pods_wanted(n); p++)
			if (n->agent.pod[p].namespace == ns && k-- == 0)
				return p;
	return k;
}

static void next_pod(struct node *n, ns_t now)
{
	struct script *s = &n->script;

	if (s->act == FLEET_CREATE_ALL)
		create(n, now - bound_after(n, s->next_pod), now, s->next_pod);
	else
		delete (n, now, in_order_of_namespaces(n, s->next_pod));
	s->next_pod++;
	s->pod_at = now + s->pod_every + bound_after(n, s->next_pod) -
		    bound_after(n, s->next_pod - 1);
}

/* Pods that were there from the start are older than any. */
static ns_t birth(const struct node *n, uint32_t pod)
{
	return n->created_at[pod] == NS_NEVER ? -1 : n->created_at[pod];
}

/* The oldest pod goes, a new one comes into a free place (a node has some to spare). */
static void replace(struct node *n, ns_t now)
{
	struct script *s = &n->script;
	uint32_t oldest = UINT32_MAX;

	s->churned++;
	s->owed++; /* and what found no place so far */
	s->churn_at = now + s->churn_every;
	for (uint32_t p = 0; p < n->plan->places; p++)
		if (n->shard.pod[p].exists && !n->shard.pod[p].deleting &&
			(oldest == UINT32_MAX || birth(n, p) < birth(n, oldest)))
			oldest = p;
	if (oldest != UINT32_MAX)
		delete (n, now, oldest);
	for (uint32_t p = 0; p < n->plan->places; p++) {
		if (n->shard.pod[p].exists || !agent_place_is_free(&n->agent, p))
			continue;
		create(n, now, now, p);
		if (--s->owed == 0)
			return;
	}
}

void script_step(struct node *n, ns_t now)
{
	struct script *s = &n->script;

	if (s->next_action < n->plan->params->n_actions &&
		n->plan->params->action[s->next_action].at <= now)
		action_begins(n, now);
	else if (s->churn_at <= now)
		replace(n, now);
	else
		next_pod(n, now);
}
