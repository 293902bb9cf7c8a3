/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* The next item is wider than an item: every thread steps past the end once. */
struct pool {
	void (*work)(void *ctx, unsigned thread, uint32_t item);
	void *ctx;
	uint32_t n_items;
	_Atomic uint64_t next;
};

struct member {
	struct pool *pool;
	unsigned thread;
	pthread_t id;
};

static void *run(void *arg)
{
	const struct member *m = arg;
	struct pool *p = m->pool;
	uint64_t item;

	while ((item = atomic_fetch_add(&p->next, 1)) < p->n_items)
		p->work(p->ctx, m->thread, (uint32_t)item);
	return NULL;
}

int pool_run(unsigned n_threads, uint32_t n_items,
	void (*work)(void *ctx, unsigned thread, uint32_t item), void *ctx, struct err *err)
{
	struct pool pool = {.work = work, .ctx = ctx, .n_items = n_items};
	struct member member[POOL_MAX_THREADS];
	unsigned n_started = 1;
	int failed = 0;

	assert(n_threads >= 1);
	if (n_threads > POOL_MAX_THREADS)
		n_threads = POOL_MAX_THREADS;
	if (n_threads > n_items)
		n_threads = n_items;
	while (n_started < n_threads) {
		struct member *m = &member[n_started];

		*m = (struct member){.pool = &pool, .thread = n_started};
		failed = pthread_create(&m->id, NULL, run, m);
		if (failed != 0) {
			atomic_store(&pool.next, n_items);
			break;
		}
		n_started++;
	}
	member[0] = (struct member){.pool = &pool};
	(void)run(&member[0]);
	for (unsigned i = 1; i < n_started; i++)
		(void)pthread_join(member[i].id, NULL);
	if (failed != 0)
		return err_set(err, ERR_ENV, "cannot start thread %u of %u: %s", n_started + 1,
			n_threads, strerror(failed));
	return 0;
}

unsigned pool_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (unsigned)n;
}
