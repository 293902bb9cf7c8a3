/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of src/agent share; nobody else includes it. */
#ifndef AGENT_AGENT_PRIV_H
#define AGENT_AGENT_PRIV_H

#include <assert.h>

#include "agent/agent.h"
#include "base/rng.h"

/* What a random draw is for. */
enum draw {
	DRAW_LATENESS = 1,
	DRAW_DISPATCH,
	DRAW_PHASE,
	DRAW_RESYNC,
	DRAW_BACK_OFF,
	DRAW_SELECT,
	DRAW_TIMEOUT,
	DRAW_AGE,
	DRAW_TOKEN,
	DRAW_PROBE,
	DRAW_JITTER,
	DRAW_PAST,
	DRAWS
};

/* ------------------------------------------------------------------ core (agent.c) */

static inline uint32_t slot_of(const struct agent *a, enum actor_kind kind, uint32_t index)
{
	return a->plan->first[kind] + index;
}

/* 64 random bits for that purpose, on behalf of the actor with that slot.  Every actor has
 * sequences of its own, named by its kind and index, or the name that the model gives it: what
 * one design or feature draws disturbs nobody whom another has too, and who is woken by whom
 * makes no difference to either.  How often somebody polled is no matter to anything but when
 * it polls next. */
static inline uint64_t agent_draw_for(
	struct agent *a, uint32_t slot, enum draw purpose, uint32_t item)
{
	struct draws *n = &a->draws[slot];
	uint32_t nth = purpose <= DRAW_DISPATCH ? n->moments++ : n->others++;

	uint64_t what = a->plan->draws_for[slot] | (uint64_t)((uint32_t)purpose | item << 16)
							   << 32;

	return rng_draw_for(a->key, what, nth);
}

/* On behalf of the actor that is at it. */
static inline uint64_t agent_draw(struct agent *a, enum draw purpose, uint32_t item)
{
	return agent_draw_for(a, a->drawing, purpose, item);
}

/* From here on that actor draws.  A step says so by itself. */
static inline void agent_draws_for(struct agent *a, enum actor_kind kind, uint32_t index)
{
	a->drawing = a->plan->first[kind] + index;
}

/* That actor's timer, which is due at `at`, fires a little later. */
static inline ns_t agent_late(struct agent *a, uint32_t slot, ns_t at)
{
	return at + dist_draw(&a->plan->lateness, agent_draw_for(a, slot, DRAW_LATENESS, 0), 0);
}

/* Somebody woke that actor's goroutine at `now`: when it runs. */
static inline ns_t agent_dispatch(struct agent *a, uint32_t slot, ns_t now)
{
	return now +
	       dist_draw(&a->plan->dispatch, agent_draw_for(a, slot, DRAW_DISPATCH, 0), 0);
}

/* Never at the very moment of the step under way: agent_step would take a slot that still says
 * so for one that nobody has set anew. */
static inline void agent_wake(struct agent *a, enum actor_kind kind, uint32_t index, ns_t at)
{
	wakes_set(&a->wakes, slot_of(a, kind, index), at > a->now ? at : a->now + 1);
}

/* The same of an actor that somebody wakes at `now`. */
static inline void agent_rouse(struct agent *a, enum actor_kind kind, uint32_t index, ns_t now)
{
	agent_wake(a, kind, index, agent_dispatch(a, slot_of(a, kind, index), now));
}

/* And of one that sets itself a timer. */
static inline void agent_sleep(struct agent *a, enum actor_kind kind, uint32_t index, ns_t at)
{
	agent_wake(a, kind, index, agent_late(a, slot_of(a, kind, index), at));
}

static inline struct effect *effect_add(
	struct effects *out, enum effect_kind kind, uint32_t actor, ns_t at)
{
	struct effect *e = &out->effect[out->n++];

	assert(out->n <= AGENT_EFFECTS);
	e->kind = kind;
	e->actor = actor;
	e->at = at;
	return e;
}

/* Ask the driver for calls of the runtime: for a chain that stays as it is until the agent's
 * next step. */
static inline void agent_call_kept(
	struct effects *out, uint32_t actor, ns_t now, const struct chain *chain)
{
	effect_add(out, EFFECT_CHAIN, actor, now)->chain = chain;
}

/* The same for one that does not: it is copied. */
void agent_call(struct effects *out, uint32_t actor, ns_t now, const struct chain *chain);

/* The same in place: an empty chain about that pod, to be filled before the step ends. */
struct chain *agent_call_begin(struct effects *out, uint32_t actor, ns_t now, uint32_t pod);

/* Ask the driver for a request, after the client's limiter.  A watch is not limited. */
void agent_request(struct agent *a, struct effects *out, uint32_t actor, ns_t now,
	struct agent_request req);

static inline void agent_note(struct effects *out, ns_t now, struct agent_note note)
{
	effect_add(out, EFFECT_NOTE, 0, now)->note = note;
}
void agent_note_step(struct effects *out, ns_t now, uint32_t pod, enum pod_step step);

static inline enum outcome answer_of(
	const struct agent *a, enum actor_kind kind, uint32_t index)
{
	return (enum outcome)a->answer[slot_of(a, kind, index)];
}

/* The image of a pod's containers, as a bit. */
static inline uint64_t image_of(const struct agent *a, uint32_t pod)
{
	return UINT64_C(1) << pod % a->plan->workload->images;
}

static inline const struct kubelet_model *model_of(const struct agent *a)
{
	return a->plan->kubelet;
}

/* ------------------------------------------------------------------ past.c */
void past_init(struct agent *a, struct arena *mem);
/* When a pod that has run for long is due for its next sync. */
ns_t past_due(const struct agent *a, ns_t now, uint32_t pod);
/* When the object of that volume was fetched last; `first` is the first of its pods.  Also
 * notes when those are due. */
ns_t past_fetch(struct agent *a, ns_t now, uint32_t first, uint32_t volume);

/* ------------------------------------------------------------------ loops.c */
void loop_step(struct agent *a, uint32_t loop, ns_t now, struct effects *out);
void loops_start(struct agent *a, ns_t now, bool stationary);
void loops_released(struct agent *a, ns_t now);
void runtime_cache_fill(struct agent *a);
/* A reflector's LIST or WATCH is answered.  True: it sleeps. */
bool reflector_waits(
	struct agent *a, uint32_t reflector, uint32_t slot, bool watched, ns_t now);
/* It asks for its watch now; as of when it knows all. */
ns_t reflector_asks(struct agent *a, uint32_t reflector, ns_t now);
void watch_step(struct agent *a, uint32_t watch, ns_t now, struct effects *out);
void startup_step(struct agent *a, ns_t now, struct effects *out);

/* How much of the runtime's records a loop's list returns. */
static inline uint32_t loop_records(const struct model_call *c)
{
	return c->records < PPM ? CHAIN_RUNNING : CHAIN_ALL;
}

ns_t loop_next_at(struct agent *a, const struct model_loop *l, struct loop_state *st, ns_t now);

/* ------------------------------------------------------------------ reactions.c */
/* For which part of the nodes, pods or objects the loop is: whether for this node, and how it
 * rounds the others. */
void loop_takes_part(struct agent *a, uint32_t loop);
void loops_react(struct agent *a, enum trigger what, uint32_t n, ns_t now);
ns_t loop_reacted(struct agent *a, struct loop_state *st, ns_t now);
/* How often a round of the loop makes the call. */
uint32_t loop_repeats(struct agent *a, uint32_t loop, const struct model_call *c);

/* Something happened that loops may follow upon. */
static inline void agent_happens(struct agent *a, enum trigger what, ns_t now)
{
	if (a->plan->reacts >> what & 1)
		loops_react(a, what, 1, now);
}

/* ------------------------------------------------------------------ pleg_glue.c */
void pleg_actor_step(struct agent *a, uint32_t actor, ns_t now, struct effects *out);
void pleg_loop_now(struct agent *a, ns_t now);

/* ------------------------------------------------------------------ syncloop.c */
void sync_step(struct agent *a, ns_t now, struct effects *out);
void sync_wake(struct agent *a, ns_t now);
void sync_dispatch(struct agent *a, uint32_t pod, ns_t now);
void sync_housekeeping(struct agent *a, ns_t now);
void sync_release(struct agent *a, ns_t now);
ns_t sync_tick_after(const struct agent *a, ns_t due);

/* ------------------------------------------------------------------ worker.c */
ns_t worker_due_at(struct agent *a, uint32_t pod, ns_t at);
void worker_update(struct agent *a, uint32_t pod, ns_t now);
void worker_step(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void worker_volumes_ready(struct agent *a, uint32_t pod, ns_t now);
void worker_cache_changed(struct agent *a, ns_t now);
void worker_kill(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void worker_sync_ends(struct agent *a, uint32_t pod, ns_t now, bool failed);
bool worker_completes(struct agent *a, uint32_t pod, ns_t now, struct effects *out);

/* ------------------------------------------------------------------ start.c */
/* Whether the pod cache shows the pod's sandbox and all its containers running. */
bool pod_runs_whole(const struct agent *a, uint32_t pod);
void start_begins(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void start_step(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void puller_step(struct agent *a, ns_t now, struct effects *out);

/* ------------------------------------------------------------------ backoff.c */
bool back_off_is_on(const struct agent *a, uint32_t pod, uint32_t c, ns_t now);
void back_off_grows(struct agent *a, uint32_t pod, uint32_t c, ns_t now);
ns_t back_off_ends(const struct agent *a, uint32_t pod, ns_t now);
void back_off_forget(struct agent *a, uint32_t pod);
bool pod_is_through(const struct agent *a, uint32_t pod);
bool container_has_exited(const struct agent *a, uint32_t pod, uint32_t c);

/* ------------------------------------------------------------------ polls.c */
void polls_release(struct agent *a, ns_t now);
void polls_await_more(struct agent *a, ns_t now);
void polls_pods_changed(struct agent *a, ns_t now);
void polls_begin(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void polls_listed(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void polls_ask(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void polls_asked(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void polls_probed(struct agent *a, uint32_t pod, ns_t now, struct effects *out);

/* ------------------------------------------------------------------ quiet.c */
void quiet_pass(struct agent *a, ns_t now, uint32_t before);
void quiet_polls_pass(struct agent *a, ns_t now, uint32_t before);
void quiet_disturb(struct agent *a, enum quiet_kind kind);

/* A relist ended without a step: tell of it. */
static inline void quiet_tell(struct agent *a, struct effects *out)
{
	if (a->relist_ended_at == 0)
		return;
	agent_note(out, a->relist_ended_at,
		(struct agent_note){.kind = NOTE_RELIST,
			.from = a->pleg.last_relist,
			.before = a->pleg.relist_before});
	a->relist_ended_at = 0;
}

/* Whether whoever wants the sync loop now has to wait for it, and so for the end of what is
 * under way there. */
static inline bool sync_is_taken(struct agent *a)
{
	if (a->sync_busy)
		quiet_disturb(a, QUIET_HOUSEKEEPING);
	return a->sync_busy;
}

/* Nothing changed on the node since this pod's last sync found nothing to do. */
static inline bool polls_is_at_rest(const struct agent *a, const struct pod *p)
{
	return p->at_rest != 0 && p->at_rest == a->view->changes && !p->deleting &&
	       p->status_cached && p->status_of != UINT64_MAX &&
	       p->n_mounted == a->plan->volumes;
}

/* ------------------------------------------------------------------ status.c */
bool status_set(struct agent *a, uint32_t pod, ns_t now, bool force);
void status_terminate(struct agent *a, uint32_t pod, ns_t now);
void status_step(struct agent *a, ns_t now, struct effects *out);
void status_readiness(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void status_start(struct agent *a, ns_t now, bool settled);
uint32_t status_fingerprint(const struct agent *a, uint32_t pod, bool *running);
void status_forget(struct agent *a, uint32_t pod);

/* ------------------------------------------------------------------ volumes.c */
void volumes_register(struct agent *a, uint32_t pod, ns_t now);
void volumes_unregister(struct agent *a, uint32_t pod, ns_t now);
void volumes_mark(struct agent *a, uint32_t pod, ns_t now);
void volumes_terminated(struct agent *a, ns_t now);
void mount_step(struct agent *a, uint32_t mount, ns_t now, struct effects *out);
void reflector_step(struct agent *a, uint32_t entry, ns_t now, struct effects *out);
void populator_step(struct agent *a, ns_t now, struct effects *out);
ns_t volumes_reconciler_after(const struct agent *a, ns_t now);
ns_t token_life(const struct agent *a);
bool volumes_exist(const struct agent *a, uint32_t pod, ns_t now);

/* ------------------------------------------------------------------ removal.c */
void removal_of_containers(struct agent *a, uint32_t pod, int container, ns_t now);
void removal_of_sandbox(struct agent *a, uint32_t pod, ns_t now);
void removal_collect(struct agent *a, ns_t now);
void container_deletor_step(struct agent *a, ns_t now, struct effects *out);
void sandbox_deletor_step(struct agent *a, ns_t now, struct effects *out);
void collector_step(struct agent *a, ns_t now, struct effects *out);
void killer_step(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void removal_kill(struct agent *a, uint32_t pod, ns_t now, bool known);

/* ------------------------------------------------------------------ events.c */
static inline struct event_item event_of(
	uint32_t pod, enum event_kind kind, uint32_t container, bool known)
{
	return (struct event_item){.pod = pod & UINT16_MAX,
		.kind = (uint32_t)kind & 15,
		.container = container & 15,
		.known = known};
}
/* n of them, one after the other. */
void event_raise(struct agent *a, struct event_item e, uint32_t n, ns_t now);
void event_back_off(struct agent *a, uint32_t pod, uint32_t c, ns_t now);
void event_warn(struct agent *a, uint32_t pod, ns_t now);
void event_failed_sync(struct agent *a, uint32_t pod, ns_t now);
void event_status_unknown(struct agent *a, uint32_t pod, ns_t now);
void events_of_start(struct agent *a, ns_t now);
void events_step(struct agent *a, ns_t now, struct effects *out);

/* ------------------------------------------------------------------ probes.c */
void probes_start(struct agent *a, uint32_t pod, ns_t now);
void probes_stop(struct agent *a, uint32_t pod);
void probes_settle(struct agent *a, uint32_t pod);
bool probe_is_ready(const struct agent *a, uint32_t pod, uint32_t c);
bool probes_inline(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void probe_inline_ended(struct agent *a, uint32_t pod, ns_t now, struct effects *out);
void probe_step(struct agent *a, uint32_t probe, ns_t now, struct effects *out);

/* Whether the pod is on its way out and nothing of it runs as far as the API server is told:
 * the sync loop does not sync it any more (kubelet.go podAndContainersAreTerminal). */
static inline bool pod_is_terminal(const struct pod *p)
{
	return p->deleting && p->status_cached && !p->status_running;
}

/* The same of one that has run to completion and is still there: nothing is done for it any
 * more. */
static inline bool pod_has_ended(const struct pod *p)
{
	return p->completed && !p->deleting && p->status_cached && !p->status_running;
}

#endif
