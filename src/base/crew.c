/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crew.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/pool.h"

#if defined(__x86_64__)
#define PAUSE() __builtin_ia32_pause()
#else
#define PAUSE() ((void)0)
#endif

enum { ITEMS = 1 << 12, PATIENCE = 2000, NAP_US = 50 };

struct crew_member {
	struct crew *crew;
	unsigned thread;
	pthread_t id;
};

/* A ring with one writer: item i is at i % ITEMS until `taken` is beyond it. */
struct crew {
	_Alignas(64) _Atomic bool ends;
	unsigned others;
	void (*work)(void *ctx, unsigned thread, uint32_t item);
	void *ctx;
	struct crew_member member[POOL_MAX_THREADS];
	_Atomic uint32_t item[ITEMS];
	_Alignas(64) _Atomic uint64_t offered;
	_Alignas(64) _Atomic uint64_t taken;
};

static bool take(struct crew *c, uint32_t *item)
{
	uint64_t i = atomic_load_explicit(&c->taken, memory_order_acquire);

	while (i < atomic_load_explicit(&c->offered, memory_order_acquire)) {
		*item = atomic_load_explicit(&c->item[i % ITEMS], memory_order_relaxed);
		if (atomic_compare_exchange_weak(&c->taken, &i, i + 1))
			return true;
	}
	return false;
}

/* Work comes, and is done, every few microseconds or not for long. */
static void rest(unsigned *idle)
{
	const struct timespec nap = {.tv_nsec = NAP_US * 1000L};

	if (*idle < PATIENCE)
		PAUSE();
	else if (*idle < 2 * PATIENCE)
		(void)sched_yield();
	else
		(void)nanosleep(&nap, NULL);
	*idle += *idle < 2 * PATIENCE;
}

static void *run(void *arg)
{
	const struct crew_member *m = arg;
	struct crew *c = m->crew;
	unsigned idle = 0;
	uint32_t item;

	while (!atomic_load_explicit(&c->ends, memory_order_acquire)) {
		if (take(c, &item)) {
			c->work(c->ctx, m->thread, item);
			idle = 0;
		} else {
			rest(&idle);
		}
	}
	return NULL;
}

struct crew *crew_begin(unsigned n_threads,
	void (*work)(void *ctx, unsigned thread, uint32_t item), void *ctx, struct err *err)
{
	struct crew *c = aligned_alloc(64, (sizeof(*c) + 63) / 64 * 64);
	int failed = 0;

	assert(n_threads >= 1);
	if (!c) {
		(void)err_set(err, ERR_ENV, "no memory for threads");
		return NULL;
	}
	memset(c, 0, sizeof(*c));
	c->work = work;
	c->ctx = ctx;
	if (n_threads > POOL_MAX_THREADS)
		n_threads = POOL_MAX_THREADS;
	for (unsigned i = 1; i < n_threads && !failed; i++) {
		struct crew_member *m = &c->member[i];

		*m = (struct crew_member){.crew = c, .thread = i};
		failed = pthread_create(&m->id, NULL, run, m);
		c->others += !failed;
	}
	if (!failed)
		return c;
	(void)err_set(err, ERR_ENV, "cannot start thread %u of %u: %s", c->others + 2,
		n_threads, strerror(failed));
	crew_end(c);
	return NULL;
}

unsigned crew_others(const struct crew *c)
{
	return c->others;
}

bool crew_offer(struct crew *c, uint32_t item)
{
	uint64_t i = atomic_load_explicit(&c->offered, memory_order_relaxed);

	if (!c->others || i - atomic_load_explicit(&c->taken, memory_order_acquire) >= ITEMS)
		return false;
	atomic_store_explicit(&c->item[i % ITEMS], item, memory_order_relaxed);
	atomic_store_explicit(&c->offered, i + 1, memory_order_release);
	return true;
}

void crew_help(struct crew *c, unsigned *waited)
{
	uint32_t item;

	if (take(c, &item))
		c->work(c->ctx, 0, item);
	else
		rest(waited);
}

void crew_end(struct crew *c)
{
	atomic_store_explicit(&c->ends, true, memory_order_release);
	for (unsigned i = 1; i <= c->others; i++)
		(void)pthread_join(c->member[i].id, NULL);
	free(c);
}
