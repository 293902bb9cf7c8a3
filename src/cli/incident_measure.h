/* SPDX-License-Identifier: Apache-2.0 */
/* What one side of an incident has of a figure's measure: by the closed form, or by a run. */
#ifndef CLI_INCIDENT_MEASURE_H
#define CLI_INCIDENT_MEASURE_H

#include "base/json.h"
#include "estimate/toll.h"
#include "models/incident.h"

/* A side: its scenario, its closed form and, if a figure asks for it, its simulation. */
struct measured_side {
	const struct incident_side *of;
	struct scenario scenario;
	struct model resolved;
	struct toll toll;
	struct json *result;
	bool loaded;
};

struct measured_incident {
	const struct library *lib;
	const struct incident *incident;
	unsigned threads;
	struct measured_side *before, *after;
	const char *rests_on; /* what the last simulated figure rests on */
	struct json *by;      /* and by which calibrations: a text, or null */
};

/* In lib's memory, of which both live.  threads: of simulations, 0: all processors. */
void incident_measure_init(struct measured_incident *m, const struct library *lib,
	const struct incident *incident, unsigned threads);

/* Release its results.  Harmless on a zeroed one. */
void incident_measure_fini(struct measured_incident *m);

/* Of OF_BEFORE or OF_AFTER, in the measure's own unit.  ERR_INPUT: a side that does not
 * resolve, a measure that there is not. */
int incident_measure(struct measured_incident *m, enum incident_side_of side,
	const struct incident_figure *f, double *value, struct err *err);

#endif
