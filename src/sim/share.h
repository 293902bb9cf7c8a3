/* SPDX-License-Identifier: Apache-2.0 */
/* Processors that jobs share: with n jobs on c of them each runs at min(1, c / n) of its speed,
 * as under a fair scheduler (Kleinrock's processor sharing).
 *
 * Time is counted in work that one job would have been given since the beginning, so a job's
 * end is a fixed number from its start on, whoever comes and goes; a binary heap has the next
 * of them.  A job may have a mark on its way, which is told too.  Jobs that end at one moment
 * end in the order of their coming.  Integers only; nothing is allocated after share_init.
 */
#ifndef SIM_SHARE_H
#define SIM_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ns.h"

struct share_job {
	uint64_t next; /* of the two that is to come: mark or end, as work */
	uint64_t end;
	uint64_t tag; /* the caller's */
	uint32_t seq;
};

/* Read by anyone; written by share.c only. */
struct share {
	uint32_t processors;
	uint32_t n, capacity;
	uint32_t seq;
	uint64_t work;         /* given to each job until `at` */
	ns_t at;               /* when that was */
	ns_t next_at;          /* of share_take; NS_NEVER: no job */
	struct share_job *job; /* a heap */
};

/* Nobody runs.  Room for `capacity` jobs in memory from mem. */
void share_init(struct share *s, struct arena *mem, uint32_t processors, uint32_t capacity);

/* A job comes that needs `demand` of a processor to itself; its mark is after `mark` of that
 * (not beyond demand).  There must be room. */
void share_add(struct share *s, ns_t now, ns_t demand, ns_t mark, uint64_t tag);

/* The job that is due at s->next_at is at its mark, or, true, at its end.  One without a mark
 * before its end only ends. */
bool share_take(struct share *s, ns_t now, uint64_t *tag);

/* The job of that tag is broken off; there must be one.  Takes time with the number of jobs. */
void share_remove(struct share *s, ns_t now, uint64_t tag);

#endif
