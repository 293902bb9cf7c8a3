/* SPDX-License-Identifier: Apache-2.0 */
/* ServerCounts on paper: what a mock API server was asked. */
#ifndef REPORT_SERVE_H
#define REPORT_SERVE_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void serve_show(const struct json *result, enum show how, struct str *out);
void serve_csv(const struct json *result, struct str *out);
void serve_html(const struct json *result, struct html *page);

/* It checks nothing: every class of requests is a case that passed. */
void serve_junit(const struct json *result, struct junit *junit);

#endif
