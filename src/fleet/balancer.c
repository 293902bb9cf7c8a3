/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/balancer.h"

#include <assert.h>

#include "base/rng.h"
#include "fleet/together.h"

/* Draws for one hang neither on how many nodes there are nor on the others of its node: agents
 * are told apart by name. */
static uint32_t draw_of_node(const struct scenario *s, uint32_t node, uint32_t connection,
	uint32_t count, uint32_t below)
{
	uint64_t key = s->seed;

	if (connection != CONNECTION_KUBELET)
		key = rng_key(key, rng_name(s->kubelet.agents[connection - 1].name));
	return (uint32_t)rng_below(rng_draw(key, TOGETHER_DRAW_SERVER, node, count), below);
}

static uint32_t draw_of_user(
	const struct scenario *s, uint32_t user, uint32_t count, uint32_t below)
{
	return (uint32_t)rng_below(
		rng_draw(s->seed, TOGETHER_DRAW_SERVER, UINT32_MAX - user, count), below);
}

uint8_t balancer_home(const struct node_plan *plan, uint32_t node, uint32_t connection)
{
	return (uint8_t)draw_of_node(
		plan->params->scenario, node, connection, 0, plan->shared->servers);
}

void balancer_places(
	const struct node_plan *plan, uint32_t node, uint8_t home[static CONNECTIONS])
{
	for (uint32_t c = 0; c <= plan->params->scenario->kubelet.n_agents; c++)
		home[c] = balancer_home(plan, node, c);
}

uint8_t balancer_home_of_user(const struct node_plan *plan, enum balancer_user user)
{
	return (uint8_t)draw_of_user(plan->params->scenario, user, 0, plan->shared->servers);
}

/* Those of one kind are spread evenly. */
static void connect_watchers(struct balancer *b, const struct fanout_of *of)
{
	for (uint32_t i = 0; i < of->n; i++)
		b->home[balancer_watcher(b, of->first + i)] = (uint8_t)(i % b->servers);
}

void balancer_init(struct balancer *b, const struct node_plan *plan, struct arena *mem)
{
	const struct scenario *s = plan->params->scenario;
	const struct fanout *f = &plan->shared->fanout;

	*b = (struct balancer){.scenario = s,
		.servers = plan->shared->servers,
		.of_node = 1 + s->kubelet.n_agents};
	b->users = s->nodes * b->of_node;
	b->clients = balancer_watcher(b, f->kubelets);
	b->home = ARENA_ARRAY(mem, uint8_t, b->clients);
	b->opened = ARENA_ARRAY(mem, uint32_t, b->clients);
	b->up_at = ARENA_ARRAY(mem, ns_t, b->servers);
	for (uint32_t i = 0; i < b->users; i++)
		b->home[i] = balancer_home(plan, i / b->of_node, i % b->of_node);
	for (unsigned u = 0; u < BALANCER_USERS; u++)
		b->home[b->users + u] = balancer_home_of_user(plan, u);
	for (uint32_t c = 0; c < s->calls.n; c++)
		connect_watchers(b, &f->call[c]);
	for (uint32_t o = 0; o < s->workload.n_objects; o++)
		connect_watchers(b, &f->change[o]);
}

ns_t balancer_served_from(const struct balancer *b)
{
	ns_t from = NS_NEVER;

	for (uint32_t s = 0; s < b->servers; s++)
		from = ns_min(from, b->up_at[s]);
	return from;
}

bool balancer_connect(struct balancer *b, uint32_t client, ns_t now)
{
	uint32_t n = 0, count;

	for (uint32_t s = 0; s < b->servers; s++)
		n += b->up_at[s] <= now;
	if (n == 0)
		return false;
	count = ++b->opened[client];
	n = client < b->users ? draw_of_node(b->scenario, client / b->of_node,
					client % b->of_node, count, n)
			      : draw_of_user(b->scenario, client - b->users, count, n);
	for (uint32_t s = 0; s < b->servers; s++)
		if (b->up_at[s] <= now && n-- == 0)
			b->home[client] = (uint8_t)s;
	return true;
}

void balancer_goes(struct balancer *b, uint32_t server, ns_t now, ns_t lasts)
{
	assert(lasts >= 0);
	b->up_at[server] = now + lasts;
	for (uint32_t c = balancer_watcher(b, 0); c < b->clients; c++)
		(void)balancer_is_connected(b, c, now);
}
