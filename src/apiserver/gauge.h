/* SPDX-License-Identifier: Apache-2.0 */
/* A number that goes up and down: how many now, the most, and its integral over time, from
 * which means follow.  Integers, so that an integral is exact. */
#ifndef APISERVER_GAUGE_H
#define APISERVER_GAUGE_H

#include <stdint.h>

#include "base/ns.h"

struct gauge {
	uint32_t n, max;
	uint64_t sum; /* of n times the time that it was n, until `at` */
	ns_t at;
};

/* The integral until now: nanoseconds times whatever is counted. */
static inline uint64_t gauge_sum(const struct gauge *g, ns_t now)
{
	return g->sum + (uint64_t)(now - g->at) * g->n;
}

/* It becomes n at `now`. */
static inline void gauge_set(struct gauge *g, ns_t now, uint32_t n)
{
	g->sum = gauge_sum(g, now);
	g->at = now;
	g->n = n;
	g->max = n > g->max ? n : g->max;
}

/* Measure anew: what there is stays, what was is forgotten. */
static inline void gauge_restart(struct gauge *g, ns_t now)
{
	*g = (struct gauge){.n = g->n, .max = g->n, .at = now};
}

#endif
