/* SPDX-License-Identifier: Apache-2.0 */
/* Loops whose rounds take longer than they are apart, or begin later since the last one waited.
 */
#include "estimate/rates.h"
#include "estimate/toll_waits.h"
#include "models/tables.h"

/* Requests of a loop's rounds that want to leave by a client. */
struct wanted {
	double always;  /* in every round, */
	double at_most; /* and in one that makes all calls that others leave out, */
	double rounds;  /* which is one in so many at most */
	double mean;
};

static void wanted_of(const struct toll_making *m, const struct model_loop *l,
	enum client client, struct wanted *out)
{
	double none = 1; /* of what is left out */

	*out = (struct wanted){0};
	for (uint32_t i = 0; i < l->n_calls; i++) {
		const struct model_call *c = &l->calls[i];
		double n = rates_times(m->s, l, c), often = rates_share(m->s, l, c);

		if (call_is_runtime(c->call) || c->client != client)
			continue;
		out->at_most += n;
		out->mean += n * often;
		if (c->at_most_every > l->period)
			none *= 1 - often;
		else
			out->always += n;
	}
	out->rounds = none < 1 ? 1 / (1 - none) : 1;
}

/* How long `n` requests wait that find so many tokens, and what they leave of them. */
static double waiting(double n, double left, double *tokens)
{
	double waits = n > *tokens ? (n - *tokens) / left : 0;

	*tokens = n > *tokens ? 0 : *tokens - n;
	return waits;
}

/* Seconds that rounds `gap` apart wait on average for a limiter that refills by `left` a second
 * and is full before one that makes all calls. */
static double mean_wait(const struct wanted *w, double burst, double left, double gap)
{
	enum { RECOVERS_MAX = 4096 };
	double usual = w->always > burst ? (w->always - burst) / left : 0;
	double tokens = burst, waits = waiting(w->at_most, left, &tokens), n = 1;

	for (; n < w->rounds && n < RECOVERS_MAX && tokens + left * gap < burst; n++) {
		tokens += left * gap;
		waits += waiting(w->always, left, &tokens);
	}
	if (n < w->rounds)
		waits += (w->rounds - n) * usual;
	return waits / w->rounds;
}

/* Seconds that rounds wait on average, of as many as bring one that makes all calls. */
static double limiters_wait(
	const struct toll_making *m, const struct model_loop *l, double gap, double *rounds)
{
	double waits = 0;

	*rounds = 1;
	for (unsigned c = 0; c < CLIENTS; c++) {
		double limit = toll_limit_of(m, (enum client)c), left;
		struct wanted w;

		wanted_of(m, l, (enum client)c, &w);
		*rounds = w.rounds > *rounds ? w.rounds : *rounds;
		left = limit - toll_of_client(m->out, (enum client)c, false) + w.mean / gap;
		if (limit > 0 && w.at_most > 0 && !toll_is_over(m, (enum client)c) &&
			!client_is_elsewhere(&m->s->kubelet, c))
			waits += mean_wait(&w, m->s->kubelet.client[c].burst, left, gap);
	}
	return waits;
}

/* Whether its rounds wait for something else already. */
static bool is_late(const struct toll_making *m, const struct model_loop *l)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		if (m->out->row[i].loop == l && m->out->row[i].at_least < m->out->row[i].rate)
			return true;
	return false;
}

/* What others than loops ask of a client, requests a second and node. */
static double asked_by_pods(const struct toll_making *m, enum client client)
{
	double asked = 0;

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		if (row->kind != TOLL_LOOP && toll_passes(row, client))
			asked += row->rate;
	}
	return asked;
}

/* A round would wait for its limiter alone at a pace that is known (toll_paced.c): what it
 * shares that with is why it is not. */
static const char *why_it_waits(
	struct toll_making *m, const struct model_loop *l, double waits, double rounds)
{
	for (unsigned c = 0; c < CLIENTS; c++) {
		double limit = toll_limit_of(m, (enum client)c);
		double pods = asked_by_pods(m, (enum client)c);
		struct wanted w;

		wanted_of(m, l, (enum client)c, &w);
		if (limit > 0 && w.at_most > 0 && pods > WAIT_MATTERS * limit)
			return toll_why(m,
				"pods that come and go ask client %s for %.3g/s of its %g/s: "
				"they and rounds of %.4g requests wait for one another",
				client_name(&m->s->kubelet, (enum client)c), pods, limit,
				w.at_most);
	}
	return toll_why(m,
		"a round waits %.3g s for the limiter%s, and the next begins after it", waits,
		rounds > 1 ? " on average" : "");
}

/* A round of more requests than a burst: its last ones wait for what the others who use the
 * client leave.  A ticker does not mind until a tick passes. */
static void waiting_rounds(struct toll_making *m, const struct model_loop *l)
{
	double gap = rates_gap(m->s, l), rounds, later;
	double waits = limiters_wait(m, l, gap, &rounds), all = rates_longest(m->s, l);
	const char *text;

	later = waits;
	if (l->timer == TIMER_TICKER && gap <= SECONDS(l->period) && !is_late(m, l)) {
		later = (all + waits * rounds - SECONDS(l->period)) / rounds;
		later = later > 0 ? later : 0;
	}
	if (later <= WAIT_MATTERS * gap)
		return;
	text = waits > 0 ? why_it_waits(m, l, waits, rounds)
			 : toll_why(m,
				   "a round that makes all calls takes %.3g s, and ticks pass",
				   all);
	toll_loop_waits(m, l, gap / (gap + later), text);
	for (uint32_t i = 0; i < m->out->n && waits <= 0; i++)
		if (m->out->row[i].loop == l)
			toll_doubts(&m->out->row[i], text, m->out->row[i].at_least);
}

/* Where pods start and end, all calls of the runtime take longer, by about the share of time in
 * which the processors are busy with that. */
static void slowed_rounds(struct toll_making *m, const struct model_loop *l)
{
	double gap = rates_gap(m->s, l), takes = 0, of_a_life;
	double busy = m->s->runtime.processors
			      ? toll_work(m, &of_a_life) / m->s->runtime.processors
			      : 0;

	for (uint32_t c = 0; c < l->n_calls; c++)
		if (call_is_runtime(l->calls[c].call))
			takes += rates_times(m->s, l, &l->calls[c]) *
				 rates_latency(m->s, (enum operation)(l->calls[c].call % OP_N));
	if (l->timer == TIMER_TICKER && takes * (1 + busy) < SECONDS(l->period))
		return;
	for (uint32_t i = 0; i < m->out->n && takes * busy > WAIT_MATTERS * gap; i++)
		if (m->out->row[i].loop == l)
			toll_doubts(&m->out->row[i],
				"a round's calls share the processors with pods that start and "
				"end",
				0);
}

/* One goroutine takes what happens one after the other.  If that is too much, calls that are
 * made at most every so often go on, and what is left of its time is that of all others. */
static void late_rounds(struct toll_making *m, const struct model_loop *l)
{
	double busy = 0, limited = 0, looked = 0, part;
	const char *text;

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		if (row->loop != l)
			continue;
		looked = row->looked;
		busy += row->times * row->took * row->rounds;
		limited += row->rounds < looked ? row->times * row->took * row->rounds : 0;
	}
	busy += SECONDS(l->work) * looked;
	if (busy <= 1)
		return;
	part = limited < 1 ? (1 - limited) / (busy - limited) : 0;
	text = toll_why(m, "a round takes %.3g s and one is due every %.3g s", busy / looked,
		1 / looked);
	for (uint32_t i = 0; i < m->out->n; i++)
		if (m->out->row[i].loop == l)
			toll_doubts(&m->out->row[i], text, m->out->row[i].rate * part);
}

void toll_rounds(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];

		if (l->trigger != TRIGGER_PERIOD)
			late_rounds(m, l);
		else if (l->timer != TIMER_REQUEST) {
			if (!toll_is_paced(m, l))
				waiting_rounds(m, l);
			slowed_rounds(m, l);
		}
	}
}
