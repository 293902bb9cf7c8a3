/* SPDX-License-Identifier: Apache-2.0 */
/* The yardstick: the same nodes under a plain event queue.
 *
 * What fleet/ gains by running a node from its first event to its last is measured against the
 * textbook way: all nodes are alive at once and whoever is due next in the whole cluster goes,
 * from one binary heap keyed by (time, node).  The nodes, and so every result, are the same.
 * It is a kind yardstick: the heap holds an entry a node, not one a pending event (each node
 * keeps its own tournament tree), and a step may stand for a chain of calls.
 */
#ifndef BENCH_GLOBAL_HEAP_H
#define BENCH_GLOBAL_HEAP_H

#include "fleet/fleet.h"

/* As fleet_run on one thread, without its trace and progress; *heap_bytes is the memory of all
 * nodes.  Release r with fleet_result_fini. */
void global_heap_run(
	const struct fleet_params *p, struct fleet_result *r, uint64_t *heap_bytes);

/* The first measurement in which two results of the same run differ, NULL if none does.  The
 * size of a node's block is the driver's affair and not compared. */
const char *global_heap_difference(const struct fleet_result *a, const struct fleet_result *b);

#endif
