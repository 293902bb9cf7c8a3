/* SPDX-License-Identifier: Apache-2.0 */
#include "live/admit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Requests of kubelets first: the vocabulary has room for so many classes. */
static const char *const often[] = {"pods", "pods/status", "nodes", "nodes/status", "leases",
	"secrets", "configmaps", "events"};

static void intern_all(struct calls *calls)
{
	for (size_t i = 0; i < sizeof(often) / sizeof(often[0]); i++)
		for (int v = 0; v < VERBS; v++)
			(void)calls_intern(calls, rest_verb_name((enum rest_verb)v), often[i]);
}

/* The class of that request, or of the verb on pods: not every request has limits and times
 * of its own. */
static uint16_t find_class(const struct calls *calls, enum rest_verb verb, const char *resource,
	const char *subresource)
{
	const char *name = rest_verb_name(verb);
	char text[48];
	uint16_t pods = CALL_API;

	(void)snprintf(text, sizeof(text), "%s%s", resource, subresource);
	for (uint32_t i = CALL_API; i < calls->n; i++) {
		if (strcmp(calls->name[i].verb, name) != 0)
			continue;
		if (!strcmp(calls->name[i].resource, text))
			return (uint16_t)i;
		if (!strcmp(calls->name[i].resource, "pods"))
			pods = (uint16_t)i;
	}
	return pods;
}

static void find_classes(struct admit *a)
{
	const struct calls *calls = &a->scenario->calls;
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	a->class_of = arena_alloc_array(&a->mem, n, sizeof(*a->class_of), alignof(uint16_t));
	for (size_t i = 0; i < n; i++)
		for (int v = 0; v < VERBS; v++) {
			enum rest_verb verb = (enum rest_verb)v;

			a->class_of[i][v][0] = find_class(calls, verb, all[i].plural, "");
			a->class_of[i][v][1] =
				find_class(calls, verb, all[i].plural, "/status");
		}
}

static uint16_t class_of(const struct admit *a, const struct rest_route *r)
{
	size_t i = rest_resource_place(r->resource);

	return a->class_of[i][r->verb][!strcmp(r->subresource, "status")];
}

void admit_init(struct admit *a, const struct serve_params *p, uint32_t capacity)
{
	*a = (struct admit){.times = p->times};
	arena_init(&a->mem, 0);
	a->scenario = ARENA_NEW(&a->mem, struct scenario);
	*a->scenario = *p->scenario;
	a->has_costs = a->scenario->apiserver.processors > 0;
	if (!a->has_costs)
		a->scenario->apiserver.processors = 1; /* nothing is asked of it */
	intern_all(&a->scenario->calls);
	find_classes(a);
	server_params_init(&a->params, a->scenario);
	server_costs_init(&a->costs, a->scenario);
	server_init(&a->server, &a->params, &a->mem, capacity);
	api_init(&a->api, a->scenario, p->seed, 1);
	api_shard_init(&a->shard, &a->api, 0, rng_key(p->seed, 0), &a->mem);
}

void admit_fini(struct admit *a)
{
	arena_fini(&a->mem);
}

/* storage/cacher/cacher.go Get, GetToList: without a resource version etcd is asked. */
static bool asks_etcd(const struct rest_route *r)
{
	return r->verb != VERB_WATCH && (!r->resource_version || !*r->resource_version);
}

enum server_verdict admit_arrive(
	struct admit *a, ns_t now, const struct admit_request *r, uint32_t *ticket)
{
	struct server_request s = {
		.call = class_of(a, r->route),
		.flow = rng_name(r->user ? r->user : ""),
		.own_level = server_level_of_user(&a->scenario->apiserver, r->user),
		.id = r->id,
		.mutating = rest_verb_mutates(r->route->verb),
		.unlimited = r->is_exempt || r->route->verb == VERB_WATCH,
		.wait = r->latency,
	};

	if (a->times == SERVE_MODEL) {
		bool quorum = asks_etcd(r->route);
		ns_t latency = api_latency(&a->shard, s.call, quorum, LANE_MECHANISMS);
		struct server_demand d = {0};

		if (a->has_costs)
			d = server_demand(
				&a->costs, s.call, quorum, a->scenario->workload.pods);
		s.cpu = d.cpu;
		s.wait = ns_add(s.wait, server_wait(&d, latency));
	}
	return server_arrive(&a->server, now, &s, ticket);
}

bool admit_take(struct admit *a, ns_t now, struct server_done *d)
{
	while (server_next_at(&a->server) <= now)
		if (server_take(&a->server, server_next_at(&a->server), d))
			return true;
	return false;
}
