/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a run of nodes before servers that they share.  For src/fleet only. */
#ifndef FLEET_TOGETHER_PRIV_H
#define FLEET_TOGETHER_PRIV_H

#include "fleet/balancer.h"
#include "fleet/changes.h"
#include "fleet/errands.h"
#include "fleet/flights.h"
#include "fleet/owners.h"
#include "fleet/served.h"
#include "fleet/together.h"

struct together {
	const struct node_plan *plan;
	struct fleet_result *result;
	const struct together_params *params;
	struct arena mem;
	struct wakes due; /* a node a slot: no later than what it does next */
	struct errands errands;
	struct server *server;
	struct flights flights;
	struct balancer balancer;
	struct owners owners;
	uint64_t changes[WATCHED_N]; /* by kubelets, so far */
	uint64_t *knows;             /* [nodes * WATCHED_N] as of which of these each does */
	uint32_t n_restarts;         /* so far */
	bool out_of_memory;
	struct changes changes_of_objects;
	struct served served;
	ns_t reported;
};

/* stretches.c.  By what a node does next, which is known; the same after something was done to
 * it. */
void stretches_order(struct together *t, uint32_t i);
void stretches_look(struct together *t, uint32_t i);
/* The next server goes. */
ns_t stretches_restart_at(const struct together *t);
/* Whether it wants to watch from a version of before its server's time. */
bool stretches_is_of_before(const struct together *t, const struct flight *f);
/* What node i can do alone.  True: the next word to it is sure, and delivered on its way. */
bool stretches_plan(struct together *t, uint32_t i, ns_t now);
/* A server has word for it now; then it goes on.  Or its next word is sure already: it can have
 * it, and go on. */
void stretches_tell_now(struct together *t, uint32_t i, const struct word *w);
void stretches_tell_before(struct together *t, uint32_t i, ns_t now);
/* Its turn has come; and it goes on as long as nobody can touch it. */
void stretches_run(struct together *t, uint32_t i, ns_t now);

/* visits.c.  What node i sends is at its server; a server's next event. */
void visits_arrive(struct together *t, uint32_t i, ns_t now);
void visits_through(struct together *t, struct server *s, ns_t now);
/* Who watches is told what a request did; how long the node's own watch takes for it. */
ns_t visits_tell(struct together *t, ns_t now, const struct flight *f);

/* breaks.c.  The client's time for some requests is over; the agent closed a connection; the
 * next server goes, and there is another in its place. */
void breaks_give_up(struct together *t, uint32_t i, ns_t now);
void breaks_hang_up(struct together *t, uint32_t i, ns_t now);
void breaks_restart(struct together *t, ns_t now);
void breaks_begin_server(struct together *t, uint32_t i, ns_t now);

#endif
