/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded beside simulated: a row for every node, phase, source and call.
 *
 * Sources see different things.  `cri` is the kubelet's own metric: calls of any outcome that
 * go through its instrumented client.  `wire` is the runtime's socket: all calls, by outcome.
 * `api` is the audit log.  A call of which only one side knows is a row too.  `latency` is no
 * count: how long pods took to be seen running, held to a relative error in place of the
 * interval, which is wide where a race decides.
 */
#ifndef CLI_VALIDATE_ROWS_H
#define CLI_VALIDATE_ROWS_H

#include "base/json.h"
#include "cli/validate_run.h"

/* A call that was never recorded is a row from so many simulated on average. */
#define VALIDATE_UNRECORDED 0.5

/* How far the mean of the simulated medians may be from the recorded one, and that of what lies
 * beyond it (90th percentile, maximum). */
#define VALIDATE_MEDIAN_ERROR 0.10
#define VALIDATE_MAX_ERROR    0.20

/* Append the rows of a node's phases to rows, and what was recorded beside them (relists and
 * gone seconds: their race between a batch and an event makes them bistable) to others. */
void validate_rows(const struct recorded_node *node, const struct scenario *scenario,
	const struct validate_sample *samples, uint32_t n, struct json *rows,
	struct json *others);

#endif
