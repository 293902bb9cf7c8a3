/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait. */
#include "fleet/queue.h"

#include "tcase.h"

enum { ROOM = 8 };

struct line {
	struct arena mem;
	struct stock stock;
	struct request_queue queue;
};

static void line_init(struct line *l)
{
	*l = (struct line){0};
	arena_init(&l->mem, 0);
	stock_init(&l->stock, &l->mem, ROOM, sizeof(struct queued));
}

static void put(struct line *l, ns_t at, uint32_t actor)
{
	queue_put(&l->queue, &l->stock, &(struct node_request){.at = at, .actor = actor});
}

/* One client's limiter is first in, first out, also for those who get their turn together. */
static void those_of_the_same_time_leave_in_the_order_of_coming(void **state)
{
	static const uint32_t order[] = {3, 1, 4, 0, 2, 5};
	struct line l;

	(void)state;
	line_init(&l);
	put(&l, 20, 0);
	put(&l, 10, 1);
	put(&l, 20, 2);
	put(&l, 5, 3);
	put(&l, 10, 4);
	put(&l, 30, 5);
	for (uint32_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		assert_int_equal(queue_take(&l.queue, &l.stock, NULL).actor, order[i]);
	assert_int_equal(l.queue.n, 0);
	assert_null(l.queue.first);
	assert_null(l.queue.last);
	arena_fini(&l.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_of_the_same_time_leave_in_the_order_of_coming),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
