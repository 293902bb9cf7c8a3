/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wakes.h"

#include <string.h>

static uint32_t capacity_for(uint32_t n)
{
	uint32_t capacity = 2;

	assert(n <= 1u << WAKES_SLOT_BITS);
	while (capacity < n)
		capacity *= 2;
	return capacity;
}

void wakes_init(struct wakes *w, struct arena *mem, uint32_t n)
{
	w->capacity = capacity_for(n);
	w->key = ARENA_ARRAY(mem, uint64_t, (size_t)2 * w->capacity);
	wakes_reset(w);
}

void wakes_order(struct wakes *w, uint32_t first, uint32_t n)
{
	uint32_t from = w->capacity + first;
	uint32_t to = from + n - 1;

	assert(n > 0 && to < 2 * w->capacity);
	while (from > 1) {
		from /= 2;
		to /= 2;
		for (uint32_t i = from; i <= to; i++) {
			uint64_t left = w->key[2 * i];
			uint64_t right = w->key[2 * i + 1];

			w->key[i] = left < right ? left : right;
		}
	}
}

void wakes_reset(struct wakes *w)
{
	memset(w->key, 0xff, 2 * sizeof(uint64_t) * w->capacity);
}
