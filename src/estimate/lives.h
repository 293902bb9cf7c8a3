/* SPDX-License-Identifier: Apache-2.0 */
/* What a kubelet's mechanisms do for a pod that comes and goes: every call of a life, counted.
 *
 * The counts are those of one undisturbed life: it starts, it is deleted, nothing fails, and a
 * relist meets each of its steps once, and as often between two changes of one as chance has
 * it.  For toll*.c alone.
 */
#ifndef ESTIMATE_LIVES_H
#define ESTIMATE_LIVES_H

#include "base/arena.h"
#include "models/models.h"

enum { LIVES_CALLS = 32 };

/* A call, and how often a life has it. */
struct lives_call {
	uint16_t call;
	double times;
};

struct lives {
	uint32_t n;
	struct lives_call of[LIVES_CALLS];
	uint32_t sure;     /* operations that are known whatever fails says */
	const char *fails; /* why runtime calls and those of statuses are no more than a guess,
			    * unless they are sure; NULL: they are more */
	const char *late;  /* why a pod is replaced later than it is to be; NULL: it is not */
};

/* The calls of a life under that kubelet with that workload. */
void lives_of(const struct scenario *s, struct lives *out);

/* Why a runtime call of a removal is no more than a guess; NULL: it is more.  Who removes a
 * container asks for its status first; where that is no error for one that is gone
 * (dockershim), it is stopped and removed once more for each of the other events that asked for
 * it, as far as they come before the first is through. */
const char *lives_removal_fails(const struct scenario *s, uint16_t call);

/* How likely a relist comes between the end of a pod's containers and its sandbox's. */
double lives_end_is_seen(const struct scenario *s);

/* How often a life's status is written. */
double lives_status_writes(const struct scenario *s);

/* Seconds that a pod lives, for the oldest goes first; 0: for ever. */
double lives_seconds(const struct scenario *s);

/* How often in a life what lasts so many whole seconds, drawn from `from` to `to`, ends and is
 * begun again.  Memory for the work from mem. */
double lives_renewals(double life, uint32_t from, uint32_t to, struct arena *mem);

#endif
