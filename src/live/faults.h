/* SPDX-License-Identifier: Apache-2.0 */
/* Faults on demand: what goes wrong, how often, and at a word of command.
 *
 * A rule has a kind and a share of requests (of watches, each second).  Which requests it hits
 * follows from the seed and the request's number.
 */
#ifndef LIVE_FAULTS_H
#define LIVE_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ns.h"
#include "base/str.h"

/* enum, name, what it does */
#define FAULTS(X)                                                                              \
	X(LATENCY, "latency", "the answer comes later by a time")                              \
	X(REJECT, "429", "Too Many Requests, Retry-After 1")                                   \
	X(ERROR, "500", "Internal Server Error")                                               \
	X(RESET, "reset", "the connection is reset")                                           \
	X(HALF_CLOSE, "half-close", "the server's side of the connection ends, unanswered")    \
	X(HANG, "hang", "no answer until the request timeout")                                 \
	X(DROP_WATCH, "drop-watch", "a watch ends before its time")                            \
	X(GONE, "410", "a LIST or WATCH at a resource version is told that it is too old")     \
	X(RESTART, "restart", "all connections go, nobody listens for a time, history is lost")

enum fault {
#define X(e, name, help) FAULT_##e,
	FAULTS(X)
#undef X
		FAULT_N
};

/* share: of a million requests, or of open watches a second; at 0 only by command.  time: of
 * latency and restart.  period: of restarts; 0: only by command. */
struct fault_rules {
	int64_t share[FAULT_N];
	ns_t time[FAULT_N];
	ns_t period;
};

/* Add "KIND=SHARE", "latency=TIME@SHARE" or "restart=TIME@PERIOD".  ERR_INPUT: in words. */
int faults_parse(struct fault_rules *rules, const char *text, struct err *err);

/* Whether the count-th request has that fault. */
bool fault_strikes(
	const struct fault_rules *rules, uint64_t seed, enum fault fault, uint32_t count);

const char *fault_name(enum fault fault);

/* The fault of that name; FAULT_N: none. */
enum fault fault_find(const char *name);

#endif
