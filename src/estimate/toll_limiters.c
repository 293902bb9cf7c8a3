/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that are asked for more than their limiter lets through, or nearly so. */
#include "estimate/rates.h"
#include "estimate/toll_waits.h"
#include "models/tables.h"

bool toll_pauses(const struct toll_making *m, const struct toll_row *row)
{
	const struct model_loop *l = row->loop;

	if (!l || l->trigger != TRIGGER_PERIOD)
		return false;
	return l->timer != TIMER_TICKER || row->waits > 0 ||
	       rates_longest(m->s, l) > SECONDS(l->period);
}

/* Who wants to leave by a client, requests a second and node. */
struct crowd {
	double limit;
	double going_on;
	double pausing;
	double pressing;    /* the same if no round of theirs left out a call */
	uint32_t n_pausing; /* rows */
};

static void crowd_of(const struct toll_making *m, enum client client, struct crowd *out)
{
	*out = (struct crowd){.limit = toll_limit_of(m, client)};
	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];
		bool pausing = toll_pauses(m, row);

		if (!toll_passes(row, client) || row->nodes <= 0)
			continue;
		*(pausing ? &out->pausing : &out->going_on) += row->rate / toll_part(row);
		out->n_pausing += pausing;
		out->pressing +=
			pausing ? row->times * row->looked * row->nodes / toll_part(row) : 0;
	}
}

/* What is sure of a row of a full client.  Where those who ask on are too many, all that the
 * limiter lets through is theirs, as far as anybody knows.  Else a request of a loop that
 * pauses waits for one of each of the others at most. */
static double sure(double rate, bool pauses, const struct crowd *c)
{
	double left = c->limit - c->going_on;

	if (left <= 0)
		return pauses ? 0 : rate * c->limit / c->going_on;
	return pauses ? rate / (1 + c->n_pausing * c->pressing / left) : rate;
}

/* Requests a second and node of a loop that leave by a client. */
static double asked_by(
	const struct toll_making *m, const struct model_loop *l, enum client client)
{
	double asked = 0;

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		if (row->loop == l && toll_passes(row, client) && row->nodes > 0)
			asked += row->rate / toll_part(row);
	}
	return asked;
}

/* Of rounds that become late, calls that are made at most every so often are in ever more: what
 * a loop asks for as a share of what it would if no round left out a call. */
static double share_asked(
	const struct toll_making *m, const struct model_loop *l, enum client client)
{
	double all = 0, asked = asked_by(m, l, client);

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		if (row->loop == l && toll_passes(row, client) && row->nodes > 0)
			all += row->times * row->looked * row->nodes / toll_part(row);
	}
	return all > asked ? asked / all : 1;
}

/* Who may have a request before a limiter at once: each loop one, and of others (workers of
 * pods, reflectors) as many as there are. */
static uint32_t queue_of(const struct toll_making *m, enum client client)
{
	uint32_t n = 0, others = 0;

	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++)
		n += asked_by(m, &m->s->kubelet.loops[i], client) > 0;
	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		others += row->kind != TOLL_LOOP && toll_passes(row, client) && row->rate > 0;
	}
	return n + others + (others ? m->s->workload.pods : 0);
}

/* Of a loop's requests through a client that is asked for too much, the part that gets through
 * if all others have one before each of its own. */
static double turns(const struct toll_making *m, const struct model_loop *l, enum client client)
{
	double asked = asked_by(m, l, client);
	double own = toll_limit_of(m, client) / queue_of(m, client);

	return asked > own ? own / asked : 1;
}

/* Of a loop's rounds, the part that is sure behind a full client; 1: it does not use it. */
static double sure_part(const struct toll_making *m, const struct model_loop *l,
	enum client client, const struct crowd *crowd)
{
	double part = 1;

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];
		double is;

		if (row->loop != l || !toll_passes(row, client) || row->rate <= 0)
			continue;
		is = sure(row->rate, toll_pauses(m, row), crowd) / row->rate;
		part = is < part ? is : part;
	}
	return part;
}

static const char *why_full(
	struct toll_making *m, enum client client, const struct crowd *crowd)
{
	const struct kubelet_model *k = &m->s->kubelet;
	double asked = crowd->going_on + crowd->pausing;

	if (!client_is_elsewhere(k, client))
		return toll_why(m,
			"the limiter of client %s lets %g/s through, it is asked for %.4g/s",
			client_name(k, client), crowd->limit, asked);
	return toll_why(m,
		"the limiter of client %s, one for the cluster, lets %g/s through, it is asked "
		"for %.4g/s",
		client_name(k, client), crowd->limit * m->s->nodes, asked * m->s->nodes);
}

/* The only row of a client, of a loop that makes nothing else; NULL: there is none such. */
static struct toll_row *alone_at(const struct toll_making *m, enum client client)
{
	struct toll_row *alone = NULL;

	for (uint32_t i = 0; i < m->out->n; i++) {
		struct toll_row *row = &m->out->row[i];

		if (!toll_passes(row, client) || row->nodes <= 0 || row->rate <= 0)
			continue;
		if (alone || row->kind != TOLL_LOOP || row->loop->n_calls > 1)
			return NULL;
		alone = row;
	}
	return alone;
}

/* Who has more and more to send and a full limiter alone sends what that lets through. */
static bool is_held(struct toll_making *m, enum client client)
{
	struct toll_row *row = alone_at(m, client);

	if (!row || row->fails || row->made->at_most_every > 0 || toll_pauses(m, row) ||
		row->took * toll_limit_of(m, client) > 1)
		return false;
	row->rate = row->at_least = toll_limit_of(m, client) * toll_part(row);
	row->looked = row->rounds = row->rate / (row->times * row->nodes);
	row->held = true;
	return true;
}

/* What is asked for beyond the limit waits for ever longer.  Below it, but not by much, rounds
 * that pause wait for one another. */
void toll_full_client(struct toll_making *m, enum client client, bool over)
{
	struct crowd crowd;
	const char *text;

	crowd_of(m, client, &crowd);
	if ((!over && crowd.n_pausing == 0) || (over && is_held(m, client)))
		return;
	text = why_full(m, client, &crowd);
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];
		double part = sure_part(m, l, client, &crowd);

		if (over && crowd.going_on < crowd.limit && turns(m, l, client) < part)
			part = turns(m, l, client);
		if (over && part < 1)
			part *= share_asked(m, l, client);
		if (part < 1)
			toll_loop_waits(m, l, part, text);
	}
	for (uint32_t i = 0; i < m->out->n && over; i++) {
		struct toll_row *row = &m->out->row[i];

		if (row->kind != TOLL_LOOP && toll_passes(row, client))
			toll_fails(row, text, sure(row->rate, false, &crowd));
	}
}
