/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agents_words.h"

#include "cli/result_json.h"

bool agents_kept_time(const struct hollow_view *v)
{
	return v->lag.n == 0 || hist_quantile(&v->lag, 990000) <= HOLLOW_LAG_BEARABLE;
}

void agents_line(const struct hollow_view *v, uint32_t nodes, ns_t until, struct str *out)
{
	if (v->now < 0) {
		str_addf(out, "agents: setting up, %llu requests done",
			(unsigned long long)v->user_requests);
		return;
	}
	str_addf(out,
		"agents: %lld of %lld s, %u of %u nodes ready, %u of %u pods running, %llu "
		"requests (%llu/s), %llu errors",
		(long long)(v->now / NS_S), (long long)(until / NS_S), v->nodes_ready, nodes,
		v->pods_running, v->pods_there, (unsigned long long)v->requests,
		(unsigned long long)(v->now > NS_S ? v->requests / (uint64_t)(v->now / NS_S)
						   : v->requests),
		(unsigned long long)v->errors);
	if (v->lag.n)
		str_addf(out, ", lag p99 %lld ms%s",
			(long long)(hist_quantile(&v->lag, 990000) / NS_MS),
			agents_kept_time(v) ? "" : " (too late)");
}

struct json *agents_json(const struct hollow_view *v, bool whole)
{
	struct json *o = json_object();

	json_put_bool(o, "whole", whole);
	json_put_bool(o, "keptTime", agents_kept_time(v));
	json_put(o, "lagSeconds", json_of_hist(&v->lag));
	json_put_int(o, "nodesReady", v->nodes_ready);
	json_put_int(o, "podsRunning", v->pods_running);
	json_put_int(o, "podsThere", v->pods_there);
	json_put_int(o, "requests", (int64_t)v->requests);
	json_put_int(o, "errors", (int64_t)v->errors);
	json_put_int(o, "userRequests", (int64_t)v->user_requests);
	json_put_int(o, "unanswered", (int64_t)v->unanswered);
	json_put_int(o, "connections", (int64_t)v->wire.connections);
	json_put_int(o, "bytesReceived", (int64_t)v->wire.received);
	return o;
}
