/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as files write them: what each type of number is stored as, and its own range. */
#ifndef MODELS_NUMBER_H
#define MODELS_NUMBER_H

#include "models/field.h"

enum number_form {
	NUMBER_WHOLE,    /* digits */
	NUMBER_QUANTITY, /* a whole number, or one with a suffix: "5k", "4Ki" */
	NUMBER_DURATION, /* "1m30s" */
	NUMBER_SHARE,    /* "0.5" or "50%" */
	NUMBER_DECIMAL,  /* digits, a point, an exponent */
};

struct number_type {
	enum number_form form;
	unsigned places; /* what is stored is in units of 10^-places */
	size_t bytes;    /* of what is stored, an integer */
	int64_t max;     /* the type's own */
};

/* How that type of field is written and stored; NULL: it is no number. */
const struct number_type *number_type(enum field_type type);

/* One of the file's units in stored ones: 10^places. */
int64_t number_unit(const struct number_type *t);

/* The number that the text says, within the field's limits, in the unit that is stored.
 * ERR_INPUT, with the field's name. */
int number_read(
	const struct field *f, const struct doc_node *node, int64_t *out, struct err *err);

#endif
