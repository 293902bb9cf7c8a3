/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_implied.h"

#include <string.h>

#include "report/table.h"

/* Deaths are events under the evented PLEG, which relists only in case it missed one; and
 * before PLEG a pod's worker looks for itself. */
static bool learns_by_relists(const struct json *result)
{
	static const char *const designs[] = {"generic", "ondemand", "parallel"};
	const char *design = json_as_str(table_value(result, "scenario.kubelet.pleg.design"));

	for (size_t i = 0; design && i < sizeof(designs) / sizeof(designs[0]); i++)
		if (!strcmp(design, designs[i]))
			return true;
	return false;
}

/* A death is anywhere between two relists, and known when the second is through. */
bool implied_detection(const struct json *result, double *seconds)
{
	const struct json *interval = table_value(result, "relist.intervalSeconds.mean");
	const struct json *takes = table_value(result, "relist.durationSeconds.mean");

	*seconds = 0;
	if (!learns_by_relists(result) || !json_is_num(interval) || !json_is_num(takes))
		return false;
	*seconds = 0.99 * json_as_num(interval) + json_as_num(takes);
	return true;
}
