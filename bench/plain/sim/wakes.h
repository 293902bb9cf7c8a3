/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for src/sim/wakes.h when the agent is compiled for the yardstick: the same
 * interface, but a wake-up is an entry of the cluster's heap and not a leaf of the node's tree.
 * The agent's code is the same. */
#ifndef SIM_WAKES_H
#define SIM_WAKES_H

#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ns.h"
#include "plain/heap.h"

enum { WAKES_SLOT_BITS = 16 };

#define WAKES_LATEST ((ns_t)((UINT64_C(1) << (64 - WAKES_SLOT_BITS)) - 2))

struct wakes {
	ns_t *at; /* [capacity]; an entry of the heap that says otherwise is out of date */
	uint32_t capacity;
	uint32_t node;
	uint32_t next;     /* whose turn it is, the driver says */
	struct heap *heap; /* NULL: nobody keeps the wake-ups yet */
};

static inline void wakes_init(struct wakes *w, struct arena *mem, uint32_t n)
{
	*w = (struct wakes){.at = ARENA_ARRAY(mem, ns_t, n), .capacity = n};
	for (uint32_t i = 0; i < n; i++)
		w->at[i] = NS_NEVER;
}

static inline void wakes_set(struct wakes *w, uint32_t slot, ns_t at)
{
	assert(at >= 0 && slot < w->capacity);
	w->at[slot] = at >= WAKES_LATEST ? NS_NEVER : at;
	if (w->heap && at < WAKES_LATEST)
		heap_push(w->heap, at, pending_what(w->node, PENDING_ACTOR, slot, 0));
}

static inline void wakes_put(struct wakes *w, uint32_t slot, ns_t at)
{
	wakes_set(w, slot, at);
}

static inline void wakes_order(const struct wakes *w, uint32_t first, uint32_t n)
{
	(void)w;
	(void)first;
	(void)n;
}

static inline void wakes_done(struct wakes *w, uint32_t slot, ns_t at)
{
	if (w->at[slot] == at)
		w->at[slot] = NS_NEVER;
}

static inline void wakes_fetch(const struct wakes *w, uint32_t n)
{
	(void)w;
	(void)n;
}

static inline ns_t wakes_at(const struct wakes *w, uint32_t slot)
{
	return w->at[slot];
}

static inline ns_t wakes_next_at(const struct wakes *w)
{
	return w->at[w->next];
}

static inline uint32_t wakes_next(const struct wakes *w)
{
	return w->next;
}

static inline ns_t wakes_due(const struct wakes *w)
{
	return w->at[w->next];
}

#endif
