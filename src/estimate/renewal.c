/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/renewal.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

enum { POINTS_MAX = 512, ROUNDS = 120 };

#define LEAST_TICK 1e-3
#define NOTHING    1e-15 /* a probability that is none */
#define SETTLED    1e-9  /* a change of the mean gap, as a share, that is none */

/* ------------------------------------------------------------------ the resync */

/* P(U(lo, lo + width) <= x).  Without jitter a sync that comes just after a tick is due just
 * after one, too, and waits for the one behind it. */
static double uniform(double x, double lo, double width)
{
	if (width <= 0)
		return x > lo + 1e-9;
	if (x <= lo)
		return 0;
	return x >= lo + width ? 1 : (x - lo) / width;
}

void renewal_init(struct renewal *r, const struct kubelet_model *k, struct arena *mem)
{
	double lo = SECONDS(k->worker.sync_frequency);
	double width = lo * (double)k->worker.sync_jitter / PPM;
	double tick = k->worker.ticker > 0 ? SECONDS(k->worker.ticker) : LEAST_TICK;
	double longest = lo + width + tick, left = 1;

	*r = (struct renewal){.step = tick};
	if (longest / r->step > POINTS_MAX - 2)
		r->step = longest / (POINTS_MAX - 2);
	r->n = (uint32_t)(longest / r->step) + 2;
	r->mass = ARENA_ARRAY(mem, double, r->n);
	r->longer = ARENA_ARRAY(mem, double, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		/* due by this tick, but not by the one before; a coarse lattice rounds */
		double late = r->step > tick ? (r->step - tick) / 2 : 0;

		r->mass[i] = i ? uniform(i * r->step + late, lo, width) -
					     uniform((i - 1) * r->step + late, lo, width)
			       : 0;
		left -= r->mass[i];
		r->longer[i] = left > NOTHING ? left : 0;
		r->mean += i * r->step * r->mass[i];
	}
}

/* ------------------------------------------------------------------ how many there are */

/* After so many intervals it does not matter any more when the first one began. */
enum { COUNT_EXACT = 16 };

/* That none of those comes in a step. */
static double none_comes(const struct renewal *r, double others)
{
	return others * r->step < 1 ? 1 - others * r->step : 0;
}

double renewal_long_run(const struct renewal *r, double others)
{
	double through = 0, left = 1, none = none_comes(r, others);

	if (others <= 0)
		return 1 / r->mean;
	for (uint32_t i = 0; i < r->n; i++, left *= none) /* intervals in which none comes */
		through += r->mass[i] * left;
	return others * through / (1 - through);
}

double renewal_count(const struct renewal *r, double seconds, double others, struct arena *mem)
{
	double most = COUNT_EXACT * r->mean, left = 1, sum = 0;
	double exact = seconds < most ? seconds : most, none = none_comes(r, others);
	uint32_t steps = seconds > 0 ? (uint32_t)(exact / r->step) + 1 : 0;
	double *at = ARENA_ARRAY(mem, double, steps + 1);
	double *undisturbed = ARENA_ARRAY(mem, double, r->n);

	for (uint32_t i = 0; i < r->n; i++, left *= none)
		undisturbed[i] = r->mass[i] * left;
	for (uint32_t t = 1; t <= steps; t++) {
		for (uint32_t i = 1; i < r->n && i <= t; i++)
			at[t] += undisturbed[i] * (t == i ? 1 : at[t - i] + 1 - none);
		sum += t < steps ? at[t] : at[t] * (exact / r->step - (steps - 1));
	}
	return sum + (seconds > exact ? (seconds - exact) * renewal_long_run(r, others) : 0);
}

/* Mean syncs at each tick up to and with the last, of one that synced at 0. */
static double *syncs_at(const struct renewal *r, uint32_t last, struct arena *mem)
{
	double *again = ARENA_ARRAY(mem, double, last + 1);

	again[0] = 1;
	for (uint32_t t = 1; t <= last; t++)
		for (uint32_t i = 1; i < r->n && i <= t; i++)
			again[t] += r->mass[i] * again[t - i];
	return again;
}

void renewal_of_fetches(
	const struct renewal *r, double fresh, struct renewal *out, struct arena *mem)
{
	uint32_t last = (uint32_t)(fresh / r->step + 1e-9);
	const double *again = syncs_at(r, last, mem);

	*out = (struct renewal){.step = r->step, .n = last + r->n};
	out->mass = ARENA_ARRAY(mem, double, out->n);
	for (uint32_t t = last + 1; t < out->n; t++) {
		for (uint32_t u = t < r->n ? 0 : t - r->n + 1; u <= last; u++)
			out->mass[t] += again[u] * r->mass[t - u];
		out->mean += t * r->step * out->mass[t];
	}
}

/* ------------------------------------------------------------------ sharing an object */

/* The readers of one object after a fetch, at tick 0.  Up to and with tick `fresh` it is used
 * as it is; who syncs first behind that fetches. */
struct readers {
	const struct renewal *r;
	uint32_t fresh, from; /* syncs before tick `from` no longer matter behind `fresh` */
	double *again;        /* [fresh + 1]: mean syncs at a tick of one that synced at 0 */
	double *age;          /* [n]: how old the last sync of another is at a fetch */
	double *next;         /* [n]: the same, at the next fetch */
	double *risk;         /* [n]: of an age, over what is longer than it */
	double *first;        /* [n]: when another syncs first */
	double *other;        /* [fresh + 1]: its mean syncs at a tick, from `from` on */
	double *fetcher_quiet, *other_quiet; /* [n]: no sync in the w ticks behind `fresh` */
};

static double longer(const struct readers *w, uint32_t i)
{
	return i < w->r->n ? w->r->longer[i] : 0;
}

static void readers_init(
	struct readers *w, const struct renewal *r, uint32_t fresh, struct arena *mem)
{
	double all = 0;

	*w = (struct readers){.r = r, .fresh = fresh, .from = fresh > r->n ? fresh - r->n : 1};
	w->again = syncs_at(r, fresh, mem);
	w->other = ARENA_ARRAY(mem, double, fresh + 1);
	w->age = ARENA_ARRAY(mem, double, r->n);
	w->next = ARENA_ARRAY(mem, double, r->n);
	w->risk = ARENA_ARRAY(mem, double, r->n);
	w->first = ARENA_ARRAY(mem, double, r->n);
	w->fetcher_quiet = ARENA_ARRAY(mem, double, r->n);
	w->other_quiet = ARENA_ARRAY(mem, double, r->n);
	for (uint32_t x = 0; x < r->n; x++)
		for (uint32_t u = 0; u <= fresh; u++)
			w->fetcher_quiet[x] += w->again[u] * longer(w, fresh + x - u);
	for (uint32_t a = 0; a < r->n; a++)
		all += r->longer[a];
	for (uint32_t a = 0; a < r->n; a++)
		w->age[a] = r->longer[a] / all; /* in equilibrium, to begin with */
}

/* Another's syncs after the fetch, from its age at it. */
static void look(struct readers *w)
{
	uint32_t n = w->r->n;

	for (uint32_t a = 0; a < n; a++)
		w->risk[a] = w->r->longer[a] > 0 ? w->age[a] / w->r->longer[a] : 0;
	for (uint32_t v = 1; v < n; v++) {
		w->first[v] = 0;
		for (uint32_t a = 0; a + v < n; a++)
			w->first[v] += w->risk[a] * w->r->mass[a + v];
	}
	for (uint32_t u = w->from; u <= w->fresh; u++) {
		w->other[u] = 0;
		for (uint32_t v = 1; v < n && v <= u; v++)
			w->other[u] += w->first[v] * w->again[u - v];
	}
	for (uint32_t x = 0; x < n; x++) {
		double quiet = 0;

		for (uint32_t u = w->from; u <= w->fresh; u++)
			quiet += w->other[u] * longer(w, w->fresh + x - u);
		for (uint32_t a = 0; a + w->fresh + x < n; a++)
			quiet += w->risk[a] * w->r->longer[a + w->fresh + x];
		w->other_quiet[x] = quiet;
	}
}

static double power(double x, uint32_t n)
{
	double p = 1;

	for (; n; n >>= 1, x *= x)
		p *= n & 1 ? x : 1;
	return p;
}

/* `share` more of the others are of the age that the fetcher of before has at tick t, ... */
static void add_fetcher(struct readers *w, uint32_t t, double share)
{
	for (uint32_t u = w->from > 1 ? w->from : 0; u <= w->fresh; u++)
		if (t - u < w->r->n)
			w->next[t - u] += share * w->again[u] * w->r->longer[t - u];
}

/* ... or of that which another has, of whom the same is known: no sync since `fresh`. */
static void add_other(struct readers *w, uint32_t t, double share)
{
	for (uint32_t u = w->from; u <= w->fresh; u++)
		if (t - u < w->r->n)
			w->next[t - u] += share * w->other[u] * w->r->longer[t - u];
	for (uint32_t a = 0; a + t < w->r->n; a++)
		w->next[a + t] += share * w->risk[a] * w->r->longer[a + t];
}

/* The fetch comes x ticks behind `fresh`: who syncs then, and how old are the last syncs of
 * those who do not fetch.  Each of k pods that have been quiet syncs for itself. */
static void fetch(struct readers *w, uint32_t x, uint32_t k)
{
	double before = w->fetcher_quiet[x - 1] * power(w->other_quiet[x - 1], k - 1);
	double fetcher, other, nobody, zero;

	if (before < NOTHING)
		return;
	fetcher = w->fetcher_quiet[x] / w->fetcher_quiet[x - 1]; /* stays quiet */
	other = w->other_quiet[x] / w->other_quiet[x - 1];
	nobody = fetcher * power(other, k - 1);
	zero = (1 - fetcher) + (k - 1) * (1 - other) - (1 - nobody);
	w->next[0] += before * zero;
	if (w->fetcher_quiet[x] > NOTHING)
		add_fetcher(w, w->fresh + x, before * (fetcher - nobody) / w->fetcher_quiet[x]);
	if (w->other_quiet[x] > NOTHING)
		add_other(w, w->fresh + x,
			before * (k - 1) * (other - nobody) / w->other_quiet[x]);
}

/* From one fetch to the next: the others' ages become those of the next time. */
static void turn(struct readers *w, uint32_t k)
{
	double all = 0;

	for (uint32_t i = 0; i < w->r->n; i++)
		w->next[i] = 0;
	for (uint32_t x = 1; x < w->r->n; x++)
		fetch(w, x, k);
	for (uint32_t i = 0; i < w->r->n; i++)
		all += w->next[i];
	for (uint32_t i = 0; i < w->r->n && all > 0; i++)
		w->age[i] = w->next[i] / all;
}

/* The mean wait behind `fresh`, in ticks.  How old the others' last syncs are at a fetch
 * depends on how it was at the fetch before: some turns come to what it is in the long run. The
 * others are taken as independent of one another, which a single one is. */
static double mean_wait(struct readers *w, uint32_t k)
{
	double mean = 0, last;
	uint32_t round = 0;

	do {
		last = mean;
		mean = 0;
		look(w);
		for (uint32_t x = 0; x < w->r->n; x++)
			mean += w->fetcher_quiet[x] * power(w->other_quiet[x], k - 1);
		if (k > 1)
			turn(w, k);
	} while (k > 1 && ++round < ROUNDS &&
		 (mean - last > SETTLED * mean || last - mean > SETTLED * mean));
	return mean;
}

void renewal_gaps(const struct renewal *r, double fresh, uint32_t n, const double *weight,
	double *gap, struct arena *mem)
{
	uint32_t ticks = (uint32_t)(fresh / r->step + 1e-9);
	struct readers w;

	for (uint32_t k = 1; k <= n && fresh <= 0; k++)
		gap[k] = r->mean / k;
	if (fresh <= 0)
		return;
	readers_init(&w, r, ticks, mem);
	for (uint32_t k = 1; k <= n; k++)
		if (weight[k] > 0)
			gap[k] = (ticks + mean_wait(&w, k)) * r->step;
}
