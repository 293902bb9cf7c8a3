/* SPDX-License-Identifier: Apache-2.0 */
/* What a Contrast and a Validation rest on: their times are of many calls, of which neither has
 * a row. */
#include <stdio.h>
#include <string.h>

#include "cli/result_classes_priv.h"

static const char *const by_rules[] = {NULL};

void classes_calls_add(struct classes_calls *calls, const struct tally_counts *counts)
{
	for (unsigned c = 0; c < CALLS_MAX; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++)
			calls->made[c] = calls->made[c] || counts->count[c][o];
}

static void append_request(struct json *rows, const char *verb, const char *resource)
{
	struct json *row = json_object();

	json_put_str(row, "verb", verb);
	json_put_str(row, "resource", resource);
	json_append(rows, row);
}

static void append_operation(struct json *rows, const char *name)
{
	struct json *row = json_object();

	json_put_str(row, "operation", name);
	json_append(rows, row);
}

/* Calls as a Result has them: by name, and no more of them. */
static struct json *calls_of(const struct classes_calls *calls, const struct calls *names)
{
	struct json *o = json_object(), *runtime = json_array(), *api = json_array();

	for (unsigned op = 0; op < OP_N; op++)
		if (calls->made[op] || calls->made[CALL_HIDDEN + op])
			append_operation(runtime, operation_name((enum operation)op));
	for (uint32_t c = CALL_API; c < names->n; c++)
		if (calls->made[c])
			append_request(api, names->name[c].verb, names->name[c].resource);
	json_put(o, "runtime", runtime);
	json_put(o, "api", api);
	return o;
}

static void add_times_of(struct json *classes, const struct classes_contrast *c,
	const struct classes_calls *calls, const char *const *fields, unsigned on)
{
	struct json *made = calls_of(calls, &c->base->calls);
	const struct classes_model m = {c->spec, c->origins, made};
	const struct classes_sources by = classes_sources_of(c->base);
	const char *const both[] = {by.runtime, by.apiserver, NULL};

	classes_add_times(classes, &m, fields, on, both);
	json_free(made);
}

struct json *contrast_classes(const struct classes_contrast *of, const char *cpu)
{
	static const char *const counted[] = {"runtime[].callsPerSecondPerNode",
		"runtime[].callsPerSecondCluster", "runtime[].wholeKubeletPerNode",
		"runtime[].wholeClosedFormPerNode", "runtime[].closedFormPerNode",
		"runtime[].closedFormDifference", "runtime[].recordsPerSecondPerNode",
		"runtime[].byOperation", "objects[].requestsPerSecond",
		"objects[].getsPerSecond", "objects[].openWatches",
		"objects[].reopensPerSecond", "objects[].closedForm",
		"objects[].closedFormDifference", "objects[].nominal",
		"objects[].distinctPerNode", "objects[].sharingFactor",
		"burst[].statusesPerPod", NULL};
	static const char *const looks[] = {"runtime[].detectionSeconds", NULL};
	static const char *const pods[] = {"objects[].stalenessSeconds",
		"burst[].runningSeconds", "burst[].podsWithinObjective", NULL};
	static const char *const cores[] = {"runtime[].cpuCoresPerNode", "cost", NULL};
	struct json *classes = json_array();

	classes_add(classes, "counted", counted, NULL, by_rules);
	add_times_of(classes, of, &of->looks, looks, ON_LOOKS);
	add_times_of(classes, of, &of->pods, pods, ON_RUNTIME | ON_PODS);
	if (cpu)
		classes_add(
			classes, "calibrated", cores, NULL, (const char *const[]){cpu, NULL});
	return classes;
}

/* "get pods 404" of an audit log, "image_status" of the kubelet's metric; the wire's are the
 * same by the names of CRI. */
static struct json *calls_of_rows(const struct json *rows)
{
	struct json *o = json_object(), *runtime = json_array(), *api = json_array();

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const char *source = json_as_str(json_get(r, "source"));
		const char *call = json_as_str(json_get(r, "call"));
		char verb[40], resource[80];

		if (!strcmp(source, "cri"))
			append_operation(runtime, call);
		else if (!strcmp(source, "api") &&
			 sscanf(call, "%39s %79s", verb, resource) == 2)
			append_request(api, verb, resource);
	}
	json_put(o, "runtime", runtime);
	json_put(o, "api", api);
	return o;
}

struct json *validation_classes(const struct scenario *s, const struct doc_node *spec,
	const struct origins *origins, const struct json *rows)
{
	static const char *const counted[] = {"rows[] of source api, cri and wire", "rowsTotal",
		"rowsWithin", "coverage", "steadyRowsOf500", NULL};
	static const char *const times[] = {
		"rows[] of source latency", "runningSeconds", "others", NULL};
	struct json *classes = json_array(), *made = calls_of_rows(rows);
	const struct classes_model m = {spec, origins, made};
	const struct classes_sources by = classes_sources_of(s);
	const char *const both[] = {by.runtime, by.apiserver, NULL};

	classes_add(classes, "counted", counted, NULL, by_rules);
	classes_add_times(classes, &m, times, ON_RUNTIME | ON_PODS, both);
	json_free(made);
	return classes;
}
