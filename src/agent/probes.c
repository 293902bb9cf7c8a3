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

void probes_start(struct agent *a, uint32_t pod, ns_t now)
{
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
	uint32_t pod = at / a->plan->exec_probes;
	uint32_t container = 0;
	const struct workload_probe *probe = probe_of(a, at % a->plan->exec_probes, &container);
	struct chain chain;

	if (a->probe_next[at] == NS_NEVER)
		return;
	if (now < a->probe_next[at]) { /* an exec is answered */
		agent_wake(a, ACTOR_PROBE, at, agent_late(a, a->probe_next[at]));
		return;
	}
	a->probe_next[at] += probe->period;
	while (a->probe_next[at] <= now)
		a->probe_next[at] += probe->period;
	if (record_state(a->view->container[(size_t)pod * a->plan->containers + container]) !=
		RECORD_RUNNING) {
		agent_wake(a, ACTOR_PROBE, at, agent_late(a, a->probe_next[at]));
		return;
	}
	chain_start(&chain, pod);
	chain_add(&chain, OP_EXEC_SYNC, 1, 0);
	agent_call(out, slot_of(a, ACTOR_PROBE, at), now, &chain);
}
