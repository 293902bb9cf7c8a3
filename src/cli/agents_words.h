/* SPDX-License-Identifier: Apache-2.0 */
/* What a live run tells beside its Result: how it went so far, and how well it kept time. */
#ifndef CLI_AGENTS_WORDS_H
#define CLI_AGENTS_WORDS_H

#include "base/json.h"
#include "base/str.h"
#include "hollow/hollow.h"

/* How things stood when a line was written last; zeroed at first. */
struct agents_pace {
	ns_t at;
	uint64_t requests, asked[CALLS_MAX];
	struct hist lag, start_lag;
};

/* One line for a terminal, of a live run that ends at `until`.  Rates, what was asked for most,
 * and how late turns came are of the time since the line before. */
void agents_line(const struct hollow_view *v, const struct scenario *s, ns_t until,
	struct agents_pace *pace, struct str *out);

/* The entry `live` of a Result.  The caller's. */
struct json *agents_json(const struct hollow_view *v, const struct calls *calls, bool whole);

/* True if the loop kept time well enough for latencies to mean something. */
bool agents_kept_time(const struct hollow_view *v);

/* ERR_ENV: no node is ready, since the server refuses all of them. */
int agents_check(const struct hollow_view *v, uint32_t nodes, struct err *err);

/* How late it was, in words. */
void agents_late(const struct hollow_view *v, struct str *out);

#endif
