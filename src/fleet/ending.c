/* SPDX-License-Identifier: Apache-2.0 */
/* What a node's pods and watches have come to when the run is over: those that should run, or
 * be open, and for how long they have not been. */
#include "fleet/queue.h"

static bool should_run(const struct node *n, uint32_t pod)
{
	const struct api_pod *p = &n->shard.pod[pod];

	return p->exists && !p->deleting && !n->script.has_ended[pod];
}

static bool waits(const struct node *n, ns_t now, ns_t since)
{
	return since < n->plan->ends_from && now - since >= FLEET_PATIENCE;
}

static void count_start(struct node *n, ns_t now, ns_t since, uint32_t pods)
{
	struct fleet_result *r = n->result;

	r->ending.pods_starting += pods;
	r->ending.pods_waiting += waits(n, now, since) ? pods : 0;
	r->starts.overdue += now - since > FLEET_START_OBJECTIVE ? pods : 0;
}

/* Those that were to come, and would if the node were done with those before. */
static void count_owed(struct node *n, ns_t now)
{
	struct fleet_result *r = n->result;
	uint64_t wait = script_owed(n, ns_min(n->plan->ends_from, now - FLEET_PATIENCE));

	r->ending.pods += wait;
	r->ending.pods_starting += wait;
	r->ending.pods_waiting += wait;
	r->starts.overdue += script_owed(n, now - FLEET_START_OBJECTIVE);
}

static void count_pods(struct node *n, ns_t now)
{
	ns_t since = 0;
	uint32_t unbound = script_unbound(n, &since);

	for (uint32_t p = 0; p < n->plan->places; p++) {
		ns_t started;

		if (!should_run(n, p))
			continue;
		n->result->ending.pods++;
		if (budget_goes_on(n, now, p, &started))
			count_start(n, now, started, 1);
	}
	n->result->ending.pods += unbound;
	if (unbound)
		count_start(n, now, since, unbound);
	count_owed(n, now);
}

/* A watch that is not open waits for its list, or for a stream of its connection.  For how
 * long tells nothing: whoever closes the connection asks anew for all of them. */
static void count_watches(struct node *n, ns_t now)
{
	struct fleet_ending *e = &n->result->ending;
	const struct request_queue *waiting = &n->streams.waiting;
	uint32_t standing = n->plan->agent.kubelet->n_watches;
	uint32_t of_objects;
	uint32_t asked = agent_open_watches(&n->agent, now, &of_objects);

	e->watches += standing + of_objects;
	e->watches_waiting += standing + of_objects - asked;
	for (const struct queued *w = waiting->first; w; w = w->next)
		e->watches_waiting += w->q.timeout > 0;
}

static void count_queue(struct node *n, const struct request_queue *h)
{
	for (const struct queued *w = h->first; w; w = w->next)
		ending_under_way(n, &w->q);
}

void ending_under_way(struct node *n, const struct node_request *q)
{
	struct fleet_requests *r = &n->result->requests[q->call];

	r->under_way++;
	r->under_way_before += q->wanted_at < n->plan->params->window[0].from[1];
}

void ending_measure(struct node *n, ns_t now)
{
	count_pods(n, now);
	count_watches(n, now);
	for (unsigned c = 0; c < CLIENTS; c++)
		count_queue(n, &n->held[c]);
	count_queue(n, &n->asleep);
	count_queue(n, &n->streams.waiting);
}
