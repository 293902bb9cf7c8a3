/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_limiters.h"

#include <string.h>

#include "estimate/rates.h"
#include "models/tables.h"

/* Pods that a script or jobs bring may be fewer than a node has room for. */
static bool knows_how_many(const struct scenario *s, const struct model_call *c)
{
	return c->scope == SCOPE_NODE || (!s->n_script && !s->workload.batch.arrival_every);
}

/* Requests a second that a loop would make of a node that has it, if its limiter kept none of
 * them waiting. */
static double wanted_by(const struct scenario *s, const struct model_loop *l, uint16_t call)
{
	double wanted = 0;

	if (l->trigger != TRIGGER_PERIOD || l->timer == TIMER_REQUEST || rates_nodes(s, l) <= 0)
		return 0;
	for (uint32_t i = 0; i < l->n_calls; i++) {
		const struct model_call *c = &l->calls[i];

		if (c->call == call && knows_how_many(s, c))
			wanted += rates_times(s, l, c) * rates_share(s, l, c) / rates_gap(s, l);
	}
	return wanted;
}

static double wanted(const struct scenario *s, uint16_t call)
{
	double all = 0;

	for (uint32_t i = 0; i < s->kubelet.n_loops; i++)
		all += wanted_by(s, &s->kubelet.loops[i], call);
	return all;
}

static bool is_text(const struct json *row, const char *key, const char *text)
{
	const char *is = json_as_str(json_get(row, key));

	return is && !strcmp(is, text);
}

/* On average of the nodes, with what was tried again. */
static double sent(const struct scenario *s, const struct json *result, uint16_t call)
{
	const struct json *row = json_child(json_get(result, "requests"));
	const char *client = client_name(&s->kubelet, s->calls.client[call]);
	const struct call_name *name = &s->calls.name[call];

	for (; row; row = json_next(row))
		if (is_text(row, "client", client) && is_text(row, "verb", name->verb) &&
			is_text(row, "resource", name->resource))
			return json_as_num(json_get(row, "sent")) /
			       (s->nodes * ((double)s->duration / NS_S));
	return 0;
}

/* What pods that start together ask for beside loops is over some time: a limiter that is full
 * until then is no more than late. */
static double asked_by(const struct scenario *s, const struct json *result, uint16_t call)
{
	double timers = wanted(s, call), was_sent = sent(s, result, call);

	if (timers <= 0 && s->start != START_STATIONARY)
		return 0;
	return timers > was_sent ? timers : was_sent;
}

static double asked_of(const struct scenario *s, const struct json *result, uint32_t client)
{
	double asked = 0;

	for (uint16_t call = CALL_API; call < s->calls.n; call++) {
		bool watch = !strcmp(s->calls.name[call].verb, "watch");

		/* client-go rest/request.go Watch: past the limiter */
		if (s->calls.client[call] == client && !watch)
			asked += asked_by(s, result, call);
	}
	return asked;
}

struct limiter_asked limiters_fullest(const struct scenario *s, const struct json *result)
{
	struct limiter_asked fullest = {0};

	for (uint32_t c = 0; c < CLIENT_OWN + s->kubelet.n_agents; c++) {
		struct limiter_asked is = {.client = client_name(&s->kubelet, c),
			.limit = (double)client_limit(&s->kubelet, c) / 1000};

		if (is.limit <= 0 || client_is_elsewhere(&s->kubelet, c))
			continue;
		is.asked = asked_of(s, result, c);
		if (!fullest.client || is.asked / is.limit > fullest.asked / fullest.limit)
			fullest = is;
	}
	return fullest;
}
