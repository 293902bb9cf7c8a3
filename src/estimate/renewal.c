/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/renewal.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

enum { STEPS_A_TICK = 4, POINTS_MAX = 8192 };

#define LEAST_TICK 1e-3

/* The integral from 0 to x of the distribution function of U(0, a). */
static double ramp(double x, double a)
{
	if (x <= 0)
		return 0;
	if (x >= a)
		return x - a / 2;
	return x * x / (2 * a);
}

/* P(U(lo, lo + width) + U(0, tick) <= x). */
static double distribution(double x, double lo, double width, double tick)
{
	if (width <= 0)
		return x <= lo ? 0 : x >= lo + tick ? 1 : (x - lo) / tick;
	return (ramp(x - lo, tick) - ramp(x - lo - width, tick)) / width;
}

void renewal_init(struct renewal *r, const struct kubelet_model *k, struct arena *mem)
{
	double lo = SECONDS(k->worker.sync_frequency);
	double width = lo * (double)k->worker.sync_jitter / PPM;
	double tick = k->worker.ticker > 0 ? SECONDS(k->worker.ticker) : LEAST_TICK;
	double sum = 0, longest = lo + width + tick;

	*r = (struct renewal){.step = tick / STEPS_A_TICK};
	if (longest / r->step > POINTS_MAX - 2)
		r->step = longest / (POINTS_MAX - 2);
	r->n = (uint32_t)(longest / r->step) + 2;
	r->mass = ARENA_ARRAY(mem, double, r->n);
	r->longer = ARENA_ARRAY(mem, double, r->n);
	r->residual = ARENA_ARRAY(mem, double, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		double at = i * r->step;
		double below = distribution(at + r->step / 2, lo, width, tick);

		r->mass[i] = below - distribution(at - r->step / 2, lo, width, tick);
		r->longer[i] = 1 - below;
		r->mean += at * r->mass[i];
	}
	for (uint32_t i = r->n; i-- > 0;) {
		r->residual[i] = sum * r->step / r->mean;
		sum += r->longer[i];
	}
}

/* density[i]: the mean number of syncs at i steps after a sync, for i <= n. */
static void renew(const struct renewal *r, double *density, uint32_t n)
{
	density[0] = 1;
	for (uint32_t t = 1; t <= n; t++) {
		double sum = 0;

		for (uint32_t i = 1; i < r->n && i <= t; i++)
			sum += r->mass[i] * density[t - i];
		density[t] = sum;
	}
}

/* after[x]: that the pod that fetched has no sync within x steps from `fresh` steps on. */
static void quiet_after(
	const struct renewal *r, const double *density, uint32_t fresh, double *after)
{
	uint32_t last = fresh ? fresh - 1 : 0;

	for (uint32_t x = 0; x < r->n; x++) {
		after[x] = 0;
		for (uint32_t back = fresh - last; back <= fresh && back + x < r->n; back++)
			after[x] += density[fresh - back] * r->longer[back + x];
	}
}

void renewal_gaps(
	const struct renewal *r, double fresh, uint32_t n, double *gap, struct arena *mem)
{
	uint32_t steps = (uint32_t)(fresh / r->step + 0.5);
	double *density = ARENA_ARRAY(mem, double, steps + 1);
	double *after = ARENA_ARRAY(mem, double, r->n);

	if (fresh <= 0) { /* every read fetches */
		for (uint32_t k = 0; k < n; k++)
			gap[k] = r->mean / (k + 1);
		return;
	}
	renew(r, density, steps);
	quiet_after(r, density, steps, after);
	for (uint32_t k = 0; k < n; k++) {
		double sum = after[0] / 2;

		for (uint32_t x = 1; x < r->n; x++)
			sum += after[x];
		gap[k] = fresh + sum * r->step;
		for (uint32_t x = 0; x < r->n; x++)
			after[x] *= r->residual[x];
	}
}
