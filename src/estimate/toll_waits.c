/* SPDX-License-Identifier: Apache-2.0 */
/* Where something waits, and a rate that knows of no waiting is none: clients that are asked
 * for more than their limiter lets through, loops whose rounds take longer than they are apart,
 * pods that are to be replaced faster than a node can. */
#include "estimate/toll_waits.h"

#include <stdarg.h>
#include <stdio.h>

#include "estimate/lives.h"
#include "models/tables.h"

const char *toll_why(struct toll_making *m, const char *format, ...)
{
	char text[TOLL_TEXT];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return arena_strdup(m->mem, text);
}

void toll_fails(struct toll_row *row, const char *text, double at_least)
{
	row->fails = row->fails ? row->fails : text;
	row->at_least = at_least < row->at_least ? at_least : row->at_least;
}

void toll_doubts(struct toll_row *row, const char *text, double at_least)
{
	toll_fails(row, text, at_least);
	row->doubt = row->doubt ? row->doubt : text;
	row->asks = at_least < row->asks ? at_least : row->asks;
}

void toll_loop_waits(
	struct toll_making *m, const struct model_loop *l, double part, const char *text)
{
	for (uint32_t i = 0; i < m->out->n; i++) {
		struct toll_row *row = &m->out->row[i];
		double before = row->rate > 0 ? row->at_least / row->rate : 0, sure = 0;

		if (row->loop != l || row->paced)
			continue;
		if (before > 0 && part > 0)
			sure = row->rate / (1 / before + 1 / part - 1);
		toll_fails(row, text, sure);
	}
}

double toll_limit_of(const struct toll_making *m, enum client client)
{
	const struct kubelet_model *k = &m->s->kubelet;
	double limit = (double)client_limit(k, client) / 1000;

	return client_is_elsewhere(k, client) ? limit / m->s->nodes : limit;
}

bool toll_is_filled(const struct toll_making *m, enum client client, double share)
{
	double qps = toll_limit_of(m, client);

	return qps > 0 && toll_of_client(m->out, client, false) > share * qps * (1 + ROUNDED);
}

bool toll_is_over(const struct toll_making *m, enum client client)
{
	return toll_is_filled(m, client, 1);
}

/* ------------------------------------------------------------------ processors */

static bool is_work(const struct toll_row *row)
{
	return row->runtime && call_starts_or_ends(row->call);
}

double toll_work(const struct toll_making *m, double *of_a_life)
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

/* ------------------------------------------------------------------ pods that come and go */

/* Why pods are not replaced as often as they are to be; NULL: they are. */
static const char *too_often(struct toll_making *m)
{
	uint32_t processors = m->s->runtime.processors;
	double life = lives_seconds(m->s), one, all = toll_work(m, &one);
	struct lives lives;

	if (life <= 0)
		return NULL;
	lives_of(m->s, &lives);
	if (one >= life)
		return toll_why(m,
			"a pod would live %.3g s, and starting and ending one takes %.3g s",
			life, one);
	if (processors > 0 && all > processors)
		return toll_why(m,
			"starts and ends of pods would keep %.3g processors busy, and there "
			"are %u",
			all, processors);
	return lives.late;
}

/* Then fewer pods run than there are places for: what is made for each comes less often, and
 * nothing of it is sure but what a limiter lets through.  What a limiter makes wait is asked
 * for all the same. */
static void replaced_pods(struct toll_making *m, const char *text, bool by_limiter)
{
	for (uint32_t i = 0; i < m->out->n && text; i++) {
		struct toll_row *row = &m->out->row[i];
		bool is_limited = row->fails && row->at_least != row->sure;

		if (is_limited || !(row->of_lives || is_work(row) || row->scope != SCOPE_NODE))
			continue;
		if (by_limiter)
			toll_fails(row, text, 0);
		else
			toll_doubts(row, text, 0);
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
			toll_fails(&m->out->row[i],
				"client kube is nearly full: of statuses that wait some are "
				"never told, and pods end late",
				m->out->row[i].sure);
}

/* What is sure of rows, and what they want of their clients, as far as nobody waits yet. */
static void asks(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->out->n; i++) {
		struct toll_row *row = &m->out->row[i];

		row->asks = row->at_least = row->fails ? row->sure : row->rate;
		row->doubt = row->fails;
	}
}

/* In this order: pods that are late ask for less, and the kubelet's own client has the requests
 * that make them late. */
void toll_waits(struct toll_making *m)
{
	asks(m);
	toll_paced(m);
	replaced_pods(m, too_often(m), false);
	for (unsigned c = 0; c < CLIENTS; c++) {
		if (!toll_is_filled(m, (enum client)c, NEARLY_FULL))
			continue;
		toll_full_client(m, (enum client)c, toll_is_over(m, (enum client)c));
		if (c != CLIENT_MAIN || m->s->workload.replace_pod_every <= 0)
			continue;
		if (toll_is_over(m, CLIENT_MAIN))
			replaced_pods(m,
				"pods that come and go wait for the limiter of client kube",
				true);
		else
			hurried_pods(m);
	}
	toll_rounds(m);
}
