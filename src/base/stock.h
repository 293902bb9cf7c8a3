/* SPDX-License-Identifier: Apache-2.0 */
/* Items of one size that are taken and given back: room for so many as there can be at once.
 *
 * What was given back last is taken first, and only then what was never taken: of a stock that
 * is made for the worst case no more is touched than was ever in use together.  So many users
 * can share one, each of whom needs much for a moment.  No allocation after init; taking more
 * than there is, is a bug.  Not for threads: a stock and all who take from it have one thread.
 */
#ifndef NODETOLL_BASE_STOCK_H
#define NODETOLL_BASE_STOCK_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Read and written here only. */
struct stock {
	unsigned char *item;
	void *free; /* a list, through the first bytes of each */
	uint32_t bytes, touched, n;
	uint32_t taken;
};

/* n items of so many bytes (>= a pointer's), aligned for anything of a multiple of 8 bytes, in
 * memory from mem. */
static inline void stock_init(struct stock *s, struct arena *mem, uint32_t n, size_t bytes)
{
	assert(bytes >= sizeof(void *) && bytes % alignof(void *) == 0);
	*s = (struct stock){.item = arena_room(mem, n, bytes, alignof(max_align_t)),
		.bytes = (uint32_t)bytes,
		.n = n};
}

/* Not zeroed. */
static inline void *stock_take(struct stock *s)
{
	void *item = s->free;

	s->taken++;
	if (item) {
		s->free = *(void **)item;
		return item;
	}
	assert(s->touched < s->n);
	return s->item + (size_t)s->touched++ * s->bytes;
}

static inline void stock_give(struct stock *s, void *item)
{
	assert(s->taken > 0);
	*(void **)item = s->free;
	s->free = item;
	s->taken--;
}

/* If none is taken, give the memory of all back to the system; it comes again when it is
 * wanted.  For long runs that needed much once. */
void stock_rest(struct stock *s);

/* Items by number, the same as long as they are taken. */
static inline uint32_t stock_number(const struct stock *s, const void *item)
{
	return (uint32_t)((size_t)((const unsigned char *)item - s->item) / s->bytes);
}

static inline void *stock_item(const struct stock *s, uint32_t number)
{
	return s->item + (size_t)number * s->bytes;
}

#endif
