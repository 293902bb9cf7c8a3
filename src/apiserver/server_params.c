/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/server_params.h"

#include <assert.h>
#include <string.h>

#include "models/costs.h"
#include "models/watched.h"

#define DEMAND_MAX (60 * NS_MIN)

_Static_assert(FAIR_LEVELS <= FLOW_LEVELS, "every level of a model has its place");

static ns_t scaled(ns_t cpu, int64_t scale)
{
	cpu = cpu / PPM * scale + cpu % PPM * scale / PPM;
	return cpu < DEMAND_MAX ? cpu : DEMAND_MAX;
}

/* apf_controller.go:550: the whole number of seats at or above a level's share. */
static uint32_t seats_of(uint64_t seats, uint64_t shares, uint64_t all)
{
	return (uint32_t)((seats * shares + all - 1) / all);
}

/* apf_controller.go, since 1.26: to the nearest. */
static uint32_t percent_of(uint32_t seats, uint64_t percent)
{
	uint64_t part = (seats * percent + 50) / 100;

	return part < UINT16_MAX ? (uint32_t)part : UINT16_MAX;
}

static uint64_t all_shares(const struct apiserver_model *m)
{
	uint64_t shares = 0;

	for (uint32_t i = 0; i < m->fairness.n_levels; i++)
		shares += m->fairness.level[i].shares;
	return shares;
}

static void share_seats(struct flow_params *f, const struct apiserver_model *m)
{
	uint64_t seats = (uint64_t)m->max_inflight + m->max_mutating;
	uint64_t shares = all_shares(m);

	f->n_levels = m->fairness.n_levels;
	for (uint32_t i = 0; i < f->n_levels; i++) {
		const struct fair_level *l = &m->fairness.level[i];

		f->level[i] = (struct flow_level){
			.seats = seats_of(seats, l->shares, shares),
			.queues = l->queues,
			.hand = l->hand,
			.queue_length = l->queue_length,
		};
		f->level[i].lends = percent_of(f->level[i].seats, l->lendable);
		f->level[i].borrows = l->borrowing == FAIR_NO_LIMIT
					      ? (uint32_t)seats
					      : percent_of(f->level[i].seats, l->borrowing);
	}
	f->lend_every = m->fairness.lend_every;
}

/* bootstrap/default.go: a flow schema of the nodes' group for some resources comes before the
 * one for all of them; both tell flows apart by user. */
static uint8_t level_of(const struct apiserver_model *m, const char *resource)
{
	for (uint32_t i = 0; i < m->fairness.n_resources; i++)
		if (!strcmp(m->fairness.resource[i].resource, resource))
			return (uint8_t)m->fairness.resource[i].level;
	return (uint8_t)m->fairness.nodes;
}

static size_t fit(const char *pattern, const char *user)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return strncmp(pattern, user, len - 1) == 0 ? len : 0;
	return strcmp(pattern, user) == 0 ? len + 1 : 0;
}

/* bootstrap/default.go: the flow schemas of nodes come before those that match every service
 * account or everybody. */
uint8_t server_level_of_user(const struct apiserver_model *m, const char *user)
{
	static const char node[] = "system:node:";
	size_t best = 0;
	uint8_t level = 0;

	if (!user || !strncmp(user, node, sizeof(node) - 1))
		return 0;
	for (uint32_t i = 0; i < m->fairness.n_users; i++) {
		size_t fits = fit(m->fairness.user[i].user, user);

		if (fits <= best)
			continue;
		best = fits;
		level = (uint8_t)(m->fairness.user[i].level + 1);
	}
	return level;
}

void server_params_init(struct server_params *p, const struct scenario *s)
{
	const struct apiserver_model *m = &s->apiserver;

	assert(m->processors > 0);
	*p = (struct server_params){.processors = m->processors,
		.timeout = m->request_timeout,
		.rejecting = scaled(m->costs.rejected, m->costs.cpu_scale)};
	p->flow.fair = m->fairness.enabled;
	p->flow.wait_limit = m->fairness.wait_limit;
	p->flow.wait_end = m->fairness.wait_end;
	p->flow.guess = m->fairness.guess;
	p->flow.by_seats = m->fairness.sharding == FAIR_BY_SEATS;
	p->flow.readonly = m->max_inflight;
	p->flow.shared = m->max_mutating == API_LIMIT_SHARED;
	p->flow.mutating = p->flow.shared ? 0 : m->max_mutating;
	if (!p->flow.fair)
		return;
	share_seats(&p->flow, m);
	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		p->flow.level_of[c] = level_of(m, s->calls.name[c].resource);
}

static bool are_asked_by_others(const struct scenario *s)
{
	bool asked = s->owners.create < CALLS_MAX;

	for (uint32_t i = 0; i < s->workload.n_objects; i++)
		asked |= s->owners.change[i] < CALLS_MAX;
	return asked;
}

uint32_t server_params_limit(const struct server_params *p, const struct scenario *s)
{
	const struct flow_params *f = &p->flow;
	bool counted[FLOW_LEVELS] = {false};
	uint64_t limit = 0;

	if (!f->fair) {
		if (!f->readonly || (!f->mutating && !f->shared))
			return UINT32_MAX;
		return f->readonly + f->mutating;
	}
	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		counted[f->level_of[c]] = true;
	for (uint32_t i = 0; are_asked_by_others(s) && i < s->apiserver.fairness.n_users; i++)
		counted[s->apiserver.fairness.user[i].level] = true;
	for (uint32_t i = 0; i < f->n_levels; i++) {
		const struct flow_level *l = &f->level[i];

		if (counted[i])
			limit += l->seats + (f->lend_every ? l->borrows : 0) +
				 (uint64_t)l->queues * l->queue_length;
	}
	return limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
}

/* ------------------------------------------------------------------ costs */

static uint32_t listed_of(const struct apiserver_model *m, const char *resource)
{
	for (uint32_t i = 0; i < m->costs.n_listed; i++)
		if (!strcmp(m->costs.listed[i].resource, resource))
			return m->costs.listed[i].objects;
	return 1;
}

void server_costs_init(struct server_costs *c, const struct scenario *s)
{
	uint32_t nodes = s->cluster_nodes ? s->cluster_nodes : s->nodes;

	*c = (struct server_costs){
		.scenario = s, .cluster_pods = (uint64_t)nodes * s->workload.pods};
	for (uint32_t i = CALL_API; i < s->calls.n; i++) {
		const struct call_name *name = &s->calls.name[i];

		c->mutating[i] = call_mutates(name);
		if (strcmp(name->verb, "list") != 0)
			continue;
		if (watched_all_by(s, (uint16_t)i))
			c->listed[i] = watched_in_cluster(s, name->resource);
		else
			c->lists_pods[i] = !strcmp(name->resource, "pods");
		if (!c->listed[i])
			c->listed[i] = listed_of(&s->apiserver, name->resource);
	}
}

/* base + n * each; no request takes longer than DEMAND_MAX, whatever a calibration says. */
static ns_t grown(ns_t base, int64_t n, ns_t each)
{
	if (base >= DEMAND_MAX || (each > 0 && n > (DEMAND_MAX - base) / each))
		return DEMAND_MAX;
	return base + n * each;
}

/* That a list takes at a level.  apf_controller.go finishQueueSetReconfigsLocked, since 1.28:
 * of a level with queues the smaller of a part of its seats and those for each queue of a hand.
 */
static uint32_t widest_of(const struct apiserver_model *m, uint8_t level)
{
	const struct fair_level *l = &m->fairness.level[level];
	uint64_t shares = all_shares(m);
	uint32_t seats, part;

	if (!m->fairness.max_seats_percent || !l->queues)
		return m->fairness.max_seats;
	assert(shares > 0);
	seats = seats_of((uint64_t)m->max_inflight + m->max_mutating, l->shares, shares);
	part = (uint32_t)(((uint64_t)seats * m->fairness.max_seats_percent + 99) / 100);
	part = part < seats / l->hand ? part : seats / l->hand;
	return part < m->fairness.max_seats ? part : m->fairness.max_seats;
}

static bool is_of_pods(const struct server_costs *c, uint16_t call)
{
	return !strcmp(c->scenario->calls.name[call].resource, "pods");
}

/* list_work_estimator.go, since 1.23: as many objects as there are of the kind, whoever they
 * are for; by etcd those that are read and those that are returned.  A list of one by its name
 * takes one seat, which is what `listed` says of it. */
static uint16_t width_of(const struct server_costs *c, uint16_t call, bool quorum)
{
	const struct apiserver_model *m = &c->scenario->apiserver;
	uint64_t objects = c->lists_pods[call] ? c->cluster_pods : c->listed[call];
	uint64_t width;
	uint32_t widest;

	if (!m->fairness.enabled || !m->fairness.objects_per_seat)
		return 1;
	if (is_of_pods(c, call) && (quorum || !m->watch_cache))
		objects *= 2;
	width = (objects + m->fairness.objects_per_seat - 1) / m->fairness.objects_per_seat;
	widest = widest_of(m, level_of(m, c->scenario->calls.name[call].resource));
	width = width < widest ? width : widest;
	return (uint16_t)(width ? width : 1);
}

static ns_t cpu_of(const struct api_cost *cost, int64_t listed, int64_t read)
{
	return grown(grown(cost->cpu, listed, cost->listed_cpu), read, cost->read_cpu);
}

/* Latencies were measured of requests for one object.  Where a model does not tell those of
 * reads apart, that of one by etcd is meant: what is left of it is waiting for etcd, and no
 * more for one that does not wait for it. */
struct server_demand server_demand(
	const struct server_costs *c, uint16_t call, bool quorum, uint32_t pods)
{
	const struct apiserver_model *m = &c->scenario->apiserver;
	bool by_etcd = quorum || !m->watch_cache || c->mutating[call];
	const struct api_cost *cost = &m->cost[call][by_etcd];
	int64_t listed = c->lists_pods[call] ? pods : (int64_t)c->listed[call];
	int64_t read = c->lists_pods[call] && c->cluster_pods > pods ? (int64_t)c->cluster_pods
								     : listed;
	struct server_demand d = {.mutating = c->mutating[call]};
	bool cached;

	(void)costs_latency(c->scenario, call, quorum, &cached);
	d.measured_cpu = cpu_of(&m->cost[call][!cached], listed > 0, read > 0);
	d.cpu = scaled(cpu_of(cost, listed, read), m->costs.cpu_scale);
	if (by_etcd && !c->mutating[call])
		d.read = !strcmp(c->scenario->calls.name[call].verb, "list") ? (uint64_t)read
									     : 1;
	d.etcd_cpu = grown(cost->etcd_cpu, read, cost->read_etcd_cpu);
	d.etcd_wait = d.etcd_cpu - grown(cost->etcd_cpu, read > 0, cost->read_etcd_cpu);
	d.bytes = cost->bytes + (uint64_t)listed * cost->listed_bytes;
	d.width = width_of(c, call, quorum);
	return d;
}

/* ------------------------------------------------------------------ watchers */

/* Where telling costs something at all, no event is for nothing. */
static ns_t event_cpu(const struct apiserver_model *m, ns_t cpu)
{
	return cpu > 0 ? ns_max(scaled(cpu, m->costs.cpu_scale), 1) : 0;
}

/* So many who are told of the model's i-th object in so many bytes: the cost of an event goes
 * with them (models/costs.c). */
static void add_audience(const struct apiserver_model *m, uint32_t i, uint32_t n,
	uint32_t bytes, struct server_audience *to)
{
	uint32_t size = watched_stored_bytes(m, i);
	ns_t cpu = m->storage.object[i].told_cpu;

	if (bytes != size && cpu > 0)
		cpu = ns_max(cpu * bytes / size, 1);
	to->n += n;
	to->bytes += (uint64_t)n * bytes;
	to->measured_cpu += n * cpu;
	to->cpu += n * event_cpu(m, cpu);
}

/* Who changes one of these is no node, and it concerns none more than others. */
static bool is_nobodys(const char *resource)
{
	return !strcmp(resource, "secrets") || !strcmp(resource, "configmaps");
}

/* Those of nodes, the kubelet's and of what is beside it. */
static void add_nodes_watches(
	const struct scenario *s, const char *resource, uint32_t i, struct server_telling *t)
{
	for (uint32_t k = 0; k < s->kubelet.n_watches; k++) {
		const struct model_watch *w = &s->kubelet.watches[k];
		bool own = watched_by_its_node(w);

		if (!strcmp(s->calls.name[w->watch].resource, resource) &&
			!(own && is_nobodys(resource)))
			add_audience(&s->apiserver, i, (uint32_t)watched_hear(s, w),
				watched_bytes(s, w), own ? &t->own : &t->all);
	}
}

/* One change of an object that the model stores as its i-th. */
static struct server_telling stored(const struct scenario *s, uint32_t i)
{
	const struct apiserver_model *m = &s->apiserver;
	struct server_telling t = {
		.object = i, .events = 1, .cpu = event_cpu(m, m->storage.object[i].told_cpu)};

	add_audience(m, i, m->storage.object[i].watchers, watched_stored_bytes(m, i), &t.all);
	add_nodes_watches(s, m->storage.object[i].resource, i, &t);
	return t;
}

static struct server_telling of_no_node(struct server_telling t)
{
	t.own = (struct server_audience){0};
	return t;
}

struct server_telling server_change(const struct scenario *s, const char *resource)
{
	const struct apiserver_model *m = &s->apiserver;

	for (uint32_t i = 0; i < m->storage.n_objects; i++)
		if (!strcmp(m->storage.object[i].resource, resource))
			return of_no_node(stored(s, i));
	return (struct server_telling){.object = STORED_MAX};
}

/* A pod that is created is no node's yet (config/apiserver.go: spec.nodeName). */
static bool is_unbound(const struct call_name *name)
{
	return !strcmp(name->verb, "create") && !strcmp(name->resource, "pods");
}

/* The final DELETE of a pod is two writes, of which the first is the pod's with a grace period
 * of 0. */
struct server_telling server_telling(const struct scenario *s, uint16_t call)
{
	const struct apiserver_model *m = &s->apiserver;
	const struct call_name *name = &s->calls.name[call];
	struct server_telling t = {.object = STORED_MAX};

	for (uint32_t i = 0; i < m->storage.n_objects; i++) {
		if (!call_writes(name, m->storage.object[i].resource))
			continue;
		t = is_unbound(name) ? of_no_node(stored(s, i)) : stored(s, i);
		t.events = call_deletes_pods(&s->calls, call) ? 2 : 1;
		break;
	}
	return t;
}
