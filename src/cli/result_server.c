/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_server.h"

#include <string.h>

#include "cli/result_json.h"

/* ------------------------------------------------------------------ requests */

static struct json *request_row(
	const struct scenario *s, const struct fleet_result *r, uint16_t call)
{
	const struct fleet_requests *q = &r->requests[call];
	const struct call_name *name = &s->calls.name[call];
	uint64_t rejected = r->tally.window[0].in.count[call][OUTCOME_REJECTED];
	struct json *row = json_object();

	json_put_str(row, "client", client_of(s, call));
	json_put_str(row, "verb", name->verb);
	json_put_str(row, "resource", name->resource);
	json_put_int(row, "offered", (int64_t)q->offered);
	json_put_int(row, "throttled", (int64_t)q->throttled);
	json_put_int(row, "sent", (int64_t)q->sent);
	json_put_int(row, "rejected", (int64_t)rejected);
	json_put_int(row, "retried", (int64_t)q->retried);
	json_put_int(row, "failed", (int64_t)q->failed);
	json_put_int(row, "waitedForStream", (int64_t)q->without_stream);
	json_put_int(row, "givenUp", (int64_t)q->given_up);
	json_put_int(row, "inFlightBefore", (int64_t)q->under_way_before);
	json_put_int(row, "inFlight", (int64_t)q->under_way);
	return row;
}

/* In the window or before: what was sent before it may be answered in it. */
static bool was_asked(const struct fleet_requests *q)
{
	return q->offered || q->sent || q->under_way_before || q->under_way;
}

struct json *result_requests(const struct scenario *s, const struct fleet_result *r)
{
	struct json *rows = json_array();

	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		if (was_asked(&r->requests[c]))
			json_append(rows, request_row(s, r, (uint16_t)c));
	return rows;
}

/* ------------------------------------------------------------------ the end */

/* One try of a hundred that comes to nothing may be a moment's. */
static bool is_rejecting(const struct fleet_ending *e)
{
	return e->unanswered >= 3 && e->unanswered * 100 >= e->answered + e->unanswered;
}

static bool falls_behind(const struct fleet_ending *e)
{
	uint64_t ended = e->answered + e->failed;

	return e->offered >= ended + 20 && (e->offered - ended) * 20 >= e->offered;
}

/* One of a hundred is slow now and then. */
static bool are_many(uint64_t waiting, uint64_t of)
{
	return waiting > 0 && waiting * 100 >= of;
}

const char *result_verdict(const struct fleet_result *r)
{
	const struct fleet_ending *e = &r->ending;

	return is_rejecting(e)                            ? "rejecting"
	       : falls_behind(e)                          ? "fallingBehind"
	       : are_many(e->pods_waiting, e->pods)       ? "podsWaiting"
	       : are_many(e->watches_waiting, e->watches) ? "watchesWaiting"
							  : "settled";
}

struct json *result_ending(const struct scenario *s, const struct fleet_result *r)
{
	const struct fleet_ending *e = &r->ending;
	struct json *o = json_object();

	json_put_bool(o, "settled", !strcmp(result_verdict(r), "settled"));
	json_put_num(o, "seconds", (double)s->duration / 10 / 1e9);
	json_put_int(o, "offered", (int64_t)e->offered);
	json_put_int(o, "answered", (int64_t)e->answered);
	json_put_int(o, "failed", (int64_t)e->failed);
	json_put_int(o, "unanswered", (int64_t)e->unanswered);
	json_put_int(o, "pods", (int64_t)e->pods);
	json_put_int(o, "podsStarting", (int64_t)e->pods_starting);
	json_put_int(o, "podsWaiting", (int64_t)e->pods_waiting);
	json_put_int(o, "watches", (int64_t)e->watches);
	json_put_int(o, "watchesWaiting", (int64_t)e->watches_waiting);
	return o;
}

/* ------------------------------------------------------------------ servers */

/* How many there were, in the mean of the time that was measured and at most. */
static struct json *gauge(const struct gauge *g, ns_t span)
{
	struct json *o = json_object();

	json_put_num(o, "mean", span > 0 ? (double)g->sum / (double)span : 0);
	json_put_int(o, "max", g->max);
	return o;
}

static const char *level_name(const struct apiserver_model *m, uint32_t l)
{
	if (m->fairness.enabled)
		return m->fairness.level[l].name;
	return l == FLOW_READONLY ? "readonly" : "mutating";
}

static struct json *level(
	const struct apiserver_model *m, const struct fleet_servers *v, uint32_t l)
{
	const struct flow_counts *c = &v->level[l];
	struct json *row = json_object();
	bool limited = v->seats[l] != UINT32_MAX;

	json_put_str(row, "name", level_name(m, l));
	json_put(row, "seats", limited ? json_int(v->seats[l]) : json_null());
	json_put(row, "seatsInUse", gauge(&c->seats, v->span));
	json_put(row, "withBorrowed",
		m->fairness.enabled && m->fairness.lend_every ? gauge(&c->limit, v->span)
							      : json_null());
	json_put(row, "queued", gauge(&c->queued, v->span));
	json_put_int(row, "dispatched", (int64_t)c->dispatched);
	json_put_int(row, "waited", (int64_t)c->waited);
	json_put_int(row, "rejected", (int64_t)c->rejected);
	json_put_int(row, "expired", (int64_t)c->expired);
	json_put_int(row, "abandoned", (int64_t)c->abandoned);
	return row;
}

/* What watchers were told, and what of the processors that took. */
static struct json *watchers(const struct fleet_servers *v)
{
	const struct server_counts *c = &v->counts;
	double available = (double)v->processors * (double)v->span;
	struct json *o = json_object();
	struct json *late = json_object();

	json_put_num(o, "toldPerSecond",
		v->span > 0 ? (double)c->told / ((double)v->span / 1e9) : 0);
	json_put_num(o, "utilization", available > 0 ? (double)c->telling / available : 0);
	json_put_num(late, "mean", c->told ? (double)c->told_late / (double)c->told / 1e9 : 0);
	json_put_num(late, "max", (double)c->told_latest / 1e9);
	json_put(o, "lateSeconds", late);
	return o;
}

static struct json *busiest_second(const struct fleet_result *r)
{
	const struct fleet_servers *v = &r->servers;
	uint64_t most = 0;

	if (!v->busy_time)
		return json_null();
	for (uint32_t s = 0; s < r->tally.seconds; s++)
		most = v->busy_time[s] > most ? v->busy_time[s] : most;
	return json_num((double)most / 1e9 / v->processors);
}

static struct json *each_server(const struct fleet_servers *v)
{
	uint32_t processors = v->processors / v->n;
	double available = (double)processors * (double)v->span;
	struct json *list = json_array();

	for (uint32_t i = 0; i < v->n; i++)
		json_append(list, json_num(available > 0 ? (double)v->busy[i] / available : 0));
	return list;
}

/* Who is no node: owners of pods, the scheduler, whoever changes objects. */
static struct json *others(const struct scenario *s, const struct fleet_servers *v)
{
	struct json *rows = json_array();

	for (uint32_t c = CALL_API; c < s->calls.n; c++) {
		const struct fleet_asked *asked = &v->asked[c];
		struct json *row;

		if (!asked->offered && !asked->sent)
			continue;
		row = json_object();
		json_put_str(row, "verb", s->calls.name[c].verb);
		json_put_str(row, "resource", s->calls.name[c].resource);
		json_put_int(row, "offered", (int64_t)asked->offered);
		json_put_int(row, "sent", (int64_t)asked->sent);
		json_put_int(row, "rejected", (int64_t)asked->rejected);
		json_put_int(row, "failed", (int64_t)asked->failed);
		json_append(rows, row);
	}
	return rows;
}

struct json *result_server(const struct scenario *s, const struct fleet_result *r)
{
	const struct fleet_servers *v = &r->servers;
	double available = (double)v->processors * (double)v->span;
	struct json *o, *levels;

	if (!v->n)
		return json_null();
	o = json_object();
	json_put_int(o, "servers", v->n);
	json_put_int(o, "processors", v->processors);
	json_put_num(o, "utilization",
		available > 0 ? (double)v->counts.running.sum / available : 0);
	json_put(o, "utilizationByServer", each_server(v));
	json_put(o, "utilizationPeak", busiest_second(r));
	json_put(o, "watchers", watchers(v));
	json_put(o, "requestsInside", gauge(&v->counts.inside, v->span));
	levels = json_array();
	for (uint32_t l = 0; l < v->n_levels; l++)
		json_append(levels, level(&s->apiserver, v, l));
	json_put(o, "levels", levels);
	json_put(o, "others", others(s, v));
	return o;
}
