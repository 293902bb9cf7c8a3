/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_classes_priv.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "models/models.h"

static struct json *list_of(const char *const *words)
{
	struct json *list = json_array();

	for (; *words; words++)
		json_append_str(list, *words);
	return list;
}

/* Append an entry.  of: the calls or resources that it is about; NULL: about all.  It and the
 * list of names by are taken over. */
static void add_of(struct json *classes, const char *class, const char *const *fields,
	const char *key, struct json *of, struct json *by)
{
	struct json *entry = json_object();

	json_put_str(entry, "class", class);
	json_put(entry, "fields", list_of(fields));
	if (strcmp(key, "calls") != 0)
		json_put(entry, "calls", json_null());
	json_put(entry, key, of ? of : json_null());
	json_put(entry, "by", by);
	json_append(classes, entry);
}

void classes_add(struct json *classes, const char *class, const char *const *fields,
	struct json *calls, const char *const *by)
{
	add_of(classes, class, fields, "calls", calls, list_of(by));
}

const char *const classes_by_rules[] = {NULL};

struct classes_sources classes_sources_of(const struct scenario *s)
{
	struct classes_sources by;
	bool calibrated = *s->runtime.calibration != '\0';

	(void)snprintf(by.runtime, sizeof(by.runtime), "%s%s", calibrated ? "" : "runtime:",
		calibrated ? s->runtime.calibration : s->runtime.name);
	(void)snprintf(by.apiserver, sizeof(by.apiserver), "apiserver:%s", s->apiserver.name);
	return by;
}

/* ------------------------------------------------------------------ calls */

bool classes_is_guess(const struct doc_node *value, const struct origins *origins)
{
	const struct origin *origin = value ? origin_find(origins, value) : NULL;

	return !origin || origin->is == EVIDENCE_ASSUMED || origin->is == EVIDENCE_NONE;
}

/* Whether nobody measured the mean of a latency; one that was set is no measurement either.  Of
 * reads by etcd and from the watch cache one is as good as the only one that kubelets make. */
static bool is_assumed(const struct doc_node *latency, const struct origins *origins)
{
	const struct doc_node *cached = doc_get(latency, "cached");

	return classes_is_guess(doc_get(latency, "mean"), origins) &&
	       (!cached || classes_is_guess(doc_get(cached, "mean"), origins));
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

bool classes_has(const struct json *list, const char *word)
{
	for (const struct json *v = json_child(list); v; v = json_next(v))
		if (!strcmp(json_as_str(v), word))
			return true;
	return false;
}

struct classes_sorted classes_sorted(void)
{
	return (struct classes_sorted){.known = json_array(), .guessed = json_array()};
}

void classes_sort(struct classes_sorted *to, const char *name, bool guess)
{
	struct json *list = guess ? to->guessed : to->known;

	if (!classes_has(list, name))
		json_append_str(list, name);
}

void classes_add_sorted(struct json *classes, struct classes_sorted *names, const char *key,
	const char *const *fields, const char *by)
{
	if (json_child(names->known))
		add_of(classes, "calibrated", fields, key, names->known,
			list_of((const char *const[]){by, NULL}));
	else
		json_free(names->known);
	if (json_child(names->guessed))
		add_of(classes, "assumed", fields, key, names->guessed,
			list_of(classes_by_rules));
	else
		json_free(names->guessed);
}

/* The calls of a list by what their times are. */
static void add_calls(struct json *classes, const struct doc_node *spec,
	const struct origins *origins, const struct json *rows, const char *const *fields,
	const char *by)
{
	struct classes_sorted calls = classes_sorted();
	struct str name = {0};

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const struct doc_node *latency;

		str_reset(&name);
		latency = json_get(r, "operation") ? runtime_latency(spec, r, &name)
						   : api_latency(spec, r, &name);
		classes_sort(&calls, str_text(&name), is_assumed(latency, origins));
	}
	str_fini(&name);
	classes_add_sorted(classes, &calls, "calls", fields, by);
}

/* ------------------------------------------------------------------ on sockets */

/* What ran on sockets was counted there; how long it took, and how late it was, is this
 * machine's.  Runtimes are not there: theirs stay the model's. */
static const char this_clock[] = "this run's own clock";
static const char *const by_this_clock[] = {this_clock, NULL};
static const char *const by_sockets[] = {
	"timers", "rules", "what went over the agents' sockets", NULL};

static bool is_live(const struct json *result)
{
	return json_get(result, "live") != NULL;
}

static void add_requests_live(struct json *classes)
{
	static const char *const sizes[] = {"api[].bytes", "api[].bytesPerSecond", NULL};
	static const char *const times[] = {
		"api[].latencySeconds", "api[].limiterSeconds", NULL};

	classes_add(classes, "counted", sizes, NULL, by_sockets);
	classes_add(classes, "calibrated", times, NULL, by_this_clock);
}

/* ------------------------------------------------------------------ times of several calls */

static bool is_any(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strncmp(word, *words, strlen(*words)))
			return true;
	return false;
}

/* Objectives leave out watches, which stay open; and no pod waits for events or heartbeats, nor
 * for what loops ask the runtime for their own ends. */
static bool is_awaited(const struct json *row, unsigned on)
{
	static const char *const looks[] = {"list_podsandbox", "list_containers",
		"podsandbox_status", "container_status", "inspect_container", NULL};
	static const char *const of_loops[] = {"list_container_stats", "image_fs_info",
		"list_images", "status", "version", NULL};
	static const char *const apart[] = {"events", "nodes", "leases", NULL};
	const char *op = json_as_str(json_get(row, "operation"));
	const char *resource = json_as_str(json_get(row, "resource"));

	if (op)
		return (on & ON_RUNTIME && !is_any(op, of_loops)) ||
		       (on & ON_LOOKS && is_any(op, looks));
	if (!strcmp(json_as_str(json_get(row, "verb")), "watch"))
		return false;
	return on & ON_REQUESTS || (on & ON_PODS && !is_any(resource, apart));
}

static void add_guesses(
	const struct classes_model *m, const char *list, unsigned on, struct json *guesses)
{
	const struct json *row = json_child(json_get(m->result, list));

	for (; row; row = json_next(row)) {
		struct str name = {0};
		const struct doc_node *latency = json_get(row, "operation")
							 ? runtime_latency(m->spec, row, &name)
							 : api_latency(m->spec, row, &name);

		if (is_awaited(row, on) && is_assumed(latency, m->origins) &&
			!classes_has(guesses, str_text(&name)))
			json_append_str(guesses, str_text(&name));
		str_fini(&name);
	}
}

void classes_add_times(struct json *classes, const struct classes_model *m,
	const char *const *fields, unsigned on, const char *const *by)
{
	struct json *guesses = json_array();

	classes_add(classes, "calibrated", fields, NULL, by);
	add_guesses(m, "runtime", on, guesses);
	if (!is_live(m->result))
		add_guesses(m, "api", on, guesses);
	if (json_child(guesses))
		classes_add(classes, "assumed", fields, guesses, classes_by_rules);
	else
		json_free(guesses);
}

/* ------------------------------------------------------------------ storage */

static bool is_guess_of(
	const struct doc_node *object, const char *field, const struct origins *origins)
{
	return classes_is_guess(doc_get(object, field), origins);
}

/* What etcd has, by resource: how many objects and changes follows from rules; how large they
 * are, and who watches all of them, from the server's model. */
static void add_storage(struct json *classes, const struct scenario *s,
	const struct doc_node *spec, const struct origins *origins, const struct json *storage)
{
	static const char *const sized[] = {"storage.resources[].objectBytes",
		"storage.resources[].storedBytes", "storage.resources[].writtenBytesPerSecond",
		"storage.resources[].readBytesPerSecond", "storage.storedBytes",
		"storage.writtenBytesPerSecond", "storage.readBytesPerSecond",
		"storage.watcherLimit", NULL};
	static const char *const told[] = {"storage.resources[].watchers",
		"storage.resources[].toldPerSecond", "storage.resources[].toldBytesPerSecond",
		"storage.toldPerSecond", "storage.toldBytesPerSecond", "storage.toldCores",
		NULL};
	const struct doc_node *objects =
		doc_get(doc_get(doc_get(spec, "apiserver"), "storage"), "objects");
	bool as_json = s->apiserver.storage.format == STORAGE_JSON;
	bool tells_json = s->apiserver.encoding != ENCODING_PROTOBUF;
	struct classes_sorted by_size = classes_sorted(), by_watchers = classes_sorted();
	const struct classes_sources by = classes_sources_of(s);

	for (const struct json *r = json_child(json_get(storage, "resources")); r;
		r = json_next(r)) {
		const char *name = json_as_str(json_get(r, "resource"));
		const struct doc_node *object = doc_get(objects, name);

		classes_sort(&by_size, name,
			is_guess_of(object, as_json ? "json" : "protobuf", origins));
		classes_sort(&by_watchers, name,
			is_guess_of(object, "watchers", origins) ||
				is_guess_of(object, tells_json ? "json" : "protobuf", origins));
	}
	classes_add_sorted(classes, &by_size, "resources", sized, by.apiserver);
	classes_add_sorted(classes, &by_watchers, "resources", told, by.apiserver);
}

/* ------------------------------------------------------------------ kinds */

struct json *result_classes(const struct scenario *s, const struct doc_node *spec,
	const struct origins *origins, const struct json *result)
{
	static const char *const counted[] = {"runtime[].count", "runtime[].perSecond",
		"runtime[].perSecondPerNode", "runtime[].peakSecond", "api[].count",
		"api[].perSecond", "api[].perSecondPerNode", "api[].peakSecond", "requests",
		"limiters", "recordsListed", "watchEvents", "relist.count", "pods.started",
		"pods.removed", "pods.completed", "pods.httpProbes", "pods.readinessChanges",
		"watches", "objects", "series", "closedForm", "storage.resources[].objects",
		"storage.resources[].eventsPerSecond", "storage.resources[].eventsPeakSecond",
		NULL};
	static const char *const runtime[] = {"runtime[].latencySeconds", "runtime[].bytes",
		"runtime[].bytesPerSecond", NULL};
	static const char *const api[] = {"api[].latencySeconds", "api[].limiterSeconds",
		"api[].bytes", "api[].bytesPerSecond", NULL};
	static const char *const servers[] = {"apiserver", "closedFormServers",
		"storage.etcdCores", "storage.toldCores", NULL};
	static const char *const served[] = {"requests[].rejected", "requests[].retried",
		"requests[].failed", "requests[].givenUp", "requests[].waitedForStream",
		"requests[].inFlight", NULL};
	static const char *const looks[] = {
		"relist.durationSeconds", "relist.intervalSeconds", "detectionSeconds", NULL};
	static const char *const pods[] = {"stalenessSeconds", "pods.startedSeconds",
		"pods.startBudget", "pods.runningSeconds", "pods.burstSeconds",
		"pods.removedSeconds", "pods.completedSeconds", "pods.goneSeconds", NULL};
	static const char *const objectives[] = {"slo", "sloLimits", NULL};
	static const char *const all[] = {"health", "verdict", "ending", NULL};
	const struct classes_model m = {spec, origins, result};
	struct json *classes = json_array();
	const struct classes_sources by = classes_sources_of(s);
	bool live = is_live(result);
	const char *const both[] = {by.runtime, live ? this_clock : by.apiserver, NULL};

	classes_add(classes, "counted", counted, NULL, live ? by_sockets : classes_by_rules);
	add_calls(classes, spec, origins, json_get(result, "runtime"), runtime, by.runtime);
	if (live)
		add_requests_live(classes);
	else
		add_calls(classes, spec, origins, json_get(result, "api"), api, by.apiserver);
	if (json_is_object(json_get(result, "apiserver"))) {
		const char *const costs[] = {s->apiserver.costs.calibration, NULL};

		classes_add(classes, "calibrated", servers, NULL, costs);
		if (s->apiserver.processors > 0) /* else they are answered as they come */
			classes_add(classes, "calibrated", served, NULL, costs);
	}
	add_storage(classes, s, spec, origins, json_get(result, "storage"));
	classes_add_times(classes, &m, looks, ON_LOOKS, both);
	classes_add_times(classes, &m, pods, ON_RUNTIME | ON_PODS, both);
	classes_add_times(classes, &m, objectives, ON_RUNTIME | ON_REQUESTS, both);
	classes_add_times(classes, &m, all, ON_RUNTIME | ON_REQUESTS, both);
	return classes;
}

struct json *agreement_classes(void)
{
	static const char *const counted[] = {"rows", "rowsTotal", "rowsWithin", "rowsAgree",
		"live.nodesReady", "live.podsRunning", "live.requests", "live.errors", NULL};
	static const char *const times[] = {"live.lagP99Seconds", NULL};
	static const char *const ways[] = {
		"timers", "rules", "what the live run asked on its sockets", NULL};
	struct json *classes = json_array();

	classes_add(classes, "counted", counted, NULL, ways);
	classes_add(classes, "calibrated", times, NULL, by_this_clock);
	return classes;
}

struct json *servercounts_classes(void)
{
	static const char *const counted[] = {
		"requests", "connections", "watchEvents", "faults", "api", NULL};
	static const char *const asked[] = {"what was asked of this server", NULL};
	struct json *classes = json_array();

	classes_add(classes, "counted", counted, NULL, asked);
	return classes;
}

/* ------------------------------------------------------------------ incidents */

/* The names of "a, b" that list lacks. */
static void append_names(struct json *list, const char *names)
{
	while (names && *names) {
		size_t len = strcspn(names, ",");
		char name[4 * MODEL_NAME];

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, names);
		if (!classes_has(list, name))
			json_append_str(list, name);
		names += len + strspn(names + len, ", ");
	}
}

/* Whether rows of that class are in a list; by what they are calibrated goes to by. */
static bool gather_class(const struct json *rows, const char *class, struct json *by)
{
	bool any = false;

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const char *rests_on = json_as_str(json_get(r, "restsOn"));

		if (!rests_on || strcmp(rests_on, class) != 0)
			continue;
		any = true;
		append_names(by, json_as_str(json_get(r, "calibration")));
	}
	return any;
}

struct json *incidents_classes(const struct json *rows, const struct json *changes)
{
	static const char *const classes_of[] = {"counted", "calibrated", "assumed"};
	struct json *classes = json_array();

	for (size_t c = 0; c < sizeof(classes_of) / sizeof(classes_of[0]); c++) {
		struct json *by = json_array();
		char field[3][64];
		const char *fields[4] = {NULL};
		size_t n = 0;

		if (gather_class(rows, classes_of[c], by))
			fields[n++] = "rows[].ours";
		if (gather_class(changes, classes_of[c], by)) {
			fields[n++] = "changes[].before";
			fields[n++] = "changes[].after";
		}
		for (size_t i = 0; i < n; i++) {
			(void)snprintf(field[i], sizeof(field[i]), "%s of restsOn %s",
				fields[i], classes_of[c]);
			fields[i] = field[i];
		}
		if (n > 0)
			add_of(classes, classes_of[c], fields, "calls", NULL, by);
		else
			json_free(by);
	}
	return classes;
}
