/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a result as a table: text, CSV or Markdown, from the same list of columns.
 *
 * Shows what is there and computes nothing: every number is in the JSON.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/json.h"
#include "base/str.h"

enum cell {
	CELL_TEXT,
	CELL_COUNT,
	CELL_RATE,
	CELL_FIXED, /* one decimal */
	CELL_SECONDS,
	CELL_CORES,   /* four decimals */
	CELL_PERCENT, /* a share, signed */
	CELL_YES_NO,
};

struct column {
	const char *key;   /* of the row, "a.b" reaches into it */
	const char *title; /* of one line or two */
	enum cell kind;
	const char *absent; /* shown for null or nothing; NULL: "-" */
};

/* The columns of a table. */
struct columns {
	const struct column *of;
	size_t n;
};

/* All of an array of them. */
#define COLUMNS_OF(LIST)                                                                       \
	{                                                                                      \
		(LIST), sizeof(LIST) / sizeof((LIST)[0])                                       \
	}

/* Rows under a title. */
struct titled_table {
	const char *title;
	struct columns columns;
	const struct json *rows;
};

/* Where a result is read: on a screen, or where Markdown is rendered. */
enum show { SHOW_TEXT, SHOW_MARKDOWN };

/* The value that a row has for a column; NULL if none. */
const struct json *table_value(const struct json *row, const char *key);

/* The same of a text; "" if there is none. */
const char *table_text_of(const struct json *row, const char *key);

/* Behind the name of a row's call: that the runtime's metric does not see it; else nothing. */
const char *table_not_in_metric(const struct json *row);

/* Append " (NAME)" if it is no client of the kubelet's own who made a row's requests: of two
 * rows of one name that is what tells them apart. */
void table_add_client(const char *client, struct str *out);

/* One cell's text as shown in text and Markdown. */
void table_cell(const struct column *column, const struct json *row, struct str *out);

/* rows is an array of objects; indent goes before every line of text. */
void table_text(const struct column *columns, size_t n, const struct json *rows,
	const char *indent, struct str *out);
void table_markdown(
	const struct column *columns, size_t n, const struct json *rows, struct str *out);

/* One of the two; and under its title, indented on a screen, or nothing if it has no rows. */
void table_show(
	enum show how, const struct columns *columns, const struct json *rows, struct str *out);
void table_titled(enum show how, const struct titled_table *table, struct str *out);

/* Rows as CSV: whatever they have, a column a field, named by its path ("a.b"), in the order in
 * which fields come up; a row that lacks one leaves it empty.  Numbers are exact, a list is one
 * cell. */
void table_csv(const struct json *rows, struct str *out);

/* Append rows to a table of several parts: a copy of each, its first field saying which. */
void table_csv_add(struct json *table, const char *part, const struct json *rows);

#endif
