/* SPDX-License-Identifier: Apache-2.0 */
#include "report/estimate.h"

#include <string.h>

#include "report/chart.h"
#include "report/classes.h"
#include "report/estimate_priv.h"
#include "report/format.h"

/* The largest cluster's calls: mean, and the worst second of two worlds. */
static struct json *calls_chart(const struct json *rows, double nodes)
{
	static const struct chart_axis axis = {"a second, in the largest cluster", "", true};
	static const char *const of[][2] = {{"perSecond", "mean"},
		{"worstSecondSpread", "worst second, nodes spread"},
		{"worstSecondAligned", "worst second, nodes aligned"}};
	struct json *chart = chart_new(CHART_BARS, &axis, NULL);

	for (const struct json *r = json_child(rows); r; r = json_next(r))
		if (json_as_num(json_get(r, "nodes")) == nodes)
			chart_label(chart, json_as_str(json_get(r, "call")));
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct json *series = chart_series(chart, of[i][1]);

		for (const struct json *r = json_child(rows); r; r = json_next(r))
			if (json_as_num(json_get(r, "nodes")) == nodes)
				chart_value(series, json_get(r, of[i][0]));
	}
	return chart;
}

/* "API server, 5,000 nodes": the toll without and with it. */
static struct json *totals_chart(const struct json *rows)
{
	static const struct chart_axis axis = {"a second and node", "", false};
	struct json *chart = chart_new(CHART_BARS, &axis, NULL), *before, *after;
	char nodes[FORMAT_BYTES];

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		struct str label = {0};

		str_addf(&label, "%s, %s", json_as_str(json_get(r, "of")),
			format_nodes(nodes, sizeof(nodes), json_as_num(json_get(r, "nodes"))));
		chart_label(chart, str_text(&label));
		str_fini(&label);
	}
	before = chart_series(chart, "kubelet alone");
	after = chart_series(chart, "with it");
	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		chart_value(before, json_get(r, "beforePerSecondPerNode"));
		chart_value(after, json_get(r, "afterPerSecondPerNode"));
	}
	return chart;
}

static double largest(const struct json *result)
{
	double most = 0;

	for (const struct json *t = json_child(json_get(result, "totals")); t;
		t = json_next(t)) {
		double nodes = json_as_num(json_get(t, "nodes"));

		most = nodes > most ? nodes : most;
	}
	return most;
}

/* "With it 1,039 requests a second reach the API server of 5,000 nodes, +9.7%." */
static void put_headline(const struct json *result, double nodes, struct html *page)
{
	char size[FORMAT_BYTES], after[FORMAT_BYTES], before[FORMAT_BYTES], more[FORMAT_BYTES];

	for (const struct json *t = json_child(json_get(result, "totals")); t;
		t = json_next(t)) {
		const struct json *change = json_get(t, "relativeChange");
		bool api = !strcmp(json_as_str(json_get(t, "of")), "api");
		bool holds = json_as_bool(json_get(t, "holds"));
		struct str line = {0};

		if (json_as_num(json_get(t, "nodes")) != nodes)
			continue;
		str_addf(&line, "At %s %s%s %s a second%s, with it %s%s (%s)%s",
			format_nodes(size, sizeof(size), nodes),
			json_as_bool(json_get(t, "beforeHolds")) ? "" : "at least ",
			format_rate(before, sizeof(before),
				json_as_num(json_get(t, "beforePerSecond"))),
			api ? "requests" : "calls", api ? " to the API server" : " to runtimes",
			holds ? "" : "at least ",
			format_rate(after, sizeof(after),
				json_as_num(json_get(t, "afterPerSecond"))),
			json_is_num(change)
				? format_percent(more, sizeof(more), json_as_num(change))
			: holds ? "there was none"
				: json_as_str(json_get(t, "why")),
			holds ? "." : ": simulate it.");
		html_headline(page, str_text(&line));
		str_fini(&line);
	}
}

static void put_features(const struct json *result, struct html *page)
{
	struct str about = {0};

	str_addf(&about,
		"%.0f pods a node, kubelet %s on %s; %g pods a second come and go in the "
		"cluster; closed form, counts only",
		json_as_num(json_get(result, "podsPerNode")),
		json_as_str(json_get(result, "kubelet")),
		json_as_str(json_get(result, "containerRuntime")),
		json_as_num(json_get(result, "churnPodsPerSecond")));
	str_add(&about, ". ");
	estimate_defaults(result, "", &about);
	html_about(page, str_text(&about));
	str_fini(&about);
	html_section(page, "What it is");
	for (const struct json *f = json_child(json_get(result, "features")); f;
		f = json_next(f)) {
		const char *title = json_as_str(json_get(f, "title"));

		html_term(page, json_as_str(json_get(f, "name")), title ? title : "");
	}
}

static void put_formulas(const struct json *result, struct html *page)
{
	static const struct column list[] = {
		{"call", "call", CELL_TEXT, NULL},
		{"sender", "by", CELL_TEXT, NULL},
		{"words", "in words", CELL_TEXT, NULL},
		{"nodes", "nodes", CELL_COUNT, NULL},
		{"formula", "on a node", CELL_TEXT, NULL},
		{"why", "does not hold", CELL_TEXT, ""},
	};
	static const struct column symbols[] = {
		{"symbol", "symbol", CELL_TEXT, NULL}, {"means", "means", CELL_TEXT, NULL}};

	for (int watches = 0; watches < 2; watches++) {
		struct json *rows = estimate_by_size(result, watches, ESTIMATE_NAMED);

		html_table(page, &(struct titled_table){
					 watches ? "Formulas of watches" : "Formulas of calls",
					 COLUMNS_OF(list), rows});
		json_free(rows);
	}
	html_table(page, &(struct titled_table){"Symbols of the formulas", COLUMNS_OF(symbols),
				 json_get(result, "symbols")});
}

void estimate_html(const struct json *result, struct html *page)
{
	struct json *calls = estimate_by_size(result, false, ESTIMATE_NAMED);
	struct json *watches = estimate_by_size(result, true, ESTIMATE_NAMED);
	struct json *changes = estimate_named(json_get(result, "changes"), ESTIMATE_NAMED);
	struct json *totals = estimate_totals(result), *limiters = estimate_limiters(result);
	double nodes = largest(result);
	struct str own = {0};

	put_headline(result, nodes, page);
	put_features(result, page);
	html_section(page, "What it adds");
	html_figure(page, estimate_peaks_alone, calls_chart(calls, nodes),
		&(struct titled_table){"Calls", estimate_call_columns, calls});
	html_table(page, &(struct titled_table){"Watches", estimate_watch_columns, watches});
	html_table(page, &(struct titled_table){"What it changes, by 0.1 % or more",
				 estimate_change_columns, changes});
	put_formulas(result, page);
	html_section(page, "Beside the kubelet's own toll");
	estimate_own_toll(result, &own);
	html_figure(page, str_text(&own), totals_chart(json_get(result, "totals")),
		&(struct titled_table){"Without and with it", estimate_total_columns, totals});
	html_table(page, &(struct titled_table){"Limiters of clients, per node",
				 estimate_limiter_columns, limiters});
	classes_html(result, page);
	html_section(page, "The command");
	html_words(page, "This makes the same numbers again, on any machine:");
	html_lines(page, json_as_str(json_get(result, "command")));
	html_words(page, "And this simulates the largest cluster, every call of it:");
	html_lines(page, json_as_str(json_get(result, "simulate")));
	html_section(page, "The scenario as resolved");
	html_words(page, "Of the largest cluster, with the features:");
	html_scenario(page, result, table_text_of(result, "metadata.name"),
		json_get(result, "scenario"));
	str_fini(&own);
	json_free(calls);
	json_free(watches);
	json_free(changes);
	json_free(totals);
	json_free(limiters);
}
