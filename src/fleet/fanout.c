/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/fanout.h"

#include "apiserver/server_params.h"

/* More than a server has processors: any more of them take no larger part of those. */
enum { CROWD = 128 };

static bool kubelets_watch_objects(const struct kubelet_model *k)
{
	return k->objects.design == OBJECT_WATCH || k->objects.design == OBJECT_BULKWATCH;
}

/* Those that change have the watchers of their kind. */
static void objects_init(struct fanout *f, const struct scenario *s, uint32_t *first)
{
	for (uint32_t o = 0; o < s->workload.n_objects; o++) {
		struct server_telling t = server_change(s, s->workload.objects[o].resource);
		struct fanout_of_object *of = &f->change[o];

		if (!t.events || !t.cpu)
			continue;
		of->cpu = t.cpu;
		of->kubelet = kubelets_watch_objects(&s->kubelet);
		of->n = t.watchers < CROWD ? t.watchers : CROWD;
		of->crowd = of->n ? t.cpu * t.watchers / of->n : 0;
		if (!first[t.object]) {
			first[t.object] = f->kubelets;
			f->kubelets += of->n;
		}
		of->first = first[t.object];
	}
}

/* Watchers of a server: its own cache is the first, those of each kind follow, then kubelets.
 */
void fanout_init(struct fanout *f, const struct scenario *s)
{
	uint32_t first[STORED_MAX] = {0};

	*f = (struct fanout){.kubelets = 1, .rate = s->apiserver.storage.watcher_events};
	for (uint32_t c = CALL_API; c < s->calls.n; c++) {
		struct server_telling t = server_telling(s, (uint16_t)c);

		if (!t.events || !t.cpu)
			continue;
		f->n[c] = t.watchers < CROWD ? t.watchers : CROWD;
		if (!first[t.object]) {
			first[t.object] = f->kubelets;
			f->kubelets += f->n[c];
		}
		f->first[c] = first[t.object];
		f->kubelet[c] = t.kubelet;
		f->events[c] = (uint8_t)t.events;
		f->object[c] = (uint8_t)t.object;
		f->cpu[c] = t.cpu * t.events;
		f->crowd[c] = f->n[c] ? f->cpu[c] * t.watchers / f->n[c] : 0;
	}
	objects_init(f, s, first);
}

/* The nth of the servers that are there, counted round and round; to->n: none is. */
static uint32_t nth_there(const struct fanout_servers *to, ns_t now, uint32_t nth)
{
	uint32_t there = 0;

	for (uint32_t i = 0; i < to->n; i++)
		there += to->up_at[i] <= now;
	if (!there)
		return to->n;
	nth %= there;
	for (uint32_t i = 0;; i++)
		if (to->up_at[i] <= now && nth-- == 0)
			return i;
}

/* Each server that is there is told by etcd, that one too which has written; whoever watches is
 * told by the servers, and so no sooner (storage/cacher/cacher.go: one watch of etcd a kind).
 */
static void hear(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_write *w, ns_t late[SERVERS_MAX])
{
	if (!f->rate)
		return;
	for (uint32_t i = 0; i < to->n; i++)
		if (to->up_at[i] <= now)
			late[i] = server_feed(&to->server[i], now, f->object[w->call],
				w->marks ? 1 : f->events[w->call]);
}

/* Of all that is told of a write of that call. */
static ns_t told_of(const struct fanout *f, uint16_t call, bool marks, ns_t of_all)
{
	return marks ? of_all / f->events[call] : of_all;
}

ns_t fanout_tell(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_write *w)
{
	ns_t cpu = f->cpu[w->call] ? told_of(f, w->call, w->marks, f->cpu[w->call]) : 0;
	ns_t late[SERVERS_MAX] = {0};

	if (!cpu)
		return 0;
	hear(f, to, now, w, late);
	for (uint32_t i = 0; i < to->n; i++)
		if (i != w->server && to->up_at[i] <= now)
			(void)server_tell(&to->server[i], now, 0, cpu, late[i]);
	for (uint32_t i = 0; i < f->n[w->call]; i++) {
		uint32_t at = to->n == 1 ? 0 : nth_there(to, now, i);

		if (at < to->n)
			(void)server_tell(&to->server[at], now, f->first[w->call] + i,
				told_of(f, w->call, w->marks, f->crowd[w->call]), late[at]);
	}
	if (!f->kubelet[w->call] || to->up_at[w->home] > now)
		return 0;
	return server_tell(
		&to->server[w->home], now, f->kubelets + w->node, cpu, late[w->home]);
}

void fanout_load(const struct fanout *f, uint32_t servers, struct load *l, ns_t now,
	const struct fanout_write *w)
{
	uint16_t call = w->call;
	ns_t cpu, of_crowd;

	if (!f->cpu[call])
		return;
	cpu = told_of(f, call, w->marks, f->cpu[call]);
	of_crowd = told_of(f, call, w->marks, f->crowd[call]);
	for (uint32_t s = 0; s < servers; s++) {
		uint32_t crowd = f->n[call] / servers + (s < f->n[call] % servers);

		if (s != w->server)
			load_tell(l, s, now, 1, cpu);
		if (crowd)
			load_tell(l, s, now, crowd, of_crowd);
	}
	if (f->kubelet[call])
		load_tell(l, w->home, now, 1, cpu);
}

void fanout_tell_change(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_change *c)
{
	const struct fanout_of_object *of = &f->change[c->object];

	if (!of->cpu)
		return;
	for (uint32_t i = 0; c->control_plane && i < to->n; i++)
		if (to->up_at[i] <= now)
			(void)server_tell(&to->server[i], now, 0, of->cpu, 0);
	for (uint32_t i = 0; c->control_plane && i < of->n; i++) {
		uint32_t at = nth_there(to, now, i);

		if (at < to->n)
			(void)server_tell(&to->server[at], now, of->first + i, of->crowd, 0);
	}
	if (c->node != FANOUT_NO_NODE && of->kubelet && to->up_at[c->home] <= now)
		(void)server_tell(&to->server[c->home], now, f->kubelets + c->node, of->cpu, 0);
}

void fanout_load_change(const struct fanout *f, uint32_t servers, struct load *l, ns_t now,
	const struct fanout_change *c)
{
	const struct fanout_of_object *of = &f->change[c->object];

	if (!of->cpu)
		return;
	for (uint32_t s = 0; c->control_plane && s < servers; s++) {
		uint32_t crowd = of->n / servers + (s < of->n % servers);

		load_tell(l, s, now, 1, of->cpu);
		if (crowd)
			load_tell(l, s, now, crowd, of->crowd);
	}
	if (c->node != FANOUT_NO_NODE && of->kubelet)
		load_tell(l, c->home, now, 1, of->cpu);
}
