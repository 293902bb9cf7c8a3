/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stock.h"

#include "tcase.h"

struct thing {
	uint64_t link, mark;
};

static void what_was_given_back_last_is_taken_first(void **state)
{
	struct arena mem;
	struct stock s;
	struct thing *a, *b, *c;

	(void)state;
	arena_init(&mem, 0);
	stock_init(&s, &mem, 3, sizeof(struct thing));
	a = stock_take(&s);
	b = stock_take(&s);
	stock_give(&s, a);
	stock_give(&s, b);
	assert_ptr_equal(stock_take(&s), b);
	assert_ptr_equal(stock_take(&s), a);
	c = stock_take(&s);
	assert_true(c != a && c != b);
	arena_fini(&mem);
}

static void items_keep_what_is_in_them_and_their_number(void **state)
{
	enum { N = 100 };
	struct thing *taken[N];
	struct arena mem;
	struct stock s;

	(void)state;
	arena_init(&mem, 0);
	stock_init(&s, &mem, N, sizeof(struct thing));
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < N; i++) {
			taken[i] = stock_take(&s);
			taken[i]->mark = i * 7;
		}
		for (uint32_t i = 0; i < N; i++) {
			assert_int_equal(taken[i]->mark, i * 7);
			assert_ptr_equal(stock_item(&s, stock_number(&s, taken[i])), taken[i]);
		}
		for (uint32_t i = 0; i < N; i += 1 + round)
			stock_give(&s, taken[i]);
		for (uint32_t i = 0; i < N; i += 1 + round)
			(void)stock_take(&s);
		for (uint32_t i = 0; i < N; i++)
			stock_give(&s, taken[i]);
	}
	arena_fini(&mem);
}

/* Of a stock for the worst case no more is touched than was in use together. */
static void little_is_touched_where_little_is_in_use(void **state)
{
	struct arena mem;
	struct stock s;

	(void)state;
	arena_init(&mem, 0);
	stock_init(&s, &mem, 1000, sizeof(struct thing));
	for (unsigned i = 0; i < 5000; i++) {
		void *a = stock_take(&s), *b = stock_take(&s);

		assert_true(stock_number(&s, a) < 2 && stock_number(&s, b) < 2);
		stock_give(&s, i % 2 ? a : b);
		stock_give(&s, i % 2 ? b : a);
	}
	arena_fini(&mem);
}

/* The pages are the system's again: what was in them is zero, or would be if it were looked at
 * before it is written. */
static void one_that_nobody_takes_from_holds_no_memory(void **state)
{
	enum { N = 4096 };
	struct thing *taken[N];
	struct arena mem;
	struct stock s;

	(void)state;
	arena_init(&mem, 0);
	stock_init(&s, &mem, N, sizeof(struct thing));
	for (unsigned i = 0; i < N; i++) {
		taken[i] = stock_take(&s);
		taken[i]->mark = 7;
	}
	stock_rest(&s);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(taken[i]->mark, 7);
	for (unsigned i = 0; i < N; i++)
		stock_give(&s, taken[i]);
	stock_rest(&s);
	assert_int_equal(s.touched, 0);
	assert_int_equal(taken[N / 2]->mark, 0);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(stock_number(&s, stock_take(&s)), i);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_given_back_last_is_taken_first),
		cmocka_unit_test(items_keep_what_is_in_them_and_their_number),
		cmocka_unit_test(one_that_nobody_takes_from_holds_no_memory),
		cmocka_unit_test(little_is_touched_where_little_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
