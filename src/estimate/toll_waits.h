/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that look for waiting have in common: who passes a limiter, and what is said
 * of a row that waits. */
#ifndef ESTIMATE_TOLL_WAITS_H
#define ESTIMATE_TOLL_WAITS_H

#include "estimate/toll_priv.h"

/* A round that waits for so little of its time is as good as one that does not. */
#define WAIT_MATTERS 0.02

/* A limiter that is asked for more than this share seldom has what a round needs. */
#define NEARLY_FULL 0.9

/* A reason as text. */
const char *toll_why(struct toll_making *m, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What is said first of a row stays; sure is what all reasons leave of it. */
void toll_fails(struct toll_row *row, const char *text, double at_least);

/* The same, where it would be so if nothing waited for a limiter: what it asks its client for
 * is not known, either. */
void toll_doubts(struct toll_row *row, const char *text, double at_least);

/* A loop makes one call after the other: those that wait for nobody come as seldom as the one
 * beside them that does, and who waits for two clients waits for one after the other. */
void toll_loop_waits(
	struct toll_making *m, const struct model_loop *l, double part, const char *text);

/* What a client's limiter lets through, requests a second and node; 0 or less: it has none.  Of
 * a client for the cluster a node has its part. */
double toll_limit_of(const struct toll_making *m, enum client client);

/* Whether a client is asked for more than so much of it. */
bool toll_is_filled(const struct toll_making *m, enum client client, double share);
bool toll_is_over(const struct toll_making *m, enum client client);

/* Whether the loop's own next round waits for the end of this one, and so asks for less when it
 * is kept waiting, as one does that has no time between ticks. */
bool toll_pauses(const struct toll_making *m, const struct toll_row *row);

/* The pace of rounds that wait for their client's limiter, where it is known.  Before all else:
 * who is kept waiting asks for less. */
void toll_paced(struct toll_making *m);
bool toll_is_paced(const struct toll_making *m, const struct model_loop *l);

/* What is sure behind a client that is full, or nearly so. */
void toll_full_client(struct toll_making *m, enum client client, bool over);

/* Rounds that wait for something, of loops whose pace is not known. */
void toll_rounds(struct toll_making *m);

/* Seconds that the node's processors start and end containers and sandboxes in a second; and
 * for one pod, from its start to its end. */
double toll_work(const struct toll_making *m, double *of_a_life);

#endif
