/* SPDX-License-Identifier: Apache-2.0 */
#include "report/kinds.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "report/agreement.h"
#include "report/assets.h"
#include "report/classes.h"
#include "report/comparison.h"
#include "report/contrast.h"
#include "report/estimate.h"
#include "report/incidents.h"
#include "report/result.h"
#include "report/serve.h"
#include "report/shape.h"
#include "report/sweep.h"
#include "report/table.h"
#include "report/validation.h"

const char *const report_forms[] = {"text", "json", "csv", "markdown", "junit", "html", NULL};

static const struct kind {
	const char *name;
	const char *schema;
	const char *title; /* of the page, before the name of what it is about */
	void (*show)(const struct json *result, enum show how, struct str *out);
	void (*csv)(const struct json *result, struct str *out);
	void (*html)(const struct json *result, struct html *page);
	void (*junit)(const struct json *result, struct junit *junit);
} kinds[] = {
	{"Agreement", asset_schema_agreement, "Three engines on", agreement_show, agreement_csv,
		agreement_html, agreement_junit},
	{"Result", asset_schema_result, "Scenario", result_show, result_csv, result_html,
		result_junit},
	{"Contrast", asset_schema_contrast, "Designs side by side", contrast_show, contrast_csv,
		contrast_html, contrast_junit},
	{"Estimate", asset_schema_estimate, "Features", estimate_show, estimate_csv,
		estimate_html, estimate_junit},
	{"Comparison", asset_schema_comparison, "Base and candidate", comparison_show,
		comparison_csv, comparison_html, comparison_junit},
	{"Incidents", asset_schema_incidents, "Incidents", incidents_show, incidents_csv,
		incidents_html, incidents_junit},
	{"ServerCounts", asset_schema_servercounts, "What a server was asked", serve_show,
		serve_csv, serve_html, serve_junit},
	{"Sweep", asset_schema_sweep, "Sweep of", sweep_show, sweep_csv, sweep_html,
		sweep_junit},
	{"Validation", asset_schema_validation, "Recording", validation_show, validation_csv,
		validation_html, validation_junit},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct kind *find(const struct json *result, struct err *err)
{
	const char *name = json_as_str(json_get(result, "kind"));
	struct str all = {0};

	for (size_t i = 0; i < KINDS; i++) {
		if (name && !strcmp(kinds[i].name, name)) {
			str_fini(&all);
			return &kinds[i];
		}
		str_addf(&all, "%s%s", i ? ", " : "", kinds[i].name);
	}
	(void)err_set(err, ERR_INPUT, "no report of kind '%.40s'; there are: %s",
		name ? name : "", str_text(&all));
	str_fini(&all);
	return NULL;
}

/* The title of a page or suite: what, and of which. */
static void title_of(const struct kind *kind, const struct json *result, struct str *out)
{
	const struct json *name = table_value(result, "metadata.name");

	str_add(out, kind->title);
	if (json_is_str(name))
		str_addf(out, " %s", json_as_str(name));
}

static void html(const struct kind *kind, const struct json *result, struct str *out)
{
	struct html page = {0};
	struct str title = {0};

	kind->html(result, &page);
	title_of(kind, result, &title);
	html_finish(&page, kind->name, str_text(&title),
		json_as_str(table_value(result, "versions.nodetoll")), out);
	html_fini(&page);
	str_fini(&title);
}

static void junit(const struct kind *kind, const struct json *result, struct str *out)
{
	struct junit cases = {0};
	struct str title = {0};

	kind->junit(result, &cases);
	classes_words(result, &cases.rests);
	title_of(kind, result, &title);
	junit_finish(&cases, str_text(&title), out);
	junit_fini(&cases);
	str_fini(&title);
}

static void json(const struct json *result, struct str *out)
{
	char *text = json_print(result);

	str_add(out, text);
	free(text);
}

static void render(const struct kind *kind, const struct json *result, enum report_form form,
	struct str *out)
{
	switch (form) {
	case REPORT_TEXT:
		kind->show(result, SHOW_TEXT, out);
		break;
	case REPORT_JSON:
		json(result, out);
		break;
	case REPORT_CSV:
		kind->csv(result, out);
		break;
	case REPORT_MARKDOWN:
		kind->show(result, SHOW_MARKDOWN, out);
		break;
	case REPORT_JUNIT:
		junit(kind, result, out);
		break;
	case REPORT_HTML:
		html(kind, result, out);
		break;
	}
}

int report_check(const struct json *result, struct err *err)
{
	const struct kind *kind = find(result, err);

	return kind ? shape_check(result, kind->schema, err) : ERR_INPUT;
}

int report_render(
	const struct json *result, enum report_form form, struct str *out, struct err *err)
{
	const struct kind *kind = find(result, err);

	if (!kind || shape_check(result, kind->schema, err))
		return ERR_INPUT;
	render(kind, result, form, out);
	return 0;
}

void report_own(const struct json *result, enum report_form form, struct str *out)
{
	const struct kind *kind = find(result, NULL);

	assert(kind);
	render(kind, result, form, out);
}
