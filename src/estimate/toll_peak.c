/* SPDX-License-Identifier: Apache-2.0 */
/* The busiest second of a row: of nodes that do the same in it, and of nodes at phases of their
 * own. */
#include "estimate/interval.h"
#include "estimate/toll_priv.h"
#include "models/tables.h"

/* So many seconds are looked at for the busiest one. */
#define LOOKED_AT 600.0

/* Requests of a node's round that leave one after the other, then as the limiter lets them. */
struct leaving {
	double n, took, burst, qps;
	double lasts; /* seconds until the last one */
};

/* Central moments of what one node's requests of a second are. */
struct moments {
	double variance, third;
};

double toll_together(const struct scenario *s, const struct toll_row *row)
{
	double most = row->times;
	double qps = (double)s->kubelet.client[row->client].qps_milli / 1000;

	if (row->trigger != TRIGGER_PERIOD && row->trigger != TRIGGER_KUBELET_START &&
		row->period <= 0)
		most *= s->workload.pods;
	else if (row->period > 0 && row->period < 1)
		most /= row->period;
	if (row->took > 0 && most > 1 && most > 1 / row->took)
		most = 1 / row->took;
	if (!row->runtime && qps > 0 && most > qps + s->kubelet.client[row->client].burst)
		most = qps + s->kubelet.client[row->client].burst;
	return most;
}

double toll_aligned(const struct scenario *s, const struct toll_row *row, double nodes)
{
	double most = toll_together(s, row) * row->nodes * nodes;
	double qps = (double)client_limit(&s->kubelet, row->client) / 1000;
	double burst = s->kubelet.client[row->client].burst;

	if (row->elsewhere && qps > 0 && most > qps + burst)
		most = qps + burst; /* all of the cluster passes the one limiter */
	return most > row->at_least * nodes ? most : row->at_least * nodes;
}

/* ------------------------------------------------------------------ one round */

static void leaving_of(
	const struct scenario *s, const struct toll_row *row, struct leaving *out)
{
	double qps = (double)s->kubelet.client[row->client].qps_milli / 1000;

	*out = (struct leaving){.n = row->times, .took = row->took, .burst = row->times};
	if (!row->runtime && row->kind == TOLL_LOOP && qps > 0 &&
		row->times > s->kubelet.client[row->client].burst) {
		out->burst = s->kubelet.client[row->client].burst;
		out->qps = qps;
	}
	out->lasts = out->burst * out->took;
	if (out->qps > 0)
		out->lasts += (out->n - out->burst) / out->qps;
}

/* How many have left so long after the round's beginning.  The first one does at once. */
static double left_by(const struct leaving *l, double t)
{
	double first;

	if (t < 0)
		return 0;
	first = l->took > 0 && l->burst > 1 ? 1 + t / l->took : l->burst;
	if (first <= l->burst)
		return first < l->n ? first : l->n;
	first = l->burst + (t - l->burst * l->took) * l->qps;
	return first < l->n ? first : l->n;
}

/* Of the second that ends t after some round, with the rounds before and behind it. */
static double in_second(const struct leaving *l, double gap, double t)
{
	double sum = 0;

	for (double at = t; at - 1 < l->lasts; at += gap)
		sum += left_by(l, at) - left_by(l, at - 1);
	return sum;
}

/* Over all phases of a node whose rounds are `gap` apart, or come by chance as often. */
static void at_any_phase(const struct leaving *l, double gap, bool chance, struct moments *out)
{
	enum { PHASES = 400 };
	bool alone = chance || l->lasts + 1 < gap;
	double span = alone ? l->lasts + 1 : gap, mean = 0, squares = 0, cubes = 0;

	for (int i = 0; i < PHASES; i++) {
		double t = (i + 0.5) / PHASES * span, weight = span / gap / PHASES;
		double x = alone ? left_by(l, t) - left_by(l, t - 1) : in_second(l, gap, t);

		mean += weight * x;
		squares += weight * x * x;
		cubes += weight * x * x * x;
	}
	*out = (struct moments){squares, cubes};
	if (chance)
		return;
	out->variance = squares > mean * mean ? squares - mean * mean : 0;
	out->third = cubes - 3 * mean * squares + 2 * mean * mean * mean;
}

/* ------------------------------------------------------------------ the busiest of many */

/* How many standard deviations the largest of n independent normal values is above the mean,
 * on average (order statistics, any table of them). */
static double largest_of(double n)
{
	static const struct {
		double n, deviations;
	} table[] = {{1, 0}, {2, 0.564}, {3, 0.846}, {5, 1.163}, {10, 1.539}, {20, 1.867},
		{50, 2.249}, {100, 2.508}, {200, 2.746}, {400, 2.968}, {600, 3.088}};
	size_t i = 1;

	if (n <= 1)
		return 0;
	while (i + 1 < sizeof(table) / sizeof(table[0]) && table[i].n < n)
		i++;
	if (n >= table[i].n)
		return table[i].deviations;
	return table[i - 1].deviations +
	       (n - table[i - 1].n) / (table[i].n - table[i - 1].n) *
		       (table[i].deviations - table[i - 1].deviations);
}

static int64_t floor_of(double x)
{
	int64_t n = (int64_t)x;

	return (double)n > x ? n - 1 : n;
}

/* What comes at an even pace of `pace` a second on a node is seen at its next relist, at most
 * `late` seconds later: the variance of what a second has of it, of nodes whose relists are at
 * any phase. */
static double variance_seen(double pace, double late)
{
	enum { PHASES = 32 };
	double all = 0;

	for (int e = 0; e < PHASES; e++) {
		double first = (e + 0.5) / PHASES / pace, sum = 0, squares = 0;

		for (int r = 0; r < PHASES; r++) {
			double last = (r + 0.5) / PHASES * late - late, n;
			int64_t before = floor_of((last - first) * pace);

			if (last + late < 1)
				last += (double)(int64_t)((1 - last) / late) * late;
			n = (double)(floor_of((last - first) * pace) - before);
			sum += n / PHASES;
			squares += n * n / PHASES;
		}
		all += (squares - sum * sum) / PHASES;
	}
	return all;
}

/* The share of its variance by chance that is left of what comes at an even pace and is seen at
 * relists: a third of it where that is seldom, little where each relist sees as many. */
static double by_chance(const struct scenario *s, const struct toll_row *row)
{
	double late = (double)s->kubelet.pleg.relist_period / 1e9;
	double every = (double)s->workload.replace_pod_every / 1e9;

	if (row->trigger != TRIGGER_CONTAINER_DEATH || late <= 0 || every <= 0 ||
		s->kubelet.pleg.design == PLEG_POLLING ||
		s->kubelet.pleg.design == PLEG_EVENTED)
		return 0;
	return variance_seen(1 / every, late) * every;
}

/* Rounds by a clock make the same seconds again and again. */
static double seconds_that_differ(const struct scenario *s, const struct toll_row *row)
{
	bool timer = row->trigger == TRIGGER_PERIOD && !row->varies;
	bool even = row->even >= 1 && by_chance(s, row) <= 0;
	bool clock = row->kind == TOLL_LOOP && (timer || even);

	return clock && row->rounds * LOOKED_AT > 1 ? 1 / row->rounds : LOOKED_AT;
}

double toll_spread(const struct scenario *s, const struct toll_row *row, double nodes)
{
	double mean = row->rate * nodes, most = toll_aligned(s, row, nodes), busy, deviations;
	bool chance = row->kind != TOLL_LOOP || row->trigger != TRIGGER_PERIOD;
	struct leaving leaving;
	struct moments one;

	if (row->rounds <= 0 || row->times <= 0 || row->held)
		return mean < most ? mean : most;
	leaving_of(s, row, &leaving);
	at_any_phase(&leaving, 1 / row->rounds, chance, &one);
	/* A second meets one more of what comes at an even pace than its mean says, and
	 * requests of one before it are still leaving. */
	if (row->even > 0) {
		double left = 1 - row->nodes * row->even * (1 - by_chance(s, row));

		mean += row->even * 2 * (row->times > 1 ? row->times : 1);
		one.variance *= left;
		one.third *= left;
	}
	deviations = largest_of(seconds_that_differ(s, row));
	busy = mean + deviations * interval_root(one.variance * nodes * row->nodes);
	/* What is skewed is further out on its long side (Cornish and Fisher: (d^2 - 1) / 6 of
	 * the skewness more than d deviations; as many nodes as one likes have the same third
	 * moment for their variance). */
	if (one.variance > 0)
		busy += (deviations * deviations - 1) / 6 * one.third / one.variance;
	busy = busy > mean ? busy : mean;
	return busy < most ? busy : most;
}
