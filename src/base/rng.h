/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that remember nothing.
 *
 * A draw is a hash of what it is for: (seed, node, purpose, item, count).
 * There is no stream to advance, so a new draw in one place disturbs no other,
 * nodes may run in any order, and two scenarios that differ in one field draw
 * the same numbers everywhere else.  Not for cryptography.
 *
 * Pinned by tests: a change to any constant here changes every result.
 */
#ifndef NODETOLL_BASE_RNG_H
#define NODETOLL_BASE_RNG_H

#include "base/ns.h"

#include <stdint.h>

__extension__ typedef unsigned __int128 rng_u128;

/* The golden ratio in 64 bits: consecutive counts land far apart. */
#define RNG_STEP UINT64_C(0x9e3779b97f4a7c15)

/* The finalizer of splitmix64: a bijection in which every input bit moves
 * about half of the output bits.  rng_mix(0) is 0. */
static inline uint64_t rng_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* The key of one node in the run with this seed; made once, kept by the node. */
static inline uint64_t rng_key(uint64_t seed, uint32_t node)
{
	return rng_mix(rng_mix(seed) + ((uint64_t)node + 1) * RNG_STEP);
}

/* As rng_draw, purpose and item in one number. */
static inline uint64_t rng_draw_for(uint64_t key, uint64_t what, uint32_t count)
{
	return rng_mix(rng_mix(key ^ what) + ((uint64_t)count + 1) * RNG_STEP);
}

/* 64 random bits for the count-th draw of this purpose about this item (a pod
 * index, say).  The same arguments always give the same bits. */
static inline uint64_t rng_draw(uint64_t key, uint32_t purpose, uint32_t item, uint32_t count)
{
	return rng_draw_for(key, (uint64_t)purpose << 32 | item, count);
}

/* A name as a number (FNV-1a): who is drawn for is told apart by it, not by its place among
 * others, which changes when one comes or goes. */
static inline uint32_t rng_name(const char *name)
{
	uint32_t h = 2166136261u;

	for (const char *c = name; *c; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	return h;
}

/* Uniform in [0, n) from 64 random bits; 0 if n is 0.  The bias is below
 * n / 2^64, far under anything a run could show. */
static inline uint64_t rng_below(uint64_t draw, uint64_t n)
{
	return (uint64_t)(((rng_u128)draw * n) >> 64);
}

/* Uniform in [lo, hi) from 64 random bits; lo if the span is empty. */
static inline ns_t rng_span(uint64_t draw, ns_t lo, ns_t hi)
{
	if (hi <= lo)
		return lo;
	return (ns_t)((uint64_t)lo + rng_below(draw, (uint64_t)hi - (uint64_t)lo));
}

/* How long it still takes, from any moment, to the end of a gap, where gaps are uniform in
 * [lo, hi) and one follows the other: a timer with jitter that has run for long.  The density
 * is that of a gap lasting longer, so even up to lo and then falling to 0 in a straight line,
 * like that of the lesser of two draws over hi - lo.  It has half a rectangle's area there;
 * what the first draw says of that half is the first of the two. */
static inline ns_t rng_residual(uint64_t draw, ns_t lo, ns_t hi)
{
	ns_t spread = hi > lo ? hi - lo : 0;
	ns_t at = rng_span(draw, 0, lo + spread / 2);

	if (at < lo)
		return at;
	return lo + ns_min(2 * (at - lo), rng_span(rng_mix(draw + RNG_STEP), 0, spread));
}

#endif
