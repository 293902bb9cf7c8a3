/* SPDX-License-Identifier: Apache-2.0 */
/* How far a scenario's objectives hold: with so many nodes, and with so many pods a node.
 *
 * Found by running the scenario again and again with more or fewer of them, doubling until an
 * objective breaks and then halving the span.  Takes for granted what is nearly always so: an
 * objective that breaks with n breaks with more.
 */
#ifndef CLI_SLO_LIMITS_H
#define CLI_SLO_LIMITS_H

#include "base/json.h"
#include "models/models.h"

/* A limit is told to this part of itself, and no search takes more runs than this. */
enum { SLO_LIMITS_PRECISION = 20, SLO_LIMITS_RUNS = 32 };

struct slo_limits {
	const struct scenario *scenario;
	uint32_t times; /* so many times as many are tried at most */
	/* Nodes that do not meet are one as the other, so a few of them do; 0: all of them. */
	uint32_t sample;
	/* What all runs together may take, about, and what the scenario's own took, as
	 * fleet_result.steps; 0: any number. */
	uint64_t steps, own_steps;
	unsigned threads;
	void (*progress)(void *ctx, uint32_t runs); /* so many are done; NULL: off */
	void *ctx;
};

/* Rows {name, vary, holdsTo, breaksAt, triedTo, pods, nodes, nodesMeet}, one for each objective
 * of `slo` (the rows of the scenario's own run, result_slo.h) that was measured, and each of
 * nodes and podsPerNode; none of those that so many steps were too few for.  *rows is the
 * caller's. ERR_ENV if threads cannot be started. */
int slo_limits(const struct slo_limits *search, const struct json *slo, struct json **rows,
	struct err *err);

#endif
