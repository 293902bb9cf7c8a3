/* SPDX-License-Identifier: Apache-2.0 */
/* Priority and fairness as in Kubernetes 1.20, whose requests all take one seat, and as since
 * 1.23, when lists take several and queues are told apart by seats (flow_params.by_seats):
 * apiserver/pkg/util/flowcontrol/fairqueuing/queueset/queueset.go, from which the functions
 * named below are. */
#include "apiserver/flow.h"

#include <assert.h>

#include "base/rng.h"

/* ------------------------------------------------------------------ start */

static void init_level(
	struct flow_set *l, const struct flow_level *params, bool lends, struct arena *mem)
{
	assert(params->seats > 0);
	assert(params->lends <= params->seats);
	*l = (struct flow_set){.params = *params};
	/* finishQueueSetReconfigsLocked: half of what can be lent is, before anybody asks. */
	l->seats = (struct borrower){.nominal = params->seats,
		.min = params->seats - params->lends,
		.max = params->seats + params->borrows,
		.seats = params->seats - (lends ? params->lends / 2 : 0)};
	if (params->seats < UINT32_MAX)
		gauge_set(&l->counts.limit, 0, l->seats.seats);
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
		.due_last = FLOW_NOBODY,
		.lends_at = params->fair && params->lend_every ? params->lend_every : NS_NEVER};
	assert(f->n_levels > 0 && f->n_levels <= FLOW_LEVELS);
	for (uint32_t i = 0; i < f->n_levels; i++) {
		init_level(&f->level[i], params->fair ? &params->level[i] : &without[i],
			f->lends_at < NS_NEVER, mem);
		if (f->level[i].params.queues)
			assert(params->guess > 0 && params->wait_limit > 0 &&
				params->wait_end >= params->wait_limit);
	}
	f->slot = ARENA_ARRAY(mem, struct flow_slot, capacity);
}

void flow_begins(struct flow *f, ns_t now)
{
	if (f->lends_at < NS_NEVER)
		f->lends_at = now + f->params->lend_every;
	for (uint32_t i = 0; i < f->n_levels; i++) {
		struct flow_set *l = &f->level[i];

		l->at = l->seats.demand.at = l->seats.demand.since = now;
		gauge_restart(&l->counts.limit, now);
	}
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
		struct gauge limit = c->limit;

		gauge_restart(&seats, now);
		gauge_restart(&queued, now);
		gauge_restart(&limit, now);
		*c = (struct flow_counts){.seats = seats, .queued = queued, .limit = limit};
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

/* The shortest of the flow's queues, the first one if several are (chooseQueueIndexLocked).
 * Since 1.23 the one with the least work, which is its seats by a guess that is the same for
 * all, and each time another of the hand is looked at first (shuffleShardLocked, k/k#105160).
 */
static uint32_t choose_queue(const struct flow *f, struct flow_set *l, uint32_t flow)
{
	uint32_t hand[FLOW_HAND_MAX] = {0};
	uint32_t first = f->params->by_seats ? l->joined++ % l->params.hand : 0;
	uint32_t best;

	flow_hand(&l->params, flow, hand);
	best = hand[first];
	for (uint32_t i = 1; i < l->params.hand; i++) {
		uint32_t queue = hand[(first + i) % l->params.hand];
		const struct flow_queue *a = &l->queue[queue], *b = &l->queue[best];

		if (f->params->by_seats ? a->wanted < b->wanted : a->length < b->length)
			best = queue;
	}
	return best;
}

/* ------------------------------------------------------------------ virtual time */

/* Seats give service, and every active queue should have an equal part of it (syncTimeLocked,
 * getVirtualTimeRatioLocked).  Before anything changes. */
static void advance(struct flow_set *l, ns_t now)
{
	uint32_t wanted = l->counts.seats.n + l->wanted;

	assert(now >= l->at);
	if (wanted > l->seats.seats)
		wanted = l->seats.seats;
	if (l->active)
		l->virtual_time += (now - l->at) * (int64_t)wanted / l->active;
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
static uint32_t select_queue(const struct flow *f, const struct flow_set *l)
{
	uint32_t best = FLOW_NOBODY;
	uint32_t i = l->robin;
	int64_t earliest = 0;

	for (uint32_t n = 0; n < l->params.queues; n++) {
		const struct flow_queue *q;
		int64_t finish;

		i = i + 1 == l->params.queues ? 0 : i + 1;
		q = &l->queue[i];
		if (!q->length)
			continue;
		finish = q->start + f->params->guess * f->slot[q->head].width;
		if (best == FLOW_NOBODY || finish < earliest) {
			best = i;
			earliest = finish;
		}
	}
	return best;
}

/* A queue that asked for less than its part does not save it up: its head has come by then
 * (boundNextDispatchLocked, since k/k#105160).  Whenever another is its head or its start is
 * another. */
static void bound(const struct flow *f, struct flow_queue *q)
{
	if (f->params->by_seats && q->length && q->start < f->slot[q->head].came)
		q->start = f->slot[q->head].came;
}

/* Who is dispatched.  To 1.22 what bounds a queue is here (the same function's end,
 * k/k#95986). */
static void charge(const struct flow *f, struct flow_set *l, struct flow_queue *q)
{
	int64_t guessed = (int64_t)q->seats * f->params->guess;

	if (!f->params->by_seats && q->start - guessed < l->virtual_time)
		q->start = l->virtual_time + guessed;
	q->start += f->params->guess * f->slot[q->head].width;
}

/* ------------------------------------------------------------------ who waits */

static void count(struct gauge *g, ns_t now, int32_t by)
{
	gauge_set(g, now, g->n + (uint32_t)by);
}

/* What the level asks for has changed. */
static void asks(struct flow_set *l, ns_t now)
{
	borrower_asks(&l->seats, now, l->counts.seats.n + l->wanted);
}

static void enter_queue(struct flow *f, ns_t now, uint8_t level, uint32_t queue, uint32_t slot)
{
	struct flow_set *l = &f->level[level];
	struct flow_queue *q = &l->queue[queue];

	l->wanted += f->slot[slot].width;
	q->wanted += f->slot[slot].width;
	f->slot[slot] = (struct flow_slot){.since = now,
		.came = l->virtual_time,
		.width = f->slot[slot].width,
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
	bound(f, q);
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
	q->wanted -= s->width;
	f->level[s->level].wanted -= s->width;
	if (s->older == FLOW_NOBODY)
		f->oldest = s->newer;
	else
		f->slot[s->older].newer = s->newer;
	if (s->newer == FLOW_NOBODY)
		f->newest = s->older;
	else
		f->slot[s->newer].older = s->older;
	bound(f, q);
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
	asks(l, now);
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
	count(&l->counts.seats, now, f->slot[slot].width);
	asks(l, now);
}

/* canAccommodateSeatsLocked: who wants more than there are waits until nobody is left. */
static bool fits(const struct flow_set *l, uint16_t width)
{
	if (width > l->seats.seats)
		return l->counts.seats.n == 0;
	return l->counts.seats.n + width <= l->seats.seats;
}

/* The head of a queue gets a seat (dispatchLocked). */
static void dispatch(struct flow *f, ns_t now, uint8_t level, uint32_t queue)
{
	struct flow_set *l = &f->level[level];
	struct flow_queue *q = &l->queue[queue];
	uint32_t slot = q->head;

	l->robin = queue;
	charge(f, l, q);
	quit_queue(f, slot, FLOW_NOBODY);
	q->seated++;
	q->seats += f->slot[slot].width;
	sit(f, now, level, slot);
}

/* dispatchAsMuchAsPossibleLocked: as long as the one whose turn it is has room.  True: `who`
 * was among them, who is not told. */
static bool dispatch_all(struct flow *f, ns_t now, uint8_t level, uint32_t who)
{
	struct flow_set *l = &f->level[level];
	bool admitted = false;

	while (l->counts.queued.n &&
		(l->counts.seats.n < l->seats.seats || !l->counts.seats.n)) {
		uint32_t queue = select_queue(f, l);
		uint32_t next = l->queue[queue].head;

		if (!fits(l, f->slot[next].width))
			break;
		dispatch(f, now, level, queue);
		count(&l->counts.queued, now, -1);
		if (next == who)
			admitted = true;
		else
			tell(f, next);
	}
	return admitted;
}

/* timeoutOldRequestsAndRejectOrEnqueueLocked. */
static enum flow_verdict arrive_at_queues(
	struct flow *f, ns_t now, uint8_t level, uint32_t flow, uint32_t slot)
{
	struct flow_set *l = &f->level[level];
	uint32_t queue = choose_queue(f, l, flow);
	struct flow_queue *q = &l->queue[queue];
	bool free = l->counts.seats.n < l->seats.seats;

	advance(l, now);
	while (q->length && f->slot[q->head].since < now - f->params->wait_limit)
		expire_head(f, now, l, q);
	if (!free && q->length >= l->params.queue_length) {
		l->counts.rejected++;
		return FLOW_REJECTS;
	}
	enter_queue(f, now, level, queue, slot);
	if (!l->counts.queued.n && fits(l, f->slot[slot].width)) {
		dispatch(f, now, level, queue);
		return FLOW_ADMITS;
	}
	count(&l->counts.queued, now, 1);
	asks(l, now);
	if (dispatch_all(f, now, level, slot))
		return FLOW_ADMITS;
	l->counts.waited++;
	return FLOW_QUEUES;
}

enum flow_verdict flow_arrive(
	struct flow *f, ns_t now, uint8_t level, uint32_t flow, uint32_t slot)
{
	return flow_arrive_wide(f, now, level, flow, slot, 1);
}

enum flow_verdict flow_arrive_wide(
	struct flow *f, ns_t now, uint8_t level, uint32_t flow, uint32_t slot, uint16_t width)
{
	struct flow_set *l = &f->level[level];

	assert(level < f->n_levels && slot < f->capacity);
	assert(f->slot[slot].state == FLOW_OUT);
	l->counts.arrived++;
	f->slot[slot].width = width;
	if (l->params.queues)
		return arrive_at_queues(f, now, level, flow, slot);
	if (!fits(l, width)) {
		l->counts.rejected++;
		return FLOW_REJECTS;
	}
	sit(f, now, level, slot);
	return FLOW_ADMITS;
}

/* finishRequestLocked, then dispatchAsMuchAsPossibleLocked. */
void flow_leave(struct flow *f, ns_t now, uint32_t slot)
{
	struct flow_slot *s = &f->slot[slot];
	struct flow_set *l = &f->level[s->level];
	struct flow_queue *q;

	assert(s->state == FLOW_SEATED);
	s->state = FLOW_OUT;
	advance(l, now);
	count(&l->counts.seats, now, -s->width);
	asks(l, now);
	if (!l->params.queues)
		return;
	q = &l->queue[s->queue];
	q->start -= (f->params->guess - (now - s->since)) * s->width;
	bound(f, q);
	q->seated--;
	q->seats -= s->width;
	rest_queue(l, q);
	(void)dispatch_all(f, now, s->level, FLOW_NOBODY);
}

void flow_lend(struct flow *f, ns_t now)
{
	struct borrower *levels[FLOW_LEVELS];

	assert(now >= f->lends_at);
	f->lends_at = now + f->params->lend_every;
	for (uint32_t i = 0; i < f->n_levels; i++) {
		advance(&f->level[i], now);
		levels[i] = &f->level[i].seats;
	}
	borrow_adjust(levels, f->n_levels, now);
	for (uint32_t i = 0; i < f->n_levels; i++) {
		gauge_set(&f->level[i].counts.limit, now, f->level[i].seats.seats);
		(void)dispatch_all(f, now, (uint8_t)i, FLOW_NOBODY);
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
	asks(l, now);
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
