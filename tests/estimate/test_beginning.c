/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/beginning.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#include "models/library.h"

static struct scenario *compose(const char *kubelet, const char *const *sets, size_t n)
{
	struct scenario *s = calloc(1, sizeof(*s));
	const struct scenario_names names = {
		"test", kubelet, "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *dir = getenv("NODETOLL_MODELS");
	const struct settings settings = {.text = sets, .n = n};
	struct model resolved = {0};
	struct library lib;
	struct arena mem;
	struct err err = {0};

	assert_non_null(s);
	arena_init(&mem, 0);
	lib = (struct library){.dir = dir ? dir : "models", .mem = &mem};
	if (scenario_compose(&lib, &names, &settings, s, &resolved, &err))
		fail_msg("%s", err.text);
	arena_fini(&mem);
	return s;
}

static void rows(const char *kubelet, const char *const *sets, size_t n, ns_t until,
	struct beginning_row *row)
{
	struct scenario *s = compose(kubelet, sets, n);

	beginning_of(s, 0, until, row);
	free(s);
}

static const char *const cold[] = {"start=atOnce"};

#define IS(CALL, N)                                                                            \
	do {                                                                                   \
		assert_null(row[CALL].why);                                                    \
		assert_true(row[CALL].count == (N));                                           \
	} while (0)

static void a_minute_of_1_20_is_what_its_timers_and_its_pods_make_of_it(void **state)
{
	struct beginning_row row[CALLS_MAX];

	(void)state;
	rows("v1.20", cold, 1, 60 * NS_S, row);
	IS(OP_STATUS, 12);                     /* every 5 s and what it takes */
	IS(CALL_HIDDEN + OP_IMAGE_FS_INFO, 7); /* eviction manager, image collection */
	IS(OP_RUN_PODSANDBOX, 30);
	IS(OP_IMAGE_STATUS, 61); /* twice a container, and the image collection */
	IS(API_CREATE_EVENTS, 6 + 30 * 3);
	IS(API_LIST_SECRETS, 30);
	IS(API_WATCH_SECRETS, 30);
	assert_non_null(row[OP_LIST_CONTAINERS].why);
	assert_non_null(row[API_PATCH_PODS_STATUS].why);
}

static void what_hangs_on_draws_is_no_number(void **state)
{
	static const char *const churn[] = {"start=atOnce", "workload.replacePodEvery=10s"};
	struct beginning_row row[CALLS_MAX];

	(void)state;
	rows("v1.20", churn, 2, 60 * NS_S, row);
	assert_string_equal(row[OP_RUN_PODSANDBOX].why, "its pods come and go");
	assert_null(row[OP_STATUS].why);
	rows("v1.20", cold, 1, 400 * NS_S, row);
	assert_non_null(row[API_WATCH_SECRETS].why);
	assert_null(row[API_LIST_SECRETS].why);
	rows("v1.12", cold, 1, 60 * NS_S, row);
	assert_null(row[API_LIST_SECRETS].why); /* it makes none: it asks a cache */
	rows("v1.6", cold, 1, 60 * NS_S, row);
	assert_non_null(row[API_GET_SECRETS].why);
}

static void a_node_without_pods_has_a_form_for_its_relists(void **state)
{
	static const char *const empty[] = {"start=atOnce", "workload.pods=0"};
	struct beginning_row row[CALLS_MAX];

	(void)state;
	rows("v1.20", empty, 2, 60 * NS_S, row);
	assert_null(row[OP_LIST_CONTAINERS].why);
	assert_true(row[OP_LIST_CONTAINERS].count > 100 && row[OP_LIST_CONTAINERS].count < 120);
	IS(OP_RUN_PODSANDBOX, 0);
}

/* 1.1: thirty requests at once, two for each pod, then twenty a second: fifteen pods do not
 * wait for the client. */
static void starts_take_as_long_as_the_scheduler_whose_bucket_is_full_at_first(void **state)
{
	static const char *const sets[] = {"start=afterWarmup", "nodes=4", "workload.pods=30",
		"schedulerPodsPerSecond=-1"};
	struct scenario *bound = compose("v1.1", sets, 3);
	struct scenario *at_once = compose("v1.1", sets, 4);
	double waited = beginning_takes(bound) - beginning_takes(at_once);

	(void)state;
	assert_true(waited > (2 * 120 - 30) / 20.0 - 1e-6);
	assert_true(waited < (2 * 120 - 30) / 20.0 + 1e-6);
	free(bound);
	free(at_once);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minute_of_1_20_is_what_its_timers_and_its_pods_make_of_it),
		cmocka_unit_test(what_hangs_on_draws_is_no_number),
		cmocka_unit_test(a_node_without_pods_has_a_form_for_its_relists),
		cmocka_unit_test(
			starts_take_as_long_as_the_scheduler_whose_bucket_is_full_at_first),
	};

	return cmocka_run_group_tests_name("beginning", tests, NULL, NULL);
}
