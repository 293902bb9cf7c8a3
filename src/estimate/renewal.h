/* SPDX-License-Identifier: Apache-2.0 */
/* When a pod's volumes are mounted again: the numbers of the kubelet's resync.
 *
 * A pod syncs again a jittered period after its last sync, U(60, 90) s, at the next tick of the
 * sync loop, which all pods of a node have in common: a renewal process on a lattice of ticks.
 * A cache that holds an object for a TTL asks again at the first tick behind it at which any of
 * the sharing pods syncs; how long that takes follows without simulation and without libm.
 * Spans are seconds.
 */
#ifndef ESTIMATE_RENEWAL_H
#define ESTIMATE_RENEWAL_H

#include "base/arena.h"
#include "models/models.h"

/* Read by renewal.c only, but for mean. */
struct renewal {
	double mean;    /* from sync to sync */
	double step;    /* of the lattice: a tick, or more where that would be too fine */
	uint32_t n;     /* lattice points that an interval can take */
	double *mass;   /* [n]: that an interval is i steps long */
	double *longer; /* [n]: that it is longer */
};

/* The resync of a kubelet.  Memory from mem. */
void renewal_init(struct renewal *r, const struct kubelet_model *k, struct arena *mem);

/* Syncs by that timer in so many seconds after one, on average.  Others that come by chance, so
 * many a second, put off the next one; those are not counted.  Memory for the work from mem. */
double renewal_count(const struct renewal *r, double seconds, double others, struct arena *mem);

/* The same a second, in the long run. */
double renewal_long_run(const struct renewal *r, double others);

/* The fetches of one pod whose object may be used for `fresh` seconds, each at a sync: from one
 * to the next.  Memory from mem. */
void renewal_of_fetches(
	const struct renewal *r, double fresh, struct renewal *out, struct arena *mem);

/* For k = 1..n sharing pods: gap[k] is the mean time from one fetch of an object to the next,
 * when it may be used for `fresh` seconds and k pods of the node read it; only where weight[k]
 * says that it matters (> 0).  Memory for the work from mem.  A fresh of 0 is a fetch a read.
 * Exact for one and two pods; otherwise within 0.5 % of a drawing, 2 % for three or four pods
 * and less than the time from sync to sync, for their syncs fall into step with one another. */
void renewal_gaps(const struct renewal *r, double fresh, uint32_t n, const double *weight,
	double *gap, struct arena *mem);

#endif
