/* SPDX-License-Identifier: Apache-2.0 */
/* What a Sweep advises, in words. */
#ifndef REPORT_SWEEP_WORDS_H
#define REPORT_SWEEP_WORDS_H

#include "base/json.h"
#include "base/str.h"

/* "limiter at 70 (api.limiter.p99 1.2 s, at most 1 s)" */
void sweep_wall_words(const struct json *wall, struct str *out);

/* "20/s, burst 40, holds 170 (its own: 5/s, burst 10)", or why none is told. */
void sweep_client_words(const struct json *group, struct str *out);

/* The advice, of the curve that holds the most, and how the others stand to it. */
void sweep_headline(const struct json *result, struct str *out);

#endif
