/* SPDX-License-Identifier: Apache-2.0 */
/* Properties that hold for many random inputs.
 *
 * property_each runs a property with seeds 1 to n, or with the one that the environment's
 * SEED names; a failing HOLDS prints that SEED=, so that the same input comes again.
 */
#ifndef NODETOLL_TESTS_LIB_PROPERTY_H
#define NODETOLL_TESTS_LIB_PROPERTY_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/rng.h"
#include "tcase.h"

struct property {
	uint64_t seed;
	uint32_t draws;
};

/* Uniform in [0, n). */
static inline uint32_t property_below(struct property *p, uint32_t n)
{
	return (uint32_t)rng_below(rng_draw(p->seed, 0, 0, p->draws++), n);
}

/* Uniform in [lo, hi). */
static inline ns_t property_span(struct property *p, ns_t lo, ns_t hi)
{
	return rng_span(rng_draw(p->seed, 1, 0, p->draws++), lo, hi);
}

static inline const char *property_one_of(
	struct property *p, const char *const *words, uint32_t n)
{
	return words[property_below(p, n)];
}

/* One word of an array of them. */
#define ONE_OF(p, words) property_one_of((p), (words), sizeof(words) / sizeof((words)[0]))

static inline void property_each(uint64_t n, void (*holds)(struct property *))
{
	const char *only = getenv("SEED");
	uint64_t from = only ? strtoull(only, NULL, 10) : 1;
	uint64_t last = only ? from : n;

	for (uint64_t seed = from; seed <= last; seed++) {
		struct property p = {.seed = seed};

		holds(&p);
	}
}

#define HOLDS(p, fact)                                                                         \
	do {                                                                                   \
		if (!(fact))                                                                   \
			fail_msg("%s does not hold: SEED=%" PRIu64, #fact, (p)->seed);         \
	} while (0)

#endif
