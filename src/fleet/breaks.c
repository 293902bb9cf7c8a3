/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that nobody waits for any more, and connections that end: by the client's time, by
 * the client, or with a server that goes. */
#include "agent/client.h"
#include "fleet/together_priv.h"

/* Nobody waits for it any more. */
static struct node_request let_go(struct together *t, ns_t now, uint32_t id)
{
	struct flight *f = &t->flights.flight[id];
	struct node *n = &t->errands.node[f->node];
	struct node_request q = f->q;

	switch (server_abandon(&t->server[f->server], now, f->ticket)) {
	case SERVER_WRITES:
		requests_orphaned(n, now, &q);
		(void)visits_tell(t, now, f);
		(void)flights_end(&t->flights, id);
		break;
	case SERVER_LEAVES:
		(void)flights_end(&t->flights, id);
		break;
	case SERVER_GOES_ON:
		flights_orphan(&t->flights, id);
		break;
	}
	return q;
}

void breaks_give_up(struct together *t, uint32_t i, ns_t now)
{
	uint32_t next;

	for (uint32_t id = t->flights.of_node[i]; id != FLIGHTS_NONE; id = next) {
		next = t->flights.flight[id].after;
		if (t->flights.flight[id].q.expires_at <= now) {
			struct node_request q = let_go(t, now, id);

			requests_give_up(&t->errands.node[i], now, &q);
		}
	}
	stretches_look(t, i);
}

/* A connection is gone: reads are tried again; whatever else was under way has failed, an
 * opening of a watch too. */
static void lost(struct together *t, uint32_t i, ns_t now, const struct node_request *q)
{
	requests_lost(&t->errands.node[i], now, q,
		t->params->mutating[q->call] ? 0 : CLIENT_AFTER_RESET);
}

/* The agent closed a connection, and with it all that was on its way over it; it has another.
 */
void breaks_hang_up(struct together *t, uint32_t i, ns_t now)
{
	struct node *n = &t->errands.node[i];
	uint32_t connection = n->agent.hung_up, next;
	uint32_t client = balancer_client(&t->balancer, i, connection);

	n->unconnected += !balancer_is_there(&t->balancer, client, now);
	n->hang_ups = n->agent.hang_ups;
	for (uint32_t id = t->flights.of_node[i]; id != FLIGHTS_NONE; id = next) {
		next = t->flights.flight[id].after;
		if (client_connection(t->flights.flight[id].q.client) == connection) {
			struct node_request q = let_go(t, now, id);

			lost(t, i, now, &q);
		}
	}
	(void)balancer_connect(&t->balancer, client, now);
	stretches_look(t, i);
}

/* Requests that hold no seat: a watch of each reflector at most. */
static uint32_t unlimited(const struct node_plan *plan)
{
	const uint32_t *first = plan->agent.first;

	return plan->agent.kubelet->n_watches + first[ACTOR_REFLECTOR + 1] -
	       first[ACTOR_REFLECTOR];
}

void breaks_begin_server(struct together *t, uint32_t i, ns_t now)
{
	uint32_t nodes = t->plan->params->scenario->nodes;

	server_init(&t->server[i], &t->params->server, &t->mem,
		t->params->capacity + nodes * unlimited(t->plan));
	server_begins(&t->server[i], now);
}

/* A node's connections to a server that goes. */
static void reset(struct together *t, uint32_t i, uint32_t server, ns_t now)
{
	bool any = false;

	for (uint32_t c = 0; c < t->balancer.of_node; c++)
		if (t->balancer.home[balancer_client(&t->balancer, i, c)] == server) {
			agent_reset(&t->errands.node[i].agent, c, now);
			any = true;
		}
	if (any)
		stretches_look(t, i);
}

/* Its connections are reset, and whoever watched opens a watch where there is a server. */
void breaks_restart(struct together *t, ns_t now)
{
	const struct fleet_params *p = t->plan->params;
	const struct api_restart *r = &p->scenario->apiserver.restarts[t->n_restarts++];

	for (uint32_t i = 0; i < p->scenario->nodes; i++)
		if (errands_join(&t->errands, i))
			stretches_order(t, i);
	balancer_goes(&t->balancer, r->server, now, r->lasts);
	t->errands.served_from = balancer_served_from(&t->balancer);
	for (uint32_t id = 0; id < t->flights.n; id++) {
		struct flight f = t->flights.flight[id];

		if (f.state == FLIGHT_FREE || f.server != r->server)
			continue;
		(void)flights_end(&t->flights, id);
		if (f.state == FLIGHT_ORPHAN)
			continue;
		lost(t, f.node, now, &f.q);
	}
	for (uint32_t i = 0; i < p->scenario->nodes; i++)
		reset(t, i, r->server, now);
	owners_restart(&t->owners, now, r->server);
	served_restart(&t->served, r->server, now);
	breaks_begin_server(t, r->server, now);
}
