/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dist.h"

#include <stddef.h>

enum { MILLION = 1000000, KNOTS = 5 };

/* Where the inverse distribution function bends, in millionths of probability. */
static const int64_t knot_at[KNOTS] = {0, 500000, 900000, 990000, MILLION};

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* The knots' heights: the lowest value is half the median, the highest one and a half times
 * the 99th percentile, and the 90th percentile is what gives a mean of one. */
static void knots_from(int64_t p50, int64_t p99, int64_t height[KNOTS])
{
	int64_t rest;

	height[0] = p50 / 2;
	height[1] = p50;
	height[3] = p99;
	height[4] = p99 + p99 / 2;
	rest = MILLION - (height[0] + height[1]) / 4 - height[1] / 5 - height[3] * 45 / 1000 -
	       (height[3] + height[4]) / 200;
	height[2] = clamp(rest * 1000 / 245, height[1], height[3]);
}

static int64_t height_at(const int64_t height[KNOTS], int64_t at)
{
	size_t k = 1;

	while (k < KNOTS - 1 && at > knot_at[k])
		k++;
	return height[k - 1] + (height[k] - height[k - 1]) * (at - knot_at[k - 1]) /
				       (knot_at[k] - knot_at[k - 1]);
}

void dist_init(struct dist *d, ns_t mean, ns_t per_record, int64_t p50, int64_t p99)
{
	int64_t height[KNOTS];
	int64_t sum = 0;

	d->mean = mean;
	d->per_record = per_record;
	if (p50 <= 0 || p99 <= 0) {
		for (size_t i = 0; i <= DIST_STEPS; i++)
			d->factor[i] = 1u << DIST_ONE_BITS;
		return;
	}
	knots_from(p50, p99 < p50 ? p50 : p99, height);
	for (size_t i = 0; i < DIST_STEPS; i++)
		sum += (height_at(height, (int64_t)i * MILLION / DIST_STEPS) +
			       height_at(height, (int64_t)(i + 1) * MILLION / DIST_STEPS)) /
		       2;
	for (size_t i = 0; i <= DIST_STEPS; i++) {
		int64_t h = height_at(height, (int64_t)i * MILLION / DIST_STEPS);

		d->factor[i] = (uint32_t)((h << DIST_ONE_BITS) * DIST_STEPS / sum);
	}
}
