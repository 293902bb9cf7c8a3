/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/rates.h"

#include <stdio.h>

#include "base/part.h"
#include "estimate/objects.h"
#include "models/costs.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

/* Of ticks whose loop lists a cache that is exactly one tick old: the stamp is taken a little
 * after the tick, and a tick refreshes if its own delay is longer than the last one's.  For
 * delays that are alike and independent that is 1 - 1/e. */
#define REFRESHED_SHARE 0.6321205588285577

/* After so many jittered rounds nothing is left of when the first one was: what renewals come
 * to in the long run holds. */
#define ROUNDS_FORGET 16

static double pods(const struct scenario *s)
{
	return s->workload.pods;
}

static double containers(const struct scenario *s)
{
	return (double)s->workload.pods * s->workload.containers;
}

static double deaths(const struct scenario *s)
{
	return s->workload.container_death_every
		       ? 1 / SECONDS(s->workload.container_death_every)
		       : 0;
}

double rates_dead_containers(const struct scenario *s)
{
	return containers(s) * deaths_kept(s);
}

/* ------------------------------------------------------------------ latencies */

static double records_of(const struct scenario *s, enum operation op)
{
	double listed = containers(s) + rates_dead_containers(s);

	if (op == OP_LIST_PODSANDBOX)
		return pods(s);
	if (op == OP_LIST_CONTAINERS || op == OP_LIST_CONTAINER_STATS ||
		op == OP_REFRESH_CONTAINERS)
		return s->kubelet.interface == INTERFACE_DOCKER ? listed + pods(s) : listed;
	return 0;
}

double rates_latency(const struct scenario *s, enum operation op)
{
	const struct latency *l = &s->runtime.op[op];

	return SECONDS(l->mean) + SECONDS(l->per_record) * records_of(s, op);
}

static double lateness(const struct scenario *s)
{
	return SECONDS(s->runtime.timer_lateness.mean);
}

/* ------------------------------------------------------------------ finding out */

static double relist_time(const struct scenario *s)
{
	double listed = rates_latency(s, OP_LIST_CONTAINERS);

	if (s->kubelet.interface == INTERFACE_CRI)
		listed += rates_latency(s, OP_LIST_PODSANDBOX);
	return listed;
}

double rates_looks_upon_death(const struct scenario *s, const struct deaths *d)
{
	double period = SECONDS(s->kubelet.pleg.relist_period);
	double start =
		rates_latency(s, OP_CREATE_CONTAINER) + rates_latency(s, OP_START_CONTAINER);

	return 2 + d->waits * (period > 0 ? 1 + start / period : 1);
}

/* At the first it is dead, behind that the one that replaces it has it beside. */
double rates_statuses_upon_death(const struct scenario *s, const struct deaths *d)
{
	double looks = rates_looks_upon_death(s, d), others = s->workload.containers - 1.0;

	return looks * others * (1 + d->kept) + looks + d->kept + 1;
}

/* generic.go updateCache: 2 + S + N each; docker has no sandbox listing but a container more.
 */
static double calls_of_death(const struct scenario *s)
{
	double each = s->kubelet.interface == INTERFACE_DOCKER ? 1 + 1 : 2 + 1;
	struct deaths d;

	deaths_of(s, &d);
	return rates_looks_upon_death(s, &d) * each + rates_statuses_upon_death(s, &d);
}

static void relists(
	const struct scenario *s, ns_t period, double per_death, struct estimate *out)
{
	double lists = s->kubelet.interface == INTERFACE_CRI ? 2 : 1;
	double gap = SECONDS(period) + lateness(s) + relist_time(s);

	out->value = lists / gap + deaths(s) * per_death;
	out->period = SECONDS(period);
	out->between = "from relist to relist";
	(void)snprintf(out->formula, sizeof(out->formula), "%.0f / (%g s + %.2f ms)", lists,
		SECONDS(period), 1e3 * (gap - SECONDS(period)));
	if (deaths(s) > 0 && per_death > 0) {
		size_t len = sizeof(out->formula) - 60;
		char base[ESTIMATE_TEXT];

		(void)snprintf(base, sizeof(base), "%s", out->formula);
		(void)snprintf(out->formula, sizeof(out->formula), "%.*s + %.3g / %g s",
			(int)len, base, per_death, 1 / deaths(s));
	}
}

/* The first worker of a burst lists for all; then every 100 ms and the list's own time, until
 * two seconds have passed.  runtime_cache.go (v1.1.8). */
static double refreshes_a_burst(const struct scenario *s)
{
	double pause = SECONDS(s->kubelet.pleg.cache_refresh_period) + lateness(s);
	double idle = SECONDS(s->kubelet.pleg.cache_refresh_idle);
	double each = pause + rates_latency(s, OP_REFRESH_CONTAINERS);
	double more = idle < pause ? 0 : (idle - pause) / each;

	return 1 + (idle < pause ? 0 : 1 + (double)(int64_t)more);
}

double rates_refresher(const struct scenario *s)
{
	if (s->kubelet.pleg.design != PLEG_POLLING || s->workload.pods == 0)
		return 0;
	return refreshes_a_burst(s) / SECONDS(s->kubelet.pleg.poll_period);
}

/* A pod's sync: two unfiltered lists, 2C + 3 statuses, 2 more for each dead container. */
static void polling(const struct scenario *s, struct estimate *out)
{
	double c = s->workload.containers, period = SECONDS(s->kubelet.pleg.poll_period);
	double dead = rates_dead_containers(s);
	char of_dead[40] = "";

	out->value = (pods(s) * (2 * c + 5) + 2 * dead) / period + rates_refresher(s);
	out->period = period;
	out->between = "from poll to poll";
	if (dead > 0)
		(void)snprintf(
			of_dead, sizeof(of_dead), " + 2 x %.2g dead / %g s", dead, period);
	(void)snprintf(out->formula, sizeof(out->formula),
		"%.0f x (2 x %.0f + 5) / %g s%s + cache %.0f / %g s", pods(s), c, period,
		of_dead, rates_refresher(s) * period, period);
}

static void find_out(const struct scenario *s, double per_death, struct estimate *out)
{
	*out = (struct estimate){0};
	switch (s->kubelet.pleg.design) {
	case PLEG_POLLING:
		polling(s, out);
		return;
	case PLEG_GENERIC:
	case PLEG_ONDEMAND: /* a request looks at the pod instead of the relist, same calls */
	case PLEG_PARALLEL:
		relists(s, s->kubelet.pleg.relist_period, per_death, out);
		return;
	case PLEG_EVENTED: /* events carry the status */
		relists(s, s->kubelet.pleg.evented_relist_period, 0, out);
		return;
	case PLEG_DESIGNS:
		return;
	}
}

void rates_find_out(const struct scenario *s, struct estimate *out)
{
	find_out(s, calls_of_death(s), out);
}

void rates_relists(const struct scenario *s, struct estimate *out)
{
	find_out(s, 0, out);
}

/* A container's start asks twice for its image, creates and starts (kuberuntime_container.go
 * startContainer); docker looks at its image once and at what it started. */
double rates_restarts(const struct scenario *s)
{
	return 4 * deaths(s);
}

/* ------------------------------------------------------------------ loops */

/* Secrets and configmaps that pods of the node refer to. */
static double distinct_objects(const struct scenario *s)
{
	double n = 0;

	for (uint32_t o = 0; o < s->workload.n_objects; o++)
		n += objects_distinct_of(s, o);
	return n;
}

double rates_all(const struct scenario *s, const struct model_call *c)
{
	switch (c->scope) {
	case SCOPE_NODE:
		return 1;
	case SCOPE_POD:
		return pods(s);
	case SCOPE_CONTAINER:
		return containers(s);
	case SCOPE_EACH_OBJECT:
		return distinct_objects(s);
	case SCOPE_EACH_NAMESPACE:
		return namespaces_distinct(s);
	}
	return 0;
}

double rates_nodes(const struct scenario *s, const struct model_loop *l)
{
	return l->nodes ? (double)part_of(s->nodes, l->nodes) / s->nodes : 1;
}

double rates_part(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, double n)
{
	uint64_t nodes = l->nodes ? part_of(s->nodes, l->nodes) : s->nodes;

	if (!c->share)
		return n;
	if (nodes == 0 || n != (double)(uint32_t)n)
		return n * (double)c->share / PPM;
	return (double)part_of(nodes * (uint32_t)n, c->share) / (double)nodes;
}

double rates_times(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c)
{
	return rates_part(s, l, c, rates_all(s, c));
}

double rates_aged(double age, double gap)
{
	double rounds = (double)(int64_t)(age / gap + 1e-9);

	if (rounds < 1)
		return 1;
	if (age < (rounds + 1e-6) * gap)
		return 1 / (rounds - 1 + 1 / REFRESHED_SHARE);
	return 1 / (rounds + 1);
}

/* That n numbers between 0 and 1, each by chance, are together less than x (Irwin, Hall). */
static double sum_below(double x, int n)
{
	double sum = 0, choose = 1, nth = 1;

	if (x <= 0 || x >= n)
		return x > 0;
	if (2 * x > n) /* the terms are small from this side */
		return 1 - sum_below(n - x, n);
	for (int i = 2; i <= n; i++)
		nth *= i;
	for (int k = 0; k < x; k++) {
		double power = 1;

		for (int i = 0; i < n; i++)
			power *= x - k;
		sum += (k % 2 ? -1 : 1) * choose * power;
		choose *= (double)(n - k) / (k + 1);
	}
	return sum / nth;
}

/* Of rounds `gap` apart on average, each by up to `width` more or less by chance, the share in
 * which what is to be `age` old is so: one in as many as it takes to be so late. */
static double aged_by_chance(double age, double gap, double width)
{
	double rounds = 1;

	if (age > ROUNDS_FORGET *
			  (gap - width / 2)) /* and the last one is half over, or a bit more */
		return gap / (age + gap / 2 + width * width / (24 * gap));
	for (int n = 1; n * (gap - width / 2) < age; n++)
		rounds += sum_below((age - n * (gap - width / 2)) / width, n);
	return 1 / rounds;
}

double rates_request_latency(const struct scenario *s, const struct model_call *c)
{
	bool cached;

	return SECONDS(costs_latency(s, c->call, c->quorum, &cached)->mean);
}

double rates_takes(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c)
{
	double one = call_is_runtime(c->call)
			     ? rates_latency(s, (enum operation)(c->call % OP_N))
			     : rates_request_latency(s, c);

	return one * rates_times(s, l, c);
}

double rates_longest(const struct scenario *s, const struct model_loop *l)
{
	double all = SECONDS(l->work);

	for (uint32_t i = 0; i < l->n_calls; i++)
		all += rates_takes(s, l, &l->calls[i]);
	return all;
}

/* A ticker keeps one tick for a round that takes longer, and drops what else passed. */
static double gap_of_rounds(const struct scenario *s, const struct model_loop *l, double calls)
{
	double period = SECONDS(l->period);

	if (l->timer == TIMER_TICKER)
		return calls > period ? calls : period;
	return period * (1 + (double)l->jitter / PPM / 2) + lateness(s) + calls;
}

/* In how many of the rounds a call is made, where those that leave it out are `gap` apart and
 * one that makes it takes `own` longer. */
static double share_of(
	const struct model_loop *l, const struct model_call *c, double gap, double own)
{
	double least = SECONDS(c->at_most_every) - own;
	double width = SECONDS(l->period) * (double)l->jitter / PPM;

	if (c->if_older_than > 0)
		return rates_aged(SECONDS(c->if_older_than), gap + own);
	if (c->at_most_every <= l->period || least <= 0)
		return 1;
	if (width > 0)
		return aged_by_chance(least, gap, width);
	return least > gap ? rates_aged(least, gap) : 1;
}

/* Mean seconds from a round to the next, and each call's share of them.  What makes a call in
 * some rounds makes those longer, and fewer of them leave out the others: a few turns come to
 * what is so. */
static double rounds(const struct scenario *s, const struct model_loop *l, double *share)
{
	enum { TURNS = 4 };
	double calls = SECONDS(l->work);

	for (uint32_t i = 0; i < l->n_calls; i++) {
		share[i] = l->calls[i].at_most_every <= l->period;
		calls += share[i] * rates_takes(s, l, &l->calls[i]);
	}
	for (int turn = 0; turn < TURNS; turn++)
		for (uint32_t i = 0; i < l->n_calls; i++) {
			double own = rates_takes(s, l, &l->calls[i]);
			double others = gap_of_rounds(s, l, calls - share[i] * own);
			double with = gap_of_rounds(s, l, calls + (1 - share[i]) * own);
			double is = share_of(l, &l->calls[i], others, with - others);

			if (l->calls[i].if_older_than <= 0)
				calls += (is - share[i]) * own;
			share[i] = is;
		}
	return gap_of_rounds(s, l, calls);
}

double rates_gap(const struct scenario *s, const struct model_loop *l)
{
	double share[LOOP_CALLS];

	return rounds(s, l, share);
}

double rates_share(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c)
{
	double share[LOOP_CALLS];

	(void)rounds(s, l, share);
	return share[c - l->calls];
}

void rates_loops(const struct scenario *s, struct estimate *out)
{
	double node = 0, container = 0;

	*out = (struct estimate){.between = "of the slowest loop"};
	for (uint32_t i = 0; i < s->kubelet.n_loops; i++) {
		const struct model_loop *l = &s->kubelet.loops[i];
		double often[LOOP_CALLS], gap;

		if (l->timer == TIMER_REQUEST)
			continue;
		gap = rounds(s, l, often);
		for (uint32_t k = 0; k < l->n_calls; k++) {
			const struct model_call *c = &l->calls[k];
			double rate = rates_times(s, l, c) * often[k] / gap;

			if (!call_is_runtime(c->call))
				continue;
			if (SECONDS(l->period) / often[k] > out->period)
				out->period = SECONDS(l->period) / often[k];
			if (c->scope == SCOPE_NODE)
				node += rate;
			else
				container += rate;
		}
	}
	out->value = node + container;
	(void)snprintf(out->formula, sizeof(out->formula),
		"%.3f of loops + %.3f of loops over %.0f containers", node, container,
		containers(s));
}
