/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_rows.h"

#include "tcase.h"

#include <string.h>

enum { RUNS = 4 };

/* Results of which each has one figure: nodes that were NotReady. */
static void make(struct json **to, const double *value, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct json *health = json_object();

		to[i] = json_object();
		if (value[i] >= 0)
			json_put_num(health, "notReadyNodes", value[i]);
		json_put(to[i], "health", health);
	}
}

static struct measure measure(void)
{
	const struct measure_family *f = measure_families;

	while (strcmp(f->name, "health") != 0)
		f++;
	assert_string_equal(f->stat[0].name, "notReadyNodes");
	return (struct measure){.of = {.family = f}, .stat = &f->stat[0]};
}

static struct json *row(
	const double *base, uint32_t n_base, const double *candidate, uint32_t n_candidate)
{
	struct json *left[RUNS], *right[RUNS], *result;
	struct compare_results b = {left, n_base}, c = {right, n_candidate};
	struct measure m = measure();

	make(left, base, n_base);
	make(right, candidate, n_candidate);
	result = compare_row(&m, &b, &c);
	for (uint32_t i = 0; i < n_base; i++)
		json_free(left[i]);
	for (uint32_t i = 0; i < n_candidate; i++)
		json_free(right[i]);
	return result;
}

static void pairs_tell_a_small_change_from_large_noise(void **state)
{
	static const double base[] = {10, 200, 30, 400}, more[] = {11, 201, 31, 401};
	static const double other[] = {12, 199, 33, 397};
	struct json *r = row(base, 4, more, 4);

	(void)state;
	assert_true(json_as_bool(json_get(r, "significant")));
	assert_true(json_as_num(json_get(r, "delta")) == 1);
	assert_true(json_as_num(json_get(r, "low")) == 1);
	json_free(r);
	r = row(base, 4, other, 4);
	assert_true(json_is_bool(json_get(r, "significant")));
	assert_false(json_as_bool(json_get(r, "significant")));
	json_free(r);
}

static void one_run_is_laid_beside_what_a_further_run_would_show(void **state)
{
	static const double many[] = {10, 11, 12, 11}, inside[] = {12}, outside[] = {30};
	struct json *r = row(inside, 1, many, 4);

	(void)state;
	assert_false(json_as_bool(json_get(r, "significant")));
	json_free(r);
	r = row(outside, 1, many, 4);
	assert_true(json_as_bool(json_get(r, "significant")));
	assert_true(json_as_num(json_get(r, "high")) < 0);
	json_free(r);
	r = row(many, 4, outside, 1);
	assert_true(json_as_bool(json_get(r, "significant")));
	assert_true(json_as_num(json_get(r, "low")) > 0);
	json_free(r);
}

static void of_one_run_each_chance_is_not_known(void **state)
{
	static const double one[] = {10}, two[] = {20};
	struct json *r = row(one, 1, two, 1);

	(void)state;
	assert_true(json_is_null(json_get(r, "significant")));
	assert_true(json_as_num(json_get(r, "relative")) == 1);
	json_free(r);
}

static void a_run_without_the_figure_is_left_out(void **state)
{
	static const double base[] = {10, -1, 10}, more[] = {12, 50, 12}, none[] = {-1, -1, -1};
	struct json *r = row(base, 3, more, 3);

	(void)state;
	assert_true(json_as_num(json_get(r, "base")) == 10);
	assert_true(json_as_num(json_get(r, "high")) == 2);
	json_free(r);
	r = row(base, 3, none, 3);
	assert_true(json_is_null(json_get(r, "candidate")));
	assert_true(json_is_null(json_get(r, "significant")));
	json_free(r);
	assert_null(row(none, 3, none, 3));
}

static void nothing_beside_nothing_is_no_row(void **state)
{
	static const double none[] = {0, 0};
	static const double some[] = {1, 1};
	struct json *r = row(none, 2, some, 2);

	(void)state;
	assert_null(row(none, 2, none, 2));
	assert_true(json_is_null(json_get(r, "relative")));
	assert_true(json_as_bool(json_get(r, "significant")));
	json_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_tell_a_small_change_from_large_noise),
		cmocka_unit_test(one_run_is_laid_beside_what_a_further_run_would_show),
		cmocka_unit_test(of_one_run_each_chance_is_not_known),
		cmocka_unit_test(a_run_without_the_figure_is_left_out),
		cmocka_unit_test(nothing_beside_nothing_is_no_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
