/* SPDX-License-Identifier: Apache-2.0 */
/* A few threads, many items.
 *
 * Items are handed out in order, each to whichever thread is free, and must be
 * independent: with results kept by item, never by thread, the outcome is the
 * same for any number of threads.  The caller's own thread is number 0 and
 * works too.
 */
#ifndef NODETOLL_BASE_POOL_H
#define NODETOLL_BASE_POOL_H

#include "base/err.h"

#include <stdint.h>

#define POOL_MAX_THREADS 256

/* Call work(ctx, thread, item) once for every item in [0, n_items), on
 * n_threads threads (at least 1; capped at POOL_MAX_THREADS and n_items), and
 * wait for all.  thread < n_threads tells whose scratch memory to use.  One
 * thread means no other is started.  ERR_ENV if a thread cannot be started:
 * then some items may have run and the others do not. */
int pool_run(unsigned n_threads, uint32_t n_items,
	void (*work)(void *ctx, unsigned thread, uint32_t item), void *ctx, struct err *err);

/* How many processors this process may use; at least 1. */
unsigned pool_processors(void);

#endif
