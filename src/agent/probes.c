/* SPDX-License-Identifier: Apache-2.0 */
/* Probes by exec: a random sleep within the period, then a ticker, an ExecSync each time.
 * Probes by HTTP and TCP make no call of the runtime.  prober/worker.go run (v1.20.2). */
#include "agent/agent_priv.h"

#include <stdlib.h>

/* Probe i of a pod: which of the workload's, on which container. */
static const struct workload_probe *probe_of(
	const struct agent *a, uint32_t i, uint32_t *container)
{
	const struct workload_model *w = a->plan->workload;

	for (uint32_t k = 0; k < w->n_probes; k++) {
		if (!w->probes[k].exec)
			continue;
		if (i < w->containers) {
			*container = i;
			return &w->probes[k];
		}
		i -= w->containers;
	}
	abort(); /* a probe that the workload does not have */
}

/* How often a probe was tried, in its byte; the top bit: an event told that it cannot be run.
 */
enum { PROBE_TOLD = 0x80, PROBE_TRIES_MAX = 3 };

static bool target_runs(const struct agent *a, uint32_t at)
{
	uint32_t pod = at / a->plan->exec_probes;
	uint32_t container = 0;

	(void)probe_of(a, at % a->plan->exec_probes, &container);
	return record_state(
		       a->view->container[(size_t)pod * a->plan->containers + container]) ==
	       RECORD_RUNNING;
}

static void try_probe(
	struct agent *a, uint32_t at, uint32_t actor, ns_t now, struct effects *out)
{
	struct chain *chain = agent_call_begin(out, actor, now, at / a->plan->exec_probes);

	a->probe_tries[at]++;
	chain_add(chain, OP_EXEC_SYNC, 1, 0);
}

/* A try is answered.  One that could not be run, which is not one whose command failed, is made
 * again at once, three times in all; then an event tells of it, and nothing else does
 * (prober.go runProbeWithRetries, maxProbeRetries).  True if it is to be made again. */
static bool tries_again(struct agent *a, uint32_t at, enum outcome what, ns_t now)
{
	uint8_t *tries = &a->probe_tries[at];

	if (what != OUTCOME_OK && (*tries & ~PROBE_TOLD) < PROBE_TRIES_MAX)
		return true;
	*tries &= PROBE_TOLD;
	if (what == OUTCOME_OK)
		return false;
	event_raise(a, at / a->plan->exec_probes, 1, *tries & PROBE_TOLD, now);
	*tries = PROBE_TOLD;
	return false;
}

void probes_start(struct agent *a, uint32_t pod, ns_t now)
{
	for (uint32_t i = 0; i < a->plan->exec_probes; i++)
		a->probe_tries[pod * a->plan->exec_probes + i] = 0;
	if (a->plan->pleg.kind == PLEG_KIND_POLLING)
		return; /* inline, once a sync */
	for (uint32_t i = 0; i < a->plan->exec_probes; i++) {
		uint32_t at = pod * a->plan->exec_probes + i;
		uint32_t container;
		ns_t period = probe_of(a, i, &container)->period;

		a->probe_next[at] = now + rng_span(agent_draw(a, DRAW_PROBE, i), 0, period);
		agent_wake(a, ACTOR_PROBE, at, agent_late(a, a->probe_next[at]));
	}
}

void probes_stop(struct agent *a, uint32_t pod)
{
	for (uint32_t i = 0; i < a->plan->exec_probes; i++) {
		uint32_t at = pod * a->plan->exec_probes + i;

		a->probe_next[at] = NS_NEVER;
		agent_wake(a, ACTOR_PROBE, at, NS_NEVER);
	}
}

void probe_step(struct agent *a, uint32_t at, ns_t now, struct effects *out)
{
	uint32_t container;
	ns_t period = probe_of(a, at % a->plan->exec_probes, &container)->period;
	bool ran = (a->probe_tries[at] & ~PROBE_TOLD) > 0;

	if (a->probe_next[at] == NS_NEVER)
		return;
	if (ran && tries_again(a, at, answer_of(a, ACTOR_PROBE, at), now)) {
		try_probe(a, at, slot_of(a, ACTOR_PROBE, at), now, out);
		return;
	}
	if (now >= a->probe_next[at]) {
		a->probe_next[at] += period;
		while (a->probe_next[at] <= now)
			a->probe_next[at] += period;
		if (target_runs(a, at)) {
			try_probe(a, at, slot_of(a, ACTOR_PROBE, at), now, out);
			return;
		}
	}
	agent_wake(a, ACTOR_PROBE, at, agent_late(a, a->probe_next[at]));
}

/* ------------------------------------------------------------------ inline */

/* The next of the pod's probes, from the one under way on.  False if none is left. */
bool probes_inline(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	for (; p->container < a->plan->exec_probes; p->container++) {
		uint32_t at = pod * a->plan->exec_probes + p->container;

		if (!target_runs(a, at))
			continue;
		try_probe(a, at, slot_of(a, ACTOR_WORKER, pod), now, out);
		return true;
	}
	return false;
}

/* The one under way was answered; perhaps it stays the one. */
void probe_inline_ended(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	if (!tries_again(a, pod * a->plan->exec_probes + p->container,
		    answer_of(a, ACTOR_WORKER, pod), now))
		p->container++;
}
