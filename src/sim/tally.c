/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/tally.h"

#include <assert.h>
#include <stddef.h>

/* An odd number of cache lines, so that classes do not fall on each other in a cache. */
static uint32_t stride_for(uint32_t seconds)
{
	enum { LINE = 16 };

	return ((seconds + LINE - 1) / LINE | 1) * LINE;
}

/* Of one outcome. */
static size_t series_size(const struct tally *t)
{
	return t->seconds ? (size_t)CALLS_MAX * t->stride : 0;
}

void tally_init(struct tally *t, struct arena *mem, uint32_t n_windows, uint32_t seconds)
{
	assert(n_windows > 0 && n_windows <= TALLY_WINDOWS);
	t->n_windows = n_windows;
	t->window = ARENA_ARRAY(mem, struct tally_window, n_windows);
	t->spot[0] = t->spot[1] = (struct tally_spot){0};
	t->each = false;
	t->times = NULL;
	t->trace = NULL;
	t->seconds = seconds;
	t->stride = stride_for(seconds);
	t->series = seconds ? ARENA_ARRAY(mem, uint32_t, OUTCOME_N * series_size(t)) : NULL;
	t->rejected = seconds ? ARENA_ARRAY(mem, uint32_t, seconds) : NULL;
}

void tally_keep_times(struct tally *t, struct arena *mem)
{
	struct tally_times *times = ARENA_NEW(mem, struct tally_times);

	for (unsigned c = 0; c < CALLS_MAX; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++) {
			times->took[c][o].min = NS_NEVER;
			if (c >= CALL_API)
				times->held[c - CALL_API][o].min = NS_NEVER;
		}
	for (unsigned c = 0; c < CALLS_MAX - CALL_API; c++)
		times->served[c].min = NS_NEVER;
	t->times = times;
	t->each = true;
}

void tally_trace(
	struct tally *t, void (*trace)(void *ctx, const struct tally_call *call), void *ctx)
{
	t->trace = trace;
	t->trace_ctx = ctx;
	t->each = t->times || trace;
}

void tally_each(struct tally *t, const struct tally_call *c)
{
	bool api = !call_is_runtime(c->call);

	assert(c->what < OUTCOME_N); /* OUTCOME_REFUSED is none that counts */
	if (t->times && c->took != TALLY_UNKNOWN &&
		tally_spot(t, api, c->at)->in == &t->window[0].in) {
		hist_add(&t->times->took[c->call][c->what], c->took);
		if (api)
			hist_add(&t->times->held[c->call - CALL_API][c->what], c->held);
		if (api && c->what != OUTCOME_REJECTED && c->served != TALLY_UNKNOWN)
			hist_add(&t->times->served[c->call - CALL_API], c->served);
	}
	if (t->trace)
		t->trace(t->trace_ctx, c);
}

static void times_merge(struct tally_times *into, const struct tally_times *from)
{
	for (unsigned c = 0; c < CALLS_MAX; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++) {
			hist_merge(&into->took[c][o], &from->took[c][o]);
			if (c >= CALL_API)
				hist_merge(&into->held[c - CALL_API][o],
					&from->held[c - CALL_API][o]);
		}
	for (unsigned c = 0; c < CALLS_MAX - CALL_API; c++)
		hist_merge(&into->served[c], &from->served[c]);
}

static void counts_merge(struct tally_counts *into, const struct tally_counts *from)
{
	for (size_t c = 0; c < CALLS_MAX; c++) {
		for (size_t o = 0; o < OUTCOME_N; o++)
			into->count[c][o] += from->count[c][o];
		into->bytes[c] += from->bytes[c];
		into->unsized[c] += from->unsized[c];
		into->quorum[c] += from->quorum[c];
	}
	for (size_t op = 0; op < OP_N; op++)
		into->worked[op] += from->worked[op];
	into->marked_pods += from->marked_pods;
	into->records += from->records;
	into->watch_events += from->watch_events;
}

/* What is none is not added: a page of it that nobody has touched stays so, and a run of days
 * has many. */
static void seconds_merge(uint32_t *into, const uint32_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (from[i])
			into[i] += from[i];
}

/* Nothing is read of an outcome that nobody had. */
static void series_merge(struct tally *into, const struct tally *from, enum outcome o)
{
	uint64_t had = o == OUTCOME_OK;

	for (unsigned c = 0; c < CALLS_MAX; c++)
		had |= from->window[0].in.count[c][o];
	if (!had)
		return;
	seconds_merge(into->series + o * series_size(from),
		from->series + o * series_size(from), series_size(from));
}

void tally_merge(struct tally *into, const struct tally *from)
{
	assert(into->n_windows == from->n_windows && into->seconds == from->seconds);
	assert(!into->times == !from->times);
	for (uint32_t w = 0; w < into->n_windows; w++)
		counts_merge(&into->window[w].in, &from->window[w].in);
	for (unsigned o = 0; into->seconds && o < OUTCOME_N; o++)
		series_merge(into, from, (enum outcome)o);
	seconds_merge(into->rejected, from->rejected, into->seconds);
	if (into->times)
		times_merge(into->times, from->times);
}

uint32_t tally_second_of(
	const struct tally *t, uint32_t call, enum outcome what, uint32_t second)
{
	uint32_t n = tally_second(t, call, second);

	if (what != OUTCOME_OK)
		return t->series[what * series_size(t) + (size_t)call * t->stride + second];
	for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_N; o++)
		if (t->window[0].in.count[call][o])
			n -= tally_second_of(t, call, (enum outcome)o, second);
	return n;
}

void tally_reject(struct tally *t, ns_t at)
{
	const struct tally_spot *s = tally_spot(t, 1, at);

	if (s->second)
		t->rejected[s->second - t->series]++;
}

/* The spot of a time that no window has: up to the next window. */
static void seek_gap(struct tally *t, unsigned side, ns_t at)
{
	struct tally_spot gap = {.from = 0, .until = NS_NEVER};

	for (uint32_t i = 0; i < t->n_windows; i++) {
		const struct tally_window *w = &t->window[i];

		if (w->until[side] <= at && w->until[side] > gap.from)
			gap.from = w->until[side];
		if (w->from[side] > at && w->from[side] < gap.until)
			gap.until = w->from[side];
	}
	t->spot[side] = gap;
}

/* From one second of the series to the next, which is where nearly all seeks go. */
static bool seek_next(struct tally *t, unsigned side, ns_t at)
{
	struct tally_spot *s = &t->spot[side];
	ns_t end = t->window[0].until[side];

	if (!s->second || at < s->until || at - s->until >= NS_S || at >= end ||
		s->second == &t->series[t->seconds - 1])
		return false;
	s->second++;
	s->from = s->until;
	s->until = ns_min(end, s->from + NS_S);
	return true;
}

void tally_seek(struct tally *t, unsigned side, ns_t at)
{
	if (seek_next(t, side, at))
		return;
	for (uint32_t i = 0; i < t->n_windows; i++) {
		struct tally_window *w = &t->window[i];
		struct tally_spot s = {
			.from = w->from[side], .until = w->until[side], .in = &w->in};

		if (at < s.from || at >= s.until)
			continue;
		if (i == 0 && t->seconds) {
			uint64_t second = (uint64_t)(at - s.from) / NS_S;

			if (second >= t->seconds)
				second = t->seconds - 1u;
			s.second = &t->series[second];
			s.stride = t->stride;
			s.outcomes = series_size(t);
			s.from += (ns_t)second * NS_S;
			s.until = ns_min(s.until, s.from + NS_S);
		}
		t->spot[side] = s;
		return;
	}
	seek_gap(t, side, at);
}
