/* SPDX-License-Identifier: Apache-2.0 */
/* Starting what a pod lacks: sandbox, images, containers, one call after the other.
 * kuberuntime_manager.go SyncPod and computePodActions, kuberuntime_container.go
 * startContainer, images/image_manager.go EnsureImageExists, puller.go (v1.20.2);
 * dockertools/manager.go runContainer for docker. */
#include "agent/agent_priv.h"

static ns_t crash_back_off(const struct agent *a, const struct pod *p)
{
	ns_t back_off = model_of(a)->worker.crash_back_off;

	for (uint32_t i = 1;
		i < p->crash_steps && back_off < model_of(a)->worker.crash_back_off_max; i++)
		back_off *= 2;
	return p->crash_steps ? ns_min(back_off, model_of(a)->worker.crash_back_off_max) : 0;
}

/* client-go util/flowcontrol/backoff.go hasExpired: nothing for twice the longest back-off. */
static bool back_off_has_expired(const struct agent *a, uint32_t pod)
{
	return a->pleg.died_at[pod] - a->pod[pod].backed_off_at >
	       2 * model_of(a)->worker.crash_back_off_max;
}

static bool container_has_died(const struct agent *a, uint32_t pod, uint32_t c)
{
	record_t r = a->pleg.cached[(size_t)pod * a->plan->containers + c];

	return record_state(r) == RECORD_EXITED;
}

/* Whether this sync starts container c.  One that died waits for its back-off, counted from
 * its death; the sync is no failure then, and the next resync looks again. */
static bool container_starts(const struct agent *a, uint32_t pod, uint32_t c, ns_t now)
{
	const struct pod *p = &a->pod[pod];
	record_t r = a->pleg.cached[(size_t)pod * a->plan->containers + c];

	if (p->sandbox_new)
		return true;
	if (record_state(r) == RECORD_RUNNING)
		return false;
	return record_state(r) != RECORD_EXITED || back_off_has_expired(a, pod) ||
	       now - a->pleg.died_at[pod] >= crash_back_off(a, p);
}

static void start_chain(struct agent *a, uint32_t pod, struct chain *chain)
{
	chain_start(chain, pod);
	chain->container = a->pod[pod].container;
	if (a->plan->pleg.docker) {
		chain_add(chain, OP_INSPECT_IMAGE, 1, 0);
		chain_add(chain, OP_CREATE_CONTAINER, 1, 0);
		chain_add(chain, OP_START_CONTAINER, 1, 0);
		chain_add(chain, OP_INSPECT_CONTAINER, 1, 0);
		return;
	}
	chain_add(chain, OP_IMAGE_STATUS, 1, 0); /* getImageUser */
	chain_add(chain, OP_CREATE_CONTAINER, 1, 0);
	chain_add(chain, OP_START_CONTAINER, 1, 0);
}

static void start_container(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	struct chain chain;

	p->acted = true;
	if (container_has_died(a, pod, p->container)) {
		p->crash_steps = back_off_has_expired(a, pod) ? 1
				 : p->crash_steps < 6         ? (uint8_t)(p->crash_steps + 1)
							      : 6;
		p->backed_off_at = now;
	}
	if (a->plan->pleg.docker && !a->plan->workload->pull_always) {
		p->state = WORKER_STARTS;
		start_chain(a, pod, &chain);
	} else {
		p->state = WORKER_IMAGE;
		chain_start(&chain, pod);
		chain_add(&chain, OP_IMAGE_STATUS, 1, 0);
	}
	agent_call(out, slot_of(a, ACTOR_WORKER, pod), now, &chain);
}

/* The next container that has to start, from p->container on; if none, the sync is over. */
static void next_container(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	while (p->container < a->plan->containers &&
		!container_starts(a, pod, p->container, now)) {
		if (container_has_died(a, pod, p->container))
			event_back_off(a, pod, now);
		p->container++;
	}
	if (p->container < a->plan->containers) {
		start_container(a, pod, now, out);
		return;
	}
	if (p->sandbox_new)
		agent_note(out, now,
			(struct agent_note){
				.kind = NOTE_POD_STEP, .pod = pod, .value = POD_STEP_STARTED});
	p->sandbox_new = false;
	worker_sync_ends(a, pod, now, false);
}

static void start_sandbox(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	struct chain chain;

	p->acted = true;
	p->sandbox_new = true;
	p->state = WORKER_SANDBOX;
	event_warn(a, pod, now); /* the sandbox's configuration is generated once more */
	chain_start(&chain, pod);
	if (a->plan->pleg.docker) {
		chain_add(&chain, OP_INSPECT_IMAGE, 1, 0);
		chain_add(&chain, OP_RUN_PODSANDBOX, 1, 0);
		chain_add(&chain, OP_INSPECT_CONTAINER, 1, 0);
	} else {
		chain_add(&chain, OP_RUN_PODSANDBOX, 1, 0);
		chain_add(&chain, OP_PODSANDBOX_STATUS, 1, 0);
	}
	agent_call(out, slot_of(a, ACTOR_WORKER, pod), now, &chain);
}

void start_begins(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	p->container = 0;
	p->sandbox_new = false;
	if (a->pleg.sandbox[pod] != RECORD_RUNNING)
		start_sandbox(a, pod, now, out);
	else
		next_container(a, pod, now, out);
}

/* ------------------------------------------------------------------ images */

static void puller_wake(struct agent *a, ns_t now)
{
	if (!a->puller_busy)
		agent_wake(a, ACTOR_PULLER, 0, agent_dispatch(a, now));
}

/* One puller a kubelet (serialize-image-pulls).  Beyond the registry limiter a pull fails at
 * once and the pod's sync with it (throttledImageService.PullImage). */
void puller_step(struct agent *a, ns_t now, struct effects *out)
{
	struct chain chain;
	uint32_t pod;

	if (a->puller_busy) {
		pod = a->pulls[a->pull_head];
		a->puller_busy = false;
		a->pull_head = (a->pull_head + 1) % a->plan->pods;
		a->n_pulls--;
		agent_answer(a, slot_of(a, ACTOR_WORKER, pod), agent_dispatch(a, now),
			answer_of(a, ACTOR_PULLER, 0), 0);
	}
	if (a->n_pulls == 0)
		return;
	a->puller_busy = true;
	pod = a->pulls[a->pull_head];
	if (!bucket_try(&a->registry, now)) {
		agent_answer(a, slot_of(a, ACTOR_PULLER, 0), now + 1, OUTCOME_ERROR, 0);
		return;
	}
	chain_start(&chain, pod);
	chain_add(&chain, OP_PULL_IMAGE, 1, 0);
	agent_call(out, slot_of(a, ACTOR_PULLER, 0), now, &chain);
}

static void pull(struct agent *a, uint32_t pod, ns_t now)
{
	a->pod[pod].state = WORKER_PULLS;
	a->pulls[(a->pull_head + a->n_pulls) % a->plan->pods] = (uint16_t)pod;
	a->n_pulls++;
	event_raise(a, pod, model_of(a)->events.per_pull,
		container_has_died(a, pod, a->pod[pod].container), now);
	puller_wake(a, now);
}

/* ------------------------------------------------------------------ answers */

static void image_is_there(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct chain chain;

	a->pod[pod].state = WORKER_STARTS;
	start_chain(a, pod, &chain);
	agent_call(out, slot_of(a, ACTOR_WORKER, pod), now, &chain);
}

static void sandbox_is_there(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	agent_note(out, now,
		(struct agent_note){
			.kind = NOTE_POD_STEP, .pod = pod, .value = POD_STEP_SANDBOX});
	next_container(a, pod, now, out);
}

void start_step(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	bool failed = answer_of(a, ACTOR_WORKER, pod) != OUTCOME_OK;

	if (p->state == WORKER_IMAGE) {
		if (failed || a->plan->workload->pull_always)
			pull(a, pod, now);
		else
			image_is_there(a, pod, now, out);
	} else if (failed) {
		p->sandbox_new = false;
		worker_sync_ends(a, pod, now, true);
	} else if (p->state == WORKER_PULLS) {
		image_is_there(a, pod, now, out);
	} else if (p->state == WORKER_SANDBOX) {
		sandbox_is_there(a, pod, now, out);
	} else {
		event_raise(a, pod, model_of(a)->events.per_container_start,
			container_has_died(a, pod, a->pod[pod].container), now);
		p->container++;
		next_container(a, pod, now, out);
	}
}
