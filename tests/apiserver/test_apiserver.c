/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/apiserver.h"

#include "tcase.h"

#include "kit.h"

static struct kit *started(void)
{
	struct kit *k = kit_new();

	kit_start(k);
	return k;
}

static void expect_event(struct kit *k, enum api_event_kind kind, uint32_t pod, ns_t at)
{
	struct api_event e;

	assert_int_equal(api_next_at(&k->shard), at);
	e = api_take(&k->shard);
	assert_int_equal(e.kind, kind);
	assert_int_equal(e.pod, pod);
	assert_int_equal(e.at, at);
}

static void a_pods_life_is_told_from_creation_to_removal(void **state)
{
	struct kit *k = started();
	struct api_answer a;

	(void)state;
	api_pod_create(&k->shard, 0, 2);
	expect_event(k, API_POD_ADDED, 2, NS_MS);
	a = kit_ask(k, NS_S, API_GET_PODS, 2, 0);
	assert_int_equal(a.at, NS_S + 2 * NS_MS);
	assert_int_equal(a.what, OUTCOME_OK);
	assert_int_equal(a.value, 0);
	a = kit_ask(k, 2 * NS_S, API_PATCH_PODS_STATUS, 2, 99);
	assert_int_equal(a.value, 99);
	expect_event(k, API_POD_STATUS, 2,
		2 * NS_S + 2 * NS_MS); /* committed half-way, told 1 ms later */
	assert_int_equal(kit_ask(k, 3 * NS_S, API_GET_PODS, 2, 0).value, 99);
	api_pod_delete(&k->shard, 4 * NS_S, 2);
	expect_event(k, API_POD_DELETING, 2, 4 * NS_S + NS_MS);
	a = kit_ask(k, 5 * NS_S, API_DELETE_PODS, 2, 0);
	assert_int_equal(a.what, OUTCOME_OK);
	/* two writes: the grace period becomes 0, then the pod goes */
	expect_event(k, API_POD_DELETING, 2, 5 * NS_S + 2 * NS_MS);
	expect_event(k, API_POD_REMOVED, 2, 5 * NS_S + 3 * NS_MS);
	assert_int_equal(api_next_at(&k->shard), NS_NEVER);
	kit_free(k);
}

/* A kubelet that is told of the first write asks for a pod that is gone by then. */
static void what_was_served_already_is_told_as_two_writes_too(void **state)
{
	struct kit *k = started();
	const struct api_request r = {.call = API_DELETE_PODS, .pod = 1};

	(void)state;
	api_pod_create(&k->shard, 0, 1);
	expect_event(k, API_POD_ADDED, 1, NS_MS);
	assert_int_equal(api_serve(&k->shard, NS_S, 0, &r, &k->tally).at, NS_S);
	expect_event(k, API_POD_DELETING, 1, NS_S + NS_MS);
	expect_event(
		k, API_POD_REMOVED, 1, NS_S + NS_MS + k->scenario.apiserver.other.mean / 2);
	kit_free(k);
}

static void after_its_deletion_a_pod_is_not_found(void **state)
{
	static const uint16_t calls[] = {
		API_GET_PODS, API_PATCH_PODS_STATUS, API_UPDATE_PODS_STATUS, API_DELETE_PODS};
	struct kit *k = started();

	(void)state;
	api_pod_create(&k->shard, 0, 1);
	(void)kit_ask(k, NS_S, API_DELETE_PODS, 1, 0);
	while (api_next_at(&k->shard) != NS_NEVER)
		(void)api_take(&k->shard);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(kit_ask(k, 2 * NS_S, calls[i], 1, 5).what, OUTCOME_NOT_FOUND);
		assert_int_equal(kit_count(k, calls[i], OUTCOME_NOT_FOUND), 1);
	}
	assert_int_equal(api_next_at(&k->shard), NS_NEVER); /* nothing is told of it */
	assert_int_equal(kit_ask(k, 2 * NS_S, API_GET_PODS, 0, 0).what, OUTCOME_NOT_FOUND);
	kit_free(k);
}

static void a_requests_time_begins_when_it_was_wanted(void **state)
{
	struct kit *k = kit_new();
	struct api_request r = {.call = API_GET_SECRETS, .wanted = NS_S, .held = 2 * NS_S};
	const struct hist *took, *held;

	(void)state;
	tally_keep_times(&k->tally, &k->mem);
	kit_start(k);
	(void)api_request(&k->shard, 3 * NS_S, &r, &k->tally);
	took = &k->tally.times->took[API_GET_SECRETS][OUTCOME_OK];
	held = &k->tally.times->held[API_GET_SECRETS - CALL_API][OUTCOME_OK];
	assert_int_equal(took->n, 1);
	assert_int_equal(took->sum, 2 * NS_S + 2 * NS_MS);
	assert_int_equal(held->sum, 2 * NS_S);
	r = (struct api_request){
		.call = API_WATCH_SECRETS, .wanted = 4 * NS_S, .timeout = 5 * NS_MIN};
	(void)api_request(&k->shard, 4 * NS_S, &r, &k->tally);
	took = &k->tally.times->took[API_WATCH_SECRETS][OUTCOME_OK];
	assert_int_equal(took->sum, 2 * NS_MS); /* until it is open, not until it ends */
	kit_free(k);
}

static void what_is_not_found_carries_no_object(void **state)
{
	struct kit *k = kit_new();

	(void)state;
	k->scenario.apiserver.n_latency = 1;
	k->scenario.apiserver.latency[0].call = API_GET_PODS;
	k->scenario.apiserver.latency[0].latency.mean = NS_MS;
	k->scenario.apiserver.latency[0].latency.bytes = 1000;
	kit_start(k);
	(void)kit_ask(k, 0, API_GET_PODS, 0, 0);
	assert_int_equal(k->tally.window[0].in.bytes[API_GET_PODS], 0);
	api_pod_create(&k->shard, 0, 0);
	(void)kit_ask(k, 0, API_GET_PODS, 0, 0);
	assert_int_equal(k->tally.window[0].in.bytes[API_GET_PODS], 1000);
	kit_free(k);
}

static void a_pod_is_asked_to_go_once(void **state)
{
	struct kit *k = started();

	(void)state;
	api_pod_create(&k->shard, 0, 0);
	(void)api_take(&k->shard);
	api_pod_delete(&k->shard, NS_S, 0);
	api_pod_delete(&k->shard, 2 * NS_S, 0);
	api_pod_delete(&k->shard, 2 * NS_S, 3); /* never existed */
	assert_int_equal(k->shard.n_events, 1);
	kit_free(k);
}

static void a_new_pod_in_an_old_place_has_no_status(void **state)
{
	struct kit *k = started();

	(void)state;
	api_pod_place(&k->shard, 0, 42);
	assert_int_equal(kit_ask(k, 0, API_GET_PODS, 0, 0).value, 42);
	assert_int_equal(api_next_at(&k->shard), NS_NEVER); /* its kubelet knows */
	(void)kit_ask(k, NS_S, API_DELETE_PODS, 0, 0);
	api_pod_create(&k->shard, 2 * NS_S, 0);
	assert_int_equal(kit_ask(k, 3 * NS_S, API_GET_PODS, 0, 0).value, 0);
	assert_false(k->shard.pod[0].deleting);
	kit_free(k);
}

/* One event is late, so those behind it are. */
static void the_watch_tells_in_the_order_of_writing(void **state)
{
	struct kit *k = kit_new();
	ns_t last = 0;

	(void)state;
	k->scenario.apiserver.watch_delay =
		(struct latency){.mean = 10 * NS_MS, .p50 = 500000, .p99 = 5000000};
	kit_start(k);
	for (uint32_t i = 0; i < 12; i++) {
		if (i < KIT_PODS)
			api_pod_create(&k->shard, i * NS_MS, i);
		else
			(void)kit_ask(k, i * NS_MS, API_PATCH_PODS_STATUS, i % KIT_PODS, i);
	}
	for (uint32_t i = 0; i < 12; i++) {
		struct api_event e = api_take(&k->shard);

		assert_true(e.at >= last);
		last = e.at;
		assert_int_equal(e.pod, i % KIT_PODS);
		assert_int_equal(e.kind, i < KIT_PODS ? API_POD_ADDED : API_POD_STATUS);
	}
	kit_free(k);
}

static void a_watch_lasts_as_long_as_it_asked_and_counts_when_it_opens(void **state)
{
	const struct api_request r = {.call = API_WATCH_SECRETS, .timeout = 450 * NS_S};
	struct kit *k = started();
	struct api_answer a;

	(void)state;
	k->tally.window[0].until[1] = NS_MIN;
	a = api_request(&k->shard, NS_S, &r, &k->tally);
	assert_int_equal(a.at, 451 * NS_S + 2 * NS_MS);
	assert_int_equal(kit_count(k, API_WATCH_SECRETS, OUTCOME_OK), 1);
	kit_free(k);
}

static void a_watch_tells_of_every_change_that_it_is_open_for(void **state)
{
	struct kit *k = kit_new();
	struct api_request r = {.call = API_WATCH_SECRETS, .timeout = 60 * NS_S};

	(void)state;
	k->scenario.workload.n_objects = 1;
	k->scenario.workload.objects[0].update_every = 7 * NS_S;
	kit_start(k);
	for (int i = 0; i < 7; i++) { /* one after the other, for 420 s */
		struct api_answer a = api_request(&k->shard, i * 60 * NS_S, &r, &k->tally);

		assert_in_range(a.at, (i + 1) * 60 * NS_S, (i + 1) * 60 * NS_S + 5 * NS_MS);
	}
	assert_in_range(k->tally.window[0].in.watch_events, 60, 61);
	kit_free(k);
}

static void latencies_are_those_of_the_call(void **state)
{
	struct kit *k = kit_new();

	(void)state;
	k->scenario.apiserver.n_latency = 1;
	k->scenario.apiserver.latency[0].call = API_GET_SECRETS;
	k->scenario.apiserver.latency[0].latency.mean = 9 * NS_MS - 1;
	kit_start(k);
	assert_int_equal(kit_ask(k, 0, API_GET_SECRETS, 0, 0).at, 9 * NS_MS);
	assert_int_equal(kit_ask(k, 0, API_GET_CONFIGMAPS, 0, 0).at, 2 * NS_MS);
	kit_free(k);
}

static void an_object_that_never_changes_has_version_1(void **state)
{
	struct kit *k = kit_new();

	(void)state;
	k->scenario.workload.n_objects = 1;
	kit_start(k);
	assert_int_equal(api_object_version(&k->api, 0, 0, 3, 1000 * NS_MIN), 1);
	kit_free(k);
}

static void what_a_cluster_shares_changes_everywhere_at_once(void **state)
{
	struct kit *k = kit_new();
	int apart = 0;

	(void)state;
	k->scenario.workload.n_objects = 2;
	k->scenario.workload.objects[0].update_every = NS_MIN;
	k->scenario.workload.objects[0].shared_by = SHARED_NAMESPACE;
	k->scenario.workload.objects[1].update_every = NS_MIN;
	k->scenario.workload.objects[1].shared_by = SHARED_POD;
	kit_start(k);
	for (uint32_t node = 1; node < 20; node++) {
		assert_int_equal(api_object_changed_at(&k->api, node, 0, 1, 2),
			api_object_changed_at(&k->api, 0, 0, 1, 2));
		apart += api_object_changed_at(&k->api, node, 1, 1, 2) !=
			 api_object_changed_at(&k->api, 0, 1, 1, 2);
	}
	assert_int_equal(apart, 19);
	kit_free(k);
}

/* updateObjectEvery: one object after the other, in turn. */
static void objects_change_in_turn_where_the_workload_says_so(void **state)
{
	struct kit *k = kit_new();

	(void)state;
	k->scenario.workload.n_objects = 1;
	k->scenario.workload.update_object_every = 10 * NS_S;
	kit_start(k);
	for (uint32_t key = 0; key < KIT_PODS; key++) {
		assert_int_equal(
			api_object_changed_at(&k->api, 0, 0, key, 2), (key + 1) * 10 * NS_S);
		assert_int_equal(api_object_changed_at(&k->api, 0, 0, key, 3),
			(key + 1 + KIT_PODS) * 10 * NS_S);
	}
	kit_free(k);
}

/* A node refers to 4 of the first kind, 2 of the second and one of the third. */
static void kinds_of_objects_have_turns_one_after_the_other(void **state)
{
	enum { ALL = KIT_PODS + 2 + 1 };
	struct kit *k = kit_new();

	(void)state;
	k->scenario.workload.n_objects = 3;
	k->scenario.workload.objects[1].shared_by = SHARED_NAMESPACE;
	k->scenario.workload.objects[2].shared_by = SHARED_CLUSTER;
	k->scenario.workload.update_object_every = 10 * NS_S;
	kit_start(k);
	for (uint32_t turn = 0; turn < ALL; turn++) {
		uint32_t kind = turn < KIT_PODS ? 0 : turn < ALL - 1 ? 1 : 2;
		uint32_t key = kind == 0 ? turn : kind == 1 ? turn - KIT_PODS : 0;

		assert_int_equal(api_object_changed_at(&k->api, 0, kind, key, 2),
			(turn + 1) * 10 * NS_S);
		assert_int_equal(api_object_changed_at(&k->api, 0, kind, key, 3),
			(turn + 1 + ALL) * 10 * NS_S);
	}
	kit_free(k);
}

/* A cluster has more namespaces than a node with 4 pods. */
static void what_is_more_than_a_node_has_changes_within_the_same_round(void **state)
{
	struct kit *k = kit_new();

	(void)state;
	k->scenario.workload.n_objects = 1;
	k->scenario.workload.namespaces = 50;
	k->scenario.workload.objects[0].shared_by = SHARED_NAMESPACE;
	k->scenario.workload.update_object_every = 10 * NS_S;
	kit_start(k);
	for (uint32_t key = 0; key < 50; key++)
		assert_int_equal(api_object_changed_at(&k->api, 0, 0, key, 2),
			(key % KIT_PODS + 1) * 10 * NS_S);
	kit_free(k);
}

/* Told in an hour, a pod whose status changes every second takes one place of what is to be
 * told, and the last status is what its kubelet gets. */
static void who_is_told_late_is_told_of_the_last_status(void **state)
{
	struct kit *k = kit_new();
	struct api_event e;

	(void)state;
	kit_start(k);
	k->shard.telling = NS_HOUR;
	api_pod_create(&k->shard, 0, 0);
	for (uint32_t i = 1; i <= 1000; i++)
		(void)kit_ask(k, i * NS_S, API_PATCH_PODS_STATUS, 0, i);
	assert_int_equal(k->shard.n_events, 2);
	assert_int_equal(api_take(&k->shard).kind, API_POD_ADDED);
	e = api_take(&k->shard);
	assert_int_equal(e.kind, API_POD_STATUS);
	assert_int_equal(e.status, 1000);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pods_life_is_told_from_creation_to_removal),
		cmocka_unit_test(what_was_served_already_is_told_as_two_writes_too),
		cmocka_unit_test(after_its_deletion_a_pod_is_not_found),
		cmocka_unit_test(a_requests_time_begins_when_it_was_wanted),
		cmocka_unit_test(what_is_not_found_carries_no_object),
		cmocka_unit_test(a_pod_is_asked_to_go_once),
		cmocka_unit_test(a_new_pod_in_an_old_place_has_no_status),
		cmocka_unit_test(the_watch_tells_in_the_order_of_writing),
		cmocka_unit_test(a_watch_lasts_as_long_as_it_asked_and_counts_when_it_opens),
		cmocka_unit_test(a_watch_tells_of_every_change_that_it_is_open_for),
		cmocka_unit_test(latencies_are_those_of_the_call),
		cmocka_unit_test(an_object_that_never_changes_has_version_1),
		cmocka_unit_test(what_a_cluster_shares_changes_everywhere_at_once),
		cmocka_unit_test(objects_change_in_turn_where_the_workload_says_so),
		cmocka_unit_test(kinds_of_objects_have_turns_one_after_the_other),
		cmocka_unit_test(what_is_more_than_a_node_has_changes_within_the_same_round),
		cmocka_unit_test(who_is_told_late_is_told_of_the_last_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
