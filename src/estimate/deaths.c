/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/deaths.h"

#include "estimate/lives.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

enum what { KEPT, REMOVED, WAITS };

/* e to the power of -x, without libm: (1 - x/n)^n, with an n that is 2 to the power of 20. */
static double decays(double x)
{
	double power = x < 1 << 10 ? 1 - x / (1 << 20) : 0;

	for (int i = 0; i < 20; i++)
		power *= power;
	return power;
}

/* How many of a container's dead are kept when it died `mean` times on average, by chance. */
static double kept(double mean, uint32_t most)
{
	double exactly = decays(mean);
	double no_more = exactly;
	double sum = 0;

	for (uint32_t i = 0; i < most; i++) {
		sum += 1 - no_more;
		exactly *= mean / (i + 1);
		no_more += exactly;
	}
	return sum;
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

/* Of a container that has been there for so many seconds.  A death begins a back-off when the
 * one before was not longer ago than two of the longest (backoff.go hasExpired). */
static double after(const struct scenario *s, enum what what, double seconds)
{
	uint32_t most = s->kubelet.deletion.dead_to_keep;
	double remembers = 2 * SECONDS(s->kubelet.worker.crash_back_off_max);
	double mean = before(s, seconds);

	switch (what) {
	case KEPT:
		return kept(
			seconds / SECONDS(s->workload.container_death_every) * share_of_one(s),
			most);
	case REMOVED: /* so many died before that one more is too many */
		return kept(mean, most) - (most > 0 ? kept(mean, most - 1) : -1);
	case WAITS:
		break;
	}
	return 1 - decays(seconds < remembers ? mean : before(s, remembers));
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

/* At that time of the run: containers are as old as it, or as their pods, which are of any age
 * up to a life. */
static double at(const struct scenario *s, enum what what, double time)
{
	double life = lives_seconds(s), young;

	if (life <= 0)
		return after(s, what, time);
	young = time < life ? time / life : 1;
	return young * mean_over(s, what, 0, young * life, PARTS_OF_AGES, after) +
	       (1 - young) * after(s, what, time);
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
