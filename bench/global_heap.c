/* SPDX-License-Identifier: Apache-2.0 */
#include "global_heap.h"

#include <stdlib.h>

#include "fleet/node.h"
#include "runtime_mock/plain.h"

/* Nodes lie packed, one behind the other; the last chunk's rest is all that is wasted. */
#define CHUNK_BYTES ((size_t)4 << 20)

/* A chain whose calls are made one by one. */
struct flight {
	struct chain chain;        /* its lists know how many records they return */
	uint64_t key[CHAIN_STEPS]; /* of each step's latest latency */
	uint32_t node, actor;
	uint16_t step, nth; /* the call that is next or under way */
	bool under_way;
	uint32_t next_free;
};

struct driver {
	struct heap heap;
	struct node_plan plan;
	struct node *node;
	struct flight *flight; /* [0] is none */
	uint32_t n_flights, capacity, free;
	ns_t now;
};

static void *grown(void *array, size_t n, size_t size)
{
	void *more = realloc(array, n * size);

	if (!more)
		abort();
	return more;
}

void heap_grow(struct heap *h)
{
	h->capacity = h->capacity ? 2 * h->capacity : 1024;
	h->entry = grown(h->entry, h->capacity, sizeof(*h->entry));
}

/* ------------------------------------------------------------------ calls one by one */

static uint32_t flight_take(struct driver *d)
{
	uint32_t i = d->free;

	if (i) {
		d->free = d->flight[i].next_free;
		return i;
	}
	if (d->n_flights == d->capacity) {
		d->capacity = d->capacity ? 2 * d->capacity : 1024;
		d->flight = grown(d->flight, d->capacity, sizeof(*d->flight));
	}
	return d->n_flights++;
}

static bool all_plain(const struct node *n, const struct chain *c)
{
	return c->n_steps > 0 && !(c->ops & ~mock_plain_ops(&n->mock, c)) &&
	       !is_loaded(&n->mock);
}

/* Latencies are drawn when a call starts, from the sequence that is set aside for it here: that
 * one does not depend on which other calls start meanwhile.  Chains that change something, or
 * meet busy processors, are made as a whole; there is one in thousands. */
static void chain_begins(struct driver *d, struct node *n, const struct effect *e)
{
	struct flight *f;
	uint32_t i;

	if (!all_plain(n, e->chain)) {
		struct chain_answer a =
			mock_call(&n->mock, e->at, e->actor, e->chain, &n->result->tally);

		agent_answer(&n->agent, e->actor, a.at, a.what, a.done);
		return;
	}
	i = flight_take(d);
	f = &d->flight[i];
	f->chain = *e->chain;
	f->node = n->index;
	f->actor = e->actor;
	f->step = f->nth = 0;
	f->under_way = false;
	for (uint32_t s = 0; s < f->chain.n_steps; s++) {
		struct chain_step *step = &f->chain.step[s];
		uint16_t op = op_of(step);

		step->records = records_listed(&n->mock, step, op);
		f->key[s] = *sequence_of(&n->mock, e->actor, op);
		*sequence_of(&n->mock, e->actor, op) += step->n * RNG_STEP;
	}
	agent_park(&n->agent, e->actor);
	heap_push(&d->heap, e->at, pending_what(n->index, PENDING_CALL, e->actor, i));
}

static void call_starts(struct driver *d, struct node *n, struct flight *f)
{
	const struct chain_step *s = &f->chain.step[f->step];
	bool last = f->step + 1 == f->chain.n_steps && f->nth + 1 == s->n;
	ns_t latency = dist_draw(&n->mock.params->op[op_of(s)].latency,
		rng_mix(f->key[f->step] += RNG_STEP), s->records);

	f->under_way = true;
	heap_push(&d->heap, d->now + latency,
		pending_what(n->index, last ? PENDING_ACTOR : PENDING_CALL, f->actor,
			(uint64_t)(f - d->flight)));
}

static void call_ends(struct driver *d, struct node *n, struct flight *f)
{
	const struct chain_step *s = &f->chain.step[f->step];
	struct tally_spot *spot = tally_spot(&n->result->tally, 0, d->now);

	tally_count(spot, s->call, OUTCOME_OK, 1);
	if (spot->in)
		count_size(&n->mock, s, 1, s->records, spot->in);
	f->under_way = false;
	if (++f->nth == s->n) {
		f->nth = 0;
		f->step++;
	}
}

static void call_goes_on(struct driver *d, struct node *n, struct flight *f)
{
	if (!f->under_way) {
		call_starts(d, n, f);
		return;
	}
	call_ends(d, n, f);
	heap_push(&d->heap, d->now,
		pending_what(n->index, PENDING_CALL, f->actor, (uint64_t)(f - d->flight)));
}

/* ------------------------------------------------------------------ nodes */

/* What a step has made pending in the runtime and at the server: their own queues are short. */
struct seen {
	uint32_t changes, events;
	ns_t death_at, work_at, script_at;
};

static struct seen look(const struct node *n)
{
	return (struct seen){n->mock.seq, n->shard.n_events, n->mock.next_death_at,
		n->mock.share.next_at, n->script.next_at};
}

static void pend(struct driver *d, const struct node *n, enum pending_kind kind, ns_t at)
{
	if (at != NS_NEVER)
		heap_push(&d->heap, at, pending_what(n->index, kind, 0, 0));
}

static void pend_news(struct driver *d, const struct node *n, const struct seen *before)
{
	const struct api_shard *s = &n->shard;

	if (n->mock.seq != before->changes)
		for (uint32_t i = 0; i < n->mock.n_changes; i++)
			if (n->mock.change[i].seq >= before->changes)
				pend(d, n, PENDING_RUNTIME, n->mock.change[i].at);
	for (uint32_t i = before->events; i < s->n_events; i++)
		pend(d, n, PENDING_SERVER, s->event[(s->event_head + i) % s->capacity].at);
	if (n->mock.next_death_at != before->death_at)
		pend(d, n, PENDING_RUNTIME, n->mock.next_death_at);
	if (n->mock.share.next_at != before->work_at)
		pend(d, n, PENDING_RUNTIME, n->mock.share.next_at);
	if (n->script.next_at != before->script_at)
		pend(d, n, PENDING_SCRIPT, n->script.next_at);
}

static void step_others(struct driver *d, struct node *n)
{
	struct seen before = look(n);

	if (mock_next_at(&n->mock) != d->now && api_next_at(&n->shard) == d->now)
		before.events--; /* it will be taken */
	if (node_step_others(n, d->now))
		pend_news(d, n, &before);
}

static void step_actor(struct driver *d, struct node *n, uint32_t actor)
{
	struct seen before = look(n);
	struct effects out;

	n->agent.wakes.next = actor;
	out.n = 0;
	agent_step(&n->agent, d->now, &out);
	n->result->steps++;
	for (uint32_t i = 0; i < out.n; i++) {
		const struct effect *e = &out.effect[i];

		switch (e->kind) {
		case EFFECT_CHAIN:
			chain_begins(d, n, e);
			break;
		case EFFECT_REQUEST:
			requests_begin(n, d->now, e);
			if (e->at > d->now)
				pend(d, n, PENDING_HELD, e->at);
			break;
		case EFFECT_NOTE:
			node_measure(n, d->now, &e->note);
			break;
		}
	}
	pend_news(d, n, &before);
}

/* The last call of a chain has ended: its actor goes on at once. */
static void chain_ends(struct driver *d, struct node *n, uint32_t i)
{
	struct flight *f = &d->flight[i];
	struct wakes *w = &n->agent.wakes;

	call_ends(d, n, f);
	w->heap = NULL; /* now, not by another entry */
	agent_answer(&n->agent, f->actor, d->now, OUTCOME_OK, f->chain.n_steps);
	w->heap = &d->heap;
	f->next_free = d->free;
	d->free = i;
	step_actor(d, n, f->actor);
}

static void step(struct driver *d, const struct pending *p)
{
	struct node *n = &d->node[p->what >> 44];
	enum pending_kind kind = (enum pending_kind)(p->what >> 41 & 7);
	uint32_t slot = p->what >> 25 & 0xffff;
	uint32_t flight = p->what & 0x1ffffff;

	d->now = p->at;
	if (kind == PENDING_CALL)
		call_goes_on(d, n, &d->flight[flight]);
	else if (kind != PENDING_ACTOR)
		step_others(d, n);
	else if (flight)
		chain_ends(d, n, flight);
	else if (wakes_at(&n->agent.wakes, slot) == p->at)
		step_actor(d, n, slot);
}

static void begin(struct driver *d, uint32_t i, struct fleet_result *r, struct arena *mem)
{
	const struct seen nothing = {
		.death_at = NS_NEVER, .work_at = NS_NEVER, .script_at = NS_NEVER};
	struct node *n = &d->node[i];
	struct wakes *w = &n->agent.wakes;

	node_begin(n, &d->plan, i, r, mem);
	w->heap = &d->heap;
	w->node = i;
	for (uint32_t slot = 0; slot < w->capacity; slot++)
		wakes_set(w, slot, w->at[slot]);
	pend_news(d, n, &nothing);
}

void global_heap_run(const struct fleet_params *p, struct fleet_result *r, uint64_t *heap_bytes)
{
	uint32_t n = p->scenario->nodes;
	struct driver d = {0};
	struct arena mem;

	arena_init(&mem, CHUNK_BYTES);
	fleet_result_init(r, p);
	node_plan_init(&d.plan, p, &mem);
	d.node = ARENA_ARRAY(&mem, struct node, n);
	(void)flight_take(&d);
	for (uint32_t i = 0; i < n; i++)
		begin(&d, i, r, &mem);
	while (d.heap.n > 0 && d.heap.entry[0].at < p->until) {
		struct pending next = heap_pop(&d.heap);

		step(&d, &next);
	}
	/* Calls under way count where they end, as in fleet: not any more. */
	for (uint32_t i = 0; i < n; i++)
		node_end(&d.node[i], p->until);
	*heap_bytes = arena_bytes(&mem) + sizeof(*d.heap.entry) * d.heap.capacity +
		      sizeof(*d.flight) * d.capacity;
	free(d.heap.entry);
	free(d.flight);
	arena_fini(&mem);
}
