/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime_mock/runtime_mock_priv.h"

#include "base/rng.h"
#include "runtime_mock/plain.h"

/* A rule under which calls fail breaks a stream that is open when it begins; one under which
 * they hang makes it mute until it ends. */
static void plan_stream(struct mock *m)
{
	for (uint32_t i = 0; i < m->params->n_rules; i++) {
		const struct mock_rule *r = &m->params->rules[i];

		if (r->kind == MOCK_SLOW || (r->op != OP_N && r->op != OP_GET_CONTAINER_EVENTS))
			continue;
		if (rng_below(rng_draw(m->key, DRAW_STREAM, i, 0), MILLION) >=
			(uint64_t)r->share)
			continue;
		change_push(m, (struct mock_change){.at = r->from, .pod = i, .op = MOCK_RULE});
		if (r->kind == MOCK_HANG)
			change_push(m, (struct mock_change){
					       .at = r->until, .pod = i, .op = MOCK_RULE});
	}
}

#define LONG_AGO (-48 * NS_HOUR) /* longer than anything takes to be ready */

static void ready_init(struct mock *m, struct arena *mem)
{
	const struct mock_params *p = m->params;
	size_t all = (size_t)p->pods * p->containers;
	struct readiness *r = &m->records.ready;

	*r = (struct readiness){.after = p->ready_after,
		.fails_every = p->ready_fails_every,
		.fails_for = p->ready_fails_for};
	r->started_at = ARENA_ROOM(mem, ns_t, all);
	r->phase = ARENA_ROOM(mem, ns_t, p->pods);
	for (size_t i = 0; i < all; i++)
		r->started_at[i] = LONG_AGO;
	for (uint32_t i = 0; i < p->pods; i++)
		r->phase[i] =
			rng_span(rng_draw(m->key, DRAW_READY, i, 0), 0, p->ready_fails_every);
}

void mock_init(
	struct mock *m, const struct mock_params *params, struct arena *mem, uint64_t key)
{
	size_t all = (size_t)params->pods * params->containers;

	*m = (struct mock){.params = params, .key = key, .next_death_at = NS_NEVER};
	m->latest = ARENA_ROOM(mem, uint64_t, OP_N + params->lanes);
	for (uint32_t op = 0; op < OP_N; op++)
		m->latest[op] = rng_draw(key, DRAW_LATENCY, op, 0);
	for (uint32_t i = 0; i < params->lanes; i++)
		m->latest[OP_N + i] = rng_draw(key, DRAW_LANE, params->lane_name[i], 0);
	m->records.pods = params->pods;
	m->records.containers = params->containers;
	m->records.sandbox = ARENA_ARRAY(mem, sandbox_t, params->pods);
	m->records.container = ARENA_ARRAY(mem, record_t, all);
	m->crashes = ARENA_ARRAY(mem, bool, params->pods);
	m->records.exited_at = ARENA_ARRAY(mem, ns_t, all);
	m->capacity = (uint32_t)(3 * all + 2 * params->pods + 2 * params->n_rules + 8);
	m->change = ARENA_ROOM(mem, struct mock_change, m->capacity);
	if (params->asked_for_ready)
		ready_init(m, mem);
	m->share.next_at = NS_NEVER;
	if (params->processors)
		jobs_init(m, mem);
	m->images = params->image_present ? UINT64_MAX : 0;
	if (params->death_every > 0)
		m->next_death_at = mock_death_at(m);
	plan_stream(m);
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

/* How long the kubelet waits for a call's work.  StopContainer has the grace besides
 * (remote_runtime.go:264), which passes before the work where a process ignores SIGTERM. */
static ns_t patience(struct mock *m, const struct chain *c, uint16_t op, uint32_t container)
{
	ns_t timeout = m->params->timeout[op];

	if (op != OP_STOP_CONTAINER || timeout == NS_NEVER)
		return timeout;
	if (!m->params->stops_at_once &&
		record_state(*record_of(m, c->pod, container)) == RECORD_RUNNING)
		return timeout;
	return timeout + m->params->grace;
}

/* The deadline of a call is the runtime's, too (gRPC sends it along): a call that misses it
 * changes nothing. */
static void disturb(const struct mock *m, ns_t now, uint64_t call, uint16_t op, ns_t limit,
	struct mock_work *w)
{
	for (uint32_t i = 0; i < m->params->n_rules; i++) {
		const struct mock_rule *r = &m->params->rules[i];

		if (now < r->from || now >= r->until || (r->op != OP_N && r->op != op))
			continue;
		if (rng_below(rng_draw(call, DRAW_RULE, i, 0), MILLION) >= (uint64_t)r->share)
			continue;
		if (r->kind == MOCK_SLOW)
			w->takes = w->takes / MILLION * r->factor +
				   w->takes % MILLION * r->factor / MILLION;
		else
			w->what = OUTCOME_ERROR;
		if (r->kind == MOCK_HANG && limit == NS_NEVER) {
			w->takes = r->until - now;
			return;
		}
		if (r->kind == MOCK_HANG || w->takes > limit) {
			w->what = OUTCOME_DEADLINE;
			w->takes = limit;
		}
	}
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

struct mock_whom mock_whom(struct mock *m, const struct chain *c, uint16_t op, uint32_t nth)
{
	struct mock_whom w = {
		.container = c->parallel ? nth_running(m, c->pod, nth) : c->container,
		.instance = c->instance};
	record_t r;

	if (!call_starts_or_ends(op))
		return w;
	r = *record_of(m, c->pod, w.container);
	if (c->instance == CHAIN_CURRENT)
		w.instance = (uint16_t)record_instance(r);
	if (op == OP_STOP_CONTAINER && !m->params->stops_at_once &&
		record_state(r) == RECORD_RUNNING)
		w.wait = m->params->grace;
	return w;
}

/* After which part of its work a call's effect shows. */
static ns_t shown_after(const struct mock *m, uint64_t call, uint16_t op, ns_t work)
{
	if (op != OP_STOP_CONTAINER || !m->params->exit_is_seen_early)
		return work;
	return rng_span(rng_draw(call, DRAW_EXIT, op, 0), 0, work);
}

/* Stopping what does not run is looking at it (containerd container_stop.go stopContainer). */
static ns_t time_to_stop(struct mock *m, uint64_t *sequence, uint32_t pod, uint32_t container)
{
	bool runs = record_state(*record_of(m, pod, container)) == RECORD_RUNNING;

	return latency_of(m, sequence, runs ? OP_STOP_CONTAINER : OP_CONTAINER_STATUS, 0);
}

/* Whatever else is drawn about the call hangs on the same number in its sequence as its latency
 * does. */
struct mock_work mock_work(struct mock *m, ns_t now, uint32_t actor, const struct chain *c,
	const struct chain_step *s, uint32_t container)
{
	uint16_t op = op_of(s);
	uint64_t *sequence = sequence_of(m, actor, op);
	struct mock_work w = {
		.takes = op == OP_STOP_CONTAINER
				 ? time_to_stop(m, sequence, c->pod, container)
				 : latency_of(m, sequence, op, records_listed(m, s, op)),
		.what = call_outcome(m, c, op)};

	if (m->params->n_rules)
		disturb(m, now, *sequence, op, patience(m, c, op, container), &w);
	w.shown = shown_after(m, *sequence, op, w.takes);
	return w;
}

struct mock_work mock_one_call(struct mock *m, ns_t now, uint32_t actor, const struct chain *c,
	const struct chain_step *s, uint32_t nth)
{
	uint16_t op = op_of(s);
	struct mock_whom whom = mock_whom(m, c, op, nth);
	struct mock_work w = mock_work(m, now, actor, c, s, whom.container);

	w.takes += whom.wait;
	w.shown += whom.wait;
	if (w.what == OUTCOME_OK && call_changes(op))
		change_push(m, (struct mock_change){.at = now + w.shown,
				       .pod = c->pod,
				       .container = whom.container,
				       .instance = whom.instance,
				       .op = op});
	return w;
}

/* As what a call counts: docker's sandbox is a container that is created and started, which of
 * the time took which is not known. */
void mock_count(
	const struct mock *m, struct tally *t, const struct chain_step *s, struct tally_call c)
{
	if (m->params->sandboxes_are_containers) {
		if (c.call == OP_RUN_PODSANDBOX) {
			tally_add(t, OP_CREATE_CONTAINER, c.what, c.at);
			c.call = OP_START_CONTAINER;
			c.took = TALLY_UNKNOWN;
		} else if (c.call == OP_STOP_PODSANDBOX) {
			c.call = OP_STOP_CONTAINER;
		} else if (c.call == OP_REMOVE_PODSANDBOX) {
			c.call = OP_REMOVE_CONTAINER;
		}
	}
	count_one(m, t, s, records_listed(m, s, op_of(s)), c);
}

/* A step whose calls can fail or change something, or while rules are on. */
static bool full_step(struct mock *m, ns_t now, uint32_t actor, const struct chain *chain,
	struct tally *t, struct chain_answer *a)
{
	const struct chain_step *s = &chain->step[a->done];

	for (uint32_t k = 0; k < s->n; k++) {
		ns_t begin = chain->parallel ? now : a->at;
		struct mock_work w = mock_one_call(m, begin, actor, chain, s, k);
		ns_t end = begin + w.takes;

		mock_count(m, t, s, (struct tally_call){s->call, w.what, end, w.takes, 0, 0});
		a->at = end > a->at ? end : a->at;
		if (w.what != OUTCOME_OK)
			a->what = mock_answered(w.what);
		if (w.what != OUTCOME_OK && !chain->parallel)
			return false;
	}
	return true;
}

/* The steps of a chain that are left, each looked at by itself. */
static void other_steps(struct mock *m, ns_t now, uint32_t actor, const struct chain *chain,
	struct tally *t, struct chain_answer *a)
{
	uint32_t plain = mock_plain_ops(m, chain);

	while (a->done < chain->n_steps) {
		const struct chain_step *s = &chain->step[a->done];

		if (plain & OP_BIT(op_of(s)))
			a->at = plain_step(m, a->at, actor, s, t);
		else if (!full_step(m, now, actor, chain, t, a))
			return;
		a->done++;
	}
}

uint32_t mock_plain_ops(const struct mock *m, const struct chain *chain)
{
	return m->params->n_rules == 0 ? plain_ops(chain) : 0;
}

static struct chain_answer answered(ns_t at, uint32_t done)
{
	return (struct chain_answer){.at = at, .what = OUTCOME_OK, .done = (uint16_t)done};
}

struct chain_answer mock_call(
	struct mock *m, ns_t now, uint32_t actor, const struct chain *chain, struct tally *t)
{
	bool together = !t->each && !is_loaded(m);
	struct chain_answer a;
	uint32_t done = 0;
	uint32_t plain;
	ns_t at = now;

	if (together && chain->kept && plain_kept(m, actor, chain, t, &at))
		return answered(at, chain->n_steps);
	plain = mock_plain_ops(m, chain);
	if ((chain->ops & ~plain) == 0 && together)
		done = plain_steps(m, actor, chain, t, &at);
	else if (m->params->processors && jobs_want(chain))
		return jobs_begin(m, now, actor, chain, t);
	if (done == chain->n_steps)
		return answered(at, done);
	a = answered(at, done);
	other_steps(m, now, actor, chain, t, &a);
	return a;
}

/* The rule begins, or it ends. */
static enum mock_stream rule_changes(struct mock *m, ns_t now, const struct mock_rule *r)
{
	if (r->kind == MOCK_FAIL)
		return MOCK_STREAM_BREAKS;
	if (now < r->until) {
		m->stream_hangs++;
		return MOCK_STREAM_STAYS;
	}
	return --m->stream_hangs ? MOCK_STREAM_STAYS : MOCK_STREAM_TELLS_ALL;
}

static void next_change(struct mock *m, ns_t now, struct tally *t, struct mock_news *news)
{
	struct mock_change c = change_pop(m);

	if (c.op == MOCK_RULE) {
		news->stream = rule_changes(m, now, &m->params->rules[c.pod]);
	} else if (c.op > MOCK_DEATH) {
		jobs_change(m, now, &c, t, news);
	} else {
		news->changed = come_true(m, now, &c);
		news->pod = c.pod;
		news->container = c.container;
	}
}

struct mock_news mock_step(struct mock *m, ns_t now, struct tally *t)
{
	struct mock_news news = {0};

	if (m->share.next_at <= now)
		jobs_work(m, now, t, &news);
	else if (m->next_death_at <= now &&
		 (!m->n_changes || m->next_death_at < m->change[0].at))
		news.changed = random_death(m, now, &news);
	else
		next_change(m, now, t, &news);
	news.changed &= m->stream_hangs == 0;
	return news;
}

/* ------------------------------------------------------------------ beginnings */

void mock_place_running(struct mock *m, uint32_t pod)
{
	sandbox_set(m, pod, RECORD_RUNNING);
	for (uint32_t c = 0; c < m->records.containers; c++) {
		record_set(m, pod, c, record_make(RECORD_RUNNING, 0, 1));
		if (m->crashes[pod])
			life_ends(m, pod, c,
				rng_span(rng_draw(m->key, DRAW_DEATH, pod, c), 0,
					m->params->crash_after + 1));
		else if (ends_by_itself(m, pod))
			life_ends(m, pod, c, lifetime_left(m));
	}
	m->images |= UINT64_C(1) << (pod % m->params->images);
}

void mock_set_crashing(struct mock *m, uint32_t pod, bool crashes)
{
	m->crashes[pod] = crashes;
}
