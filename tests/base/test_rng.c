/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

#include "tcase.h"

/* The first outputs of splitmix64 seeded with 0, as published with it: the
 * mix of one, two, three steps. */
static void the_mix_is_that_of_splitmix64(void **state)
{
	(void)state;
	assert_true(rng_mix(0) == 0);
	assert_true(rng_mix(RNG_STEP) == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(rng_mix(2 * RNG_STEP) == UINT64_C(0x6e789e6aa1b965f4));
	assert_true(rng_mix(3 * RNG_STEP) == UINT64_C(0x06c45d188009454f));
}

/* Changed numbers change every result of every user: on purpose only. */
static void keys_and_draws_are_pinned(void **state)
{
	(void)state;
	assert_true(rng_key(0, 0) == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(rng_key(1, 0) == UINT64_C(0xbfef8030ddc2d772));
	assert_true(rng_key(42, 4999) == UINT64_C(0x60fa02f20f993900));
	assert_true(rng_draw(rng_key(42, 4999), 7, 99, 12345) == UINT64_C(0x6f17abb76c2e96bd));
	assert_true(rng_draw(0, 0, 0, 0) == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(rng_draw(1, 2, 3, 4) == UINT64_C(0xd56b5485072a2f8d));
}

static void every_argument_changes_a_draw(void **state)
{
	uint64_t key = rng_key(1, 2);
	uint64_t draw = rng_draw(key, 3, 4, 5);

	(void)state;
	assert_true(draw != rng_draw(rng_key(2, 2), 3, 4, 5));
	assert_true(draw != rng_draw(rng_key(1, 3), 3, 4, 5));
	assert_true(draw != rng_draw(key, 4, 4, 5));
	assert_true(draw != rng_draw(key, 3, 5, 5));
	assert_true(draw != rng_draw(key, 3, 4, 6));
	assert_true(rng_draw(key, 3, 4, 5) != rng_draw(key, 4, 3, 5));
	assert_true(rng_draw(key, 3, 4, 5) != rng_draw(key, 3, 5, 4));
}

static void below_stays_below_and_fills_evenly(void **state)
{
	uint64_t seen[10] = {0};
	uint64_t key = rng_key(7, 0);

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		uint64_t v = rng_below(rng_draw(key, 1, 0, i), 10);

		assert_true(v < 10);
		seen[v]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(seen[i], 9500, 10500); /* 5 sigma */
	assert_int_equal(rng_below(UINT64_MAX, 0), 0);
	assert_int_equal(rng_below(UINT64_MAX, 1), 0);
	assert_true(rng_below(UINT64_MAX, UINT64_MAX) == UINT64_MAX - 1);
}

static void a_span_keeps_its_ends(void **state)
{
	(void)state;
	assert_int_equal(rng_span(0, 5, 10), 5);
	assert_int_equal(rng_span(UINT64_MAX, 5, 10), 9);
	assert_int_equal(rng_span(UINT64_MAX, 5, 5), 5);
	assert_int_equal(rng_span(UINT64_MAX, 5, 4), 5);
	assert_int_equal(rng_span(0, -10, 10), -10);
	assert_true(rng_span(UINT64_MAX, INT64_MIN, INT64_MAX) == INT64_MAX - 1);
}

#define GAPS 40000

/* How many of those are over `at`. */
static uint32_t over(const ns_t *of, ns_t at)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < GAPS; i++)
		n += of[i] > at;
	return n;
}

/* A renewal process from its first gap on, looked at after hundreds of them. */
static ns_t left_after_long(uint64_t key, uint32_t run, ns_t lo, ns_t hi)
{
	ns_t long_after = 100 * (lo + hi), at = 0;

	long_after += rng_span(rng_draw(key, 1, run, 0), 0, hi);
	for (uint32_t i = 0; at <= long_after; i++)
		at += rng_span(rng_draw(key, 2, run, i), lo, hi);
	return at - long_after;
}

static void residuals_of(uint64_t key, ns_t lo, ns_t hi)
{
	static ns_t drawn[GAPS], seen[GAPS];
	ns_t least = INT64_MAX;

	for (uint32_t i = 0; i < GAPS; i++) {
		drawn[i] = rng_residual(rng_draw(key, 3, 0, i), lo, hi);
		seen[i] = left_after_long(key, i, lo, hi);
		least = ns_min(least, drawn[i]);
		assert_in_range(drawn[i], 0, hi);
	}
	for (ns_t at = 0; at <= hi; at += hi / 37) { /* 5 sigma of a difference of two */
		int64_t apart = (int64_t)over(drawn, at) - (int64_t)over(seen, at);

		assert_in_range(apart + 710, 0, 1420);
	}
	assert_true(least < hi / 1000);
}

static void a_residual_is_that_of_gaps_that_follow_each_other(void **state)
{
	(void)state;
	residuals_of(rng_key(1, 0), 1000000, 1000001); /* no jitter */
	residuals_of(rng_key(1, 1), 10000000, 10400001);
	residuals_of(rng_key(1, 2), 60000000, 90000001);
	residuals_of(rng_key(1, 3), 1000, 3000001);  /* nearly all of it */
	for (uint64_t draw = 0; draw < 1000; draw++) /* a fixed period: any moment of it */
		assert_int_equal(rng_residual(rng_mix(draw), 7 * NS_S, 7 * NS_S),
			rng_span(rng_mix(draw), 0, 7 * NS_S));
	assert_int_equal(rng_residual(UINT64_MAX, 0, 0), 0);
}

/* Neighbouring nodes, items and counts must not be correlated. */
static void the_bits_of_neighbours_are_unrelated(void **state)
{
	uint64_t different = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		uint64_t key = rng_key(1, i);
		uint64_t draw = rng_draw(key, 0, i, i);

		different += (uint64_t)__builtin_popcountll(draw ^ rng_draw(key, 0, i, i + 1));
		different += (uint64_t)__builtin_popcountll(draw ^ rng_draw(key, 0, i + 1, i));
		different += (uint64_t)__builtin_popcountll(
			draw ^ rng_draw(rng_key(1, i + 1), 0, i, i));
	}
	assert_in_range(different, 3000 * 32 - 1200, 3000 * 32 + 1200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mix_is_that_of_splitmix64),
		cmocka_unit_test(keys_and_draws_are_pinned),
		cmocka_unit_test(every_argument_changes_a_draw),
		cmocka_unit_test(below_stays_below_and_fills_evenly),
		cmocka_unit_test(a_span_keeps_its_ends),
		cmocka_unit_test(a_residual_is_that_of_gaps_that_follow_each_other),
		cmocka_unit_test(the_bits_of_neighbours_are_unrelated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
