/* SPDX-License-Identifier: Apache-2.0 */
/* The status manager: one goroutine that brings pod statuses to the API server.
 *
 * A queue of versioned statuses and a 10 s ticker that empties it and goes over all pods.
 * Each item is GET, then a write only if something differs, then the final DELETE if nothing
 * of the pod is left.  status_manager.go Start, updateStatusInternal, syncBatch, syncPod,
 * needsUpdate, needsReconcile, canBeDeleted; kubelet_pods.go PodResourcesAreReclaimed
 * (v1.20.2). */
#include "agent/agent_priv.h"

enum { STATUS_IDLE, STATUS_GETS, STATUS_WRITES, STATUS_DELETES };

/* What the kubelet would write, as a number: equal numbers, equal statuses.  0 is what the
 * API server has of a pod that no kubelet has touched. */
uint32_t status_fingerprint(const struct agent *a, uint32_t pod, bool *running)
{
	uint64_t h = 1 + (a->pleg.sandbox[pod] != RECORD_NONE); /* it has an address */
	bool started = true;
	uint32_t bits;

	*running = false;
	for (uint32_t c = 0; c < a->plan->containers; c++) {
		record_t r = a->pleg.cached[(size_t)pod * a->plan->containers + c];
		enum record_state state = record_state(r);

		*running |= state == RECORD_RUNNING;
		started &= state == RECORD_RUNNING || state == RECORD_EXITED;
		h = rng_mix(h * 31 + (state == RECORD_CREATED ? 0 : (uint64_t)state) +
			    ((uint64_t)probe_is_ready(a, pod, c) << 7) +
			    ((uint64_t)record_instance(r) << 8));
	}
	bits = (started ? STATUS_STARTED : 0) | (pod_is_through(a, pod) ? STATUS_ENDED : 0) | 1;
	return ((uint32_t)h & ~(STATUS_STARTED | STATUS_ENDED)) | bits;
}

static void status_wake(struct agent *a, ns_t now)
{
	uint32_t slot = slot_of(a, ACTOR_STATUS, 0);
	ns_t at;

	if (a->status_state != STATUS_IDLE)
		return;
	at = agent_dispatch(a, slot, now);
	if (at < wakes_at(&a->wakes, slot))
		wakes_set(&a->wakes, slot, at);
}

void status_start(struct agent *a, ns_t now, bool settled)
{
	ns_t period = model_of(a)->status.batch_period;
	ns_t first = now + period;

	agent_draws_for(a, ACTOR_STATUS, 0);
	if (settled) /* it has ticked for long */
		first = now + rng_span(agent_draw(a, DRAW_PHASE, 0), 0, period);
	a->status_tick = agent_late(a, slot_of(a, ACTOR_STATUS, 0), first);
	agent_wake(a, ACTOR_STATUS, 0, a->status_tick);
}

static struct status_item latest(const struct agent *a, uint32_t pod)
{
	const struct pod *p = &a->pod[pod];

	return (struct status_item){
		p->status, (uint16_t)pod, p->status_version, p->status_running};
}

static void publish(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	a->statuses_at_rest = false;
	a->collected_changes = UINT64_MAX; /* it may have ended */
	p->status_cached = true;
	p->status_version++;
	if (a->statuses.n < a->plan->status_queue) { /* else the batch finds it */
		struct status_item *item =
			fifo_add(&a->statuses, a->chunks, sizeof(struct status_item));

		*item = latest(a, pod);
	}
	status_wake(a, now);
}

/* TerminatePod: the cached status once more, so that somebody looks whether the pod can be
 * deleted now.  All its containers count as terminated. */
void status_terminate(struct agent *a, uint32_t pod, ns_t now)
{
	a->pod[pod].status_running = false;
	if (a->pod[pod].volumes_wanted)
		volumes_terminated(a, now);
	publish(a, pod, now);
}

/* SetPodStatus: nothing if nothing changed, unless forced (as it is for a pod with a deletion
 * timestamp, and by TerminatePod).  True: only now it shows that all containers have been
 * started. */
bool status_set(struct agent *a, uint32_t pod, ns_t now, bool force)
{
	struct pod *p = &a->pod[pod];
	bool running, started;
	uint32_t status;

	if (!force && p->status_cached && p->status_of == a->pleg.cache_version)
		return false;
	p->status_of = a->pleg.cache_version;
	status = status_fingerprint(a, pod, &running);
	/* a terminated container stays so in the status after its removal (kubelet_pods.go
	 * convertToAPIContainerStatuses) */
	if ((p->deleting || p->completed) && p->status_cached && !p->status_running && !running)
		status = p->status;
	if (p->status_cached && p->status == status && p->status_running == running && !force)
		return false;
	if (p->deleting && p->volumes_wanted && !running)
		volumes_terminated(a, now);
	started = status & STATUS_STARTED && !(p->status & STATUS_STARTED);
	p->status = status;
	p->status_running = running;
	p->told_running = 0;
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_state(a->pleg.cached[(size_t)pod * a->plan->containers + c]) ==
			RECORD_RUNNING)
			p->told_running |= (uint16_t)(1u << c);
	publish(a, pod, now);
	return started;
}

/* SetContainerReadiness: the status that is cached, but for that. */
void status_readiness(struct agent *a, uint32_t pod, ns_t now, struct effects *out)
{
	a->pod[pod].status_of = UINT64_MAX;
	if (a->pod[pod].status_cached && status_set(a, pod, now, false))
		agent_note_step(out, now, pod, POD_STEP_KNOWN);
}

void status_forget(struct agent *a, uint32_t pod)
{
	a->pod[pod].status_cached = false;
	a->pod[pod].status_version = 0;
}

/* ------------------------------------------------------------------ what is needed */

static bool nothing_cached(const struct agent *a, uint32_t pod)
{
	if (a->pleg.sandbox[pod] != RECORD_NONE)
		return false;
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_listed(a->pleg.cached[(size_t)pod * a->plan->containers + c]))
			return false;
	return true;
}

/* Until 1.21 the DELETE waits until the runtime has removed everything; since 1.22 only until
 * nothing runs any more.  Before there were remote runtimes nobody waited for more than dead
 * containers (v1.1.8 status/manager.go syncPod); and who polls asks no more about a pod of
 * which nothing runs. */
static bool can_be_deleted(const struct agent *a, const struct status_item *item, ns_t now)
{
	const struct pod *p = &a->pod[item->pod];

	if (!p->known || !p->deleting || item->running)
		return false;
	if (a->plan->pleg.docker || a->plan->pleg.kind == PLEG_KIND_POLLING)
		return true;
	if (model_of(a)->deletion.style == DELETION_TERMINATING ? !p->terminated
								: !nothing_cached(a, item->pod))
		return false;
	return !p->cgroup && !volumes_exist(a, item->pod, now);
}

static bool needs_update(const struct agent *a, const struct status_item *item, ns_t now)
{
	const struct pod *p = &a->pod[item->pod];

	if (!p->api_known || (int16_t)(p->api_version - item->version) < 0)
		return true;
	return can_be_deleted(a, item, now);
}

/* syncBatch: everybody whose status was not sent, whose status the API server shows
 * otherwise, or who can be deleted; in no particular order (a Go map's). */
static void batch(struct agent *a, ns_t now, bool reconcile)
{
	uint32_t from;
	bool any_goes = false;

	fifo_clear(&a->statuses, a->chunks);
	a->n_batch = a->at_batch = 0;
	if (a->statuses_at_rest)
		return;
	from = (uint32_t)rng_below(agent_draw(a, DRAW_SELECT, 1), a->plan->pods);
	for (uint32_t i = 0; i < a->plan->pods; i++) {
		uint32_t pod = (from + i) % a->plan->pods;
		struct pod *p = &a->pod[pod];
		struct status_item item;

		any_goes |= p->deleting || !p->known;
		if (!p->status_cached) {
			p->api_known = false; /* orphaned versions go */
			continue;
		}
		item = latest(a, pod);
		if (!needs_update(a, &item, now)) {
			if (!reconcile || !p->known || p->known_status == p->status)
				continue;
			p->api_known = false; /* needsReconcile */
		}
		a->status_batch[a->n_batch++] = item;
	}
	a->statuses_at_rest = reconcile && a->n_batch == 0 && !any_goes;
}

/* ------------------------------------------------------------------ one item */

static void send(struct agent *a, uint32_t state, uint16_t call, ns_t now, struct effects *out)
{
	a->status_state = (uint8_t)state;
	agent_request(a, out, slot_of(a, ACTOR_STATUS, 0), now,
		(struct agent_request){.call = call,
			.client = CLIENT_MAIN,
			.quorum = true,
			.pod = a->status_now.pod,
			.status = a->status_now.status});
}

/* True if the item is under way, false if it needs nothing. */
static bool item_begins(struct agent *a, struct status_item item, ns_t now, struct effects *out)
{
	if (!needs_update(a, &item, now))
		return false;
	a->status_now = item;
	send(a, STATUS_GETS, API_GET_PODS, now, out);
	return true;
}

static bool tick_is_ready(const struct agent *a, ns_t now)
{
	return a->status_tick <= now;
}

static void tick(struct agent *a, ns_t now)
{
	ns_t period = model_of(a)->status.batch_period;

	a->status_tick += (now - a->status_tick) / period * period + period;
	batch(a, now, true);
}

/* What the goroutine does next: the rest of a batch, else whatever select picks. */
static void next_item(struct agent *a, ns_t now, struct effects *out)
{
	a->status_state = STATUS_IDLE;
	for (;;) {
		if (a->at_batch < a->n_batch) {
			if (item_begins(a, a->status_batch[a->at_batch++], now, out))
				return;
		} else if (tick_is_ready(a, now) &&
			   (a->statuses.n == 0 || agent_draw(a, DRAW_SELECT, 2) >> 63)) {
			tick(a, now);
		} else if (a->statuses.n && model_of(a)->status.coalesce) {
			batch(a, now, false);
		} else if (a->statuses.n) {
			struct status_item item = *(const struct status_item *)fifo_first(
				&a->statuses, sizeof(struct status_item));

			fifo_drop(&a->statuses, a->chunks, sizeof(item));
			if (item_begins(a, item, now, out))
				return;
		} else {
			agent_wake(a, ACTOR_STATUS, 0, a->status_tick);
			return;
		}
	}
}

static void item_written(struct agent *a, ns_t now, struct effects *out)
{
	const struct status_item *item = &a->status_now;
	struct pod *p = &a->pod[item->pod];

	p->api_version = item->version;
	p->api_known = true;
	if (can_be_deleted(a, item, now))
		send(a, STATUS_DELETES, API_DELETE_PODS, now, out);
	else
		next_item(a, now, out);
}

/* The server's status is here: write ours if it differs (always, before 1.18). */
static void item_got(struct agent *a, uint32_t theirs, ns_t now, struct effects *out)
{
	const struct kubelet_model *k = model_of(a);

	if (theirs == a->status_now.status && k->status.skip_unchanged)
		item_written(a, now, out);
	else
		send(a, STATUS_WRITES,
			k->status.write == STATUS_PATCH ? API_PATCH_PODS_STATUS
							: API_UPDATE_PODS_STATUS,
			now, out);
}

void status_step(struct agent *a, ns_t now, struct effects *out)
{
	enum outcome what = answer_of(a, ACTOR_STATUS, 0);
	uint32_t pod = a->status_now.pod;

	if (a->status_state != STATUS_IDLE && what != OUTCOME_OK) {
		next_item(a, now,
			out); /* not there any more, or it failed: the batch tries again */
		return;
	}
	switch (a->status_state) {
	case STATUS_GETS:
		item_got(a, a->answer_value[slot_of(a, ACTOR_STATUS, 0)], now, out);
		return;
	case STATUS_WRITES:
		agent_happens(a, TRIGGER_STATUS_CHANGE, now);
		agent_note(out, now,
			(struct agent_note){.kind = NOTE_POD_STATUS,
				.pod = pod,
				.value = a->status_now.running});
		item_written(a, now, out);
		return;
	case STATUS_DELETES:
		status_forget(a, pod);
		break;
	default:
		break;
	}
	next_item(a, now, out);
}
