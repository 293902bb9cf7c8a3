/* SPDX-License-Identifier: Apache-2.0 */
/* What was called: counts by class and outcome, inside windows of time, and per second; and, if
 * asked for, how long each call took.
 *
 * Integers only and order does not matter, so tallies of threads add up to the same bytes in
 * any order.  A window has its own counts; the per-second series is optional.  Owned by the
 * driver; the machines that answer calls count into it.  Calls come nearly in the order of
 * time, so the spot where the last one was counted is remembered: a window and a second.
 */
#ifndef SIM_TALLY_H
#define SIM_TALLY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/hist.h"
#include "base/ns.h"
#include "sim/calls.h"

enum { TALLY_WINDOWS = 16 };

#define TALLY_UNKNOWN ((ns_t)-1) /* took: of a call that is a part of another */

struct tally_counts {
	uint64_t count[CALLS_MAX][OUTCOME_N];
	uint64_t bytes[CALLS_MAX];
	uint64_t unsized[CALLS_MAX]; /* requests with OUTCOME_OK whose size nobody says */
	uint64_t marked_pods; /* of DELETEs with OUTCOME_OK, those that say that one is to go */
	uint64_t quorum[CALLS_MAX]; /* of OUTCOME_OK, those that asked for what etcd has */
	uint64_t worked[OP_N];      /* ns that calls took which shared processors */
	uint64_t records;           /* container records listed */
	uint64_t watch_events;
};

/* A span of time that is counted; for the runtime's calls and the API's it may differ. */
struct tally_window {
	ns_t from[2], until[2]; /* [0] runtime, [1] API */
	struct tally_counts in;
};

/* From `from` on and before `until`, calls go into `in` (NULL: nowhere) and into `second`. */
struct tally_spot {
	ns_t from, until;
	struct tally_counts *in;
	uint32_t *second; /* of the first class, of any outcome, or NULL */
	uint32_t stride;  /* from there to the next class */
	size_t outcomes;  /* to the next outcome */
};

/* How long the calls of window 0 took.  10 MB, of which pages that no call needs stay
 * untouched: for runs that tell it. */
struct tally_times {
	/* From the moment its caller wanted a call to its answer.  A watch: until it is open.
	 */
	struct hist took[CALLS_MAX][OUTCOME_N];
	/* Of that, in the limiter of its client. */
	struct hist held[CALLS_MAX - CALL_API][OUTCOME_N];
	/* At the server, as objectives measure it: from a request's arrival to its answer, or
	 * without what that was in queues; every try by itself, those that were rejected left
	 * out. */
	struct hist served[CALLS_MAX - CALL_API];
};

/* A call as a trace hears it. */
struct tally_call {
	uint16_t call;
	enum outcome what;
	ns_t at;                 /* when it was answered (runtime) or sent (API) */
	ns_t took, held, served; /* as in tally_times, or TALLY_UNKNOWN */
};

/* Read by anyone; written by the functions here and tally.c. */
struct tally {
	uint32_t n_windows;
	struct tally_window *window; /* they do not overlap; the caller sets their times */
	struct tally_spot spot[2];
	uint32_t seconds; /* of the series, from window 0's start; 0: none */
	/* [OUTCOME_N][CALLS_MAX][stride]: a class's seconds side by side, so that what counts
	 * again and again stays in reach; in place of OUTCOME_OK those of any outcome, so that
	 * a call that is well counts once.  Pages that no failure needs stay untouched. */
	uint32_t *series;
	uint32_t stride;    /* >= seconds */
	uint32_t *rejected; /* [seconds]: requests, of all classes */
	bool each;          /* every call is looked at by itself: there are times or a trace */
	struct tally_times *times;                               /* NULL: off */
	void (*trace)(void *ctx, const struct tally_call *call); /* NULL: off */
	void *trace_ctx;
};

/* Make t count into n windows that the caller sets, with a series over the first of them if
 * seconds > 0.  Memory from mem. */
void tally_init(struct tally *t, struct arena *mem, uint32_t n_windows, uint32_t seconds);

/* Keep times from now on; memory from mem. */
void tally_keep_times(struct tally *t, struct arena *mem);

/* Let trace hear of every call from now on, in a window or not; NULL: of none. */
void tally_trace(
	struct tally *t, void (*trace)(void *ctx, const struct tally_call *call), void *ctx);

/* Add what from counted; both have the same windows, and times or not. */
void tally_merge(struct tally *into, const struct tally *from);

/* Calls of that class in one second of window 0. */
static inline uint32_t tally_second(const struct tally *t, uint32_t call, uint32_t second)
{
	return t->series[(size_t)call * t->stride + second];
}

/* The same, of those with that outcome. */
uint32_t tally_second_of(
	const struct tally *t, uint32_t call, enum outcome what, uint32_t second);

/* A request was rejected at `at`: only the series tells those apart. */
void tally_reject(struct tally *t, ns_t at);

/* Move the spot of that side to `at`. */
void tally_seek(struct tally *t, unsigned side, ns_t at);

/* Where a call at `at` counts.  side: 0 runtime, 1 API. */
static inline struct tally_spot *tally_spot(struct tally *t, unsigned side, ns_t at)
{
	struct tally_spot *s = &t->spot[side];

	if (at < s->from || at >= s->until)
		tally_seek(t, side, at);
	return s;
}

/* Count n calls in the series alone. */
static inline void tally_count_second(const struct tally_spot *s, uint16_t call, uint32_t n)
{
	if (s->second)
		s->second[(size_t)call * s->stride] += n;
}

/* Count n calls at a spot. */
static inline void tally_count(
	struct tally_spot *s, uint16_t call, enum outcome what, uint32_t n)
{
	if (!s->in)
		return;
	s->in->count[call][what] += n;
	if (!s->second)
		return;
	s->second[(size_t)call * s->stride] += n;
	if (what != OUTCOME_OK)
		s->second[what * s->outcomes + (size_t)call * s->stride] += n;
}

/* For tally_timed: the times and the trace of a call. */
void tally_each(struct tally *t, const struct tally_call *call);

/* Count one call. */
static inline void tally_timed(struct tally *t, struct tally_call c)
{
	tally_count(tally_spot(t, !call_is_runtime(c.call), c.at), c.call, c.what, 1);
	if (t->each)
		tally_each(t, &c);
}

/* Count one call of which no time is known. */
static inline void tally_add(struct tally *t, uint16_t call, enum outcome what, ns_t at)
{
	tally_timed(t, (struct tally_call){
			       call, what, at, TALLY_UNKNOWN, TALLY_UNKNOWN, TALLY_UNKNOWN});
}

#endif
