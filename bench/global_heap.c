/* SPDX-License-Identifier: Apache-2.0 */
#include "global_heap.h"

#include <string.h>

#include "fleet/node.h"

/* Nodes lie packed, one behind the other; the last chunk's rest is all that is wasted. */
#define CHUNK_BYTES ((size_t)4 << 20)

struct due {
	ns_t at;
	uint32_t node;
};

/* ------------------------------------------------------------------ the heap */

static bool is_before(const struct due *a, const struct due *b)
{
	return a->at < b->at || (a->at == b->at && a->node < b->node);
}

/* Let the entry at i find its place among those below it. */
static void sink(struct due *heap, uint32_t n, uint32_t i)
{
	struct due moving = heap[i];

	for (uint32_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
		if (child + 1 < n && is_before(&heap[child + 1], &heap[child]))
			child++;
		if (!is_before(&heap[child], &moving))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moving;
}

static void order(struct due *heap, uint32_t n)
{
	for (uint32_t i = n / 2; i-- > 0;)
		sink(heap, n, i);
}

/* ------------------------------------------------------------------ the driver */

void global_heap_run(const struct fleet_params *p, struct fleet_result *r, uint64_t *heap_bytes)
{
	uint32_t n = p->scenario->nodes;
	struct node_plan plan = {0};
	struct arena mem;
	struct node *node;
	struct due *heap;

	arena_init(&mem, CHUNK_BYTES);
	fleet_result_init(r, p);
	node_plan_init(&plan, p, &mem);
	node = ARENA_ARRAY(&mem, struct node, n);
	heap = ARENA_ARRAY(&mem, struct due, n);
	for (uint32_t i = 0; i < n; i++) {
		node_begin(&node[i], &plan, i, r, &mem);
		heap[i] = (struct due){node_next_at(&node[i]), i};
	}
	order(heap, n);
	/* The one that went is put in order again where it stands: a push and a pop in one. */
	while (heap[0].at < p->until) {
		struct node *next = &node[heap[0].node];

		node_step(next, heap[0].at);
		heap[0].at = node_next_at(next);
		sink(heap, n, 0);
	}
	for (uint32_t i = 0; i < n; i++)
		node_end(&node[i], p->until);
	*heap_bytes = arena_bytes(&mem);
	arena_fini(&mem);
}

/* ------------------------------------------------------------------ the same results */

static bool tallies_differ(const struct tally *a, const struct tally *b)
{
	if (a->n_windows != b->n_windows || a->seconds != b->seconds)
		return true;
	for (uint32_t w = 0; w < a->n_windows; w++)
		if (memcmp(&a->window[w].in, &b->window[w].in, sizeof(a->window[w].in)) != 0)
			return true;
	return a->seconds &&
	       memcmp(a->series, b->series, sizeof(*a->series) * a->seconds * CALLS_MAX) != 0;
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
