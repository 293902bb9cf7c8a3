/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/served.h"

static void gauge_merge(struct gauge *into, const struct gauge *from, ns_t now)
{
	into->sum += gauge_sum(from, now);
	into->max = from->max > into->max ? from->max : into->max;
	into->n += from->n;
}

static void level_merge(struct flow_counts *into, const struct flow_counts *from, ns_t now)
{
	into->arrived += from->arrived;
	into->dispatched += from->dispatched;
	into->waited += from->waited;
	into->rejected += from->rejected;
	into->expired += from->expired;
	into->abandoned += from->abandoned;
	gauge_merge(&into->seats, &from->seats, now);
	gauge_merge(&into->queued, &from->queued, now);
	gauge_merge(&into->limit, &from->limit, now);
}

/* A level without a limit has none at several servers either. */
static uint32_t seats_add(uint32_t a, uint32_t b)
{
	return a == UINT32_MAX || b == UINT32_MAX ? UINT32_MAX : a + b;
}

/* It is the i-th of them. */
static void server_merge(
	struct fleet_servers *into, uint32_t i, const struct server *s, ns_t now)
{
	into->busy[i] += gauge_sum(&s->counts.running, now);
	into->counts.arrived += s->counts.arrived;
	into->counts.done += s->counts.done;
	into->counts.rejected += s->counts.rejected;
	into->counts.timed_out += s->counts.timed_out;
	into->counts.abandoned += s->counts.abandoned;
	into->counts.sojourn += s->counts.sojourn;
	into->counts.told += s->counts.told;
	into->counts.telling += s->counts.telling;
	into->counts.told_late += s->counts.told_late;
	if (s->counts.told_latest > into->counts.told_latest)
		into->counts.told_latest = s->counts.told_latest;
	gauge_merge(&into->counts.inside, &s->counts.inside, now);
	gauge_merge(&into->counts.running, &s->counts.running, now);
	into->n_levels = s->flow.n_levels;
	for (uint32_t l = 0; l < s->flow.n_levels; l++)
		level_merge(&into->level[l], &s->flow.level[l].counts, now);
}

/* The time that seats were in use since the measuring began. */
static uint64_t seat_time(const struct served *s, ns_t now)
{
	uint64_t sum = 0;

	for (uint32_t l = 0; l < s->result->servers.n_levels; l++)
		sum += s->result->servers.level[l].seats.sum;
	for (uint32_t i = 0; i < s->shared->servers; i++)
		for (uint32_t l = 0; l < s->server[i].flow.n_levels; l++)
			sum += gauge_sum(&s->server[i].flow.level[l].counts.seats, now);
	return sum;
}

/* The same of processors at work. */
static uint64_t busy_time(const struct served *s, ns_t now)
{
	uint64_t sum = s->result->servers.counts.running.sum;

	for (uint32_t i = 0; i < s->shared->servers; i++)
		sum += gauge_sum(&s->server[i].counts.running, now);
	return sum;
}

/* Every second that is over by now. */
static void measure_seconds(struct served *s, ns_t now)
{
	const struct fleet_window *w = &s->params->window[0];
	uint32_t seconds = s->result->tally.seconds;

	while (s->second < seconds) {
		ns_t ends = ns_min(w->from[1] + (s->second + 1) * NS_S, w->until[1]);
		uint64_t sum;

		if (ends > now)
			return;
		sum = seat_time(s, ends);
		s->result->servers.seat_time[s->second] = sum - s->seat_time;
		s->seat_time = sum;
		sum = busy_time(s, ends);
		s->result->servers.busy_time[s->second++] = sum - s->busy_time;
		s->busy_time = sum;
	}
}

/* Servers are measured while window 0 lasts. */
void served_until(struct served *s, ns_t now)
{
	const struct fleet_window *w = &s->params->window[0];

	if (!s->measures && now >= w->from[1]) {
		s->measures = true;
		for (uint32_t i = 0; i < s->shared->servers; i++)
			server_restart(&s->server[i], w->from[1]);
	}
	if (s->measures)
		measure_seconds(s, now);
}

void served_restart(struct served *s, uint32_t server, ns_t now)
{
	if (s->measures)
		server_merge(&s->result->servers, server, &s->server[server], now);
}

void served_init(struct served *s, const struct fleet_params *params,
	const struct together_params *shared, struct fleet_result *result,
	struct server *server)
{
	*s = (struct served){
		.params = params, .shared = shared, .result = result, .server = server};
	if (!result->tally.seconds)
		return;
	result->servers.seat_time = ARENA_ARRAY(&result->mem, uint64_t, result->tally.seconds);
	result->servers.busy_time = ARENA_ARRAY(&result->mem, uint64_t, result->tally.seconds);
}

void served_end(struct served *s, ns_t now)
{
	struct fleet_servers *servers = &s->result->servers;

	served_until(s, now);
	servers->n = s->shared->servers;
	servers->processors = s->shared->servers * s->shared->server.processors;
	servers->span = now - s->params->window[0].from[1];
	for (uint32_t i = 0; i < s->shared->servers; i++) {
		const struct server *one = &s->server[i];

		server_merge(servers, i, one, now);
		for (uint32_t l = 0; l < one->flow.n_levels; l++)
			servers->seats[l] =
				seats_add(servers->seats[l], one->flow.level[l].params.seats);
	}
}
