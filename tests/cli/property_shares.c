/* SPDX-License-Identifier: Apache-2.0 */
/* A share of nodes, and of what is on them, is exact: so many in the closed form, and in
 * simulation, whatever the number of nodes, the shares and the seed. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apiserver/ttl.h"
#include "estimate/toll.h"
#include "fleet/fleet.h"
#include "models/library.h"

enum { ROUNDS = 6, EDGES = 2 }; /* calls of a round that a window's edges may divide */

struct world {
	struct property *p;
	struct arena mem;
	struct scenario s;
	struct toll toll;
	struct fleet_result result;
	uint32_t nodes, pods, of_nodes, of_pods; /* shares in thousandths */
};

static int a_feature(const struct world *w, char *path)
{
	int fd = mkstemps(path, 5);

	assert_true(fd >= 0);
	assert_true(
		dprintf(fd,
			"apiVersion: nodetoll/v1alpha1\nkind: Feature\n"
			"metadata: {name: mine}\nspec:\n  loops:\n"
			"    some: {timer: ticker, period: 10s, nodes: %u.%u%%, calls: [{api: "
			"get widgets.example.com}]}\n"
			"    few: {timer: ticker, period: 10s, nodes: %u.%u%%, calls: [{api: "
			"get gadgets.example.com, scope: pod, share: %u.%u%%}]}\n",
			w->of_nodes / 10, w->of_nodes % 10, w->of_nodes / 10, w->of_nodes % 10,
			w->of_pods / 10, w->of_pods % 10) > 0);
	return fd;
}

static void load(struct world *w)
{
	char path[] = "/tmp/nodetoll-feature-XXXXXX.yaml", nodes[40], pods[40], seed[40];
	const char *with = path, *dir = getenv("NODETOLL_MODELS");
	const char *texts[] = {nodes, pods, seed, "duration=60s", "warmup=10s",
		"workload.namespaces=50", "kubelet=v1.36"};
	const struct settings sets = {.text = texts, .n = 7, .with = &with, .n_with = 1};
	struct library lib = {.dir = dir ? dir : "models", .mem = &w->mem};
	struct model resolved = {0};
	struct err err = {0};
	int fd = a_feature(w, path);

	(void)snprintf(nodes, sizeof(nodes), "nodes=%u", w->nodes);
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", w->pods);
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(w->p, 1000000));
	if (scenario_load(&lib, "quiet-5000x30", &sets, &w->s, &resolved, &err))
		fail_msg("%s: SEED=%" PRIu64, err.text, w->p->seed);
	w->s.kubelet.client[CLIENT_MAIN].qps_milli = -1; /* nothing waits */
	(void)close(fd);
	(void)unlink(path);
}

/* Of all nodes, in a round. */
static void is(const struct world *w, const char *loop, uint64_t expected)
{
	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];
		uint64_t counted = w->result.tally.window[0].in.count[row->call % CALLS_MAX][0];
		double form = row->times * row->nodes * w->nodes;

		if (strcmp(row->name, loop) != 0)
			continue;
		HOLDS(w->p, form > (double)expected - 1e-6 && form < (double)expected + 1e-6);
		HOLDS(w->p, counted + EDGES >= expected * ROUNDS &&
				    counted <= expected * ROUNDS + EDGES);
		return;
	}
	fail_msg("no loop %s", loop);
}

static uint64_t nearest(uint64_t n, uint32_t thousandths)
{
	return (n * thousandths + 500) / 1000;
}

static void shares_are_exact(struct property *p)
{
	struct world *w = calloc(1, sizeof(*w));
	struct fleet_params params;
	struct err err = {0};

	assert_non_null(w);
	w->p = p;
	w->nodes = 1 + property_below(p, 250);
	w->pods = 1 + property_below(p, 12);
	w->of_nodes = 1 + property_below(p, 1000);
	w->of_pods = 1 + property_below(p, 1000);
	arena_init(&w->mem, 0);
	load(w);
	toll_of(&w->s, ttl_of_size(&w->s.apiserver, w->nodes), &w->mem, &w->toll);
	fleet_params_init(&params, &w->s, 1);
	if (fleet_run(&params, &w->result, &err))
		fail_msg("%s", err.text);
	is(w, "mine/some", nearest(w->nodes, w->of_nodes));
	is(w, "mine/few", nearest(nearest(w->nodes, w->of_nodes) * w->pods, w->of_pods));
	fleet_result_fini(&w->result);
	arena_fini(&w->mem);
	free(w);
}

static void any_share_is_exact(void **state)
{
	(void)state;
	property_each(40, shares_are_exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(any_share_is_exact)};

	return cmocka_run_group_tests_name("shares", tests, NULL, NULL);
}
