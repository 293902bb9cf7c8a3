/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_shape.h"

uint32_t shape_knee(const double *x, const double *y, uint32_t n)
{
	double least = KNEE_LEAST, width, height, falls = 0;
	uint32_t knee = n;

	if (n < 3)
		return n;
	width = x[n - 1] - x[0];
	height = y[n - 1] - y[0];
	for (uint32_t i = 1; i < n; i++)
		falls += y[i] < y[i - 1] ? y[i - 1] - y[i] : 0;
	if (width <= 0 || height <= KNEE_GROWTH * y[0] || height <= falls)
		return n;
	for (uint32_t i = 1; i + 1 < n; i++) {
		double below = (x[i] - x[0]) / width - (y[i] - y[0]) / height;

		if (below > least) {
			least = below;
			knee = i;
		}
	}
	return knee;
}

bool shape_beats(const double *a, const double *b, uint32_t n)
{
	bool better = false;

	for (uint32_t i = 0; i < n; i++) {
		if (a[i] > b[i])
			return false;
		better = better || a[i] < b[i];
	}
	return better;
}
