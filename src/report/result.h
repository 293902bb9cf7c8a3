/* SPDX-License-Identifier: Apache-2.0 */
/* A Result on paper: one simulated scenario. */
#ifndef REPORT_RESULT_H
#define REPORT_RESULT_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void result_show(const struct json *result, enum show how, struct str *out);

/* Everything but the scenario, as one table: its first column says which list of the JSON a row
 * is, or "times" for a histogram and "totals" for all single figures. */
void result_csv(const struct json *result, struct str *out);

void result_html(const struct json *result, struct html *page);
void result_junit(const struct json *result, struct junit *junit);

#endif
