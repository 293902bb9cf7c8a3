/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/client.h"
#include "base/rng.h"
#include "hollow/hollow_priv.h"

#define BEGINNING (1000 * NS_S)

struct world world;

int __real_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);
void __real_node_step(struct node *n, ns_t now);
void __wrap_node_step(struct node *n, ns_t now);
struct api_answer __real_api_serve(struct api_shard *shard, ns_t now, ns_t takes,
	const struct api_request *r, struct tally *t);
struct api_answer __wrap_api_serve(struct api_shard *shard, ns_t now, ns_t takes,
	const struct api_request *r, struct tally *t);
void __real_budget_sent(struct node *n, ns_t now, const struct node_request *q);
void __wrap_budget_sent(struct node *n, ns_t now, const struct node_request *q);
void __real_agent_answer(
	struct agent *a, uint32_t actor, ns_t at, enum outcome what, uint32_t value);
void __wrap_agent_answer(
	struct agent *a, uint32_t actor, ns_t at, enum outcome what, uint32_t value);
void __real_flights_send(struct hollow *h, ns_t now);
void __wrap_flights_send(struct hollow *h, ns_t now);
void __real_flights_end_watches(struct hollow *h);
void __wrap_flights_end_watches(struct hollow *h);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	if (clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, ts);
	ts->tv_sec = (time_t)(world.now / NS_S);
	ts->tv_nsec = (long)(world.now % NS_S);
	return 0;
}

/* The agents' time begins when the driver starts them. */
static ns_t zero_of(const struct node *n)
{
	const struct hollow *h = (const struct hollow *)n;

	return n->plan->world ? h->swarm->zero : 0;
}

void __wrap_node_step(struct node *n, ns_t now)
{
	world.nominal = zero_of(n) + now;
	__real_node_step(n, now);
}

void __wrap_flights_send(struct hollow *h, ns_t now)
{
	world.nominal = zero_of(&h->node) + now;
	world.is_agents = true;
	world.fault = world_meets(&h->node, &h->node.send);
	__real_flights_send(h, now);
	world.is_agents = false;
}

static bool has_another(const struct flight *f)
{
	for (const struct flight *g = f->after; g; g = g->after)
		if (g->opened && g->q.actor == f->q.actor)
			return true;
	return false;
}

void __wrap_flights_end_watches(struct hollow *h)
{
	const struct agent *a = &h->node.agent;
	const uint32_t *first = a->plan->first;

	for (const struct flight *f = h->flights; f; f = f->after) {
		uint32_t entry = f->q.actor - first[ACTOR_REFLECTOR];

		if (!f->opened || f->q.actor < first[ACTOR_REFLECTOR] ||
			f->q.actor >= first[ACTOR_REFLECTOR + 1])
			continue;
		world.watches++;
		world.strays += !sc_is_watching(&a->objects, h->swarm->view.now, entry) ||
				has_another(f);
	}
	__real_flights_end_watches(h);
}

/* ------------------------------------------------------------------ faults */

void world_fails(uint32_t faults)
{
	world.faults = faults;
	memset(world.asked, 0, sizeof(world.asked));
	memset(world.struck, 0, sizeof(world.struck));
	world.n_sent = 0;
}

static bool can_meet(const struct call_name *call, enum world_fault fault)
{
	bool watch = !strcmp(call->verb, "watch"), mutates = call_mutates(call);

	if (!(world.faults >> fault & 1))
		return false;
	switch (fault) {
	case WORLD_RESET:
		return mutates;
	case WORLD_RESETS_READ:
		return !mutates && !watch;
	case WORLD_ENDS:
	case WORLD_GONE:
		return watch;
	case WORLD_ERROR:
	case WORLD_REJECTS:
	case WORLD_REFUSES:
		return true;
	case WORLD_FINE:
	case WORLD_FAULTS:
		break;
	}
	return false;
}

static enum world_fault meets_followed(const struct node_request *q)
{
	enum world_fault fault = WORLD_ERROR;

	if (q->call != world.followed || world.n_sent == WORLD_SENT)
		return WORLD_FINE;
	while (!(world.faults >> fault & 1))
		fault++;
	if (world.n_sent % 3 >= world.in_a_row || world.n_sent < world.from)
		fault = WORLD_FINE;
	world.met[world.n_sent] = fault;
	world.sent_at[world.n_sent++] = q->at;
	return fault;
}

/* What a watch of pods misses, virtual time's does not; a kubelet whose heartbeats fail closes
 * its connections, which break others' requests there only where servers are shared. */
static bool is_spared(const struct call_name *call)
{
	bool watches = !strcmp(call->verb, "list") || !strcmp(call->verb, "watch");

	return !world.faults || !strcmp(call->resource, "leases") ||
	       (!watches && !strncmp(call->resource, "nodes", 5)) ||
	       (watches && !strcmp(call->resource, "pods"));
}

/* Half of the first three of a kind. */
enum world_fault world_meets(const struct node *n, const struct node_request *q)
{
	const struct call_name *call = &n->plan->params->scenario->calls.name[q->call];
	uint64_t key = rng_draw(rng_key(q->key, n->index), q->call, q->pod, q->object);
	uint8_t *asked = &world.asked[n->index % WORLD_NODES][key % WORLD_KEYS];
	uint64_t draw = rng_draw(key, 1, *asked, 0);
	enum world_fault fault = (enum world_fault)(draw % WORLD_FAULTS);

	if (world.faults && world.followed)
		return meets_followed(q);
	if (is_spared(call) || *asked == 3)
		return WORLD_FINE;
	++*asked;
	for (unsigned i = 0; i < WORLD_FAULTS && !can_meet(call, fault); i++)
		fault = (fault + 1) % WORLD_FAULTS;
	if (draw >> 32 & 1 || !can_meet(call, fault))
		return WORLD_FINE;
	world.struck[fault]++;
	return fault;
}

/* Virtual time's server.  Where servers are not shared it answers whatever it is asked, so what
 * it rejects and whose connection breaks is taken out of the agent's way, and comes back as
 * from a shared one. */
struct api_answer __wrap_api_serve(struct api_shard *shard, ns_t now, ns_t takes,
	const struct api_request *r, struct tally *t)
{
	const struct node *n =
		(const struct node *)((const char *)shard - offsetof(struct node, shard));
	struct api_answer a = {.at = now + takes, .what = OUTCOME_ERROR};

	if (n->plan->world)
		return __real_api_serve(shard, now, takes, r, t);
	world.fault = world_meets(n, &world.leaving);
	if (world.fault != WORLD_FINE && world.fault != WORLD_ENDS && world.fault != WORLD_GONE)
		return a;
	a = __real_api_serve(shard, now, takes, r, t);
	if (world.fault != WORLD_FINE) {
		a.at = now + takes + r->timeout / WORLD_EARLY;
		a.what = world.fault == WORLD_GONE ? OUTCOME_GONE : OUTCOME_OK;
	}
	return a;
}

void __wrap_budget_sent(struct node *n, ns_t now, const struct node_request *q)
{
	__real_budget_sent(n, now, q);
	world.leaving = *q;
	world.fault = WORLD_FINE;
}

void __wrap_agent_answer(
	struct agent *a, uint32_t actor, ns_t at, enum outcome what, uint32_t value)
{
	struct node *n = (struct node *)((char *)a - offsetof(struct node, agent));
	enum world_fault fault = world.fault;

	if (n->plan->world || actor != world.leaving.actor ||
		(fault != WORLD_REJECTS && fault != WORLD_RESETS_READ &&
			fault != WORLD_REFUSES)) {
		__real_agent_answer(a, actor, at, what, value);
		return;
	}
	world.fault = WORLD_FINE;
	agent_park(a, actor);
	if (fault == WORLD_REJECTS)
		requests_answer(n, at, &world.leaving, OUTCOME_REJECTED, WORLD_RETRY_AFTER);
	else if (fault == WORLD_REFUSES)
		requests_refused(n, at, &world.leaving);
	else
		requests_lost(n, at, &world.leaving, CLIENT_AFTER_RESET);
}

/* ------------------------------------------------------------------ beginning and end */

void world_begin(const struct world_times *times)
{
	static const struct store_limits limits = {100000, 1 << 28, 10000, 1 << 28};
	const struct world before = world;

	world = (struct world){.times = *times,
		.now = BEGINNING,
		.nominal = BEGINNING,
		.followed = before.followed,
		.in_a_row = before.in_a_row,
		.from = before.from};
	rest_init(&world.rest, &limits, "v1.20.2", 1, 1700000000);
}

static void event_free_all(struct world_event *e)
{
	rest_reply_fini(&e->reply);
	str_fini(&e->line);
	free(e);
}

void world_end(void)
{
	while (world.first) {
		struct world_event *e = world.first;

		world.first = e->next;
		event_free_all(e);
	}
	rest_fini(&world.rest);
}

struct world_event *world_at(ns_t at, void (*happens)(struct world_event *e), void *whom)
{
	struct world_event **link = &world.first, *e = calloc(1, sizeof(*e));

	if (!e)
		abort();
	while (*link && (*link)->at <= at)
		link = &(*link)->next;
	*e = (struct world_event){.next = *link, .at = at, .happens = happens, .whom = whom};
	*link = e;
	return e;
}

bool world_step(ns_t until)
{
	struct world_event *e = world.first;

	if (!e || e->at > until)
		return false;
	world.first = e->next;
	if (e->at > world.now)
		world.now = e->at;
	world.nominal = e->at;
	if (e->whom)
		e->happens(e);
	event_free_all(e);
	return true;
}
