/* SPDX-License-Identifier: Apache-2.0 */
#include "report/chart.h"

#include "tcase.h"

#include <string.h>

#include "base/hist.h"

static const struct chart_axis axis = {"x", "s", true};

static double at(const struct json *list, size_t point, size_t i)
{
	return json_as_num(json_at(json_at(list, point), i));
}

static void a_distribution_goes_from_nothing_at_the_least_to_all_at_the_most(void **state)
{
	static const char text[] = "{\"count\": 4, \"min\": 0.0001, \"max\": 0.5, \"buckets\": "
				   "[[345, 1], [600, 3]]}";
	struct json *chart = chart_new(CHART_LINES, &axis, &axis), *hist = NULL, *series;
	const struct json *points;
	struct err err = {0};

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), &hist, &err), 0);
	series = chart_series(chart, "h");
	chart_distribution(series, hist);
	points = json_get(series, "points");
	assert_int_equal(json_size(points), 3);
	assert_true(at(points, 0, 0) == 0.0001);
	assert_true(at(points, 0, 1) == 0);
	assert_true(at(points, 1, 0) == (double)hist_middle(345) / 1e9);
	assert_true(at(points, 1, 1) == 0.25);
	assert_true(at(points, 2, 0) == 0.5);
	assert_true(at(points, 2, 1) == 1);
	json_free(hist);
	json_free(chart);
}

static void a_bucket_that_no_histogram_has_ends_it(void **state)
{
	static const char text[] = "{\"count\": 1, \"buckets\": [[999999999, 1], [-1, 1]]}";
	struct json *chart = chart_new(CHART_LINES, &axis, &axis), *hist = NULL, *series;
	struct err err = {0};

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), &hist, &err), 0);
	series = chart_series(chart, "h");
	chart_distribution(series, hist);
	assert_int_equal(json_size(json_get(series, "points")), 1);
	json_free(hist);
	json_free(chart);
}

static void what_is_no_number_leaves_a_gap(void **state)
{
	struct json *chart = chart_new(CHART_BARS, &axis, NULL), *one = json_num(1);
	struct json *series = chart_series(chart, "s");

	(void)state;
	chart_value(series, NULL);
	assert_true(chart_is_empty(chart));
	chart_value(series, one);
	assert_false(chart_is_empty(chart));
	assert_true(json_is_null(json_at(json_get(series, "values"), 0)));
	json_free(one);
	json_free(chart);
}

static void the_diagonal_spans_all_points(void **state)
{
	struct json *chart = chart_new(CHART_POINTS, &axis, &axis);
	struct json *series = chart_series(chart, "s");
	const struct json *line;

	(void)state;
	chart_diagonal(chart, "none without points");
	assert_int_equal(json_size(json_get(chart, "series")), 1);
	chart_named_point(series, 3, 20, "a");
	chart_named_point(series, 10, 4, "b");
	chart_diagonal(chart, "same");
	line = json_get(json_at(json_get(chart, "series"), 1), "points");
	assert_true(at(line, 0, 0) == 3);
	assert_true(at(line, 1, 1) == 20);
	json_free(chart);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_distribution_goes_from_nothing_at_the_least_to_all_at_the_most),
		cmocka_unit_test(a_bucket_that_no_histogram_has_ends_it),
		cmocka_unit_test(what_is_no_number_leaves_a_gap),
		cmocka_unit_test(the_diagonal_spans_all_points),
	};

	return cmocka_run_group_tests_name("chart", tests, NULL, NULL);
}
