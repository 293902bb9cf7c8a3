/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of what users do, for users.c.  For src/hollow only. */
#ifndef HOLLOW_CHORES_H
#define HOLLOW_CHORES_H

#include "hollow/hollow_priv.h"

struct chore_kind {
	const char *method;
	void (*write)(const struct chore *c, struct address *a);    /* the request of c->step */
	void (*then)(struct chore *c, const struct wire_answer *a); /* after each; NULL */
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
	bool may_fail;    /* before the agents start, too */
	bool may_be_done; /* an earlier try had no answer, or none that says */
	const char *path; /* as its kind takes it */
};

/* At the end of the queue; chores_next begins it. */
struct chore *chore_new(struct swarm *s, const struct chore_kind *kind, struct hollow *of);

/* cleanup.c: what came of a POST.  It made the object; or it says that there is one, which an
 * earlier try may have made: then it is read, and made_by_us tells by the run's mark. */
bool chore_made(const struct wire_answer *a);
bool chore_is_in_doubt(const struct chore *c, const struct wire_answer *a);
bool made_by_us(const struct swarm *s, const struct wire_answer *a);
void made_namespace(struct swarm *s, uint32_t namespace, bool is_made);
void made_node(struct hollow *h, bool is_made);
void made_object(const struct chore *c, const struct wire_answer *a, uint32_t object,
	uint32_t key, uint32_t namespace);
/* Of what has the name of the chore's node: who made the one in doubt made the other. */
bool made_beside(struct chore *c, const struct wire_answer *a);

#endif
