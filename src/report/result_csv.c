/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result.h"

#include <stdbool.h>
#include <string.h>

#include "report/table.h"

static bool is_hist(const struct json *value)
{
	return json_get(value, "buckets") != NULL;
}

/* Append a row to times for each histogram in object, named by its path. */
static void add_times(struct json *times, const struct json *object, const char *prefix)
{
	for (const struct json *v = json_child(object); v; v = json_next(v)) {
		struct str name = {0};
		struct json *row;

		str_addf(&name, "%s%s%s", prefix, *prefix ? "." : "", json_key(v));
		if (is_hist(v)) {
			row = json_object();
			json_put_str(row, "name", str_text(&name));
			for (const struct json *f = json_child(v); f; f = json_next(f))
				json_put(row, json_key(f), json_clone(f));
			json_append(times, row);
		} else if (json_is_object(v)) {
			add_times(times, v, str_text(&name));
		}
		str_fini(&name);
	}
}

/* What object says beside lists and histograms. */
static struct json *single_figures(const struct json *object)
{
	struct json *row = json_object();

	for (const struct json *v = json_child(object); v; v = json_next(v))
		if (json_is_object(v) && !is_hist(v))
			json_put(row, json_key(v), single_figures(v));
		else if (!json_is_object(v) && !json_is_array(v))
			json_put(row, json_key(v), json_clone(v));
	return row;
}

/* A row a point of the series: its second, and the mean and peak of each number. */
static struct json *series_rows(const struct json *series)
{
	static const char *const names[] = {"requests", "rejected", "seats", "utilization"};
	enum { NAMES = sizeof(names) / sizeof(names[0]) };
	const struct json *mean[NAMES], *peak[NAMES];
	double each = json_as_num(json_get(series, "secondsPerPoint"));
	struct json *rows = json_array();

	for (size_t i = 0; i < NAMES; i++) {
		const struct json *number = json_get(series, names[i]);

		mean[i] = json_child(json_get(number, "mean"));
		peak[i] = json_child(json_get(number, "peak"));
	}
	for (double second = 0; mean[0]; second += each) {
		struct json *row = json_object();

		json_put_num(row, "second", second);
		for (size_t i = 0; i < NAMES; i++) {
			struct json *number;

			if (!mean[i])
				continue;
			number = json_object();
			json_put(number, "mean", json_clone(mean[i]));
			json_put(number, "peak", json_clone(peak[i]));
			json_put(row, names[i], number);
			mean[i] = json_next(mean[i]);
			peak[i] = json_next(peak[i]);
		}
		json_append(rows, row);
	}
	return rows;
}

/* Everything but the scenario, which is no figure. */
void result_csv(const struct json *result, struct str *out)
{
	struct json *measured = json_object();
	struct json *times = json_array(), *totals = json_array(), *table = json_array();
	struct json *series = series_rows(json_get(result, "series"));

	for (const struct json *v = json_child(result); v; v = json_next(v))
		if (strcmp(json_key(v), "scenario") != 0)
			json_put(measured, json_key(v), json_clone(v));
	add_times(times, measured, "");
	json_append(totals, single_figures(measured));
	table_csv_add(table, "runtime", json_get(measured, "runtime"));
	table_csv_add(table, "api", json_get(measured, "api"));
	table_csv_add(table, "requests", json_get(measured, "requests"));
	table_csv_add(table, "closedForm", json_get(measured, "closedForm"));
	table_csv_add(table, "times", times);
	table_csv_add(table, "pods.startBudget", table_value(measured, "pods.startBudget"));
	table_csv_add(table, "slo", json_get(measured, "slo"));
	table_csv_add(table, "sloLimits", json_get(measured, "sloLimits"));
	table_csv_add(table, "apiserver.levels", table_value(measured, "apiserver.levels"));
	table_csv_add(table, "apiserver.others", table_value(measured, "apiserver.others"));
	table_csv_add(table, "series", series);
	table_csv_add(table, "series.byRequest", table_value(measured, "series.byRequest"));
	table_csv_add(table, "classes", json_get(measured, "classes"));
	table_csv_add(table, "totals", totals);
	table_csv(table, out);
	json_free(series);
	json_free(table);
	json_free(totals);
	json_free(times);
	json_free(measured);
}
