/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_words.h"

#include <stdlib.h>
#include <string.h>

#include "report/comparison.h"
#include "report/format.h"

static const struct json *row_of(const struct json *rows, const char *measure)
{
	const struct json *row = json_child(rows);

	while (row && strcmp(json_as_str(json_get(row, "measure")), measure) != 0)
		row = json_next(row);
	return row;
}

/* The measures that a reader wants first, in the order in which there is room for them. */
static const struct {
	const char *measure, *what;
} first[] = {
	{"runtime.calls.perNode", "runtime calls a node"},
	{"api.requests.mean", "API requests"},
	{"podStart.p99", "99 % of pods start within"},
	{"detection.p99", "99 % of deaths are known within"},
	{"staleness.p99", "99 % of changed objects are seen within"},
};
enum { FIRST = sizeof(first) / sizeof(first[0]), SAID_MAX = 3 };

static void say(const struct json *row, const char *what, const char *before, struct str *out)
{
	str_addf(out, "%s%s ", before, what);
	comparison_figure(row, "base", out);
	str_add(out, " to ");
	comparison_figure(row, "candidate", out);
	str_add(out, " (");
	comparison_delta(row, out);
	str_add(out, ")");
}

/* Of an Estimate the toll of the largest cluster that both have. */
static const struct json *largest_toll(const struct json *rows, const char *of)
{
	const struct json *largest = NULL;

	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		const char *name = json_as_str(json_get(row, "measure"));
		const char *whose = json_as_str(json_get(json_get(row, "labels"), "of"));

		if (!strncmp(name, "toll{", 5) && whose && !strcmp(whose, of) &&
			!strcmp(json_as_str(json_get(row, "statistic")), "mean") &&
			json_is_num(json_get(row, "base")) &&
			json_is_num(json_get(row, "candidate")))
			largest = row;
	}
	return largest;
}

static unsigned say_tolls(const struct json *rows, struct str *out)
{
	static const char *const of[] = {"api", "runtime"};
	static const char *const what[] = {"API requests", "runtime calls"};
	unsigned said = 0;

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		const struct json *row = largest_toll(rows, of[i]);
		struct str words = {0};
		char nodes[FORMAT_BYTES];

		if (!row)
			continue;
		str_addf(&words, "%s of %s", what[i],
			format_nodes(nodes, sizeof(nodes),
				strtod(json_as_str(json_get(json_get(row, "labels"), "nodes")),
					NULL)));
		say(row, str_text(&words), said++ ? ", " : "", out);
		str_fini(&words);
	}
	return said;
}

static const char *model_of(const struct json *comparison, const char *side, const char *model)
{
	const struct json *models = json_get(json_get(comparison, side), "models");

	return json_as_str(json_get(models, model));
}

/* Names tell little: "kubelet:v1.12" runs the other side's scenario on that one's runtime. */
static void put_models(const struct json *comparison, struct str *out)
{
	static const struct {
		const char *model, *words;
	} models[] = {{"kubelet", "kubelet "}, {"containerRuntime", " on "},
		{"apiserver", " with API server "}, {"scenario", " in "}};
	struct str words = {0};

	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		const char *base = model_of(comparison, "base", models[i].model);
		const char *candidate = model_of(comparison, "candidate", models[i].model);

		if (!base || !candidate)
			continue;
		str_addf(&words, "%s%s", models[i].words, candidate);
		if (strcmp(base, candidate) != 0)
			str_addf(&words, " instead of %s", base);
	}
	if (str_len(&words))
		str_addf(out, " (%s)", str_text(&words) + strspn(str_text(&words), " "));
	str_fini(&words);
}

void compare_headline(const struct json *comparison, const struct json *rows, struct str *out)
{
	const char *base = json_as_str(json_get(json_get(comparison, "base"), "name"));
	const char *candidate =
		json_as_str(json_get(json_get(comparison, "candidate"), "name"));
	unsigned said = 0;

	str_addf(out, "%s%s%s", candidate, strcmp(base, candidate) ? " instead of " : "",
		strcmp(base, candidate) ? base : "");
	put_models(comparison, out);
	str_add(out, ": ");
	for (size_t i = 0; i < FIRST && said < SAID_MAX; i++) {
		const struct json *row = row_of(rows, first[i].measure);

		if (row)
			say(row, first[i].what, said++ ? ", " : "", out);
	}
	said += say_tolls(rows, out);
	if (!said)
		str_addf(out, "%zu measures", json_size(rows));
	str_add_char(out, '.');
}
