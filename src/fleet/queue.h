/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of a node that wait: a list in the node's stock.  For src/fleet only, and whoever
 * looks at a node's queues. */
#ifndef FLEET_QUEUE_H
#define FLEET_QUEUE_H

#include <assert.h>

#include "fleet/node.h"

struct queued {
	struct queued *next;
	struct node_request q;
};

static inline void queue_insert(struct request_queue *h, struct stock *from,
	struct queued *before, const struct node_request *q)
{
	struct queued *e = stock_take(from), **link = before ? &before->next : &h->first;

	e->q = *q;
	e->next = *link;
	*link = e;
	if (!e->next)
		h->last = e;
	h->n++;
}

/* Behind all others. */
static inline void queue_append(
	struct request_queue *h, struct stock *from, const struct node_request *q)
{
	queue_insert(h, from, h->last, q);
}

/* In the order of their times, behind those of the same: nearly always the last. */
static inline void queue_put(
	struct request_queue *h, struct stock *from, const struct node_request *q)
{
	struct queued *before = h->last;

	if (before && before->q.at > q->at) {
		before = NULL;
		for (struct queued *e = h->first; e->q.at <= q->at; e = e->next)
			before = e;
	}
	queue_insert(h, from, before, q);
}

/* Take the one behind `before`; NULL: the first.  There must be one. */
static inline struct node_request queue_take(
	struct request_queue *h, struct stock *to, struct queued *before)
{
	struct queued **link = before ? &before->next : &h->first, *e = *link;
	struct node_request q;

	assert(e);
	q = e->q;
	*link = e->next;
	if (!e->next)
		h->last = before;
	h->n--;
	stock_give(to, e);
	return q;
}

#endif
