/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg_priv.h"

/* GetPods(true): all sandboxes, then all containers; docker had one list of both. */
static void list_chain(const struct pleg_params *p, struct chain *chain)
{
	chain_start(chain, CHAIN_NO_POD);
	if (!p->docker)
		chain_add(chain, OP_LIST_PODSANDBOX, 1, CHAIN_ALL);
	chain_add(chain, OP_LIST_CONTAINERS, 1, CHAIN_ALL);
	chain->kept = KEPT_LISTS;
}

uint32_t pleg_chunks(const struct pleg_params *params)
{
	return fifo_chunks(params->channel, sizeof(struct pleg_event));
}

void pleg_init(struct pleg *g, const struct pleg_params *params, struct arena *mem)
{
	size_t pods = params->pods;
	size_t all = pods * params->containers;

	*g = (struct pleg){.params = params,
		.period = params->period,
		.threshold = params->threshold,
		.last_relist = -1,
		.relist_before = -1,
		.cache_time = -1,
		.last_request = -1};
	list_chain(params, &g->lists);
	g->flags = ARENA_ARRAY(mem, uint8_t, pods);
	g->pod_time = ARENA_ARRAY(mem, ns_t, pods);
	g->old_sandbox = ARENA_ARRAY(mem, sandbox_t, pods);
	g->cur_sandbox = ARENA_ARRAY(mem, sandbox_t, pods);
	g->sandbox = ARENA_ARRAY(mem, sandbox_t, pods);
	g->old = ARENA_ARRAY(mem, record_t, all);
	g->cur = ARENA_ARRAY(mem, record_t, all);
	g->cached = ARENA_ARRAY(mem, record_t, all);
	g->chunks = params->chunks;
	if (!g->chunks) {
		stock_init(&g->own_chunks, mem, pleg_chunks(params), sizeof(struct fifo_chunk));
		g->chunks = &g->own_chunks;
	}
	if (params->kind == PLEG_KIND_ONDEMAND)
		g->request = ARENA_ARRAY(mem, uint16_t, params->requests);
	for (size_t p = 0; p < pods; p++)
		g->pod_time[p] = -1;
}

void pleg_settle(struct pleg *g, ns_t now, const struct records *view)
{
	for (uint32_t p = 0; p < g->params->pods; p++) {
		pleg_snapshot(g, p, view);
		pleg_cache_pod(g, p, now, view);
		pleg_emit_changes(g, p);
	}
	fifo_clear(&g->events, g->chunks);
	g->dropped = 0;
	g->seen_changes = view->changes;
	g->cache_time = now;
}

void pleg_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	want->wake = 0;
	want->release_all = false;
	want->cache_changed = false;
	want->relisted = false;
	switch (g->params->kind) {
	case PLEG_KIND_POLLING:
		pleg_polling_step(g, actor, now, answered, view, want);
		return;
	case PLEG_KIND_GENERIC:
		pleg_generic_step(g, actor, now, answered, view, want);
		return;
	case PLEG_KIND_EVENTED:
		pleg_evented_step(g, actor, now, answered, view, want);
		return;
	case PLEG_KIND_ONDEMAND:
		pleg_ondemand_step(g, actor, now, answered, view, want);
		return;
	case PLEG_KIND_PARALLEL:
		pleg_parallel_step(g, actor, now, answered, view, want);
		return;
	}
}

unsigned pleg_actors(const struct pleg_params *params)
{
	switch (params->kind) {
	case PLEG_KIND_POLLING:
		return PLEG_SIDE + 1;
	case PLEG_KIND_EVENTED:
		return PLEG_UPDATE + 1;
	case PLEG_KIND_PARALLEL:
		return PLEG_INSPECTORS + params->workers;
	case PLEG_KIND_GENERIC:
	case PLEG_KIND_ONDEMAND:
		break;
	}
	return PLEG_LOOP + 1;
}

bool pleg_has_error(const struct pleg *g, uint32_t pod)
{
	return g->flags[pod] & POD_ERROR;
}

struct pleg_event pleg_take(struct pleg *g)
{
	struct pleg_event e = *(const struct pleg_event *)fifo_first(&g->events, sizeof(e));

	fifo_drop(&g->events, g->chunks, sizeof(e));
	return e;
}

void pleg_forget(struct pleg *g, uint32_t pod)
{
	size_t first = (size_t)pod * g->params->containers;

	g->n_reinspect -= (g->flags[pod] & POD_FAILED) != 0;
	g->flags[pod] &= (uint8_t) ~(POD_FAILED | POD_ERROR);
	g->pod_time[pod] = -1;
	g->cache_version++;
	g->sandbox[pod] = RECORD_NONE;
	for (uint32_t c = 0; c < g->params->containers; c++)
		g->cached[first + c] = 0;
	if (g->params->kind != PLEG_KIND_POLLING)
		return; /* a relist will see that it is gone */
	g->old_sandbox[pod] = RECORD_NONE;
	/* Instances are numbered on: those of the pod before did not live and die meanwhile. */
	for (uint32_t c = 0; c < g->params->containers; c++)
		g->old[first + c] =
			record_make(RECORD_NONE, 0, record_instance(g->old[first + c]));
}

void pleg_cache_now(struct pleg *g, uint32_t pod, ns_t now, const struct records *view)
{
	pleg_cache_pod(g, pod, now, view);
}
