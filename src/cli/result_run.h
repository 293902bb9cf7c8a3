/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a scenario, and the Result that it makes. */
#ifndef CLI_RESULT_RUN_H
#define CLI_RESULT_RUN_H

#include "base/doc.h"
#include "base/json.h"
#include "fleet/fleet.h"
#include "models/origin.h"

struct result_run {
	const struct scenario *scenario;
	struct json *live; /* how a run on sockets went, taken over; NULL: virtual time */
	const struct doc_node *spec;   /* the same without references: part of the result */
	const struct origins *origins; /* of spec: what the numbers rest on; NULL: not told */
	unsigned threads;              /* 0: all processors */
	uint32_t trace_node;
	void (*trace)(void *ctx, const struct tally_call *call); /* NULL: off */
	void (*progress)(void *ctx, uint32_t nodes_done);        /* NULL: off */
	void *ctx;
	uint64_t *steps; /* told what fleet_result.steps is; NULL: not told */
};

/* Run it.  *result is the caller's.  ERR_ENV if threads cannot be started. */
int result_run(const struct result_run *run, struct json **result, struct err *err);

/* What a run of the scenario measured, whoever ran it, as a Result.  The caller's. */
struct json *result_of(const struct result_run *run, const struct fleet_result *r);

#endif
