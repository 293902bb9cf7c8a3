/* SPDX-License-Identifier: Apache-2.0 */
/* A Result on paper: one simulated scenario. */
#ifndef REPORT_RESULT_H
#define REPORT_RESULT_H

#include "base/json.h"
#include "base/str.h"

void result_text(const struct json *result, struct str *out);
void result_markdown(const struct json *result, struct str *out);

/* One table: a row a call, of the runtime and of the API server. */
void result_csv(const struct json *result, struct str *out);

#endif
