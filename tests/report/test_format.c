/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include "tcase.h"

static char buf[FORMAT_BYTES];

static void a_rate_keeps_the_digits_that_matter(void **state)
{
	(void)state;
	assert_string_equal(format_rate(buf, sizeof(buf), 360690.4), "360,690");
	assert_string_equal(format_rate(buf, sizeof(buf), 999.6), "1,000");
	assert_string_equal(format_rate(buf, sizeof(buf), 446.24), "446.2");
	assert_string_equal(format_rate(buf, sizeof(buf), 21), "21.00");
	assert_string_equal(format_rate(buf, sizeof(buf), 0.5), "0.500");
	assert_string_equal(format_rate(buf, sizeof(buf), 0.0066667), "0.0067");
	assert_string_equal(format_rate(buf, sizeof(buf), 0), "0");
	assert_string_equal(format_rate(buf, sizeof(buf), -1984.3), "-1,984");
}

static void a_time_has_a_unit(void **state)
{
	(void)state;
	assert_string_equal(format_seconds(buf, sizeof(buf), 161.46), "161.5 s");
	assert_string_equal(format_seconds(buf, sizeof(buf), 1.01546), "1.015 s");
	assert_string_equal(format_seconds(buf, sizeof(buf), 0.505), "505 ms");
	assert_string_equal(format_seconds(buf, sizeof(buf), 0.000161), "0.16 ms");
	assert_string_equal(format_seconds(buf, sizeof(buf), 0), "0");
}

static void one_is_no_plural(void **state)
{
	(void)state;
	assert_string_equal(format_plural(1), "");
	assert_string_equal(format_plural(0), "s");
	assert_string_equal(format_plural(30), "s");
	assert_string_equal(format_nodes(buf, sizeof(buf), 1), "1 node");
	assert_string_equal(format_nodes(buf, sizeof(buf), 5000), "5,000 nodes");
}

static void a_share_has_a_sign(void **state)
{
	(void)state;
	assert_string_equal(format_percent(buf, sizeof(buf), 0.0123), "+1.2%");
	assert_string_equal(format_percent(buf, sizeof(buf), -0.0001), "0.0%");
	assert_string_equal(format_percent(buf, sizeof(buf), -0.898), "-89.8%");
}

static void an_exact_number_is_the_shortest_that_reads_back(void **state)
{
	(void)state;
	assert_string_equal(format_exact(buf, sizeof(buf), 0.1), "0.1");
	assert_string_equal(format_exact(buf, sizeof(buf), 2500), "2500");
	assert_string_equal(format_exact(buf, sizeof(buf), 1.0 / 3), "0.3333333333333333");
}

static void sizes_have_the_unit_that_leaves_three_digits(void **state)
{
	(void)state;
	assert_string_equal(format_size(buf, sizeof(buf), 0), "0 B");
	assert_string_equal(format_size(buf, sizeof(buf), 700), "700 B");
	assert_string_equal(format_size(buf, sizeof(buf), 999.6), "1 kB");
	assert_string_equal(format_size(buf, sizeof(buf), 20e6), "20 MB");
	assert_string_equal(format_size(buf, sizeof(buf), 11.52e9), "11.5 GB");
	assert_string_equal(format_size(buf, sizeof(buf), 999.4e12), "999 TB");
	assert_string_equal(format_size(buf, sizeof(buf), 5e21), "5e+03 EB");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_the_unit_that_leaves_three_digits),
		cmocka_unit_test(a_rate_keeps_the_digits_that_matter),
		cmocka_unit_test(a_time_has_a_unit),
		cmocka_unit_test(one_is_no_plural),
		cmocka_unit_test(a_share_has_a_sign),
		cmocka_unit_test(an_exact_number_is_the_shortest_that_reads_back),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
