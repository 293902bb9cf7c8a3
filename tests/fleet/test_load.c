/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/load.h"

#include "tcase.h"

/* Two threads' loads, which are merged. */
struct pair {
	struct arena mem;
	struct load l[2];
};

static void begin_pair(struct pair *p, ns_t from, ns_t until)
{
	arena_init(&p->mem, 0);
	for (int i = 0; i < 2; i++)
		load_init(&p->l[i], &p->mem, from, until);
}

static void end_pair(struct pair *p)
{
	load_fini(&p->l[0]);
	load_fini(&p->l[1]);
	arena_fini(&p->mem);
}

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
	load_count(&l);
	assert_int_equal(l.most_inside, 3);
	assert_int_equal(l.most_running, 2);
	assert_int_equal(l.slice[1].running, 1); /* the second goes on into it */
	assert_int_equal(l.slice[8].inside, 1);
	assert_int_equal(l.slice[9].inside, 0);
	load_fini(&l);
	arena_fini(&mem);
}

/* It is inside for a quarter of a minute, of which it needs a processor now and then. */
static void who_is_there_for_long_is_there_once(void **state)
{
	static const ns_t cpu[] = {NS_MS, 5 * NS_S, 15 * NS_S};
	struct arena mem;

	(void)state;
	arena_init(&mem, 0);
	for (size_t c = 0; c < sizeof(cpu) / sizeof(cpu[0]); c++) {
		struct load l;

		load_init(&l, &mem, 0, 20 * NS_S);
		load_add(&l, 0, API_GET_PODS, 100, 15 * NS_S, cpu[c]);
		load_count(&l);
		assert_int_equal(l.most_inside, 1);
		assert_int_equal(l.most_running, 1);
		for (uint32_t i = 0; i < l.slices; i++) {
			assert_int_equal(l.slice[i].inside, i <= 15000);
			assert_int_equal(l.slice[i].running, i <= (uint32_t)(cpu[c] / NS_MS));
		}
		assert_false(load_exceeds(&l, 1));
		load_fini(&l);
	}
	arena_fini(&mem);
}

/* One ends where the other begins. */
static void who_goes_makes_room_for_who_comes(void **state)
{
	struct arena mem;
	struct load l;

	(void)state;
	arena_init(&mem, 0);
	load_init(&l, &mem, 0, NS_S);
	load_add(&l, 0, API_GET_PODS, NS_MS, NS_MS, NS_MS);
	load_add(&l, 0, API_GET_PODS, 2 * NS_MS, NS_MS, 0);
	load_count(&l);
	assert_int_equal(l.most_inside, 1);
	assert_int_equal(l.slice[1].running, 1);
	assert_int_equal(l.slice[2].running, 0);
	load_fini(&l);
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
	load_count(&l);
	assert_int_equal(l.slices, 10);
	assert_int_equal(l.most_inside, 1);
	load_fini(&l);
	arena_fini(&mem);
}

static void parts_add_up_and_stop_at_the_most(void **state)
{
	struct pair p;
	struct load *l = p.l;

	(void)state;
	begin_pair(&p, 0, NS_S);
	for (int i = 0; i < 2; i++) {
		for (uint32_t n = 0; n < 40000; n++)
			load_add(&l[i], 0, API_GET_PODS, NS_MS, 1, 1);
	}
	load_merge(&l[0], &l[1]);
	assert_int_equal(l[0].most_inside, UINT16_MAX);
	end_pair(&p);
}

/* Telling takes a processor of each watcher's own, as long as there are some. */
static void watchers_are_told_at_once(void **state)
{
	struct pair p;
	struct load *l = p.l;

	(void)state;
	begin_pair(&p, NS_MS, NS_S);
	for (int i = 0; i < 2; i++) {
		load_tell(&l[i], 0, 0, 3, 100 * NS_US);
		load_tell(&l[i], 0, NS_MS, 2, (i + 1) * 100 * NS_US);
	}
	load_merge(&l[0], &l[1]);
	assert_int_equal(l[0].slice[0].running, 6);
	assert_int_equal(l[0].slice[1].running, 4);
	assert_int_equal(l[0].most_inside, 0);
	assert_int_equal(l[0].told, 4); /* the others came before the measuring */
	assert_int_equal(l[0].telling, 600 * NS_US);
	assert_int_equal(l[0].telling_most, 200 * NS_US);
	end_pair(&p);
}

static void each_server_has_its_part(void **state)
{
	struct pair p;
	struct load *l = p.l;

	(void)state;
	begin_pair(&p, NS_MS, NS_S);
	for (int i = 0; i < 2; i++) {
		load_add(&l[i], 1, API_GET_PODS, 0, NS_MS, NS_MS); /* before the measuring */
		load_add(&l[i], 1, API_GET_PODS, NS_MS, 5 * NS_MS, 2 * NS_MS);
		load_tell(&l[i], 2, NS_MS, 3, NS_MS);
	}
	load_merge(&l[0], &l[1]);
	assert_int_equal(l[0].busy[0], 0);
	assert_int_equal(l[0].busy[1], 4 * NS_MS);
	assert_int_equal(l[0].busy[2], 6 * NS_MS);
	end_pair(&p);
}

/* Two processors are enough for three in one slice if one goes before another comes. */
static void a_crowd_in_a_slice_may_be_none_at_any_moment(void **state)
{
	struct arena mem;
	struct load l;

	(void)state;
	arena_init(&mem, 0);
	load_init(&l, &mem, 0, NS_S);
	for (ns_t at = 0; at < 3; at++)
		load_add(&l, 0, API_GET_PODS, at * 200 * NS_US, NS_MS, 300 * NS_US);
	load_count(&l);
	assert_int_equal(l.most_running, 3);
	assert_false(load_exceeds(&l, 2));
	load_add(&l, 0, API_GET_PODS, 300 * NS_US, NS_MS, 100 * NS_US); /* as another goes */
	load_count(&l);
	assert_false(load_exceeds(&l, 2));
	load_add(&l, 0, API_GET_PODS, 399 * NS_US, NS_MS, 100 * NS_US);
	load_count(&l);
	assert_true(load_exceeds(&l, 2));
	assert_false(load_exceeds(&l, 3));
	load_fini(&l);
	arena_fini(&mem);
}

/* Of two threads, each of which has seen too few; and over more than one chunk of the log. */
static void crowds_of_several_threads_are_one(void **state)
{
	struct pair p;
	struct load *l = p.l;

	(void)state;
	begin_pair(&p, 0, 20 * NS_S);
	for (int i = 0; i < 2; i++) {
		load_tell(&l[i], 0, (10 + i) * NS_US, 2, 10 * NS_US);
		for (ns_t at = 1; at <= 9000; at++)
			load_add(&l[i], 0, API_GET_PODS, at * NS_MS, NS_MS, NS_US);
		load_count(&l[i]);
		assert_false(load_exceeds(&l[i], 3));
	}
	load_merge(&l[0], &l[1]);
	assert_int_equal(l[0].n_spans, 2 * 9001);
	assert_true(load_exceeds(&l[0], 3));
	assert_false(load_exceeds(&l[0], 4));
	end_pair(&p);
}

/* A span holds four seconds at most. */
static void who_needs_a_processor_for_long_is_there_all_the_while(void **state)
{
	struct arena mem;
	struct load l;

	(void)state;
	arena_init(&mem, 0);
	load_init(&l, &mem, 0, 20 * NS_S);
	load_add(&l, 0, API_GET_PODS, 0, 15 * NS_S, 15 * NS_S);
	load_add(&l, 0, API_GET_PODS, 15 * NS_S, NS_S, NS_S);
	load_count(&l);
	assert_false(load_exceeds(&l, 1));
	load_add(&l, 0, API_GET_PODS, 14 * NS_S, NS_US, NS_US);
	load_count(&l);
	assert_true(load_exceeds(&l, 1));
	load_fini(&l);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_at_one_time_are_counted_together),
		cmocka_unit_test(who_is_there_for_long_is_there_once),
		cmocka_unit_test(who_goes_makes_room_for_who_comes),
		cmocka_unit_test(what_goes_on_after_the_end_is_cut_off),
		cmocka_unit_test(parts_add_up_and_stop_at_the_most),
		cmocka_unit_test(watchers_are_told_at_once),
		cmocka_unit_test(each_server_has_its_part),
		cmocka_unit_test(a_crowd_in_a_slice_may_be_none_at_any_moment),
		cmocka_unit_test(crowds_of_several_threads_are_one),
		cmocka_unit_test(who_needs_a_processor_for_long_is_there_all_the_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
