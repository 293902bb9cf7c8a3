/* SPDX-License-Identifier: Apache-2.0 */
/* What secrets cost the API server, by design: counts in a fleet against the arithmetic of
 * reference figures.  A pod is synced every U(60, 90) s, noticed by a ticker of 1 s, mounted a
 * little later: every 75.6 s. */
#include "tcase.h"

#include "kit.h"

#define GET_EVERY_SYNC (30 * INT64_C(1000000) * 10 / 756) /* 30 pods / 75.6 s, millionths */

static void a_get_at_each_mount_is_30_in_75_6_seconds(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "kubelet.objects.design=get");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, API_GET_SECRETS), GET_EVERY_SYNC, PERCENT);
	assert_int_equal(kit_count(k, API_LIST_SECRETS) + kit_count(k, API_WATCH_SECRETS), 0);
	kit_free(k);
}

static void a_ttl_of_60_seconds_saves_nothing_for_an_unshared_secret(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "kubelet.objects.design=cache",
		"ttlAnnotation=60s");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, API_GET_SECRETS), GET_EVERY_SYNC, PERCENT);
	kit_free(k);
}

/* First passage of a sum of U(60, 90) over 300 s. */
static void a_ttl_of_300_seconds_is_a_get_in_336(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "kubelet.objects.design=cache",
		"ttlAnnotation=300s", "warmup=15m", "duration=20m");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, API_GET_SECRETS), INT64_C(30000000) / 336, 2 * PERCENT);
	kit_free(k);
}

/* The controller's annotation follows from the cluster's size, not from what is simulated. */
static void a_cluster_of_5000_nodes_has_a_ttl_of_300_seconds(void **state)
{
	struct kit *k = KIT("v1.6", "secrets-30", "nodes=100", "clusterNodes=5000",
		"warmup=15m", "duration=20m");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, API_GET_SECRETS), INT64_C(30000000) / 336, 3 * PERCENT);
	kit_free(k);
}

static void a_cluster_of_100_nodes_has_a_ttl_of_0(void **state)
{
	struct kit *k = KIT("v1.6", "secrets-30", "nodes=100");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, API_GET_SECRETS), GET_EVERY_SYNC, PERCENT);
	kit_free(k);
}

/* One object that all 30 pods of a node share: a GET every TTL and the wait for the next of 30
 * readers. */
static void a_shared_secret_is_fetched_once_for_all(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "kubelet.objects.design=cache",
		"ttlAnnotation=60s", "workload.objects[0].sharedBy=node");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.distinct_objects, 200);
	assert_near(kit_rate(k, API_GET_SECRETS), INT64_C(100000000000) / (6000000 + 252000),
		3 * PERCENT);
	kit_free(k);
}

/* M (1 - (1 - 1/M)^30): 7.85 of 8 namespaces are met. */
static void pods_scattered_over_8_namespaces_meet_7_85_of_them(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "duration=10s", "warmup=0s",
		"workload.objects[0].sharedBy=namespace", "workload.namespaces=8");

	(void)state;
	kit_run(k);
	assert_near((int64_t)k->result.distinct_objects, 200 * 785 / 100, 2 * PERCENT);
	assert_int_equal(k->result.object_references, 200 * 30);
	kit_free(k);
}

static void watched_secrets_are_never_fetched_and_rewatched_every_450_seconds(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "duration=20m");

	(void)state;
	kit_run(k);
	assert_int_equal(kit_count(k, API_GET_SECRETS), 0);
	assert_int_equal(kit_count(k, API_LIST_SECRETS), 0);
	assert_near(kit_rate(k, API_WATCH_SECRETS), INT64_C(30000000) / 450, 3 * PERCENT);
	assert_int_equal(k->result.open_object_watches, 200 * 30);
	kit_free(k);
}

static void a_bulk_watch_is_one_watch_a_node(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "duration=20m",
		"kubelet.objects.design=bulkwatch");

	(void)state;
	kit_run(k);
	assert_int_equal(kit_count(k, API_GET_SECRETS), 0);
	assert_int_equal(k->result.open_object_watches, 200);
	assert_near(kit_rate(k, API_WATCH_SECRETS), INT64_C(1000000) / 450, 5 * PERCENT);
	kit_free(k);
}

static void before_1_3_a_secret_is_never_refreshed(void **state)
{
	struct kit *k = KIT("v1.2", "secrets-30", "nodes=20");

	(void)state;
	kit_run(k);
	assert_int_equal(kit_count(k, API_GET_SECRETS), 0);
	kit_free(k);
}

/* Immutable, and read at each sync: within 90 s no watch is open any more, and none comes. */
static void immutable_secrets_are_not_watched_once_they_were_read(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=20", "warmup=15m",
		"workload.objects[0].immutable=true");

	(void)state;
	kit_run(k);
	assert_int_equal(k->result.open_object_watches, 0);
	assert_int_equal(kit_count(k, API_WATCH_SECRETS), 0);
	kit_free(k);
}

/* A mounted secret is read every 75 s: with idleStop 5 min nothing ever idles, also for pods
 * that come an hour after the kubelet started. */
static void a_new_pods_secret_is_listed_once(void **state)
{
	struct kit *k = KIT("v1.27", "secrets-30", "nodes=10", "warmup=30m", "duration=60m",
		"workload.replacePodEvery=60s");
	uint64_t created;

	(void)state;
	kit_run(k);
	created = kit_count(k, OP_RUN_PODSANDBOX);
	assert_in_range(created, 590, 610);
	assert_near((int64_t)kit_count(k, API_LIST_SECRETS), (int64_t)created, PERCENT);
	kit_free(k);
}

/* A token of 3607 s is renewed after 2,920 s. */
static void a_token_is_renewed_every_2920_seconds(void **state)
{
	struct kit *k = KIT("v1.27", "secrets-30", "nodes=30", "warmup=60m", "duration=180m");

	(void)state;
	kit_run(k);
	assert_near(kit_rate(k, API_CREATE_TOKENS), INT64_C(30000000) / 2920, 3 * PERCENT);
	kit_free(k);
}

/* What a volume shows is never older than the design allows. */
static void staleness_is_bounded_by_ttl_and_sync(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=50", "kubelet.objects.design=cache",
		"ttlAnnotation=300s", "warmup=15m", "duration=20m",
		"workload.objects[0].updateEvery=10m");

	(void)state;
	kit_run(k);
	assert_true(k->result.staleness.n > 1000);
	assert_true(k->result.staleness.max < 392 * NS_S);
	assert_near(hist_mean(&k->result.staleness), 172 * NS_S, 10 * PERCENT);
	kit_free(k);
}

/* A watch has the object at once; a volume shows it at the next sync: half of 75 s, length
 * biased. */
static void a_watched_change_waits_only_for_the_next_sync(void **state)
{
	struct kit *k =
		KIT("v1.20", "secrets-30", "nodes=50", "workload.objects[0].updateEvery=5m");

	(void)state;
	kit_run(k);
	assert_true(k->result.staleness.max < 92 * NS_S);
	assert_near(hist_mean(&k->result.staleness), 383 * NS_S / 10, 5 * PERCENT);
	kit_free(k);
}

/* Nobody lives as long as a token lasts, so each pod asks once, the first ones had asked
 * before.
 */
static void pods_that_are_replaced_sooner_renew_no_token(void **state)
{
	struct kit *k = KIT("v1.36", "serving", "nodes=20", "warmup=2m", "duration=20m",
		"workload.pods=10", "workload.replacePodEvery=100s");

	(void)state;
	kit_run(k);
	assert_in_range(kit_count(k, API_CREATE_TOKENS), 20 * 12 - 1, 20 * 12 + 1);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_get_at_each_mount_is_30_in_75_6_seconds),
		cmocka_unit_test(a_ttl_of_60_seconds_saves_nothing_for_an_unshared_secret),
		cmocka_unit_test(a_ttl_of_300_seconds_is_a_get_in_336),
		cmocka_unit_test(a_cluster_of_5000_nodes_has_a_ttl_of_300_seconds),
		cmocka_unit_test(a_cluster_of_100_nodes_has_a_ttl_of_0),
		cmocka_unit_test(a_shared_secret_is_fetched_once_for_all),
		cmocka_unit_test(pods_scattered_over_8_namespaces_meet_7_85_of_them),
		cmocka_unit_test(
			watched_secrets_are_never_fetched_and_rewatched_every_450_seconds),
		cmocka_unit_test(a_bulk_watch_is_one_watch_a_node),
		cmocka_unit_test(before_1_3_a_secret_is_never_refreshed),
		cmocka_unit_test(immutable_secrets_are_not_watched_once_they_were_read),
		cmocka_unit_test(a_new_pods_secret_is_listed_once),
		cmocka_unit_test(a_token_is_renewed_every_2920_seconds),
		cmocka_unit_test(pods_that_are_replaced_sooner_renew_no_token),
		cmocka_unit_test(staleness_is_bounded_by_ttl_and_sync),
		cmocka_unit_test(a_watched_change_waits_only_for_the_next_sync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
