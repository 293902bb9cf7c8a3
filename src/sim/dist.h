/* SPDX-License-Identifier: Apache-2.0 */
/* A latency that can be drawn from: a mean that grows with the records listed, and a shape.
 *
 * The shape is the inverse distribution function relative to the mean, piecewise linear
 * through the median and the 99th percentile, as a table of integer factors with mean one.
 * Drawing is a table look-up and two multiplications; no state, no floating point.
 */
#ifndef SIM_DIST_H
#define SIM_DIST_H

#include <stdint.h>

#include "base/ns.h"

enum { DIST_BITS = 7, DIST_STEPS = 1 << DIST_BITS, DIST_ONE_BITS = 12 };

/* Read by anyone, written by dist.c only. */
struct dist {
	ns_t mean;
	ns_t per_record;
	uint32_t factor[DIST_STEPS + 1]; /* 1 << DIST_ONE_BITS is the mean */
};

/* Median and 99th percentile are p50 and p99 millionths of the mean; values that no
 * distribution with that mean has are moved to the nearest it has.  0, 0 means "always the
 * mean". */
void dist_init(struct dist *d, ns_t mean, ns_t per_record, int64_t p50, int64_t p99);

/* The mean of calls that return so many records. */
static inline uint64_t dist_mean(const struct dist *d, uint32_t records)
{
	return (uint64_t)d->mean + (uint64_t)d->per_record * records;
}

/* One latency around that mean, at least 1 ns, from 64 random bits. */
static inline ns_t dist_draw_around(const struct dist *d, uint64_t mean, uint64_t draw)
{
	uint64_t step = draw >> (64 - DIST_BITS);
	uint64_t part = draw >> (64 - DIST_BITS - 16) & 0xffff;
	uint64_t low = d->factor[step];
	uint64_t factor = low + ((d->factor[step + 1] - low) * part >> 16);

	return (ns_t)(mean * factor >> DIST_ONE_BITS) + 1;
}

/* One latency of a call that returns so many records. */
static inline ns_t dist_draw(const struct dist *d, uint64_t draw, uint32_t records)
{
	return dist_draw_around(d, dist_mean(d, records), draw);
}

#endif
