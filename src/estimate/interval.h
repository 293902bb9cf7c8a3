/* SPDX-License-Identifier: Apache-2.0 */
/* What one further run will show: the 95 % prediction interval of a count; and where a mean
 * lies.
 *
 * mean +- t s sqrt(1 + 1/n) over n runs that differ in their seed only, t being Student's for
 * n - 1 degrees of freedom, and never less than +- least: a count is a whole number.  Basic
 * arithmetic only, so that every machine prints the same bytes.
 */
#ifndef ESTIMATE_INTERVAL_H
#define ESTIMATE_INTERVAL_H

#include <stdint.h>

struct interval {
	double mean;
	double low; /* of a count: never below 0 */
	double high;
};

/* Of n >= 2 values. */
struct interval interval_of(const double *values, uint32_t n, double least);

/* The same by 99.9 %, of counts that are judged together: of fifty that are right all lie
 * within in nineteen runs of twenty (Bonferroni), of fifty by 95 % in one of thirteen. */
#define INTERVAL_AMONG 0.999
struct interval interval_among(const double *values, uint32_t n, double least);

/* Where the mean of n >= 2 values lies: its 95 % confidence interval, which may begin below 0.
 */
struct interval interval_of_mean(const double *values, uint32_t n);

/* Student's t that a share of 0.975 is below, for df >= 1 degrees of freedom; between the
 * tabulated ones that of the next smaller, which is wider. */
double interval_t(uint32_t df);

/* The square root of x >= 0, by Newton's method. */
double interval_root(double x);

#endif
