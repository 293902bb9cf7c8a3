/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/server.h"

#include <assert.h>

#include "base/heap.h"

#define NONE UINT32_MAX
/* Whoever is slower is not waited for by anybody: the cacher ends watches that do not keep up
 * (cacher.go forgetWatcher). */
#define TELLING_MAX NS_MIN

enum place { IN_QUEUE, ON_PROCESSOR, IN_WAIT };

/* A request in the server, or a free place. */
struct server_slot {
	ns_t arrived_at, cpu, wait;
	ns_t left_queue_at; /* for a seat, or for good */
	ns_t ends_at;       /* its wait */
	uint32_t id;
	uint32_t next; /* free, or gone */
	uint32_t older, newer;
	uint16_t call;
	uint8_t place; /* enum place */
	uint8_t end;   /* enum server_end, once it is through */
	bool opens;
	bool seated;
	bool times_out; /* is in the order of those that do */
	bool is_told;   /* of its end, before it is through */
};

/* The end of a request's wait. */
struct server_wait {
	ns_t at;
	uint32_t seq, slot;
};

/* Events that came at different times. */
struct told {
	uint64_t came; /* sum of when they did */
	ns_t first;    /* of them */
	ns_t cpu;
	uint32_t n;
};

/* What it is being told, and what it will be told next, all at once: nobody asks for the order
 * of single events. */
struct server_watcher {
	struct told now, next;
};

void server_init(struct server *s, const struct server_params *params, struct arena *mem,
	uint32_t capacity)
{
	assert(params->processors > 0 && capacity > 0);
	*s = (struct server){.params = params,
		.capacity = capacity,
		.gone = NONE,
		.gone_last = NONE,
		.oldest = NONE,
		.newest = NONE};
	flow_init(&s->flow, &params->flow, mem, capacity);
	share_init(&s->share, mem, params->processors, capacity + params->watchers);
	s->watcher = ARENA_ARRAY(mem, struct server_watcher, params->watchers);
	s->feed = ARENA_ARRAY(mem, struct bucket, params->feeds);
	for (uint32_t i = 0; i < params->feeds; i++)
		bucket_init(&s->feed[i], (int64_t)params->feed_rate * 1000, 1);
	s->slot = ARENA_ARRAY(mem, struct server_slot, capacity);
	s->wait = ARENA_ARRAY(mem, struct server_wait, capacity);
	for (uint32_t i = 0; i < capacity; i++)
		s->slot[i].next = i + 1 < capacity ? i + 1 : NONE;
}

void server_begins(struct server *s, ns_t now)
{
	flow_begins(&s->flow, now);
}

void server_restart(struct server *s, ns_t now)
{
	struct server_counts counts = {
		.inside = s->counts.inside, .running = s->counts.running};

	gauge_restart(&counts.inside, now);
	gauge_restart(&counts.running, now);
	s->counts = counts;
	flow_restart(&s->flow, now);
}

/* ------------------------------------------------------------------ places */

static uint32_t take_slot(struct server *s, ns_t now, const struct server_request *r)
{
	uint32_t slot = s->free;

	assert(slot != NONE);
	s->free = s->slot[slot].next;
	s->slot[slot] = (struct server_slot){.arrived_at = now,
		.cpu = r->cpu,
		.wait = r->wait,
		.left_queue_at = now,
		.id = r->id,
		.next = NONE,
		.call = r->call,
		.end = SERVER_DONE,
		.opens = r->opens,
		.seated = !r->unlimited,
		.times_out = !r->unlimited && !r->opens};
	return slot;
}

static void free_slot(struct server *s, uint32_t slot)
{
	s->slot[slot].next = s->free;
	s->free = slot;
}

/* All that can time out have the same time to do so, so who came first is the first. */
static void come(struct server *s, ns_t now, uint32_t slot)
{
	struct server_slot *r = &s->slot[slot];

	gauge_set(&s->counts.inside, now, s->counts.inside.n + 1);
	if (!r->times_out)
		return;
	r->older = s->newest;
	r->newer = NONE;
	*(s->newest == NONE ? &s->oldest : &s->slot[s->newest].newer) = slot;
	s->newest = slot;
}

static void leave_order(struct server *s, struct server_slot *r)
{
	if (!r->times_out)
		return;
	r->times_out = false;
	*(r->older == NONE ? &s->oldest : &s->slot[r->older].newer) = r->newer;
	*(r->newer == NONE ? &s->newest : &s->slot[r->newer].older) = r->older;
}

static void go(struct server *s, ns_t now, uint32_t slot)
{
	leave_order(s, &s->slot[slot]);
	gauge_set(&s->counts.inside, now, s->counts.inside.n - 1);
	s->counts.sojourn += (uint64_t)(now - s->slot[slot].arrived_at);
	free_slot(s, slot);
}

/* ------------------------------------------------------------------ processors */

static void count_running(struct server *s, ns_t now)
{
	uint32_t n = s->share.n < s->share.processors ? s->share.n : s->share.processors;

	gauge_set(&s->counts.running, now, n);
}

static void process(struct server *s, ns_t now, uint32_t slot)
{
	ns_t cpu = s->slot[slot].cpu;

	s->slot[slot].place = ON_PROCESSOR;
	share_add(&s->share, now, cpu, cpu, slot);
	count_running(s, now);
}

/* ------------------------------------------------------------------ watchers */

/* Jobs of watchers are named after those of requests. */
static void tell_next(struct server *s, ns_t now, uint32_t watcher)
{
	struct server_watcher *w = &s->watcher[watcher];

	w->now = w->next;
	w->next = (struct told){0};
	if (w->now.n)
		share_add(&s->share, now, w->now.cpu, w->now.cpu,
			(uint64_t)s->capacity + watcher);
	count_running(s, now);
}

void server_feed(struct server *s, ns_t now, uint32_t feed, uint32_t events)
{
	assert(feed < s->params->feeds);
	while (events--)
		(void)bucket_take(&s->feed[feed], now);
}

ns_t server_tell(struct server *s, ns_t now, uint32_t watcher, ns_t cpu, ns_t late)
{
	struct server_watcher *w = &s->watcher[watcher];
	ns_t owed = ns_add(w->next.cpu, cpu);
	ns_t each;

	assert(watcher < s->params->watchers && cpu > 0 && server_next_at(s) >= now);
	w->next.first = w->next.n++ ? ns_min(w->next.first, now - late) : now - late;
	w->next.came += (uint64_t)(now - late);
	w->next.cpu = owed;
	if (!w->now.n)
		tell_next(s, now, watcher);
	each = s->share.n / s->share.processors;
	return ns_min(late, TELLING_MAX) + ns_min(owed, TELLING_MAX) * (each > 1 ? each : 1);
}

static void told(struct server *s, ns_t now, uint32_t watcher)
{
	const struct told *t = &s->watcher[watcher].now;

	s->counts.told += t->n;
	s->counts.telling += (uint64_t)t->cpu;
	s->counts.told_late += t->n * (uint64_t)now - t->came;
	if (now - t->first > s->counts.told_latest)
		s->counts.told_latest = now - t->first;
	tell_next(s, now, watcher);
}

/* ------------------------------------------------------------------ waits, a heap */

static bool is_before(const struct server_wait *a, const struct server_wait *b)
{
	return a->at != b->at ? a->at < b->at : (int32_t)(a->seq - b->seq) < 0;
}

HEAP_OF(waits, struct server_wait, is_before)

static void push_wait(struct server *s, ns_t at, uint32_t slot)
{
	waits_put(s->wait, &s->n_waits,
		(struct server_wait){.at = at, .seq = s->seq++, .slot = slot});
}

static uint32_t pop_wait(struct server *s)
{
	uint32_t slot = s->wait[0].slot;

	waits_cut(s->wait, &s->n_waits, 0);
	return slot;
}

static void remove_wait(struct server *s, uint32_t slot)
{
	uint32_t i = 0;

	while (s->wait[i].slot != slot)
		i++;
	waits_cut(s->wait, &s->n_waits, i);
}

/* ------------------------------------------------------------------ coming */

/* Whoever got a seat is processed; whoever expired is told of by server_take. */
static void follow(struct server *s, ns_t now)
{
	uint32_t slot;
	bool admitted;

	while (flow_take(&s->flow, &slot, &admitted)) {
		s->slot[slot].left_queue_at = now;
		if (admitted) {
			process(s, now, slot);
			continue;
		}
		s->slot[slot].next = NONE;
		if (s->gone == NONE)
			s->gone = slot;
		else
			s->slot[s->gone_last].next = slot;
		s->gone_last = slot;
	}
}

static enum flow_verdict admit(
	struct server *s, ns_t now, const struct server_request *r, uint32_t slot)
{
	enum flow_verdict verdict;
	uint8_t level;

	if (r->unlimited)
		return FLOW_ADMITS;
	level = s->params->flow.fair && r->own_level
			? (uint8_t)(r->own_level - 1)
			: flow_level_of(&s->params->flow, r->call, r->mutating);
	verdict =
		flow_arrive_wide(&s->flow, now, level, r->flow, slot, r->width ? r->width : 1);
	follow(s, now);
	return verdict;
}

/* It is read, known and answered, without a seat. */
static void turn_away(struct server *s, ns_t now, uint32_t slot)
{
	struct server_slot *r = &s->slot[slot];

	r->cpu = s->params->rejecting;
	r->wait = 0;
	r->end = SERVER_REJECTED;
	r->seated = r->times_out = false;
	come(s, now, slot);
	process(s, now, slot);
}

enum server_verdict server_arrive(
	struct server *s, ns_t now, const struct server_request *r, uint32_t *ticket)
{
	uint32_t slot = take_slot(s, now, r);

	assert(r->cpu >= 0 && r->wait >= 0 && server_next_at(s) >= now);
	s->counts.arrived++;
	*ticket = slot;
	switch (admit(s, now, r, slot)) {
	case FLOW_ADMITS:
		come(s, now, slot);
		process(s, now, slot);
		return SERVER_SERVES;
	case FLOW_QUEUES:
		come(s, now, slot);
		return SERVER_QUEUES;
	case FLOW_REJECTS:
		break;
	}
	if (s->params->rejecting) {
		turn_away(s, now, slot);
		return SERVER_SERVES;
	}
	s->counts.rejected++;
	free_slot(s, slot);
	return SERVER_REJECTS;
}

/* ------------------------------------------------------------------ going */

static void count_end(struct server *s, enum server_end end)
{
	uint64_t *const count[] = {
		[SERVER_DONE] = &s->counts.done,
		[SERVER_ABANDONED] = &s->counts.abandoned,
		[SERVER_REJECTED] = &s->counts.rejected,
		[SERVER_TIMED_OUT] = &s->counts.timed_out,
	};

	++*count[end];
}

static void tell(struct server *s, uint32_t slot, enum server_end end, struct server_done *d)
{
	const struct server_slot *r = &s->slot[slot];

	*d = (struct server_done){.id = r->id,
		.call = r->call,
		.end = end,
		.arrived_at = r->arrived_at,
		.queued_for = r->left_queue_at - r->arrived_at};
}

static bool finish(struct server *s, ns_t now, uint32_t slot, struct server_done *d)
{
	enum server_end end = s->slot[slot].end;
	bool is_told = s->slot[slot].is_told;

	if (!is_told)
		tell(s, slot, end, d);
	count_end(s, end);
	if (s->slot[slot].seated)
		flow_leave(&s->flow, now, slot);
	go(s, now, slot);
	follow(s, now);
	return !is_told;
}

static bool end_processing(struct server *s, ns_t now, struct server_done *d)
{
	uint64_t slot;

	(void)share_take(&s->share, now, &slot);
	if (slot >= s->capacity) {
		told(s, now, (uint32_t)(slot - s->capacity));
		return false;
	}
	count_running(s, now);
	if (s->slot[slot].wait == 0 || s->slot[slot].end != SERVER_DONE)
		return finish(s, now, (uint32_t)slot, d);
	d->id = s->slot[slot].id;
	s->slot[slot].place = IN_WAIT;
	s->slot[slot].ends_at = ns_add(now, s->slot[slot].wait);
	push_wait(s, s->slot[slot].ends_at, (uint32_t)slot);
	return false;
}

/* Wherever it is, it is there no more, and its seat is free. */
static void break_off(struct server *s, ns_t now, uint32_t slot)
{
	struct server_slot *r = &s->slot[slot];

	switch ((enum place)r->place) {
	case IN_QUEUE:
		r->left_queue_at = now;
		flow_abandon(&s->flow, now, slot);
		return;
	case ON_PROCESSOR:
		share_remove(&s->share, now, slot);
		count_running(s, now);
		break;
	case IN_WAIT:
		remove_wait(s, slot);
		break;
	}
	if (r->seated)
		flow_leave(&s->flow, now, slot);
}

/* Its context ended while a processor was at it: that goes on, and nothing follows. */
static void outlive(struct server *s, uint32_t slot, enum server_end end)
{
	s->slot[slot].end = (uint8_t)end;
	leave_order(s, &s->slot[slot]);
}

static void time_out(struct server *s, ns_t now, struct server_done *d)
{
	uint32_t slot = s->oldest;

	if (s->slot[slot].place == ON_PROCESSOR) {
		tell(s, slot, SERVER_TIMED_OUT, d);
		outlive(s, slot, SERVER_TIMED_OUT);
		s->slot[slot].is_told = true;
		return;
	}
	break_off(s, now, slot);
	tell(s, slot, SERVER_TIMED_OUT, d);
	count_end(s, SERVER_TIMED_OUT);
	go(s, now, slot);
	follow(s, now);
}

enum server_abandoned server_abandon(struct server *s, ns_t now, uint32_t ticket)
{
	struct server_slot *r = &s->slot[ticket];
	bool expired = r->place == IN_QUEUE && s->flow.slot[ticket].state != FLOW_WAITING;
	bool asked_etcd = r->place == IN_WAIT && r->seated && !r->opens;

	assert(r->end != SERVER_ABANDONED && !r->is_told);
	if (expired || (r->place == ON_PROCESSOR && (r->seated || r->end == SERVER_REJECTED))) {
		outlive(s, ticket, SERVER_ABANDONED);
		return SERVER_GOES_ON;
	}
	break_off(s, now, ticket);
	count_end(s, SERVER_ABANDONED);
	go(s, now, ticket);
	follow(s, now);
	return asked_etcd ? SERVER_WRITES : SERVER_LEAVES;
}

static ns_t waits_until(const struct server *s, ns_t now, uint32_t slot)
{
	const struct server_slot *r = &s->slot[slot];

	if (s->flow.slot[slot].state != FLOW_WAITING)
		return now; /* it has expired */
	return ns_min(ns_add(now, r->cpu + r->wait),
		ns_add(r->arrived_at, s->params->flow.wait_limit));
}

ns_t server_silent_until(const struct server *s, ns_t now, uint32_t ticket, bool *sure)
{
	const struct server_slot *r = &s->slot[ticket];
	ns_t times_out = r->times_out && s->params->timeout
				 ? ns_add(r->arrived_at, s->params->timeout)
				 : NS_NEVER;
	ns_t until = NS_NEVER;

	switch ((enum place)r->place) {
	case IN_QUEUE:
		until = waits_until(s, now, ticket);
		break;
	case ON_PROCESSOR:
		until = ns_add(ns_max(now, ns_add(r->left_queue_at, r->cpu)), r->wait);
		break;
	case IN_WAIT:
		until = r->ends_at;
		break;
	}
	*sure = r->place == IN_WAIT && until < times_out;
	return ns_max(ns_min(until, times_out), now);
}

ns_t server_queued_for(const struct server *s, uint32_t ticket)
{
	return s->slot[ticket].left_queue_at - s->slot[ticket].arrived_at;
}

static bool take_gone(struct server *s, ns_t now, struct server_done *d)
{
	const struct flow_params *p = &s->params->flow;
	uint32_t slot = s->gone;
	bool late;

	s->gone = s->slot[slot].next;
	tell(s, slot, SERVER_REJECTED, d);
	late = p->wait_end > p->wait_limit && d->queued_for >= p->wait_end;
	if (late)
		d->end = SERVER_TIMED_OUT;
	count_end(s, d->end);
	go(s, now, slot);
	return true;
}

static ns_t times_out_at(const struct server *s)
{
	if (s->oldest == NONE || !s->params->timeout)
		return NS_NEVER;
	return ns_add(s->slot[s->oldest].arrived_at, s->params->timeout);
}

ns_t server_next_at(const struct server *s)
{
	ns_t at = ns_min(ns_min(s->share.next_at, s->flow.lends_at),
		ns_min(flow_next_at(&s->flow), times_out_at(s)));

	if (s->gone != NONE)
		return s->slot[s->gone].left_queue_at;
	return s->n_waits ? ns_min(at, s->wait[0].at) : at;
}

bool server_take(struct server *s, ns_t now, struct server_done *d)
{
	assert(now == server_next_at(s));
	d->id = SERVER_NOBODY;
	if (s->gone != NONE)
		return take_gone(s, now, d);
	if (s->n_waits && s->wait[0].at == now)
		return finish(s, now, pop_wait(s), d);
	if (s->share.next_at == now)
		return end_processing(s, now, d);
	if (flow_next_at(&s->flow) == now) {
		flow_expire(&s->flow, now);
	} else if (times_out_at(s) == now) {
		time_out(s, now, d);
		return true;
	} else {
		flow_lend(&s->flow, now);
	}
	follow(s, now);
	return false;
}
