/* SPDX-License-Identifier: Apache-2.0 */
/* How often a node makes each call while it starts, in closed form: its kubelet begins at 0
 * with nothing on the node, and all pods of the workload are created there at once.  Where the
 * scenario's nodes are up for long before (afterWarmup), 0 is when the pods are created.
 *
 * Rates (rates.h, toll.h) hold in the long run; a run of a minute is no long run.  Here rounds
 * are counted as timers make them, and what starts happens once.  What hangs on how changes
 * meet rounds has no closed form: its row says why.  From the models alone, and basic
 * arithmetic only.
 */
#ifndef ESTIMATE_BEGINNING_H
#define ESTIMATE_BEGINNING_H

#include "models/models.h"

struct beginning_row {
	double count;    /* of one node, of a fleet's mean one */
	const char *why; /* there is no count; NULL: there is */
};

/* Of every class of calls, from `from` to `until` after the start; row[CALLS_MAX]. */
void beginning_of(const struct scenario *s, ns_t from, ns_t until, struct beginning_row *row);

/* Seconds after which all pods that were created together have surely started: with what the
 * scheduler, the node's processors and the client's limiter take.  < 0: nobody knows. */
double beginning_takes(const struct scenario *s);

#endif
