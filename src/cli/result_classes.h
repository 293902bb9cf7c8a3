/* SPDX-License-Identifier: Apache-2.0 */
/* What the numbers of a result rest on, as the list `classes`.
 *
 * counted: follows from timers and rules; calibrated: from what was measured or published, by
 * the name of the calibration or, where there is none, of the model; assumed: from a constant
 * that nobody measured.  Models say of every constant which it is (models/origin.h).
 */
#ifndef CLI_RESULT_CLASSES_H
#define CLI_RESULT_CLASSES_H

#include "base/doc.h"
#include "base/json.h"
#include "cli/estimate_json.h"
#include "models/models.h"
#include "models/origin.h"
#include "sim/tally.h"

/* Of a Result whose calls are there, and `live` if it ran on sockets; spec and origins are its
 * scenario's.  The caller owns it.
 */
struct json *result_classes(const struct scenario *s, const struct doc_node *spec,
	const struct origins *origins, const struct json *result);

/* What runs called, as far as times rest on it. */
struct classes_calls {
	bool made[CALLS_MAX];
};

void classes_calls_add(struct classes_calls *calls, const struct tally_counts *counts);

/* What a Contrast is made of. */
struct classes_contrast {
	const struct scenario *base;
	const struct doc_node *spec;
	const struct origins *origins;
	struct classes_calls looks; /* of the runs that find out what containers do, */
	struct classes_calls pods;  /* and of those that mount and start */
};

/* Of a Contrast; cpu is the calibrations that its CPU rests on, NULL: none. */
struct json *contrast_classes(const struct classes_contrast *of, const char *cpu);

/* Of a Validation with those rows; spec and origins are its scenario's. */
struct json *validation_classes(const struct scenario *s, const struct doc_node *spec,
	const struct origins *origins, const struct json *rows);

/* Of an Agreement. */
struct json *agreement_classes(void);

/* Of ServerCounts. */
struct json *servercounts_classes(void);

/* Of an Estimate: sizes are what the features' files make of them. */
struct json *estimate_classes(const struct estimate_input *in);

/* Of Incidents whose rows and changes say each what they rest on. */
struct json *incidents_classes(const struct json *rows, const struct json *changes);

#endif
