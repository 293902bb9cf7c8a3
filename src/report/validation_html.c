/* SPDX-License-Identifier: Apache-2.0 */
#include "report/validation.h"

#include <string.h>

#include "report/chart.h"
#include "report/classes.h"
#include "report/validation_priv.h"

/* A point a row: recorded, simulated. */
static struct json *agreement(const struct json *rows, const char *unit)
{
	struct json *chart = chart_new(CHART_POINTS,
		&(struct chart_axis){*unit ? "recorded" : "calls recorded", unit, true},
		&(struct chart_axis){*unit ? "simulated" : "calls simulated", unit, true});
	struct json *inside = chart_series(chart, "within the interval");
	struct json *outside = chart_series(chart, "not within it");
	struct str name = {0};

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		double x = json_as_num(json_get(r, "recorded"));
		double y = json_as_num(json_get(r, "simulated"));

		str_reset(&name);
		str_addf(&name, "%s, %s, %s", json_as_str(json_get(r, "call")),
			json_as_str(json_get(r, "phase")), json_as_str(json_get(r, "node")));
		if (x > 0 && y > 0)
			chart_named_point(
				json_as_bool(json_get(r, "within")) ? inside : outside, x, y,
				str_text(&name));
	}
	chart_diagonal(chart, "both the same");
	str_fini(&name);
	return chart;
}

static void put_command(const struct json *result, struct html *page)
{
	struct str line = {0};

	str_addf(&line, "nodetoll validate ./%s.json --kubelet %s --seeds %.0f --seed %.0f",
		table_text_of(result, "metadata.name"), table_text_of(result, "kubelet"),
		json_as_num(json_get(result, "seeds")), json_as_num(json_get(result, "seed")));
	html_section(page, "The command");
	html_words(
		page, "With the recording this makes the same numbers again, on any machine:");
	html_lines(page, str_text(&line));
	html_section(page, "The scenario as resolved");
	html_words(page,
		"The models that the recording names; its own settings, nodes, pods and "
		"what it did are laid over them:");
	html_scenario(page, result, table_text_of(result, "metadata.name"),
		json_get(result, "scenario"));
	str_fini(&line);
}

void validation_html(const struct json *result, struct html *page)
{
	struct json *counts = validation_rows(result, false);
	struct json *latencies = validation_rows(result, true);
	struct str head = {0}, foot = {0};

	validation_head(result, &head);
	validation_foot(result, &foot);
	html_headline(page, str_text(&foot));
	html_about(page, str_text(&head));
	html_section(page, "Counts");
	html_figure(page, "On the line the simulation counts what was recorded.",
		agreement(counts, ""),
		&(struct titled_table){"Recorded and simulated", validation_columns, counts});
	html_section(page, "Times");
	html_figure(page, "", agreement(latencies, "s"),
		&(struct titled_table){
			validation_running_title, validation_other_columns, latencies});
	html_table(page, &(struct titled_table){validation_others_title,
				 validation_other_columns, json_get(result, "others")});
	classes_html(result, page);
	put_command(result, page);
	str_fini(&head);
	str_fini(&foot);
	json_free(counts);
	json_free(latencies);
}
