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

void agents_late(const struct hollow_view *v, struct str *out)
{
	str_addf(out,
		"99 %% of turns were at most %lld ms late, all of them at most %lld ms, and "
		"%lld "
		"ms while nodes started",
		(long long)(hist_quantile(&v->lag, 990000) / NS_MS),
		(long long)(v->lag.max / NS_MS), (long long)(v->start_lag.max / NS_MS));
}

/* The calls that were made most since the line before, a second. */
static void add_calls(const struct hollow_view *v, const struct calls *c,
	struct agents_pace *pace, struct str *out)
{
	enum { CALLS_TOLD = 3 };
	ns_t since = v->now - pace->at;

	for (uint32_t told = 0; since >= NS_MS && told < CALLS_TOLD; told++) {
		uint32_t most = 0;

		for (uint32_t i = 1; i < c->n; i++)
			if (v->asked[i] - pace->asked[i] > v->asked[most] - pace->asked[most])
				most = i;
		if (v->asked[most] == pace->asked[most])
			break;
		str_addf(out, "%s%llu %s %s", told ? ", " : ": ",
			(unsigned long long)((v->asked[most] - pace->asked[most]) * NS_S /
					     (uint64_t)since),
			c->name[most].verb, c->name[most].resource);
		pace->asked[most] = v->asked[most];
	}
	pace->at = v->now;
	memcpy(pace->asked, v->asked, sizeof(pace->asked));
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
		"requests, %llu errors, %llu/s",
		(long long)(v->now / NS_S), (long long)(until / NS_S), v->nodes_ready, s->nodes,
		v->pods_running, v->pods_there, (unsigned long long)v->requests,
		(unsigned long long)v->errors,
		(unsigned long long)(v->now > NS_S ? v->requests / (uint64_t)(v->now / NS_S)
						   : v->requests));
	add_calls(v, &s->calls, pace, out);
	if (v->lag.n)
		str_addf(out, ", lag p99 %lld ms%s",
			(long long)(hist_quantile(&v->lag, 990000) / NS_MS),
			agents_kept_time(v) ? "" : " (too late)");
}

static struct json *by_call(const struct hollow_view *v, const struct calls *c)
{
	struct json *o = json_object();
	char name[sizeof(c->name[0].verb) + sizeof(c->name[0].resource)];

	for (uint32_t i = 0; i < c->n; i++) {
		if (!v->asked[i])
			continue;
		(void)snprintf(
			name, sizeof(name), "%s %s", c->name[i].verb, c->name[i].resource);
		json_put_int(o, name, (int64_t)v->asked[i]);
	}
	return o;
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
	json_put_int(o, "userRequests", (int64_t)v->user_requests);
	json_put_int(o, "unanswered", (int64_t)v->unanswered);
	json_put_int(o, "connections", (int64_t)v->wire.connections);
	json_put_int(o, "bytesReceived", (int64_t)v->wire.received);
	return o;
}
