/* SPDX-License-Identifier: Apache-2.0 */
/* Which API server each connection goes to, and since when each of them is there.
 *
 * Clients are connections: those of nodes, then the two users who are none, who own pods and
 * objects, and the scheduler, then who watches all objects of a kind.  A connection stays with
 * its server until that one goes, or its client closes it; then another server is found for it,
 * by chance.  For src/fleet only.
 */
#ifndef FLEET_BALANCER_H
#define FLEET_BALANCER_H

#include "fleet/node.h"

/* Clients after the nodes'. */
enum balancer_user { BALANCER_OWNER, BALANCER_SCHEDULER, BALANCER_USERS };

/* Read by anyone; written by balancer.c only. */
struct balancer {
	const struct scenario *scenario;
	uint32_t servers;
	uint32_t of_node; /* connections of each */
	uint32_t users;   /* the first client that is no node's */
	uint32_t clients;
	uint8_t *home;    /* [clients] the server that each is connected to */
	uint32_t *opened; /* [clients] connections of each, but the first */
	ns_t *up_at;      /* [servers] it is there from then on */
};

/* A node's connection (models.h, client_connection), and who watches all objects of a kind, as
 * struct fanout counts them. */
static inline uint32_t balancer_client(
	const struct balancer *b, uint32_t node, uint32_t connection)
{
	return node * b->of_node + connection;
}
static inline uint32_t balancer_watcher(const struct balancer *b, uint32_t watcher)
{
	return b->users + BALANCER_USERS + watcher;
}

/* Where a node's kubelet is connected. */
static inline uint8_t balancer_of_kubelet(const struct balancer *b, uint32_t node)
{
	return b->home[balancer_client(b, node, CONNECTION_KUBELET)];
}

/* The server that one is connected to at first, of the plan's shared ones. */
uint8_t balancer_home(const struct node_plan *plan, uint32_t node, uint32_t connection);
/* All of a node's. */
void balancer_places(
	const struct node_plan *plan, uint32_t node, uint8_t home[static CONNECTIONS]);
uint8_t balancer_home_of_user(const struct node_plan *plan, enum balancer_user user);

/* All servers are there; memory from mem. */
void balancer_init(struct balancer *b, const struct node_plan *plan, struct arena *mem);

/* Since when, or from when on, one of them is there, as far as is known before the next
 * restart. */
ns_t balancer_served_from(const struct balancer *b);

/* A client opens a connection.  False: no server is there. */
bool balancer_connect(struct balancer *b, uint32_t client, ns_t now);

/* Whether its server is there, or has gone and its connection with it. */
static inline bool balancer_is_there(const struct balancer *b, uint32_t client, ns_t now)
{
	return b->up_at[b->home[client]] <= now;
}

/* Whether it has one; if its server has gone it opens another. */
static inline bool balancer_is_connected(struct balancer *b, uint32_t client, ns_t now)
{
	return balancer_is_there(b, client, now) || balancer_connect(b, client, now);
}

/* A server goes for so long.  Nodes and users find another when they have something to ask;
 * who only watches does at once, if there is one. */
void balancer_goes(struct balancer *b, uint32_t server, ns_t now, ns_t lasts);

/* Whether a server knows what changed since then: the watch cache of one that starts is the
 * state of that moment (KEP-1904, Summary), and something has been written by then, by a lease
 * if by nobody else. */
static inline bool balancer_knows(const struct balancer *b, uint32_t server, ns_t since)
{
	return since >= b->up_at[server];
}

#endif
