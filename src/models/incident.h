/* SPDX-License-Identifier: Apache-2.0 */
/* Known regressions: what happened, what was published of it, and how to get at the same
 * figure.
 *
 * A side (before, after) is a scenario with settings and features, or a reason why the models
 * do not carry it; a figure says of which side it is, by which measure, and whether it comes
 * out.  What cannot be got at has no measure and a reason.  A change is a measure of both sides
 * that nobody published: what it saved or cost.  Nothing is computed here.
 */
#ifndef MODELS_INCIDENT_H
#define MODELS_INCIDENT_H

#include "models/library.h"

/* The unit of what happens or does not: 1 and 0. */
#define INCIDENT_YES_OR_NO "yes or no"

enum { INCIDENT_FIGURES = 16, INCIDENT_CHANGES = 8, INCIDENT_SETTINGS = 24 };

enum incident_class { INCIDENT_A, INCIDENT_B, INCIDENT_C };
enum incident_side_of { OF_BEFORE, OF_AFTER, OF_RATIO /* before / after */, OF_DIFFERENCE };
enum incident_measure {
	BY_NOTHING,    /* it is not modelled */
	BY_RATE,       /* calls a second in the cluster, closed form */
	BY_REJECTED,   /* the same while all of them are rejected */
	BY_PERIOD,     /* seconds between two of them, of one pod or node */
	BY_BYTES,      /* a second, closed form */
	BY_WATCHES,    /* open in the cluster */
	BY_TOLD,       /* watchers that a change goes to */
	BY_TOLD_BYTES, /* bytes for one change */
	BY_RESTARTS,   /* of one container that always crashes, by the back-off's rule alone */
	BY_LIST_BYTES, /* of the answer to an unfiltered list of containers */
	BY_RESULT      /* a measure of the simulation's Result */
};
enum incident_verdict { VERDICT_MATCHED, VERDICT_NOT, VERDICT_SHAPE };
enum incident_inputs {
	INPUTS_MODEL,   /* timers with their drift, jitter and ticks */
	INPUTS_NOMINAL, /* the stated period, because the figure took it */
	INPUTS_STATED   /* counts and sizes that the source states */
};
enum incident_relation { RELATION_EQUAL, RELATION_AT_LEAST, RELATION_AT_MOST };

/* A figure.  A change is one, too, of which nothing was published and which is of both sides:
 * what a figure alone has is zero. */
struct incident_figure {
	char name[96];
	enum incident_class class;
	int64_t published; /* millionths of the unit */
	uint32_t unit;     /* index into incident_units */
	enum incident_side_of of;
	enum incident_measure measure;
	char call[LOOP_NAME]; /* "get secrets", an operation; "": of the features' rows all */
	char result[160];     /* BY_RESULT: "podRunning.max" */
	uint32_t seeds;       /* and it is the mean of so many runs */
	enum incident_inputs inputs;
	int64_t times; /* millionths: so many of what the measure is of one of */
	enum incident_relation relation;
	enum incident_verdict verdict; /* that it is expected to have */
	const char *source;
	const char *reason;       /* NULL: it needs none */
	const char *derived_from; /* published is arithmetic from this; NULL: it was told */
};

struct incident_side {
	const struct doc_node *spec; /* NULL: there is none */
	const char *not_modelled;    /* and why; NULL: there is one */
};

struct incident {
	char name[MODEL_NAME];
	char id[16];
	char years[24];
	char title[160];
	const char *mechanism, *fix; /* NULL: not told */
	enum incident_class class;
	struct incident_side before, after;
	uint32_t n_figures;
	struct incident_figure figures[INCIDENT_FIGURES];
	uint32_t n_changes;
	struct incident_figure changes[INCIDENT_CHANGES];
	struct origins origins; /* of every constant in its file */
};

struct incident_unit {
	const char *name;
	double of; /* the measure's own unit */
};
extern const struct incident_unit incident_units[];
bool incident_is_yes_or_no(const struct incident_figure *f);
extern const struct word words_incident_class[3];
extern const struct word words_incident_verdict[3];
extern const struct word words_incident_inputs[3];

extern const struct table table_incident; /* struct incident */

/* An incident by name or path; its texts live in the library's memory.  ERR_INPUT. */
int incident_load(const struct library *lib, const char *name, struct incident *incident,
	struct err *err);

/* One side as a scenario.  ERR_INPUT. */
int incident_scenario(const struct library *lib, const struct incident_side *side,
	struct scenario *scenario, struct model *resolved, struct err *err);

#endif
