/* SPDX-License-Identifier: Apache-2.0 */
/* What an agent does for a pod, call by call. */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

static struct kit *quiet(const char *kubelet, const char *set)
{
	struct kit *k = KIT(kubelet, "serving", "workload.pods=3", set);

	k->scenario.kubelet.n_loops = 0; /* the pod's own calls alone */
	return k;
}

/* What the pod's worker asked the runtime for, in order. */
static void expect_calls(
	struct kit *k, uint32_t pod, ns_t from, const uint16_t *calls, size_t n)
{
	uint32_t worker = k->plan.first[ACTOR_WORKER] + pod;
	size_t found = 0;

	for (uint32_t i = 0; i < k->n_made; i++) {
		if (k->made[i].actor != worker || k->made[i].at < from)
			continue;
		if (found < n)
			assert_int_equal(k->made[i].call, calls[found]);
		found++;
	}
	assert_int_equal(found, n);
}

static void a_pod_is_started_call_by_call(void **state)
{
	static const uint16_t calls[] = {OP_RUN_PODSANDBOX, OP_PODSANDBOX_STATUS,
		OP_IMAGE_STATUS, OP_IMAGE_STATUS, OP_CREATE_CONTAINER, OP_START_CONTAINER,
		OP_IMAGE_STATUS, OP_IMAGE_STATUS, OP_CREATE_CONTAINER, OP_START_CONTAINER};
	struct kit *k = quiet("v1.20", "workload.containers=2");

	(void)state;
	kit_start(k, 1);
	kit_until(k, NS_S);
	agent_pod_news(&k->agent, k->now, 1, POD_ADDED, 0, 0);
	kit_until(k, 10 * NS_S);
	expect_calls(k, 1, 0, calls, sizeof(calls) / sizeof(calls[0]));
	assert_int_equal(k->view.sandbox[1], RECORD_RUNNING);
	/* its secret was listed and is watched */
	assert_int_equal(kit_count(k, API_LIST_SECRETS), 1);
	assert_int_equal(kit_count(k, API_WATCH_SECRETS), 1);
	/* and what the kubelet tells of its node when it starts */
	assert_int_equal(kit_count(k, API_CREATE_EVENTS), 2 * 3 + 6);
	kit_free(k);
}

/* WaitForAttachAndMount polls every 300 ms. */
static void a_pod_with_a_volume_waits_for_a_poll(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=1");
	ns_t at;

	(void)state;
	kit_start(k, 1);
	kit_until(k, NS_S);
	agent_pod_news(&k->agent, k->now, 1, POD_ADDED, 0, 0);
	kit_until(k, 10 * NS_S);
	at = kit_nth(k, OP_RUN_PODSANDBOX, 0)->at;
	assert_in_range(at, NS_S + 300 * NS_MS, NS_S + 601 * NS_MS);
	assert_in_range((at - NS_S) % (300 * NS_MS), 0, NS_MS);
	kit_free(k);
}

static void without_a_volume_it_starts_at_once(void **state)
{
	struct kit *k = quiet("v1.20", "workload.objects=[]");

	(void)state;
	kit_start(k, 1);
	kit_until(k, NS_S);
	agent_pod_news(&k->agent, k->now, 1, POD_ADDED, 0, 0);
	kit_until(k, 10 * NS_S);
	assert_in_range(kit_nth(k, OP_RUN_PODSANDBOX, 0)->at, NS_S, NS_S + NS_MS);
	kit_free(k);
}

/* No reflector's LIST is answered: the mount waits a second, fails and backs off; the pod waits
 * two minutes and three seconds and fails its sync. */
static void a_pod_whose_secret_does_not_come_does_not_start(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=1");

	(void)state;
	k->unanswered_call = API_LIST_SECRETS;
	kit_start(k, 1);
	agent_pod_news(&k->agent, 0, 1, POD_ADDED, 0, 0);
	kit_until(k, 10 * NS_MIN);
	assert_int_equal(kit_count(k, OP_RUN_PODSANDBOX), 0);
	assert_true(k->agent.mount[1 * k->plan.volumes].failures > 3);
	assert_int_equal(kit_count(k, API_LIST_SECRETS), 1);
	kit_free(k);
}

/* GET before each write; the second status (Running) differs from the first (Pending). */
static void a_status_is_read_before_it_is_written(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=1");
	uint16_t last = 0;

	(void)state;
	kit_start(k, 1);
	agent_pod_news(&k->agent, 0, 1, POD_ADDED, 0, 0);
	kit_until(k, 20 * NS_S);
	assert_in_range(kit_count(k, API_PATCH_PODS_STATUS), 2, 3);
	assert_in_range(kit_count(k, API_GET_PODS), kit_count(k, API_PATCH_PODS_STATUS), 4);
	for (uint32_t i = 0; i < k->n_made; i++) {
		if (k->made[i].actor != k->plan.first[ACTOR_STATUS])
			continue;
		assert_true(k->made[i].call != API_PATCH_PODS_STATUS || last == API_GET_PODS);
		last = k->made[i].call;
	}
	assert_int_equal(k->server_status[1], k->agent.pod[1].status);
	/* and then nothing more */
	k->n_made = 0;
	kit_until(k, 5 * NS_MIN);
	assert_int_equal(kit_count(k, API_GET_PODS), 0);
	kit_free(k);
}

/* A relist finds some of its containers before the others are there. */
static void a_status_says_when_all_containers_were_started(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=3");
	bool some = false, all = false;

	(void)state;
	k->latency_of[OP_START_CONTAINER] = 2 * NS_S;
	kit_start(k, 1);
	agent_pod_news(&k->agent, 0, 1, POD_ADDED, 0, 0);
	kit_until(k, 30 * NS_S);
	for (uint32_t i = 0; i < k->n_made; i++) {
		if (k->made[i].call != API_PATCH_PODS_STATUS)
			continue;
		assert_false(all); /* nothing comes after it */
		all = k->made[i].status & STATUS_STARTED;
		some = true;
		assert_true(!all || k->made[i].at > 6 * NS_S);
	}
	assert_true(some && all);
	kit_free(k);
}

/* Somebody else wrote the pod's status: the batch sees it in the pod manager and writes again.
 */
static void a_status_that_was_overwritten_is_written_again(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=1");

	(void)state;
	kit_start_running(k, 1);
	kit_until(k, NS_S);
	k->server_status[2] = 4711;
	agent_pod_news(&k->agent, k->now, 2, POD_STATUS, 0, 4711);
	kit_until(k, 25 * NS_S);
	assert_int_equal(kit_count(k, API_GET_PODS), 1);
	assert_int_equal(kit_count(k, API_PATCH_PODS_STATUS), 1);
	assert_int_equal(k->server_status[2], k->agent.pod[2].status);
	kit_free(k);
}

static void a_pod_that_goes_is_stopped_then_removed_then_deleted(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=3", "workload.containers=2");
	const struct made *stop;

	(void)state;
	kit_start_running(k, 1);
	kit_until(k, NS_S);
	agent_pod_news(&k->agent, k->now, 0, POD_DELETING, 0, k->server_status[0]);
	kit_until(k, NS_MIN);
	stop = kit_nth(k, OP_STOP_CONTAINER, 0);
	assert_int_equal(stop->n, 2); /* side by side */
	assert_int_equal(stop->pod, 0);
	assert_true(kit_nth(k, OP_STOP_PODSANDBOX, 0)->at > stop->at);
	assert_true(
		kit_nth(k, OP_REMOVE_CONTAINER, 0)->at > kit_nth(k, OP_STOP_PODSANDBOX, 0)->at);
	assert_true(kit_nth(k, OP_REMOVE_PODSANDBOX, 0)->at >
		    kit_nth(k, OP_REMOVE_CONTAINER, 1)->at);
	assert_int_equal(kit_count(k, API_DELETE_PODS), 1);
	assert_true(
		kit_nth(k, API_DELETE_PODS, 0)->at > kit_nth(k, OP_REMOVE_PODSANDBOX, 0)->at);
	assert_int_equal(k->view.sandbox[0], RECORD_NONE);
	assert_int_equal(k->view.sandbox[1], RECORD_RUNNING);
	/* its place is in use until the watch has told that it is gone */
	assert_false(agent_place_is_free(&k->agent, 0));
	agent_pod_news(&k->agent, k->now, 0, POD_REMOVED, 0, 0);
	kit_until(k, 2 * NS_MIN);
	assert_true(agent_place_is_free(&k->agent, 0));
	assert_false(agent_place_is_free(&k->agent, 1));
	kit_free(k);
}

/* >= 1.22: a proof that nothing runs, then the DELETE; the garbage collection removes later. */
static void since_1_22_the_delete_does_not_wait_for_the_removal(void **state)
{
	struct kit *k = KIT("v1.27", "serving", "workload.pods=3");

	(void)state;
	kit_start_running(k, 1);
	kit_until(k, NS_S);
	agent_pod_news(&k->agent, k->now, 0, POD_DELETING, 0, k->server_status[0]);
	kit_until(k, NS_MIN + 30 * NS_S);
	assert_int_equal(kit_count(k, API_DELETE_PODS), 1);
	assert_true(
		kit_nth(k, API_DELETE_PODS, 0)->at < kit_nth(k, OP_REMOVE_PODSANDBOX, 0)->at);
	kit_free(k);
}

/* 5 requests a second, burst 10; heartbeats, events and watches pass by other ways. */
static void the_clients_limit_holds_requests_back(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "workload.pods=100");
	uint32_t lease = calls_intern(&k->scenario.calls, "update", "leases");
	uint32_t sent = 0;
	ns_t late = 0;

	(void)state;
	k->scenario.kubelet.pleg.relist_period = NS_S * 10;
	kit_start(k, 1);
	for (uint32_t p = 0; p < 100; p++)
		agent_pod_news(&k->agent, 0, p, POD_ADDED, 0, 0);
	kit_until(k, 15 * NS_S);
	for (uint32_t i = 0; i < k->n_made; i++) {
		if (k->made[i].call != API_LIST_SECRETS && k->made[i].call != API_GET_PODS &&
			k->made[i].call != API_PATCH_PODS_STATUS)
			continue;
		sent++;
		late = k->made[i].at > late ? k->made[i].at : late;
	}
	assert_true(sent > 80);
	/* all of them are reserved one after the other */
	assert_true(late >= (ns_t)(sent - 10) * 200 * NS_MS);
	assert_in_range(kit_nth(k, lease, 1)->at, 10 * NS_S, 10 * NS_S + 10 * NS_MS);
	kit_free(k);
}

/* Every U(60, 90) s, by the 1 s ticker; a remount asks for the secret again. */
/* puller.go: one pull after the other, or every worker for itself. */
static void images_are_pulled_one_by_one_or_side_by_side(void **state)
{
	static const char *const sets[] = {
		"kubelet.images.serial=true", "kubelet.images.serial=false"};

	(void)state;
	for (uint32_t parallel = 0; parallel < 2; parallel++) {
		struct kit *k = KIT("v1.20", "serving", "workload.pods=8",
			"workload.pullAlways=true", sets[parallel]);

		k->scenario.kubelet.n_loops = 0;
		k->latency_of[OP_PULL_IMAGE] = 5 * NS_S;
		kit_start(k, 1);
		kit_until(k, NS_S);
		for (uint32_t p = 0; p < 8; p++)
			agent_pod_news(&k->agent, k->now, p, POD_ADDED, 0, 0);
		kit_until(k, 9 * NS_S); /* the first pull began within a second and a half */
		assert_int_equal(kit_count(k, OP_PULL_IMAGE), parallel ? 8 : 2);
		assert_int_equal(kit_count(k, OP_START_CONTAINER), parallel ? 8 : 1);
		kit_free(k);
	}
}

static void a_pod_at_rest_is_synced_every_60_to_90_seconds(void **state)
{
	struct kit *k =
		KIT("v1.20", "secrets-30", "workload.pods=1", "kubelet.objects.design=get");

	(void)state;
	k->scenario.kubelet.n_loops = 0;
	kit_start_running(k, 1);
	kit_until(k, 30 * NS_MIN);
	assert_in_range(kit_count(k, API_GET_SECRETS), 21, 28);
	for (uint32_t i = 1; i < kit_count(k, API_GET_SECRETS); i++)
		assert_in_range(kit_nth(k, API_GET_SECRETS, i)->at -
					kit_nth(k, API_GET_SECRETS, i - 1)->at,
			60 * NS_S, 92 * NS_S);
	kit_free(k);
}

/* The echo of the kubelet's own patch is an update of the pod: AddReference drops the data. */
static void the_echo_of_a_status_invalidates_the_cache(void **state)
{
	struct kit *k =
		KIT("v1.20", "secrets-30", "workload.pods=1", "kubelet.objects.design=cache");

	(void)state;
	k->scenario.kubelet.n_loops = 0;
	kit_start_running(k, 1);
	kit_until(k, NS_S);
	assert_true(k->agent.objects.entry[k->agent.mount[0].entry].has_data);
	agent_pod_news(&k->agent, k->now, 0, POD_STATUS, 0, k->server_status[0]);
	kit_until(k, 2 * NS_S);
	assert_false(k->agent.objects.entry[k->agent.mount[0].entry].has_data);
	assert_int_equal(k->agent.objects.n_live, 1);
	kit_free(k);
}

/* 1.0 syncs all pods of the node whatever becomes of one of them; 1.1 that one. */
static void until_1_0_a_change_of_one_pod_syncs_all(void **state)
{
	static const char *const versions[] = {"v1.1", "v1.0"};

	(void)state;
	for (int all = 0; all < 2; all++) {
		struct kit *k = quiet(versions[all], "workload.containers=1");
		uint32_t lists;
		ns_t next;

		kit_start_running(k, 1);
		kit_until(k, 12 * NS_S);
		kit_until(k, k->agent.pleg.last_relist + 4 * NS_S);
		lists = kit_count(k, OP_LIST_CONTAINERS);
		next = k->agent.pleg.next_relist;
		agent_pod_news(&k->agent, k->now, 0, POD_DELETING, 0, k->server_status[0]);
		kit_until(k, k->now + NS_S);
		lists = kit_count(k, OP_LIST_CONTAINERS) - lists;
		if (all)
			assert_in_range(lists, 2 * (k->pods - 1), 2 * k->pods);
		else
			assert_true(lists <= 2);
		assert_int_equal(k->agent.pleg.next_relist > next, all);
		kit_free(k);
	}
}

/* A remount that the cache will serve is no event, but one whose object an update dropped
 * before the mount has to fetch it, at the very moment of the mount. */
/* When a worker first asked the runtime for anything. */
static ns_t first_sync(const struct kit *k)
{
	uint32_t worker = k->plan.first[ACTOR_WORKER];

	for (uint32_t i = 0; i < k->n_made; i++)
		if (k->made[i].actor >= worker && k->made[i].actor < worker + k->pods &&
			call_is_runtime(k->made[i].call))
			return k->made[i].at;
	return NS_NEVER;
}

/* v1.0.7 kubelet.go syncLoopIteration: 5 ms without a change. */
static void until_1_0_changes_that_come_together_are_synced_together(void **state)
{
	struct kit *k = quiet("v1.0", "workload.containers=1");

	(void)state;
	kit_start(k, 1);
	for (uint32_t pod = 0; pod < 3; pod++) {
		kit_until(k, NS_S + pod * 4 * NS_MS);
		agent_pod_news(&k->agent, k->now, pod, POD_ADDED, 0, 0);
	}
	kit_until(k, 9 * NS_S);
	assert_int_equal(first_sync(k) / NS_MS, NS_S / NS_MS + 2 * 4 + 5);
	assert_int_equal(kit_count(k, OP_RUN_PODSANDBOX), 3);
	kit_free(k);
}

static void a_remount_is_an_event_only_if_it_has_to_fetch(void **state)
{
	(void)state;
	for (int dropped = 0; dropped < 2; dropped++) {
		struct kit *k = KIT("v1.20", "secrets-30", "workload.pods=1",
			"kubelet.objects.design=cache", "kubelet.objects.ttlAnnotation=false",
			"kubelet.objects.ttl=10m");
		ns_t served_at;

		k->scenario.kubelet.n_loops = 0;
		kit_start_running(k, 1);
		k->agent.objects.entry[k->agent.mount[0].entry].fetched_at = 0;
		while (k->agent.mount[0].served_at == 0)
			kit_step(k);
		served_at = k->agent.mount[0].served_at;
		assert_true(k->now < served_at && served_at < k->now + NS_S / 2);
		if (dropped)
			agent_pod_news(
				&k->agent, k->now, 0, POD_STATUS, 0, k->server_status[0]);
		kit_until(k, served_at + NS_S);
		assert_int_equal(kit_count(k, API_GET_SECRETS), dropped);
		if (dropped)
			assert_true(kit_nth(k, API_GET_SECRETS, 0)->at == served_at);
		kit_free(k);
	}
}

static void a_container_that_died_is_started_again(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=1");

	(void)state;
	kit_start_running(k, 1);
	kit_until(k, 10 * NS_S);
	k->view.container[2] = record_make(RECORD_EXITED, 0, 1);
	k->view.changes++;
	kit_until(k, 13 * NS_S);
	assert_int_equal(kit_count(k, OP_START_CONTAINER), 1);
	assert_int_equal(kit_nth(k, OP_START_CONTAINER, 0)->pod, 2);
	assert_int_equal(kit_count(k, OP_RUN_PODSANDBOX), 0);
	kit_free(k);
}

/* The pod cache has the error of the last inspection, so a sync ends with it before it begins,
 * which an event tells; it comes again after 10 to 15 s, or with what the next relist finds. */
static void a_sync_whose_status_could_not_be_determined_does_nothing(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=1");
	uint32_t events;

	(void)state;
	kit_start_running(k, 1);
	kit_until(k, 10 * NS_S);
	k->failing_call = OP_CONTAINER_STATUS;
	k->view.container[2] = record_make(RECORD_EXITED, 0, 1);
	k->view.changes++;
	kit_until(k, 12 * NS_S);
	events = kit_count(k, API_CREATE_EVENTS);
	agent_pod_news(&k->agent, k->now, 2, POD_DELETING, 0, 0);
	kit_until(k, 14 * NS_S);
	assert_int_equal(kit_count(k, OP_STOP_PODSANDBOX), 0);
	assert_int_equal(kit_count(k, API_CREATE_EVENTS), events + 1);
	assert_in_range(k->agent.pod[2].due, 22 * NS_S, 27 * NS_S + NS_MS);
	k->failing_call = UINT32_MAX;
	kit_until(k, 17 * NS_S);
	assert_int_equal(kit_nth(k, OP_STOP_PODSANDBOX, 0)->pod, 2);
	kit_free(k);
}

/* A pod that is deleted before the loop came to handle it, and one that never was added. */
static void news_of_pods_that_are_not_known_is_harmless(void **state)
{
	struct kit *k = quiet("v1.20", "workload.containers=1");

	(void)state;
	kit_start(k, 1);
	agent_pod_news(&k->agent, 0, 0, POD_STATUS, 0, 3);
	agent_pod_news(&k->agent, 0, 0, POD_DELETING, 0, 3);
	agent_pod_news(&k->agent, 0, 0, POD_REMOVED, 0, 3);
	kit_until(k, NS_MIN);
	assert_int_equal(kit_count(k, OP_STOP_PODSANDBOX) + kit_count(k, API_GET_PODS), 0);
	assert_true(agent_place_is_free(&k->agent, 0));
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pod_is_started_call_by_call),
		cmocka_unit_test(a_pod_with_a_volume_waits_for_a_poll),
		cmocka_unit_test(without_a_volume_it_starts_at_once),
		cmocka_unit_test(a_pod_whose_secret_does_not_come_does_not_start),
		cmocka_unit_test(a_status_is_read_before_it_is_written),
		cmocka_unit_test(a_status_says_when_all_containers_were_started),
		cmocka_unit_test(a_status_that_was_overwritten_is_written_again),
		cmocka_unit_test(a_pod_that_goes_is_stopped_then_removed_then_deleted),
		cmocka_unit_test(since_1_22_the_delete_does_not_wait_for_the_removal),
		cmocka_unit_test(the_clients_limit_holds_requests_back),
		cmocka_unit_test(images_are_pulled_one_by_one_or_side_by_side),
		cmocka_unit_test(a_pod_at_rest_is_synced_every_60_to_90_seconds),
		cmocka_unit_test(the_echo_of_a_status_invalidates_the_cache),
		cmocka_unit_test(a_remount_is_an_event_only_if_it_has_to_fetch),
		cmocka_unit_test(until_1_0_a_change_of_one_pod_syncs_all),
		cmocka_unit_test(until_1_0_changes_that_come_together_are_synced_together),
		cmocka_unit_test(a_container_that_died_is_started_again),
		cmocka_unit_test(a_sync_whose_status_could_not_be_determined_does_nothing),
		cmocka_unit_test(news_of_pods_that_are_not_known_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
