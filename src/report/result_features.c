/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of features in a Result: closed form beside what was simulated. */
#include "report/estimate.h"
#include "report/result_priv.h"

static const struct column list[] = {
	{"feature", "feature", CELL_TEXT, NULL},
	{"call", "call", CELL_TEXT, NULL},
	{"closedFormPerSecond", "closed form\n/s", CELL_RATE, "-"},
	{"simulatedPerSecond", "simulated\n/s", CELL_RATE, NULL},
	{"relativeDifference", "difference", CELL_PERCENT, "-"},
	{"why", "why there is none", CELL_TEXT, NULL},
};
const struct columns result_feature_columns = COLUMNS_OF(list);

struct json *result_feature_rows(const struct json *result)
{
	struct json *rows = json_array();
	const struct json *v = json_child(json_get(result, "features"));

	for (; v; v = json_next(v)) {
		struct json *row = json_clone(v);
		struct str name = {0};

		estimate_call_name(v, &name);
		json_put_str(row, "call", str_text(&name));
		json_append(rows, row);
		str_fini(&name);
	}
	return rows;
}
