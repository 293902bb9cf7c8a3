/* SPDX-License-Identifier: Apache-2.0 */
/* The evented PLEG (KEP-3386, alpha): the runtime streams container events; the generic
 * relist goes on at five minutes for safety.  An event carries the pod's status, so it costs
 * no call.  Each time the stream ends, a relist is forced and the stream is opened again at
 * once, without back-off; after five failures, counted over the whole life, the kubelet falls
 * back to the generic PLEG at its own period.  A timer lets the workers of unchanged pods go.
 * evented.go watchEventsChannel, updateGlobalCache (01ba738f). */
#include "pleg/pleg_priv.h"

static bool has_given_up(const struct pleg *g)
{
	return g->attempts >= g->params->stream_retries;
}

/* The stream ended: it is opened again when a relist that begins now has ended (the goroutine
 * calls Relist itself, which waits for one that is under way). */
static void stream_broke(struct pleg *g, ns_t now, struct pleg_want *want)
{
	g->attempts++; /* never reset, not even by success */
	g->state[PLEG_SIDE] = GETTING;
	g->asked_at[PLEG_SIDE] = now;
	want->kind = PLEG_WAITS;
	if (g->state[PLEG_LOOP] == IDLE)
		want->wake = 1u << PLEG_LOOP;
}

static void stream_step(struct pleg *g, ns_t now, enum outcome answered, struct pleg_want *want)
{
	want->kind = PLEG_WAITS;
	if (g->state[PLEG_SIDE] == STREAMING) {
		if (answered != OUTCOME_OK) /* else it is open and stays so */
			stream_broke(g, now, want);
		return;
	}
	if (has_given_up(g)) { /* the generic PLEG is started anew */
		g->period = g->params->fallback_period;
		g->threshold = g->params->fallback_threshold;
		g->state[PLEG_SIDE] = IDLE;
		want->wake = 1u << PLEG_LOOP;
		return;
	}
	g->state[PLEG_SIDE] = STREAMING;
	chain_add(pleg_wants(g, CHAIN_NO_POD, want), OP_GET_CONTAINER_EVENTS, 1, 0);
}

static void relist_step(struct pleg *g, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	pleg_generic_step(g, PLEG_LOOP, now, answered, view, want);
	if (want->kind != PLEG_SLEEPS || g->state[PLEG_SIDE] != GETTING)
		return;
	if (g->began_at >= g->asked_at[PLEG_SIDE])
		want->wake = 1u << PLEG_SIDE;
	else
		want->until = now; /* the one that was forced comes now */
}

void pleg_stream_opened(struct pleg *g)
{
	g->state[PLEG_SIDE] = STREAMING;
}

bool pleg_stream_is_open(const struct pleg *g)
{
	return g->params->kind == PLEG_KIND_EVENTED && g->state[PLEG_SIDE] == STREAMING;
}

void pleg_stream_event(struct pleg *g, ns_t now, uint32_t pod, const struct records *view)
{
	if (!pleg_stream_is_open(g))
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
		want->kind = PLEG_WAITS;
		if (has_given_up(g))
			return; /* Stop closes its channel, too */
		g->cache_time = now;
		want->cache_changed = true;
		want->kind = PLEG_SLEEPS;
		want->until = now + g->params->update_period;
		return;
	default:
		relist_step(g, now, answered, view, want);
	}
}
