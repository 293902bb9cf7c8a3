/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fifo.h"

#include "tcase.h"

struct item {
	uint16_t a, b, c;
};

enum { MOST = 100 };

static void put(struct fifo *f, struct stock *s, uint16_t n)
{
	struct item *i = fifo_add(f, s, sizeof(*i));

	*i = (struct item){n, (uint16_t)(n + 1), (uint16_t)(n + 2)};
}

static uint16_t take(struct fifo *f, struct stock *s)
{
	struct item i = *(const struct item *)fifo_first(f, sizeof(i));

	assert_int_equal(i.c, (uint16_t)(i.a + 2));
	fifo_drop(f, s, sizeof(i));
	return i.a;
}

static struct stock stock_for(struct arena *mem, uint32_t queues)
{
	struct stock s;

	stock_init(&s, mem, queues * fifo_chunks(MOST, sizeof(struct item)),
		sizeof(struct fifo_chunk));
	return s;
}

/* Filled and emptied to every depth, over and over: the stock of the most is enough. */
static void items_leave_in_the_order_of_their_coming(void **state)
{
	uint16_t in = 0, out = 0;
	struct fifo f = {0};
	struct arena mem;
	struct stock s;

	(void)state;
	arena_init(&mem, 0);
	s = stock_for(&mem, 1);
	for (unsigned round = 0; round < 500; round++) {
		uint32_t full = (round * 37) % (MOST + 1), left = (round * 11) % (full + 1);

		while (f.n < full)
			put(&f, &s, in++);
		while (f.n > left)
			assert_int_equal(take(&f, &s), out++);
	}
	assert_int_equal(f.n, (uint16_t)(in - out));
	arena_fini(&mem);
}

static void queues_of_one_stock_do_not_mix(void **state)
{
	struct fifo f[2] = {{0}, {0}};
	struct arena mem;
	struct stock s;

	(void)state;
	arena_init(&mem, 0);
	s = stock_for(&mem, 2);
	for (uint16_t i = 0; i < MOST; i++) {
		put(&f[0], &s, i);
		put(&f[1], &s, (uint16_t)(1000 + i));
	}
	for (uint16_t i = 0; i < MOST; i++) {
		assert_int_equal(take(&f[1], &s), 1000 + i);
		assert_int_equal(take(&f[0], &s), i);
	}
	arena_fini(&mem);
}

static void an_empty_one_has_nothing_of_the_stock(void **state)
{
	struct fifo f = {0};
	struct arena mem;
	struct stock s;

	(void)state;
	arena_init(&mem, 0);
	s = stock_for(&mem, 1);
	for (unsigned round = 0; round < 10; round++) {
		for (uint16_t i = 0; i < MOST; i++)
			put(&f, &s, i);
		if (round % 2)
			fifo_clear(&f, &s);
		while (f.n)
			(void)take(&f, &s);
		assert_null(f.first);
		assert_null(f.last);
	}
	assert_true(s.touched <= fifo_chunks(MOST, sizeof(struct item)));
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_leave_in_the_order_of_their_coming),
		cmocka_unit_test(queues_of_one_stock_do_not_mix),
		cmocka_unit_test(an_empty_one_has_nothing_of_the_stock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
