/* SPDX-License-Identifier: Apache-2.0 */
/* An Agreement on paper: closed form, virtual time and real sockets side by side. */
#ifndef REPORT_AGREEMENT_H
#define REPORT_AGREEMENT_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void agreement_show(const struct json *result, enum show how, struct str *out);

/* One table: a row a call, and one for how the live run went. */
void agreement_csv(const struct json *result, struct str *out);

void agreement_html(const struct json *result, struct html *page);
void agreement_junit(const struct json *result, struct junit *junit);

#endif
