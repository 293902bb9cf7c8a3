/* SPDX-License-Identifier: Apache-2.0 */
/* What the designs share; for src/pleg only. */
#ifndef PLEG_PLEG_PRIV_H
#define PLEG_PLEG_PRIV_H

#include "pleg/pleg.h"

/* POD_FAILED: to be inspected again.  POD_ERROR: what the pod cache has of it is that error. */
enum { POD_CHANGED = 1, POD_REINSPECT = 2, POD_FAILED = 4, POD_ERROR = 8 };

/* Which state an actor is in.  The first is what everybody starts in. */
enum actor_state { IDLE, LISTING, INSPECTING, GETTING, STREAMING };

/* Numbers of chains that are kept. */
enum { KEPT_LISTS = 1, KEPT_POLL };

/* An actor wants calls about that pod: their chain, to be filled. */
static inline struct chain *pleg_wants(struct pleg *g, uint32_t pod, struct pleg_want *want)
{
	want->kind = PLEG_CALLS;
	want->chain = &g->once;
	chain_start(&g->once, pod);
	return &g->once;
}

/* records.c */
void pleg_snapshot(struct pleg *g, uint32_t pod, const struct records *view);
bool pleg_pod_differs(const struct pleg *g, uint32_t pod, const struct records *view);
bool pleg_pod_is_listed(const struct pleg *g, uint32_t pod);
void pleg_emit_changes(struct pleg *g, uint32_t pod);
void pleg_cache_pod(struct pleg *g, uint32_t pod, ns_t as_of, const struct records *view);
void pleg_inspect_chain(
	const struct pleg *g, uint32_t pod, const struct records *view, struct chain *chain);

/* generic.c: the relist that the others build on */
void pleg_relist_begins(struct pleg *g, ns_t now, struct pleg_want *want);
bool pleg_relist_listed(struct pleg *g, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want);
bool pleg_next_inspection(struct pleg *g, unsigned actor, ns_t now, const struct records *view,
	struct pleg_want *want);
void pleg_inspected(struct pleg *g, unsigned actor, enum outcome answered,
	const struct records *view, struct pleg_want *want);
void pleg_relist_ends(struct pleg *g, ns_t now, struct pleg_want *want);

/* one step function a design */
void pleg_generic_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want);
void pleg_evented_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want);
void pleg_ondemand_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want);
void pleg_parallel_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want);
void pleg_polling_step(struct pleg *g, unsigned actor, ns_t now, enum outcome answered,
	const struct records *view, struct pleg_want *want);

#endif
