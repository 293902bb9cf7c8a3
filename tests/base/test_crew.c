/* SPDX-License-Identifier: Apache-2.0 */
#include "tcase.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/crew.h"

enum { N = 20000 };

struct job {
	_Atomic unsigned done[N];
	_Atomic unsigned sum;
	uint32_t told[N];
};

static void work(void *ctx, unsigned thread, uint32_t item)
{
	struct job *job = ctx;

	assert_true(thread < 3);
	assert_int_equal(job->told[item], item + 7);
	atomic_fetch_add(&job->sum, 1);
	atomic_fetch_add_explicit(&job->done[item], 1, memory_order_release);
}

/* Whoever hands an item out writes what it is about before, and what it left behind is there.
 */
static void every_item_is_worked_on_once(void **state)
{
	static const unsigned threads[] = {1, 2, 3};

	(void)state;
	for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
		struct job *job = calloc(1, sizeof(*job));
		unsigned waited = 0;
		struct crew *c;

		assert_non_null(job);
		c = crew_begin(threads[t], work, job, NULL);
		assert_non_null(c);
		assert_int_equal(crew_others(c), threads[t] - 1);
		for (uint32_t i = 0; i < N; i++) {
			job->told[i] = i + 7;
			if (!crew_offer(c, i))
				work(job, 0, i);
		}
		while (atomic_load(&job->sum) < N)
			crew_help(c, &waited);
		for (uint32_t i = 0; i < N; i++)
			assert_int_equal(atomic_load(&job->done[i]), 1);
		crew_end(c);
		free(job);
	}
}

static void alone_nobody_takes_anything(void **state)
{
	struct crew *c = crew_begin(1, work, NULL, NULL);
	unsigned waited = 0;

	(void)state;
	assert_non_null(c);
	assert_false(crew_offer(c, 0));
	crew_help(c, &waited);
	assert_int_equal(waited, 1);
	crew_end(c);
}

/* Nobody has to be waited for who has not begun. */
static void what_nobody_has_begun_is_forgotten_at_the_end(void **state)
{
	struct job *job = calloc(1, sizeof(*job));
	struct crew *c;

	(void)state;
	assert_non_null(job);
	c = crew_begin(2, work, job, NULL);
	assert_non_null(c);
	for (uint32_t i = 0; i < N; i++) {
		job->told[i] = i + 7;
		(void)crew_offer(c, i);
	}
	crew_end(c);
	assert_true(atomic_load(&job->sum) <= N);
	free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_item_is_worked_on_once),
		cmocka_unit_test(alone_nobody_takes_anything),
		cmocka_unit_test(what_nobody_has_begun_is_forgotten_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
