/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelet's one sync loop: pod changes, PLEG events, due pods, housekeeping; one thing at a
 * time.  kubelet.go syncLoopIteration, dispatchWork, HandlePod*; kubelet_pods.go
 * HandlePodCleanups (v1.20.2). */
#include "agent/agent_priv.h"

#include <assert.h>

enum { SYNC_IDLE, SYNC_LISTS /* deletePod: the runtime cache was too old */ };

#define RUNTIME_CACHE_PERIOD (2 * NS_S) /* runtime_cache.go defaultCachePeriod */

ns_t sync_tick_after(const struct agent *a, ns_t due)
{
	ns_t period = model_of(a)->worker.ticker;
	ns_t behind = due - a->tick_phase;

	if (behind <= 0)
		return a->tick_phase;
	return a->tick_phase + (behind + period - 1) / period * period;
}

void sync_wake(struct agent *a, ns_t now)
{
	ns_t at = wakes_at(&a->wakes, slot_of(a, ACTOR_SYNC, 0));

	if (sync_is_taken(a))
		return;
	if (at == NS_NEVER || (a->pods_changed && at == a->batch_ends))
		agent_rouse(a, ACTOR_SYNC, 0, now);
}

/* The loop has more to do: it goes on without a hand-over, which is what costs; an iteration is
 * a small part of one.  So the events of one pod that a relist found together are handled
 * before the worker whom the first of them woke has set the pod's status. */
static void sync_goes_on(struct agent *a, ns_t now)
{
	ns_t hand_over = agent_dispatch(a, slot_of(a, ACTOR_SYNC, 0), now) - now;

	agent_wake(a, ACTOR_SYNC, 0, now + (hand_over > 4 ? hand_over / 4 : 1));
}

/* The work of the sync loop that somebody's calls in it kept waiting. */
void sync_release(struct agent *a, ns_t now)
{
	a->sync_busy = false;
	for (uint32_t p = 0; p < a->plan->pods && a->n_deferred > 0; p++) {
		if (!a->pod[p].deferred)
			continue;
		a->pod[p].deferred = false;
		a->n_deferred--;
		sync_dispatch(a, p, now);
	}
	loops_released(a, now);
	if (a->n_news || a->pleg.events.n || a->pods_changed)
		sync_wake(a, now);
}

/* kubelet.go dispatchWork: a pod that is to go and of which nothing runs is not synced any
 * more; instead its status is sent once more, forced (TerminatePod).  One that has completed is
 * not synced either. */
void sync_dispatch(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	if (!p->known || p->terminated)
		return;
	if (pod_is_terminal(p) && model_of(a)->deletion.style == DELETION_WORKER_RETRIES) {
		status_terminate(a, pod, now);
		return;
	}
	if (pod_has_ended(p) && model_of(a)->deletion.style == DELETION_WORKER_RETRIES)
		return;
	worker_update(a, pod, now);
}

static void forget_pod(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	volumes_unregister(a, pod, now);
	probes_stop(a, pod);
	a->collected_changes = UINT64_MAX; /* what is left of it may be collected */
	p->known = false;
	p->undelivered = false;
	p->due = NS_NEVER;
	if (p->state == WORKER_IDLE || p->state == WORKER_WAITS) {
		a->n_waiting -= p->state == WORKER_WAITS;
		p->state = WORKER_IDLE;
		p->working = false;
		agent_wake(a, ACTOR_WORKER, pod, NS_NEVER);
	}
}

/* A pod that came or is to go; where all are synced for that, it is one of them. */
static void dispatch_change(struct agent *a, uint32_t pod, ns_t now)
{
	if (!a->pods_changed)
		sync_dispatch(a, pod, now);
}

static void add_pod(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	p->known = true;
	p->volumes_wanted = false;
	if (a->plan->pleg.kind == PLEG_KIND_POLLING)
		pleg_forget(&a->pleg, pod); /* whoever had the place before */
	volumes_register(a, pod, now);
	dispatch_change(a, pod, now);
	probes_start(a, pod, now);
	agent_happens(a, TRIGGER_POD_START, now);
}

/* HandlePodRemoves: deletePod kills what still runs according to the runtime cache, which it
 * lists anew if that is older than two seconds (runtime_cache.go GetPods); the sync loop is at
 * it meanwhile.  (ForceUpdateIfOlder asks for no more: a pod's final DELETE comes long after
 * the last start of a container.)  Since 1.22 there is nothing left to kill, nor to list. */
static void remove_pod(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct chain chain;

	forget_pod(a, pod, now);
	if (model_of(a)->deletion.style == DELETION_TERMINATING)
		return;
	if (a->runtime_cache_at >= 0 && now - a->runtime_cache_at <= RUNTIME_CACHE_PERIOD) {
		removal_kill(a, pod, now, true);
		return;
	}
	a->runtime_cache_at = now;
	runtime_cache_fill(a);
	a->sync_busy = true;
	a->sync_state = SYNC_LISTS;
	a->sync_pod = (uint16_t)pod;
	chain_start(&chain, CHAIN_NO_POD);
	if (!a->plan->pleg.docker)
		chain_add(&chain, OP_LIST_PODSANDBOX, 1, CHAIN_RUNNING);
	chain_add(&chain, OP_LIST_CONTAINERS, 1, CHAIN_RUNNING);
	agent_call(out, slot_of(a, ACTOR_SYNC, 0), now, &chain);
}

static void handle_news(struct agent *a, ns_t now, struct effects *out)
{
	struct pod_news n = a->news[a->news_head];
	struct pod *p = &a->pod[n.pod];

	a->news_head = (a->news_head + 1) % a->news_capacity;
	a->n_news--;
	a->pods_known |= a->n_news == 0;
	switch ((enum pod_change)n.change) {
	case POD_ADDED:
		add_pod(a, n.pod, now);
		return;
	case POD_DELETING:
		if (!p->known)
			return;
		if (!p->deleting)
			agent_happens(a, TRIGGER_POD_STOP, now);
		p->deleting = true;
		volumes_register(a, n.pod, now);
		dispatch_change(a, n.pod, now);
		return;
	case POD_STATUS:
		/* The echo of the kubelet's own patch: RECONCILE.  The pod manager registers
		 * the pod again, which drops its objects from the cache. */
		if (!p->known)
			return;
		p->known_status = n.status;
		if (n.status & STATUS_ENDED && model_of(a)->objects.forget_ended)
			volumes_unregister(a, n.pod, now);
		else
			volumes_register(a, n.pod, now);
		return;
	case POD_REMOVED:
		if (p->known)
			remove_pod(a, n.pod, now, out);
		return;
	}
}

static void handle_event(struct agent *a, ns_t now, struct effects *out)
{
	struct pleg_event e = pleg_take(&a->pleg);

	if (e.kind == PLEG_DIED && e.container != PLEG_SANDBOX) {
		agent_happens(a, TRIGGER_CONTAINER_DEATH, now);
		agent_note(out, now,
			(struct agent_note){.kind = NOTE_DIED_SEEN,
				.pod = e.pod,
				.container = e.container});
	}
	if (e.kind != PLEG_REMOVED) /* isSyncPodWorthy */
		sync_dispatch(a, e.pod, now);
	if (e.kind == PLEG_REMOVED)
		removal_of_sandbox(a, e.pod, now);
	if (e.kind == PLEG_DIED)
		removal_of_containers(
			a, e.pod, e.container == PLEG_SANDBOX ? -1 : (int)e.container, now);
}

/* The runtime cache is there, for deletePod; if it could be listed. */
static void removed_pod_listed(struct agent *a, ns_t now)
{
	a->sync_state = SYNC_IDLE;
	if (answer_of(a, ACTOR_SYNC, 0) == OUTCOME_OK)
		removal_kill(a, a->sync_pod, now, true);
	else
		a->runtime_cache_at = -1;
	sync_release(a, now);
}

/* select picks at random among what is ready. */
void sync_step(struct agent *a, ns_t now, struct effects *out)
{
	if (a->sync_state == SYNC_LISTS) {
		removed_pod_listed(a, now);
	} else if (sync_is_taken(a)) {
		return; /* who is at it wakes this one again */
	} else if (a->n_news &&
		   (a->pleg.events.n == 0 || agent_draw(a, DRAW_SELECT, 0) >> 63)) {
		handle_news(a, now, out);
		if (a->pods_changed)
			polls_await_more(a, now);
	} else if (a->pleg.events.n) {
		handle_event(a, now, out);
	} else if (a->pods_changed && now >= a->batch_ends) {
		polls_pods_changed(a, now);
	}
	if (a->sync_busy)
		return;
	if (a->n_news || a->pleg.events.n)
		sync_goes_on(a, now);
	else if (a->pods_changed)
		agent_wake(a, ACTOR_SYNC, 0, a->batch_ends);
}

/* A newer status of a pod takes the place of one that the sync loop has not looked at yet
 * (config.go podStorage merges by pod).  True if there was one. */
static bool news_merge(struct agent *a, uint32_t pod, uint32_t status)
{
	for (uint32_t i = a->n_news; i > 0; i--) {
		struct pod_news *n = &a->news[(a->news_head + i - 1) % a->news_capacity];

		if (n->pod != pod)
			continue;
		if (n->change != POD_STATUS)
			return false;
		n->status = status;
		return true;
	}
	return false;
}

void agent_pod_news(struct agent *a, ns_t now, uint32_t pod, enum pod_change change,
	uint32_t namespace, uint32_t status)
{
	struct pod *p = &a->pod[pod];
	uint32_t tail = (a->news_head + a->n_news) % a->news_capacity;

	agent_draws_for(a, ACTOR_SYNC, 0);
	a->told_at = now;
	if (change == POD_ADDED) {
		*p = (struct pod){.last_sync = -1,
			.due = NS_NEVER,
			.namespace = namespace,
			.known_status = status};
		back_off_forget(a, pod);
	}
	a->pods_at_rest = false;
	a->statuses_at_rest = false;
	a->pods_changed |= change != POD_STATUS && model_of(a)->pleg.sync_all &&
			   a->plan->pleg.kind == PLEG_KIND_POLLING;
	if (change == POD_STATUS && news_merge(a, pod, status))
		return;
	assert(a->n_news < a->news_capacity); /* what waits is four changes a pod at most */
	a->news[tail] = (struct pod_news){status, (uint16_t)pod, (uint8_t)change};
	a->n_news++;
	sync_wake(a, now);
}

/* HandlePodCleanups, after its lists: workers and statuses of pods that are gone are
 * forgotten, what the runtime cache shows running of pods that should not run is killed, the
 * cgroups of pods that ended are removed, and back-offs that did not grow for long.  Before it
 * knows of its pods a kubelet that has just started takes none of them for an orphan
 * (sourcesReady). */
void sync_housekeeping(struct agent *a, ns_t now)
{
	if (!a->pods_known)
		return;
	a->back_offs_collected = now;
	if (a->pods_at_rest)
		return;
	a->pods_at_rest = true;
	for (uint32_t p = 0; p < a->plan->pods; p++) {
		struct pod *pod = &a->pod[p];
		bool ended = pod_has_ended(pod);
		bool desired = pod->known && !pod_is_terminal(pod) && !ended;

		if (desired) {
			a->pods_at_rest &= !pod->deleting;
			continue;
		}
		a->pods_at_rest &= (!pod->known || ended) && !pod->cache_ready &&
				   !pod->cache_running && !pod->cgroup;
		if (pod->cache_ready || pod->cache_running)
			removal_kill(a, p, now, false);
		if (!pod->known)
			status_forget(a, p);
		if (!volumes_exist(a, p, now))
			pod->cgroup = false;
	}
}
