/* SPDX-License-Identifier: Apache-2.0 */
/* Probes: a random sleep within the period, then a ticker.  By exec an ExecSync each time; over
 * HTTP and TCP the kubelet asks the pod, and the runtime has no part in it.  A container that
 * is probed for readiness is not ready until a probe has found it so, which the status manager
 * is told at once.  prober/worker.go run, doProbe; prober_manager.go UpdatePodStatus,
 * updateReadiness (v1.20.2). */
#include "agent/agent_priv.h"

/* Probe i of a pod: which of the workload's, on which container. */
static const struct workload_probe *probe_of(
	const struct agent *a, uint32_t i, uint32_t *container)
{
	assert(a->plan->containers > 0);
	*container = i % a->plan->containers;
	return &a->plan->workload->probes[i / a->plan->containers];
}

/* How often a probe was tried, in its byte; the top bit: an event told that it cannot be run,
 * or that it failed. */
enum { PROBE_TOLD = 0x80, PROBE_TRIES_MAX = 3 };

/* ------------------------------------------------------------------ readiness */

/* An instance of a container, none of which is 0. */
static uint16_t instance_in(
	const struct agent *a, const record_t *records, uint32_t pod, uint32_t c)
{
	return (uint16_t)(record_instance(records[(size_t)pod * a->plan->containers + c]) + 1);
}

/* As a status has it; nobody asks of one that does not run. */
bool probe_is_ready(const struct agent *a, uint32_t pod, uint32_t c)
{
	return a->plan->asks_for_ready && a->ready[(size_t)pod * a->plan->containers + c] ==
						  instance_in(a, a->pleg.cached, pod, c);
}

/* It has run for long, and was found ready. */
void probes_settle(struct agent *a, uint32_t pod)
{
	for (uint32_t c = 0; c < a->plan->containers; c++) {
		a->pod[pod].told_running |= (uint16_t)(1u << c);
		if (a->plan->asks_for_ready)
			a->ready[(size_t)pod * a->plan->containers + c] =
				instance_in(a, a->pleg.cached, pod, c);
	}
}

static void readiness_is(
	struct agent *a, uint32_t pod, uint32_t c, bool ready, ns_t now, struct effects *out)
{
	uint16_t *found = &a->ready[(size_t)pod * a->plan->containers + c];
	uint16_t asked = instance_in(a, a->view->container, pod, c);

	if ((*found == asked) == ready)
		return;
	*found = ready ? asked : 0;
	a->noted_ready++;
	if (a->plan->pleg.kind == PLEG_KIND_POLLING)
		a->pod[pod].status_of = UINT64_MAX; /* the sync under way tells */
	else
		status_readiness(a, pod, now, out);
	if (model_of(a)->worker.syncs_when_ready)
		sync_dispatch(a, pod, now);
}

static void tell(struct agent *a, uint32_t at, ns_t now)
{
	uint32_t pod = at / a->plan->probes, c = at % a->plan->probes % a->plan->containers;

	event_raise(a, event_of(pod, EVENT_PROBE, c, a->probe_tries[at] & PROBE_TOLD), 1, now);
	a->probe_tries[at] |= PROBE_TOLD;
}

/* The pod has answered, by itself or through the command that was executed in it. */
static void answered(struct agent *a, uint32_t at, ns_t now, struct effects *out)
{
	uint32_t pod = at / a->plan->probes;
	uint32_t c;
	const struct workload_probe *probe = probe_of(a, at % a->plan->probes, &c);

	if (!probe->readiness)
		return;
	if (records_ready(a->view, pod, c, now)) {
		a->probe_failures[at] = 0;
		readiness_is(a, pod, c, true, now, out);
		return;
	}
	tell(a, at, now); /* Unhealthy */
	if (++a->probe_failures[at] >= probe->failure_threshold) {
		a->probe_failures[at] = 0;
		readiness_is(a, pod, c, false, now, out);
	}
}

/* ------------------------------------------------------------------ probing */

/* What a step's probes came to, together: a sync may have many. */
static void note(enum note_kind kind, uint32_t *noted, ns_t now, struct effects *out)
{
	if (*noted)
		agent_note(out, now, (struct agent_note){.kind = kind, .value = *noted});
	*noted = 0;
}

static void note_all(struct agent *a, ns_t now, struct effects *out)
{
	note(NOTE_PROBED, &a->noted_probes, now, out);
	note(NOTE_READY, &a->noted_ready, now, out);
}

/* Whether there is somebody to ask: the status manager's status shows it running, for long
 * enough. */
static bool target_runs(const struct agent *a, uint32_t at, ns_t now)
{
	uint32_t pod = at / a->plan->probes;
	uint32_t c;
	const struct workload_probe *probe = probe_of(a, at % a->plan->probes, &c);
	size_t i = (size_t)pod * a->plan->containers + c;

	if (record_state(a->view->container[i]) != RECORD_RUNNING)
		return false;
	if (a->plan->pleg.kind != PLEG_KIND_POLLING && !(a->pod[pod].told_running >> c & 1))
		return false;
	return probe->initial_delay == 0 || !a->view->ready.started_at ||
	       now - a->view->ready.started_at[i] >= probe->initial_delay;
}

/* True if an answer has to be waited for. */
static bool try_probe(
	struct agent *a, uint32_t at, uint32_t actor, ns_t now, struct effects *out)
{
	uint32_t c;

	if (!probe_of(a, at % a->plan->probes, &c)->exec) {
		a->noted_probes++;
		answered(a, at, now, out);
		return false;
	}
	a->probe_tries[at]++;
	chain_add(agent_call_begin(out, actor, now, at / a->plan->probes), OP_EXEC_SYNC, 1, 0);
	return true;
}

/* A try is answered.  One that could not be run, which is not one whose command failed, is made
 * again at once, three times in all; then an event tells of it, and nothing else does
 * (prober.go runProbeWithRetries, maxProbeRetries).  True if it is to be made again. */
static bool tries_again(
	struct agent *a, uint32_t at, enum outcome what, ns_t now, struct effects *out)
{
	uint8_t *tries = &a->probe_tries[at];

	if (what != OUTCOME_OK && (*tries & ~PROBE_TOLD) < PROBE_TRIES_MAX)
		return true;
	*tries &= PROBE_TOLD;
	if (what == OUTCOME_OK)
		answered(a, at, now, out);
	else
		tell(a, at, now);
	return false;
}

void probes_start(struct agent *a, uint32_t pod, ns_t now)
{
	for (uint32_t i = 0; i < a->plan->probes; i++)
		a->probe_tries[pod * a->plan->probes + i] =
			a->probe_failures[pod * a->plan->probes + i] = 0;
	for (uint32_t c = 0; a->plan->asks_for_ready && c < a->plan->containers; c++)
		a->ready[(size_t)pod * a->plan->containers + c] = 0;
	if (a->plan->pleg.kind == PLEG_KIND_POLLING)
		return; /* inline, once a sync */
	for (uint32_t i = 0; i < a->plan->probes; i++) {
		uint32_t at = pod * a->plan->probes + i;
		uint32_t container;
		ns_t period = probe_of(a, i, &container)->period;

		a->probe_next[at] =
			now +
			rng_span(agent_draw_for(a, slot_of(a, ACTOR_PROBE, at), DRAW_PROBE, 0),
				0, period);
		agent_sleep(a, ACTOR_PROBE, at, a->probe_next[at]);
	}
}

void probes_stop(struct agent *a, uint32_t pod)
{
	for (uint32_t i = 0; i < a->plan->probes; i++) {
		uint32_t at = pod * a->plan->probes + i;

		a->probe_next[at] = NS_NEVER;
		agent_wake(a, ACTOR_PROBE, at, NS_NEVER);
	}
}

static void probe_goes_on(struct agent *a, uint32_t at, ns_t now, struct effects *out)
{
	uint32_t actor = slot_of(a, ACTOR_PROBE, at);
	uint32_t container;
	ns_t period = probe_of(a, at % a->plan->probes, &container)->period;
	bool ran = (a->probe_tries[at] & ~PROBE_TOLD) > 0;

	if (a->probe_next[at] == NS_NEVER)
		return;
	if (ran && tries_again(a, at, answer_of(a, ACTOR_PROBE, at), now, out)) {
		(void)try_probe(a, at, actor, now, out);
		return;
	}
	if (now >= a->probe_next[at]) {
		a->probe_next[at] += period;
		while (a->probe_next[at] <= now)
			a->probe_next[at] += period;
		if (target_runs(a, at, now) && try_probe(a, at, actor, now, out))
			return;
	}
	agent_sleep(a, ACTOR_PROBE, at, a->probe_next[at]);
}

void probe_step(struct agent *a, uint32_t at, ns_t now, struct effects *out)
{
	probe_goes_on(a, at, now, out);
	note_all(a, now, out);
}

/* ------------------------------------------------------------------ inline */

/* The next of the pod's probes, from the one under way on, that has to be waited for.  False
 * if none is left. */
bool probes_inline(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	bool waits = false;

	while (p->container < a->plan->probes && !waits) {
		uint32_t at = pod * a->plan->probes + p->container;

		waits = target_runs(a, at, now) &&
			try_probe(a, at, slot_of(a, ACTOR_WORKER, pod), now, out);
		p->container += !waits;
	}
	note_all(a, now, out);
	return waits;
}

/* The one under way was answered; perhaps it stays the one. */
void probe_inline_ended(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	if (!tries_again(a, pod * a->plan->probes + p->container,
		    answer_of(a, ACTOR_WORKER, pod), now, out))
		p->container++;
}
