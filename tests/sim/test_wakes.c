/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wakes.h"

#include "tcase.h"

static void nobody_is_due_at_the_start(void **state)
{
	struct arena mem;
	struct wakes w;

	(void)state;
	arena_init(&mem, 0);
	wakes_init(&w, &mem, 5);
	assert_int_equal(wakes_next_at(&w), NS_NEVER);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(wakes_at(&w, i), NS_NEVER);
	arena_fini(&mem);
}

static void the_earliest_slot_is_next(void **state)
{
	struct arena mem;
	struct wakes w;

	(void)state;
	arena_init(&mem, 0);
	wakes_init(&w, &mem, 5);
	wakes_set(&w, 4, 30);
	wakes_set(&w, 0, 20);
	wakes_set(&w, 2, 10);
	assert_int_equal(wakes_next(&w), 2);
	assert_int_equal(wakes_next_at(&w), 10);
	wakes_set(&w, 2, NS_NEVER);
	assert_int_equal(wakes_next(&w), 0);
	wakes_set(&w, 0, NS_NEVER);
	assert_int_equal(wakes_next(&w), 4);
	arena_fini(&mem);
}

static void at_one_instant_the_lower_slot_goes_first(void **state)
{
	struct arena mem;
	struct wakes w;

	(void)state;
	arena_init(&mem, 0);
	wakes_init(&w, &mem, 8);
	for (uint32_t i = 8; i-- > 0;)
		wakes_set(&w, i, NS_S);
	for (uint32_t i = 0; i < 8; i++) {
		assert_int_equal(wakes_next(&w), i);
		wakes_set(&w, i, NS_NEVER);
	}
	arena_fini(&mem);
}

static void a_new_time_replaces_the_old_one(void **state)
{
	struct arena mem;
	struct wakes w;

	(void)state;
	arena_init(&mem, 0);
	wakes_init(&w, &mem, 3);
	wakes_set(&w, 1, 10);
	wakes_set(&w, 1, 50); /* later */
	wakes_set(&w, 0, 40);
	assert_int_equal(wakes_next(&w), 0);
	wakes_set(&w, 1, 5); /* earlier */
	assert_int_equal(wakes_next(&w), 1);
	assert_int_equal(wakes_at(&w, 1), 5);
	wakes_set(&w, 1, NS_NEVER);
	wakes_set(&w, 0, NS_NEVER);
	assert_int_equal(wakes_next_at(&w), NS_NEVER);
	arena_fini(&mem);
}

static void what_is_beyond_the_latest_time_never_comes(void **state)
{
	struct arena mem;
	struct wakes w;

	(void)state;
	arena_init(&mem, 0);
	wakes_init(&w, &mem, 1u << WAKES_SLOT_BITS);
	wakes_set(&w, 65535, WAKES_LATEST - 1);
	assert_int_equal(wakes_next_at(&w), WAKES_LATEST - 1);
	assert_int_equal(wakes_next(&w), 65535);
	wakes_set(&w, 65535, WAKES_LATEST);
	assert_int_equal(wakes_next_at(&w), NS_NEVER);
	wakes_set(&w, 7, 0);
	assert_int_equal(wakes_next(&w), 7);
	arena_fini(&mem);
}

static void one_slot_is_enough(void **state)
{
	struct arena mem;
	struct wakes w;

	(void)state;
	arena_init(&mem, 0);
	wakes_init(&w, &mem, 1);
	wakes_set(&w, 0, 3);
	assert_int_equal(wakes_next_at(&w), 3);
	wakes_reset(&w);
	assert_int_equal(wakes_next_at(&w), NS_NEVER);
	arena_fini(&mem);
}

static void what_is_done_does_not_wake_again_unless_it_was_set_anew(void **state)
{
	struct arena mem;
	struct wakes w;

	(void)state;
	arena_init(&mem, 0);
	wakes_init(&w, &mem, 5);
	wakes_set(&w, 1, 10);
	wakes_set(&w, 3, 20);
	assert_int_equal(wakes_due(&w), 10);
	wakes_done(&w, 1, 10);
	assert_int_equal(wakes_at(&w, 1), NS_NEVER);
	assert_int_equal(wakes_next(&w), 3);
	wakes_set(&w, 3, 30);
	wakes_done(&w, 3, 20);
	assert_int_equal(wakes_due(&w), 30);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_due_at_the_start),
		cmocka_unit_test(the_earliest_slot_is_next),
		cmocka_unit_test(at_one_instant_the_lower_slot_goes_first),
		cmocka_unit_test(a_new_time_replaces_the_old_one),
		cmocka_unit_test(what_is_beyond_the_latest_time_never_comes),
		cmocka_unit_test(one_slot_is_enough),
		cmocka_unit_test(what_is_done_does_not_wake_again_unless_it_was_set_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
