/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_words.h"

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

static bool say(const struct json *rows, size_t i, const char *before, struct str *out)
{
	const struct json *row = row_of(rows, first[i].measure);

	if (!row)
		return false;
	str_addf(out, "%s%s ", before, first[i].what);
	comparison_figure(row, "base", out);
	str_add(out, " to ");
	comparison_figure(row, "candidate", out);
	str_add(out, " (");
	comparison_delta(row, out);
	str_add(out, ")");
	return true;
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
	for (size_t i = 0; i < FIRST && said < SAID_MAX; i++)
		said += say(rows, i, said ? ", " : "", out);
	if (!said)
		str_addf(out, "%zu measures", json_size(rows));
	str_add_char(out, '.');
}
