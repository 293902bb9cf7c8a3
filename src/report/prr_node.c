/* SPDX-License-Identifier: Apache-2.0 */
/* What a feature makes wait and uses up: questions 5, 6 and 7. */
#include <string.h>

#include "report/classes.h"
#include "report/estimate.h"
#include "report/estimate_priv.h"
#include "report/format.h"
#include "report/prr_priv.h"
#include "report/table.h"

#define N(columns) (sizeof(columns) / sizeof((columns)[0]))

static const struct column runtime_columns[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"words", "when", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"perSecondPerNode", "per second and node", CELL_RATE, "unknown"},
	{"relativeToOwn", "to the kubelet's own runtime calls", CELL_PERCENT, "unknown"},
};

/* Of a client that no node has. */
static bool is_of_cluster(const struct json *limiter)
{
	const char *of = json_as_str(json_get(limiter, "of"));

	return of && !strcmp(of, "cluster");
}

/* By how much rounds are: one request of them follows upon the other, so it is the round that
 * waits. */
static void held_back(const struct json *limiter, struct str *out)
{
	const struct json *held = json_get(limiter, "roundHeldBackSeconds");
	bool over = json_as_bool(json_get(limiter, "over"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (json_as_bool(json_get(limiter, "backlogGrows")))
		str_add(out, "; requests wait for ever longer");
	else if (is_of_cluster(limiter))
		str_add(out, "; what waits when many come at once is not modelled");
	else if (!json_is_num(held))
		str_add(out, "; by how much rounds are held back is not modelled");
	else if (json_as_num(held) > 0)
		str_addf(out, "; a round of %s requests is held back by %s%s",
			format_rate(a, sizeof(a), json_as_num(json_get(limiter, "atOnce"))),
			format_seconds(b, sizeof(b), json_as_num(held)),
			over ? ", and those that are due meanwhile are late or left out" : "");
	else
		str_add(out, "; no round waits");
	str_add(out, ".\n");
}

/* What waits then. */
static void waits(const struct json *limiter, struct str *out)
{
	const struct json *through = json_get(limiter, "throughPerSecond");
	bool over = json_as_bool(json_get(limiter, "over"));
	char rate[FORMAT_BYTES];

	if (!over && !json_as_bool(json_get(limiter, "holds"))) {
		str_addf(out, "; what waits is not modelled: %s.\n",
			json_as_str(json_get(limiter, "why")));
		return;
	}
	str_add(out, over ? ": **over the limit**" : "");
	if (over && json_is_num(through))
		str_addf(out, ", %s/s go through",
			format_rate(rate, sizeof(rate), json_as_num(through)));
	held_back(limiter, out);
}

/* One client's limiter at one cluster size: what is added, and what is there then. */
static void limit(const struct json *limiter, struct str *out)
{
	double qps = json_as_num(json_get(limiter, "qps"));
	double added = json_as_num(json_get(limiter, "addedPerSecond"));
	bool cluster = is_of_cluster(limiter), limited = json_is_num(json_get(limiter, "qps"));
	const char *where = cluster ? "" : " on a node";
	const char *least = json_as_bool(json_get(limiter, "addedHolds")) ? "" : "at least ";
	const char *most = json_as_bool(json_get(limiter, "holds")) ? "" : "at least ";
	char nodes[FORMAT_BYTES], a[FORMAT_BYTES], b[FORMAT_BYTES];

	str_addf(out, "- Client `%s`%s, %s: ", json_as_str(json_get(limiter, "client")),
		cluster ? ", one for the cluster" : "",
		format_nodes(nodes, sizeof(nodes), json_as_num(json_get(limiter, "nodes"))));
	if (*least && added <= 0) {
		str_addf(out, "what it adds%s is not modelled: %s%s.\n", where,
			json_as_str(json_get(limiter, "why")),
			limited ? "" : "; there is no limit to wait for");
		return;
	}
	str_addf(out, "it asks for %s%s/s more%s", least, format_rate(a, sizeof(a), added),
		where);
	if (!limited) {
		str_add(out, "; there is no limit to wait for.\n");
		return;
	}
	str_addf(out, ", %s%.1f%% of the limit of %s/s, which is then %s%.1f%% full", least,
		100 * added / qps, format_rate(b, sizeof(b), qps), most,
		100 * json_as_num(json_get(limiter, "full")));
	waits(limiter, out);
}

void prr_slower(const struct json *result, struct str *out)
{
	const struct json *limiter = json_child(json_get(result, "limiters"));

	prr_question(
		"Will enabling / using this feature result in increasing time taken by any "
		"operations covered by existing SLIs/SLOs?",
		out);
	for (; limiter; limiter = json_next(limiter))
		limit(limiter, out);
	str_addf(out,
		"- Latency of pod starts and API calls is not modelled in closed form; "
		"simulated "
		"with and without it:\n\n      %s\n",
		json_as_str(json_get(result, "simulate")));
}

/* Whether its sum is another at any size, or may be. */
static bool is_changed(const struct json *result, const char *of)
{
	for (const struct json *t = json_child(json_get(result, "totals")); t; t = json_next(t))
		if (!strcmp(json_as_str(json_get(t, "of")), of) &&
			(!json_as_bool(json_get(t, "holds")) ||
				json_as_num(json_get(t, "beforePerSecond")) !=
					json_as_num(json_get(t, "afterPerSecond"))))
			return true;
	return false;
}

static void totals(const struct json *result, struct str *out)
{
	struct json *rows = estimate_totals(result);
	bool changes_runtime = is_changed(result, "runtime");
	char nodes[FORMAT_BYTES];

	if (!changes_runtime)
		str_add(out, "- Calls to the container runtime: as many as without it.\n");
	for (const struct json *t = json_child(rows); t; t = json_next(t)) {
		struct str before = {0}, after = {0};
		bool api = !strcmp(json_as_str(json_get(t, "of")), "api");

		if (!api && !changes_runtime)
			continue;
		table_cell(&(struct column){"beforePerSecondPerNode", "", CELL_RATE, NULL}, t,
			&before);
		table_cell(&(struct column){"afterPerSecondPerNode", "", CELL_RATE, NULL}, t,
			&after);
		str_addf(out, "- %s, calls to the %s: %s/s a node become %s/s%s%s.\n",
			format_nodes(nodes, sizeof(nodes), json_as_num(json_get(t, "nodes"))),
			api ? "API server" : "container runtime", str_text(&before),
			str_text(&after), json_as_bool(json_get(t, "holds")) ? "" : ": ",
			json_as_bool(json_get(t, "holds")) ? ""
							   : json_as_str(json_get(t, "why")));
		str_fini(&before);
		str_fini(&after);
	}
	json_free(rows);
}

void prr_resources(const struct json *result, struct str *out)
{
	struct json *rows = prr_flat(result, false);

	prr_question("Will enabling / using this feature result in non-negligible increase of "
		     "resource usage (CPU, RAM, disk, IO, ...) in any components?",
		out);
	if (json_child(rows)) {
		table_markdown(runtime_columns, N(runtime_columns), rows, out);
		prr_formulas(result, false, out);
	}
	totals(result, out);
	str_add(out,
		"- CPU, memory, disk and network of components: not modelled (CPU only from a "
		"named calibration, in a simulation).\n");
	prr_own_calls(result, true, out);
	json_free(rows);
}

/* Calls of the runtime that start a process on the node. */
static void processes(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls")), *each;
	bool any = false;
	char rate[FORMAT_BYTES];

	for (; call; call = json_next(call)) {
		const char *op = json_as_str(json_get(call, "operation"));

		if (!op || strcmp(op, "exec_sync") != 0)
			continue;
		any = true;
		each = json_get(estimate_largest(call), "perSecondPerNode");
		if (json_is_num(each))
			str_addf(out,
				"- Processes: `exec_sync` starts %s a second on a node.\n",
				format_rate(rate, sizeof(rate), json_as_num(each)));
		else
			str_add(out, "- Processes: how many `exec_sync` starts on a node is "
				     "unknown.\n");
	}
	if (!any)
		str_add(out, "- Processes: it runs none by `exec_sync`.\n");
}

/* The pathological case of requests. */
static void failing(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	char nodes[FORMAT_BYTES];

	for (; call; call = json_next(call)) {
		if (!json_is_str(json_get(call, "ifItFails")))
			continue;
		str_add(out, "- `");
		estimate_call_name(call, out);
		str_add(out, "`");
		estimate_added_by(result, call, out);
		str_addf(out, ", if it fails, at %s: ",
			format_nodes(nodes, sizeof(nodes),
				json_as_num(json_get(estimate_largest(call), "nodes"))));
		estimate_if_it_fails(call, out);
		str_add(out, ".\n");
	}
}

/* What clients of their own have open on a node. */
static void sockets(const struct json *result, struct str *out)
{
	const struct json *f = json_child(json_get(result, "features"));

	for (; f; f = json_next(f)) {
		const char *where = json_as_str(json_get(f, "runsOn"));
		const char *sender = json_as_str(json_get(f, "sender"));

		if (where && !strcmp(where, "everyNode"))
			str_addf(out,
				"- Sockets: `%s` is a client of its own, with a connection a "
				"node to the API server.\n",
				sender);
		else if (where && !strcmp(where, "elsewhere"))
			str_addf(out,
				"- Sockets: `%s` runs elsewhere, one client for the cluster, "
				"and has none on a node.\n",
				sender);
	}
}

void prr_exhausted(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	const struct json *limiter = json_child(json_get(result, "limiters"));
	uint32_t watches = 0;
	char a[FORMAT_BYTES];

	prr_question(
		"Can enabling / using this feature result in resource exhaustion of some node "
		"resources (PIDs, sockets, inodes, etc.)?",
		out);
	for (; call; call = json_next(call))
		watches += estimate_is_watch(call);
	sockets(result, out);
	if (watches)
		str_addf(out,
			"- Watches: it keeps %u open on every node, each a stream of its "
			"client's connection.\n",
			watches);
	else
		str_add(out, "- Watches: it keeps none open.\n");
	for (; limiter; limiter = json_next(limiter))
		if (json_as_bool(json_get(limiter, "backlogGrows")) && !is_of_cluster(limiter))
			str_addf(out,
				"- Requests of client `%s` that wait at its limiter become "
				"more "
				"and more at %s, and what holds them with them.\n",
				json_as_str(json_get(limiter, "client")),
				format_nodes(
					a, sizeof(a), json_as_num(json_get(limiter, "nodes"))));
	failing(result, out);
	processes(result, out);
	str_add(out, "- PIDs, memory, inodes and disk of a node are not modelled.\n");
}
