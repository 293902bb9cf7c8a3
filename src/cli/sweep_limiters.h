/* SPDX-License-Identifier: Apache-2.0 */
/* Limiters of a node's clients that are asked for all that they let through.
 *
 * Who makes one request after the other, as a loop does, has never more than one before its
 * limiter: none waits for long, while rounds become ever later or are left out.  How long
 * requests wait does not tell of it; how much is asked for does.
 */
#ifndef CLI_SWEEP_LIMITERS_H
#define CLI_SWEEP_LIMITERS_H

#include "base/json.h"
#include "models/models.h"

/* A second and node. */
struct limiter_asked {
	const char *client; /* lives as long as the scenario; NULL: no client has a limit */
	double asked;       /* what the timers of loops say, and all that was sent */
	double limit;       /* that it lets through */
};

/* The client that is asked for most of its limit, of those that each node has for itself.  Of
 * a scenario and its Result. */
struct limiter_asked limiters_fullest(const struct scenario *s, const struct json *result);

#endif
