/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime_mock/runtime_mock.h"

#include <assert.h>

#include "base/rng.h"
#include "runtime_mock/plain.h"

enum { DRAW_LATENCY = 101, DRAW_DEATH, DRAW_VICTIM, DRAW_RULE, DRAW_EXIT, MILLION = 1000000 };

void mock_init(
	struct mock *m, const struct mock_params *params, struct arena *mem, uint64_t key)
{
	size_t all = (size_t)params->pods * params->containers;

	*m = (struct mock){.params = params, .key = key, .next_death_at = NS_NEVER};
	for (uint32_t op = 0; op < OP_N; op++)
		m->op_key[op] = rng_draw(key, DRAW_LATENCY, op, 0);
	m->records.pods = params->pods;
	m->records.containers = params->containers;
	m->records.sandbox = ARENA_ARRAY(mem, sandbox_t, params->pods);
	m->records.container = ARENA_ARRAY(mem, record_t, all);
	m->crashes = ARENA_ARRAY(mem, bool, params->pods);
	m->records.exited_at = ARENA_ARRAY(mem, ns_t, all);
	m->capacity = (uint32_t)(2 * all + 2 * params->pods + 8);
	m->change = ARENA_ARRAY(mem, struct mock_change, m->capacity);
	m->images = params->image_present ? UINT64_MAX : 0;
	if (params->death_every > 0)
		m->next_death_at =
			rng_span(rng_draw(key, DRAW_DEATH, 0, 0), 0, params->death_every);
}

static record_t *record_of(struct mock *m, uint32_t pod, uint32_t container)
{
	return &m->records.container[(size_t)pod * m->records.containers + container];
}

/* The one place where a container's record changes, so that the sums hold. */
static void record_set(struct mock *m, uint32_t pod, uint32_t container, record_t to)
{
	record_t *r = record_of(m, pod, container);

	m->records.n_containers += record_listed(to) - record_listed(*r);
	m->records.n_running += (record_state(to) == RECORD_RUNNING);
	m->records.n_running -= (record_state(*r) == RECORD_RUNNING);
	*r = to;
	m->records.changes++;
}

static void sandbox_set(struct mock *m, uint32_t pod, enum record_state to)
{
	sandbox_t *s = &m->records.sandbox[pod];

	m->records.n_sandboxes += (to != RECORD_NONE);
	m->records.n_sandboxes -= (*s != RECORD_NONE);
	*s = (sandbox_t)to;
	m->records.changes++;
}

/* ------------------------------------------------------------------ the heap of changes */

static bool change_before(const struct mock_change *a, const struct mock_change *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

static void change_put(struct mock *m, struct mock_change c)
{
	uint32_t i = m->n_changes++;

	assert(i < m->capacity); /* one a running call and one a running container */
	while (i > 0 && change_before(&c, &m->change[(i - 1) / 2])) {
		m->change[i] = m->change[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->change[i] = c;
}

static void change_push(struct mock *m, struct mock_change c)
{
	c.seq = m->seq++;
	change_put(m, c);
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
			change_put(m, c);
	}
}

static struct mock_change change_pop(struct mock *m)
{
	struct mock_change top = m->change[0];
	struct mock_change last = m->change[--m->n_changes];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= m->n_changes)
			break;
		if (child + 1 < m->n_changes &&
			change_before(&m->change[child + 1], &m->change[child]))
			child++;
		if (!change_before(&m->change[child], &last))
			break;
		m->change[i] = m->change[child];
		i = child;
	}
	m->change[i] = last;
	return top;
}

/* ------------------------------------------------------------------ calls */

static bool container_exists(const struct mock *m, const struct chain *c)
{
	record_t r =
		m->records.container[(size_t)c->pod * m->records.containers + c->container];
	uint32_t current = record_instance(r);

	if (c->instance == CHAIN_CURRENT)
		return record_listed(r) > 0;
	if (c->instance == current)
		return record_state(r) != RECORD_NONE;
	return ((current - c->instance) & (RECORD_INSTANCES - 1)) <= record_dead(r);
}

/* Whether a call finds what it is about. */
static enum outcome call_outcome(const struct mock *m, const struct chain *c, uint16_t op)
{
	switch (op) {
	case OP_IMAGE_STATUS:
		return c->pod == CHAIN_NO_POD ||
				       (m->images >> (c->pod % m->params->images) & 1) != 0
			       ? OUTCOME_OK
			       : OUTCOME_NOT_FOUND;
	case OP_CONTAINER_STATUS:
	case OP_REMOVE_CONTAINER:
		if (c->instance == CHAIN_CURRENT || c->pod == CHAIN_NO_POD ||
			!m->params->gone_is_an_error)
			return OUTCOME_OK; /* a status among many: the records say which exist
					    */
		return container_exists(m, c) ? OUTCOME_OK : OUTCOME_NOT_FOUND;
	case OP_STOP_PODSANDBOX:
	case OP_REMOVE_PODSANDBOX:
		return m->records.sandbox[c->pod] != RECORD_NONE || !m->params->gone_is_an_error
			       ? OUTCOME_OK
			       : OUTCOME_NOT_FOUND;
	default:
		return OUTCOME_OK;
	}
}

static bool call_changes(uint16_t op)
{
	switch (op) {
	case OP_RUN_PODSANDBOX:
	case OP_STOP_PODSANDBOX:
	case OP_REMOVE_PODSANDBOX:
	case OP_CREATE_CONTAINER:
	case OP_START_CONTAINER:
	case OP_STOP_CONTAINER:
	case OP_REMOVE_CONTAINER:
	case OP_PULL_IMAGE:
		return true;
	default:
		return false;
	}
}

static ns_t disturbed(struct mock *m, ns_t now, uint16_t op, ns_t latency, enum outcome *what)
{
	for (uint32_t i = 0; i < m->params->n_rules; i++) {
		const struct mock_rule *r = &m->params->rules[i];

		if (now < r->from || now >= r->until || (r->op != OP_N && r->op != op))
			continue;
		if (rng_below(rng_draw(m->key, DRAW_RULE, i, m->draws++), MILLION) >=
			(uint64_t)r->share)
			continue;
		if (r->kind == MOCK_SLOW) {
			latency = latency / MILLION * r->factor +
				  latency % MILLION * r->factor / MILLION;
		} else {
			*what = OUTCOME_ERROR;
			latency = r->kind == MOCK_HANG ? m->params->hang : latency;
		}
	}
	return latency;
}

/* The nth container of the pod that runs: those are stopped side by side, wherever they stand
 * among dead ones.  If fewer run, one that does not. */
static uint16_t nth_running(const struct mock *m, uint32_t pod, uint32_t nth)
{
	size_t first = (size_t)pod * m->records.containers;
	uint32_t other = 0;

	for (uint32_t c = 0; c < m->records.containers; c++) {
		if (record_state(m->records.container[first + c]) != RECORD_RUNNING)
			other = c;
		else if (nth-- == 0)
			return (uint16_t)c;
	}
	return (uint16_t)other;
}

/* One call, looked at in full. */
static ns_t one_call(struct mock *m, ns_t now, const struct chain *c,
	const struct chain_step *s, uint32_t nth, enum outcome *what)
{
	uint16_t op = op_of(s);
	ns_t latency = latency_of(m, op, records_listed(m, s, op));
	ns_t true_at;
	uint16_t container = c->parallel ? nth_running(m, c->pod, nth) : c->container;
	record_t r;

	*what = call_outcome(m, c, op);
	if (op == OP_STOP_CONTAINER && !m->params->stops_at_once &&
		record_state(*record_of(m, c->pod, container)) == RECORD_RUNNING)
		latency += m->params->grace;
	if (m->params->n_rules)
		latency = disturbed(m, now, op, latency, what);
	true_at = now + latency;
	if (op == OP_STOP_CONTAINER && m->params->exit_is_seen_early)
		true_at =
			now + rng_span(rng_draw(m->key, DRAW_EXIT, op, m->draws++), 0, latency);
	now += latency;
	if (*what != OUTCOME_OK || !call_changes(op))
		return now;
	r = op == OP_PULL_IMAGE ? 0 : *record_of(m, c->pod, container);
	change_push(m,
		(struct mock_change){.at = true_at,
			.pod = c->pod,
			.container = container,
			.instance = c->instance == CHAIN_CURRENT ? (uint16_t)record_instance(r)
								 : c->instance,
			.op = op});
	return now;
}

/* As what a call counts: docker's sandbox is a container that is created and started. */
static void count_call(
	const struct mock *m, struct tally *t, uint16_t call, enum outcome what, ns_t at)
{
	if (m->params->sandboxes_are_containers) {
		if (call == OP_RUN_PODSANDBOX) {
			tally_add(t, OP_CREATE_CONTAINER, what, at);
			call = OP_START_CONTAINER;
		} else if (call == OP_STOP_PODSANDBOX) {
			call = OP_STOP_CONTAINER;
		} else if (call == OP_REMOVE_PODSANDBOX) {
			call = OP_REMOVE_CONTAINER;
		}
	}
	tally_add(t, call, what, at);
}

/* A step whose calls can fail or change something, or while rules or a trace are on. */
static bool full_step(struct mock *m, ns_t now, const struct chain *chain,
	const struct chain_step *s, struct tally *t, struct chain_answer *a)
{
	for (uint32_t k = 0; k < s->n; k++) {
		enum outcome what;
		ns_t end = one_call(m, chain->parallel ? now : a->at, chain, s, k, &what);

		count_call(m, t, s->call, what, end);
		a->at = end > a->at ? end : a->at;
		if (what != OUTCOME_OK)
			a->what = what;
		if (what != OUTCOME_OK && !chain->parallel)
			return false;
	}
	return true;
}

/* The steps of a chain that are left, each looked at by itself. */
static void other_steps(struct mock *m, ns_t now, const struct chain *chain, uint32_t plain,
	struct tally *t, struct chain_answer *a)
{
	while (a->done < chain->n_steps) {
		const struct chain_step *s = &chain->step[a->done];

		if (plain & OP_BIT(op_of(s)))
			a->at = plain_step(m, a->at, s, t);
		else if (!full_step(m, now, chain, s, t, a))
			return;
		a->done++;
	}
}

struct chain_answer mock_call(
	struct mock *m, ns_t now, const struct chain *chain, struct tally *t)
{
	struct chain_answer a = {.at = now, .what = OUTCOME_OK};
	uint32_t plain = 0;

	if (m->params->n_rules == 0 && !t->trace)
		plain = plain_ops(chain);
	if (plain)
		plain_steps(m, chain, plain, t, &a);
	if (a.done < chain->n_steps)
		other_steps(m, now, chain, plain, t, &a);
	return a;
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

static void container_started(struct mock *m, ns_t now, uint32_t pod, uint32_t container)
{
	record_t r = *record_of(m, pod, container);

	record_set(m, pod, container,
		record_make(RECORD_RUNNING, record_dead(r), record_instance(r)));
	if (!m->crashes[pod])
		return;
	change_forget_crash(m, pod, container);
	change_push(m, (struct mock_change){.at = now + m->params->crash_after,
			       .pod = pod,
			       .container = (uint16_t)container,
			       .instance = (uint16_t)record_instance(r),
			       .op = MOCK_DEATH});
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

/* A container that runs dies: which of them, the draw says. */
static bool random_death(struct mock *m, ns_t now, struct mock_event *event)
{
	uint32_t all = m->records.pods * m->records.containers;
	uint32_t nth;

	m->next_death_at = now + m->params->death_every;
	m->deaths++;
	if (m->records.n_running == 0)
		return false;
	nth = (uint32_t)rng_below(
		rng_draw(m->key, DRAW_VICTIM, 0, m->deaths), m->records.n_running);
	for (uint32_t i = 0; i < all; i++) {
		if (record_state(m->records.container[i]) != RECORD_RUNNING || nth-- > 0)
			continue;
		event->pod = i / m->records.containers;
		event->container = (uint16_t)(i % m->records.containers);
		event->now = RECORD_EXITED;
		container_exits(m, now, event->pod, event->container);
		return true;
	}
	return false;
}

static bool come_true(struct mock *m, ns_t now, const struct mock_change *c)
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

bool mock_step(struct mock *m, ns_t now, struct mock_event *event)
{
	struct mock_change c;

	if (m->next_death_at <= now && (!m->n_changes || m->next_death_at < m->change[0].at))
		return random_death(m, now, event);
	c = change_pop(m);
	if (!come_true(m, now, &c))
		return false;
	event->pod = c.pod;
	event->container = c.container;
	event->now = record_state(*record_of(m, c.pod, c.container));
	return true;
}

/* ------------------------------------------------------------------ beginnings */

void mock_place_running(struct mock *m, uint32_t pod)
{
	sandbox_set(m, pod, RECORD_RUNNING);
	for (uint32_t c = 0; c < m->records.containers; c++) {
		record_set(m, pod, c, record_make(RECORD_RUNNING, 0, 1));
		if (m->crashes[pod])
			change_push(
				m, (struct mock_change){
					   .at = rng_span(rng_draw(m->key, DRAW_DEATH, pod, c),
						   0, m->params->crash_after + 1),
					   .pod = pod,
					   .container = (uint16_t)c,
					   .instance = 1,
					   .op = MOCK_DEATH});
	}
	m->images |= UINT64_C(1) << (pod % m->params->images);
}

void mock_set_crashing(struct mock *m, uint32_t pod, bool crashes)
{
	m->crashes[pod] = crashes;
}
