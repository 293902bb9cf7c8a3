/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hist.h"

#include "tcase.h"

#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

static void an_empty_histogram_has_no_numbers(void **state)
{
	struct hist h;

	(void)state;
	hist_reset(&h);
	assert_int_equal(hist_quantile(&h, 500000), 0);
	assert_int_equal(hist_mean(&h), 0);
	assert_int_equal(h.n, 0);
	assert_int_equal(h.min, NS_NEVER);
	assert_int_equal(h.max, 0);
}

static void a_constant_comes_out_exactly(void **state)
{
	struct hist h;

	(void)state;
	hist_reset(&h);
	hist_add_n(&h, 5 * NS_MS + 1, 1000);
	assert_int_equal(hist_quantile(&h, 0), 5 * NS_MS + 1);
	assert_int_equal(hist_quantile(&h, 500000), 5 * NS_MS + 1);
	assert_int_equal(hist_quantile(&h, 1000000), 5 * NS_MS + 1);
	assert_int_equal(hist_mean(&h), 5 * NS_MS + 1);
}

static void buckets_follow_each_other_without_gaps(void **state)
{
	(void)state;
	assert_int_equal(hist_bucket(0), 0);
	assert_int_equal(hist_bucket(31), 0);
	assert_int_equal(hist_bucket(32), 1);
	assert_int_equal(hist_bucket(1023), 31);
	assert_int_equal(hist_bucket(1024), 32);
	assert_int_equal(hist_bucket((INT64_C(1) << 43) - 1), HIST_BUCKETS - 1);
	assert_int_equal(hist_bucket(INT64_MAX), HIST_BUCKETS - 1);
	for (ns_t v = 0; v < 200000; v++)
		assert_in_range(hist_bucket(v + 1) - hist_bucket(v), 0, 1);
	for (unsigned i = 11; i < 43; i++) {
		ns_t v = INT64_C(1) << i;

		assert_int_equal(hist_bucket(v), hist_bucket(v - 1) + 1);
		assert_int_equal(hist_bucket(v + v / 32), hist_bucket(v) + 1);
		assert_int_equal(hist_bucket(v + v / 32 - 1), hist_bucket(v));
	}
}

static void adding_n_times_is_adding_n_of_them(void **state)
{
	struct hist one;
	struct hist many;

	(void)state;
	hist_reset(&one);
	hist_reset(&many);
	for (int i = 0; i < 77; i++)
		hist_add(&one, 12345);
	hist_add_n(&many, 12345, 77);
	hist_add_n(&many, 1, 0);
	assert_memory_equal(&one, &many, sizeof one);
}

static void the_sum_stays_at_its_end(void **state)
{
	struct hist h;

	(void)state;
	hist_reset(&h);
	hist_add_n(&h, INT64_MAX, 3);
	assert_true(h.sum == UINT64_MAX);
	hist_add(&h, 1);
	assert_true(h.sum == UINT64_MAX);
	assert_int_equal(h.n, 4);
	assert_int_equal(h.min, 1);
	assert_int_equal(hist_quantile(&h, 900000), INT64_MAX);
}

static int by_size(const void *a, const void *b)
{
	ns_t x = *(const ns_t *)a;
	ns_t y = *(const ns_t *)b;

	return (x > y) - (x < y);
}

/* Durations over the whole range, as likely short as long. */
static ns_t some_duration(uint64_t key, uint32_t i)
{
	uint64_t octave = rng_below(rng_draw(key, 1, 0, i), 43);

	return (ns_t)rng_below(rng_draw(key, 2, 0, i), UINT64_C(1) << (octave + 1)) &
	       ((INT64_C(1) << 43) - 1);
}

static void quantiles_keep_their_bound(void **state)
{
	enum { N = 5000 };
	static const uint32_t asked[] = {0, 1, 10000, 250000, 500000, 990000, 999999, 1000000};
	ns_t *all = calloc(N, sizeof *all);
	struct hist h;

	(void)state;
	assert_non_null(all);
	hist_reset(&h);
	for (uint32_t i = 0; i < N; i++) {
		all[i] = some_duration(rng_key(3, 0), i);
		hist_add(&h, all[i]);
	}
	qsort(all, N, sizeof *all, by_size);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		uint64_t rank = ((uint64_t)N * asked[i] + 999999) / 1000000;
		ns_t truth = all[rank == 0 ? 0 : rank - 1];
		ns_t off = hist_quantile(&h, asked[i]) - truth;

		assert_true((off < 0 ? -off : off) <= truth / 64 + 16);
	}
	free(all);
}

static void merging_is_the_same_in_any_grouping(void **state)
{
	struct hist part[3];
	struct hist left;
	struct hist right;
	struct hist all;

	(void)state;
	hist_reset(&all);
	for (uint32_t k = 0; k < 3; k++) {
		hist_reset(&part[k]);
		for (uint32_t i = 0; i < 1000; i++) {
			ns_t v = some_duration(rng_key(4, k), i);

			hist_add(&part[k], v);
			hist_add(&all, v);
		}
	}
	left = part[0];
	hist_merge(&left, &part[1]);
	hist_merge(&left, &part[2]);
	right = part[2];
	hist_merge(&right, &part[1]);
	hist_merge(&right, &part[0]);
	assert_memory_equal(&left, &right, sizeof left);
	assert_memory_equal(&left, &all, sizeof left);
	hist_reset(&right);
	hist_merge(&left, &right);
	assert_memory_equal(&left, &all, sizeof left);
	hist_merge(&right, &left);
	assert_memory_equal(&right, &all, sizeof left);
}

static void what_came_since_is_counted_by_itself(void **state)
{
	struct hist all, before, since;

	(void)state;
	hist_reset(&all);
	for (ns_t i = 0; i < 1000; i++)
		hist_add(&all, i * NS_MS);
	before = all;
	hist_since(&all, &before, &since);
	assert_int_equal(since.n, 0);
	assert_int_equal(hist_quantile(&since, 990000), 0);
	for (ns_t i = 0; i < 100; i++)
		hist_add(&all, 5 * NS_MS);
	hist_since(&all, &before, &since);
	assert_int_equal(since.n, 100);
	assert_int_equal(hist_mean(&since), 5 * NS_MS);
	assert_in_range(hist_quantile(&since, 990000), 5 * NS_MS - 80000, 5 * NS_MS + 80000);
	before = (struct hist){.n = 0}; /* as a caller's that was zeroed */
	hist_since(&all, &before, &since);
	assert_int_equal(since.n, 1100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_histogram_has_no_numbers),
		cmocka_unit_test(a_constant_comes_out_exactly),
		cmocka_unit_test(buckets_follow_each_other_without_gaps),
		cmocka_unit_test(adding_n_times_is_adding_n_of_them),
		cmocka_unit_test(the_sum_stays_at_its_end),
		cmocka_unit_test(quantiles_keep_their_bound),
		cmocka_unit_test(merging_is_the_same_in_any_grouping),
		cmocka_unit_test(what_came_since_is_counted_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
