/* SPDX-License-Identifier: Apache-2.0 */
/* What a feature calls and writes: questions 1, 2 and 4. */
#include <string.h>

#include "report/classes.h"
#include "report/estimate.h"
#include "report/estimate_priv.h"
#include "report/format.h"
#include "report/prr_priv.h"
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

static const char peaks[] =
	"Peak second: the busiest of ten minutes on average, of nodes at phases of their own; "
	"aligned: all nodes in the same second, as after a common start.";

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
		str_addf(out, "- Watch of `%s`%s: %s open at %s, one for each.",
			json_as_str(json_get(call, "resource")),
			strcmp(json_as_str(json_get(call, "scope")), "cluster") != 0
				? ""
				: ", all of the cluster",
			format_count(a, sizeof(a), json_as_num(json_get(size, "openWatches"))),
			format_nodes(b, sizeof(b), json_as_num(json_get(size, "nodes"))));
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

void prr_new_calls(const struct json *result, struct str *out)
{
	struct json *rows = prr_flat(result, true);

	prr_question("Will enabling / using this feature result in any new API calls?", out);
	if (json_child(rows)) {
		str_add(out, "Yes.\n\n");
		table_markdown(call_columns, N(call_columns), rows, out);
		str_addf(out, "\n%s\n%s\n", peaks, estimate_peaks_alone);
		prr_formulas(result, true, out);
		watches(result, out);
	} else {
		str_add(out, "No.\n");
	}
	prr_own_calls(result, false, out);
	str_add(out, "\nWhat controllers write in answer to what is written here is not "
		     "modelled.\n");
	json_free(rows);
}

/* Whether a call before it names the same resource. */
static bool is_named(const struct json *calls, const struct json *call)
{
	const char *resource = json_as_str(json_get(call, "resource"));

	for (const struct json *c = json_child(calls); c != call; c = json_next(c))
		if (prr_is_api(c) && !strcmp(json_as_str(json_get(c, "resource")), resource))
			return true;
	return false;
}

void prr_new_types(const struct json *result, struct str *out)
{
	const struct json *calls = json_get(result, "calls");
	bool any = false;

	prr_question(
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

static bool writes(const struct json *call)
{
	static const char *const verbs[] = {"create", "update", "patch", "delete"};
	const char *verb = json_as_str(json_get(call, "verb"));

	for (size_t i = 0; prr_is_api(call) && i < N(verbs); i++)
		if (!strcmp(verb, verbs[i]))
			return true;
	return false;
}

/* ", 500 B each on the wire, 4.3 GB a day". */
static void of_bytes(const char *each, const struct json *bytes, const struct json *a_second,
	const char *where, struct str *out)
{
	char a[FORMAT_BYTES];

	str_addf(out, "%s %s each%s", each, format_size(a, sizeof(a), json_as_num(bytes)),
		where);
	if (json_is_num(a_second))
		str_addf(out, ", %s a day",
			format_size(a, sizeof(a),
				json_as_num(bytes) * json_as_num(a_second) * DAY_SECONDS));
}

/* "8,640,000 new objects a day".  A write carries what changes, and etcd has the whole object
 * anew. */
static void written(const struct json *call, struct str *out)
{
	const struct json *size = estimate_largest(call), *rate = json_get(size, "perSecond");
	const struct json *bytes = json_get(call, "bytes");
	const struct json *stored = json_get(call, "storedBytes");
	const char *verb = json_as_str(json_get(call, "verb"));
	const char *what = !strcmp(verb, "create")   ? "new objects"
			   : !strcmp(verb, "delete") ? "objects fewer"
						     : "writes";
	double a_day = json_as_num(rate) * DAY_SECONDS;
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (json_is_num(rate))
		str_addf(out, "%s %s a day at %s", format_count(a, sizeof(a), a_day), what,
			format_nodes(b, sizeof(b), json_as_num(json_get(size, "nodes"))));
	else
		str_addf(out, "how many %s a day is unknown", what);
	if (strcmp(verb, "delete") != 0) {
		if (json_is_num(bytes))
			of_bytes(",", bytes, rate, " with the answer", out);
		if (json_is_num(stored))
			of_bytes("; etcd writes the whole object,", stored, rate, "", out);
		else
			str_add(out,
				"; how large the object is that etcd writes is not known, so "
				"what it stores is not modelled");
	}
	str_add(out, ".\n");
}

void prr_existing_objects(const struct json *result, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));
	bool any = false;

	prr_question(
		"Will enabling / using this feature result in increasing size or count of the "
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
