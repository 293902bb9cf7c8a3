/* SPDX-License-Identifier: Apache-2.0 */
/* A runtime of a few pods that tests change by hand, a PLEG that looks at it, and a driver that
 * answers its calls one after the other. */
#ifndef NODETOLL_TESTS_PLEG_WORLD_H
#define NODETOLL_TESTS_PLEG_WORLD_H

#include "pleg/pleg.h"

#include <string.h>

enum { WORLD_PODS = 6, WORLD_CONTAINERS = 2, WORLD_ALL = WORLD_PODS * WORLD_CONTAINERS };

struct world {
	struct arena mem;
	struct pleg_params params;
	struct pleg pleg;
	struct records view;
	sandbox_t sandbox[WORLD_PODS];
	record_t container[WORLD_ALL];
	ns_t now;
	ns_t latency;     /* of each call */
	uint32_t n_calls; /* since it was last set to 0 */
	uint32_t of[OP_N];
	bool lists_fail;
	uint32_t failing_pod; /* its inspections fail; CHAIN_NO_POD: none */
};

static inline struct pleg_params world_params(enum pleg_kind kind)
{
	return (struct pleg_params){.kind = kind,
		.reinspect = true,
		.pods = WORLD_PODS,
		.containers = WORLD_CONTAINERS,
		.workers = 3,
		.channel = 1000,
		.requests = 200,
		.period = kind == PLEG_KIND_EVENTED   ? 300 * NS_S
			  : kind == PLEG_KIND_POLLING ? 10 * NS_S
						      : NS_S,
		.threshold = 3 * NS_MIN,
		.fallback_period = NS_S,
		.fallback_threshold = 3 * NS_MIN,
		.stream_retries = 5,
		.update_period = 5 * NS_S,
		.refresh_period = 100 * NS_MS,
		.refresh_idle = 2 * NS_S};
}

static inline void world_init(struct world *w, struct pleg_params params)
{
	memset(w, 0, sizeof(*w));
	arena_init(&w->mem, 0);
	w->params = params;
	w->latency = NS_MS;
	w->failing_pod = CHAIN_NO_POD;
	w->view = (struct records){.changes = 1,
		.pods = WORLD_PODS,
		.containers = WORLD_CONTAINERS,
		.sandbox = w->sandbox,
		.container = w->container};
	pleg_init(&w->pleg, &w->params, &w->mem);
}

static inline void world_fini(struct world *w)
{
	arena_fini(&w->mem);
}

static inline void world_set(struct world *w, uint32_t pod, uint32_t container,
	enum record_state state, uint32_t dead, uint32_t instance)
{
	w->container[pod * WORLD_CONTAINERS + container] = record_make(state, dead, instance);
	w->view.changes++;
}

static inline void world_set_sandbox(struct world *w, uint32_t pod, enum record_state state)
{
	w->sandbox[pod] = (sandbox_t)state;
	w->view.changes++;
}

/* A pod with a ready sandbox and its first container running, as a single-container pod. */
static inline void world_run(struct world *w, uint32_t pod)
{
	world_set_sandbox(w, pod, RECORD_RUNNING);
	world_set(w, pod, 0, RECORD_RUNNING, 0, 1);
}

static inline void world_remove(struct world *w, uint32_t pod)
{
	world_set_sandbox(w, pod, RECORD_NONE);
	for (uint32_t c = 0; c < WORLD_CONTAINERS; c++)
		world_set(w, pod, c, RECORD_NONE, 0,
			record_instance(w->container[pod * WORLD_CONTAINERS + c]));
}

/* Make the calls of a chain; stops at the first that fails. */
static inline enum outcome world_call(struct world *w, const struct chain *chain)
{
	bool fails = chain->pod == CHAIN_NO_POD ? w->lists_fail : chain->pod == w->failing_pod;

	for (uint32_t i = 0; i < chain->n_steps; i++)
		for (uint32_t k = 0; k < chain->step[i].n; k++) {
			w->n_calls++;
			w->of[chain->step[i].call]++;
			w->now += w->latency;
			if (fails)
				return OUTCOME_ERROR;
		}
	return OUTCOME_OK;
}

/* A want and its calls, which stay although others are stepped meanwhile. */
struct world_kept {
	struct pleg_want want;
	struct chain chain;
};

static inline void world_keep(struct world_kept *k)
{
	if (k->want.kind != PLEG_CALLS)
		return;
	k->chain = *k->want.chain;
	k->want.chain = &k->chain;
}

/* Answer what an actor wants, and step it. */
static inline void world_answer(struct world *w, unsigned actor, struct pleg_want *want)
{
	enum outcome answer = world_call(w, want->chain);

	pleg_step(&w->pleg, actor, w->now, answer, &w->view, want);
}

/* Step an actor, and answer its calls until it wants something else.  The last want. */
static inline struct pleg_want world_step(struct world *w, unsigned actor)
{
	struct pleg_want want;

	memset(&want, 0, sizeof(want));
	pleg_step(&w->pleg, actor, w->now, OUTCOME_OK, &w->view, &want);
	while (want.kind == PLEG_CALLS)
		world_answer(w, actor, &want);
	return want;
}

/* One relist from its beginning to its end, with fresh counts; then its sleep. */
static inline struct pleg_want world_relist(struct world *w)
{
	struct pleg_want want;

	w->n_calls = 0;
	memset(w->of, 0, sizeof(w->of));
	want = world_step(w, PLEG_LOOP);
	if (want.kind == PLEG_SLEEPS)
		w->now = want.until;
	return want;
}

static inline void world_drop_events(struct world *w)
{
	while (w->pleg.events.n)
		(void)pleg_take(&w->pleg);
}

#endif
