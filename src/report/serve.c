/* SPDX-License-Identifier: Apache-2.0 */
#include "report/serve.h"

#include "base/units.h"
#include "report/table.h"

static const struct column columns[] = {
	{"verb", "verb", CELL_TEXT, NULL},
	{"resource", "resource", CELL_TEXT, "-"},
	{"code", "code", CELL_TEXT, NULL},
	{"count", "count", CELL_COUNT, NULL},
	{"bytes", "bytes", CELL_COUNT, NULL},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void head(const struct json *result, struct str *out)
{
	static const struct {
		const char *key, *what;
	} totals[] = {
		{"requests", "requests"},
		{"connections", "connections"},
		{"watchEvents", "watch events"},
		{"faults", "faults"},
	};
	char count[UNITS_TEXT_BYTES];

	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		str_addf(out, "%s%s %s", i ? ", " : "",
			units_format_count(count, sizeof(count),
				(int64_t)json_as_num(json_get(result, totals[i].key))),
			totals[i].what);
	str_add(out, ".\n");
}

void serve_text(const struct json *result, struct str *out)
{
	head(result, out);
	if (json_size(json_get(result, "api")))
		table_text(columns, COLUMNS, json_get(result, "api"), "", out);
}

void serve_markdown(const struct json *result, struct str *out)
{
	head(result, out);
	str_add_char(out, '\n');
	table_markdown(columns, COLUMNS, json_get(result, "api"), out);
}

void serve_csv(const struct json *result, struct str *out)
{
	table_csv(json_get(result, "api"), out);
}
