/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/objects.h"

#include "tcase.h"

#define assert_within(a, b, share)                                                             \
	assert_true((a) < (b) * (1 + (share)) && (a) > (b) * (1 - (share)))

static struct objects_estimate estimate_of(const struct scenario *s, ns_t ttl)
{
	struct objects_estimate e;
	struct arena mem;

	arena_init(&mem, 0);
	objects_estimate(s, ttl, &mem, &e);
	arena_fini(&mem);
	return e;
}

static struct objects_estimate estimate(enum object_design design, enum sharing shared,
	uint32_t pods, uint32_t namespaces, ns_t ttl)
{
	struct scenario s = {.nodes = 5000};

	s.kubelet.worker.sync_frequency = NS_MIN;
	s.kubelet.worker.sync_jitter = PPM / 2;
	s.kubelet.worker.ticker = NS_S;
	s.kubelet.pleg.design = PLEG_GENERIC;
	s.kubelet.volumes.remount = true;
	s.kubelet.objects.design = design;
	s.kubelet.client[CLIENT_MAIN].qps_milli = 5000;
	s.kubelet.objects.watch_timeout_min = 300 * NS_S;
	s.kubelet.objects.watch_timeout_max = 600 * NS_S;
	s.workload.pods = pods;
	s.workload.namespaces = namespaces;
	s.workload.placement = PLACE_RANDOM;
	s.workload.n_objects = 1;
	s.workload.objects[0].shared_by = shared;
	return estimate_of(&s, ttl);
}

/* PR #40796's headline, and what the code of its time makes of it. */
static void the_famous_2500_requests_are_1984(void **state)
{
	struct objects_estimate e = estimate(OBJECT_GET, SHARED_POD, 30, 50, 0);

	(void)state;
	assert_within(e.nominal, 2500, 1e-9);
	assert_within(e.requests, 1984, 0.01);
	e = estimate(OBJECT_GET, SHARED_POD, 100, 50, 0);
	assert_within(e.requests, 6615, 0.01);
}

static void a_cache_helps_an_unshared_secret_only_beyond_the_sync(void **state)
{
	struct objects_estimate e = estimate(OBJECT_CACHE, SHARED_POD, 30, 50, 60 * NS_S);

	(void)state;
	assert_within(e.requests, 1984, 0.01);
	assert_within(e.nominal, 2500, 1e-9);
	e = estimate(OBJECT_CACHE, SHARED_POD, 30, 50, 300 * NS_S);
	assert_within(e.requests, 446, 0.01);
	assert_within(e.nominal, 500, 1e-9);
}

static void it_says_where_it_does_not_hold(void **state)
{
	(void)state;
	assert_null(estimate(OBJECT_CACHE, SHARED_POD, 30, 50, 15 * NS_S).fails);
	assert_null(estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, 50, 60 * NS_S).fails);
	assert_null(estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, 50, 0).fails);
	assert_null(estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, 50, 15 * NS_S).fails);
	/* five requests a second are let through, 378 pods ask for as many */
	assert_null(estimate(OBJECT_GET, SHARED_POD, 370, 50, 0).fails);
	assert_non_null(estimate(OBJECT_GET, SHARED_POD, 385, 50, 0).fails);
	assert_null(estimate(OBJECT_WATCH, SHARED_POD, 385, 50, 0).fails);
}

static void namespaces_share_as_the_arithmetic_says(void **state)
{
	static const struct {
		uint32_t namespaces;
		double at_60, at_300;
	} cases[] = {{8, 655, 131}, {50, 1894, 379}, {500, 2429, 486}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t n = cases[i].namespaces;

		assert_within(
			estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, n, 60 * NS_S).nominal,
			cases[i].at_60, 0.002);
		assert_within(
			estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, n, 300 * NS_S).nominal,
			cases[i].at_300, 0.002);
	}
}

/* Simulated: 400 nodes of 30 pods over half an hour, 142.1/s at 15 s; 900 nodes, 288.6 at 30 s.
 */
static void a_ttl_below_the_time_from_sync_to_sync_has_its_closed_form(void **state)
{
	(void)state;
	assert_within(estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, 50, 15 * NS_S).requests,
		142.1 / 400 * 5000, 0.005);
	assert_within(estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, 50, 30 * NS_S).requests,
		288.6 / 900 * 5000, 0.005);
}

static void watches_are_reopened_as_their_timeout_says(void **state)
{
	(void)state;
	assert_within(estimate(OBJECT_WATCH, SHARED_POD, 30, 50, 0).requests, 333, 0.005);
	assert_within(estimate(OBJECT_WATCH, SHARED_POD, 100, 50, 0).requests, 1111, 0.005);
	assert_within(estimate(OBJECT_BULKWATCH, SHARED_POD, 100, 50, 0).requests, 5000 / 449.5,
		1e-9);
	assert_true(estimate(OBJECT_WATCH, SHARED_POD, 30, 50, 0).nominal == 0);
}

/* Read again it is found immutable, and watched no more; else nobody finds out. */
static void what_never_changes_is_watched_until_it_was_read(void **state)
{
	struct scenario s = {.nodes = 5000, .workload = {.pods = 30, .n_objects = 1}};

	(void)state;
	s.kubelet.worker.sync_frequency = NS_MIN;
	s.kubelet.worker.ticker = NS_S;
	s.kubelet.objects.design = OBJECT_WATCH;
	s.kubelet.objects.watch_timeout_min = 300 * NS_S;
	s.kubelet.objects.watch_timeout_max = 600 * NS_S;
	s.kubelet.objects.immutable_stop = true;
	s.kubelet.volumes.remount = true;
	s.workload.objects[0] =
		(struct workload_object){.shared_by = SHARED_POD, .immutable = true};
	assert_true(estimate_of(&s, 0).unwatched);
	assert_true(estimate_of(&s, 0).requests == 0);
	s.kubelet.volumes.remount = false;
	assert_within(estimate_of(&s, 0).requests, 333, 0.005);
	s.kubelet.volumes.remount = true;
	s.kubelet.objects.immutable_stop = false;
	assert_false(estimate_of(&s, 0).unwatched);
	assert_within(estimate_of(&s, 0).requests, 333, 0.005);
}

static void what_is_never_fetched_again_costs_nothing(void **state)
{
	(void)state;
	assert_true(estimate(OBJECT_NEVER, SHARED_POD, 30, 50, 0).requests == 0);
}

static void all_pods_of_one_namespace_share_one_object(void **state)
{
	struct objects_estimate e = estimate(OBJECT_CACHE, SHARED_NAMESPACE, 30, 1, 300 * NS_S);

	(void)state;
	assert_within(e.distinct, 1, 1e-9);
	assert_within(e.requests, 5000 / (300 + 75.5 / 30), 0.01);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_famous_2500_requests_are_1984),
		cmocka_unit_test(a_cache_helps_an_unshared_secret_only_beyond_the_sync),
		cmocka_unit_test(it_says_where_it_does_not_hold),
		cmocka_unit_test(namespaces_share_as_the_arithmetic_says),
		cmocka_unit_test(a_ttl_below_the_time_from_sync_to_sync_has_its_closed_form),
		cmocka_unit_test(watches_are_reopened_as_their_timeout_says),
		cmocka_unit_test(what_never_changes_is_watched_until_it_was_read),
		cmocka_unit_test(what_is_never_fetched_again_costs_nothing),
		cmocka_unit_test(all_pods_of_one_namespace_share_one_object),
	};

	return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
