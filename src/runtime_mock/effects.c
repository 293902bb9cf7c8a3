/* SPDX-License-Identifier: Apache-2.0 */
/* What comes true later, and what that makes of the records. */
#include "runtime_mock/runtime_mock_priv.h"

#include <assert.h>

#include "base/heap.h"
#include "base/rng.h"

/* The one place where a container's record changes, so that the sums hold. */
void record_set(struct mock *m, uint32_t pod, uint32_t container, record_t to)
{
	record_t *r = record_of(m, pod, container);

	m->records.n_containers += record_listed(to) - record_listed(*r);
	m->records.n_running += (record_state(to) == RECORD_RUNNING);
	m->records.n_running -= (record_state(*r) == RECORD_RUNNING);
	*r = to;
	m->records.changes++;
}

void sandbox_set(struct mock *m, uint32_t pod, enum record_state to)
{
	sandbox_t *s = &m->records.sandbox[pod];

	m->records.n_sandboxes += (to != RECORD_NONE);
	m->records.n_sandboxes -= (*s != RECORD_NONE);
	*s = (sandbox_t)to;
	m->records.changes++;
}

bool call_changes(uint16_t op)
{
	return call_starts_or_ends(op) || op == OP_PULL_IMAGE;
}

/* ------------------------------------------------------------------ the heap of changes */

static bool change_before(const struct mock_change *a, const struct mock_change *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

HEAP_OF(changes, struct mock_change, change_before)

void change_push(struct mock *m, struct mock_change c)
{
	assert(m->n_changes < m->capacity); /* one a running call and one a running container */
	c.seq = m->seq++;
	changes_put(m->change, &m->n_changes, c);
}

/* Forget the crash of an older life of a container that is started: it would come true no
 * more, and with a late crash and many restarts such would pile up.  Rare, so all are looked
 * at and put back. */
static void change_forget_crash(struct mock *m, uint32_t pod, uint32_t container)
{
	uint32_t n = m->n_changes;

	m->n_changes = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct mock_change c = m->change[i];

		if (c.op != MOCK_DEATH || c.pod != pod || c.container != container)
			changes_put(m->change, &m->n_changes, c);
	}
}

struct mock_change change_pop(struct mock *m)
{
	struct mock_change top = m->change[0];

	changes_cut(m->change, &m->n_changes, 0);
	return top;
}

/* ------------------------------------------------------------------ what comes true */

static void container_exits(struct mock *m, ns_t now, uint32_t pod, uint32_t container)
{
	record_t r = *record_of(m, pod, container);

	m->records.exited_at[(size_t)pod * m->records.containers + container] = now;
	record_set(m, pod, container,
		record_make(RECORD_EXITED, record_dead(r), record_instance(r)));
}

static void container_created(struct mock *m, uint32_t pod, uint32_t container)
{
	record_t r = *record_of(m, pod, container);
	uint32_t dead = record_dead(r) + (record_state(r) == RECORD_EXITED);

	record_set(m, pod, container,
		record_make(RECORD_CREATED, dead < RECORD_DEAD_MAX ? dead : RECORD_DEAD_MAX,
			record_instance(r) + 1));
}

static uint64_t draw_life(struct mock *m)
{
	return rng_draw(m->key, DRAW_LIFE, 0, m->lives++);
}

/* Of a lifetime that is looked at from outside: long ones are met more often. */
ns_t lifetime_left(struct mock *m)
{
	const struct dist *d = &m->params->lifetime;
	ns_t longest = dist_draw(d, UINT64_MAX, 0);

	for (;;) {
		ns_t life = dist_draw(d, draw_life(m), 0);

		if (rng_span(draw_life(m), 0, longest) <= life)
			return rng_span(draw_life(m), 0, life);
	}
}

/* The instance that is there now exits then, by itself. */
void life_ends(struct mock *m, uint32_t pod, uint32_t container, ns_t at)
{
	change_push(
		m, (struct mock_change){.at = at,
			   .pod = pod,
			   .container = (uint16_t)container,
			   .instance = (uint16_t)record_instance(*record_of(m, pod, container)),
			   .op = MOCK_DEATH});
}

static void container_started(struct mock *m, ns_t now, uint32_t pod, uint32_t container)
{
	record_t r = *record_of(m, pod, container);

	record_set(m, pod, container,
		record_make(RECORD_RUNNING, record_dead(r), record_instance(r)));
	if (m->records.ready.started_at)
		m->records.ready.started_at[(size_t)pod * m->records.containers + container] =
			now;
	if (!m->crashes[pod] && !ends_by_itself(m, pod))
		return;
	change_forget_crash(m, pod, container);
	life_ends(m, pod, container,
		now + (m->crashes[pod] ? m->params->crash_after
				       : dist_draw(&m->params->lifetime, draw_life(m), 0)));
}

static void container_removed(struct mock *m, const struct mock_change *c)
{
	record_t r = *record_of(m, c->pod, c->container);
	uint32_t dead = record_dead(r);

	if (c->instance == record_instance(r))
		record_set(m, c->pod, c->container,
			record_make(RECORD_NONE, dead, record_instance(r)));
	else if (dead > 0)
		record_set(m, c->pod, c->container,
			record_make(record_state(r), dead - 1, record_instance(r)));
}

/* An even pace from anywhere within the first span on, but for a twentieth to either side: else
 * each death would meet the kubelet's tickers, whose periods are often parts of that span,
 * alike. */
ns_t mock_death_at(const struct mock *m)
{
	ns_t every = m->params->death_every;
	ns_t first = rng_span(rng_draw(m->key, DRAW_DEATH, 0, 0), 0, every);
	uint64_t draw = rng_draw(m->key, DRAW_NEXT_DEATH, 0, m->deaths);

	return ns_max(0,
		first + (ns_t)m->deaths * every + rng_span(draw, -every / 20, every / 20 + 1));
}

/* A container that runs dies: which of them, the draw says. */
bool random_death(struct mock *m, ns_t now, struct mock_news *news)
{
	uint32_t all = m->records.pods * m->records.containers;
	uint32_t nth;

	m->deaths++;
	m->next_death_at = mock_death_at(m);
	if (m->records.n_running == 0)
		return false;
	nth = (uint32_t)rng_below(
		rng_draw(m->key, DRAW_VICTIM, 0, m->deaths), m->records.n_running);
	for (uint32_t i = 0; i < all; i++) {
		if (record_state(m->records.container[i]) != RECORD_RUNNING || nth-- > 0)
			continue;
		news->pod = i / m->records.containers;
		news->container = (uint16_t)(i % m->records.containers);
		container_exits(m, now, news->pod, news->container);
		return true;
	}
	return false;
}

bool come_true(struct mock *m, ns_t now, const struct mock_change *c)
{
	record_t r = *record_of(m, c->pod, c->container);

	switch (c->op) {
	case OP_RUN_PODSANDBOX:
		sandbox_set(m, c->pod, RECORD_RUNNING);
		return false;
	case OP_STOP_PODSANDBOX:
		if (m->records.sandbox[c->pod] == RECORD_RUNNING)
			sandbox_set(m, c->pod, RECORD_EXITED);
		return false;
	case OP_REMOVE_PODSANDBOX:
		if (m->records.sandbox[c->pod] != RECORD_NONE)
			sandbox_set(m, c->pod, RECORD_NONE);
		return false;
	case OP_CREATE_CONTAINER:
		container_created(m, c->pod, c->container);
		return true;
	case OP_START_CONTAINER:
		container_started(m, now, c->pod, c->container);
		return true;
	case OP_STOP_CONTAINER:
	case MOCK_DEATH:
		if (record_state(r) != RECORD_RUNNING || record_instance(r) != c->instance)
			return false;
		container_exits(m, now, c->pod, c->container);
		return true;
	case OP_REMOVE_CONTAINER:
		container_removed(m, c);
		return true;
	case OP_PULL_IMAGE:
		m->images |= UINT64_C(1) << (c->pod % m->params->images);
		return false;
	default:
		return false;
	}
}
