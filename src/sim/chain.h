/* SPDX-License-Identifier: Apache-2.0 */
/* A run of runtime calls that one goroutine makes.
 *
 * The agent asks for a whole run where no answer but a failure would change what it asks
 * next: the two lists of a relist, an inspection, a sweep.  The driver makes the calls one
 * after the other (or, if parallel, all at once), stops at the first that fails, and answers
 * once.  This is what lets virtual time go a few nanoseconds a call.
 */
#ifndef SIM_CHAIN_H
#define SIM_CHAIN_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ns.h"
#include "sim/calls.h"

enum { CHAIN_STEPS = 8 };

#define CHAIN_NO_POD  UINT32_MAX
#define CHAIN_ALL     UINT32_MAX       /* records: an unfiltered list */
#define CHAIN_RUNNING (UINT32_MAX - 1) /* records: a list of what runs */
#define CHAIN_CURRENT UINT16_MAX       /* instance: the container's current one */

/* A set of operations is a word. */
#define OP_BIT(op) (UINT32_C(1) << (op))
_Static_assert(OP_N <= 32, "an operation a bit");

struct chain_step {
	uint16_t call;
	uint16_t n;       /* so many times */
	uint32_t records; /* a list: how many records it returns */
};

struct chain {
	uint32_t pod; /* whom calls that change something are about */
	uint16_t container;
	uint16_t instance;
	uint16_t n_steps;
	bool parallel; /* one call for each of the pod's containers that run */
	uint32_t ops;  /* its operations, a bit each */
	/* 0: made for once; else the asker's number for these very steps.  One who has two such
	 * chains numbers them so that they differ in the last bit: the runtime prepares one of
	 * each. */
	uint32_t kept;
	struct chain_step step[CHAIN_STEPS];
};

struct chain_answer {
	ns_t at;
	enum outcome what;
	uint16_t done; /* steps that succeeded whole */
};

static inline void chain_start(struct chain *c, uint32_t pod)
{
	c->pod = pod;
	c->container = 0;
	c->instance = CHAIN_CURRENT;
	c->n_steps = 0;
	c->parallel = false;
	c->ops = 0;
	c->kept = 0;
}

/* Append n calls; none if n is 0.  More of what came last joins it. */
static inline void chain_add(struct chain *c, uint32_t call, uint32_t n, uint32_t records)
{
	if (n == 0)
		return;
	if (c->n_steps && c->step[c->n_steps - 1].call == call &&
		c->step[c->n_steps - 1].records == records &&
		c->step[c->n_steps - 1].n + n <= UINT16_MAX) {
		c->step[c->n_steps - 1].n = (uint16_t)(c->step[c->n_steps - 1].n + n);
		return;
	}
	assert(c->n_steps < CHAIN_STEPS && n <= UINT16_MAX);
	c->ops |= OP_BIT(call >= CALL_HIDDEN ? call - CALL_HIDDEN : call);
	c->step[c->n_steps++] = (struct chain_step){(uint16_t)call, (uint16_t)n, records};
}

#endif
