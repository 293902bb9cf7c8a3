/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/renewal.h"

#include "tcase.h"

#include "base/rng.h"

#define assert_within(a, b, share)                                                             \
	assert_true((a) < (b) * (1 + (share)) && (a) > (b) * (1 - (share)))

struct fixture {
	struct arena mem;
	struct kubelet_model kubelet;
	struct renewal r;
};

static void begin(struct fixture *f, ns_t frequency, int64_t jitter)
{
	*f = (struct fixture){0};
	arena_init(&f->mem, 0);
	f->kubelet.worker.sync_frequency = frequency;
	f->kubelet.worker.sync_jitter = jitter;
	f->kubelet.worker.ticker = NS_S;
	renewal_init(&f->r, &f->kubelet, &f->mem);
}

static void end(struct fixture *f)
{
	arena_fini(&f->mem);
}

static double gap_of(struct fixture *f, double fresh, uint32_t k)
{
	double weight[17] = {0}, gap[17] = {0};

	weight[k] = 1;
	renewal_gaps(&f->r, fresh, 16, weight, gap, &f->mem);
	return gap[k];
}

/* U(60, 90) and half a tick. */
static void a_pod_syncs_every_75_and_a_half_seconds(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NS_MIN, PPM / 2);
	assert_within(f.r.mean, 75.5, 1e-6);
	end(&f);
}

/* A sync just after a tick is due just after another. */
static void without_jitter_it_is_one_tick_more(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 10 * NS_S, 0);
	assert_within(f.r.mean, 11, 1e-6);
	end(&f);
}

/* From a Monte Carlo of the same distribution: 75.6, 336 and 637 s. */
static void an_unshared_object_is_fetched_at_the_first_sync_after_its_ttl(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NS_MIN, PPM / 2);
	assert_within(gap_of(&f, 60, 1), 75.5, 0.002);
	assert_within(gap_of(&f, 300, 1), 336, 0.005);
	assert_within(gap_of(&f, 600, 1), 637, 0.005);
	end(&f);
}

static void a_ttl_of_zero_is_a_fetch_a_read(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NS_MIN, PPM / 2);
	assert_within(gap_of(&f, 0, 1), 75.5, 1e-6);
	assert_within(gap_of(&f, 0, 4), 75.5 / 4, 1e-6);
	end(&f);
}

/* The tick at which a sync comes that is due U(60, 90) s after the last. */
static uint32_t drawn_ticks(uint32_t reader, uint32_t count)
{
	double u = (double)(rng_draw(7, 2, reader, count) >> 11) / 9007199254740992.0;

	return 60 + (uint32_t)(30 * u) + 1;
}

/* What readers of one object do, drawn: the yardstick.  All that sync at a tick share a fetch.
 */
static double drawn_gap(uint32_t k, uint32_t fresh)
{
	enum { FETCHES = 200000, READERS = 16 };
	uint32_t next[READERS], draws = 0;
	uint64_t now = 0, until = 0, first = 0;

	for (uint32_t i = 0; i < k; i++)
		next[i] = 1 + drawn_ticks(i, draws++) * i / k;
	for (uint32_t fetches = 0; fetches < FETCHES; now++) {
		bool synced = false;

		for (uint32_t i = 0; i < k; i++) {
			if (next[i]-- > 0)
				continue;
			synced = true;
			next[i] = drawn_ticks(i, draws++) - 1;
		}
		if (!synced || now <= until)
			continue;
		until = now + fresh;
		if (fetches++ == 1000)
			first = now;
	}
	return (double)(now - 1 - first) / (FETCHES - 1001);
}

static void sharing_pods_fetch_as_often_as_a_drawing_says(void **state)
{
	static const struct {
		uint32_t k, fresh;
		double share;
	} cases[] = {{1, 300, 0.002}, {2, 300, 0.002}, {4, 300, 0.005}, {12, 300, 0.005},
		{1, 60, 0.002}, {2, 60, 0.005}, {5, 60, 0.005}, {1, 15, 0.002}, {2, 15, 0.003},
		{3, 15, 0.02}, {4, 15, 0.02}, {12, 15, 0.005}, {2, 30, 0.003}, {4, 30, 0.02},
		{12, 30, 0.005}};
	struct fixture f;

	(void)state;
	begin(&f, NS_MIN, PPM / 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_within(gap_of(&f, cases[i].fresh, cases[i].k),
			drawn_gap(cases[i].k, cases[i].fresh), cases[i].share);
	end(&f);
}

static void after_a_sync_the_next_ones_are_counted(void **state)
{
	struct fixture f;
	struct renewal fetches;

	(void)state;
	begin(&f, NS_MIN, PPM / 2);
	assert_within(renewal_count(&f.r, 95, 0, &f.mem), 1, 1e-6);
	assert_true(renewal_count(&f.r, 59, 0, &f.mem) <= 0);
	assert_true(renewal_count(&f.r, -1, 0, &f.mem) <= 0);
	/* the first is a whole interval away, not half of one */
	assert_within(renewal_count(&f.r, 1e6, 0, &f.mem), 1e6 / f.r.mean - 0.49, 1e-6);
	/* one that is put off again and again hardly ever comes */
	assert_within(renewal_long_run(&f.r, 0), 1 / f.r.mean, 1e-6);
	assert_within(renewal_long_run(&f.r, 1 / f.r.mean), 0.58 / f.r.mean, 0.01);
	renewal_of_fetches(&f.r, 300, &fetches, &f.mem);
	assert_within(fetches.mean, gap_of(&f, 300, 1), 1e-6);
	end(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pod_syncs_every_75_and_a_half_seconds),
		cmocka_unit_test(without_jitter_it_is_one_tick_more),
		cmocka_unit_test(an_unshared_object_is_fetched_at_the_first_sync_after_its_ttl),
		cmocka_unit_test(a_ttl_of_zero_is_a_fetch_a_read),
		cmocka_unit_test(after_a_sync_the_next_ones_are_counted),
		cmocka_unit_test(sharing_pods_fetch_as_often_as_a_drawing_says),
	};

	return cmocka_run_group_tests_name("renewal", tests, NULL, NULL);
}
