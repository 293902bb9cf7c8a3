/* SPDX-License-Identifier: Apache-2.0 */
/* What agents want done, whichever driver makes their steps: every call and request; and what
 * they are told of their pods. */
#ifndef CONFORMANCE_TRACE_H
#define CONFORMANCE_TRACE_H

#include "agent/agent.h"

enum { TRACE_TEXT = 96 };
#define TRACE_TOLD UINT32_MAX /* in place of an actor: what came */

struct trace_effect {
	uint64_t agent; /* its key: the same in both drivers */
	uint32_t actor;
	ns_t at;    /* of the step */
	uint32_t n; /* in the order in which they came */
	char what[TRACE_TEXT];
};

struct trace {
	struct trace_effect *effect;
	size_t n, room;
	const struct calls *calls;
};

/* Hear of all steps from now on; NULL: of none. */
void trace_into(struct trace *t);

/* Put the effects in the order of agents, actors, and their coming. */
void trace_sort(struct trace *t);

void trace_fini(struct trace *t);

#endif
