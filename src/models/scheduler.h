/* SPDX-License-Identifier: Apache-2.0 */
/* When the cluster's scheduler has bound a pod to its node.
 *
 * A function of the scenario alone, not a state: it binds pods that were created at one moment
 * one after the other, to node after node in turn.  Who creates pods one by one is no
 * scheduler. */
#ifndef MODELS_SCHEDULER_H
#define MODELS_SCHEDULER_H

#include <stdbool.h>

#include "base/ns.h"

struct scenario;

/* Pods that are created at once wait for their turn, so their start hangs on how many nodes
 * there are. */
bool scheduler_is_waited_for(const struct scenario *s);

/* How long after its creation a pod is bound before which so many of the cluster were; grows
 * with their number.  0 where nobody waits. */
ns_t scheduler_bound_after(const struct scenario *s, ns_t pods_before);

#endif
