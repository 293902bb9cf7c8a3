/* SPDX-License-Identifier: Apache-2.0 */
/* Requests at the servers that nodes share: which node and which server each is of, and when
 * its client gives it up.
 *
 * One that its client gave up while the server was at it is an orphan: the server goes on, and
 * nobody waits for what comes out.  For src/fleet only.
 */
#ifndef FLEET_FLIGHTS_H
#define FLEET_FLIGHTS_H

#include "fleet/node.h"

#define FLIGHTS_NONE UINT32_MAX

enum flight_state { FLIGHT_FREE, FLIGHT_UNDER_WAY, FLIGHT_ORPHAN };

struct flight {
	struct node_request q;
	uint32_t node;
	uint32_t before, after; /* of the same node; free: after is the next free one */
	uint32_t ticket;        /* the server's name for it */
	uint8_t server;
	uint8_t state; /* enum flight_state */
};

/* Read by anyone; written by flights.c only. */
struct flights {
	struct flight *flight; /* grows */
	uint32_t n, first_free;
	uint32_t *of_node; /* [nodes] the last one that left, orphans not counted */
	ns_t *expires_at;  /* [nodes] the first of them is given up; NS_NEVER */
};

/* Nobody is under way.  Release with flights_fini. */
void flights_init(struct flights *f, uint32_t nodes, struct arena *mem);
void flights_fini(struct flights *f);

/* A request leaves; its number, or FLIGHTS_NONE: no memory. */
uint32_t flights_begin(
	struct flights *f, uint32_t node, uint8_t server, const struct node_request *q);

/* It is answered, or lost: its number is free. */
struct flight flights_end(struct flights *f, uint32_t id);

/* Its client waits no more. */
void flights_orphan(struct flights *f, uint32_t id);

#endif
