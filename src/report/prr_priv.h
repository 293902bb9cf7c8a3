/* SPDX-License-Identifier: Apache-2.0 */
/* What the answers of a production readiness review share.  For src/report alone. */
#ifndef REPORT_PRR_PRIV_H
#define REPORT_PRR_PRIV_H

#include <stdbool.h>

#include "base/json.h"
#include "base/str.h"

bool prr_is_api(const struct json *call);

void prr_question(const char *text, struct str *out);

/* Rows of requests, or of calls of the runtime: one a call and cluster size; the caller frees
 * them. */
struct json *prr_flat(const struct json *result, bool api);

/* Their formulas, and why others are unknown. */
void prr_formulas(const struct json *result, bool api, struct str *out);

/* Those of the kubelet that are not what they were: requests, or calls of the runtime. */
void prr_own_calls(const struct json *result, bool runtime, struct str *out);

/* The answers that a question each begins. */
void prr_new_calls(const struct json *result, struct str *out);
void prr_new_types(const struct json *result, struct str *out);
void prr_existing_objects(const struct json *result, struct str *out);
void prr_slower(const struct json *result, struct str *out);
void prr_resources(const struct json *result, struct str *out);
void prr_exhausted(const struct json *result, struct str *out);

#endif
