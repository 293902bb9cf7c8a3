/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/balancer.h"

#include "base/rng.h"
#include "fleet/together.h"

void balancer_init(struct balancer *b, const struct node_plan *plan, struct arena *mem)
{
	const struct scenario *s = plan->params->scenario;

	*b = (struct balancer){.seed = s->seed, .servers = plan->shared->servers};
	b->home = ARENA_ARRAY(mem, uint8_t, s->nodes);
	b->connections = ARENA_ARRAY(mem, uint32_t, s->nodes);
	b->up_at = ARENA_ARRAY(mem, ns_t, b->servers);
	for (uint32_t i = 0; i < s->nodes; i++)
		b->home[i] = together_home(plan->shared, s, i);
}

ns_t balancer_served_from(const struct balancer *b)
{
	ns_t from = NS_NEVER;

	for (uint32_t s = 0; s < b->servers; s++)
		from = ns_min(from, b->up_at[s]);
	return from;
}

bool balancer_connect(struct balancer *b, uint32_t node, ns_t now)
{
	uint32_t n = 0;

	for (uint32_t s = 0; s < b->servers; s++)
		n += b->up_at[s] <= now;
	if (n == 0)
		return false;
	n = (uint32_t)rng_below(
		rng_draw(b->seed, TOGETHER_DRAW_SERVER, node, ++b->connections[node]), n);
	for (uint32_t s = 0; s < b->servers; s++)
		if (b->up_at[s] <= now && n-- == 0)
			b->home[node] = (uint8_t)s;
	return true;
}
