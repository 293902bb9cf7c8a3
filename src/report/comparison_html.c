/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "report/chart.h"
#include "report/classes.h"
#include "report/comparison_priv.h"

/* "get secrets 200", "list_containers OK"; "all" of a whole family. */
static void label_of(const struct json *row, struct str *out)
{
	static const char *const keys[] = {"operation", "verb", "resource", "code"};
	const struct json *labels = json_get(row, "labels");

	str_reset(out);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *word = json_as_str(json_get(labels, keys[i]));

		if (word)
			str_addf(out, "%s%s", str_len(out) ? " " : "", word);
	}
	if (!str_len(out))
		str_add(out, "all");
	table_add_client(json_as_str(json_get(labels, "client")), out);
	if (!strcmp(table_text_of(labels, "inMetric"), "false"))
		str_add(out, " (not in the metric)");
}

/* Base and candidate side by side. */
static struct json *sides_chart(
	const struct json *result, const struct comparison_block *block, const char *unit)
{
	struct json *chart = chart_new(CHART_BARS, &(struct chart_axis){unit, "", true}, NULL);
	struct json *base = NULL, *candidate = NULL;
	struct str label = {0};
	const struct json *row = json_child(json_get(result, "rows"));

	for (; row; row = json_next(row)) {
		if (!block->wanted(row))
			continue;
		label_of(row, &label);
		chart_label(chart, str_text(&label));
	}
	base = chart_series(chart, "base");
	candidate = chart_series(chart, "candidate");
	for (row = json_child(json_get(result, "rows")); row; row = json_next(row))
		if (block->wanted(row)) {
			chart_value(base, json_get(row, "base"));
			chart_value(candidate, json_get(row, "candidate"));
		}
	str_fini(&label);
	return chart;
}

static void figure(const struct comparison_block *block, const struct json *result,
	const char *unit, struct html *page)
{
	struct json *rows = comparison_rows(result, block);

	html_figure(page, "", sides_chart(result, block, unit),
		&(struct titled_table){block->title, block->columns, rows});
	json_free(rows);
}

/* Sides that are simulated are so from the scenarios below, each of its own name. */
static void put_side(const struct json *result, const char *side, struct html *page)
{
	const struct json *spec = json_get(json_get(result, side), "scenario");
	char file[32];

	if (!json_is_object(spec))
		return;
	(void)snprintf(file, sizeof(file), "%s.json", side);
	html_model(page, result, &(struct html_model){"Scenario", side, file, spec});
}

/* Whether one command makes the same numbers: what was live does not come again, and both are
 * run as often, from one seed. */
static bool comes_again(const struct json *result)
{
	static const char *const sides[] = {"base", "candidate"};
	const struct json *seed = json_get(result, "seed"), *runs = json_get(result, "seeds");
	bool again = true;

	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		const struct json *side = json_get(result, sides[i]);
		const struct json *own = json_get(side, "seed");

		again = again && json_is_object(json_get(side, "scenario")) &&
			!json_as_bool(json_get(side, "live")) &&
			json_as_num(json_get(side, "runs")) == json_as_num(runs) &&
			json_as_num(own ? own : seed) == json_as_num(seed);
	}
	return again;
}

static void put_command(const struct json *result, struct html *page)
{
	struct str line = {0};
	const struct json *gate = json_child(json_get(result, "gates"));

	str_addf(&line,
		"nodetoll compare ./base.json ./candidate.json --seeds %.0f --seed %.0f",
		json_as_num(json_get(result, "seeds")), json_as_num(json_get(result, "seed")));
	for (; gate; gate = json_next(gate))
		str_addf(&line, " --gate '%s'", table_text_of(gate, "gate"));
	html_words(page, "Saved as base.json and candidate.json, these make the same numbers "
			 "again, whatever becomes of the models that they came from:");
	html_lines(page, str_text(&line));
	str_fini(&line);
}

/* Of other kinds there are none that could be run. */
static void put_scenarios(const struct json *result, struct html *page)
{
	if (strcmp(table_text_of(result, "of"), "Result") != 0)
		return;
	html_section(page, "The scenarios as resolved");
	if (comes_again(result))
		put_command(result, page);
	put_side(result, "base", page);
	put_side(result, "candidate", page);
}

static void put_calls(const struct json *result, struct html *page)
{
	struct json *closed = comparison_closed_rows(result);

	html_section(page, "Calls");
	figure(&comparison_runtime, result, "a second and node", page);
	figure(&comparison_requests, result, "a second, in the cluster", page);
	html_table(page, &(struct titled_table){comparison_closed_title(result),
				 comparison_closed_columns(result), closed});
	json_free(closed);
}

void comparison_html(const struct json *result, struct html *page)
{
	struct json *gates = comparison_gate_rows(result);
	struct json *fields = comparison_difference_rows(result, SIZE_MAX);
	struct json *all = comparison_rows(result, &comparison_all);
	struct str about = {0};

	html_headline(page, table_text_of(result, "headline"));
	comparison_gates_verdict(result, &about);
	if (str_len(&about))
		html_headline(page, str_text(&about));
	str_reset(&about);
	comparison_sides(result, &about);
	html_about(page, str_text(&about));
	html_section(page, "Gates and differences");
	html_table(page, &(struct titled_table){"Gates", comparison_gate_columns, gates});
	html_table(page, &(struct titled_table){"Fields of the scenarios that differ",
				 comparison_difference_columns, fields});
	if (!strcmp(table_text_of(result, "of"), "Result"))
		put_calls(result, page);
	html_section(page, "Every measure");
	html_note(page, comparison_chance(result));
	html_table(page,
		&(struct titled_table){comparison_all.title, comparison_all.columns, all});
	classes_html(result, page);
	put_scenarios(result, page);
	str_fini(&about);
	json_free(gates);
	json_free(fields);
	json_free(all);
}
