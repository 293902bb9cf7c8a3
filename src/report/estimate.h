/* SPDX-License-Identifier: Apache-2.0 */
/* Features in closed form (kind Estimate) as text, CSV or Markdown. */
#ifndef REPORT_ESTIMATE_H
#define REPORT_ESTIMATE_H

#include "base/json.h"
#include "base/str.h"
#include "report/html.h"
#include "report/junit.h"

void estimate_show(const struct json *result, enum show how, struct str *out);
void estimate_csv(const struct json *result, struct str *out);
void estimate_html(const struct json *result, struct html *page);
void estimate_junit(const struct json *result, struct junit *junit);

/* A call's name: "get pods", "list_containers", or what makes several. */
void estimate_call_name(const struct json *row, struct str *out);

/* The rows of a list, each with the name of its call under "call"; the caller's. */
struct json *estimate_named_calls(const struct json *list);

/* What a call is in the largest cluster; borrowed. */
const struct json *estimate_largest(const struct json *call);

/* Whether a call that fails is retried, and its rate while all do. */
void estimate_if_it_fails(const struct json *call, struct str *out);

#endif
