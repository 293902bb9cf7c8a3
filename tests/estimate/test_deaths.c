/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/deaths.h"

#include "tcase.h"

#include "kit.h"

/* Ten containers of which one dies every minute, unless set otherwise. */
static void begin(struct arena *mem, struct scenario *s)
{
	kit_compose(mem, s, "v1.20", NULL, "workload.containers=1");
	s->workload.pods = 10;
	s->workload.container_death_every = NS_MIN;
	s->warmup = 0;
	s->duration = NS_MIN;
}

static bool is_near(double is, double expected, double part)
{
	return is < expected * (1 + part) && is > expected * (1 - part);
}

static void nobody_dies(void **state)
{
	struct scenario s;
	struct deaths d;
	struct arena mem;

	(void)state;
	begin(&mem, &s);
	s.workload.container_death_every = 0;
	deaths_of(&s, &d);
	assert_true(d.often == 0 && d.kept == 0 && d.removed == 0 && d.waits == 0);
	s.workload.container_death_every = NS_MIN;
	s.workload.pods = 0;
	deaths_of(&s, &d);
	assert_true(d.often == 0 && d.kept == 0 && d.removed == 0 && d.waits == 0);
	arena_fini(&mem);
}

/* The first of a minute: nothing is there that had died before.  After a day all but ten of
 * the dead were followed by another, 1 - 10 / 1440. */
static void a_first_death_leaves_nothing_to_remove(void **state)
{
	struct scenario s;
	struct deaths d;
	struct arena mem;

	(void)state;
	begin(&mem, &s);
	deaths_of(&s, &d);
	assert_true(d.removed < 0.02 && d.waits < 0.02);
	s.duration = 24 * NS_HOUR;
	deaths_of(&s, &d);
	assert_true(is_near(d.often, 1 / 60.0, 1e-9));
	assert_true(is_near(d.removed, 1 - 10 / 1440.0, 1e-3));
	assert_true(is_near(d.kept, 1 - 10 / 1440.0, 2e-3));
	arena_fini(&mem);
}

/* Twice five minutes: of ten others' deaths in that time none was its own, (9/10)^9.5. */
static void who_died_not_long_ago_waits(void **state)
{
	struct scenario s;
	struct deaths d;
	struct arena mem;

	(void)state;
	begin(&mem, &s);
	s.warmup = NS_HOUR;
	s.duration = NS_HOUR;
	deaths_of(&s, &d);
	assert_true(is_near(d.waits, 1 - 0.3675, 1e-2));
	s.workload.container_death_every = 30 * NS_MIN;
	deaths_of(&s, &d);
	assert_true(d.waits == 0);
	arena_fini(&mem);
}

/* A pod lives ten minutes: of ten deaths each of its containers has one, and the youngest have
 * none yet. */
static void the_dead_go_with_their_pods(void **state)
{
	struct scenario s;
	struct deaths d;
	struct arena mem;

	(void)state;
	begin(&mem, &s);
	s.warmup = NS_HOUR;
	deaths_of(&s, &d);
	assert_true(d.left == 0);
	s.workload.replace_pod_every = NS_MIN;
	deaths_of(&s, &d);
	assert_true(is_near(d.left, 1 - 0.3679, 1e-3));
	assert_true(is_near(d.kept, 0.3679, 1e-3)); /* the mean of 1 - e^-a */
	/* nine and a half deaths of others until its pod's end: m = 0.9975 of its own, of which
	 * the share that has one before is (m - (1 - e^-m)) / 1.05 */
	assert_true(is_near(d.removed, 0.348857, 1e-4));
	arena_fini(&mem);
}

/* Of ten containers one dies every so often, and a pod lives ten minutes: what each
 * leaves that may leave so many. */
static double kept_of(ns_t every, uint32_t most)
{
	struct scenario s;
	struct arena mem;
	double kept;

	begin(&mem, &s);
	s.warmup = NS_HOUR;
	s.workload.replace_pod_every = NS_MIN;
	s.workload.container_death_every = every;
	s.kubelet.deletion.dead_to_keep = most;
	kept = deaths_kept(&s);
	arena_fini(&mem);
	return kept;
}

/* At age a, in deaths, 1 - e^-a have one and 1 - (1 + a) e^-a two: their means up to m are
 * 1 - (1 - e^-m) / m and 1 - (2 - (2 + m) e^-m) / m. */
static void what_is_kept_is_the_mean_over_all_ages(void **state)
{
	const double e_6 = 0.0024787521766663585;
	double one = 1 - (1 - e_6) / 6, two = 1 - (2 - 8 * e_6) / 6;

	(void)state;
	assert_true(kept_of(10 * NS_S, 0) == 0);
	assert_true(is_near(kept_of(10 * NS_S, 1), one, 1e-9));
	assert_true(is_near(kept_of(10 * NS_S, 2), one + two, 1e-9));
}

/* Of those that hardly ever die half as many are kept as die in a life, for they die halfway.
 */
static void who_hardly_ever_dies_leaves_hardly_any(void **state)
{
	(void)state;
	for (ns_t deaths = 10; deaths < INT64_C(10000000); deaths *= 7) {
		double in_a_life = 1.0 / 10 / (double)deaths;

		assert_true(is_near(
			kept_of(10 * NS_MIN * deaths, 1), in_a_life / 2, in_a_life / 3 + 1e-4));
		assert_true(is_near(kept_of(10 * NS_MIN * deaths, 14), in_a_life / 2, 1e-6));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_dies),
		cmocka_unit_test(a_first_death_leaves_nothing_to_remove),
		cmocka_unit_test(who_died_not_long_ago_waits),
		cmocka_unit_test(the_dead_go_with_their_pods),
		cmocka_unit_test(what_is_kept_is_the_mean_over_all_ages),
		cmocka_unit_test(who_hardly_ever_dies_leaves_hardly_any),
	};

	return cmocka_run_group_tests_name("deaths", tests, NULL, NULL);
}
