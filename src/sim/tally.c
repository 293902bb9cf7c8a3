/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/tally.h"

#include <assert.h>
#include <stddef.h>

void tally_init(struct tally *t, struct arena *mem, uint32_t n_windows, uint32_t seconds)
{
	assert(n_windows > 0 && n_windows <= TALLY_WINDOWS);
	t->n_windows = n_windows;
	t->window = ARENA_ARRAY(mem, struct tally_window, n_windows);
	t->spot[0] = t->spot[1] = (struct tally_spot){0};
	t->seconds = seconds;
	t->series = seconds ? ARENA_ARRAY(mem, uint32_t, (size_t)CALLS_MAX * seconds) : NULL;
}

static void counts_merge(struct tally_counts *into, const struct tally_counts *from)
{
	for (size_t c = 0; c < CALLS_MAX; c++) {
		for (size_t o = 0; o < OUTCOME_N; o++)
			into->count[c][o] += from->count[c][o];
		into->bytes[c] += from->bytes[c];
	}
	for (size_t op = 0; op < OP_N; op++)
		into->worked[op] += from->worked[op];
	into->records += from->records;
	into->watch_events += from->watch_events;
}

void tally_merge(struct tally *into, const struct tally *from)
{
	assert(into->n_windows == from->n_windows && into->seconds == from->seconds);
	for (uint32_t w = 0; w < into->n_windows; w++)
		counts_merge(&into->window[w].in, &from->window[w].in);
	for (size_t i = 0; i < (size_t)CALLS_MAX * into->seconds; i++)
		into->series[i] += from->series[i];
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

void tally_seek(struct tally *t, unsigned side, ns_t at)
{
	for (uint32_t i = 0; i < t->n_windows; i++) {
		struct tally_window *w = &t->window[i];
		struct tally_spot s = {w->from[side], w->until[side], &w->in, NULL};

		if (at < s.from || at >= s.until)
			continue;
		if (i == 0 && t->seconds) {
			uint64_t second = (uint64_t)(at - s.from) / NS_S;

			if (second >= t->seconds)
				second = t->seconds - 1u;
			s.second = &t->series[second * CALLS_MAX];
			s.from += (ns_t)second * NS_S;
			s.until = ns_min(s.until, s.from + NS_S);
		}
		t->spot[side] = s;
		return;
	}
	seek_gap(t, side, at);
}
