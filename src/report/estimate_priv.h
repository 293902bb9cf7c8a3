/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderings of an Estimate share.  For src/report alone. */
#ifndef REPORT_ESTIMATE_PRIV_H
#define REPORT_ESTIMATE_PRIV_H

#include <stdbool.h>

#include "base/json.h"
#include "report/table.h"

extern const struct columns estimate_call_columns, estimate_watch_columns,
	estimate_total_columns, estimate_limiter_columns, estimate_change_columns;

/* What the kubelet's own toll is of, in a sentence. */
void estimate_own_toll(const struct json *result, struct str *out);

/* Append lines: what scenario it is laid over, which options nobody gave and what they are
 * then; nothing, if there are none. */
void estimate_defaults(const struct json *result, const char *quote, struct str *out);

/* Append what the symbols of its formulas mean, a line each. */
void estimate_symbols(
	const struct json *result, const char *indent, enum show how, struct str *out);

bool estimate_is_watch(const struct json *call);

/* Append " (FEATURE, LOOP)" as far as it takes to tell the calls of result apart. */
void estimate_added_by(const struct json *result, const struct json *call, struct str *out);

/* A row a call and cluster size, with what it is called as "call", in its first row or in all,
 * who sends it and in words when; of watches, or of what else there is.  The caller frees them.
 */
enum estimate_names { ESTIMATE_NAMED_ONCE, ESTIMATE_NAMED };
struct json *estimate_by_size(
	const struct json *result, bool watches, enum estimate_names names);

/* Append those of one call under that name; unknown is how bytes a second are told that are not
 * known. */
void estimate_add_sizes(struct json *rows, const struct json *call, const char *name,
	enum estimate_names names, const char *unknown);

/* Rows of a list, a call's one after the other, with what it is called as "call", in its first
 * row or in all; the caller frees them. */
struct json *estimate_named(const struct json *list, enum estimate_names names);

/* Totals with "at least 5.10" where not all is known, limiters with what waits for ever longer;
 * the caller frees them. */
struct json *estimate_totals(const struct json *result);
struct json *estimate_limiters(const struct json *result);

/* Append that text of a call between begin and end: once, if it is the same in all clusters,
 * else for each that has one, with its size. */
void estimate_by_sizes(const struct json *call, const char *key, const char *begin,
	const char *end, struct str *out);

/* What a busiest second leaves out. */
extern const char estimate_peaks_alone[];

#endif
