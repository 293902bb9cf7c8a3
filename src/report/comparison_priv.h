/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderings of a Comparison share.  For comparison*.c and checks.c alone. */
#ifndef REPORT_COMPARISON_PRIV_H
#define REPORT_COMPARISON_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/str.h"
#include "report/comparison.h"
#include "report/table.h"

/* A table of those of the result's rows that are wanted. */
struct comparison_block {
	const char *title;
	struct columns columns;
	bool (*wanted)(const struct json *row);
};

extern const struct comparison_block comparison_runtime, comparison_requests, comparison_others,
	comparison_all;
extern const struct columns comparison_gate_columns, comparison_difference_columns;

/* Of closed forms: what stands beside them was simulated or ran live, each side by itself. */
struct columns comparison_closed_columns(const struct json *result);
const char *comparison_closed_title(const struct json *result);

/* Rows as they are shown; the caller frees them. */
struct json *comparison_rows(const struct json *result, const struct comparison_block *block);
struct json *comparison_gate_rows(const struct json *result);
struct json *comparison_closed_rows(const struct json *result);
struct json *comparison_difference_rows(const struct json *result, size_t most);

/* Sentences: what of a difference is chance; sides that had not settled, or nothing. */
const char *comparison_chance(const struct json *result);
void comparison_unsettled(const struct json *result, struct str *out);

/* Which two sides these are, with how many runs of what; how many gates held, or nothing. */
void comparison_sides(const struct json *result, struct str *out);
void comparison_gates_verdict(const struct json *result, struct str *out);

#endif
