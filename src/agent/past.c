/* SPDX-License-Identifier: Apache-2.0 */
/* What pods that have run for long did before now.  A pod's syncs are drawn from some time ago
 * on, so that it is due at a stationary random age; the cache fetched an object whenever one of
 * the pods that share it was synced and found it too old.  All draws are hashes, so a past is
 * drawn again wherever it is looked at. */
#include "agent/agent_priv.h"

enum { PAST_GAP, PAST_BEFORE, PAST_AGE };

/* A pod's syncs, one after the other: when it is due, and the tick that picks it up. */
struct walk {
	ns_t due, synced_at;
	uint32_t pod, n;
};

static uint64_t draw(const struct agent *a, uint32_t item, uint32_t pod, uint32_t n)
{
	return rng_draw(a->key, DRAW_PAST | ACTOR_WORKER << 8 | item << 16, pod, n);
}

static ns_t longest_gap(const struct agent *a)
{
	const struct kubelet_model *k = model_of(a);

	return k->worker.sync_frequency +
	       k->worker.sync_frequency / PPM * k->worker.sync_jitter;
}

/* A round of the cache is enough to forget how it began, if it began at a random age. */
static ns_t past_span(const struct agent *a)
{
	return a->plan->objects.ttl + 2 * longest_gap(a);
}

/* Ticks were there before the first one to come. */
static ns_t tick_at(const struct agent *a, ns_t due)
{
	ns_t before = a->tick_phase - due;

	return before > 0 ? a->tick_phase - before / model_of(a)->worker.ticker *
						    model_of(a)->worker.ticker
			  : sync_tick_after(a, due);
}

static struct walk walk_from(const struct agent *a, ns_t now, uint32_t pod)
{
	ns_t due = now - past_span(a) +
		   rng_residual(draw(a, PAST_BEFORE, pod, 0),
			   model_of(a)->worker.sync_frequency, longest_gap(a) + 1);

	return (struct walk){.due = due, .synced_at = tick_at(a, due), .pod = pod};
}

/* To the pod's next sync at or after `from`. */
static void walk_to(const struct agent *a, struct walk *w, ns_t from)
{
	while (w->synced_at < from) {
		uint64_t gap = draw(a, PAST_GAP, w->pod, w->n++);

		w->due = w->synced_at +
			 rng_span(gap, model_of(a)->worker.sync_frequency, longest_gap(a) + 1);
		w->synced_at = tick_at(a, w->due);
	}
}

ns_t past_due(const struct agent *a, ns_t now, uint32_t pod)
{
	struct walk w;

	if (a->pod[pod].due != NS_NEVER) /* past_fetch has been there */
		return a->pod[pod].due;
	w = walk_from(a, now, pod);
	walk_to(a, &w, now);
	return w.due;
}

/* ------------------------------------------------------------------ the cache */

/* Begin the walks of the pods that share the entry of that volume: how many. */
static uint32_t sharers_of(struct agent *a, ns_t now, uint32_t first, uint32_t volume)
{
	uint32_t volumes = a->plan->volumes;
	uint16_t entry = a->mount[(size_t)first * volumes + volume].entry;
	uint32_t refs = a->objects.entry[entry].refs;
	uint32_t n = 0;

	for (uint32_t p = first; n < refs && p < a->plan->pods; p++)
		if (a->pod[p].known && a->mount[(size_t)p * volumes + volume].entry == entry)
			a->walk[n++] = walk_from(a, now, p);
	return n;
}

/* The first sync at or after `from` of any of them; their walks go as far. */
static ns_t next_of_all(struct agent *a, uint32_t sharers, ns_t from)
{
	ns_t next = NS_NEVER;

	for (uint32_t i = 0; i < sharers; i++) {
		walk_to(a, &a->walk[i], from);
		next = ns_min(next, a->walk[i].synced_at);
	}
	return next;
}

void past_init(struct agent *a, struct arena *mem)
{
	if (a->plan->objects.kind == SC_CACHE && a->plan->has_past)
		a->walk = ARENA_ROOM(mem, struct walk, a->plan->pods);
}

/* Rounds are nearly all of one length, so at any moment the object's age is nearly uniform. */
static ns_t first_fetch(
	const struct agent *a, ns_t now, uint32_t first, uint32_t volume, uint32_t sharers)
{
	ns_t round = a->plan->objects.ttl + longest_gap(a) / (sharers + 1);

	return now - past_span(a) - rng_span(draw(a, PAST_AGE, first, volume), 0, round);
}

/* The walks have come near now, so they tell when the sharers are due too. */
static void sharers_due(struct agent *a, ns_t now, uint32_t sharers)
{
	for (uint32_t i = 0; i < sharers; i++) {
		struct walk *w = &a->walk[i];

		walk_to(a, w, now);
		a->pod[w->pod].due = w->due;
	}
}

ns_t past_fetch(struct agent *a, ns_t now, uint32_t first, uint32_t volume)
{
	struct sc_entry *e =
		&a->objects.entry[a->mount[(size_t)first * a->plan->volumes + volume].entry];
	ns_t fetched = first_fetch(a, now, first, volume, e->refs);
	uint32_t sharers;

	assert(a->plan->has_past);
	sharers = sharers_of(a, now, first, volume);
	while (fetched + a->plan->objects.ttl + 1 < now) {
		ns_t next = next_of_all(a, sharers, fetched + a->plan->objects.ttl + 1);

		if (next >= now)
			break;
		fetched = next;
	}
	sharers_due(a, now, sharers);
	return fetched;
}
