/* SPDX-License-Identifier: Apache-2.0 */
/* A token bucket with reservations, first come first served.
 *
 * As client-go's flowcontrol limiter (golang.org/x/time/rate with Wait): the bucket starts
 * full, a taker is told at once when it may go, and nobody overtakes.  Kept as the one number
 * that says it all: the instant at which the bucket would be full again.  Exact in integers:
 * a token is `period` nanoseconds.
 */
#ifndef SIM_BUCKET_H
#define SIM_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ns.h"

/* Read by anyone, written here only. */
struct bucket {
	ns_t period;  /* a token's worth of time; 0: no limit */
	ns_t depth;   /* burst * period */
	ns_t full_at; /* when it is full again if nobody takes */
};

/* rate in thousandths of a token a second; below zero: no limit.  burst >= 1. */
static inline void bucket_init(struct bucket *b, int64_t rate_milli, uint32_t burst)
{
	b->period = rate_milli > 0 ? 1000 * NS_S / rate_milli : 0;
	b->depth = b->period * burst;
	b->full_at = 0;
}

/* Take a token: when the taker may go, now or later.  now never goes back. */
static inline ns_t bucket_take(struct bucket *b, ns_t now)
{
	ns_t at;

	if (b->period == 0)
		return now;
	if (b->full_at < now)
		b->full_at = now;
	b->full_at += b->period;
	at = b->full_at - b->depth;
	return at > now ? at : now;
}

/* How long who took last is still to wait. */
static inline ns_t bucket_behind(const struct bucket *b, ns_t now)
{
	return b->full_at - b->depth > now ? b->full_at - b->depth - now : 0;
}

/* Take a token only if there is one now. */
static inline bool bucket_try(struct bucket *b, ns_t now)
{
	ns_t full_at = b->full_at > now ? b->full_at : now;

	if (b->period && full_at + b->period - b->depth > now)
		return false;
	b->full_at = full_at + b->period;
	return true;
}

#endif
