/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep measured along its axis, as curves with the walls that they run into. */
#include "report/sweep_curves.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "report/chart.h"
#include "report/format.h"
#include "report/sweep_closed.h"

/* A log axis where values lie further apart. */
#define FAR_APART 50.0

/* How values of the axis become places. */
enum scale { SCALE_NUMBER, SCALE_SECONDS, SCALE_RANK };

static bool is_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return *text && !*end;
}

static bool is_seconds(const char *text, double *value)
{
	ns_t ns;

	if (units_parse_duration(text, &ns, NULL))
		return false;
	*value = (double)ns / 1e9;
	return true;
}

struct axis {
	const char *path;
	const struct json *values; /* of vary */
	enum scale scale;
};

static double place(const struct axis *axis, const char *text)
{
	double value = 0;
	const struct json *v = json_child(axis->values);

	if (axis->scale == SCALE_NUMBER)
		(void)is_number(text, &value);
	else if (axis->scale == SCALE_SECONDS)
		(void)is_seconds(text, &value);
	else
		for (; v && strcmp(json_as_str(v), text) != 0; v = json_next(v))
			value++;
	return value;
}

/* Whether there is an axis; what its values are. */
static bool find_axis(const struct json *result, struct axis *axis)
{
	const struct json *vary = json_child(json_get(result, "vary"));
	bool numbers = true, seconds = true;
	double value;

	axis->path = json_as_str(json_get(result, "axis"));
	while (vary && axis->path &&
		strcmp(json_as_str(json_get(vary, "path")), axis->path) != 0)
		vary = json_next(vary);
	if (!vary || !axis->path)
		return false;
	axis->values = json_get(vary, "values");
	for (const struct json *v = json_child(axis->values); v; v = json_next(v)) {
		numbers = numbers && is_number(json_as_str(v), &value);
		seconds = seconds && is_seconds(json_as_str(v), &value);
	}
	axis->scale = numbers ? SCALE_NUMBER : seconds ? SCALE_SECONDS : SCALE_RANK;
	return true;
}

/* "kubelet v1.20, clients 5": which curve; "all" if nothing else varies. */
static void group_name(const struct json *group, struct str *name)
{
	const struct json *v = json_child(json_get(group, "values"));

	str_reset(name);
	for (; v; v = json_next(v))
		str_addf(name, "%s%s %s", str_len(name) ? ", " : "", json_key(v),
			json_as_str(v));
	if (!str_len(name))
		str_add(name, "all");
}

/* The curves of a result that are drawn. */
struct curves {
	const struct json *result;
	const struct sweep_shown *cells;
	struct axis axis;
};

static struct json *row_of(
	const char *of, const struct axis *axis, const struct json *cell, const char *measure)
{
	const struct json *value = json_get(json_get(cell, "measures"), measure);
	struct json *row = json_object();
	struct sweep_closed form;
	bool has;

	json_put_str(row, "of", of);
	json_put_str(row, "at", json_as_str(json_get(json_get(cell, "values"), axis->path)));
	json_put(row, "value", value ? json_clone(value) : json_null());
	has = sweep_closed(cell, measure, &form);
	json_put(row, "closed", has ? json_num(form.value) : json_null());
	json_put(row, "share", has ? json_num(form.of) : json_null());
	json_put(row, "difference", has ? json_num(form.difference) : json_null());
	json_put_bool(row, "whole", has && sweep_closed_is_whole(&form));
	return row;
}

/* The rows behind a measure's chart: at, of, value, and its closed form. */
static struct json *rows_of(const struct curves *c, const char *measure)
{
	const struct json *group = json_child(json_get(c->result, "groups"));
	struct json *rows = json_array();
	struct str name = {0};

	for (uint32_t i = 0; group; group = json_next(group), i++) {
		const struct json *k = json_child(json_get(group, "cells"));

		group_name(group, &name);
		for (; k && sweep_shown_curve(c->cells, i); k = json_next(k)) {
			if (sweep_shown_point(c->cells, k))
				json_append(
					rows, row_of(str_text(&name), &c->axis,
						      sweep_shown_cell(c->cells, k), measure));
		}
	}
	str_fini(&name);
	return rows;
}

/* Whether a curve would tell anything; and how it is best shown. */
static bool range_of(const struct json *rows, bool *log)
{
	double least = 0, most = 0;

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		double v = json_as_num(json_get(r, "value"));

		least = v > 0 && (least == 0 || v < least) ? v : least;
		most = v > most ? v : most;
	}
	*log = most > FAR_APART * least;
	return most > 0;
}

/* Of one curve all walls, of several the first of each. */
static void add_walls(const struct curves *c, struct json *chart)
{
	const struct json *group = json_child(json_get(c->result, "groups"));
	bool alone = group && !json_next(group);
	struct str name = {0}, label = {0};

	for (uint32_t i = 0; group; group = json_next(group), i++) {
		const char *first = json_as_str(json_get(group, "firstWall"));
		const struct json *wall = json_child(json_get(group, "walls"));

		group_name(group, &name);
		for (; wall && sweep_shown_curve(c->cells, i); wall = json_next(wall)) {
			const char *word = json_as_str(json_get(wall, "wall"));

			if (!alone && (!first || strcmp(word, first) != 0))
				continue;
			str_reset(&label);
			str_addf(&label, "%s%s%s", word, alone ? "" : ": ",
				alone ? "" : str_text(&name));
			chart_wall(chart, 'x',
				place(&c->axis, json_as_str(json_get(wall, "at"))),
				str_text(&label));
		}
	}
	str_fini(&name);
	str_fini(&label);
}

static bool is_whole(const struct json *row, bool log)
{
	return json_as_bool(json_get(row, "whole")) &&
	       (!log || json_as_num(json_get(row, "closed")) > 0);
}

/* From a curve's first row on, beside its line: what calls of which next to none lacks a form
 * come to by it.  The first row behind them. */
static const struct json *add_closed(struct json *chart, const struct json *line,
	const struct json *row, const struct axis *axis, bool log)
{
	const char *of = json_as_str(json_get(row, "of"));
	struct json *beside = NULL;

	for (; row && !strcmp(json_as_str(json_get(row, "of")), of); row = json_next(row)) {
		double at = place(axis, json_as_str(json_get(row, "at")));

		if (is_whole(row, log) && !beside)
			beside = chart_beside(chart, line, "closed form");
		if (is_whole(row, log))
			chart_point(beside, at, json_as_num(json_get(row, "closed")));
		else if (beside)
			chart_gap(beside, at);
	}
	return row;
}

static void add_all_closed(
	struct json *chart, const struct json *rows, const struct axis *axis, bool log)
{
	const struct json *row = json_child(rows);
	const struct json *line = json_child(json_get(chart, "series"));

	for (; row; line = json_next(line))
		row = add_closed(chart, line, row, axis, log);
}

static struct json *chart_of(const struct json *rows, const struct axis *axis,
	const char *measure, const char *unit, bool log)
{
	bool seconds = !strcmp(unit, "s"); /* its ticks say so */
	struct json *chart, *line = NULL;
	struct str title = {0};
	const char *last = NULL;

	str_addf(&title, "%s%s%s", measure, *unit && !seconds ? ", " : "", seconds ? "" : unit);
	chart = chart_new(CHART_LINES,
		&(struct chart_axis){
			axis->path, axis->scale == SCALE_SECONDS ? "s" : "", false},
		&(struct chart_axis){str_text(&title), seconds ? "s" : "", log});
	str_fini(&title);
	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const char *of = json_as_str(json_get(r, "of"));
		const struct json *value = json_get(r, "value");

		if (!last || strcmp(last, of) != 0)
			line = chart_series(chart, of);
		last = of;
		if (json_is_num(value) && (!log || json_as_num(value) > 0))
			chart_point(line, place(axis, json_as_str(json_get(r, "at"))),
				json_as_num(value));
	}
	add_all_closed(chart, rows, axis, log);
	return chart;
}

static bool has_closed(const struct json *rows)
{
	const struct json *r = json_child(rows);

	while (r && !json_is_num(json_get(r, "closed")))
		r = json_next(r);
	return r != NULL;
}

static void add_figure(const struct curves *c, const struct json *m, struct html *page)
{
	const char *measure = json_as_str(json_get(m, "measure"));
	const char *unit = json_as_str(json_get(m, "unit"));
	const struct column list[] = {
		{"of", "curve", CELL_TEXT, NULL},
		{"at", c->axis.path, CELL_TEXT, NULL},
		{"value", measure, !strcmp(unit, "s") ? CELL_SECONDS : CELL_RATE, "-"},
		{"closed", "closed form", CELL_RATE, "-"},
		{"share", "of", CELL_PERCENT, "-"},
		{"difference", "difference", CELL_PERCENT, "-"},
	};
	struct json *rows = rows_of(c, measure), *chart;
	struct columns columns = {list, has_closed(rows) ? 6 : 3};
	bool log;

	if (range_of(rows, &log)) {
		chart = chart_of(rows, &c->axis, measure, unit, log);
		add_walls(c, chart);
		html_figure(page, c->axis.scale == SCALE_RANK ? "By rank." : "", chart,
			&(struct titled_table){measure, columns, rows});
	}
	json_free(rows);
}

/* What of it is not drawn. */
static void put_left_out(const struct sweep_shown *cells, struct html *page)
{
	char words[320], shown[FORMAT_BYTES], points[FORMAT_BYTES];

	if (cells->drawn < cells->curves) {
		(void)snprintf(words, sizeof(words),
			"%u of the %u curves are drawn, at even distances.", cells->drawn,
			cells->curves);
		html_words(page, words);
	}
	if (cells->points <= SWEEP_CELLS)
		return;
	(void)snprintf(words, sizeof(words),
		"%s of %s points are shown: of each curve its ends, knee and walls, the least "
		"and the most of every measure, cells that no other beats, and others at even "
		"distances. The result file and its CSV have all.",
		format_count(shown, sizeof(shown), cells->n_shown),
		format_count(points, sizeof(points), cells->points));
	html_words(page, words);
}

void sweep_curves(const struct json *result, const struct sweep_shown *cells, struct html *page)
{
	struct curves c = {.result = result, .cells = cells};

	if (!find_axis(result, &c.axis))
		return;
	html_section(page, "Along the axis");
	put_left_out(cells, page);
	for (const struct json *m = json_child(json_get(result, "measures")); m;
		m = json_next(m))
		add_figure(&c, m, page);
}
