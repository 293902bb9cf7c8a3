/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_cells.h"

#include "tcase.h"

struct world {
	struct arena mem;
	struct grid grid;
	struct scenario base;
	struct sweep sweep;
};

static struct world *begin(const char *const *flags, uint32_t n)
{
	struct world *w = test_calloc(1, sizeof(*w));
	struct opt_texts given = {.n = n};
	struct err err = {0};

	arena_init(&w->mem, 0);
	for (uint32_t i = 0; i < n; i++)
		given.text[i] = flags[i];
	if (grid_read(&w->grid, &given, &w->mem, &err))
		fail_msg("%s", err.text);
	w->base.nodes = 100;
	w->base.workload.pods = 30;
	w->base.duration = 600 * NS_S;
	w->sweep.grid = &w->grid;
	w->sweep.base = &w->base;
	return w;
}

static void end(struct world *w)
{
	arena_fini(&w->mem);
	test_free(w);
}

/* So many times the weight of the first cell, but for rounding. */
static void is_times(const struct world *w, uint32_t cell, uint64_t times)
{
	uint64_t is = sweep_weight(&w->sweep, cell);
	uint64_t first = sweep_weight(&w->sweep, 0);

	assert_in_range(is, times * first - times, times * first + times);
}

static void a_cell_weighs_what_its_nodes_pods_and_time_are(void **state)
{
	static const char *const flags[] = {"nodes=100,200", "duration=10m,30m"};
	struct world *w = begin(flags, 2);

	(void)state;
	/* the last vary goes fastest */
	is_times(w, 1, 3);
	is_times(w, 2, 2);
	is_times(w, 3, 6);
	end(w);
}

static void more_pods_weigh_more_and_none_still_something(void **state)
{
	static const char *const flags[] = {"podsPerNode=0,10,100"};
	struct world *w = begin(flags, 1);

	(void)state;
	assert_true(sweep_weight(&w->sweep, 0) > 1);
	assert_true(sweep_weight(&w->sweep, 1) > sweep_weight(&w->sweep, 0));
	assert_true(sweep_weight(&w->sweep, 2) > 3 * sweep_weight(&w->sweep, 1));
	end(w);
}

static void what_is_no_size_weighs_nothing(void **state)
{
	static const char *const flags[] = {"kubelet.pleg.relistPeriod=1s,2s"};
	struct world *w = begin(flags, 1);

	(void)state;
	assert_true(sweep_weight(&w->sweep, 0) == sweep_weight(&w->sweep, 1));
	end(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_weighs_what_its_nodes_pods_and_time_are),
		cmocka_unit_test(more_pods_weigh_more_and_none_still_something),
		cmocka_unit_test(what_is_no_size_weighs_nothing),
	};

	return cmocka_run_group_tests_name("sweep_cells", tests, NULL, NULL);
}
