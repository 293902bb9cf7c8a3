/* SPDX-License-Identifier: Apache-2.0 */
/* A Contrast on paper: designs side by side, on one screen. */
#ifndef REPORT_CONTRAST_H
#define REPORT_CONTRAST_H

#include "base/json.h"
#include "base/str.h"

void contrast_text(const struct json *result, struct str *out);
void contrast_markdown(const struct json *result, struct str *out);

/* One table: a row a design and density, of both halves. */
void contrast_csv(const struct json *result, struct str *out);

#endif
