/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/load.h"

#include "tcase.h"

static void requests_at_one_time_are_counted_together(void **state)
{
	struct arena mem;
	struct load l;

	(void)state;
	arena_init(&mem, 0);
	load_init(&l, &mem, 0, NS_S);
	load_add(&l, 0, API_GET_PODS, 100 * NS_US, 5 * NS_MS, 200 * NS_US);
	load_add(&l, 0, API_GET_PODS, 900 * NS_US, 5 * NS_MS, 200 * NS_US);
	load_add(&l, 0, API_GET_PODS, 4 * NS_MS, 5 * NS_MS, 200 * NS_US);
	assert_int_equal(l.most_inside, 3);
	assert_int_equal(l.most_running, 2);
	assert_int_equal(l.running[1], 1); /* the second goes on into it */
	assert_int_equal(l.inside[9], 1);
	arena_fini(&mem);
}

static void what_goes_on_after_the_end_is_cut_off(void **state)
{
	struct arena mem;
	struct load l;

	(void)state;
	arena_init(&mem, 0);
	load_init(&l, &mem, 0, 10 * NS_MS);
	load_add(&l, 0, API_GET_PODS, 9 * NS_MS, NS_S, NS_S);
	load_add(&l, 0, API_GET_PODS, 2 * NS_S, NS_S, NS_S);
	assert_int_equal(l.slices, 10);
	assert_int_equal(l.most_inside, 1);
	arena_fini(&mem);
}

static void parts_add_up_and_stop_at_the_most(void **state)
{
	struct arena mem;
	struct load l[2];

	(void)state;
	arena_init(&mem, 0);
	for (int i = 0; i < 2; i++) {
		load_init(&l[i], &mem, 0, NS_S);
		for (uint32_t n = 0; n < 40000; n++)
			load_add(&l[i], 0, API_GET_PODS, NS_MS, 1, 1);
	}
	load_merge(&l[0], &l[1]);
	assert_int_equal(l[0].most_inside, UINT16_MAX);
	arena_fini(&mem);
}

/* Telling takes a processor of each watcher's own, as long as there are some. */
static void watchers_are_told_at_once(void **state)
{
	struct arena mem;
	struct load l[2];

	(void)state;
	arena_init(&mem, 0);
	for (int i = 0; i < 2; i++) {
		load_init(&l[i], &mem, NS_MS, NS_S);
		load_tell(&l[i], 0, 0, 3, 100 * NS_US);
		load_tell(&l[i], 0, NS_MS, 2, (i + 1) * 100 * NS_US);
	}
	load_merge(&l[0], &l[1]);
	assert_int_equal(l[0].running[0], 6);
	assert_int_equal(l[0].running[1], 4);
	assert_int_equal(l[0].most_inside, 0);
	assert_int_equal(l[0].told, 4); /* the others came before the measuring */
	assert_int_equal(l[0].telling, 600 * NS_US);
	assert_int_equal(l[0].telling_most, 200 * NS_US);
	arena_fini(&mem);
}

static void each_server_has_its_part(void **state)
{
	struct arena mem;
	struct load l[2];

	(void)state;
	arena_init(&mem, 0);
	for (int i = 0; i < 2; i++) {
		load_init(&l[i], &mem, NS_MS, NS_S);
		load_add(&l[i], 1, API_GET_PODS, 0, NS_MS, NS_MS); /* before the measuring */
		load_add(&l[i], 1, API_GET_PODS, NS_MS, 5 * NS_MS, 2 * NS_MS);
		load_tell(&l[i], 2, NS_MS, 3, NS_MS);
	}
	load_merge(&l[0], &l[1]);
	assert_int_equal(l[0].busy[0], 0);
	assert_int_equal(l[0].busy[1], 4 * NS_MS);
	assert_int_equal(l[0].busy[2], 6 * NS_MS);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_at_one_time_are_counted_together),
		cmocka_unit_test(what_goes_on_after_the_end_is_cut_off),
		cmocka_unit_test(parts_add_up_and_stop_at_the_most),
		cmocka_unit_test(watchers_are_told_at_once),
		cmocka_unit_test(each_server_has_its_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
