/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison_priv.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/format.h"

/* ------------------------------------------------------------------ cells */

void comparison_figure(const struct json *row, const char *side, struct str *out)
{
	const struct json *v = json_get(row, side);
	const char *unit = table_text_of(row, "unit");
	double value = json_as_num(v);
	char buf[FORMAT_BYTES], least[32];

	(void)snprintf(least, sizeof(least), "%sIsLeast", side);
	if (json_as_bool(json_get(row, least)))
		str_add(out, "at least ");
	if (!json_is_num(v))
		str_add(out, "-");
	else if (!strcmp(unit, "s"))
		str_add(out, format_seconds(buf, sizeof(buf), value));
	else if (!strcmp(unit, "cores"))
		str_addf(out, "%.4f cores", value);
	else
		str_addf(out, "%s%s%s", format_rate(buf, sizeof(buf), value),
			!strcmp(unit, "B/s") ? " " : "", unit);
}

void comparison_delta(const struct json *row, struct str *out)
{
	const struct json *significant = json_get(row, "significant");
	const struct json *base = json_get(row, "base");
	const struct json *relative = json_get(row, "relative");
	char buf[FORMAT_BYTES];

	if (json_is_bool(significant) && !json_as_bool(significant))
		str_add(out, "~");
	else if (json_is_num(relative))
		str_add(out, format_percent(buf, sizeof(buf), json_as_num(relative)));
	else if (!json_is_num(json_get(row, "candidate")))
		str_add(out, "gone");
	else if (json_as_bool(json_get(row, "baseIsLeast")) ||
		 json_as_bool(json_get(row, "candidateIsLeast")))
		str_add(out, "not known");
	else
		str_add(out, json_is_num(base) ? "new" : "-");
}

/* Half the interval, as a share of the base. */
static void give_or_take(const struct json *row, struct str *out)
{
	double base = json_as_num(json_get(row, "base"));
	double half =
		(json_as_num(json_get(row, "high")) - json_as_num(json_get(row, "low"))) / 2;

	if (json_is_num(json_get(row, "low")) && base != 0)
		str_addf(out, "%.1f%%", 100 * half / (base < 0 ? -base : base));
}

static void put_cell(struct json *to, const char *key, struct str *cell)
{
	json_put_str(to, key, str_text(cell));
	str_reset(cell);
}

/* Whether the kubelet's metric sees a call is a label, too. */
static const char *yes_no(const char *label)
{
	if (label && !strcmp(label, "true"))
		return "yes";
	return label && !strcmp(label, "false") ? "no" : label;
}

/* A row as it is shown: its labels and formatted figures. */
static struct json *shown(const struct json *row)
{
	struct json *to = json_object();
	struct json *labels = json_object();
	struct str cell = {0};

	json_put_str(to, "measure", table_text_of(row, "measure"));
	json_put_str(to, "class", table_text_of(row, "class"));
	for (const struct json *l = json_child(json_get(row, "labels")); l; l = json_next(l))
		json_put_str(labels, json_key(l), yes_no(json_as_str(l)));
	json_put(to, "labels", labels);
	comparison_figure(row, "base", &cell);
	put_cell(to, "base", &cell);
	comparison_figure(row, "candidate", &cell);
	put_cell(to, "candidate", &cell);
	comparison_delta(row, &cell);
	put_cell(to, "delta", &cell);
	give_or_take(row, &cell);
	put_cell(to, "plusMinus", &cell);
	str_fini(&cell);
	return to;
}

/* ------------------------------------------------------------------ which rows */

static bool is(const struct json *row, const char *key, const char *word)
{
	return !strcmp(table_text_of(row, key), word);
}

static bool is_runtime_call(const struct json *row)
{
	return is(row, "family", "runtime.calls") && is(row, "statistic", "perNode");
}

static bool is_request(const struct json *row)
{
	return is(row, "family", "api.requests") && is(row, "statistic", "mean");
}

static bool is_one_of(
	const struct json *row, const char *key, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(row, key, words[i]))
			return true;
	return false;
}

/* What of all calls together their tables leave out, of times the mean and the 99th percentile,
 * and what goes wrong; not what says the same once more. */
static bool is_other(const struct json *row)
{
	static const char *const again[] = {"podStart.worker", "podStart.volumesMounted",
		"podStart.sandboxRuns", "podStart.containersStarted", "podRunning"};
	static const char *const minor[] = {
		"p50", "p90", "perNode", "offered", "sent", "dispatched", "seats"};
	static const char *const counts[] = {"relist", "runtime.records", "api.watchEvents"};
	bool of_calls = is(row, "family", "runtime.calls") || is(row, "family", "api.requests");
	bool steps = is(row, "family", "podStart.steps");
	bool labelled = json_child(json_get(row, "labels")) != NULL;

	if (steps || labelled)
		return steps && labelled && is(row, "statistic", "mean");
	if (is_one_of(row, "family", again, sizeof(again) / sizeof(again[0])) ||
		is_one_of(row, "statistic", minor, sizeof(minor) / sizeof(minor[0])))
		return false;
	if (is(row, "statistic", "count"))
		return is_one_of(row, "family", counts, sizeof(counts) / sizeof(counts[0]));
	if (is(row, "statistic", "mean"))
		return !of_calls;
	return !is(row, "statistic", "max");
}

/* A comparison of other kinds than Result: every measure by its name. */
static bool is_any(const struct json *row)
{
	return row != NULL;
}

struct json *comparison_rows(const struct json *result, const struct comparison_block *block)
{
	struct json *rows = json_array();
	const struct json *row = json_child(json_get(result, "rows"));

	for (; row; row = json_next(row))
		if (block->wanted(row))
			json_append(rows, shown(row));
	return rows;
}

/* ------------------------------------------------------------------ tables */

#define FIGURES                                                                                \
	{"base", "base", CELL_COUNT, NULL}, {"candidate", "candidate", CELL_COUNT, NULL},      \
		{"delta", "delta", CELL_COUNT, NULL},                                          \
	{                                                                                      \
		"plusMinus", "+-", CELL_COUNT, NULL                                            \
	}

static const struct column runtime_columns[] = {
	{"labels.operation", "operation_type", CELL_TEXT, "all"},
	{"labels.code", "code", CELL_TEXT, ""},
	{"labels.inMetric", "in metric", CELL_TEXT, ""},
	FIGURES,
};
static const struct column request_columns[] = {
	{"labels.verb", "verb", CELL_TEXT, "all"},
	{"labels.resource", "resource", CELL_TEXT, ""},
	{"labels.code", "code", CELL_TEXT, ""},
	{"labels.client", "client", CELL_TEXT, ""},
	FIGURES,
};
static const struct column other_columns[] = {
	{"measure", "measure", CELL_TEXT, NULL},
	FIGURES,
	{"class", "rests on", CELL_TEXT, ""},
};
enum { WITHOUT_CLASS = 5 };
static const struct column gate_columns[] = {
	{"verdict", "verdict", CELL_TEXT, NULL},
	{"gate", "gate", CELL_TEXT, NULL},
	{"base", "base", CELL_COUNT, NULL},
	{"candidate", "candidate", CELL_COUNT, NULL},
	{"bound", "bound", CELL_COUNT, NULL},
	{"note", "", CELL_TEXT, ""},
};
static const struct column difference_columns[] = {
	{"path", "field", CELL_TEXT, NULL},
	{"base", "base", CELL_TEXT, "-"},
	{"candidate", "candidate", CELL_TEXT, "-"},
};

const struct columns comparison_gate_columns = COLUMNS_OF(gate_columns);
const struct columns comparison_difference_columns = COLUMNS_OF(difference_columns);
const struct comparison_block comparison_runtime = {
	"Calls to the container runtime, a second and node", COLUMNS_OF(runtime_columns),
	is_runtime_call};
const struct comparison_block comparison_requests = {
	"Requests to the API server, a second", COLUMNS_OF(request_columns), is_request};
const struct comparison_block comparison_others = {
	"Other measures", {other_columns, WITHOUT_CLASS}, is_other};
const struct comparison_block comparison_all = {"Measures", COLUMNS_OF(other_columns), is_any};

struct json *comparison_gate_rows(const struct json *result)
{
	struct json *rows = json_array();
	const struct json *gate = json_child(json_get(result, "gates"));

	for (; gate; gate = json_next(gate)) {
		struct json *row = shown(gate);
		struct str cell = {0};
		const char *reason = table_text_of(gate, "reason"),
			   *why = table_text_of(gate, "why");

		json_put_str(row, "verdict", table_text_of(gate, "verdict"));
		json_put_str(row, "gate", table_text_of(gate, "gate"));
		comparison_figure(gate, "bound", &cell);
		put_cell(row, "bound", &cell);
		str_addf(&cell, "%s%s%s", reason, *reason && *why ? "; " : "", why);
		put_cell(row, "note", &cell);
		str_fini(&cell);
		json_append(rows, row);
	}
	return rows;
}

/* "podSync: get pods every 10m at most", "ticker 20s: exec_sync, and 2 more": what a loop's
 * rounds begin by, and what they make. */
static void loop_in_short(const struct json *loop, struct str *out)
{
	const struct json *calls = json_get(loop, "calls"), *first = json_child(calls);
	const char *at_most = json_as_str(json_get(first, "atMostEvery"));
	const char *trigger = json_as_str(json_get(loop, "trigger"));
	const char *period = json_as_str(json_get(loop, "period"));

	if (trigger && strcmp(trigger, "period") != 0)
		str_add(out, trigger);
	else if (json_as_bool(json_get(loop, "onRequest")))
		str_add(out, "onRequest");
	else
		str_addf(out, "%s %s", table_text_of(loop, "timer"), period ? period : "");
	if (!first)
		return;
	str_addf(out, ": %s%s", table_text_of(first, "api"), table_text_of(first, "runtime"));
	if (at_most)
		str_addf(out, " every %s at most", at_most);
	if (json_next(first))
		str_addf(out, ", and %zu more", json_size(calls) - 1);
}

/* Of a map no more than so much. */
enum { MAP_SHOWN = 4 };

/* "resource: nodes, bytes: 10k"; what has fields itself, or a list, by its name alone, and the
 * feature that brought it is in the field's path. */
static void map_in_short(const struct json *map, struct str *out)
{
	char buf[FORMAT_BYTES];
	size_t n = 0;

	for (const struct json *v = json_child(map); v; v = json_next(v)) {
		if (!strcmp(json_key(v), "feature") || ++n > MAP_SHOWN)
			continue;
		str_addf(out, "%s%s", n > 1 ? ", " : "", json_key(v));
		if (json_is_str(v))
			str_addf(out, ": %s", json_as_str(v));
		else if (json_is_bool(v))
			str_addf(out, ": %s", json_as_bool(v) ? "yes" : "no");
		else if (json_is_num(v))
			str_addf(out, ": %s", format_exact(buf, sizeof(buf), json_as_num(v)));
	}
	if (n > MAP_SHOWN)
		str_addf(out, ", and %zu more", n - MAP_SHOWN);
}

/* A field and what it was: a map in short, a list is "...". */
static struct json *difference(const struct json *row)
{
	static const char *const sides[] = {"base", "candidate"};
	struct json *to = json_object();

	json_put_str(to, "path", table_text_of(row, "path"));
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		const struct json *v = json_get(row, sides[i]);
		struct str words = {0};

		if (json_is_array(json_get(v, "calls")))
			loop_in_short(v, &words);
		else if (json_is_object(v))
			map_in_short(v, &words);
		if (!str_len(&words) && (json_is_object(v) || json_is_array(v)))
			str_add(&words, "...");
		json_put(to, sides[i],
			str_len(&words) ? json_str(str_text(&words))
			: v             ? json_clone(v)
					: json_str(NULL));
		str_fini(&words);
	}
	return to;
}

struct json *comparison_difference_rows(const struct json *result, size_t most)
{
	const struct json *row = json_child(json_get(result, "differences"));
	struct json *rows = json_array();

	for (; row && most; row = json_next(row), most--)
		json_append(rows, difference(row));
	return rows;
}
