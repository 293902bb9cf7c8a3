/* SPDX-License-Identifier: Apache-2.0 */
/* The charts of a Result that are over time, and which rows come first in any. */
#include "report/result_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/chart.h"
#include "report/html.h"

static int by_size(const void *a, const void *b)
{
	const struct result_ranked *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return x->at < y->at ? -1 : 1;
}

/* The rows of a list, largest first; malloc'd. */
struct result_ranked *result_ranked(const struct json *list, const char *key, size_t *n)
{
	struct result_ranked *rows;
	size_t i = 0;

	*n = json_size(list);
	rows = calloc(*n + 1, sizeof(*rows));
	if (!rows)
		abort();
	for (const struct json *r = json_child(list); r; r = json_next(r), i++)
		rows[i] = (struct result_ranked){r, json_as_num(table_value(r, key)), i};
	qsort(rows, *n, sizeof(*rows), by_size);
	return rows;
}

/* "get secrets", "get pods 404", "list_containers (unseen)": what a row counts. */
void result_name_of(const struct json *row, struct str *name)
{
	const char *verb = json_as_str(json_get(row, "verb"));
	const char *code = json_as_str(json_get(row, "code"));

	str_reset(name);
	if (verb)
		str_addf(name, "%s %s", verb, json_as_str(json_get(row, "resource")));
	else
		str_add(name, json_as_str(json_get(row, "operation")));
	if (code && *code != '2' && strcmp(code, "OK") != 0)
		str_addf(name, " %s", code);
	table_add_client(json_as_str(json_get(row, "client")), name);
	str_add(name, table_not_in_metric(row));
}

/* ------------------------------------------------------------------ second by second */

/* More would not be seen, and a table of them not be read: points are put together, each with
 * its peak. */
enum { POINTS_MAX = 1000, NAME_BYTES = 16 };

/* The highest of each `together` numbers. */
static struct json *peaks(const struct json *list, size_t together)
{
	struct json *out = json_array();
	double most = 0;
	size_t i = 0;

	for (const struct json *v = json_child(list); v; v = json_next(v)) {
		double n = json_as_num(v);

		most = i++ % together == 0 || n > most ? n : most;
		if (i % together == 0 || !json_next(v))
			json_append_num(out, most);
	}
	return out;
}

/* Lines of a chart of time, as columns of the table behind it. */
struct timeline {
	struct json *chart, *rows;
	struct column *columns;
	char (*keys)[NAME_BYTES];
	struct str *titles;
	size_t n, room, together;
	double each; /* seconds of a point */
};

static void timeline_init(struct timeline *t, const struct json *series, size_t lines)
{
	static const struct chart_axis time = {"virtual second", "", false};
	static const struct chart_axis rate = {"requests in a second", "", false};
	size_t points = json_size(table_value(series, "requests.peak"));

	*t = (struct timeline){.room = lines + 1,
		.together = (points + POINTS_MAX - 1) / POINTS_MAX,
		.chart = chart_new(CHART_LINES, &time, &rate),
		.rows = json_array()};
	t->together += t->together == 0;
	t->each = json_as_num(json_get(series, "secondsPerPoint")) * (double)t->together;
	t->columns = calloc(t->room, sizeof(*t->columns));
	t->keys = calloc(t->room, sizeof(*t->keys));
	t->titles = calloc(t->room, sizeof(*t->titles));
	if (!t->columns || !t->keys || !t->titles)
		abort();
	t->columns[t->n++] = (struct column){"second", "second", CELL_COUNT, NULL};
	for (size_t i = 0; i < (points + t->together - 1) / t->together; i++) {
		struct json *row = json_object();

		json_put_num(row, "second", (double)i * t->each);
		json_append(t->rows, row);
	}
}

static void timeline_fini(struct timeline *t)
{
	for (size_t i = 0; i < t->room; i++)
		str_fini(&t->titles[i]);
	json_free(t->rows);
	free(t->columns);
	free(t->keys);
	free(t->titles);
}

/* Append a line: the peaks of a number of the series. */
static void timeline_add(struct timeline *t, const char *name, const struct json *number)
{
	struct json *line = chart_series(t->chart, name);
	struct json *points = peaks(json_get(number, "peak"), t->together);
	struct json *row = json_child(t->rows);
	double at = 0;

	(void)snprintf(t->keys[t->n], NAME_BYTES, "n%zu", t->n);
	str_add(&t->titles[t->n], name);
	t->columns[t->n] =
		(struct column){t->keys[t->n], str_text(&t->titles[t->n]), CELL_COUNT, NULL};
	if (t->n > RESULT_LINES_SHOWN)
		chart_hide(line);
	for (const struct json *v = json_child(points); v && row;
		v = json_next(v), row = json_next(row), at += t->each) {
		chart_point(line, at, json_as_num(v));
		json_put_num(row, t->keys[t->n], json_as_num(v));
	}
	t->n++;
	json_free(points);
}

static double sum(const struct json *list)
{
	double n = 0;

	for (const struct json *v = json_child(list); v; v = json_next(v))
		n += json_as_num(v);
	return n;
}

/* Largest first, behind the sum of them all. */
static void timeline_classes(struct timeline *t, const struct json *list)
{
	struct json *sized = json_array();
	struct str name = {0};
	struct result_ranked *rows;
	size_t n;

	for (const struct json *r = json_child(list); r; r = json_next(r)) {
		struct json *copy = json_clone(r);

		json_put_num(copy, "size", sum(json_get(r, "mean")));
		json_append(sized, copy);
	}
	rows = result_ranked(sized, "size", &n);
	for (size_t i = 0; i < n; i++) {
		result_name_of(rows[i].row, &name);
		timeline_add(t, str_text(&name), rows[i].row);
	}
	free(rows);
	str_fini(&name);
	json_free(sized);
}

void result_put_series(const struct json *result, struct html *page)
{
	const struct json *series = json_get(result, "series");
	const struct json *classes = json_get(series, "byRequest");
	const struct json *rejected = json_get(series, "rejected");
	struct timeline t;
	struct str note = {0};

	if (!json_is_object(series))
		return;
	timeline_init(&t, series, json_size(classes) + 2);
	timeline_add(&t, "all", json_get(series, "requests"));
	if (sum(json_get(rejected, "mean")) > 0)
		timeline_add(&t, "rejected (429)", rejected);
	timeline_classes(&t, classes);
	str_add(&note, "As servers got them, whatever became of them.");
	if (t.each > 1)
		str_addf(&note, " A point is the highest second of %.0f.", t.each);
	html_figure(page, str_text(&note), t.chart,
		&(struct titled_table){"Requests to the API server, second by second",
			{t.columns, t.n}, t.rows});
	timeline_fini(&t);
	str_fini(&note);
}
