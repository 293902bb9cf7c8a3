/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wakes.h"

#include <string.h>

enum { LINE = 64 };

/* Each match of four leaves three losers, so it comes out even for 3 m + 1 slots. */
void wakes_init(struct wakes *w, struct arena *mem, uint32_t n)
{
	uint32_t matches = n > 1 ? (n - 1 + 2) / 3 : 0;

	assert(n <= 1u << WAKES_SLOT_BITS);
	w->first = WAKES_ROOT + matches;
	w->slots = 3 * matches + 1;
	w->key = arena_alloc_array(mem, w->first + w->slots, sizeof(uint64_t), LINE);
	wakes_reset(w);
}

void wakes_order(struct wakes *w, uint32_t first, uint32_t n)
{
	uint32_t from = w->first + first;
	uint32_t to = from + n - 1;

	assert(n > 0 && to < w->first + w->slots);
	while (to > WAKES_ROOT) {
		from = from > WAKES_ROOT ? wakes_parent(from) : WAKES_ROOT;
		to = wakes_parent(to);
		for (uint32_t i = to; i >= from; i--)
			w->key[i] = wakes_winner(w, 4 * (i - 2), w->key[4 * (i - 2)]);
	}
}

void wakes_reset(struct wakes *w)
{
	memset(w->key, 0xff, sizeof(uint64_t) * (w->first + w->slots));
}
