/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/interval.h"

#include <assert.h>
#include <stddef.h>

/* Any statistics textbook; two-sided 95 % and 99.9 %. */
static const struct {
	uint32_t df;
	double t[2];
} table[] = {
	{1, {12.706, 636.619}},
	{2, {4.303, 31.599}},
	{3, {3.182, 12.924}},
	{4, {2.776, 8.610}},
	{5, {2.571, 6.869}},
	{6, {2.447, 5.959}},
	{7, {2.365, 5.408}},
	{8, {2.306, 5.041}},
	{9, {2.262, 4.781}},
	{10, {2.228, 4.587}},
	{11, {2.201, 4.437}},
	{12, {2.179, 4.318}},
	{13, {2.160, 4.221}},
	{14, {2.145, 4.140}},
	{15, {2.131, 4.073}},
	{16, {2.120, 4.015}},
	{17, {2.110, 3.965}},
	{18, {2.101, 3.922}},
	{19, {2.093, 3.883}},
	{20, {2.086, 3.850}},
	{21, {2.080, 3.819}},
	{22, {2.074, 3.792}},
	{23, {2.069, 3.768}},
	{24, {2.064, 3.745}},
	{25, {2.060, 3.725}},
	{26, {2.056, 3.707}},
	{27, {2.052, 3.690}},
	{28, {2.048, 3.674}},
	{29, {2.045, 3.659}},
	{30, {2.042, 3.646}},
	{40, {2.021, 3.551}},
	{60, {2.000, 3.460}},
	{120, {1.980, 3.373}},
	{1000, {1.962, 3.300}},
};

/* Student's t that a share of 0.975 or 0.9995 is below. */
static double student(uint32_t df, unsigned sure)
{
	size_t i = sizeof(table) / sizeof(table[0]);

	assert(df >= 1);
	while (table[--i].df > df)
		;
	return table[i].t[sure];
}

double interval_t(uint32_t df)
{
	return student(df, 0);
}

double interval_root(double x)
{
	double root = x < 1 ? 1 : x;

	assert(x >= 0);
	if (x == 0)
		return 0;
	for (;;) {
		double next = (root + x / root) / 2;

		if (next >= root) /* from above it falls until rounding stops it */
			return root;
		root = next;
	}
}

/* The mean; *half is s sqrt(share), of which t makes an interval. */
static double mean_of(const double *values, uint32_t n, double share, double *half)
{
	double mean = 0, squares = 0;

	assert(n >= 2);
	for (uint32_t i = 0; i < n; i++)
		mean += values[i];
	mean /= n;
	for (uint32_t i = 0; i < n; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	*half = interval_root(squares / (n - 1) * share);
	return mean;
}

static struct interval of_one_further(
	const double *values, uint32_t n, double least, unsigned sure)
{
	double half;
	double mean = mean_of(values, n, 1 + 1.0 / n, &half);

	half *= student(n - 1, sure);
	if (half < least)
		half = least;
	return (struct interval){mean, mean > half ? mean - half : 0, mean + half};
}

struct interval interval_of(const double *values, uint32_t n, double least)
{
	return of_one_further(values, n, least, 0);
}

struct interval interval_among(const double *values, uint32_t n, double least)
{
	return of_one_further(values, n, least, 1);
}

struct interval interval_of_mean(const double *values, uint32_t n)
{
	double half;
	double mean = mean_of(values, n, 1.0 / n, &half);

	half *= student(n - 1, 0);
	return (struct interval){mean, mean - half, mean + half};
}
