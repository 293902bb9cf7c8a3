/* SPDX-License-Identifier: Apache-2.0 */
/* What a cell's measurements imply of what did not happen in it. */
#ifndef CLI_SWEEP_IMPLIED_H
#define CLI_SWEEP_IMPLIED_H

#include <stdbool.h>

#include "base/json.h"

/* Within how many seconds 99 % of containers' deaths would be known, in the run of a Result;
 * false: relists do not say, as kubelets learn it otherwise or made none. */
bool implied_detection(const struct json *result, double *seconds);

#endif
