/* SPDX-License-Identifier: Apache-2.0 */
/* The closed form of the runtime's side: how many calls a node at rest makes.
 *
 * A formula a design, a formula a loop, from the same model that is simulated; each comes with
 * its numbers as text.  Rates are per second and node.  They hold for a node where nothing
 * waits: calls that time out, queues and bursts are the simulation's business.  And they hold
 * over a time that is not shorter than the mechanism's period: in less it may happen once or
 * not at all.
 */
#ifndef ESTIMATE_RATES_H
#define ESTIMATE_RATES_H

#include "estimate/deaths.h"
#include "models/models.h"

#define ESTIMATE_TEXT 200

struct estimate {
	double value;
	double period;       /* seconds; 0: none */
	const char *between; /* what it is: "from relist to relist" */
	char formula[ESTIMATE_TEXT];
};

/* How often relists look at a pod because a container of it died: the exit is inspected, and so
 * is the container that replaces it.  If it has to wait for that, the older one's removal is a
 * look of its own, and the start comes at any time of a relist. */
double rates_looks_upon_death(const struct scenario *s, const struct deaths *d);

/* What these look at, besides listing: statuses of containers. */
double rates_statuses_upon_death(const struct scenario *s, const struct deaths *d);

/* Calls made to find out what changed, by the scenario's PLEG design: polling and its cache
 * refresher, or relists and inspections.  Container deaths count with what they cause. */
void rates_find_out(const struct scenario *s, struct estimate *out);

/* The same of relists or polls alone, without the inspections that deaths cause. */
void rates_relists(const struct scenario *s, struct estimate *out);

/* Of these, the refresher of polling's runtime cache; 0 for other designs. */
double rates_refresher(const struct scenario *s);

/* Calls of the model's loops, whether the kubelet's own metric sees them or not. */
void rates_loops(const struct scenario *s, struct estimate *out);

/* The share of a scenario's nodes that have a loop: that of a whole number of them. */
double rates_nodes(const struct scenario *s, const struct model_loop *l);

/* The call's share of so many on each node that has its loop.  If those are a whole number, so
 * is what all of these nodes make together (base/part.h). */
double rates_part(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, double n);

/* Of one loop with a timer: mean seconds from a round to the next, in how many of its rounds a
 * call is made, and how often then; how many there are that its share is of.  The call is one
 * of l->calls. */
double rates_gap(const struct scenario *s, const struct model_loop *l);
double rates_share(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c);
double rates_times(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c);
double rates_all(const struct scenario *s, const struct model_call *c);

/* Seconds that a call takes in a round that makes it. */
double rates_takes(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c);

/* Seconds that a round takes which makes all calls, where nothing waits. */
double rates_longest(const struct scenario *s, const struct model_loop *l);

/* Of rounds exactly `gap` apart, the share in which what is to be `age` old is so.  A whole
 * number of rounds: noise decides. */
double rates_aged(double age, double gap);

/* Mean time of a request, in seconds. */
double rates_request_latency(const struct scenario *s, const struct model_call *c);

/* Calls that replace containers that died. */
double rates_restarts(const struct scenario *s);

/* Mean time of one runtime operation on a node at rest, in seconds. */
double rates_latency(const struct scenario *s, enum operation op);

/* Containers that exited and are still listed, on a node, on average of the measurement. */
double rates_dead_containers(const struct scenario *s);

#endif
