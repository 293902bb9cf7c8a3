/* SPDX-License-Identifier: Apache-2.0 */
/* One incident's figures and changes, computed: the rows of kind Incidents. */
#ifndef CLI_INCIDENTS_RUN_H
#define CLI_INCIDENTS_RUN_H

#include "base/json.h"
#include "models/incident.h"

/* A figure within this share of what was published is matched. */
#define INCIDENT_WITHIN 0.05

enum { INCIDENTS_COUNTED = 64 };

/* Incidents that count once each, by their ids: some have several files. */
struct incident_ids {
	uint32_t n;
	char id[INCIDENTS_COUNTED][sizeof(((struct incident *)0)->id)];
};

struct incidents_sum {
	uint32_t incidents, figures, matched, shape, not_matched;
	uint32_t matched_a;   /* figures of class A */
	uint32_t inputs_a[3]; /* the same by what went into ours: enum incident_inputs */
	struct incident_ids ids_a;
	uint32_t lost; /* known to be matched, or a shape, and not any more */
};

/* Lists that an incident's rows are appended to. */
struct incident_rows {
	struct json *figures, *changes;
};

/* Append the incident's figures and changes; count the figures.  threads: of its simulations,
 * 0: all processors.  ERR_INPUT: a side that does not resolve, a measure that there is not. */
int incident_run(const struct library *lib, const struct incident *incident, unsigned threads,
	const struct incident_rows *rows, struct incidents_sum *sum, struct err *err);

#endif
