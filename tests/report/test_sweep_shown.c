/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep_shown.h"

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
		cmocka_unit_test(a_cell_that_is_not_there_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
