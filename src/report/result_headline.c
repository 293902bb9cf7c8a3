/* SPDX-License-Identifier: Apache-2.0 */
/* What a Result says first. */
#include <string.h>

#include "report/format.h"
#include "report/measure.h"
#include "report/result_priv.h"

static double number(const struct json *row, const char *key)
{
	return json_as_num(json_get(row, key));
}

/* ------------------------------------------------------------------ the verdict */

static void rejecting(const struct json *end, struct str *out)
{
	double answered = number(end, "answered"), failed = number(end, "failed");
	double unanswered = number(end, "unanswered");

	str_addf(out, "in the last %.3g s %.1f %% of all tries came to nothing",
		number(end, "seconds"), 100 * unanswered / (answered + unanswered));
	if (failed > 0)
		str_addf(out, ", and %.1f %% of callers have an error after their last",
			100 * failed / (answered + failed));
}

/* Of a run that has not settled; else nothing. */
static void unsettled(const struct json *result, struct str *out)
{
	const char *word = json_as_str(json_get(result, "verdict"));
	const struct json *end = json_get(result, "ending");
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (!word || !strcmp(word, "settled"))
		return;
	str_add(out, "It has not settled: ");
	if (!strcmp(word, "rejecting"))
		rejecting(end, out);
	else if (!strcmp(word, "fallingBehind"))
		str_addf(out,
			"in the last %.3g s %.0f requests were wanted, %.0f answered or given "
			"up",
			number(end, "seconds"), number(end, "offered"),
			number(end, "answered") + number(end, "failed"));
	else if (!strcmp(word, "podsWaiting"))
		str_addf(out,
			"%s of %s pods that should run do not, and did not in the last %.3g s",
			format_count(a, sizeof(a), number(end, "podsWaiting")),
			format_count(b, sizeof(b), number(end, "pods")),
			number(end, "seconds"));
	else
		str_addf(out, "%s of %s watches that should be open are not",
			format_count(a, sizeof(a), number(end, "watchesWaiting")),
			format_count(b, sizeof(b), number(end, "watches")));
	str_add(out, ".");
}

/* ------------------------------------------------------------------ objectives */

/* One of a hundred may be a moment's. */
static bool is_some(double n, double of)
{
	return n > 0 && n * 100 >= of;
}

/* Every class has to meet it by itself: all together may where one does not. */
static bool is_missed_by_class(const struct json *row)
{
	double objective = number(row, "objectiveSeconds");

	return json_is_num(json_get(row, "slowestP99Seconds")) &&
	       number(row, "p99Seconds") <= objective &&
	       number(row, "slowestP99Seconds") > objective;
}

/* " and those of patch nodes/status (150 calls) within 1.527 s": of how few, for 99 % of fewer
 * than a hundred is the slowest one. */
static void slowest(const struct json *row, struct str *out)
{
	const struct json *count = json_get(row, "slowestCount");
	char calls[FORMAT_BYTES], took[FORMAT_BYTES];

	str_addf(out, " and those of %s %s", json_as_str(json_get(row, "slowestVerb")),
		json_as_str(json_get(row, "slowestResource")));
	if (json_is_num(count))
		str_addf(out, " (%s calls)",
			format_count(calls, sizeof(calls), json_as_num(count)));
	str_addf(out, " within %s",
		format_seconds(took, sizeof(took), number(row, "slowestP99Seconds")));
}

/* "Of API calls that got in, 18.5 % of all tries, 99 % are within 348 ms". */
static void within(const struct json *row, struct str *out)
{
	const char *name = json_as_str(json_get(row, "name"));
	double count = number(row, "count"), tries = count + number(row, "rejected");
	double overdue = number(row, "overdue");
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (count <= 0 && overdue > 0) {
		str_addf(out, "None of %s pods that should have started did",
			format_count(a, sizeof(a), overdue));
		return;
	}
	if (count <= 0) {
		str_addf(out, "Nobody was answered of %s", name);
		return;
	}
	str_addf(out, "Of %s", name);
	if (is_some(number(row, "rejected"), tries))
		str_addf(out, " that got in, %.1f %% of all tries,", 100 * count / tries);
	str_addf(out, " 99 %% are within %s",
		format_seconds(a, sizeof(a), number(row, "p99Seconds")));
	if (is_missed_by_class(row))
		slowest(row, out);
	if (is_some(overdue, count + overdue))
		str_addf(out, ", and %s more go on for longer",
			format_count(b, sizeof(b), overdue));
}

/* ": of those who want to update pods/status 56 % have an error". */
static void failing(const struct json *row, struct str *out)
{
	double share = number(row, "failingShare");

	if (!is_some(share, 1))
		return;
	str_addf(out, ": of callers of %s %s %.1f %% have an error after their last try",
		json_as_str(json_get(row, "failingVerb")),
		json_as_str(json_get(row, "failingResource")), 100 * share);
}

/* Limits are told to a twentieth, and which of two neighbours holds is the chance of a few
 * slowest calls: above this many they are about so many. */
#define EXACT_TO 20

static const char *so_many(const struct json *row)
{
	if (!json_is_num(json_get(row, "breaksAt")))
		return "at least to";
	return number(row, "holdsTo") > EXACT_TO ? "to about" : "to";
}

/* "6 pods a node (30,000 pods)"; what was not looked for is not said. */
static void limit(const struct json *row, struct str *out)
{
	bool nodes = !strcmp(json_as_str(json_get(row, "vary")), "nodes");
	const struct json *holds = json_get(row, "holdsTo");
	const char *what = nodes ? "node" : "pod";
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (!json_is_num(holds)) {
		str_addf(out, "with no number of %s", nodes ? "nodes" : "pods a node");
		return;
	}
	str_addf(out, "%s %s %s%s%s (%s pods)", so_many(row),
		format_count(a, sizeof(a), json_as_num(holds)), what,
		format_plural(json_as_num(holds)), nodes ? "" : " a node",
		format_count(b, sizeof(b), number(row, "pods")));
}

/* "; it holds to about 350 nodes (10,500 pods) and to 12 pods a node (1,200 pods)".  Where
 * nodes do not meet, one more changes nothing.  That there is no row for nodes does not say so:
 * finding one may have been too much work. */
static void limits(const struct json *result, const struct json *objective, struct str *out)
{
	struct json *rows = result_limit_rows(result);
	const char *before = "; it holds ";
	bool any_nodes = false;

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		if (strcmp(json_as_str(json_get(r, "name")),
			    json_as_str(json_get(objective, "name"))) != 0)
			continue;
		any_nodes = json_is_bool(json_get(r, "nodesMeet")) &&
			    !json_as_bool(json_get(r, "nodesMeet"));
		str_add(out, before);
		limit(r, out);
		before = " and ";
	}
	if (any_nodes)
		str_add(out, ", with any number of nodes");
	json_free(rows);
}

void result_objective(const struct json *result, const struct json *row, struct str *out)
{
	char wanted[FORMAT_BYTES];

	within(row, out);
	str_addf(out, "; the objective of %s is %s",
		format_seconds(wanted, sizeof(wanted), number(row, "objectiveSeconds")),
		json_as_str(json_get(row, "met")));
	failing(row, out);
	limits(result, row, out);
	str_add(out, ".");
}

/* A live run has no search, and a recording's neither. */
static bool can_search(const struct json *result)
{
	return !json_get(result, "live") && !json_get(result, "sloLimits");
}

/* Whether nodes watch what is written, all of it: what they are told of grows with the square
 * of their number. */
static bool nodes_watch_all(const struct json *result)
{
	const struct json *w = json_child(table_value(result, "scenario.kubelet.watches"));

	for (; w; w = json_next(w)) {
		const char *scope = json_as_str(json_get(w, "scope"));
		const char *what = json_as_str(json_get(w, "resource"));
		const struct json *r = json_child(table_value(result, "storage.resources"));

		for (; r && !(scope && !strcmp(scope, "node")); r = json_next(r))
			if (what && !strcmp(what, json_as_str(json_get(r, "resource"))) &&
				json_as_num(json_get(r, "eventsPerSecond")) > 0)
				return true;
	}
	return false;
}

/* Whether what the servers did in the mean is what they do all the time: nodes did not start
 * together, no script changes what they do, no server was away, and nobody waits in the end. */
static bool is_steady(const struct json *result)
{
	const char *verdict = json_as_str(json_get(result, "verdict"));
	const char *start = json_as_str(table_value(result, "scenario.start"));

	return verdict && !strcmp(verdict, "settled") && start &&
	       !strcmp(start, "stationary") &&
	       !json_child(table_value(result, "scenario.script")) &&
	       !json_child(table_value(result, "scenario.runtime.rules")) &&
	       !json_child(table_value(result, "scenario.apiserver.restarts"));
}

/* More nodes than the processors can serve at all, if each asks for as much as these do. */
static void most_nodes(
	const struct json *result, void (*say)(void *ctx, const char *line), void *ctx)
{
	double busy = json_as_num(table_value(result, "apiserver.utilization"));
	double nodes = json_as_num(json_get(result, "nodes"));
	char most[FORMAT_BYTES];
	struct str line = {0};

	if (busy <= 0 || busy >= 1 || nodes_watch_all(result) || !is_steady(result))
		return;
	str_addf(&line,
		"With about %s nodes like these the API servers' processors would be busy "
		"all the time.",
		format_count(most, sizeof(most), (double)(uint64_t)(nodes / busy)));
	say(ctx, str_text(&line));
	str_fini(&line);
}

static void objectives(
	const struct json *result, void (*say)(void *ctx, const char *line), void *ctx)
{
	struct json *rows = result_slo_rows(result);
	bool any = false;

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		struct str line = {0};

		if (json_as_str(json_get(r, "met"))) {
			result_objective(result, r, &line);
			say(ctx, str_text(&line));
			any = true;
		}
		str_fini(&line);
	}
	if (any && can_search(result))
		most_nodes(result, say, ctx);
	if (any && can_search(result))
		say(ctx, "How many nodes and pods they hold to: simulate --slo-limits 4 finds "
			 "out, "
			 "in dozens of runs like this one.");
	json_free(rows);
}

/* A figure of the whole result; whether there is one. */
static bool measured(
	const struct json *result, const char *name, const char *stat, double *value)
{
	for (uint32_t i = 0; i < measure_n_families; i++) {
		const struct measure_family *f = &measure_families[i];

		if (strcmp(f->kind, "Result") != 0 || strcmp(f->name, name) != 0)
			continue;
		for (uint32_t k = 0; k < f->n_stats; k++)
			if (!strcmp(f->stat[k].name, stat))
				return measure_read(result,
					       &(struct measure){{.family = f}, &f->stat[k]},
					       value) == MEASURE_IS;
	}
	return false;
}

/* The toll, in the words of the measures that gates name. */
static void toll(const struct json *result, void (*say)(void *ctx, const char *line), void *ctx)
{
	static const struct {
		const char *family, *what, *to;
	} tolls[] = {{"api.requests", "requests", "the API server"},
		{"runtime.calls", "calls", "container runtimes"}};
	char all[FORMAT_BYTES], each[FORMAT_BYTES];

	for (size_t i = 0; i < sizeof(tolls) / sizeof(tolls[0]); i++) {
		double mean = 0, node = 0;
		struct str line = {0};

		if (!measured(result, tolls[i].family, "mean", &mean) ||
			!measured(result, tolls[i].family, "perNode", &node))
			continue;
		str_addf(&line, "%s %s a second to %s, %s a node.",
			format_rate(all, sizeof(all), mean), tolls[i].what, tolls[i].to,
			format_rate(each, sizeof(each), node));
		say(ctx, str_text(&line));
		str_fini(&line);
	}
}

void result_headline(
	const struct json *result, void (*say)(void *ctx, const char *line), void *ctx)
{
	struct str verdict = {0};

	unsettled(result, &verdict);
	if (str_len(&verdict))
		say(ctx, str_text(&verdict));
	toll(result, say, ctx);
	objectives(result, say, ctx);
	str_fini(&verdict);
}
