/* SPDX-License-Identifier: Apache-2.0 */
/* A world for the live driver that takes no time: a clock that jumps from event to event, the
 * part of libevent that src/hollow uses, and a wire (client/wire.h) that ends at a store of
 * src/rest in the same process, which answers with the latencies of virtual time.
 *
 * The test is linked with its own event_*, wire_* and clock_gettime in place of the real ones,
 * and hears of every step of every agent, whichever driver makes it (trace.h).
 *
 * The live driver is late by design: its timers are whole milliseconds.  What is due at a
 * moment it does as of that moment, and so does this world: a request that was due at t arrives
 * at t.
 */
#ifndef CONFORMANCE_WORLD_H
#define CONFORMANCE_WORLD_H

#include <stdbool.h>

#include "base/ns.h"
#include "fleet/node.h"
#include "rest/rest.h"

/* What the API server of both drivers takes, without noise. */
struct world_times {
	ns_t answer; /* from a request's arrival to its answer */
	ns_t watch;  /* from a write to its watchers */
	ns_t opens;  /* so much later is a watch of an object told that it is open */
};

struct world_event {
	struct world_event *next;
	ns_t at;
	void (*happens)(struct world_event *e);
	void *whom; /* NULL: nobody waits any more */
	struct rest_reply reply;
	struct str line;
};

/* What a request meets: by what it is and how often its node has made it, so that both drivers'
 * meet the same. */
enum world_fault {
	WORLD_FINE,
	WORLD_ERROR,   /* 500, without a word of when to try again */
	WORLD_RESET,   /* of a write: its connection is closed before the answer */
	WORLD_ENDS,    /* a watch ends early */
	WORLD_GONE,    /* the same, and its version is too old: 410 */
	WORLD_REJECTS, /* 429 with Retry-After */
	WORLD_RESETS_READ,
	WORLD_REFUSES, /* nobody takes its connection */
	WORLD_FAULTS
};
enum world_fault world_meets(const struct node *n, const struct node_request *q);

enum { WORLD_NODES = 2, WORLD_KEYS = 2048, WORLD_SENT = 64, WORLD_EARLY = 20 };
#define WORLD_RETRY_AFTER (3 * NS_S)

/* One at a time: libevent's functions have no other way to it. */
struct world {
	struct world_times times;
	ns_t now;       /* of the clock; it starts above 0 */
	ns_t nominal;   /* as of when things are done */
	bool is_agents; /* what is sent now; else it is users' */
	struct world_event *first;
	struct rest rest;
	uint64_t answers;
	uint32_t faults;             /* a bit each: those that strike */
	enum world_fault fault;      /* of what is sent now */
	struct node_request leaving; /* virtual time: what is sent now */
	/* How often, by a hash; of each node by itself, whose order is the same. */
	uint8_t asked[WORLD_NODES][WORLD_KEYS];
	uint32_t struck[WORLD_FAULTS];
	/* Of the call that is followed: when its tries left, and what they met.  Of three so
	 * many meet something, from one of them on. */
	uint16_t followed;
	uint32_t in_a_row, from;
	ns_t sent_at[WORLD_SENT];
	enum world_fault met[WORLD_SENT];
	uint32_t n_sent;
	uint32_t hung_up; /* a bit each: peers of the wire that closed their connection */
	/* At the end: watches of objects that are open, and of them those that nobody has. */
	uint32_t watches, strays;
};
extern struct world world;

void world_begin(const struct world_times *times);
/* Those of a mask strike from now on, and are counted anew. */
void world_fails(uint32_t faults);
void world_end(void);
/* What somebody asks whom the driver does not know, now; nobody waits for the answer. */
void world_asks(const char *method, const char *path);

/* Have something happen; its owner is told by happens() with the clock at `at` or behind. */
struct world_event *world_at(ns_t at, void (*happens)(struct world_event *e), void *whom);

/* Let the next event happen if it is not behind `until`. */
bool world_step(ns_t until);

#endif
