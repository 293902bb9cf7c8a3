/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderings of a Validation share.  For validation*.c alone. */
#ifndef REPORT_VALIDATION_PRIV_H
#define REPORT_VALIDATION_PRIV_H

#include <stdbool.h>

#include "base/json.h"
#include "base/str.h"
#include "report/table.h"

extern const struct columns validation_columns, validation_other_columns;
extern const char validation_running_title[], validation_others_title[];

/* The rows that are latencies, or those that are not; the caller frees them. */
struct json *validation_rows(const struct json *result, bool latency);

/* Sentences. */
void validation_head(const struct json *result, struct str *out);
void validation_foot(const struct json *result, struct str *out);

#endif
