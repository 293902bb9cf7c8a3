/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's worker: one sync after the other.
 *
 * A sync waits until the pod cache is newer than the end of the sync before (so it sees what
 * that one did), computes the status, then kills, or waits for the volumes and starts what
 * does not run.  pod_workers.go managePodLoop, wrapUp; kubelet.go syncPod;
 * kuberuntime_container.go killContainersWithSyncResult (v1.20.2); pod_workers.go and
 * kubelet.go syncTerminatingPod (1.22 and later). */
#include "agent/agent_priv.h"

#include <assert.h>

static void worker_calls(
	struct agent *a, uint32_t pod, ns_t now, const struct chain *chain, struct effects *out)
{
	agent_call(out, slot_of(a, ACTOR_WORKER, pod), now, chain);
}

/* UpdatePod: handed over at once to an idle worker; a busy one finds the newest when it ends.
 */
void worker_update(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	if (p->working) {
		p->undelivered = true;
		return;
	}
	p->working = true;
	p->state = WORKER_TAKEN;
	/* to the worker, and in it past GetNewerThan and generateAPIPodStatus */
	agent_rouse(
		a, ACTOR_WORKER, pod, agent_dispatch(a, slot_of(a, ACTOR_WORKER, pod), now));
}

static void wait_for_cache(struct agent *a, struct pod *p)
{
	p->state = WORKER_WAITS;
	a->n_waiting++;
	quiet_disturb(a, QUIET_RELIST);
}

void worker_cache_changed(struct agent *a, ns_t now)
{
	for (uint32_t i = 0; i < a->plan->pods && a->n_waiting > 0; i++) {
		struct pod *p = &a->pod[i];

		if (p->state != WORKER_WAITS || !pleg_knows(&a->pleg, i, p->last_sync))
			continue;
		a->n_waiting--;
		p->state = WORKER_TAKEN;
		agent_rouse(a, ACTOR_WORKER, i, now);
	}
}

/* A sync that left a container to its crash back-off has failed as well: kubelet.go syncPod
 * means to suppress that error, but there is always a result without one beside it (issue
 * #123602).  Since 1.35 the pod comes when the back-off is over, but not later than a resync
 * (pull request 133066). */
static ns_t resync_after(struct agent *a, uint32_t pod, ns_t now, bool failed)
{
	const struct kubelet_model *k = model_of(a);
	ns_t period = failed ? k->worker.back_off : k->worker.sync_frequency;
	int64_t jitter = failed ? k->worker.back_off_jitter : k->worker.sync_jitter;

	if (failed && a->pod[pod].waits && k->worker.crash_retry == CRASH_RETRY_EXPIRY)
		period = ns_min(back_off_ends(a, pod, now) - now, k->worker.sync_frequency);

	return period +
	       rng_span(agent_draw_for(a, slot_of(a, ACTOR_WORKER, pod), DRAW_RESYNC, 0), 0,
		       period / PPM * jitter + 1);
}

/* wrapUp: the pod comes again after JITTER(60 s, 0.5), whatever was due before is
 * overwritten; an update that came meanwhile is taken at once. */
void worker_sync_ends(struct agent *a, uint32_t pod, ns_t now, bool failed)
{
	struct pod *p = &a->pod[pod];

	p->last_sync = now;
	if (failed) {
		event_failed_sync(a, pod, now);
		agent_happens(a, TRIGGER_ERROR, now);
	}
	if (!p->known) {
		p->working = false;
		p->state = WORKER_IDLE;
		return;
	}
	if (p->due <= now && sync_tick_after(a, p->due) <= now)
		p->undelivered = true; /* the ticker had picked it up meanwhile */
	p->due = p->terminated || a->plan->pleg.kind == PLEG_KIND_POLLING
			 ? NS_NEVER
			 : now + resync_after(a, pod, now, failed);
	if (p->acted && !failed && pleg_request(&a->pleg, now, pod))
		pleg_loop_now(a, now);
	p->acted = false;
	if (p->undelivered && !p->terminated) {
		p->undelivered = false;
		p->state = WORKER_TAKEN;
		agent_rouse(a, ACTOR_WORKER, pod, now);
		return;
	}
	p->working = false;
	p->state = WORKER_IDLE;
	if (p->due != NS_NEVER)
		agent_wake(a, ACTOR_WORKER, pod, worker_due_at(a, pod, p->due));
}

/* ------------------------------------------------------------------ killing */

static uint32_t cached_running(const struct agent *a, uint32_t pod)
{
	uint32_t n = 0;

	for (uint32_t c = 0; c < a->plan->containers; c++)
		n += record_state(a->pleg.cached[(size_t)pod * a->plan->containers + c]) ==
		     RECORD_RUNNING;
	return n;
}

static void stop_sandbox(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	struct chain chain;

	p->state = WORKER_STOPS_SANDBOX;
	chain_start(&chain, pod);
	/* every sandbox of the status, over CRI also one that is not ready */
	chain_add(&chain, OP_STOP_PODSANDBOX,
		a->plan->pleg.docker ? a->pleg.sandbox[pod] == RECORD_RUNNING
				     : a->pleg.sandbox[pod] != RECORD_NONE,
		0);
	if (chain.n_steps)
		worker_calls(a, pod, now, &chain, out);
	else
		agent_answer(a, slot_of(a, ACTOR_WORKER, pod), now + 1, OUTCOME_OK, 0);
}

/* killPod: the running containers side by side, then the sandboxes. */
void worker_kill(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	uint32_t running = cached_running(a, pod);
	struct chain chain;

	a->pod[pod].failed = false;
	if (running == 0) {
		stop_sandbox(a, pod, now, out);
		return;
	}
	a->pod[pod].state = WORKER_STOPS;
	chain_start(&chain, pod);
	chain.parallel = true;
	chain_add(&chain, OP_STOP_CONTAINER, running, 0);
	worker_calls(a, pod, now, &chain, out);
	event_raise(a, event_of(pod, EVENT_KILL, 0, false),
		running * model_of(a)->events.per_container_kill, now);
}

/* >= 1.22: GetPodStatus proves that nothing runs any more, then the pod has terminated. */
static void prove_stopped(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	uint32_t n = 0;
	struct chain chain;

	for (uint32_t c = 0; c < a->plan->containers; c++)
		n += record_listed(a->view->container[(size_t)pod * a->plan->containers + c]);
	a->pod[pod].state = WORKER_PROVES;
	chain_start(&chain, pod);
	chain_add(&chain, OP_LIST_PODSANDBOX, 1, 1);
	chain_add(&chain, OP_PODSANDBOX_STATUS, a->view->sandbox[pod] != RECORD_NONE, 0);
	chain_add(&chain, OP_LIST_CONTAINERS, 1, n);
	chain_add(&chain, OP_CONTAINER_STATUS, n, 0);
	worker_calls(a, pod, now, &chain, out);
}

static void sandbox_stopped(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	bool failed = a->pod[pod].failed || answer_of(a, ACTOR_WORKER, pod) == OUTCOME_ERROR;

	if (model_of(a)->deletion.style == DELETION_TERMINATING && !failed) {
		prove_stopped(a, pod, now, out);
		return;
	}
	worker_sync_ends(a, pod, now, failed);
}

static void pod_terminated(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	(void)out;
	if (answer_of(a, ACTOR_WORKER, pod) == OUTCOME_ERROR) {
		worker_sync_ends(a, pod, now, true);
		return;
	}
	pleg_cache_now(&a->pleg, pod, now, a->view);
	if (cached_running(
		    a, pod)) { /* "detected running containers after a successful KillPod" */
		worker_sync_ends(a, pod, now, true);
		return;
	}
	(void)status_set(a, pod, now, true);
	p->terminated = true;
	volumes_terminated(a, now);
	worker_sync_ends(a, pod, now, false);
}

/* ------------------------------------------------------------------ completion */

/* Nothing of the pod runs, and nothing is to run again: its sandbox is stopped, by the same
 * sync until 1.21 (computePodActions: KillPod), since then as that of any pod that ends
 * (pod_workers.go completeSync).  False: it goes on. */
bool worker_completes(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	if (!p->completed && !pod_is_through(a, pod))
		return false;
	if (!p->completed && model_of(a)->deletion.style == DELETION_TERMINATING) {
		p->completed = true;
		p->undelivered = true;
		worker_sync_ends(a, pod, now, false);
		return true;
	}
	p->completed = true;
	if (p->volumes_wanted && pod_has_ended(p))
		volumes_terminated(a, now);
	worker_kill(a, pod, now, out);
	return true;
}

/* ------------------------------------------------------------------ a sync */

/* Nothing of the pod cache changed since this pod's last sync found all of it running. */
static inline bool sync_is_at_rest(const struct agent *a, const struct pod *p)
{
	return p->at_rest == a->pleg.cache_version + 1 &&
	       p->status_of == a->pleg.cache_version && p->status_cached && !p->deleting &&
	       !p->completed;
}

/* What comes first.  True: the pod is not to run, and that is all. */
static bool tells_and_ends(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	if (status_set(a, pod, now, p->deleting)) /* forced while it is being deleted */
		agent_note_step(out, now, pod, POD_STEP_KNOWN);
	if (p->deleting) {
		worker_kill(a, pod, now, out);
		return true;
	}
	if (worker_completes(a, pod, now, out))
		return true;
	if (p->last_sync < 0)
		agent_note_step(out, now, pod, POD_STEP_WORKER);
	return false;
}

static void sync_pod(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];
	bool rests = sync_is_at_rest(a, p);

	p->began = now;
	p->failed = false;
	p->waits = false;
	agent_happens(a, TRIGGER_POD_SYNC, now);
	if (!rests && tells_and_ends(a, pod, now, out))
		return;
	p->cgroup = model_of(a)->cgroups_per_qos;
	volumes_mark(a, pod, now);
	event_warn(a, pod, now);
	if (p->n_mounted < a->plan->volumes) {
		p->state = WORKER_MOUNTS;
		agent_wake(a, ACTOR_WORKER, pod, now + model_of(a)->volumes.mount_timeout);
		return;
	}
	if (rests) {
		worker_sync_ends(a, pod, now, false);
		return;
	}
	p->at_rest = pod_runs_whole(a, pod) ? a->pleg.cache_version + 1 : 0;
	start_begins(a, pod, now, out);
}

/* The last volume is mounted: the worker finds out at its next poll. */
void worker_volumes_ready(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];
	ns_t poll = model_of(a)->volumes.mount_poll;

	if (p->state == WORKER_MOUNTS)
		agent_sleep(
			a, ACTOR_WORKER, pod, p->began + ((now - p->began) / poll + 1) * poll);
}

static void mounts_polled(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	if (p->n_mounted < a->plan->volumes) { /* timed out waiting */
		worker_sync_ends(a, pod, now, true);
		return;
	}
	agent_note_step(out, now, pod, POD_STEP_MOUNTED);
	start_begins(a, pod, now, out);
}

/* The pod cache has the error of an inspection: the sync ends before it begins, and the next
 * one waits for no newer relist than this one did ("error determining status"). */
static void status_unknown(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];
	ns_t last_sync = p->last_sync;

	p->waits = false;
	event_status_unknown(a, pod, now);
	worker_sync_ends(a, pod, now, true);
	p->last_sync = last_sync;
}

static void taken(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	if (a->plan->pleg.kind == PLEG_KIND_POLLING)
		polls_begin(a, pod, now, out);
	else if (!pleg_knows(&a->pleg, pod, p->last_sync))
		wait_for_cache(a, p);
	else if (pleg_has_error(&a->pleg, pod))
		status_unknown(a, pod, now);
	else
		sync_pod(a, pod, now, out);
}

/* An idle worker's pod is due: the sync ticker picked it up, and the worker's wake-up has the
 * hand-over in it already, so that a quiet pod's sync takes one step. */
static void due(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[pod];

	p->due = NS_NEVER;
	if (sync_is_taken(a)) {
		a->n_deferred += !p->deferred;
		p->deferred = true;
	} else if (p->deleting || p->completed || !p->known) {
		sync_dispatch(a, pod, now);
	} else {
		p->working = true;
		taken(a, pod, now, out);
	}
}

/* When an idle worker whose pod is due at `at` begins its sync. */
ns_t worker_due_at(struct agent *a, uint32_t pod, ns_t at)
{
	uint32_t slot = slot_of(a, ACTOR_WORKER, pod);

	return agent_dispatch(a, slot, agent_late(a, slot, sync_tick_after(a, at)));
}

static void stopped(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	a->pod[pod].failed = answer_of(a, ACTOR_WORKER, pod) == OUTCOME_ERROR;
	stop_sandbox(a, pod, now, out);
}

/* What a worker does when it wakes.  One that waits for the pod cache is woken by it, not by a
 * time. */
static void (*const goes_on[WORKER_STATES])(
	struct agent *, uint32_t, ns_t, struct effects *) = {
	[WORKER_IDLE] = due,
	[WORKER_TAKEN] = taken,
	[WORKER_MOUNTS] = mounts_polled,
	[WORKER_SANDBOX] = start_step,
	[WORKER_IMAGE] = start_step,
	[WORKER_PULLS] = start_step,
	[WORKER_STARTS] = start_step,
	[WORKER_STOPS] = stopped,
	[WORKER_STOPS_SANDBOX] = sandbox_stopped,
	[WORKER_PROVES] = pod_terminated,
	[WORKER_POLL_LISTS] = polls_listed,
	[WORKER_POLL_READY] = polls_ask,
	[WORKER_POLLS] = polls_asked,
	[WORKER_POLL_PROBES] = polls_probed,
};

void worker_step(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	uint32_t state = a->pod[pod].state;

	assert(goes_on[state]);
	goes_on[state](a, pod, now, out);
}
