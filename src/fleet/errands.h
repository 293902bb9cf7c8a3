/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes before shared servers on their own, for as long as that is certain.
 *
 * Between two words of a server a node is alone, whatever the others do.  A stretch of that is
 * an errand: up to the next word if there is one to deliver, then on until someone may say
 * something again, or to whatever stops a node before (node_run_alone).  Its outcome hangs on
 * nothing else, so any thread may run it, at any moment until somebody needs to know what the
 * node does next; who needs it and finds it not begun runs it.  For src/fleet only.
 */
#ifndef FLEET_ERRANDS_H
#define FLEET_ERRANDS_H

#include <stdatomic.h>

#include "base/crew.h"
#include "fleet/node.h"

/* What a node does next.  It is not touched until that. */
struct leaving {
	struct node_request q; /* if it is_sending */
	struct demand takes;
	struct node_asks asks; /* if it asks_owners */
	bool is_sending;
	bool asks_owners;
	bool hangs_up;
	ns_t next_at; /* something of its own; hangs_up: that */
};

/* What a server tells a node. */
struct word {
	ns_t at; /* NS_NEVER: nothing */
	struct node_request q;
	enum outcome what;
	ns_t retry_after;
	ns_t telling; /* how long its own watch takes to tell of it */
};

enum errand_state { ERRAND_NONE, ERRAND_READY, ERRAND_TAKEN, ERRAND_DONE };

struct errand {
	_Atomic int state; /* enum errand_state */
	struct word word;
	ns_t until;     /* after it */
	bool delivered; /* the word was; else the node has stopped before */
	bool early;     /* though its server does not know that it was yet */
	struct leaving next;
};

/* Read by anyone; written by errands.c, and the plans of errands by who asks for them. */
struct errands {
	const struct node_plan *plan;
	struct node *node;            /* [nodes] */
	struct errand *errand;        /* [nodes] */
	struct fleet_result **result; /* [threads]; 0: the caller's */
	ns_t served_from;             /* a server is there from then on */
	struct crew *crew;
	struct fleet_result *others; /* [threads], of threads 1 and up */
};

/* The plan's nodes, which others begin, in memory from mem.  ERR_ENV: no threads.  Release with
 * errands_fini, which adds what was measured up in `result`. */
int errands_init(struct errands *e, const struct node_plan *plan, struct fleet_result *result,
	struct arena *mem, struct err *err);
void errands_fini(struct errands *e);

/* What node i does next is looked at, after something was done to it. */
void errands_look(struct errands *e, uint32_t i);

/* Node i runs its errand, now. */
void errands_run(struct errands *e, uint32_t i);

/* Any thread may run it, until errands_join. */
void errands_offer(struct errands *e, uint32_t i);

/* Node i may be touched again.  True: it was on an errand, and what it does next is another. */
bool errands_join(struct errands *e, uint32_t i);

/* Whether it is on an errand that has not been done yet. */
bool errands_is_out(const struct errands *e, uint32_t i);

#endif
