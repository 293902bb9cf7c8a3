/* SPDX-License-Identifier: Apache-2.0 */
/* Which two sides a Comparison has, and what of each was run. */
#include <string.h>

#include "base/units.h"
#include "report/comparison_priv.h"
#include "report/format.h"

/* Under a gate this is a breach; without one it is as much of a warning. */
void comparison_unsettled(const struct json *result, struct str *out)
{
	static const char *const sides[] = {"base", "candidate"};

	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		const struct json *v = json_get(json_get(result, sides[i]), "settled");

		if (json_is_bool(v) && !json_as_bool(v))
			str_addf(out,
				"The %s had not settled when the run was over: its "
				"figures are a moment's.\n",
				sides[i]);
	}
}

static const char *const sides[] = {"base", "candidate"};
static const char *const titles[] = {"Base", "Candidate"};
enum { SIDES = 2 };

/* Which models stand behind a side's name: "kubelet v1.20, runtime containerd-1.6.20". */
static void models(const struct json *side, struct str *out)
{
	static const struct {
		const char *model, *words;
	} named[] = {{"scenario", "scenario"}, {"kubelet", "kubelet"},
		{"containerRuntime", "runtime"}, {"apiserver", "API server"}};
	const struct json *of = json_get(side, "models");

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const char *name = table_text_of(of, named[i].model);

		if (*name)
			str_addf(
				out, "%s%s %s", str_len(out) ? ", " : "", named[i].words, name);
	}
}

/* "30", or of several "10, 30". */
static void numbers(const struct json *v, struct str *out)
{
	char buf[FORMAT_BYTES];

	if (json_is_num(v))
		str_add(out, format_count(buf, sizeof(buf), json_as_num(v)));
	for (const struct json *e = json_child(v); e; e = json_next(e)) {
		str_add(out, e == json_child(v) ? "" : ", ");
		numbers(e, out);
	}
}

/* Of a scenario it is text, "10m"; of parameters seconds. */
static void span(
	const struct json *spec, const char *text, const char *seconds, struct str *out)
{
	const struct json *v = json_get(spec, text);
	ns_t ns;

	if (json_is_str(v) && !units_parse_duration(json_as_str(v), &ns, NULL))
		str_addf(out, "%g s", (double)ns / 1e9);
	else
		str_addf(out, "%g s", json_as_num(v ? v : json_get(spec, seconds)));
}

/* "5,000 nodes with 30 pods each, 600 s after 120 s". */
static void cluster(const struct json *spec, struct str *out)
{
	const struct json *nodes = json_get(spec, "nodes"), *pods, *churn;

	pods = json_get(spec, "podsPerNode");
	pods = pods ? pods : table_value(spec, "workload.pods");
	churn = json_get(spec, "churnPodsPerSecond");
	if (!json_is_num(nodes) && !json_is_str(nodes))
		return;
	str_add(out, str_len(out) ? "; " : "");
	str_add(out, json_is_str(nodes) ? json_as_str(nodes) : "");
	numbers(nodes, out);
	str_addf(out, " node%s with ",
		json_is_num(nodes) ? format_plural(json_as_num(nodes)) : "s");
	numbers(pods, out);
	str_addf(out, " pod%s%s", json_is_num(pods) ? format_plural(json_as_num(pods)) : "s",
		json_as_num(nodes) == 1 ? "" : " each");
	if (json_is_num(churn)) {
		str_addf(out, ", %g pods/s come and go", json_as_num(churn));
		return;
	}
	str_add(out, ", ");
	span(spec, "duration", "durationSeconds", out);
	str_add(out, " after ");
	span(spec, "warmup", "warmupSeconds", out);
}

static void settings(const struct json *side, struct str *out)
{
	const struct json *first = json_child(json_get(side, "set"));

	for (const struct json *set = first; set; set = json_next(set))
		str_addf(out, "%s%s",
			set != first   ? ", "
			: str_len(out) ? "; set "
				       : "set ",
			json_as_str(set));
}

/* What stands behind its name, without the dot. */
static void behind(const struct json *side, struct str *out)
{
	models(side, out);
	cluster(json_get(side, "scenario"), out);
	settings(side, out);
}

/* Of a closed form there are no runs. */
static const struct json *seed_of(const struct json *result, const char *side)
{
	const struct json *own = json_get(json_get(result, side), "seed");

	return own ? own : json_get(result, "seed");
}

static void runs(const struct json *side, const struct json *seed, struct str *out)
{
	double n = json_as_num(json_get(side, "runs"));

	if (json_is_num(seed))
		str_addf(out, " (%.0f run%s)", n, format_plural(n));
}

void comparison_sides(const struct json *result, struct str *out)
{
	struct str words[SIDES] = {{0}, {0}};
	const struct json *seed[SIDES];

	for (size_t i = 0; i < SIDES; i++) {
		const struct json *side = json_get(result, sides[i]);

		seed[i] = seed_of(result, sides[i]);
		str_addf(out, "%s %s", i ? ", candidate" : "Base", table_text_of(side, "name"));
		runs(side, seed[i], out);
		behind(side, &words[i]);
	}
	if (json_is_num(seed[0]) && json_is_num(seed[1]))
		str_addf(out, ", seed %.0f", json_as_num(seed[0]));
	if (json_as_num(seed[0]) != json_as_num(seed[1]))
		str_addf(out, " and %.0f", json_as_num(seed[1]));
	else if (json_as_num(json_get(result, "seeds")) > 1)
		str_add(out, " and those behind it");
	str_add(out, ".\n");
	for (size_t i = 0; i < SIDES; i++) {
		bool both = !strcmp(str_text(&words[0]), str_text(&words[1]));

		if (str_len(&words[i]) && !(i && both))
			str_addf(out, "%s: %s.\n", both ? "Both" : titles[i],
				str_text(&words[i]));
	}
	for (size_t i = 0; i < SIDES; i++)
		str_fini(&words[i]);
	comparison_unsettled(result, out);
}
