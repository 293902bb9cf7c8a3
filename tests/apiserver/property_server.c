/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/server.h"

#include "server_kit.h"

enum { WIDEST = 4 };

/* ------------------------------------------------------------------ any server */

static void any_level(struct property *p, struct flow_level *l)
{
	l->seats = 1 + property_below(p, 8);
	l->queues = property_below(p, 4) ? 1 + property_below(p, 20) : 0;
	if (!l->queues)
		return;
	l->hand = 1 + property_below(p, l->queues < 6 ? l->queues : 6);
	l->queue_length = 1 + property_below(p, 10);
}

/* Levels lend each other seats now and then: some none, some all of theirs. */
static void any_lending(struct property *p, struct flow_params *f)
{
	if (property_below(p, 2))
		return;
	f->lend_every = property_span(p, NS_MS, 100 * NS_MS);
	for (uint32_t i = 0; i < f->n_levels; i++) {
		f->level[i].lends = property_below(p, f->level[i].seats + 1);
		f->level[i].borrows = property_below(p, 12);
	}
}

/* Under any limits, from idle to far too much. */
static struct world *any_world(struct property *p)
{
	struct world *w = world_new();
	struct flow_params *f = &w->params.flow;
	const ns_t alone = property_span(p, 0, 20 * NS_MS);
	const ns_t more = property_span(p, 0, 50 * NS_MS);
	const ns_t takes[2] = {alone, more};
	uint32_t users;
	ns_t every;

	w->wide = property_below(p, 3) == 0;
	w->params.processors = 1 + property_below(p, 6);
	w->params.timeout = property_below(p, 3) ? 0 : property_span(p, NS_MS, 400 * NS_MS);
	w->params.rejecting = property_below(p, 3) ? 0 : property_span(p, NS_US, NS_MS);
	f->fair = property_below(p, 4) > 0;
	f->guess = property_below(p, 2) ? 60 * NS_S : 3 * NS_MS;
	f->by_seats = property_below(p, 2);
	f->readonly = property_below(p, 8);
	f->mutating = property_below(p, 8);
	f->shared = property_below(p, 4) == 0;
	f->n_levels = 1 + property_below(p, 3);
	for (uint32_t i = 0; i < f->n_levels; i++)
		any_level(p, &f->level[i]);
	any_lending(p, f);
	for (uint32_t i = 0; i < CALLS_MAX; i++)
		f->level_of[i] = (uint8_t)property_below(p, f->n_levels);
	f->wait_limit = property_span(p, NS_MS, 200 * NS_MS);
	f->wait_end = property_below(p, 2) ? f->wait_limit : 4 * f->wait_limit;
	every = property_span(p, NS_MS / 10, 10 * NS_MS);
	users = 1 + property_below(p, 40);
	world_load(w, p, every, users, takes);
	for (uint32_t i = 0; i < LOAD; i++) {
		w->asked[i].request.opens = property_below(p, 20) == 0;
		w->asked[i].request.unlimited =
			w->asked[i].request.opens && property_below(p, 2);
		w->asked[i].request.width = w->wide ? (uint16_t)(1 + property_below(p, 4)) : 0;
		w->asked[i].patience = property_below(p, 4) ? 0 : 30 * NS_MS;
	}
	return w;
}

/* ------------------------------------------------------------------ at every step */

/* Worlds in which a level had seats of others. */
static uint32_t borrowed;

/* Whoever was let in found a seat of those that the level has now, or is alone; seats that it
 * has lent meanwhile may still be in use. */
static void check_seats(const struct flow_set *l, uint64_t dispatched, struct property *p)
{
	uint32_t seats = l->seats.seats;
	uint32_t in_use = l->counts.seats.n;

	HOLDS(p, seats >= l->params.seats - l->params.lends);
	HOLDS(p, seats <= l->params.seats + l->params.borrows);
	HOLDS(p, in_use <= seats || in_use <= WIDEST || l->counts.dispatched == dispatched);
	/* who waits finds too few */
	HOLDS(p, l->counts.queued.n == 0 || in_use + WIDEST > seats);
	borrowed += seats > l->params.seats;
}

static void check_level(const struct flow_set *l, bool wide, struct property *p)
{
	const struct flow_counts *c = &l->counts;
	uint32_t waiting = 0;
	uint32_t active = 0;

	HOLDS(p, c->arrived ==
			 c->dispatched + c->rejected + c->expired + c->abandoned + c->queued.n);
	HOLDS(p, (l->wanted > 0) == (c->queued.n > 0) && l->wanted <= WIDEST * c->queued.n);
	for (uint32_t i = 0; i < l->params.queues; i++) {
		const struct flow_queue *q = &l->queue[i];

		/* while a wide one waits for more than there are, a queue may get longer */
		HOLDS(p, q->length <= l->params.queue_length || wide);
		waiting += q->length;
		active += q->length > 0 || q->seated > 0;
	}
	HOLDS(p, waiting == c->queued.n && active == l->active);
}

static void check_step(struct world *w, struct property *p)
{
	const struct server *s = &w->server;
	const struct server_counts *c = &s->counts;
	uint32_t queued = 0;
	uint32_t told = 0;

	for (uint32_t i = 0; i < s->flow.n_levels; i++) {
		check_level(&s->flow.level[i], w->wide, p);
		check_seats(&s->flow.level[i], w->dispatched[i], p);
		w->dispatched[i] = s->flow.level[i].counts.dispatched;
		queued += s->flow.level[i].counts.queued.n;
	}
	for (uint32_t i = 0; i < w->came; i++)
		told += w->asked[i].fate == PENDING;
	/* who was told 504 may be worked at still */
	HOLDS(p, c->arrived == w->came && c->inside.n >= told);
	HOLDS(p, w->params.timeout || c->inside.n == told);
	HOLDS(p, c->arrived ==
			 c->done + c->rejected + c->timed_out + c->abandoned + c->inside.n);
	HOLDS(p, s->share.n + s->n_waits + queued <= c->inside.n);
	if (s->gone == UINT32_MAX)
		HOLDS(p, s->share.n + s->n_waits + queued == c->inside.n);
}

static void check_end(struct world *w, struct property *p)
{
	uint64_t fates[ABANDONED + 1] = {0};

	for (uint32_t i = 0; i < LOAD; i++)
		fates[w->asked[i].fate]++;
	HOLDS(p, fates[PENDING] == 0 && w->server.counts.inside.n == 0);
	HOLDS(p, fates[SERVED] == w->server.counts.done);
	HOLDS(p, fates[REJECTED] == w->server.counts.rejected);
	HOLDS(p, fates[TIMED_OUT] == w->server.counts.timed_out);
	HOLDS(p, fates[ABANDONED] == w->server.counts.abandoned);
}

static void nothing_is_lost_once(struct property *p)
{
	struct world *w = any_world(p);

	w->check = check_step;
	world_play(w, p);
	check_end(w, p);
	world_free(w);
}

static void nothing_is_lost_and_no_limit_is_passed(void **state)
{
	(void)state;
	borrowed = 0;
	property_each(150, nothing_is_lost_once);
	assert_true(borrowed > 0);
}

/* ------------------------------------------------------------------ rejections, order */

/* Whoever is rejected at once met a full level and, where it has queues, only full ones; where
 * those are told apart by seats, and some take several, the one that it was to join. */
static void check_rejection(struct world *w, struct property *p)
{
	const struct asked *a = w->came ? &w->asked[w->came - 1] : NULL;
	uint32_t hand[FLOW_HAND_MAX] = {0};
	const struct flow_set *l;

	if (!a || w->now != a->at || a->request.unlimited || a->fate != REJECTED)
		return;
	l = &w->server.flow.level[world_level(w, w->came - 1)];
	HOLDS(p, a->at_once && l->counts.seats.n + (a->request.width ? a->request.width : 1) >
				       l->seats.seats);
	if (!l->params.queues || (w->wide && w->params.flow.by_seats))
		return;
	flow_hand(&l->params, a->request.flow, hand);
	for (uint32_t i = 0; i < l->params.hand; i++)
		HOLDS(p, l->queue[hand[i]].length >= l->params.queue_length);
}

static void nobody_is_rejected_below_the_limits_once(struct property *p)
{
	struct world *w = any_world(p);

	w->check = check_rejection;
	world_play(w, p);
	world_free(w);
}

static void nobody_is_rejected_below_the_limits(void **state)
{
	(void)state;
	property_each(150, nobody_is_rejected_below_the_limits_once);
}

static bool same_queue(const struct world *w, uint32_t i, uint32_t j)
{
	const struct asked *a = &w->asked[i];
	const struct asked *b = &w->asked[j];

	return !a->at_once && !b->at_once && a->fate == SERVED && b->fate == SERVED &&
	       a->queue == b->queue && world_level(w, i) == world_level(w, j);
}

static void a_queue_keeps_order_once(struct property *p)
{
	struct world *w = any_world(p);

	world_play(w, p);
	for (uint32_t i = 0; i < LOAD; i++)
		for (uint32_t j = i + 1; j < LOAD; j++)
			if (same_queue(w, i, j))
				HOLDS(p, w->asked[i].started_at <= w->asked[j].started_at);
	world_free(w);
}

static void a_queue_keeps_order(void **state)
{
	(void)state;
	property_each(100, a_queue_keeps_order_once);
}

/* ------------------------------------------------------------------ Little's law */

struct sums {
	uint64_t seats, queued;
};

static void add_request(struct sums *sums, const struct asked *a)
{
	sums->seats += (uint64_t)(a->ended_at - a->started_at) *
		       (a->request.width ? a->request.width : 1);
	sums->queued += (uint64_t)(a->started_at - a->at);
}

static void means_agree_once(struct property *p)
{
	struct world *w = any_world(p);
	const struct server *s = &w->server;
	struct sums sums[FLOW_LEVELS] = {{0}};
	uint64_t sojourn = 0;
	int64_t running;
	int64_t served = 0;
	int64_t asked = 0;

	world_play(w, p);
	for (uint32_t i = 0; i < LOAD; i++) {
		const struct asked *a = &w->asked[i];

		sojourn += (uint64_t)(a->ended_at - a->at);
		served += a->fate == SERVED ? a->request.cpu : 0;
		asked += a->request.cpu;
		if (a->turned_away) /* to say so takes processors, and no seat */
			asked += w->params.rejecting;
		if (!a->request.unlimited && !a->turned_away)
			add_request(&sums[world_level(w, i)], a);
	}
	HOLDS(p, s->counts.sojourn == gauge_sum(&s->counts.inside, w->now));
	HOLDS(p, s->counts.sojourn >= sojourn);
	HOLDS(p, w->params.timeout || s->counts.sojourn == sojourn);
	for (uint32_t i = 0; i < s->flow.n_levels; i++) {
		const struct flow_counts *c = &s->flow.level[i].counts;

		HOLDS(p, gauge_sum(&c->seats, w->now) >= sums[i].seats);
		HOLDS(p, w->params.timeout || gauge_sum(&c->seats, w->now) == sums[i].seats);
		HOLDS(p, gauge_sum(&c->queued, w->now) == sums[i].queued);
	}
	/* processors do what was asked of them, up to a nanosecond for each end; of what was
	 * broken off, some */
	running = (int64_t)gauge_sum(&s->counts.running, w->now);
	HOLDS(p, running >= served - 2 * LOAD * (int64_t)w->params.processors);
	HOLDS(p, running <= asked + 2 * LOAD * (int64_t)w->params.processors);
	world_free(w);
}

/* The number inside, over time, is the time inside, over requests: exactly. */
static void means_over_time_and_over_requests_agree(void **state)
{
	(void)state;
	property_each(150, means_agree_once);
}

/* ------------------------------------------------------------------ silence */

/* What was said of who is inside, last time it was asked. */
struct said {
	ns_t silent_until;
	ns_t sure_at; /* NS_NEVER: nothing was sure */
};

static struct said said_of[LOAD];

static void keep_what_is_said(struct world *w, struct property *p)
{
	for (uint32_t i = 0; i < w->came; i++) {
		bool sure = false;
		ns_t until;

		if (w->asked[i].fate != PENDING)
			continue;
		until = server_silent_until(&w->server, w->now, w->asked[i].ticket, &sure);
		HOLDS(p, until >= w->now && until >= said_of[i].silent_until);
		HOLDS(p, said_of[i].sure_at == NS_NEVER || said_of[i].sure_at == until);
		said_of[i] = (struct said){until, sure ? until : NS_NEVER};
	}
}

/* Nobody hears of a request sooner than was said, and what was sure comes true to the moment.
 */
static void a_server_is_silent_for_as_long_as_it_says_once(struct property *p)
{
	struct world *w = any_world(p);

	for (uint32_t i = 0; i < LOAD; i++) {
		w->asked[i].patience = 0;
		said_of[i] = (struct said){.sure_at = NS_NEVER};
	}
	w->check = keep_what_is_said;
	world_play(w, p);
	for (uint32_t i = 0; i < LOAD; i++) {
		const struct asked *a = &w->asked[i];

		HOLDS(p, a->ended_at >= said_of[i].silent_until);
		HOLDS(p, said_of[i].sure_at == NS_NEVER ||
				 (a->fate == SERVED && a->ended_at == said_of[i].sure_at));
	}
	world_free(w);
}

static void a_server_is_silent_for_as_long_as_it_says(void **state)
{
	(void)state;
	property_each(100, a_server_is_silent_for_as_long_as_it_says_once);
}

/* ------------------------------------------------------------------ twice the work */

static int by_time(const void *a, const void *b)
{
	const ns_t *x = a;
	const ns_t *y = b;

	return (*x > *y) - (*x < *y);
}

static void sojourns(const struct world *w, struct property *p, ns_t sorted[LOAD])
{
	for (uint32_t i = 0; i < LOAD; i++) {
		HOLDS(p, w->asked[i].fate == SERVED);
		sorted[i] = w->asked[i].ended_at - w->asked[i].at;
	}
	qsort(sorted, LOAD, sizeof(sorted[0]), by_time);
}

/* Nobody is rejected here, or those that are left would not be the same; and there is one
 * queue, for among several the turns change with what requests take. */
static struct world *patient_world(struct property *p)
{
	const ns_t alone = property_span(p, NS_US, 20 * NS_MS);
	const ns_t more = property_span(p, 0, 20 * NS_MS);
	const ns_t takes[2] = {alone, more};
	struct world *w = world_new();
	struct flow_params *f = &w->params.flow;
	uint32_t users;
	ns_t every;

	w->params.processors = 1 + property_below(p, 6);
	f->fair = property_below(p, 3) > 0;
	f->n_levels = 1;
	f->level[0] = (struct flow_level){.seats = 1 + property_below(p, 12),
		.queues = 1,
		.hand = 1,
		.queue_length = LOAD};
	f->wait_limit = f->wait_end = NS_HOUR;
	every = property_span(p, NS_MS, 20 * NS_MS);
	users = 1 + property_below(p, 40);
	world_load(w, p, every, users, takes);
	return w;
}

static void twice_the_work_once(struct property *p)
{
	struct property again = *p;
	struct world *w = patient_world(p);
	struct world *twice = patient_world(&again);
	ns_t times[2][LOAD];

	for (uint32_t i = 0; i < LOAD; i++)
		twice->asked[i].request.cpu *= 2;
	world_play(w, p);
	world_play(twice, p);
	sojourns(w, p, times[0]);
	sojourns(twice, p, times[1]);
	for (uint32_t i = 0; i < LOAD; i++)
		HOLDS(p, times[1][i] >= times[0][i]);
	world_free(w);
	world_free(twice);
}

static void twice_the_work_shortens_no_percentile(void **state)
{
	(void)state;
	property_each(200, twice_the_work_once);
}

/* ------------------------------------------------------------------ a naive reference */

/* Where processors are plenty a request takes what it needs, so who is in flight follows from
 * the list of those before. */
static bool is_let_in(const struct world *w, uint32_t i)
{
	const struct flow_params *f = &w->params.flow;
	bool writes = w->asked[i].request.mutating && !f->shared;
	uint32_t limit = writes ? f->mutating : f->readonly;
	uint32_t in_flight = 0;

	for (uint32_t j = 0; j < i; j++) {
		const struct asked *a = &w->asked[j];
		bool other = (a->request.mutating && !f->shared) != writes;

		in_flight += a->fate == SERVED && !other && !a->request.unlimited &&
			     a->at + a->request.cpu + a->request.wait > w->asked[i].at;
	}
	return !limit || in_flight < limit || w->asked[i].request.unlimited;
}

static void a_naive_count_lets_in_the_same_once(struct property *p)
{
	struct world *w = any_world(p);

	w->params.flow.fair = false;
	w->params.processors = LOAD;
	w->params.timeout = 0;
	for (uint32_t i = 0; i < LOAD; i++)
		w->asked[i].patience = w->asked[i].request.width = 0;
	world_play(w, p);
	for (uint32_t i = 0; i < LOAD; i++) {
		const struct asked *a = &w->asked[i];

		HOLDS(p, (a->fate == SERVED) == is_let_in(w, i));
		if (a->fate == SERVED)
			HOLDS(p, a->ended_at == a->at + a->request.cpu + a->request.wait);
	}
	world_free(w);
}

static void a_naive_count_lets_in_the_same(void **state)
{
	(void)state;
	property_each(100, a_naive_count_lets_in_the_same_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_and_no_limit_is_passed),
		cmocka_unit_test(nobody_is_rejected_below_the_limits),
		cmocka_unit_test(a_queue_keeps_order),
		cmocka_unit_test(means_over_time_and_over_requests_agree),
		cmocka_unit_test(a_server_is_silent_for_as_long_as_it_says),
		cmocka_unit_test(twice_the_work_shortens_no_percentile),
		cmocka_unit_test(a_naive_count_lets_in_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
