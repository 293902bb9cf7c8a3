/* SPDX-License-Identifier: Apache-2.0 */
/* A Sweep's rates of calls by closed form, beside what was simulated. */
#ifndef REPORT_SWEEP_CLOSED_H
#define REPORT_SWEEP_CLOSED_H

#include <stdbool.h>

#include "base/json.h"

/* The closed form of a cell's measure, and how far the simulation is from it, as a share. */
struct sweep_closed {
	double value;
	double of; /* of what was simulated, the share that has a form: both are of that */
	double difference;
};

/* False: no call of it has one. */
bool sweep_closed(const struct json *cell, const char *measure, struct sweep_closed *closed);

/* Whether it stands for the whole figure: next to nothing is without a form. */
bool sweep_closed_is_whole(const struct sweep_closed *closed);

#endif
