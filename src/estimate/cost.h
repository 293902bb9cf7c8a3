/* SPDX-License-Identifier: Apache-2.0 */
/* What finding out costs in CPU, fitted to a measured calibration.
 *
 * Cores added = a x wake-ups/s + b x calls/s + c x records listed/s, by least squares over what
 * relisting and polling added at the smallest and the largest density that were measured; no
 * coefficient is below 0.  The densities between are left out, so that they can judge.  One fit
 * for the runtime, one for the kubelet's side of the calls (its CRI client).
 */
#ifndef ESTIMATE_COST_H
#define ESTIMATE_COST_H

#include "base/arena.h"
#include "base/err.h"
#include "models/calibration.h"

enum cost_party { COST_RUNTIME, COST_KUBELET, COST_PARTIES };
enum { COST_TERMS = 3, COST_POINTS_MAX = 32 };

/* Activity, per second. */
struct cost_load {
	double wakeups;
	double calls;
	double records; /* listed, of sandboxes and containers */
};

/* A measured design at a density, beside what the fit says. */
struct cost_point {
	uint32_t pods;
	bool polling; /* else the relist */
	bool fitted;  /* else predicted only */
	struct cost_load load;
	double measured[COST_PARTIES]; /* cores added over idle */
	double predicted[COST_PARTIES];
};

struct cost {
	const char *calibration;              /* its name; the calibration's memory */
	double per[COST_PARTIES][COST_TERMS]; /* seconds of CPU per wake-up, call, record */
	uint32_t containers;                  /* of a pod, as measured */
	uint32_t n_points;
	struct cost_point point[COST_POINTS_MAX];
	uint32_t n_idle;
	struct {
		double containers;
		double cores; /* of the runtime */
	} idle[COST_POINTS_MAX];
};

/* ERR_INPUT: the calibration lacks the designs "idle", "generic relist 1s" and "per-pod polling
 * 10s" at two densities at least. */
int cost_fit(struct cost *cost, const struct calibration *c, struct err *err);

/* Cores that the load adds. */
double cost_of(const struct cost *cost, enum cost_party party, const struct cost_load *load);

/* Cores of the runtime when nobody asks it anything, with so many containers: between measured
 * densities, and beyond them, along the straight line. */
double cost_idle(const struct cost *cost, double containers);

/* The load of the measured patterns at any density, for predictions. */
struct cost_load cost_pattern(uint32_t pods, uint32_t containers, bool polling);

#endif
