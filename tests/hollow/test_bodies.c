/* SPDX-License-Identifier: Apache-2.0 */
#include "hollow/hollow_priv.h"

#include <stdlib.h>

#include "tcase.h"

/* A pod of one container in the only place, where others were before. */
struct world {
	struct swarm swarm;
	struct agent_plan plan;
	struct hollow hollow;
	struct hollow_pod pod;
	uint16_t before;
	record_t shown;
	struct str status;
};

static struct world *begin(uint32_t before, record_t shown)
{
	static char name[] = "p", containers[] = "c0\timage\n", namespace[] = "ns";
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->plan.containers = 1;
	w->swarm.namespace[0] = namespace;
	w->pod = (struct hollow_pod){.name = name, .containers = containers};
	w->before = (uint16_t)before;
	w->shown = shown;
	w->hollow.swarm = &w->swarm;
	w->hollow.node.agent.plan = &w->plan;
	w->hollow.pod = &w->pod;
	w->hollow.before = &w->before;
	w->hollow.shown = &w->shown;
	return w;
}

static void says(uint32_t before, record_t shown, const char *restarts, const char *state)
{
	struct world *w = begin(before, shown);

	body_status(&w->hollow, 0, 0, &w->status);
	if (!strstr(str_text(&w->status), restarts) || !strstr(str_text(&w->status), state))
		fail_msg("'%s' lacks '%s' or '%s'", str_text(&w->status), restarts, state);
	str_fini(&w->status);
	free(w);
}

static void restarts_are_the_pods_own(void **state)
{
	(void)state;
	says(0, record_make(RECORD_RUNNING, 0, 1), "\"restartCount\":0,", "\"running\"");
	says(7, record_make(RECORD_RUNNING, 0, 8), "\"restartCount\":0,", "\"running\"");
	says(7, record_make(RECORD_EXITED, 0, 10), "\"restartCount\":2,", "\"terminated\"");
	says(RECORD_INSTANCES - 1, record_make(RECORD_RUNNING, 0, 1), "\"restartCount\":1,",
		"\"running\"");
	says(0, record_make(RECORD_RUNNING, 0, 900), "\"restartCount\":899,", "\"running\"");
}

/* The pod before was started and deleted between two relists: what the PLEG knows is older. */
static void what_the_pleg_knows_of_a_pod_before_is_not_told(void **state)
{
	(void)state;
	says(8, record_make(RECORD_EXITED, 0, 8), "\"restartCount\":0,", "\"waiting\"");
	says(8, record_make(RECORD_RUNNING, 0, 7), "\"restartCount\":0,", "\"waiting\"");
	says(0, record_make(RECORD_NONE, 0, RECORD_INSTANCES - 1), "\"restartCount\":0,",
		"\"waiting\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restarts_are_the_pods_own),
		cmocka_unit_test(what_the_pleg_knows_of_a_pod_before_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
