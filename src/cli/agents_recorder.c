/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agents_recorder.h"

#include <stdio.h>
#include <time.h>

#include "apiserver/ttl.h"
#include "models/recording.h"
#include "models/tables.h"

enum { PHASES = 2, STARTUP = 0, QUIET = 1 };

/* Those that API servers answer kubelets by, and none; the first is no part of a row's name. */
static const int codes[] = {
	200, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504, 0};
enum { CODES = sizeof(codes) / sizeof(codes[0]) };

struct recorder {
	const struct scenario *s;
	ns_t from, quiet_from; /* startup, quiet: until the end */
	uint32_t *count;       /* [nodes][PHASES][calls][CODES] */
};

/* What no phase of a Recording says, or validate could not simulate from it. */
static const char *unspeakable(const struct scenario *s)
{
	enum object_design d = s->kubelet.objects.design;

	if (s->nodes > RECORDED_NODES_MAX)
		return "a Recording has 1000 nodes at most";
	if (d != OBJECT_GET && d != OBJECT_CACHE && d != OBJECT_WATCH)
		return "kubelet.objects.design: a Recording knows get, cache and watch";
	if (s->n_script)
		return "script: in a Recording all pods are created at once, at its "
		       "start";
	if (s->workload.replace_pod_every || s->workload.batch.arrival_every ||
		s->workload.container_death_every || s->workload.crash_looping)
		return "pods that come, go or die: a Recording of agents has a start and a "
		       "quiet time";
	return NULL;
}

int recorder_new(
	struct recorder **r, const struct scenario *s, struct arena *mem, struct err *err)
{
	const char *what = unspeakable(s);

	if (what)
		return err_set(err, ERR_INPUT, "--recording: %s", what);
	*r = ARENA_NEW(mem, struct recorder);
	(*r)->s = s;
	/* Pods that come after the warm-up find kubelets that are up, as in recordings of real
	 * ones; else the kubelets' own start is counted with theirs. */
	(*r)->from = s->start == START_AFTER_WARMUP ? s->warmup : 0;
	(*r)->quiet_from = s->start == START_AFTER_WARMUP ? NS_NEVER : s->warmup;
	(*r)->count =
		ARENA_ARRAY(mem, uint32_t, (size_t)s->nodes * PHASES * s->calls.n * CODES);
	return 0;
}

static uint32_t *counts_of(
	const struct recorder *r, uint32_t node, uint32_t phase, uint32_t call)
{
	return &r->count[(((size_t)node * PHASES + phase) * r->s->calls.n + call) * CODES];
}

void recorder_count(struct recorder *r, uint32_t node, ns_t now, uint16_t call, int code)
{
	uint32_t *n = counts_of(r, node, now < r->quiet_from ? STARTUP : QUIET, call);

	if (now < r->from)
		return;
	if (code >= 200 && code < 300)
		code = 200;
	for (uint32_t i = 0; i < CODES; i++)
		n[i] += codes[i] == code;
}

/* ------------------------------------------------------------------ settings */

static void put_seconds(struct json *o, const char *key, ns_t t)
{
	json_put_num(o, key, (double)t / (double)NS_S);
}

static void put_duration(struct json *o, const char *key, ns_t t)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lldms", (long long)(t / NS_MS));
	json_put_str(o, key, text);
}

static void put_rate(struct json *o, const char *key, int64_t milli)
{
	json_put_num(o, key, milli < 0 ? -1 : (double)milli / 1000);
}

static struct json *kubelet_of(const struct kubelet_model *k)
{
	static const char *const pleg[] = {[PLEG_GENERIC] = "Generic",
		[PLEG_EVENTED] = "Evented",
		[PLEG_ONDEMAND] = "OnDemand",
		[PLEG_PARALLEL] = "Parallel",
		[PLEG_POLLING] = "Polling"};
	struct json *o = json_object();

	json_put_str(o, "version", k->name);
	put_duration(o, "syncFrequency", k->worker.sync_frequency);
	put_rate(o, "kubeAPIQPS", k->client[CLIENT_MAIN].qps_milli);
	json_put_int(o, "kubeAPIBurst", k->client[CLIENT_MAIN].burst);
	put_rate(o, "eventRecordQPS", k->client[CLIENT_EVENTS].qps_milli);
	json_put_int(o, "eventBurst", k->client[CLIENT_EVENTS].burst);
	json_put_str(o, "pleg", pleg[k->pleg.design]);
	put_duration(o, "relistPeriod", k->pleg.relist_period);
	json_put_bool(o, "events", k->events.enabled);
	return o;
}

static struct json *workload_of(const struct workload_model *w)
{
	struct json *o = json_object(), *objects = json_array();

	json_put_int(o, "namespaces", w->namespaces);
	json_put_str(o, "placement", word_of(words_placement, 2, w->placement));
	json_put_int(o, "containersPerPod", w->containers);
	put_seconds(o, "terminationGracePeriodSeconds", w->grace);
	for (uint32_t i = 0; i < w->n_objects; i++) {
		struct json *object = json_object();

		json_put_str(object, "resource", w->objects[i].resource);
		json_put_str(object, "name", w->objects[i].name);
		json_put_str(
			object, "sharedBy", word_of(words_sharing, 4, w->objects[i].shared_by));
		json_append(objects, object);
	}
	json_put(o, "objects", objects);
	json_put_bool(o, "imagePresent", w->image_present);
	json_put_str(o, "imagePullPolicy", w->pull_always ? "Always" : "IfNotPresent");
	json_put_int(o, "images", w->images);
	json_put_bool(o, "exitOnSIGTERM", w->exit_on_sigterm);
	return o;
}

/* ------------------------------------------------------------------ counts */

/* Of a request, whoever makes it: a Recording is what an audit log has of a node, by name. */
static uint32_t count_of(
	const struct recorder *r, uint32_t node, uint32_t phase, uint32_t call, uint32_t k)
{
	const struct calls *c = &r->s->calls;
	uint32_t n = 0;

	for (uint32_t i = call; i < c->n; i++)
		if (c->alike[i] == call)
			n += counts_of(r, node, phase, i)[k];
	return n;
}

/* As results and audit logs name it. */
static void put_count(struct json *api, const struct call_name *call, uint32_t n, uint32_t k)
{
	char name[96], code[16] = "";
	int status = codes[k];

	if (!status)
		(void)snprintf(code, sizeof(code), " lost");
	else if (status != codes[0])
		(void)snprintf(code, sizeof(code), " %d", status);
	(void)snprintf(name, sizeof(name), "%s %s%s", call->verb, call->resource, code);
	if (n)
		json_put_int(api, name, n);
}

/* Nothing, if it has counted nothing. */
static void put_phase(
	const struct recorder *r, uint32_t node, uint32_t phase, ns_t time, struct json *phases)
{
	const struct calls *c = &r->s->calls;
	struct json *o = json_object(), *api = json_object();

	for (uint32_t i = 0; time > 0 && i < c->n; i++)
		for (uint32_t k = 0; c->alike[i] == i && k < CODES; k++)
			put_count(api, &c->name[i], count_of(r, node, phase, i, k), k);
	if (!json_size(api)) {
		json_free(api);
		json_free(o);
		return;
	}
	json_put_str(o, "action", phase == STARTUP ? "createAllPods" : "none");
	if (phase == STARTUP && r->from == 0)
		json_put_bool(o, "kubeletStarts", true);
	if (phase == QUIET)
		put_seconds(o, "restSeconds", 0);
	put_seconds(o, "apiSeconds", time);
	json_put(o, "api", api);
	json_put(phases, phase == STARTUP ? "startup" : "quiet", o);
}

static struct json *node_of(const struct recorder *r, const char *name, uint32_t node, ns_t end)
{
	static const char *const strategy[] = {
		[OBJECT_GET] = "Get", [OBJECT_CACHE] = "Cache", [OBJECT_WATCH] = "Watch"};
	const struct scenario *s = r->s;
	struct json *o = json_object(), *phases = json_object();
	char text[64];

	(void)snprintf(text, sizeof(text), "%.40s-%u", name, node);
	json_put_str(o, "name", text);
	json_put_str(o, "changeDetectionStrategy", strategy[s->kubelet.objects.design]);
	json_put_int(o, "pods", s->workload.pods);
	if (ttl_of(s) >= 0)
		put_seconds(o, "nodeTTLAnnotationSeconds", ttl_of(s));
	put_phase(r, node, STARTUP, ns_min(r->quiet_from, end) - r->from, phases);
	put_phase(r, node, QUIET, end - r->quiet_from, phases);
	json_put(o, "phases", phases);
	return o;
}

struct json *recorder_json(const struct recorder *r, const char *name, ns_t end)
{
	struct json *o = json_object(), *meta = json_object(), *nodes = json_array();
	time_t now = time(NULL);
	struct tm day;
	char date[16] = "";

	if (gmtime_r(&now, &day))
		(void)strftime(date, sizeof(date), "%Y-%m-%d", &day);
	json_put_str(o, "apiVersion", "nodetoll/v1alpha1");
	json_put_str(o, "kind", "Recording");
	json_put_str(meta, "name", r->s->name);
	json_put_str(meta, "recorded", date);
	json_put(o, "metadata", meta);
	json_put_str(o, "about",
		"Hollow nodes of `nodetoll agents`: requests as an audit log counts them, a "
		"watch when it opens; and lost ones, which had no answer.");
	json_put(o, "kubelet", kubelet_of(&r->s->kubelet));
	json_put_str(o, "runtime", r->s->runtime.name);
	json_put(o, "workload", workload_of(&r->s->workload));
	for (uint32_t i = 0; i < r->s->nodes; i++)
		json_append(nodes, node_of(r, name, i, end));
	json_put(o, "nodes", nodes);
	return o;
}
