/* SPDX-License-Identifier: Apache-2.0 */
/* Old records against new ones: what changed, which events tell it, which calls look at it. */
#include "pleg/pleg_priv.h"

static const record_t *view_pod(const struct pleg *g, const struct records *view, uint32_t pod)
{
	return &view->container[(size_t)pod * g->params->containers];
}

void pleg_snapshot(struct pleg *g, uint32_t pod, const struct records *view)
{
	size_t first = (size_t)pod * g->params->containers;

	g->cur_sandbox[pod] = view->sandbox[pod];
	for (uint32_t c = 0; c < g->params->containers; c++)
		g->cur[first + c] = view->container[first + c];
}

bool pleg_pod_differs(const struct pleg *g, uint32_t pod, const struct records *view)
{
	const record_t *now = view_pod(g, view, pod);
	const record_t *old = &g->old[(size_t)pod * g->params->containers];

	if (g->old_sandbox[pod] != view->sandbox[pod])
		return true;
	for (uint32_t c = 0; c < g->params->containers; c++)
		if (now[c] != old[c])
			return true;
	return false;
}

bool pleg_pod_is_listed(const struct pleg *g, uint32_t pod)
{
	if (g->cur_sandbox[pod] != RECORD_NONE)
		return true;
	for (uint32_t c = 0; c < g->params->containers; c++)
		if (record_listed(g->cur[(size_t)pod * g->params->containers + c]))
			return true;
	return false;
}

/* A full channel loses the event (generic.go relist: pleg_discard_events); only the next
 * resync heals that. */
static void emit(struct pleg *g, enum pleg_event_kind kind, uint32_t pod, uint32_t container,
	uint32_t instance)
{
	struct pleg_event *e;

	if (g->events.n == g->params->channel) {
		g->dropped++;
		return;
	}
	e = fifo_add(&g->events, g->chunks, sizeof(*e));
	*e = (struct pleg_event){.pod = (uint16_t)pod,
		.instance = (uint16_t)instance,
		.container = (uint8_t)container,
		.kind = (uint8_t)kind};
}

/* One instance from one state to another (generic.go generateEvents).  Created counts as
 * unknown: ContainerChanged, which is filtered before the channel. */
static void emit_change(struct pleg *g, uint32_t pod, uint32_t container, uint32_t instance,
	enum record_state old, enum record_state now)
{
	if (old == now)
		return;
	if (now == RECORD_RUNNING)
		emit(g, PLEG_STARTED, pod, container, instance);
	if (now == RECORD_EXITED || (now == RECORD_NONE && old != RECORD_EXITED))
		emit(g, PLEG_DIED, pod, container, instance);
	if (now == RECORD_NONE)
		emit(g, PLEG_REMOVED, pod, container, instance);
}

static void emit_container(
	struct pleg *g, uint32_t pod, uint32_t container, record_t old, record_t now)
{
	uint32_t restarts =
		(record_instance(now) - record_instance(old)) & (RECORD_INSTANCES - 1);
	uint32_t dead = record_dead(old);

	if (restarts == 0) {
		emit_change(g, pod, container, record_instance(now), record_state(old),
			record_state(now));
	} else {
		/* The old current one is dead by now, listed or removed; so is what lived and
		 * died in between, and a list that comes too late never sees it run. */
		if (record_state(old) != RECORD_NONE && record_state(old) != RECORD_EXITED)
			emit(g, PLEG_DIED, pod, container, record_instance(old));
		for (uint32_t i = 1; i < restarts; i++)
			emit(g, PLEG_DIED, pod, container,
				(record_instance(old) + i) & (RECORD_INSTANCES - 1));
		emit_change(g, pod, container, record_instance(now), RECORD_NONE,
			record_state(now));
		dead += restarts - 1 + (record_state(old) != RECORD_NONE);
	}
	/* the oldest went; numbers wrap */
	for (uint32_t age = dead; age > record_dead(now); age--)
		emit(g, PLEG_REMOVED, pod, container,
			(record_instance(now) - age) & (RECORD_INSTANCES - 1));
}

void pleg_emit_changes(struct pleg *g, uint32_t pod)
{
	size_t first = (size_t)pod * g->params->containers;

	for (uint32_t c = 0; c < g->params->containers; c++) {
		if (g->cur[first + c] != g->old[first + c])
			emit_container(g, pod, c, g->old[first + c], g->cur[first + c]);
		g->old[first + c] = g->cur[first + c];
	}
	emit_change(g, pod, PLEG_SANDBOX, 0, (enum record_state)g->old_sandbox[pod],
		(enum record_state)g->cur_sandbox[pod]);
	g->old_sandbox[pod] = g->cur_sandbox[pod];
}

void pleg_cache_pod(struct pleg *g, uint32_t pod, ns_t as_of, const struct records *view)
{
	size_t first = (size_t)pod * g->params->containers;

	for (uint32_t c = 0; c < g->params->containers; c++)
		g->cached[first + c] = view->container[first + c];
	g->sandbox[pod] = view->sandbox[pod];
	g->pod_time[pod] = as_of;
	g->flags[pod] &= (uint8_t)~POD_ERROR;
	g->cache_version++;
}

/* GetPodStatus (kuberuntime_manager.go:932): 1 ListPodSandbox of the pod, a status a sandbox,
 * 1 ListContainers of the pod, a status a container in any state.  dockertools: one
 * unfiltered list, an inspect a container and sandbox.  evented: the sandbox's status
 * carries its containers'. */
void pleg_inspect_chain(
	const struct pleg *g, uint32_t pod, const struct records *view, struct chain *chain)
{
	/* It lists the pod anew: what the relist saw may be gone by now. */
	uint32_t sandboxes = view->sandbox[pod] != RECORD_NONE;
	uint32_t n = 0;

	for (uint32_t c = 0; c < g->params->containers; c++)
		n += record_listed(view_pod(g, view, pod)[c]);
	chain_start(chain, pod);
	if (g->params->docker) {
		chain_add(chain, OP_LIST_CONTAINERS, 1, CHAIN_ALL);
		chain_add(chain, OP_INSPECT_CONTAINER, n + sandboxes, 0);
		return;
	}
	chain_add(chain, OP_LIST_PODSANDBOX, 1, sandboxes);
	chain_add(chain, OP_PODSANDBOX_STATUS, sandboxes, 0);
	if (g->params->kind == PLEG_KIND_EVENTED)
		return;
	chain_add(chain, OP_LIST_CONTAINERS, 1, n);
	chain_add(chain, OP_CONTAINER_STATUS, n, 0);
}
