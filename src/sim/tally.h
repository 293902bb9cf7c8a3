/* SPDX-License-Identifier: Apache-2.0 */
/* What was called: counts by class and outcome, inside windows of time, and per second.
 *
 * Integers only and order does not matter, so tallies of threads add up to the same bytes in
 * any order.  A window has its own counts; the per-second series is optional (NULL).  Owned
 * by the driver; the machines that answer calls count into it.
 */
#ifndef SIM_TALLY_H
#define SIM_TALLY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/ns.h"
#include "sim/calls.h"

enum { TALLY_WINDOWS = 16 };

struct tally_counts {
	uint64_t count[CALLS_MAX][OUTCOME_N];
	uint64_t bytes[CALLS_MAX];
	uint64_t records; /* container records listed */
	uint64_t watch_events;
};

/* A span of time that is counted; for the runtime's calls and the API's it may differ. */
struct tally_window {
	ns_t from[2], until[2]; /* [0] runtime, [1] API */
	struct tally_counts in;
};

/* Read by anyone; written by tally_add and tally.c. */
struct tally {
	uint32_t n_windows;
	struct tally_window *window; /* they do not overlap */
	uint32_t last[2];            /* the window that last counted */
	uint32_t seconds;            /* of the series, from window 0's start; 0: none */
	uint32_t *series;            /* [CALLS_MAX][seconds] */
	void (*trace)(void *ctx, uint16_t call, enum outcome what, ns_t at); /* NULL: off */
	void *trace_ctx;
};

/* Make t count into n windows that the caller sets, with a series over the first of them if
 * seconds > 0.  Memory from mem. */
void tally_init(struct tally *t, struct arena *mem, uint32_t n_windows, uint32_t seconds);

/* Add what from counted; both have the same windows. */
void tally_merge(struct tally *into, const struct tally *from);

/* The counts that `at` falls into, or NULL, when the last window does not have it. */
struct tally_counts *tally_find(struct tally *t, unsigned side, ns_t at);

/* The counts that `at` falls into, or NULL.  side: 0 runtime, 1 API. */
static inline struct tally_counts *tally_at(struct tally *t, unsigned side, ns_t at)
{
	struct tally_window *w = &t->window[t->last[side]];

	if (at >= w->from[side] && at < w->until[side])
		return &w->in;
	return tally_find(t, side, at);
}

/* Count one call at `at`. */
static inline void tally_add(struct tally *t, uint16_t call, enum outcome what, ns_t at)
{
	unsigned side = !call_is_runtime(call);
	struct tally_counts *c = tally_at(t, side, at);

	if (t->trace)
		t->trace(t->trace_ctx, call, what, at);
	if (!c)
		return;
	c->count[call][what]++;
	if (t->seconds && c == &t->window[0].in) {
		uint64_t second = (uint64_t)(at - t->window[0].from[side]) / NS_S;

		if (second < t->seconds)
			t->series[(size_t)call * t->seconds + second]++;
	}
}

#endif
