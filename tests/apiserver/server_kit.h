/* SPDX-License-Identifier: Apache-2.0 */
/* A server, a load, and what became of each request. */
#ifndef NODETOLL_TESTS_APISERVER_SERVER_KIT_H
#define NODETOLL_TESTS_APISERVER_SERVER_KIT_H

#include <stdlib.h>

#include "apiserver/server.h"
#include "property.h"

enum { LOAD = 600 };

enum fate { PENDING, SERVED, REJECTED, TIMED_OUT, ABANDONED };

struct asked {
	struct server_request request; /* id: its index */
	ns_t at;
	ns_t patience; /* hangs up after; 0: never */
	/* what came out */
	enum fate fate;
	uint32_t ticket;
	bool at_once;     /* got a seat, or was rejected, when it came */
	bool turned_away; /* was rejected then, and has no seat while it is told so */
	uint32_t queue;
	ns_t started_at, ended_at;
};

struct world {
	struct arena mem;
	struct server_params params;
	struct server server;
	struct asked asked[LOAD]; /* by time */
	uint32_t came;
	ns_t now;
	bool wide;                        /* some take several seats */
	uint64_t dispatched[FLOW_LEVELS]; /* of each level, for check: when it looked last */
	void (*check)(struct world *w, struct property *p); /* after every step; NULL */
};

static inline struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	arena_init(&w->mem, 0);
	w->params = (struct server_params){
		.flow = {.guess = 60 * NS_S, .wait_limit = 15 * NS_S, .wait_end = 60 * NS_S},
		.processors = 4};
	for (uint32_t i = 0; i < LOAD; i++)
		w->asked[i].request.id = i;
	return w;
}

static inline void world_free(struct world *w)
{
	arena_fini(&w->mem);
	free(w);
}

static inline uint8_t world_level(const struct world *w, uint32_t i)
{
	const struct server_request *r = &w->asked[i].request;

	return flow_level_of(&w->params.flow, r->call, r->mutating);
}

static inline void world_end(struct world *w, uint32_t i, enum fate fate, ns_t started_at)
{
	w->asked[i].fate = fate;
	w->asked[i].started_at = started_at;
	w->asked[i].ended_at = w->now;
}

static inline void world_take(struct world *w)
{
	struct server_done d;

	w->now = server_next_at(&w->server);
	if (!server_take(&w->server, w->now, &d))
		return;
	world_end(w, d.id,
		d.end == SERVER_DONE        ? SERVED
		: d.end == SERVER_REJECTED  ? REJECTED
		: d.end == SERVER_ABANDONED ? ABANDONED
					    : TIMED_OUT,
		d.arrived_at + d.queued_for);
}

static inline void world_ask(struct world *w, uint32_t i)
{
	struct asked *a = &w->asked[i];
	enum server_verdict verdict = server_arrive(&w->server, a->at, &a->request, &a->ticket);

	a->at_once = verdict != SERVER_QUEUES;
	a->turned_away = verdict == SERVER_REJECTS ||
			 (a->at_once && !a->request.unlimited &&
				 w->server.flow.slot[a->ticket].state != FLOW_SEATED);
	if (verdict == SERVER_REJECTS)
		world_end(w, i, REJECTED, a->at);
	if (verdict == SERVER_QUEUES)
		a->queue = w->server.flow.slot[w->server.flow.newest].queue;
}

/* Who came and has no patience left, of those that have the least; LOAD: nobody. */
static inline uint32_t world_impatient(const struct world *w)
{
	uint32_t who = LOAD;
	ns_t least = NS_NEVER;

	for (uint32_t i = 0; i < w->came; i++) {
		const struct asked *a = &w->asked[i];

		if (a->fate == PENDING && a->patience && a->at + a->patience < least) {
			least = a->at + a->patience;
			who = i;
		}
	}
	return who;
}

/* One thing happens: the server's, a client's, the next request; false: nothing is left. */
static inline bool world_step(struct world *w)
{
	ns_t next = server_next_at(&w->server);
	ns_t comes = w->came < LOAD ? w->asked[w->came].at : NS_NEVER;
	uint32_t who = world_impatient(w);
	ns_t hangs_up = who < LOAD ? w->asked[who].at + w->asked[who].patience : NS_NEVER;

	if (comes == NS_NEVER && w->server.counts.inside.n == 0)
		return false; /* levels go on lending seats to nobody */
	if (next <= comes && next <= hangs_up) {
		world_take(w);
	} else if (hangs_up <= comes) {
		const struct flow_slot *at = &w->server.flow.slot[w->asked[who].ticket];
		ns_t started_at = at->state == FLOW_SEATED ? at->since : hangs_up;

		w->now = hangs_up;
		w->asked[who].patience = 0;
		if (server_abandon(&w->server, w->now, w->asked[who].ticket) != SERVER_GOES_ON)
			world_end(w, who, ABANDONED, started_at);
	} else {
		w->now = comes;
		world_ask(w, w->came++);
	}
	return true;
}

static inline void world_play(struct world *w, struct property *p)
{
	server_init(&w->server, &w->params, &w->mem, LOAD);
	while (world_step(w))
		if (w->check)
			w->check(w, p);
	if (w->check)
		w->check(w, p);
}

/* Requests come at random, `every` apart in the mean, from so many users, and take up to cpu
 * and up to wait. */
static inline void world_load(
	struct world *w, struct property *p, ns_t every, uint32_t users, const ns_t takes[2])
{
	ns_t now = 0;

	for (uint32_t i = 0; i < LOAD; i++) {
		struct asked *a = &w->asked[i];

		now += property_below(p, 4) ? property_span(p, 0, 2 * every) : 0;
		a->at = now;
		a->request.flow = property_below(p, users);
		a->request.call = (uint16_t)property_below(p, CALLS_MAX);
		a->request.mutating = property_below(p, 3) == 0;
		a->request.cpu = property_span(p, 0, takes[0] + 1);
		a->request.wait = property_below(p, 2) ? property_span(p, 0, takes[1] + 1) : 0;
	}
}

#endif
