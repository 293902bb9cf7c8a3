/* SPDX-License-Identifier: Apache-2.0 */
/* Which limits of the kubelet's client a workload needs, found by simulating it with others. */
#ifndef CLI_SWEEP_CLIENT_H
#define CLI_SWEEP_CLIENT_H

#include "cli/sweep_cells.h"

/* Put clientQps, clientBurst, clientQpsAt, clientNextWall, clientOwnQps, clientOwnBurst and
 * clientReason into the first 64 of advice_groups(), which become new ones, if the axis is pods
 * a node or the limit itself.
 *
 * Along pods the most are looked for that hold no wall with the highest limit of a ladder:
 * where that is no more than hold with the scenario's own, the client is not what breaks.  At
 * so many pods the least limit of the ladder is told with which no wall is hit; along the
 * limit, the least of its values.  Where no pod starts and the least of all is enough, nothing
 * is told but why.  It is taken for granted that what breaks goes on breaking with more pods,
 * or with less of a limit.  ERR_ENV. */
int client_advice(const struct sweep *s, struct json **groups, struct err *err);

#endif
