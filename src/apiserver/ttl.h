/* SPDX-License-Identifier: Apache-2.0 */
/* The TTL controller: how long kubelets may keep a secret, by the size of the cluster.
 *
 * It writes the annotation node.alpha.kubernetes.io/ttl.  Steps overlap, so a cluster that
 * breathes around a boundary does not flap; each node that comes or goes moves it by one step
 * at most.  pkg/controller/ttl/ttl_controller.go:106-192.
 */
#ifndef APISERVER_TTL_H
#define APISERVER_TTL_H

#include "base/ns.h"
#include "models/models.h"

struct ttl_controller {
	const struct apiserver_model *model; /* its steps */
	uint32_t step;
	uint32_t nodes;
};

void ttl_init(struct ttl_controller *c, const struct apiserver_model *model);
void ttl_node_added(struct ttl_controller *c);
void ttl_node_deleted(struct ttl_controller *c);

/* The annotation now; -1 if the model has no TTL controller. */
ns_t ttl_annotation(const struct ttl_controller *c);

/* The annotation in a cluster that grew to so many nodes. */
ns_t ttl_of_size(const struct apiserver_model *model, uint32_t nodes);

/* The annotation of a scenario's nodes: its own, or by the size of its cluster. */
ns_t ttl_of(const struct scenario *s);

#endif
