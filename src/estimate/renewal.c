/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/renewal.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

enum { STEPS_A_TICK = 2, POINTS_MAX = 8192 };

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

/* P(U(lo, lo + width) + U(0, tick) <= x).  Without jitter there is nothing random: a sync comes
 * just after a tick, so the next is due just after one and waits for the one behind it. */
static double distribution(double x, double lo, double width, double tick)
{
	if (width <= 0)
		return x >= ((double)(int64_t)(lo / tick + 1e-9) + 1) * tick;
	return (ramp(x - lo, tick) - ramp(x - lo - width, tick)) / width;
}

void renewal_init(struct renewal *r, const struct kubelet_model *k, struct arena *mem)
{
	double lo = SECONDS(k->worker.sync_frequency);
	double width = lo * (double)k->worker.sync_jitter / PPM;
	double tick = k->worker.ticker > 0 ? SECONDS(k->worker.ticker) : LEAST_TICK;
	double longest = lo + width + tick;

	*r = (struct renewal){.step = tick / STEPS_A_TICK};
	if (longest / r->step > POINTS_MAX - 2)
		r->step = longest / (POINTS_MAX - 2);
	r->n = (uint32_t)(longest / r->step) + 2;
	r->mass = ARENA_ARRAY(mem, double, r->n);
	r->longer = ARENA_ARRAY(mem, double, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		double at = i * r->step;
		double below = distribution(at + r->step / 2, lo, width, tick);

		r->mass[i] = below - distribution(at - r->step / 2, lo, width, tick);
		r->longer[i] = 1 - below;
		r->mean += at * r->mass[i];
	}
}

/* How the readers of one object look from a fetch on, as survivals at i + 1/2 steps after it
 * expires. */
struct readers {
	uint32_t n, fresh; /* lattice points of a wait; steps that the object may be used */
	double *density;   /* [fresh + 1]: mean number of syncs so long after a sync */
	double *fetcher;   /* [n]: the pod that fetched has not synced yet */
	double *other;     /* [n][n]: nor has another, whose last sync before the fetch was
			    * more than y steps ago, [y][i] */
	double *others;    /* [n][n]: the k - 1 others together */
};

static void renew(const struct renewal *r, struct readers *w)
{
	w->density[0] = 1;
	for (uint32_t t = 1; t <= w->fresh; t++) {
		double sum = 0;

		for (uint32_t i = 1; i < r->n && i <= t; i++)
			sum += r->mass[i] * w->density[t - i];
		w->density[t] = sum;
	}
}

/* From the density of syncs before the expiry: none in the x steps after it. */
static void survive(
	const struct renewal *r, const double *density, uint32_t fresh, double *quiet)
{
	for (uint32_t x = 0; x < r->n; x++)
		for (uint32_t back = 1; back <= fresh && back + x < r->n; back++)
			quiet[x] += density[fresh - back] * r->longer[back + x];
}

/* Another pod, which did not sync in the y steps before the fetch: its next sync comes after r
 * steps with a density of 1 - F(y + r), for its syncs are in equilibrium. */
static void survive_other(
	const struct renewal *r, struct readers *w, uint32_t y, double *density)
{
	double *quiet = &w->other[(size_t)y * w->n];
	double all = 0;

	for (uint32_t i = y; i < r->n; i++)
		all += r->longer[i];
	for (uint32_t t = 0; t < w->fresh; t++)
		density[t] = 0;
	for (uint32_t i = 0; i + y < r->n && all > 0; i++) {
		double first = r->longer[y + i] / all;

		for (uint32_t t = i; t < w->fresh; t++)
			density[t] += first * w->density[t - i];
		for (uint32_t x = 0; w->fresh + x <= i && x < r->n; x++)
			quiet[x] += first;
	}
	survive(r, density, w->fresh, quiet);
}

static void look(const struct renewal *r, struct readers *w, struct arena *mem)
{
	double *density = ARENA_ARRAY(mem, double, w->fresh + 1);

	w->n = r->n;
	w->density = ARENA_ARRAY(mem, double, w->fresh + 1);
	w->fetcher = ARENA_ARRAY(mem, double, w->n);
	w->other = ARENA_ARRAY(mem, double, (size_t)w->n * w->n);
	w->others = ARENA_ARRAY(mem, double, (size_t)w->n * w->n);
	renew(r, w);
	survive(r, w->density, w->fresh, w->fetcher);
	for (uint32_t y = 0; y < w->n; y++)
		survive_other(r, w, y, density);
	for (size_t i = 0; i < (size_t)w->n * w->n; i++)
		w->others[i] = 1;
}

/* The mean wait from the expiry to the next sync of any reader.  How long it is depends on how
 * long it was the time before (nobody synced meanwhile), so the waits are a Markov chain: some
 * steps of it from no wait at all come to its rest. */
static double mean_wait(const struct readers *w, double *now, double *next)
{
	enum { ROUNDS = 12 };
	double mean = 0;

	for (uint32_t i = 0; i < w->n; i++)
		now[i] = i == 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		mean = 0;
		for (uint32_t i = 0; i < w->n; i++)
			next[i] = 0;
		for (uint32_t y = 0; y < w->n; y++) {
			double before = 1;

			for (uint32_t x = 0; x < w->n && now[y] > 0; x++) {
				double left = w->fetcher[x] * w->others[(size_t)y * w->n + x];

				mean += now[y] * left;
				next[x] += now[y] * (before - left);
				before = left;
			}
		}
		for (uint32_t i = 0; i < w->n; i++)
			now[i] = next[i];
	}
	return mean;
}

void renewal_gaps(const struct renewal *r, double fresh, uint32_t n, const double *weight,
	double *gap, struct arena *mem)
{
	struct readers w = {.fresh = (uint32_t)(fresh / r->step + 0.5)};
	double *now = ARENA_ARRAY(mem, double, r->n);
	double *next = ARENA_ARRAY(mem, double, r->n);

	if (w.fresh > 0)
		look(r, &w, mem);
	for (uint32_t k = 1; k <= n; k++) {
		if (w.fresh == 0)
			gap[k] = r->mean / k;
		else if (weight[k] > 0)
			gap[k] = fresh + mean_wait(&w, now, next) * r->step;
		for (size_t i = 0; w.fresh && i < (size_t)w.n * w.n; i++)
			w.others[i] *= w.other[i];
	}
}
