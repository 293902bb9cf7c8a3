/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/fanout.h"

#include "apiserver/server_params.h"
#include "fleet/balancer.h"

/* More than a server has processors: any more of them take no larger part of those. */
enum { CROWD = 128 };

static bool kubelets_watch_objects(const struct kubelet_model *k)
{
	return k->objects.design == OBJECT_WATCH || k->objects.design == OBJECT_BULKWATCH;
}

/* Watchers of a kind are the same, whatever writes it. */
static void of_init(
	struct fanout *f, struct fanout_of *of, const struct server_telling *t, uint32_t *first)
{
	uint32_t n = t->all.n < CROWD ? t->all.n : CROWD;
	ns_t cpu = t->cpu * t->events;

	if (!cpu)
		return;
	if (!first[t->object]) {
		first[t->object] = f->kubelets;
		f->kubelets += n;
	}
	*of = (struct fanout_of){.cpu = cpu,
		.crowd = n ? t->all.cpu * t->events / n : 0,
		.own = t->own.cpu * t->events,
		.first = first[t->object],
		.n = n,
		.events = (uint8_t)t->events,
		.object = (uint8_t)t->object};
}

/* Watchers of a server: its own cache is the first, those of each kind follow, then kubelets.
 */
void fanout_init(struct fanout *f, const struct scenario *s)
{
	uint32_t first[STORED_MAX] = {0};

	*f = (struct fanout){.kubelets = 1, .rate = s->apiserver.storage.watcher_events};
	for (uint32_t c = CALL_API; c < s->calls.n; c++) {
		struct server_telling t = server_telling(s, (uint16_t)c);

		of_init(f, &f->call[c], &t, first);
	}
	for (uint32_t o = 0; o < s->workload.n_objects; o++) {
		struct server_telling t = server_change(s, s->workload.objects[o].resource);

		t.own.cpu = kubelets_watch_objects(&s->kubelet) ? t.cpu : 0;
		of_init(f, &f->change[o], &t, first);
	}
}

/* Of all that is told of it. */
static ns_t told_of(const struct fanout_write *w, ns_t of_all)
{
	return w->marks ? of_all / w->of->events : of_all;
}

/* Each server that is there is told by etcd, that one too which has written; whoever watches is
 * told by the servers, and so no sooner (storage/cacher/cacher.go: one watch of etcd a kind).
 */
static void hear(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_write *w)
{
	const struct balancer *b = to->balancer;

	for (uint32_t i = 0; f->rate && i < b->servers; i++)
		if (b->up_at[i] <= now)
			server_feed(&to->server[i], now, w->of->object,
				w->marks ? 1 : w->of->events);
}

static ns_t tell(const struct fanout *f, struct server *s, ns_t now,
	const struct fanout_write *w, uint32_t watcher, ns_t cpu)
{
	return server_tell(s, now, watcher, told_of(w, cpu),
		f->rate ? server_late(s, now, w->of->object) : 0);
}

/* What else watches on its node is told together with the kubelet, one after the other. */
ns_t fanout_tell_kubelet(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_write *w)
{
	if (!w->of->own || w->node == FANOUT_NO_NODE || to->balancer->up_at[w->home] > now)
		return 0;
	return tell(f, &to->server[w->home], now, w, f->kubelets + w->node, w->of->own);
}

ns_t fanout_tell(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_write *w)
{
	const struct fanout_of *of = w->of;
	struct balancer *b = to->balancer;

	if (!of->cpu)
		return 0;
	hear(f, to, now, w);
	for (uint32_t i = 0; i < b->servers; i++)
		if (i != w->server && b->up_at[i] <= now)
			(void)tell(f, &to->server[i], now, w, 0, of->cpu);
	for (uint32_t i = of->first; i < of->first + of->n; i++) {
		uint32_t client = balancer_watcher(b, i);

		if (balancer_is_connected(b, client, now))
			(void)tell(f, &to->server[b->home[client]], now, w, i, of->crowd);
	}
	return fanout_tell_kubelet(f, to, now, w);
}

void fanout_load_kubelet(struct load *l, ns_t now, const struct fanout_write *w)
{
	if (w->of->own && w->node != FANOUT_NO_NODE)
		load_tell(l, w->home, now, 1, told_of(w, w->of->own));
}

void fanout_load(uint32_t servers, struct load *l, ns_t now, const struct fanout_write *w)
{
	const struct fanout_of *of = w->of;

	if (!of->cpu)
		return;
	for (uint32_t s = 0; s < servers; s++) {
		uint32_t crowd = of->n / servers + (s < of->n % servers);

		if (s != w->server)
			load_tell(l, s, now, 1, told_of(w, of->cpu));
		if (crowd)
			load_tell(l, s, now, crowd, told_of(w, of->crowd));
	}
	fanout_load_kubelet(l, now, w);
}
