/* SPDX-License-Identifier: Apache-2.0 */
/* A histogram of durations.
 *
 * Log-linear: every octave has 32 buckets of equal width, so a quantile is
 * within 1/64 (1.6 %) of the truth from 1 us (2^10 ns) up to 2^43 ns (2.4
 * hours); below 1 us the buckets are 32 ns wide, and what is longer counts in
 * the last one.  Smallest, largest, count and sum are exact.  Integers only:
 * the same durations in any order, merged in any grouping, give the same bits.
 *
 * 8.7 KB each: for a fleet and a kind of call, not for every node.
 */
#ifndef NODETOLL_BASE_HIST_H
#define NODETOLL_BASE_HIST_H

#include "base/ns.h"

#include <assert.h>
#include <stdint.h>

enum {
	HIST_SUB_BITS = 5,  /* 32 buckets an octave */
	HIST_LOW_BITS = 10, /* the first octave starts at 2^10 ns */
	HIST_HIGH_BITS = 43,
	HIST_BUCKETS = (HIST_HIGH_BITS - HIST_LOW_BITS + 1) << HIST_SUB_BITS,
};

/* Read by anyone.  All zero but min is empty; start with hist_reset. */
struct hist {
	uint64_t n;
	uint64_t sum; /* ns; stays at UINT64_MAX when it would overflow (584 years) */
	ns_t min;     /* NS_NEVER while empty */
	ns_t max;     /* 0 while empty */
	uint64_t bucket[HIST_BUCKETS];
};

/* The bucket that counts v >= 0. */
static inline uint32_t hist_bucket(ns_t v)
{
	uint64_t u = (uint64_t)v;
	uint32_t octave;

	if (u < UINT64_C(1) << HIST_LOW_BITS)
		return (uint32_t)(u >> (HIST_LOW_BITS - HIST_SUB_BITS));
	if (u >= UINT64_C(1) << HIST_HIGH_BITS)
		return HIST_BUCKETS - 1;
	octave = 63u - (uint32_t)__builtin_clzll(u);
	/* The top bit of the shifted value is always set: it carries into the octave. */
	return ((octave - HIST_LOW_BITS) << HIST_SUB_BITS) +
	       (uint32_t)(u >> (octave - HIST_SUB_BITS));
}

/* Count v (>= 0) n times. */
static inline void hist_add_n(struct hist *h, ns_t v, uint64_t n)
{
	uint64_t total;

	assert(v >= 0);
	if (n == 0)
		return;
	h->bucket[hist_bucket(v)] += n;
	h->n += n;
	if (__builtin_mul_overflow((uint64_t)v, n, &total) ||
		__builtin_add_overflow(h->sum, total, &h->sum))
		h->sum = UINT64_MAX;
	h->min = v < h->min ? v : h->min;
	h->max = v > h->max ? v : h->max;
}

/* Count v (>= 0) once. */
static inline void hist_add(struct hist *h, ns_t v)
{
	hist_add_n(h, v, 1);
}

/* Make h empty. */
void hist_reset(struct hist *h);

/* Count in into what from has counted. */
void hist_merge(struct hist *into, const struct hist *from);

/* What h has counted since it was `before`, into *out.  As close as buckets are, the smallest
 * and the largest too; out->sum is exact unless one of them has overflown. */
void hist_since(const struct hist *h, const struct hist *before, struct hist *out);

/* The middle of a bucket: at most half a bucket from anything in it. */
ns_t hist_middle(uint32_t bucket);

/* The duration that per_million of a million are not longer than: 500000 is
 * the median, 0 the smallest, 1000000 the largest.  0 if h is empty. */
ns_t hist_quantile(const struct hist *h, uint32_t per_million);

/* The mean, rounded down; 0 if h is empty. */
ns_t hist_mean(const struct hist *h);

#endif
