/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep's rows say: walls and knee along the axis, and what nothing beats. */
#ifndef CLI_SWEEP_ADVICE_H
#define CLI_SWEEP_ADVICE_H

#include "cli/sweep_cells.h"

/* Where no wall is hit: below value `to` of the axis, and from value `from` on. */
struct sweep_holds {
	uint32_t to, from;
};

/* Along the axis from the cell `first`, which has its first value. */
struct sweep_holds advice_holds(const struct sweep *s, uint32_t first);

/* A list with a row for each combination of what is varied beside the axis: {values{}, knee,
 * walls[], firstWall, holdsTo, holdsFrom, maxPods, and what sweep_client.h finds}.  Empty if
 * there is no axis.  Walls are told coming from the end that holds: down the axis where only
 * its last value does, or none does and that one's walls are fewer or less exceeded.  knee_of
 * is a measure of the sweep; NULL: the first of the usual ones that is there. */
struct json *advice_groups(const struct sweep *s, const char *knee_of);

/* Which cells no other beats, of those that hit no wall: {objectives[], cells[]}. */
struct json *advice_pareto(const struct sweep *s);

#endif
