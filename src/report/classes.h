/* SPDX-License-Identifier: Apache-2.0 */
/* What the numbers of a result rest on: its list `classes`, as a sentence and as a table. */
#ifndef REPORT_CLASSES_H
#define REPORT_CLASSES_H

#include <stddef.h>

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"

/* Append a sentence or two; nothing, if the result has no such list. */
void classes_words(const struct json *result, struct str *out);

/* The same on lines of at most width characters (SIZE_MAX: one, as Markdown wants it). */
void classes_note(const struct json *result, size_t width, struct str *out);

/* What rests on two of them: the entries of a list, and those of another that it lacks.  Either
 * may be NULL.  The caller's. */
struct json *classes_both(const struct json *a, const struct json *b);

/* The list itself, after the sentence. */
void classes_html(const struct json *result, struct html *page);

#endif
