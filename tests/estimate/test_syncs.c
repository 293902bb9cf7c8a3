/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers are those of the syncs in a simulated node's log, where nothing waits. */
#include "estimate/syncs.h"

#include "tcase.h"

#include <stdlib.h>

#include "kit.h"

#define assert_within(a, b, by) assert_true((a) <= (b) + (by) && (a) >= (b) - (by))

static struct syncs of(
	const char *kubelet, uint32_t pods, uint32_t containers, ns_t lives, ns_t deaths)
{
	struct scenario *s = calloc(1, sizeof(*s));
	struct renewal r;
	struct syncs is;
	struct arena mem;

	assert_non_null(s);
	kit_compose(&mem, s, kubelet, NULL, NULL);
	s->workload.pods = pods;
	s->workload.containers = containers;
	s->workload.replace_pod_every = lives;
	s->workload.container_death_every = deaths;
	renewal_init(&r, &s->kubelet, &mem);
	syncs_of(s, &r, &mem, &is);
	arena_fini(&mem);
	free(s);
	return is;
}

/* Pods that live for 50 s never come to their timer: what is left are a start and a stop. */
static void a_short_life_has_the_syncs_of_a_start_and_a_stop(void **state)
{
	(void)state;
	assert_within(of("v1.36", 10, 1, 5 * NS_S, 0).often * 5, 4, 1e-9);
	assert_within(of("v1.27", 10, 1, 5 * NS_S, 0).often * 5, 4, 1e-9);
	/* a relist may come between the end of the container and that of its sandbox */
	assert_within(of("v1.20", 10, 1, 5 * NS_S, 0).often * 5, 5.98, 0.1);
	assert_within(of("v1.6", 10, 1, 5 * NS_S, 0).often * 5, 5.98, 0.1);
	assert_within(of("v1.2", 10, 1, 5 * NS_S, 0).often * 5, 5, 1e-9);
	/* or leave two of three containers to the next one */
	assert_within(of("v1.36", 10, 3, 5 * NS_S, 0).often * 5, 4.16, 0.04);
	assert_within(of("v1.2", 10, 3, 5 * NS_S, 0).often * 5, 5.17, 0.06);
}

/* Half a turn of its timer is lost when a pod comes. */
static void a_long_life_has_those_of_its_timer_too(void **state)
{
	struct syncs is = of("v1.36", 100, 1, 50 * NS_S, 0);

	(void)state;
	assert_within(is.often, 1.3944, 0.002);
	assert_within(is.rests, 100 / 75.5, 1e-3);
	assert_within(is.by_life, 4 - 0.5, 0.05);
	assert_within(of("v1.20", 100, 1, 50 * NS_S, 0).often, 1.4335, 0.002);
	assert_null(is.fails);
}

/* Each tick is one of each pod, whatever happens to it. */
static void polls_are_as_many_and_three_more_a_life(void **state)
{
	(void)state;
	assert_within(of("v1.1", 30, 1, 50 * NS_S, 0).often, 3.0612, 0.002);
	assert_within(of("v1.1", 30, 1, 0, 10 * NS_S).often, 3, 1e-9);
	assert_non_null(of("v1.0", 30, 1, 50 * NS_S, 0).fails);
}

static void a_death_has_two_and_one_more_if_it_has_to_wait(void **state)
{
	(void)state;
	assert_within(of("v1.20", 100, 3, 0, 40 * NS_S).often, 1.3633, 0.002);
	assert_within(of("v1.36", 100, 1, 0, 40 * NS_S).often, 1.3648, 0.002);
	assert_within(of("v1.20", 30, 3, 0, 40 * NS_S).often, 0.4378, 0.002);
	assert_null(of("v1.20", 30, 3, 0, 40 * NS_S).fails);
	assert_non_null(of("v1.20", 10, 1, 0, 40 * NS_S).fails);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_life_has_the_syncs_of_a_start_and_a_stop),
		cmocka_unit_test(a_long_life_has_those_of_its_timer_too),
		cmocka_unit_test(polls_are_as_many_and_three_more_a_life),
		cmocka_unit_test(a_death_has_two_and_one_more_if_it_has_to_wait),
	};

	return cmocka_run_group_tests_name("syncs", tests, NULL, NULL);
}
