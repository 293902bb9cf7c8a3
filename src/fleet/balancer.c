/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/balancer.h"

#include "base/rng.h"
#include "fleet/together.h"

/* Draws for a user do not hang on how many nodes there are. */
static uint32_t draw(const struct scenario *s, uint32_t client, uint32_t count, uint32_t below)
{
	uint32_t name = client < s->nodes ? client : UINT32_MAX - (client - s->nodes);

	return (uint32_t)rng_below(rng_draw(s->seed, TOGETHER_DRAW_SERVER, name, count), below);
}

uint8_t balancer_home(const struct node_plan *plan, uint32_t client)
{
	return (uint8_t)draw(plan->params->scenario, client, 0, plan->shared->servers);
}

void balancer_init(struct balancer *b, const struct node_plan *plan, struct arena *mem)
{
	const struct scenario *s = plan->params->scenario;
	uint32_t clients = s->nodes + BALANCER_USERS;

	*b = (struct balancer){.scenario = s, .servers = plan->shared->servers};
	b->home = ARENA_ARRAY(mem, uint8_t, clients);
	b->connections = ARENA_ARRAY(mem, uint32_t, clients);
	b->up_at = ARENA_ARRAY(mem, ns_t, b->servers);
	for (uint32_t i = 0; i < clients; i++)
		b->home[i] = balancer_home(plan, i);
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
	uint32_t n = 0;

	for (uint32_t s = 0; s < b->servers; s++)
		n += b->up_at[s] <= now;
	if (n == 0)
		return false;
	n = draw(b->scenario, client, ++b->connections[client], n);
	for (uint32_t s = 0; s < b->servers; s++)
		if (b->up_at[s] <= now && n-- == 0)
			b->home[client] = (uint8_t)s;
	return true;
}
