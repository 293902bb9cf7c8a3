/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that pods mount change, and whoever watches them is told.
 *
 * When an object changes follows from its name (apiserver.h), so all changes of a run are known
 * before it.  The control plane is told of each, and every kubelet whose pods refer to it,
 * whatever has become of these meanwhile: when the request of whoever asked for it (owners.h)
 * is through.  For src/fleet only.
 */
#ifndef FLEET_CHANGES_H
#define FLEET_CHANGES_H

#include "fleet/fanout.h"
#include "fleet/node.h"

struct referrer {
	ns_t at; /* first, and then again and again */
	uint32_t key;
	uint32_t node; /* whose pods refer to it; FANOUT_NO_NODE: it is there anyhow */
};

/* An object changes. */
struct change {
	uint32_t object;
	uint32_t n; /* nodes whose pods refer to it, and perhaps FANOUT_NO_NODE */
	const struct referrer *by;
};

/* Read by anyone; written by changes.c only. */
struct changes {
	struct changes_of {
		struct referrer *one; /* by time, all within `every` */
		uint32_t n, next;
		ns_t every, rounds; /* all of those that are over */
	} of[OBJECTS_MAX];
	ns_t next_at; /* NS_NEVER: no more */
};

/* All objects of the plan's nodes, which have begun; memory from mem. */
void changes_init(struct changes *c, const struct node_plan *plan, const struct node *nodes,
	struct arena *mem);

/* The next, at c->next_at; valid as long as c. */
struct change changes_take(struct changes *c, const struct node_plan *plan);

/* Whoever watches is told of it.  server: where it was written, FANOUT_NOWHERE. */
void changes_tell(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct change *c, uint8_t server);

/* The same of one node that ran alone until `until`: what it takes of servers is written down.
 */
void changes_load(const struct node *n, struct load *l, ns_t until);

#endif
