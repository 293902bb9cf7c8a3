/* SPDX-License-Identifier: Apache-2.0 */
/* What has become of pods, watches and requests when the run is over. */
#include "tcase.h"

#include "shared.h"

static void pods_that_run_wait_for_nothing(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "warmup=0s", "duration=2m",
		"start=atOnce", "workload.pods=10");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.ending.pods, 30);
	assert_int_equal(k->result.ending.pods_starting, 0);
	assert_int_equal(k->result.ending.watches_waiting, 0);
	assert_true(k->result.ending.watches > 3 * 10);
	kit_free(k);
}

/* No container is ever started, so nobody is told of any. */
static void pods_that_never_start_wait(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "warmup=0s", "duration=2m",
		"start=atOnce", "workload.pods=10",
		"runtime.rules=[{kind: fail, operation: start_container, share: 100%, from: "
		"0s, until: 1h}]");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.ending.pods, 30);
	assert_int_equal(k->result.ending.pods_starting, 30);
	assert_int_equal(k->result.ending.pods_waiting, 30);
	assert_int_equal(k->result.starts.overdue, 30);
	assert_int_equal(k->result.starts.all.n, 0);
	kit_free(k);
}

/* A pod that has just come is no sign of anything; a deleted one should not run. */
static void who_came_late_does_not_wait_yet(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "warmup=0s", "duration=20s",
		"start=atOnce", "workload.pods=10",
		"runtime.rules=[{kind: fail, operation: start_container, share: 100%, from: "
		"0s, until: 1h}]");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.ending.pods_starting, 30);
	assert_int_equal(k->result.ending.pods_waiting, 0);
	assert_int_equal(k->result.starts.overdue, 30); /* but for too long, they do */
	kit_free(k);
}

/* One a second of 30: the scheduler is not through after a minute and a half. */
static void pods_that_are_not_bound_wait(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=1", "warmup=0s", "duration=90s",
		"start=atOnce", "workload.pods=120", "schedulerPodsPerSecond=1");
	const struct fleet_ending *e = &k->result.ending;

	(void)state;
	kit_run(k);
	assert_int_equal(e->pods, 120);
	assert_in_range(e->pods_waiting, 30, 36);
	assert_int_equal(e->pods_starting, e->pods_waiting);
	kit_free(k);
}

/* A thousand a second are asked for, the node starts one or two: who looks for a place looks
 * ten times a second, and what is asked for meanwhile is known all the same. */
static void pods_that_find_no_place_wait(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=1", "warmup=0s", "duration=1h",
		"start=stationary", "workload.pods=10", "workload.replacePodEvery=1ms");
	const struct fleet_ending *e = &k->result.ending;

	(void)state;
	kit_run(k);
	assert_in_range(e->pods_waiting, 3600 * 900 - 20000, 3600 * 900);
	assert_in_range(e->pods, e->pods_waiting, e->pods_waiting + 20);
	assert_true(k->result.starts.overdue > e->pods_waiting);
	kit_free(k);
}

/* Those who find one at once wait for none. */
static void pods_that_are_replaced_at_leisure_do_not_wait(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=2", "warmup=0s", "duration=5m",
		"start=stationary", "workload.pods=10", "workload.replacePodEvery=10s");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.ending.pods_waiting, 0);
	assert_int_equal(k->result.starts.overdue, 0);
	kit_free(k);
}

static void watches_without_a_stream_wait(void **state)
{
	struct kit *k = KIT("v1.12", "secrets-30", "nodes=1", "warmup=0s", "duration=2m",
		"start=atOnce", "workload.pods=30", "kubelet.oneConnection=true",
		"apiserver.http2MaxStreamsPerConnection=20");

	(void)state;
	kit_run(k);
	assert_true(k->result.ending.watches_waiting > 0);
	assert_int_equal(k->result.open_watches,
		k->result.ending.watches - k->result.ending.watches_waiting);
	kit_free(k);
}

/* What was wanted before the measured time is answered in it, too. */
static void what_was_under_way_before_is_in_the_account(void **state)
{
	struct kit *k = KIT(
		"v1.20", "secrets-30", "nodes=40", "warmup=5s", "duration=10s", "start=atOnce");
	struct shared s;
	uint64_t before = 0;

	(void)state;
	shared_init(&s, k);
	shared_narrow(&s, NS_MS);
	shared_run(&s);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &s.result.requests[c];

		assert_int_equal(r->under_way_before + r->offered,
			answered(&s.result, c) + r->failed + r->under_way);
		before += r->under_way_before;
	}
	assert_true(before > 40);
	shared_fini(&s);
	kit_free(k);
}

/* Live runs can be interrupted, and are looked at before they end. */
static void a_result_that_ends_early_is_of_the_time_until_then(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "warmup=10s", "duration=2m",
		"start=atOnce", "workload.pods=10");
	const struct tally_window *w;
	uint32_t first = 0, before;

	(void)state;
	k->params.series = true;
	kit_run(k);
	w = &k->result.tally.window[0];
	for (uint16_t c = CALL_API; c < CALLS_MAX; c++)
		first += fleet_tried(&k->result, TRY_SENT, c)[20];
	fleet_result_end_at(&k->result, 200 * NS_S);
	assert_int_equal(k->result.tally.seconds, 120);
	assert_int_equal(w->until[1], 130 * NS_S);
	fleet_result_end_at(&k->result, 30 * NS_S + NS_S / 2);
	assert_int_equal(k->result.tally.seconds, 21);
	assert_int_equal(k->result.tenths, 205);
	assert_int_equal(w->until[0], 30 * NS_S + NS_S / 2);
	assert_int_equal(w->until[1], 30 * NS_S + NS_S / 2);
	before = first;
	for (uint16_t c = CALL_API; c < CALLS_MAX; c++)
		before -= fleet_tried(&k->result, TRY_SENT, c)[20];
	assert_int_equal(before, 0); /* its seconds are where they were */
	fleet_result_end_at(&k->result, 5 * NS_S);
	assert_int_equal(k->result.tally.seconds, 0);
	assert_int_equal(k->result.tenths, 0);
	assert_int_equal(w->until[1], w->from[1] + 1);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods_that_run_wait_for_nothing),
		cmocka_unit_test(pods_that_never_start_wait),
		cmocka_unit_test(who_came_late_does_not_wait_yet),
		cmocka_unit_test(pods_that_are_not_bound_wait),
		cmocka_unit_test(pods_that_find_no_place_wait),
		cmocka_unit_test(pods_that_are_replaced_at_leisure_do_not_wait),
		cmocka_unit_test(watches_without_a_stream_wait),
		cmocka_unit_test(what_was_under_way_before_is_in_the_account),
		cmocka_unit_test(a_result_that_ends_early_is_of_the_time_until_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
