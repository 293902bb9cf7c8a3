/* SPDX-License-Identifier: Apache-2.0 */
#include "report/serve.h"

#include "base/units.h"
#include "report/chart.h"
#include "report/classes.h"
#include "report/table.h"

static const struct column columns[] = {
	{"verb", "verb", CELL_TEXT, NULL},
	{"resource", "resource", CELL_TEXT, "-"},
	{"code", "code", CELL_TEXT, NULL},
	{"count", "count", CELL_COUNT, NULL},
	{"bytes", "bytes", CELL_COUNT, NULL},
};
static const struct columns all = COLUMNS_OF(columns);

enum { NOTE_WIDTH = 100 };

static const struct {
	const char *key, *what;
} totals[] = {
	{"requests", "requests"},
	{"connections", "connections"},
	{"watchEvents", "watch events"},
	{"faults", "faults"},
};

static void head(const struct json *result, struct str *out)
{
	char count[UNITS_TEXT_BYTES];

	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		str_addf(out, "%s%s %s", i ? ", " : "",
			units_format_count(count, sizeof(count),
				(int64_t)json_as_num(json_get(result, totals[i].key))),
			totals[i].what);
	str_add(out, ".\n");
}

void serve_show(const struct json *result, enum show how, struct str *out)
{
	head(result, out);
	table_titled(how,
		&(struct titled_table){
			"Requests by verb, resource and code", all, json_get(result, "api")},
		out);
	str_add_char(out, '\n');
	classes_note(result, how == SHOW_MARKDOWN ? SIZE_MAX : NOTE_WIDTH, out);
}

void serve_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array(), *all_of = json_array(), *row = json_object();

	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		json_put(row, totals[i].key, json_clone(json_get(result, totals[i].key)));
	json_append(all_of, row);
	table_csv_add(table, "totals", all_of);
	table_csv_add(table, "api", json_get(result, "api"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(all_of);
	json_free(table);
}

/* "get secrets 200" */
static void name_of(const struct json *row, struct str *out)
{
	const char *resource = table_text_of(row, "resource"); /* "": of no path that it has */

	str_reset(out);
	str_addf(out, "%s %s %.0f", json_as_str(json_get(row, "verb")),
		*resource ? resource : "-", json_as_num(json_get(row, "code")));
}

void serve_html(const struct json *result, struct html *page)
{
	static const struct chart_axis axis = {"requests", "", true};
	const struct json *rows = json_get(result, "api");
	struct json *chart = chart_new(CHART_BARS, &axis, NULL), *series;
	struct str words = {0};

	head(result, &words);
	html_headline(page, str_text(&words));
	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		name_of(r, &words);
		chart_label(chart, str_text(&words));
	}
	series = chart_series(chart, "count");
	for (const struct json *r = json_child(rows); r; r = json_next(r))
		chart_value(series, json_get(r, "count"));
	html_section(page, "What was asked");
	html_figure(page, "", chart,
		&(struct titled_table){"Requests by verb, resource and code", all, rows});
	classes_html(result, page);
	html_section(page, "The API server as resolved");
	html_words(page, "Saved as apiserver.json, this serves as it did; who asks is another "
			 "matter:");
	html_lines(page, table_text_of(result, "command"));
	html_model(page, result,
		&(struct html_model){"APIServer", table_text_of(result, "apiserver.name"),
			"apiserver.json", json_get(result, "apiserver")});
	str_fini(&words);
}

void serve_junit(const struct json *result, struct junit *junit)
{
	struct str name = {0}, what = {0};

	for (const struct json *r = json_child(json_get(result, "api")); r; r = json_next(r)) {
		name_of(r, &name);
		str_reset(&what);
		str_addf(&what, "%.0f requests", json_as_num(json_get(r, "count")));
		junit_case(junit, "requests", str_text(&name), JUNIT_PASSED, str_text(&what));
	}
	str_fini(&name);
	str_fini(&what);
}
