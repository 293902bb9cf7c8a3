/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes that come from the API server: secrets, configmaps, service account tokens.
 *
 * Two loops of 100 ms stand between a sync and a mount: the populator notes what the pod
 * wants (or wants again: every sync asks for a remount), the reconciler starts the mounts,
 * each in a goroutine of its own.  Loops that find nothing to do are not events here: a mount
 * is marked for the tick at which it would be found.  volumemanager/populator and
 * volumemanager/reconciler, volume_manager.go WaitForAttachAndMount (v1.20.2);
 * token/token_manager.go. */
#include "agent/agent_priv.h"

uint32_t agent_object_key(
	const struct agent_plan *plan, uint32_t object, uint32_t pod, uint32_t namespace)
{
	switch (plan->workload->objects[object].shared_by) {
	case SHARED_POD:
		return pod;
	case SHARED_NAMESPACE:
		return namespace;
	case SHARED_NODE:
	case SHARED_CLUSTER:
		break;
	}
	return 0;
}

static ns_t tick_after(ns_t phase, ns_t period, ns_t now)
{
	return now <= phase ? phase : phase + (now - phase + period - 1) / period * period;
}

ns_t volumes_reconciler_after(const struct agent *a, ns_t now)
{
	return tick_after(a->reconciler_phase, model_of(a)->volumes.reconciler_period, now);
}

static bool is_token(const struct agent *a, uint32_t volume)
{
	return volume >= a->plan->workload->n_objects;
}

/* ------------------------------------------------------------------ references */

/* The entry's data was dropped: mounts that it was to serve have to look for themselves. */
static void mount_after_all(struct agent *a, uint32_t entry, ns_t now)
{
	uint32_t mounts = a->plan->pods * a->plan->volumes;

	if (now >= a->last_served_at)
		return;
	for (uint32_t i = 0; i < mounts; i++) {
		struct mount *m = &a->mount[i];

		if (m->entry != entry || m->served_at <= now)
			continue;
		m->state = MOUNT_MARKED;
		agent_wake(a, ACTOR_MOUNT, i, m->served_at);
		m->served_at = 0;
	}
}

/* secretManager.RegisterPod: references of the new pod object first, then the old one's go, so
 * an update keeps the entry but drops its data. */
void volumes_register(struct agent *a, uint32_t pod, ns_t now)
{
	uint32_t pods = a->plan->pods;

	for (uint32_t v = 0; v < a->plan->workload->n_objects; v++) {
		const struct workload_object *o = &a->plan->workload->objects[v];
		struct mount *m = &a->mount[pod * a->plan->volumes + v];
		uint32_t key = agent_object_key(a->plan, v, pod, a->pod[pod].namespace);
		bool started;
		uint32_t entry = sc_add_reference(
			&a->objects, key, v * pods, pods, o->immutable, &started);

		if (started)
			agent_rouse(a, ACTOR_REFLECTOR,
				a->plan->objects.kind == SC_BULKWATCH ? a->plan->objects.entries
								      : entry,
				now);
		if (m->referenced)
			(void)sc_delete_reference(&a->objects, m->entry);
		m->referenced = true;
		m->entry = (uint16_t)entry;
		mount_after_all(a, entry, now);
	}
}

/* The entry whose waiters a mount joins: under the bulk watch that of the node. */
static uint32_t waits_at(const struct agent *a, const struct mount *m)
{
	return a->plan->objects.kind == SC_BULKWATCH ? a->plan->objects.entries : m->entry;
}

/* reflector.go: closing its stop channel ends its watch, and nobody hears of its LIST. */
static void reflector_ends(struct agent *a, uint32_t entry)
{
	if (a->plan->objects.kind < SC_WATCH)
		return;
	a->reflector[model_of(a)->n_watches + entry].life++;
	a->watches_ended++;
	agent_wake(a, ACTOR_REFLECTOR, entry, NS_NEVER);
}

void volumes_unregister(struct agent *a, uint32_t pod, ns_t now)
{
	for (uint32_t v = 0; v < a->plan->volumes; v++) {
		uint32_t reader = pod * a->plan->volumes + v;
		struct mount *m = &a->mount[reader];

		if (m->state == MOUNT_WAITS)
			sc_forget_waiter(&a->objects, waits_at(a, m), reader);
		if (m->referenced && sc_delete_reference(&a->objects, m->entry))
			reflector_ends(a, m->entry);
		if (m->state != MOUNT_FETCHES) {
			m->state = MOUNT_IDLE;
			agent_wake(a, ACTOR_MOUNT, reader, NS_NEVER);
		}
		m->served_at = 0;
		m->version = 0; /* who comes into its place has been shown nothing yet */
		m->referenced = false;
		m->mounted = false;
		sc_forget_reader(&a->objects, reader);
	}
	a->pod[pod].n_mounted = 0;
	if (a->pod[pod].volumes_wanted)
		volumes_terminated(a, now);
}

/* ------------------------------------------------------------------ mounting */

static bool objects_change(const struct agent *a, uint32_t volume)
{
	const struct workload_model *w = a->plan->workload;

	return w->objects[volume].update_every > 0 || w->update_object_every > 0;
}

/* A remount that finds its object fresh in the cache asks nobody and changes nothing.  If that
 * is clear when it is marked, it is no event, unless the data is dropped meanwhile. */
static bool will_be_served(
	const struct agent *a, const struct mount *m, uint32_t volume, ns_t at)
{
	return m->mounted && m->failures == 0 && !is_token(a, volume) &&
	       !objects_change(a, volume) && sc_will_serve(&a->objects, at, m->entry);
}

/* ReprocessPod: the populator marks the pod's volumes for a remount at its next tick, the
 * reconciler mounts them at its own.  A mark that meets a mount under way is lost with it
 * (actual_state_of_world.go AddPodToVolume clears it). */
void volumes_mark(struct agent *a, uint32_t pod, ns_t now)
{
	const struct kubelet_model *k = model_of(a);
	ns_t at = volumes_reconciler_after(
		a, tick_after(a->populator_phase, k->volumes.populator_period, now));

	if (a->plan->volumes == 0)
		return;
	a->pod[pod].volumes_wanted = true;
	for (uint32_t v = 0; v < a->plan->volumes; v++) {
		uint32_t reader = pod * a->plan->volumes + v;
		struct mount *m = &a->mount[reader];
		ns_t then;

		if (m->state != MOUNT_IDLE || m->served_at > now ||
			(m->mounted && !k->volumes.remount))
			continue;
		/* The first time, the reconciler notes the volume as attached at one tick
		 * (VerifyControllerAttachedVolume, no call for these) and mounts at the next.
		 */
		then = agent_dispatch(a, slot_of(a, ACTOR_MOUNT, reader),
			m->mounted ? at : at + k->volumes.reconciler_period);
		if (will_be_served(a, m, v, then)) {
			m->served_at = then;
			a->last_served_at = ns_max(a->last_served_at, then);
			continue;
		}
		m->state = MOUNT_MARKED;
		agent_wake(a, ACTOR_MOUNT, reader, then);
	}
}

static void mounted(
	struct agent *a, uint32_t reader, ns_t now, uint32_t version, struct effects *out)
{
	uint32_t pod = reader / a->plan->volumes;
	uint32_t volume = reader % a->plan->volumes;
	struct mount *m = &a->mount[reader];

	m->state = MOUNT_IDLE;
	m->failures = 0;
	if (!a->pod[pod].known)
		return;
	if (!is_token(a, volume) && objects_change(a, volume))
		agent_note(out, now,
			(struct agent_note){.kind = NOTE_OBJECT_READ,
				.pod = pod,
				.container = volume,
				.value = version,
				.before = m->version});
	if (m->mounted)
		return;
	m->mounted = true;
	if (++a->pod[pod].n_mounted == a->plan->volumes)
		worker_volumes_ready(a, pod, now);
}

/* nestedpendingoperations: 500 ms, doubling to 2 min 2 s, then at a reconciler's tick. */
static void mount_failed(struct agent *a, uint32_t reader, ns_t now)
{
	const struct kubelet_model *k = model_of(a);
	struct mount *m = &a->mount[reader];
	ns_t back_off = k->volumes.mount_back_off;

	for (uint32_t i = 0; i < m->failures && back_off < k->volumes.mount_back_off_max; i++)
		back_off *= 2;
	m->failures = (uint8_t)(m->failures + (m->failures < 16));
	m->state = MOUNT_MARKED;
	agent_wake(a, ACTOR_MOUNT, reader,
		volumes_reconciler_after(
			a, now + ns_min(back_off, k->volumes.mount_back_off_max)));
}

static void request_object(
	struct agent *a, uint32_t reader, bool quorum, ns_t now, struct effects *out)
{
	uint32_t volume = reader % a->plan->volumes;
	bool secret = a->plan->workload->objects[volume].resource[0] == 's';

	a->mount[reader].state = MOUNT_FETCHES;
	agent_request(a, out, slot_of(a, ACTOR_MOUNT, reader), now,
		(struct agent_request){.call = secret ? API_GET_SECRETS : API_GET_CONFIGMAPS,
			.client = CLIENT_MAIN,
			.object = (uint8_t)volume,
			.quorum = quorum,
			.pod = reader / a->plan->volumes,
			.key = a->objects.entry[a->mount[reader].entry].key});
}

/* A token is renewed in the last fifth of its life, and after a day (token_manager.go
 * requiresRefresh). */
ns_t token_life(const struct agent *a)
{
	return ns_min(model_of(a)->tokens.expiry / 5 * 4, 24 * NS_HOUR);
}

/* The token manager: a request at the first mount, and again at a remount in the last fifth
 * of the token's life, less up to 10 s drawn anew at each look. */
static void mount_token(struct agent *a, uint32_t reader, ns_t now, struct effects *out)
{
	struct pod *p = &a->pod[reader / a->plan->volumes];
	ns_t early = (ns_t)rng_below(agent_draw(a, DRAW_TOKEN, 0), 10) * NS_S;

	if (now <= p->token_until - early) {
		mounted(a, reader, now, 0, out);
		return;
	}
	a->mount[reader].state = MOUNT_FETCHES;
	agent_request(a, out, slot_of(a, ACTOR_MOUNT, reader), now,
		(struct agent_request){.call = API_CREATE_TOKENS,
			.client = CLIENT_MAIN,
			.pod = reader / a->plan->volumes});
}

static void wait_for_object(struct agent *a, uint32_t reader, ns_t now)
{
	struct mount *m = &a->mount[reader];
	uint32_t entry = waits_at(a, m);

	m->state = MOUNT_WAITS;
	if (a->plan->objects.kind == SC_CACHE)
		return;
	/* watch_based_manager.go Get: waits one second at most for the first LIST */
	agent_wake(a, ACTOR_MOUNT, reader, now + model_of(a)->objects.sync_wait);
	if (a->objects.entry[entry].reflector == SC_STARTING)
		agent_rouse(a, ACTOR_REFLECTOR, entry, now);
}

/* A read may stop the reflector: it is of an immutable object, or was idle and begins anew. */
static enum sc_verdict read_object(struct agent *a, uint32_t reader, ns_t now, bool *quorum)
{
	uint32_t entry = a->mount[reader].entry;
	const uint8_t *reflector = &a->objects.entry[entry].reflector;
	bool ran = *reflector == SC_LISTING || *reflector == SC_WATCHING;
	enum sc_verdict verdict = sc_get(&a->objects, now, entry, reader, quorum);

	if (ran && (*reflector == SC_STOPPED || *reflector == SC_STARTING))
		reflector_ends(a, entry);
	return verdict;
}

static void mount_begins(struct agent *a, uint32_t reader, ns_t now, struct effects *out)
{
	struct mount *m = &a->mount[reader];
	bool quorum;

	if (is_token(a, reader % a->plan->volumes)) {
		mount_token(a, reader, now, out);
		return;
	}
	switch (read_object(a, reader, now, &quorum)) {
	case SC_FETCH:
		request_object(a, reader, quorum, now, out);
		return;
	case SC_WAIT:
		wait_for_object(a, reader, now);
		return;
	case SC_SERVED:
		break;
	}
	mounted(a, reader, now,
		a->plan->objects.kind >= SC_WATCH ? NOTE_LIVE
						  : a->objects.entry[m->entry].version,
		out);
}

static void resume_waiters(struct agent *a, uint32_t entry, uint32_t reader, ns_t now)
{
	for (;;) {
		uint32_t w = sc_next_waiter(&a->objects, entry, reader);

		if (w == SC_NOBODY)
			return;
		a->mount[w].state = MOUNT_RESUMED;
		agent_wake(a, ACTOR_MOUNT, w, now);
	}
}

static void mount_fetched(struct agent *a, uint32_t reader, ns_t now, struct effects *out)
{
	struct mount *m = &a->mount[reader];
	struct pod *p = &a->pod[reader / a->plan->volumes];
	enum outcome what = answer_of(a, ACTOR_MOUNT, reader);
	uint32_t version = a->answer_value[slot_of(a, ACTOR_MOUNT, reader)];
	bool served = what == OUTCOME_OK;

	if (is_token(a, reader % a->plan->volumes)) {
		if (served)
			p->token_until = now + token_life(a);
	} else {
		served = sc_fetched(&a->objects, now, m->entry, reader, what, &version);
		resume_waiters(a, m->entry, reader, now);
	}
	if (!p->known)
		m->state = MOUNT_IDLE;
	else if (served)
		mounted(a, reader, now, version, out);
	else
		mount_failed(a, reader, now);
}

static void mount_goes_on(struct agent *a, uint32_t reader, ns_t now, struct effects *out)
{
	struct mount *m = &a->mount[reader];

	switch ((enum mount_state)m->state) {
	case MOUNT_MARKED:
	case MOUNT_RESUMED:
		mount_begins(a, reader, now, out);
		return;
	case MOUNT_FETCHES:
		mount_fetched(a, reader, now, out);
		return;
	case MOUNT_WAITS: /* in vain */
		sc_forget_waiter(&a->objects, waits_at(a, m), reader);
		mount_failed(a, reader, now);
		return;
	case MOUNT_IDLE:
		return;
	}
}

void mount_step(struct agent *a, uint32_t reader, ns_t now, struct effects *out)
{
	const struct mount *m = &a->mount[reader];
	bool own = m->state == MOUNT_FETCHES;
	bool waited = own || m->state == MOUNT_WAITS || m->state == MOUNT_RESUMED;
	bool first = !m->mounted;
	bool waits;

	mount_goes_on(a, reader, now, out);
	waits = m->state == MOUNT_FETCHES || m->state == MOUNT_WAITS;
	if (first && waits != waited)
		agent_note(out, now,
			(struct agent_note){.kind = NOTE_POD_STEP,
				.pod = reader / a->plan->volumes,
				.container = reader % a->plan->volumes,
				.value = waits ? POD_STEP_FETCHES : POD_STEP_FETCHED,
				.own = own});
}

/* ------------------------------------------------------------------ reflectors */

void reflector_step(struct agent *a, uint32_t entry, ns_t now, struct effects *out)
{
	bool bulk = entry == a->plan->objects.entries;
	uint32_t object = bulk ? 0 : entry / a->plan->pods;
	bool secret = a->plan->workload->objects[object].resource[0] == 's';
	struct agent_request req = {.client = CLIENT_MAIN,
		.object = (uint8_t)object,
		.pod = CHAIN_NO_POD,
		.key = a->objects.entry[entry].key};
	uint32_t slot = slot_of(a, ACTOR_REFLECTOR, entry), r = model_of(a)->n_watches + entry;
	enum sc_reflector_wish wish;

	if (a->objects.entry[entry].reflector == SC_STARTING)
		a->reflector[r] = (struct reflector){
			.life = a->reflector[r].life}; /* another, who never failed */
	else if (reflector_waits(
			 a, r, slot, a->objects.entry[entry].reflector == SC_WATCHING, now))
		return;
	wish = sc_reflector_step(&a->objects, now, entry, answer_of(a, ACTOR_REFLECTOR, entry));
	if (a->objects.entry[entry].synced)
		resume_waiters(a, entry, SC_NOBODY, now);
	if (wish == SC_WISH_STOP)
		return;
	req.call = secret ? API_LIST_SECRETS : API_LIST_CONFIGMAPS;
	if (wish == SC_WISH_WATCH) {
		req.since = reflector_asks(a, r, now);
		req.call = secret ? API_WATCH_SECRETS : API_WATCH_CONFIGMAPS;
		req.timeout = sc_watch_timeout(&a->objects, agent_draw(a, DRAW_TIMEOUT, 0));
	}
	agent_request(a, out, slot, now, req);
}

/* ------------------------------------------------------------------ unmounting */

bool volumes_exist(const struct agent *a, uint32_t pod, ns_t now)
{
	const struct pod *p = &a->pod[pod];

	return p->volumes_wanted || now < p->volumes_until;
}

static bool volumes_are_to_go(const struct agent *a, const struct pod *p)
{
	bool retries = model_of(a)->deletion.style == DELETION_WORKER_RETRIES;

	return p->volumes_wanted && (!p->known || p->terminated || pod_is_terminal(p) ||
					    (retries && pod_has_ended(p)));
}

/* findAndRemoveDeletedPods: some pod with volumes has ended, so the populator asks the
 * runtime what still runs, at most every two seconds. */
void volumes_terminated(struct agent *a, ns_t now)
{
	const struct kubelet_model *k = model_of(a);
	ns_t at = tick_after(a->populator_phase, k->volumes.populator_period, now);

	if (a->populator_lists)
		return;
	if (a->populator_listed_at >= 0)
		at = tick_after(a->populator_phase, k->volumes.populator_period,
			at > a->populator_listed_at + k->volumes.pod_list_period
				? at
				: a->populator_listed_at + k->volumes.pod_list_period);
	if (at < wakes_at(&a->wakes, slot_of(a, ACTOR_POPULATOR, 0)))
		agent_sleep(a, ACTOR_POPULATOR, 0, at);
}

static bool runs_something(const struct agent *a, uint32_t pod)
{
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_state(a->view->container[(size_t)pod * a->plan->containers + c]) ==
			RECORD_RUNNING)
			return true;
	return false;
}

/* >= 1.22: syncTerminatedPod waits for the unmount, removes the cgroup and tells the status
 * manager, so that the DELETE follows at once (kubelet.go syncTerminatedPod). */
static void terminated_for_good(struct agent *a, uint32_t pod, ns_t now)
{
	a->pod[pod].volumes_until = now;
	a->pod[pod].cgroup = false;
	status_terminate(a, pod, now);
}

static void populator_listed(struct agent *a, ns_t now)
{
	bool some_wait = false;

	a->populator_lists = false;
	for (uint32_t p = 0; p < a->plan->pods; p++) {
		if (!volumes_are_to_go(a, &a->pod[p]))
			continue;
		if (runs_something(a, p)) {
			some_wait = true;
			continue;
		}
		a->pod[p].volumes_wanted = false;
		if (a->pod[p].terminated)
			terminated_for_good(a, p, now);
		else
			a->pod[p].volumes_until = agent_dispatch(a, slot_of(a, ACTOR_WORKER, p),
				volumes_reconciler_after(a, now));
	}
	if (some_wait)
		volumes_terminated(a, now);
}

void populator_step(struct agent *a, ns_t now, struct effects *out)
{
	bool any = false;
	struct chain chain;

	agent_wake(a, ACTOR_POPULATOR, 0, NS_NEVER);
	if (a->populator_lists) {
		populator_listed(a, now);
		return;
	}
	for (uint32_t p = 0; p < a->plan->pods && !any; p++)
		any = volumes_are_to_go(a, &a->pod[p]);
	if (!any)
		return;
	a->populator_lists = true;
	a->populator_listed_at = now;
	chain_start(&chain, CHAIN_NO_POD);
	if (!a->plan->pleg.docker)
		chain_add(&chain, OP_LIST_PODSANDBOX, 1, CHAIN_RUNNING);
	chain_add(&chain, OP_LIST_CONTAINERS, 1, CHAIN_RUNNING);
	agent_call(out, slot_of(a, ACTOR_POPULATOR, 0), now, &chain);
}
