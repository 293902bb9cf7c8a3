/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/together_priv.h"

#include <assert.h>

/* ------------------------------------------------------------------ whose turn it is */

/* Its pods have something asked for. */
static void ask_owners(struct together *t, uint32_t i, ns_t now)
{
	struct leaving *l = &t->errands.errand[i].next;

	l->asks_owners = false;
	owners_ask(&t->owners, now, i, &l->asks);
	stretches_order(t, i);
}

static void next_of_node(struct together *t, uint32_t i, ns_t now)
{
	const struct leaving *l = &t->errands.errand[i].next;

	if (errands_join(&t->errands, i))
		stretches_order(t, i);
	else if (l->asks_owners)
		ask_owners(t, i, now);
	else if (l->hangs_up)
		breaks_hang_up(t, i, now);
	else if (l->is_sending && l->q.at == now)
		visits_arrive(t, i, now);
	else if (t->flights.expires_at[i] == now)
		breaks_give_up(t, i, now);
	else
		stretches_run(t, i, now);
}

static struct server *next_server(struct together *t, ns_t *at)
{
	struct server *next = NULL;

	*at = NS_NEVER;
	for (uint32_t i = 0; i < t->params->servers; i++)
		if (server_next_at(&t->server[i]) < *at) {
			next = &t->server[i];
			*at = server_next_at(next);
		}
	return next;
}

static void object_changes(struct together *t, ns_t now)
{
	const struct fanout_servers to = {t->server, &t->balancer};
	struct change c = changes_take(&t->changes_of_objects, t->plan);

	if (owners_ask_for(&t->params->owners, c.object))
		owners_change(&t->owners, now, &c);
	else
		changes_tell(&t->params->fanout, &to, now, &c, FANOUT_NOWHERE);
}

static void report(struct together *t, ns_t now)
{
	const struct fleet_params *p = t->plan->params;

	if (!p->progress || now < t->reported + NS_S)
		return;
	t->reported = now;
	p->progress(
		p->ctx, (uint32_t)(p->scenario->nodes * (now / NS_MS) / (p->until / NS_MS)));
}

static void run(struct together *t)
{
	const struct fleet_params *p = t->plan->params;

	while (!t->out_of_memory && !t->owners.out_of_memory) {
		ns_t node_at = wakes_next_at(&t->due);
		ns_t server_at;
		struct server *s = next_server(t, &server_at);
		ns_t now = ns_min(ns_min(node_at, server_at),
			ns_min(stretches_restart_at(t),
				ns_min(t->changes_of_objects.next_at, t->owners.next_at)));

		if (now >= p->until)
			return;
		report(t, now);
		served_until(&t->served, now);
		if (stretches_restart_at(t) == now)
			breaks_restart(t, now);
		else if (t->changes_of_objects.next_at == now)
			object_changes(t, now);
		else if (t->owners.next_at == now)
			owners_wake(&t->owners, now);
		else if (server_at <= node_at)
			visits_through(t, s, now);
		else
			next_of_node(t, wakes_next(&t->due), now);
	}
}

/* ------------------------------------------------------------------ all of it */

static void begin(struct together *t)
{
	const struct fleet_params *p = t->plan->params;
	uint32_t nodes = p->scenario->nodes;

	assert(t->plan->together);
	t->server = ARENA_ARRAY(&t->mem, struct server, t->params->servers);
	for (uint32_t i = 0; i < t->params->servers; i++)
		breaks_begin_server(t, i, 0);
	served_init(&t->served, p, t->params, t->result, t->server);
	flights_init(&t->flights, nodes, &t->mem);
	balancer_init(&t->balancer, t->plan, &t->mem);
	owners_init(&t->owners, t->plan, t->result, t->server, &t->balancer);
	t->knows = ARENA_ARRAY(&t->mem, uint64_t, (size_t)nodes * WATCHED_N);
	wakes_init(&t->due, &t->mem, nodes);
	for (uint32_t i = 0; i < nodes; i++) {
		node_begin(&t->errands.node[i], t->plan, i, t->result, &t->mem);
		stretches_look(t, i);
	}
	changes_init(&t->changes_of_objects, t->plan, t->errands.node, &t->mem);
}

static void end(struct together *t)
{
	const struct fleet_params *p = t->plan->params;
	uint32_t nodes = p->scenario->nodes;

	served_end(&t->served, p->until);
	for (uint32_t i = 0; i < nodes; i++) {
		const struct leaving *l = &t->errands.errand[i].next;
		struct node *n = &t->errands.node[i];

		(void)errands_join(&t->errands, i);
		node_end(n, p->until);
		if (l->is_sending)
			ending_under_way(n, &l->q);
	}
	for (uint32_t i = 0; i < t->flights.n; i++) {
		const struct flight *f = &t->flights.flight[i];

		if (f->state == FLIGHT_UNDER_WAY)
			ending_under_way(&t->errands.node[f->node], &f->q);
	}
	t->result->node_bytes = nodes ? arena_bytes(&t->mem) / nodes : 0;
}

int together_run(const struct node_plan *plan, struct fleet_result *r, struct err *err)
{
	const struct together_params *params = plan->shared;
	struct together t = {.plan = plan, .params = params, .result = r};
	int rc;

	assert(plan->params->scenario->nodes > 0 && params->servers > 0);
	arena_init(&t.mem, (size_t)4 << 20);
	rc = errands_init(&t.errands, plan, r, &t.mem, err);
	if (!rc) {
		begin(&t);
		run(&t);
		end(&t);
		errands_fini(&t.errands);
		flights_fini(&t.flights);
		owners_fini(&t.owners);
		if (t.out_of_memory || t.owners.out_of_memory)
			rc = err_set(err, ERR_ENV, "no memory for requests at the API server");
	}
	arena_fini(&t.mem);
	return rc;
}
