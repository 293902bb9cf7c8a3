/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of both sides of a comparison by closed form beside what was simulated. */
#ifndef CLI_COMPARE_CLOSED_H
#define CLI_COMPARE_CLOSED_H

#include "base/json.h"
#include "cli/compare_rows.h"

/* An array, the caller's: a row for each call of closedForm[] of either side's Results, first
 * of the base.  Over several seeds means; null where one of them has no closed form.  Empty for
 * kinds that have none. */
struct json *compare_closed(
	const struct compare_results *base, const struct compare_results *candidate);

#endif
