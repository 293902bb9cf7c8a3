/* SPDX-License-Identifier: Apache-2.0 */
/* What makes lists of classes.  For result_classes.c and contrast_classes.c alone. */
#ifndef CLI_RESULT_CLASSES_PRIV_H
#define CLI_RESULT_CLASSES_PRIV_H

#include "cli/result_classes.h"

/* Append an entry about those fields; by: names, NULL behind the last.  calls: those that it is
 * about, taken over; NULL: all. */
void classes_add(struct json *classes, const char *class, const char *const *fields,
	struct json *calls, const char *const *by);

/* The calibration of a runtime's times, or its model where it has none; and a server's model,
 * as `nodetoll models explain` takes them. */
struct classes_sources {
	char runtime[2 * MODEL_NAME], apiserver[2 * MODEL_NAME];
};

struct classes_sources classes_sources_of(const struct scenario *s);

/* What a time may rest on. */
enum { ON_LOOKS = 1, ON_RUNTIME = 2, ON_PODS = 4, ON_REQUESTS = 8 };

/* A model, and a result that has rows of the calls that were made: runtime[], api[]. */
struct classes_model {
	const struct doc_node *spec;
	const struct origins *origins;
	const struct json *result;
};

/* A time is no better known than the calls that it is made of. */
void classes_add_times(struct json *classes, const struct classes_model *m,
	const char *const *fields, unsigned on, const char *const *by);

#endif
