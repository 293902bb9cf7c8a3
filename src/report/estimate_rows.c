/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an Estimate as its renderings show them. */
#include <string.h>

#include "report/estimate.h"
#include "report/estimate_priv.h"
#include "report/format.h"

void estimate_call_name(const struct json *row, struct str *out)
{
	const struct json *verb = json_get(row, "verb"), *op = json_get(row, "operation");

	if (json_is_str(verb))
		str_addf(out, "%s %s", json_as_str(verb),
			json_as_str(json_get(row, "resource")));
	else if (json_is_str(op))
		str_add(out, json_as_str(op));
	else
		str_add(out, json_as_str(json_get(row, "name")));
}

static bool is_field(const struct json *a, const struct json *b, const char *key)
{
	return !strcmp(json_as_str(json_get(a, key)), json_as_str(json_get(b, key)));
}

/* Whether another loop of the feature makes the same call. */
static bool is_repeated(const struct json *result, const struct json *call)
{
	const struct json *other = json_child(json_get(result, "calls"));
	struct str name = {0};
	bool again = false;

	estimate_call_name(call, &name);
	for (; other && !again; other = json_next(other)) {
		struct str its = {0};

		estimate_call_name(other, &its);
		again = !is_field(other, call, "name") && is_field(other, call, "feature") &&
			!strcmp(str_text(&its), str_text(&name));
		str_fini(&its);
	}
	str_fini(&name);
	return again;
}

void estimate_added_by(const struct json *result, const struct json *call, struct str *out)
{
	bool several = json_next(json_child(json_get(result, "features"))) != NULL;
	bool repeated = is_repeated(result, call);

	if (several || repeated)
		str_addf(out, " (%s%s%s)",
			several ? json_as_str(json_get(call, "feature")) : "",
			several && repeated ? ", " : "",
			repeated ? json_as_str(json_get(call, "name")) : "");
}

struct json *estimate_named_calls(const struct json *list)
{
	struct json *rows = json_array();

	for (const struct json *v = json_child(list); v; v = json_next(v)) {
		struct json *row = json_clone(v);
		struct str name = {0};

		estimate_call_name(v, &name);
		str_add(&name, table_not_in_metric(v));
		json_put_str(row, "call", str_text(&name));
		json_append(rows, row);
		str_fini(&name);
	}
	return rows;
}

bool estimate_is_watch(const struct json *call)
{
	return !strcmp(json_as_str(json_get(call, "trigger")), "watch");
}

/* What is sent is known, and how often is not. */
static bool has_unknown_bytes(const struct json *call, const struct json *size)
{
	return !estimate_is_watch(call) && json_is_num(json_get(call, "bytes")) &&
	       !json_is_num(json_get(size, "bytesPerSecond"));
}

void estimate_add_sizes(struct json *rows, const struct json *call, const char *name,
	enum estimate_names names, const char *unknown)
{
	const struct json *size = json_child(json_get(call, "clusters"));
	const char *before = "";

	for (; size; size = json_next(size)) {
		const char *words = json_as_str(json_get(size, "words"));
		struct json *row = json_clone(size);

		json_put_str(row, "call", name);
		json_put_str(row, "sender", *name ? json_as_str(json_get(call, "sender")) : "");
		json_set_str(row, "words", *name || strcmp(words, before) != 0 ? words : "");
		before = words;
		if (has_unknown_bytes(call, size))
			json_set_str(row, "bytesPerSecond", unknown);
		json_append(rows, row);
		if (names == ESTIMATE_NAMED_ONCE)
			name = "";
	}
}

struct json *estimate_by_size(
	const struct json *result, bool watches, enum estimate_names names)
{
	struct json *rows = json_array();
	const struct json *call = json_child(json_get(result, "calls"));

	for (; call; call = json_next(call)) {
		struct str name = {0};

		if (estimate_is_watch(call) != watches)
			continue;
		estimate_call_name(call, &name);
		estimate_added_by(result, call, &name);
		estimate_add_sizes(rows, call, str_text(&name), names, "?");
		str_fini(&name);
	}
	return rows;
}

/* "list pods (populator)", "container_status (PLEG, not in the metric)" */
static void name_of(const struct json *row, struct str *out)
{
	const char *of = json_as_str(json_get(row, "name"));
	bool outside = *table_not_in_metric(row) != '\0';

	estimate_call_name(row, out);
	if (strcmp(str_text(out), of) != 0)
		str_addf(out, " (%s%s)", of, outside ? ", not in the metric" : "");
	else
		str_add(out, table_not_in_metric(row));
}

struct json *estimate_named(const struct json *list, enum estimate_names names)
{
	struct json *rows = json_array();
	struct str before = {0};

	for (const struct json *at = json_child(list); at; at = json_next(at)) {
		struct json *row = json_clone(at);
		struct str name = {0};
		bool again;

		name_of(at, &name);
		again = str_len(&before) && !strcmp(str_text(&before), str_text(&name));
		json_put_str(row, "call",
			again && names == ESTIMATE_NAMED_ONCE ? "" : str_text(&name));
		json_append(rows, row);
		str_fini(&before);
		before = name;
	}
	str_fini(&before);
	return rows;
}

/* ------------------------------------------------------------------ what is not known */

/* A number that is not known as text: "at least 5.10". */
static void at_least(struct json *row, const char *key, bool known)
{
	char number[FORMAT_BYTES];
	struct str text = {0};

	if (known)
		return;
	str_addf(&text, "at least %s",
		format_rate(number, sizeof(number), json_as_num(json_get(row, key))));
	json_set_str(row, key, str_text(&text));
	str_fini(&text);
}

struct json *estimate_totals(const struct json *result)
{
	struct json *rows = json_array();

	for (const struct json *t = json_child(json_get(result, "totals")); t;
		t = json_next(t)) {
		bool before = json_as_bool(json_get(t, "beforeHolds"));
		bool holds = json_as_bool(json_get(t, "holds"));
		struct json *row = json_clone(t);

		at_least(row, "beforePerSecondPerNode", before);
		at_least(row, "afterPerSecondPerNode", holds);
		at_least(row, "beforePerSecond", before);
		at_least(row, "afterPerSecond", holds);
		if (holds && json_is_null(json_get(row, "relativeChange")))
			json_set_str(row, "relativeChange", "-"); /* of nothing */
		json_append(rows, row);
	}
	return rows;
}

struct json *estimate_limiters(const struct json *result)
{
	struct json *rows = json_clone(json_get(result, "limiters"));

	for (struct json *row = json_child(rows); row; row = json_next(row)) {
		const char *of = json_as_str(json_get(row, "of"));
		bool holds = json_as_bool(json_get(row, "holds"));
		bool grows = json_as_bool(json_get(row, "backlogGrows"));
		bool cluster = of && !strcmp(of, "cluster");
		struct str client = {0};

		str_addf(&client, "%s, one of the cluster",
			json_as_str(json_get(row, "client")));
		if (cluster)
			json_set_str(row, "client", str_text(&client));
		str_fini(&client);
		at_least(row, "ownPerSecond", json_as_bool(json_get(row, "ownHolds")));
		at_least(row, "withFeaturesPerSecond", holds);
		at_least(row, "full", holds || !json_is_num(json_get(row, "full")));
		if (json_is_null(json_get(row, "roundHeldBackSeconds")) &&
			json_is_num(json_get(row, "qps")) && (grows || !cluster))
			json_set_str(row, "roundHeldBackSeconds", grows ? "ever longer" : "?");
	}
	return rows;
}

static bool is_same(const struct json *a, const struct json *b)
{
	return json_is_str(a) == json_is_str(b) &&
	       (!json_is_str(a) || !strcmp(json_as_str(a), json_as_str(b)));
}

void estimate_by_sizes(const struct json *call, const char *key, const char *begin,
	const char *end, struct str *out)
{
	const struct json *first = json_child(json_get(call, "clusters")), *size = first;
	char nodes[FORMAT_BYTES];
	bool same = true;

	for (; size; size = json_next(size))
		same &= is_same(json_get(size, key), json_get(first, key));
	for (size = first; size; size = same ? NULL : json_next(size)) {
		if (!json_is_str(json_get(size, key)))
			continue;
		str_add(out, begin);
		if (!same)
			str_addf(out, "%s: ",
				format_nodes(nodes, sizeof(nodes),
					json_as_num(json_get(size, "nodes"))));
		str_addf(out, "%s%s", json_as_str(json_get(size, key)), end);
	}
}
