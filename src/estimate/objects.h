/* SPDX-License-Identifier: Apache-2.0 */
/* The closed form of the object side: requests for the secrets that pods mount.
 *
 * Twice: the arithmetic that people quote (objects over the nominal period), and what the real
 * sync makes of it (its jitter, its ticks, who shares what).  Rates are for the whole cluster.
 * Without limits: where the client's limiter or the server's binds, this does not hold; nor in
 * less time than the mechanism's period.
 */
#ifndef ESTIMATE_OBJECTS_H
#define ESTIMATE_OBJECTS_H

#include "base/arena.h"
#include "models/models.h"

struct objects_estimate {
	double requests;     /* GETs, LISTs and watch openings together, per second */
	const char *fails;   /* why requests is no more than a guess; NULL: it is more */
	double nominal;      /* what people quote; 0 where they quote nothing */
	double distinct;     /* objects that pods of a node refer to, expected */
	double period;       /* seconds; 0: none */
	const char *between; /* what it is: "from sync to sync" */
	bool unwatched;      /* it never changes: watched until it was read, then no more */
};

/* Of the scenario's first object and its design, with that TTL for a cache. */
void objects_estimate(
	const struct scenario *s, ns_t ttl, struct arena *mem, struct objects_estimate *out);

/* Expected distinct objects of a node: of the workload's first, or of that one. */
double objects_distinct(const struct scenario *s);
double objects_distinct_of(const struct scenario *s, uint32_t object);

/* Expected namespaces that pods of a node are in. */
double namespaces_distinct(const struct scenario *s);

#endif
