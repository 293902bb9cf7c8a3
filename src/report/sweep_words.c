/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep_words.h"

#include <string.h>

#include "report/comparison.h"
#include "report/format.h"
#include "report/table.h"

void sweep_wall_words(const struct json *wall, struct str *out)
{
	bool counts = json_as_num(json_get(wall, "limit")) == 0;

	str_addf(out, "%s at %s", table_text_of(wall, "wall"), table_text_of(wall, "at"));
	if (!strcmp(table_text_of(wall, "measure"), "verdict"))
		return;
	str_addf(out, " (%s ", table_text_of(wall, "measure"));
	comparison_figure(wall, "value", out);
	if (!counts) {
		str_add(out, ", at most ");
		comparison_figure(wall, "limit", out);
	}
	str_add(out, ")");
}

/* "5/s, burst 10" */
static void limits(
	const struct json *group, const char *qps, const char *burst, struct str *out)
{
	str_addf(out, "%.4g/s, burst %.0f", json_as_num(json_get(group, qps)),
		json_as_num(json_get(group, burst)));
}

void sweep_client_words(const struct json *group, struct str *out)
{
	const char *reason = json_as_str(json_get(group, "clientReason"));

	if (json_is_num(json_get(group, "clientQps"))) {
		limits(group, "clientQps", "clientBurst", out);
		if (json_is_num(json_get(group, "clientQpsAt")))
			str_addf(out, ", at %.0f", json_as_num(json_get(group, "clientQpsAt")));
	} else if (reason) {
		str_addf(out, "not told: %s", reason);
	}
	if (json_is_num(json_get(group, "clientOwnQps"))) {
		str_add(out, " (its own: ");
		limits(group, "clientOwnQps", "clientOwnBurst", out);
		str_add(out, ")");
	}
}

/* ------------------------------------------------------------------ the headline */

/* How many values of the axis hold from one of its ends on. */
static double values_held(const struct json *result, const struct json *group)
{
	const struct json *vary = json_child(json_get(result, "vary"));
	const char *to = table_text_of(group, "holdsTo");
	const char *from = table_text_of(group, "holdsFrom");
	double before = 0, after = 0, n = 0;

	while (vary && strcmp(table_text_of(vary, "path"), table_text_of(result, "axis")) != 0)
		vary = json_next(vary);
	for (const struct json *v = json_child(json_get(vary, "values")); v;
		v = json_next(v), n++) {
		if (!strcmp(json_as_str(v), to))
			before = n + 1;
		if (!strcmp(json_as_str(v), from))
			after = n;
	}
	after = *from ? n - after : 0;
	return before > after ? before : after;
}

/* How much of the axis holds: pods, also with another client limit, or how many values. */
static double held(const struct json *result, const struct json *group)
{
	double pods = json_as_num(json_get(group, "maxPods"));
	double at = json_as_num(json_get(group, "clientQpsAt"));

	if (pods > 0 || at > 0)
		return at > pods ? at : pods;
	return values_held(result, group);
}

/* How far a curve is ahead of another; of two that hold as much, the one that does so with its
 * own client limit. */
static double ahead(const struct json *result, const struct json *a, const struct json *b)
{
	double by = held(result, a) - held(result, b);

	return by != 0 ? by
		       : json_as_num(json_get(a, "maxPods")) -
				 json_as_num(json_get(b, "maxPods"));
}

static const struct json *holds_most(const struct json *result)
{
	const struct json *most = json_child(json_get(result, "groups"));

	for (const struct json *g = most; g; g = json_next(g))
		if (ahead(result, g, most) > 0)
			most = g;
	return most;
}

/* "kubelet.pleg.relistPeriod 1s, " */
static void curve_name(const struct json *group, struct str *out)
{
	for (const struct json *v = json_child(json_get(group, "values")); v; v = json_next(v))
		str_addf(out, "%s %s, ", json_key(v), json_as_str(v));
}

/* Whether some cell of the group hits no wall; their numbers grow. */
static bool holds_somewhere(const struct json *result, const struct json *group)
{
	const struct json *k = json_child(json_get(group, "cells"));
	const struct json *cell = json_child(json_get(result, "cells"));

	for (double i = 0; k && cell; i++, cell = json_next(cell)) {
		if (json_as_num(k) != i)
			continue;
		if (!json_size(json_get(cell, "walls")))
			return true;
		k = json_next(k);
	}
	return false;
}

static void put_walls(const struct json *result, const struct json *group, struct str *out)
{
	const struct json *wall = json_child(json_get(group, "walls"));
	const char *to = table_text_of(group, "holdsTo");
	const char *from = table_text_of(group, "holdsFrom");

	if (!wall) {
		str_addf(out, "no wall up to %s", to);
		return;
	}
	if (*from)
		str_addf(out, "no wall from %s on; ", from);
	if (!*from && !*to)
		str_addf(out, "%s; the nearest wall is ",
			holds_somewhere(result, group) ? "neither end holds"
						       : "no value holds");
	else
		str_addf(out, "the first %s is ", *from && !*to ? "below" : "wall");
	sweep_wall_words(wall, out);
}

/* What the scenario's own client limit holds, and what another would. */
static void put_client(const struct json *group, struct str *out)
{
	double own = json_as_num(json_get(group, "clientOwnQps"));
	double pods = json_as_num(json_get(group, "maxPods"));
	double at = json_as_num(json_get(group, "clientQpsAt"));
	const char *reason = json_as_str(json_get(group, "clientReason"));

	if (reason)
		str_addf(out, "; client QPS not told: %s", reason);
	if (!json_is_num(json_get(group, "clientQps")))
		return;
	if (at > pods) {
		str_add(out, "; with client QPS ");
		limits(group, "clientQps", "clientBurst", out);
		if (json_is_str(json_get(group, "clientNextWall")))
			str_addf(out, " maxPods %.0f, then %s", at,
				table_text_of(group, "clientNextWall"));
		else
			str_addf(out, " maxPods at least %.0f", at);
	} else if (json_is_num(json_get(group, "clientOwnQps"))) {
		str_add(out, "; its client QPS ");
		limits(group, "clientOwnQps", "clientOwnBurst", out);
		str_add(out, " is enough");
		if (json_as_num(json_get(group, "clientQps")) < own) {
			str_add(out, ", and ");
			limits(group, "clientQps", "clientBurst", out);
			str_add(out, " would be");
		}
	} else {
		str_add(out, "; client QPS ");
		limits(group, "clientQps", "clientBurst", out);
		str_add(out, " is enough");
	}
}

/* How the other curves stand to the one that is told. */
static void put_others(const struct json *result, const struct json *most, struct str *out)
{
	const struct json *least = most;
	size_t n = json_size(json_get(result, "groups")), as_many = 0;

	for (const struct json *g = json_child(json_get(result, "groups")); g;
		g = json_next(g)) {
		as_many += ahead(result, g, most) == 0;
		if (ahead(result, g, least) < 0)
			least = g;
	}
	if (n < 2)
		return;
	if (as_many == n) {
		if (n == 2)
			str_add(out, " Both curves hold as much.");
		else
			str_addf(out, " All %zu curves hold as much.", n);
		return;
	}
	str_addf(out, " Of %zu curves %s the most; the least: ", n,
		as_many > 1 ? "it is one that holds" : "it holds");
	curve_name(least, out);
	put_walls(result, least, out);
	str_add(out, ".");
}

void sweep_headline(const struct json *result, struct str *out)
{
	const struct json *group = holds_most(result);
	const struct json *pods = json_get(group, "maxPods");
	size_t cells = json_size(json_get(result, "cells"));
	bool walls = json_size(json_get(group, "walls")) > 0;

	if (!group) {
		str_addf(out, "%zu cell%s, none of which is along an axis.", cells,
			format_plural((double)cells));
		return;
	}
	curve_name(group, out);
	str_addf(out, "%s: ", table_text_of(result, "axis"));
	put_walls(result, group, out);
	if (json_is_num(pods))
		str_addf(out, "; maxPods %s%.0f%s", walls ? "" : "at least ", json_as_num(pods),
			walls ? "" : ": none broke");
	put_client(group, out);
	str_add_char(out, '.');
	put_others(result, group, out);
}
