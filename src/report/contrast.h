/* SPDX-License-Identifier: Apache-2.0 */
/* A Contrast on paper: designs side by side, on one screen. */
#ifndef REPORT_CONTRAST_H
#define REPORT_CONTRAST_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void contrast_show(const struct json *result, enum show how, struct str *out);

/* Everything but the sentences, as one table: its first column says which list or object of the
 * JSON a row is, the others are named as its fields. */
void contrast_csv(const struct json *result, struct str *out);

void contrast_html(const struct json *result, struct html *page);
void contrast_junit(const struct json *result, struct junit *junit);

#endif
