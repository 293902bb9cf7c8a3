/* SPDX-License-Identifier: Apache-2.0 */
#include "report/contrast.h"

#include <stdbool.h>
#include <string.h>

#include "report/format.h"
#include "report/table.h"

/* The screen's: a design at its densities, then the next.  Markdown and CSV have more. */
static const struct column runtime_screen[] = {
	{"label", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"callsPerSecondPerNode", "calls/s\na node", CELL_RATE, NULL},
	{"closedFormPerNode", "closed\nform", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"callsPerSecondCluster", "calls/s\ncluster", CELL_RATE, NULL},
	{"wholeKubeletPerNode", "all\ncalls", CELL_RATE, NULL},
	{"recordsPerSecondPerNode", "records\n/s", CELL_RATE, NULL},
	{"detectionSeconds.mean", "death\nseen", CELL_SECONDS, NULL},
	{"detectionSeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
	{"cpuCoresPerNode.runtimeAdded", "runtime\nCPU", CELL_CORES, NULL},
	{"cpuCoresPerNode.kubelet", "kubelet\nCPU", CELL_CORES, NULL},
};
static const struct column object_screen[] = {
	{"label", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"requestsPerSecond.mean", "requests\n/s", CELL_RATE, NULL},
	{"closedForm", "closed\nform", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"requestsPerSecond.peak", "peak\nsecond", CELL_COUNT, NULL},
	{"nominal", "quoted\n/s", CELL_RATE, NULL},
	{"openWatches", "watches\nopen", CELL_COUNT, NULL},
	{"reopensPerSecond", "opened\n/s", CELL_RATE, NULL},
	{"stalenessSeconds.mean", "change\nseen", CELL_SECONDS, NULL},
	{"stalenessSeconds.p99", "99 %\nwithin", CELL_SECONDS, NULL},
};

static const struct column runtime_columns[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"callsPerSecondPerNode", "calls/s a node", CELL_RATE, NULL},
	{"closedFormPerNode", "closed form", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"callsPerSecondCluster", "calls/s cluster", CELL_RATE, NULL},
	{"wholeKubeletPerNode", "all calls", CELL_RATE, NULL},
	{"wholeClosedFormPerNode", "closed form", CELL_RATE, NULL},
	{"recordsPerSecondPerNode", "records/s", CELL_RATE, NULL},
	{"detectionSeconds.mean", "death seen", CELL_SECONDS, NULL},
	{"detectionSeconds.p99", "99 % within", CELL_SECONDS, NULL},
	{"cpuCoresPerNode.runtimeAdded", "runtime CPU", CELL_CORES, NULL},
	{"cpuCoresPerNode.runtime", "with idle", CELL_CORES, NULL},
	{"cpuCoresPerNode.kubelet", "kubelet CPU", CELL_CORES, NULL},
};
static const struct column object_columns[] = {
	{"design", "design", CELL_TEXT, NULL},
	{"ttlSeconds", "TTL s", CELL_COUNT, ""},
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"requestsPerSecond.mean", "requests/s", CELL_RATE, NULL},
	{"closedForm", "closed form", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"requestsPerSecond.peak", "peak second", CELL_COUNT, NULL},
	{"getsPerSecond", "GETs/s", CELL_RATE, NULL},
	{"nominal", "quoted/s", CELL_RATE, NULL},
	{"openWatches", "watches open", CELL_COUNT, NULL},
	{"reopensPerSecond", "opened/s", CELL_RATE, NULL},
	{"distinctPerNode", "secrets a node", CELL_RATE, NULL},
	{"sharingFactor", "pods a secret", CELL_RATE, NULL},
	{"stalenessSeconds.mean", "change seen", CELL_SECONDS, NULL},
	{"stalenessSeconds.p99", "99 % within", CELL_SECONDS, NULL},
};
#define N(columns) (sizeof(columns) / sizeof((columns)[0]))

static double parameter(const struct json *result, const char *name)
{
	return json_as_num(json_get(json_get(result, "parameters"), name));
}

static const char *parameter_text(const struct json *result, const char *name)
{
	return json_as_str(json_get(json_get(result, "parameters"), name));
}

static void title(const struct json *result, struct str *out)
{
	char nodes[FORMAT_BYTES];

	str_addf(out,
		"%s node%s, every one simulated; %.0f container%s a pod; kubelet %s on %s; at "
		"rest for %.0f s; seed %.0f",
		format_count(nodes, sizeof(nodes), parameter(result, "nodes")),
		format_plural(parameter(result, "nodes")), parameter(result, "containers"),
		format_plural(parameter(result, "containers")),
		parameter_text(result, "kubelet"), parameter_text(result, "runtime"),
		parameter(result, "durationSeconds"), parameter(result, "seed"));
}

/* ------------------------------------------------------------------ what is what */

struct design {
	const char *name;
	const char *words;
};

static const char runtime_question[] =
	"How does a kubelet, the agent of a node, find out what its containers do?";
static const struct design runtime_designs[] = {
	{"polling",
		"up to Kubernetes 1.1: every pod's worker asks the runtime, all of them every "
		"10 s"},
	{"generic",
		"since 1.2: one loop, the PLEG, lists all containers every second, inspects "
		"changes"},
	{"evented",
		"the runtime tells of changes on a stream; a list every 5 minutes, to be safe"},
	{"ondemand",
		"generic, and a worker that changed its pod has it looked at at once (1.36)"},
	{"parallel", "generic, with the changed pods inspected side by side (proposed, never "
		     "merged)"},
};

/* How to read the columns of the screen. */
static const char runtime_columns_note[] =
	"calls/s: made to find out (polling's cache refresher included), simulated and by "
	"closed "
	"form (- where that does not hold); all calls: of a node's whole kubelet; records/s: "
	"containers listed to a node; "
	"death seen: from a container's death until its kubelet knows, mean and 99 %; CPU: "
	"cores "
	"that finding out adds on a node.";

static void object_question(const struct json *result, struct str *out)
{
	str_add(out, "How does it get the secret that each pod mounts (");
	if (!strcmp(parameter_text(result, "sharedBy"), "pod"))
		str_add(out, "one a pod");
	else if (parameter(result, "namespaces") == 1)
		str_add(out, "one for all, in one namespace");
	else
		str_addf(out, "one for each of %.0f namespaces",
			parameter(result, "namespaces"));
	str_add(out, ")?");
}

static const struct design object_designs[] = {
	{"never", "up to 1.2: fetched when the pod starts, and never again"},
	{"get", "a GET from the API server at every sync of every pod"},
	{"cache", "the pods of a node share a GET for a time: 60 s, or what the cluster's size "
		  "sets"},
	{"watch", "a watch for each secret of a node; after 5 to 10 minutes it is opened anew"},
	{"bulkwatch", "one watch a node for all its secrets (promised in 2017, never built)"},
};

static const char object_columns_note[] =
	"requests/s: in the cluster, for secrets alone (GETs, LISTs and openings of watches), "
	"simulated and by closed form (- where that does not hold); quoted: the usual "
	"arithmetic, a GET a sync or TTL; opened: watches; change seen: from a secret's change "
	"until a pod's volume shows it, mean and 99 %.";

static const char *reason_of(const struct json *row)
{
	const struct json *why = json_get(row, "closedFormReason");

	return json_is_str(why) ? json_as_str(why) : "";
}

/* Whether a row before `until` says that, of that design (NULL: of any). */
static bool was_said(
	const struct json *rows, const struct json *until, const char *why, const char *design)
{
	for (const struct json *r = json_child(rows); r && r != until; r = json_next(r))
		if (!strcmp(reason_of(r), why) &&
			(!design || !strcmp(design, json_as_str(json_get(r, "design")))))
			return true;
	return false;
}

/* "get, cache": the designs of which that is said. */
static void designs_with(const struct json *rows, const char *why, struct str *out)
{
	const char *comma = "";

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const char *design = json_as_str(json_get(r, "design"));

		if (strcmp(reason_of(r), why) != 0 || was_said(rows, r, why, design))
			continue;
		str_addf(out, "%s %s", comma, design);
		comma = ",";
	}
}

/* Where there is no closed form, and why. */
static void reasons(const struct json *rows, struct str *out)
{
	bool any = false;

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const char *why = reason_of(r);

		if (!*why || was_said(rows, r, why, NULL))
			continue;
		str_add(out, any ? "; for" : "No closed form for");
		designs_with(rows, why, out);
		str_addf(out, ": %s", why);
		any = true;
	}
	if (any)
		str_add(out, ".");
}

static void runtime_reasons(const struct json *result, struct str *out)
{
	reasons(json_get(result, "runtime"), out);
}

static void object_reasons(const struct json *result, struct str *out)
{
	reasons(json_get(result, "objects"), out);
}

/* What a node's pods mount depends on the density alone: said once for all designs. */
static void sharing_note(const struct json *result, struct str *out)
{
	const struct json *rows = json_get(result, "objects");
	const char *first = json_as_str(json_get(json_child(rows), "design"));
	const char *comma = "";
	char secrets[FORMAT_BYTES], pods[FORMAT_BYTES];

	str_add(out, "Secrets that the pods of a node mount, and pods to a secret:");
	for (const struct json *r = json_child(rows); r && first; r = json_next(r)) {
		if (strcmp(json_as_str(json_get(r, "design")), first) != 0)
			continue;
		str_addf(out, "%s %s and %s at %.0f pod%s", comma,
			format_rate(secrets, sizeof(secrets),
				json_as_num(json_get(r, "distinctPerNode"))),
			format_rate(
				pods, sizeof(pods), json_as_num(json_get(r, "sharingFactor"))),
			json_as_num(json_get(r, "podsPerNode")),
			format_plural(json_as_num(json_get(r, "podsPerNode"))));
		comma = ",";
	}
	str_add_char(out, '.');
}

/* " get 61.2 (95.6)", " cache of 300 s 30.2 (50.7)" */
static void burst_design(const struct json *row, struct str *out)
{
	const struct json *median = table_value(row, "runningSeconds.p50");
	const struct json *ttl = json_get(row, "ttlSeconds");

	str_addf(out, " %s", json_as_str(json_get(row, "design")));
	if (json_is_num(ttl))
		str_addf(out, " of %.0f s", json_as_num(ttl));
	if (json_is_num(median))
		str_addf(out, " %.1f (%.1f)", json_as_num(median),
			json_as_num(table_value(row, "runningSeconds.max")));
	else
		str_add(out, " not all within 30 minutes");
}

/* What the designs feel like. */
static void burst_note(const struct json *result, struct str *out)
{
	const struct json *rows = json_get(result, "burst");
	double pods = json_as_num(json_get(json_child(rows), "podsPerNode"));
	const char *comma = "";

	str_addf(out,
		"A burst: %.0f pod%s created at once on one node, seconds until the median "
		"(the "
		"last) is seen running:",
		pods, format_plural(pods));
	for (const struct json *r = json_child(rows); r; r = json_next(r), comma = ",") {
		str_add(out, comma);
		burst_design(r, out);
	}
	str_addf(out,
		". Secrets and statuses wait in the same limiter of the kubelet; means of %.0f "
		"seeds.",
		parameter(result, "burstSeeds"));
}

static const char rest_note[] = "Not on this screen: calls by operation and the fit of the CPU "
				"(-o json, csv); GETs alone, "
				"the closed form of all calls and the runtime's CPU with its "
				"idle part (-o markdown, too). "
				"docs/METRICS.md names every figure.";

/* ------------------------------------------------------------------ what CPU rests on */

/* "; polling 0.0024 (0.0030), ...": of the points of a design, fitted and measured. */
static void fitted(
	const struct json *points, const char *design, const char *called, struct str *out)
{
	const char *comma = "";

	str_addf(out, " %s", called);
	for (const struct json *p = json_child(points); p; p = json_next(p)) {
		if (strcmp(json_as_str(json_get(p, "design")), design) != 0)
			continue;
		str_addf(out, "%s %.4f (%.4f)", comma, json_as_num(json_get(p, "predicted")),
			json_as_num(json_get(p, "measured")));
		comma = ",";
	}
}

/* The fit of the runtime beside what was measured. */
static void residuals(const struct json *cost, struct str *out)
{
	const struct json *points = json_get(json_get(cost, "runtime"), "added");
	const struct json *ratios = json_get(cost, "pollingOverGeneric");
	const char *comma = "";

	str_add(out, " Its runtime, fitted (measured) at");
	for (const struct json *r = json_child(ratios); r; r = json_next(r), comma = ",")
		str_addf(out, "%s %.0f", comma, json_as_num(json_get(r, "podsPerNode")));
	str_addf(out,
		" pods of %.0f containers:", json_as_num(json_get(cost, "containersPerPod")));
	fitted(points, "generic", "relist", out);
	str_add(out, ";");
	fitted(points, "polling", "polling", out);
	str_add(out, "; polling over relist");
	comma = "";
	for (const struct json *r = json_child(ratios); r; r = json_next(r), comma = ",")
		str_addf(out, "%s %.1f (%.1f)", comma, json_as_num(json_get(r, "predicted")),
			json_as_num(json_get(r, "measured")));
	str_add(out, ".");
}

static void cpu_note(const struct json *result, struct str *out)
{
	const struct json *cost = json_get(result, "cost");
	const struct json *reason =
		table_value(json_child(json_get(result, "runtime")), "cpuCoresPerNode.reason");

	if (json_is_object(cost))
		str_addf(out, "CPU: by %s, without polling's cache refresher.",
			json_as_str(json_get(cost, "calibration")));
	if (json_is_object(json_get(cost, "runtime")))
		residuals(cost, out);
	if (json_is_str(reason))
		str_addf(out, "%sCPU not told: %s.", str_len(out) ? " " : "",
			json_as_str(reason));
	str_addf(out, " Published of Docker's time: a factor of %.0f.",
		json_as_num(json_get(json_get(result, "published"), "factor")));
}

/* ------------------------------------------------------------------ text */

enum { WIDTH = 100 };

/* Words on lines of at most width. */
static void wrapped(const char *text, size_t width, struct str *out)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");

		if (column && column + 1 + len > width) {
			str_add_char(out, '\n');
			column = 0;
		}
		if (column) {
			str_add_char(out, ' ');
			column++;
		}
		str_add_n(out, text, len);
		column += len;
		text += len;
		text += *text != '\0';
	}
	str_add_char(out, '\n');
}

static void note(void (*words)(const struct json *, struct str *), size_t width,
	const struct json *result, struct str *out)
{
	struct str text = {0};

	words(result, &text);
	if (str_len(&text))
		wrapped(str_text(&text), width, out);
	str_fini(&text);
}

static void legend(const struct design *designs, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		str_addf(out, "  %-9s  %s\n", designs[i].name, designs[i].words);
}

/* "cache 60 s": what a row is called. */
static void label_of(const struct json *row, struct str *label)
{
	const struct json *ttl = json_get(row, "ttlSeconds");

	str_reset(label);
	str_add(label, json_as_str(json_get(row, "design")));
	if (json_is_num(ttl))
		str_addf(label, " %.0f s", json_as_num(ttl));
}

/* Append the rows of that label; the first of them shows it. */
static void add_rows(const struct json *from, const char *wanted, struct json *rows)
{
	struct str label = {0};
	bool first = true;

	for (const struct json *row = json_child(from); row; row = json_next(row)) {
		struct json *copy;

		label_of(row, &label);
		if (strcmp(str_text(&label), wanted) != 0)
			continue;
		copy = json_clone(row);
		json_put_str(copy, "label", first ? wanted : "");
		json_append(rows, copy);
		first = false;
	}
	str_fini(&label);
}

static bool has_label(const struct json *rows, const char *label)
{
	for (const struct json *row = json_child(rows); row; row = json_next(row))
		if (!strcmp(json_as_str(json_get(row, "label")), label))
			return true;
	return false;
}

/* A design at all densities, then the next one. */
static void screen_table(
	const struct column *columns, size_t n, const struct json *from, struct str *out)
{
	struct json *rows = json_array();
	struct str label = {0};

	for (const struct json *row = json_child(from); row; row = json_next(row)) {
		label_of(row, &label);
		if (!has_label(rows, str_text(&label)))
			add_rows(from, str_text(&label), rows);
	}
	table_text(columns, n, rows, "", out);
	str_fini(&label);
	json_free(rows);
}

void contrast_text(const struct json *result, struct str *out)
{
	note(title, WIDTH, result, out);
	str_addf(out, "\n%s\n", runtime_question);
	legend(runtime_designs, N(runtime_designs), out);
	wrapped(runtime_columns_note, WIDTH, out);
	screen_table(runtime_screen, N(runtime_screen), json_get(result, "runtime"), out);
	note(runtime_reasons, WIDTH, result, out);
	note(cpu_note, WIDTH, result, out);
	str_add_char(out, '\n');
	note(object_question, WIDTH, result, out);
	legend(object_designs, N(object_designs), out);
	wrapped(object_columns_note, WIDTH, out);
	screen_table(object_screen, N(object_screen), json_get(result, "objects"), out);
	note(object_reasons, WIDTH, result, out);
	note(sharing_note, WIDTH, result, out);
	note(burst_note, WIDTH, result, out);
	wrapped(rest_note, WIDTH, out);
	str_add_char(out, '\n');
	for (const struct json *s = json_child(json_get(result, "summary")); s;
		s = json_next(s))
		wrapped(json_as_str(s), WIDTH, out);
}

/* ------------------------------------------------------------------ Markdown */

static void bullets(const struct design *designs, size_t n, struct str *out)
{
	str_add_char(out, '\n');
	for (size_t i = 0; i < n; i++)
		str_addf(out, "- **%s**: %s\n", designs[i].name, designs[i].words);
	str_add_char(out, '\n');
}

void contrast_markdown(const struct json *result, struct str *out)
{
	note(title, SIZE_MAX, result, out);
	str_addf(out, "\n### %s\n", runtime_question);
	bullets(runtime_designs, N(runtime_designs), out);
	table_markdown(runtime_columns, N(runtime_columns), json_get(result, "runtime"), out);
	str_addf(out, "\n%s\n\n", runtime_columns_note);
	note(runtime_reasons, SIZE_MAX, result, out);
	note(cpu_note, SIZE_MAX, result, out);
	str_add(out, "\n### ");
	note(object_question, SIZE_MAX, result, out);
	bullets(object_designs, N(object_designs), out);
	table_markdown(object_columns, N(object_columns), json_get(result, "objects"), out);
	str_addf(out, "\n%s\n\n", object_columns_note);
	note(object_reasons, SIZE_MAX, result, out);
	note(burst_note, SIZE_MAX, result, out);
	for (const struct json *s = json_child(json_get(result, "summary")); s;
		s = json_next(s))
		str_addf(out, "\n%s\n", json_as_str(s));
}
