/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of nodes at the servers that they share: they come, and they are through. */
#include <assert.h>

#include "agent/client.h"
#include "base/rng.h"
#include "fleet/together_priv.h"

enum { DRAW_USER = TOGETHER_DRAW_SERVER + 1 };

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
		.opens = t->params->opens[q->call],
		.unlimited = t->params->opens[q->call] && !t->params->seats_watches};
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
		!requests_tries_again(
			&t->errands.node[i], &w.q, OUTCOME_REJECTED, w.retry_after)) {
		stretches_tell_now(t, i, &w);
		return;
	}
	assert(!e->early);
	if (stretches_plan(t, i, now))
		e->until = e->word.at;
	e->word = w;
	wakes_set(&t->due, i,
		ns_min(ns_min(e->next.next_at, now + w.retry_after), t->flights.expires_at[i]));
	errands_offer(&t->errands, i);
}

void visits_arrive(struct together *t, uint32_t i, ns_t now)
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
		stretches_look(t, i);
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
	stretches_order(t, i);
	stretches_tell_before(t, i, now);
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

ns_t visits_tell(struct together *t, ns_t now, const struct flight *f)
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
		stretches_tell_before(t, i, now);
	else
		node_fetch(&t->errands.node[i]);
}

void visits_through(struct together *t, struct server *s, ns_t now)
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
	f.q.queued = t->params->sli_without_queues ? d.queued_for : 0;
	w = (struct word){.at = now,
		.q = f.q,
		.what = outcome_of[d.end],
		.retry_after = d.end == SERVER_REJECTED ? t->params->retry_after : 0};
	if (d.end == SERVER_DONE) {
		w.telling = visits_tell(t, now, &f);
		if (!remembers(t, f.node, f.q.call) || stretches_is_of_before(t, &f))
			w.what = OUTCOME_GONE;
	}
	if (told)
		stretches_order(t, f.node);
	else
		stretches_tell_now(t, f.node, &w);
}
