/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' objectives as a list of verdicts. */
#ifndef CLI_RESULT_SLO_H
#define CLI_RESULT_SLO_H

#include "base/json.h"
#include "fleet/fleet.h"
#include "models/models.h"

/* A row an objective; what was not measured is neither met nor missed.  Times of calls are
 * needed (fleet_params.times).  The caller owns it. */
struct json *result_slo(const struct scenario *s, const struct fleet_result *r);

#endif
