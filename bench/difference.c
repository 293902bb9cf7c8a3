/* SPDX-License-Identifier: Apache-2.0 */
#include "global_heap.h"

#include <string.h>

static bool tallies_differ(const struct tally *a, const struct tally *b)
{
	if (a->n_windows != b->n_windows || a->seconds != b->seconds)
		return true;
	for (uint32_t w = 0; w < a->n_windows; w++)
		if (memcmp(&a->window[w].in, &b->window[w].in, sizeof(a->window[w].in)) != 0)
			return true;
	return a->seconds &&
	       memcmp(a->series, b->series,
		       sizeof(*a->series) * OUTCOME_N * CALLS_MAX * a->stride) != 0;
}

#define HISTOGRAMS(X)                                                                          \
	X(detection)                                                                           \
	X(staleness)                                                                           \
	X(relist_duration)                                                                     \
	X(relist_interval)                                                                     \
	X(step)                                                                                \
	X(running)                                                                             \
	X(gone)

#define COUNTERS(X)                                                                            \
	X(pods_started)                                                                        \
	X(pods_removed)                                                                        \
	X(open_watches)                                                                        \
	X(open_object_watches)                                                                 \
	X(distinct_objects)                                                                    \
	X(object_references)                                                                   \
	X(events_dropped)                                                                      \
	X(pleg_events_dropped)                                                                 \
	X(relists)                                                                             \
	X(unhealthy_nodes)                                                                     \
	X(steps)

/* All of them are made of 64-bit integers without gaps: bytes can be compared. */
const char *global_heap_difference(const struct fleet_result *a, const struct fleet_result *b)
{
	if (tallies_differ(&a->tally, &b->tally))
		return "tally";
#define X(member)                                                                              \
	if (memcmp(&a->member, &b->member, sizeof(a->member)) != 0)                            \
		return #member;
	HISTOGRAMS(X)
	COUNTERS(X)
#undef X
	return NULL;
}
