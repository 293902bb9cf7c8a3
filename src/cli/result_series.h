/* SPDX-License-Identifier: Apache-2.0 */
/* What went on in the measured time, second by second, as JSON. */
#ifndef CLI_RESULT_SERIES_H
#define CLI_RESULT_SERIES_H

#include "base/json.h"
#include "fleet/fleet.h"
#include "models/models.h"

/* 600 points at most, of as many seconds each as it takes; null if no series was kept.  The
 * caller owns it. */
struct json *result_series(const struct scenario *s, const struct fleet_result *r);

/* Leases renewed in tenths of a second, in the mean and at most; null: none, or no series.  The
 * caller owns it. */
struct json *result_leases(const struct fleet_result *r);

#endif
