/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/owners.h"

#include <assert.h>
#include <stdlib.h>

#include "agent/client.h"
#include "apiserver/server_params.h"
#include "base/rng.h"
#include "fleet/together.h"
#include "models/costs.h"
#include "models/workload.h"

enum { DRAW_OWNER = TOGETHER_DRAW_SERVER + 2 };

#define NONE UINT32_MAX

enum owner_state { OWNER_FREE, OWNER_INSIDE, OWNER_ASLEEP };

struct owner_request {
	ns_t at;       /* asleep: it wakes up */
	uint32_t node; /* whose pod it is about; FANOUT_NO_NODE: it is about an object */
	struct change change;
	uint32_t next; /* asleep or free */
	uint16_t call;
	uint8_t state, tries, server;
};

/* ------------------------------------------------------------------ what they take */

static void asks(struct together_params *p, const struct scenario *s,
	const struct server_costs *costs, uint16_t call, const char *user)
{
	struct server_demand d;
	bool cached;

	if (call == CALLS_MAX)
		return;
	d = server_demand(costs, call, true, workload_pods(&s->workload));
	p->owners.wait[call] = server_wait(&d, costs_latency(s, call, true, &cached)->mean);
	p->owners.level[call] = server_level_of_user(&s->apiserver, user);
}

/* Controllers create and delete pods, and objects are taken to be theirs, too. */
void owners_params_init(struct together_params *p, const struct scenario *s)
{
	static const char controllers[] = "system:kube-controller-manager";
	const struct owner_calls *calls = &s->owners;
	struct server_costs costs;

	p->owners = (struct owners_params){.calls = calls};
	server_costs_init(&costs, s);
	asks(p, s, &costs, calls->create, controllers);
	asks(p, s, &costs, calls->bind, "system:kube-scheduler");
	asks(p, s, &costs, calls->remove, controllers);
	for (uint32_t i = 0; i < s->workload.n_objects; i++)
		asks(p, s, &costs, calls->change[i], controllers);
}

static uint16_t call_of(const struct owner_calls *calls, enum owner_ask ask)
{
	switch (ask) {
	case OWNER_CREATES:
		return calls->create;
	case OWNER_BINDS:
		return calls->bind;
	case OWNER_REMOVES:
		return calls->remove;
	case OWNER_ASKS:
		break;
	}
	return CALLS_MAX;
}

/* Each of the two users has one connection. */
static enum balancer_user user_of(const struct node_plan *plan, uint16_t call)
{
	return call == plan->shared->owners.calls->bind ? BALANCER_SCHEDULER : BALANCER_OWNER;
}

/* A DELETE of theirs says that a pod is to go: one change. */
static struct fanout_write write_of(const struct together_params *p, uint16_t call,
	uint32_t node, uint8_t server, uint8_t home)
{
	return (struct fanout_write){.of = &p->fanout.call[call],
		.node = node,
		.home = home,
		.server = server,
		.marks = call == p->owners.calls->remove};
}

/* ------------------------------------------------------------------ nodes alone */

static void answered(
	struct fleet_result *r, const struct fleet_params *p, ns_t now, uint16_t call)
{
	assert(r);
	if (r->others && fleet_measures(p, now))
		fleet_others(r, call)[(now - p->window[0].from[1]) / NS_S]++;
}

/* Until it is through, and at which server. */
static ns_t takes(const struct node_plan *plan, uint16_t call, uint8_t *server)
{
	*server = balancer_home_of_user(plan, user_of(plan, call));
	return plan->shared->cpu[call][1] + plan->shared->owners.wait[call];
}

/* Returns when it is through. */
static ns_t load(const struct node *n, struct load *l, ns_t at, uint16_t call, uint8_t *server)
{
	ns_t lasts = takes(n->plan, call, server);

	load_add_owner(l, *server, call, at, lasts, n->plan->shared->cpu[call][1]);
	answered(n->result, n->plan->params, at + lasts, call);
	return at + lasts;
}

void owners_of_pod(struct node *n, ns_t now, enum owner_ask ask)
{
	const struct together_params *p = n->plan->shared;
	uint16_t call = p ? call_of(p->owners.calls, ask) : CALLS_MAX;
	struct fanout_write w;
	uint8_t server;
	ns_t through;

	if (call == CALLS_MAX ||
		now == 0) /* what is there from the beginning was made before */
		return;
	if (n->plan->together) {
		n->asks_owners = true;
		n->asks.at = now;
		n->asks.n[ask]++;
		return;
	}
	if (!n->load)
		return;
	through = load(n, n->load, now, call, &server);
	w = write_of(p, call, n->index, server, n->home[CONNECTION_KUBELET]);
	fanout_load(p->servers, n->load, through, &w);
}

void owners_load_change(const struct node *n, struct load *l, ns_t at, uint32_t object)
{
	uint8_t server;

	(void)load(n, l, at, n->plan->shared->owners.calls->change[object], &server);
}

ns_t owners_change_takes(const struct node_plan *plan, uint32_t object, uint8_t *server)
{
	const struct owners_params *p = &plan->shared->owners;

	return owners_ask_for(p, object) ? takes(plan, p->calls->change[object], server) : 0;
}

/* ------------------------------------------------------------------ requests */

void owners_init(struct owners *o, const struct node_plan *plan, struct fleet_result *result,
	struct server *server, struct balancer *balancer)
{
	*o = (struct owners){.plan = plan,
		.result = result,
		.server = server,
		.balancer = balancer,
		.first_free = NONE,
		.asleep = NONE,
		.next_at = NS_NEVER};
}

void owners_fini(struct owners *o)
{
	free(o->one);
	o->one = NULL;
}

static uint32_t begin(struct owners *o)
{
	uint32_t id = o->first_free;

	if (id == NONE) {
		uint32_t n = o->n ? 2 * o->n : 256;
		struct owner_request *more = realloc(o->one, n * sizeof(*more));

		if (!more) {
			o->out_of_memory = true;
			return NONE;
		}
		for (uint32_t i = o->n; i < n; i++)
			more[i] = (struct owner_request){.next = i + 1 < n ? i + 1 : NONE};
		o->one = more;
		id = o->n;
		o->n = n;
	}
	o->first_free = o->one[id].next;
	return id;
}

static void end(struct owners *o, uint32_t id)
{
	o->one[id] = (struct owner_request){.next = o->first_free};
	o->first_free = id;
}

/* For counting; outside window 0 nobody looks at it. */
static struct fleet_asked *counts(struct owners *o, ns_t now, uint16_t call)
{
	return fleet_measures(o->plan->params, now) ? &o->result->servers.asked[call] : NULL;
}

/* As long as all wait for the same time, they wake up in the order in which they fell asleep.
 */
static void sleep(struct owners *o, ns_t now, uint32_t id, ns_t lasts)
{
	struct owner_request *r = &o->one[id];

	r->state = OWNER_ASLEEP;
	r->at = now + lasts;
	r->next = NONE;
	r->tries++;
	if (o->asleep == NONE)
		o->asleep = id;
	else
		o->one[o->asleep_last].next = id;
	o->asleep_last = id;
	o->next_at = o->one[o->asleep].at;
}

/* It came to nothing: it is tried again, or its caller has the error. */
static void fails(struct owners *o, ns_t now, uint32_t id, bool again)
{
	struct fleet_asked *c = counts(o, now, o->one[id].call);

	if (again &&
		client_tries_again(o->plan->shared->retry_after, false, o->one[id].tries)) {
		sleep(o, now, id, o->plan->shared->retry_after);
		return;
	}
	if (c)
		c->failed++;
	end(o, id);
}

/* bootstrap/default.go: kube-controller-manager and kube-scheduler are a flow for each
 * namespace; whose pods and objects are of which is taken by the node. */
static struct server_request wanted(const struct owners *o, uint32_t id)
{
	const struct together_params *p = o->plan->shared;
	const struct owner_request *r = &o->one[id];
	const struct scenario *s = o->plan->params->scenario;
	uint32_t namespace = r->node == FANOUT_NO_NODE ? 0 : r->node % s->workload.namespaces;

	return (struct server_request){.call = r->call,
		.flow = (uint32_t)rng_draw(
			s->seed, DRAW_OWNER, 1 + (r->call == p->owners.calls->bind), namespace),
		.id = id | OWNERS_ID,
		.cpu = p->cpu[r->call][1],
		.wait = p->owners.wait[r->call],
		.mutating = true,
		.own_level = p->owners.level[r->call]};
}

static void send(struct owners *o, ns_t now, uint32_t id)
{
	struct owner_request *r = &o->one[id];
	struct fleet_asked *c = counts(o, now, r->call);
	uint32_t client = o->balancer->users + user_of(o->plan, r->call);
	bool connected = balancer_is_connected(o->balancer, client, now);
	uint8_t at = o->balancer->home[client];
	struct server_request q;
	uint32_t ticket;

	if (!connected || !server_has_room(&o->server[at])) {
		fails(o, now, id, false);
		return;
	}
	q = wanted(o, id);
	if (c)
		c->sent++;
	r->state = OWNER_INSIDE;
	r->server = at;
	if (server_arrive(&o->server[at], now, &q, &ticket) != SERVER_REJECTS)
		return;
	if (c)
		c->rejected++;
	fails(o, now, id, true);
}

static void ask(struct owners *o, ns_t now, const struct owner_request *r)
{
	struct fleet_asked *c = counts(o, now, r->call);
	uint32_t id = begin(o);

	if (id == NONE)
		return;
	if (c)
		c->offered++;
	o->one[id] = *r;
	send(o, now, id);
}

void owners_ask(struct owners *o, ns_t now, uint32_t node, const struct node_asks *asks)
{
	for (uint32_t i = 0; i < OWNER_ASKS; i++)
		for (uint32_t n = 0; n < asks->n[i]; n++)
			ask(o, now,
				&(struct owner_request){.node = node,
					.call = call_of(o->plan->shared->owners.calls,
						(enum owner_ask)i)});
}

void owners_change(struct owners *o, ns_t now, const struct change *change)
{
	ask(o, now,
		&(struct owner_request){.node = FANOUT_NO_NODE,
			.change = *change,
			.call = o->plan->shared->owners.calls->change[change->object]});
}

void owners_wake(struct owners *o, ns_t now)
{
	uint32_t id = o->asleep;

	assert(o->one[id].at == now);
	o->asleep = o->one[id].next;
	o->next_at = o->asleep == NONE ? NS_NEVER : o->one[o->asleep].at;
	send(o, now, id);
}

/* Who watches is told of it. */
static void tell(const struct owners *o, ns_t now, const struct owner_request *r)
{
	const struct together_params *p = o->plan->shared;
	const struct fanout_servers to = {o->server, o->balancer};
	struct fanout_write w;

	if (r->node == FANOUT_NO_NODE) {
		changes_tell(&p->fanout, &to, now, &r->change, r->server);
		return;
	}
	w = write_of(p, r->call, r->node, r->server, balancer_of_kubelet(o->balancer, r->node));
	(void)fanout_tell(&p->fanout, &to, now, &w);
}

void owners_done(struct owners *o, ns_t now, const struct server_done *d)
{
	uint32_t id = d->id & ~OWNERS_ID;
	struct fleet_asked *c = counts(o, now, d->call);

	if (d->end != SERVER_DONE) {
		if (c)
			c->rejected += d->end == SERVER_REJECTED;
		fails(o, now, id, d->end == SERVER_REJECTED);
		return;
	}
	if (c)
		c->answered++;
	answered(o->result, o->plan->params, now, d->call);
	tell(o, now, &o->one[id]);
	end(o, id);
}

/* rest/request.go: what is written is not sent again when its connection was reset. */
void owners_restart(struct owners *o, ns_t now, uint32_t server)
{
	for (uint32_t id = 0; id < o->n; id++)
		if (o->one[id].state == OWNER_INSIDE && o->one[id].server == server)
			fails(o, now, id, false);
}
