/* SPDX-License-Identifier: Apache-2.0 */
/* What a burst feels like: all pods of a node created at once, until they are seen running.
 *
 * One node with the whole kubelet, its limiters among them, for every way to get a pod's
 * secret.  The runtime's part is the same in all; what differs is how long GETs of secrets hold
 * back the statuses that wait in the same limiter.
 */
#ifndef CLI_CONTRAST_BURST_H
#define CLI_CONTRAST_BURST_H

#include "base/json.h"
#include "cli/result_classes.h"
#include "fleet/fleet.h"
#include "models/models.h"

/* Means are over so many runs: where the status manager's period falls decides seconds. */
#define CONTRAST_BURST_SEEDS 10
/* The kubelet is up for so long before; drawn, so that no timer's phase is the rule. */
#define CONTRAST_BURST_AFTER (30 * NS_S)
#define CONTRAST_BURST_PHASE (60 * NS_S)
/* A node that has not got its pods to run by then never will: syncs ask for more than the
 * limiter lets through. */
#define CONTRAST_BURST_END (30 * NS_MIN)

/* Append a row for every design of objects; *calls has what was called, too.  ERR_ENV: no
 * threads. */
int contrast_burst(const struct scenario *base, uint32_t pods, ns_t ttl, struct json *rows,
	struct classes_calls *calls, struct err *err);

#endif
