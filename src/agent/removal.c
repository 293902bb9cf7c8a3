/* SPDX-License-Identifier: Apache-2.0 */
/* What removes dead containers and sandboxes: two deletors with bounded buffers that drop what
 * does not fit, the garbage collection that repairs that once a minute, and the pod killer for
 * what runs without a pod.  pod_container_deletor.go, pod_sandbox_deleter.go, kubelet.go
 * cleanUpContainersInPod, deletePodSandbox; kuberuntime_gc.go; kuberuntime_container.go
 * killContainer (v1.20.2). */
#include "agent/agent_priv.h"

enum { KILL_IDLE, KILL_ASKS, KILL_ASKED, KILL_STOPS, KILL_SANDBOX, KILL_ENDS };

static record_t cached(const struct agent *a, uint32_t pod, uint32_t c)
{
	return a->pleg.cached[(size_t)pod * a->plan->containers + c];
}

static bool cached_listed(const struct agent *a, uint32_t pod)
{
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_listed(cached(a, pod, c)))
			return true;
	return false;
}

/* kubelet_pods.go IsPodDeleted */
static bool pod_is_deleted(const struct agent *a, uint32_t pod)
{
	const struct pod *p = &a->pod[pod];

	return !p->known || pod_is_terminal(p) || (p->deleting && p->terminated);
}

/* ------------------------------------------------------------------ container deletor */

static void enqueue_dead(struct agent *a, uint32_t pod, uint32_t c, uint32_t instance, ns_t now)
{
	uint32_t buffer = model_of(a)->deletion.container_buffer;

	if (a->n_dead == buffer)
		return; /* dropped: the garbage collection will find it */
	a->dead[(a->dead_head + a->n_dead++) % buffer] =
		(struct removal){(uint16_t)pod, (uint16_t)instance, (uint8_t)c};
	if (!a->container_deletor_busy)
		agent_rouse(a, ACTOR_CONTAINER_DELETOR, 0, now);
}

/* All exited instances of container c but the newest `keep`. */
static void enqueue_exited(struct agent *a, uint32_t pod, uint32_t c, uint32_t keep, ns_t now)
{
	record_t r = cached(a, pod, c);
	uint32_t exited = record_state(r) == RECORD_EXITED;
	uint32_t all = exited + record_dead(r);
	uint32_t newest = record_instance(r) - !exited;

	for (uint32_t i = keep; i < all; i++)
		enqueue_dead(a, pod, c, (newest - i) & (RECORD_INSTANCES - 1), now);
}

/* cleanUpContainersInPod, once for EACH ContainerDied: for a pod that goes and of which
 * nothing runs, all its exited containers every time, so C + 1 deaths ask C (C + 1) times. */
void removal_of_containers(struct agent *a, uint32_t pod, int container, ns_t now)
{
	bool running = false;

	for (uint32_t c = 0; c < a->plan->containers; c++)
		running |= record_state(cached(a, pod, c)) == RECORD_RUNNING;
	if (a->pod[pod].known && a->pod[pod].deleting && !running) {
		for (uint32_t c = 0; c < a->plan->containers; c++)
			enqueue_exited(a, pod, c, 0, now);
		return;
	}
	if (container >= 0)
		enqueue_exited(
			a, pod, (uint32_t)container, model_of(a)->deletion.dead_to_keep, now);
}

/* removeContainer: the log manager's Clean asks for the status past the metric, then the log
 * is looked up, then the container goes.  One that is gone already fails at the first. */
static void remove_chain(const struct agent *a, const struct removal *r, struct chain *chain)
{
	chain_start(chain, r->pod);
	chain->container = r->container;
	chain->instance = r->instance;
	if (!a->plan->pleg.docker) {
		chain_add(chain, CALL_HIDDEN + OP_CONTAINER_STATUS, 1, 0);
		chain_add(chain, OP_CONTAINER_STATUS, 1, 0);
	}
	chain_add(chain, OP_REMOVE_CONTAINER, 1, 0);
}

void container_deletor_step(struct agent *a, ns_t now, struct effects *out)
{
	uint32_t buffer = model_of(a)->deletion.container_buffer;
	struct chain chain;

	a->container_deletor_busy = a->n_dead > 0;
	if (a->n_dead == 0)
		return;
	remove_chain(a, &a->dead[a->dead_head], &chain);
	a->dead_head = (a->dead_head + 1) % buffer;
	a->n_dead--;
	agent_call(out, slot_of(a, ACTOR_CONTAINER_DELETOR, 0), now, &chain);
}

/* ------------------------------------------------------------------ sandbox deletor */

/* deletePodSandbox, at each ContainerRemoved: a sandbox that is not ready and that no
 * container status refers to any more; the newest stays while the pod lives. */
void removal_of_sandbox(struct agent *a, uint32_t pod, ns_t now)
{
	uint32_t buffer = model_of(a)->deletion.sandbox_buffer;

	if (model_of(a)->deletion.style == DELETION_TERMINATING || buffer == 0)
		return;
	if (!pod_is_deleted(a, pod) || a->pleg.sandbox[pod] != RECORD_EXITED ||
		cached_listed(a, pod) || a->n_gone == buffer)
		return;
	a->gone[(a->gone_head + a->n_gone++) % buffer] = (uint16_t)pod;
	if (!a->sandbox_deletor_busy)
		agent_rouse(a, ACTOR_SANDBOX_DELETOR, 0, now);
}

static void remove_sandbox_chain(const struct agent *a, uint32_t pod, struct chain *chain)
{
	chain_start(chain, pod);
	if (!a->plan->pleg.docker)
		chain_add(chain, OP_STOP_PODSANDBOX, 1, 0); /* in case it was not */
	chain_add(chain, OP_REMOVE_PODSANDBOX, 1, 0);
}

void sandbox_deletor_step(struct agent *a, ns_t now, struct effects *out)
{
	struct chain chain;

	a->sandbox_deletor_busy = a->n_gone > 0;
	if (a->n_gone == 0)
		return;
	remove_sandbox_chain(a, a->gone[a->gone_head], &chain);
	a->gone_head = (a->gone_head + 1) % model_of(a)->deletion.sandbox_buffer;
	a->n_gone--;
	agent_call(out, slot_of(a, ACTOR_SANDBOX_DELETOR, 0), now, &chain);
}

/* ------------------------------------------------------------------ garbage collection */

enum { COLLECT_SANDBOX = 255 };

static void collect(struct agent *a, uint32_t pod, uint32_t c, uint32_t instance)
{
	if (a->n_collect < a->plan->pods * (a->plan->containers * 2 + 1))
		a->collect[a->n_collect++] =
			(struct removal){(uint16_t)pod, (uint16_t)instance, (uint8_t)c};
}

/* kuberuntime_gc.go evictableContainers: whatever does not run, so of a pod that is gone also
 * what was created and never started. */
static void collect_containers(struct agent *a, uint32_t pod)
{
	bool deleted = pod_is_deleted(a, pod);
	uint32_t keep = deleted ? 0 : model_of(a)->deletion.dead_to_keep;

	for (uint32_t c = 0; c < a->plan->containers; c++) {
		record_t r = a->view->container[(size_t)pod * a->plan->containers + c];
		enum record_state state = record_state(r);
		uint32_t ended = state == RECORD_EXITED || (state == RECORD_CREATED && deleted);
		uint32_t newest = record_instance(r) - !ended;

		for (uint32_t i = keep; i < ended + record_dead(r); i++)
			collect(a, pod, c, (newest - i) & (RECORD_INSTANCES - 1));
	}
}

/* GarbageCollect, after its lists: exited containers first, then sandboxes that have none. */
void removal_collect(struct agent *a, ns_t now)
{
	if (!a->pods_known || a->at_collect < a->n_collect)
		return; /* the last round is not through */
	if (a->pods_at_rest && a->n_collect == 0 && a->collected_changes == a->view->changes)
		return; /* the last round found nothing, and nothing changed */
	a->collected_changes = a->view->changes;
	a->n_collect = a->at_collect = 0;
	for (uint32_t p = 0; p < a->plan->pods; p++)
		collect_containers(a, p);
	for (uint32_t p = 0; p < a->plan->pods; p++)
		if (a->view->sandbox[p] == RECORD_EXITED && pod_is_deleted(a, p))
			collect(a, p, COLLECT_SANDBOX, 0);
	if (a->n_collect)
		agent_wake(a, ACTOR_COLLECTOR, 0, now);
}

static bool has_containers(const struct agent *a, uint32_t pod)
{
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_listed(a->view->container[(size_t)pod * a->plan->containers + c]))
			return true;
	return false;
}

void collector_step(struct agent *a, ns_t now, struct effects *out)
{
	struct chain chain;

	while (a->at_collect < a->n_collect) {
		const struct removal *r = &a->collect[a->at_collect++];

		if (r->container == COLLECT_SANDBOX) {
			if (has_containers(a, r->pod) ||
				a->view->sandbox[r->pod] != RECORD_EXITED)
				continue;
			remove_sandbox_chain(a, r->pod, &chain);
		} else {
			remove_chain(a, r, &chain);
		}
		agent_call(out, slot_of(a, ACTOR_COLLECTOR, 0), now, &chain);
		return;
	}
}

/* ------------------------------------------------------------------ pod killer */

/* What the runtime cache, seconds old perhaps, shows running of a pod that should not run is
 * killed beside the pod's worker; a pod that is being killed so is not killed twice, but one
 * that the cache still shows is killed again when that is over.  Whose pod the API server
 * deleted is `known`: its events are told (again, after the worker's).  Of others the spec is
 * recovered from the containers' labels, by a ContainerStatus each, and no event is told
 * (kubelet_pods.go PerformPodKillingWork; container/helpers.go shouldRecordEvent). */
void removal_kill(struct agent *a, uint32_t pod, ns_t now, bool known)
{
	struct pod *p = &a->pod[pod];

	if (p->kill_state != KILL_IDLE || (!p->cache_running && !p->cache_ready))
		return;
	p->kill_ready = p->cache_ready;
	p->kill_running = 0;
	p->kill_asks = p->cache_running;
	p->kill_state = KILL_ASKS;
	if (known || a->plan->pleg.docker) {
		p->kill_running = (uint8_t)__builtin_popcount(p->kill_asks);
		p->kill_state = KILL_STOPS;
	}
	if (known)
		event_raise(a, event_of(pod, EVENT_KILL, 0, true),
			p->kill_running * model_of(a)->events.per_container_kill, now);
	agent_rouse(a, ACTOR_KILLER, pod, now);
}

static void ask_for_spec(struct agent *a, uint32_t pod, struct chain *chain)
{
	struct pod *p = &a->pod[pod];
	uint32_t c = (uint32_t)__builtin_ctz(p->kill_asks);

	p->kill_asks &= (uint16_t)(p->kill_asks - 1u);
	chain->container = (uint16_t)c;
	chain->instance = (uint16_t)record_instance(
		a->view->container[(size_t)pod * a->plan->containers + c]);
	chain_add(chain, OP_CONTAINER_STATUS, 1, 0);
}

/* What the killer does next, perhaps no call: the containers' specs, the containers side by
 * side, the sandbox. */
static void kill_goes_on(struct agent *a, uint32_t pod, struct chain *chain)
{
	struct pod *p = &a->pod[pod];

	switch (p->kill_state) {
	case KILL_ASKS:
		if (p->kill_asks)
			ask_for_spec(a, pod, chain);
		p->kill_state = chain->n_steps ? KILL_ASKED : KILL_STOPS;
		return;
	case KILL_ASKED: /* one that is gone has no status, and is not stopped */
		if (answer_of(a, ACTOR_KILLER, pod) == OUTCOME_OK)
			p->kill_running++;
		p->kill_state = KILL_ASKS;
		return;
	case KILL_STOPS:
		chain->parallel = true;
		chain_add(chain, OP_STOP_CONTAINER, p->kill_running, 0);
		p->kill_state = KILL_SANDBOX;
		return;
	case KILL_SANDBOX:
		chain->parallel = false;
		chain_add(chain, OP_STOP_PODSANDBOX, p->kill_ready, 0);
		p->kill_state = KILL_ENDS;
		return;
	default:
		p->kill_state = KILL_IDLE;
		return;
	}
}

void killer_step(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct chain chain;

	chain_start(&chain, pod);
	while (chain.n_steps == 0 && a->pod[pod].kill_state != KILL_IDLE)
		kill_goes_on(a, pod, &chain);
	if (chain.n_steps)
		agent_call(out, slot_of(a, ACTOR_KILLER, pod), now, &chain);
}
