/* SPDX-License-Identifier: Apache-2.0 */
/* Common random numbers: what a field does not touch is drawn as before. */
#include "property.h"

#include "kit.h"

enum { RUNTIME = 1, REQUESTS = 2, ALL = RUNTIME | REQUESTS };

/* Fields, another value, and which calls of a node at rest have nothing to do with it. */
static const struct {
	const char *set;
	unsigned same;
} fields[] = {
	{"kubelet.objects.ttl=5m", RUNTIME},
	{"kubelet.objects.design=get", RUNTIME},
	{"kubelet.objects.design=bulkwatch", RUNTIME},
	{"workload.objects[0].sharedBy=namespace", RUNTIME},
	{"workload.objects[0].updateEvery=1m", ALL},
	{"workload.namespaces=7", ALL},
	{"workload.imagePresent=false", RUNTIME},
	{"kubelet.pleg.design=evented", REQUESTS},
	{"kubelet.pleg.relistPeriod=3s", REQUESTS},
	{"kubelet.clients.events.qps=1", ALL},
	{"kubelet.worker.crashBackOff=1s", ALL},
	{"workload.terminationGracePeriod=1s", ALL},
	{"runtime.operations.exec_sync.mean=1s", ALL},
	{"runtime.operations.run_podsandbox.mean=1s", ALL},
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static void the_rest_is_as_it_was_once(struct property *p)
{
	uint32_t f = property_below(p, FIELDS);
	char pods[64], seed[64];
	struct kit *before, *after;

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 60));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	before = KIT("v1.20", "secrets-30", "nodes=4", "duration=6m", pods, seed);
	after = KIT("v1.20", "secrets-30", "nodes=4", "duration=6m", pods, seed, fields[f].set);
	kit_run(before);
	kit_run(after);
	for (uint32_t c = 0; c < before->scenario.calls.n; c++) {
		unsigned side = call_is_runtime((uint16_t)c) ? RUNTIME : REQUESTS;

		/* the node status asks for the version between two requests, whose latencies
		 * are of a sequence that all requests of a node share */
		if (c == OP_VERSION && fields[f].same != ALL)
			continue;
		if (fields[f].same & side && kit_count(before, c) != kit_count(after, c))
			fail_msg("%s: %" PRIu64 " calls of %u, %" PRIu64
				 " before: SEED=%" PRIu64,
				fields[f].set, kit_count(after, c), c, kit_count(before, c),
				p->seed);
	}
	kit_free(before);
	kit_free(after);
}

static void the_rest_is_as_it_was(void **state)
{
	(void)state;
	property_each(80, the_rest_is_as_it_was_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
