/* SPDX-License-Identifier: Apache-2.0 */
/* Per-pod polling, as in 1.0 and 1.1: every ten seconds a ticker releases the workers of all
 * pods at once, and each asks the runtime for its own pod's status, twice, by listing every
 * container of the node.  Sources (v1.1.8): kubelet.go syncLoop (the resync ticker) and
 * syncPod, dockertools/manager.go GetPodStatus and podInfraContainerChanged,
 * container/runtime_cache.go. */
#include "pleg/pleg_priv.h"

bool pleg_poll_begins(struct pleg *g, ns_t now, ns_t last_sync, bool *refresher)
{
	bool list =
		g->last_request <= last_sync || now - g->last_request > g->params->refresh_idle;

	*refresher = g->state[PLEG_SIDE] == IDLE;
	if (*refresher)
		g->state[PLEG_SIDE] = STREAMING;
	g->last_request = now;
	return list;
}

void pleg_poll_restarts(struct pleg *g, ns_t now)
{
	g->next_relist = now + g->params->period;
}

/* Two unfiltered lists and 2C + 3 + 2D statuses: a status looks at the infra container, C
 * containers and D dead ones; between the two, the infra container is checked once more. */
static void poll_chain(const struct pleg *g, uint32_t listed, struct chain *chain)
{
	enum operation sandbox =
		g->params->docker ? OP_INSPECT_CONTAINER : OP_PODSANDBOX_STATUS;
	enum operation container =
		g->params->docker ? OP_INSPECT_CONTAINER : OP_CONTAINER_STATUS;

	chain_start(chain, CHAIN_NO_POD);
	chain_add(chain, OP_LIST_CONTAINERS, 1, CHAIN_ALL);
	chain_add(chain, container, listed, 0);
	chain_add(chain, sandbox, 2, 0);
	chain_add(chain, OP_LIST_CONTAINERS, 1, CHAIN_ALL);
	chain_add(chain, container, listed, 0);
	chain_add(chain, sandbox, 1, 0);
	chain->kept = KEPT_POLL + listed;
}

const struct chain *pleg_poll_chain(struct pleg *g, uint32_t pod, const struct records *view)
{
	const record_t *r = &view->container[(size_t)pod * g->params->containers];
	uint32_t listed = 0;

	for (uint32_t c = 0; c < g->params->containers; c++)
		listed += record_listed(r[c]);
	if (g->poll_chain.kept != KEPT_POLL + listed)
		poll_chain(g, listed, &g->poll_chain);
	return &g->poll_chain;
}

void pleg_poll_ends(struct pleg *g, ns_t now, uint32_t pod, const struct records *view)
{
	g->pod_time[pod] = now;
	if (!pleg_pod_differs(g, pod, view))
		return;
	pleg_snapshot(g, pod, view);
	pleg_cache_pod(g, pod, now, view);
	pleg_emit_changes(g, pod);
}

/* The runtime cache lists every 100 ms until nobody has asked for two seconds. */
static void refresher_step(struct pleg *g, ns_t now, struct pleg_want *want)
{
	if (g->state[PLEG_SIDE] == LISTING) {
		g->state[PLEG_SIDE] = STREAMING;
		want->kind = PLEG_SLEEPS;
		want->until = now + g->params->refresh_period;
		return;
	}
	if (now - g->last_request > g->params->refresh_idle) {
		g->state[PLEG_SIDE] = IDLE;
		want->kind = PLEG_WAITS;
		return;
	}
	g->state[PLEG_SIDE] = LISTING;
	chain_add(pleg_wants(g, CHAIN_NO_POD, want), OP_REFRESH_CONTAINERS, 1, CHAIN_ALL);
}

void pleg_polling_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	(void)answered;
	(void)view;
	if (actor == PLEG_SIDE) {
		refresher_step(g, now, want);
		return;
	}
	/* A ticker: its phase is fixed, so the next tick does not depend on when this one was
	 * noticed. */
	g->next_relist += g->params->period;
	while (g->next_relist <= now)
		g->next_relist += g->params->period;
	g->last_relist = now;
	want->kind = PLEG_SLEEPS;
	want->until = g->next_relist;
	want->release_all = true;
}
