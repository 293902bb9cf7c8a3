/* SPDX-License-Identifier: Apache-2.0 */
/* A share of nodes, and of what is on them, is exact: so many in the closed form, and in
 * simulation, whatever the number of nodes, the shares and the seed. */
#include "toll_kit.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 6, EDGES = 2 }; /* calls of a round that a window's edges may divide */

/* How many of what; shares in thousandths. */
struct sizes {
	uint32_t nodes, pods, of_nodes, of_pods;
};

static void load(struct world *w, const struct sizes *n)
{
	char nodes[40], pods[40], seed[40];
	const char *texts[] = {nodes, pods, seed, "duration=60s", "warmup=10s",
		"workload.namespaces=50", "kubelet=v1.36"};

	str_addf(&w->feature,
		"apiVersion: nodetoll/v1alpha1\nkind: Feature\n"
		"metadata: {name: mine}\nspec:\n  loops:\n"
		"    some: {timer: ticker, period: 10s, nodes: %u.%u%%, calls: [{api: "
		"get widgets.example.com}]}\n"
		"    few: {timer: ticker, period: 10s, nodes: %u.%u%%, calls: [{api: "
		"get gadgets.example.com, scope: pod, share: %u.%u%%}]}\n",
		n->of_nodes / 10, n->of_nodes % 10, n->of_nodes / 10, n->of_nodes % 10,
		n->of_pods / 10, n->of_pods % 10);
	(void)snprintf(nodes, sizeof(nodes), "nodes=%u", n->nodes);
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", n->pods);
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(w->p, 1000000));
	world_load(w, texts, sizeof(texts) / sizeof(texts[0]));
	w->s.kubelet.client[CLIENT_MAIN].qps_milli = -1; /* nothing waits */
}

/* Of all nodes, in a round. */
static void is(const struct world *w, const char *loop, uint64_t expected)
{
	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];
		uint64_t counted = w->result.tally.window[0].in.count[row->call % CALLS_MAX][0];
		double form = row->times * row->nodes * w->s.nodes;

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
	struct world *w = world_new(p);
	struct sizes n;

	n.nodes = 1 + property_below(p, 250);
	n.pods = 1 + property_below(p, 12);
	n.of_nodes = 1 + property_below(p, 1000);
	n.of_pods = 1 + property_below(p, 1000);
	load(w, &n);
	world_run(w, false);
	is(w, "mine/some", nearest(n.nodes, n.of_nodes));
	is(w, "mine/few", nearest(nearest(n.nodes, n.of_nodes) * n.pods, n.of_pods));
	world_free(w);
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
