/* SPDX-License-Identifier: Apache-2.0 */
#include "report/contrast.h"

#include <stdbool.h>
#include <string.h>

#include "report/classes.h"
#include "report/contrast_priv.h"
#include "report/format.h"

/* The screen's: a design at its densities, then the next.  Markdown and CSV have more. */
static const struct column runtime_screen[] = {
	{"label", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"callsPerSecondPerNode", "calls/s\na node", CELL_RATE, NULL},
	{"closedFormPerNode", "closed\nform", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"callsPerSecondCluster", "calls/s\ncluster", CELL_RATE, NULL},
	{"wholeKubeletPerNode", "all\ncalls", CELL_RATE, NULL},
	{"recordsPerSecondPerNode", "records\n/s", CELL_RATE, NULL},
	{"detectionSeconds.mean", "death\nseen", CELL_SECONDS, NULL},
	{"detectionSeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
	{"cpuCoresPerNode.runtimeAdded", "runtime\nCPU", CELL_CORES, NULL},
	{"cpuCoresPerNode.kubelet", "kubelet\nCPU", CELL_CORES, NULL},
};
static const struct column object_screen[] = {
	{"label", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"requestsPerSecond.mean", "requests\n/s", CELL_RATE, NULL},
	{"closedForm", "closed\nform", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"requestsPerSecond.peak", "peak\nsecond", CELL_COUNT, NULL},
	{"nominal", "quoted\n/s", CELL_RATE, NULL},
	{"openWatches", "watches\nopen", CELL_COUNT, NULL},
	{"reopensPerSecond", "opened\n/s", CELL_RATE, NULL},
	{"stalenessSeconds.mean", "change\nseen", CELL_SECONDS, NULL},
	{"stalenessSeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
};

static const struct column runtime_list[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"callsPerSecondPerNode", "calls/s a node", CELL_RATE, NULL},
	{"closedFormPerNode", "closed form", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"callsPerSecondCluster", "calls/s cluster", CELL_RATE, NULL},
	{"wholeKubeletPerNode", "all calls", CELL_RATE, NULL},
	{"wholeClosedFormPerNode", "closed form", CELL_RATE, NULL},
	{"recordsPerSecondPerNode", "records/s", CELL_RATE, NULL},
	{"detectionSeconds.mean", "death seen", CELL_SECONDS, NULL},
	{"detectionSeconds.p99", "99 % within", CELL_SECONDS, NULL},
	{"cpuCoresPerNode.runtimeAdded", "runtime CPU", CELL_CORES, NULL},
	{"cpuCoresPerNode.runtime", "with idle", CELL_CORES, NULL},
	{"cpuCoresPerNode.kubelet", "kubelet CPU", CELL_CORES, NULL},
};
static const struct column object_list[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"ttlSeconds", "TTL s", CELL_COUNT, ""},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"requestsPerSecond.mean", "requests/s", CELL_RATE, NULL},
	{"closedForm", "closed form", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"requestsPerSecond.peak", "peak second", CELL_COUNT, NULL},
	{"getsPerSecond", "GETs/s", CELL_RATE, NULL},
	{"nominal", "quoted/s", CELL_RATE, NULL},
	{"openWatches", "watches open", CELL_COUNT, NULL},
	{"reopensPerSecond", "opened/s", CELL_RATE, NULL},
	{"distinctPerNode", "secrets a node", CELL_RATE, NULL},
	{"sharingFactor", "pods a secret", CELL_RATE, NULL},
	{"stalenessSeconds.mean", "change seen", CELL_SECONDS, NULL},
	{"stalenessSeconds.p99", "99 % within", CELL_SECONDS, NULL},
};
static const struct columns runtime_on_screen = COLUMNS_OF(runtime_screen);
static const struct columns objects_on_screen = COLUMNS_OF(object_screen);
const struct columns contrast_runtime_columns = COLUMNS_OF(runtime_list);
const struct columns contrast_object_columns = COLUMNS_OF(object_list);

static const char rest_note[] = "Not on this screen: calls by operation and the fit of the CPU "
				"(-o json, csv); GETs alone, "
				"the closed form of all calls and the runtime's CPU with its "
				"idle part (-o markdown, too). "
				"docs/METRICS.md names every figure.";
/* ------------------------------------------------------------------ text */

enum { WIDTH = 100 };

static void note(void (*words)(const struct json *, struct str *), size_t width,
	const struct json *result, struct str *out)
{
	struct str text = {0};

	words(result, &text);
	if (str_len(&text))
		format_wrapped(str_text(&text), width, out);
	str_fini(&text);
}

static void legend(const struct contrast_designs *designs, struct str *out)
{
	for (size_t i = 0; i < designs->n; i++)
		str_addf(out, "  %-9s  %s\n", designs->of[i].name, designs->of[i].words);
}

/* Append the rows of that label; the first of them shows it. */
static void add_rows(const struct json *from, const char *wanted, struct json *rows)
{
	struct str label = {0};
	bool first = true;

	for (const struct json *row = json_child(from); row; row = json_next(row)) {
		struct json *copy;

		contrast_label(row, &label);
		if (strcmp(str_text(&label), wanted) != 0)
			continue;
		copy = json_clone(row);
		json_put_str(copy, "label", first ? wanted : "");
		json_append(rows, copy);
		first = false;
	}
	str_fini(&label);
}

static bool has_label(const struct json *rows, const char *label)
{
	for (const struct json *row = json_child(rows); row; row = json_next(row))
		if (!strcmp(json_as_str(json_get(row, "label")), label))
			return true;
	return false;
}

/* A design at all densities, then the next one. */
static void screen_table(
	const struct columns *columns, const struct json *from, struct str *out)
{
	struct json *rows = json_array();
	struct str label = {0};

	for (const struct json *row = json_child(from); row; row = json_next(row)) {
		contrast_label(row, &label);
		if (!has_label(rows, str_text(&label)))
			add_rows(from, str_text(&label), rows);
	}
	table_text(columns->of, columns->n, rows, "", out);
	str_fini(&label);
	json_free(rows);
}

static void on_screen(const struct json *result, struct str *out)
{
	note(contrast_title, WIDTH, result, out);
	str_addf(out, "\n%s\n", contrast_runtime_question);
	legend(&contrast_runtime_designs, out);
	format_wrapped(contrast_runtime_note, WIDTH, out);
	screen_table(&runtime_on_screen, json_get(result, "runtime"), out);
	note(contrast_runtime_reasons, WIDTH, result, out);
	note(contrast_cpu_words, WIDTH, result, out);
	str_add_char(out, '\n');
	note(contrast_object_question, WIDTH, result, out);
	legend(&contrast_object_designs, out);
	format_wrapped(contrast_object_note, WIDTH, out);
	screen_table(&objects_on_screen, json_get(result, "objects"), out);
	note(contrast_object_reasons, WIDTH, result, out);
	note(contrast_sharing, WIDTH, result, out);
	note(contrast_burst_words, WIDTH, result, out);
	note(classes_words, WIDTH, result, out);
	format_wrapped(rest_note, WIDTH, out);
	str_add_char(out, '\n');
	for (const struct json *s = json_child(json_get(result, "summary")); s;
		s = json_next(s))
		format_wrapped(json_as_str(s), WIDTH, out);
}

/* ------------------------------------------------------------------ Markdown */

static void bullets(const struct contrast_designs *designs, struct str *out)
{
	str_add_char(out, '\n');
	for (size_t i = 0; i < designs->n; i++)
		str_addf(out, "- **%s**: %s\n", designs->of[i].name, designs->of[i].words);
	str_add_char(out, '\n');
}

static void in_markdown(const struct json *result, struct str *out)
{
	note(contrast_title, SIZE_MAX, result, out);
	str_addf(out, "\n### %s\n", contrast_runtime_question);
	bullets(&contrast_runtime_designs, out);
	table_show(SHOW_MARKDOWN, &contrast_runtime_columns, json_get(result, "runtime"), out);
	str_addf(out, "\n%s\n\n", contrast_runtime_note);
	note(contrast_runtime_reasons, SIZE_MAX, result, out);
	note(contrast_cpu_words, SIZE_MAX, result, out);
	str_add(out, "\n### ");
	note(contrast_object_question, SIZE_MAX, result, out);
	bullets(&contrast_object_designs, out);
	table_show(SHOW_MARKDOWN, &contrast_object_columns, json_get(result, "objects"), out);
	str_addf(out, "\n%s\n\n", contrast_object_note);
	note(contrast_object_reasons, SIZE_MAX, result, out);
	note(contrast_burst_words, SIZE_MAX, result, out);
	str_add_char(out, '\n');
	note(classes_words, SIZE_MAX, result, out);
	for (const struct json *s = json_child(json_get(result, "summary")); s;
		s = json_next(s))
		str_addf(out, "\n%s\n", json_as_str(s));
}

void contrast_show(const struct json *result, enum show how, struct str *out)
{
	if (how == SHOW_MARKDOWN)
		in_markdown(result, out);
	else
		on_screen(result, out);
}
