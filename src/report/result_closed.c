/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of a Result by closed form beside what was simulated. */
#include "report/chart.h"
#include "report/estimate.h"
#include "report/result_priv.h"

static const struct column list[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"client", "client", CELL_TEXT, ""},
	{"feature", "a feature's,\ntoo", CELL_TEXT, ""},
	{"closedFormPerSecond", "closed form\n/s", CELL_RATE, "-"},
	{"simulatedPerSecond", "simulated\n/s", CELL_RATE, NULL},
	{"relativeDifference", "difference", CELL_PERCENT, "-"},
	{"why", "why there is none", CELL_TEXT, ""},
	{"formula", "a node's", CELL_TEXT, ""},
};
enum { ON_SCREEN = 7 }; /* a screen has no room for formulas */
const struct columns result_closed_columns = COLUMNS_OF(list);
const struct columns result_closed_screen = {list, ON_SCREEN};
const char result_closed_title[] = "Closed form beside simulation";

struct json *result_closed_rows(const struct json *result)
{
	return estimate_named_calls(json_get(result, "closedForm"));
}

struct json *result_closed_chart(const struct json *rows)
{
	struct json *chart = chart_new(CHART_POINTS,
		&(struct chart_axis){"closed form, a second in the cluster", "", true},
		&(struct chart_axis){"simulated, a second in the cluster", "", true});
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
