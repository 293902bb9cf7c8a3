/* SPDX-License-Identifier: Apache-2.0 */
#include "report/table.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/format.h"

enum { COLUMNS_MAX = 32 };

const struct json *table_value(const struct json *row, const char *key)
{
	const char *dot = strchr(key, '.');
	char name[64];

	if (!dot)
		return json_get(row, key);
	assert((size_t)(dot - key) < sizeof(name));
	(void)snprintf(name, sizeof(name), "%.*s", (int)(dot - key), key);
	return table_value(json_get(row, name), dot + 1);
}

static void number(const struct column *c, double value, struct str *out)
{
	char buf[FORMAT_BYTES];

	switch (c->kind) {
	case CELL_TEXT:
		str_add(out, format_exact(buf, sizeof(buf), value));
		return;
	case CELL_COUNT:
		str_add(out, format_count(buf, sizeof(buf), value));
		return;
	case CELL_RATE:
		str_add(out, format_rate(buf, sizeof(buf), value));
		return;
	case CELL_FIXED:
		(void)snprintf(buf, sizeof(buf), "%.1f", value);
		str_add(out, buf);
		return;
	case CELL_CORES:
		(void)snprintf(buf, sizeof(buf), "%.4f", value);
		str_add(out, buf);
		return;
	case CELL_SECONDS:
		str_add(out, format_seconds(buf, sizeof(buf), value));
		return;
	case CELL_PERCENT:
		str_add(out, format_percent(buf, sizeof(buf), value));
		return;
	case CELL_YES_NO:
		str_add(out, value != 0 ? "yes" : "no");
		return;
	}
}

void table_cell(const struct column *column, const struct json *row, struct str *out)
{
	const struct json *value = table_value(row, column->key);

	if (json_is_str(value))
		str_add(out, json_as_str(value));
	else if (json_is_bool(value))
		str_add(out, json_as_bool(value) ? "yes" : "no");
	else if (json_is_num(value))
		number(column, json_as_num(value), out);
	else
		str_add(out, column->absent ? column->absent : "-");
}

/* ------------------------------------------------------------------ text */

static void pad(struct str *out, size_t n)
{
	while (n--)
		str_add_char(out, ' ');
}

static void aligned(
	const struct column *c, const char *text, size_t width, bool last, struct str *out)
{
	size_t len = strlen(text);

	if (c->kind != CELL_TEXT && c->kind != CELL_YES_NO)
		pad(out, width - len);
	str_add(out, text);
	if ((c->kind == CELL_TEXT || c->kind == CELL_YES_NO) && !last)
		pad(out, width - len);
	if (!last)
		str_add(out, "  ");
}

void table_text(const struct column *columns, size_t n, const struct json *rows,
	const char *indent, struct str *out)
{
	size_t width[COLUMNS_MAX];
	struct str cell = {0};

	assert(n <= COLUMNS_MAX);
	for (size_t i = 0; i < n; i++) {
		width[i] = strlen(columns[i].title);
		for (const struct json *row = json_child(rows); row; row = json_next(row)) {
			str_reset(&cell);
			table_cell(&columns[i], row, &cell);
			if (str_len(&cell) > width[i])
				width[i] = str_len(&cell);
		}
	}
	str_add(out, indent);
	for (size_t i = 0; i < n; i++)
		aligned(&columns[i], columns[i].title, width[i], i + 1 == n, out);
	str_add_char(out, '\n');
	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		str_add(out, indent);
		for (size_t i = 0; i < n; i++) {
			str_reset(&cell);
			table_cell(&columns[i], row, &cell);
			aligned(&columns[i], str_text(&cell), width[i], i + 1 == n, out);
		}
		str_add_char(out, '\n');
	}
	str_fini(&cell);
}

/* ------------------------------------------------------------------ Markdown */

static void markdown_text(const char *text, struct str *out)
{
	for (; *text; text++) {
		if (*text == '|')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
}

void table_markdown(
	const struct column *columns, size_t n, const struct json *rows, struct str *out)
{
	struct str cell = {0};

	for (size_t i = 0; i < n; i++)
		str_addf(out, "| %s ", columns[i].title);
	str_add(out, "|\n");
	for (size_t i = 0; i < n; i++)
		str_add(out, columns[i].kind == CELL_TEXT ? "| --- " : "| ---: ");
	str_add(out, "|\n");
	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		for (size_t i = 0; i < n; i++) {
			str_reset(&cell);
			table_cell(&columns[i], row, &cell);
			str_add(out, "| ");
			markdown_text(str_text(&cell), out);
			str_add_char(out, ' ');
		}
		str_add(out, "|\n");
	}
	str_fini(&cell);
}

/* ------------------------------------------------------------------ CSV */

static void csv_text(const char *text, struct str *out)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		str_add(out, text);
		return;
	}
	str_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			str_add_char(out, '"');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

static void csv_cell(const struct json *value, struct str *out)
{
	char buf[FORMAT_BYTES];

	if (json_is_str(value))
		csv_text(json_as_str(value), out);
	else if (json_is_bool(value))
		str_add(out, json_as_bool(value) ? "true" : "false");
	else if (json_is_num(value))
		str_add(out, format_exact(buf, sizeof(buf), json_as_num(value)));
}

void table_csv(const struct column *columns, size_t n, const struct json *rows, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%s%s", i ? "," : "", columns[i].key);
	str_add_char(out, '\n');
	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		for (size_t i = 0; i < n; i++) {
			if (i)
				str_add_char(out, ',');
			csv_cell(table_value(row, columns[i].key), out);
		}
		str_add_char(out, '\n');
	}
}
