/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/deaths.h"

#include "estimate/lives.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

enum what { KEPT, REMOVED, WAITS };

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

/* How many of a container's dead are kept. */
static double kept(double mean, uint32_t most)
{
	double sum = 0;

	for (uint32_t i = 1; i <= most; i++)
		sum += died(mean, i);
	return sum;
}

/* Below that half as many as have died are kept, as far as anybody can tell. */
#define HARDLY_EVER 1e-4

/* The mean of those over all ages up to that at which it has died `mean` times: the integral of
 * "n times or more" over the mean is the mean less "j times or more" for all j up to n. */
static double kept_of_any_age(double mean, uint32_t most)
{
	double sum = 0;

	if (mean < HARDLY_EVER)
		return most > 0 ? mean / 2 : 0;
	for (uint32_t j = 1; j <= most; j++)
		sum += (most - j + 1) * died(mean, j);
	return most - sum / mean;
}

/* How likely a death is that of one container; 0: none dies. */
static double share_of_one(const struct scenario *s)
{
	double n = (double)s->workload.pods * s->workload.containers;

	return n > 0 && s->workload.container_death_every > 0 ? 1 / n : 0;
}

/* How often it died in so many seconds until another death of its node: at the even pace of
 * those that is half of one less.  They are a whole number, each of which leaves (1 - 1/n) that
 * did not: a little less than as many by chance would. */
static double before(const struct scenario *s, double seconds)
{
	double deaths = seconds / SECONDS(s->workload.container_death_every) - 0.5;
	double one = share_of_one(s);

	return deaths > 0 ? deaths * one * (1 + one / 2) : 0;
}

/* How often it died in so many seconds from its start on. */
static double since_start(const struct scenario *s, double seconds)
{
	return seconds / SECONDS(s->workload.container_death_every) * share_of_one(s);
}

/* Of a container that has been there for so many seconds.  A death begins a back-off when the
 * one before was not longer ago than two of the longest (backoff.go hasExpired). */
static double after(const struct scenario *s, enum what what, double seconds)
{
	uint32_t most = s->kubelet.deletion.dead_to_keep;
	double remembers = 2 * SECONDS(s->kubelet.worker.crash_back_off_max);
	double mean = before(s, seconds);

	switch (what) {
	case KEPT:
		return kept(since_start(s, seconds), most);
	case REMOVED: /* so many died before that one more is too many */
		return died(mean, most);
	case WAITS:
		break;
	}
	return died(seconds < remembers ? mean : before(s, remembers), 1);
}

/* Of ages, which are many where times are, fewer will do. */
enum { PARTS_OF_AGES = 16, PARTS_OF_TIMES = 128 };

/* Simpson's rule over [from, to], as a mean. */
static double mean_over(const struct scenario *s, enum what what, double from, double to,
	int parts, double (*f)(const struct scenario *, enum what, double))
{
	double sum = 0;

	for (int i = 0; i <= parts; i++) {
		double weight = i == 0 || i == parts ? 1 : i % 2 ? 4 : 2;

		sum += weight * f(s, what, from + (to - from) * i / parts);
	}
	return sum / (3 * parts);
}

/* Of pods of any age up to that.  Latencies ask for what is kept again and again. */
static double of_any_age(const struct scenario *s, enum what what, double seconds)
{
	if (what == KEPT)
		return kept_of_any_age(
			since_start(s, seconds), s->kubelet.deletion.dead_to_keep);
	return mean_over(s, what, 0, seconds, PARTS_OF_AGES, after);
}

/* At that time of the run: containers are as old as it, or as their pods, which are of any age
 * up to a life. */
static double at(const struct scenario *s, enum what what, double time)
{
	double life = lives_seconds(s), young;

	if (life <= 0)
		return after(s, what, time);
	young = time < life ? time / life : 1;
	return young * of_any_age(s, what, young * life) + (1 - young) * after(s, what, time);
}

static double mean_of(const struct scenario *s, enum what what)
{
	double from = SECONDS(s->warmup), to = from + SECONDS(s->duration);
	double life = lives_seconds(s);

	if (life > 0 && from >= life) /* it is always alike */
		return at(s, what, life);
	return mean_over(s, what, from, to, PARTS_OF_TIMES, at);
}

double deaths_kept(const struct scenario *s)
{
	return share_of_one(s) > 0 ? mean_of(s, KEPT) : 0;
}

/* The oldest pod goes. */
static double until_the_end(const struct scenario *s, enum what what, double time)
{
	double life = lives_seconds(s);

	return after(s, what, time < life ? time : life);
}

void deaths_of(const struct scenario *s, struct deaths *out)
{
	double from = SECONDS(s->warmup);

	*out = (struct deaths){0};
	if (share_of_one(s) <= 0)
		return;
	out->often = 1 / SECONDS(s->workload.container_death_every);
	out->kept = mean_of(s, KEPT);
	out->removed = mean_of(s, REMOVED);
	out->waits = mean_of(s, WAITS);
	if (lives_seconds(s) > 0)
		out->left = mean_over(s, KEPT, from, from + SECONDS(s->duration),
			PARTS_OF_TIMES, until_the_end);
}
