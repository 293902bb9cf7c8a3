/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/chart.h"
#include "report/classes.h"
#include "report/format.h"
#include "report/result_priv.h"

enum { BARS_MAX = 24 }; /* of a chart; the table behind it has the others */

static const struct chart_axis per_second = {"a second, in the cluster", "", true};
static const struct chart_axis how_long = {"time", "s", true};
static const struct chart_axis how_many = {"share within that time", "share", false};

/* ------------------------------------------------------------------ charts */

static struct json *rates_chart(const struct json *list)
{
	struct json *chart = chart_new(CHART_BARS, &per_second, NULL), *series;
	struct str name = {0};
	size_t n;
	struct result_ranked *rows = result_ranked(list, "perSecond", &n);

	n = n < BARS_MAX ? n : BARS_MAX;
	for (size_t i = 0; i < n; i++) {
		result_name_of(rows[i].row, &name);
		chart_label(chart, str_text(&name));
	}
	series = chart_series(chart, "mean");
	for (size_t i = 0; i < n; i++)
		chart_value(series, json_get(rows[i].row, "perSecond"));
	series = chart_series(chart, "peak second");
	chart_hide(series);
	for (size_t i = 0; i < n; i++)
		chart_value(series, json_get(rows[i].row, "peakSecond"));
	free(rows);
	str_fini(&name);
	return chart;
}

static struct json *times_chart(const struct json *list)
{
	struct json *chart = chart_new(CHART_LINES, &how_long, &how_many);
	struct str name = {0};
	size_t n;
	struct result_ranked *rows = result_ranked(list, "count", &n);

	for (size_t i = 0; i < n; i++) {
		const struct json *h = json_get(rows[i].row, "latencySeconds");
		struct json *series;

		if (json_as_num(json_get(h, "max")) <= 0)
			continue;
		result_name_of(rows[i].row, &name);
		series = chart_series(chart, str_text(&name));
		chart_distribution(series, h);
		if (json_size(json_get(chart, "series")) > RESULT_LINES_SHOWN)
			chart_hide(series);
	}
	free(rows);
	str_fini(&name);
	return chart;
}

/* The same of histograms that are rows themselves. */
static struct json *spans_chart(const struct json *rows)
{
	struct json *chart = chart_new(CHART_LINES, &how_long, &how_many);

	for (const struct json *r = json_child(rows); r; r = json_next(r))
		chart_distribution(chart_series(chart, json_as_str(json_get(r, "name"))), r);
	return chart;
}

static struct json *budget_chart(const struct json *rows)
{
	static const struct chart_axis axis = {"of one pod's start", "s", false};
	static const char *const quantiles[] = {"mean", "p50", "p99"};
	static const char *const labels[] = {"mean", "each step's median", "each step's 99 %"};
	enum { N = sizeof(quantiles) / sizeof(quantiles[0]) };
	struct json *chart = chart_new(CHART_STACK, &axis, NULL);

	for (size_t i = 0; i < N; i++)
		chart_label(chart, labels[i]);
	for (const struct json *r = json_child(rows); json_next(r); r = json_next(r)) {
		const struct json *seconds = json_get(r, "seconds");
		struct json *series;

		if (json_as_num(json_get(seconds, "max")) <= 0 || json_get(r, "of"))
			continue;
		series = chart_series(chart, json_as_str(json_get(r, "step")));
		for (size_t i = 0; i < N; i++)
			chart_value(series, json_get(seconds, quantiles[i]));
	}
	return chart;
}

/* ------------------------------------------------------------------ the parts */

static void say(void *page, const char *line)
{
	html_headline(page, line);
}

static void put_closed(const struct json *result, struct html *page)
{
	struct json *rows = result_closed_rows(result);
	const struct titled_table table = result_closed_table(result, rows);

	html_section(page, json_get(result, "live") ? "Closed form against live counts"
						    : "Closed form against simulation");
	html_figure(page, "On the line both are the same.", result_closed_chart(result, rows),
		&table);
	json_free(rows);
}

static void put_calls(const struct json *result, struct html *page)
{
	const struct json *api = json_get(result, "api"),
			  *runtime = json_get(result, "runtime");
	struct json *waited = result_request_rows(result);
	struct str given_up = {0};

	html_section(page, "Requests to the API server");
	html_figure(page, "", rates_chart(api),
		&(struct titled_table){
			"Requests by verb and resource", result_api_columns, api});
	html_note(page, result_calls_note);
	result_put_series(result, page);
	html_figure(page, "From the moment the kubelet wants to send a request to its answer.",
		times_chart(api),
		&(struct titled_table){"How long requests took", result_api_columns, api});
	html_table(page,
		&(struct titled_table){result_requests_title, result_request_columns, waited});
	result_given_up(result, &given_up);
	html_words(page, str_text(&given_up));
	str_fini(&given_up);
	html_section(page, "Calls to the container runtime");
	html_figure(page, "", rates_chart(runtime),
		&(struct titled_table){"Calls by operation", result_runtime_columns, runtime});
	html_figure(page, "", times_chart(runtime),
		&(struct titled_table){"How long calls took", result_runtime_columns, runtime});
	json_free(waited);
}

static void put_storage(const struct json *result, struct html *page)
{
	struct json *rows = result_storage_rows(result);
	struct str title = {0}, limit = {0};

	if (json_child(rows))
		result_storage_title(result, &title);
	html_table(
		page, &(struct titled_table){str_text(&title), result_storage_columns, rows});
	result_storage_limit(result, &limit);
	html_words(page, str_text(&limit));
	str_fini(&limit);
	str_fini(&title);
	json_free(rows);
}

static void put_servers(const struct json *result, const struct json *slo, struct html *page)
{
	struct json *levels = result_level_rows(result), *limits = result_limit_rows(result);
	struct str title = {0}, borrowed = {0};

	html_section(page, "Objectives and limits");
	html_table(page, &(struct titled_table){result_slo_title, result_slo_columns, slo});
	html_table(page,
		&(struct titled_table){"How far they hold", result_limit_columns, limits});
	result_servers_title(result, &title);
	html_table(
		page, &(struct titled_table){str_text(&title), result_level_columns, levels});
	result_below_levels(result, &borrowed);
	html_words(page, str_text(&borrowed));
	put_storage(result, page);
	str_fini(&borrowed);
	str_fini(&title);
	json_free(levels);
	json_free(limits);
}

static void put_pods(const struct json *result, struct html *page)
{
	struct json *budget = result_budget_rows(result), *times = result_span_rows(result);
	struct str foot = {0};

	html_section(page, "Pods and times");
	if (json_child(budget))
		html_figure(page,
			"Steps of the mean add up to the whole; quantiles of steps need not.",
			budget_chart(budget),
			&(struct titled_table){
				"Where a pod's start goes", result_budget_columns, budget});
	html_figure(page, "", spans_chart(times),
		&(struct titled_table){"Times", result_span_columns, times});
	result_foot(result, &foot);
	html_words(page, str_text(&foot));
	str_fini(&foot);
	json_free(budget);
	json_free(times);
}

/* What `nodetoll simulate` reads: the scenario with all that it took from models. */
static void put_scenario(const struct json *result, struct html *page)
{
	html_section(page, "The scenario as resolved");
	html_words(page, "Saved as scenario.json, this makes the same numbers again, whatever "
			 "becomes of the models that it came from:");
	html_lines(page, "nodetoll simulate ./scenario.json");
	html_scenario(page, result, table_text_of(result, "metadata.name"),
		json_get(result, "scenario"));
}

void result_html(const struct json *result, struct html *page)
{
	struct json *slo = result_slo_rows(result);
	struct str head = {0};

	result_head(result, &head);
	html_about(page, str_text(&head));
	result_headline(result, say, page);
	put_calls(result, page);
	put_servers(result, slo, page);
	put_pods(result, page);
	put_closed(result, page);
	classes_html(result, page);
	put_scenario(result, page);
	str_fini(&head);
	json_free(slo);
}
