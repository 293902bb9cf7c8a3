/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderings of a Contrast share: columns and sentences.  For contrast*.c alone. */
#ifndef REPORT_CONTRAST_PRIV_H
#define REPORT_CONTRAST_PRIV_H

#include <stddef.h>

#include "base/json.h"
#include "base/str.h"
#include "report/table.h"

struct contrast_design {
	const char *name;
	const char *words;
};

struct contrast_designs {
	const struct contrast_design *of;
	size_t n;
};

extern const struct contrast_designs contrast_runtime_designs, contrast_object_designs;
extern const struct columns contrast_runtime_columns, contrast_object_columns;
extern const char contrast_runtime_question[];
extern const char contrast_runtime_note[], contrast_object_note[]; /* of the columns */

/* Sentences; nothing, where there is nothing to say. */
void contrast_title(const struct json *result, struct str *out);
void contrast_object_question(const struct json *result, struct str *out);
void contrast_runtime_reasons(const struct json *result, struct str *out);
void contrast_object_reasons(const struct json *result, struct str *out);
void contrast_sharing(const struct json *result, struct str *out);
void contrast_burst_words(const struct json *result, struct str *out);
void contrast_cpu_words(const struct json *result, struct str *out);

/* "cache 60 s": what a row is called. */
void contrast_label(const struct json *row, struct str *label);

#endif
