/* SPDX-License-Identifier: Apache-2.0 */
/* A worker under per-pod polling (1.0, 1.1): its sync asks the runtime for the pod's status
 * itself, before and after it acts.  v1.1.8 kubelet.go syncPod, HandlePodSyncs. */
#include "agent/agent_priv.h"

/* The resync ticker: every worker at the same instant, without jitter.  The first that is idle
 * takes the lock of the runtime cache; the others are at it before its list can be through,
 * so they wait there from the start. */
void polls_release(struct agent *a, ns_t now)
{
	bool locked = a->poll_listing;

	for (uint32_t i = 0; i < a->plan->pods; i++) {
		struct pod *p = &a->pod[i];

		if (!p->known || pod_has_ended(p))
			continue;
		if (p->working || !locked || p->deleting) {
			sync_dispatch(a, i, now);
			locked |= p->state == WORKER_TAKEN;
			continue;
		}
		p->working = true;
		p->began = now;
		p->state = WORKER_POLL_LISTS;
		agent_happens(a, TRIGGER_POD_SYNC, now);
	}
}

/* 1.0 handed whatever changed to all workers, and waited for the next tick from then on; but
 * first for more changes, until none came for a while (v1.0.7 kubelet.go syncLoopIteration:
 * time.After(5 * time.Millisecond), SyncPods, time.After(resyncInterval)). */
#define MORE_CHANGES (5 * NS_MS)

static void tick_anew(struct agent *a, ns_t now)
{
	pleg_poll_restarts(&a->pleg, now);
	agent_sleep(a, ACTOR_PLEG, PLEG_LOOP, a->pleg.next_relist);
}

void polls_await_more(struct agent *a, ns_t now)
{
	tick_anew(a, now);
	a->batch_ends = agent_late(a, slot_of(a, ACTOR_SYNC, 0), now + MORE_CHANGES);
}

void polls_pods_changed(struct agent *a, ns_t now)
{
	a->pods_changed = false;
	tick_anew(a, now);
	polls_release(a, now);
}

void polls_ask(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	a->pod[pod].state = WORKER_POLLS;
	agent_call_kept(out, slot_of(a, ACTOR_WORKER, pod), now,
		pleg_poll_chain(&a->pleg, pod, a->view));
}

static void listed(struct agent *a, ns_t now)
{
	a->poll_listing = false;
	for (uint32_t i = 0; i < a->plan->pods; i++) {
		if (a->pod[i].state != WORKER_POLL_LISTS)
			continue;
		a->pod[i].state = WORKER_POLL_READY;
		wakes_put(&a->wakes, slot_of(a, ACTOR_WORKER, i),
			agent_dispatch(a, slot_of(a, ACTOR_WORKER, i), now));
	}
	wakes_order(&a->wakes, slot_of(a, ACTOR_WORKER, 0), a->plan->pods);
}

/* The first worker of a burst lists for the runtime cache; the others wait for its lock. */
void polls_begin(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	bool refresher = false;
	struct chain chain;

	if (p->last_sync < 0)
		agent_note_step(out, now, pod, POD_STEP_WORKER);
	p->began = now;
	p->state = WORKER_POLL_LISTS;
	agent_happens(a, TRIGGER_POD_SYNC, now);
	if (a->poll_listing)
		return;
	if (!pleg_poll_begins(&a->pleg, now, p->last_sync, &refresher)) {
		polls_ask(a, pod, now, out);
		listed(a, now);
		return;
	}
	if (refresher)
		agent_sleep(
			a, ACTOR_PLEG, PLEG_SIDE, now + model_of(a)->pleg.cache_refresh_period);
	a->poll_listing = true;
	chain_start(&chain, CHAIN_NO_POD);
	chain_add(&chain, OP_REFRESH_CONTAINERS, 1, CHAIN_ALL);
	agent_call(out, slot_of(a, ACTOR_WORKER, pod), now, &chain);
}

/* The kubelet of that time had no sync loop that waits for events: the worker knows. */
static void take_events(struct agent *a, ns_t now, struct effects *out)
{
	while (a->pleg.events.n) {
		struct pleg_event e = pleg_take(&a->pleg);

		if (e.kind == PLEG_DIED && e.container != PLEG_SANDBOX)
			agent_happens(a, TRIGGER_CONTAINER_DEATH, now);
		if (e.kind == PLEG_DIED && e.container != PLEG_SANDBOX && out->n < 2)
			agent_note(out, now,
				(struct agent_note){.kind = NOTE_DIED_SEEN,
					.pod = e.pod,
					.container = e.container});
	}
}

/* What the sync does about what it was told. */
static void acts(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	if (polls_is_at_rest(a, p)) {
		a->pleg.pod_time[pod] = now;
		worker_sync_ends(a, pod, now, false);
		return;
	}
	pleg_poll_ends(&a->pleg, now, pod, a->view);
	take_events(a, now, out);
	if (status_set(a, pod, now, p->deleting))
		agent_note_step(out, now, pod, POD_STEP_KNOWN);
	if (p->deleting) {
		worker_kill(a, pod, now, out);
		return;
	}
	if (worker_completes(a, pod, now, out))
		return;
	if (p->n_mounted < a->plan->volumes) {
		volumes_mark(a, pod, now);
		p->state = WORKER_MOUNTS;
		agent_wake(a, ACTOR_WORKER, pod, now + model_of(a)->volumes.mount_timeout);
		return;
	}
	p->at_rest = pod_runs_whole(a, pod) ? a->view->changes : 0;
	start_begins(a, pod, now, out);
}

/* Probes run within the sync (v1.1.8 dockertools/manager.go computePodContainerChanges). */
static void probe(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	a->pod[pod].state = WORKER_POLL_PROBES;
	if (!probes_inline(a, pod, now, out))
		acts(a, pod, now, out);
}

void polls_asked(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	if (answer_of(a, ACTOR_WORKER, pod) != OUTCOME_OK) {
		worker_sync_ends(a, pod, now, true);
		return;
	}
	a->pod[pod].container = 0;
	if (a->plan->probes)
		probe(a, pod, now, out);
	else
		acts(a, pod, now, out);
}

void polls_probed(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	probe_inline_ended(a, pod, now, out);
	probe(a, pod, now, out);
}

void polls_listed(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	(void)pod;
	(void)out;
	listed(a, now);
}
