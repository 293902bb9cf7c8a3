/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let into an API server: its seats, and who waits for them.
 *
 * Either the two limits on requests in flight, readonly and mutating, over which a request is
 * rejected at once; or priority and fairness: levels with seats of their own, in each of them
 * queues, and dispatch from the queue that has had the least service.  A level without queues
 * rejects at once too, so the two limits are kept as two such levels.
 *
 * It knows requests by the caller's slot numbers.  What a request does on its seat, and for how
 * long, is the caller's.  Integers only; nothing is allocated after flow_init.
 */
#ifndef APISERVER_FLOW_H
#define APISERVER_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "apiserver/borrow.h"
#include "apiserver/gauge.h"
#include "base/arena.h"
#include "base/ns.h"
#include "sim/calls.h"

enum {
	FLOW_LEVELS = 12,
	FLOW_HAND_MAX = 15, /* apiserver/pkg/util/shufflesharding/dealer.go, Deal */
	FLOW_NO_LEVEL = 255
};

/* Levels without fairness. */
enum { FLOW_READONLY, FLOW_MUTATING };

/* One level.  seats > 0; queues 0: none, a request without a seat is rejected at once;
 * otherwise 0 < hand <= queues, hand <= FLOW_HAND_MAX and queue_length > 0. */
struct flow_level {
	uint32_t seats, queues, hand, queue_length;
	uint32_t lends;   /* <= seats, to levels that ask for more */
	uint32_t borrows; /* at most, of others */
};

/* Who compiles a model refuses what is against these rules; flow_init asserts them. */
struct flow_params {
	bool fair;
	/* Not fair: seats for reads and for writes, 0: no limit (--max-requests-inflight and
	 * --max-mutating-requests-inflight). */
	uint32_t readonly, mutating;
	bool shared; /* to 1.5: writes take the seats of reads */
	/* Fair: */
	uint32_t n_levels;
	struct flow_level level[FLOW_LEVELS];
	uint8_t level_of[CALLS_MAX]; /* < n_levels for every call that comes */
	/* Needed if a level has queues.  Whoever has waited wait_limit is rejected when the
	 * next joins its queue, and whoever has waited wait_end (>= wait_limit) leaves whether
	 * or not anyone joins.  To 1.28: a quarter of the request timeout, 15 s, and that
	 * timeout, 60 s; since 1.29 both are 15 s (k/k#119799, #120222). */
	ns_t wait_limit, wait_end;
	ns_t lend_every; /* seats are shared out anew; 0: never (to 1.25) */
	/* > 0: what a seat is charged until the end of a request shows what that took.  A
	 * minute to 1.22, 3 ms since 1.23 (k/k#104806). */
	ns_t guess;
	/* Since 1.23 (k/k#105160, #105243): a flow joins the queue of its hand in which the
	 * fewest seats are waited for, and not the shortest; and no queue's service begins
	 * before whoever is its head has come, where before it began no earlier than now. */
	bool by_seats;
};

/* Of one level, since the beginning or flow_restart. */
struct flow_counts {
	uint64_t arrived;
	uint64_t dispatched; /* got a seat, at once or from a queue */
	uint64_t waited;     /* had no seat when they came and joined a queue */
	uint64_t rejected;   /* no seat and no place in the queue */
	uint64_t expired;    /* waited too long, see wait_limit and wait_end */
	uint64_t abandoned;  /* their client hung up while they waited */
	struct gauge seats, queued;
	struct gauge limit; /* seats that there are, with those borrowed and without those lent
			     */
};

enum flow_verdict { FLOW_ADMITS, FLOW_QUEUES, FLOW_REJECTS };

#define FLOW_NOBODY UINT32_MAX

struct flow_queue {
	uint32_t head, tail, length; /* who waits */
	uint32_t seated;             /* who came from here and has a seat */
	uint32_t seats;              /* that they take */
	uint32_t wanted;             /* seats that those who wait will take */
	int64_t start;               /* virtual: when its head's service would begin */
};

/* A level at work. */
struct flow_set {
	struct flow_level params;
	struct flow_queue *queue; /* [params.queues] */
	uint32_t robin;           /* the queue that was dispatched from last */
	uint32_t active;          /* queues that have somebody, waiting or on a seat */
	uint32_t wanted;          /* seats that those who wait will take */
	uint32_t joined;          /* how many have come to its queues */
	struct borrower seats;
	int64_t virtual_time; /* service that each active queue should have had by now */
	ns_t at;              /* when that was */
	struct flow_counts counts;
};

enum flow_state { FLOW_OUT, FLOW_WAITING, FLOW_SEATED, FLOW_EXPIRED };

/* Where a request is. */
struct flow_slot {
	ns_t since;            /* in this state */
	int64_t came;          /* virtual: when it joined its queue */
	uint32_t next;         /* in its queue or among the due */
	uint32_t older, newer; /* of all that wait */
	uint32_t queue;
	uint16_t width; /* seats that it takes */
	uint8_t level, state;
};

/* Read by anyone; written by flow.c only. */
struct flow {
	const struct flow_params *params;
	uint32_t n_levels, capacity;
	struct flow_set level[FLOW_LEVELS];
	struct flow_slot *slot;  /* [capacity] */
	uint32_t oldest, newest; /* of all that wait */
	uint32_t due, due_last;  /* admitted or expired, not yet taken */
	ns_t lends_at;           /* seats are shared out anew then; NS_NEVER */
};

/* Nobody there.  Slots are 0 to capacity - 1; params must outlive f. */
void flow_init(
	struct flow *f, const struct flow_params *params, struct arena *mem, uint32_t capacity);

/* It begins at `now`, not at 0, and nobody has come. */
void flow_begins(struct flow *f, ns_t now);

/* The level of a call. */
uint8_t flow_level_of(const struct flow_params *p, uint16_t call, bool mutating);

/* Somebody comes: `flow` is who sends (any number, it is hashed).  FLOW_QUEUES: flow_take will
 * tell of the slot.  Expires who has waited too long in the queue that it joins. */
enum flow_verdict flow_arrive(
	struct flow *f, ns_t now, uint8_t level, uint32_t flow, uint32_t slot);

/* The same with a request that takes `width` seats, > 0, or all of a level that has fewer. */
enum flow_verdict flow_arrive_wide(
	struct flow *f, ns_t now, uint8_t level, uint32_t flow, uint32_t slot, uint16_t width);

/* Who was admitted gives its seat back. */
void flow_leave(struct flow *f, ns_t now, uint32_t slot);

/* Who waits hung up; nothing will be told of it. */
void flow_abandon(struct flow *f, ns_t now, uint32_t slot);

/* When somebody will have waited to the end; NS_NEVER. */
ns_t flow_next_at(const struct flow *f);

/* That has come: expire it. */
void flow_expire(struct flow *f, ns_t now);

/* At f->lends_at: levels lend each other seats. */
void flow_lend(struct flow *f, ns_t now);

/* Who got a seat, or, *admitted false, has expired, in this order, after any of the above;
 * false: nobody more. */
bool flow_take(struct flow *f, uint32_t *slot, bool *admitted);

/* `hand` of so many queues, distinct, in the order in which they are dealt. */
void flow_deal(uint64_t hash, uint32_t queues, uint32_t hand, uint32_t dealt[]);

/* The l->hand queues that a flow may join at a level with queues. */
void flow_hand(const struct flow_level *l, uint32_t flow, uint32_t hand[]);

/* Count anew. */
void flow_restart(struct flow *f, ns_t now);

#endif
