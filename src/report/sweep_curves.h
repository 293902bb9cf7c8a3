/* SPDX-License-Identifier: Apache-2.0 */
/* A Sweep's curves: each measure along the axis, a line a group, with the walls. */
#ifndef REPORT_SWEEP_CURVES_H
#define REPORT_SWEEP_CURVES_H

#include "base/json.h"
#include "report/html.h"
#include "report/sweep_shown.h"

/* Append a section of them; nothing, if there is no axis. */
void sweep_curves(
	const struct json *result, const struct sweep_shown *cells, struct html *page);

#endif
