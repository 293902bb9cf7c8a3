/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/flights.h"

#include <assert.h>
#include <stdlib.h>

void flights_init(struct flights *f, uint32_t nodes, struct arena *mem)
{
	*f = (struct flights){.first_free = FLIGHTS_NONE};
	f->of_node = ARENA_ROOM(mem, uint32_t, nodes);
	f->expires_at = ARENA_ROOM(mem, ns_t, nodes);
	for (uint32_t i = 0; i < nodes; i++) {
		f->of_node[i] = FLIGHTS_NONE;
		f->expires_at[i] = NS_NEVER;
	}
}

void flights_fini(struct flights *f)
{
	free(f->flight);
	f->flight = NULL;
}

static bool grow(struct flights *f)
{
	uint32_t n = f->n ? 2 * f->n : 1024;
	struct flight *more = realloc(f->flight, n * sizeof(*more));

	if (!more)
		return false;
	f->flight = more;
	for (uint32_t i = f->n; i < n; i++)
		more[i] = (struct flight){.after = i + 1 < n ? i + 1 : FLIGHTS_NONE};
	f->first_free = f->n;
	f->n = n;
	return true;
}

uint32_t flights_begin(
	struct flights *f, uint32_t node, uint8_t server, const struct node_request *q)
{
	uint32_t id;

	if (f->first_free == FLIGHTS_NONE && !grow(f))
		return FLIGHTS_NONE;
	id = f->first_free;
	f->first_free = f->flight[id].after;
	f->flight[id] = (struct flight){.q = *q,
		.node = node,
		.before = FLIGHTS_NONE,
		.after = f->of_node[node],
		.server = server,
		.state = FLIGHT_UNDER_WAY};
	if (f->of_node[node] != FLIGHTS_NONE)
		f->flight[f->of_node[node]].before = id;
	f->of_node[node] = id;
	f->expires_at[node] = ns_min(f->expires_at[node], q->expires_at);
	return id;
}

/* Out of its node's list. */
static void unlink_one(struct flights *f, const struct flight *one)
{
	ns_t expires_at = NS_NEVER;

	if (one->before == FLIGHTS_NONE)
		f->of_node[one->node] = one->after;
	else
		f->flight[one->before].after = one->after;
	if (one->after != FLIGHTS_NONE)
		f->flight[one->after].before = one->before;
	if (one->q.expires_at != f->expires_at[one->node] || one->q.expires_at == NS_NEVER)
		return;
	for (uint32_t i = f->of_node[one->node]; i != FLIGHTS_NONE; i = f->flight[i].after)
		expires_at = ns_min(expires_at, f->flight[i].q.expires_at);
	f->expires_at[one->node] = expires_at;
}

struct flight flights_end(struct flights *f, uint32_t id)
{
	struct flight ended = f->flight[id];

	assert(ended.state != FLIGHT_FREE);
	if (ended.state == FLIGHT_UNDER_WAY)
		unlink_one(f, &ended);
	f->flight[id] = (struct flight){.after = f->first_free};
	f->first_free = id;
	return ended;
}

void flights_orphan(struct flights *f, uint32_t id)
{
	assert(f->flight[id].state == FLIGHT_UNDER_WAY);
	unlink_one(f, &f->flight[id]);
	f->flight[id].state = FLIGHT_ORPHAN;
}
