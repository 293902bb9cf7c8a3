/* SPDX-License-Identifier: Apache-2.0 */
/* Relists on demand (PLEGOnDemandRelist, 1.36): beside the generic relist, a worker that
 * acted on its pod has just that pod looked at.  One goroutine does both; the relist's timer
 * goes before requests, and a request older than the last relist's start is skipped.
 * kubernetes pull request 137362. */
#include "pleg/pleg_priv.h"

bool pleg_request(struct pleg *g, ns_t now, uint32_t pod)
{
	(void)now;
	if (g->params->kind != PLEG_KIND_ONDEMAND || g->n_requests == g->params->requests)
		return false; /* a full channel drops the request: the relist will see */
	g->request[(g->request_head + g->n_requests) % g->params->requests] = (uint16_t)pod;
	g->n_requests++;
	return g->state[PLEG_LOOP] == IDLE;
}

static void drop_requests(struct pleg *g, uint32_t n)
{
	if (n == 0)
		return; /* a node without pods has no room for any */
	g->request_head = (g->request_head + n) % g->params->requests;
	g->n_requests -= n;
}

/* GetPod(uid): the two lists, of that pod only. */
static void get_pod(
	struct pleg *g, ns_t now, const struct records *view, struct pleg_want *want)
{
	uint32_t pod = g->request[g->request_head];
	struct chain *chain;

	drop_requests(g, 1);
	pleg_snapshot(g, pod, view);
	g->at_pod[PLEG_LOOP] = (uint16_t)pod;
	g->asked_at[PLEG_LOOP] = now;
	g->state[PLEG_LOOP] = GETTING;
	chain = pleg_wants(g, pod, want);
	chain_add(chain, OP_LIST_PODSANDBOX, 1, 1);
	chain_add(chain, OP_LIST_CONTAINERS, 1, g->params->containers);
}

/* The pod is listed: if it changed, its statuses follow.  That the lists inside GetPodStatus
 * are not made again is inferred from its new argument, not read.  If it could not be listed,
 * it is left to the next relist (relistPod). */
static void got_pod(struct pleg *g, ns_t now, enum outcome answered, const struct records *view,
	struct pleg_want *want)
{
	uint32_t pod = g->at_pod[PLEG_LOOP];
	struct chain *chain;
	uint32_t n = 0;

	if (answered != OUTCOME_OK) {
		g->state[PLEG_LOOP] = IDLE;
		return;
	}

	pleg_snapshot(g, pod, view);
	if (!pleg_pod_differs(g, pod, view)) {
		g->pod_time[pod] = g->asked_at[PLEG_LOOP];
		g->state[PLEG_LOOP] = IDLE;
		want->cache_changed = true;
		return;
	}
	for (uint32_t c = 0; c < g->params->containers; c++)
		n += record_listed(g->cur[(size_t)pod * g->params->containers + c]);
	g->flags[pod] |= POD_CHANGED;
	g->asked_at[PLEG_LOOP] = now;
	g->state[PLEG_LOOP] = STREAMING; /* inspects outside a relist */
	g->inspecting++;
	chain = pleg_wants(g, pod, want);
	chain_add(chain, OP_PODSANDBOX_STATUS, g->cur_sandbox[pod] != RECORD_NONE, 0);
	chain_add(chain, OP_CONTAINER_STATUS, n, 0);
}

/* Between two pieces of work: the timer first, then requests, else sleep. */
static void next_work(
	struct pleg *g, ns_t now, const struct records *view, struct pleg_want *want)
{
	if (now >= g->next_relist) {
		g->n_old_requests = g->n_requests;
		pleg_relist_begins(g, now, want);
		return;
	}
	if (g->n_requests > 0) {
		get_pod(g, now, view, want);
		return;
	}
	want->kind = PLEG_SLEEPS;
	want->until = g->next_relist;
}

void pleg_ondemand_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	switch (g->state[actor]) {
	case IDLE:
		break;
	case GETTING:
		got_pod(g, now, answered, view, want);
		if (g->state[actor] != IDLE)
			return;
		break;
	case STREAMING:
		pleg_inspected(g, actor, answered, view, want);
		g->state[actor] = IDLE;
		break;
	default:
		pleg_generic_step(g, actor, now, answered, view, want);
		if (want->kind == PLEG_SLEEPS) {
			g->next_relist = want->until;
			if (g->last_relist == g->began_at) /* it served them */
				drop_requests(g, g->n_old_requests);
			if (g->n_requests)
				next_work(g, now, view, want);
		}
		return;
	}
	next_work(g, now, view, want);
}
