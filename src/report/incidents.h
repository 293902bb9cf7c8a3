/* SPDX-License-Identifier: Apache-2.0 */
/* Known regressions beside what comes out here (kind Incidents) as text, CSV or Markdown. */
#ifndef REPORT_INCIDENTS_H
#define REPORT_INCIDENTS_H

#include "base/json.h"
#include "base/str.h"

void incidents_text(const struct json *result, struct str *out);
void incidents_csv(const struct json *result, struct str *out);
void incidents_markdown(const struct json *result, struct str *out);

#endif
