/* SPDX-License-Identifier: Apache-2.0 */
/* Small items, first in, first out, in chunks from a stock: as much memory as items wait.
 *
 * For queues that are nearly always empty and may be long; several can share a stock, of
 * fifo_chunks for each.  The items of one queue have one size.  Not for threads.
 */
#ifndef NODETOLL_BASE_FIFO_H
#define NODETOLL_BASE_FIFO_H

#include "base/stock.h"

enum { FIFO_CHUNK = 120 };

struct fifo_chunk {
	struct fifo_chunk *next;
	unsigned char bytes[FIFO_CHUNK];
};

/* All zero: empty. */
struct fifo {
	struct fifo_chunk *first, *last;
	uint32_t n;
	uint16_t head, tail; /* item of the first chunk; behind that of the last */
};

/* How many chunks n items of so many bytes fill at most. */
static inline uint32_t fifo_chunks(uint32_t n, size_t bytes)
{
	uint32_t of_a_chunk = (uint32_t)(FIFO_CHUNK / bytes);

	return n / of_a_chunk + 2; /* the first and the last are not full */
}

/* Room for a new last item, to be written at once. */
static inline void *fifo_add(struct fifo *f, struct stock *from, size_t bytes)
{
	if (!f->last || (f->tail + 1u) * bytes > FIFO_CHUNK) {
		struct fifo_chunk *c = stock_take(from);

		c->next = NULL;
		*(f->last ? &f->last->next : &f->first) = c;
		f->last = c;
		f->tail = 0;
	}
	f->n++;
	return &f->last->bytes[f->tail++ * bytes];
}

/* The first item, which is valid until the next is added or dropped.  There must be one. */
static inline const void *fifo_first(const struct fifo *f, size_t bytes)
{
	assert(f->n > 0);
	return &f->first->bytes[f->head * bytes];
}

static inline void fifo_drop(struct fifo *f, struct stock *to, size_t bytes)
{
	struct fifo_chunk *c = f->first;

	assert(f->n > 0);
	f->head++;
	f->n--;
	if (f->n > 0 && (f->head + 1u) * bytes <= FIFO_CHUNK)
		return;
	f->first = c->next;
	f->head = 0;
	if (f->n == 0)
		*f = (struct fifo){0};
	stock_give(to, c);
}

static inline void fifo_clear(struct fifo *f, struct stock *to)
{
	for (struct fifo_chunk *c = f->first, *next; c; c = next) {
		next = c->next;
		stock_give(to, c);
	}
	*f = (struct fifo){0};
}

#endif
