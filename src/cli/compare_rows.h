/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides' results beside each other: a row a measure, with what of the difference is chance.
 *
 * Both sides drew the same random numbers, seed by seed, so their differences are paired: the
 * mean difference is significant if its 95 % confidence interval (Student's t) is all on one
 * side of 0.  Where one side is one run and the other several, that run is significantly
 * different if it lies outside the 95 % prediction interval of one further run of the other's;
 * where both are one run, nothing is known about chance.
 */
#ifndef CLI_COMPARE_ROWS_H
#define CLI_COMPARE_ROWS_H

#include "base/json.h"
#include "report/gate.h"

enum compare_test { TEST_NONE, TEST_PAIRED, TEST_PREDICTION };

struct compare_results {
	struct json *const *result; /* of one kind */
	uint32_t n;
};

/* Which test so many runs allow. */
enum compare_test compare_test_of(uint32_t n_base, uint32_t n_candidate);
const char *compare_test_name(enum compare_test test);

/* The mean of a measure over a side's results that have it. */
struct gate_value compare_mean(
	const struct compare_results *results, const struct measure *measure);

/* {measure, family, statistic, labels{}, unit, class, base, candidate, delta, relative, low,
 * high, significant}; NULL if neither side has a figure, or both have 0. */
struct json *compare_row(const struct measure *measure, const struct compare_results *base,
	const struct compare_results *candidate);

#endif
