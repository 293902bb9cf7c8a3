/* SPDX-License-Identifier: Apache-2.0 */
/* Known regressions beside what comes out here (kind Incidents) as text, CSV or Markdown. */
#ifndef REPORT_INCIDENTS_H
#define REPORT_INCIDENTS_H

#include <stdbool.h>

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void incidents_show(const struct json *result, enum show how, struct str *out);
void incidents_csv(const struct json *result, struct str *out);
void incidents_html(const struct json *result, struct html *page);
void incidents_junit(const struct json *result, struct junit *junit);

/* The columns of its figures and of its changes, all of them. */
extern const struct columns incidents_figure_columns, incidents_change_columns;

/* Rows or changes in words: what happens or does not is yes or no, and no number.  once: the
 * incident's name stands in its first row only.  The caller's. */
struct json *incidents_rows(const struct json *list, bool once);
bool incidents_is_number(const struct json *row);

/* How many figures came out, in sentences. */
void incidents_foot(const struct json *result, struct str *out);

#endif
