/* SPDX-License-Identifier: Apache-2.0 */
/* What a workload comes to: pods of a node, objects of the cluster. */
#ifndef MODELS_WORKLOAD_H
#define MODELS_WORKLOAD_H

#include "models/models.h"

/* Pods on a node when as many batch pods come as end. */
static inline uint32_t workload_pods(const struct workload_model *w)
{
	const struct workload_batch *b = &w->batch;

	return w->pods +
	       (b->arrival_every ? (uint32_t)(b->lifetime.mean / b->arrival_every) : 0);
}

/* How many there are in the cluster of what is shared so.  Pods are placed on every node, and
 * those of a node have every namespace there is. */
static inline uint64_t workload_objects(const struct scenario *s, enum sharing shared)
{
	switch (shared) {
	case SHARED_POD:
		return (uint64_t)s->nodes * s->workload.pods;
	case SHARED_NAMESPACE:
		return s->workload.namespaces;
	case SHARED_NODE:
		return s->nodes;
	case SHARED_CLUSTER:
		break;
	}
	return 1;
}

#endif
