/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/toll.h"

#include <stdio.h>
#include <string.h>

#include "estimate/lives.h"
#include "estimate/rates.h"
#include "estimate/renewal.h"
#include "estimate/toll_priv.h"
#include "estimate/toll_words.h"
#include "models/costs.h"
#include "models/tables.h"

/* Pods that have ended beside those that live, as a share that would be seen. */
#define ENDED_MATTER 0.05

/* Of what a node knows they are most at most, so many times those that live. */
#define MOST_ENDED 4

static const char about_to_be_gone[] = "pods that are about to be gone count, too";

/* Seconds that a pod still runs beside the one that has come for it, about. */
#define STOPPING 1.0

/* What makes rounds last longer or shorter by so much is seen, as a share. */
#define UNEVEN 0.05

/* A container that has run for two of its longest back-offs begins with the shortest one again
 * (backoff.go hasExpired). */
#define OFTEN_BACK_OFF 2

struct toll_row *toll_row_add(struct toll_making *m, enum toll_kind kind, const char *name)
{
	struct toll_row *row = &m->out->row[m->out->n];

	if (m->out->n < TOLL_ROWS - 1)
		m->out->n++;
	*row = (struct toll_row){
		.kind = kind, .name = name, .feature = "", .call = CALLS_MAX, .nodes = 1};
	return row;
}

/* ------------------------------------------------------------------ loops */

/* What happens because pods come and go. */
static bool is_of_pods(enum trigger what)
{
	return what == TRIGGER_POD_START || what == TRIGGER_POD_STOP ||
	       what == TRIGGER_POD_SYNC || what == TRIGGER_STATUS_CHANGE ||
	       what == TRIGGER_CONTAINER_START || what == TRIGGER_CONTAINER_DEATH;
}

/* A pod that has ended is known until the status manager's batch finds it deletable, and as
 * long it refers to objects and is of a namespace; it runs while it is being stopped. */
static bool counts_the_ended(const struct scenario *s, enum call_scope scope)
{
	bool known = scope == SCOPE_EACH_OBJECT || scope == SCOPE_EACH_NAMESPACE;
	double ends = known ? SECONDS(s->kubelet.status.batch_period) : STOPPING;

	return scope != SCOPE_NODE && s->workload.replace_pod_every > 0 &&
	       ends > ENDED_MATTER * lives_seconds(s);
}

/* Why rounds are not alike where it matters; NULL: they are.  Of a share that is no whole
 * number some nodes make one more and have longer rounds; and the rounds in which one call may
 * be made again hang on which of them make the others that are left out now and then. */
static const char *uneven(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, double gap)
{
	double others = 0, longest = rates_longest(s, l), period = SECONDS(l->period);

	for (uint32_t i = 0; i < l->n_calls; i++)
		if (counts_the_ended(s, l->calls[i].scope) &&
			(l->timer != TIMER_TICKER || MOST_ENDED * longest > period) &&
			rates_takes(s, l, &l->calls[i]) > UNEVEN * gap)
			return about_to_be_gone;
	if (l->timer == TIMER_TICKER && longest <= period)
		return NULL;
	for (uint32_t i = 0; i < l->n_calls; i++) {
		const struct model_call *is = &l->calls[i];
		double n = rates_times(s, l, is), part = n - (double)(int64_t)n;

		if (n > 0 && part * (1 - part) * rates_takes(s, l, is) > UNEVEN * n * n * gap)
			return "nodes make one more or one less, and their rounds last "
			       "accordingly";
		if (is != c && is->at_most_every > l->period)
			others += rates_takes(s, l, is);
	}
	return c->at_most_every > l->period && others > UNEVEN * SECONDS(c->at_most_every)
		       ? "in which rounds it is made hangs on which make the other calls"
		       : NULL;
}

/* Else it is sometimes one round more and sometimes one less to the next that makes a call. */
static bool is_whole(double rounds)
{
	double part = rounds - (double)(int64_t)rounds;

	return part * (1 - part) < 1e-6;
}

static void by_the_clock(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, struct toll_row *row)
{
	double gap = rates_gap(s, l), period = SECONDS(l->period);

	row->of = rates_all(s, c);
	row->times = rates_times(s, l, c);
	row->looked = 1 / gap;
	row->rounds = rates_share(s, l, c) * row->looked;
	row->varies =
		l->jitter > 0 || (row->rounds > 0 && !is_whole(row->looked / row->rounds));
	row->period = c->at_most_every > l->period ? SECONDS(c->at_most_every) : period;
	row->nominal = row->times * row->nodes / row->period;
	if (c->if_older_than > 0)
		row->nominal = row->times * row->nodes * row->rounds;
	row->fails = uneven(s, l, c, gap);
	if (counts_the_ended(s, c->scope))
		row->fails = about_to_be_gone;
	if (c->scope == SCOPE_CONTAINER && toll_backs_off(s, OFTEN_BACK_OFF))
		row->fails = "containers that exit again and again back off";
}

static bool is_alike(const struct model_call *a, const struct model_call *b)
{
	return a->call == b->call && a->scope == b->scope && a->client == b->client &&
	       a->at_most_every == b->at_most_every && a->if_older_than == b->if_older_than &&
	       a->records == b->records && a->quorum == b->quorum && a->share == b->share &&
	       a->bytes == b->bytes;
}

/* How many calls of a loop are like this one; 0: one before it is, and counts it. */
static uint32_t repeats(const struct model_loop *l, const struct model_call *c)
{
	uint32_t n = 1;

	for (const struct model_call *is = l->calls; is < l->calls + l->n_calls; is++) {
		if (is < c && is_alike(is, c))
			return 0;
		n += is > c && is_alike(is, c);
	}
	return n;
}

static void loop_call(struct toll_making *m, const struct model_loop *l,
	const struct model_call *c, uint32_t n)
{
	const struct scenario *s = m->s;
	struct toll_row *row = toll_row_add(m, TOLL_LOOP, l->name);

	row->feature = l->feature;
	row->call = c->call;
	row->runtime = call_is_runtime(c->call);
	row->hidden = c->hidden;
	row->loop = l;
	row->made = c;
	row->client = c->client;
	row->elsewhere = !row->runtime && client_is_elsewhere(&s->kubelet, c->client);
	row->trigger = l->trigger;
	row->scope = c->scope;
	row->nodes = rates_nodes(s, l);
	row->bytes = c->bytes || row->runtime ? c->bytes : (double)costs_bytes(s, c->call);
	row->by_etcd = c->quorum;
	row->took = row->runtime ? rates_latency(s, (enum operation)(c->call % OP_N))
				 : rates_request_latency(s, c);
	if (l->trigger == TRIGGER_PERIOD)
		by_the_clock(s, l, c, row);
	else
		toll_upon_event(m, l, c, row);
	row->repeats = n;
	row->times *= n;
	row->nominal *= n;
	row->sure *= n;
	row->rate = row->times * row->rounds * row->nodes;
	row->of_lives = s->workload.replace_pod_every > 0 && is_of_pods(l->trigger);
	toll_failing(s, l, c, row);
}

static void loops(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->s->kubelet.n_loops; i++) {
		const struct model_loop *l = &m->s->kubelet.loops[i];

		if (l->timer == TIMER_REQUEST && l->trigger == TRIGGER_PERIOD)
			continue; /* somebody asks, or nobody */
		for (uint32_t c = 0; c < l->n_calls; c++) {
			uint32_t n = repeats(l, &l->calls[c]);

			if (n > 0)
				loop_call(m, l, &l->calls[c], n);
		}
	}
}

/* When it is known who waits. */
static void words(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->out->n; i++)
		if (m->out->row[i].kind == TOLL_LOOP)
			toll_words(m->s, &m->syncs, &m->out->row[i]);
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
		row->watch = w;
	}
}

void toll_of(const struct scenario *s, ns_t ttl, struct arena *mem, struct toll *out)
{
	struct renewal r;
	struct toll_making m = {.s = s, .mem = mem, .out = out, .resync = &r};
	ns_t holds =
		s->kubelet.objects.ttl_annotation && ttl >= 0 ? ttl : s->kubelet.objects.ttl;

	if (s->kubelet.objects.design == OBJECT_CACHE)
		m.ttl = SECONDS(holds);
	out->n = 0;
	renewal_init(&r, &s->kubelet, mem);
	syncs_of(s, &r, mem, &m.syncs);
	loops(&m);
	watches(&m);
	toll_mechanisms(&m, holds, &r);
	toll_waits(&m);
	toll_told(&m);
	words(&m);
}

/* ------------------------------------------------------------------ clients */

double toll_part(const struct toll_row *row)
{
	return row->elsewhere ? 1 : row->nodes;
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
			rate += row->rate / toll_part(row);
	}
	return rate;
}

struct toll_asked toll_asked_of(const struct toll *toll, enum client client, bool own)
{
	struct toll_asked asked = {0};

	for (uint32_t i = 0; i < toll->n; i++) {
		const struct toll_row *row = &toll->row[i];

		if (!toll_passes(row, client) || row->nodes <= 0 || !*row->feature != own)
			continue;
		asked.rate += row->asks / toll_part(row);
		if (row->kind != TOLL_LOOP || row->trigger != TRIGGER_PERIOD)
			asked.pressing += row->asks / toll_part(row);
		asked.why = asked.why ? asked.why : row->doubt;
	}
	return asked;
}

double toll_through(const struct toll *toll, enum client client, double limit)
{
	double rate = 0, sure = 0;
	bool known = true;

	for (uint32_t i = 0; i < toll->n; i++) {
		const struct toll_row *row = &toll->row[i];

		if (!toll_passes(row, client) || row->nodes <= 0)
			continue;
		known &= !row->fails;
		rate += row->rate / toll_part(row);
		sure += row->at_least / toll_part(row);
	}
	if (known)
		return rate;
	return limit > 0 && sure > limit * (1 - ROUNDED) ? limit : -1;
}
