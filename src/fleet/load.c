/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/load.h"

#include <assert.h>
#include <stdlib.h>

/* n are inside for so long, and need a processor each for so long of it; or are only told. */
struct load_span {
	ns_t from;
	uint32_t inside, running, n;
};

enum { SPANS = 1023 }; /* 24 KB: counted while they are in a near cache still */

struct load_spans {
	struct load_spans *before;
	uint32_t n, counted;
	struct load_span span[SPANS];
};

void load_init(struct load *l, struct arena *mem, ns_t from, ns_t until)
{
	*l = (struct load){.from = from};
	l->slices = (uint32_t)((until + LOAD_SLICE - 1) / LOAD_SLICE);
	l->inside = ARENA_ARRAY(mem, uint16_t, l->slices);
	l->running = ARENA_ARRAY(mem, uint16_t, l->slices);
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

/* The most of any of them.  What comes at the end of the run, or goes on after it, counts as
 * far as there are slices. */
static uint16_t count(
	const struct load *l, uint16_t *slice, ns_t from, uint32_t lasts, uint32_t n)
{
	uint64_t last = ((uint64_t)from + lasts) / LOAD_SLICE;
	uint16_t most = 0;

	for (uint64_t i = (uint64_t)from / LOAD_SLICE; i <= last && i < l->slices; i++) {
		slice[i] = more(slice[i], n);
		most = larger(most, slice[i]);
	}
	return most;
}

/* Many at a time: slices are all over memory, and a processor that has nothing else to do
 * waits for several of them at once.  Only the last spans may not be counted yet. */
void load_count(struct load *l)
{
	struct load_spans *last = l->spans;
	uint16_t inside = l->most_inside;
	uint16_t running = l->most_running;

	for (; last && last->counted < last->n; last->counted++) {
		const struct load_span *s = &last->span[last->counted];

		if (s->inside)
			inside = larger(inside, count(l, l->inside, s->from, s->inside, s->n));
		running = larger(running, count(l, l->running, s->from, s->running, s->n));
	}
	l->most_inside = inside;
	l->most_running = running;
}

static void write_down(struct load *l, struct load_span span)
{
	if (!l->spans || l->spans->n == SPANS) {
		struct load_spans *next = ARENA_ROOM(&l->log, struct load_spans, 1);

		load_count(l);
		next->before = l->spans;
		next->n = next->counted = 0;
		l->spans = next;
	}
	l->spans->span[l->spans->n++] = span;
	l->n_spans++;
}

/* As much of it as fits a span. */
static uint32_t part(ns_t of)
{
	return of < UINT32_MAX ? (uint32_t)of : UINT32_MAX;
}

static void add(struct load *l, ns_t from, ns_t inside, ns_t running, uint32_t n)
{
	write_down(l, (struct load_span){from, part(inside), part(running), n});
	while (inside > UINT32_MAX || running > UINT32_MAX) {
		from += UINT32_MAX;
		inside -= part(inside);
		running -= part(running);
		write_down(l, (struct load_span){from, part(inside), part(running), n});
	}
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

/* Whether it touches a slice that has more than so many. */
static bool is_crowded(const struct load *l, const struct load_span *s, uint32_t limit)
{
	uint64_t last = (uint64_t)(s->from + s->running) / LOAD_SLICE;

	for (uint64_t i = (uint64_t)s->from / LOAD_SLICE; i <= last && i < l->slices; i++)
		if (l->running[i] > limit)
			return true;
	return false;
}

/* Of all that touch such slices.  Others are at no moment of those. */
static size_t find_edges(const struct load *l, uint32_t limit, struct edge *edge)
{
	size_t n = 0;

	for (const struct load_spans *some = l->spans; some; some = some->before)
		for (uint32_t i = 0; i < some->n; i++) {
			const struct load_span *s = &some->span[i];

			if (!is_crowded(l, s, limit))
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
	struct edge *edge;
	int64_t running = 0;
	size_t n;
	size_t i = 0;

	if (l->most_running <= processors)
		return false;
	arena_init(&scratch, 0);
	n = find_edges(l, processors, NULL);
	edge = ARENA_ROOM(&scratch, struct edge, n);
	(void)find_edges(l, processors, edge);
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
		into->inside[i] = more(into->inside[i], from->inside[i]);
		into->running[i] = more(into->running[i], from->running[i]);
		into->most_inside = larger(into->most_inside, into->inside[i]);
		into->most_running = larger(into->most_running, into->running[i]);
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
