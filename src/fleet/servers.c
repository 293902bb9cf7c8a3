/* SPDX-License-Identifier: Apache-2.0 */
/* The API servers of a scenario, before which its nodes stand together, or alone if that makes
 * no difference. */
#include <string.h>

#include "apiserver/server_params.h"
#include "fleet/together.h"
#include "models/workload.h"

/* Without limits everybody may be inside at once; so may all whom it takes something to turn
 * away, beside those with seats, whose clients may be gone. */
static uint32_t capacity_of(const struct node_plan *plan, const struct server_params *p)
{
	const struct scenario *s = plan->params->scenario;
	uint32_t limit = server_params_limit(p, s);
	uint32_t of_node = plan->agent.first[ACTOR_KINDS] + OWNER_ASKS * plan->places;

	if (limit == UINT32_MAX)
		return s->nodes * of_node;
	return p->rejecting ? s->nodes * of_node + limit : limit;
}

static enum watched watched_of(const char *resource)
{
	if (!strncmp(resource, "pods", 4))
		return WATCHED_PODS;
	return strncmp(resource, "nodes", 5) != 0 ? WATCHED_NONE : WATCHED_NODES;
}

/* With bookmarks a watcher's version is a minute old at most, and a minute's changes are taken
 * to be remembered. */
static void watched_init(struct together_params *p, const struct scenario *s)
{
	p->remembers = s->apiserver.bookmarks ? 0 : s->apiserver.watch_events;
	p->caches = s->apiserver.watch_cache;
	for (uint32_t c = CALL_API; c < s->calls.n; c++) {
		const struct call_name *name = &s->calls.name[c];
		uint8_t watched = (uint8_t)watched_of(name->resource);

		if (call_mutates(name))
			p->writes[c] = watched;
		else if (!strcmp(name->verb, "list"))
			p->lists[c] = watched;
		else if (!strcmp(name->verb, "watch"))
			p->watches[c] = watched;
		p->opens[c] = !strcmp(name->verb, "watch");
	}
	p->sli_without_queues = s->apiserver.fairness.sli_without_queues;
	p->seats_watches = s->apiserver.fairness.enabled && s->apiserver.fairness.watches;
}

void together_params_init(struct together_params *p, const struct node_plan *plan)
{
	const struct scenario *s = plan->params->scenario;
	struct server_costs costs;

	*p = (struct together_params){
		.servers = s->apiserver.servers, .retry_after = s->apiserver.retry_after};
	server_params_init(&p->server, s);
	server_costs_init(&costs, s);
	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		for (unsigned quorum = 0; quorum < 2; quorum++) {
			struct server_demand d = server_demand(
				&costs, (uint16_t)c, quorum != 0, workload_pods(&s->workload));

			p->cpu[c][quorum] = d.cpu;
			p->measured[c][quorum] = d.measured_cpu;
			p->etcd[c][quorum] = d.etcd_wait;
			p->mutating[c] = d.mutating;
			p->width[c][quorum] = d.width;
		}
	watched_init(p, s);
	owners_params_init(p, s);
	fanout_init(&p->fanout, s);
	p->server.watchers = fanout_watchers(&p->fanout, s);
	p->server.feeds = s->apiserver.storage.n_objects;
	p->server.feed_rate = p->fanout.rate;
	p->capacity = capacity_of(plan, &p->server);
}

/* ------------------------------------------------------------------ nobody waited */

static uint32_t level_of(const struct together_params *p, uint32_t call)
{
	return flow_level_of(&p->server.flow, (uint16_t)call, p->mutating[call]);
}

static uint32_t owners_level(const struct together_params *p, uint32_t call)
{
	uint8_t own = p->owners.level[call];

	return p->server.flow.fair && own ? own - 1u : level_of(p, call);
}

/* That a level has of its own; `kept`: whatever others ask for. */
static uint32_t seats_of(const struct together_params *p, uint32_t level, bool kept)
{
	const struct flow_params *f = &p->server.flow;

	if (f->fair)
		return f->level[level].seats -
		       (kept && f->lend_every ? f->level[level].lends : 0);
	if (level == FLOW_MUTATING && !f->shared)
		return f->mutating ? f->mutating : UINT32_MAX;
	return f->readonly ? f->readonly : UINT32_MAX;
}

/* The fewest seats of any level that somebody used. */
static uint32_t fewest_seats(const struct together_params *p, const struct load *l)
{
	uint32_t fewest = UINT32_MAX;

	for (uint32_t c = CALL_API; c < CALLS_MAX; c++) {
		if (l->used[c] && seats_of(p, level_of(p, c), true) < fewest)
			fewest = seats_of(p, level_of(p, c), true);
		if (l->used_by_owners[c] && seats_of(p, owners_level(p, c), true) < fewest)
			fewest = seats_of(p, owners_level(p, c), true);
	}
	return fewest;
}

/* Whether somebody sent requests that take more than one seat, which a load does not tell. */
static bool are_wide(const struct together_params *p, const struct load *l)
{
	for (uint32_t c = CALL_API; c < CALLS_MAX; c++)
		if (l->used[c] && (p->width[c][0] > 1 || p->width[c][1] > 1))
			return true;
	return false;
}

/* The balancer may have given all of them to one of the servers.  A load does not tell what
 * etcd passes on late. */
bool together_may_wait(const struct together_params *p, const struct load *l)
{
	return p->fanout.rate > 0 || are_wide(p, l) || l->most_inside > fewest_seats(p, l) ||
	       load_exceeds(l, p->server.processors);
}

/* Of all servers; a level without a limit has none at several of them either. */
static uint32_t seats_of_all(const struct together_params *p, uint32_t level)
{
	uint32_t seats = seats_of(p, level, false);

	return seats == UINT32_MAX ? seats : p->servers * seats;
}

static void served_add(struct fleet_servers *s, uint32_t level, const struct load_of_call *of)
{
	struct flow_counts *into = &s->level[level];

	if (!of->requests)
		return;
	s->counts.arrived += of->requests;
	s->counts.done += of->requests;
	s->counts.sojourn += of->took;
	s->counts.inside.sum += of->took;
	s->counts.running.sum += of->cpu;
	into->arrived += of->requests;
	into->dispatched += of->requests;
	into->seats.sum += of->took;
}

/* The load's memory goes with the run. */
static void keep_seconds(const struct load *l, struct fleet_result *r)
{
	size_t seconds = r->tally.seconds < l->seconds ? r->tally.seconds : l->seconds;

	if (!seconds)
		return;
	r->servers.seat_time = ARENA_ARRAY(&r->mem, uint64_t, r->tally.seconds);
	r->servers.busy_time = ARENA_ARRAY(&r->mem, uint64_t, r->tally.seconds);
	memcpy(r->servers.seat_time, l->seat_time, seconds * sizeof(*l->seat_time));
	memcpy(r->servers.busy_time, l->busy_time, seconds * sizeof(*l->busy_time));
}

bool together_was_idle(
	const struct node_plan *plan, const struct load *l, struct fleet_result *r)
{
	const struct together_params *p = plan->shared;
	const struct fleet_params *run = plan->params;
	struct fleet_servers *s = &r->servers;

	if (together_may_wait(p, l))
		return false;
	keep_seconds(l, r);
	*s = (struct fleet_servers){.seat_time = s->seat_time,
		.busy_time = s->busy_time,
		.n = p->servers,
		.processors = p->servers * p->server.processors,
		.span = run->until - run->window[0].from[1],
		.n_levels = p->server.flow.fair ? p->server.flow.n_levels : FLOW_MUTATING + 1};
	memcpy(s->busy, l->busy, sizeof(s->busy));
	for (uint32_t i = 0; i < s->n_levels; i++)
		s->seats[i] = seats_of_all(p, i);
	for (uint32_t c = CALL_API; c < CALLS_MAX; c++) {
		served_add(s, level_of(p, c), &l->measured[c]);
		served_add(s, owners_level(p, c), &l->owners[c]);
		s->asked[c].offered = s->asked[c].sent = s->asked[c].answered =
			l->owners[c].requests;
	}
	s->counts.told = l->told;
	s->counts.telling = s->counts.told_late = l->telling;
	s->counts.told_latest = l->telling_most;
	s->counts.running.sum += l->telling;
	s->counts.inside.max = l->most_inside;
	s->counts.running.max =
		l->most_running < p->server.processors ? l->most_running : p->server.processors;
	for (uint32_t i = 0; i < s->n_levels; i++) {
		s->level[i].seats.max = s->level[i].arrived ? l->most_inside : 0;
		s->level[i].limit.max = seats_of(p, i, false);
		s->level[i].limit.sum = (uint64_t)s->span * s->level[i].limit.max * p->servers;
	}
	return true;
}
