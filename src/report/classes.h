/* SPDX-License-Identifier: Apache-2.0 */
/* What the numbers of a result rest on: its list `classes`, as a sentence and as a table. */
#ifndef REPORT_CLASSES_H
#define REPORT_CLASSES_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"

/* Append a sentence or two; nothing, if the result has no such list. */
void classes_words(const struct json *result, struct str *out);

/* The list itself, after the sentence. */
void classes_html(const struct json *result, struct html *page);

#endif
