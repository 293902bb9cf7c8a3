/* SPDX-License-Identifier: Apache-2.0 */
#include "report/estimate.h"

#include <string.h>

#include "report/classes.h"
#include "report/estimate_priv.h"
#include "report/format.h"

static const struct column call_list[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"perSecondPerNode", "per second\nand node", CELL_RATE, "?"},
	{"perSecond", "per\nsecond", CELL_RATE, "?"},
	{"relativeToOwn", "to kubelet's\nown calls", CELL_PERCENT, "?"},
	{"worstSecondSpread", "worst second,\nspread", CELL_RATE, "?"},
	{"worstSecondAligned", "worst second,\naligned", CELL_RATE, "?"},
	{"bytesPerSecond", "bytes\n/s", CELL_COUNT, "-"},
};
static const struct column watch_list[] = {
	{"call", "watch", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"openWatches", "open\nwatches", CELL_COUNT, NULL},
	{"perSecond", "opened again\n/s", CELL_RATE, "?"},
	{"relativeToOwn", "to kubelet's\nown calls", CELL_PERCENT, "?"},
	{"worstSecondSpread", "worst second,\nspread", CELL_RATE, "?"},
	{"worstSecondAligned", "worst second,\naligned", CELL_RATE, NULL},
	{"listBytes", "bytes of\na list", CELL_COUNT, "-"},
	{"bytesPerChange", "bytes for\na change", CELL_COUNT, "-"},
	{"eventsPerSecond", "events\n/s", CELL_RATE, "-"},
	{"eventBytesPerSecond", "bytes\n/s", CELL_COUNT, "-"},
};
static const struct column total_list[] = {
	{"of", "to the", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"beforePerSecondPerNode", "kubelet alone,\n/s and node", CELL_RATE, NULL},
	{"afterPerSecondPerNode", "with it,\n/s and node", CELL_RATE, NULL},
	{"beforePerSecond", "kubelet alone,\n/s", CELL_RATE, NULL},
	{"afterPerSecond", "with it,\n/s", CELL_RATE, NULL},
	{"relativeChange", "more", CELL_PERCENT, "?"},
};
static const struct column limiter_list[] = {
	{"client", "client", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"qps", "limit\n/s", CELL_RATE, "none"},
	{"burst", "burst", CELL_COUNT, "-"},
	{"ownPerSecond", "kubelet's\nown asks /s", CELL_RATE, NULL},
	{"withFeaturesPerSecond", "with it\nasks /s", CELL_RATE, NULL},
	{"full", "share of\nthe limit", CELL_RATE, "-"},
	{"over", "over\nit", CELL_YES_NO, "?"},
	{"throughPerSecond", "goes\nthrough /s", CELL_RATE, "?"},
	{"atOnce", "requests of\na round", CELL_RATE, "-"},
	{"roundHeldBackSeconds", "which is held\nback by", CELL_SECONDS, "-"},
};
static const struct column change_list[] = {
	{"call", "of the kubelet's own", CELL_TEXT, NULL},
	{"nodes", "nodes", CELL_COUNT, NULL},
	{"beforePerSecondPerNode", "before,\n/s and node", CELL_RATE, "?"},
	{"afterPerSecondPerNode", "after,\n/s and node", CELL_RATE, "?"},
	{"differencePerSecond", "difference,\n/s", CELL_RATE, "?"},
};

const struct columns estimate_call_columns = COLUMNS_OF(call_list);
const struct columns estimate_watch_columns = COLUMNS_OF(watch_list);
const struct columns estimate_total_columns = COLUMNS_OF(total_list);
const struct columns estimate_limiter_columns = COLUMNS_OF(limiter_list);
const struct columns estimate_change_columns = COLUMNS_OF(change_list);

const char estimate_peaks_alone[] =
	"The busiest second is that of each call alone: those that pass one limiter do not "
	"add up.";

/* ------------------------------------------------------------------ text and Markdown */

static void head(const struct json *result, enum show how, struct str *out)
{
	const struct json *f = json_child(json_get(result, "features"));
	double churn = json_as_num(json_get(result, "churnPodsPerSecond"));
	char rate[FORMAT_BYTES];

	for (; f; f = json_next(f)) {
		const struct json *title = json_get(f, "title");

		str_addf(out, "%s%s%s", how == SHOW_MARKDOWN ? "**" : "Feature ",
			json_as_str(json_get(f, "name")), how == SHOW_MARKDOWN ? "**" : "");
		if (json_is_str(title))
			str_addf(out, ": %s", json_as_str(title));
		str_addf(out, "%s\n", how == SHOW_MARKDOWN ? "  " : "");
	}
	str_addf(out, "%.0f pods a node on kubelet %s, ",
		json_as_num(json_get(result, "podsPerNode")),
		json_as_str(json_get(result, "kubelet")));
	if (churn > 0)
		str_addf(out,
			"%s pods a second come and go in the cluster; closed form, counts "
			"only.\n",
			format_rate(rate, sizeof(rate), churn));
	else
		str_add(out, "none comes or goes; closed form, counts only.\n");
	estimate_defaults(result, how == SHOW_MARKDOWN ? "`" : "", out);
}

const struct json *estimate_largest(const struct json *call)
{
	const struct json *size = json_child(json_get(call, "clusters")), *last = size;

	for (; size; size = json_next(size))
		last = size;
	return last;
}

void estimate_if_it_fails(const struct json *call, struct str *out)
{
	const struct json *failing, *rejected;
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	str_add(out, json_as_str(json_get(call, "ifItFails")));
	failing = json_get(estimate_largest(call), "perSecondWhileFailing");
	rejected = json_get(estimate_largest(call), "perSecondWhileRejected");
	if (json_is_num(failing) && json_as_num(failing) > 0)
		str_addf(out,
			"; %s/s while all fail, %s/s while all are rejected (429, "
			"which client-go itself tries again)",
			format_rate(a, sizeof(a), json_as_num(failing)),
			format_rate(b, sizeof(b), json_as_num(rejected)));
}

void estimate_defaults(const struct json *result, const char *quote, struct str *out)
{
	const char *defaults = json_as_str(json_get(result, "defaults"));
	const char *over = json_as_str(json_get(result, "over"));

	if (over)
		str_addf(out,
			"Laid over %s%s%s as it is in the long run: its start and its script "
			"are no part of it.\n",
			quote, over, quote);

	if (defaults)
		str_addf(out, "Not given, so these are the defaults: %s%s%s.\n", quote,
			defaults, quote);
}

void estimate_symbols(
	const struct json *result, const char *indent, enum show how, struct str *out)
{
	const struct json *symbol = json_child(json_get(result, "symbols"));

	for (; symbol; symbol = json_next(symbol)) {
		const char *name = json_as_str(json_get(symbol, "symbol"));
		const char *means = json_as_str(json_get(symbol, "means"));

		if (how == SHOW_MARKDOWN)
			str_addf(out, "%s- `%s`: %s\n", indent, name, means);
		else
			str_addf(out, "%s%-2s  %s\n", indent, name, means);
	}
}

/* Once, if they are the same in all clusters, else a line each. */
static void in_words(const struct json *call, struct str *out)
{
	const struct json *first = json_child(json_get(call, "clusters"));
	const char *words = json_as_str(json_get(first, "words"));
	bool same = true;

	for (const struct json *size = first; size; size = json_next(size))
		same &= !strcmp(json_as_str(json_get(size, "words")), words);
	if (same)
		str_addf(out, " %s\n", words);
	else
		str_add_char(out, '\n');
	if (!same)
		estimate_by_sizes(call, "words", "    ", "\n", out);
}

static void formulas(const struct json *result, enum show how, struct str *out)
{
	const char *quote = how == SHOW_MARKDOWN ? "`" : "";
	const struct json *call = json_child(json_get(result, "calls"));
	struct str end = {0};

	if (!call)
		return;
	str_addf(&end, "%s\n", quote);
	str_add(out, how == SHOW_MARKDOWN ? "\nHow, on a node:\n\n" : "\nHow, on a node\n");
	for (; call; call = json_next(call)) {
		str_add(out, how == SHOW_MARKDOWN ? "- `" : "  ");
		estimate_call_name(call, out);
		str_add(out, quote);
		estimate_added_by(result, call, out);
		str_addf(out, ", by %s:", json_as_str(json_get(call, "sender")));
		in_words(call, out);
		estimate_by_sizes(call, "formula", how == SHOW_MARKDOWN ? "    `" : "    ",
			str_text(&end), out);
		if (json_is_str(json_get(call, "ifItFails"))) {
			str_add(out, "    if it fails: ");
			estimate_if_it_fails(call, out);
			str_add_char(out, '\n');
		}
		estimate_by_sizes(call, "why", "    does not hold: ", "\n", out);
	}
	str_fini(&end);
	if (json_child(json_get(result, "symbols")))
		str_add(out, how == SHOW_MARKDOWN ? "\nSymbols:\n\n" : "  Symbols\n");
	estimate_symbols(result, how == SHOW_MARKDOWN ? "" : "    ", how, out);
}

/* "; of get pods, patch pods/status and 3 more the least counts". */
static void incomplete(const struct json *total, struct str *out)
{
	enum { NAMED = 6 };
	const struct json *name = json_child(json_get(total, "incomplete"));
	uint32_t n = 0, more = 0;

	for (; name; name = json_next(name)) {
		if (n < NAMED)
			str_addf(out, "%s%s", n ? ", " : "; the least counts of ",
				json_as_str(name));
		more += n++ >= NAMED;
	}
	if (more)
		str_addf(out, " and %u more", more);
}

/* "  api of 100 nodes: the limiter of client kube lets ...". */
static void reasons(const struct json *result, enum show how, struct str *out)
{
	const struct json *total = json_child(json_get(result, "totals"));
	char nodes[FORMAT_BYTES];
	bool any = false;

	for (; total; total = json_next(total)) {
		if (json_as_bool(json_get(total, "holds")))
			continue;
		if (!any)
			str_add(out,
				"\nAt least: what has no closed form counts as nothing or "
				"as that of pods at rest, a full limiter\nas what it lets "
				"through. Of calls that wait less is sure than of those that "
				"do\nnot, so it may be less than before.\n");
		any = true;
		str_addf(out, "%s%s of %s: %s", how == SHOW_MARKDOWN ? "- " : "  ",
			json_as_str(json_get(total, "of")),
			format_nodes(
				nodes, sizeof(nodes), json_as_num(json_get(total, "nodes"))),
			json_as_str(json_get(total, "why")));
		incomplete(total, out);
		str_add_char(out, '\n');
	}
}

/* The totals have all rows, those of the features, too. */
static bool something_fails(const struct json *result)
{
	const struct json *total = json_child(json_get(result, "totals"));

	for (; total; total = json_next(total))
		if (!json_as_bool(json_get(total, "holds")))
			return true;
	return false;
}

void estimate_own_toll(const struct json *result, struct str *out)
{
	str_add(out, json_as_num(json_get(result, "churnPodsPerSecond")) > 0
			     ? "The kubelet's own toll is that of pods at rest and of those "
			       "that come and go; a relist that\nmeets a pod between two steps "
			       "of its start or end looks at it once more."
			     : "The kubelet's own toll is that of pods at rest.");
}

enum { NOTE_WIDTH = 100 };

static void foot(const struct json *result, enum show how, struct str *out)
{
	str_add(out,
		"\nSpread: the busiest second of ten minutes on average, of nodes at phases of "
		"their "
		"own. Aligned: all\nin the same second, as after a common start; what follows "
		"upon events: all pods of all nodes at once.\n");
	str_addf(out, "%s\n", estimate_peaks_alone);
	estimate_own_toll(result, out);
	str_add_char(out, '\n');
	if (something_fails(result) || json_as_num(json_get(result, "churnPodsPerSecond")) > 0)
		str_addf(out, "Every call simulated, with limiters and pod starts:\n%s%s%s\n",
			how == SHOW_MARKDOWN ? "`" : "  ",
			json_as_str(json_get(result, "simulate")),
			how == SHOW_MARKDOWN ? "`" : "");
	str_add_char(out, '\n');
	classes_note(result, how == SHOW_MARKDOWN ? SIZE_MAX : NOTE_WIDTH, out);
}

void estimate_show(const struct json *result, enum show how, struct str *out)
{
	struct json *calls = estimate_by_size(result, false, ESTIMATE_NAMED_ONCE);
	struct json *watches = estimate_by_size(result, true, ESTIMATE_NAMED_ONCE);
	struct json *changes = estimate_named(json_get(result, "changes"), ESTIMATE_NAMED_ONCE);
	struct json *totals = estimate_totals(result), *limiters = estimate_limiters(result);
	const struct titled_table adds[] =
		{
			{"Calls that it adds", estimate_call_columns, calls},
			{"Watches that it adds", estimate_watch_columns, watches},
			{"What it changes, by 0.1 % or more", estimate_change_columns, changes},
		},
				  beside[] = {
					  {"Beside the kubelet's own toll",
						  estimate_total_columns, totals},
					  {"Limiters of clients, per node",
						  estimate_limiter_columns, limiters},
				  };

	head(result, how, out);
	for (size_t i = 0; i < sizeof(adds) / sizeof(adds[0]); i++)
		table_titled(how, &adds[i], out);
	formulas(result, how, out);
	table_titled(how, &beside[0], out);
	reasons(result, how, out);
	table_titled(how, &beside[1], out);
	foot(result, how, out);
	json_free(calls);
	json_free(watches);
	json_free(changes);
	json_free(totals);
	json_free(limiters);
}

void estimate_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array(), *flat = json_array();
	const struct json *call = json_child(json_get(result, "calls"));

	for (; call; call = json_next(call)) {
		const struct json *size = json_child(json_get(call, "clusters"));

		for (; size; size = json_next(size)) {
			struct json *row = json_object();

			for (const struct json *at = json_child(call); at; at = json_next(at))
				if (strcmp(json_key(at), "clusters") != 0)
					json_put(row, json_key(at), json_clone(at));
			for (const struct json *at = json_child(size); at; at = json_next(at))
				json_put(row, json_key(at), json_clone(at));
			json_append(flat, row);
		}
	}
	table_csv_add(table, "calls", flat);
	table_csv_add(table, "symbols", json_get(result, "symbols"));
	table_csv_add(table, "changes", json_get(result, "changes"));
	table_csv_add(table, "totals", json_get(result, "totals"));
	table_csv_add(table, "limiters", json_get(result, "limiters"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(flat);
	json_free(table);
}
