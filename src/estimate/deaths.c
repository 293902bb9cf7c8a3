/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/deaths.h"

#include "estimate/lives.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

/* e to the power of -x, without libm: a series where x is small, and squares of that. */
static double decays(double x)
{
	double part = x < 1 << 10 ? x : 1 << 10, term = 1, sum = 1;
	int squares = 0;

	for (; part > 0.5; squares++)
		part /= 2;
	for (int i = 1; i <= 14; i++) {
		term *= -part / i;
		sum += term;
	}
	for (int i = 0; i < squares; i++)
		sum *= sum;
	return sum;
}

/* How likely it died n times or more often, that does so `mean` times on average, by chance. */
static double died(double mean, uint32_t n)
{
	double exactly = decays(mean), fewer = 0;

	for (uint32_t i = 0; i < n; i++) {
		fewer += exactly;
		exactly *= mean / (i + 1);
	}
	return 1 - fewer;
}

/* ------------------------------------------------------------------ over time */

/* Of a container that has been there for so long: how likely it is that it died `least` times
 * or more often, and `least` + 1 times, up to `most`, added up.  Deaths are counted from a time
 * on, and until one. */
struct curve {
	double a_second, from, until;
	uint32_t least, most;
};

/* Below that the leading terms are all that is left of the differences beneath. */
#define HARDLY_EVER 1e-3

/* The integral of died(x, n) from 0 to mean, once or twice: the mean itself less "j times or
 * more" for all j up to n, and of that again the same. */
static double integral(double mean, uint32_t n, int times)
{
	double sum = 1, all = times == 1 ? mean : mean * mean / 2;

	if (mean < HARDLY_EVER) {
		for (uint32_t i = 1; i <= n + (uint32_t)times; i++)
			sum *= mean / i;
		return sum * (1 - mean * n / (n + (uint32_t)times + 1));
	}
	for (uint32_t j = 1; j <= n; j++)
		all -= times == 1 ? died(mean, j) : integral(mean, j, 1);
	return all;
}

/* At that age; its integral from 0 up to it; or the integral of that. */
static double value(const struct curve *c, double seconds, int integrals)
{
	double until = seconds < c->until ? seconds : c->until, behind = seconds - until;
	double mean = until > c->from ? (until - c->from) * c->a_second : 0, sum = 0;

	for (uint32_t n = c->least; n <= c->most; n++) {
		double is = died(mean, n);
		double once = integrals > 0 ? integral(mean, n, 1) / c->a_second : 0;

		if (integrals == 0)
			sum += is;
		else if (integrals == 1)
			sum += once + behind * is;
		else
			sum += integral(mean, n, 2) / c->a_second / c->a_second +
			       behind * (once + behind * is / 2);
	}
	return sum;
}

/* The integral up to a time of the run, at which containers are as old as it, or as their pods,
 * which then are of any age up to a life. */
static double of_run(const struct curve *c, double life, double time)
{
	double young = life > 0 && time > life ? life : time, sum = value(c, young, 1);

	if (life <= 0)
		return sum;
	sum += (2 * value(c, young, 2) - young * sum) / life;
	return sum + (time - young) * value(c, life, 1) / life;
}

/* The same where the oldest pod is asked for, which goes. */
static double of_oldest(const struct curve *c, double life, double time)
{
	return time < life ? value(c, time, 1)
			   : value(c, life, 1) + (time - life) * value(c, life, 0);
}

/* Of any time of the measurement. */
static double mean_of(const struct scenario *s, const struct curve *c,
	double (*up_to)(const struct curve *, double, double))
{
	double from = SECONDS(s->warmup), to = from + SECONDS(s->duration);
	double life = lives_seconds(s);

	return to > from ? (up_to(c, life, to) - up_to(c, life, from)) / (to - from) : 0;
}

/* ------------------------------------------------------------------ what is asked for */

#define FOR_EVER 1e18

/* How likely a death is that of one container; 0: none dies. */
static double share_of_one(const struct scenario *s)
{
	double n = (double)s->workload.pods * s->workload.containers;

	return n > 0 && s->workload.container_death_every > 0 ? 1 / n : 0;
}

/* How many of a container's dead are kept. */
static struct curve kept(const struct scenario *s)
{
	double one = share_of_one(s) / SECONDS(s->workload.container_death_every);

	return (struct curve){one, 0, FOR_EVER, 1, s->kubelet.deletion.dead_to_keep};
}

/* That it died so often before, until another death of its node: at the even pace of those that
 * is half of one less.  They are a whole number, each of which leaves (1 - 1/n) that did not: a
 * little less than as many by chance would. */
static struct curve before(const struct scenario *s, uint32_t times, double until)
{
	double one = share_of_one(s), every = SECONDS(s->workload.container_death_every);

	return (struct curve){one * (1 + one / 2) / every, every / 2, until, times, times};
}

double deaths_kept(const struct scenario *s)
{
	struct curve c;

	if (share_of_one(s) <= 0)
		return 0;
	c = kept(s);
	return mean_of(s, &c, of_run);
}

/* An older one is removed where so many died before that one more is too many.  A death begins
 * a back-off when the one before was not longer ago than two of the longest (backoff.go
 * hasExpired). */
void deaths_of(const struct scenario *s, struct deaths *out)
{
	double remembers = 2 * SECONDS(s->kubelet.worker.crash_back_off_max);
	struct curve keeps, removes, waits;

	*out = (struct deaths){0};
	if (share_of_one(s) <= 0)
		return;
	keeps = kept(s);
	removes = before(s, s->kubelet.deletion.dead_to_keep, FOR_EVER);
	waits = before(s, 1, remembers);
	out->often = 1 / SECONDS(s->workload.container_death_every);
	out->kept = mean_of(s, &keeps, of_run);
	out->removed = removes.least > 0 ? mean_of(s, &removes, of_run) : 1;
	out->waits = mean_of(s, &waits, of_run);
	if (lives_seconds(s) > 0)
		out->left = mean_of(s, &keeps, of_oldest);
}
