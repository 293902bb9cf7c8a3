/* SPDX-License-Identifier: Apache-2.0 */
/* One incident's figures, computed: the rows of kind Incidents. */
#ifndef CLI_INCIDENTS_RUN_H
#define CLI_INCIDENTS_RUN_H

#include "base/json.h"
#include "models/incident.h"

/* A figure within this share of what was published is matched. */
#define INCIDENT_WITHIN 0.05

enum { INCIDENTS_COUNTED = 64 };

struct incidents_sum {
	uint32_t incidents, figures, matched, shape, not_matched;
	uint32_t matched_a;   /* figures of class A */
	uint32_t derived_a;   /* of these, those that nobody told: derived from what was */
	uint32_t incidents_a; /* with one at least, by their ids: some have several files */
	char id_a[INCIDENTS_COUNTED][sizeof(((struct incident *)0)->id)];
	uint32_t lost; /* known to be matched, or a shape, and not any more */
};

/* Append the incident's rows; count them.  threads: of its simulations, 0: all processors.
 * ERR_INPUT: a side that does not resolve, a measure that there is not. */
int incident_run(const struct library *lib, const struct incident *incident, unsigned threads,
	struct json *rows, struct incidents_sum *sum, struct err *err);

#endif
