/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/agent_priv.h"

#include <assert.h>

#include "base/fetch.h"

/* ------------------------------------------------------------------ what actors use */

void agent_call(struct effects *out, uint32_t actor, ns_t now, const struct chain *chain)
{
	out->chain = *chain;
	agent_call_kept(out, actor, now, &out->chain);
}

struct chain *agent_call_begin(struct effects *out, uint32_t actor, ns_t now, uint32_t pod)
{
	chain_start(&out->chain, pod);
	agent_call_kept(out, actor, now, &out->chain);
	return &out->chain;
}

void agent_request(struct agent *a, struct effects *out, uint32_t actor, ns_t now,
	struct agent_request req)
{
	ns_t at = req.timeout ? now : bucket_take(&a->bucket[req.client], now);

	effect_add(out, EFFECT_REQUEST, actor, at)->request = req;
}

void agent_note_step(struct effects *out, ns_t now, uint32_t pod, enum pod_step step)
{
	agent_note(out, now,
		(struct agent_note){.kind = NOTE_POD_STEP, .pod = pod, .value = step});
}

/* ------------------------------------------------------------------ stepping */

static void step_actor(
	struct agent *a, enum actor_kind kind, uint32_t index, ns_t now, struct effects *out)
{
	switch (kind) {
	case ACTOR_LOOP:
		loop_step(a, index, now, out);
		return;
	case ACTOR_STARTUP:
		startup_step(a, now, out);
		return;
	case ACTOR_WATCH:
		watch_step(a, index, now, out);
		return;
	case ACTOR_PLEG:
		pleg_actor_step(a, index, now, out);
		return;
	case ACTOR_SYNC:
		sync_step(a, now, out);
		return;
	case ACTOR_STATUS:
		status_step(a, now, out);
		return;
	case ACTOR_EVENTS:
		events_step(a, now, out);
		return;
	case ACTOR_PULLER:
		puller_step(a, now, out);
		return;
	case ACTOR_CONTAINER_DELETOR:
		container_deletor_step(a, now, out);
		return;
	case ACTOR_SANDBOX_DELETOR:
		sandbox_deletor_step(a, now, out);
		return;
	case ACTOR_COLLECTOR:
		collector_step(a, now, out);
		return;
	case ACTOR_POPULATOR:
		populator_step(a, now, out);
		return;
	case ACTOR_WORKER:
		worker_step(a, index, now, out);
		return;
	case ACTOR_KILLER:
		killer_step(a, index, now, out);
		return;
	case ACTOR_MOUNT:
		mount_step(a, index, now, out);
		return;
	case ACTOR_REFLECTOR:
		reflector_step(a, index, now, out);
		return;
	case ACTOR_PROBE:
		probe_step(a, index, now, out);
		return;
	case ACTOR_KINDS:
		break;
	}
	assert(kind < ACTOR_KINDS);
}

/* The same where some have ended, or will, without a step.  Other workers and what refreshes
 * the runtime cache change nothing for pods whose syncs do. */
static __attribute__((noinline)) void step_among_quiet(
	struct agent *a, uint32_t slot, ns_t now, struct effects *out)
{
	enum actor_kind kind = (enum actor_kind)a->plan->kind_of[slot];
	uint32_t index = slot - a->plan->first[kind];

	if (a->quiet_at <= now)
		quiet_pass(a, now, slot);
	if (a->resting && kind != ACTOR_WORKER && !(kind == ACTOR_PLEG && index == PLEG_SIDE))
		quiet_polls_pass(a, now, slot);
	step_actor(a, kind, index, now, out);
}

/* Not what is of one pod: whose turn it will be is in what is asked for here. */
void agent_fetch(const struct agent *a)
{
	const struct kubelet_model *k = model_of(a);
	uint32_t slots = a->plan->first[ACTOR_WORKER];

	wakes_fetch(&a->wakes, a->plan->first[ACTOR_KILLER]);
	fetch(a->draws, slots * sizeof(*a->draws));
	fetch(a->answer, slots * sizeof(*a->answer));
	fetch(a->answer_value, slots * sizeof(*a->answer_value));
	fetch(a->loop, (k->n_loops + 1 + k->n_watches) * sizeof(*a->loop));
	fetch(a->pleg.flags, a->plan->pods * sizeof(*a->pleg.flags));
	fetch(a->pleg.pod_time, a->plan->pods * sizeof(*a->pleg.pod_time));
}

void agent_fetch_pods(const struct agent *a, ns_t until)
{
	const struct agent_plan *plan = a->plan;
	uint32_t first = slot_of(a, ACTOR_WORKER, 0);

	for (uint32_t p = 0; p < plan->pods; p++) {
		if (wakes_at(&a->wakes, first + p) >= until)
			continue;
		fetch(&a->pod[p], sizeof(*a->pod));
		fetch(&a->mount[p * plan->volumes], plan->volumes * sizeof(*a->mount));
		fetch(&a->draws[first + p], sizeof(*a->draws));
		fetch(&a->answer[first + p], sizeof(*a->answer));
	}
	for (uint32_t p = 0; p < plan->pods && plan->volumes; p++)
		if (wakes_at(&a->wakes, first + p) < until)
			fetch(&a->objects.entry[a->mount[p * plan->volumes].entry],
				sizeof(*a->objects.entry));
}

void agent_step(struct agent *a, ns_t now, struct effects *out)
{
	uint32_t slot = wakes_next(&a->wakes);
	enum actor_kind kind = (enum actor_kind)a->plan->kind_of[slot];
	ns_t due = wakes_due(&a->wakes);

	assert(due <= now);
	a->now = now;
	/* Most steps set their own slot anew, so it is cleared only if one did not. */
	a->drawing = slot;
	if (a->resting || a->quiet_at <= now)
		step_among_quiet(a, slot, now, out);
	else
		step_actor(a, kind, slot - a->plan->first[kind], now, out);
	if (out->n > 0 && out->effect[0].kind != EFFECT_NOTE && out->effect[0].actor == slot)
		return; /* the driver answers or parks it */
	wakes_done(&a->wakes, slot, due);
}

ns_t agent_timer(struct agent *a, uint32_t actor, ns_t at)
{
	return agent_late(a, actor, at);
}

void agent_park(struct agent *a, uint32_t actor)
{
	wakes_set(&a->wakes, actor, NS_NEVER);
}

void agent_answer(struct agent *a, uint32_t actor, ns_t at, enum outcome what, uint32_t value)
{
	a->answer[actor] = (uint8_t)what;
	a->answer_value[actor] = value;
	wakes_set(&a->wakes, actor, at);
}

void agent_runtime_news(struct agent *a, ns_t now, uint32_t pod)
{
	if (a->plan->pleg.kind != PLEG_KIND_EVENTED)
		return;
	agent_draws_for(a, ACTOR_PLEG, PLEG_SIDE);
	pleg_stream_event(&a->pleg, now, pod, a->view);
	worker_cache_changed(a, now);
	sync_wake(a, now);
}

void agent_stream_ends(struct agent *a, ns_t now)
{
	uint32_t stream = slot_of(a, ACTOR_PLEG, PLEG_SIDE);

	if (!pleg_stream_is_open(&a->pleg))
		return;
	a->answer[stream] = OUTCOME_ERROR;
	agent_wake(a, ACTOR_PLEG, PLEG_SIDE, now);
}

/* ------------------------------------------------------------------ questions */

bool agent_place_is_free(const struct agent *a, uint32_t pod)
{
	const struct pod *p = &a->pod[pod];
	size_t first = (size_t)pod * a->plan->containers;
	bool relists = a->plan->pleg.kind != PLEG_KIND_POLLING;

	if (p->known || p->working || a->view->sandbox[pod] ||
		(relists && a->pleg.old_sandbox[pod]))
		return false;
	if (wakes_at(&a->wakes, slot_of(a, ACTOR_KILLER, pod)) != NS_NEVER)
		return false;
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_listed(a->view->container[first + c]) ||
			(relists && record_listed(a->pleg.old[first + c])))
			return false;
	return true;
}

/* Of a standing watch, or of an object; NULL: the actor is none. */
static struct reflector *reflector_of(const struct agent *a, uint32_t actor)
{
	const uint32_t *first = a->plan->first;

	if (agent_watch_of(a->plan, actor))
		return &a->reflector[actor - first[ACTOR_WATCH]];
	if (actor < first[ACTOR_REFLECTOR] || actor >= first[ACTOR_REFLECTOR + 1])
		return NULL;
	return &a->reflector[a->plan->kubelet->n_watches + actor - first[ACTOR_REFLECTOR]];
}

uint16_t agent_life(const struct agent *a, uint32_t actor)
{
	const struct reflector *r = reflector_of(a, actor);

	return r ? r->life : 0;
}

void agent_client_sleeps(struct agent *a, uint32_t actor, bool sleeps)
{
	struct reflector *r = reflector_of(a, actor);

	if (r)
		r->asleep = sleeps;
}

uint32_t agent_open_watches(const struct agent *a, ns_t now, uint32_t *of_objects)
{
	uint32_t open = 0;

	for (uint32_t w = 0; w < a->plan->kubelet->n_watches; w++)
		open += a->loop[a->plan->kubelet->n_loops + 1 + w].watching;
	*of_objects = a->plan->objects.entries ? sc_open_watches(&a->objects, now) : 0;
	return open + *of_objects;
}
