/* SPDX-License-Identifier: Apache-2.0 */
/* What users and scheduler do to a node's pods. */
#include "base/rng.h"
#include "fleet/node.h"
#include "fleet/owners.h"
#include "models/scheduler.h"

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

/* Pods that are replaced have moved to other places. */
static uint32_t places_to_visit(const struct node *n)
{
	return n->script.act == FLEET_DELETE_ALL ? n->plan->batch_from : pods_wanted(n);
}

static bool all_under_way(const struct script *s)
{
	return s->act == FLEET_CREATE_ALL || s->act == FLEET_DELETE_ALL;
}

void script_begin(struct node *n, struct arena *mem)
{
	struct script *s = &n->script;

	s->churn_at = s->batch_at = NS_NEVER;
	s->next_pod = UINT32_MAX; /* no action is under way */
	s->ended = ARENA_ROOM(mem, struct ended_pod, n->plan->places);
	s->has_ended = ARENA_ARRAY(mem, bool, n->plan->places);
}

static ns_t next_deletion(const struct script *s)
{
	return s->n_ended ? s->ended[s->ended_head].at : NS_NEVER;
}

ns_t script_next_at(const struct node *n)
{
	const struct script *s = &n->script;
	ns_t at = ns_min(ns_min(s->churn_at, s->batch_at), next_deletion(s));

	if (s->next_pod < places_to_visit(n) && all_under_way(s))
		at = ns_min(at, s->pod_at);
	if (s->next_action < n->plan->params->n_actions)
		at = ns_min(at, n->plan->params->action[s->next_action].at);
	return at;
}

/* Pods that are created at once wait for the scheduler, to node after node in turn. */
static ns_t bound_after(const struct node *n, uint32_t pod)
{
	const struct scenario *s = n->plan->params->scenario;

	if (n->script.act != FLEET_CREATE_ALL)
		return 0;
	return scheduler_bound_after(s, (ns_t)pod * s->nodes + n->index);
}

/* What a cluster does at an even pace it does on each node at its own time: an even spread over
 * however many nodes there are, without asking how many (multiples of the golden ratio). */
static ns_t first_turn(const struct node *n, ns_t every)
{
	uint64_t anywhere = rng_mix(rng_key(n->plan->params->scenario->seed, 0));

	return rng_span(anywhere + n->index * RNG_STEP, 0, every);
}

static void action_begins(struct node *n, ns_t now)
{
	const struct fleet_action *a = &n->plan->params->action[n->script.next_action++];
	struct script *s = &n->script;

	switch (a->act) {
	case FLEET_CREATE_ALL:
	case FLEET_DELETE_ALL:
		if (a->act == FLEET_CREATE_ALL && a->spacing == 0)
			budget_burst(n, now, pods_wanted(n));
		s->act = a->act;
		s->next_pod = 0;
		s->pod_at =
			now + bound_after(n, 0) + (a->spread ? first_turn(n, a->spacing) : 0);
		s->pod_every = a->spacing;
		return;
	case FLEET_CHURN:
		s->churn_every = a->spacing;
		s->churn_at = now + first_turn(n, a->spacing);
		return;
	case FLEET_BATCH:
		s->batch_every = a->spacing;
		s->batch_at = now + first_turn(n, a->spacing);
		return;
	case FLEET_CHURN_ENDS:
		s->churn_at = NS_NEVER;
		return;
	case FLEET_SCRAPE:
		agent_scrape(&n->agent, now);
		return;
	}
}

/* The scheduler has come so far; who creates pods one after the other is no scheduler. */
uint32_t script_unbound(const struct node *n, ns_t *since)
{
	const struct script *s = &n->script;

	if (s->act != FLEET_CREATE_ALL || s->next_pod >= pods_wanted(n) || s->pod_every)
		return 0;
	*since = s->pod_at - bound_after(n, s->next_pod);
	return pods_wanted(n) - s->next_pod;
}

/* Of so many, one each turn, those who have been wanted before `then`. */
static uint64_t owed_before(uint64_t owed, ns_t last, ns_t every, ns_t then)
{
	uint64_t since = last >= then ? (uint64_t)((last - then) / every) + 1 : 0;

	return owed > since ? owed - since : 0;
}

uint64_t script_owed(const struct node *n, ns_t then)
{
	const struct script *s = &n->script;
	uint64_t owed = 0;

	if (s->owed)
		owed += owed_before(
			s->owed, s->churn_at - s->churn_every, s->churn_every, then);
	if (s->batch_owed)
		owed += owed_before(
			s->batch_owed, s->batch_at - s->batch_every, s->batch_every, then);
	return owed;
}

/* Somebody creates it, then the scheduler binds it to this node. */
static void create(struct node *n, ns_t created, ns_t now, uint32_t pod)
{
	n->script.has_ended[pod] = false;
	n->created_at[pod] = created;
	n->deleted_at[pod] = NS_NEVER;
	n->status_at[pod] = NS_NEVER;
	n->removal[pod] = REMOVAL_STOPPED;
	owners_of_pod(n, now, OWNER_CREATES);
	owners_of_pod(n, now, OWNER_BINDS);
	budget_begin(n, created, pod, n->plan->world ? 0 : api_pod_arrival(&n->shard, pod));
	budget_bound(n, now, pod);
	if (!n->plan->world) {
		api_pod_create(&n->shard, now, pod);
		return;
	}
	n->shard.pod[pod] = (struct api_pod){.exists = true};
	n->plan->world->create_pod(n, now, pod);
}

static void delete (struct node *n, ns_t now, uint32_t pod)
{
	if (!n->shard.pod[pod].exists)
		return;
	n->deleted_at[pod] = now;
	owners_of_pod(n, now, OWNER_REMOVES);
	if (!n->plan->world) {
		api_pod_delete(&n->shard, now, pod);
		return;
	}
	n->shard.pod[pod].deleting = true;
	n->plan->world->delete_pod(n, now, pod);
}

/* The k-th pod of a deletion that goes namespace by namespace, as clients that delete all of
 * a namespace's pods at a time do. */
static uint32_t in_order_of_namespaces(const struct node *n, uint32_t k)
{
	for (uint32_t ns = 0; ns < n->plan->agent.workload->namespaces; ns++)
		for (uint32_t p = 0; p < n->plan->batch_from; p++)
			if (n->agent.pod[p].namespace == ns && k-- == 0)
				return p;
	return k;
}

static void delete_next(struct node *n, ns_t now)
{
	struct script *s = &n->script;

	while (s->next_pod < n->plan->batch_from) {
		uint32_t pod = in_order_of_namespaces(n, s->next_pod++);

		if (!n->shard.pod[pod].exists || n->shard.pod[pod].deleting)
			continue;
		delete (n, now, pod);
		return;
	}
}

static bool is_free(const struct node *n, uint32_t pod)
{
	return !n->shard.pod[pod].exists && agent_place_is_free(&n->agent, pod);
}

/* The next pod comes into the place of its number, or, while a pod from before is there, into
 * any that is free.  False if there is none. */
static bool create_next(struct node *n, ns_t now)
{
	uint32_t pod = n->script.next_pod;

	for (uint32_t p = 0; p < n->plan->batch_from && !is_free(n, pod); p++)
		pod = p;
	if (!is_free(n, pod))
		return false;
	create(n, now - bound_after(n, n->script.next_pod++), now, pod);
	if (n->script.pod_every == 0)
		budget_of_burst(n, pod);
	return true;
}

static void next_pod(struct node *n, ns_t now)
{
	struct script *s = &n->script;

	if (s->act == FLEET_DELETE_ALL) {
		delete_next(n, now);
	} else if (!create_next(n, now)) {
		s->pod_at = now + NS_S; /* whoever creates it tries again */
		return;
	}
	s->pod_at = now + s->pod_every + bound_after(n, s->next_pod) -
		    bound_after(n, s->next_pod - 1);
}

/* Pods come into free places of those for their kind, as many as are owed; the first free one
 * that is found is taken.  True if any came. */
static bool fill(struct node *n, ns_t now, uint32_t from, uint32_t until, uint64_t *owed)
{
	uint64_t before = *owed;

	for (uint32_t p = from; p<until && * owed> 0; p++) {
		if (!is_free(n, p))
			continue;
		create(n, now, now, p);
		(*owed)--;
	}
	return *owed < before;
}

/* The next pod's turn.  Where nothing could be done, the turns of a tenth of a second pass
 * before somebody looks again: pods may be asked for a thousand times faster than a node starts
 * them. How many those are is added to what is owed. */
static ns_t next_turn(ns_t now, ns_t every, bool done, uint64_t *owed)
{
	ns_t turns = done ? 1 : (NS_S / 10 + every - 1) / every;

	*owed += (uint64_t)turns - 1;
	return now + turns * every;
}

static void batch_arrives(struct node *n, ns_t now)
{
	struct script *s = &n->script;

	bool came;

	s->churned++;
	s->batch_owed++;
	came = fill(n, now, n->plan->batch_from, n->plan->places, &s->batch_owed);
	s->batch_at = next_turn(now, s->batch_every, came, &s->batch_owed);
}

void script_pod_ended(struct node *n, ns_t now, uint32_t pod)
{
	struct script *s = &n->script;
	ns_t at = now + n->plan->agent.workload->batch.deleted_after;

	if (s->has_ended[pod] || !n->shard.pod[pod].exists)
		return;
	s->has_ended[pod] = true;
	s->ended[(s->ended_head + s->n_ended++) % n->plan->places] =
		(struct ended_pod){.at = at, .pod = pod};
	node_pod_completed(n, now, pod);
	s->next_at = ns_min(s->next_at, at);
}

static void remove_ended(struct node *n, ns_t now)
{
	struct script *s = &n->script;
	uint32_t pod = s->ended[s->ended_head].pod;

	s->ended_head = (s->ended_head + 1) % n->plan->places;
	s->n_ended--;
	owners_of_pod(n, now, OWNER_REMOVES);
	if (n->plan->world)
		n->plan->world->delete_pod(n, now, pod);
	else
		api_pod_remove(&n->shard, now, pod);
	node_pod_gone(n, now, pod);
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
	bool came;

	s->churned++;
	s->owed++; /* and what found no place so far */
	for (uint32_t p = 0; p < n->plan->batch_from; p++)
		if (n->shard.pod[p].exists && !n->shard.pod[p].deleting &&
			(oldest == UINT32_MAX || birth(n, p) < birth(n, oldest)))
			oldest = p;
	if (oldest != UINT32_MAX)
		delete (n, now, oldest);
	came = fill(n, now, 0, n->plan->batch_from, &s->owed);
	s->churn_at = next_turn(now, s->churn_every, came || oldest != UINT32_MAX, &s->owed);
}

void script_step(struct node *n, ns_t now)
{
	struct script *s = &n->script;

	if (s->next_action < n->plan->params->n_actions &&
		n->plan->params->action[s->next_action].at <= now)
		action_begins(n, now);
	else if (s->churn_at <= now)
		replace(n, now);
	else if (s->batch_at <= now)
		batch_arrives(n, now);
	else if (next_deletion(s) <= now)
		remove_ended(n, now);
	else
		next_pod(n, now);
}
