/* SPDX-License-Identifier: Apache-2.0 */
/* What client-go does with an answer before its caller sees it.
 *
 * A request that is rejected with a Retry-After (429, or 5xx with one) is sent again after just
 * so many seconds, without jitter, through the limiter, ten times at most; then its caller has
 * the error (rest/request.go 1.20: 870-943, maxRetries).  So is a read whose connection was
 * reset, after a second.  A WATCH is sent again since 1.22 where an answer says when (PR
 * #102107: rest/request.go Watch, with_retry.go, which pass the limiter then); before, and
 * where it was cut off, its reflector waits, and opens it again or lists. */
#ifndef AGENT_CLIENT_H
#define AGENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ns.h"

enum { CLIENT_TRIES_AGAIN = 10 };

#define CLIENT_AFTER_RESET NS_S

/* retry_after: what the answer says, or CLIENT_AFTER_RESET for a read that was cut off; 0: it
 * failed in another way.  is_once: a WATCH that is not sent again. */
static inline bool client_tries_again(ns_t retry_after, bool is_once, uint8_t tries)
{
	return retry_after > 0 && !is_once && tries < CLIENT_TRIES_AGAIN;
}

#endif
