/* SPDX-License-Identifier: Apache-2.0 */
/* A Sweep's curves: each measure along the axis, a line a group, with the walls. */
#ifndef REPORT_SWEEP_CURVES_H
#define REPORT_SWEEP_CURVES_H

#include <stdbool.h>

#include "base/json.h"
#include "report/html.h"

/* Append a section of them; nothing, if there is no axis. */
void sweep_curves(const struct json *result, struct html *page);

/* Whether a cell is of a group: the same values beside the axis. */
bool sweep_is_of(const struct json *cell, const struct json *group);

#endif
