/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people write them: in and out.
 *
 * Durations as in Go ("1m30s"), quantities as in Kubernetes ("5Ki"), ratios
 * ("0.5", "50%") and plain integers.  Everything is exact integer arithmetic.
 * Each parser takes the whole text or refuses it: it returns 0 and writes
 * *out, or ERR_INPUT with what is wrong and what would be right; *out is then
 * untouched.  Nothing is ever silently rounded to zero, wrapped or clipped.
 */
#ifndef NODETOLL_BASE_UNITS_H
#define NODETOLL_BASE_UNITS_H

#include "base/err.h"
#include "base/ns.h"

#include <stddef.h>
#include <stdint.h>

/* "250ms", "1m30s", "1.5h", "0": Go's rules and units (ns, us, ms, s, m, h),
 * except that a duration here is never negative.  Below 1 ns is cut, as in Go. */
int units_parse_duration(const char *text, ns_t *out, struct err *err);

/* "2", "5Ki", "1M", "1.5Gi", "1e3", "2000m": Kubernetes' suffixes; the value
 * must be a whole number of at least 0 that fits 63 bits. */
int units_parse_quantity(const char *text, int64_t *out, struct err *err);

/* A decimal integer in [lo, hi]. */
int units_parse_int(const char *text, int64_t lo, int64_t hi, int64_t *out, struct err *err);

/* "0.5" or "50%" as parts per million, rounded to the nearest; at least 0, and
 * more than 1 is allowed. */
int units_parse_ratio(const char *text, int64_t *out, struct err *err);

/* Room for anything that the formatters write. */
#define UNITS_TEXT_BYTES 48

/* Exact and as short as it goes: "1m30s", "250ms", "1.5s", "0s", "never" for
 * NS_NEVER.  units_parse_duration reads it back.  Returns buf. */
const char *units_format_duration(char *buf, size_t size, ns_t ns);

/* With thousands separated: "12,345".  Returns buf. */
const char *units_format_count(char *buf, size_t size, int64_t count);

#endif
