/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of pods' owners and of the scheduler at servers that nodes share (models/owners.h).
 *
 * They are load, as real as that of nodes: of a level of their own where there is one, they
 * take seats and processors, are rejected and tried again as client-go does it, and who watches
 * is told when they are through.  What they are about does not wait for them: a pod comes and
 * goes when the script says so.  For src/fleet only.
 */
#ifndef FLEET_OWNERS_H
#define FLEET_OWNERS_H

#include "fleet/balancer.h"
#include "fleet/changes.h"
#include "fleet/fanout.h"
#include "fleet/node.h"

/* Read-only after owners_params_init. */
struct owners_params {
	const struct owner_calls *calls;
	ns_t wait[CALLS_MAX];     /* beside processors, in the mean */
	uint8_t level[CALLS_MAX]; /* as server_request.own_level */
};

struct owner_request;
struct together_params;

/* Read by anyone; written by owners.c only. */
struct owners {
	const struct node_plan *plan;
	struct fleet_result *result;
	struct server *server;
	struct balancer *balancer; /* who is connected where; they open connections of theirs */
	struct owner_request *one; /* grows */
	uint32_t n, first_free;
	uint32_t asleep, asleep_last; /* by time */
	ns_t next_at;                 /* the first of them tries again; NS_NEVER */
	bool out_of_memory;
};

/* Names of their requests to servers have this bit, and those of nodes have not. */
#define OWNERS_ID (UINT32_C(1) << 31)

void owners_params_init(struct together_params *p, const struct scenario *s);

/* A pod of node n has something asked for, now. */
void owners_of_pod(struct node *n, ns_t now, enum owner_ask ask);

/* One of the workload's objects that is changed takes as much of servers before which n ran
 * alone. */
void owners_load_change(const struct node *n, struct load *l, ns_t at, uint32_t object);

/* How long that takes, and at which server; 0: nobody asks for it. */
ns_t owners_change_takes(const struct node_plan *plan, uint32_t object, uint8_t *server);

/* Nobody asks for anything yet.  Release with owners_fini. */
void owners_init(struct owners *o, const struct node_plan *plan, struct fleet_result *result,
	struct server *server, struct balancer *balancer);
void owners_fini(struct owners *o);

/* What a node's pods want is asked for. */
void owners_ask(struct owners *o, ns_t now, uint32_t node, const struct node_asks *asks);

/* Whether somebody is known to change objects of that kind. */
static inline bool owners_ask_for(const struct owners_params *p, uint32_t object)
{
	return p->calls->change[object] != CALLS_MAX;
}

/* An object changes, which lives as long as o; whoever watches it is told when that is through.
 */
void owners_change(struct owners *o, ns_t now, const struct change *change);

/* At o->next_at. */
void owners_wake(struct owners *o, ns_t now);

/* A server is through with one of them. */
void owners_done(struct owners *o, ns_t now, const struct server_done *d);

/* A server ends, and what it was at with it. */
void owners_restart(struct owners *o, ns_t now, uint32_t server);

#endif
