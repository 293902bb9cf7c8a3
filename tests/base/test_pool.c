/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include "tcase.h"

#include <stdatomic.h>
#include <string.h>

enum { N = 2000 };

struct job {
	_Atomic unsigned ran[N];
	_Atomic unsigned most; /* the highest thread seen */
	uint32_t order[N];
	uint32_t n;
};

static void count(void *ctx, unsigned thread, uint32_t item)
{
	struct job *job = ctx;
	unsigned most = atomic_load(&job->most);

	atomic_fetch_add(&job->ran[item], 1);
	while (thread > most && !atomic_compare_exchange_weak(&job->most, &most, thread))
		;
}

static void keep_order(void *ctx, unsigned thread, uint32_t item)
{
	struct job *job = ctx;

	assert_int_equal(thread, 0);
	job->order[job->n++] = item;
}

static void every_item_runs_once_on_any_number_of_threads(void **state)
{
	static const unsigned threads[] = {1, 2, 3, 8, POOL_MAX_THREADS, 100000};

	(void)state;
	for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
		struct job job = {0};

		assert_int_equal(pool_run(threads[t], N, count, &job, NULL), 0);
		for (uint32_t i = 0; i < N; i++)
			assert_int_equal(atomic_load(&job.ran[i]), 1);
		assert_true(atomic_load(&job.most) < threads[t]);
		assert_true(atomic_load(&job.most) < POOL_MAX_THREADS);
	}
}

static void one_thread_takes_the_items_in_order(void **state)
{
	struct job job = {0};

	(void)state;
	assert_int_equal(pool_run(1, N, keep_order, &job, NULL), 0);
	assert_int_equal(job.n, N);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(job.order[i], i);
}

static void nothing_to_do_is_done_at_once(void **state)
{
	struct job job = {0};

	(void)state;
	assert_int_equal(pool_run(4, 0, count, &job, NULL), 0);
	assert_int_equal(pool_run(4, 1, keep_order, &job, NULL), 0);
	assert_int_equal(job.n, 1);
}

static void there_is_a_processor(void **state)
{
	(void)state;
	assert_true(pool_processors() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_item_runs_once_on_any_number_of_threads),
		cmocka_unit_test(one_thread_takes_the_items_in_order),
		cmocka_unit_test(nothing_to_do_is_done_at_once),
		cmocka_unit_test(there_is_a_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
