/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <stdbool.h>

#include "tcase.h"

#include "base/rng.h"

enum { MOST = 200 };

struct item {
	uint32_t at, seq;
};

static bool is_before(const struct item *a, const struct item *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

HEAP_OF(items, struct item, is_before)

static void check(const struct item *heap, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		assert_false(is_before(&heap[i], &heap[(i - 1) / 2]));
}

/* Many at one time, so that those are told apart by who came first. */
static struct item draw(uint32_t seq)
{
	return (struct item){.at = (uint32_t)(rng_draw(7, 0, seq, 0) % 10), .seq = seq};
}

static void the_first_is_before_all_others(void **state)
{
	struct item heap[MOST], last = {0};
	uint32_t n = 0;

	(void)state;
	while (n < MOST) {
		items_put(heap, &n, draw(n));
		check(heap, n);
	}
	while (n > 0) {
		assert_false(is_before(&heap[0], &last));
		last = heap[0];
		items_cut(heap, &n, 0);
		check(heap, n);
	}
}

/* Its place is taken by the last, which may have to go up. */
static void any_one_can_go(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MOST; i++) {
		struct item heap[MOST], gone;
		uint32_t n = 0;

		while (n < MOST)
			items_put(heap, &n, draw(n + i));
		gone = heap[i];
		items_cut(heap, &n, i);
		assert_int_equal(n, MOST - 1);
		check(heap, n);
		for (uint32_t k = 0; k < n; k++)
			assert_int_not_equal(heap[k].seq, gone.seq);
	}
}

static void another_takes_the_place_of_the_first(void **state)
{
	struct item heap[MOST];
	uint32_t n = 0;

	(void)state;
	while (n < MOST)
		items_put(heap, &n, draw(n));
	for (uint32_t i = 0; i < MOST; i++) {
		uint32_t seq = heap[0].seq;

		items_sink(heap, n, 0, (struct item){.at = heap[0].at + 10, .seq = seq});
		check(heap, n);
	}
	for (uint32_t i = 0; i < n; i++)
		assert_true(heap[i].at >= 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_before_all_others),
		cmocka_unit_test(any_one_can_go),
		cmocka_unit_test(another_takes_the_place_of_the_first),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
