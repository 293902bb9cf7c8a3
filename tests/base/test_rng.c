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
		cmocka_unit_test(the_bits_of_neighbours_are_unrelated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
