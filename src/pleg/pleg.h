/* SPDX-License-Identifier: Apache-2.0 */
/* PLEG, the pod lifecycle event generator: how a kubelet finds out what its runtime did.
 *
 * Five designs behind one face: per-pod polling (before 1.2), the generic relist, the evented
 * stream, the generic relist with relists on demand (1.36), and a relist whose inspections run
 * side by side (never merged upstream).  A PLEG compares what the runtime lists with what it
 * saw before, inspects the pods that changed, keeps the pod cache and emits events.  It has a
 * few actors (its goroutines); each is stepped when its time has come or its call has been
 * answered, and then wants to sleep, to call or to wait.  It makes no call itself.
 *
 * Sources: pkg/kubelet/pleg/generic.go (v1.20.2) relist, updateCache, generateEvents;
 * evented.go and kubelet.go (KEP-3386); pull request 137362 (1.36).
 */
#ifndef PLEG_PLEG_H
#define PLEG_PLEG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/fifo.h"
#include "sim/chain.h"
#include "sim/records.h"

enum pleg_kind {
	PLEG_KIND_POLLING,
	PLEG_KIND_GENERIC,
	PLEG_KIND_EVENTED,
	PLEG_KIND_ONDEMAND,
	PLEG_KIND_PARALLEL
};

enum {
	PLEG_LOOP,       /* the relist; polling: the resync ticker */
	PLEG_SIDE,       /* evented: the stream; polling: the cache refresher */
	PLEG_UPDATE,     /* evented: the global update of the cache */
	PLEG_INSPECTORS, /* parallel: this and the workers behind it */
	PLEG_WORKERS_MAX = 16,
	PLEG_ACTORS = PLEG_INSPECTORS + PLEG_WORKERS_MAX,
	PLEG_SANDBOX = 255, /* a pleg_event's container: the sandbox */
};

struct pleg_params {
	enum pleg_kind kind;
	bool docker; /* sandboxes are containers like others; no filtered lists */
	bool reinspect;
	uint32_t pods, containers;
	uint32_t workers;
	uint32_t channel;  /* events that wait at most; more are dropped */
	uint32_t requests; /* ondemand: the same of requests */
	ns_t period;       /* relist, sliding; polling: ticker */
	ns_t threshold;
	ns_t fallback_period, fallback_threshold; /* evented, after its retries */
	uint32_t stream_retries;
	ns_t update_period;
	ns_t refresh_period, refresh_idle; /* polling */
	struct stock *chunks; /* of events, of PLEGs of one thread; NULL: each has its own */
};

enum pleg_event_kind { PLEG_STARTED, PLEG_DIED, PLEG_REMOVED };

struct pleg_event {
	uint16_t pod;
	uint16_t instance;
	uint8_t container; /* or PLEG_SANDBOX */
	uint8_t kind;
};

/* What an actor wants after a step. */
enum pleg_want_kind { PLEG_SLEEPS, PLEG_CALLS, PLEG_WAITS };

struct pleg_want {
	enum pleg_want_kind kind;
	ns_t until;                /* sleeps; without the lateness of timers */
	const struct chain *chain; /* calls; until the PLEG's next step */
	uint32_t wake;             /* bits of other actors to step now */
	bool release_all;          /* polling: every pod is to be synced now */
	bool cache_changed;        /* somebody who waits for the pod cache may go on */
	bool relisted;             /* a relist ended that began at began_at, well or not */
	ns_t began_at;
	ns_t before_at; /* the last that listed before began; -1: there is none */
};

/* Read by anyone, written by src/pleg only.  Per pod with C containers: 30 + 6 C bytes. */
struct pleg {
	const struct pleg_params *params;
	ns_t period, threshold; /* in force */
	ns_t last_relist;       /* start of the last that listed; -1: none yet */
	ns_t relist_before;     /* start of the one before it */
	uint64_t cache_version; /* grows with every change of the pod cache */
	ns_t cache_time;        /* every pod is known as of then */
	uint8_t state[PLEG_ACTORS];
	uint16_t at_pod[PLEG_ACTORS]; /* whom an actor inspects */
	ns_t asked_at[PLEG_ACTORS];
	ns_t began_at;    /* the relist under way */
	ns_t next_relist; /* ondemand: when the sleep that a request interrupts would end */
	uint64_t seen_changes;
	uint32_t n_todo; /* pods that wait for inspection in this relist */
	uint32_t next_todo;
	uint32_t n_reinspect;
	uint32_t inspecting;     /* inspections under way */
	uint32_t attempts;       /* evented */
	ns_t last_request;       /* polling */
	struct chain poll_chain; /* of the pod that was asked for last */
	struct chain lists;      /* of a relist */
	struct chain once;       /* whatever else is wanted */
	uint8_t *flags;          /* [pods] */
	ns_t *pod_time;          /* [pods]: the pod cache's time of that pod */
	sandbox_t *old_sandbox, *cur_sandbox, *sandbox; /* [pods]; sandbox: the pod cache */
	record_t *old, *cur, *cached;                   /* [pods * containers] */
	struct stock *chunks, own_chunks;
	struct fifo events; /* struct pleg_event */
	uint64_t dropped;
	uint16_t *request; /* ondemand: a ring */
	uint32_t request_head, n_requests;
	uint32_t n_old_requests; /* of them older than the relist under way */
};

/* Of a stock of chunks (base/fifo.h): how many a PLEG takes at most. */
uint32_t pleg_chunks(const struct pleg_params *params);

/* A PLEG that has seen nothing.  Memory from mem; params must outlive it. */
void pleg_init(struct pleg *g, const struct pleg_params *params, struct arena *mem);

/* Take the runtime's present state as known, as after a long quiet time before `now`. */
void pleg_settle(struct pleg *g, ns_t now, const struct records *view);

/* Step an actor whose sleep is over, or whose call was answered so.  view is the runtime as
 * it lists itself now. */
void pleg_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want);

/* Whether the relist that waits for its lists will find nothing new in them, as long as the
 * runtime stays as it is; then, in place of a step, that it did and is over. */
bool pleg_will_rest(const struct pleg *g, const struct records *view);
void pleg_rested(struct pleg *g);

/* How many actors the design has, from PLEG_LOOP on. */
unsigned pleg_actors(const struct pleg_params *params);

/* Take the oldest event; there must be one (events.n > 0). */
struct pleg_event pleg_take(struct pleg *g);

/* Whether the pod's status is known as of later than `then`.  (container/cache.go
 * GetNewerThan: released by a Set of that pod or by an update of the whole.) */
static inline bool pleg_knows(const struct pleg *g, uint32_t pod, ns_t then)
{
	return g->pod_time[pod] > then || g->cache_time > then;
}

/* Whether what is known of it is that the last inspection failed: a worker that asks for the
 * status is given that error (container/cache.go). */
bool pleg_has_error(const struct pleg *g, uint32_t pod);

/* Whether the runtime counts as healthy: the START of the last relist is not too old, and there
 * was one (generic.go Healthy: "pleg has yet to be successful"), if only before pleg_settle. */
static inline bool pleg_is_healthy(const struct pleg *g, ns_t now)
{
	ns_t last = g->last_relist >= 0 ? g->last_relist : g->cache_time;

	return last >= 0 && now - last <= g->threshold;
}

/* Evented: the stream has been open for long. */
void pleg_stream_opened(struct pleg *g);

/* evented: whether the stream is open, or about to be. */
bool pleg_stream_is_open(const struct pleg *g);

/* evented: the stream told of a container. */
void pleg_stream_event(struct pleg *g, ns_t now, uint32_t pod, const struct records *view);

/* ondemand: a worker acted on the pod and wants it looked at.  True if the loop is to be
 * stepped now. */
bool pleg_request(struct pleg *g, ns_t now, uint32_t pod);

/* polling: a worker begins its sync.  True if the runtime cache has to be listed first (the
 * others of the burst share it); *refresher if PLEG_SIDE is to be stepped now. */
bool pleg_poll_begins(struct pleg *g, ns_t now, ns_t last_sync, bool *refresher);

/* polling: the calls of one pod's sync, until it is asked for the next; a sync that creates the
 * pod lacks the first status. */
const struct chain *pleg_poll_chain(struct pleg *g, uint32_t pod, const struct records *view);

/* polling: the period begins anew. */
void pleg_poll_restarts(struct pleg *g, ns_t now);

/* polling: the sync's status is here; events follow from what changed. */
void pleg_poll_ends(struct pleg *g, ns_t now, uint32_t pod, const struct records *view);

/* The pod was asked for outside a relist, and this is how it is. */
void pleg_cache_now(struct pleg *g, uint32_t pod, ns_t now, const struct records *view);

/* The pod is gone from the node: forget what was cached of it. */
void pleg_forget(struct pleg *g, uint32_t pod);

#endif
