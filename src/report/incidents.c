/* SPDX-License-Identifier: Apache-2.0 */
#include "report/incidents.h"

#include <string.h>

#include "report/classes.h"
#include "report/format.h"
#include "report/table.h"

static const struct column list_columns[] = {
	{"name", "incident", CELL_TEXT, NULL},
	{"id", "id", CELL_TEXT, ""},
	{"class", "class", CELL_TEXT, NULL},
	{"years", "years", CELL_TEXT, NULL},
	{"figures", "figures", CELL_COUNT, NULL},
	{"title", "what happened", CELL_TEXT, NULL},
};
static const struct column row_columns[] = {
	{"name", "incident", CELL_TEXT, NULL},
	{"class", "class", CELL_TEXT, NULL},
	{"figure", "figure", CELL_TEXT, NULL},
	{"published", "published", CELL_RATE, NULL},
	{"ours", "ours", CELL_RATE, "not modelled"},
	{"unit", "unit", CELL_TEXT, NULL},
	{"relativeError", "difference", CELL_PERCENT, "-"},
	{"inputs", "inputs", CELL_TEXT, "-"},
	{"restsOn", "rests on", CELL_TEXT, "-"},
	{"verdict", "verdict", CELL_TEXT, NULL},
	{"by", "by", CELL_TEXT, "-"},
	{"calibration", "calibrated by", CELL_TEXT, ""},
	{"derivedFrom", "published is arithmetic from", CELL_TEXT, ""},
	{"reason", "what is to be said", CELL_TEXT, ""},
	{"source", "source", CELL_TEXT, NULL},
};
static const struct column change_columns[] = {
	{"name", "incident", CELL_TEXT, NULL},
	{"of", "of", CELL_TEXT, NULL},
	{"before", "before", CELL_RATE, "not modelled"},
	{"after", "after", CELL_RATE, "not modelled"},
	{"unit", "unit", CELL_TEXT, NULL},
	{"relativeChange", "change", CELL_PERCENT, "-"},
	{"restsOn", "rests on", CELL_TEXT, "-"},
	{"inputs", "inputs", CELL_TEXT, "-"},
	{"by", "by", CELL_TEXT, "-"},
	{"calibration", "calibrated by", CELL_TEXT, ""},
	{"note", "what is to be said", CELL_TEXT, ""},
};
/* A screen has no room for the others. */
enum { ON_SCREEN = 10, CHANGE_ON_SCREEN = 7 };

static const struct columns listed = COLUMNS_OF(list_columns);
static const struct columns figures = {row_columns, ON_SCREEN};
static const struct columns changes = {change_columns, CHANGE_ON_SCREEN};
const struct columns incidents_figure_columns = COLUMNS_OF(row_columns);
const struct columns incidents_change_columns = COLUMNS_OF(change_columns);

static bool is_run(const struct json *result)
{
	return json_is_array(json_get(result, "rows")) && json_as_bool(json_get(result, "ran"));
}

bool incidents_is_number(const struct json *row)
{
	const char *unit = json_as_str(json_get(row, "unit"));

	return !unit || strcmp(unit, "yes or no") != 0;
}

/* A field as it is read: that something happens or does not is no number, and has no unit. */
static struct json *in_words(const struct json *row, const struct json *field)
{
	static const char *const values[] = {"published", "ours", "before", "after"};

	if (incidents_is_number(row))
		return json_clone(field);
	if (!strcmp(json_key(field), "unit"))
		return json_str("");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (!strcmp(json_key(field), values[i]) && json_is_num(field))
			return json_bool(json_as_num(field) > 0);
	return json_clone(field);
}

/* Rows as they are read; if once, the incident's name stands in its first row only. */
struct json *incidents_rows(const struct json *list, bool once)
{
	struct json *rows = json_array();
	const char *last = "";

	for (const struct json *at = json_child(list); at; at = json_next(at)) {
		const char *name = json_as_str(json_get(at, "name"));
		struct json *row = json_object();

		for (const struct json *f = json_child(at); f; f = json_next(f)) {
			bool again =
				once && !strcmp(json_key(f), "name") && !strcmp(name, last);

			json_put(row, json_key(f), again ? json_str("") : in_words(at, f));
		}
		json_append(rows, row);
		last = name;
	}
	return rows;
}

static const char *bullet(enum show how)
{
	return how == SHOW_MARKDOWN ? "- " : "  ";
}

static void heading(const char *text, enum show how, struct str *out)
{
	str_addf(out, "\n%s%s\n", text, how == SHOW_MARKDOWN ? ":\n" : "");
}

/* What both sides have of the same, and the sides that there are not. */
static void sides(const struct json *result, enum show how, struct str *out)
{
	static const char *const side[][2] = {
		{"before", "beforeNotModelled"}, {"after", "afterNotModelled"}};
	struct json *rows = incidents_rows(json_get(result, "changes"), true);
	bool any = false;

	if (json_child(rows)) {
		heading("What the changes made of it", how, out);
		table_show(how, &changes, rows, out);
	}
	json_free(rows);
	for (const struct json *c = json_child(json_get(result, "changes")); c;
		c = json_next(c))
		if (json_is_str(json_get(c, "note")))
			str_addf(out, "%s%s, %s: %s\n", bullet(how),
				json_as_str(json_get(c, "name")),
				json_as_str(json_get(c, "of")),
				json_as_str(json_get(c, "note")));
	for (const struct json *i = json_child(json_get(result, "incidents")); i;
		i = json_next(i))
		for (size_t s = 0; s < sizeof(side) / sizeof(side[0]); s++) {
			const char *reason = json_as_str(json_get(i, side[s][1]));

			if (!reason)
				continue;
			if (!any)
				heading("Sides that are not modelled", how, out);
			any = true;
			str_addf(out, "%s%s, %s: %s\n", bullet(how),
				json_as_str(json_get(i, "name")), side[s][0], reason);
		}
}

static void reasons(const struct json *result, enum show how, struct str *out)
{
	bool any = false;

	for (const struct json *at = json_child(json_get(result, "rows")); at;
		at = json_next(at)) {
		const char *reason = json_as_str(json_get(at, "reason"));
		const char *from = json_as_str(json_get(at, "derivedFrom"));

		if (!reason && !from)
			continue;
		if (!any)
			heading("What is to be said of them", how, out);
		any = true;
		str_addf(out, "%s%s, %s: ", bullet(how), json_as_str(json_get(at, "name")),
			json_as_str(json_get(at, "figure")));
		if (from)
			str_addf(out, "the published number is arithmetic from %s%s", from,
				reason ? "; " : "");
		str_addf(out, "%s\n", reason ? reason : "");
	}
}

/* From which inputs those that are matched came. */
static void inputs(const struct json *sum, struct str *out)
{
	const struct json *by = json_get(sum, "inputsOfClassA");

	if (json_is_object(by)) /* a result of an older program has none */
		str_addf(out, "Their inputs: model %.0f, nominal %.0f, stated %.0f.\n",
			json_as_num(json_get(by, "model")),
			json_as_num(json_get(by, "nominal")),
			json_as_num(json_get(by, "stated")));
	str_add(out, "Model is timers with their drift, jitter and ticks; nominal the stated "
		     "period, because the\n"
		     "figure took it; stated are counts and sizes of the source.\n");
}

void incidents_foot(const struct json *result, struct str *out)
{
	const struct json *sum = json_get(result, "summary");
	double n_figures = json_as_num(json_get(sum, "figures"));
	double incidents = json_as_num(json_get(sum, "incidents"));
	double incidents_a = json_as_num(json_get(sum, "incidentsMatchedOfClassA"));
	double matched_a = json_as_num(json_get(sum, "matchedOfClassA"));

	str_addf(out,
		"\n%.0f figure%s of %.0f incident%s; matched (within 5 %%): %.0f, "
		"right in shape: %.0f, not matched: %.0f.\n"
		"Of class A %.0f figure%s of %.0f incident%s are matched; "
		"several names may have one id.\n",
		n_figures, format_plural(n_figures), incidents, format_plural(incidents),
		json_as_num(json_get(sum, "matched")), json_as_num(json_get(sum, "shape")),
		json_as_num(json_get(sum, "notMatched")), matched_a, format_plural(matched_a),
		incidents_a, format_plural(incidents_a));
	inputs(sum, out);
}

enum { NOTE_WIDTH = 100 };

void incidents_show(const struct json *result, enum show how, struct str *out)
{
	struct json *rows;

	if (!is_run(result)) {
		table_show(how, &listed, json_get(result, "incidents"), out);
		str_add(out,
			"\n'nodetoll incidents run [NAME or ID...]' computes their figures, "
			"'nodetoll models show NAME' prints one.\n");
		return;
	}
	rows = incidents_rows(json_get(result, "rows"), true);
	table_show(how, &figures, rows, out);
	sides(result, how, out);
	reasons(result, how, out);
	incidents_foot(result, out);
	classes_note(result, how == SHOW_MARKDOWN ? SIZE_MAX : NOTE_WIDTH, out);
	json_free(rows);
}

void incidents_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array();

	table_csv_add(table, "incidents", json_get(result, "incidents"));
	table_csv_add(table, "rows", json_get(result, "rows"));
	table_csv_add(table, "changes", json_get(result, "changes"));
	table_csv_add(table, "settings", json_get(result, "settings"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(table);
}
