/* SPDX-License-Identifier: Apache-2.0 */
/* What a node does while it starts, by formula and in the simulation. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>

#include "estimate/beginning.h"
#include "fleet/fleet.h"
#include "models/library.h"

enum { NODES = 5 };

static void any_scenario(struct property *p, struct arena *mem, struct scenario *s)
{
	static const char *const kubelets[] = {
		"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23", "v1.27", "v1.36"};
	/* No whole number of any period: which side of an edge a round is on says nothing. */
	static const unsigned seconds[] = {37, 57, 83, 127};
	uint32_t k = property_below(p, 9);
	const struct scenario_names names = {"any", kubelets[k],
		k < 3 ? "docker-1.9" : "containerd-1.6.20", "v1.20", "secrets-30", false};
	char duration[32], warmup[32], pods[64], containers[64], seed[64];
	const char *const sets[] = {
		"nodes=5", "start=atOnce", duration, warmup, pods, containers, seed};
	const struct settings settings = {.text = sets, .n = 7};
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = mem};
	struct model resolved = {0};
	struct err err = {0};

	(void)snprintf(
		duration, sizeof(duration), "duration=%us", seconds[property_below(p, 4)]);
	(void)snprintf(warmup, sizeof(warmup), "warmup=%us", 64 * property_below(p, 2));
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", property_below(p, 20));
	(void)snprintf(containers, sizeof(containers), "workload.containers=%u",
		1 + property_below(p, 3));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	if (scenario_compose(&lib, &names, &settings, s, &resolved, &err))
		fail_msg("%s", err.text);
}

static const char *name_of(const struct scenario *s, uint32_t call)
{
	return call_is_runtime((uint16_t)call) ? operation_name((enum operation)(call % OP_N))
					       : s->calls.name[call].resource;
}

/* A call, or 3 %; where counting begins later a round of each node more: what waited for its
 * client's limiter at the start has moved. */
static void what_is_told_comes_out_once(struct property *p)
{
	struct scenario *s = calloc(1, sizeof(*s));
	struct beginning_row row[CALLS_MAX];
	struct fleet_result r = {0};
	struct fleet_params run;
	uint32_t told = 0;
	struct arena mem;
	struct err err = {0};

	assert_non_null(s);
	arena_init(&mem, 0);
	any_scenario(p, &mem, s);
	fleet_params_init(&run, s, 1);
	if (fleet_run(&run, &r, &err))
		fail_msg("%s", err.text);
	beginning_of(s, s->warmup, s->warmup + s->duration, row);
	for (uint32_t c = 0; c < s->calls.n; c++) {
		double ours = (double)r.tally.window[0].in.count[c][OUTCOME_OK];
		double formula = row[c].count * NODES;
		double room = (formula > 100 ? 0.03 * formula : 1) + (s->warmup ? NODES : 0);

		if (row[c].why)
			continue;
		told += ours > 0;
		if (ours < formula - room || ours > formula + room)
			fail_msg("%s, %u pods of %u, %lld s after %lld s, %s %s: %g, by the "
				 "formula %g: SEED=%" PRIu64,
				s->kubelet.name, s->workload.pods, s->workload.containers,
				(long long)(s->duration / NS_S), (long long)(s->warmup / NS_S),
				call_is_runtime((uint16_t)c) ? "" : s->calls.name[c].verb,
				name_of(s, c), ours, formula, p->seed);
	}
	if (told < 2)
		fail_msg("%u calls are told of: SEED=%" PRIu64, told, p->seed);
	fleet_result_fini(&r);
	arena_fini(&mem);
	free(s);
}

static void what_is_told_comes_out(void **state)
{
	(void)state;
	property_each(100, what_is_told_comes_out_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_comes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
