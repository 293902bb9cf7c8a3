/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep_shown.h"

#include <stdio.h>

#include "base/str.h"
#include "tcase.h"

/* A sweep of n curves of two cells each; the last names a cell that is not there. */
static struct json *sweep_of(unsigned n)
{
	struct json *result = json_object(), *cells = json_array(), *groups = json_array();

	for (unsigned i = 0; i < 2 * n; i++)
		json_append(cells, json_object());
	for (unsigned i = 0; i < n; i++) {
		struct json *group = json_object(), *own = json_array();

		json_append(own, json_num(i));
		json_append(own, json_num(i == n - 1 ? 2 * n : n + i));
		json_put(group, "cells", own);
		json_append(groups, group);
	}
	json_put(result, "cells", cells);
	json_put(result, "groups", groups);
	return result;
}

static unsigned curves_of(unsigned n, unsigned *cells)
{
	struct json *result = sweep_of(n);
	struct sweep_shown shown;
	unsigned curves = 0;

	sweep_shown_init(&shown, result);
	for (unsigned i = 0; i < n; i++)
		curves += sweep_shown_curve(&shown, i);
	assert_int_equal(curves, shown.drawn);
	*cells = 0;
	for (unsigned i = 0; i < shown.n; i++)
		*cells += shown.shown[i];
	sweep_shown_fini(&shown);
	json_free(result);
	return curves;
}

static void so_many_curves_and_their_cells_are_shown(void **state)
{
	unsigned cells;

	(void)state;
	assert_int_equal(curves_of(1, &cells), 1);
	assert_int_equal(cells, 2);
	assert_int_equal(curves_of(SWEEP_CURVES, &cells), SWEEP_CURVES);
	assert_int_equal(curves_of(SWEEP_CURVES + 1, &cells), SWEEP_CURVES);
	assert_int_equal(cells, 2 * (SWEEP_CURVES + 1)); /* of few cells a page tells all */
	assert_int_equal(curves_of(SWEEP_CELLS, &cells), SWEEP_CURVES);
	assert_in_range(cells, 2 * SWEEP_CURVES - 1, 2 * SWEEP_CURVES);
}

enum { CURVES = 10, LONG = 5000, WALL = 1234, KNEE = 2345, SPIKE = 3457, DIP = 4321 };

static struct json *text_at(const char *key, unsigned i)
{
	struct json *o = json_object();
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", i);
	json_put_str(o, key, text);
	return o;
}

static struct json *cell_at(unsigned i)
{
	struct json *cell = json_object(), *measures = json_object();

	json_put_num(measures, "m", i == SPIKE ? 9 : i == DIP ? 1 : 5);
	json_put(cell, "values", text_at("x", i));
	json_put(cell, "measures", measures);
	return cell;
}

/* Curve c's i-th cell is number LONG * c + i; every third cell is unbeaten. */
static struct json *long_sweep(unsigned curves)
{
	struct json *result = json_object(), *cells = json_array(), *groups = json_array();
	struct json *measures = json_array(), *measure = json_object(), *best = json_array();
	struct json *pareto = json_object();

	for (unsigned c = 0; c < CURVES; c++) {
		struct json *group = json_object(), *own = json_array(), *walls = json_array();

		for (unsigned i = 0; i < LONG; i++) {
			json_append(cells, cell_at(i));
			json_append(own, json_num(LONG * c + i));
			if (i % 3 == 1)
				json_append(best, json_num(LONG * c + i));
		}
		json_append(walls, text_at("at", WALL));
		json_put(group, "cells", own);
		json_put(group, "walls", walls);
		json_put(group, "knee", text_at("at", KNEE));
		if (c < curves)
			json_append(groups, group);
		else
			json_free(group);
	}
	json_put_str(measure, "measure", "m");
	json_append(measures, measure);
	json_put(pareto, "cells", best);
	json_put_str(result, "axis", "x");
	json_put(result, "cells", cells);
	json_put(result, "groups", groups);
	json_put(result, "measures", measures);
	json_put(result, "pareto", pareto);
	return result;
}

static void long_curves_keep_what_is_told_of_them(void **state)
{
	static const unsigned told[] = {0, WALL, KNEE, SPIKE, DIP, LONG - 1};
	struct json *result = long_sweep(CURVES);
	struct sweep_shown shown;

	(void)state;
	sweep_shown_init(&shown, result);
	assert_int_equal(shown.points, CURVES * LONG);
	assert_in_range(shown.n_shown, SWEEP_CELLS * 3 / 4, SWEEP_CELLS);
	for (unsigned c = 0; c < CURVES; c++) {
		unsigned unbeaten = 0, gap = 0;

		for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
			assert_true(shown.shown[LONG * c + told[i]]);
		for (unsigned i = 0; i < LONG; i++) {
			gap = shown.shown[LONG * c + i] ? 0 : gap + 1;
			assert_in_range(gap, 0, 2 * LONG / (SWEEP_CELLS / CURVES));
			unbeaten += shown.shown[LONG * c + i] && shown.unbeaten[LONG * c + i];
		}
		assert_in_range(
			unbeaten, SWEEP_CELLS / CURVES / 2, SWEEP_CELLS / CURVES * 3 / 4);
	}
	sweep_shown_fini(&shown);
	json_free(result);
}

static void so_many_cells_without_an_axis_are_shown_at_even_distances(void **state)
{
	struct json *result = long_sweep(0);
	struct sweep_shown shown;

	(void)state;
	sweep_shown_init(&shown, result);
	assert_in_range(shown.n_shown, SWEEP_CELLS / 2, SWEEP_CELLS);
	assert_true(shown.shown[0] && shown.shown[CURVES * LONG - 1]);
	sweep_shown_fini(&shown);
	json_free(result);
}

static void a_cell_that_is_not_there_is_none(void **state)
{
	struct json *result = sweep_of(1), *number;
	struct sweep_shown shown;

	(void)state;
	sweep_shown_init(&shown, result);
	for (double at = -1; at <= 3; at++) {
		number = json_num(at);
		assert_int_equal(
			sweep_shown_cell(&shown, number) != NULL, at >= 0 && at < shown.n);
		json_free(number);
	}
	assert_null(sweep_shown_cell(&shown, NULL));
	sweep_shown_fini(&shown);
	json_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_curves_and_their_cells_are_shown),
		cmocka_unit_test(long_curves_keep_what_is_told_of_them),
		cmocka_unit_test(so_many_cells_without_an_axis_are_shown_at_even_distances),
		cmocka_unit_test(a_cell_that_is_not_there_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
