/* SPDX-License-Identifier: Apache-2.0 */
/* A share of many: to the last one as many as it says, and which ones is chance.
 *
 * Everybody has a place in an order that the key makes.  What a share of each one's items
 * leaves as a fraction is rounded up for as many as make the sum of all the nearest whole
 * number: one knows how many are its own without asking the others.  Integers alone.
 */
#ifndef NODETOLL_BASE_PART_H
#define NODETOLL_BASE_PART_H

#include <assert.h>
#include <stdbool.h>

#include "base/rng.h"

#define PART_PPM 1000000u /* shares are parts of this */

/* The share of n, the nearest whole number. */
static inline uint64_t part_of(uint64_t n, int64_t share)
{
	return (uint64_t)(((rng_u128)n * (uint64_t)share + PART_PPM / 2) / PART_PPM);
}

/* i of n in an order by chance: each has another place in [0, n).  A Feistel network permutes
 * the smallest 4^k >= n; what it puts outside goes through it again; all is turned by chance,
 * so that every place is as likely for everybody. */
static inline uint32_t part_place(uint64_t key, uint32_t n, uint32_t i)
{
	uint32_t half = 0, at = i;

	assert(i < n && n <= UINT32_C(1) << 31);
	while (UINT64_C(1) << 2 * half < n)
		half++;
	do {
		uint32_t mask = (UINT32_C(1) << half) - 1, l = at >> half, r = at & mask;

		for (uint32_t round = 0; round < 6; round++) {
			uint32_t next = l ^ ((uint32_t)rng_draw(key, 0, r, round) & mask);

			l = r;
			r = next;
		}
		at = l << half | r;
	} while (at >= n);
	return (uint32_t)((at + rng_below(rng_draw(key, 1, 0, 0), n)) % n);
}

/* What one at that place among n rounds up with, in parts of PART_PPM: its share of so many
 * items is (items * share + this) / PART_PPM. */
static inline uint32_t part_rounds_up(uint32_t place, uint32_t n)
{
	return (uint32_t)((2 * (uint64_t)place + 1) * PART_PPM / (2 * (uint64_t)n));
}

/* Whether one at that place among n has something of which that share of all has one. */
static inline bool part_has(uint32_t place, uint32_t n, int64_t share)
{
	return place < part_of(n, share);
}

#endif
