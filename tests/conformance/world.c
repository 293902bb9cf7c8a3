/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hollow/hollow_priv.h"

#define BEGINNING (1000 * NS_S)

struct world world;

int __real_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);
void __real_node_step(struct node *n, ns_t now);
void __wrap_node_step(struct node *n, ns_t now);
void __real_flights_send(struct hollow *h, ns_t now);
void __wrap_flights_send(struct hollow *h, ns_t now);

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
	__real_flights_send(h, now);
	world.is_agents = false;
}

void world_begin(const struct world_times *times)
{
	static const struct store_limits limits = {100000, 1 << 28, 10000, 1 << 28};

	world = (struct world){.times = *times, .now = BEGINNING, .nominal = BEGINNING};
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
