/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes before API servers that they share. */
#include "tcase.h"

#include "shared.h"

enum { MS_CPU = (int)NS_MS };

/* At leisure a shared server changes nothing that matters. */
static void a_server_at_leisure_is_as_one_a_node(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=20", "warmup=1m", "duration=5m");
	struct fleet_result alone;
	struct err err = {0};
	struct shared s;

	(void)state;
	assert_int_equal(fleet_run(&k->params, &alone, &err), 0);
	shared_init(&s, k);
	shared_run(&s);
	assert_int_equal(s.result.servers.n, 1);
	assert_int_equal(s.result.servers.counts.rejected, 0);
	for (uint32_t c = 0; c < CALLS_MAX; c++) {
		uint64_t a = answered(&alone, c);
		uint64_t b = answered(&s.result, c);

		assert_int_equal(rejected(&s.result, c), 0);
		assert_in_range(b, a - a / 50 - (a ? 2 : 0), a + a / 50 + 2);
	}
	fleet_result_fini(&alone);
	shared_fini(&s);
	kit_free(k);
}

static void tries_add_up(const struct fleet_result *r)
{
	for (uint16_t c = CALL_API; c < CALLS_MAX; c++) {
		const struct fleet_requests *q = &r->requests[c];
		const uint64_t all[FLEET_TRIES] = {
			q->offered, q->throttled, q->sent, q->retried, q->failed};

		for (unsigned what = 0; what < FLEET_TRIES; what++) {
			uint64_t sum = 0;

			for (uint32_t i = 0; i < r->tally.seconds; i++)
				sum += fleet_tried(r, (enum fleet_try)what, c)[i];
			assert_int_equal(sum, all[what]);
		}
	}
}

/* Second by second it is what it is in all. */
static void the_series_adds_up(const struct fleet_result *r, uint64_t rejected)
{
	const struct fleet_servers *v = &r->servers;
	uint64_t seats = 0;
	uint64_t busy = v->counts.running.sum;

	for (uint32_t l = 0; l < v->n_levels; l++)
		seats += v->level[l].seats.sum;
	assert_true(seats > 0);
	for (uint32_t i = 0; i < r->tally.seconds; i++) {
		rejected -= r->tally.rejected[i];
		seats -= v->seat_time[i];
	}
	assert_int_equal(rejected, 0);
	assert_int_equal(seats, 0);
	tries_add_up(r);
	for (uint32_t i = 0; i < r->tally.seconds; i++)
		busy -= v->busy_time[i];
	assert_int_equal(busy, 0);
}

/* Whoever wants something gets it, or an error, or is still under way at the end. */
static void nothing_that_is_offered_is_lost(void **state)
{
	struct kit *k = KIT(
		"v1.20", "secrets-30", "nodes=40", "warmup=0s", "duration=1m", "start=atOnce");
	struct shared s;
	uint64_t under_way = 0;
	uint64_t all = 0;

	(void)state;
	shared_init(&s, k);
	shared_narrow(&s, MS_CPU);
	shared_run(&s);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &s.result.requests[c];

		assert_int_equal(r->offered, answered(&s.result, c) + r->failed + r->under_way);
		assert_int_equal(r->under_way_before, 0);
		assert_true(r->sent >= answered(&s.result, c) + rejected(&s.result, c));
		assert_int_equal(unanswered(&s.result, c), r->failed + r->retried);
		under_way += r->under_way;
		all += rejected(&s.result, c);
	}
	assert_true(all > 1000); /* it is too much for such a server */
	the_series_adds_up(&s.result, all);
	assert_int_equal(s.result.servers.counts.rejected, all);
	assert_true(under_way > 0);
	shared_fini(&s);
	kit_free(k);
}

static void no_more_are_inside_than_have_seats(void **state)
{
	struct kit *k = KIT(
		"v1.20", "secrets-30", "nodes=40", "warmup=0s", "duration=30s", "start=atOnce");
	struct shared s;

	(void)state;
	shared_init(&s, k);
	s.params.server.flow = (struct flow_params){.readonly = 5, .mutating = 3};
	shared_run(&s);
	assert_int_equal(s.result.servers.level[FLOW_READONLY].seats.max, 5);
	assert_true(s.result.servers.level[FLOW_MUTATING].seats.max <= 3);
	shared_fini(&s);
	kit_free(k);
}

/* Retry-After is obeyed to the second, ten times; then the caller has the error, and a pod
 * whose secret does not come does not start. */
static void what_is_always_rejected_fails_after_ten_tries(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=2", "warmup=0s", "duration=10500ms",
		"start=atOnce", "workload.pods=1", "kubelet.clients.kube.qps=1000",
		"kubelet.clients.kube.burst=1000");
	struct shared s;

	(void)state;
	shared_init(&s, k);
	s.params.server.flow = (struct flow_params){.readonly = 1, .mutating = 1};
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s.params.cpu[c][0] = s.params.cpu[c][1] = 60 * NS_MIN;
	shared_run(&s);
	assert_int_equal(s.result.requests[API_LIST_SECRETS].offered, 2);
	assert_int_equal(rejected(&s.result, API_LIST_SECRETS), 2 * 11);
	assert_int_equal(s.result.requests[API_LIST_SECRETS].failed, 2);
	assert_int_equal(s.result.pods_started, 0);
	shared_fini(&s);
	kit_free(k);
}

/* What a loop of one node sends in five minutes before a server that rejects everything. */
static uint64_t sent_while_rejected(ns_t try_again_after, uint32_t tries)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=2", "warmup=0s", "duration=5m",
		"start=stationary", "workload.pods=1");
	uint32_t call = calls_intern(&k->scenario.calls, "get", "widgets");
	struct kubelet_model *m = &k->scenario.kubelet;
	struct shared s;
	uint64_t n;

	m->loops[m->n_loops++] = (struct model_loop){.name = "npd",
		.timer = TIMER_SLIDING,
		.period = 30 * NS_S,
		.tries = tries,
		.try_again_after = try_again_after,
		.n_calls = 1,
		.calls = {
			{.call = (uint16_t)call, .client = CLIENT_HEARTBEAT, .records = PPM}}};
	shared_init(&s, k);
	s.params.server.flow = (struct flow_params){.readonly = 1, .mutating = 1};
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s.params.cpu[c][0] = s.params.cpu[c][1] = 600 * NS_MIN;
	shared_run(&s);
	n = rejected(&s.result, call);
	shared_fini(&s);
	kit_free(k);
	return n;
}

/* client-go sends each try eleven times in ten seconds; then its loop waits as it says. */
static void a_round_that_was_rejected_comes_again_as_it_says(void **state)
{
	(void)state;
	assert_in_range(sent_while_rejected(0, 1), 2 * 11 * 6, 2 * 11 * 8);
	assert_in_range(sent_while_rejected(5 * NS_S, 1), 2 * 11 * 16, 2 * 11 * 20);
	assert_in_range(sent_while_rejected(0, 3), 2 * 11 * 13, 2 * 11 * 15);
}

/* A try's time at the server has neither its client's limiter nor its sleep in it. */
static void time_at_the_server_is_that_of_one_try(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=40", "warmup=0s", "duration=1m",
		"start=atOnce", "kubelet.clients.kube.qps=5", "kubelet.clients.kube.burst=10");
	const struct tally_times *times;
	struct shared s;
	uint64_t n = 0;

	(void)state;
	k->params.times = true;
	shared_init(&s, k);
	s.params.server.flow = (struct flow_params){.readonly = 1, .mutating = 1};
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s.params.cpu[c][0] = s.params.cpu[c][1] = MS_CPU;
	shared_run(&s);
	times = s.result.tally.times;
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct hist *h = &times->served[c - CALL_API];

		assert_int_equal(h->n, answered(&s.result, c));
		assert_true(h->max < 500 * NS_MS);
		n += h->n;
	}
	assert_true(n > 500);
	assert_true(rejected(&s.result, API_LIST_SECRETS) > 0);
	assert_true(times->took[API_LIST_SECRETS][OUTCOME_OK].max > NS_S);
	shared_fini(&s);
	kit_free(k);
}

static void several_servers_share_the_nodes(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=60", "warmup=0s", "duration=1m");
	struct shared s;

	(void)state;
	shared_init(&s, k);
	s.params.servers = 3;
	shared_run(&s);
	assert_int_equal(s.result.servers.n, 3);
	assert_int_equal(s.result.servers.processors, 3 * 64);
	assert_int_equal(s.result.servers.counts.rejected, 0);
	shared_fini(&s);
	kit_free(k);
}

/* The scenario's way: nodes run alone where the servers have time for all. */
static void idle_servers_are_told_from_the_load(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=40", "warmup=1m", "duration=5m",
		"apiserver.processors=16");
	struct shared s;
	struct err err = {0};

	(void)state;
	assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
	shared_init(&s, k);
	together_params_init(&s.params, &s.plan);
	shared_run(&s);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		uint64_t a = answered(&k->result, c);

		assert_in_range(
			answered(&s.result, c), a - a / 50 - (a ? 3 : 0), a + a / 50 + 3);
	}
	assert_int_equal(k->result.servers.n, 1);
	assert_int_equal(k->result.servers.processors, 16);
	assert_int_equal(k->result.servers.counts.rejected, 0);
	assert_in_range(k->result.servers.counts.running.sum,
		s.result.servers.counts.running.sum * 9 / 10,
		s.result.servers.counts.running.sum * 11 / 10);
	assert_true(k->result.servers.counts.inside.max >= s.result.servers.counts.inside.max);
	fleet_result_fini(&k->result);
	shared_fini(&s);
	kit_free(k);
}

/* More requests in a millisecond than there are processors, and never at one moment. */
static void who_comes_one_after_the_other_waits_for_nobody(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=1", "apiserver.processors=2");
	struct shared s;
	struct load l;

	(void)state;
	shared_init(&s, k);
	together_params_init(&s.params, &s.plan);
	load_init(&l, &s.mem, 0, NS_S);
	for (ns_t i = 0; i < 5; i++)
		load_add(&l, 0, API_GET_PODS, i * 200 * NS_US, 2 * NS_MS, 200 * NS_US);
	load_count(&l);
	assert_int_equal(l.most_running, 5);
	assert_false(together_may_wait(&s.params, &l));
	for (ns_t i = 0; i < 2; i++)
		load_add(&l, 0, API_GET_PODS, 0, 2 * NS_MS, 200 * NS_US);
	load_count(&l);
	assert_true(together_may_wait(&s.params, &l));
	load_fini(&l);
	shared_fini(&s);
	kit_free(k);
}

/* Also of nodes that run alone, of which some have to wait: for their limiter, or a stream. */
static void tries_add_up_where_nobody_meets(void **state)
{
	struct kit *k[2] = {KIT("v1.20", "secrets-30", "nodes=3", "warmup=5s", "duration=1m",
				    "start=atOnce", "apiserver.processors=64"),
		KIT("v1.12", "secrets-30", "nodes=1", "warmup=5s", "duration=1m",
			"start=atOnce", "kubelet.oneConnection=true",
			"apiserver.http2MaxStreamsPerConnection=20")};

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint64_t waited = 0;

		kit_run(k[i]);
		tries_add_up(&k[i]->result);
		for (uint32_t c = CALL_API; c < CALLS_MAX; c++)
			waited += i ? k[i]->result.requests[c].without_stream
				    : k[i]->result.requests[c].throttled;
		assert_true(waited > 0);
		kit_free(k[i]);
	}
}

static void busy_servers_have_all_nodes_together(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=40", "warmup=0s", "duration=30s",
		"start=atOnce", "apiserver.processors=1", "apiserver.maxRequestsInflight=20",
		"apiserver.maxMutatingRequestsInflight=10");
	struct err err = {0};

	(void)state;
	assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
	assert_true(k->result.servers.counts.inside.max > 20);
	assert_true(k->result.servers.level[0].waited > 100);
	assert_in_range(k->result.servers.counts.running.sum, 1, 30 * NS_S);
	fleet_result_fini(&k->result);
	kit_free(k);
}

/* One at leisure is as busy, server by server, whether its nodes were together or alone. */
static void each_server_has_the_clients_that_are_connected_to_it(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=7", "warmup=0s", "duration=2m",
		"start=stationary", "apiserver.processors=16", "apiserver.servers=3",
		"workload.pods=10", "workload.replacePodEvery=2s");
	const struct fleet_servers *alone = &k->result.servers;
	struct err err = {0};
	struct shared s;

	(void)state;
	shared_init(&s, k);
	together_params_init(&s.params, &s.plan);
	shared_run(&s);
	assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
	for (uint32_t i = 0; i < 3; i++) {
		int64_t off = (int64_t)(alone->busy[i] - s.result.servers.busy[i]);

		assert_true(alone->busy[i] > 0);
		/* but for what goes on at the end of the run */
		assert_in_range(off + 20 * NS_MS, 0, 40 * NS_MS);
	}
	shared_fini(&s);
	fleet_result_fini(&k->result);
	kit_free(k);
}

/* Of 20 nodes 2 a second write their status: that is what this etcd passes on to one watcher,
 * or twice as much, and whoever watches is told later and later. */
static void what_etcd_does_not_pass_on_in_time_is_told_late(void **state)
{
	static const char *const limits[] = {
		"apiserver.storage.watcherEventsPerSecond=unlimited",
		"apiserver.storage.watcherEventsPerSecond=1"};
	uint64_t late[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct kit *k = KIT("v1.5", "serving", "nodes=20", "warmup=0s", "duration=2m",
			"start=stationary", "apiserver=v1.5", "apiserver.processors=4",
			limits[i]);
		const struct server_counts *c = &k->result.servers.counts;
		struct err err = {0};

		assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
		assert_true(c->told > 200);
		late[i] = c->told_late / c->told;
		/* what is written last is told when etcd is through with all before it */
		if (i == 1)
			assert_in_range(c->told_latest, 100 * NS_S, 140 * NS_S);
		fleet_result_fini(&k->result);
		kit_free(k);
	}
	assert_true(late[0] < 10 * NS_MS);
	assert_in_range(late[1], 45 * NS_S, 75 * NS_S);
}

/* A server at which heartbeats take more than 10 s: they are given up, and the second time the
 * kubelet closes its connection and with it its watches, as 1.20 does and 1.27 does not. */
static void heartbeats_that_time_out_close_the_connection(void **state)
{
	static const char *const kubelets[] = {"v1.20", "v1.27"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct kit *k = KIT(kubelets[i], "secrets-30", "nodes=10", "warmup=0s",
			"duration=1m", "start=stationary");
		uint32_t lease = calls_intern(&k->scenario.calls, "update", "leases");
		uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
		const struct fleet_requests *r;
		struct shared s;

		shared_init(&s, k);
		s.params.cpu[lease][0] = s.params.cpu[lease][1] = 30 * NS_S;
		s.params.server.processors = 1024;
		shared_run(&s);
		r = &s.result.requests[lease];
		assert_int_equal(answered(&s.result, lease), 0);
		assert_in_range(r->given_up, 10 * 4, 10 * 6);
		assert_int_equal(r->given_up, r->failed);
		/* but for those that report their status meanwhile */
		assert_in_range(s.result.not_ready.silent, 7, 10);
		/* one in 450 s is opened again by itself */
		if (i == 0)
			assert_in_range(answered(&s.result, watch), 10 * 2, 10 * 6);
		else
			assert_in_range(answered(&s.result, watch), 0, 5);
		shared_fini(&s);
		kit_free(k);
	}
}

/* Nothing that is under way survives the connection, and no place is lost for it. */
static void a_busy_server_is_left_by_those_who_hang_up(void **state)
{
	struct kit *k = KIT(
		"v1.20", "secrets-30", "nodes=40", "warmup=0s", "duration=2m", "start=atOnce");
	uint32_t lease = calls_intern(&k->scenario.calls, "update", "leases");
	struct shared s;

	(void)state;
	shared_init(&s, k);
	s.params.server = (struct server_params){.processors = 1, .timeout = NS_MIN};
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s.params.cpu[c][0] = s.params.cpu[c][1] = 10 * NS_MS;
	shared_run(&s);
	assert_true(s.result.requests[lease].given_up > 0);
	assert_true(s.result.servers.counts.abandoned > 0);
	/* they have no answer, of whatever code */
	assert_true(s.result.tally.window[0].in.count[lease][OUTCOME_LOST] >=
		    s.result.requests[lease].given_up);
	assert_int_equal(s.result.tally.window[0].in.count[lease][OUTCOME_ERROR], 0);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &s.result.requests[c];

		assert_int_equal(r->offered, answered(&s.result, c) + r->failed + r->under_way);
		assert_int_equal(unanswered(&s.result, c), r->failed + r->retried);
	}
	shared_fini(&s);
	kit_free(k);
}

/* Two pods a minute are replaced on each of 40 nodes, a node with none of them for a while
 * watches from before what the watch cache remembers: 410, and a LIST.  With bookmarks it does
 * not. */
static void who_watches_from_too_long_ago_lists(void **state)
{
	static const struct {
		const char *bookmarks, *events;
		bool gone;
	} cases[] = {
		{"apiserver.bookmarks=false", "apiserver.watchCacheEvents=5", true},
		{"apiserver.bookmarks=false", "apiserver.watchCacheEvents=1000000", false},
		{"apiserver.bookmarks=true", "apiserver.watchCacheEvents=5", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=40", "warmup=0s",
			"duration=10m", "start=stationary", "workload.pods=2",
			"workload.replacePodEvery=30s", "apiserver.processors=16",
			cases[i].bookmarks, cases[i].events);
		uint32_t watch = calls_intern(&k->scenario.calls, "watch", "pods");
		uint32_t list = calls_intern(&k->scenario.calls, "list", "pods");
		uint64_t(*count)[OUTCOME_N];
		struct shared s;

		shared_init(&s, k);
		together_params_init(&s.params, &s.plan);
		shared_run(&s);
		count = s.result.tally.window[0].in.count;
		assert_int_equal(count[watch][OUTCOME_GONE] > 0, cases[i].gone);
		assert_int_equal(s.result.requests[watch].failed, 0);
		assert_int_equal(count[list][OUTCOME_OK] > 0, cases[i].gone);
		assert_true(count[list][OUTCOME_OK] <= count[watch][OUTCOME_GONE]);
		shared_fini(&s);
		kit_free(k);
	}
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	struct kit *k = KIT(
		"v1.20", "secrets-30", "nodes=30", "warmup=0s", "duration=30s", "start=atOnce");
	struct shared s[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		shared_init(&s[i], k);
		s[i].params.server.flow = (struct flow_params){.readonly = 5, .mutating = 3};
		shared_run(&s[i]);
	}
	assert_memory_equal(&s[0].result.tally.window[0].in, &s[1].result.tally.window[0].in,
		sizeof(struct tally_counts));
	assert_memory_equal(
		s[0].result.requests, s[1].result.requests, sizeof(s[0].result.requests));
	assert_memory_equal(s[0].result.step, s[1].result.step, sizeof(s[0].result.step));
	shared_fini(&s[0]);
	shared_fini(&s[1]);
	kit_free(k);
}

/* What waits when a storm that does not end has lasted so long, and the memory of its nodes. */
static uint64_t waits_after(const char *duration, uint64_t *bytes)
{
	struct kit *k = KIT("v1.6", "serving", "nodes=20", "warmup=0s", duration,
		"start=stationary", "workload.replacePodEvery=1s");
	uint64_t waits = 0;
	uint64_t turned_away = 0;
	struct shared s;

	shared_init(&s, k);
	shared_narrow(&s, 100 * NS_MS);
	shared_run(&s);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		waits += s.result.requests[c].under_way;
		turned_away += rejected(&s.result, c);
	}
	assert_true(turned_away > 10000);
	*bytes = s.result.node_bytes;
	shared_fini(&s);
	kit_free(k);
	return waits;
}

/* Retries end, and a loop asks again only when it has an answer: no more wait however long it
 * lasts, and nothing grows with it. */
static void an_endless_storm_keeps_within_bounds(void **state)
{
	uint64_t bytes[2];
	uint64_t soon = waits_after("duration=2m", &bytes[0]);
	uint64_t late = waits_after("duration=9m", &bytes[1]);

	(void)state;
	assert_true(soon > 0);
	assert_in_range(late, 1, 2 * soon);
	/* but for gaps to where a cache line begins, which hang on where memory is */
	assert_in_range(bytes[1], bytes[0] - 64, bytes[0] + 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_at_leisure_is_as_one_a_node),
		cmocka_unit_test(nothing_that_is_offered_is_lost),
		cmocka_unit_test(no_more_are_inside_than_have_seats),
		cmocka_unit_test(what_is_always_rejected_fails_after_ten_tries),
		cmocka_unit_test(a_round_that_was_rejected_comes_again_as_it_says),
		cmocka_unit_test(time_at_the_server_is_that_of_one_try),
		cmocka_unit_test(several_servers_share_the_nodes),
		cmocka_unit_test(idle_servers_are_told_from_the_load),
		cmocka_unit_test(who_comes_one_after_the_other_waits_for_nobody),
		cmocka_unit_test(tries_add_up_where_nobody_meets),
		cmocka_unit_test(busy_servers_have_all_nodes_together),
		cmocka_unit_test(what_etcd_does_not_pass_on_in_time_is_told_late),
		cmocka_unit_test(each_server_has_the_clients_that_are_connected_to_it),
		cmocka_unit_test(heartbeats_that_time_out_close_the_connection),
		cmocka_unit_test(a_busy_server_is_left_by_those_who_hang_up),
		cmocka_unit_test(who_watches_from_too_long_ago_lists),
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(an_endless_storm_keeps_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
