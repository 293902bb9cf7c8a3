/* SPDX-License-Identifier: Apache-2.0 */
/* Time: nanoseconds on the run's own clock.
 *
 * A moment is the nanoseconds since the run began; a span is a difference of
 * two.  Nothing here knows the wall clock.  NS_NEVER is "no such moment" and
 * sorts after every real one; ns_add keeps it, so that the next wake-up of an
 * idle component plus any delay is still never.
 */
#ifndef NODETOLL_BASE_NS_H
#define NODETOLL_BASE_NS_H

#include <stdint.h>

typedef int64_t ns_t;

#define NS_NEVER INT64_MAX
#define NS_US    ((ns_t)1000)
#define NS_MS    ((ns_t)1000000)
#define NS_S     ((ns_t)1000000000)
#define NS_MIN   ((ns_t)60000000000)
#define NS_HOUR  ((ns_t)3600000000000)

/* a + b for spans b >= 0; NS_NEVER where the sum cannot be told or a is never. */
static inline ns_t ns_add(ns_t a, ns_t b)
{
	ns_t sum;

	if (a == NS_NEVER || b == NS_NEVER || __builtin_add_overflow(a, b, &sum))
		return NS_NEVER;
	return sum;
}

/* The earlier of two moments. */
static inline ns_t ns_min(ns_t a, ns_t b)
{
	return a < b ? a : b;
}

/* The later of two moments. */
static inline ns_t ns_max(ns_t a, ns_t b)
{
	return a > b ? a : b;
}

#endif
