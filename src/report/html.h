/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one HTML file: it opens from disk, loads nothing, and has all numbers of its
 * charts in tables behind them.
 *
 * Who renders a kind of result appends its parts in order; html_finish makes the page.  Every
 * text is escaped here, none is markup.  The page lets in its own scripts and style by their
 * hashes, and nothing else, so that a name in a result can do nothing even if it broke out.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/str.h"
#include "report/table.h"

/* Read and written by html.c only; zeroed is empty. */
struct html {
	struct str about, headline, contents, body;
	struct json *charts;
	unsigned sections, figures;
	bool in_list; /* of terms, which waits for its end */
};

/* Release what it holds. */
void html_fini(struct html *page);

/* Text with what HTML would take for markup escaped. */
void html_escape(const char *text, struct str *out);

/* Of what the report is, under its title; and a sentence of the headline. */
void html_about(struct html *page, const char *text);
void html_headline(struct html *page, const char *text);

/* A section begins; it is in the table of contents. */
void html_section(struct html *page, const char *title);

/* A paragraph; a smaller one, of remarks; lines as they are, as a program would print them. */
void html_words(struct html *page, const char *text);
void html_note(struct html *page, const char *text);
void html_lines(struct html *page, const char *text);

/* A model as commands read it from a file, folded behind that file's name: a section's end, so
 * that it can be made again. */
struct html_model {
	const char *kind, *name, *file;
	const struct json *spec;
};
void html_model(struct html *page, const struct json *result, const struct html_model *model);

/* The same of a scenario in scenario.json. */
void html_scenario(struct html *page, const struct json *result, const char *name,
	const struct json *spec);

/* A term and what it means; those that follow one another are one list. */
void html_term(struct html *page, const char *term, const char *meaning);

/* A table by itself.  Nothing, if it has no rows. */
void html_table(struct html *page, const struct titled_table *table);

/* A chart with the table of its numbers behind it.  Takes chart over.  What would draw nothing
 * is a table by itself. */
void html_figure(struct html *page, const char *note, struct json *chart,
	const struct titled_table *table);

/* The page: kind is a word ("Contrast"), title its name, version the program's that made the
 * result. */
void html_finish(struct html *page, const char *kind, const char *title, const char *version,
	struct str *out);

#endif
