/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime_mock/plain.h"

void plain_steps(struct mock *m, const struct chain *chain, uint32_t plain, struct tally *t,
	struct chain_answer *a)
{
	const struct tally_spot *spot = tally_spot(t, 0, a->at);
	const struct chain_step *s = chain->step;
	const struct chain_step *end = s + chain->n_steps;
	ns_t now = a->at;

	if (!spot->in)
		return;
	for (; s < end; s++) {
		uint16_t op = op_of(s);
		const struct dist *d = &m->params->op[op];
		uint32_t records = s->records ? records_listed(m, s, op) : 0;
		uint64_t mean = dist_mean(d, records);
		uint64_t key = m->op_key[op];
		uint64_t last = key + s->n * RNG_STEP;
		ns_t at = now;

		if (!(plain & OP_BIT(op)))
			break;
		do
			at += dist_draw_around(d, mean, rng_mix(key += RNG_STEP));
		while (key != last);
		if (at >= spot->until)
			break;
		now = at;
		m->op_key[op] = last;
		spot->in->count[s->call][OUTCOME_OK] += s->n;
		if (spot->second)
			spot->second[s->call] += s->n;
		count_size(m, s, s->n, records, spot->in);
	}
	a->at = now;
	a->done = (uint16_t)(s - chain->step);
}

/* Too short to be a job of its own, it is slowed by those that are under way. */
static ns_t slowed(const struct mock *m, ns_t latency)
{
	if (!is_loaded(m))
		return latency;
	return latency * (m->share.n + 1) / m->params->processors;
}

ns_t plain_step(struct mock *m, ns_t now, const struct chain_step *s, struct tally *t)
{
	uint16_t op = op_of(s);
	uint32_t records = records_listed(m, s, op);

	for (uint32_t i = 0; i < s->n; i++) {
		ns_t took = slowed(m, latency_of(m, op, records));

		now += took;
		count_one(m, t, s, records,
			(struct tally_call){s->call, OUTCOME_OK, now, took, 0});
	}
	return now;
}
