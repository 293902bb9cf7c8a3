/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that a scenario's features make, by closed form and as simulated. */
#ifndef CLI_RESULT_FEATURES_H
#define CLI_RESULT_FEATURES_H

#include "base/arena.h"
#include "base/json.h"
#include "models/models.h"

/* A row for each call that a feature of the scenario makes: rates of the cluster, of the call
 * whoever makes it, and their difference; where the closed form does not hold, or mechanisms of
 * the kubelet make the call too, why there is none.  result has the simulated calls.  NULL: the
 * scenario has no features. */
struct json *result_features(
	const struct scenario *s, const struct json *result, struct arena *mem);

#endif
