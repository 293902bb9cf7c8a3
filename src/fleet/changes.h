/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that pods mount change, and whoever watches them is told.
 *
 * When an object changes follows from its name (apiserver.h), so all changes of a run are known
 * before it.  A kubelet is told of those that its pods refer to, whatever has become of these
 * meanwhile; the control plane is told of each once, and somebody has asked for it (owners.h).
 * For src/fleet only.
 */
#ifndef FLEET_CHANGES_H
#define FLEET_CHANGES_H

#include "fleet/fanout.h"
#include "fleet/node.h"

struct change {
	ns_t at;       /* first, and then again and again */
	uint32_t node; /* FANOUT_NO_NODE: the control plane is told of what nodes share */
};

/* Read by anyone; written by changes.c only. */
struct changes {
	struct changes_of {
		struct change *one; /* by time, all within `every` */
		uint32_t n, next;
		ns_t every, rounds; /* all of those that are over */
	} of[OBJECTS_MAX];
	ns_t next_at; /* NS_NEVER: no more */
};

/* All objects of the plan's nodes, which have begun; memory from mem. */
void changes_init(struct changes *c, const struct node_plan *plan, const struct node *nodes,
	struct arena *mem);

/* The next, at c->next_at.  home is for its taker to fill in. */
struct fanout_change changes_take(struct changes *c, const struct node_plan *plan);

/* The same of one node that ran alone until `until`: what it takes of servers is written down.
 */
void changes_load(const struct node *n, struct load *l, ns_t until);

#endif
