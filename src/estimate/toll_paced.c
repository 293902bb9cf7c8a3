/* SPDX-License-Identifier: Apache-2.0 */
/* How far rounds are apart that wait for their client's limiter.
 *
 * Who makes one request after the other has one at most before the limiter: however many a
 * round has, none waits for ever longer, for the next round waits, too.  Of n requests that
 * find a burst of b and q a second behind it the last one leaves after (n - b) / q, and rounds
 * are never closer than n / q.  That is exact for a loop that has the client for itself. Others
 * who use it take of q and of b: how far apart rounds are then is between two bounds, and known
 * where these are close.
 */
#include "estimate/rates.h"
#include "estimate/toll_waits.h"
#include "models/tables.h"

/* Bounds that are so close, as a share, are one number: their middle is off by half of it. */
#define CLOSE 0.08

/* A loop whose requests all pass one limiter. */
struct pacing {
	const struct model_loop *loop;
	enum client client;
	double requests;  /* of a round */
	double free;      /* seconds from round to round if nothing waits, */
	double low, high; /* and between which they are; 0: not known */
};

/* Who else uses its client. */
struct others {
	double going_on; /* requests a second of pods, each of which sends its own, */
	double clump;    /* tokens that these have taken and that are not back, on average */
	double rounds;   /* a second of other loops if nothing waited, */
	double at_once;  /* and those that begin together */
	uint32_t loops;  /* how many these are: each has one before the limiter */
	bool known;
};

/* ------------------------------------------------------------------ one alone */

/* Seconds that a round takes which finds so many tokens. */
static double lasts(
	const struct scenario *s, const struct pacing *p, double tokens, double refill)
{
	double at = 0, before = 0;

	for (uint32_t i = 0; i < p->loop->n_calls; i++) {
		const struct model_call *c = &p->loop->calls[i];
		double n = rates_times(s, p->loop, c), takes = rates_takes(s, p->loop, c);
		double first, last;

		at += takes;
		if (call_is_runtime(c->call) || c->client != p->client || n <= 0)
			continue;
		first = (before + (n < 1 ? n : 1) - tokens) / refill + takes;
		last = (before + n - tokens) / refill + takes / n;
		at = first > at ? first : at;
		at = last > at ? last : at;
		before += n;
	}
	return at + SECONDS(p->loop->work);
}

/* Seconds from round to round.  A limiter that is never full again lets n through every n / q;
 * of a pause by chance some rounds find it full. */
static double apart(
	const struct scenario *s, const struct pacing *p, double burst, double refill)
{
	const struct model_loop *l = p->loop;
	double width = SECONDS(l->period) * (double)l->jitter / PPM;
	double least = p->requests / refill, round = lasts(s, p, burst, refill), shortest, part;

	if (l->timer == TIMER_TICKER) {
		round = round > SECONDS(l->period) ? round : SECONDS(l->period);
		return round > least ? round : least;
	}
	shortest = p->free - rates_longest(s, l) - width / 2 + round;
	if (least <= shortest)
		return shortest + width / 2;
	if (least >= shortest + width)
		return least;
	part = (least - shortest) / width;
	return part * least + (1 - part) * (least + shortest + width) / 2;
}

/* ------------------------------------------------------------------ among others */

/* Requests that come together.  Pods of a node come one by one. */
static double together(const struct scenario *s, const struct toll_row *row)
{
	return row->of_lives ? row->times : toll_together(s, row);
}

static void of_rows(const struct toll_making *m, const struct pacing *p, struct others *out)
{
	const struct model_loop *last = NULL;

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];
		double rate = row->nodes > 0 ? row->rate / row->nodes : 0;

		if (!toll_passes(row, p->client) || row->loop == p->loop || rate <= 0)
			continue;
		out->known &= !row->fails && row->nodes >= 1;
		if (row->loop) {
			out->rounds += rate;
			out->at_once += together(m->s, row);
			out->loops += row->loop != last;
			last = row->loop;
		} else {
			out->going_on += rate;
			out->clump += rate * together(m->s, row);
		}
	}
}

/* A request waits for one of each other loop at most, or for all that these ask for, whichever
 * is less. */
static void bounds(const struct toll_making *m, struct pacing *p)
{
	double limit = toll_limit_of(m, p->client);
	double burst = m->s->kubelet.client[p->client].burst, left, low, more;
	struct others o = {.known = true};

	of_rows(m, p, &o);
	left = limit - o.going_on;
	if (!o.known || left <= 0)
		return;
	low = apart(m->s, p, burst, left);
	if (p->client == CLIENT_MAIN && o.going_on > CLOSE * limit &&
		o.going_on + p->requests / low > NEARLY_FULL * limit)
		return; /* pods that wait for it are late, and ask for less */
	burst -= o.clump / (2 * left);
	p->low = low;
	p->high = o.loops ? p->free + p->requests * (o.loops + 1) / left
			  : apart(m->s, p, burst, left);
	if (o.loops > 0 && left > o.rounds) {
		more = apart(m->s, p, burst - o.at_once, left - o.rounds);
		p->high = more < p->high ? more : p->high;
	}
	p->high = p->high > p->low ? p->high : p->low;
}

/* ------------------------------------------------------------------ which loops */

/* Whether the call is made in every round, as often in each: of a share some nodes make one
 * more. */
static bool is_of_every_round(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c)
{
	double n = rates_times(s, l, c), part = n - (double)(int64_t)n;

	return c->at_most_every <= l->period && c->if_older_than <= 0 &&
	       part * (1 - part) <= CLOSE / 2 * n;
}

/* False if it is not such a loop, or waits for nobody. */
static bool pacing_of(const struct toll_making *m, const struct model_loop *l, struct pacing *p)
{
	*p = (struct pacing){.loop = l, .client = CLIENTS, .free = rates_gap(m->s, l)};
	if (l->trigger != TRIGGER_PERIOD || l->timer == TIMER_REQUEST)
		return false;
	for (uint32_t i = 0; i < l->n_calls; i++) {
		const struct model_call *c = &l->calls[i];
		bool limited = !call_is_runtime(c->call) && toll_limit_of(m, c->client) > 0;

		if (!is_of_every_round(m->s, l, c))
			return false;
		if (!limited)
			continue;
		if (client_is_elsewhere(&m->s->kubelet, c->client) ||
			(p->client != CLIENTS && p->client != c->client))
			return false;
		p->client = c->client;
		p->requests += rates_times(m->s, l, c);
	}
	return p->requests > 0;
}

static bool fails_already(const struct toll_making *m, const struct model_loop *l)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		if (m->out->row[i].loop == l && m->out->row[i].fails)
			return true;
	return false;
}

static void pace(const struct toll_making *m, const struct pacing *p)
{
	double gap = (p->low + p->high) / 2, usual = p->free;

	if (p->loop->timer == TIMER_TICKER)
		usual = rates_longest(m->s, p->loop);
	for (uint32_t i = 0; i < m->out->n; i++) {
		struct toll_row *row = &m->out->row[i];

		if (row->loop != p->loop)
			continue;
		row->paced = true;
		row->waits = gap > p->free * (1 + ROUNDED) ? gap - usual : 0;
		row->looked = row->rounds = 1 / gap;
		row->rate = row->at_least = row->times * row->rounds * row->nodes;
	}
}

/* Of a limiter that others leave alone until then. */
static void held_back(const struct toll_making *m, const struct pacing *p)
{
	double limit = toll_limit_of(m, p->client),
	       burst = m->s->kubelet.client[p->client].burst;
	double usual = rates_longest(m->s, p->loop);
	double longer = lasts(m->s, p, burst, limit) - usual;

	for (uint32_t i = 0; i < m->out->n; i++)
		if (m->out->row[i].loop == p->loop)
			m->out->row[i].held_back = longer > ROUNDED * usual ? longer : 0;
}

bool toll_is_paced(const struct toll_making *m, const struct model_loop *l)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		if (m->out->row[i].loop == l)
			return m->out->row[i].paced;
	return false;
}

/* All bounds before any pace: they are of what others would ask for if nothing waited. */
void toll_paced(struct toll_making *m)
{
	struct pacing *all = ARENA_ARRAY(m->mem, struct pacing, m->s->kubelet.n_loops + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];

		if (!fails_already(m, l) && pacing_of(m, l, &all[n]))
			bounds(m, &all[n++]);
	}
	for (uint32_t i = 0; i < n; i++) {
		held_back(m, &all[i]);
		if (all[i].low > 0 &&
			all[i].high - all[i].low <= CLOSE * (all[i].high + all[i].low) / 2)
			pace(m, &all[i]);
	}
}
