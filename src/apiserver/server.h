/* SPDX-License-Identifier: Apache-2.0 */
/* One API server under load: it admits, queues or rejects (flow.h), then gives each request of
 * its processors, which all of them share (sim/share.h), then lets it wait for what is not a
 * processor: etcd, disks, the network.  A request keeps its seat until all that is over.
 * Watchers are told of what is written by the same processors, without a seat, each of them one
 * event after the other (cacher.go: a goroutine a watcher).
 *
 * It answers nothing: what a request means is the caller's (apiserver.h).  No clock, no random
 * numbers, integers only; nothing is allocated after server_init.  Of events due at one moment
 * answers that were waiting come first, then ends of waits, of processing, and of patience:
 * that of who waits for a seat, then the server's own; then levels lend each other seats.
 */
#ifndef APISERVER_SERVER_H
#define APISERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "apiserver/flow.h"
#include "sim/bucket.h"
#include "sim/share.h"

struct server_params {
	struct flow_params flow;
	uint32_t processors; /* > 0; the model reader refuses 0 here, server_init asserts it */
	/* Whoever is inside for so long is told 504: the request's context ends, and becomes of
	 * it what server_abandoned says (filters/timeout.go waits for that context, which ends
	 * when the client hangs up, too).  0: never. */
	ns_t timeout;
	ns_t rejecting;    /* of a processor, to tell somebody 429; 0: that takes nothing */
	uint32_t watchers; /* whom server_tell may name */
	/* Kinds of objects that it watches etcd for, and what etcd passes on of each in a
	 * second; 0: as much as there is. */
	uint32_t feeds, feed_rate;
};

struct server_request {
	uint16_t call;
	uint32_t flow;  /* who sends: the user, as any number */
	uint32_t id;    /* the caller's, returned in server_done */
	ns_t cpu;       /* of a processor, >= 0 */
	ns_t wait;      /* then, >= 0 */
	uint16_t width; /* seats that it takes; 0: one */
	bool mutating;
	bool opens;        /* a watch: it is not told 504 (timeout.go: long-running requests) */
	bool unlimited;    /* it needs no seat and never waits for one */
	uint8_t own_level; /* of a user whose calls all are in one level: 1 + that; 0: the
			    * call's */
};

enum server_verdict {
	SERVER_SERVES, /* or, where rejecting takes something, says 429 when it has done that */
	SERVER_QUEUES,
	SERVER_REJECTS /* 429, Retry-After 1; there is no server_done */
};

/* What becomes of a request whose client hung up: the request's context ends.  Its handler is a
 * goroutine that hears of that where it waits: in a queue (queueset.go wait) and for etcd
 * (client calls), not while it works.  A watch without a seat is not followed any further. */
enum server_abandoned {
	SERVER_LEAVES, /* it is gone, and nothing was done */
	SERVER_WRITES, /* it is gone, but etcd had been asked and does it */
	SERVER_GOES_ON /* until its processor is through with it, or it is told off: server_done
			* says when */
};

enum server_end {
	SERVER_DONE,
	SERVER_ABANDONED, /* its client had hung up */
	SERVER_REJECTED,  /* no seat, or waited for wait_limit: 429, Retry-After 1 */
	SERVER_TIMED_OUT  /* inside for the request timeout, or waited for wait_end: 504 */
};

#define SERVER_NOBODY UINT32_MAX

struct server_done {
	uint32_t id;
	uint16_t call;
	enum server_end end;
	ns_t arrived_at;
	ns_t queued_for;
};

/* Since the beginning or server_restart; more is in flow.level[].counts and in share. */
struct server_counts {
	/* rejected: at once or later; timed_out: once nothing more is done for them */
	uint64_t arrived, done, rejected, timed_out, abandoned;
	uint64_t sojourn;     /* sum of the times from coming to going of those done, rejected,
				 timed out or abandoned */
	uint64_t told;        /* events, each to one watcher */
	uint64_t telling;     /* ns of processors that they needed */
	uint64_t told_late;   /* ns from write to being told, summed up over `told` */
	ns_t told_latest;     /* the most of them */
	struct gauge inside;  /* requests in the server, in queues too */
	struct gauge running; /* processors at work */
};

struct server_slot;
struct server_wait;
struct server_watcher;

/* Read by anyone; written by server.c only. */
struct server {
	const struct server_params *params;
	struct flow flow;
	struct share share;
	struct server_slot *slot; /* [capacity] */
	uint32_t capacity, free;
	struct server_wait *wait; /* a heap */
	uint32_t n_waits, seq;
	struct server_watcher *watcher; /* [params->watchers] */
	struct bucket *feed;            /* [params->feeds] */
	uint32_t gone, gone_last;       /* expired, not yet taken */
	uint32_t oldest, newest;        /* of all inside that can time out */
	struct server_counts counts;
};

/* Nobody there.  Room for `capacity` requests at once; params must outlive s. */
void server_init(struct server *s, const struct server_params *params, struct arena *mem,
	uint32_t capacity);

/* It begins at `now`, not at 0: a process in the place of another. */
void server_begins(struct server *s, ns_t now);

/* Whether there is room for one more. */
static inline bool server_has_room(const struct server *s)
{
	return s->counts.inside.n < s->capacity;
}

/* A request comes.  There must be room, and nothing due before now.  *ticket is its name to
 * server_abandon, unless it is rejected. */
enum server_verdict server_arrive(
	struct server *s, ns_t now, const struct server_request *r, uint32_t *ticket);

/* The client of a request that is inside, and was not abandoned before, hung up.  Takes time
 * with the number of those that are served. */
enum server_abandoned server_abandon(struct server *s, ns_t now, uint32_t ticket);

/* That many changes are written, of which etcd tells this server, one after the other. */
void server_feed(struct server *s, ns_t now, uint32_t feed, uint32_t events);

/* How late it does of the last of them. */
static inline ns_t server_late(const struct server *s, ns_t now, uint32_t feed)
{
	return bucket_behind(&s->feed[feed], now);
}

/* A watcher is to be told of something, which takes `cpu` of a processor (> 0), after what it
 * was to be told before.  late: the server itself is told so late; the time of its processors
 * is taken at once all the same.  Returns about how long it takes if the load stays as it is.
 */
ns_t server_tell(struct server *s, ns_t now, uint32_t watcher, ns_t cpu, ns_t late);

/* As long as nobody hangs up, the client of that request, which is inside, hears nothing of it
 * before this time, which is not before now.  *sure: just then it hears that it is done. */
ns_t server_silent_until(const struct server *s, ns_t now, uint32_t ticket, bool *sure);

/* How long that request, which waits in no queue, had waited in one. */
ns_t server_queued_for(const struct server *s, uint32_t ticket);

/* When something happens next; NS_NEVER. */
ns_t server_next_at(const struct server *s);

/* It happens, at now == server_next_at(s).  True: *d is through.  False: d->id has had its
 * processor and waits from now on, so that its end is sure; SERVER_NOBODY: none. */
bool server_take(struct server *s, ns_t now, struct server_done *d);

/* Count anew, at the end of a warm-up. */
void server_restart(struct server *s, ns_t now);

#endif
