/* SPDX-License-Identifier: Apache-2.0 */
/* One API server under load: it admits, queues or rejects (flow.h), then gives each request of
 * its processors, which all of them share (sim/share.h), then lets it wait for what is not a
 * processor: etcd, disks, the network.  A request keeps its seat until all that is over.
 *
 * It answers nothing: what a request means is the caller's (apiserver.h).  No clock, no random
 * numbers, integers only; nothing is allocated after server_init.  Of events due at one moment
 * answers that were waiting come first, then ends of waits, of processing, and of patience.
 */
#ifndef APISERVER_SERVER_H
#define APISERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "apiserver/flow.h"
#include "sim/share.h"

struct server_params {
	struct flow_params flow;
	uint32_t processors; /* > 0; the model reader refuses 0 here, server_init asserts it */
};

struct server_request {
	uint16_t call;
	uint32_t flow; /* who sends: the user, as any number */
	uint32_t id;   /* the caller's, returned in server_done */
	ns_t cpu;      /* of a processor, >= 0 */
	ns_t wait;     /* then, >= 0 */
	bool mutating;
	/* The opening of a watch: it needs no seat and never waits for one
	 * (maxinflight.go, priority-and-fairness.go: long-running requests pass). */
	bool unlimited;
};

enum server_verdict {
	SERVER_SERVES,
	SERVER_QUEUES,
	SERVER_REJECTS /* 429, Retry-After 1; there is no server_done */
};

enum server_end {
	SERVER_DONE,
	SERVER_REJECTED, /* waited for wait_limit: 429, Retry-After 1 */
	SERVER_TIMED_OUT /* waited for wait_end, the request timeout: 504 */
};

struct server_done {
	uint32_t id;
	uint16_t call;
	enum server_end end;
	ns_t arrived_at;
	ns_t queued_for;
};

/* Since the beginning or server_restart; more is in flow.level[].counts and in share. */
struct server_counts {
	uint64_t arrived, done, rejected, timed_out, abandoned; /* rejected: at once or later */
	uint64_t sojourn;     /* sum of the times from coming to going of those done, rejected,
				 timed out or abandoned */
	struct gauge inside;  /* requests in the server, in queues too */
	struct gauge running; /* processors at work */
};

struct server_slot;
struct server_wait;

/* Read by anyone; written by server.c only. */
struct server {
	const struct server_params *params;
	struct flow flow;
	struct share share;
	struct server_slot *slot; /* [capacity] */
	uint32_t capacity, free;
	struct server_wait *wait; /* a heap */
	uint32_t n_waits, seq;
	uint32_t gone, gone_last; /* expired, not yet taken */
	struct server_counts counts;
};

/* Nobody there.  Room for `capacity` requests at once; params must outlive s. */
void server_init(struct server *s, const struct server_params *params, struct arena *mem,
	uint32_t capacity);

/* A request comes.  There must be room (s->counts.inside.n < capacity), and nothing due before
 * now. */
enum server_verdict server_arrive(struct server *s, ns_t now, const struct server_request *r);

/* The client of request `id` hung up.  True: it was waiting in a queue and is gone, there is
 * no server_done.  False: it is being served, or its rejection is due, and that goes on.
 * Takes time with the number of those that wait. */
bool server_abandon(struct server *s, ns_t now, uint32_t id);

/* When something happens next; NS_NEVER. */
ns_t server_next_at(const struct server *s);

/* It happens, at now == server_next_at(s).  True: *d is through. */
bool server_take(struct server *s, ns_t now, struct server_done *d);

/* Count anew, at the end of a warm-up. */
void server_restart(struct server *s, ns_t now);

#endif
