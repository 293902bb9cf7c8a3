/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_closed.h"

#include <string.h>

#include "apiserver/ttl.h"
#include "cli/closed_servers.h"
#include "cli/result_json.h"
#include "estimate/beginning.h"
#include "estimate/toll.h"
#include "sim/chain.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

/* Of the operations that the kubelet's metric sees, those that loops alone make. */
static const uint32_t of_loops = OP_BIT(OP_VERSION) | OP_BIT(OP_STATUS) |
				 OP_BIT(OP_LIST_IMAGES) | OP_BIT(OP_IMAGE_FS_INFO) |
				 OP_BIT(OP_LIST_CONTAINER_STATS) |
				 OP_BIT(OP_UPDATE_CONTAINER_RESOURCES);

/* ------------------------------------------------------------------ who makes a call */

/* Why pods are neither at rest nor come and go one by one; NULL: they do.  Those that started
 * together and were all through before are at rest. */
static const char *unsteady(const struct scenario *s)
{
	const struct workload_model *w = &s->workload;
	double takes = beginning_takes(s);
	bool through = s->start == START_AT_ONCE && takes >= 0 && takes < SECONDS(s->warmup);

	if (s->n_script)
		return "a script says what pods do: only simulated";
	if (w->crash_looping || w->warning_event_per_sync || w->ready.fails_every)
		return "containers fail again and again: only simulated";
	if (w->batch.arrival_every)
		return "pods end by themselves: only simulated";
	if (s->runtime.n_rules)
		return "the runtime is slow or fails: only simulated";
	return s->start == START_STATIONARY || through ? NULL
						       : "pods start together: only simulated";
}

/* A restart is told by events that count, a back-off by one that is new or counts. */
static bool tells_of_deaths(const struct scenario *s, uint16_t call)
{
	return s->workload.container_death_every > 0 &&
	       (call == API_CREATE_EVENTS || call == API_PATCH_EVENTS);
}

/* Docker's calls are known of pods at rest, and of starts those that nobody else makes. */
static bool is_known_of_docker(const struct scenario *s, uint16_t call)
{
	const struct workload_model *w = &s->workload;
	bool starts = call == OP_CREATE_CONTAINER || call == OP_START_CONTAINER ||
		      call == OP_INSPECT_IMAGE;

	if (s->kubelet.pleg.design == PLEG_POLLING || w->container_death_every || unsteady(s))
		return false;
	return starts || w->replace_pod_every == 0;
}

/* Why rows do not foresee all of a call; NULL: they do. */
static const char *unforeseen(const struct scenario *s, uint16_t call)
{
	bool runtime = call_is_runtime(call);

	if (runtime ? call < CALL_HIDDEN && of_loops & OP_BIT(call) : call >= API_FIXED_END)
		return NULL;
	if (runtime && s->kubelet.interface == INTERFACE_DOCKER && is_known_of_docker(s, call))
		return NULL;
	if (runtime && (s->kubelet.interface == INTERFACE_DOCKER ||
			       s->kubelet.pleg.design == PLEG_POLLING))
		return call < CALL_HIDDEN ? "polls and docker make it in ways that are only "
					    "simulated"
					  : NULL;
	if (unsteady(s))
		return unsteady(s);
	return tells_of_deaths(s, call) ? "how often a back-off is told hangs on how long it "
					  "is, and on the events' filter"
					: NULL;
}

/* ------------------------------------------------------------------ both rates */

struct beside {
	const struct scenario *s;
	struct arena *mem;
	const struct json *result;
	struct toll toll;
	/* why requests, and loops that make them, are held up; NULL: they are not */
	const char *away;
	bool begins; /* kubelets or pods start together, and that may be counted */
	struct beginning_row beginning[CALLS_MAX];
};

#define RARE_MATTERS 0.02 /* as a share: a difference that would be looked at */

struct foreseen {
	double rate;
	const char *why;     /* there is none */
	const char *lacks;   /* why rows do not have all of it; NULL: they have */
	const char *formula; /* of a node, of all rows; NULL: there is none */
	const char *feature; /* features that have a part in it; NULL: none has */
};

/* Fewer in all say nothing: chance has made some of them. */
#define FEW 10

/* A row of what comes less than once a run: fetches behind a TTL, and after a common start
 * whatever has a timer.  Else each node is at a phase of its own, and many of them are few only
 * in a small fleet. */
static bool is_rare(const struct beside *b, const struct toll_row *row)
{
	bool spread = (b->s->start == START_STATIONARY || b->s->start == START_AFTER_WARMUP) &&
		      row->kind != TOLL_MECHANISM;
	double seconds = SECONDS(b->s->duration);

	return row->period > seconds && (!spread || row->rate * b->s->nodes * seconds < FEW);
}

static bool is_text(const struct json *row, const char *key, const char *text)
{
	const char *has = json_as_str(json_get(row, key));

	return has && !strcmp(has, text);
}

/* Rounds so long after a common start are anywhere. */
#define COUNTED_WARMUP (10 * NS_MIN)

/* In a run that begins when pods do, rounds and what happens once are counted; in one that
 * begins later only where no rate is known. */
static void of_a_beginning(const struct beside *b, uint16_t call, struct foreseen *f)
{
	const struct beginning_row *row = &b->beginning[call];
	double seconds = SECONDS(b->s->duration);
	double rate = row->count / seconds * b->s->nodes;
	struct str formula = {0};
	bool up = b->s->start == START_AFTER_WARMUP;  /* loops go on as always */
	bool drifted = b->s->warmup > COUNTED_WARMUP; /* it is not known any more when */

	if (!f->why && (up ? rate <= f->rate * (1 + 1e-6) : drifted))
		return;
	if (!f->why && row->why && !unsteady(b->s))
		return; /* they are at rest by now */
	f->why = row->why ? row->why : row->count > 0 ? NULL : f->why;
	if (row->why || row->count <= 0)
		return;
	f->rate = rate;
	f->lacks = f->lacks ? f->lacks : unsteady(b->s);
	str_addf(&formula, "%.6g a node in %g s", row->count, seconds);
	f->formula = arena_strdup(b->mem, str_text(&formula));
	str_fini(&formula);
}

/* Whether the call is a request, or stands beside one in a round of a loop. */
static bool waits_for_requests(const struct beside *b, uint16_t call)
{
	if (!call_is_runtime(call))
		return true;
	for (uint32_t i = 0; i < b->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &b->s->kubelet.loops[i];
		bool makes = false, asks = false;

		for (uint32_t c = 0; c < l->n_calls; c++) {
			makes |= l->calls[c].call == call;
			asks |= !call_is_runtime(l->calls[c].call);
		}
		if (makes && asks)
			return true;
	}
	return false;
}

/* One of a hundred turned away is a moment's. */
static bool were_turned_away(const struct json *result)
{
	const struct json *row = json_child(json_get(result, "requests"));
	double sent = 0, rejected = 0;

	for (; row; row = json_next(row)) {
		sent += json_as_num(json_get(row, "sent"));
		rejected += json_as_num(json_get(row, "rejected"));
	}
	return rejected * 100 > sent;
}

static const char *why_away(const struct scenario *s, const struct json *result)
{
	bool together = s->start == START_AT_ONCE || s->start == START_KUBELET_RESTART;

	if (is_text(result, "verdict", "rejecting") ||
		is_text(result, "verdict", "fallingBehind"))
		return "requests had not settled: a form knows of no waiting";
	if (is_text(result, "verdict", "watchesWaiting"))
		return "requests and watches wait for streams of one connection";
	if (s->apiserver.n_restarts > 0)
		return "the API server is away for a while";
	if (were_turned_away(result))
		return "requests were turned away and made again: a form knows of no waiting";
	if (together && s->apiserver.processors > 0 && s->warmup < COUNTED_WARMUP)
		return "all kubelets ask the servers at once, which makes them wait";
	return NULL;
}

/* Several loops and mechanisms may make a call by one client, features among them: each has its
 * part in the formula, whose sum is the rate. */
struct parts {
	struct str formula, features;
	double rate; /* of a node */
	uint32_t n;
};

/* Whether an earlier row of the call is of the same feature. */
static bool is_named(const struct toll *toll, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (toll->row[k].call == toll->row[i].call &&
			!strcmp(toll->row[k].feature, toll->row[i].feature))
			return true;
	return false;
}

static void add_part(struct parts *p, const struct toll *toll, uint32_t i)
{
	const struct toll_row *row = &toll->row[i];

	if (*row->feature && !is_named(toll, i))
		str_addf(&p->features, "%s%s", str_len(&p->features) ? ", " : "", row->feature);
	if (row->rate <= 0)
		return;
	p->rate += row->rate;
	str_addf(&p->formula, "%s(%s)", p->n++ ? " + " : "", row->symbols);
}

/* One part stands without brackets, and has its rate in it. */
static void tell_parts(struct parts *p, const struct beside *b, struct foreseen *f)
{
	size_t len = str_len(&p->formula);

	if (p->n > 1)
		str_addf(&p->formula, " = %.4g/s", p->rate);
	if (p->n == 1)
		f->formula = arena_strndup(b->mem, str_text(&p->formula) + 1, len - 2);
	else if (p->n > 1)
		f->formula = arena_strdup(b->mem, str_text(&p->formula));
	if (str_len(&p->features))
		f->feature = arena_strdup(b->mem, str_text(&p->features));
	str_fini(&p->formula);
	str_fini(&p->features);
}

/* What all rows of the class foresee in the cluster. */
static struct foreseen foreseen(const struct beside *b, uint16_t call)
{
	struct foreseen f = {.why = unforeseen(b->s, call)};
	struct parts parts = {0};
	double rare = 0;

	for (uint32_t i = 0; i < b->toll.n; i++) {
		const struct toll_row *row = &b->toll.row[i];

		if (row->call != call)
			continue;
		f.rate += row->rate * b->s->nodes;
		f.why = row->fails ? row->fails : f.why;
		rare += is_rare(b, row) ? row->rate * b->s->nodes : 0;
		add_part(&parts, &b->toll, i);
	}
	tell_parts(&parts, b, &f);
	if (rare > RARE_MATTERS * f.rate)
		f.why = "the run is shorter than the time from one to the next";
	if (!f.formula && !f.why)
		f.why = "made once at a start, or upon what is not foreseen";
	f.lacks = f.why;
	if (b->begins)
		of_a_beginning(b, call, &f);
	if (b->away && waits_for_requests(b, call))
		f.why = b->away;
	return f;
}

static double counted(const struct beside *b, uint16_t call)
{
	const struct call_name *name = &b->s->calls.name[call];
	bool runtime = call_is_runtime(call);
	const char *client = runtime ? NULL : client_of(b->s, call);
	const struct json *row = json_child(json_get(b->result, runtime ? "runtime" : "api"));
	double rate = 0;

	for (; row; row = json_next(row)) {
		bool same = runtime ? is_text(row, "operation", name->resource) &&
					      json_as_bool(json_get(row, "inMetric")) ==
						      (call < CALL_HIDDEN)
				    : client && is_text(row, "client", client) &&
					      is_text(row, "verb", name->verb) &&
					      is_text(row, "resource", name->resource);

		rate += same ? json_as_num(json_get(row, "perSecond")) : 0;
	}
	return rate;
}

/* One of ten that waited is a limiter that others fill for a while. */
static bool was_held(const struct beside *b, uint16_t call)
{
	const struct call_name *name = &b->s->calls.name[call];
	const struct json *row = json_child(json_get(b->result, "requests"));

	for (; row; row = json_next(row))
		if (is_text(row, "client", client_of(b->s, call)) &&
			is_text(row, "verb", name->verb) &&
			is_text(row, "resource", name->resource))
			return json_as_num(json_get(row, "throttled")) * 10 >
			       json_as_num(json_get(row, "offered"));
	return false;
}

/* What is made by the clock, and waits in its client's limiter for what no row foresees.  Of a
 * start all waits for a while, and comes. */
static const char *why_held(const struct beside *b, uint16_t call)
{
	const struct calls *calls = &b->s->calls;

	if (b->begins || call_is_runtime(call) || calls->client[call] == CALL_NOBODYS ||
		!was_held(b, call))
		return NULL;
	for (uint16_t c = CALL_API; c < calls->n; c++)
		if (calls->client[c] == calls->client[call] && foreseen(b, c).why &&
			counted(b, c) > 0)
			return "it waits in its client's limiter, beside calls that have no "
			       "closed form";
	return NULL;
}

static struct json *row_of(const struct beside *b, uint16_t call)
{
	const struct call_name *name = &b->s->calls.name[call];
	struct foreseen f = foreseen(b, call);
	bool runtime = call_is_runtime(call);
	double rate = counted(b, call);
	struct json *o;

	if (rate <= 0 && f.rate <= 0)
		return NULL;
	if (!f.why)
		f.why = why_held(b, call);
	o = json_object();
	json_put_str(o, "feature", f.feature);
	json_put_str(o, "operation", runtime ? name->resource : NULL);
	json_put(o, "inMetric", runtime ? json_bool(call < CALL_HIDDEN) : json_null());
	json_put_str(o, "client", runtime ? NULL : client_of(b->s, call));
	json_put_str(o, "verb", runtime ? NULL : name->verb);
	json_put_str(o, "resource", runtime ? NULL : name->resource);
	json_put_str(o, "formula", f.formula);
	json_put(o, "closedFormPerSecond", f.why ? json_null() : json_num(f.rate));
	json_put_num(o, "simulatedPerSecond", rate);
	json_put(o, "relativeDifference",
		f.why || f.rate <= 0 ? json_null() : json_num(rate / f.rate - 1));
	json_put_str(o, "why", f.why);
	return o;
}

/* Why requests of that class have no load in closed form though they matter; NULL: they have
 * one, or do not. */
static const char *unknown_load(const struct beside *b, const struct closed_servers *servers,
	uint16_t call, double simulated)
{
	struct foreseen f = foreseen(b, call);
	const char *why = f.why ? f.why : f.lacks;
	double is =
		counted(b, call) * closed_servers_takes(servers, call) / servers->processors;

	return why && is > RARE_MATTERS * simulated ? why : NULL;
}

/* Pods that somebody creates, and the scheduler binds, all at once: that is in no row. */
static const char *created_at_once(const struct scenario *s)
{
	bool are = s->start == START_AFTER_WARMUP && s->owners.create < CALLS_MAX &&
		   s->workload.pods > 0;

	return are ? unsteady(s) : NULL;
}

static struct json *servers_by_form(const struct beside *b)
{
	struct closed_servers servers;
	const struct json *is = json_get(json_get(b->result, "apiserver"), "utilization");
	struct json *o = json_object();
	const char *why = created_at_once(b->s);
	double busy = 0;

	closed_servers_init(&servers, b->s);
	busy = closed_servers_others(&servers);
	for (uint32_t c = CALL_API; c < b->s->calls.n; c++) {
		const char *unknown = unknown_load(b, &servers, (uint16_t)c, json_as_num(is));

		why = unknown ? unknown : why;
		busy += closed_servers_busy(&servers, &b->toll, (uint16_t)c);
	}
	if (!why && busy > 1)
		why = "more is asked of the processors than they can do";
	json_put(o, "utilization", why ? json_null() : json_num(busy));
	json_put(o, "relativeDifference",
		why || busy <= 0 ? json_null() : json_num(json_as_num(is) / busy - 1));
	json_put_str(o, "why", why);
	return o;
}

struct json *result_closed(
	const struct scenario *s, const struct json *result, struct json **servers)
{
	ns_t from = s->start == START_AFTER_WARMUP ? 0 : s->warmup;
	struct json *rows = json_array();
	struct arena mem;
	struct beside *b;

	arena_init(&mem, 0);
	b = ARENA_NEW(&mem, struct beside);
	b->s = s;
	b->mem = &mem;
	b->result = result;
	b->away = why_away(s, result);
	toll_of(s, ttl_of(s), &mem, &b->toll);
	b->begins = s->start != START_STATIONARY;
	if (b->begins)
		beginning_of(s, from, from + s->duration, b->beginning);
	for (uint32_t call = 0; call < s->calls.n; call++) {
		struct json *row = row_of(b, (uint16_t)call);

		if (row)
			json_append(rows, row);
	}
	if (servers && json_is_object(json_get(result, "apiserver")))
		*servers = servers_by_form(b);
	arena_fini(&mem);
	return rows;
}
