/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/toll.h"

#include <stdio.h>
#include <string.h>

#include "estimate/interval.h"
#include "estimate/lives.h"
#include "estimate/objects.h"
#include "estimate/rates.h"
#include "estimate/renewal.h"
#include "estimate/toll_priv.h"
#include "estimate/toll_words.h"

struct toll_row *toll_row_add(struct toll_making *m, enum toll_kind kind, const char *name)
{
	struct toll_row *row = &m->out->row[m->out->n];

	if (m->out->n < TOLL_ROWS - 1)
		m->out->n++;
	*row = (struct toll_row){
		.kind = kind, .name = name, .feature = "", .call = CALLS_MAX, .nodes = 1};
	return row;
}

/* ------------------------------------------------------------------ what happens */

double toll_a_second(ns_t every)
{
	return every > 0 ? 1 / SECONDS(every) : 0;
}

/* Versions of objects that pods of a node are shown, each pod for itself. */
static double object_changes(const struct scenario *s)
{
	const struct workload_model *w = &s->workload;
	double shown = 0;

	for (uint32_t o = 0; o < w->n_objects; o++) {
		double distinct = 0;

		for (uint32_t i = 0; i < w->n_objects; i++)
			distinct += objects_distinct_of(s, i);
		shown += w->pods *
			 (w->update_object_every
					 ? toll_a_second(w->update_object_every) / distinct
					 : toll_a_second(w->objects[o].update_every));
	}
	return shown;
}

/* How often a second it happens on a node; why that is not all is *fails. */
static double events(const struct toll_making *m, enum trigger what, const char **fails)
{
	const struct workload_model *w = &m->s->workload;
	double lives = toll_a_second(w->replace_pod_every);
	double deaths = toll_a_second(w->container_death_every);

	*fails = NULL;
	if (w->crash_looping > 0 && what != TRIGGER_POD_START && what != TRIGGER_POD_STOP)
		*fails = "containers that exit again and again back off";
	switch (what) {
	case TRIGGER_POD_START:
	case TRIGGER_POD_STOP:
		return lives;
	case TRIGGER_POD_SYNC:
		if (lives > 0)
			*fails = "a pod that starts or stops syncs some more times";
		return m->s->kubelet.pleg.design == PLEG_POLLING
			       ? w->pods * toll_a_second(m->s->kubelet.pleg.poll_period)
			       : w->pods / m->resync;
	case TRIGGER_STATUS_CHANGE:
		if (deaths > 0)
			*fails =
				"a container that died and started again is told once or twice";
		if (lives > 0 && m->s->kubelet.pleg.design == PLEG_POLLING)
			*fails = "under polling it hangs on when polls meet changes";
		return lives_status_writes(m->s) * lives;
	case TRIGGER_CONTAINER_START:
	case TRIGGER_CONTAINER_DEATH:
		return w->containers * lives + deaths;
	case TRIGGER_OBJECT_CHANGE:
		if (m->s->kubelet.objects.design == OBJECT_NEVER)
			return 0;
		return object_changes(m->s);
	case TRIGGER_ERROR:
		*fails = "errors are not foreseen";
		return 0;
	case TRIGGER_KUBELET_START:
		*fails = "it is made once, when a kubelet starts: there is no rate";
		return 0;
	case TRIGGER_PERIOD:
	case TRIGGERS:
		break;
	}
	return 0;
}

/* That a round is about which an event about one pod caused. */
static double all_of_event(
	const struct scenario *s, enum trigger what, const struct model_call *c)
{
	bool one = what == TRIGGER_CONTAINER_START || what == TRIGGER_CONTAINER_DEATH ||
		   what == TRIGGER_OBJECT_CHANGE;

	if (c->scope == SCOPE_CONTAINER && !one)
		return s->workload.containers;
	if (c->scope == SCOPE_EACH_OBJECT && !one)
		return s->workload.n_objects;
	return 1;
}

/* Of what happens one by one, all in all, that share. */
static double in_the_long_run(double n, const struct model_call *c)
{
	return c->share ? n * (double)c->share / PPM : n;
}

/* What happens because pods come and go. */
static bool is_of_pods(enum trigger what)
{
	return what == TRIGGER_POD_START || what == TRIGGER_POD_STOP ||
	       what == TRIGGER_POD_SYNC || what == TRIGGER_STATUS_CHANGE ||
	       what == TRIGGER_CONTAINER_START || what == TRIGGER_CONTAINER_DEATH;
}

/* ------------------------------------------------------------------ loops */

static void by_the_clock(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, struct toll_row *row)
{
	double gap = rates_gap(s, l), period = SECONDS(l->period);

	row->of = rates_all(s, c);
	row->times = rates_times(s, l, c);
	row->rounds = rates_share(c, gap) / gap;
	row->period = c->at_most_every > l->period ? SECONDS(c->at_most_every) : period;
	row->nominal = row->times * row->nodes / row->period;
	if (c->if_older_than > 0)
		row->nominal = row->times * row->nodes * row->rounds;
}

static void loop_call(
	struct toll_making *m, const struct model_loop *l, const struct model_call *c)
{
	const struct scenario *s = m->s;
	struct toll_row *row = toll_row_add(m, TOLL_LOOP, l->name);

	row->feature = l->feature;
	row->call = c->call;
	row->runtime = call_is_runtime(c->call);
	row->hidden = c->hidden;
	row->client = c->client;
	row->trigger = l->trigger;
	row->scope = c->scope;
	row->nodes = rates_nodes(s, l);
	row->bytes = c->bytes;
	row->by_etcd = c->quorum;
	row->took = row->runtime ? rates_latency(s, (enum operation)(c->call % OP_N))
				 : rates_request_latency(s, c);
	if (l->trigger == TRIGGER_PERIOD) {
		by_the_clock(s, l, c, row);
	} else {
		bool starts = l->trigger == TRIGGER_KUBELET_START;

		row->of = starts ? rates_all(s, c) : all_of_event(s, l->trigger, c);
		row->times = starts ? rates_times(s, l, c) : in_the_long_run(row->of, c);
		row->rounds = events(m, l->trigger, &row->fails);
		row->nominal = row->times * row->rounds * row->nodes;
	}
	row->rate = row->times * row->rounds * row->nodes;
	row->of_lives = s->workload.replace_pod_every > 0 && is_of_pods(l->trigger);
	toll_words(s, l, c, row);
	toll_failing(s, l, c, row);
}

static void loops(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];

		if (l->timer == TIMER_REQUEST && l->trigger == TRIGGER_PERIOD)
			continue; /* somebody asks, or nobody */
		for (uint32_t c = 0; c < l->n_calls; c++)
			loop_call(m, l, &l->calls[c]);
	}
}

/* ------------------------------------------------------------------ watches, mechanisms */

/* timeoutSeconds is int(min * (1 + rand)): whole seconds, below the maximum. */
static double watch_time(const struct kubelet_model *k)
{
	return (SECONDS(k->objects.watch_timeout_min) + SECONDS(k->objects.watch_timeout_max) -
		       1) /
	       2;
}

static void watches(struct toll_making *m)
{
	double lasts = watch_time(&m->s->kubelet);

	for (uint32_t i = 0; i < m->s->kubelet.n_watches; i++) {
		const struct model_watch *w = &m->s->kubelet.watches[i];
		struct toll_row *row = toll_row_add(m, TOLL_WATCH, w->name);

		row->feature = w->feature;
		row->call = w->watch;
		row->client = w->client; /* request.go Watch: without its limiter */
		row->times = 1;
		row->period = lasts;
		row->rounds = row->rate = row->nominal = 1 / lasts;
		row->bytes = w->bytes;
		row->told = toll_a_second(w->change_every);
		toll_watch_words(w, lasts, row);
	}
}

void toll_of(const struct scenario *s, ns_t ttl, struct arena *mem, struct toll *out)
{
	struct toll_making m = {.s = s, .mem = mem, .out = out};
	struct renewal r;

	out->n = 0;
	renewal_init(&r, &s->kubelet, mem);
	m.resync = r.mean;
	loops(&m);
	watches(&m);
	toll_mechanisms(&m, ttl, &r);
	toll_waits(&m);
}

/* ------------------------------------------------------------------ busy seconds */

double toll_together(const struct scenario *s, const struct toll_row *row)
{
	double most = row->times;
	double qps = (double)s->kubelet.client[row->client].qps_milli / 1000;

	if (row->trigger != TRIGGER_PERIOD && row->trigger != TRIGGER_KUBELET_START)
		most *= s->workload.pods;
	else if (row->period > 0 && row->period < 1)
		most /= row->period;
	if (row->took > 0 && most > 1 && most > 1 / row->took)
		most = 1 / row->took;
	if (!row->runtime && qps > 0 && most > qps + s->kubelet.client[row->client].burst)
		most = qps + s->kubelet.client[row->client].burst;
	return most;
}

double toll_aligned(const struct scenario *s, const struct toll_row *row, double nodes)
{
	double most = toll_together(s, row) * row->nodes * nodes;

	return most > row->at_least * nodes ? most : row->at_least * nodes;
}

double toll_spread(const struct scenario *s, const struct toll_row *row, double nodes)
{
	double mean = row->rate * nodes;
	double together = row->trigger == TRIGGER_PERIOD ? toll_together(s, row) : row->times;
	double busy = mean + 3 * interval_root(mean * (together > 1 ? together : 1));
	double most = toll_aligned(s, row, nodes);

	return busy < most ? busy : most;
}

bool toll_passes(const struct toll_row *row, enum client client)
{
	bool watch = row->kind == TOLL_WATCH || row->call == API_WATCH_SECRETS ||
		     row->call == API_WATCH_CONFIGMAPS; /* request.go Watch: no limiter */

	return !row->runtime && !watch && row->client == client;
}

double toll_of_client(const struct toll *toll, enum client client, bool own)
{
	double rate = 0;

	for (uint32_t i = 0; i < toll->n; i++) {
		const struct toll_row *row = &toll->row[i];

		if (toll_passes(row, client) && row->nodes > 0 && (!own || !*row->feature))
			rate += row->rate / row->nodes;
	}
	return rate;
}
