/* SPDX-License-Identifier: Apache-2.0 */
/* A Contrast in sentences: what is what, and what must be known to read its columns. */
#include "report/contrast_priv.h"

#include <stdbool.h>
#include <string.h>

#include "report/format.h"
#include "report/table.h"

static double parameter(const struct json *result, const char *name)
{
	return json_as_num(json_get(json_get(result, "parameters"), name));
}

static const char *parameter_text(const struct json *result, const char *name)
{
	return json_as_str(json_get(json_get(result, "parameters"), name));
}

void contrast_title(const struct json *result, struct str *out)
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

const char contrast_runtime_question[] =
	"How does a kubelet, the agent of a node, find out what its containers do?";
static const struct contrast_design runtime_list[] = {
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
const struct contrast_designs contrast_runtime_designs = COLUMNS_OF(runtime_list);

/* How to read the columns of the screen. */
const char contrast_runtime_note[] =
	"calls/s: made to find out (polling's cache refresher included), simulated and by "
	"closed "
	"form (- where that does not hold); all calls: of a node's whole kubelet; records/s: "
	"containers listed to a node; "
	"death seen: from a container's death until its kubelet knows, mean and 99 %; CPU: "
	"cores "
	"that finding out adds on a node.";

void contrast_object_question(const struct json *result, struct str *out)
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

static const struct contrast_design object_list[] = {
	{"never", "up to 1.2: fetched when the pod starts, and never again"},
	{"get", "a GET from the API server at every sync of every pod"},
	{"cache", "the pods of a node share a GET for a time: 60 s, or what the cluster's size "
		  "sets"},
	{"watch", "a watch for each secret of a node; after 5 to 10 minutes it is opened anew"},
	{"bulkwatch", "one watch a node for all its secrets (promised in 2017, never built)"},
};
const struct contrast_designs contrast_object_designs = COLUMNS_OF(object_list);

const char contrast_object_note[] =
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

void contrast_runtime_reasons(const struct json *result, struct str *out)
{
	reasons(json_get(result, "runtime"), out);
}

void contrast_object_reasons(const struct json *result, struct str *out)
{
	reasons(json_get(result, "objects"), out);
}

/* What a node's pods mount depends on the density alone: said once for all designs. */
void contrast_sharing(const struct json *result, struct str *out)
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

/* "get 5, cache 5" */
static void burst_objective(const struct json *rows, struct str *out)
{
	const char *comma = "";

	str_add(out,
		" 99 % of the starts take 5 s at most, as Kubernetes' objective has it, of "
		"so many pods at once:");
	for (const struct json *r = json_child(rows); r; r = json_next(r), comma = ",")
		str_addf(out, "%s %s %.0f", comma, json_as_str(json_get(r, "design")),
			json_as_num(json_get(r, "podsWithinObjective")));
	str_add_char(out, '.');
}

/* Whoever waits for its objects tells of fewer beginnings. */
static void burst_statuses(const struct json *rows, struct str *out)
{
	double least = 0, most = 0;

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		double n = json_as_num(json_get(r, "statusesPerPod"));

		least = r == json_child(rows) || n < least ? n : least;
		most = n > most ? n : most;
	}
	str_addf(out,
		" What fills the limiter early holds a pod's first status back until it is its "
		"last, too: %.1f to %.1f statuses a pod.",
		least, most);
}

/* What the designs feel like. */
void contrast_burst_words(const struct json *result, struct str *out)
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
	burst_statuses(rows, out);
	burst_objective(rows, out);
}

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

void contrast_cpu_words(const struct json *result, struct str *out)
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
/* "cache 60 s": what a row is called. */
void contrast_label(const struct json *row, struct str *label)
{
	const struct json *ttl = json_get(row, "ttlSeconds");

	str_reset(label);
	str_add(label, json_as_str(json_get(row, "design")));
	if (json_is_num(ttl))
		str_addf(label, " %.0f s", json_as_num(ttl));
}
