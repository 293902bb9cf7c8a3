/* SPDX-License-Identifier: Apache-2.0 */
/* Where two JSON trees differ: of two scenarios, the fields that are not the same. */
#ifndef REPORT_DIFFERENCE_H
#define REPORT_DIFFERENCE_H

#include <stdint.h>

#include "base/json.h"

/* Append to list a row {path, base, candidate} for every value that differs, of which at most
 * `most` are kept; a side that lacks it has null.  Returns how many differ.  Paths are as in
 * --set: "kubelet.pleg.relistPeriod", "workload.objects[0].name".  What
 * a scenario's constants rest on (its `origins`) is no difference. */
uint32_t differences(const struct json *base, const struct json *candidate, uint32_t most,
	struct json *list);

#endif
