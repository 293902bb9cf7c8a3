/* SPDX-License-Identifier: Apache-2.0 */
/* A few threads that wait for work, beside one that hands it out and goes on.
 *
 * Items are numbers.  Which thread gets one, and when, is left open, so the outcome must not
 * hang on that: an item is best a part that nobody else touches until it is done.  Whoever
 * handed it out may work on items too.  Threads without work give the processor up.
 */
#ifndef NODETOLL_BASE_CREW_H
#define NODETOLL_BASE_CREW_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct crew;

/* Threads 1 to n_threads - 1, who will call work(ctx, thread, item); 0 is the caller's own.
 * NULL: ERR_ENV, a thread cannot be started.  End with crew_end. */
struct crew *crew_begin(unsigned n_threads,
	void (*work)(void *ctx, unsigned thread, uint32_t item), void *ctx, struct err *err);

/* How many there are beside the caller's. */
unsigned crew_others(const struct crew *c);

/* Hand an item out.  False: there is nobody, or there are too many unfinished; it is the
 * caller's.  What was written before is seen by whoever works on it. */
bool crew_offer(struct crew *c, uint32_t item);

/* For who waits for an item that another thread has begun: work on the next that nobody has
 * begun, as thread 0; if there is none, let a moment pass, or more of them if it has waited
 * for long.  *waited: 0 at first. */
void crew_help(struct crew *c, unsigned *waited);

/* Wait for all of them; items that nobody has begun are forgotten. */
void crew_end(struct crew *c);

#endif
