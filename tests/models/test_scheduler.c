/* SPDX-License-Identifier: Apache-2.0 */
/* When pods that are created at once are bound, by the kubelet's release and as told. */
#include "models/scheduler.h"

#include "tcase.h"

#include <stdlib.h>

#include "models/library.h"

/* Nodes with that kubelet, and two settings. */
static struct scenario *nodes_of(const char *kubelet, const char *start, const char *more)
{
	const struct scenario_names names = {
		"test", kubelet, "containerd-1.6.20", "v1.20", "serving", false};
	const char *const text[] = {start, more};
	const struct settings sets = {.text = text, .n = more ? 2 : 1};
	const char *dir = getenv("NODETOLL_MODELS");
	struct scenario *s = test_calloc(1, sizeof(*s));
	struct model resolved = {0};
	struct library lib;
	struct arena mem;
	struct err err = {0};

	arena_init(&mem, 0);
	lib = (struct library){.dir = dir ? dir : "models", .mem = &mem};
	if (scenario_compose(&lib, &names, &sets, s, &resolved, &err))
		fail_msg("%s", err.text);
	arena_fini(&mem);
	return s;
}

/* The n-th pod of the cluster. */
static ns_t bound(const struct scenario *s, ns_t n)
{
	return scheduler_bound_after(s, n - 1);
}

/* 1.1: twenty requests a second, thirty at once, two for each pod. */
static void a_binding_and_its_event_pass_one_limiter(void **state)
{
	struct scenario *k = nodes_of("v1.1", "start=afterWarmup", NULL);

	(void)state;
	assert_true(scheduler_is_waited_for(k));
	/* A 15th of a second each as long as the bucket has something, to the 45th. */
	assert_int_equal(bound(k, 1), 1000 * NS_S / 15000);
	assert_int_equal(bound(k, 44), 44 * (1000 * NS_S / 15000));
	assert_int_equal(bound(k, 60), (2 * 60 - 30) * NS_S / 20);
	test_free(k);
}

/* 1.23: fifty requests a second, a hundred at once, one for each pod. */
static void since_events_have_their_own_client_a_pod_is_one_request(void **state)
{
	struct scenario *k = nodes_of("v1.23", "start=afterWarmup", NULL);

	(void)state;
	assert_int_equal(bound(k, 100), 100 * (1000 * NS_S / 351000));
	assert_int_equal(bound(k, 1100), 1000 * NS_S / 50);
	test_free(k);
}

/* 1.12 on 5,000 nodes was slower than its client. */
static void a_scheduler_is_no_faster_than_it_is(void **state)
{
	struct scenario *k = nodes_of("v1.12", "start=afterWarmup", NULL);

	(void)state;
	assert_int_equal(bound(k, 10000), 10000 * (1000 * NS_S / 32000));
	test_free(k);
}

static void a_rate_that_the_scenario_names_holds(void **state)
{
	struct scenario *named =
		nodes_of("v1.1", "start=afterWarmup", "schedulerPodsPerSecond=100");
	struct scenario *none =
		nodes_of("v1.1", "start=afterWarmup", "schedulerPodsPerSecond=-1");

	(void)state;
	assert_int_equal(bound(named, 1000), 10 * NS_S);
	assert_true(scheduler_is_waited_for(named));
	assert_int_equal(bound(none, 1000), 0);
	assert_false(scheduler_is_waited_for(none));
	test_free(named);
	test_free(none);
}

/* Pods that come with their kubelets, or one after the other, wait for nobody. */
static void the_release_counts_where_pods_come_at_once_to_nodes_that_are_up(void **state)
{
	struct scenario *with_kubelets = nodes_of("v1.1", "start=atOnce", NULL);
	struct scenario *there_before = nodes_of("v1.1", "start=stationary", NULL);
	struct scenario *over_time = nodes_of(
		"v1.1", "start=afterWarmup", "script=[{at: 0s, do: create, over: 10s}]");

	(void)state;
	assert_int_equal(bound(with_kubelets, 1000), 0);
	assert_int_equal(bound(there_before, 1000), 0);
	assert_int_equal(bound(over_time, 1000), 0);
	test_free(with_kubelets);
	test_free(there_before);
	test_free(over_time);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_binding_and_its_event_pass_one_limiter),
		cmocka_unit_test(since_events_have_their_own_client_a_pod_is_one_request),
		cmocka_unit_test(a_scheduler_is_no_faster_than_it_is),
		cmocka_unit_test(a_rate_that_the_scenario_names_holds),
		cmocka_unit_test(
			the_release_counts_where_pods_come_at_once_to_nodes_that_are_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
