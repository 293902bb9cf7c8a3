/* SPDX-License-Identifier: Apache-2.0 */
/* The relist whose inspections run side by side: the generic PLEG with W inspectors.
 * Proposed since 2016 (kubernetes pull requests 26538, 43033, 95816, 96448, 139827), never
 * merged.  The cache's time still moves only when the last inspection has ended. */
#include "pleg/pleg_priv.h"

static void inspector_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	if (g->state[actor] == INSPECTING) {
		g->state[actor] = IDLE;
		pleg_inspected(g, actor, answered, view, want);
	}
	if (pleg_next_inspection(g, actor, now, view, want))
		return;
	want->kind = PLEG_WAITS;
	if (g->inspecting == 0 && g->state[PLEG_LOOP] == INSPECTING)
		want->wake |= 1u << PLEG_LOOP;
}

void pleg_parallel_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want)
{
	if (actor >= PLEG_INSPECTORS) {
		inspector_step(g, actor, now, answered, view, want);
		return;
	}
	switch (g->state[PLEG_LOOP]) {
	case IDLE:
		pleg_relist_begins(g, now, want);
		return;
	case LISTING:
		if (!pleg_relist_listed(g, now, answered, view, want))
			return;
		if (g->n_todo == 0)
			break;
		g->state[PLEG_LOOP] = INSPECTING;
		want->kind = PLEG_WAITS;
		want->wake = ((1u << g->params->workers) - 1) << PLEG_INSPECTORS;
		return;
	default:
		break;
	}
	pleg_relist_ends(g, now, want);
}
