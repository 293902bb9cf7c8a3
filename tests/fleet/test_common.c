/* SPDX-License-Identifier: Apache-2.0 */
/* Common random numbers: two scenarios that differ in one field draw the same numbers
 * everywhere else, so that a comparison shows the change and not the noise. */
#include "tcase.h"

#include "kit.h"

/* What the kubelet's loops ask the runtime for does not depend on how it gets its secrets. */
static void another_design_of_objects_leaves_the_runtime_calls_as_they_were(void **state)
{
	static const char *const designs[] = {"kubelet.objects.design=get",
		"kubelet.objects.design=cache", "kubelet.objects.design=watch",
		"kubelet.objects.design=bulkwatch"};
	uint64_t first[2 * OP_N] = {0};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=20", designs[i]);

		kit_run(k);
		for (uint32_t c = 0; c < 2 * OP_N; c++) {
			if (i == 0)
				first[c] = kit_count(k, c);
			else
				assert_int_equal(kit_count(k, c), first[c]);
		}
		kit_free(k);
	}
}

/* What the loops ask the API server for does not depend on PLEG, nor do the secrets. */
static void another_pleg_leaves_the_requests_as_they_were(void **state)
{
	static const char *const designs[] = {"kubelet.pleg.design=generic",
		"kubelet.pleg.design=evented", "kubelet.pleg.design=ondemand",
		"kubelet.pleg.design=parallel"};
	uint64_t first[CALLS_MAX] = {0};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=20",
			"kubelet.objects.design=watch", designs[i]);

		kit_run(k);
		for (uint32_t c = CALL_API; c < CALLS_MAX; c++) {
			if (i == 0)
				first[c] = kit_count(k, c);
			else
				assert_int_equal(kit_count(k, c), first[c]);
		}
		kit_free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			another_design_of_objects_leaves_the_runtime_calls_as_they_were),
		cmocka_unit_test(another_pleg_leaves_the_requests_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
