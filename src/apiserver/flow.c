/* SPDX-License-Identifier: Apache-2.0 */
/* Priority and fairness as in Kubernetes 1.20, whose requests all take one seat:
 * apiserver/pkg/util/flowcontrol/fairqueuing/queueset/queueset.go, from which the functions
 * named below are. */
#include "apiserver/flow.h"

#include <assert.h>

#include "base/rng.h"

/* What a request is charged until its end shows what it took (estimatedServiceTime). */
static const int64_t GUESS = 60 * NS_S;

/* ------------------------------------------------------------------ start */

static void init_level(struct flow_set *l, const struct flow_level *params, struct arena *mem)
{
	assert(params->seats > 0);
	*l = (struct flow_set){.params = *params};
	if (!params->queues)
		return;
	assert(params->hand > 0 && params->hand <= params->queues);
	assert(params->hand <= FLOW_HAND_MAX && params->queue_length > 0);
	l->queue = ARENA_ARRAY(mem, struct flow_queue, params->queues);
	for (uint32_t i = 0; i < params->queues; i++)
		l->queue[i] = (struct flow_queue){.head = FLOW_NOBODY, .tail = FLOW_NOBODY};
}

/* filters/maxinflight.go WithMaxInFlightLimit: a limit of 0 is none. */
static uint32_t seats_of(uint32_t limit)
{
	return limit ? limit : UINT32_MAX;
}

void flow_init(
	struct flow *f, const struct flow_params *params, struct arena *mem, uint32_t capacity)
{
	const struct flow_level without[] = {
		[FLOW_READONLY] = {.seats = seats_of(params->readonly)},
		[FLOW_MUTATING] = {.seats = seats_of(params->mutating)},
	};

	*f = (struct flow){.params = params,
		.n_levels = params->fair ? params->n_levels : 2,
		.capacity = capacity,
		.oldest = FLOW_NOBODY,
		.newest = FLOW_NOBODY,
		.due = FLOW_NOBODY,
		.due_last = FLOW_NOBODY};
	assert(f->n_levels > 0 && f->n_levels <= FLOW_LEVELS);
	for (uint32_t i = 0; i < f->n_levels; i++) {
		init_level(&f->level[i], params->fair ? &params->level[i] : &without[i], mem);
		if (f->level[i].params.queues)
			assert(params->wait_limit > 0 &&
				params->wait_end >= params->wait_limit);
	}
	f->slot = ARENA_ARRAY(mem, struct flow_slot, capacity);
}

uint8_t flow_level_of(const struct flow_params *p, uint16_t call, bool mutating)
{
	if (p->fair)
		return p->level_of[call];
	return mutating && !p->shared ? FLOW_MUTATING : FLOW_READONLY;
}

void flow_restart(struct flow *f, ns_t now)
{
	for (uint32_t i = 0; i < f->n_levels; i++) {
		struct flow_counts *c = &f->level[i].counts;
		struct gauge seats = c->seats;
		struct gauge queued = c->queued;

		gauge_restart(&seats, now);
		gauge_restart(&queued, now);
		*c = (struct flow_counts){.seats = seats, .queued = queued};
	}
}

/* ------------------------------------------------------------------ shuffle sharding */

/* Cards off a deck, one after the other, without the deck: the i-th is an index among those
 * that are left, which the earlier ones shift (util/shufflesharding/dealer.go). */
void flow_deal(uint64_t hash, uint32_t queues, uint32_t hand, uint32_t dealt[])
{
	uint32_t rest[FLOW_HAND_MAX];

	assert(hand <= FLOW_HAND_MAX && hand <= queues);
	for (uint32_t i = 0; i < hand; i++) {
		uint32_t card = (uint32_t)(hash % (queues - i));

		hash /= queues - i;
		rest[i] = card;
		for (uint32_t j = i; j-- > 0;)
			card += card >= rest[j];
		dealt[i] = card;
	}
}

void flow_hand(const struct flow_level *l, uint32_t flow, uint32_t hand[])
{
	flow_deal(rng_mix(((uint64_t)flow + 1) * RNG_STEP), l->queues, l->hand, hand);
}

/* The shortest of the flow's queues, the first one if several are (chooseQueueIndexLocked). */
static uint32_t choose_queue(const struct flow_set *l, uint32_t flow)
{
	uint32_t hand[FLOW_HAND_MAX] = {0};
	uint32_t best;

	flow_hand(&l->params, flow, hand);
	best = hand[0];
	for (uint32_t i = 1; i < l->params.hand; i++)
		if (l->queue[hand[i]].length < l->queue[best].length)
			best = hand[i];
	return best;
}

/* ------------------------------------------------------------------ virtual time */

/* Seats give service, and every active queue should have an equal part of it (syncTimeLocked,
 * getVirtualTimeRatioLocked).  Before anything changes. */
static void advance(struct flow_set *l, ns_t now)
{
	assert(now >= l->at);
	if (l->active)
		l->virtual_time += (now - l->at) * (int64_t)l->counts.seats.n / l->active;
	l->at = now;
}

/* Who joins a queue at rest makes it active, from now on (enqueueLocked). */
static void wake_queue(struct flow_set *l, struct flow_queue *q)
{
	if (q->length || q->seated)
		return;
	q->start = l->virtual_time;
	l->active++;
}

static void rest_queue(struct flow_set *l, const struct flow_queue *q)
{
	l->active -= !q->length && !q->seated;
}

/* Whose head would be finished first; round robin among equals (selectQueueLocked). */
static uint32_t select_queue(const struct flow_set *l)
{
	uint32_t best = FLOW_NOBODY;
	uint32_t i = l->robin;

	for (uint32_t n = 0; n < l->params.queues; n++) {
		i = i + 1 == l->params.queues ? 0 : i + 1;
		if (l->queue[i].length &&
			(best == FLOW_NOBODY || l->queue[i].start < l->queue[best].start))
			best = i;
	}
	return best;
}

/* A queue that asked for less than its part does not save it up (the same function's end,
 * k/k#95986). */
static void charge(struct flow_set *l, struct flow_queue *q)
{
	int64_t guessed = (int64_t)q->seated * GUESS;

	if (q->start - guessed < l->virtual_time)
		q->start = l->virtual_time + guessed;
	q->start += GUESS;
}

/* ------------------------------------------------------------------ who waits */

static void count(struct gauge *g, ns_t now, int32_t by)
{
	gauge_set(g, now, g->n + (uint32_t)by);
}

static void enter_queue(struct flow *f, ns_t now, uint8_t level, uint32_t queue, uint32_t slot)
{
	struct flow_set *l = &f->level[level];
	struct flow_queue *q = &l->queue[queue];

	f->slot[slot] = (struct flow_slot){.since = now,
		.next = FLOW_NOBODY,
		.older = f->newest,
		.newer = FLOW_NOBODY,
		.queue = queue,
		.level = level,
		.state = FLOW_WAITING};
	if (f->newest == FLOW_NOBODY)
		f->oldest = slot;
	else
		f->slot[f->newest].newer = slot;
	f->newest = slot;
	wake_queue(l, q);
	if (q->length++)
		f->slot[q->tail].next = slot;
	else
		q->head = slot;
	q->tail = slot;
}

/* Out of the queue, where `before` is just ahead of it, FLOW_NOBODY for the head. */
static void quit_queue(struct flow *f, uint32_t slot, uint32_t before)
{
	struct flow_slot *s = &f->slot[slot];
	struct flow_queue *q = &f->level[s->level].queue[s->queue];

	if (before == FLOW_NOBODY)
		q->head = s->next;
	else
		f->slot[before].next = s->next;
	if (q->tail == slot)
		q->tail = before;
	q->length--;
	if (s->older == FLOW_NOBODY)
		f->oldest = s->newer;
	else
		f->slot[s->older].newer = s->newer;
	if (s->newer == FLOW_NOBODY)
		f->newest = s->older;
	else
		f->slot[s->newer].older = s->older;
}

static void tell(struct flow *f, uint32_t slot)
{
	f->slot[slot].next = FLOW_NOBODY;
	if (f->due == FLOW_NOBODY)
		f->due = slot;
	else
		f->slot[f->due_last].next = slot;
	f->due_last = slot;
}

/* The head of a queue waited too long. */
static void expire_head(struct flow *f, ns_t now, struct flow_set *l, struct flow_queue *q)
{
	uint32_t slot = q->head;

	quit_queue(f, slot, FLOW_NOBODY);
	rest_queue(l, q);
	count(&l->counts.queued, now, -1);
	l->counts.expired++;
	f->slot[slot].state = FLOW_EXPIRED;
	f->slot[slot].since = now;
	tell(f, slot);
}

/* ------------------------------------------------------------------ seats */

static void sit(struct flow *f, ns_t now, uint8_t level, uint32_t slot)
{
	struct flow_set *l = &f->level[level];

	f->slot[slot].level = level;
	f->slot[slot].state = FLOW_SEATED;
	f->slot[slot].since = now;
	l->counts.dispatched++;
	count(&l->counts.seats, now, 1);
}

/* The head of a queue gets a seat (dispatchLocked). */
static void dispatch(struct flow *f, ns_t now, uint8_t level, uint32_t queue)
{
	struct flow_set *l = &f->level[level];
	struct flow_queue *q = &l->queue[queue];
	uint32_t slot = q->head;

	l->robin = queue;
	charge(l, q);
	quit_queue(f, slot, FLOW_NOBODY);
	q->seated++;
	sit(f, now, level, slot);
}

/* timeoutOldRequestsAndRejectOrEnqueueLocked.  A free seat means that nobody waits. */
static enum flow_verdict arrive_at_queues(
	struct flow *f, ns_t now, uint8_t level, uint32_t flow, uint32_t slot)
{
	struct flow_set *l = &f->level[level];
	uint32_t queue = choose_queue(l, flow);
	struct flow_queue *q = &l->queue[queue];
	bool free = l->counts.seats.n < l->params.seats;

	advance(l, now);
	while (q->length && f->slot[q->head].since < now - f->params->wait_limit)
		expire_head(f, now, l, q);
	if (!free && q->length >= l->params.queue_length) {
		l->counts.rejected++;
		return FLOW_REJECTS;
	}
	enter_queue(f, now, level, queue, slot);
	if (free) {
		dispatch(f, now, level, queue);
		return FLOW_ADMITS;
	}
	l->counts.waited++;
	count(&l->counts.queued, now, 1);
	return FLOW_QUEUES;
}

enum flow_verdict flow_arrive(
	struct flow *f, ns_t now, uint8_t level, uint32_t flow, uint32_t slot)
{
	struct flow_set *l = &f->level[level];

	assert(level < f->n_levels && slot < f->capacity);
	assert(f->slot[slot].state == FLOW_OUT);
	l->counts.arrived++;
	if (l->params.queues)
		return arrive_at_queues(f, now, level, flow, slot);
	if (l->counts.seats.n >= l->params.seats) {
		l->counts.rejected++;
		return FLOW_REJECTS;
	}
	sit(f, now, level, slot);
	return FLOW_ADMITS;
}

/* finishRequestLocked, then dispatchAsMuchAsPossibleLocked: one seat, so one more. */
void flow_leave(struct flow *f, ns_t now, uint32_t slot)
{
	struct flow_slot *s = &f->slot[slot];
	struct flow_set *l = &f->level[s->level];
	struct flow_queue *q;

	assert(s->state == FLOW_SEATED);
	s->state = FLOW_OUT;
	advance(l, now);
	count(&l->counts.seats, now, -1);
	if (!l->params.queues)
		return;
	q = &l->queue[s->queue];
	q->start -= GUESS - (now - s->since);
	q->seated--;
	rest_queue(l, q);
	if (l->counts.queued.n) {
		uint32_t queue = select_queue(l);
		uint32_t next = l->queue[queue].head;

		dispatch(f, now, s->level, queue);
		count(&l->counts.queued, now, -1);
		tell(f, next);
	}
}

/* ------------------------------------------------------------------ impatience */

/* cancelWait. */
void flow_abandon(struct flow *f, ns_t now, uint32_t slot)
{
	struct flow_slot *s = &f->slot[slot];
	struct flow_set *l = &f->level[s->level];
	struct flow_queue *q = &l->queue[s->queue];
	uint32_t before = FLOW_NOBODY;

	assert(s->state == FLOW_WAITING);
	for (uint32_t i = q->head; i != slot; i = f->slot[i].next)
		before = i;
	advance(l, now);
	quit_queue(f, slot, before);
	rest_queue(l, q);
	count(&l->counts.queued, now, -1);
	l->counts.abandoned++;
	s->state = FLOW_OUT;
}

ns_t flow_next_at(const struct flow *f)
{
	if (f->oldest == FLOW_NOBODY)
		return NS_NEVER;
	return ns_add(f->slot[f->oldest].since, f->params->wait_end);
}

/* The oldest of all is the head of its queue. */
void flow_expire(struct flow *f, ns_t now)
{
	const struct flow_slot *s = &f->slot[f->oldest];
	struct flow_set *l = &f->level[s->level];

	assert(now >= flow_next_at(f));
	advance(l, now);
	expire_head(f, now, l, &l->queue[s->queue]);
}

bool flow_take(struct flow *f, uint32_t *slot, bool *admitted)
{
	struct flow_slot *s;

	if (f->due == FLOW_NOBODY)
		return false;
	*slot = f->due;
	s = &f->slot[*slot];
	f->due = s->next;
	*admitted = s->state == FLOW_SEATED;
	if (!*admitted)
		s->state = FLOW_OUT;
	return true;
}
