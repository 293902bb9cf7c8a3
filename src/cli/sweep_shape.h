/* SPDX-License-Identifier: Apache-2.0 */
/* What shape figures have: where a curve has its knee, and which points nothing beats. */
#ifndef CLI_SWEEP_SHAPE_H
#define CLI_SWEEP_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

/* A curve bends this much at least, as a share of its height, to have a knee. */
#define KNEE_LEAST 0.1
/* And it grows by this much at least, as a share of where it begins, and by more than it falls
 * on its way: else what bends is noise. */
#define KNEE_GROWTH 0.1

/* The knee of a curve of n points that grows: the point farthest below the straight line from
 * its first to its last, both axes as shares of their span (Satopaa and others, 2011,
 * "Finding a Kneedle in a Haystack").  n: there is none, it is straight, bends the other way or
 * does not grow.  x grows. */
uint32_t shape_knee(const double *x, const double *y, uint32_t n);

/* Whether a point is beaten: another is at least as good in all of n figures and better in one.
 * Less is better. */
bool shape_beats(const double *a, const double *b, uint32_t n);

#endif
