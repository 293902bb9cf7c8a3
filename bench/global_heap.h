/* SPDX-License-Identifier: Apache-2.0 */
/* The yardstick: the same nodes under a plain event queue.
 *
 * What fleet/ gains by running a node from its first event to its last, calls in chains, is
 * measured against the textbook way: all nodes are alive at once, and one binary heap holds
 * everything that is pending in the whole cluster, an entry each: every actor's wake-up, every
 * change of a runtime, every call's start and every call's end.  The agent's code is the same,
 * and so is every result.
 */
#ifndef BENCH_GLOBAL_HEAP_H
#define BENCH_GLOBAL_HEAP_H

#include "fleet/fleet.h"

/* As fleet_run on one thread, without its trace and progress; *heap_bytes is the memory of all
 * nodes and of what is pending.  Release r with fleet_result_fini. */
__attribute__((visibility("default"))) void global_heap_run(
	const struct fleet_params *p, struct fleet_result *r, uint64_t *heap_bytes);

/* The first measurement in which two results of the same run differ, NULL if none does.  The
 * size of a node's block is the driver's affair and not compared. */
const char *global_heap_difference(const struct fleet_result *a, const struct fleet_result *b);

#endif
