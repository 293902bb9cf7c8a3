/* SPDX-License-Identifier: Apache-2.0 */
/* When a pod's volumes are mounted again: the numbers of the kubelet's resync.
 *
 * A pod syncs again a jittered period after its last sync, U(60, 90) s, at the sync loop's next
 * tick, U(0, 1) s: a renewal process.  A cache that holds an object for a TTL asks again at the
 * first sync of any sharing pod after it; how long that takes follows by convolution on a
 * lattice, without simulation and without libm.  Spans are seconds.
 */
#ifndef ESTIMATE_RENEWAL_H
#define ESTIMATE_RENEWAL_H

#include "base/arena.h"
#include "models/models.h"

/* Read by renewal.c only, but for mean. */
struct renewal {
	double mean;      /* from sync to sync */
	double step;      /* of the lattice */
	uint32_t n;       /* lattice points that an interval can take */
	double *mass;     /* [n]: that an interval is i steps long */
	double *longer;   /* [n]: that it is longer */
	double *residual; /* [n]: that from a random moment to the next sync it is more than i
			     steps */
};

/* The resync of a kubelet.  Memory from mem. */
void renewal_init(struct renewal *r, const struct kubelet_model *k, struct arena *mem);

/* For k = 1..n sharing pods: gap[k] is the mean time from one fetch of an object to the next,
 * when it may be used for `fresh` seconds and k pods of the node read it; only where weight[k]
 * says that it matters (> 0).  Memory for the work from mem.  A fresh of 0 is a fetch a read.
 */
void renewal_gaps(const struct renewal *r, double fresh, uint32_t n, const double *weight,
	double *gap, struct arena *mem);

#endif
