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

/* What is said first of a row stays. */
static void fails(struct toll_row *row, const char *text, double at_least)
{
	if (row->fails)
		return;
	row->fails = text;
	row->at_least = at_least;
}

/* ------------------------------------------------------------------ clients */

static double limit_of(const struct toll_making *m, enum client client)
{
	return (double)m->s->kubelet.client[client].qps_milli / 1000;
}

static bool is_over(const struct toll_making *m, enum client client)
{
	double qps = limit_of(m, client);

	return qps > 0 && toll_of_client(m->out, client, false) > qps;
}

/* A loop whose next round waits for the end of this one asks for less when it is kept waiting;
 * everything else asks on. */
static bool pauses(const struct toll_making *m, const struct toll_row *row)
{
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++)
		if (row->kind == TOLL_LOOP && row->trigger == TRIGGER_PERIOD &&
			!strcmp(row->name, m->s->kubelet.loops[i].name))
			return m->s->kubelet.loops[i].timer != TIMER_TICKER;
	return false;
}

/* Who wants to leave by a client, requests a second and node. */
struct crowd {
	double limit;
	double going_on;
	double pausing;
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
	return pauses ? rate / (1 + c->n_pausing * c->pausing / left) : rate;
}

/* What is asked for beyond the limit waits for ever longer. */
static void full_client(struct toll_making *m, enum client client)
{
	struct crowd crowd;
	const char *text;

	crowd_of(m, client, &crowd);
	text = why(m, "the limiter of client %s lets %g/s through, it is asked for %.4g/s",
		client_name(&m->s->kubelet, client), crowd.limit,
		crowd.going_on + crowd.pausing);
	for (uint32_t i = 0; i < m->out->n; i++) {
		struct toll_row *row = &m->out->row[i];

		if (toll_passes(row, client))
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

static bool is_of(const struct toll_row *row, const struct model_loop *l)
{
	return row->kind == TOLL_LOOP && !strcmp(row->name, l->name);
}

/* Requests of a round that want to leave by a client. */
static double requests_of(
	const struct toll_making *m, const struct model_loop *l, enum client client)
{
	double n = 0;

	for (uint32_t c = 0; c < l->n_calls; c++)
		if (!call_is_runtime(l->calls[c].call) && l->calls[c].client == client &&
			l->calls[c].at_most_every <= l->period)
			n += rates_times(m->s, l, &l->calls[c]);
	return n;
}

/* A round of more requests than a burst: its last ones wait for what the others who use the
 * client leave.  A ticker does not mind. */
static void waiting_rounds(struct toll_making *m, const struct model_loop *l)
{
	double gap = rates_gap(m->s, l), waits = 0;
	const char *text;

	for (unsigned c = 0; c < CLIENTS && l->timer != TIMER_TICKER; c++) {
		double n = requests_of(m, l, (enum client)c);
		double left = limit_of(m, (enum client)c) -
			      toll_of_client(m->out, (enum client)c, false) + n / gap;

		if (limit_of(m, (enum client)c) > 0 && !is_over(m, (enum client)c) &&
			n > m->s->kubelet.client[c].burst)
			waits += (n - m->s->kubelet.client[c].burst) / left;
	}
	if (waits <= WAIT_MATTERS * gap)
		return;
	text = why(
		m, "a round waits %.3g s for the limiter, and the next begins after it", waits);
	for (uint32_t i = 0; i < m->out->n; i++)
		if (is_of(&m->out->row[i], l))
			fails(&m->out->row[i], text, m->out->row[i].rate * gap / (gap + waits));
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
			fails(&m->out->row[i],
				"a round's calls share the processors with pods that start and "
				"end",
				0);
}

/* One goroutine takes what happens one after the other. */
static void late_rounds(struct toll_making *m, const struct model_loop *l)
{
	double takes = SECONDS(l->work), often = 0;
	const char *text;

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		takes += is_of(row, l) ? row->times * row->took : 0;
		often = is_of(row, l) ? row->rounds : often;
	}
	if (takes * often <= 1)
		return;
	text = why(m, "a round takes %.3g s and one is due every %.3g s", takes, 1 / often);
	for (uint32_t i = 0; i < m->out->n; i++)
		if (is_of(&m->out->row[i], l))
			fails(&m->out->row[i], text, m->out->row[i].rate / (takes * often));
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

/* Then fewer pods run than there are places for: what is made for each comes less often. */
static void replaced_pods(struct toll_making *m, const char *text)
{
	for (uint32_t i = 0; i < m->out->n && text; i++) {
		struct toll_row *row = &m->out->row[i];

		if (row->of_lives || is_work(row) || row->scope != SCOPE_NODE)
			fails(row, text, 0);
	}
}

/* In this order: pods that are late ask for less, and the kubelet's own client has the requests
 * that make them late. */
void toll_waits(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		m->out->row[i].at_least = m->out->row[i].fails ? 0 : m->out->row[i].rate;
	replaced_pods(m, too_often(m));
	for (unsigned c = 0; c < CLIENTS; c++) {
		if (!is_over(m, (enum client)c))
			continue;
		full_client(m, (enum client)c);
		if (c == CLIENT_MAIN && m->s->workload.replace_pod_every > 0)
			replaced_pods(
				m, "pods that come and go wait for the limiter of client kube");
	}
	rounds(m);
}
