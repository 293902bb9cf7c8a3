/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that die, crash-looping ones and their back-off: what that costs. */
#include "tcase.h"

#include "alone.h"

/* A crash with an hour to come, and pods that live for minutes. */
static void crashes_that_do_not_come_true_need_no_room(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "duration=60m",
		"workload.crashLooping=100%", "workload.crashAfter=2h",
		"workload.replacePodEvery=5s", "workload.terminationGracePeriod=1s");

	(void)state;
	alone_free(alone_run(k));
}

static void a_node_at_rest_sends_no_status_and_no_event(void **state)
{
	(void)state;
	for (int i = 0; i < KUBELETS; i++) {
		struct kit *k = KIT(kubelets[i], "serving", "nodes=1");
		struct alone *a = alone_run(k);

		assert_int_equal(alone_count(a, API_GET_PODS, OUTCOME_OK), 0);
		assert_int_equal(alone_count(a, API_PATCH_PODS_STATUS, OUTCOME_OK), 0);
		assert_int_equal(alone_count(a, API_UPDATE_PODS_STATUS, OUTCOME_OK), 0);
		assert_int_equal(alone_count(a, API_CREATE_EVENTS, OUTCOME_OK), 0);
		assert_int_equal(alone_count(a, OP_CREATE_CONTAINER, OUTCOME_OK), 0);
		alone_free(a);
	}
}

/* Each sync warns of its pod and of the node.  About the node the filter lets 25 events
 * through, six of which its start took, and then one in 300 s. */
static void a_warning_at_every_sync_is_spam_about_the_node(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=10m",
		"start=atOnce", "workload.pods=1", "workload.warningEventPerSync=1");
	struct alone *few = alone_run(k);
	struct kit *many = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=10m",
		"start=atOnce", "workload.pods=30", "workload.warningEventPerSync=1");
	struct alone *all = alone_run(many);
	uint64_t of_one = alone_count(few, API_PATCH_EVENTS, OUTCOME_OK);

	(void)state;
	assert_int_equal(alone_count(few, API_CREATE_EVENTS, OUTCOME_OK), 3 + 6 + 1 + 1);
	assert_int_equal(alone_count(all, API_CREATE_EVENTS, OUTCOME_OK), 30 * 3 + 6 + 30 + 1);
	/* one pod: two patches a sync, its own and the node's; thirty: 30 of theirs to the
	 * node's 25 - 6 - 1 and two more later */
	assert_in_range(of_one, 2 * 7, 2 * 14);
	assert_in_range(
		alone_count(all, API_PATCH_EVENTS, OUTCOME_OK), 30 * 7 + 20, 30 * 13 + 20);
	alone_free(all);
	alone_free(few);
}

/* At once, then after 10 s, doubling to 300 s, and started only by a sync, every 10 to 15 s. */
static void crash_loops_back_off(void **state)
{
	struct kit *k = KIT("v1.20", "crash-looping", "nodes=1", "warmup=0s", "duration=60m",
		"start=atOnce");
	struct alone *a = alone_run(k);
	uint64_t first = 0;
	uint64_t last = 0;

	(void)state;
	for (uint32_t s = 0; s < 3600; s++) {
		uint64_t n = tally_second(&a->result.tally, OP_START_CONTAINER, s);

		first += s < 600 ? n : 0;
		last += s >= 3000 ? n : 0;
	}
	/* at 0, 1, 12, 33, 74, 155, 316 s at the soonest, 17 s later each at most */
	assert_in_range(first, 50 * 7, 50 * 7 + 25); /* the first while the others come */
	/* every 300 to 317 s */
	assert_in_range(last, 50 * 600 / 320, 50 * 2);
	alone_free(a);
}

/* The back-off is counted from the death, however often the pod is looked at meanwhile. */
static void crash_loops_back_off_alike_in_every_design(void **state)
{
	(void)state;
	for (int i = 0; i < DESIGN_SETS; i++) {
		struct alone *a;
		uint64_t starts;

		a = alone_run(KIT("v1.20", "crash-looping", design_sets[i], "nodes=1",
			"warmup=0s", "duration=20m", "start=atOnce"));
		starts = alone_count(a, OP_START_CONTAINER, OUTCOME_OK);
		if (starts < 50 * 6 || starts > 50 * 9)
			fail_msg("%s: %" PRIu64 " starts", design_sets[i], starts);
		alone_free(a);
	}
}

/* client-go util/flowcontrol Backoff: an entry that was not renewed for twice the longest
 * back-off has expired.  So who dies every twelve minutes, give or take a twentieth, is
 * restarted at once every time. */
static void a_back_off_expires_after_ten_minutes(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "warmup=0s", "duration=180m",
		"workload.pods=1", "workload.containerDeathEvery=12m");
	struct alone *a;
	struct mock past;
	uint32_t deaths;

	(void)state;
	a = alone_run(k);
	past = a->node.mock;
	deaths = past.deaths;
	assert_in_range(deaths, 13, 16);
	for (past.deaths = 0; past.deaths + 1 < deaths; past.deaths++) {
		uint32_t s = (uint32_t)(mock_death_at(&past) / NS_S);
		uint32_t starts = 0;

		for (uint32_t i = 0; i < 5; i++)
			starts += tally_second(&a->result.tally, OP_START_CONTAINER, s + i);
		if (starts != 1)
			fail_msg("%u starts in the five seconds after death %u", starts,
				past.deaths);
	}
	alone_free(a);
}

/* Pull request 47367: 50 such pods send an event for each failed sync and for each back-off,
 * as many PATCHes as the client's limit lets through, 5/s; with 25 events for a pod and then
 * one in 300 s, 50/300 s. */
static void events_of_crash_loops_are_many_until_they_are_filtered(void **state)
{
	struct kit *k = KIT("v1.6", "crash-looping", "nodes=1", "warmup=30m", "duration=30m",
		"start=atOnce");
	struct alone *a = alone_run(k);
	uint64_t patches = alone_count(a, API_PATCH_EVENTS, OUTCOME_OK);

	(void)state;
	assert_in_range(patches, 5 * 1800 - 20, 5 * 1800 + 20);
	alone_free(a);
	k = KIT("v1.12", "crash-looping", "nodes=1", "warmup=30m", "duration=30m",
		"start=atOnce");
	a = alone_run(k);
	patches = alone_count(a, API_PATCH_EVENTS, OUTCOME_OK);
	assert_in_range(patches, 50 * 1800 / 300 - 10, 50 * 1800 / 300 + 10);
	alone_free(a);
}

/* A container that runs for long and dies once is restarted soon, whatever came before. */
static void a_death_now_and_then_is_restarted_at_once(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=1", "duration=60m",
		"workload.containerDeathEvery=61s");
	struct alone *a = alone_run(k);
	uint64_t deaths = a->node.mock.deaths;

	(void)state;
	assert_in_range(deaths, 59, 62);
	assert_in_range(alone_count(a, OP_START_CONTAINER, OUTCOME_OK), 55, 60);
	assert_true(a->node.mock.records.n_running >= 29);
	alone_free(a);
}

/* C + 1 deaths each ask for all C containers; what does not fit is left to the garbage
 * collection.  One container is kept of each while its pod lives. */
static void dead_containers_are_cleaned_up(void **state)
{
	struct kit *k = KIT("v1.20", "crash-looping", "nodes=1", "warmup=0s", "duration=60m",
		"start=atOnce");
	struct alone *a = alone_run(k);

	(void)state;
	assert_true(alone_count(a, OP_REMOVE_CONTAINER, OUTCOME_OK) > 200);
	/* the newest, and one older beside one that runs */
	assert_true(a->node.mock.records.n_containers <= 2 * 50);
	assert_true(a->node.mock.records.n_containers >= 50);
	alone_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crashes_that_do_not_come_true_need_no_room),
		cmocka_unit_test(a_node_at_rest_sends_no_status_and_no_event),
		cmocka_unit_test(a_warning_at_every_sync_is_spam_about_the_node),
		cmocka_unit_test(crash_loops_back_off),
		cmocka_unit_test(events_of_crash_loops_are_many_until_they_are_filtered),
		cmocka_unit_test(crash_loops_back_off_alike_in_every_design),
		cmocka_unit_test(a_back_off_expires_after_ten_minutes),
		cmocka_unit_test(a_death_now_and_then_is_restarted_at_once),
		cmocka_unit_test(dead_containers_are_cleaned_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
