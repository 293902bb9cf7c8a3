/* SPDX-License-Identifier: Apache-2.0 */
#include "report/agreement.h"

#include <string.h>

#include "report/chart.h"
#include "report/classes.h"
#include "report/format.h"
#include "report/table.h"

enum { WIDTH = 100 };

#define COUNTS                                                                                 \
	{"code", "code", CELL_TEXT, NULL}, {"closedForm", "closed form", CELL_FIXED, "-"},     \
		{"simulated", "simulated", CELL_COUNT, NULL},                                  \
		{"low", "low", CELL_FIXED, NULL}, {"high", "high", CELL_FIXED, NULL},          \
		{"live", "live", CELL_COUNT, NULL},                                            \
		{"relativeDifference", "difference", CELL_PERCENT, "-"},                       \
	{                                                                                      \
		"agrees", "agrees", CELL_YES_NO, NULL                                          \
	}
static const struct column api_list[] = {
	{"call", "request", CELL_TEXT, NULL},
	{"client", "client", CELL_TEXT, ""},
	COUNTS,
};
static const struct column runtime_list[] = {
	{"call", "operation", CELL_TEXT, NULL},
	{"inMetric", "in metric", CELL_YES_NO, NULL},
	COUNTS,
};

/* What the two tables are about. */
static const struct part {
	const char *source, *title;
	struct columns columns;
} parts[] = {
	{"api", "Requests to the API server", COLUMNS_OF(api_list)},
	{"runtime", "Calls to the container runtime", COLUMNS_OF(runtime_list)},
};

static struct json *rows_of(const struct json *result, const char *source)
{
	struct json *rows = json_array();

	for (const struct json *r = json_child(json_get(result, "rows")); r; r = json_next(r))
		if (!strcmp(json_as_str(json_get(r, "source")), source))
			json_append(rows, json_clone(r));
	return rows;
}

/* ------------------------------------------------------------------ sentences */

static double number(const struct json *result, const char *key)
{
	return json_as_num(json_get(result, key));
}

static void head(const struct json *result, struct str *out)
{
	double nodes = number(result, "nodes"), pods = number(result, "podsPerNode");
	double level = number(result, "intervalLevel");
	struct str words = {0};

	str_addf(&words,
		"Scenario %s: %.0f node%s of %.0f pod%s, kubelet %s on %s, seed %.0f; counted "
		"from %g to %g s after the kubelets' start on empty nodes.  Simulated: in "
		"virtual time with that seed, and the %g %% prediction interval of one further "
		"run, over %.0f seeds.  Live: hollow agents on real sockets.",
		json_as_str(json_get(json_get(result, "metadata"), "name")), nodes,
		format_plural(nodes), pods, format_plural(pods),
		json_as_str(json_get(result, "kubelet")),
		json_as_str(json_get(result, "containerRuntime")), number(result, "seed"),
		number(result, "warmupSeconds"),
		number(result, "warmupSeconds") + number(result, "durationSeconds"),
		level > 0 ? 100 * level : 95, /* those of before 0.999 do not say */
		number(result, "seeds"));
	format_wrapped(str_text(&words), WIDTH, out);
	str_fini(&words);
}

static void verdict(const struct json *result, struct str *out)
{
	double total = number(result, "rowsTotal"), agree = number(result, "rowsAgree");
	double within = number(result, "rowsWithin");
	struct str words = {0};

	if (agree >= total)
		str_addf(&words, "All %.0f calls agree: ", total);
	else
		str_addf(&words, "%.0f of %.0f calls agree, %.0f do not: ", agree, total,
			total - agree);
	if (within >= total)
		str_add(&words, "every live count is within its interval.");
	else
		str_addf(&words,
			"%.0f live counts are within their interval, and of the others those "
			"agree that differ by at most %g %% of the simulated count.",
			within, 100 * number(result, "tolerance"));
	for (const struct json *n = json_child(json_get(result, "notes")); n; n = json_next(n))
		str_addf(&words, "  %s", json_as_str(n));
	format_wrapped(str_text(&words), WIDTH, out);
	str_fini(&words);
}

static bool is_reason_of(const struct json *row, const char *reason)
{
	const char *own = json_as_str(json_get(row, "closedFormReason"));

	return own && !strcmp(own, reason);
}

/* Calls with the same reason together, where the first of them stands. */
static void reason_words(const struct json *row, const struct json *all, struct str *out)
{
	const char *reason = json_as_str(json_get(row, "closedFormReason"));
	struct str words = {0};

	if (!reason)
		return;
	for (const struct json *r = json_child(all); r != row; r = json_next(r))
		if (is_reason_of(r, reason))
			return;
	for (const struct json *r = row; r; r = json_next(r)) {
		if (!is_reason_of(r, reason))
			continue;
		str_addf(&words, "%s%s%s", str_len(&words) ? ", " : "",
			json_as_str(json_get(r, "call")), table_not_in_metric(r));
		table_add_client(json_as_str(json_get(r, "client")), &words);
	}
	str_addf(&words, ": %s.", reason);
	format_wrapped(str_text(&words), WIDTH, out);
	str_fini(&words);
}

static void reasons(const struct json *result, struct str *out)
{
	const struct json *all = json_get(result, "rows");
	struct str words = {0};

	for (const struct json *r = json_child(all); r; r = json_next(r))
		reason_words(r, all, &words);
	if (str_len(&words))
		str_addf(out, "\nWhy there is no closed form\n%s", str_text(&words));
	str_fini(&words);
}

/* ------------------------------------------------------------------ forms */

void agreement_show(const struct json *result, enum show how, struct str *out)
{
	head(result, out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct json *rows = rows_of(result, parts[i].source);

		table_titled(how,
			&(struct titled_table){parts[i].title, parts[i].columns, rows}, out);
		json_free(rows);
	}
	if (how == SHOW_TEXT)
		reasons(result, out);
	str_add_char(out, '\n');
	verdict(result, out);
	str_add_char(out, '\n');
	classes_note(result, how == SHOW_MARKDOWN ? SIZE_MAX : WIDTH, out);
}

void agreement_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array();

	table_csv_add(table, "rows", json_get(result, "rows"));
	table_csv_add(table, "live", json_get(result, "live"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(table);
}

/* ------------------------------------------------------------------ page */

/* A point a row: simulated, live. */
static struct json *chart_of(const struct json *result)
{
	struct json *chart =
		chart_new(CHART_POINTS, &(struct chart_axis){"calls simulated", "", true},
			&(struct chart_axis){"calls made live", "", true});
	struct json *good = chart_series(chart, "agrees");
	struct json *bad = chart_series(chart, "does not");
	struct str name = {0};

	for (const struct json *r = json_child(json_get(result, "rows")); r; r = json_next(r)) {
		double x = json_as_num(json_get(r, "simulated"));
		double y = json_as_num(json_get(r, "live"));

		str_reset(&name);
		str_add(&name, json_as_str(json_get(r, "call")));
		table_add_client(json_as_str(json_get(r, "client")), &name);
		if (x > 0 && y > 0)
			chart_named_point(json_as_bool(json_get(r, "agrees")) ? good : bad, x,
				y, str_text(&name));
	}
	str_fini(&name);
	chart_diagonal(chart, "both the same");
	return chart;
}

static void put_command(const struct json *result, struct html *page)
{
	struct str line = {0};

	str_addf(&line, "nodetoll agree ./scenario.json --seeds %.0f --tolerance %g",
		json_as_num(json_get(result, "seeds")),
		json_as_num(json_get(result, "tolerance")));
	html_section(page, "The scenario as resolved");
	html_words(page,
		"Saved as scenario.json, this runs it again; virtual time and closed form "
		"come out the same, live is another run:");
	html_lines(page, str_text(&line));
	html_scenario(page, result, table_text_of(result, "metadata.name"),
		json_get(result, "scenario"));
	str_fini(&line);
}

void agreement_html(const struct json *result, struct html *page)
{
	struct str about = {0}, headline = {0}, why = {0};

	head(result, &about);
	verdict(result, &headline);
	reasons(result, &why);
	html_about(page, str_text(&about));
	html_headline(page, str_text(&headline));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct json *rows = rows_of(result, parts[i].source);
		struct titled_table table = {"Simulated and live", parts[i].columns, rows};

		html_section(page, parts[i].title);
		if (i == 0)
			html_figure(page,
				"All calls: on the line as many were made live as in virtual "
				"time.",
				chart_of(result), &table);
		else
			html_table(page, &table);
		json_free(rows);
	}
	html_section(page, "Closed forms that do not hold");
	html_lines(page, str_text(&why));
	classes_html(result, page);
	put_command(result, page);
	str_fini(&about);
	str_fini(&headline);
	str_fini(&why);
}

void agreement_junit(const struct json *result, struct junit *junit)
{
	struct str name = {0}, what = {0};

	for (const struct json *r = json_child(json_get(result, "rows")); r; r = json_next(r)) {
		str_reset(&name);
		str_reset(&what);
		str_addf(&name, "%s%s", json_as_str(json_get(r, "call")),
			table_not_in_metric(r));
		table_add_client(json_as_str(json_get(r, "client")), &name);
		str_addf(&name, ", %s", json_as_str(json_get(r, "code")));
		str_addf(&what, "simulated %g, interval %g to %g, live %g",
			number(r, "simulated"), number(r, "low"), number(r, "high"),
			number(r, "live"));
		junit_case(junit, json_as_str(json_get(r, "source")), str_text(&name),
			json_as_bool(json_get(r, "agrees")) ? JUNIT_PASSED : JUNIT_FAILED,
			str_text(&what));
	}
	str_fini(&name);
	str_fini(&what);
}
