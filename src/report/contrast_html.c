/* SPDX-License-Identifier: Apache-2.0 */
#include "report/contrast.h"

#include <string.h>

#include "report/chart.h"
#include "report/classes.h"
#include "report/contrast_priv.h"
#include "report/format.h"

/* ------------------------------------------------------------------ charts */

/* The distinct labels of rows, in the order in which they come up. */
static struct json *labels_of(const struct json *rows)
{
	struct json *labels = json_array();
	struct str label = {0};

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const struct json *known = json_child(labels);

		contrast_label(r, &label);
		while (known && strcmp(json_as_str(known), str_text(&label)) != 0)
			known = json_next(known);
		if (!known)
			json_append_str(labels, str_text(&label));
	}
	str_fini(&label);
	return labels;
}

/* The row of a design at a density. */
static const struct json *row_at(const struct json *rows, const char *label, double pods)
{
	struct str own = {0};
	const struct json *r = json_child(rows);

	for (; r; r = json_next(r)) {
		contrast_label(r, &own);
		if (!strcmp(str_text(&own), label) &&
			json_as_num(json_get(r, "podsPerNode")) == pods)
			break;
	}
	str_fini(&own);
	return r;
}

/* A bar for every design and density. */
static struct json *bars(const struct json *result, const struct json *rows, const char *key,
	const struct chart_axis *axis)
{
	struct json *chart = chart_new(CHART_BARS, axis, NULL), *labels = labels_of(rows);
	const struct json *pods = json_child(table_value(result, "parameters.podsPerNode"));
	struct str name = {0};

	chart_ordered(chart);
	for (const struct json *l = json_child(labels); l; l = json_next(l))
		chart_label(chart, json_as_str(l));
	for (; pods; pods = json_next(pods)) {
		double n = json_as_num(pods);
		struct json *series;

		str_reset(&name);
		str_addf(&name, "%.0f pod%s", n, format_plural(n));
		series = chart_series(chart, str_text(&name));
		for (const struct json *l = json_child(labels); l; l = json_next(l))
			chart_value(series, table_value(row_at(rows, json_as_str(l), n), key));
	}
	str_fini(&name);
	json_free(labels);
	return chart;
}

/* A line for every design, over densities. */
static struct json *curves(
	const struct json *rows, const char *key, const struct chart_axis *axis)
{
	static const struct chart_axis pods = {"pods of a node", "", false};
	struct json *chart = chart_new(CHART_LINES, &pods, axis), *labels = labels_of(rows);
	struct str label = {0};

	for (const struct json *l = json_child(labels); l; l = json_next(l)) {
		struct json *line = chart_series(chart, json_as_str(l));

		for (const struct json *r = json_child(rows); r; r = json_next(r)) {
			double value = json_as_num(table_value(r, key));

			contrast_label(r, &label);
			if (!strcmp(str_text(&label), json_as_str(l)) &&
				(value > 0 || !axis->log))
				chart_point(
					line, json_as_num(json_get(r, "podsPerNode")), value);
		}
	}
	str_fini(&label);
	json_free(labels);
	return chart;
}

/* Every row where both engines have a number. */
static struct json *agreement(
	const struct json *rows, const char *simulated, const char *closed, const char *unit)
{
	struct str x_title = {0}, y_title = {0}, label = {0};
	struct json *chart, *points;

	str_addf(&x_title, "closed form, %s", unit);
	str_addf(&y_title, "simulated, %s", unit);
	chart = chart_new(CHART_POINTS, &(struct chart_axis){str_text(&x_title), "", true},
		&(struct chart_axis){str_text(&y_title), "", true});
	points = chart_series(chart, "designs and densities");
	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		double x = json_as_num(table_value(r, closed));
		double y = json_as_num(table_value(r, simulated));

		contrast_label(r, &label);
		str_addf(&label, " at %.0f pods", json_as_num(json_get(r, "podsPerNode")));
		if (x > 0 && y > 0)
			chart_named_point(points, x, y, str_text(&label));
	}
	chart_diagonal(chart, "both the same");
	str_fini(&x_title);
	str_fini(&y_title);
	str_fini(&label);
	return chart;
}

/* ------------------------------------------------------------------ the parts */

static void said(void (*words)(const struct json *, struct str *), const struct json *result,
	void (*as)(struct html *, const char *), struct html *page)
{
	struct str text = {0};

	words(result, &text);
	as(page, str_text(&text));
	str_fini(&text);
}

static void legend(const struct contrast_designs *designs, struct html *page)
{
	for (size_t i = 0; i < designs->n; i++)
		html_term(page, designs->of[i].name, designs->of[i].words);
}

static const struct column detection_list[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"detectionSeconds.mean", "death seen", CELL_SECONDS, NULL},
	{"detectionSeconds.p99", "99 % within", CELL_SECONDS, NULL},
};
static const struct column cpu_list[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"cpuCoresPerNode.runtimeAdded", "runtime CPU", CELL_CORES, NULL},
	{"cpuCoresPerNode.runtime", "with idle", CELL_CORES, NULL},
	{"cpuCoresPerNode.kubelet", "kubelet CPU", CELL_CORES, NULL},
	{"cpuCoresPerNode.calibration", "calibration", CELL_TEXT, NULL},
};
static const struct column runtime_agreement_list[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"callsPerSecondPerNode", "simulated", CELL_RATE, NULL},
	{"closedFormPerNode", "closed form", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"closedFormula", "formula", CELL_TEXT, ""},
	{"closedFormReason", "where there is none: why", CELL_TEXT, ""},
};
static const struct column object_agreement_list[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"ttlSeconds", "TTL s", CELL_COUNT, ""},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"requestsPerSecond.mean", "simulated", CELL_RATE, NULL},
	{"closedForm", "closed form", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"closedFormReason", "where there is none: why", CELL_TEXT, ""},
};
static const struct column burst_list[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"ttlSeconds", "TTL s", CELL_COUNT, ""},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"runningSeconds.p50", "median pod", CELL_SECONDS, "over 30 minutes"},
	{"runningSeconds.max", "last pod", CELL_SECONDS, "over 30 minutes"},
};
static const struct columns detection_columns = COLUMNS_OF(detection_list);
static const struct columns cpu_columns = COLUMNS_OF(cpu_list);
static const struct columns runtime_agreement_columns = COLUMNS_OF(runtime_agreement_list);
static const struct columns object_agreement_columns = COLUMNS_OF(object_agreement_list);
static const struct columns burst_columns = COLUMNS_OF(burst_list);

static void put_runtime(const struct json *result, struct html *page)
{
	static const struct chart_axis calls = {"calls a second and node", "", true};
	static const struct chart_axis seconds = {"mean", "s", true};
	static const struct chart_axis cores = {"cores of a node", "", false};
	const struct json *rows = json_get(result, "runtime");

	html_section(page, contrast_runtime_question);
	legend(&contrast_runtime_designs, page);
	html_figure(page,
		"Finding out what containers do; each step to the right is ten times.",
		bars(result, rows, "callsPerSecondPerNode", &calls),
		&(struct titled_table){"Calls to the runtime", contrast_runtime_columns, rows});
	html_note(page, contrast_runtime_note);
	html_figure(page, "", curves(rows, "callsPerSecondPerNode", &calls),
		&(struct titled_table){"Calls over density", contrast_runtime_columns, rows});
	html_figure(page, "From a container's death until its kubelet knows.",
		bars(result, rows, "detectionSeconds.mean", &seconds),
		&(struct titled_table){"How late a death is seen", detection_columns, rows});
	html_figure(page, "What finding out adds on a node.",
		bars(result, rows, "cpuCoresPerNode.runtimeAdded", &cores),
		&(struct titled_table){"CPU of the runtime", cpu_columns, rows});
	said(contrast_cpu_words, result, html_note, page);
}

static void put_objects(const struct json *result, struct html *page)
{
	static const struct chart_axis requests = {
		"requests a second, in the cluster", "", true};
	const struct json *rows = json_get(result, "objects");
	struct str question = {0};

	contrast_object_question(result, &question);
	html_section(page, str_text(&question));
	legend(&contrast_object_designs, page);
	html_figure(page, "For secrets alone; each step to the right is ten times.",
		bars(result, rows, "requestsPerSecond.mean", &requests),
		&(struct titled_table){
			"Requests to the API server", contrast_object_columns, rows});
	html_note(page, contrast_object_note);
	html_figure(page, "", curves(rows, "requestsPerSecond.mean", &requests),
		&(struct titled_table){"Requests over density", contrast_object_columns, rows});
	said(contrast_sharing, result, html_note, page);
	str_fini(&question);
}

static void put_agreement(const struct json *result, struct html *page)
{
	const struct json *runtime = json_get(result, "runtime");
	const struct json *objects = json_get(result, "objects");

	html_section(page, "Closed form against simulation");
	html_words(page, "Two ways to the same number that share no mechanism. On the line "
			 "both say the same.");
	html_figure(page, "",
		agreement(runtime, "callsPerSecondPerNode", "closedFormPerNode",
			"calls a second and node"),
		&(struct titled_table){
			"Calls to the runtime, two ways", runtime_agreement_columns, runtime});
	html_figure(page, "",
		agreement(objects, "requestsPerSecond.mean", "closedForm", "requests a second"),
		&(struct titled_table){"Requests to the API server, two ways",
			object_agreement_columns, objects});
}

static void put_burst(const struct json *result, struct html *page)
{
	static const struct chart_axis seconds = {"until seen running", "s", false};
	const struct json *rows = json_get(result, "burst");
	struct json *chart = chart_new(CHART_BARS, &seconds, NULL), *median, *last;
	struct str label = {0};

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		contrast_label(r, &label);
		chart_label(chart, str_text(&label));
	}
	median = chart_series(chart, "median pod");
	last = chart_series(chart, "last pod");
	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		chart_value(median, table_value(r, "runningSeconds.p50"));
		chart_value(last, table_value(r, "runningSeconds.max"));
	}
	html_section(page, "A burst of pods on one node");
	html_figure(page, "", chart,
		&(struct titled_table){
			"From creation until seen running", burst_columns, rows});
	said(contrast_burst_words, result, html_note, page);
	str_fini(&label);
}

/* Every option that has a say in the numbers. */
static void put_command(const struct json *result, struct html *page)
{
	static const char *const options[][3] = {{"nodes", "nodes", ""},
		{"containers", "containers", ""}, {"namespaces", "namespaces", ""},
		{"shared-by", "sharedBy", ""}, {"duration", "durationSeconds", "s"},
		{"warmup", "warmupSeconds", "s"}, {"kubelet", "kubelet", ""},
		{"runtime", "runtime", ""}, {"seed", "seed", ""}};
	const struct json *p = json_get(result, "parameters");
	struct str line = {0};
	char number[FORMAT_BYTES];

	str_add(&line, "nodetoll contrast --pods-per-node ");
	for (const struct json *v = json_child(json_get(p, "podsPerNode")); v; v = json_next(v))
		str_addf(&line, "%.0f%s", json_as_num(v), json_next(v) ? "," : "");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct json *v = json_get(p, options[i][1]);

		str_addf(&line, " --%s %s%s", options[i][0],
			json_is_str(v) ? json_as_str(v)
				       : format_exact(number, sizeof(number), json_as_num(v)),
			options[i][2]);
	}
	html_section(page, "The command");
	html_words(page, "This makes the same numbers again, on any machine:");
	html_lines(page, str_text(&line));
	html_section(page, "The scenario as resolved");
	html_words(page, "At the highest density; designs and densities are what varies:");
	html_scenario(page, result, "contrast", json_get(result, "scenario"));
	str_fini(&line);
}

void contrast_html(const struct json *result, struct html *page)
{
	for (const struct json *s = json_child(json_get(result, "summary")); s;
		s = json_next(s))
		html_headline(page, json_as_str(s));
	said(contrast_title, result, html_about, page);
	put_runtime(result, page);
	put_objects(result, page);
	put_burst(result, page);
	put_agreement(result, page);
	classes_html(result, page);
	put_command(result, page);
}
