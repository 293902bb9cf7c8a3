/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/result_series.h"
#include "cli/result_server.h"
#include "cli/result_slo.h"
#include "cli/result_storage.h"
#include "models/costs.h"
#include "models/tables.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

const char *api_code(const struct call_name *call, enum outcome what)
{
	switch (what) {
	case OUTCOME_OK:
		return !strcmp(call->verb, "create") ? "201" : "200";
	case OUTCOME_NOT_FOUND:
		return "404";
	case OUTCOME_GONE:
		return "410";
	case OUTCOME_REJECTED:
		return "429";
	case OUTCOME_DEADLINE:
		return "504";
	case OUTCOME_LOST: /* nor has an audit log a status of it */
		return "lost";
	case OUTCOME_ERROR:
	case OUTCOME_N:
		break;
	}
	return "500";
}

const char *cri_code(enum outcome what)
{
	switch (what) {
	case OUTCOME_OK:
		return "OK";
	case OUTCOME_NOT_FOUND:
		return "NotFound";
	case OUTCOME_REJECTED:
		return "ResourceExhausted";
	case OUTCOME_DEADLINE:
		return "DeadlineExceeded";
	case OUTCOME_GONE:
	case OUTCOME_ERROR:
	case OUTCOME_LOST:
	case OUTCOME_N:
		break;
	}
	return "Unknown";
}

const char *failed_code(char buf[FAILED_CODE], uint16_t code)
{
	if (code < 300)
		return "unreadable";
	(void)snprintf(buf, FAILED_CODE, "%u", code);
	return buf;
}

const char *client_of(const struct scenario *s, uint16_t call)
{
	uint8_t client = s->calls.client[call];

	return client == CALL_NOBODYS ? NULL : client_name(&s->kubelet, client);
}

/* ------------------------------------------------------------------ calls */

static double window_seconds(const struct tally_window *w, unsigned side)
{
	return SECONDS(w->until[side] - w->from[side]);
}

static uint32_t peak_second(const struct tally *t, uint16_t call, enum outcome what)
{
	uint32_t peak = 0;

	for (uint32_t s = 0; s < t->seconds; s++) {
		uint32_t n = tally_second_of(t, call, what, s);

		peak = n > peak ? n : peak;
	}
	return peak;
}

static void put_rates(struct json *row, const struct scenario *s, const struct tally *t,
	uint16_t call, uint64_t count)
{
	double rate = (double)count / window_seconds(&t->window[0], !call_is_runtime(call));

	json_put_int(row, "count", (int64_t)count);
	json_put_num(row, "perSecond", rate);
	json_put_num(row, "perSecondPerNode", rate / s->nodes);
}

static void put_peak(struct json *row, const struct tally *t, uint16_t call, enum outcome what)
{
	if (t->seconds)
		json_put_int(row, "peakSecond", peak_second(t, call, what));
	else
		json_put(row, "peakSecond", json_null());
}

/* Whether the models say what an answer carries. */
static bool size_is_known(const struct scenario *s, uint16_t call)
{
	const struct latency *l;

	if (call_is_runtime(call)) {
		l = &s->runtime.op[call < CALL_HIDDEN ? call : call - CALL_HIDDEN];
		return l->bytes || l->record_bytes;
	}
	return costs_bytes(s, call) > 0;
}

/* A size that nobody measured is no zero; live all are.  A failure carries none of what was. */
static void put_bytes(struct json *row, const struct scenario *s, const struct tally *t,
	uint16_t call, enum outcome what)
{
	const struct tally_window *w = &t->window[0];
	uint64_t bytes = w->in.bytes[call];
	bool known =
		what == OUTCOME_OK && !w->in.unsized[call] && (bytes || size_is_known(s, call));
	double seconds = window_seconds(w, !call_is_runtime(call));

	json_put(row, "bytes", known ? json_int((int64_t)bytes) : json_null());
	json_put(
		row, "bytesPerSecond", known ? json_num((double)bytes / seconds) : json_null());
}

/* One for the cluster: nodes run alone, so what waits there for others is not simulated. */
static bool has_unknown_limiter(const struct scenario *s, uint32_t client)
{
	return client != CALL_NOBODYS && client_is_elsewhere(&s->kubelet, client) &&
	       client_limit(&s->kubelet, client) > 0;
}

static void put_call(struct json *row, const struct scenario *s, const struct tally *t,
	uint16_t call, enum outcome what)
{
	put_rates(row, s, t, call, t->window[0].in.count[call][what]);
	put_peak(row, t, call, what);
	put_bytes(row, s, t, call, what);
	if (!t->times)
		return;
	json_put(row, "latencySeconds", json_of_hist(&t->times->took[call][what]));
	if (!call_is_runtime(call))
		json_put(row, "limiterSeconds",
			has_unknown_limiter(s, s->calls.client[call])
				? json_null()
				: json_of_hist(&t->times->held[call - CALL_API][what]));
}

static struct json *runtime_row(
	const struct scenario *s, const struct tally *t, uint16_t call, enum outcome what)
{
	enum operation op = (enum operation)(call < CALL_HIDDEN ? call : call - CALL_HIDDEN);
	const char *method = operation_cri_method(op);
	struct json *row = json_object();

	json_put_str(row, "operation", operation_name(op));
	json_put_str(row, "method", *method ? method : NULL);
	json_put_bool(row, "inMetric", call < CALL_HIDDEN);
	json_put_str(row, "code", cri_code(what));
	put_call(row, s, t, call, what);
	return row;
}

static struct json *api_names(const struct scenario *s, uint16_t call, const char *code)
{
	const struct call_name *name = &s->calls.name[call];
	struct json *row = json_object();

	json_put_str(row, "client", client_of(s, call));
	json_put_str(row, "verb", name->verb);
	json_put_str(row, "resource", name->resource);
	json_put_str(row, "code", code);
	return row;
}

static struct json *api_row(
	const struct scenario *s, const struct tally *t, uint16_t call, enum outcome what)
{
	struct json *row = api_names(s, call, api_code(&s->calls.name[call], what));

	put_call(row, s, t, call, what);
	return row;
}

/* What failed, by the server's own codes. */
static struct json *code_row(
	const struct scenario *s, const struct tally *t, const struct fleet_code *c)
{
	char code[FAILED_CODE];
	struct json *row = api_names(s, c->call, failed_code(code, c->code));

	put_rates(row, s, t, c->call, c->count);
	json_put(row, "peakSecond", t->seconds ? json_int(c->peak) : json_null());
	json_put(row, "bytes", json_null());
	json_put(row, "bytesPerSecond", json_null());
	json_put(row, "latencySeconds", json_of_hist(&c->took));
	json_put(row, "limiterSeconds",
		has_unknown_limiter(s, s->calls.client[c->call]) ? json_null()
								 : json_of_hist(&c->held));
	return row;
}

static struct json *runtime_rows(const struct scenario *s, const struct tally *t)
{
	struct json *list = json_array();

	for (uint16_t c = 0; c < CALL_API; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++)
			if (t->window[0].in.count[c][o])
				json_append(list, runtime_row(s, t, c, (enum outcome)o));
	return list;
}

static struct json *api_rows(const struct scenario *s, const struct fleet_result *r)
{
	const struct tally *t = &r->tally;
	struct json *list = json_array();

	for (uint16_t c = CALL_API; c < s->calls.n; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++) {
			if (!t->window[0].in.count[c][o])
				continue;
			if (o != OUTCOME_ERROR || !r->codes)
				json_append(list, api_row(s, t, c, (enum outcome)o));
			for (const struct fleet_code *e = r->codes; e; e = e->next)
				if (o == OUTCOME_ERROR && e->call == c)
					json_append(list, code_row(s, t, e));
		}
	return list;
}

/* ------------------------------------------------------------------ limiters */

static struct json *limiter(const struct scenario *s, const struct json *api, uint32_t client)
{
	const char *name = client_name(&s->kubelet, client);
	double qps = (double)client_limit(&s->kubelet, client) / 1000, asked = 0;
	struct json *o = json_object();

	for (const struct json *row = json_child(api); row; row = json_next(row)) {
		const char *of = json_as_str(json_get(row, "client"));

		asked += of && !strcmp(of, name) ? json_as_num(json_get(row, "perSecond")) : 0;
	}
	json_put_str(o, "client", name);
	json_put_str(o, "of", "cluster");
	json_put_num(o, "qps", qps);
	json_put_int(o, "burst", (int64_t)s->kubelet.client[client].burst);
	json_put_num(o, "perSecond", asked);
	json_put_num(o, "full", asked / qps);
	json_put_bool(o, "over", asked > qps);
	return o;
}

/* Those that are not simulated, with what was sent past them. */
static struct json *limiters(const struct scenario *s, const struct json *api)
{
	struct json *rows = json_array();

	for (uint32_t c = CLIENT_OWN; c < CLIENTS; c++)
		if (has_unknown_limiter(s, c))
			json_append(rows, limiter(s, api, c));
	return rows;
}

/* ------------------------------------------------------------------ histograms */

struct json *json_of_hist(const struct hist *h)
{
	struct json *o = json_object();
	struct json *buckets = json_array();

	json_put_int(o, "count", (int64_t)h->n);
	json_put_int(o, "sumNs", (int64_t)h->sum);
	if (h->n) {
		json_put_num(o, "mean", SECONDS(hist_mean(h)));
		json_put_num(o, "min", SECONDS(h->min));
		json_put_num(o, "p50", SECONDS(hist_quantile(h, 500000)));
		json_put_num(o, "p90", SECONDS(hist_quantile(h, 900000)));
		json_put_num(o, "p99", SECONDS(hist_quantile(h, 990000)));
		json_put_num(o, "max", SECONDS(h->max));
	}
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		struct json *pair;

		if (!h->bucket[i])
			continue;
		pair = json_array();
		json_append_int(pair, (int64_t)i);
		json_append_int(pair, (int64_t)h->bucket[i]);
		json_append(buckets, pair);
	}
	json_put(o, "buckets", buckets);
	return o;
}

static struct json *removal_steps(const struct fleet_result *r)
{
	struct json *o = json_object();

	json_put(o, "stopped", json_of_hist(&r->removal[REMOVAL_STOPPED]));
	json_put(o, "cleanedUp", json_of_hist(&r->removal[REMOVAL_CLEANED_UP]));
	return o;
}

static struct json *steps(const struct fleet_result *r)
{
	static const char *const names[] = {
		"worker", "volumesMounted", "sandboxRuns", "containersStarted"};
	struct json *o = json_object();

	static_assert(sizeof(names) / sizeof(names[0]) == sizeof(r->step) / sizeof(r->step[0]),
		"a name for every step");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_put(o, names[i], json_of_hist(&r->step[i]));
	json_put(o, "seenRunning", json_of_hist(&r->starts.all));
	return o;
}

/* `of`: it is a part of that step; NULL: a step. */
static void put_spent(
	struct json *rows, const char *step, const char *of, const struct hist *seconds)
{
	struct json *row = json_object();

	json_put_str(row, "step", step);
	if (of)
		json_put_str(row, "of", of);
	json_put(row, "seconds", json_of_hist(seconds));
	json_append(rows, row);
}

static struct json *start_budget(const struct fleet_starts *s)
{
	static const char *const names[START_PARTS] = {[PART_ARRIVAL] = "arrival",
		[PART_SCHEDULER] = "scheduler",
		[PART_WATCH] = "watch",
		[PART_WORKER] = "worker",
		[PART_VOLUMES] = "volumes",
		[PART_SECRETS] = "secrets",
		[PART_SANDBOX] = "sandbox",
		[PART_IMAGES] = "images",
		[PART_CONTAINERS] = "containers",
		[PART_DETECTION] = "detection",
		[PART_STATUS] = "statusManager",
		[PART_LIMITER] = "limiter",
		[PART_SERVER] = "apiserver"};
	struct json *rows = json_array();

	for (size_t i = 0; i < START_PARTS; i++) {
		put_spent(rows, names[i], NULL, &s->part[i]);
		if (i != PART_SECRETS)
			continue;
		put_spent(rows, "secretsLimiter", names[i], &s->secrets_held);
		put_spent(rows, "secretsApiserver", names[i], &s->secrets_served);
	}
	return rows;
}

void result_put_measurements(
	struct json *result, const struct scenario *s, const struct fleet_result *r)
{
	const struct tally *t = &r->tally;
	struct json *o;

	json_put(result, "runtime", runtime_rows(s, t));
	json_put(result, "api", api_rows(s, r));
	json_put(result, "requests", result_requests(s, r));
	json_put(result, "limiters", limiters(s, json_get(result, "api")));
	json_put(result, "apiserver", result_server(s, r));
	json_put(result, "storage", result_storage(s, r));
	json_put_str(result, "verdict", result_verdict(r));
	json_put(result, "ending", result_ending(s, r));
	json_put(result, "slo", result_slo(s, r));
	json_put_int(result, "recordsListed", (int64_t)t->window[0].in.records);
	json_put_int(result, "watchEvents", (int64_t)t->window[0].in.watch_events);
	o = json_object();
	json_put_int(o, "count", (int64_t)r->relists[0]);
	json_put(o, "durationSeconds", json_of_hist(&r->relist_duration));
	json_put(o, "intervalSeconds", json_of_hist(&r->relist_interval));
	json_put(result, "relist", o);
	json_put(result, "detectionSeconds", json_of_hist(&r->detection));
	json_put(result, "stalenessSeconds", json_of_hist(&r->staleness));
	o = json_object();
	json_put_int(o, "started", (int64_t)r->pods_started);
	json_put_int(o, "completed", (int64_t)r->pods_completed);
	json_put_int(o, "removed", (int64_t)r->pods_removed);
	json_put_int(o, "httpProbes", (int64_t)r->http_probes);
	json_put_int(o, "readinessChanges", (int64_t)r->readiness_changes);
	json_put(o, "startedSeconds", steps(r));
	json_put(o, "startBudget", start_budget(&r->starts));
	json_put(o, "runningSeconds", json_of_hist(&r->running));
	json_put(o, "burstSeconds", json_of_hist(&r->burst));
	json_put(o, "completedSeconds", json_of_hist(&r->completed));
	json_put(o, "removedSeconds", removal_steps(r));
	json_put(o, "goneSeconds", json_of_hist(&r->gone));
	json_put(result, "pods", o);
	o = json_object();
	json_put_int(o, "open", (int64_t)r->open_watches);
	json_put_int(o, "ofObjects", (int64_t)r->open_object_watches);
	json_put(result, "watches", o);
	o = json_object();
	json_put_int(o, "references", (int64_t)r->object_references);
	json_put_int(o, "distinct", (int64_t)r->distinct_objects);
	json_put_num(o, "distinctPerNode", (double)r->distinct_objects / s->nodes);
	if (r->distinct_objects)
		json_put_num(o, "sharingFactor",
			(double)r->object_references / (double)r->distinct_objects);
	else
		json_put(o, "sharingFactor", json_null());
	json_put(result, "objects", o);
	o = json_object();
	json_put_int(o, "unhealthyNodes", (int64_t)r->unhealthy_nodes);
	json_put_int(o, "notReadyNodes", (int64_t)r->not_ready.nodes);
	json_put_int(o, "notReadyByPleg", (int64_t)r->not_ready.unhealthy);
	json_put_int(o, "notReadyByHeartbeat", (int64_t)r->not_ready.silent);
	json_put(o, "leasesPerTenth", result_leases(r));
	json_put_int(o, "connectionsClosed", (int64_t)r->hang_ups);
	json_put_int(o, "eventsDropped", (int64_t)r->events_dropped);
	json_put_int(o, "plegEventsDropped", (int64_t)r->pleg_events_dropped);
	json_put_int(o, "pullsRefused", (int64_t)r->pulls_refused);
	json_put(result, "health", o);
	json_put(result, "series", result_series(s, r));
}
