/* SPDX-License-Identifier: Apache-2.0 */
/* The evented PLEG (KEP-3386, alpha): the runtime streams container events; the generic
 * relist goes on at five minutes for safety.  An event carries the pod's status, so it costs
 * no call.  Each time the stream ends, a relist is forced and the stream is opened again at
 * once, without back-off; after five failures, counted over the whole life, the kubelet falls
 * back to the generic PLEG at its own period.  A timer lets the workers of unchanged pods go.
 * evented.go watchEventsChannel, updateGlobalCache (01ba738f). */
#include "pleg/pleg_priv.h"

static void stream_step(
	struct pleg *g, ns_t now, enum outcome answered, struct pleg_want *want)
{
	want->kind = PLEG_WAITS;
	if (g->state[PLEG_SIDE] == STREAMING) {
		if (answered == OUTCOME_OK)
			return; /* open: it stays so */
		g->attempts++; /* never reset, not even by success */
		if (g->state[PLEG_LOOP] == IDLE)
			want->wake = 1u << PLEG_LOOP;
	}
	if (g->attempts >= g->params->stream_retries) {
		g->period = g->params->fallback_period;
		g->threshold = g->params->fallback_threshold;
		g->state[PLEG_SIDE] = IDLE;
		return;
	}
	(void)now;
	g->state[PLEG_SIDE] = STREAMING;
	want->kind = PLEG_CALLS;
	chain_start(&want->chain, CHAIN_NO_POD);
	chain_add(&want->chain, OP_GET_CONTAINER_EVENTS, 1, 0);
}

void pleg_stream_event(struct pleg *g, ns_t now, uint32_t pod, const struct records *view)
{
	if (g->params->kind != PLEG_KIND_EVENTED || g->state[PLEG_SIDE] != STREAMING)
		return;
	pleg_snapshot(g, pod, view);
	pleg_cache_pod(g, pod, now, view);
	pleg_emit_changes(g, pod);
}

void pleg_evented_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	switch (actor) {
	case PLEG_SIDE:
		stream_step(g, now, answered, want);
		return;
	case PLEG_UPDATE:
		g->cache_time = now;
		want->cache_changed = true;
		want->kind = PLEG_SLEEPS;
		want->until = now + g->params->update_period;
		return;
	default:
		pleg_generic_step(g, actor, now, answered, view, want);
	}
}
