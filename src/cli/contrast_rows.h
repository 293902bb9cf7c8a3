/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of the contrast: a row a design and density, closed form beside simulated. */
#ifndef CLI_CONTRAST_ROWS_H
#define CLI_CONTRAST_ROWS_H

#include "base/json.h"
#include "estimate/cost.h"
#include "estimate/rates.h"
#include "fleet/fleet.h"
#include "models/models.h"

/* Calls of the runtime in window 0, over all nodes: those that find out what changed, and all.
 */
struct contrast_calls {
	uint64_t operation[OP_N]; /* to find out */
	uint64_t find_out;        /* their sum */
	uint64_t total;           /* of whatever purpose, in the metric or not */
};

void contrast_count(const struct fleet_result *r, struct contrast_calls *calls);

/* Calls of the loops that no design touches. */
struct contrast_rest {
	int64_t calls;          /* all nodes, window 0 */
	struct estimate closed; /* per second and node */
};

/* What CPU rests on, for each party; NULL: it has no calibration. */
struct contrast_cost {
	const struct cost *of[COST_PARTIES];
};

/* A row of the runtime half. */
struct json *contrast_runtime_row(const struct scenario *s, const struct fleet_result *r,
	const struct contrast_rest *rest, const struct contrast_cost *cost);

/* A row of the object half; ttl: of a cache. */
struct json *contrast_object_row(
	const struct scenario *s, const struct fleet_result *r, ns_t ttl, struct arena *mem);

/* The fits with their residuals and predictions; null if there is none. */
struct json *contrast_cost_json(const struct contrast_cost *cost);

const char *contrast_object_name(enum object_design design);

#endif
