/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/borrow.h"

#include "tcase.h"

enum { N = 3 };

/* Three levels of 100 seats; each keeps 40 of them and may borrow whatever there is. */
struct kit {
	struct borrower level[N];
	struct borrower *levels[N];
	ns_t now;
};

static void kit_init(struct kit *k)
{
	*k = (struct kit){0};
	for (uint32_t i = 0; i < N; i++) {
		k->level[i] =
			(struct borrower){.nominal = 100, .min = 40, .max = 400, .seats = 70};
		k->levels[i] = &k->level[i];
	}
}

/* Each asks for so many seats all the time, until they are shared out again. */
static void kit_period(struct kit *k, uint32_t a, uint32_t b, uint32_t c)
{
	borrower_asks(&k->level[0], k->now, a);
	borrower_asks(&k->level[1], k->now, b);
	borrower_asks(&k->level[2], k->now, c);
	k->now += 10 * NS_S;
	borrow_adjust(k->levels, N, k->now);
}

static void expect(const struct kit *k, uint32_t a, uint32_t b, uint32_t c)
{
	assert_in_range(k->level[0].seats, a - 1, a + 1);
	assert_in_range(k->level[1].seats, b - 1, b + 1);
	assert_in_range(k->level[2].seats, c - 1, c + 1);
}

static void where_nobody_asks_for_more_than_another_all_are_equal(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_period(&k, 0, 0, 0);
	expect(&k, 100, 100, 100);
	kit_period(&k, 500, 500, 500);
	expect(&k, 100, 100, 100);
}

static void who_asks_gets_what_others_need_not_keep(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_period(&k, 1000, 0, 0);
	expect(&k, 220, 40, 40);
	kit_period(&k, 1000, 60, 0);
	expect(&k, 200, 60, 40);
}

/* What a level had at any moment of the period it gets again, up to its own part. */
static void a_moment_is_enough_to_keep_ones_own(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	borrower_asks(&k.level[1], 0, 90);
	borrower_asks(&k.level[1], NS_MS, 0);
	kit_period(&k, 1000, 0, 0);
	expect(&k, 170, 90, 40);
}

static void nobody_borrows_more_than_it_may(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	k.level[0].max = 150;
	kit_period(&k, 1000, 0, 0);
	assert_int_equal(k.level[0].seats, 150);
	expect(&k, 150, 75, 75);
}

/* 2.3 % a period. */
static void what_was_asked_for_is_forgotten_slowly(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_period(&k, 200, 0, 0);
	assert_int_equal(k.level[0].demand.smoothed, 200 * 1000);
	kit_period(&k, 0, 0, 0);
	assert_int_equal(k.level[0].demand.smoothed, 200 * 977);
	for (uint32_t i = 0; i < 300; i++)
		kit_period(&k, 0, 0, 0);
	expect(&k, 100, 100, 100);
}

static void mean_and_deviation_are_over_time(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	borrower_asks(&k.level[0], 0, 10);
	borrower_asks(&k.level[0], 5 * NS_S, 30);
	k.now = 10 * NS_S;
	borrow_adjust(k.levels, N, k.now);
	assert_int_equal(k.level[0].demand.smoothed, (20 + 10) * 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_nobody_asks_for_more_than_another_all_are_equal),
		cmocka_unit_test(who_asks_gets_what_others_need_not_keep),
		cmocka_unit_test(a_moment_is_enough_to_keep_ones_own),
		cmocka_unit_test(nobody_borrows_more_than_it_may),
		cmocka_unit_test(what_was_asked_for_is_forgotten_slowly),
		cmocka_unit_test(mean_and_deviation_are_over_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
