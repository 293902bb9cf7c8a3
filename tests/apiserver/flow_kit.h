/* SPDX-License-Identifier: Apache-2.0 */
/* Admission with a few seats, and what comes out of it. */
#ifndef NODETOLL_TESTS_APISERVER_FLOW_KIT_H
#define NODETOLL_TESTS_APISERVER_FLOW_KIT_H

#include "apiserver/flow.h"

enum { FLOW_KIT_SLOTS = 1000 };

struct flow_kit {
	struct arena mem;
	struct flow_params params;
	struct flow flow;
};

/* One fair level; k->params may be changed until flow_kit_start. */
static inline void flow_kit_init(struct flow_kit *k, uint32_t seats, uint32_t queues)
{
	*k = (struct flow_kit){.params = {.fair = true,
				       .n_levels = 1,
				       .level = {{.seats = seats,
					       .queues = queues,
					       .hand = 1,
					       .queue_length = 50}},
				       .guess = 60 * NS_S,
				       .wait_limit = 15 * NS_S,
				       .wait_end = 60 * NS_S}};
	arena_init(&k->mem, 0);
}

static inline void flow_kit_start(struct flow_kit *k)
{
	flow_init(&k->flow, &k->params, &k->mem, FLOW_KIT_SLOTS);
}

static inline void flow_kit_fini(struct flow_kit *k)
{
	arena_fini(&k->mem);
}

/* The queue that a flow is dealt first. */
static inline uint32_t flow_kit_queue(const struct flow_kit *k, uint32_t flow)
{
	uint32_t hand[FLOW_HAND_MAX] = {0};

	flow_hand(&k->params.level[0], flow, hand);
	return hand[0];
}

/* A flow that is dealt that queue first. */
static inline uint32_t flow_kit_flow(const struct flow_kit *k, uint32_t queue)
{
	uint32_t flow = 0;

	while (flow_kit_queue(k, flow) != queue)
		flow++;
	return flow;
}

/* Who got a seat or expired since last asked; FLOW_NOBODY: nobody. */
static inline uint32_t flow_kit_take(struct flow_kit *k, bool *admitted)
{
	uint32_t slot;

	return flow_take(&k->flow, &slot, admitted) ? slot : FLOW_NOBODY;
}

static inline uint32_t flow_kit_admitted(struct flow_kit *k)
{
	bool admitted = true;
	uint32_t slot = flow_kit_take(k, &admitted);

	return admitted ? slot : FLOW_NOBODY;
}

static inline uint32_t flow_kit_expired(struct flow_kit *k)
{
	bool admitted = false;
	uint32_t slot = flow_kit_take(k, &admitted);

	return admitted ? FLOW_NOBODY : slot;
}

#endif
