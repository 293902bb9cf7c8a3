/* SPDX-License-Identifier: Apache-2.0 */
/* What client-go does with an answer before its caller sees it.
 *
 * A request that is rejected with a Retry-After (429, or 5xx with one) is sent again after just
 * so many seconds, without jitter, through the limiter, ten times at most; then its caller has
 * the error (rest/request.go 1.20: 870-943, maxRetries).  A WATCH is not: its reflector backs
 * off and lists again. */
#ifndef AGENT_CLIENT_H
#define AGENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/calls.h"

enum { CLIENT_TRIES_AGAIN = 10 };

static inline bool client_tries_again(enum outcome what, bool is_watch, uint8_t tries)
{
	return what == OUTCOME_REJECTED && !is_watch && tries < CLIENT_TRIES_AGAIN;
}

#endif
