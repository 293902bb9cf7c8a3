/* SPDX-License-Identifier: Apache-2.0 */
/* A binary heap of what is pending in a whole cluster, the earliest first.
 *
 * An entry says when and, packed into one word, whose and what: 16 bytes.  Nothing is taken out
 * before its time: an entry that is not true any more is thrown away when it comes up.
 */
#ifndef BENCH_PLAIN_HEAP_H
#define BENCH_PLAIN_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ns.h"

/* In the order in which a node's parts go when they are due at once. */
enum pending_kind {
	PENDING_RUNTIME, /* a change comes true */
	PENDING_SERVER,  /* the pod watch tells */
	PENDING_HELD,    /* a request's turn in its client's limiter */
	PENDING_SCRIPT,  /* something is done to pods */
	PENDING_ACTOR,   /* an actor wakes, or the last call it waits for ends */
	PENDING_CALL,    /* a call starts, or one that is not the last ends */
};

/* node: 20 bits, kind: 3, slot: 16, flight: 25. */
static inline uint64_t pending_what(
	uint64_t node, enum pending_kind kind, uint64_t slot, uint64_t flight)
{
	return node << 44 | (uint64_t)kind << 41 | slot << 25 | flight;
}

struct pending {
	ns_t at;
	uint64_t what;
};

struct heap {
	struct pending *entry;
	uint32_t n, capacity;
};

static inline bool pending_before(const struct pending *a, const struct pending *b)
{
	return a->at < b->at || (a->at == b->at && a->what < b->what);
}

/* Twice the room. */
void heap_grow(struct heap *h);

static inline void heap_push(struct heap *h, ns_t at, uint64_t what)
{
	struct pending p = {at, what};
	uint32_t i;

	if (h->n == h->capacity)
		heap_grow(h);
	i = h->n++;
	while (i > 0 && pending_before(&p, &h->entry[(i - 1) / 2])) {
		h->entry[i] = h->entry[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	h->entry[i] = p;
}

/* There must be one. */
static inline struct pending heap_pop(struct heap *h)
{
	struct pending top = h->entry[0];
	struct pending last = h->entry[--h->n];
	uint32_t i = 0;

	for (uint32_t child = 1; child < h->n; child = 2 * i + 1) {
		if (child + 1 < h->n && pending_before(&h->entry[child + 1], &h->entry[child]))
			child++;
		if (!pending_before(&h->entry[child], &last))
			break;
		h->entry[i] = h->entry[child];
		i = child;
	}
	h->entry[i] = last;
	return top;
}

#endif
