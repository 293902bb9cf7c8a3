/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dist.h"

#include "tcase.h"

static ns_t at_share(const struct dist *d, uint64_t per_1024)
{
	return dist_draw(d, per_1024 << 54, 0);
}

static void no_shape_is_always_the_mean(void **state)
{
	struct dist d;

	(void)state;
	dist_init(&d, 3 * NS_MS, 0, 0, 0);
	for (uint64_t i = 0; i < 1024; i++)
		assert_in_range(at_share(&d, i), 3 * NS_MS, 3 * NS_MS + 1);
	assert_in_range(dist_draw(&d, UINT64_MAX, 0), 3 * NS_MS, 3 * NS_MS + 1);
}

static void each_record_adds_to_the_mean(void **state)
{
	struct dist d;

	(void)state;
	dist_init(&d, 130 * NS_US, 10850, 0, 0);
	assert_in_range(dist_draw(&d, 0, 0), 130 * NS_US, 130 * NS_US + 1);
	assert_in_range(dist_draw(&d, 0, 300), 130 * NS_US + 300 * 10850,
		130 * NS_US + 300 * 10850 + 1);
}

/* As containerd's ListContainers. */
static void median_and_99th_percentile_are_as_asked(void **state)
{
	struct dist d;

	(void)state;
	dist_init(&d, NS_S, 0, 799000, 5843000);
	/* within a step of the table, 1/128 */
	assert_in_range(at_share(&d, 512), NS_S * 790 / 1000, NS_S * 810 / 1000);
	assert_in_range(at_share(&d, 1014), NS_S * 5300 / 1000, NS_S * 6400 / 1000);
}

static void nothing_takes_no_time_at_all(void **state)
{
	struct dist d;

	(void)state;
	dist_init(&d, 0, 0, 0, 0);
	assert_true(dist_draw(&d, 0, 0) >= 1);
	dist_init(&d, 1, 0, 900000, 2500000);
	assert_true(dist_draw(&d, 0, 0) >= 1);
}

/* A median above the 99th percentile, or both above what a mean of one allows. */
static void an_impossible_shape_still_rises(void **state)
{
	static const int64_t shapes[][2] = {
		{2000000, 1000000}, {1900000, 9000000}, {1, 100000000}};

	(void)state;
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		struct dist d;

		dist_init(&d, NS_MS, 0, shapes[s][0], shapes[s][1]);
		for (uint64_t i = 1; i < 1024; i++)
			assert_true(at_share(&d, i) >= at_share(&d, i - 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_shape_is_always_the_mean),
		cmocka_unit_test(each_record_adds_to_the_mean),
		cmocka_unit_test(median_and_99th_percentile_are_as_asked),
		cmocka_unit_test(nothing_takes_no_time_at_all),
		cmocka_unit_test(an_impossible_shape_still_rises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
