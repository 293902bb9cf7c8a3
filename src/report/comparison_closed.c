/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a Comparison's sides by closed form beside what was simulated. */
#include "report/comparison_priv.h"
#include "report/estimate.h"

static const struct column list[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"client", "client", CELL_TEXT, ""},
	{"base.closedFormPerSecond", "base:\nclosed form", CELL_RATE, "-"},
	{"base.simulatedPerSecond", "\nsimulated", CELL_RATE, "-"},
	{"base.relativeDifference", "\ndifference", CELL_PERCENT, "-"},
	{"candidate.closedFormPerSecond", "candidate:\nclosed form", CELL_RATE, "-"},
	{"candidate.simulatedPerSecond", "\nsimulated", CELL_RATE, "-"},
	{"candidate.relativeDifference", "\ndifference", CELL_PERCENT, "-"},
	{"why", "why there is none", CELL_TEXT, ""},
};
const struct columns comparison_closed_columns = COLUMNS_OF(list);
const char comparison_closed_title[] = "Closed form beside simulation, a second in the cluster";

/* Of the candidate, or of the base where the candidate has one. */
static const char *why(const struct json *row)
{
	const char *text = table_text_of(json_get(row, "candidate"), "why");

	return *text ? text : table_text_of(json_get(row, "base"), "why");
}

struct json *comparison_closed_rows(const struct json *result)
{
	struct json *rows = estimate_named_calls(json_get(result, "closedForm"));

	for (struct json *row = json_child(rows); row; row = json_next(row))
		json_put_str(row, "why", why(row));
	return rows;
}
