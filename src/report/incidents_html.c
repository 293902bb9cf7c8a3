/* SPDX-License-Identifier: Apache-2.0 */
#include "report/incidents.h"

#include <string.h>

#include "report/chart.h"
#include "report/classes.h"
#include "report/model_files.h"

static const struct column incident_list[] = {
	{"name", "incident", CELL_TEXT, NULL},
	{"id", "id", CELL_TEXT, ""},
	{"class", "class", CELL_TEXT, NULL},
	{"years", "years", CELL_TEXT, NULL},
	{"title", "what happened", CELL_TEXT, NULL},
	{"mechanism", "why", CELL_TEXT, ""},
	{"fix", "what was done", CELL_TEXT, ""},
	{"beforeNotModelled", "why before is not modelled", CELL_TEXT, ""},
	{"afterNotModelled", "why after is not modelled", CELL_TEXT, ""},
};

static const struct column setting_list[] = {
	{"name", "incident", CELL_TEXT, NULL},
	{"side", "side", CELL_TEXT, NULL},
	{"path", "field", CELL_TEXT, NULL},
	{"value", "value", CELL_TEXT, ""},
	{"is", "is", CELL_TEXT, ""},
	{"source", "source", CELL_TEXT, ""},
};

static const char *const sides[] = {"before", "after"};

/* A point a figure, by what became of it. */
static struct json *agreement(const struct json *rows)
{
	static const char *const verdicts[][2] = {{"matched", "matched: within 5 %"},
		{"shape", "right in shape"}, {"not-matched", "not matched"}};
	struct json *chart = chart_new(CHART_POINTS,
		&(struct chart_axis){"published, in the figure's unit", "", true},
		&(struct chart_axis){"ours, in the same", "", true});
	struct str name = {0};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct json *points = chart_series(chart, verdicts[i][1]);

		for (const struct json *r = json_child(rows); r; r = json_next(r)) {
			double x = json_as_num(json_get(r, "published"));
			double y = json_as_num(json_get(r, "ours"));

			if (x <= 0 || y <= 0 || !incidents_is_number(r) ||
				strcmp(json_as_str(json_get(r, "verdict")), verdicts[i][0]) !=
					0)
				continue;
			str_reset(&name);
			str_addf(&name, "%s, %s (%s)", json_as_str(json_get(r, "name")),
				json_as_str(json_get(r, "figure")),
				json_as_str(json_get(r, "unit")));
			chart_named_point(points, x, y, str_text(&name));
		}
	}
	chart_diagonal(chart, "both the same");
	str_fini(&name);
	return chart;
}

static void put_scenarios(const struct json *result, struct html *page)
{
	const struct json *i = json_child(json_get(result, "scenarios"));
	struct model_files files = {0};
	struct str name = {0};

	if (i)
		html_words(page,
			"And their scenarios, each as `nodetoll simulate` takes it "
			"from a file, beside the files that it names, whatever becomes "
			"of the models that it came from; of what is not set in them "
			"`nodetoll models explain` has the sources:");
	for (; i; i = json_next(i))
		for (size_t s = 0; s < sizeof(sides) / sizeof(sides[0]); s++) {
			if (!json_is_object(json_get(i, sides[s])))
				continue;
			str_reset(&name);
			str_addf(&name, "%s-%s", table_text_of(i, "name"), sides[s]);
			model_files_scenario(
				&files, page, result, str_text(&name), json_get(i, sides[s]));
		}
	str_fini(&name);
	model_files_fini(&files);
}

/* The commands tell what is set in the program's own scenarios. */
static void put_sides(const struct json *result, struct html *page)
{
	struct str lines = {0};

	for (const struct json *i = json_child(json_get(result, "incidents")); i;
		i = json_next(i))
		for (size_t s = 0; s < sizeof(sides) / sizeof(sides[0]); s++)
			if (json_is_str(json_get(i, sides[s])))
				str_addf(&lines, "# %s, %s\n%s\n",
					json_as_str(json_get(i, "name")), sides[s],
					json_as_str(json_get(i, sides[s])));
	html_section(page, "The scenarios as resolved");
	html_words(page, "What simulates each side:");
	html_lines(page, str_text(&lines));
	if (json_child(json_get(result, "settings")))
		html_table(
			page, &(struct titled_table){"What is set in them, and why",
				      COLUMNS_OF(setting_list), json_get(result, "settings")});
	put_scenarios(result, page);
	str_fini(&lines);
}

void incidents_html(const struct json *result, struct html *page)
{
	struct json *rows = incidents_rows(json_get(result, "rows"), false);
	struct json *changes = incidents_rows(json_get(result, "changes"), false);
	struct str foot = {0};

	if (json_as_bool(json_get(result, "ran"))) {
		incidents_foot(result, &foot);
		html_headline(page, str_text(&foot));
		html_section(page, "Published and ours");
	}
	html_figure(page, "On the line both are the same, whatever the unit.",
		agreement(json_get(result, "rows")),
		&(struct titled_table){"Figures", incidents_figure_columns, rows});
	html_table(page, &(struct titled_table){"What the changes made of it",
				 incidents_change_columns, changes});
	html_section(page, "What happened");
	html_table(page, &(struct titled_table){"Incidents", COLUMNS_OF(incident_list),
				 json_get(result, "incidents")});
	put_sides(result, page);
	if (json_as_bool(json_get(result, "ran")))
		classes_html(result, page);
	html_section(page, "The command");
	html_words(page, "This makes the same numbers again, on any machine:");
	html_lines(page, json_as_bool(json_get(result, "ran")) ? "nodetoll incidents run"
							       : "nodetoll incidents");
	json_free(rows);
	json_free(changes);
	str_fini(&foot);
}
