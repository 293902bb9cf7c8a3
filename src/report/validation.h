/* SPDX-License-Identifier: Apache-2.0 */
/* A Validation on paper: recorded beside simulated. */
#ifndef REPORT_VALIDATION_H
#define REPORT_VALIDATION_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

/* The source of rows that are seconds and no counts. */
#define VALIDATION_LATENCY "latency"

void validation_show(const struct json *result, enum show how, struct str *out);

/* One table: a row for every node, phase, source and call. */
void validation_csv(const struct json *result, struct str *out);

void validation_html(const struct json *result, struct html *page);
void validation_junit(const struct json *result, struct junit *junit);

#endif
