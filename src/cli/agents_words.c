/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agents_words.h"

#include <stdio.h>
#include <string.h>

#include "cli/result_json.h"

bool agents_kept_time(const struct hollow_view *v)
{
	return hist_quantile(&v->lag, 990000) <= HOLLOW_LAG_BEARABLE &&
	       v->lag.max <= HOLLOW_STOP_BEARABLE && v->start_lag.max <= HOLLOW_STOP_BEARABLE;
}

int agents_check(const struct hollow_view *v, uint32_t nodes, struct err *err)
{
	if (v->nodes_ready || v->nodes_refused < nodes)
		return 0;
	return err_set(err, ERR_ENV, "none of %u nodes is ready: the server %s", nodes,
		*v->said[HOLLOW_UNKNOWN] ? "does not know who asks (401)"
					 : "takes neither status nor lease of any (403)");
}

void agents_late(const struct hollow_view *v, struct str *out)
{
	str_addf(out,
		"99 %% of turns were at most %lld ms late, all of them at most %lld ms, and "
		"%lld "
		"ms while nodes started",
		(long long)(hist_quantile(&v->lag, 990000) / NS_MS),
		(long long)(v->lag.max / NS_MS), (long long)(v->start_lag.max / NS_MS));
}

static unsigned long long per_second(uint64_t now, uint64_t before, ns_t since)
{
	return (unsigned long long)((now - before) * NS_S / (uint64_t)since);
}

/* By verb and resource, whichever of a node's clients asks: at the first class of each name. */
static void by_name(const uint64_t *asked, const struct calls *c, uint64_t *sums)
{
	memset(sums, 0, CALLS_MAX * sizeof(*sums));
	for (uint32_t i = 0; i < c->n; i++)
		sums[c->alike[i]] += asked[i];
}

/* What was asked since the line before, a second, and the calls that were made most. */
static void add_calls(const struct hollow_view *v, const struct calls *c,
	struct agents_pace *pace, struct str *out)
{
	enum { CALLS_TOLD = 3 };
	ns_t since = v->now - pace->at;
	uint64_t asked[CALLS_MAX];

	if (since < NS_MS)
		return;
	by_name(v->asked, c, asked);
	str_addf(out, ", %llu/s", per_second(v->requests, pace->requests, since));
	for (uint32_t told = 0; told < CALLS_TOLD; told++) {
		uint32_t most = 0;

		for (uint32_t i = 1; i < c->n; i++)
			if (asked[i] - pace->asked[i] > asked[most] - pace->asked[most])
				most = i;
		if (asked[most] == pace->asked[most])
			break;
		str_addf(out, "%s%llu %s %s", told ? ", " : ": ",
			per_second(asked[most], pace->asked[most], since), c->name[most].verb,
			c->name[most].resource);
		pace->asked[most] = asked[most];
	}
}

static long long p99_ms(const struct hist *h)
{
	return (long long)(hist_quantile(h, 990000) / NS_MS);
}

/* Of the time since the line before, and of all that is measured beside it. */
static void add_lag(
	const struct hollow_view *v, const struct agents_pace *pace, struct str *out)
{
	struct hist since, start;

	hist_since(&v->lag, &pace->lag, &since);
	hist_since(&v->start_lag, &pace->start_lag, &start);
	hist_merge(&since, &start);
	if (since.n)
		str_addf(out, ", lag p99 %lld ms", p99_ms(&since));
	if (v->lag.n)
		str_addf(out, "%s%lld ms in all%s", since.n ? ", " : ", lag p99 ",
			p99_ms(&v->lag), agents_kept_time(v) ? "" : " (too late)");
}

void agents_line(const struct hollow_view *v, const struct scenario *s, ns_t until,
	struct agents_pace *pace, struct str *out)
{
	if (v->now < 0) {
		str_addf(out, "agents: setting up, %llu requests done",
			(unsigned long long)v->user_requests);
		return;
	}
	str_addf(out,
		"agents: %lld of %lld s, %u of %u nodes ready, %u of %u pods running, %llu "
		"requests, %llu errors",
		(long long)(v->now / NS_S), (long long)(until / NS_S), v->nodes_ready, s->nodes,
		v->pods_running, v->pods_there, (unsigned long long)v->requests,
		(unsigned long long)v->errors);
	if (v->refused)
		str_addf(out, ", %llu refused", (unsigned long long)v->refused);
	add_calls(v, &s->calls, pace, out);
	add_lag(v, pace, out);
	pace->at = v->now;
	pace->requests = v->requests;
	by_name(v->asked, &s->calls, pace->asked);
	pace->lag = v->lag;
	pace->start_lag = v->start_lag;
}

static struct json *by_call(const struct hollow_view *v, const struct calls *c)
{
	struct json *o = json_object();
	char name[sizeof(c->name[0].verb) + sizeof(c->name[0].resource)];
	uint64_t asked[CALLS_MAX];

	by_name(v->asked, c, asked);
	for (uint32_t i = 0; i < c->n; i++) {
		if (!asked[i])
			continue;
		(void)snprintf(
			name, sizeof(name), "%s %s", c->name[i].verb, c->name[i].resource);
		json_put_int(o, name, (int64_t)asked[i]);
	}
	return o;
}

static struct json *by_code(const struct hollow_view *v)
{
	struct json *o = json_object();
	char code[16];

	for (unsigned i = 1; i < HOLLOW_CODES; i++) {
		(void)snprintf(code, sizeof(code), "%u", i);
		if (v->by_code[i])
			json_put_int(o, code, (int64_t)v->by_code[i]);
	}
	if (v->by_code[0])
		json_put_int(o, "lost", (int64_t)v->by_code[0]);
	return o;
}

static struct json *said(const struct hollow_view *v)
{
	struct json *list = json_array();

	for (unsigned i = 0; i < HOLLOW_WORDS; i++)
		if (*v->said[i])
			json_append_str(list, v->said[i]);
	return list;
}

struct json *agents_json(const struct hollow_view *v, const struct calls *calls, bool whole)
{
	struct json *o = json_object();

	json_put_bool(o, "whole", whole);
	json_put_bool(o, "keptTime", agents_kept_time(v));
	json_put(o, "lagSeconds", json_of_hist(&v->lag));
	json_put(o, "startLagSeconds", json_of_hist(&v->start_lag));
	json_put_int(o, "nodesReady", v->nodes_ready);
	json_put_int(o, "podsRunning", v->pods_running);
	json_put_int(o, "podsThere", v->pods_there);
	json_put_num(o, "readySeconds", (double)v->ready_after / (double)NS_S);
	json_put_int(o, "requests", (int64_t)v->requests);
	json_put(o, "requestsByCall", by_call(v, calls));
	json_put_int(o, "errors", (int64_t)v->errors);
	json_put_int(o, "errorsUnanswered", (int64_t)v->lost);
	json_put_int(o, "errorsUnreadable", (int64_t)v->unreadable);
	json_put_int(o, "refused", (int64_t)v->refused);
	json_put(o, "requestsByCode", by_code(v));
	json_put_int(o, "waitedForStream", (int64_t)v->wire.waited);
	json_put(o, "said", said(v));
	json_put_int(o, "userRequests", (int64_t)v->user_requests);
	json_put_int(o, "unanswered", (int64_t)v->unanswered);
	json_put_int(o, "connections", (int64_t)v->wire.connections);
	json_put_int(o, "bytesReceived", (int64_t)v->wire.received);
	return o;
}
