/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of a Result by closed form beside what was simulated, or live. */
#include "report/chart.h"
#include "report/estimate.h"
#include "report/result_priv.h"

#define LIST(counted)                                                                          \
	{                                                                                      \
		{"call", "call", CELL_TEXT, NULL}, {"client", "client", CELL_TEXT, ""},        \
			{"feature", "a feature's,\ntoo", CELL_TEXT, ""},                       \
			{"closedFormPerSecond", "closed form\n/s", CELL_RATE, "-"},            \
			{"simulatedPerSecond", counted "\n/s", CELL_RATE, NULL},               \
			{"relativeDifference", "difference", CELL_PERCENT, "-"},               \
			{"why", "why there is none", CELL_TEXT, ""},                           \
			{"formula", "a node's", CELL_TEXT, ""},                                \
	}
static const struct column list[] = LIST("simulated"), live_list[] = LIST("live");
enum { ON_SCREEN = 7 }; /* a screen has no room for formulas */

static bool is_live(const struct json *result)
{
	return json_get(result, "live") != NULL;
}

struct titled_table result_closed_table(const struct json *result, const struct json *rows)
{
	const struct columns simulated = COLUMNS_OF(list), live = COLUMNS_OF(live_list);

	return (struct titled_table){is_live(result) ? "Closed form beside what ran live"
						     : "Closed form beside simulation",
		is_live(result) ? live : simulated, rows};
}

struct titled_table result_closed_screen(const struct json *result, const struct json *rows)
{
	struct titled_table table = result_closed_table(result, rows);

	table.columns.n = ON_SCREEN;
	return table;
}

struct json *result_closed_rows(const struct json *result)
{
	return estimate_named_calls(json_get(result, "closedForm"));
}

struct json *result_closed_chart(const struct json *result, const struct json *rows)
{
	struct json *chart = chart_new(CHART_POINTS,
		&(struct chart_axis){"closed form, a second in the cluster", "", true},
		&(struct chart_axis){is_live(result) ? "live, a second in the cluster"
						     : "simulated, a second in the cluster",
			"", true});
	struct json *points = chart_series(chart, "calls");
	struct str name = {0};

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		double x = json_as_num(json_get(r, "closedFormPerSecond"));
		double y = json_as_num(json_get(r, "simulatedPerSecond"));

		str_reset(&name);
		str_add(&name, table_text_of(r, "call"));
		table_add_client(json_as_str(json_get(r, "client")), &name);
		if (x > 0 && y > 0)
			chart_named_point(points, x, y, str_text(&name));
	}
	str_fini(&name);
	chart_diagonal(chart, "both the same");
	return chart;
}
