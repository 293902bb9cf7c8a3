/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dist.h"

#include "property.h"

enum { MILLION = 1000000, POINTS = 1 << 16 };

/* Any shape that a measurement may have: median below the mean, a tail above it. */
static void draw_shape(struct property *p, int64_t *p50, int64_t *p99)
{
	*p50 = 600000 + property_below(p, 390000);
	*p99 = 1300000 + property_below(p, 5000000);
}

/* The mean of the drawn values over evenly spread probabilities. */
static ns_t mean_of(const struct dist *d)
{
	ns_t sum = 0;

	for (uint64_t i = 0; i < POINTS; i++)
		sum += dist_draw(d, i << 48 | UINT64_C(1) << 47, 0);
	return sum / POINTS;
}

static void the_mean_is_kept_once(struct property *p)
{
	ns_t mean = property_span(p, 10 * NS_US, NS_S);
	int64_t p50;
	int64_t p99;
	struct dist d;

	draw_shape(p, &p50, &p99);
	dist_init(&d, mean, 0, p50, p99);
	HOLDS(p, mean_of(&d) >= mean - mean / 100);
	HOLDS(p, mean_of(&d) <= mean + mean / 100 + 1);
}

static void the_mean_is_kept(void **state)
{
	(void)state;
	property_each(100, the_mean_is_kept_once);
}

static void more_random_bits_are_never_less_time_once(struct property *p)
{
	ns_t last = 0;
	int64_t p50;
	int64_t p99;
	struct dist d;

	draw_shape(p, &p50, &p99);
	dist_init(&d, property_span(p, 10 * NS_US, NS_S), 0, p50, p99);
	for (uint64_t i = 0; i < POINTS; i++) {
		ns_t v = dist_draw(&d, i << 48, 0);

		HOLDS(p, v >= last);
		last = v;
	}
}

static void more_random_bits_are_never_less_time(void **state)
{
	(void)state;
	property_each(50, more_random_bits_are_never_less_time_once);
}

static uint32_t points_up_to(const struct dist *d, ns_t limit)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i < POINTS; i++)
		n += dist_draw(d, i << 48 | UINT64_C(1) << 47, 0) <= limit;
	return n;
}

/* What a curve of these knots can have with a mean of one: a 90th percentile between both. */
static bool is_possible(int64_t p50, int64_t p99)
{
	return 820 * p50 + 575 * p99 / 10 <= 1000 * (int64_t)MILLION &&
	       575 * p50 + 3025 * p99 / 10 >= 1000 * (int64_t)MILLION;
}

static void both_percentiles_are_where_they_were_asked_once(struct property *p)
{
	ns_t mean = NS_S;
	ns_t median;
	int64_t p50;
	int64_t p99;
	struct dist d;

	do
		draw_shape(p, &p50, &p99);
	while (!is_possible(p50, p99));
	dist_init(&d, mean, 0, p50, p99);
	median = dist_draw(&d, UINT64_C(1) << 63, 0);
	HOLDS(p, median > mean / MILLION * p50 / 100 * 99);
	HOLDS(p, median < mean / MILLION * p50 / 100 * 101);
	/* within one of the table's 128 steps */
	HOLDS(p, points_up_to(&d, mean / MILLION * p99) > POINTS / 1000 * (990 - 8));
	HOLDS(p, points_up_to(&d, mean / MILLION * p99) < POINTS / 1000 * (990 + 8));
}

static void both_percentiles_are_where_they_were_asked(void **state)
{
	(void)state;
	property_each(100, both_percentiles_are_where_they_were_asked_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mean_is_kept),
		cmocka_unit_test(both_percentiles_are_where_they_were_asked),
		cmocka_unit_test(more_random_bits_are_never_less_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
