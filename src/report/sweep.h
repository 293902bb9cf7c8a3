/* SPDX-License-Identifier: Apache-2.0 */
/* A Sweep on paper: advice first, then a row a cell. */
#ifndef REPORT_SWEEP_H
#define REPORT_SWEEP_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void sweep_show(const struct json *result, enum show how, struct str *out);
void sweep_csv(const struct json *result, struct str *out);
void sweep_html(const struct json *result, struct html *page);

/* A case a cell, with the walls that it hits.  A sweep goes looking for them, so no case fails;
 * what must hold is a gate of a comparison. */
void sweep_junit(const struct json *result, struct junit *junit);

#endif
