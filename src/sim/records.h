/* SPDX-License-Identifier: Apache-2.0 */
/* What a container runtime lists: the state of every sandbox and container of a node.
 *
 * The runtime keeps it, PLEG reads it and keeps the older copy it compares with.  A
 * container's record is one 16-bit word: state, exited older instances still listed, and an
 * instance number that grows at each restart.  2 bytes a container and 1 a pod; a status also
 * tells when it exited, 8 bytes more.  Beside that, what probes find: whether it is ready.
 */
#ifndef SIM_RECORDS_H
#define SIM_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ns.h"

enum record_state { RECORD_NONE, RECORD_CREATED, RECORD_RUNNING, RECORD_EXITED };

typedef uint16_t record_t;

enum { RECORD_DEAD_MAX = 15, RECORD_INSTANCES = 1 << 10 };

static inline enum record_state record_state(record_t r)
{
	return (enum record_state)(r & 3);
}

static inline uint32_t record_dead(record_t r)
{
	return r >> 2 & 15;
}

static inline uint32_t record_instance(record_t r)
{
	return r >> 6;
}

static inline record_t record_make(enum record_state state, uint32_t dead, uint32_t instance)
{
	return (record_t)((uint32_t)state | dead << 2 |
			  (instance & (RECORD_INSTANCES - 1)) << 6);
}

/* How many containers of any state the record stands for. */
static inline uint32_t record_listed(record_t r)
{
	return record_dead(r) + (record_state(r) != RECORD_NONE);
}

/* A sandbox: none, ready (RECORD_RUNNING) or not ready (RECORD_EXITED). */
typedef uint8_t sandbox_t;

/* Pods that are asked whether they are ready. */
struct readiness {
	ns_t after; /* a container's start it is */
	ns_t fails_every, fails_for;
	ns_t *started_at; /* [pods * containers]; NULL: always ready, nobody asks */
	ns_t *phase;      /* [pods] of its failures */
};

/* Written by the runtime, read by anyone. */
struct records {
	uint64_t
		changes; /* grows with every change, so that "nothing changed" is one compare */
	uint32_t pods;   /* pod places of the node */
	uint32_t containers;   /* of each */
	uint32_t n_containers; /* records of any state */
	uint32_t n_running;    /* containers */
	uint32_t n_sandboxes;
	sandbox_t *sandbox;  /* [pods] */
	record_t *container; /* [pods * containers] */
	ns_t *exited_at;     /* [pods * containers]: the latest exit; no list shows it */
	struct readiness ready;
};

/* What a container that runs says when it is asked whether it is ready. */
static inline bool records_ready(
	const struct records *r, uint32_t pod, uint32_t container, ns_t now)
{
	const struct readiness *ready = &r->ready;

	if (!ready->started_at)
		return true;
	if (now < ready->started_at[pod * r->containers + container] + ready->after)
		return false;
	return ready->fails_every == 0 ||
	       (now + ready->phase[pod]) % ready->fails_every >= ready->fails_for;
}

#endif
