/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a Comparison's sides by closed form beside what was simulated, or ran live. */
#include "report/comparison_priv.h"
#include "report/estimate.h"

#define LIST(base, candidate)                                                                  \
	{                                                                                      \
		{"call", "call", CELL_TEXT, NULL}, {"client", "client", CELL_TEXT, ""},        \
			{"base.closedFormPerSecond", "base:\nclosed form", CELL_RATE, "-"},    \
			{"base.simulatedPerSecond", "\n" base, CELL_RATE, "-"},                \
			{"base.relativeDifference", "\ndifference", CELL_PERCENT, "-"},        \
			{"candidate.closedFormPerSecond", "candidate:\nclosed form",           \
				CELL_RATE, "-"},                                               \
			{"candidate.simulatedPerSecond", "\n" candidate, CELL_RATE, "-"},      \
			{"candidate.relativeDifference", "\ndifference", CELL_PERCENT, "-"},   \
			{"why", "why there is none", CELL_TEXT, ""},                           \
	}
enum { COLUMNS = 9 };
static const struct column lists[2][2][COLUMNS] = {
	{LIST("simulated", "simulated"), LIST("simulated", "live")},
	{LIST("live", "simulated"), LIST("live", "live")}};

static bool is_live(const struct json *result, const char *side)
{
	return json_as_bool(json_get(json_get(result, side), "live"));
}

struct columns comparison_closed_columns(const struct json *result)
{
	return (struct columns){
		lists[is_live(result, "base")][is_live(result, "candidate")], COLUMNS};
}

const char *comparison_closed_title(const struct json *result)
{
	bool base = is_live(result, "base"), candidate = is_live(result, "candidate");

	if (base && candidate)
		return "Closed form beside what ran live, a second in the cluster";
	if (base || candidate)
		return "Closed form beside simulation and what ran live, a second in the "
		       "cluster";
	return "Closed form beside simulation, a second in the cluster";
}

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
