/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/together.h"

#include <assert.h>

#include "agent/client.h"
#include "base/rng.h"
#include "fleet/balancer.h"
#include "fleet/changes.h"
#include "fleet/errands.h"
#include "fleet/flights.h"
#include "fleet/owners.h"
#include "fleet/served.h"

enum { DRAW_USER = TOGETHER_DRAW_SERVER + 1 };

struct together {
	const struct node_plan *plan;
	struct fleet_result *result;
	const struct together_params *params;
	struct arena mem;
	struct wakes due; /* a node a slot: no later than what it does next */
	struct errands errands;
	struct server *server;
	struct flights flights;
	struct balancer balancer;
	struct owners owners;
	uint64_t changes[WATCHED_N]; /* by kubelets, so far */
	uint64_t *knows;             /* [nodes * WATCHED_N] as of which of these each does */
	uint32_t n_restarts;         /* so far */
	bool out_of_memory;
	struct changes changes_of_objects;
	struct served served;
	ns_t reported;
};

/* ------------------------------------------------------------------ nodes and servers */

/* By what a node does next, which is known. */
static void put_in_order(struct together *t, uint32_t i)
{
	const struct leaving *l = &t->errands.errand[i].next;

	wakes_set(&t->due, i,
		ns_min(l->asks_owners   ? l->asks.at
			: l->is_sending ? l->q.at
					: l->next_at,
			t->flights.expires_at[i]));
}

/* The same after something was done to it. */
static void look_at(struct together *t, uint32_t i)
{
	errands_look(&t->errands, i);
	put_in_order(t, i);
}

/* ------------------------------------------------------------------ errands */

static ns_t next_restart(const struct together *t)
{
	const struct apiserver_model *m = &t->plan->params->scenario->apiserver;

	return t->n_restarts < m->n_restarts ? m->restarts[t->n_restarts].at : NS_NEVER;
}

/* Whether it wants to watch from a version of before its server's time. */
static bool is_of_before(const struct together *t, const struct flight *f)
{
	return f->q.timeout > 0 && t->params->caches &&
	       !balancer_knows(&t->balancer, f->server, f->q.since);
}

/* Whether an answer is the same whatever happens until it comes. */
static bool is_foreseen(const struct together *t, const struct flight *f)
{
	const struct together_params *p = t->params;

	return !p->fanout.call[f->q.call].kubelet &&
	       (p->watches[f->q.call] == WATCHED_NONE || !p->remembers) && !is_of_before(t, f);
}

/* What node i can do alone.  True: the next word to it is sure, and delivered on its way. */
static bool plan_errand(struct together *t, uint32_t i, ns_t now)
{
	const struct flights *f = &t->flights;
	struct errand *e = &t->errands.errand[i];
	ns_t first = NS_NEVER;
	bool first_sure = false;

	e->word.at = NS_NEVER;
	e->until = ns_min(ns_min(t->plan->params->until, next_restart(t)), f->expires_at[i]);
	for (uint32_t id = f->of_node[i]; id != FLIGHTS_NONE; id = f->flight[id].after) {
		const struct flight *one = &f->flight[id];
		bool sure;
		ns_t at = server_silent_until(&t->server[one->server], now, one->ticket, &sure);

		if (at >= first) {
			e->until = ns_min(e->until, at);
			continue;
		}
		e->until = ns_min(e->until, first);
		first = at;
		first_sure = sure && is_foreseen(t, one);
		if (first_sure)
			e->word = (struct word){.at = at, .q = one->q, .what = OUTCOME_OK};
	}
	if (first_sure && first < e->until)
		return true;
	e->word.at = NS_NEVER;
	e->until = ns_min(e->until, first);
	return false;
}

/* A server has word for it now; then it goes on. */
static void tell_now(struct together *t, uint32_t i, const struct word *w)
{
	assert(!t->errands.errand[i].early);
	(void)plan_errand(t, i, w->at);
	if (t->errands.errand[i].word.at < NS_NEVER)
		t->errands.errand[i].until = t->errands.errand[i].word.at;
	t->errands.errand[i].word = *w;
	errands_run(&t->errands, i);
	put_in_order(t, i);
}

/* Its next word is sure already: it can have it, and go on. */
static void tell_before(struct together *t, uint32_t i, ns_t now)
{
	struct errand *e = &t->errands.errand[i];

	if (!crew_others(t->errands.crew) || errands_is_out(&t->errands, i))
		return;
	if (errands_join(&t->errands, i))
		put_in_order(t, i);
	if (e->early || e->next.is_sending || e->next.asks_owners || e->next.hangs_up ||
		!plan_errand(t, i, now))
		return;
	e->early = true;
	wakes_set(&t->due, i, ns_min(e->next.next_at, e->word.at));
	errands_offer(&t->errands, i);
}

/* ------------------------------------------------------------------ requests at servers */

static struct server_request wanted(struct together *t, uint32_t node, uint32_t id)
{
	const struct leaving *l = &t->errands.errand[node].next;
	const struct node_request *q = &l->q;

	return (struct server_request){.call = q->call,
		.flow = (uint32_t)rng_draw(t->plan->params->scenario->seed, DRAW_USER, node, 0),
		.id = id,
		.cpu = l->takes.cpu,
		.wait = l->takes.wait,
		.width = t->params->width[q->call][q->quorum],
		.mutating = t->params->mutating[q->call],
		.unlimited = t->params->opens[q->call]};
}

/* Too many are there.  Whoever tries again sleeps, and does nothing else for that. */
static void reject(struct together *t, uint32_t i, ns_t now)
{
	struct errand *e = &t->errands.errand[i];
	const struct word w = {.at = now,
		.q = e->next.q,
		.what = OUTCOME_REJECTED,
		.retry_after = t->params->retry_after};

	if (!crew_others(t->errands.crew) || t->errands.node[i].streams.limit ||
		!client_tries_again(w.retry_after, w.q.timeout > 0, w.q.tries)) {
		tell_now(t, i, &w);
		return;
	}
	assert(!e->early);
	if (plan_errand(t, i, now))
		e->until = e->word.at;
	e->word = w;
	wakes_set(&t->due, i,
		ns_min(ns_min(e->next.next_at, now + w.retry_after), t->flights.expires_at[i]));
	errands_offer(&t->errands, i);
}

static void arrive(struct together *t, uint32_t i, ns_t now)
{
	struct leaving *l = &t->errands.errand[i].next;
	struct server_request r;
	uint32_t id, client = balancer_client(&t->balancer, i, client_connection(l->q.client));
	bool there = balancer_is_connected(&t->balancer, client, now);
	uint8_t server = t->balancer.home[client];

	l->is_sending = false;
	if (!there || !server_has_room(&t->server[server])) {
		if (there)
			requests_lost(&t->errands.node[i], now, &l->q, 0);
		else
			requests_refused(&t->errands.node[i], now, &l->q);
		look_at(t, i);
		return;
	}
	id = flights_begin(&t->flights, i, server, &l->q);
	if (id == FLIGHTS_NONE) {
		t->out_of_memory = true;
		return;
	}
	r = wanted(t, i, id);
	if (server_arrive(&t->server[server], now, &r, &t->flights.flight[id].ticket) ==
		SERVER_REJECTS) {
		(void)flights_end(&t->flights, id);
		reject(t, i, now);
		return;
	}
	put_in_order(t, i);
	tell_before(t, i, now);
}

/* What the server did for a node: its own change is told to its watch, a list is as new as can
 * be. False: it wants to watch from a version that the watch cache has forgotten
 * (storage/cacher/watch_cache.go GetAllEventsSinceThreadUnsafe: 410). */
static bool remembers(struct together *t, uint32_t node, uint16_t call)
{
	const struct together_params *p = t->params;
	uint64_t *knows = &t->knows[(size_t)node * WATCHED_N];
	uint8_t watched = p->watches[call];

	knows[p->writes[call]] = ++t->changes[p->writes[call]];
	knows[p->lists[call]] = t->changes[p->lists[call]];
	return watched == WATCHED_NONE || !p->remembers ||
	       t->changes[watched] - knows[watched] <= p->remembers;
}

/* How long the node's own watch takes to tell of it. */
static ns_t tell(struct together *t, ns_t now, const struct flight *f)
{
	const struct fanout_servers to = {t->server, &t->balancer};
	const struct fanout_write w = {.of = &t->params->fanout.call[f->q.call],
		.node = f->node,
		.home = balancer_of_kubelet(&t->balancer, f->node),
		.server = f->server,
		.marks = node_marks_pod(t->plan, &f->q)};

	return fanout_tell(&t->params->fanout, &to, now, &w);
}

/* What its node was told before it was so. */
static bool heard_before(struct together *t, const struct flight *f)
{
	struct errand *e = &t->errands.errand[f->node];

	if (!e->early || e->word.q.actor != f->q.actor)
		return false;
	e->early = false;
	return true;
}

/* Node i can have its answer now, on another thread; or it will in milliseconds, when others
 * have had their turn: long enough for its state to come from memory. */
static void answer_is_sure(struct together *t, uint32_t i, ns_t now)
{
	if (crew_others(t->errands.crew))
		tell_before(t, i, now);
	else
		node_fetch(&t->errands.node[i]);
}

static void through(struct together *t, struct server *s, ns_t now)
{
	static const enum outcome outcome_of[] = {
		[SERVER_DONE] = OUTCOME_OK,
		[SERVER_ABANDONED] = OUTCOME_ERROR, /* nobody hears of it */
		[SERVER_REJECTED] = OUTCOME_REJECTED,
		[SERVER_TIMED_OUT] = OUTCOME_DEADLINE,
	};
	struct server_done d;
	struct flight f;
	struct word w;
	bool told;

	if (!server_take(s, now, &d)) {
		if (d.id < OWNERS_ID && t->flights.flight[d.id].state == FLIGHT_UNDER_WAY)
			answer_is_sure(t, t->flights.flight[d.id].node, now);
		return;
	}
	if (d.id & OWNERS_ID) {
		owners_done(&t->owners, now, &d);
		return;
	}
	f = t->flights.flight[d.id];
	if (f.state == FLIGHT_UNDER_WAY)
		(void)errands_join(&t->errands, f.node);
	f = flights_end(&t->flights, d.id);
	if (f.state == FLIGHT_ORPHAN)
		return;
	told = heard_before(t, &f);
	w = (struct word){.at = now,
		.q = f.q,
		.what = outcome_of[d.end],
		.retry_after = d.end == SERVER_REJECTED ? t->params->retry_after : 0};
	if (d.end == SERVER_DONE) {
		w.telling = tell(t, now, &f);
		if (!remembers(t, f.node, f.q.call) || is_of_before(t, &f))
			w.what = OUTCOME_GONE;
	}
	if (told)
		put_in_order(t, f.node);
	else
		tell_now(t, f.node, &w);
}

/* ------------------------------------------------------------------ clients that hang up */

/* Nobody waits for it any more. */
static struct node_request let_go(struct together *t, ns_t now, uint32_t id)
{
	struct flight *f = &t->flights.flight[id];
	struct node *n = &t->errands.node[f->node];
	struct node_request q = f->q;

	switch (server_abandon(&t->server[f->server], now, f->ticket)) {
	case SERVER_WRITES:
		requests_orphaned(n, now, &q);
		(void)tell(t, now, f);
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

/* The client's time for some requests is over. */
static void give_up(struct together *t, uint32_t i, ns_t now)
{
	uint32_t next;

	for (uint32_t id = t->flights.of_node[i]; id != FLIGHTS_NONE; id = next) {
		next = t->flights.flight[id].after;
		if (t->flights.flight[id].q.expires_at <= now) {
			struct node_request q = let_go(t, now, id);

			requests_give_up(&t->errands.node[i], now, &q);
		}
	}
	look_at(t, i);
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
static void hang_up(struct together *t, uint32_t i, ns_t now)
{
	struct node *n = &t->errands.node[i];
	uint32_t connection = n->agent.hung_up, next;

	n->hang_ups = n->agent.hang_ups;
	for (uint32_t id = t->flights.of_node[i]; id != FLIGHTS_NONE; id = next) {
		next = t->flights.flight[id].after;
		if (client_connection(t->flights.flight[id].q.client) == connection) {
			struct node_request q = let_go(t, now, id);

			lost(t, i, now, &q);
		}
	}
	(void)balancer_connect(&t->balancer, balancer_client(&t->balancer, i, connection), now);
	look_at(t, i);
}

/* ------------------------------------------------------------------ what servers did */

/* Requests that hold no seat: a watch of each reflector at most. */
static uint32_t unlimited(const struct node_plan *plan)
{
	const uint32_t *first = plan->agent.first;

	return plan->agent.kubelet->n_watches + first[ACTOR_REFLECTOR + 1] -
	       first[ACTOR_REFLECTOR];
}

static void begin_server(struct together *t, uint32_t i)
{
	uint32_t nodes = t->plan->params->scenario->nodes;

	server_init(&t->server[i], &t->params->server, &t->mem,
		t->params->capacity + nodes * unlimited(t->plan));
}

/* ------------------------------------------------------------------ restarts */

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
		look_at(t, i);
}

/* Its connections are reset, and whoever watched opens a watch where there is a server. */
static void restart(struct together *t, ns_t now)
{
	const struct fleet_params *p = t->plan->params;
	const struct api_restart *r = &p->scenario->apiserver.restarts[t->n_restarts++];

	for (uint32_t i = 0; i < p->scenario->nodes; i++)
		if (errands_join(&t->errands, i))
			put_in_order(t, i);
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
	begin_server(t, r->server);
}

/* Its turn has come; and it goes on as long as nobody can touch it. */
static void run_alone(struct together *t, uint32_t i, ns_t now)
{
	struct errand *e = &t->errands.errand[i];

	assert(!e->early && !e->next.is_sending);
	(void)plan_errand(t, i, now);
	e->until = ns_max(e->word.at < NS_NEVER ? e->word.at : e->until, now + 1);
	e->word.at = NS_NEVER;
	errands_run(&t->errands, i);
	put_in_order(t, i);
}

/* Its pods have something asked for. */
static void ask_owners(struct together *t, uint32_t i, ns_t now)
{
	struct leaving *l = &t->errands.errand[i].next;

	l->asks_owners = false;
	owners_ask(&t->owners, now, i, &l->asks);
	put_in_order(t, i);
}

static void next_of_node(struct together *t, uint32_t i, ns_t now)
{
	const struct leaving *l = &t->errands.errand[i].next;

	if (errands_join(&t->errands, i))
		put_in_order(t, i);
	else if (l->asks_owners)
		ask_owners(t, i, now);
	else if (l->hangs_up)
		hang_up(t, i, now);
	else if (l->is_sending && l->q.at == now)
		arrive(t, i, now);
	else if (t->flights.expires_at[i] == now)
		give_up(t, i, now);
	else
		run_alone(t, i, now);
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
			ns_min(next_restart(t),
				ns_min(t->changes_of_objects.next_at, t->owners.next_at)));

		if (now >= p->until)
			return;
		report(t, now);
		served_until(&t->served, now);
		if (next_restart(t) == now)
			restart(t, now);
		else if (t->changes_of_objects.next_at == now)
			object_changes(t, now);
		else if (t->owners.next_at == now)
			owners_wake(&t->owners, now);
		else if (server_at <= node_at)
			through(t, s, now);
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
		begin_server(t, i);
	served_init(&t->served, p, t->params, t->result, t->server);
	flights_init(&t->flights, nodes, &t->mem);
	balancer_init(&t->balancer, t->plan, &t->mem);
	owners_init(&t->owners, t->plan, t->result, t->server, &t->balancer);
	t->knows = ARENA_ARRAY(&t->mem, uint64_t, (size_t)nodes * WATCHED_N);
	wakes_init(&t->due, &t->mem, nodes);
	for (uint32_t i = 0; i < nodes; i++) {
		node_begin(&t->errands.node[i], t->plan, i, t->result, &t->mem);
		look_at(t, i);
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
