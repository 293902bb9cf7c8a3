/* SPDX-License-Identifier: Apache-2.0 */
/* How often pods sync: by their timer, while they start and stop, and when a container of
 * theirs has died.
 *
 * What wakes a pod's worker is counted from what the kubelet does; rates are of a node where
 * nothing waits.  For toll*.c alone.
 */
#ifndef ESTIMATE_SYNCS_H
#define ESTIMATE_SYNCS_H

#include "estimate/renewal.h"

struct syncs {
	double often;      /* a second and node */
	double rests;      /* the same of pods at rest; it is never less */
	double by_life;    /* so many more than at rest has a pod that comes and goes, */
	double by_death;   /* and one of which a container died */
	double stop;       /* of those of a life, since it is to go: they mount nothing */
	double settles;    /* seconds from its creation until the last that its start causes */
	const char *fails; /* why often is no more than a guess; NULL: it is more */
};

/* Of the scenario's pods, whose timer is r.  Memory for the work from mem. */
void syncs_of(const struct scenario *s, const struct renewal *r, struct arena *mem,
	struct syncs *out);

#endif
