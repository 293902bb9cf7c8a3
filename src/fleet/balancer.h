/* SPDX-License-Identifier: Apache-2.0 */
/* Which API server each node is connected to, and since when each of them is there.
 *
 * A connection stays with its server until that one goes; then another is found for it, by
 * chance.  For src/fleet only.
 */
#ifndef FLEET_BALANCER_H
#define FLEET_BALANCER_H

#include "fleet/node.h"

/* Read by anyone; written by balancer.c, and up_at by who restarts servers. */
struct balancer {
	uint64_t seed;
	uint32_t servers;
	uint8_t *home;         /* [nodes] the server that each is connected to */
	uint32_t *connections; /* [nodes] of each, so far */
	ns_t *up_at;           /* [servers] it is there from then on */
};

/* All servers are there; memory from mem. */
void balancer_init(struct balancer *b, const struct node_plan *plan, struct arena *mem);

/* Since when, or from when on, one of them is there, as far as is known before the next
 * restart. */
ns_t balancer_served_from(const struct balancer *b);

/* A node opens a connection.  False: no server is there. */
bool balancer_connect(struct balancer *b, uint32_t node, ns_t now);

/* Whether it has one; if its server has gone it opens another. */
static inline bool balancer_is_connected(struct balancer *b, uint32_t node, ns_t now)
{
	return b->up_at[b->home[node]] <= now || balancer_connect(b, node, now);
}

#endif
