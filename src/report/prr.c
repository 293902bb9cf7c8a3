/* SPDX-License-Identifier: Apache-2.0 */
#include "report/prr.h"

#include <string.h>

#include "report/classes.h"
#include "report/estimate.h"
#include "report/estimate_priv.h"
#include "report/format.h"
#include "report/table.h"

#define N(columns)  (sizeof(columns) / sizeof((columns)[0]))
#define DAY_SECONDS 86400

static const struct column call_columns[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"sender", "sent by", CELL_TEXT, NULL},
	{"words", "when", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"perSecond", "per second", CELL_RATE, "unknown"},
	{"relativeToOwn", "to the kubelet's own requests", CELL_PERCENT, "unknown"},
	{"worstSecondSpread", "peak second", CELL_RATE, "unknown"},
	{"worstSecondAligned", "peak second, all nodes aligned", CELL_RATE, NULL},
	{"bytesPerSecond", "bytes/s", CELL_COUNT, "-"},
};

static const struct column runtime_columns[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"words", "when", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"perSecondPerNode", "per second and node", CELL_RATE, "unknown"},
	{"relativeToOwn", "to the kubelet's own runtime calls", CELL_PERCENT, "unknown"},
};

static const char peaks[] =
	"Peak second: the busiest of ten minutes on average, of nodes at phases of their own; "
	"aligned: all nodes in the same second, as after a common start.";

static bool is_api(const struct json *call)
{
	return json_is_str(json_get(call, "verb"));
}

static bool writes(const struct json *call)
{
	static const char *const verbs[] = {"create", "update", "patch", "delete"};
	const char *verb = json_as_str(json_get(call, "verb"));

	for (size_t i = 0; is_api(call) && i < N(verbs); i++)
		if (!strcmp(verb, verbs[i]))
			return true;
	return false;
}

static struct json *flat(const struct json *result, bool api)
{
	struct json *rows = json_array();
	const struct json *call = json_child(json_get(result, "calls"));

	for (; call; call = json_next(call)) {
		struct str name = {0};

		if (is_api(call) != api)
			continue;
		str_add(&name, "`");
		estimate_call_name(call, &name);
		str_add(&name, "`");
		estimate_added_by(result, call, &name);
		estimate_add_sizes(rows, call, str_text(&name), ESTIMATE_NAMED_ONCE, "unknown");
		str_fini(&name);
	}
	return rows;
}

static const char *rate_or_unknown(char *buf, size_t size, const struct json *rate)
{
	return json_is_num(rate) ? format_rate(buf, size, json_as_num(rate)) : "unknown";
}

static void question(const char *text, struct str *out)
{
	str_addf(out, "\n###### %s\n\n", text);
}

/* ------------------------------------------------------------------ the answers */

static void listed(const struct json *size, struct str *out)
{
	const struct json *objects = json_get(size, "listObjects"),
			  *bytes = json_get(size, "listBytes");
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (!json_is_num(objects))
		return;
	str_addf(out, " Each lists first what there is: %s object%s",
		format_count(a, sizeof(a), json_as_num(objects)),
		json_as_num(objects) == 1 ? "" : "s");
	if (json_is_num(bytes))
		str_addf(out, ", %s, %s if all start together",
			format_size(a, sizeof(a), json_as_num(bytes)),
			format_size(b, sizeof(b),
				json_as_num(bytes) *
					json_as_num(json_get(size, "openWatches"))));
	str_add(out, ".");
}

static void told(const struct json *size, struct str *out)
{
	const struct json *bytes = json_get(size, "eventBytesPerSecond");
	char a[FORMAT_BYTES];

	str_addf(out, " They are told %s events/s",
		format_rate(a, sizeof(a), json_as_num(json_get(size, "eventsPerSecond"))));
	if (json_is_num(bytes))
		str_addf(out, ", %s/s", format_size(a, sizeof(a), json_as_num(bytes)));
	str_add(out, ".");
}

static void watches(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	for (; call; call = json_next(call)) {
		const struct json *size = estimate_largest(call),
				  *change = json_get(size, "bytesPerChange");

		if (!estimate_is_watch(call))
			continue;
		str_addf(out, "- Watch of `%s`%s: %s open at %s nodes, one for each.",
			json_as_str(json_get(call, "resource")),
			strcmp(json_as_str(json_get(call, "scope")), "cluster") != 0
				? ""
				: ", all of the cluster",
			format_count(a, sizeof(a), json_as_num(json_get(size, "openWatches"))),
			format_count(b, sizeof(b), json_as_num(json_get(size, "nodes"))));
		listed(size, out);
		if (json_is_num(change))
			str_addf(out, " A change of one such object sends %s in all.",
				format_size(a, sizeof(a), json_as_num(change)));
		if (json_is_num(json_get(size, "eventsPerSecond")))
			told(size, out);
		else
			str_addf(out, " How often they change is not known: %s.",
				json_as_str(json_get(size, "whyNoEvents")));
		str_add_char(out, '\n');
	}
}

/* Below a table: how its numbers come about, and why others are unknown. */
static void formulas(const struct json *result, bool api, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));

	str_add_char(out, '\n');
	for (; call; call = json_next(call)) {
		if (is_api(call) != api)
			continue;
		str_add(out, "- `");
		estimate_call_name(call, out);
		str_add(out, "`");
		estimate_added_by(result, call, out);
		str_add(out, ", on a node:\n");
		estimate_by_sizes(call, "formula", "  - `", "`\n", out);
		estimate_by_sizes(call, "why", "  - unknown: ", "\n", out);
	}
}

/* Those of the kubelet that are not what they were: requests, or calls of the runtime. */
static void own_calls(const struct json *result, bool runtime, struct str *out)
{
	struct json *all = estimate_named(json_get(result, "changes"), ESTIMATE_NAMED_ONCE);
	struct json *rows = json_array();

	for (const struct json *r = json_child(all); r; r = json_next(r))
		if (json_is_str(json_get(r, "operation")) == runtime)
			json_append(rows, json_clone(r));
	if (json_child(rows)) {
		str_add(out, "\nWhat changes of the kubelet's own, by 0.1 % or more:\n\n");
		table_markdown(
			estimate_change_columns.of, estimate_change_columns.n, rows, out);
	}
	json_free(rows);
	json_free(all);
}

static void new_calls(const struct json *result, struct str *out)
{
	struct json *rows = flat(result, true);

	question("Will enabling / using this feature result in any new API calls?", out);
	if (json_child(rows)) {
		str_add(out, "Yes.\n\n");
		table_markdown(call_columns, N(call_columns), rows, out);
		str_addf(out, "\n%s\n%s\n", peaks, estimate_peaks_alone);
		formulas(result, true, out);
		watches(result, out);
	} else {
		str_add(out, "No.\n");
	}
	own_calls(result, false, out);
	str_add(out, "\nWhat controllers write in answer to what is written here is not "
		     "modelled.\n");
	json_free(rows);
}

/* "8,640,000 new objects a day". */
static void written(const struct json *call, struct str *out)
{
	const struct json *size = estimate_largest(call), *rate = json_get(size, "perSecond");
	const struct json *bytes = json_get(call, "bytes");
	const char *verb = json_as_str(json_get(call, "verb"));
	const char *what = !strcmp(verb, "create")   ? "new objects"
			   : !strcmp(verb, "delete") ? "objects fewer"
						     : "writes";
	double a_day = json_as_num(rate) * DAY_SECONDS;
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (json_is_num(rate))
		str_addf(out, "%s %s a day at %s nodes", format_count(a, sizeof(a), a_day),
			what, format_count(b, sizeof(b), json_as_num(json_get(size, "nodes"))));
	else
		str_addf(out, "how many %s a day is unknown", what);
	if (!strcmp(verb, "delete"))
		str_add(out, ".\n");
	else if (!json_is_num(bytes))
		str_add(out, "; how large a write is was not stated (`bytes`), so what etcd "
			     "stores is not modelled.\n");
	else if (json_is_num(rate))
		str_addf(out, ", %s each, %s a day.\n",
			format_size(a, sizeof(a), json_as_num(bytes)),
			format_size(b, sizeof(b), json_as_num(bytes) * a_day));
	else
		str_addf(out, ", %s each.\n", format_size(a, sizeof(a), json_as_num(bytes)));
}

static void existing_objects(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	bool any = false;

	question("Will enabling / using this feature result in increasing size or count of the "
		 "existing API objects?",
		out);
	for (; call; call = json_next(call)) {
		if (!writes(call))
			continue;
		any = true;
		str_addf(out, "- `%s %s`", json_as_str(json_get(call, "verb")),
			json_as_str(json_get(call, "resource")));
		estimate_added_by(result, call, out);
		str_add(out, ": ");
		written(call, out);
	}
	str_add(out,
		any ? "\nHow much larger objects grow is not modelled.\n"
		    : "It writes nothing. How much larger objects grow is not modelled.\n");
}

/* Whether a call before it names the same resource. */
static bool is_named(const struct json *calls, const struct json *call)
{
	const char *resource = json_as_str(json_get(call, "resource"));

	for (const struct json *c = json_child(calls); c != call; c = json_next(c))
		if (is_api(c) && !strcmp(json_as_str(json_get(c, "resource")), resource))
			return true;
	return false;
}

static void new_types(const struct json *result, struct str *out)
{
	const struct json *calls = json_get(result, "calls");
	bool any = false;

	question(
		"Will enabling / using this feature result in introducing new API types?", out);
	for (const struct json *call = json_child(calls); call; call = json_next(call)) {
		const struct json *known = json_get(call, "resourceIsBuiltIn");

		if (!json_is_bool(known) || json_as_bool(known) || is_named(calls, call))
			continue;
		any = true;
		str_addf(out, "- It calls for `%s`, which Kubernetes itself does not have.\n",
			json_as_str(json_get(call, "resource")));
	}
	str_addf(out, "%sHow many objects of a type there are is not modelled.\n",
		any ? "\n" : "None that its calls name: Kubernetes has all of them. ");
}

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

	str_addf(out, "- Client `%s`%s, %s nodes: ", json_as_str(json_get(limiter, "client")),
		cluster ? ", one for the cluster" : "",
		format_count(nodes, sizeof(nodes), json_as_num(json_get(limiter, "nodes"))));
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

static void slower(const struct json *result, struct str *out)
{
	const struct json *limiter = json_child(json_get(result, "limiters"));

	question("Will enabling / using this feature result in increasing time taken by any "
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
		str_addf(out, "- %s nodes, calls to the %s: %s/s a node become %s/s%s%s.\n",
			format_count(nodes, sizeof(nodes), json_as_num(json_get(t, "nodes"))),
			api ? "API server" : "container runtime", str_text(&before),
			str_text(&after), json_as_bool(json_get(t, "holds")) ? "" : ": ",
			json_as_bool(json_get(t, "holds")) ? ""
							   : json_as_str(json_get(t, "why")));
		str_fini(&before);
		str_fini(&after);
	}
	json_free(rows);
}

static void resources(const struct json *result, struct str *out)
{
	struct json *rows = flat(result, false);

	question("Will enabling / using this feature result in non-negligible increase of "
		 "resource usage (CPU, RAM, disk, IO, ...) in any components?",
		out);
	if (json_child(rows)) {
		table_markdown(runtime_columns, N(runtime_columns), rows, out);
		formulas(result, false, out);
	}
	totals(result, out);
	str_add(out,
		"- CPU, memory, disk and network of components: not modelled (CPU only from a "
		"named calibration, in a simulation).\n");
	own_calls(result, true, out);
	json_free(rows);
}

/* Calls of the runtime that start a process on the node. */
static void processes(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	bool any = false;
	char rate[FORMAT_BYTES];

	for (; call; call = json_next(call)) {
		const char *op = json_as_str(json_get(call, "operation"));

		if (!op || strcmp(op, "exec_sync") != 0)
			continue;
		any = true;
		str_addf(out, "- Processes: `exec_sync` starts %s a second on a node.\n",
			rate_or_unknown(rate, sizeof(rate),
				json_get(estimate_largest(call), "perSecondPerNode")));
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
		str_addf(out, ", if it fails, at %s nodes: ",
			format_count(nodes, sizeof(nodes),
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

static void exhausted(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	const struct json *limiter = json_child(json_get(result, "limiters"));
	uint32_t watches = 0;
	char a[FORMAT_BYTES];

	question("Can enabling / using this feature result in resource exhaustion of some node "
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
				"and more at %s nodes, and what holds them with them.\n",
				json_as_str(json_get(limiter, "client")),
				format_count(
					a, sizeof(a), json_as_num(json_get(limiter, "nodes"))));
	failing(result, out);
	processes(result, out);
	str_add(out, "- PIDs, memory, inodes and disk of a node are not modelled.\n");
}

static void beginning(const struct json *result, struct str *out)
{
	double churn = json_as_num(json_get(result, "churnPodsPerSecond"));
	char rate[FORMAT_BYTES];

	str_addf(out, "### Scalability\n\nKubelet %s on %s, %.0f pods a node, ",
		json_as_str(json_get(result, "kubelet")),
		json_as_str(json_get(result, "containerRuntime")),
		json_as_num(json_get(result, "podsPerNode")));
	if (churn > 0)
		str_addf(out, "%s pods/s come and go in the cluster.",
			format_rate(rate, sizeof(rate), churn));
	else
		str_add(out, "none comes or goes.");
	str_add(out, " In closed form: counts follow from timers and triggers, where nothing "
		     "waits.\n");
	estimate_defaults(result, "`", out);
}

static void symbols(const struct json *result, struct str *out)
{
	if (!json_child(json_get(result, "symbols")))
		return;
	str_add(out, "\nSymbols of the formulas:\n\n");
	estimate_symbols(result, "", SHOW_MARKDOWN, out);
}

void prr_markdown(const struct json *result, struct str *out)
{
	beginning(result, out);
	new_calls(result, out);
	new_types(result, out);
	question("Will enabling / using this feature result in any new calls to the cloud "
		 "provider?",
		out);
	str_add(out, "Not modelled: a feature's calls are to the API server and to the "
		     "container runtime.\n");
	existing_objects(result, out);
	slower(result, out);
	resources(result, out);
	exhausted(result, out);
	symbols(result, out);
	str_add_char(out, '\n');
	classes_note(result, SIZE_MAX, out);
}
