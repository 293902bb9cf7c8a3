/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/cost.h"

#include <string.h>

#define SECONDS(ns) ((double)(ns) / 1e9)

#define RELIST_PERIOD  1.0
#define POLLING_PERIOD 10.0

/* ------------------------------------------------------------------ the measured patterns */

/* One cycle takes `cycle` seconds.  A relist lists sandboxes and containers; polling a burst in
 * which every pod makes two unfiltered lists and 2C + 3 statuses.  All calls of a cycle are
 * made in a row, so the runtime is woken once. */
static struct cost_load load_of(double pods, double containers, bool polling, double cycle)
{
	if (!polling)
		return (struct cost_load){
			1 / cycle, 2 / cycle, (pods + pods * containers) / cycle};
	return (struct cost_load){1 / cycle, pods * (2 * containers + 5) / cycle,
		2 * pods * pods * containers / cycle};
}

struct cost_load cost_pattern(uint32_t pods, uint32_t containers, bool polling)
{
	return load_of(pods, containers, polling, polling ? POLLING_PERIOD : RELIST_PERIOD);
}

/* A run ends with a cycle, so its time tells how long one took: 41.3 s were 4 bursts. */
static double cycle_of(ns_t time, double period)
{
	int64_t cycles = (int64_t)(SECONDS(time) / period);

	return cycles > 0 ? SECONDS(time) / (double)cycles : period;
}

static const struct calibrated_design *find(
	const struct calibration *c, uint32_t pods, const char *design)
{
	for (uint32_t i = 0; i < c->n_designs; i++)
		if (c->designs[i].pods == pods && !strcmp(c->designs[i].design, design))
			return &c->designs[i];
	return NULL;
}

static void add_point(struct cost *cost, const struct calibrated_design *d,
	const struct calibrated_design *idle, bool polling)
{
	struct cost_point *p;

	if (!d || cost->n_points == COST_POINTS_MAX)
		return;
	p = &cost->point[cost->n_points++];
	*p = (struct cost_point){.pods = d->pods, .polling = polling};
	p->load = load_of(d->pods, cost->containers, polling,
		cycle_of(d->time, polling ? POLLING_PERIOD : RELIST_PERIOD));
	p->measured[COST_RUNTIME] = (double)(d->runtime_cores - idle->runtime_cores) / PPM;
	p->measured[COST_KUBELET] = (double)(d->client_cores - idle->client_cores) / PPM;
}

static void gather(struct cost *cost, const struct calibration *c)
{
	for (uint32_t i = 0; i < c->n_designs; i++) {
		const struct calibrated_design *idle = &c->designs[i];

		if (strcmp(idle->design, "idle") != 0 || cost->n_idle == COST_POINTS_MAX)
			continue;
		if (cost->n_idle && idle->pods * cost->containers <=
					    cost->idle[cost->n_idle - 1].containers)
			continue; /* by density, none twice */
		cost->idle[cost->n_idle].containers = (double)idle->pods * cost->containers;
		cost->idle[cost->n_idle++].cores = (double)idle->runtime_cores / PPM;
		add_point(cost, find(c, idle->pods, "generic relist 1s"), idle, false);
		add_point(cost, find(c, idle->pods, "per-pod polling 10s"), idle, true);
	}
}

/* The extremes are fitted, what is between them is predicted.  False if there are no two. */
static bool choose(struct cost *cost)
{
	uint32_t low = UINT32_MAX, high = 0;

	for (uint32_t i = 0; i < cost->n_points; i++) {
		low = cost->point[i].pods < low ? cost->point[i].pods : low;
		high = cost->point[i].pods > high ? cost->point[i].pods : high;
	}
	for (uint32_t i = 0; i < cost->n_points; i++)
		cost->point[i].fitted =
			cost->point[i].pods == low || cost->point[i].pods == high;
	return low < high;
}

/* ------------------------------------------------------------------ least squares */

static double term(const struct cost_load *l, unsigned t)
{
	return t == 0 ? l->wakeups : t == 1 ? l->calls : l->records;
}

/* Solve the n x n normal equations in m (augmented) by elimination with pivots.  False if
 * they do not determine the unknowns. */
static bool solve(double m[COST_TERMS][COST_TERMS + 1], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned best = i;

		for (unsigned k = i + 1; k < n; k++)
			if (m[k][i] * m[k][i] > m[best][i] * m[best][i])
				best = k;
		if (m[best][i] == 0)
			return false;
		for (unsigned k = 0; k <= n; k++) {
			double swap = m[i][k];

			m[i][k] = m[best][k];
			m[best][k] = swap;
		}
		for (unsigned k = 0; k < n; k++) {
			double f = m[k][i] / m[i][i];

			for (unsigned c = i; k != i && c <= n; c++)
				m[k][c] -= f * m[i][c];
		}
	}
	return true;
}

/* Fit with the terms of the set alone (bits).  False if a coefficient would be below 0. */
static bool fit_terms(
	const struct cost *cost, enum cost_party party, unsigned set, double per[COST_TERMS])
{
	double m[COST_TERMS][COST_TERMS + 1] = {{0}};
	unsigned used[COST_TERMS], n = 0;

	for (unsigned t = 0; t < COST_TERMS; t++) {
		per[t] = 0;
		if (set & 1u << t)
			used[n++] = t;
	}
	for (uint32_t i = 0; i < cost->n_points; i++) {
		const struct cost_point *p = &cost->point[i];

		for (unsigned r = 0; r < n && p->fitted; r++) {
			for (unsigned c = 0; c < n; c++)
				m[r][c] += term(&p->load, used[r]) * term(&p->load, used[c]);
			m[r][n] += term(&p->load, used[r]) * p->measured[party];
		}
	}
	if (!solve(m, n))
		return false;
	for (unsigned r = 0; r < n; r++) {
		per[used[r]] = m[r][n] / m[r][r];
		if (per[used[r]] < 0)
			return false;
	}
	return true;
}

static double cost_with(const double per[COST_TERMS], const struct cost_load *l)
{
	double cores = 0;

	for (unsigned t = 0; t < COST_TERMS; t++)
		cores += per[t] * term(l, t);
	return cores;
}

/* Of all sets of terms that no coefficient below 0 comes out of, the one that fits best. */
static void fit(struct cost *cost, enum cost_party party)
{
	double best = -1;

	for (unsigned set = 1; set < 1u << COST_TERMS; set++) {
		double per[COST_TERMS], squares = 0;

		if (!fit_terms(cost, party, set, per))
			continue;
		for (uint32_t i = 0; i < cost->n_points; i++) {
			const struct cost_point *p = &cost->point[i];
			double off = cost_with(per, &p->load) - p->measured[party];

			squares += p->fitted ? off * off : 0;
		}
		if (best >= 0 && squares >= best)
			continue;
		best = squares;
		memcpy(cost->per[party], per, sizeof(per));
	}
	for (uint32_t i = 0; i < cost->n_points; i++)
		cost->point[i].predicted[party] =
			cost_with(cost->per[party], &cost->point[i].load);
}

int cost_fit(struct cost *cost, const struct calibration *c, struct err *err)
{
	*cost = (struct cost){.calibration = c->name, .containers = 1};
	if (c->n_operations)
		cost->containers = c->operations[0].containers;
	gather(cost, c);
	if (!choose(cost))
		return err_set(err, ERR_INPUT,
			"calibration '%.60s': the designs 'idle', 'generic relist 1s' and "
			"'per-pod "
			"polling 10s' are needed at two densities",
			c->name);
	for (unsigned party = 0; party < COST_PARTIES; party++)
		fit(cost, (enum cost_party)party);
	return 0;
}

double cost_of(const struct cost *cost, enum cost_party party, const struct cost_load *load)
{
	return cost_with(cost->per[party], load);
}

double cost_idle(const struct cost *cost, double containers)
{
	uint32_t i = 1;
	double slope;

	if (cost->n_idle < 2)
		return cost->n_idle ? cost->idle[0].cores : 0;
	while (i + 1 < cost->n_idle && containers > cost->idle[i].containers)
		i++;
	slope = (cost->idle[i].cores - cost->idle[i - 1].cores) /
		(cost->idle[i].containers - cost->idle[i - 1].containers);
	return cost->idle[i].cores + slope * (containers - cost->idle[i].containers);
}
