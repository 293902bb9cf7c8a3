/* SPDX-License-Identifier: Apache-2.0 */
/* Who wakes next: one pending wake-up per actor, smallest first.
 *
 * A tournament tree over a fixed set of slots, of four at each match.  Every actor (a loop, a
 * pod's worker, a mount) owns the slot of its index and has at most one wake-up pending;
 * setting it again replaces it.  A key packs time and slot into 64 bits, so the order is total:
 * by time, then by slot.  Setting climbs from the leaf only as far as the winner changes.  11
 * bytes a slot, no allocation after init, no pointers followed.
 *
 * Four and not two, since a way to the top is half as long and goes over half as many cache
 * lines, and a match of four takes no longer: the three others do not wait for each other.
 */
#ifndef SIM_WAKES_H
#define SIM_WAKES_H

#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fetch.h"
#include "base/ns.h"

enum { WAKES_SLOT_BITS = 16, WAKES_SLOTS = (1 << WAKES_SLOT_BITS) - 1 };

/* The latest time that fits beside a slot: 78 hours. */
#define WAKES_LATEST ((ns_t)((UINT64_C(1) << (64 - WAKES_SLOT_BITS)) - 2))

/* Read by anyone, written here and by wakes.c only.  The children of key i > WAKES_ROOT - 1 are
 * those from 4 (i - 2) on, so each match is within a cache line. */
struct wakes {
	uint64_t *key;  /* [WAKES_ROOT, first): winners, [first, first + slots): leaves */
	uint32_t first; /* leaf */
	uint32_t slots;
};

enum { WAKES_ROOT = 3 };

/* Make w a tree of n (<= 65536) slots, none of them due, in memory from mem that lives as
 * long as mem does. */
void wakes_init(struct wakes *w, struct arena *mem, uint32_t n);

/* Forget every wake-up. */
void wakes_reset(struct wakes *w);

static inline uint64_t wakes_key(uint32_t slot, ns_t at)
{
	return at >= WAKES_LATEST ? UINT64_MAX : (uint64_t)at << WAKES_SLOT_BITS | slot;
}

static inline uint32_t wakes_parent(uint32_t i)
{
	return i / 4 + 2;
}

/* Who wins against the three others of key i's match. */
static inline uint64_t wakes_winner(const struct wakes *w, uint32_t i, uint64_t k)
{
	uint64_t a = w->key[i ^ 1];
	uint64_t b = w->key[i ^ 2];
	uint64_t c = w->key[i ^ 3];

	a = a < b ? a : b;
	a = a < c ? a : c;
	return a < k ? a : k;
}

/* As wakes_set, but nobody is next until wakes_order: for many slots at once. */
static inline void wakes_put(struct wakes *w, uint32_t slot, ns_t at)
{
	assert(at >= 0 && slot < w->slots);
	w->key[w->first + slot] = wakes_key(slot, at);
}

/* Put the n slots from `first` on in order. */
void wakes_order(struct wakes *w, uint32_t first, uint32_t n);

/* Let slot wake at `at` in place of whatever it waited for; NS_NEVER: not at all. */
static inline void wakes_set(struct wakes *w, uint32_t slot, ns_t at)
{
	uint32_t i = w->first + slot;
	uint64_t k = wakes_key(slot, at);

	assert(at >= 0 && slot < w->slots);
	w->key[i] = k;
	if ((w->key[WAKES_ROOT] & WAKES_SLOTS) ==
		slot) { /* it wins all the way: nothing stays as it is */
		while (i > WAKES_ROOT) {
			k = wakes_winner(w, i, k);
			i = wakes_parent(i);
			w->key[i] = k;
		}
		return;
	}
	while (i > WAKES_ROOT) {
		k = wakes_winner(w, i, k);
		i = wakes_parent(i);
		if (w->key[i] == k)
			return;
		w->key[i] = k;
	}
}

/* It will be asked and its first n slots set soon. */
static inline void wakes_fetch(const struct wakes *w, uint32_t n)
{
	fetch(&w->key[WAKES_ROOT], (w->first + n - WAKES_ROOT) * sizeof(*w->key));
}

/* When slot wakes; NS_NEVER if it does not. */
static inline ns_t wakes_at(const struct wakes *w, uint32_t slot)
{
	uint64_t k = w->key[w->first + slot];

	return k == UINT64_MAX ? NS_NEVER : (ns_t)(k >> WAKES_SLOT_BITS);
}

/* When the next slot wakes; NS_NEVER if none does. */
static inline ns_t wakes_next_at(const struct wakes *w)
{
	return w->key[WAKES_ROOT] == UINT64_MAX ? NS_NEVER
						: (ns_t)(w->key[WAKES_ROOT] >> WAKES_SLOT_BITS);
}

/* Let slot, which was next and due at `at`, not wake again for that. */
static inline void wakes_done(struct wakes *w, uint32_t slot, ns_t at)
{
	if (w->key[w->first + slot] >> WAKES_SLOT_BITS == (uint64_t)at)
		wakes_set(w, slot, NS_NEVER);
}

/* Which slot that is, and when.  There must be one. */
static inline uint32_t wakes_next(const struct wakes *w)
{
	return (uint32_t)(w->key[WAKES_ROOT] & WAKES_SLOTS);
}

static inline ns_t wakes_due(const struct wakes *w)
{
	return (ns_t)(w->key[WAKES_ROOT] >> WAKES_SLOT_BITS);
}

#endif
