/* SPDX-License-Identifier: Apache-2.0 */
/* The streams of a kubelet's HTTP/2 connection, where that is the only one.
 *
 * Every request under way and every open watch has one, and the server says how many there may
 * be.  Where the client opens no second connection, as Go's did from 1.11 to 1.12, whatever is
 * beyond that waits, first come, first served, heartbeats like the rest (k/k#74412).  For
 * src/fleet only.
 */
#ifndef FLEET_STREAMS_H
#define FLEET_STREAMS_H

#include "fleet/node.h"

/* The node has been begun: watches of kubelets that are up have theirs.  Memory from mem. */
void streams_init(struct node *n, struct arena *mem);

/* A request leaves: a stream is its own from now on.  False: it waits for one, and streams_step
 * will give it back. */
bool streams_take(struct node *n, ns_t now, const struct node_request *q);

/* Take back what the actor still waits to send, into *q.  False: there is nothing. */
bool streams_withdraw(struct node *n, uint32_t actor, struct node_request *q);

/* The actor's stream ends at `at`, if it has one. */
void streams_until(struct node *n, uint32_t actor, ns_t at);

/* Somebody's watch may have ended before its time: look again who waits. */
void streams_look(struct node *n, ns_t now);

/* At n->streams.next_at.  True: *q has a stream and leaves; or, *late, its client gave it up.
 */
bool streams_step(struct node *n, ns_t now, struct node_request *q, bool *late);

#endif
