/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/share.h"

#include "tcase.h"

/* The next job's end, and when. */
static ns_t ends(struct share *s, uint64_t *tag)
{
	ns_t at = s->next_at;

	assert_true(share_take(s, at, tag));
	return at;
}

static void one_job_alone_takes_what_it_needs(void **state)
{
	struct arena mem;
	struct share s;
	uint64_t tag;

	(void)state;
	arena_init(&mem, 0);
	share_init(&s, &mem, 2, 4);
	assert_int_equal(s.next_at, NS_NEVER);
	share_add(&s, NS_S, 70 * NS_MS, 70 * NS_MS, 5);
	assert_int_equal(ends(&s, &tag), NS_S + 70 * NS_MS);
	assert_int_equal(tag, 5);
	assert_int_equal(s.next_at, NS_NEVER);
	arena_fini(&mem);
}

static void as_many_jobs_as_processors_do_not_meet(void **state)
{
	struct arena mem;
	struct share s;
	uint64_t tag;

	(void)state;
	arena_init(&mem, 0);
	share_init(&s, &mem, 2, 4);
	share_add(&s, 0, 30 * NS_MS, 30 * NS_MS, 1);
	share_add(&s, 0, 20 * NS_MS, 20 * NS_MS, 2);
	assert_int_equal(ends(&s, &tag), 20 * NS_MS);
	assert_int_equal(tag, 2);
	assert_int_equal(ends(&s, &tag), 30 * NS_MS);
	arena_fini(&mem);
}

static void thirty_at_once_on_two_take_fifteen_times_as_long(void **state)
{
	struct arena mem;
	struct share s;
	uint64_t tag;

	(void)state;
	arena_init(&mem, 0);
	share_init(&s, &mem, 2, 30);
	for (uint64_t i = 0; i < 30; i++)
		share_add(&s, 0, 90 * NS_MS, 90 * NS_MS, i);
	for (uint64_t i = 0; i < 30; i++) {
		ns_t at = ends(&s, &tag);

		assert_in_range(at, 1350 * NS_MS - 30, 1350 * NS_MS + 30);
		assert_int_equal(tag, i); /* those that end together in the order they came */
	}
	arena_fini(&mem);
}

static void whoever_comes_later_slows_those_who_are_there(void **state)
{
	struct arena mem;
	struct share s;
	uint64_t tag;

	(void)state;
	arena_init(&mem, 0);
	share_init(&s, &mem, 1, 2);
	share_add(&s, 0, 100 * NS_MS, 100 * NS_MS, 1);
	share_add(&s, 50 * NS_MS, 10 * NS_MS, 10 * NS_MS, 2);
	assert_int_equal(ends(&s, &tag), 70 * NS_MS);
	assert_int_equal(tag, 2);
	assert_int_equal(ends(&s, &tag), 110 * NS_MS);
	arena_fini(&mem);
}

static void a_mark_is_told_on_the_way(void **state)
{
	struct arena mem;
	struct share s;
	uint64_t tag;

	(void)state;
	arena_init(&mem, 0);
	share_init(&s, &mem, 1, 2);
	share_add(&s, 0, 10 * NS_MS, 4 * NS_MS, 9);
	assert_int_equal(s.next_at, 4 * NS_MS);
	assert_false(share_take(&s, s.next_at, &tag));
	assert_int_equal(tag, 9);
	assert_int_equal(ends(&s, &tag), 10 * NS_MS);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_job_alone_takes_what_it_needs),
		cmocka_unit_test(as_many_jobs_as_processors_do_not_meet),
		cmocka_unit_test(thirty_at_once_on_two_take_fifteen_times_as_long),
		cmocka_unit_test(whoever_comes_later_slows_those_who_are_there),
		cmocka_unit_test(a_mark_is_told_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
