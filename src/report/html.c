/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/assets.h"
#include "report/chart.h"
#include "report/format.h"

/* Longer texts in a cell are broken into lines. */
enum { CELL_LINE = 40 };

void html_fini(struct html *page)
{
	str_fini(&page->about);
	str_fini(&page->headline);
	str_fini(&page->contents);
	str_fini(&page->body);
	json_free(page->charts);
	*page = (struct html){0};
}

/* What stands for a character in markup; NULL: itself. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

void html_escape(const char *text, struct str *out)
{
	for (; *text; text++) {
		const char *instead = entity(*text);

		if (instead)
			str_add(out, instead);
		else
			str_add_char(out, *text);
	}
}

/* Between tags a quote is a quote: a model has thousands of them. */
static void escape_between(const char *text, struct str *out)
{
	for (; *text; text++) {
		const char *instead = *text == '"' ? NULL : entity(*text);

		if (instead)
			str_add(out, instead);
		else
			str_add_char(out, *text);
	}
}

/* <tag>text</tag>; before is what stands in the opening one. */
static void element(const char *tag, const char *before, const char *text, struct str *out)
{
	str_addf(out, "<%s%s>", tag, before);
	escape_between(text, out);
	str_addf(out, "</%s>\n", tag);
}

void html_about(struct html *page, const char *text)
{
	element("p", " class=\"note\"", text, &page->about);
}

void html_headline(struct html *page, const char *text)
{
	element("p", "", text, &page->headline);
}

/* Where the next part goes: a list of terms ends where something else begins. */
static struct str *body_of(struct html *page)
{
	if (page->in_list)
		str_add(&page->body, "</dl>\n");
	page->in_list = false;
	return &page->body;
}

void html_section(struct html *page, const char *title)
{
	struct str *body = body_of(page);
	unsigned n = ++page->sections;

	str_addf(&page->contents, "<li><a href=\"#s%u\">", n);
	html_escape(title, &page->contents);
	str_add(&page->contents, "</a></li>\n");
	str_addf(body, "<h2 id=\"s%u\">", n);
	html_escape(title, body);
	str_add(body, "</h2>\n");
}

void html_words(struct html *page, const char *text)
{
	if (*text)
		element("p", "", text, body_of(page));
}

void html_note(struct html *page, const char *text)
{
	if (*text)
		element("p", " class=\"note\"", text, body_of(page));
}

void html_lines(struct html *page, const char *text)
{
	element("pre", " tabindex=\"0\"", text, body_of(page));
}

void html_model(struct html *page, const struct json *result, const struct html_model *model)
{
	struct json *file = json_object(), *metadata = json_object();
	struct str *body = body_of(page);
	char *text;

	json_put_str(file, "apiVersion", json_as_str(json_get(result, "apiVersion")));
	json_put_str(file, "kind", model->kind);
	json_put_str(metadata, "name", model->name);
	json_put(file, "metadata", metadata);
	json_put(file, "spec", json_clone(model->spec));
	text = json_print(file);
	str_add(body, "<details>\n");
	element("summary", "", model->file, body);
	html_lines(page, text);
	str_add(body, "</details>\n");
	free(text);
	json_free(file);
}

void html_scenario(
	struct html *page, const struct json *result, const char *name, const struct json *spec)
{
	html_model(page, result, &(struct html_model){"Scenario", name, "scenario.json", spec});
}

void html_term(struct html *page, const char *term, const char *meaning)
{
	if (!page->in_list)
		str_add(&page->body, "<dl>\n");
	page->in_list = true;
	element("dt", "", term, &page->body);
	element("dd", "", meaning, &page->body);
}

/* ------------------------------------------------------------------ tables */

static bool is_words(const struct column *c)
{
	return c->kind == CELL_TEXT || c->kind == CELL_YES_NO;
}

/* A number as shown; the exact one goes with it where that is another. */
static void figure_of(const char *shown, const struct json *value, struct str *out)
{
	char exact[FORMAT_BYTES];
	bool differs = false;

	if (json_is_num(value)) {
		(void)format_exact(exact, sizeof(exact), json_as_num(value));
		differs = strcmp(exact, shown) != 0;
	}
	if (differs)
		str_addf(out, "<data value=\"%s\">", exact);
	html_escape(shown, out);
	if (differs)
		str_add(out, "</data>");
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Names such as "api.requests{verb=get,resource=pods}.mean" break where their parts end. */
static void breakable(const char *text, struct str *out)
{
	char one[2] = "";

	for (; *text; text++) {
		one[0] = *text;
		html_escape(one, out);
		if ((strchr(",{}", *text) && text[1] != ' ') ||
			(*text == '.' && is_letter(text[1])))
			str_add(out, "<wbr>");
	}
}

/* Columns (a bit each, of as many as there are bits) in which any text is long: all of their
 * cells are broken into lines, for one that is not makes the column as wide as it is. */
static uint64_t long_columns(const struct titled_table *t)
{
	struct str shown = {0};
	uint64_t found = 0;

	for (const struct json *row = json_child(t->rows); row; row = json_next(row))
		for (size_t i = 0; i < t->columns.n && i < 64; i++) {
			if (!is_words(&t->columns.of[i]) || found >> i & 1)
				continue;
			str_reset(&shown);
			table_cell(&t->columns.of[i], row, &shown);
			if (str_len(&shown) > CELL_LINE)
				found |= UINT64_C(1) << i;
		}
	str_fini(&shown);
	return found;
}

static void cell_of(const struct titled_table *t, const struct json *row, size_t i,
	uint64_t is_long_column, struct str *out)
{
	const struct column *c = &t->columns.of[i];
	bool first = i == 0, is_long = i < 64 && (is_long_column >> i & 1);
	const char *tag = first && is_words(c) ? "th" : "td";
	struct str shown = {0};

	table_cell(c, row, &shown);
	str_addf(out, "<%s%s%s>", tag, first && is_words(c) ? " scope=\"row\"" : "",
		!is_words(c) ? " class=\"n\""
		: is_long    ? " class=\"w\""
			     : "");
	if (is_long)
		breakable(str_text(&shown), out);
	else
		figure_of(str_text(&shown), table_value(row, c->key), out);
	str_addf(out, "</%s>", tag);
	str_fini(&shown);
}

static void head_of(const struct columns *columns, struct str *out)
{
	str_add(out, "<thead><tr>");
	for (size_t i = 0; i < columns->n; i++) {
		const struct column *c = &columns->of[i];

		str_addf(out, "<th scope=\"col\"%s>", is_words(c) ? "" : " class=\"n\"");
		breakable(c->title, out);
		str_add(out, "</th>");
	}
	str_add(out, "</tr></thead>\n");
}

/* Wider than the page, it scrolls by itself: also by keyboard, hence the tab stop. */
static void table_of(const struct titled_table *t, struct str *out)
{
	uint64_t is_long = long_columns(t);

	str_add(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
	html_escape(t->title, out);
	str_add(out, "\"><table>\n");
	head_of(&t->columns, out);
	str_add(out, "<tbody>\n");
	for (const struct json *row = json_child(t->rows); row; row = json_next(row)) {
		str_add(out, "<tr>");
		for (size_t i = 0; i < t->columns.n; i++)
			cell_of(t, row, i, is_long, out);
		str_add(out, "</tr>\n");
	}
	str_add(out, "</tbody></table></div>\n");
}

void html_table(struct html *page, const struct titled_table *table)
{
	if (!json_child(table->rows))
		return;
	element("h3", "", table->title, body_of(page));
	table_of(table, &page->body);
}

/* ------------------------------------------------------------------ charts */

static const char drawing[] =
	"<div class=\"drawing\">\n<ul class=\"legend\"></ul>\n<div class=\"canvas\"><canvas "
	"role=\"img\" aria-label=\"";

void html_figure(struct html *page, const char *note, struct json *chart,
	const struct titled_table *table)
{
	struct str *body = &page->body;
	char id[16];

	if (chart_is_empty(chart)) {
		json_free(chart);
		html_table(page, table);
		return;
	}
	(void)body_of(page);
	(void)snprintf(id, sizeof(id), "f%u", ++page->figures);
	json_put_str(chart, "id", id);
	if (!page->charts)
		page->charts = json_array();
	json_append(page->charts, chart);
	str_addf(body, "<figure id=\"%s\">\n<figcaption><h3>", id);
	html_escape(table->title, body);
	str_add(body, "</h3>");
	if (note && *note)
		element("span", " class=\"note\"", note, body);
	str_add(body, "</figcaption>\n");
	str_add(body, drawing);
	html_escape(table->title, body);
	str_add(body,
		": a chart; its numbers are in the table behind it.\"></canvas></div>\n</div>\n"
		"<details open><summary>The numbers</summary>\n");
	table_of(table, body);
	str_add(body, "</details>\n</figure>\n");
}

/* JSON inside a script element: "<" could end it, blanks only cost. */
static void script_json(const struct json *value, struct str *out)
{
	char *text = json_print(value);
	bool quoted = false;

	for (const char *p = text; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p == '<')
			str_add(out, "\\u003c");
		else if (quoted || (*p != ' ' && *p != '\n'))
			str_add_char(out, *p);
		if (*p == '\\')
			str_add_char(out, *++p);
	}
	free(text);
}

/* ------------------------------------------------------------------ the page */

static void policy(struct str *out)
{
	str_addf(out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"script-src 'sha256-%s' 'sha256-%s'; style-src 'sha256-%s'; base-uri 'none'; "
		"form-action 'none'\">\n",
		asset_chart_sha256, asset_script_sha256, asset_style_sha256);
}

static void begin(const struct html *page, const char *kind, const char *title, struct str *out)
{
	str_add(out, "<!DOCTYPE html>\n<html lang=\"en\" class=\"nojs\">\n<head>\n"
		     "<meta charset=\"utf-8\">\n");
	policy(out);
	str_add(out, "<meta name=\"viewport\" content=\"width=device-width, "
		     "initial-scale=1\">\n<title>");
	html_escape(title, out);
	str_add(out, " – nodetoll</title>\n<style>");
	str_add(out, asset_style);
	str_add(out, "</style>\n</head>\n<body>\n<header>\n<p class=\"kind\">nodetoll · ");
	html_escape(kind, out);
	str_add(out, "</p>\n");
	element("h1", "", title, out);
	str_add(out, str_text(&page->about));
	str_add(out, "</header>\n<main>\n");
}

static void scripts(const struct json *charts, struct str *out)
{
	str_add(out, "<script type=\"application/json\" id=\"charts\">");
	script_json(charts, out);
	str_addf(out, "</script>\n<!--\n%s-->\n<script>", asset_license);
	str_add(out, asset_chart);
	str_add(out, "</script>\n<script>");
	str_add(out, asset_script);
	str_add(out, "</script>\n");
}

void html_finish(struct html *page, const char *kind, const char *title, const char *version,
	struct str *out)
{
	begin(page, kind, title, out);
	if (str_len(&page->headline))
		str_addf(
			out, "<div class=\"headline\">\n%s</div>\n", str_text(&page->headline));
	if (page->sections > 1)
		str_addf(out, "<nav aria-label=\"Contents\"><ul>\n%s</ul></nav>\n",
			str_text(&page->contents));
	str_add(out, str_text(body_of(page)));
	str_add(out, "</main>\n<footer>Made by nodetoll ");
	html_escape(version, out);
	str_add(out, ". The exact number is in the value of every cell that rounds it. ");
	if (page->charts)
		str_add(out, "Charts are drawn by Chart.js (MIT licence), which is in this "
			     "file.");
	str_add(out, "</footer>\n");
	if (page->charts)
		scripts(page->charts, out);
	str_add(out, "</body>\n</html>\n");
}
