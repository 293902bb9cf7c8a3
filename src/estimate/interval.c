/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/interval.h"

#include <assert.h>
#include <stddef.h>

/* Any statistics textbook; two-sided 95 %. */
static const struct {
	uint32_t df;
	double t;
} table[] = {
	{1, 12.706},
	{2, 4.303},
	{3, 3.182},
	{4, 2.776},
	{5, 2.571},
	{6, 2.447},
	{7, 2.365},
	{8, 2.306},
	{9, 2.262},
	{10, 2.228},
	{11, 2.201},
	{12, 2.179},
	{13, 2.160},
	{14, 2.145},
	{15, 2.131},
	{16, 2.120},
	{17, 2.110},
	{18, 2.101},
	{19, 2.093},
	{20, 2.086},
	{21, 2.080},
	{22, 2.074},
	{23, 2.069},
	{24, 2.064},
	{25, 2.060},
	{26, 2.056},
	{27, 2.052},
	{28, 2.048},
	{29, 2.045},
	{30, 2.042},
	{40, 2.021},
	{60, 2.000},
	{120, 1.980},
	{1000, 1.962},
};

double interval_t(uint32_t df)
{
	size_t i = sizeof(table) / sizeof(table[0]);

	assert(df >= 1);
	while (table[--i].df > df)
		;
	return table[i].t;
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

/* The mean; *half is t s sqrt(share). */
static double mean_of(const double *values, uint32_t n, double share, double *half)
{
	double mean = 0, squares = 0;

	assert(n >= 2);
	for (uint32_t i = 0; i < n; i++)
		mean += values[i];
	mean /= n;
	for (uint32_t i = 0; i < n; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	*half = interval_t(n - 1) * interval_root(squares / (n - 1) * share);
	return mean;
}

struct interval interval_of(const double *values, uint32_t n, double least)
{
	double half;
	double mean = mean_of(values, n, 1 + 1.0 / n, &half);

	if (half < least)
		half = least;
	return (struct interval){mean, mean > half ? mean - half : 0, mean + half};
}

struct interval interval_of_mean(const double *values, uint32_t n)
{
	double half;
	double mean = mean_of(values, n, 1.0 / n, &half);

	return (struct interval){mean, mean - half, mean + half};
}
