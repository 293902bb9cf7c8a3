/* SPDX-License-Identifier: Apache-2.0 */
/* Known regressions beside what comes out here (kind Incidents) as text, CSV or Markdown. */
#ifndef REPORT_INCIDENTS_H
#define REPORT_INCIDENTS_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void incidents_text(const struct json *result, struct str *out);
void incidents_csv(const struct json *result, struct str *out);
void incidents_markdown(const struct json *result, struct str *out);
void incidents_html(const struct json *result, struct html *page);
void incidents_junit(const struct json *result, struct junit *junit);

/* How many figures came out, in sentences. */
void incidents_foot(const struct json *result, struct str *out);

#endif
