/* SPDX-License-Identifier: Apache-2.0 */
/* The generic PLEG: one relist a second (sliding), changed pods inspected one after the
 * other.  pkg/kubelet/pleg/generic.go relist, v1.20.2. */
#include "pleg/pleg_priv.h"

void pleg_relist_begins(struct pleg *g, ns_t now, struct pleg_want *want)
{
	g->began_at = now;
	g->state[PLEG_LOOP] = LISTING;
	want->kind = PLEG_CALLS;
	want->chain = &g->lists;
}

/* Mark whoever changed since the last relist, and whoever could not be inspected then. */
static void mark_changed(struct pleg *g, const struct records *view)
{
	g->n_todo = 0;
	g->next_todo = 0;
	if (g->seen_changes == view->changes && g->n_reinspect == 0)
		return;
	for (uint32_t p = 0; p < g->params->pods; p++) {
		bool again = g->params->reinspect && (g->flags[p] & POD_FAILED);

		g->flags[p] &= (uint8_t) ~(POD_CHANGED | POD_REINSPECT);
		if (pleg_pod_differs(g, p, view))
			g->flags[p] |= POD_CHANGED;
		else if (again)
			g->flags[p] |= POD_REINSPECT;
		else
			continue;
		pleg_snapshot(g, p, view);
		g->n_todo++;
	}
	g->seen_changes = view->changes;
}

/* However it ended: kubelet_pleg_relist_duration_seconds is observed in a defer, the interval
 * since the last that listed before that (generic.go:193-200). */
static void tell_relist(const struct pleg *g, ns_t before, struct pleg_want *want)
{
	want->relisted = true;
	want->began_at = g->began_at;
	want->before_at = before;
}

/* The lists are here.  False if the relist is over: they failed, and nothing but the sleep
 * follows; relistTime and the cache stay (generic.go:190). */
bool pleg_relist_listed(struct pleg *g, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	if (answered != OUTCOME_OK) {
		g->state[PLEG_LOOP] = IDLE;
		want->kind = PLEG_SLEEPS;
		want->until = now + g->period;
		tell_relist(g, g->last_relist, want);
		return false;
	}
	g->relist_before = g->last_relist;
	g->last_relist = g->began_at; /* the start, not the end */
	mark_changed(g, view);
	return true;
}

/* Let actor inspect the next pod of this relist.  False if none is left.  A pod that is gone
 * costs no call: its cache entry goes, its events are sent. */
bool pleg_next_inspection(struct pleg *g, unsigned actor, ns_t now, const struct records *view,
	struct pleg_want *want)
{
	for (; g->n_todo > 0 && g->next_todo < g->params->pods; g->next_todo++) {
		uint32_t pod = g->next_todo;

		if (!(g->flags[pod] & (POD_CHANGED | POD_REINSPECT)))
			continue;
		g->n_todo--;
		if (!pleg_pod_is_listed(g, pod)) {
			pleg_emit_changes(g, pod);
			pleg_forget(g, pod);
			want->cache_changed = true;
			continue;
		}
		g->next_todo++;
		g->at_pod[actor] = (uint16_t)pod;
		g->asked_at[actor] = now;
		g->state[actor] = INSPECTING;
		g->inspecting++;
		pleg_inspect_chain(g, pod, view, pleg_wants(g, pod, want));
		return true;
	}
	return false;
}

/* An inspection is answered.  A failure keeps the old record, so that the same change is seen
 * again, and the pod is looked at again at the next relist; the cache has the error until then,
 * and gives it to a worker that waits (updateCache: cache.Set with err). */
void pleg_inspected(struct pleg *g, unsigned actor, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	uint32_t pod = g->at_pod[actor];
	bool had_failed = (g->flags[pod] & POD_FAILED) != 0;

	g->inspecting--;
	want->cache_changed = true;
	if (answered != OUTCOME_OK) {
		g->flags[pod] |= POD_FAILED | POD_ERROR;
		g->pod_time[pod] = g->asked_at[actor];
		g->n_reinspect += !had_failed;
		return;
	}
	g->n_reinspect -= had_failed;
	g->flags[pod] &= (uint8_t)~POD_FAILED;
	pleg_cache_pod(g, pod, g->asked_at[actor], view);
	if (g->flags[pod] & POD_CHANGED)
		pleg_emit_changes(g, pod);
}

/* Only now do the workers of unchanged pods go on (cache.UpdateTime). */
void pleg_relist_ends(struct pleg *g, ns_t now, struct pleg_want *want)
{
	g->cache_time = g->began_at;
	g->state[PLEG_LOOP] = IDLE;
	want->kind = PLEG_SLEEPS;
	want->until = now + g->period;
	want->cache_changed = true;
	tell_relist(g, g->relist_before, want);
}

bool pleg_will_rest(const struct pleg *g, const struct records *view)
{
	bool relists =
		g->params->kind == PLEG_KIND_GENERIC || g->params->kind == PLEG_KIND_PARALLEL;

	return relists && g->state[PLEG_LOOP] == LISTING && g->seen_changes == view->changes &&
	       g->n_reinspect == 0;
}

void pleg_rested(struct pleg *g)
{
	g->relist_before = g->last_relist;
	g->last_relist = g->began_at;
	g->cache_time = g->began_at;
	g->state[PLEG_LOOP] = IDLE;
	g->n_todo = g->next_todo = 0;
}

void pleg_generic_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	switch (g->state[actor]) {
	case IDLE:
		pleg_relist_begins(g, now, want);
		return;
	case LISTING:
		if (!pleg_relist_listed(g, now, answered, view, want))
			return;
		break;
	default:
		pleg_inspected(g, actor, answered, view, want);
		break;
	}
	if (!pleg_next_inspection(g, actor, now, view, want))
		pleg_relist_ends(g, now, want);
}
