/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of what the kubelet does by itself, and not by a loop or watch of the model. */
#include <stdio.h>
#include <string.h>

#include "estimate/deaths.h"
#include "estimate/lives.h"
#include "estimate/objects.h"
#include "estimate/rates.h"
#include "estimate/toll_priv.h"
#include "sim/chain.h"

/* A difference that would be seen, as a share. */
#define SEEN 0.02

static struct toll_row *mechanism(struct toll_making *m, const char *name, uint16_t call)
{
	struct toll_row *row = toll_row_add(m, TOLL_MECHANISM, name);

	row->call = call;
	row->runtime = call_is_runtime(call);
	row->hidden = row->runtime && call >= CALL_HIDDEN;
	row->client = CLIENT_MAIN;
	row->by_etcd = call == API_GET_PODS; /* status_manager.go: a plain GET */
	if (row->runtime)
		row->took = rates_latency(m->s, (enum operation)(call % OP_N));
	return row;
}

/* Finding out what changed: of relists a row a list, of polls one row for all they ask. */
static void relist(struct toll_making *m)
{
	static const uint16_t lists[] = {OP_LIST_CONTAINERS, OP_LIST_PODSANDBOX};
	bool polls = m->s->kubelet.pleg.design == PLEG_POLLING;
	uint32_t n = polls || m->s->kubelet.interface == INTERFACE_DOCKER ? 1 : 2;
	struct estimate e;

	rates_relists(m->s, &e);
	for (uint32_t i = 0; i < n; i++) {
		struct toll_row *row = mechanism(m, "PLEG", polls ? CALLS_MAX : lists[i]);

		row->runtime = true;
		row->times = 1;
		row->period = e.period;
		row->rate = row->nominal = row->rounds = e.value / n;
		(void)snprintf(row->words, sizeof(row->words), "finding out what changed, %s",
			e.between ? e.between : "");
		if (n > 1) /* of both lists */
			(void)snprintf(row->symbols, sizeof(row->symbols),
				"%.150s / %u = %.4g/s", e.formula, n, row->rate);
		else
			(void)snprintf(row->symbols, sizeof(row->symbols), "%s", e.formula);
	}
}

/* A pod is probed from when its status tells that it runs until its containers are gone, which
 * is 3 % less (v1.20, whose starts wait for nothing) to 32 % more (v1.1) than a life of three
 * periods, and within 4 % of one of thirty. */
enum { PROBED_LONG = 30 };

/* A ticker each, for every container (prober/worker.go run). */
static void probes(struct toll_making *m)
{
	const struct workload_model *w = &m->s->workload;
	double life = lives_seconds(m->s);

	for (uint32_t i = 0; i < w->n_probes; i++) {
		struct toll_row *row;

		if (!w->probes[i].exec)
			continue;
		row = mechanism(m, "probes", OP_EXEC_SYNC);
		row->times = w->pods * w->containers;
		row->period = SECONDS(w->probes[i].period);
		row->rounds = 1 / row->period;
		row->rate = row->nominal = row->times * row->rounds;
		if (life > 0 && life < PROBED_LONG * row->period)
			row->fails = "how much of so short a life a pod is probed hangs on how "
				     "long it starts and ends";
		(void)snprintf(row->words, sizeof(row->words),
			"an exec probe of each of the node's %g running containers, every %g s",
			row->times, row->period);
		(void)snprintf(row->symbols, sizeof(row->symbols), "P C / T = %g / %g s",
			row->times, row->period);
	}
}

/* ------------------------------------------------------------------ pods that come and go */

/* How often a status is told hangs on how its changes are found. */
static bool is_of_status(uint16_t call)
{
	return call == API_GET_PODS || call == API_PATCH_PODS_STATUS ||
	       call == API_UPDATE_PODS_STATUS;
}

static const char backs_off[] = "containers that exit again and again back off";

static void lives(struct toll_making *m)
{
	double often = toll_a_second(m->s->workload.replace_pod_every);
	bool waiting = toll_backs_off(m->s, ALL_BACK_OFF);
	struct lives life;

	if (often <= 0)
		return;
	lives_of(m->s, &life);
	for (uint32_t i = 0; i < life.n; i++) {
		uint16_t call = life.of[i].call;
		struct toll_row *row = mechanism(m, "pods that come and go", call);

		row->trigger = TRIGGER_POD_START;
		row->scope = SCOPE_POD;
		row->times = life.of[i].times;
		row->rounds = often;
		row->rate = row->nominal = row->times * often;
		row->of_lives = true;
		row->fails = row->runtime || is_of_status(call) ? life.fails : NULL;
		if (row->runtime && !row->hidden && life.sure & OP_BIT(call))
			row->fails = NULL;
		if (!row->fails)
			row->fails = lives_removal_fails(m->s, call);
		if (waiting && (call == OP_STOP_CONTAINER || call == OP_STOP_PODSANDBOX))
			row->fails = backs_off; /* there is nothing to stop */
		if (call == API_CREATE_EVENTS)
			row->client = m->s->kubelet.events.client;
		(void)snprintf(row->words, sizeof(row->words),
			"%g in the life of a pod, from its start until it is gone", row->times);
		(void)snprintf(row->symbols, sizeof(row->symbols), "a x %g = %.4g/s x %g",
			row->times, often, row->times);
	}
}

/* What a death costs is known where relists find it and nobody waits for long. */
static const char *death_fails(const struct scenario *s)
{
	if (s->kubelet.interface == INTERFACE_DOCKER || s->kubelet.pleg.design == PLEG_POLLING)
		return "what a death costs docker has no closed form here";
	if (s->workload.crash_looping > 0 || toll_backs_off(s, ALL_BACK_OFF))
		return backs_off;
	return NULL;
}

/* Relists look at its pod, and either look finds a status that is told.  Of one that died
 * before the older one is removed, which the log manager asks about. */
static void deaths(struct toll_making *m)
{
	const struct scenario *s = m->s;
	bool looks_at_them = s->kubelet.pleg.design != PLEG_EVENTED;
	bool crash_loops = s->workload.crash_looping > 0; /* as often as back-offs let them */
	double looks = 0, statuses = 0;
	struct deaths d;

	deaths_of(s, &d);
	if (d.often <= 0 && !crash_loops)
		return;
	if (looks_at_them) {
		looks = rates_looks_upon_death(s, &d);
		statuses = rates_statuses_upon_death(s, &d);
	}
	const struct lives_call of[] = {{OP_LIST_PODSANDBOX, looks},
		{OP_LIST_CONTAINERS, looks}, {OP_PODSANDBOX_STATUS, looks},
		{OP_CONTAINER_STATUS, statuses + d.removed},
		{CALL_HIDDEN + OP_CONTAINER_STATUS, d.removed}, {OP_IMAGE_STATUS, 2},
		{OP_CREATE_CONTAINER, 1}, {OP_START_CONTAINER, 1},
		{OP_REMOVE_CONTAINER, d.removed}, {API_GET_PODS, 2},
		{s->kubelet.status.write == STATUS_PATCH ? API_PATCH_PODS_STATUS
							 : API_UPDATE_PODS_STATUS,
			2}};

	for (uint32_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct toll_row *row;

		if (of[i].times <= 0)
			continue;
		row = mechanism(m, "containers that die", of[i].call);
		row->trigger = TRIGGER_CONTAINER_DEATH;
		row->scope = SCOPE_CONTAINER;
		row->times = of[i].times;
		row->rounds = d.often;
		row->rate = row->nominal = row->times * d.often;
		row->fails = death_fails(s);
		(void)snprintf(row->words, sizeof(row->words), "%.3g for a container that died",
			row->times);
		(void)snprintf(row->symbols, sizeof(row->symbols), "d x %.3g = %.4g/s x %.3g",
			row->times, d.often, row->times);
	}
}

/* The request of that kind for an object. */
static uint16_t object_call(const struct workload_object *o, uint16_t of_secrets)
{
	bool secret = !strcmp(o->resource, "secrets");

	return secret ? of_secrets
		      : (uint16_t)(of_secrets + (API_GET_CONFIGMAPS - API_GET_SECRETS));
}

/* Each pod that comes has its objects listed and watched, and the watches end with it. */
static void watched_by_lives(
	struct toll_making *m, const struct workload_object *o, struct toll_row *row)
{
	const struct kubelet_model *k = &m->s->kubelet;
	double often = toll_a_second(m->s->workload.replace_pod_every);
	double again = lives_renewals(lives_seconds(m->s),
		(uint32_t)(k->objects.watch_timeout_min / NS_S),
		(uint32_t)(k->objects.watch_timeout_max / NS_S) - 1, m->mem);
	struct toll_row *list;

	row->rate = often * (1 + again);
	row->rounds = row->rate / row->times;
	row->of_lives = true;
	(void)snprintf(row->symbols, sizeof(row->symbols), "a x (1 + r) = %.4g/s x (1 + %.3f)",
		often, again);
	list = mechanism(m, o->name, object_call(o, API_LIST_SECRETS));
	list->times = 1;
	list->trigger = TRIGGER_POD_START;
	list->of_lives = true;
	list->rounds = list->rate = list->nominal = often;
	(void)snprintf(list->words, sizeof(list->words),
		"%s of a pod that comes, listed before they are watched", o->resource);
	(void)snprintf(list->symbols, sizeof(list->symbols), "a = %.4g/s", often);
}

/* Each sync reads it that mounts, whoever else has read it. */
static void read_at_syncs(
	struct toll_making *m, const struct objects_estimate *e, struct toll_row *row)
{
	const struct syncs *is = &m->syncs;
	double lives = toll_a_second(m->s->workload.replace_pod_every);
	double deaths = toll_a_second(m->s->workload.container_death_every);
	double reads = is->by_life - is->stop, again = is->by_death;
	char of_lives[40] = "", of_deaths[40] = "";

	if (e->requests <= 0) { /* when it is mounted first */
		reads = 1;
		again = 0;
	}
	row->rate = e->requests + lives * reads + deaths * again;
	row->rounds = row->times > 0 ? row->rate / row->times : 0;
	row->of_lives = lives > 0;
	row->fails = row->fails ? row->fails : is->fails;
	if (lives > 0)
		(void)snprintf(of_lives, sizeof(of_lives), " + %.4g/s x %.3g", lives, reads);
	if (deaths * again > 0)
		(void)snprintf(of_deaths, sizeof(of_deaths), " + %.4g/s x %.3g", deaths, again);
	(void)snprintf(row->symbols, sizeof(row->symbols), "P / R%s%s = %.4g/s%s%s",
		lives > 0 ? " + a i" : "", deaths * again > 0 ? " + d k" : "", e->requests,
		of_lives, of_deaths);
}

/* A pod's own: fetched when it is mounted first and at the sync that finds it started, for the
 * status of before was patched meanwhile, whose echo drops it (secret_manager.go RegisterPod);
 * and then behind each TTL. */
static void fetched_by_lives(struct toll_making *m, struct toll_row *row)
{
	double often = toll_a_second(m->s->workload.replace_pod_every), again;
	struct renewal fetches;

	renewal_of_fetches(m->resync, m->ttl, &fetches, m->mem);
	again = renewal_count(&fetches, lives_seconds(m->s) - m->syncs.settles, 0, m->mem);
	row->rate = often * (2 + again);
	row->rounds = row->times > 0 ? row->rate / row->times : 0;
	row->of_lives = true;
	row->fails = row->fails ? row->fails : m->syncs.fails;
	(void)snprintf(row->symbols, sizeof(row->symbols), "a x (2 + r) = %.4g/s x (2 + %.3f)",
		often, again);
}

static void cached_objects_of_lives(struct toll_making *m, const struct workload_object *o,
	const struct objects_estimate *e, struct toll_row *row)
{
	double deaths = toll_a_second(m->s->workload.container_death_every);
	bool lives = m->s->workload.replace_pod_every > 0;

	if (row->fails)
		return;
	if (2 * deaths > SEEN * e->requests)
		row->fails =
			"a pod of which a container died reads its objects some more times";
	else if (lives && o->shared_by == SHARED_POD && m->ttl > m->syncs.settles)
		fetched_by_lives(m, row);
	else if (lives)
		row->fails = "a pod that starts or stops reads its objects some more times";
}

static void watched_objects_of_lives(struct toll_making *m, const struct workload_object *o,
	const struct objects_estimate *e, struct toll_row *row)
{
	if (m->s->workload.replace_pod_every <= 0 || e->requests <= 0)
		return;
	if (m->s->kubelet.objects.design == OBJECT_WATCH && o->shared_by == SHARED_POD)
		watched_by_lives(m, o, row);
	else if (m->s->kubelet.objects.design == OBJECT_WATCH && !row->fails)
		row->fails = "objects that pods share are watched until the last of them goes";
}

/* What pods that come and go and containers that die do to objects. */
static void objects_of_lives(struct toll_making *m, const struct workload_object *o,
	const struct objects_estimate *e, struct toll_row *row)
{
	const struct workload_model *w = &m->s->workload;
	enum object_design design = m->s->kubelet.objects.design;

	if (w->replace_pod_every > 0 && e->unwatched)
		row->fails =
			"what never changes is watched until the pod that came has read it";
	if (w->replace_pod_every <= 0 && w->container_death_every <= 0)
		return;
	if (design >= OBJECT_WATCH)
		watched_objects_of_lives(m, o, e, row);
	else if (design == OBJECT_CACHE && m->ttl > 0 && e->requests > 0)
		cached_objects_of_lives(m, o, e, row);
	else
		read_at_syncs(m, e, row);
}

/* The form is of a workload's first object: each is that of a copy. */
static void objects(struct toll_making *m, ns_t ttl)
{
	struct scenario *copy = ARENA_NEW(m->mem, struct scenario);
	bool watched = m->s->kubelet.objects.design >= OBJECT_WATCH;

	*copy = *m->s;
	copy->nodes = 1;
	for (uint32_t o = 0; o < m->s->workload.n_objects; o++) {
		const struct workload_object *is = &m->s->workload.objects[o];
		struct objects_estimate e;
		struct toll_row *row = mechanism(m, is->name,
			object_call(is, watched ? API_WATCH_SECRETS : API_GET_SECRETS));

		copy->workload.objects[0] = *is;
		objects_estimate(copy, ttl, m->mem, &e);
		row->times = e.unwatched ? 0 : e.distinct;
		row->period = e.period;
		row->rate = e.requests;
		row->nominal = e.nominal > 0 ? e.nominal : e.requests;
		row->rounds = e.distinct > 0 ? e.requests / e.distinct : 0;
		row->fails = e.fails;
		row->sure = e.fails ? 0 : e.requests;
		/* a plain GET, too; a cache renews what it has (cache_based_manager.go) */
		row->by_etcd = m->s->kubelet.objects.design == OBJECT_GET;
		row->client = watched ? CLIENT_HEARTBEAT : CLIENT_MAIN;
		(void)snprintf(row->words, sizeof(row->words), "%s that pods mount, %s",
			is->resource, e.between ? e.between : "");
		if (e.unwatched)
			(void)snprintf(row->symbols, sizeof(row->symbols),
				"0: immutable, watched until it was read");
		else
			(void)snprintf(row->symbols, sizeof(row->symbols),
				"U / T = %.4g / %.5g s", e.distinct,
				e.requests > 0 ? e.distinct / e.requests : 0);
		objects_of_lives(m, is, &e, row);
	}
}

/* A token is renewed at the first sync after four fifths of its life, less up to nine whole
 * seconds drawn anew at each look (token_manager.go requiresRefresh). */
static void tokens(struct toll_making *m, const struct renewal *r)
{
	const struct kubelet_model *k = &m->s->kubelet;
	struct toll_row *row;
	double life = SECONDS(k->tokens.expiry) * 4 / 5, residual = 0, gap, again;

	if (!k->tokens.enabled || m->s->workload.pods == 0)
		return;
	if (life > 86400)
		life = 86400;
	for (uint32_t i = 0; i < r->n; i++)
		residual += r->mass[i] * (i * r->step) * (i * r->step) / (2 * r->mean);
	gap = life - 4.5 + residual;
	row = mechanism(m, "service account tokens", API_CREATE_TOKENS);
	row->times = m->s->workload.pods;
	row->period = life;
	row->rounds = 1 / gap;
	row->nominal = row->times / life;
	(void)snprintf(row->words, sizeof(row->words),
		"each of the node's %u pods, at the first sync after four fifths of its life",
		m->s->workload.pods);
	(void)snprintf(row->symbols, sizeof(row->symbols),
		"P / (0.8 x E - j + r) = %u / (%.0f s - 4.5 s + %.1f s)", m->s->workload.pods,
		life, residual);
	if (m->s->workload.replace_pod_every > 0) { /* as often as it fits into a life */
		again = (double)(uint32_t)(lives_seconds(m->s) / gap);
		row->rounds =
			toll_a_second(m->s->workload.replace_pod_every) * again / row->times;
		row->of_lives = true;
		(void)snprintf(row->symbols, sizeof(row->symbols),
			"a x %g, of a life of %.0f s one each %.0f s", again,
			lives_seconds(m->s), gap);
	}
	row->rate = row->times * row->rounds;
}

void toll_mechanisms(struct toll_making *m, ns_t ttl, const struct renewal *r)
{
	relist(m);
	objects(m, ttl);
	tokens(m, r);
	probes(m);
	lives(m);
	deaths(m);
}
