/* SPDX-License-Identifier: Apache-2.0 */
/* How busy shared API servers would be at most, from requests that were answered as they came.
 *
 * Time is cut into slices.  A request counts in every slice that it touches, once among those
 * that are inside and once among those that need a processor, so a slice's count is no less
 * than what was there at any moment of it.  If no slice has more than the servers have seats
 * and processors, nobody would have waited for anybody, and the nodes might as well have been
 * alone.  Where some slice has more that need a processor, the moments within it are looked at
 * (load_exceeds): a slice is longer than what most requests need, so that most of such crowds
 * are none.  Counts of threads add up to the same, whatever the order.  For src/fleet only.
 */
#ifndef FLEET_LOAD_H
#define FLEET_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ns.h"
#include "models/models.h"
#include "sim/calls.h"

#define LOAD_SLICE NS_MS

/* Of one class of calls. */
struct load_of_call {
	uint64_t requests;
	uint64_t took, cpu; /* ns */
};

struct load_spans;

struct load {
	ns_t from; /* of the span that is measured */
	uint32_t slices;
	/* As of load_count. */
	struct load_slice {
		uint16_t inside, running;   /* as many as 65,535 */
	} * slice;                          /* [slices] */
	uint16_t most_inside, most_running; /* of any slice */
	bool used[CALLS_MAX], used_by_owners[CALLS_MAX];
	struct load_of_call measured[CALLS_MAX];
	struct load_of_call owners[CALLS_MAX]; /* the same of who is no node */
	uint64_t told, telling;                /* events, ns of a processor that they need */
	ns_t telling_most;                     /* of one */
	uint64_t busy[SERVERS_MAX];            /* ns of each server's processors, for both */
	uint32_t seconds;                      /* from `from` on */
	/* [seconds]: ns of seats and processors that are taken by what comes in each */
	uint64_t *seat_time, *busy_time;
	/* All of them, one by one: 24 bytes a request, or a telling. */
	struct arena log;
	struct load_spans *spans; /* the last of them first */
	uint32_t n_spans;
};

/* For a run until `until` that is measured from `from` on; memory from mem, and from the heap
 * as requests come: release that with load_fini. */
void load_init(struct load *l, struct arena *mem, ns_t from, ns_t until);
void load_fini(struct load *l);

/* A request came to that server at `at`, took so long in all, and so much of that of a
 * processor. */
void load_add(struct load *l, uint32_t server, uint16_t call, ns_t at, ns_t took, ns_t cpu);

/* The same of a request that is no node's. */
void load_add_owner(
	struct load *l, uint32_t server, uint16_t call, ns_t at, ns_t took, ns_t cpu);

/* So many watchers are told of something by that server, which takes each `cpu` of a processor.
 */
void load_tell(struct load *l, uint32_t server, ns_t at, uint32_t watchers, ns_t cpu);

/* Count in slices what came since this was asked last. */
void load_count(struct load *l);

/* Whether more than `processors` were needed at any one moment, of all that was counted in
 * slices.  Takes time with what is in crowded ones. */
bool load_exceeds(const struct load *l, uint32_t processors);

/* Add what from counted; both are of one run.  from, which adds nothing any more, must live as
 * long as `into` is asked. */
void load_merge(struct load *into, struct load *from);

#endif
