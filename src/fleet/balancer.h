/* SPDX-License-Identifier: Apache-2.0 */
/* Which API server each client is connected to, and since when each of them is there.
 *
 * Clients are the nodes, then the two users who are none: those who own pods and objects, and
 * the scheduler.  A connection stays with its server until that one goes; then another is found
 * for it, by chance.  For src/fleet only.
 */
#ifndef FLEET_BALANCER_H
#define FLEET_BALANCER_H

#include "fleet/node.h"

/* Clients after the nodes. */
enum balancer_user { BALANCER_OWNER, BALANCER_SCHEDULER, BALANCER_USERS };

/* Read by anyone; written by balancer.c, and up_at by who restarts servers. */
struct balancer {
	const struct scenario *scenario;
	uint32_t servers;
	uint8_t *home;         /* [clients] the server that each is connected to */
	uint32_t *connections; /* [clients] of each, so far */
	ns_t *up_at;           /* [servers] it is there from then on */
};

/* The server that a client is connected to at first, of the plan's shared ones. */
uint8_t balancer_home(const struct node_plan *plan, uint32_t client);

/* All servers are there; memory from mem. */
void balancer_init(struct balancer *b, const struct node_plan *plan, struct arena *mem);

/* Since when, or from when on, one of them is there, as far as is known before the next
 * restart. */
ns_t balancer_served_from(const struct balancer *b);

/* A client opens a connection.  False: no server is there. */
bool balancer_connect(struct balancer *b, uint32_t client, ns_t now);

/* Whether it has one; if its server has gone it opens another. */
static inline bool balancer_is_connected(struct balancer *b, uint32_t client, ns_t now)
{
	return b->up_at[b->home[client]] <= now || balancer_connect(b, client, now);
}

/* Whether a server knows what changed since then: the watch cache of one that starts is the
 * state of that moment (KEP-1904, Summary), and something has been written by then, by a lease
 * if by nobody else. */
static inline bool balancer_knows(const struct balancer *b, uint32_t server, ns_t since)
{
	return since >= b->up_at[server];
}

#endif
