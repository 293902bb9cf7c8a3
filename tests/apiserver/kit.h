/* SPDX-License-Identifier: Apache-2.0 */
/* An API server whose answers take 2 ms and whose watches tell 1 ms later; one node's shard. */
#ifndef NODETOLL_TESTS_APISERVER_KIT_H
#define NODETOLL_TESTS_APISERVER_KIT_H

#include "apiserver/apiserver.h"

#include <stdlib.h>
#include <string.h>

enum { KIT_PODS = 4 };

struct kit {
	struct arena mem;
	struct scenario scenario;
	struct api api;
	struct api_shard shard;
	struct tally tally;
};

/* The scenario may be changed until kit_start. */
static inline struct kit *kit_new(void)
{
	struct kit *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	arena_init(&k->mem, 0);
	calls_init(&k->scenario.calls);
	k->scenario.workload.pods = KIT_PODS;
	k->scenario.workload.namespaces = 2;
	k->scenario.apiserver.other.mean = 2 * NS_MS - 1;
	k->scenario.apiserver.watch_delay.mean = NS_MS - 1;
	tally_init(&k->tally, &k->mem, 1, 0);
	k->tally.window[0].until[0] = k->tally.window[0].until[1] = NS_NEVER;
	return k;
}

static inline void kit_start(struct kit *k)
{
	api_init(&k->api, &k->scenario, 1, KIT_PODS);
	api_shard_init(&k->shard, &k->api, 0, 77, &k->mem);
}

static inline void kit_free(struct kit *k)
{
	arena_fini(&k->mem);
	free(k);
}

static inline struct api_answer kit_ask(
	struct kit *k, ns_t now, uint16_t call, uint32_t pod, uint32_t status)
{
	const struct api_request r = {.call = call, .pod = pod, .status = status};

	return api_request(&k->shard, now, &r, &k->tally);
}

static inline uint64_t kit_count(const struct kit *k, uint16_t call, enum outcome what)
{
	return k->tally.window[0].in.count[call][what];
}

#endif
