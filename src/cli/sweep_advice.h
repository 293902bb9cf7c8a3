/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep's rows say: walls and knee along the axis, what nothing beats, what to set. */
#ifndef CLI_SWEEP_ADVICE_H
#define CLI_SWEEP_ADVICE_H

#include "cli/sweep_cells.h"

/* A list with a row for each combination of what is varied beside the axis: {values{}, knee,
 * walls[], firstWall, holdsTo, holdsFrom, maxPods, clientQps, clientBurst, clientQpsAt}.
 * Empty if there is no axis.  Walls are told coming from the values that hold: down the axis
 * where only its end does.  knee_of is a measure of the sweep; NULL: the first of the usual
 * ones that is there. */
struct json *advice_groups(const struct sweep *s, const char *knee_of);

/* Which cells no other beats, of those that hit no wall: {objectives[], cells[]}. */
struct json *advice_pareto(const struct sweep *s);

/* Put the kubelet's client limits into the first 64 groups, which become new ones: the least of
 * a ladder with which its limiter is no wall, at the hardest value that holds (the most pods)
 * or, where the limiter is the first wall, at that wall.  Simulates each group a few times
 * more.  ERR_ENV. */
int advice_client(const struct sweep *s, struct json **groups, struct err *err);

#endif
