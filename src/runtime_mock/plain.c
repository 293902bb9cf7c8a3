/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime_mock/plain.h"

uint32_t plain_steps(struct mock *m, uint32_t actor, const struct chain *chain, struct tally *t,
	ns_t *answered)
{
	const struct tally_spot *spot = tally_spot(t, 0, *answered);
	const struct chain_step *s = chain->step;
	const struct chain_step *end = s + chain->n_steps;
	ns_t now = *answered;

	for (; s < end; s++) {
		uint16_t op = op_of(s);
		const struct dist *d = &m->params->op[op].latency;
		uint32_t records = s->records ? records_listed(m, s, op) : 0;
		uint64_t mean = dist_mean(d, records);
		uint64_t *sequence = sequence_of(m, actor, op);
		uint64_t key = *sequence;
		uint64_t last = key + s->n * RNG_STEP;
		ns_t at = now;

		do
			at += dist_draw_around(d, mean, rng_mix(key += RNG_STEP));
		while (key != last);
		if (at >= spot->until)
			break;
		now = at;
		*sequence = last;
		if (!spot->in)
			continue;
		spot->in->count[s->call][OUTCOME_OK] += s->n;
		tally_count_second(spot, s->call, s->n);
		count_size(m, s, s->n, records, spot->in);
	}
	*answered = now;
	return (uint32_t)(s - chain->step);
}

/* ------------------------------------------------------------------ chains that are kept */

void mock_prepare_lanes(struct mock *m, struct arena *mem)
{
	m->of_lanes = ARENA_ROOM(mem, struct mock_prepared, 2 * (size_t)m->params->lanes);
	for (uint32_t i = 0; i < 2 * m->params->lanes; i++)
		m->of_lanes[i].kept = 0;
}

/* Where the actor's chain is prepared; NULL: nowhere. */
static inline struct mock_prepared *prepared_of(
	struct mock *m, uint32_t actor, const struct chain *c)
{
	if (actor >= m->params->lanes)
		return &m->prepared;
	return m->of_lanes ? &m->of_lanes[2 * actor + (c->kept & 1)] : NULL;
}

/* The sum that the step adds to.  A sequence's latencies are drawn in the order of its calls,
 * so it is the sequence's last, or one behind it. */
static struct mock_sum *sum_of(struct mock_prepared *p, const struct mock_sum *step)
{
	struct mock_sum *end = &p->sum[p->n_sums];
	struct mock_sum *last = end;

	while (last > p->sum && last[-1].sequence != step->sequence)
		last--;
	if (last > p->sum && last[-1].call == step->call && last[-1].mean == step->mean)
		return &last[-1];
	*end = *step;
	end->first = last > p->sum ? last[-1].first + last[-1].draws : 0;
	p->n_sums++;
	return end;
}

static void prepare_step(struct mock_prepared *p, const struct mock *m, uint32_t actor,
	const struct chain_step *s)
{
	uint16_t op = op_of(s);
	uint32_t records = records_listed(m, s, op);
	const struct dist *d = &m->params->op[op].latency;
	const struct mock_sum step = {.latency = d,
		.mean = dist_mean(d, records),
		.call = s->call,
		.sequence = (uint16_t)(sequence_of(m, actor, op) - m->latest)};
	struct mock_sum *sum = sum_of(p, &step);

	sum->n += s->n;
	sum->draws += s->n * RNG_STEP;
	sum->bytes += s->n * size_of(m, op, records);
	p->records += lists_containers(op) ? (uint64_t)s->n * records : 0;
}

static __attribute__((noinline)) bool prepare(
	struct mock *m, struct mock_prepared *p, uint32_t actor, const struct chain *c)
{
	if (c->ops & ~mock_plain_ops(m, c))
		return false;
	p->kept = c->kept;
	p->params = m->params;
	p->changes = m->records.changes;
	p->n_sums = 0;
	p->records = 0;
	for (uint32_t i = 0; i < c->n_steps; i++)
		prepare_step(p, m, actor, &c->step[i]);
	return true;
}

static inline bool is_prepared(
	const struct mock *m, const struct mock_prepared *p, const struct chain *c)
{
	return p->kept == c->kept && p->changes == m->records.changes && p->params == m->params;
}

/* Every sequence is drawn from in its own order, so that of the chain's calls does not matter
 * to what they take together. */
static inline ns_t draw_all(const struct mock *m, const struct mock_prepared *p)
{
	const struct mock_sum *end = p->sum + p->n_sums;
	ns_t takes = 0;

	for (const struct mock_sum *s = p->sum; s < end; s++) {
		uint64_t key = m->latest[s->sequence] + s->first;
		uint64_t last = key + s->draws;

		do
			takes +=
				dist_draw_around(s->latency, s->mean, rng_mix(key += RNG_STEP));
		while (key != last);
	}
	return takes;
}

static inline void count_all(
	struct mock *m, const struct mock_prepared *p, const struct tally_spot *spot)
{
	const struct mock_sum *end = p->sum + p->n_sums;

	for (const struct mock_sum *s = p->sum; s < end; s++) {
		m->latest[s->sequence] += s->draws;
		if (!spot->in)
			continue;
		spot->in->count[s->call][OUTCOME_OK] += s->n;
		spot->in->bytes[s->call] += s->bytes;
		tally_count_second(spot, s->call, s->n);
	}
	if (spot->in)
		spot->in->records += p->records;
}

bool plain_kept(
	struct mock *m, uint32_t actor, const struct chain *chain, struct tally *t, ns_t *at)
{
	const struct tally_spot *spot = tally_spot(t, 0, *at);
	struct mock_prepared *p = prepared_of(m, actor, chain);
	ns_t end;

	if (!p || (!is_prepared(m, p, chain) && !prepare(m, p, actor, chain)))
		return false;
	end = *at + draw_all(m, p);
	if (end >= spot->until)
		return false;
	count_all(m, p, spot);
	*at = end;
	return true;
}

/* ------------------------------------------------------------------ call by call */

/* Too short to be a job of its own, it is slowed by those that are under way. */
static ns_t slowed(const struct mock *m, ns_t latency)
{
	if (!is_loaded(m))
		return latency;
	return latency * (m->share.n + 1) / m->params->processors;
}

ns_t plain_step(
	struct mock *m, ns_t now, uint32_t actor, const struct chain_step *s, struct tally *t)
{
	uint16_t op = op_of(s);
	uint64_t *sequence = sequence_of(m, actor, op);
	uint32_t records = records_listed(m, s, op);

	for (uint32_t i = 0; i < s->n; i++) {
		ns_t took = slowed(m, latency_of(m, sequence, op, records));

		now += took;
		count_one(m, t, s, records,
			(struct tally_call){s->call, OUTCOME_OK, now, took, 0, 0});
	}
	return now;
}
