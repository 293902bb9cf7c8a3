/* SPDX-License-Identifier: Apache-2.0 */
/* What a live run tells beside its Result: how it went so far, and how well it kept time. */
#ifndef CLI_AGENTS_WORDS_H
#define CLI_AGENTS_WORDS_H

#include "base/json.h"
#include "base/str.h"
#include "hollow/hollow.h"

/* One line for a terminal, of a run of so many nodes that ends at `until`. */
void agents_line(const struct hollow_view *v, uint32_t nodes, ns_t until, struct str *out);

/* The entry `live` of a Result.  The caller's. */
struct json *agents_json(const struct hollow_view *v, bool whole);

/* True if the loop kept time well enough for latencies to mean something. */
bool agents_kept_time(const struct hollow_view *v);

#endif
