/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/chart.h"
#include "report/format.h"
#include "report/table.h"

#define N(columns) (sizeof(columns) / sizeof((columns)[0]))

enum form { FORM_TEXT, FORM_MARKDOWN };

static const char *text_of(const struct json *row, const char *key)
{
	const char *text = json_as_str(table_value(row, key));

	return text ? text : "";
}

/* ------------------------------------------------------------------ cells */

void comparison_figure(const struct json *row, const char *side, struct str *out)
{
	const struct json *v = json_get(row, side);
	const char *unit = text_of(row, "unit");
	double value = json_as_num(v);
	char buf[FORMAT_BYTES];

	if (!json_is_num(v))
		str_add(out, "-");
	else if (!strcmp(unit, "s"))
		str_add(out, format_seconds(buf, sizeof(buf), value));
	else if (!strcmp(unit, "cores"))
		str_addf(out, "%.4f cores", value);
	else
		str_addf(out, "%s%s%s", format_rate(buf, sizeof(buf), value),
			!strcmp(unit, "B/s") ? " " : "", unit);
}

void comparison_delta(const struct json *row, struct str *out)
{
	const struct json *significant = json_get(row, "significant");
	const struct json *base = json_get(row, "base");
	const struct json *relative = json_get(row, "relative");
	char buf[FORMAT_BYTES];

	if (json_is_bool(significant) && !json_as_bool(significant))
		str_add(out, "~");
	else if (json_is_num(relative))
		str_add(out, format_percent(buf, sizeof(buf), json_as_num(relative)));
	else if (!json_is_num(json_get(row, "candidate")))
		str_add(out, "gone");
	else
		str_add(out, json_is_num(base) ? "new" : "-");
}

/* Half the interval, as a share of the base. */
static void give_or_take(const struct json *row, struct str *out)
{
	double base = json_as_num(json_get(row, "base"));
	double half =
		(json_as_num(json_get(row, "high")) - json_as_num(json_get(row, "low"))) / 2;

	if (json_is_num(json_get(row, "low")) && base != 0)
		str_addf(out, "%.1f%%", 100 * half / (base < 0 ? -base : base));
}

static void put_cell(struct json *to, const char *key, struct str *cell)
{
	json_put_str(to, key, str_text(cell));
	str_reset(cell);
}

/* Whether the kubelet's metric sees a call is a label, too. */
static const char *yes_no(const char *label)
{
	if (label && !strcmp(label, "true"))
		return "yes";
	return label && !strcmp(label, "false") ? "no" : label;
}

/* A row as it is shown: its labels and formatted figures. */
static struct json *shown(const struct json *row)
{
	struct json *to = json_object();
	struct json *labels = json_object();
	struct str cell = {0};

	json_put_str(to, "measure", text_of(row, "measure"));
	for (const struct json *l = json_child(json_get(row, "labels")); l; l = json_next(l))
		json_put_str(labels, json_key(l), yes_no(json_as_str(l)));
	json_put(to, "labels", labels);
	comparison_figure(row, "base", &cell);
	put_cell(to, "base", &cell);
	comparison_figure(row, "candidate", &cell);
	put_cell(to, "candidate", &cell);
	comparison_delta(row, &cell);
	put_cell(to, "delta", &cell);
	give_or_take(row, &cell);
	put_cell(to, "plusMinus", &cell);
	str_fini(&cell);
	return to;
}

/* ------------------------------------------------------------------ which rows */

static bool is(const struct json *row, const char *key, const char *word)
{
	return !strcmp(text_of(row, key), word);
}

static bool is_runtime_call(const struct json *row)
{
	return is(row, "family", "runtime.calls") && is(row, "statistic", "perNode");
}

static bool is_request(const struct json *row)
{
	return is(row, "family", "api.requests") && is(row, "statistic", "mean");
}

static bool is_one_of(
	const struct json *row, const char *key, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(row, key, words[i]))
			return true;
	return false;
}

/* What of all calls together their tables leave out, of times the mean and the 99th percentile,
 * and what goes wrong; not what says the same once more. */
static bool is_other(const struct json *row)
{
	static const char *const again[] = {"podStart.worker", "podStart.volumesMounted",
		"podStart.sandboxRuns", "podStart.containersStarted", "podRunning"};
	static const char *const minor[] = {
		"p50", "p90", "perNode", "offered", "sent", "dispatched", "seats"};
	static const char *const counts[] = {"relist", "runtime.records", "api.watchEvents"};
	bool of_calls = is(row, "family", "runtime.calls") || is(row, "family", "api.requests");
	bool steps = is(row, "family", "podStart.steps");
	bool labelled = json_child(json_get(row, "labels")) != NULL;

	if (steps || labelled)
		return steps && labelled && is(row, "statistic", "mean");
	if (is_one_of(row, "family", again, N(again)) ||
		is_one_of(row, "statistic", minor, N(minor)))
		return false;
	if (is(row, "statistic", "count"))
		return is_one_of(row, "family", counts, N(counts));
	if (is(row, "statistic", "mean"))
		return !of_calls;
	return !is(row, "statistic", "max");
}

/* A comparison of other kinds than Result: every measure by its name. */
static bool is_any(const struct json *row)
{
	return row != NULL;
}

static struct json *rows_that(const struct json *result, bool (*wanted)(const struct json *))
{
	struct json *rows = json_array();
	const struct json *row = json_child(json_get(result, "rows"));

	for (; row; row = json_next(row))
		if (wanted(row))
			json_append(rows, shown(row));
	return rows;
}

/* ------------------------------------------------------------------ tables */

#define FIGURES                                                                                \
	{"base", "base", CELL_COUNT, NULL}, {"candidate", "candidate", CELL_COUNT, NULL},      \
		{"delta", "delta", CELL_COUNT, NULL},                                          \
	{                                                                                      \
		"plusMinus", "+-", CELL_COUNT, NULL                                            \
	}

static const struct column runtime_columns[] = {
	{"labels.operation", "operation_type", CELL_TEXT, "all"},
	{"labels.code", "code", CELL_TEXT, ""},
	{"labels.inMetric", "in metric", CELL_TEXT, ""},
	FIGURES,
};
static const struct column request_columns[] = {
	{"labels.verb", "verb", CELL_TEXT, "all"},
	{"labels.resource", "resource", CELL_TEXT, ""},
	{"labels.code", "code", CELL_TEXT, ""},
	{"labels.client", "client", CELL_TEXT, ""},
	FIGURES,
};
static const struct column other_columns[] = {
	{"measure", "measure", CELL_TEXT, NULL},
	FIGURES,
};
static const struct column gate_columns[] = {
	{"verdict", "verdict", CELL_TEXT, NULL},
	{"gate", "gate", CELL_TEXT, NULL},
	{"base", "base", CELL_COUNT, NULL},
	{"candidate", "candidate", CELL_COUNT, NULL},
	{"bound", "bound", CELL_COUNT, NULL},
	{"note", "", CELL_TEXT, ""},
};
static const struct column difference_columns[] = {
	{"path", "field", CELL_TEXT, NULL},
	{"base", "base", CELL_TEXT, "-"},
	{"candidate", "candidate", CELL_TEXT, "-"},
};

static void section(const char *title, const struct column *columns, size_t n,
	const struct json *rows, enum form form, struct str *out)
{
	if (!json_child(rows))
		return;
	str_addf(out, form == FORM_MARKDOWN ? "\n### %s\n\n" : "\n%s\n", title);
	if (form == FORM_MARKDOWN)
		table_markdown(columns, n, rows, out);
	else
		table_text(columns, n, rows, "  ", out);
}

/* A table of rows of the result: those that are wanted. */
struct block {
	const char *title;
	struct columns columns;
	bool (*wanted)(const struct json *row);
};

static const struct block runtime_block = {"Calls to the container runtime, a second and node",
	{runtime_columns, N(runtime_columns)}, is_runtime_call};
static const struct block request_block = {"Requests to the API server, a second",
	{request_columns, N(request_columns)}, is_request};
static const struct block other_block = {
	"Other measures", {other_columns, N(other_columns)}, is_other};
static const struct block any_block = {"Measures", {other_columns, N(other_columns)}, is_any};

static void block(
	const struct block *b, const struct json *result, enum form form, struct str *out)
{
	struct json *rows = rows_that(result, b->wanted);

	section(b->title, b->columns.of, b->columns.n, rows, form, out);
	json_free(rows);
}

static struct json *gate_rows(const struct json *result)
{
	struct json *rows = json_array();
	const struct json *gate = json_child(json_get(result, "gates"));

	for (; gate; gate = json_next(gate)) {
		struct json *row = shown(gate);
		struct str cell = {0};
		const char *reason = text_of(gate, "reason"), *why = text_of(gate, "why");

		json_put_str(row, "verdict", text_of(gate, "verdict"));
		json_put_str(row, "gate", text_of(gate, "gate"));
		comparison_figure(gate, "bound", &cell);
		put_cell(row, "bound", &cell);
		str_addf(&cell, "%s%s%s", reason, *reason && *why ? "; " : "", why);
		put_cell(row, "note", &cell);
		str_fini(&cell);
		json_append(rows, row);
	}
	return rows;
}

/* ------------------------------------------------------------------ words */

enum { DIFFERENCES_SHOWN = 6 };

/* A field and what it was; a whole map or list is "...". */
static struct json *difference(const struct json *row)
{
	static const char *const sides[] = {"base", "candidate"};
	struct json *to = json_object();

	json_put_str(to, "path", text_of(row, "path"));
	for (size_t i = 0; i < N(sides); i++) {
		const struct json *v = json_get(row, sides[i]);
		bool whole = json_is_object(v) || json_is_array(v);

		json_put(to, sides[i],
			!v || whole ? json_str(whole ? "..." : NULL) : json_clone(v));
	}
	return to;
}

static void differ(const struct json *result, enum form form, struct str *out)
{
	double n = json_as_num(json_get(result, "differencesTotal"));
	struct json *rows = json_array();
	const struct json *row = json_child(json_get(result, "differences"));
	char title[120];

	for (int i = 0; row && i < DIFFERENCES_SHOWN; row = json_next(row), i++)
		json_append(rows, difference(row));
	(void)snprintf(title, sizeof(title), "What differs%s",
		n > DIFFERENCES_SHOWN ? ", the first fields" : "");
	section(title, difference_columns, N(difference_columns), rows, form, out);
	if (n > DIFFERENCES_SHOWN)
		str_addf(out, "%s%.0f more fields differ.\n",
			form == FORM_MARKDOWN ? "\n" : "  ", n - DIFFERENCES_SHOWN);
	json_free(rows);
}

static const char *chance(const struct json *result)
{
	const char *test = text_of(result, "test");

	if (!strcmp(text_of(result, "of"), "Estimate"))
		return "Closed forms: there is no chance in them.\n";

	if (!strcmp(test, "paired t"))
		return "~ is a difference that may be chance: the 95 % interval of the mean "
		       "difference of pairs with the same seed\n(+-, as a share of the base) "
		       "has 0 in it. Of 20 measures that do not differ one will seem to.\n";
	if (!strcmp(test, "prediction interval"))
		return "One side is one run: ~ is a difference within the 95 % prediction "
		       "interval of one further run of the other.\n";
	return "One run each: what of a difference is chance is not known; scenarios in place "
	       "of saved results are run with several seeds.\n";
}

static void foot(const struct json *result, struct str *out)
{
	const char *calibration = text_of(result, "calibration");
	size_t n = json_size(json_get(result, "rows")), differing = 0;
	const struct json *row = json_child(json_get(result, "rows"));

	for (; row; row = json_next(row))
		differing += json_as_bool(json_get(row, "significant"));
	str_addf(out, "\n%s", chance(result));
	if (strcmp(text_of(result, "test"), "none") != 0)
		str_addf(out, "%zu of %zu measures differ; -o json has all of them.\n",
			differing, n);
	if (*calibration)
		str_addf(out, "Counts follow from rules. Times rest on %s.\n", calibration);
}

/* Under a gate this is a breach; without one it is as much of a warning. */
static void unsettled(const struct json *result, struct str *out)
{
	static const char *const sides[] = {"base", "candidate"};

	for (size_t i = 0; i < N(sides); i++) {
		const struct json *v = json_get(json_get(result, sides[i]), "settled");

		if (json_is_bool(v) && !json_as_bool(v))
			str_addf(out,
				"Requests of the %s had not settled when the run was over: its "
				"figures are a moment's.\n",
				sides[i]);
	}
}

static void head(const struct json *result, enum form form, struct str *out)
{
	const char *base = text_of(result, "base.name");
	const char *candidate = text_of(result, "candidate.name");

	str_addf(out, form == FORM_MARKDOWN ? "**%s**\n\n" : "%s\n",
		text_of(result, "headline"));
	str_addf(out, "Base %s (%.0f run%s), candidate %s (%.0f run%s), seed %.0f%s.\n", base,
		json_as_num(table_value(result, "base.runs")),
		format_plural(json_as_num(table_value(result, "base.runs"))), candidate,
		json_as_num(table_value(result, "candidate.runs")),
		format_plural(json_as_num(table_value(result, "candidate.runs"))),
		json_as_num(json_get(result, "seed")),
		json_as_num(json_get(result, "seeds")) > 1 ? " and those behind it" : "");
	unsettled(result, out);
}

static void render(const struct json *result, enum form form, struct str *out)
{
	struct json *gates = gate_rows(result);

	head(result, form, out);
	section("Gates", gate_columns, N(gate_columns), gates, form, out);
	differ(result, form, out);
	if (!strcmp(text_of(result, "of"), "Result")) {
		block(&runtime_block, result, form, out);
		block(&request_block, result, form, out);
		block(&other_block, result, form, out);
	} else {
		block(&any_block, result, form, out);
	}
	foot(result, out);
	json_free(gates);
}

/* "get secrets 200", "list_containers OK"; "all" of a whole family. */
static void label_of(const struct json *row, struct str *out)
{
	static const char *const keys[] = {"operation", "verb", "resource", "code"};
	const struct json *labels = json_get(row, "labels");

	str_reset(out);
	for (size_t i = 0; i < N(keys); i++) {
		const char *word = json_as_str(json_get(labels, keys[i]));

		if (word)
			str_addf(out, "%s%s", str_len(out) ? " " : "", word);
	}
	if (!str_len(out))
		str_add(out, "all");
	if (json_is_str(json_get(labels, "inMetric")) && is(labels, "inMetric", "false"))
		str_add(out, " (not in the metric)");
}

/* Base and candidate side by side. */
static struct json *sides_chart(
	const struct json *result, bool (*wanted)(const struct json *), const char *unit)
{
	struct json *chart = chart_new(CHART_BARS, &(struct chart_axis){unit, "", true}, NULL);
	struct json *base = NULL, *candidate = NULL;
	struct str label = {0};
	const struct json *row = json_child(json_get(result, "rows"));

	for (; row; row = json_next(row)) {
		if (!wanted(row))
			continue;
		label_of(row, &label);
		chart_label(chart, str_text(&label));
	}
	base = chart_series(chart, "base");
	candidate = chart_series(chart, "candidate");
	for (row = json_child(json_get(result, "rows")); row; row = json_next(row))
		if (wanted(row)) {
			chart_value(base, json_get(row, "base"));
			chart_value(candidate, json_get(row, "candidate"));
		}
	str_fini(&label);
	return chart;
}

static void page_figure(const struct html_table *table, const struct json *result,
	bool (*wanted)(const struct json *), const char *unit, struct html *page)
{
	struct json *rows = rows_that(result, wanted);

	html_figure(page, "", sides_chart(result, wanted, unit),
		&(struct html_table){table->title, table->columns, rows});
	json_free(rows);
}

static void page_block(const struct block *b, const struct json *result, struct html *page)
{
	struct json *rows = rows_that(result, b->wanted);

	html_table(page, &(struct html_table){b->title, b->columns, rows});
	json_free(rows);
}

static struct json *difference_rows(const struct json *result)
{
	const struct json *row = json_child(json_get(result, "differences"));
	struct json *rows = json_array();

	for (; row; row = json_next(row))
		json_append(rows, difference(row));
	return rows;
}

void comparison_html(const struct json *result, struct html *page)
{
	struct json *gates = gate_rows(result), *fields = difference_rows(result);
	struct str about = {0};

	html_headline(page, text_of(result, "headline"));
	unsettled(result, &about);
	html_about(page, str_text(&about));
	html_section(page, "Gates and differences");
	html_table(page, &(struct html_table){"Gates", {gate_columns, N(gate_columns)}, gates});
	html_table(page, &(struct html_table){"Fields of the scenarios that differ",
				 {difference_columns, N(difference_columns)}, fields});
	html_section(page, "Calls");
	page_figure(&(struct html_table){"Calls to the container runtime",
			    {runtime_columns, N(runtime_columns)}, NULL},
		result, is_runtime_call, "a second and node", page);
	page_figure(&(struct html_table){"Requests to the API server",
			    {request_columns, N(request_columns)}, NULL},
		result, is_request, "a second, in the cluster", page);
	html_note(page, chance(result));
	html_section(page, "Every measure");
	page_block(&any_block, result, page);
	str_fini(&about);
	json_free(gates);
	json_free(fields);
}

static void junit_gate(const struct json *gate, struct junit *junit)
{
	struct str what = {0};
	const char *reason = text_of(gate, "reason"), *why = text_of(gate, "why");

	str_add(&what, "candidate ");
	comparison_figure(gate, "candidate", &what);
	str_add(&what, ", base ");
	comparison_figure(gate, "base", &what);
	str_add(&what, ", bound ");
	comparison_figure(gate, "bound", &what);
	str_addf(&what, "%s%s%s%s", *reason ? "; " : "", reason, *why ? "; " : "", why);
	junit_case(junit, "gates", text_of(gate, "gate"),
		strcmp(text_of(gate, "verdict"), "held") ? JUNIT_FAILED : JUNIT_PASSED,
		str_text(&what));
	str_fini(&what);
}

void comparison_junit(const struct json *result, struct junit *junit)
{
	const struct json *gate = json_child(json_get(result, "gates"));
	struct str what = {0};

	if (!gate)
		junit_case(junit, "comparison", "headline", JUNIT_PASSED,
			text_of(result, "headline"));
	for (; gate; gate = json_next(gate))
		junit_gate(gate, junit);
	unsettled(result, &what);
	if (str_len(&what))
		junit_case(junit, "comparison", "settled",
			*text_of(result, "verdict") ? JUNIT_FAILED : JUNIT_SKIPPED,
			str_text(&what));
	str_fini(&what);
}

void comparison_text(const struct json *result, struct str *out)
{
	render(result, FORM_TEXT, out);
}

void comparison_markdown(const struct json *result, struct str *out)
{
	render(result, FORM_MARKDOWN, out);
}

void comparison_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array();

	table_csv_add(table, "rows", json_get(result, "rows"));
	table_csv_add(table, "gates", json_get(result, "gates"));
	table_csv_add(table, "differences", json_get(result, "differences"));
	table_csv(table, out);
	json_free(table);
}
