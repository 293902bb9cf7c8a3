/* SPDX-License-Identifier: Apache-2.0 */
/* Where something waits, and a rate that knows of no waiting is none: clients that are asked
 * for more than their limiter lets through, loops whose rounds take longer than they are apart,
 * pods that are to be replaced faster than a node can. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "estimate/lives.h"
#include "estimate/rates.h"
#include "estimate/toll_priv.h"
#include "models/tables.h"

/* A round that waits for so little of its time is as good as one that does not. */
#define WAIT_MATTERS 0.02

/* A limiter that is asked for more than this share seldom has what a round needs. */
#define NEARLY_FULL 0.9

static const char *why(struct toll_making *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const char *why(struct toll_making *m, const char *format, ...)
{
	char text[TOLL_TEXT];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return arena_strdup(m->mem, text);
}

/* What is said first of a row stays; sure is what all reasons leave of it. */
static void fails(struct toll_row *row, const char *text, double at_least)
{
	row->fails = row->fails ? row->fails : text;
	row->at_least = at_least < row->at_least ? at_least : row->at_least;
}

/* The same for a reason that is no limiter's: not all is known of what it asks a client for. */
static void doubts(struct toll_row *row, const char *text, double at_least)
{
	fails(row, text, at_least);
	row->doubt = row->doubt ? row->doubt : text;
	row->asks = at_least < row->asks ? at_least : row->asks;
}

/* ------------------------------------------------------------------ clients */

static double limit_of(const struct toll_making *m, enum client client)
{
	return (double)m->s->kubelet.client[client].qps_milli / 1000;
}

static bool is_filled(const struct toll_making *m, enum client client, double share)
{
	double qps = limit_of(m, client);

	return qps > 0 && toll_of_client(m->out, client, false) > share * qps;
}

static bool is_over(const struct toll_making *m, enum client client)
{
	return is_filled(m, client, 1);
}

/* A loop whose next round waits for the end of this one asks for less when it is kept waiting,
 * and so does one that has no time between ticks; everything else asks on. */
static bool pauses(const struct toll_making *m, const struct toll_row *row)
{
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];

		if (row->kind == TOLL_LOOP && row->trigger == TRIGGER_PERIOD &&
			!strcmp(row->name, l->name))
			return l->timer != TIMER_TICKER ||
			       rates_longest(m->s, l) > SECONDS(l->period);
	}
	return false;
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
	*out = (struct crowd){.limit = limit_of(m, client)};
	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];
		bool pausing = pauses(m, row);

		if (!toll_passes(row, client) || row->nodes <= 0)
			continue;
		*(pausing ? &out->pausing : &out->going_on) += row->rate / row->nodes;
		out->n_pausing += pausing;
		out->pressing += pausing ? row->times * row->looked : 0;
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

static bool is_of(const struct toll_row *row, const struct model_loop *l)
{
	return row->kind == TOLL_LOOP && !strcmp(row->name, l->name);
}

/* Requests a second and node of a loop that leave by a client. */
static double asked_by(
	const struct toll_making *m, const struct model_loop *l, enum client client)
{
	double asked = 0;

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		if (is_of(row, l) && toll_passes(row, client) && row->nodes > 0)
			asked += row->rate / row->nodes;
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

		if (is_of(row, l) && toll_passes(row, client) && row->nodes > 0)
			all += row->times * row->looked;
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
	double own = limit_of(m, client) / queue_of(m, client);

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

		if (!is_of(row, l) || !toll_passes(row, client) || row->rate <= 0)
			continue;
		is = sure(row->rate, pauses(m, row), crowd) / row->rate;
		part = is < part ? is : part;
	}
	return part;
}

/* A loop makes one call after the other: those that wait for nobody come as seldom as the one
 * beside them that does, and who waits for two clients waits for one after the other. */
static void loop_waits(
	struct toll_making *m, const struct model_loop *l, double part, const char *text)
{
	for (uint32_t i = 0; i < m->out->n; i++) {
		struct toll_row *row = &m->out->row[i];
		double before = row->rate > 0 ? row->at_least / row->rate : 0;

		if (!is_of(row, l))
			continue;
		fails(row, text,
			before > 0 && part > 0 ? row->rate / (1 / before + 1 / part - 1) : 0);
	}
}

/* What is asked for beyond the limit waits for ever longer.  Below it, but not by much, rounds
 * that pause wait for one another. */
static void full_client(struct toll_making *m, enum client client, bool over)
{
	struct crowd crowd;
	const char *text;

	crowd_of(m, client, &crowd);
	if (!over && crowd.n_pausing == 0)
		return;
	text = why(m, "the limiter of client %s lets %g/s through, it is asked for %.4g/s",
		client_name(&m->s->kubelet, client), crowd.limit,
		crowd.going_on + crowd.pausing);
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];
		double part = sure_part(m, l, client, &crowd);

		if (over && crowd.going_on < crowd.limit && turns(m, l, client) < part)
			part = turns(m, l, client);
		if (over && part < 1)
			part *= share_asked(m, l, client);
		if (part < 1)
			loop_waits(m, l, part, text);
	}
	for (uint32_t i = 0; i < m->out->n && over; i++) {
		struct toll_row *row = &m->out->row[i];

		if (row->kind != TOLL_LOOP && toll_passes(row, client))
			fails(row, text, sure(row->rate, pauses(m, row), &crowd));
	}
}

/* ------------------------------------------------------------------ processors */

static bool is_work(const struct toll_row *row)
{
	return row->runtime && call_starts_or_ends(row->call);
}

/* Seconds that the processors work in a second; and for one pod, from its start to its end. */
static double work(const struct toll_making *m, double *of_a_life)
{
	double all = 0;

	*of_a_life = 0;
	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		if (!is_work(row))
			continue;
		all += row->rate * row->took;
		*of_a_life += row->of_lives ? row->times * row->took : 0;
	}
	return all;
}

/* ------------------------------------------------------------------ rounds */

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
		double limit = limit_of(m, (enum client)c), left;
		struct wanted w;

		wanted_of(m, l, (enum client)c, &w);
		*rounds = w.rounds > *rounds ? w.rounds : *rounds;
		left = limit - toll_of_client(m->out, (enum client)c, false) + w.mean / gap;
		if (limit > 0 && w.at_most > 0 && !is_over(m, (enum client)c))
			waits += mean_wait(&w, m->s->kubelet.client[c].burst, left, gap);
	}
	return waits;
}

/* Whether its rounds wait for something else already. */
static bool is_late(const struct toll_making *m, const struct model_loop *l)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		if (is_of(&m->out->row[i], l) && m->out->row[i].at_least < m->out->row[i].rate)
			return true;
	return false;
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
	text = waits > 0
		       ? why(m,
				 "a round waits %.3g s for the limiter%s, and the next begins "
				 "after it",
				 waits, rounds > 1 ? " on average" : "")
		       : why(m, "a round that makes all calls takes %.3g s, and ticks pass",
				 all);
	loop_waits(m, l, gap / (gap + later), text);
	for (uint32_t i = 0; i < m->out->n && waits <= 0; i++)
		if (is_of(&m->out->row[i], l))
			doubts(&m->out->row[i], text, m->out->row[i].at_least);
}

/* Where pods start and end, all calls of the runtime take longer, by about the share of time in
 * which the processors are busy with that. */
static void slowed_rounds(struct toll_making *m, const struct model_loop *l)
{
	double gap = rates_gap(m->s, l), takes = 0, of_a_life;
	double busy =
		m->s->runtime.processors ? work(m, &of_a_life) / m->s->runtime.processors : 0;

	for (uint32_t c = 0; c < l->n_calls; c++)
		if (call_is_runtime(l->calls[c].call))
			takes += rates_times(m->s, l, &l->calls[c]) *
				 rates_latency(m->s, (enum operation)(l->calls[c].call % OP_N));
	if (l->timer == TIMER_TICKER && takes * (1 + busy) < SECONDS(l->period))
		return;
	for (uint32_t i = 0; i < m->out->n && takes * busy > WAIT_MATTERS * gap; i++)
		if (is_of(&m->out->row[i], l))
			doubts(&m->out->row[i],
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

		if (!is_of(row, l))
			continue;
		looked = row->looked;
		busy += row->times * row->took * row->rounds;
		limited += row->rounds < looked ? row->times * row->took * row->rounds : 0;
	}
	busy += SECONDS(l->work) * looked;
	if (busy <= 1)
		return;
	part = limited < 1 ? (1 - limited) / (busy - limited) : 0;
	text = why(m, "a round takes %.3g s and one is due every %.3g s", busy / looked,
		1 / looked);
	for (uint32_t i = 0; i < m->out->n; i++)
		if (is_of(&m->out->row[i], l))
			doubts(&m->out->row[i], text, m->out->row[i].rate * part);
}

static void rounds(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];

		if (l->trigger != TRIGGER_PERIOD)
			late_rounds(m, l);
		else if (l->timer != TIMER_REQUEST) {
			waiting_rounds(m, l);
			slowed_rounds(m, l);
		}
	}
}

/* ------------------------------------------------------------------ pods that come and go */

/* Why pods are not replaced as often as they are to be; NULL: they are. */
static const char *too_often(struct toll_making *m)
{
	uint32_t processors = m->s->runtime.processors;
	double life = lives_seconds(m->s), one, all = work(m, &one);
	struct lives lives;

	if (life <= 0)
		return NULL;
	lives_of(m->s, &lives);
	if (one >= life)
		return why(m,
			"a pod would live %.3g s, and starting and ending one takes %.3g s",
			life, one);
	if (processors > 0 && all > processors)
		return why(m,
			"starts and ends of pods would keep %.3g processors busy, and there "
			"are %u",
			all, processors);
	return lives.late;
}

/* Then fewer pods run than there are places for: what is made for each comes less often, and
 * nothing of it is sure but what a limiter lets through. */
static void replaced_pods(struct toll_making *m, const char *text)
{
	for (uint32_t i = 0; i < m->out->n && text; i++) {
		struct toll_row *row = &m->out->row[i];
		bool is_limited = row->fails && row->at_least != row->sure;

		if (!is_limited && (row->of_lives || is_work(row) || row->scope != SCOPE_NODE))
			fails(row, text, 0);
	}
}

/* Of what pods cause that come and go, what hangs on how soon their statuses are told. */
static bool is_of_told_pods(const struct toll_row *row)
{
	if (!row->of_lives || row->kind != TOLL_MECHANISM)
		return row->of_lives && row->trigger == TRIGGER_POD_SYNC;
	switch (row->call) {
	case API_GET_PODS:
	case API_PATCH_PODS_STATUS:
	case API_UPDATE_PODS_STATUS:
	case API_WATCH_SECRETS:
	case API_WATCH_CONFIGMAPS:
	case API_GET_SECRETS:
	case API_GET_CONFIGMAPS:
		return true;
	default:
		return false;
	}
}

/* A status that waits is overtaken by the newer one, so that some are never told; and a pod
 * that ends later is watched for longer, and may sync once more. */
static void hurried_pods(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		if (is_of_told_pods(&m->out->row[i]))
			fails(&m->out->row[i],
				"client kube is nearly full: of statuses that wait some are "
				"never told, and pods end late",
				m->out->row[i].sure);
}

/* What rows want of their clients, before one makes them wait. */
static void asks(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->out->n; i++) {
		m->out->row[i].asks = m->out->row[i].at_least;
		m->out->row[i].doubt = m->out->row[i].fails;
	}
}

/* In this order: pods that are late ask for less, and the kubelet's own client has the requests
 * that make them late. */
void toll_waits(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		m->out->row[i].at_least =
			m->out->row[i].fails ? m->out->row[i].sure : m->out->row[i].rate;
	replaced_pods(m, too_often(m));
	asks(m);
	for (unsigned c = 0; c < CLIENTS; c++) {
		if (!is_filled(m, (enum client)c, NEARLY_FULL))
			continue;
		full_client(m, (enum client)c, is_over(m, (enum client)c));
		if (c != CLIENT_MAIN || m->s->workload.replace_pod_every <= 0)
			continue;
		if (is_over(m, CLIENT_MAIN))
			replaced_pods(
				m, "pods that come and go wait for the limiter of client kube");
		else
			hurried_pods(m);
	}
	rounds(m);
}
