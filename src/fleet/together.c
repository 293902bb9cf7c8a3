/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/together.h"

#include <assert.h>

#include "agent/client.h"
#include "base/rng.h"
#include "fleet/flights.h"

enum { DRAW_SERVER = 401, DRAW_USER };

/* What a node does next; its own memory is left alone until then. */
struct leaving {
	struct node_request q; /* if it is_sending */
	struct demand takes;
	bool is_sending;
	bool hangs_up;
	ns_t next_at; /* of the node, when it was last looked at */
};

struct together {
	const struct node_plan *plan;
	struct fleet_result *result;
	const struct together_params *params;
	struct arena mem;
	struct wakes due; /* a node a slot */
	struct node *node;
	struct leaving *leaving; /* [nodes] */
	struct server *server;
	struct flights flights;
	uint8_t *home;               /* [nodes] the server that each is connected to */
	uint64_t changes[WATCHED_N]; /* by kubelets, so far */
	uint64_t *knows;             /* [nodes * WATCHED_N] as of which of these each does */
	ns_t *up_at;                 /* [servers] it is there from then on */
	uint32_t n_restarts;         /* so far */
	bool out_of_memory, measures;
	uint32_t second;    /* of the series, under way */
	uint64_t seat_time; /* when it began */
	ns_t reported;
};

/* ------------------------------------------------------------------ nodes and servers */

/* Servers that are there at a time before the next restart. */
static uint32_t servers_at(const struct together *t, ns_t at)
{
	uint32_t n = 0;

	for (uint32_t s = 0; s < t->params->servers; s++)
		n += t->up_at[s] <= at;
	return n;
}

/* A balancer gives each node's connection to one of the servers that are there.  False: none
 * is there. */
static bool connect(struct together *t, uint32_t node, ns_t now)
{
	uint64_t seed = t->plan->params->scenario->seed;
	uint32_t n = servers_at(t, now);

	if (n == 0)
		return false;
	n = (uint32_t)rng_below(rng_draw(seed, DRAW_SERVER, node, (uint32_t)(now / NS_MS)), n);
	for (uint8_t s = 0; s < t->params->servers; s++)
		if (t->up_at[s] <= now && n-- == 0)
			t->home[node] = s;
	return true;
}

/* There it stays until that one goes. */
static bool is_connected(struct together *t, uint32_t node, ns_t now)
{
	return t->up_at[t->home[node]] <= now || connect(t, node, now);
}

static void trace_if(struct together *t, uint32_t node)
{
	const struct fleet_params *p = t->plan->params;

	tally_trace(&t->result->tally, node == p->trace_node ? p->trace : NULL, p->ctx);
}

/* By what it does next. */
static void put_in_order(struct together *t, uint32_t i)
{
	const struct leaving *l = &t->leaving[i];

	wakes_set(&t->due, i,
		ns_min(l->is_sending ? l->q.at : l->next_at, t->flights.expires_at[i]));
}

/* The same after it was stepped or told something. */
static void look_at(struct together *t, uint32_t i)
{
	struct node *n = &t->node[i];
	struct leaving *l = &t->leaving[i];

	l->hangs_up = n->agent.hang_ups != n->hang_ups;
	l->next_at = l->hangs_up ? n->agent.now : node_next_at(n);
	if (n->sending) {
		n->sending = false;
		l->is_sending = true;
		l->q = n->send;
		if (servers_at(t, l->q.at))
			l->takes = node_demand(n, &l->q);
	}
	put_in_order(t, i);
}

static struct server_request wanted(struct together *t, uint32_t node, uint32_t id)
{
	const struct leaving *l = &t->leaving[node];
	const struct node_request *q = &l->q;

	return (struct server_request){.call = q->call,
		.flow = (uint32_t)rng_draw(t->plan->params->scenario->seed, DRAW_USER, node, 0),
		.id = id,
		.cpu = l->takes.cpu,
		.wait = l->takes.wait,
		.width = t->params->width[q->call][q->quorum],
		.mutating = t->params->mutating[q->call],
		.unlimited = q->timeout > 0};
}

static void arrive(struct together *t, uint32_t i, ns_t now)
{
	struct leaving *l = &t->leaving[i];
	struct server_request r;
	uint32_t id;

	l->is_sending = false;
	if (!is_connected(t, i, now) || !server_has_room(&t->server[t->home[i]])) {
		requests_lost(&t->node[i], now, &l->q, 0);
		look_at(t, i);
		return;
	}
	id = flights_begin(&t->flights, i, t->home[i], &l->q);
	if (id == FLIGHTS_NONE) {
		t->out_of_memory = true;
		return;
	}
	r = wanted(t, i, id);
	if (server_arrive(&t->server[t->home[i]], now, &r, &t->flights.flight[id].ticket) !=
		SERVER_REJECTS) {
		put_in_order(t, i);
		return;
	}
	(void)flights_end(&t->flights, id);
	requests_answer(&t->node[i], now, &l->q, OUTCOME_REJECTED, t->params->retry_after);
	look_at(t, i);
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
	const struct fanout_servers to = {t->server, t->up_at, t->params->servers};
	const struct fanout_write w = {f->q.call, f->node, f->server, t->home[f->node]};

	return fanout_tell(&t->params->fanout, &to, now, &w);
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
	struct node *n;

	if (!server_take(s, now, &d))
		return;
	f = flights_end(&t->flights, d.id);
	n = &t->node[f.node];
	if (f.state == FLIGHT_ORPHAN)
		return;
	trace_if(t, f.node);
	if (d.end == SERVER_DONE)
		n->shard.telling = tell(t, now, &f);
	requests_answer(n, now, &f.q,
		d.end == SERVER_DONE && !remembers(t, f.node, f.q.call) ? OUTCOME_GONE
									: outcome_of[d.end],
		d.end == SERVER_REJECTED ? t->params->retry_after : 0);
	n->shard.telling = 0;
	look_at(t, f.node);
}

/* ------------------------------------------------------------------ clients that hang up */

/* Nobody waits for it any more. */
static struct node_request let_go(struct together *t, ns_t now, uint32_t id)
{
	struct flight *f = &t->flights.flight[id];
	struct node *n = &t->node[f->node];
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

			requests_give_up(&t->node[i], now, &q);
		}
	}
	look_at(t, i);
}

/* A connection is gone: reads are tried again; whatever else was under way has failed, an
 * opening of a watch too. */
static void lost(struct together *t, uint32_t i, ns_t now, const struct node_request *q)
{
	requests_lost(
		&t->node[i], now, q, t->params->mutating[q->call] ? 0 : CLIENT_AFTER_RESET);
}

/* The agent closed its connection, and with it all that was on its way; it has another. */
static void hang_up(struct together *t, uint32_t i, ns_t now)
{
	struct node *n = &t->node[i];

	n->hang_ups = n->agent.hang_ups;
	while (t->flights.of_node[i] != FLIGHTS_NONE) {
		struct node_request q = let_go(t, now, t->flights.of_node[i]);

		lost(t, i, now, &q);
	}
	(void)connect(t, i, now);
	look_at(t, i);
}

/* ------------------------------------------------------------------ what servers did */

static void gauge_merge(struct gauge *into, const struct gauge *from, ns_t now)
{
	into->sum += gauge_sum(from, now);
	into->max = from->max > into->max ? from->max : into->max;
	into->n += from->n;
}

static void level_merge(struct flow_counts *into, const struct flow_counts *from, ns_t now)
{
	into->arrived += from->arrived;
	into->dispatched += from->dispatched;
	into->waited += from->waited;
	into->rejected += from->rejected;
	into->expired += from->expired;
	into->abandoned += from->abandoned;
	gauge_merge(&into->seats, &from->seats, now);
	gauge_merge(&into->queued, &from->queued, now);
	gauge_merge(&into->limit, &from->limit, now);
}

/* A level without a limit has none at several servers either. */
static uint32_t seats_add(uint32_t a, uint32_t b)
{
	return a == UINT32_MAX || b == UINT32_MAX ? UINT32_MAX : a + b;
}

static void server_merge(struct fleet_servers *into, const struct server *s, ns_t now)
{
	into->counts.arrived += s->counts.arrived;
	into->counts.done += s->counts.done;
	into->counts.rejected += s->counts.rejected;
	into->counts.timed_out += s->counts.timed_out;
	into->counts.abandoned += s->counts.abandoned;
	into->counts.sojourn += s->counts.sojourn;
	into->counts.told += s->counts.told;
	into->counts.telling += s->counts.telling;
	into->counts.told_late += s->counts.told_late;
	if (s->counts.told_latest > into->counts.told_latest)
		into->counts.told_latest = s->counts.told_latest;
	gauge_merge(&into->counts.inside, &s->counts.inside, now);
	gauge_merge(&into->counts.running, &s->counts.running, now);
	into->n_levels = s->flow.n_levels;
	for (uint32_t l = 0; l < s->flow.n_levels; l++)
		level_merge(&into->level[l], &s->flow.level[l].counts, now);
}

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

static ns_t next_restart(const struct together *t)
{
	const struct apiserver_model *m = &t->plan->params->scenario->apiserver;

	return t->n_restarts < m->n_restarts ? m->restarts[t->n_restarts].at : NS_NEVER;
}

/* Its connections are reset, and whoever watched opens a watch where there is a server. */
static void restart(struct together *t, ns_t now)
{
	const struct fleet_params *p = t->plan->params;
	const struct api_restart *r = &p->scenario->apiserver.restarts[t->n_restarts++];

	t->up_at[r->server] = now + r->lasts;
	for (uint32_t id = 0; id < t->flights.n; id++) {
		struct flight f = t->flights.flight[id];

		if (f.state == FLIGHT_FREE || f.server != r->server)
			continue;
		(void)flights_end(&t->flights, id);
		if (f.state == FLIGHT_ORPHAN)
			continue;
		trace_if(t, f.node);
		lost(t, f.node, now, &f.q);
	}
	for (uint32_t i = 0; i < p->scenario->nodes; i++)
		if (t->home[i] == r->server) {
			agent_reset(&t->node[i].agent, now);
			look_at(t, i);
		}
	if (t->measures)
		server_merge(&t->result->servers, &t->server[r->server], now);
	begin_server(t, r->server);
}

/* Until then nobody can have anything to say to it. */
static ns_t is_alone_until(const struct together *t, uint32_t i, ns_t now)
{
	const struct flights *f = &t->flights;
	ns_t until = ns_min(t->plan->params->until, next_restart(t));

	until = ns_min(until, f->expires_at[i]);
	for (uint32_t id = f->of_node[i]; id != FLIGHTS_NONE && until > now;
		id = f->flight[id].after)
		until = ns_min(until, server_silent_until(&t->server[f->flight[id].server], now,
					      f->flight[id].ticket));
	return until;
}

/* What is due now, since it is its turn; and what nobody can touch. */
static void run_alone(struct together *t, uint32_t i, ns_t now)
{
	node_run_alone(&t->node[i], ns_max(is_alone_until(t, i, now), now + 1));
	look_at(t, i);
}

static void next_of_node(struct together *t, uint32_t i, ns_t now)
{
	const struct leaving *l = &t->leaving[i];

	trace_if(t, i);
	if (l->hangs_up)
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

static void report(struct together *t, ns_t now)
{
	const struct fleet_params *p = t->plan->params;

	if (!p->progress || now < t->reported + NS_S)
		return;
	t->reported = now;
	p->progress(
		p->ctx, (uint32_t)(p->scenario->nodes * (now / NS_MS) / (p->until / NS_MS)));
}

/* The time that seats were in use since the measuring began. */
static uint64_t seat_time(const struct together *t, ns_t now)
{
	uint64_t sum = 0;

	for (uint32_t l = 0; l < t->result->servers.n_levels; l++)
		sum += t->result->servers.level[l].seats.sum;
	for (uint32_t i = 0; i < t->params->servers; i++)
		for (uint32_t l = 0; l < t->server[i].flow.n_levels; l++)
			sum += gauge_sum(&t->server[i].flow.level[l].counts.seats, now);
	return sum;
}

/* Every second that is over by now. */
static void measure_seconds(struct together *t, ns_t now)
{
	const struct fleet_window *w = &t->plan->params->window[0];
	uint32_t seconds = t->result->tally.seconds;

	while (t->second < seconds) {
		ns_t ends = ns_min(w->from[1] + (t->second + 1) * NS_S, w->until[1]);
		uint64_t sum;

		if (ends > now)
			return;
		sum = seat_time(t, ends);
		t->result->servers.seat_time[t->second++] = sum - t->seat_time;
		t->seat_time = sum;
	}
}

/* Servers are measured while window 0 lasts. */
static void measure(struct together *t, ns_t now)
{
	const struct fleet_window *w = &t->plan->params->window[0];

	if (!t->measures && now >= w->from[1]) {
		t->measures = true;
		for (uint32_t i = 0; i < t->params->servers; i++)
			server_restart(&t->server[i], w->from[1]);
	}
	if (t->measures)
		measure_seconds(t, now);
}

static void run(struct together *t)
{
	const struct fleet_params *p = t->plan->params;

	while (!t->out_of_memory) {
		ns_t node_at = wakes_next_at(&t->due);
		ns_t server_at;
		struct server *s = next_server(t, &server_at);
		ns_t now = ns_min(ns_min(node_at, server_at), next_restart(t));

		if (now >= p->until)
			return;
		report(t, now);
		measure(t, now);
		if (next_restart(t) == now)
			restart(t, now);
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
	if (t->result->tally.seconds)
		t->result->servers.seat_time =
			ARENA_ARRAY(&t->result->mem, uint64_t, t->result->tally.seconds);
	t->server = ARENA_ARRAY(&t->mem, struct server, t->params->servers);
	for (uint32_t i = 0; i < t->params->servers; i++)
		begin_server(t, i);
	t->node = ARENA_ARRAY(&t->mem, struct node, nodes);
	t->leaving = ARENA_ARRAY(&t->mem, struct leaving, nodes);
	flights_init(&t->flights, nodes, &t->mem);
	t->home = ARENA_ARRAY(&t->mem, uint8_t, nodes);
	t->knows = ARENA_ARRAY(&t->mem, uint64_t, (size_t)nodes * WATCHED_N);
	t->up_at = ARENA_ARRAY(&t->mem, ns_t, t->params->servers);
	wakes_init(&t->due, &t->mem, nodes);
	for (uint32_t i = 0; i < nodes; i++) {
		t->home[i] = (uint8_t)rng_below(
			rng_draw(p->scenario->seed, DRAW_SERVER, i, 0), t->params->servers);
		node_begin(&t->node[i], t->plan, i, t->result, &t->mem);
		look_at(t, i);
	}
}

static void end(struct together *t)
{
	const struct fleet_params *p = t->plan->params;
	struct fleet_servers *servers = &t->result->servers;
	uint32_t nodes = p->scenario->nodes;

	measure(t, p->until);
	servers->n = t->params->servers;
	servers->processors = t->params->servers * t->params->server.processors;
	servers->span = p->until - p->window[0].from[1];
	for (uint32_t i = 0; i < t->params->servers; i++) {
		const struct server *s = &t->server[i];

		server_merge(servers, s, p->until);
		for (uint32_t l = 0; l < s->flow.n_levels; l++)
			servers->seats[l] =
				seats_add(servers->seats[l], s->flow.level[l].params.seats);
	}
	for (uint32_t i = 0; i < nodes; i++)
		node_end(&t->node[i], p->until);
	t->result->node_bytes = nodes ? arena_bytes(&t->mem) / nodes : 0;
}

int together_run(const struct node_plan *plan, struct fleet_result *r, struct err *err)
{
	const struct together_params *params = plan->shared;
	struct together t = {.plan = plan, .params = params, .result = r};

	assert(plan->params->scenario->nodes > 0 && params->servers > 0);
	arena_init(&t.mem, (size_t)4 << 20);
	begin(&t);
	run(&t);
	end(&t);
	arena_fini(&t.mem);
	flights_fini(&t.flights);
	if (t.out_of_memory)
		return err_set(err, ERR_ENV, "no memory for requests at the API server");
	return 0;
}
