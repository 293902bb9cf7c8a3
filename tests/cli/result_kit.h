/* SPDX-License-Identifier: Apache-2.0 */
/* Results made by hand. */
#ifndef NODETOLL_TESTS_CLI_RESULT_KIT_H
#define NODETOLL_TESTS_CLI_RESULT_KIT_H

#include "fleet/fleet.h"
#include "report/table.h"

struct made {
	struct arena mem;
	struct scenario *scenario;
	struct fleet_result *result;
};

/* Ten seconds of nothing at all. */
static inline struct made made(void)
{
	struct made m = {0};

	arena_init(&m.mem, 0);
	m.scenario = ARENA_NEW(&m.mem, struct scenario);
	m.result = ARENA_NEW(&m.mem, struct fleet_result);
	calls_init(&m.scenario->calls);
	tally_init(&m.result->tally, &m.mem, 1, 0);
	tally_keep_times(&m.result->tally, &m.mem);
	m.result->tally.window[0].until[0] = m.result->tally.window[0].until[1] = 10 * NS_S;
	return m;
}

static inline double made_number(const struct json *row, const char *key)
{
	const struct json *value = table_value(row, key);

	if (!json_is_num(value))
		fail_msg("%s is no number", key);
	return json_as_num(value);
}

#endif
