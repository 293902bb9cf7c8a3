/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "tcase.h"

#include "world.h"

static void each_design_has_its_goroutines(void **state)
{
	struct pleg_params p = world_params(PLEG_KIND_GENERIC);

	(void)state;
	assert_int_equal(pleg_actors(&p), 1);
	p.kind = PLEG_KIND_ONDEMAND;
	assert_int_equal(pleg_actors(&p), 1);
	p.kind = PLEG_KIND_POLLING; /* ticker and refresher */
	assert_int_equal(pleg_actors(&p), 2);
	p.kind = PLEG_KIND_EVENTED; /* relist, stream, update */
	assert_int_equal(pleg_actors(&p), 3);
	p.kind = PLEG_KIND_PARALLEL;
	p.workers = PLEG_WORKERS_MAX;
	assert_int_equal(pleg_actors(&p), PLEG_ACTORS);
}

static void events_come_out_in_the_order_in_which_they_went_in(void **state)
{
	struct pleg_params p = world_params(PLEG_KIND_GENERIC);
	struct world w;

	(void)state;
	p.channel = 5;
	world_init(&w, p);
	/* round the ring more than once */
	for (uint32_t pod = 0; pod < WORLD_PODS; pod++) {
		world_run(&w, pod);
		(void)world_relist(&w);
		assert_int_equal(w.pleg.events.n, 2);
		for (int i = 0; i < 2; i++)
			assert_int_equal(pleg_take(&w.pleg).pod, pod);
	}
	assert_int_equal(w.pleg.dropped, 0);
	world_fini(&w);
}

static void asking_for_a_pod_makes_it_known_as_of_then(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	world_run(&w, 2);
	assert_false(pleg_knows(&w.pleg, 2, 0));
	pleg_cache_now(&w.pleg, 2, 5 * NS_S, &w.view);
	assert_true(pleg_knows(&w.pleg, 2, 5 * NS_S - 1));
	assert_false(pleg_knows(&w.pleg, 2, 5 * NS_S));
	assert_int_equal(w.pleg.sandbox[2], RECORD_RUNNING);
	/* the cache is not the record: the relist still finds the change */
	(void)world_relist(&w);
	assert_int_equal(w.pleg.events.n, 2);
	world_fini(&w);
}

static void forgetting_a_pod_empties_its_cache_entry(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	world_run(&w, 2);
	pleg_settle(&w.pleg, NS_S, &w.view);
	pleg_forget(&w.pleg, 2);
	assert_int_equal(w.pleg.sandbox[2], RECORD_NONE);
	assert_int_equal(w.pleg.cached[2 * WORLD_CONTAINERS], 0);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_design_has_its_goroutines),
		cmocka_unit_test(events_come_out_in_the_order_in_which_they_went_in),
		cmocka_unit_test(asking_for_a_pod_makes_it_known_as_of_then),
		cmocka_unit_test(forgetting_a_pod_empties_its_cache_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
