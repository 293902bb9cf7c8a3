/* SPDX-License-Identifier: Apache-2.0 */
/* When loops go for the first time after the kubelet's start. */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

/* time.NewTicker: the first tick comes after one period, which is what `first` of
 * the model says already. */
static void housekeeping_goes_first_two_seconds_after_the_start(void **state)
{
	struct kit *k = KIT("v1.27", "serving", "workload.pods=1");

	(void)state;
	k->scenario.kubelet.pleg.relist_period = NS_MIN;
	for (uint32_t i = 0; i < k->scenario.kubelet.n_loops; i++)
		if (strcmp(k->scenario.kubelet.loops[i].name, "housekeeping") != 0)
			k->scenario.kubelet.loops[i].first = NS_MIN;
	k->scenario.kubelet.n_startup = 0;
	kit_start(k, 1);
	kit_until(k, 10 * NS_S);
	/* after PLEG's first */
	assert_in_range(kit_nth(k, OP_LIST_PODSANDBOX, 1)->at, 2 * NS_S, 2 * NS_S + NS_MS);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(housekeeping_goes_first_two_seconds_after_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
