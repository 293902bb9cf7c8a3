/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "tcase.h"

#include "world.h"

static void parallel(struct world *w, uint32_t workers)
{
	struct pleg_params params = world_params(PLEG_KIND_PARALLEL);

	params.workers = workers;
	world_init(w, params);
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_run(w, p);
	pleg_settle(&w->pleg, 0, &w->view);
	w->now = NS_S;
}

/* The lists are made, the inspectors are told; each takes its first pod.  Returns how many got
 * one. */
static uint32_t begin(struct world *w, struct world_kept kept[PLEG_WORKERS_MAX])
{
	struct pleg_want loop = world_step(w, PLEG_LOOP);
	uint32_t busy = 0;

	assert_int_equal(loop.kind, PLEG_WAITS);
	for (unsigned i = 0; i < w->params.workers; i++) {
		assert_true(loop.wake >> (PLEG_INSPECTORS + i) & 1);
		pleg_step(&w->pleg, PLEG_INSPECTORS + i, w->now, OUTCOME_OK, &w->view,
			&kept[i].want);
		world_keep(&kept[i]);
		busy += kept[i].want.kind == PLEG_CALLS;
	}
	assert_int_equal(loop.wake >> (PLEG_INSPECTORS + w->params.workers), 0);
	return busy;
}

static void w_pods_are_inspected_at_once(void **state)
{
	struct world_kept kept[PLEG_WORKERS_MAX];
	struct world w;

	(void)state;
	parallel(&w, 3);
	for (uint32_t p = 0; p < WORLD_PODS; p++)
		world_set(&w, p, 0, RECORD_EXITED, 0, 1);
	assert_int_equal(begin(&w, kept), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(kept[i].chain.pod, i);
	world_fini(&w);
}

static void the_cache_moves_only_when_the_last_inspection_has_ended(void **state)
{
	struct world_kept kept[PLEG_WORKERS_MAX];
	struct pleg_want loop = {0};
	struct world w;
	ns_t began;

	(void)state;
	parallel(&w, 3);
	began = w.now;
	for (uint32_t p = 0; p < 3; p++)
		world_set(&w, p, 0, RECORD_EXITED, 0, 1);
	assert_int_equal(begin(&w, kept), 3);
	for (unsigned i = 3; i-- > 0;) { /* the first ends last */
		w.now += NS_MS;
		assert_int_equal(w.pleg.cache_time, 0);
		pleg_step(&w.pleg, PLEG_INSPECTORS + i, w.now, OUTCOME_OK, &w.view,
			&kept[i].want);
		assert_int_equal(kept[i].want.kind, PLEG_WAITS);
		assert_true(kept[i].want.cache_changed);
		assert_true(pleg_knows(&w.pleg, i, began)); /* this pod's own worker may go */
		assert_int_equal(kept[i].want.wake & 1u << PLEG_LOOP, i == 0);
	}
	pleg_step(&w.pleg, PLEG_LOOP, w.now, OUTCOME_OK, &w.view, &loop);
	assert_true(loop.relisted);
	assert_int_equal(loop.kind, PLEG_SLEEPS);
	assert_int_equal(loop.until, w.now + NS_S);
	assert_int_equal(w.pleg.cache_time, began);
	world_fini(&w);
}

static void the_work_is_the_same_whatever_the_number_of_workers(void **state)
{
	(void)state;
	for (uint32_t workers = 1; workers <= PLEG_WORKERS_MAX; workers++) {
		struct world_kept kept[PLEG_WORKERS_MAX];
		struct world w;
		uint32_t busy;

		parallel(&w, workers);
		for (uint32_t p = 0; p < WORLD_PODS; p++)
			world_set(&w, p, 0, RECORD_EXITED, 0, 1);
		busy = begin(&w, kept);
		assert_int_equal(busy, workers < WORLD_PODS ? workers : WORLD_PODS);
		while (busy)
			for (unsigned i = 0; i < workers; i++) {
				if (kept[i].want.kind != PLEG_CALLS)
					continue;
				world_answer(&w, PLEG_INSPECTORS + i, &kept[i].want);
				world_keep(&kept[i]);
				busy -= kept[i].want.kind != PLEG_CALLS;
			}
		assert_int_equal(w.n_calls, 2 + WORLD_PODS * 4);
		assert_int_equal(w.pleg.events.n, WORLD_PODS);
		world_fini(&w);
	}
}

static void a_quiet_relist_needs_no_inspector(void **state)
{
	struct pleg_want want;
	struct world w;

	(void)state;
	parallel(&w, 3);
	want = world_relist(&w);
	assert_int_equal(want.wake, 0);
	assert_true(want.relisted);
	assert_int_equal(w.n_calls, 2);
	world_fini(&w);
}

static void vanished_pods_alone_end_the_relist_at_once(void **state)
{
	struct world_kept kept[PLEG_WORKERS_MAX];
	struct pleg_want loop = {0};
	struct world w;

	(void)state;
	parallel(&w, 3);
	world_remove(&w, 1);
	world_remove(&w, 2);
	assert_int_equal(begin(&w, kept), 0);
	assert_true(kept[0].want.wake & 1u << PLEG_LOOP);
	assert_int_equal(w.n_calls, 2);
	assert_int_equal(w.pleg.events.n, 8);
	pleg_step(&w.pleg, PLEG_LOOP, w.now, OUTCOME_OK, &w.view, &loop);
	assert_true(loop.relisted);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(w_pods_are_inspected_at_once),
		cmocka_unit_test(the_cache_moves_only_when_the_last_inspection_has_ended),
		cmocka_unit_test(the_work_is_the_same_whatever_the_number_of_workers),
		cmocka_unit_test(a_quiet_relist_needs_no_inspector),
		cmocka_unit_test(vanished_pods_alone_end_the_relist_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
