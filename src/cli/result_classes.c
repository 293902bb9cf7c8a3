/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_classes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static struct json *list_of(const char *const *words)
{
	struct json *list = json_array();

	for (; *words; words++)
		json_append_str(list, *words);
	return list;
}

/* Append an entry; takes calls (NULL: of all) over.  by: names, NULL behind the last. */
static void add(struct json *classes, const char *class, const char *const *fields,
	struct json *calls, const char *const *by)
{
	struct json *entry = json_object();

	json_put_str(entry, "class", class);
	json_put(entry, "fields", list_of(fields));
	json_put(entry, "calls", calls ? calls : json_null());
	json_put(entry, "by", list_of(by));
	json_append(classes, entry);
}

static const char *const by_rules[] = {NULL};

/* The calibration of a runtime's times, or its model where it has none; and a server's model,
 * as `nodetoll models explain` takes them. */
struct sources {
	char runtime[2 * MODEL_NAME], apiserver[2 * MODEL_NAME];
};

static struct sources sources_of(const struct scenario *s)
{
	struct sources by;
	bool calibrated = *s->runtime.calibration != '\0';

	(void)snprintf(by.runtime, sizeof(by.runtime), "%s%s", calibrated ? "" : "runtime:",
		calibrated ? s->runtime.calibration : s->runtime.name);
	(void)snprintf(by.apiserver, sizeof(by.apiserver), "apiserver:%s", s->apiserver.name);
	return by;
}

/* ------------------------------------------------------------------ calls */

static bool is_guess(const struct doc_node *latency, const struct origins *origins)
{
	const struct doc_node *mean = doc_get(latency, "mean");
	const struct origin *origin = mean ? origin_find(origins, mean) : NULL;

	return !origin || origin->is == EVIDENCE_ASSUMED || origin->is == EVIDENCE_NONE;
}

/* Whether nobody measured the mean of a latency; one that was set is no measurement either.  Of
 * reads by etcd and from the watch cache one is as good as the only one that kubelets make. */
static bool is_assumed(const struct doc_node *latency, const struct origins *origins)
{
	const struct doc_node *cached = doc_get(latency, "cached");

	return is_guess(latency, origins) && (!cached || is_guess(cached, origins));
}

static const struct doc_node *runtime_latency(
	const struct doc_node *spec, const struct json *row, struct str *name)
{
	str_add(name, json_as_str(json_get(row, "operation")));
	return doc_get(doc_get(doc_get(spec, "runtime"), "operations"), str_text(name));
}

static const struct doc_node *api_latency(
	const struct doc_node *spec, const struct json *row, struct str *name)
{
	const struct doc_node *server = doc_get(spec, "apiserver");
	const struct doc_node *own;

	str_addf(name, "%s %s", json_as_str(json_get(row, "verb")),
		json_as_str(json_get(row, "resource")));
	own = doc_get(doc_get(server, "latency"), str_text(name));
	return own ? own : doc_get(server, "other");
}

static bool has(const struct json *list, const char *word)
{
	for (const struct json *v = json_child(list); v; v = json_next(v))
		if (!strcmp(json_as_str(v), word))
			return true;
	return false;
}

/* The calls of a list by what their times are. */
static void add_calls(struct json *classes, const struct doc_node *spec,
	const struct origins *origins, const struct json *rows, const char *const *fields,
	const char *by)
{
	struct json *known = json_array(), *assumed = json_array();
	struct str name = {0};

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const struct doc_node *latency;
		struct json *list;

		str_reset(&name);
		latency = json_get(r, "operation") ? runtime_latency(spec, r, &name)
						   : api_latency(spec, r, &name);
		list = is_assumed(latency, origins) ? assumed : known;
		if (!has(list, str_text(&name)))
			json_append_str(list, str_text(&name));
	}
	str_fini(&name);
	if (json_child(known))
		add(classes, "calibrated", fields, json_clone(known),
			(const char *const[]){by, NULL});
	if (json_child(assumed))
		add(classes, "assumed", fields, json_clone(assumed), by_rules);
	json_free(known);
	json_free(assumed);
}

/* ------------------------------------------------------------------ kinds */

struct json *result_classes(const struct scenario *s, const struct doc_node *spec,
	const struct origins *origins, const struct json *result)
{
	static const char *const counted[] = {"runtime[].count", "runtime[].perSecond",
		"runtime[].perSecondPerNode", "runtime[].peakSecond", "api[].count",
		"api[].perSecond", "api[].perSecondPerNode", "api[].peakSecond", "requests",
		"recordsListed", "watchEvents", "relist.count", "pods.started", "pods.removed",
		"pods.completed", "watches", "objects", "series", NULL};
	static const char *const runtime[] = {"runtime[].latencySeconds", "runtime[].bytes",
		"runtime[].bytesPerSecond", NULL};
	static const char *const api[] = {"api[].latencySeconds", "api[].limiterSeconds",
		"api[].bytes", "api[].bytesPerSecond", NULL};
	static const char *const servers[] = {"apiserver", NULL};
	static const char *const times[] = {"slo", "relist.durationSeconds",
		"relist.intervalSeconds", "detectionSeconds", "stalenessSeconds",
		"pods.startedSeconds", "pods.startBudget", "pods.runningSeconds",
		"pods.burstSeconds", "pods.removedSeconds", "pods.goneSeconds", "health",
		"verdict", "ending", NULL};
	struct json *classes = json_array();
	const struct sources by = sources_of(s);
	const char *const both[] = {by.runtime, by.apiserver, NULL};

	add(classes, "counted", counted, NULL, by_rules);
	add_calls(classes, spec, origins, json_get(result, "runtime"), runtime, by.runtime);
	add_calls(classes, spec, origins, json_get(result, "api"), api, by.apiserver);
	if (json_is_object(json_get(result, "apiserver")))
		add(classes, "calibrated", servers, NULL,
			(const char *const[]){s->apiserver.costs.calibration, NULL});
	add(classes, "calibrated", times, NULL, both);
	return classes;
}

struct json *contrast_classes(const struct scenario *base, const char *cpu)
{
	static const char *const counted[] = {"runtime[].callsPerSecondPerNode",
		"runtime[].callsPerSecondCluster", "runtime[].wholeKubeletPerNode",
		"runtime[].wholeClosedFormPerNode", "runtime[].closedFormPerNode",
		"runtime[].closedFormDifference", "runtime[].recordsPerSecondPerNode",
		"runtime[].byOperation", "objects[].requestsPerSecond",
		"objects[].getsPerSecond", "objects[].openWatches",
		"objects[].reopensPerSecond", "objects[].closedForm",
		"objects[].closedFormDifference", "objects[].nominal",
		"objects[].distinctPerNode", "objects[].sharingFactor", NULL};
	static const char *const times[] = {"runtime[].detectionSeconds",
		"objects[].stalenessSeconds", "burst[].runningSeconds", NULL};
	static const char *const cores[] = {"runtime[].cpuCoresPerNode", "cost", NULL};
	struct json *classes = json_array();
	const struct sources by = sources_of(base);
	const char *const both[] = {by.runtime, by.apiserver, NULL};

	add(classes, "counted", counted, NULL, by_rules);
	add(classes, "calibrated", times, NULL, both);
	if (cpu)
		add(classes, "calibrated", cores, NULL, (const char *const[]){cpu, NULL});
	return classes;
}

struct json *validation_classes(const struct scenario *s)
{
	static const char *const counted[] = {"rows[] of source api, cri and wire", "rowsTotal",
		"rowsWithin", "coverage", "steadyRowsOf500", NULL};
	static const char *const times[] = {
		"rows[] of source latency", "runningSeconds", "others", NULL};
	struct json *classes = json_array();
	const struct sources by = sources_of(s);
	const char *const both[] = {by.runtime, by.apiserver, NULL};

	add(classes, "counted", counted, NULL, by_rules);
	add(classes, "calibrated", times, NULL, both);
	return classes;
}

/* What ran on sockets was counted there; how late it was is this machine's. */
struct json *agreement_classes(void)
{
	static const char *const counted[] = {"rows", "rowsTotal", "rowsWithin", "rowsAgree",
		"live.nodesReady", "live.podsRunning", "live.requests", "live.errors", NULL};
	static const char *const times[] = {"live.lagP99Seconds", NULL};
	static const char *const here[] = {"this run's own clock", NULL};
	struct json *classes = json_array();

	add(classes, "counted", counted, NULL, by_rules);
	add(classes, "calibrated", times, NULL, here);
	return classes;
}
