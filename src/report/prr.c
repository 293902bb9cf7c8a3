/* SPDX-License-Identifier: Apache-2.0 */
#include "report/prr.h"

#include <string.h>

#include "report/estimate.h"
#include "report/format.h"
#include "report/table.h"

#define N(columns)  (sizeof(columns) / sizeof((columns)[0]))
#define DAY_SECONDS 86400

static const struct column call_columns[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"sender", "sent by", CELL_TEXT, NULL},
	{"when", "when", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"perSecond", "per second", CELL_RATE, "unknown"},
	{"worstSecondSpread", "peak second", CELL_RATE, "unknown"},
	{"worstSecondAligned", "peak second, all nodes aligned", CELL_RATE, NULL},
};

/* The key of the same name behind the prefix of this question. */
static bool is_api(const struct json *call)
{
	return json_is_str(json_get(call, "verb"));
}

static bool is_watch(const struct json *call)
{
	return !strcmp(json_as_str(json_get(call, "trigger")), "watch");
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
		const struct json *size = json_child(json_get(call, "clusters"));
		struct str name = {0};

		if (is_api(call) != api)
			continue;
		str_add(&name, "`");
		estimate_call_name(call, &name);
		str_add(&name, "`");
		for (; size; size = json_next(size)) {
			struct json *row = json_clone(size);

			json_put_str(row, "call", str_text(&name));
			json_put_str(row, "sender", json_as_str(json_get(call, "sender")));
			json_put_str(row, "when", json_as_str(json_get(call, "words")));
			json_append(rows, row);
		}
		str_fini(&name);
	}
	return rows;
}

static void question(const char *text, struct str *out)
{
	str_addf(out, "\n###### %s\n\n", text);
}

/* ------------------------------------------------------------------ the answers */

static void watches(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	for (; call; call = json_next(call)) {
		const struct json *size = estimate_largest(call),
				  *change = json_get(size, "bytesPerChange");

		if (!is_watch(call))
			continue;
		str_addf(out, "\n- Watch of `%s`: %s open at %s nodes, one for each.",
			json_as_str(json_get(call, "resource")),
			format_count(a, sizeof(a), json_as_num(json_get(size, "openWatches"))),
			format_count(b, sizeof(b), json_as_num(json_get(size, "nodes"))));
		if (json_is_num(change))
			str_addf(out, " A change of one such object sends %s bytes in all.",
				format_count(a, sizeof(a), json_as_num(change)));
		if (json_is_num(json_get(size, "eventsPerSecond")))
			str_addf(out, " %s events/s.",
				format_rate(a, sizeof(a),
					json_as_num(json_get(size, "eventsPerSecond"))));
		else
			str_add(out, " How often they change is not modelled.");
	}
}

static void new_calls(const struct json *result, struct str *out)
{
	struct json *rows = flat(result, true);
	const struct json *change = json_child(json_get(result, "changes"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	question("Will enabling / using this feature result in any new API calls?", out);
	if (json_child(rows)) {
		str_addf(out, "Yes. With %.0f pods a node and %s pods/s that come and go:\n\n",
			json_as_num(json_get(result, "podsPerNode")),
			format_rate(a, sizeof(a),
				json_as_num(json_get(result, "churnPodsPerSecond"))));
		table_markdown(call_columns, N(call_columns), rows, out);
		watches(result, out);
	} else {
		str_add(out, "No.");
	}
	for (; change; change = json_next(change)) {
		if (json_is_str(json_get(change, "operation")))
			continue;
		str_add(out, "\n- Of the kubelet's own, `");
		estimate_call_name(change, out);
		str_addf(out, "` (%s) goes from %s to %s a second and node.",
			json_as_str(json_get(change, "name")),
			format_rate(a, sizeof(a),
				json_as_num(json_get(change, "beforePerSecondPerNode"))),
			format_rate(b, sizeof(b),
				json_as_num(json_get(change, "afterPerSecondPerNode"))));
	}
	str_add(out, "\n\nWhat controllers write in answer to what is written here is not "
		     "modelled.\n");
	json_free(rows);
}

static void existing_objects(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	bool any = false;
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	question("Will enabling / using this feature result in increasing size or count of the "
		 "existing API objects?",
		out);
	for (; call; call = json_next(call)) {
		const struct json *size = estimate_largest(call),
				  *rate = json_get(size, "bytesPerSecond");

		if (!writes(call))
			continue;
		any = true;
		str_addf(out, "- `%s %s`: ", json_as_str(json_get(call, "verb")),
			json_as_str(json_get(call, "resource")));
		if (json_is_num(rate))
			str_addf(out, "%s bytes a write, %s bytes a day at %s nodes.\n",
				format_count(
					a, sizeof(a), json_as_num(json_get(call, "bytes"))),
				format_count(b, sizeof(b), json_as_num(rate) * DAY_SECONDS),
				format_count((char[FORMAT_BYTES]){0}, FORMAT_BYTES,
					json_as_num(json_get(size, "nodes"))));
		else
			str_add(out,
				"how large a write is was not stated (`bytes`), so what etcd "
				"stores is not modelled.\n");
	}
	str_add(out,
		any ? "\nHow much larger objects grow is not modelled.\n"
		    : "It writes nothing. How much larger objects grow is not modelled.\n");
}

static void slower(const struct json *result, struct str *out)
{
	const struct json *limiter = json_child(json_get(result, "limiters"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES], c[FORMAT_BYTES];

	question("Will enabling / using this feature result in increasing time taken by any "
		 "operations covered by existing SLIs/SLOs?",
		out);
	for (; limiter; limiter = json_next(limiter)) {
		const struct json *qps = json_get(limiter, "qps");

		if (!json_is_num(qps)) {
			str_addf(out, "- Client `%s` has no limit: nothing waits for it.\n",
				json_as_str(json_get(limiter, "client")));
			continue;
		}
		str_addf(out,
			"- Client `%s` (%s/s, burst %.0f): %s/s with the feature, %s of it.\n",
			json_as_str(json_get(limiter, "client")),
			format_rate(a, sizeof(a), json_as_num(qps)),
			json_as_num(json_get(limiter, "burst")),
			format_rate(b, sizeof(b),
				json_as_num(json_get(limiter, "withFeaturesPerSecond"))),
			format_percent(c, sizeof(c), json_as_num(json_get(limiter, "full"))));
	}
	str_addf(out,
		"- Latency of pod starts and API calls is not modelled in closed form; "
		"simulated "
		"with and without it:\n\n      %s\n",
		json_as_str(json_get(result, "simulate")));
}

static void resources(const struct json *result, struct str *out)
{
	const struct json *total = json_child(json_get(result, "totals"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES], c[FORMAT_BYTES];

	question("Will enabling / using this feature result in non-negligible increase of "
		 "resource usage (CPU, RAM, disk, IO, ...) in any components?",
		out);
	for (; total; total = json_next(total))
		str_addf(out, "- %s nodes, calls to the %s: %s/s a node become %s/s.\n",
			format_count(a, sizeof(a), json_as_num(json_get(total, "nodes"))),
			!strcmp(json_as_str(json_get(total, "of")), "api")
				? "API server"
				: "container runtime",
			format_rate(b, sizeof(b),
				json_as_num(json_get(total, "beforePerSecondPerNode"))),
			format_rate(c, sizeof(c),
				json_as_num(json_get(total, "afterPerSecondPerNode"))));
	str_add(out,
		"- CPU, memory, disk and network of components: not modelled (CPU only from a "
		"named calibration, in a simulation).\n");
}

/* The pathological case of requests. */
static void failing(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	char nodes[FORMAT_BYTES];
	bool any = false;

	for (; call; call = json_next(call)) {
		if (!json_is_str(json_get(call, "ifItFails")))
			continue;
		any = true;
		str_add(out, "- `");
		estimate_call_name(call, out);
		str_addf(out, "`, if it fails, at %s nodes: ",
			format_count(nodes, sizeof(nodes),
				json_as_num(json_get(estimate_largest(call), "nodes"))));
		estimate_if_it_fails(call, out);
		str_add(out, ".\n");
	}
	str_add(out, any ? "\nElse not modelled." : "Not modelled.");
}

void prr_markdown(const struct json *result, struct str *out)
{
	str_addf(out,
		"### Scalability\n\n<!-- kubelet %s, %.0f pods a node; closed form: counts "
		"follow from timers and triggers. -->\n",
		json_as_str(json_get(result, "kubelet")),
		json_as_num(json_get(result, "podsPerNode")));
	new_calls(result, out);
	question(
		"Will enabling / using this feature result in introducing new API types?", out);
	str_add(out, "Not modelled.\n");
	question("Will enabling / using this feature result in any new calls to the cloud "
		 "provider?",
		out);
	str_add(out, "Not modelled.\n");
	existing_objects(result, out);
	slower(result, out);
	resources(result, out);
	question("Can enabling / using this feature result in resource exhaustion of some node "
		 "resources (PIDs, sockets, inodes, etc.)?",
		out);
	failing(result, out);
	str_add(out, " What a node sends at once is in the table of limiters "
		     "(`nodetoll estimate` without `--prr`).\n");
}
