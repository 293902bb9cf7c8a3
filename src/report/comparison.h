/* SPDX-License-Identifier: Apache-2.0 */
/* A Comparison on paper: base and candidate side by side. */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

/* One screen: headline, gates, calls and the measures that matter; JSON has all of them. */
void comparison_show(const struct json *result, enum show how, struct str *out);

/* Every measure, and every gate. */
void comparison_csv(const struct json *result, struct str *out);

/* The page: the same, gates first. */
void comparison_html(const struct json *result, struct html *page);

/* A case a gate, and whether requests had settled; without gates the headline is one. */
void comparison_junit(const struct json *result, struct junit *junit);

/* A row's side ("base", "candidate", "bound") with its unit: "12.3/s"; "-" if it is null. */
void comparison_figure(const struct json *row, const char *side, struct str *out);

/* How many gates held, were breached or could not be decided: "1 of 3 gates breached". */
void comparison_gates_sum(const struct json *result, struct str *out);

/* What a row's difference is: "+5.3%", "~" if it may be chance, "new" beside a base of 0. */
void comparison_delta(const struct json *row, struct str *out);

#endif
