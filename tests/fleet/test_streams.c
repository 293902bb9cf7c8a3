/* SPDX-License-Identifier: Apache-2.0 */
#include "tcase.h"

#include "shared.h"

#define WALL                                                                                   \
	"workload.objects=[{resource: secrets, name: a, sharedBy: pod, updateEvery: 0s, "      \
	"immutable: false}]"

static uint64_t waited(const struct fleet_result *r)
{
	uint64_t n = 0;

	for (uint32_t c = 0; c < CALLS_MAX; c++)
		n += r->requests[c].without_stream;
	return n;
}

/* 20 pods with a watch each, three standing ones, and as many streams as that takes at most. */
static void who_never_needs_more_streams_never_waits(void **state)
{
	struct kit *k =
		KIT("v1.12", "serving", "nodes=3", "warmup=0s", "duration=3m", "start=atOnce",
			"workload.pods=20", WALL, "apiserver.http2MaxStreamsPerConnection=80");
	struct kit *unlimited = KIT("v1.12", "serving", "nodes=3", "warmup=0s", "duration=3m",
		"start=atOnce", "workload.pods=20", WALL, "kubelet.oneConnection=false");

	(void)state;
	kit_run(k);
	kit_run(unlimited);
	assert_int_equal(waited(&k->result), 0);
	assert_memory_equal(&k->result.tally.window[0].in,
		&unlimited->result.tally.window[0].in, sizeof(struct tally_counts));
	kit_free(unlimited);
	kit_free(k);
}

/* Watches take all streams, heartbeats find none and are given up; the second time the kubelet
 * closes its connection, and all begins anew. */
static void behind_the_wall_heartbeats_are_late(void **state)
{
	struct kit *k =
		KIT("v1.12", "serving", "nodes=2", "warmup=0s", "duration=5m", "start=atOnce",
			"workload.pods=20", WALL, "apiserver.http2MaxStreamsPerConnection=16");

	(void)state;
	kit_run(k);
	assert_true(waited(&k->result) > 100);
	assert_true(k->result.requests[kit_api(k, "get", "nodes")].given_up > 0);
	assert_true(k->result.hang_ups > 2);
	assert_int_equal(k->result.not_ready.silent, 2);
	assert_true(k->result.open_watches <= 2 * 16);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &k->result.requests[c];

		assert_int_equal(
			r->offered, answered(&k->result, c) + r->failed + r->under_way);
		assert_int_equal(unanswered(&k->result, c), r->failed + r->retried);
	}
	kit_free(k);
}

/* Kubelets that are up have their watches' streams: 20 of pods' objects, three standing ones.
 */
static void a_node_at_rest_has_them_in_use(void **state)
{
	static const struct {
		const char *streams;
		bool enough;
	} cases[] = {{"apiserver.http2MaxStreamsPerConnection=23", false},
		{"apiserver.http2MaxStreamsPerConnection=30", true}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct kit *k = KIT("v1.12", "serving", "nodes=2", "warmup=0s", "duration=30s",
			"start=stationary", "workload.pods=20", WALL, cases[i].streams);

		kit_run(k);
		assert_int_equal(waited(&k->result) == 0, cases[i].enough);
		kit_free(k);
	}
}

/* Pods go, and with them their watches: whoever waited need not wait until they would have
 * ended. */
static void a_watch_that_is_stopped_frees_its_stream(void **state)
{
	struct kit *k = KIT("v1.12", "serving", "nodes=1", "warmup=0s", "duration=3m",
		"start=stationary", "workload.pods=21", WALL,
		"apiserver.http2MaxStreamsPerConnection=24");

	(void)state;
	k->params.action[k->params.n_actions++] =
		(struct fleet_action){.at = 15 * NS_S, .act = FLEET_DELETE_ALL};
	kit_run(k);
	assert_true(waited(&k->result) > 0);
	assert_int_equal(k->result.pods_removed, 21);
	assert_int_equal(k->result.open_watches, 3);
	kit_free(k);
}

/* Pods go faster than their watches find streams: what a stopped reflector wanted is taken back
 * before the next one of its place asks, and nobody waits twice. */
static void what_waits_is_taken_back_with_its_pod(void **state)
{
	struct kit *k = KIT("v1.12", "serving", "nodes=1", "warmup=0s", "duration=10m",
		"start=stationary", "workload.pods=8", WALL, "workload.replacePodEvery=120ms",
		"kubelet.clients.kube={qps: 50, burst: 100}",
		"apiserver.http2MaxStreamsPerConnection=20");

	(void)state;
	kit_run(k);
	assert_true(waited(&k->result) > 500);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &k->result.requests[c];

		assert_true(r->offered >= answered(&k->result, c) + r->failed);
		assert_int_equal(unanswered(&k->result, c), r->failed + r->retried);
	}
	kit_free(k);
}

/* Before servers that nodes share it is the same wall. */
static void before_shared_servers_too(void **state)
{
	struct kit *k =
		KIT("v1.12", "serving", "nodes=4", "warmup=0s", "duration=3m", "start=atOnce",
			"workload.pods=20", WALL, "apiserver.http2MaxStreamsPerConnection=16");
	struct shared s;

	(void)state;
	shared_init(&s, k);
	shared_run(&s);
	assert_true(waited(&s.result) > 100);
	assert_int_equal(s.result.not_ready.silent, 4);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &s.result.requests[c];

		assert_int_equal(r->offered, answered(&s.result, c) + r->failed + r->under_way);
		assert_int_equal(unanswered(&s.result, c), r->failed + r->retried);
	}
	shared_fini(&s);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_never_needs_more_streams_never_waits),
		cmocka_unit_test(behind_the_wall_heartbeats_are_late),
		cmocka_unit_test(a_node_at_rest_has_them_in_use),
		cmocka_unit_test(a_watch_that_is_stopped_frees_its_stream),
		cmocka_unit_test(what_waits_is_taken_back_with_its_pod),
		cmocka_unit_test(before_shared_servers_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
