/* SPDX-License-Identifier: Apache-2.0 */
/* A runtime of a few pods whose calls take a millisecond each, and what it counted. */
#ifndef NODETOLL_TESTS_RUNTIME_MOCK_KIT_H
#define NODETOLL_TESTS_RUNTIME_MOCK_KIT_H

#include "runtime_mock/runtime_mock.h"

#include <string.h>

enum { KIT_PODS = 5, KIT_CONTAINERS = 2 };

struct kit {
	struct arena mem;
	struct mock_params params;
	struct mock mock;
	struct tally tally;
};

/* The parameters may be changed until kit_start. */
static inline void kit_init(struct kit *k)
{
	memset(k, 0, sizeof(*k));
	arena_init(&k->mem, 0);
	k->params = (struct mock_params){.pods = KIT_PODS,
		.containers = KIT_CONTAINERS,
		.grace = 30 * NS_S,
		.stops_at_once = true,
		.gone_is_an_error = true,
		.crash_after = NS_S,
		.images = 2,
		.image_present = true};
	for (unsigned op = 0; op < OP_N; op++) {
		dist_init(&k->params.op[op].latency, NS_MS - 1, 0, 0, 0);
		k->params.timeout[op] = 2 * NS_MIN;
	}
	tally_init(&k->tally, &k->mem, 1, 0);
	k->tally.window[0].until[0] = k->tally.window[0].until[1] = NS_NEVER;
}

static inline void kit_start(struct kit *k, uint64_t key)
{
	mock_init(&k->mock, &k->params, &k->mem, key);
}

static inline void kit_fini(struct kit *k)
{
	arena_fini(&k->mem);
}

static inline struct chain kit_chain(uint32_t pod, uint16_t container)
{
	struct chain c;

	chain_start(&c, pod);
	c.container = container;
	return c;
}

static inline struct chain_answer kit_call(
	struct kit *k, ns_t now, uint32_t pod, uint16_t container, enum operation op)
{
	struct chain c = kit_chain(pod, container);

	chain_add(&c, op, 1, 0);
	return mock_call(&k->mock, now, 0, &c, &k->tally);
}

/* Let come true what is due until then. */
static inline void kit_until(struct kit *k, ns_t until)
{
	while (mock_next_at(&k->mock) <= until)
		(void)mock_step(&k->mock, mock_next_at(&k->mock), &k->tally);
}

static inline record_t kit_record(const struct kit *k, uint32_t pod, uint32_t container)
{
	return k->mock.records.container[pod * KIT_CONTAINERS + container];
}

static inline uint64_t kit_count(const struct kit *k, enum operation op, enum outcome what)
{
	return k->tally.window[0].in.count[op][what];
}

#endif
