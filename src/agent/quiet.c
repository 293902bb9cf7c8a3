/* SPDX-License-Identifier: Apache-2.0 */
/* Ends that nobody has to be stepped for.
 *
 * In virtual time the end of a round is known when its last call begins, and most rounds find
 * nothing to do at their end but to set their timer.  A loop's end that is nothing else to
 * anybody is done at once.  Two others are something to somebody, and are kept in mind until
 * they are over: a relist that finds nothing new (the pod cache is as of its beginning from
 * then on), and housekeeping (the sync loop is free from then on).  Whoever is disturbed by
 * that, or does what may make them find something after all, has them ended by a step, as if
 * nothing had been known. */
#include "agent/agent_priv.h"

/* ------------------------------------------------------------------ ends kept in mind */

static void foresee(struct agent *a)
{
	a->quiet_at = ns_min(a->quiet[QUIET_RELIST].at, a->quiet[QUIET_HOUSEKEEPING].at);
}

/* The actor's end at `at` is quiet; that is followed by its next beginning. */
static void keep(struct agent *a, enum quiet_kind kind, const struct quiet *q, ns_t next)
{
	a->quiet[kind] = *q;
	a->quiet_at = ns_min(a->quiet_at, q->at);
	wakes_set(&a->wakes, q->slot, next > q->at ? next : q->at + 1);
}

static void ended(struct agent *a, enum quiet_kind kind)
{
	const struct quiet *q = &a->quiet[kind];
	struct loop_state *st;

	a->rested++;
	if (kind == QUIET_RELIST) {
		pleg_rested(&a->pleg);
		a->relist_ended_at = q->at;
		return;
	}
	st = &a->loop[q->slot - a->plan->first[ACTOR_LOOP]];
	st->next = 0;
	a->back_offs_collected = q->at;
	a->sync_busy = false;
}

/* Those that end before that slot's turn at `now`. */
void quiet_pass(struct agent *a, ns_t now, uint32_t before)
{
	for (unsigned kind = 0; kind < QUIET_KINDS; kind++) {
		struct quiet *q = &a->quiet[kind];

		if (q->at > now || (q->at == now && q->slot >= before))
			continue;
		ended(a, (enum quiet_kind)kind);
		q->at = NS_NEVER;
	}
	foresee(a);
}

/* It is under way, and will be ended by a step. */
void quiet_disturb(struct agent *a, enum quiet_kind kind)
{
	struct quiet *q = &a->quiet[kind];

	if (q->at == NS_NEVER)
		return;
	a->draws[q->slot] = q->draws;
	if (kind == QUIET_HOUSEKEEPING)
		a->loop[q->slot - a->plan->first[ACTOR_LOOP]].phase = q->phase;
	agent_answer(a, q->slot, q->at, OUTCOME_OK, 0);
	q->at = NS_NEVER;
	foresee(a);
}

/* ------------------------------------------------------------------ syncs that poll */

/* Whether a sync that finds nothing to do leaves nothing to do either. */
static inline bool ends_quietly(const struct agent *a, const struct pod *p)
{
	return p->state == WORKER_POLLS && polls_is_at_rest(a, p) && p->known &&
	       p->due == NS_NEVER && !p->undelivered && !p->acted && a->plan->probes == 0;
}

static inline bool poll_rests(struct agent *a, uint32_t pod, ns_t at)
{
	if (!ends_quietly(a, &a->pod[pod]))
		return false;
	a->pod[pod].rests_at = at;
	a->resting = true;
	wakes_set(&a->wakes, slot_of(a, ACTOR_WORKER, pod), NS_NEVER);
	return true;
}

/* Syncs that would have ended before that actor's turn at `now` did; the others will be stepped
 * when they end, since what they find may be another thing now. */
void quiet_polls_pass(struct agent *a, ns_t now, uint32_t before)
{
	a->resting = false;
	for (uint32_t i = 0; i < a->plan->pods; i++) {
		uint32_t actor = slot_of(a, ACTOR_WORKER, i);
		struct pod *p = &a->pod[i];
		ns_t at = p->rests_at;

		if (at == 0)
			continue;
		p->rests_at = 0;
		if (at < now || (at == now && actor < before)) {
			a->pleg.pod_time[i] = at;
			p->last_sync = at;
			p->working = false;
			p->state = WORKER_IDLE;
			a->rested++;
		} else {
			agent_answer(a, actor, at, OUTCOME_OK, 0);
		}
	}
}

/* ------------------------------------------------------------------ who ends quietly */

static __attribute__((noinline)) bool relist_rests(struct agent *a, uint32_t slot, ns_t at)
{
	const struct quiet q = {.at = at, .slot = slot, .draws = a->draws[slot]};

	if (!pleg_will_rest(&a->pleg, a->view) || a->n_waiting || a->pleg.events.n)
		return false;
	keep(a, QUIET_RELIST, &q, agent_late(a, slot, at + a->pleg.period));
	return true;
}

static bool housekeeping_rests(struct agent *a, uint32_t i, ns_t at)
{
	const struct model_loop *l = &model_of(a)->loops[i];
	const struct quiet q = {.at = at,
		.slot = a->drawing,
		.phase = a->loop[i].phase,
		.draws = a->draws[a->drawing]};

	if (!a->pods_known || !a->pods_at_rest || a->remembered_changes != a->view->changes ||
		a->n_deferred || a->n_ticks_waiting || a->n_news || a->pleg.events.n)
		return false;
	keep(a, QUIET_HOUSEKEEPING, &q, loop_next_at(a, l, &a->loop[i], at + l->work));
	return true;
}

/* A timer's round whose last call is one of the runtime: whatever that says, nobody asks. */
static __attribute__((noinline)) bool loop_rests(struct agent *a, uint32_t i, ns_t at)
{
	const struct model_loop *l = &model_of(a)->loops[i];
	struct loop_state *st = &a->loop[i];
	ns_t next;

	if (st->next < l->n_calls || st->tried || l->timer == TIMER_REQUEST ||
		l->trigger != TRIGGER_PERIOD)
		return false;
	a->drawing = slot_of(a, ACTOR_LOOP, i);
	if (l->hook == HOOK_HOUSEKEEPING && l->in_sync_loop)
		return housekeeping_rests(a, i, at);
	if (l->hook != HOOK_NONE || l->in_sync_loop)
		return false;
	st->next = 0;
	a->rested++;
	next = loop_next_at(a, l, st, at + l->work);
	wakes_set(&a->wakes, a->drawing, next > at ? next : at + 1);
	return true;
}

bool agent_rests(struct agent *a, uint32_t actor, ns_t at, enum outcome what)
{
	const uint32_t *first = a->plan->first;

	if (what != OUTCOME_OK)
		return false;
	if (actor - first[ACTOR_WORKER] < a->plan->pods)
		return poll_rests(a, actor - first[ACTOR_WORKER], at);
	if (actor == first[ACTOR_PLEG] + PLEG_LOOP)
		return relist_rests(a, actor, at);
	return actor < first[ACTOR_LOOP + 1] && loop_rests(a, actor - first[ACTOR_LOOP], at);
}

/* ------------------------------------------------------------------ somebody else acts */

void agent_stirs(struct agent *a, ns_t now)
{
	if (a->resting)
		quiet_polls_pass(a, now, 0);
	if (a->quiet_at == NS_NEVER)
		return;
	quiet_pass(a, now, 0);
	for (unsigned kind = 0; kind < QUIET_KINDS; kind++)
		quiet_disturb(a, (enum quiet_kind)kind);
}

void agent_ends(struct agent *a, ns_t now, struct effects *out)
{
	agent_stirs(a, now);
	quiet_tell(a, out);
}
