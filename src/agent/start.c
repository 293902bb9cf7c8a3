/* SPDX-License-Identifier: Apache-2.0 */
/* Starting what a pod lacks: sandbox, images, containers, one call after the other.
 * kuberuntime_manager.go SyncPod and computePodActions, kuberuntime_container.go
 * startContainer, images/image_manager.go EnsureImageExists, puller.go (v1.20.2);
 * dockertools/manager.go runContainer for docker. */
#include "agent/agent_priv.h"

/* Whether this sync starts container c.  (computePodActions; docker's SyncPod asks for no
 * back-off where it starts the sandbox.) */
static bool container_starts(struct agent *a, uint32_t pod, uint32_t c, ns_t now)
{
	struct pod *p = &a->pod[pod];
	record_t r = a->pleg.cached[(size_t)pod * a->plan->containers + c];

	if (record_state(r) == RECORD_RUNNING && !p->sandbox_new)
		return false;
	if (pod >= a->plan->batch_from && record_state(r) == RECORD_EXITED)
		return false; /* ShouldContainerBeRestarted */
	if (p->sandbox_new && a->plan->pleg.docker)
		return true;
	if (!back_off_is_on(a, pod, c, now))
		return true;
	p->waits = true;
	event_back_off(a, pod, c, now);
	return false;
}

bool pod_runs_whole(const struct agent *a, uint32_t pod)
{
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_state(a->pleg.cached[(size_t)pod * a->plan->containers + c]) !=
			RECORD_RUNNING)
			return false;
	return a->pleg.sandbox[pod] == RECORD_RUNNING;
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
	if (container_has_exited(a, pod, p->container))
		back_off_grows(a, pod, p->container, now);
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
		!container_starts(a, pod, p->container, now))
		p->container++;
	if (p->container < a->plan->containers) {
		start_container(a, pod, now, out);
		return;
	}
	if (p->sandbox_new && !p->failed)
		agent_note_step(out, now, pod, POD_STEP_STARTED);
	p->sandbox_new = false;
	worker_sync_ends(a, pod, now, p->failed || p->waits);
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
	p->failed = false;
	p->waits = false;
	if (a->pleg.sandbox[pod] != RECORD_RUNNING)
		start_sandbox(a, pod, now, out);
	else
		next_container(a, pod, now, out);
}

/* ------------------------------------------------------------------ images */

static void puller_wake(struct agent *a, ns_t now)
{
	if (!a->puller_busy)
		agent_rouse(a, ACTOR_PULLER, 0, now);
}

/* One puller a kubelet, if pulls are serial (serializeImagePulls).  Beyond the registry limiter
 * a pull fails at once and the pod's sync with it (throttledImageService.PullImage). */
void puller_step(struct agent *a, ns_t now, struct effects *out)
{
	struct chain chain;
	uint32_t pod;

	if (a->puller_busy) {
		pod = a->pulls[a->pull_head];
		a->puller_busy = false;
		a->pull_head = (a->pull_head + 1) % a->plan->pods;
		a->n_pulls--;
		agent_answer(a, slot_of(a, ACTOR_WORKER, pod),
			agent_dispatch(a, slot_of(a, ACTOR_WORKER, pod), now),
			answer_of(a, ACTOR_PULLER, 0), 0);
	}
	if (a->n_pulls == 0)
		return;
	a->puller_busy = true;
	pod = a->pulls[a->pull_head];
	if (!bucket_try(&a->registry, now)) {
		a->refused_pulls++;
		agent_answer(a, slot_of(a, ACTOR_PULLER, 0), now + 1, OUTCOME_ERROR, 0);
		return;
	}
	chain_start(&chain, pod);
	chain_add(&chain, OP_PULL_IMAGE, 1, 0);
	agent_call(out, slot_of(a, ACTOR_PULLER, 0), now, &chain);
}

/* Every worker for itself (parallelImagePuller). */
static void pull_in_parallel(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	uint32_t worker = slot_of(a, ACTOR_WORKER, pod);

	if (bucket_try(&a->registry, now)) {
		chain_add(agent_call_begin(out, worker, now, pod), OP_PULL_IMAGE, 1, 0);
	} else {
		a->refused_pulls++;
		agent_answer(a, worker, now + 1, OUTCOME_ERROR, 0);
	}
}

/* Of the one being started, who may have been before. */
static struct event_item of_container(const struct agent *a, uint32_t pod, enum event_kind kind)
{
	uint32_t c = a->pod[pod].container;

	return event_of(pod, kind, c, container_has_exited(a, pod, c));
}

static void pull(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	a->pod[pod].state = WORKER_PULLS;
	agent_note_step(out, now, pod, POD_STEP_PULLS);
	event_raise(a, of_container(a, pod, EVENT_PULL), model_of(a)->events.per_pull, now);
	if (!model_of(a)->images.serial) {
		pull_in_parallel(a, pod, now, out);
		return;
	}
	a->pulls[(a->pull_head + a->n_pulls) % a->plan->pods] = (uint16_t)pod;
	a->n_pulls++;
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
	agent_note_step(out, now, pod, POD_STEP_SANDBOX);
	event_raise(a, event_of(pod, EVENT_SANDBOX, 0, false),
		model_of(a)->events.per_sandbox_start, now);
	next_container(a, pod, now, out);
}

void start_step(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	bool failed = answer_of(a, ACTOR_WORKER, pod) != OUTCOME_OK;

	if (p->state == WORKER_PULLS)
		agent_note_step(out, now, pod, POD_STEP_PULLED);
	if (p->state == WORKER_IMAGE) {
		if (failed || a->plan->workload->pull_always)
			pull(a, pod, now, out);
		else
			image_is_there(a, pod, now, out);
	} else if (failed && p->state == WORKER_SANDBOX) {
		p->sandbox_new = false;
		worker_sync_ends(a, pod, now, true);
	} else if (failed) { /* the others are started all the same */
		p->failed = true;
		p->container++;
		next_container(a, pod, now, out);
	} else if (p->state == WORKER_PULLS) {
		a->images |= image_of(a, pod);
		image_is_there(a, pod, now, out);
	} else if (p->state == WORKER_SANDBOX) {
		sandbox_is_there(a, pod, now, out);
	} else {
		event_raise(a, of_container(a, pod, EVENT_START),
			model_of(a)->events.per_container_start, now);
		agent_happens(a, TRIGGER_CONTAINER_START, now);
		p->container++;
		next_container(a, pod, now, out);
	}
}
