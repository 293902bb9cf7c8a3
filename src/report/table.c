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
	const struct json *whole = json_get(row, key); /* a name may have dots in it */
	const char *dot = strchr(key, '.');
	char name[64];

	if (whole || !dot)
		return whole;
	assert((size_t)(dot - key) < sizeof(name));
	(void)snprintf(name, sizeof(name), "%.*s", (int)(dot - key), key);
	return table_value(json_get(row, name), dot + 1);
}

const char *table_text_of(const struct json *row, const char *key)
{
	const char *text = json_as_str(table_value(row, key));

	return text ? text : "";
}

const char *table_not_in_metric(const struct json *row)
{
	const struct json *seen = json_get(row, "inMetric");

	return json_is_bool(seen) && !json_as_bool(seen) ? " (not in the metric)" : "";
}

void table_add_client(const char *client, struct str *out)
{
	static const char *const own[] = {"kube", "events", "heartbeat"};

	for (size_t i = 0; client && i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(client, own[i]))
			return;
	if (client)
		str_addf(out, " (%s)", client);
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

/* Titles stand on the rows: one of a single line is on the lower of two. */
static bool has_two_lines(const struct column *c)
{
	return strchr(c->title, '\n') != NULL;
}

static void title_line(const struct column *c, bool upper, struct str *line)
{
	size_t first = strcspn(c->title, "\n");

	str_reset(line);
	if (has_two_lines(c) && upper)
		str_add_n(line, c->title, first);
	else if (!upper)
		str_add(line, c->title + (has_two_lines(c) ? first + 1 : 0));
}

static void titles(const struct column *columns, size_t n, const size_t *width, bool upper,
	const char *indent, struct str *out)
{
	struct str line = {0}, title = {0};
	size_t len;

	str_add(&line, indent);
	for (size_t i = 0; i < n; i++) {
		title_line(&columns[i], upper, &title);
		aligned(&columns[i], str_text(&title), width[i], i + 1 == n, &line);
	}
	for (len = str_len(&line); len && str_text(&line)[len - 1] == ' ';)
		len--;
	str_add_n(out, str_text(&line), len);
	str_add_char(out, '\n');
	str_fini(&line);
	str_fini(&title);
}

static size_t width_of(const struct column *c, const struct json *rows)
{
	struct str cell = {0};
	size_t width = 0;

	for (int upper = 0; upper < 2; upper++) {
		title_line(c, upper, &cell);
		width = str_len(&cell) > width ? str_len(&cell) : width;
	}
	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		str_reset(&cell);
		table_cell(c, row, &cell);
		width = str_len(&cell) > width ? str_len(&cell) : width;
	}
	str_fini(&cell);
	return width;
}

void table_text(const struct column *columns, size_t n, const struct json *rows,
	const char *indent, struct str *out)
{
	size_t width[COLUMNS_MAX];
	struct str cell = {0};
	bool two = false;

	assert(n <= COLUMNS_MAX);
	for (size_t i = 0; i < n; i++) {
		width[i] = width_of(&columns[i], rows);
		two = two || has_two_lines(&columns[i]);
	}
	if (two)
		titles(columns, n, width, true, indent, out);
	titles(columns, n, width, false, indent, out);
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
		str_add_char(out, *text == '\n' ? ' ' : *text);
	}
}

void table_markdown(
	const struct column *columns, size_t n, const struct json *rows, struct str *out)
{
	struct str cell = {0};

	for (size_t i = 0; i < n; i++) {
		str_add(out, "| ");
		markdown_text(columns[i].title, out);
		str_add_char(out, ' ');
	}
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

static void show(enum show how, const struct columns *columns, const struct json *rows,
	const char *indent, struct str *out)
{
	if (how == SHOW_MARKDOWN)
		table_markdown(columns->of, columns->n, rows, out);
	else
		table_text(columns->of, columns->n, rows, indent, out);
}

void table_show(
	enum show how, const struct columns *columns, const struct json *rows, struct str *out)
{
	show(how, columns, rows, "", out);
}

void table_titled(enum show how, const struct titled_table *table, struct str *out)
{
	if (!json_child(table->rows))
		return;
	str_addf(out, how == SHOW_MARKDOWN ? "\n### %s\n\n" : "\n%s\n", table->title);
	show(how, &table->columns, table->rows, "  ", out);
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

/* A list is one cell, as JSON writes it but without blanks and quotes. */
static void compact(const struct json *value, struct str *out)
{
	bool is_object = json_is_object(value);
	char buf[FORMAT_BYTES];

	if (is_object || json_is_array(value)) {
		str_add_char(out, is_object ? '{' : '[');
		for (const struct json *v = json_child(value); v; v = json_next(v)) {
			if (is_object)
				str_addf(out, "%s:", json_key(v));
			compact(v, out);
			str_add(out, json_next(v) ? "," : "");
		}
		str_add_char(out, is_object ? '}' : ']');
	} else if (json_is_str(value)) {
		str_add(out, json_as_str(value));
	} else if (json_is_bool(value)) {
		str_add(out, json_as_bool(value) ? "true" : "false");
	} else if (json_is_num(value)) {
		str_add(out, format_exact(buf, sizeof(buf), json_as_num(value)));
	}
}

static bool is_known(const struct json *columns, const char *name)
{
	for (const struct json *c = json_child(columns); c; c = json_next(c))
		if (!strcmp(json_as_str(c), name))
			return true;
	return false;
}

/* Append the columns that the entries of object want, and that are not there yet. */
static void gather(const struct json *object, const char *prefix, struct json *columns)
{
	for (const struct json *v = json_child(object); v; v = json_next(v)) {
		struct str name = {0};

		str_addf(&name, "%s%s%s", prefix, *prefix ? "." : "", json_key(v));
		if (json_is_object(v))
			gather(v, str_text(&name), columns);
		else if (!is_known(columns, str_text(&name)))
			json_append_str(columns, str_text(&name));
		str_fini(&name);
	}
}

void table_csv(const struct json *rows, struct str *out)
{
	struct json *columns = json_array();
	struct str cell = {0};

	for (const struct json *row = json_child(rows); row; row = json_next(row))
		gather(row, "", columns);
	for (const struct json *c = json_child(columns); c; c = json_next(c))
		str_addf(out, "%s%s", json_as_str(c), json_next(c) ? "," : "\n");
	for (const struct json *row = json_child(rows); row; row = json_next(row))
		for (const struct json *c = json_child(columns); c; c = json_next(c)) {
			str_reset(&cell);
			compact(table_value(row, json_as_str(c)), &cell);
			csv_text(str_text(&cell), out);
			str_add_char(out, json_next(c) ? ',' : '\n');
		}
	str_fini(&cell);
	json_free(columns);
}

void table_csv_add(struct json *table, const char *part, const struct json *rows)
{
	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		struct json *copy = json_object();

		json_put_str(copy, "part", part);
		for (const struct json *v = json_child(row); v; v = json_next(v))
			json_put(copy, json_key(v), json_clone(v));
		json_append(table, copy);
	}
}
