/* SPDX-License-Identifier: Apache-2.0 */
/* A wait that doubles from one failure to the next and forgets when all was well for long:
 * apimachinery wait.NewExponentialBackoffManager, factor 2. */
#ifndef SIM_BACKOFF_H
#define SIM_BACKOFF_H

#include <stdint.h>

#include "base/ns.h"
#include "base/rng.h"

struct backoff_rule {
	ns_t first, most;
	ns_t reset;      /* so long after the last failure the first is the first again */
	uint32_t jitter; /* per cent of the wait, added at most */
};

struct backoff {
	ns_t failed_at;
	uint32_t failures; /* in a row */
};

/* How long to wait after a failure at `now`. */
static inline ns_t backoff_next(
	struct backoff *b, const struct backoff_rule *rule, ns_t now, uint64_t draw)
{
	ns_t wait = rule->first;

	if (b->failures && now - b->failed_at > rule->reset)
		b->failures = 0;
	for (uint32_t i = 0; i < b->failures && wait < rule->most; i++)
		wait *= 2;
	wait = ns_min(wait, rule->most);
	b->failures += b->failures < UINT32_MAX;
	b->failed_at = now;
	return wait + rng_span(draw, 0, wait / 100 * rule->jitter + 1);
}

#endif
