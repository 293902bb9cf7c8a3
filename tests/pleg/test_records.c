/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "tcase.h"

#include "world.h"

/* The events of container 0 of pod 0 between two of its records, as "kind instance". */
static void expect(
	record_t old, record_t now, const uint8_t *kinds, const uint16_t *instances, uint32_t n)
{
	struct world w;

	world_init(&w, world_params(PLEG_KIND_GENERIC));
	world_set_sandbox(&w, 0, RECORD_RUNNING);
	w.container[0] = old;
	pleg_settle(&w.pleg, 0, &w.view);
	w.container[0] = now;
	w.view.changes++;
	(void)world_relist(&w);
	assert_int_equal(w.pleg.events.n, n);
	for (uint32_t i = 0; i < n; i++) {
		struct pleg_event e = pleg_take(&w.pleg);

		assert_int_equal(e.pod, 0);
		assert_int_equal(e.container, 0);
		assert_int_equal(e.kind, kinds[i]);
		assert_int_equal(e.instance, instances[i]);
	}
	world_fini(&w);
}

#define EXPECT(old, now, n, ...)                                                               \
	do {                                                                                   \
		static const struct {                                                          \
			uint8_t kind;                                                          \
			uint16_t instance;                                                     \
		} events[] = {__VA_ARGS__};                                                    \
		uint8_t kinds[n];                                                              \
		uint16_t instances[n];                                                         \
                                                                                               \
		for (size_t e = 0; e < (n); e++) {                                             \
			kinds[e] = events[e].kind;                                             \
			instances[e] = events[e].instance;                                     \
		}                                                                              \
		expect(old, now, kinds, instances, n);                                         \
	} while (0)

static void a_new_container_that_runs_has_started(void **state)
{
	(void)state;
	EXPECT(0, record_make(RECORD_RUNNING, 0, 1), 1, {PLEG_STARTED, 1});
	EXPECT(record_make(RECORD_CREATED, 0, 1), record_make(RECORD_RUNNING, 0, 1), 1,
		{PLEG_STARTED, 1});
}

static void what_no_longer_runs_has_died(void **state)
{
	(void)state;
	EXPECT(record_make(RECORD_RUNNING, 0, 1), record_make(RECORD_EXITED, 0, 1), 1,
		{PLEG_DIED, 1});
	EXPECT(record_make(RECORD_RUNNING, 0, 1), record_make(RECORD_NONE, 0, 1), 2,
		{PLEG_DIED, 1}, {PLEG_REMOVED, 1});
}

static void what_had_exited_is_only_removed(void **state)
{
	(void)state;
	EXPECT(record_make(RECORD_EXITED, 0, 1), record_make(RECORD_NONE, 0, 1), 1,
		{PLEG_REMOVED, 1});
}

/* Non-existent, then exited: nobody saw it run. */
static void what_lived_and_died_between_relists_has_died(void **state)
{
	(void)state;
	EXPECT(0, record_make(RECORD_EXITED, 0, 1), 1, {PLEG_DIED, 1});
	EXPECT(record_make(RECORD_EXITED, 0, 1), record_make(RECORD_EXITED, 1, 2), 1,
		{PLEG_DIED, 2});
}

static void a_restart_is_a_death_and_a_start(void **state)
{
	(void)state;
	EXPECT(record_make(RECORD_RUNNING, 0, 1), record_make(RECORD_RUNNING, 1, 2), 2,
		{PLEG_DIED, 1}, {PLEG_STARTED, 2});
	EXPECT(record_make(RECORD_RUNNING, 0, 1), record_make(RECORD_CREATED, 1, 2), 1,
		{PLEG_DIED, 1});
}

static void every_life_between_two_relists_is_a_death(void **state)
{
	(void)state;
	EXPECT(record_make(RECORD_RUNNING, 0, 1), record_make(RECORD_RUNNING, 3, 4), 4,
		{PLEG_DIED, 1}, {PLEG_DIED, 2}, {PLEG_DIED, 3}, {PLEG_STARTED, 4});
}

/* Old instances go oldest first, and by their own numbers. */
static void removed_instances_are_the_oldest(void **state)
{
	(void)state;
	EXPECT(record_make(RECORD_RUNNING, 3, 4), record_make(RECORD_RUNNING, 1, 4), 2,
		{PLEG_REMOVED, 1}, {PLEG_REMOVED, 2});
	EXPECT(record_make(RECORD_EXITED, 1, 2), record_make(RECORD_RUNNING, 1, 3), 2,
		{PLEG_STARTED, 3}, {PLEG_REMOVED, 1});
}

static void instance_numbers_wrap(void **state)
{
	(void)state;
	EXPECT(record_make(RECORD_RUNNING, 0, RECORD_INSTANCES - 1),
		record_make(RECORD_RUNNING, 1, 0), 2, {PLEG_DIED, RECORD_INSTANCES - 1},
		{PLEG_STARTED, 0});
}

static void sandboxes_are_told_of_like_containers(void **state)
{
	static const uint8_t states[] = {RECORD_RUNNING, RECORD_EXITED, RECORD_NONE};
	static const uint8_t kinds[] = {PLEG_STARTED, PLEG_DIED, PLEG_REMOVED};
	struct world w;

	(void)state;
	world_init(&w, world_params(PLEG_KIND_GENERIC));
	for (int i = 0; i < 3; i++) {
		struct pleg_event e;

		world_set_sandbox(&w, 5, (enum record_state)states[i]);
		(void)world_relist(&w);
		assert_int_equal(w.pleg.events.n, 1);
		e = pleg_take(&w.pleg);
		assert_int_equal(e.pod, 5);
		assert_int_equal(e.container, PLEG_SANDBOX);
		assert_int_equal(e.kind, kinds[i]);
	}
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_container_that_runs_has_started),
		cmocka_unit_test(what_no_longer_runs_has_died),
		cmocka_unit_test(what_had_exited_is_only_removed),
		cmocka_unit_test(what_lived_and_died_between_relists_has_died),
		cmocka_unit_test(a_restart_is_a_death_and_a_start),
		cmocka_unit_test(every_life_between_two_relists_is_a_death),
		cmocka_unit_test(removed_instances_are_the_oldest),
		cmocka_unit_test(instance_numbers_wrap),
		cmocka_unit_test(sandboxes_are_told_of_like_containers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
