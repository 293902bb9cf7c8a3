/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderings of an Estimate share.  For estimate*.c alone. */
#ifndef REPORT_ESTIMATE_PRIV_H
#define REPORT_ESTIMATE_PRIV_H

#include <stdbool.h>

#include "base/json.h"
#include "report/table.h"

extern const struct columns estimate_call_columns, estimate_watch_columns,
	estimate_total_columns, estimate_limiter_columns, estimate_change_columns;

/* What the kubelet's own toll is of, in a sentence. */
void estimate_own_toll(const struct json *result, struct str *out);

bool estimate_is_watch(const struct json *call);

/* A row a call and cluster size, with what it is called as "call", in its first row or in all;
 * of watches, or of what else there is.  The caller frees them. */
enum estimate_names { ESTIMATE_NAMED_ONCE, ESTIMATE_NAMED };
struct json *estimate_by_size(
	const struct json *result, bool watches, enum estimate_names names);

/* Rows with what they are called as "call"; the caller frees them. */
struct json *estimate_named(const struct json *list);

#endif
