/* SPDX-License-Identifier: Apache-2.0 */
/* The closed form beside the simulation, of nodes at rest where nothing waits. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>

#include "estimate/rates.h"
#include "fleet/fleet.h"
#include "models/library.h"

static void any_scenario(struct property *p, struct arena *mem, struct scenario *s)
{
	static const char *const kubelets[] = {
		"v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.27", "v1.36"};
	static const char *const designs[] = {"kubelet.pleg.design=generic",
		"kubelet.pleg.design=parallel", "kubelet.pleg.design=ondemand"};
	uint32_t k = property_below(p, 7);
	const struct scenario_names names = {"any", kubelets[k],
		k < 2 ? "docker-1.9" : "containerd-1.6.20", "v1.20", "serving", false};
	char pods[64], containers[64], seed[64];
	const char *const sets[] = {"nodes=6", "duration=20m", "warmup=2m",
		designs[property_below(p, 3)], pods, containers, seed};
	const struct settings settings = {.text = sets, .n = 7};
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = mem};
	struct model resolved = {0};
	struct err err = {0};

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 100));
	(void)snprintf(containers, sizeof(containers), "workload.containers=%u",
		1 + property_below(p, 3));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	if (scenario_compose(&lib, &names, &settings, s, &resolved, &err))
		fail_msg("%s", err.text);
}

/* Calls of the runtime for each node and second. */
static double simulated(const struct scenario *s)
{
	struct fleet_result r = {0};
	struct fleet_params p;
	struct err err = {0};
	double n = 0;

	fleet_params_init(&p, s, 1);
	if (fleet_run(&p, &r, &err))
		fail_msg("%s", err.text);
	for (uint32_t c = 0; c < CALL_API; c++)
		n += (double)r.tally.window[0].in.count[c][OUTCOME_OK];
	fleet_result_fini(&r);
	return n / s->nodes / ((double)s->duration / 1e9);
}

/* Within a hundredth: what the slowest loops do in twenty minutes is a few calls. */
static void formula_and_simulation_agree_once(struct property *p)
{
	struct scenario *s = calloc(1, sizeof(*s));
	struct estimate find = {0}, loops = {0};
	struct arena mem;
	double formula, ours;

	assert_non_null(s);
	arena_init(&mem, 0);
	any_scenario(p, &mem, s);
	rates_find_out(s, &find);
	rates_loops(s, &loops);
	formula = find.value + loops.value;
	ours = simulated(s);
	if (ours < 0.99 * formula || ours > 1.01 * formula)
		fail_msg("%s, %u pods of %u: %.4f/s, by the formula %.4f: SEED=%" PRIu64,
			s->kubelet.name, s->workload.pods, s->workload.containers, ours,
			formula, p->seed);
	arena_fini(&mem);
	free(s);
}

static void formula_and_simulation_agree(void **state)
{
	(void)state;
	property_each(40, formula_and_simulation_agree_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formula_and_simulation_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
