/* SPDX-License-Identifier: Apache-2.0 */
#include "report/validation.h"

#include <string.h>

#include "report/classes.h"
#include "report/format.h"
#include "report/validation_priv.h"

static const struct column count_list[] = {
	{"node", "node", CELL_TEXT, NULL},
	{"phase", "phase", CELL_TEXT, NULL},
	{"source", "source", CELL_TEXT, NULL},
	{"call", "call", CELL_TEXT, NULL},
	{"recorded", "recorded", CELL_COUNT, NULL},
	{"simulated", "simulated", CELL_FIXED, NULL},
	{"low", "low", CELL_FIXED, NULL},
	{"high", "high", CELL_FIXED, NULL},
	{"relativeError", "error", CELL_PERCENT, "-"},
	{"within", "within", CELL_YES_NO, NULL},
};
static const struct column other_list[] = {
	{"node", "node", CELL_TEXT, NULL},
	{"phase", "phase", CELL_TEXT, NULL},
	{"call", "what", CELL_TEXT, NULL},
	{"recorded", "recorded", CELL_FIXED, NULL},
	{"simulated", "simulated", CELL_FIXED, NULL},
	{"low", "low", CELL_FIXED, NULL},
	{"high", "high", CELL_FIXED, NULL},
	{"relativeError", "error", CELL_PERCENT, "-"},
	{"within", "within", CELL_YES_NO, NULL},
};
const struct columns validation_columns = COLUMNS_OF(count_list);
const struct columns validation_other_columns = COLUMNS_OF(other_list);

void validation_head(const struct json *result, struct str *out)
{
	str_addf(out,
		"Recording %s, kubelet %s on %s, %.0f seeds from %.0f: recorded count, "
		"simulated mean and\n95 %% prediction interval of one further run.\n",
		json_as_str(json_get(json_get(result, "metadata"), "name")),
		json_as_str(json_get(result, "kubelet")),
		json_as_str(json_get(result, "containerRuntime")),
		json_as_num(json_get(result, "seeds")), json_as_num(json_get(result, "seed")));
}

struct json *validation_rows(const struct json *result, bool latency)
{
	struct json *rows = json_array();
	const struct json *row = json_child(json_get(result, "rows"));

	for (; row; row = json_next(row))
		if (!strcmp(json_as_str(json_get(row, "source")), VALIDATION_LATENCY) ==
			latency)
			json_append(rows, json_clone(row));
	return rows;
}

static void foot_running(const struct json *result, struct str *out)
{
	const struct json *running = json_get(result, "runningSeconds");

	if (json_as_num(json_get(running, "medians")) > 0)
		str_addf(out,
			"runningSeconds: %.0f of %.0f medians within 10 %%, %.0f of %.0f "
			"maxima within 20 %%.\n",
			json_as_num(json_get(running, "mediansWithin10Percent")),
			json_as_num(json_get(running, "medians")),
			json_as_num(json_get(running, "maximaWithin20Percent")),
			json_as_num(json_get(running, "maxima")));
}

enum { NOTE_WIDTH = 100 };

void validation_foot(const struct json *result, struct str *out)
{
	const struct json *large = json_get(result, "steadyRowsOf500");

	str_addf(out,
		"\nCoverage %.3f: %.0f of %.0f rows are within their interval (at least %.3f "
		"wanted).\n",
		json_as_num(json_get(result, "coverage")),
		json_as_num(json_get(result, "rowsWithin")),
		json_as_num(json_get(result, "rowsTotal")),
		json_as_num(json_get(result, "minWithin")));
	if (json_as_num(json_get(large, "rows")) > 0)
		str_addf(out,
			"Rows of 500 calls or more while nothing is done to the pods: %.0f of "
			"%.0f within 3 %%, the worst off by %.1f %%.\n",
			json_as_num(json_get(large, "within3Percent")),
			json_as_num(json_get(large, "rows")),
			100 * json_as_num(json_get(large, "worstRelativeError")));
	foot_running(result, out);
	classes_note(result, NOTE_WIDTH, out);
}

/* What one block is about, above its table. */
const char validation_running_title[] =
	"From a pod's creation until it is seen running, in seconds; no part of the coverage";
const char validation_others_title[] = "Beside the counts, and no part of the coverage";

void validation_show(const struct json *result, enum show how, struct str *out)
{
	struct json *counts = validation_rows(result, false),
		    *latencies = validation_rows(result, true);

	validation_head(result, out);
	str_add_char(out, '\n');
	table_show(how, &validation_columns, counts, out);
	table_titled(how,
		&(struct titled_table){
			validation_running_title, validation_other_columns, latencies},
		out);
	table_titled(how,
		&(struct titled_table){validation_others_title, validation_other_columns,
			json_get(result, "others")},
		out);
	validation_foot(result, out);
	json_free(counts);
	json_free(latencies);
}

void validation_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array();

	table_csv_add(table, "rows", json_get(result, "rows"));
	table_csv_add(table, "others", json_get(result, "others"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(table);
}
