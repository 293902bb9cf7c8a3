/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/classes.h"
#include "report/comparison.h"
#include "report/format.h"
#include "report/sweep_closed.h"
#include "report/sweep_curves.h"
#include "report/sweep_shown.h"
#include "report/sweep_words.h"
#include "report/table.h"

/* A table whose columns are those of this sweep: they point into names. */
enum { COLUMNS = 20, NAME_BYTES = 24, MEASURES_SHOWN = 8 };

struct made {
	struct column column[COLUMNS];
	char key[COLUMNS][NAME_BYTES];
	size_t n;
};

/* Its key is the column's number, so that a path with dots in it stays one name. */
static void add_column(struct made *m, const char *title, enum cell kind)
{
	if (m->n == COLUMNS)
		return;
	(void)snprintf(m->key[m->n], NAME_BYTES, "%zu", m->n);
	m->column[m->n] = (struct column){m->key[m->n], title, kind, ""};
	m->n++;
}

static void put(struct json *row, const struct made *m, size_t column, const char *text)
{
	if (column < m->n)
		json_put_str(row, m->key[column], text);
}

/* ------------------------------------------------------------------ cells */

static const char *const first[] = {"runtime.calls.perNode", "api.requests.mean",
	"api.load.peak", "podStart.p99", "detection.p99", "relist.duration.p99",
	"api.limiter.p99", "staleness.p99", "api.tries.rejected", "health.notReadyNodes"};
enum { FIRST = sizeof(first) / sizeof(first[0]) };

static bool is_first(const char *measure)
{
	for (size_t i = 0; i < FIRST; i++)
		if (!strcmp(first[i], measure))
			return true;
	return false;
}

static bool has_figure(const struct json *result, const char *measure)
{
	const struct json *cell = json_child(json_get(result, "cells"));

	for (; cell; cell = json_next(cell))
		if (json_as_num(json_get(json_get(cell, "measures"), measure)) != 0)
			return true;
	return false;
}

/* A measure that is shown; closed: with its closed form, which some cell has. */
struct shown {
	const struct json *measure;
	bool closed;
};

static bool has_closed(const struct json *result, const char *measure)
{
	const struct json *cell = json_child(json_get(result, "cells"));

	while (cell && !json_is_num(json_get(json_get(cell, "closedForm"), measure)))
		cell = json_next(cell);
	return cell != NULL;
}

/* Those that a reader wants first, and those that were asked for; with a figure somewhere. */
static size_t shown_measures(const struct json *result, struct shown *to)
{
	static const char *const kept[] = {"relist.interval.max", "podStart.p50",
		"api.tries.throttled", "apiserver.utilization", "watches.open",
		"health.plegEventsDropped", "health.pullsRefused"};
	const struct json *m = json_child(json_get(result, "measures"));
	size_t n = 0;

	for (; m && n < MEASURES_SHOWN; m = json_next(m)) {
		const char *name = table_text_of(m, "measure");
		bool asked = !is_first(name);

		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
			asked = asked && strcmp(name, kept[i]) != 0;
		if ((asked || is_first(name)) && has_figure(result, name))
			to[n++] = (struct shown){m, has_closed(result, name)};
	}
	return n;
}

static void walls(const struct json *list, struct str *out)
{
	for (const struct json *w = json_child(list); w; w = json_next(w))
		str_addf(out, "%s%s", str_len(out) ? ", " : "", table_text_of(w, "wall"));
}

static void figure_of(const struct json *v, const struct json *measure, struct str *out)
{
	struct json *row = json_object();

	json_put(row, "value", json_is_num(v) ? json_num(json_as_num(v)) : json_null());
	json_put_str(row, "unit", table_text_of(measure, "unit"));
	comparison_figure(row, "value", out);
	json_free(row);
}

/* "30.1/s (+0.2%)": how far the simulation is from it; "22.6/s of 75% (+0.2%)" if it lacks
 * calls. */
static void closed(const struct json *cell, const struct json *measure, struct str *out)
{
	const char *name = table_text_of(measure, "measure");
	char percent[FORMAT_BYTES];
	struct sweep_closed form;

	figure_of(json_get(json_get(cell, "closedForm"), name), measure, out);
	if (!sweep_closed(cell, name, &form))
		return;
	if (form.of < 1)
		str_addf(out, " of %.3g%%", 100 * form.of);
	str_addf(out, " (%s)", format_percent(percent, sizeof(percent), form.difference));
}

static struct json *cell_row(const struct made *m, const struct json *result,
	const struct json *cell, const struct shown *measure, size_t n, bool beaten)
{
	struct json *row = json_object();
	struct str text = {0};
	size_t column = 0;

	for (const struct json *v = json_child(json_get(result, "vary")); v; v = json_next(v))
		put(row, m, column++,
			table_text_of(json_get(cell, "values"), table_text_of(v, "path")));
	for (size_t i = 0; i < n; i++) {
		str_reset(&text);
		figure_of(json_get(json_get(cell, "measures"),
				  table_text_of(measure[i].measure, "measure")),
			measure[i].measure, &text);
		put(row, m, column++, str_text(&text));
		if (!measure[i].closed)
			continue;
		str_reset(&text);
		closed(cell, measure[i].measure, &text);
		put(row, m, column++, str_text(&text));
	}
	put(row, m, column++, beaten ? "" : "*");
	str_reset(&text);
	walls(json_get(cell, "walls"), &text);
	put(row, m, column, str_text(&text));
	str_fini(&text);
	return row;
}

/* Of all cells, or of those that a page shows. */
static struct json *cell_rows(
	const struct json *result, const struct sweep_shown *cells, bool all, struct made *m)
{
	struct shown measure[MEASURES_SHOWN];
	size_t n = shown_measures(result, measure);
	struct json *rows = json_array();

	for (const struct json *v = json_child(json_get(result, "vary")); v; v = json_next(v))
		add_column(m, table_text_of(v, "path"), CELL_COUNT);
	for (size_t i = 0; i < n; i++) {
		add_column(m, table_text_of(measure[i].measure, "measure"), CELL_COUNT);
		if (measure[i].closed)
			add_column(m, "closed form", CELL_COUNT);
	}
	add_column(m, "", CELL_TEXT);
	add_column(m, "walls", CELL_TEXT);
	for (uint32_t i = 0; i < cells->n; i++)
		if (all || cells->shown[i])
			json_append(rows, cell_row(m, result, cells->cell[i], measure, n,
						  !cells->unbeaten[i]));
	return rows;
}

/* ------------------------------------------------------------------ advice */

static bool holds_somewhere(const struct sweep_shown *cells, const struct json *group)
{
	const struct json *k = json_child(json_get(group, "cells"));

	while (k && json_child(json_get(sweep_shown_cell(cells, k), "walls")))
		k = json_next(k);
	return k != NULL;
}

/* "to 70", "from 5s on" */
static void holds(const struct sweep_shown *cells, const struct json *group, struct str *out)
{
	const char *to = table_text_of(group, "holdsTo");
	const char *from = table_text_of(group, "holdsFrom");

	if (!json_size(json_get(group, "walls"))) {
		str_add(out, "throughout");
		return;
	}
	if (*to)
		str_addf(out, "to %s", to);
	if (*from)
		str_addf(out, "%sfrom %s on", *to ? ", " : "", from);
	if (!*to && !*from)
		str_add(out, holds_somewhere(cells, group) ? "at neither end" : "not at all");
}

static struct json *group_row(const struct made *m, const struct json *result,
	const struct sweep_shown *cells, const struct json *group)
{
	const struct json *knee = json_get(group, "knee");
	const struct json *wall = json_child(json_get(group, "walls"));
	struct json *row = json_object();
	struct str text = {0};
	size_t column = 0;

	for (const struct json *v = json_child(json_get(result, "vary")); v; v = json_next(v))
		if (strcmp(table_text_of(v, "path"), table_text_of(result, "axis")) != 0)
			put(row, m, column++,
				table_text_of(
					json_get(group, "values"), table_text_of(v, "path")));
	holds(cells, group, &text);
	put(row, m, column++, str_text(&text));
	str_reset(&text);
	if (wall)
		sweep_wall_words(wall, &text);
	put(row, m, column++, wall ? str_text(&text) : "none");
	str_reset(&text);
	for (wall = wall ? json_next(wall) : NULL; wall; wall = json_next(wall))
		str_addf(&text, "%s%s at %s", str_len(&text) ? ", " : "",
			table_text_of(wall, "wall"), table_text_of(wall, "at"));
	put(row, m, column++, str_text(&text));
	str_reset(&text);
	if (json_is_object(knee))
		str_addf(&text, "%s (%s)", table_text_of(knee, "at"),
			table_text_of(knee, "measure"));
	put(row, m, column++, json_is_object(knee) ? str_text(&text) : "none");
	str_reset(&text);
	sweep_client_words(group, &text);
	put(row, m, column, str_text(&text));
	str_fini(&text);
	return row;
}

/* Whether it was asked which limits of the client are enough. */
static bool has_client(const struct json *result)
{
	const struct json *g = json_child(json_get(result, "groups"));

	while (g && !json_is_num(json_get(g, "clientQps")) &&
		!json_is_str(json_get(g, "clientReason")))
		g = json_next(g);
	return g != NULL;
}

static struct json *group_rows(
	const struct json *result, const struct sweep_shown *cells, struct made *m)
{
	struct json *rows = json_array();

	for (const struct json *v = json_child(json_get(result, "vary")); v; v = json_next(v))
		if (strcmp(table_text_of(v, "path"), table_text_of(result, "axis")) != 0)
			add_column(m, table_text_of(v, "path"), CELL_COUNT);
	add_column(m, "holds", CELL_TEXT);
	add_column(m, "first wall", CELL_TEXT);
	add_column(m, "then", CELL_TEXT);
	add_column(m, "knee", CELL_TEXT);
	if (has_client(result))
		add_column(m, "least client QPS that is enough", CELL_TEXT);
	for (const struct json *g = json_child(json_get(result, "groups")); g; g = json_next(g))
		json_append(rows, group_row(m, result, cells, g));
	return rows;
}

/* ------------------------------------------------------------------ paper */

enum { NOTE_WIDTH = 118 }; /* as of a Result */

static const char walls_note[] =
	"Walls: pleg, heartbeat: nodes were NotReady for it; limiter: one request in a hundred "
	"waited over a second in a\nclient of the node, or it was asked for all that it lets "
	"through; registryPulls: pulls were refused; inflight:\nanswers of 429; slo: an "
	"objective was missed; settling: requests still piled up at the end. The knee is the "
	"point\nfarthest below the line from first to last.\n";

/* By what cells are held against one another. */
static void put_objectives(const struct json *result, struct str *out)
{
	const struct json *o = json_child(json_get(json_get(result, "pareto"), "objectives"));
	struct str line = {0};

	str_add(&line, "* is a cell that no other beats in all of: ");
	for (; o; o = json_next(o))
		str_addf(&line, "%s %s%s%s", table_text_of(o, "better"),
			table_text_of(o, "measure"),
			json_as_bool(json_get(o, "implied")) ? " (as relists imply it)" : "",
			json_next(o) ? ", " : ".");
	format_wrapped(str_text(&line), NOTE_WIDTH, out);
	str_fini(&line);
}

/* A cell that nothing beats may be the worst in what was not measured. */
static void put_without(const struct json *result, struct str *out)
{
	const struct json *w = json_child(json_get(json_get(result, "pareto"), "without"));

	if (!w)
		return;
	str_add(out, "Not looked at there, as some cell has none: ");
	for (; w; w = json_next(w))
		str_addf(out, "%s%s", json_as_str(w), json_next(w) ? ", " : ".\n");
}

static void put_closed(const struct json *result, struct str *out)
{
	struct shown measure[MEASURES_SHOWN];
	size_t n = shown_measures(result, measure), i = 0;

	while (i < n && !measure[i].closed)
		i++;
	if (i < n)
		str_add(out,
			"Beside a rate of calls stands its closed form, and how far the "
			"simulation is from it. Where it does not hold for\nsome call, it "
			"is of the others, and of so much of what was simulated: 'nodetoll "
			"simulate' says of which, and why.\n");
}

static void note(const struct json *result, struct str *out)
{
	struct str rests = {0};

	str_add(out, walls_note);
	put_objectives(result, out);
	put_without(result, out);
	put_closed(result, out);
	classes_words(result, &rests);
	if (!str_len(&rests) && *table_text_of(result, "calibration"))
		str_addf(&rests, "Counts follow from rules. Times rest on %s.",
			table_text_of(result, "calibration"));
	if (str_len(&rests))
		format_wrapped(str_text(&rests), NOTE_WIDTH, out);
	str_fini(&rests);
}

/* Then each cell says its own. */
static bool is_varied(const struct json *result, const char *path)
{
	const struct json *v = json_child(json_get(result, "vary"));

	while (v && strcmp(table_text_of(v, "path"), path) != 0)
		v = json_next(v);
	return v != NULL;
}

static void about(const struct json *result, struct str *out)
{
	double n = json_as_num(json_get(result, "nodes"));
	double n_cells = (double)json_size(json_get(result, "cells"));
	char nodes[FORMAT_BYTES], cells[FORMAT_BYTES];

	str_addf(out, "Scenario %s", table_text_of(json_get(result, "metadata"), "name"));
	if (!is_varied(result, "nodes"))
		str_addf(out, ", %s", format_nodes(nodes, sizeof(nodes), n));
	str_addf(out, ", %s cell%s", format_count(cells, sizeof(cells), n_cells),
		format_plural(n_cells));
	if (!is_varied(result, "seed"))
		str_addf(out, ", seed %.0f", json_as_num(json_get(result, "seed")));
	str_add(out, ".\n");
}

void sweep_show(const struct json *result, enum show how, struct str *out)
{
	struct made of_groups = {0}, of_cells = {0};
	struct sweep_shown by_number;
	struct json *groups, *cells;
	char title[100];

	sweep_shown_init(&by_number, result);
	groups = group_rows(result, &by_number, &of_groups);
	cells = cell_rows(result, &by_number, true, &of_cells);
	str_add(out, how == SHOW_MARKDOWN ? "**" : "");
	sweep_headline(result, out);
	str_add(out, how == SHOW_MARKDOWN ? "**\n\n" : "\n");
	about(result, out);
	(void)snprintf(title, sizeof(title), "Along %.60s", table_text_of(result, "axis"));
	table_titled(how,
		&(struct titled_table){title, {of_groups.column, of_groups.n}, groups}, out);
	table_titled(how, &(struct titled_table){"Cells", {of_cells.column, of_cells.n}, cells},
		out);
	str_add_char(out, '\n');
	note(result, out);
	json_free(groups);
	json_free(cells);
	sweep_shown_fini(&by_number);
}

void sweep_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array();

	table_csv_add(table, "groups", json_get(result, "groups"));
	table_csv_add(table, "cells", json_get(result, "cells"));
	table_csv_add(table, "measures", json_get(result, "measures"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(table);
}

static void put_command(const struct json *result, struct html *page)
{
	struct str line = {0};

	if (!json_is_object(json_get(result, "scenario")))
		return;
	str_add(&line, "nodetoll sweep ./scenario.json");
	for (const struct json *v = json_child(json_get(result, "vary")); v; v = json_next(v)) {
		str_addf(&line, " --vary %s=", table_text_of(v, "path"));
		for (const struct json *k = json_child(json_get(v, "values")); k;
			k = json_next(k))
			str_addf(&line, "%s%s", json_as_str(k), json_next(k) ? "," : "");
	}
	html_section(page, "The scenario as resolved");
	html_words(page, "Saved as scenario.json, this makes the same cells again, whatever "
			 "becomes of the models that it came from:");
	html_lines(page, str_text(&line));
	html_scenario(page, result, table_text_of(result, "metadata.name"),
		json_get(result, "scenario"));
	str_fini(&line);
}

static void put_cells(
	const struct sweep_shown *cells, const struct titled_table *table, struct html *page)
{
	struct titled_table titled = *table;
	char words[128], shown[FORMAT_BYTES], all[FORMAT_BYTES];

	titled.title = "Every cell";
	if (cells->n_shown < cells->n) {
		titled.title = "The cells of the curves above";
		(void)snprintf(words, sizeof(words),
			"%s of the %s cells; all of them are in the result and its CSV.",
			format_count(shown, sizeof(shown), cells->n_shown),
			format_count(all, sizeof(all), cells->n));
		html_words(page, words);
	}
	html_table(page, &titled);
}

void sweep_html(const struct json *result, struct html *page)
{
	struct made of_groups = {0}, of_cells = {0};
	struct sweep_shown by_number;
	struct json *groups, *cells;
	struct str text = {0};

	sweep_shown_init(&by_number, result);
	groups = group_rows(result, &by_number, &of_groups);
	cells = cell_rows(result, &by_number, false, &of_cells);
	sweep_headline(result, &text);
	html_headline(page, str_text(&text));
	str_reset(&text);
	about(result, &text);
	html_about(page, str_text(&text));
	html_section(page, "Walls, knee and limits");
	html_table(page,
		&(struct titled_table){"Each curve", {of_groups.column, of_groups.n}, groups});
	sweep_curves(result, &by_number, page);
	html_section(page, "Cells");
	put_cells(&by_number,
		&(struct titled_table){NULL, {of_cells.column, of_cells.n}, cells}, page);
	str_reset(&text);
	note(result, &text);
	html_note(page, str_text(&text));
	classes_html(result, page);
	put_command(result, page);
	str_fini(&text);
	json_free(groups);
	json_free(cells);
	sweep_shown_fini(&by_number);
}

void sweep_junit(const struct json *result, struct junit *junit)
{
	const struct json *cell = json_child(json_get(result, "cells"));

	for (; cell; cell = json_next(cell)) {
		struct str name = {0}, what = {0};
		const struct json *v = json_child(json_get(cell, "values"));

		for (; v; v = json_next(v))
			str_addf(&name, "%s%s=%s", str_len(&name) ? ", " : "", json_key(v),
				json_as_str(v));
		walls(json_get(cell, "walls"), &what);
		junit_case(junit, "cells", str_text(&name), JUNIT_PASSED,
			str_len(&what) ? str_text(&what) : "no wall");
		str_fini(&name);
		str_fini(&what);
	}
}
