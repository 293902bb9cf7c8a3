/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/load.h"

#include "base/fetch.h"
#include <assert.h>
#include <stdlib.h>

/* n are inside for so long, and need a processor each for so long of it; or are only told. */
struct load_span {
	ns_t from;
	uint32_t inside, running, n;
};

/* 24 KB: counted while they are in a near cache still; so many ahead slices are asked for. */
enum { SPANS = 1023, AHEAD = 16 };

struct load_spans {
	struct load_spans *before;
	uint32_t n, counted;
	struct load_span span[SPANS];
};

void load_init(struct load *l, struct arena *mem, ns_t from, ns_t until)
{
	*l = (struct load){.from = from};
	l->slices = (uint32_t)((until + LOAD_SLICE - 1) / LOAD_SLICE);
	l->slice = ARENA_ARRAY(mem, struct load_slice, l->slices);
	l->seconds = (uint32_t)((until - from + NS_S - 1) / NS_S);
	l->seat_time = ARENA_ARRAY(mem, uint64_t, l->seconds);
	l->busy_time = ARENA_ARRAY(mem, uint64_t, l->seconds);
	arena_init(&l->log, 0);
}

void load_fini(struct load *l)
{
	arena_fini(&l->log);
}

/* ------------------------------------------------------------------ slices */

static uint16_t more(uint32_t a, uint32_t b)
{
	return (uint16_t)(a + b < UINT16_MAX ? a + b : UINT16_MAX);
}

static uint16_t larger(uint16_t a, uint16_t b)
{
	return a > b ? a : b;
}

/* The last that it touches.  What comes at the end of the run, or goes on after it, counts as
 * far as there are slices. */
static inline uint64_t slice_at(const struct load *l, ns_t from, uint32_t lasts)
{
	uint64_t i = ((uint64_t)from + lasts - (lasts > 0)) / LOAD_SLICE;

	return i < l->slices ? i : l->slices - 1u;
}

static inline void count(struct load *l, const struct load_span *s)
{
	uint64_t first = (uint64_t)s->from / LOAD_SLICE;
	uint16_t inside = l->most_inside;
	uint16_t running = l->most_running;

	if (first >= l->slices)
		return;
	for (uint64_t i = first, last = slice_at(l, s->from, s->running);
		i <= last && s->running; i++) {
		l->slice[i].running = more(l->slice[i].running, s->n);
		running = larger(running, l->slice[i].running);
	}
	for (uint64_t i = first, last = slice_at(l, s->from, s->inside); i <= last && s->inside;
		i++) {
		l->slice[i].inside = more(l->slice[i].inside, s->n);
		inside = larger(inside, l->slice[i].inside);
	}
	l->most_inside = inside;
	l->most_running = running;
}

/* Many at a time: slices are all over memory, and what is asked for ahead comes side by side.
 * Only the last spans may not be counted yet. */
void load_count(struct load *l)
{
	struct load_spans *last = l->spans;

	for (; last && last->counted < last->n; last->counted++) {
		uint32_t ahead =
			last->counted + AHEAD < last->n ? last->counted + AHEAD : last->n - 1;

		fetch(&l->slice[slice_at(l, last->span[ahead].from, 0)], sizeof(*l->slice));
		count(l, &last->span[last->counted]);
	}
}

static __attribute__((noinline)) void more_spans(struct load *l)
{
	struct load_spans *next = ARENA_ROOM(&l->log, struct load_spans, 1);

	load_count(l);
	next->before = l->spans;
	next->n = next->counted = 0;
	l->spans = next;
}

static inline void write_down(struct load *l, struct load_span span)
{
	if (!l->spans || l->spans->n == SPANS)
		more_spans(l);
	l->spans->span[l->spans->n++] = span;
	l->n_spans++;
}

/* More than fits a span: in several, one after the other, that share no slice. */
static __attribute__((noinline)) void add_long(
	struct load *l, ns_t from, ns_t inside, ns_t running, uint32_t n)
{
	while (inside > 0 || running > 0) {
		ns_t part = UINT32_MAX - (from + UINT32_MAX) % LOAD_SLICE;

		write_down(l, (struct load_span){from, (uint32_t)ns_min(inside, part),
				      (uint32_t)ns_min(running, part), n});
		from += part;
		inside = ns_max(inside - part, 0);
		running = ns_max(running - part, 0);
	}
}

static inline void add(struct load *l, ns_t from, ns_t inside, ns_t running, uint32_t n)
{
	if (inside > UINT32_MAX || running > UINT32_MAX)
		add_long(l, from, inside, running, n);
	else
		write_down(l, (struct load_span){from, (uint32_t)inside, (uint32_t)running, n});
}

/* ------------------------------------------------------------------ requests */

static void take(struct load *l, ns_t at, ns_t seat, uint64_t processors)
{
	uint64_t second = (uint64_t)(at - l->from) / NS_S;

	if (second >= l->seconds)
		return;
	l->seat_time[second] += (uint64_t)seat;
	l->busy_time[second] += processors;
}

static void request(
	struct load *l, uint32_t server, struct load_of_call *of, ns_t at, ns_t took, ns_t cpu)
{
	assert(at >= 0 && took >= 0);
	add(l, at, took, cpu, 1);
	if (at < l->from)
		return;
	take(l, at, took, (uint64_t)cpu);
	l->busy[server] += (uint64_t)cpu;
	of->requests++;
	of->took += (uint64_t)took;
	of->cpu += (uint64_t)cpu;
}

void load_add(struct load *l, uint32_t server, uint16_t call, ns_t at, ns_t took, ns_t cpu)
{
	l->used[call] = true;
	request(l, server, &l->measured[call], at, took, cpu);
}

void load_add_owner(
	struct load *l, uint32_t server, uint16_t call, ns_t at, ns_t took, ns_t cpu)
{
	l->used_by_owners[call] = true;
	request(l, server, &l->owners[call], at, took, cpu);
}

void load_tell(struct load *l, uint32_t server, ns_t at, uint32_t watchers, ns_t cpu)
{
	assert(at >= 0 && cpu >= 0);
	add(l, at, 0, cpu, watchers);
	if (at < l->from)
		return;
	take(l, at, 0, watchers * (uint64_t)cpu);
	l->busy[server] += watchers * (uint64_t)cpu;
	l->told += watchers;
	l->telling += watchers * (uint64_t)cpu;
	l->telling_most = cpu > l->telling_most ? cpu : l->telling_most;
}

/* ------------------------------------------------------------------ moments */

/* So many come (> 0) or go. */
struct edge {
	ns_t at;
	int64_t n;
};

/* Who goes makes room for who comes at the same moment. */
static int by_time(const void *a, const void *b)
{
	const struct edge *x = a;
	const struct edge *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->n > 0) - (y->n > 0);
}

/* The slices that have more than so many, a bit each: those of all slices fit a near cache. */
static uint64_t *find_crowds(const struct load *l, uint32_t limit, struct arena *mem)
{
	uint64_t *crowded = ARENA_ARRAY(mem, uint64_t, l->slices / 64 + 1);

	for (uint32_t i = 0; i < l->slices; i++)
		crowded[i / 64] |= (uint64_t)(l->slice[i].running > limit) << i % 64;
	return crowded;
}

/* Whether it touches one of them. */
static inline bool is_crowded(
	const struct load *l, const struct load_span *s, const uint64_t *crowded)
{
	uint64_t i = (uint64_t)s->from / LOAD_SLICE;

	if (i >= l->slices)
		return false;
	for (uint64_t last = slice_at(l, s->from, s->running); i <= last; i++)
		if (crowded[i / 64] >> i % 64 & 1)
			return true;
	return false;
}

/* Of all that touch such slices.  Others are at no moment of those. */
static size_t find_edges(const struct load *l, const uint64_t *crowded, struct edge *edge)
{
	size_t n = 0;

	for (const struct load_spans *some = l->spans; some; some = some->before)
		for (uint32_t i = 0; i < some->n; i++) {
			const struct load_span *s = &some->span[i];

			if (!is_crowded(l, s, crowded))
				continue;
			if (edge) {
				edge[n] = (struct edge){s->from, s->n};
				edge[n + 1] =
					(struct edge){s->from + s->running, -(int64_t)s->n};
			}
			n += 2;
		}
	return n;
}

bool load_exceeds(const struct load *l, uint32_t processors)
{
	struct arena scratch;
	const uint64_t *crowded;
	struct edge *edge;
	int64_t running = 0;
	size_t n;
	size_t i = 0;

	if (l->most_running <= processors)
		return false;
	arena_init(&scratch, 0);
	crowded = find_crowds(l, processors, &scratch);
	n = find_edges(l, crowded, NULL);
	edge = ARENA_ROOM(&scratch, struct edge, n);
	(void)find_edges(l, crowded, edge);
	qsort(edge, n, sizeof(*edge), by_time);
	while (i < n && running <= processors)
		running += edge[i++].n;
	arena_fini(&scratch);
	return running > processors;
}

static void spans_merge(struct load *into, struct load *from)
{
	struct load_spans **first = &from->spans;

	while (*first)
		first = &(*first)->before;
	*first = into->spans;
	into->spans = from->spans;
	into->n_spans += from->n_spans;
	from->spans = NULL;
}

static void of_call_merge(struct load_of_call *into, const struct load_of_call *from)
{
	into->requests += from->requests;
	into->took += from->took;
	into->cpu += from->cpu;
}

void load_merge(struct load *into, struct load *from)
{
	assert(into->slices == from->slices);
	load_count(into);
	load_count(from);
	spans_merge(into, from);
	for (uint32_t i = 0; i < into->slices; i++) {
		struct load_slice *s = &into->slice[i];

		s->inside = more(s->inside, from->slice[i].inside);
		s->running = more(s->running, from->slice[i].running);
		into->most_inside = larger(into->most_inside, s->inside);
		into->most_running = larger(into->most_running, s->running);
	}
	for (uint32_t i = 0; i < into->seconds; i++) {
		into->seat_time[i] += from->seat_time[i];
		into->busy_time[i] += from->busy_time[i];
	}
	for (uint32_t i = 0; i < SERVERS_MAX; i++)
		into->busy[i] += from->busy[i];
	into->told += from->told;
	into->telling += from->telling;
	if (from->telling_most > into->telling_most)
		into->telling_most = from->telling_most;
	for (uint32_t c = 0; c < CALLS_MAX; c++) {
		into->used[c] |= from->used[c];
		into->used_by_owners[c] |= from->used_by_owners[c];
		of_call_merge(&into->measured[c], &from->measured[c]);
		of_call_merge(&into->owners[c], &from->owners[c]);
	}
}
