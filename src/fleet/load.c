/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/load.h"

#include <assert.h>

void load_init(struct load *l, struct arena *mem, ns_t from, ns_t until)
{
	*l = (struct load){.from = from};
	l->slices = (uint32_t)((until + LOAD_SLICE - 1) / LOAD_SLICE);
	l->inside = ARENA_ARRAY(mem, uint16_t, l->slices);
	l->running = ARENA_ARRAY(mem, uint16_t, l->slices);
	l->seconds = (uint32_t)((until - from + NS_S - 1) / NS_S);
	l->seat_time = ARENA_ARRAY(mem, uint64_t, l->seconds);
	l->busy_time = ARENA_ARRAY(mem, uint64_t, l->seconds);
}

static uint16_t more(uint32_t a, uint32_t b)
{
	return (uint16_t)(a + b < UINT16_MAX ? a + b : UINT16_MAX);
}

/* What comes at the end of the run, or goes on after it, counts as far as there are slices. */
static void count(const struct load *l, uint16_t *slice, uint16_t *most, ns_t from, ns_t until,
	uint32_t n)
{
	uint64_t last = (uint64_t)until / LOAD_SLICE;

	for (uint64_t i = (uint64_t)from / LOAD_SLICE; i <= last && i < l->slices; i++) {
		slice[i] = more(slice[i], n);
		*most = slice[i] > *most ? slice[i] : *most;
	}
}

static void take(struct load *l, ns_t at, ns_t seat, uint64_t processors)
{
	uint64_t second = (uint64_t)(at - l->from) / NS_S;

	if (second >= l->seconds)
		return;
	l->seat_time[second] += (uint64_t)seat;
	l->busy_time[second] += processors;
}

void load_add(struct load *l, uint32_t server, uint16_t call, ns_t at, ns_t took, ns_t cpu)
{
	assert(at >= 0 && took >= 0);
	count(l, l->inside, &l->most_inside, at, at + took, 1);
	count(l, l->running, &l->most_running, at, at + cpu, 1);
	l->used[call] = true;
	if (at < l->from)
		return;
	take(l, at, took, (uint64_t)cpu);
	l->busy[server] += (uint64_t)cpu;
	l->measured[call].requests++;
	l->measured[call].took += (uint64_t)took;
	l->measured[call].cpu += (uint64_t)cpu;
}

void load_tell(struct load *l, uint32_t server, ns_t at, uint32_t watchers, ns_t cpu)
{
	assert(at >= 0 && cpu >= 0);
	count(l, l->running, &l->most_running, at, at + cpu, watchers);
	if (at < l->from)
		return;
	take(l, at, 0, watchers * (uint64_t)cpu);
	l->busy[server] += watchers * (uint64_t)cpu;
	l->told += watchers;
	l->telling += watchers * (uint64_t)cpu;
	l->telling_most = cpu > l->telling_most ? cpu : l->telling_most;
}

void load_merge(struct load *into, const struct load *from)
{
	assert(into->slices == from->slices);
	for (uint32_t i = 0; i < into->slices; i++) {
		into->inside[i] = more(into->inside[i], from->inside[i]);
		into->running[i] = more(into->running[i], from->running[i]);
		if (into->inside[i] > into->most_inside)
			into->most_inside = into->inside[i];
		if (into->running[i] > into->most_running)
			into->most_running = into->running[i];
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
		into->measured[c].requests += from->measured[c].requests;
		into->measured[c].took += from->measured[c].took;
		into->measured[c].cpu += from->measured[c].cpu;
	}
}
