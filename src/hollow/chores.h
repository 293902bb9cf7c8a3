/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of what users do, for users.c.  For src/hollow only. */
#ifndef HOLLOW_CHORES_H
#define HOLLOW_CHORES_H

#include "hollow/hollow_priv.h"

struct chore_kind {
	const char *method;
	void (*write)(const struct chore *c, struct address *a);    /* the request of c->step */
	void (*then)(struct chore *c, const struct wire_answer *a); /* after the last; NULL */
	bool of_node; /* c->of asks, not the users */
};

/* Something that users do. */
struct chore {
	struct chore *next;
	struct swarm *swarm;
	const struct chore_kind *kind;
	struct hollow *of; /* its node; NULL: it is of none */
	uint32_t pod, key; /* as its kind takes them */
	uint8_t object;
	uint8_t step, steps; /* requests, one after the other; 0: one */
	uint8_t tries;
	bool may_fail; /* before the agents start, too */
};

/* At the end of the queue; chores_next begins it. */
struct chore *chore_new(struct swarm *s, const struct chore_kind *kind, struct hollow *of);

#endif
