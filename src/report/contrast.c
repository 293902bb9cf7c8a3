/* SPDX-License-Identifier: Apache-2.0 */
#include "report/contrast.h"

#include <stdbool.h>
#include <string.h>

#include "report/format.h"
#include "report/table.h"

static const struct column runtime_columns[] = {
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"design", "design", CELL_TEXT, NULL},
	{"callsPerSecondPerNode", "calls/s", CELL_RATE, NULL},
	{"closedFormPerNode", "formula", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"callsPerSecondCluster", "cluster", CELL_RATE, NULL},
	{"wholeKubeletPerNode", "whole", CELL_RATE, NULL},
	{"recordsPerSecondPerNode", "records/s", CELL_RATE, NULL},
	{"detectionSeconds.mean", "death seen", CELL_SECONDS, NULL},
	{"detectionSeconds.p99", "p99", CELL_SECONDS, NULL},
	{"cpuCoresPerNode.runtimeAdded", "CPU runtime", CELL_CORES, NULL},
	{"cpuCoresPerNode.kubelet", "kubelet", CELL_CORES, NULL},
};
static const struct column object_columns[] = {
	{"podsPerNode", "pods", CELL_COUNT, NULL},
	{"design", "design", CELL_TEXT, NULL},
	{"ttlSeconds", "TTL", CELL_COUNT, ""},
	{"requestsPerSecond.mean", "req/s", CELL_RATE, NULL},
	{"closedForm", "formula", CELL_RATE, NULL},
	{"closedFormDifference", "diff", CELL_PERCENT, NULL},
	{"requestsPerSecond.peak", "peak", CELL_COUNT, NULL},
	{"nominal", "quoted", CELL_RATE, NULL},
	{"openWatches", "watches", CELL_COUNT, NULL},
	{"reopensPerSecond", "reopens/s", CELL_RATE, NULL},
	{"distinctPerNode", "distinct", CELL_RATE, NULL},
	{"sharingFactor", "sharing", CELL_RATE, NULL},
	{"stalenessSeconds.mean", "stale", CELL_SECONDS, NULL},
	{"stalenessSeconds.p99", "p99", CELL_SECONDS, NULL},
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
		"%s nodes, every one simulated; %.0f container%s a pod; kubelet %s on %s at "
		"rest for %.0f s; seed %.0f\n",
		format_count(nodes, sizeof(nodes), parameter(result, "nodes")),
		parameter(result, "containers"), parameter(result, "containers") > 1 ? "s" : "",
		parameter_text(result, "kubelet"), parameter_text(result, "runtime"),
		parameter(result, "durationSeconds"), parameter(result, "seed"));
}

static const char runtime_intro[] =
	"How a kubelet finds out what its containers do: every pod's worker asks the runtime "
	"every 10 s (polling, until 1.1), or a PLEG does it for all pods: lists them every "
	"second (generic; ondemand and parallel inspect sooner) or hears events (evented). "
	"Calls/s of a node, in the cluster, of the whole kubelet; time until a death is seen; "
	"cores added on a node.";

static void object_intro(const struct json *result, struct str *out)
{
	str_add(out, "How it gets the secret that each pod mounts (");
	if (!strcmp(parameter_text(result, "sharedBy"), "pod"))
		str_add(out, "one a pod");
	else
		str_addf(out, "one for each of %.0f namespaces",
			parameter(result, "namespaces"));
	str_add(out, "): a GET at every sync of every pod, a cache for a TTL, a watch each, "
		     "one watch a node (bulkwatch); until 1.2 once, never again. Requests/s in "
		     "the cluster, the quoted arithmetic; how stale a changed secret is.");
}

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

/* What the CPU columns rest on: the fit beside what was measured. */
static void cpu_note(const struct json *result, struct str *out)
{
	const struct json *cost = json_get(result, "cost");
	const struct json *points = json_get(json_get(cost, "runtime"), "added");
	const struct json *ratios = json_get(cost, "pollingOverGeneric");
	const char *comma = "";

	if (!json_is_object(cost)) {
		str_add(out, "CPU is not told: this runtime has no calibration.");
		return;
	}
	str_addf(out,
		"CPU: cores added, by %s, without polling's cache refresher. Its runtime, "
		"fitted (measured) at",
		json_as_str(json_get(cost, "calibration")));
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
	str_addf(out, ". Published of Docker's time: %.0f.",
		json_as_num(json_get(json_get(result, "published"), "factor")));
}

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

enum { WIDTH = 110 };

static void wrapped_note(void (*note)(const struct json *, struct str *),
	const struct json *result, struct str *out)
{
	struct str text = {0};

	note(result, &text);
	wrapped(str_text(&text), WIDTH, out);
	str_fini(&text);
}

static double most_pods(const struct json *result)
{
	const struct json *list = json_get(json_get(result, "parameters"), "podsPerNode");
	double most = 0;

	for (const struct json *pods = json_child(list); pods; pods = json_next(pods))
		most = json_as_num(pods) > most ? json_as_num(pods) : most;
	return most;
}

/* Whether a row says nothing on the one screen that others do not: a design that asks nothing,
 * and, below the highest density, those that are as another design or as at any density. */
static bool is_spared(const struct json *row, double most)
{
	static const char *const spared[] = {"ondemand", "parallel", "bulkwatch"};
	const char *design = json_as_str(json_get(row, "design"));

	if (!strcmp(design, "never"))
		return true;
	for (size_t i = 0; i < N(spared); i++)
		if (!strcmp(design, spared[i]))
			return json_as_num(json_get(row, "podsPerNode")) < most;
	return false;
}

static void screen_table(const struct column *columns, size_t n, const struct json *result,
	const char *half, struct str *out)
{
	struct json *rows = json_array();

	for (const struct json *row = json_child(json_get(result, half)); row;
		row = json_next(row))
		if (!is_spared(row, most_pods(result)))
			json_append(rows, json_clone(row));
	table_text(columns, n, rows, "", out);
	json_free(rows);
}

void contrast_text(const struct json *result, struct str *out)
{
	title(result, out);
	wrapped(runtime_intro, WIDTH, out);
	screen_table(runtime_columns, N(runtime_columns), result, "runtime", out);
	wrapped_note(cpu_note, result, out);
	wrapped_note(object_intro, result, out);
	screen_table(object_columns, N(object_columns), result, "objects", out);
	for (const struct json *s = json_child(json_get(result, "summary")); s;
		s = json_next(s))
		wrapped(json_as_str(s), WIDTH, out);
}

static void note_line(void (*note)(const struct json *, struct str *),
	const struct json *result, struct str *out)
{
	struct str text = {0};

	note(result, &text);
	wrapped(str_text(&text), SIZE_MAX, out);
	str_fini(&text);
}

void contrast_markdown(const struct json *result, struct str *out)
{
	title(result, out);
	str_add(out, "\n### The runtime half\n\n");
	wrapped(runtime_intro, SIZE_MAX, out);
	str_add_char(out, '\n');
	table_markdown(runtime_columns, N(runtime_columns), json_get(result, "runtime"), out);
	str_add_char(out, '\n');
	note_line(cpu_note, result, out);
	str_add(out, "\n### The object half\n\n");
	note_line(object_intro, result, out);
	str_add_char(out, '\n');
	table_markdown(object_columns, N(object_columns), json_get(result, "objects"), out);
	for (const struct json *s = json_child(json_get(result, "summary")); s;
		s = json_next(s))
		str_addf(out, "\n%s\n", json_as_str(s));
}

/* ------------------------------------------------------------------ CSV */

static const struct column csv_columns[] = {
	{"half", "", CELL_TEXT, NULL},
	{"design", "", CELL_TEXT, NULL},
	{"ttlSeconds", "", CELL_TEXT, NULL},
	{"podsPerNode", "", CELL_TEXT, NULL},
	{"callsPerSecondPerNode", "", CELL_TEXT, NULL},
	{"callsPerSecondCluster", "", CELL_TEXT, NULL},
	{"wholeKubeletPerNode", "", CELL_TEXT, NULL},
	{"closedFormPerNode", "", CELL_TEXT, NULL},
	{"recordsPerSecondPerNode", "", CELL_TEXT, NULL},
	{"detectionSeconds.mean", "", CELL_TEXT, NULL},
	{"detectionSeconds.p99", "", CELL_TEXT, NULL},
	{"cpuCoresPerNode.kubelet", "", CELL_TEXT, NULL},
	{"cpuCoresPerNode.runtime", "", CELL_TEXT, NULL},
	{"cpuCoresPerNode.runtimeAdded", "", CELL_TEXT, NULL},
	{"cpuCoresPerNode.calibration", "", CELL_TEXT, NULL},
	{"requestsPerSecond.mean", "", CELL_TEXT, NULL},
	{"requestsPerSecond.peak", "", CELL_TEXT, NULL},
	{"getsPerSecond", "", CELL_TEXT, NULL},
	{"openWatches", "", CELL_TEXT, NULL},
	{"reopensPerSecond", "", CELL_TEXT, NULL},
	{"closedForm", "", CELL_TEXT, NULL},
	{"closedFormDifference", "", CELL_TEXT, NULL},
	{"nominal", "", CELL_TEXT, NULL},
	{"distinctPerNode", "", CELL_TEXT, NULL},
	{"sharingFactor", "", CELL_TEXT, NULL},
	{"stalenessSeconds.mean", "", CELL_TEXT, NULL},
	{"stalenessSeconds.p99", "", CELL_TEXT, NULL},
};

void contrast_csv(const struct json *result, struct str *out)
{
	static const char *const halves[] = {"runtime", "objects"};
	struct json *rows = json_array();

	for (size_t i = 0; i < N(halves); i++)
		for (const struct json *row = json_child(json_get(result, halves[i])); row;
			row = json_next(row)) {
			struct json *copy = json_clone(row);

			json_put_str(copy, "half", halves[i]);
			json_append(rows, copy);
		}
	table_csv(csv_columns, N(csv_columns), rows, out);
	json_free(rows);
}
