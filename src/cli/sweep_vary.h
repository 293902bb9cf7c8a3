/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep varies: "path=a,b,c" and "path=lo..hi/step" as lists of values, and the grid.
 * Numbers and durations are put in order; ranges may stand among values. */
#ifndef CLI_SWEEP_VARY_H
#define CLI_SWEEP_VARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cli/opt.h"

enum { VARY_MAX = 8, VARY_VALUES_MAX = 256, SWEEP_CELLS_MAX = 4096 };

struct vary {
	const char *path;  /* as given */
	const char *field; /* of the scenario's spec: podsPerNode is workload.pods */
	uint32_t n;
	const char *value[VARY_VALUES_MAX];
	double number[VARY_VALUES_MAX];
	bool is_number; /* every value is a number or a duration; they grow */
};

struct grid {
	uint32_t n;
	struct vary vary[VARY_MAX];
	uint32_t cells;
	uint32_t axis; /* the density if it is varied, else the first quantity; n: none */
};

/* Read what --vary says.  Texts live in mem.  ERR_INPUT names the flag and what is wrong. */
int grid_read(
	struct grid *grid, const struct opt_texts *flags, struct arena *mem, struct err *err);

/* Which value of a vary a cell has: the last vary goes fastest. */
uint32_t grid_value(const struct grid *grid, uint32_t cell, uint32_t vary);

/* The cell that has the values of `cell` but value k on the axis. */
uint32_t grid_along(const struct grid *grid, uint32_t cell, uint32_t k);

/* Whether the axis is pods a node. */
bool grid_is_density(const struct grid *grid);

#endif
