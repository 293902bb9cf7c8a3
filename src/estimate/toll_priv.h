/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the toll share.  For toll*.c alone. */
#ifndef ESTIMATE_TOLL_PRIV_H
#define ESTIMATE_TOLL_PRIV_H

#include "estimate/renewal.h"
#include "estimate/syncs.h"
#include "estimate/toll.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

/* What sums and quotients may be off by, as a share. */
#define ROUNDED 1e-9

/* A toll under way. */
struct toll_making {
	const struct scenario *s;
	struct arena *mem;
	struct toll *out;
	double ttl;                   /* of cached objects, seconds; 0: they are not cached */
	const struct renewal *resync; /* of a pod at rest */
	struct syncs syncs;
};

/* One more row; the last one's place is taken again when there is no room. */
struct toll_row *toll_row_add(struct toll_making *m, enum toll_kind kind, const char *name);

/* How often a second what happens so often. */
double toll_a_second(ns_t every);

/* Fill in how often the call of a loop is made whose rounds follow upon an event. */
void toll_upon_event(const struct toll_making *m, const struct model_loop *l,
	const struct model_call *c, struct toll_row *row);

/* Whether a container that died does so again within so many of the longest back-offs.  Within
 * ALL_BACK_OFF all of a node may be waiting for theirs at once, and none is left to die.  Not
 * where pods are gone before. */
#define ALL_BACK_OFF 1.25
bool toll_backs_off(const struct scenario *s, double back_offs);

/* What the row of a loop's call becomes while requests fail, and in words whether it is
 * retried. */
void toll_failing(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, struct toll_row *row);

/* Say of rows that wait why they do not hold.  After all rows are there. */
void toll_waits(struct toll_making *m);

/* Say what watches are told, and how.  After toll_waits. */
void toll_told(struct toll_making *m);

/* Rows of the kubelet's mechanisms.  ttl is that of cached objects. */
void toll_mechanisms(struct toll_making *m, ns_t ttl, const struct renewal *r);

#endif
