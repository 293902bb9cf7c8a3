/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/server_params.h"

#include "apiserver/apiserver.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/library.h"

struct made {
	struct arena mem;
	struct scenario s;
	struct server_params params;
	struct server_costs costs;
};

/* quiet-5000x30 with 16 processors and these settings. */
static struct made *make(const char *const *sets, uint32_t n)
{
	const char *all[8] = {"apiserver.processors=16"};
	const char *dir = getenv("NODETOLL_MODELS");
	struct made *m = calloc(1, sizeof(*m));
	struct settings settings = {.text = all, .n = n + 1};
	struct library lib = {.dir = dir ? dir : "models"};
	struct model resolved;
	struct err err = {0};

	assert_non_null(m);
	assert_true(n + 1 <= COUNT_OF(all));
	arena_init(&m->mem, 0);
	lib.mem = &m->mem;
	for (uint32_t i = 0; i < n; i++)
		all[i + 1] = sets[i];
	if (scenario_load(&lib, "quiet-5000x30", &settings, &m->s, &resolved, &err))
		fail_msg("%s", err.text);
	server_params_init(&m->params, &m->s);
	server_costs_init(&m->costs, &m->s);
	return m;
}

static void drop(struct made *m)
{
	arena_fini(&m->mem);
	free(m);
}

static uint16_t call_of(struct made *m, const char *verb, const char *resource)
{
	uint32_t known = m->s.calls.n;
	uint16_t call = calls_intern(&m->s.calls, verb, resource);

	assert_true(call < known);
	return call;
}

static ns_t cpu_of(struct made *m, const char *verb, const char *resource, bool quorum)
{
	return server_demand(&m->costs, call_of(m, verb, resource), quorum, 0).cpu;
}

static uint32_t level_of(struct made *m, const char *verb, const char *resource)
{
	return m->params.flow.level_of[call_of(m, verb, resource)];
}

static const struct flow_level *level(const struct made *m, const char *name)
{
	for (uint32_t i = 0; i < m->s.apiserver.fairness.n_levels; i++)
		if (!strcmp(m->s.apiserver.fairness.level[i].name, name))
			return &m->params.flow.level[i];
	fail_msg("no level %s", name);
	return &m->params.flow.level[0];
}

static void in_1_20_all_nodes_share_the_88_seats_of_system(void **state)
{
	struct made *m = make(NULL, 0);
	const struct flow_level *system = level(m, "system");

	(void)state;
	assert_int_equal(m->params.processors, 16);
	assert_true(m->params.flow.fair);
	assert_int_equal(m->params.flow.n_levels, 6);
	assert_int_equal(system->seats, 88);
	assert_int_equal(system->queues, 64);
	assert_int_equal(system->hand, 6);
	assert_int_equal(system->queue_length, 50);
	assert_int_equal(level(m, "workload-low")->seats, 293);
	assert_int_equal(level(m, "catch-all")->seats, 15);
	assert_int_equal(level(m, "catch-all")->queues, 0);
	for (uint32_t c = CALL_API; c < m->s.calls.n; c++)
		assert_ptr_equal(&m->params.flow.level[m->params.flow.level_of[c]], system);
	assert_int_equal(m->params.flow.wait_limit, 15 * NS_S);
	assert_int_equal(m->params.flow.wait_end, 60 * NS_S);
	assert_int_equal(m->params.flow.guess, 60 * NS_S);
	assert_false(m->params.flow.by_seats);
	assert_int_equal(server_params_limit(&m->params, &m->s), 88 + 64 * 50);
	drop(m);
}

static void since_1_22_what_tells_of_a_nodes_health_has_seats_of_its_own(void **state)
{
	static const char *const sets[] = {"apiserver=v1.22"};
	static const char *const later[] = {"apiserver=v1.36"};
	struct made *m = make(sets, COUNT_OF(sets));
	uint32_t high = level_of(m, "update", "leases");

	(void)state;
	assert_ptr_equal(&m->params.flow.level[high], level(m, "node-high"));
	assert_int_equal(m->params.flow.level[high].seats, 98);
	assert_int_equal(level(m, "system")->seats, 74);
	assert_int_equal(level_of(m, "get", "nodes"), high);
	assert_int_equal(level_of(m, "patch", "nodes/status"), high);
	assert_ptr_equal(
		&m->params.flow.level[level_of(m, "patch", "pods/status")], level(m, "system"));
	assert_int_equal(m->params.flow.lend_every, 0);
	assert_int_equal(
		server_demand(&m->costs, call_of(m, "list", "pods"), true, 30).width, 1);
	assert_int_equal(m->params.flow.wait_end, 60 * NS_S);
	drop(m);
	m = make(later, COUNT_OF(later)); /* since 1.29 */
	assert_int_equal(m->params.flow.wait_end, 15 * NS_S);
	drop(m);
}

static void since_1_26_levels_lend_each_other_seats(void **state)
{
	static const char *const sets[] = {
		"apiserver=v1.26", "apiserver.fairness.levels.system.borrowingLimitPercent=50"};
	struct made *m = make(sets, COUNT_OF(sets));

	(void)state;
	assert_int_equal(m->params.flow.lend_every, 10 * NS_S);
	assert_int_equal(m->params.flow.wait_end, 60 * NS_S);
	assert_int_equal(m->params.flow.guess, 3 * NS_MS); /* since 1.23, both */
	assert_true(m->params.flow.by_seats);
	assert_int_equal(level(m, "system")->lends, 24);
	assert_int_equal(level(m, "system")->borrows, 37);
	assert_int_equal(level(m, "node-high")->lends, 25);
	assert_int_equal(level(m, "node-high")->borrows, 600);
	assert_int_equal(level(m, "catch-all")->lends, 0);
	drop(m);
	m = make(NULL, 0);
	assert_int_equal(m->params.flow.lend_every, 0);
	drop(m);
}

static uint16_t width_of(struct made *m, const char *resource, bool quorum)
{
	return server_demand(&m->costs, call_of(m, "list", resource), quorum, 30).width;
}

/* Of the 150,000 pods that there are, whoever asks. */
static void since_1_23_a_list_takes_a_seat_for_a_hundred_objects(void **state)
{
	static const char *const sets[] = {"kubelet=v1.12", "apiserver=v1.36", "nodes=2"};
	static const char *const all[] = {"kubelet=v1.12", "apiserver=v1.36", "nodes=20"};
	struct made *m = make(sets, COUNT_OF(sets));

	(void)state;
	assert_int_equal(width_of(m, "pods", false), 1);
	assert_int_equal(width_of(m, "pods", true), 2);
	assert_int_equal(width_of(m, "secrets", false), 1);
	assert_int_equal(
		server_demand(&m->costs, call_of(m, "get", "nodes"), false, 30).width, 1);
	drop(m);
	m = make(all, COUNT_OF(all));
	assert_int_equal(width_of(m, "pods", false), 6);
	assert_int_equal(width_of(m, "pods", true), 10);
	drop(m);
}

/* Of 147 seats system has 18: 15 % of them are three, and a hand of six queues has three each.
 */
static void since_1_28_a_list_takes_a_part_of_its_level(void **state)
{
	static const char *const sets[] = {"kubelet=v1.12", "apiserver=v1.28", "nodes=20",
		"apiserver.maxRequestsInflight=100",
		"apiserver.maxMutatingRequestsInflight=47"};
	static const char *const hand[] = {"kubelet=v1.12", "apiserver=v1.28", "nodes=20",
		"apiserver.maxRequestsInflight=100", "apiserver.maxMutatingRequestsInflight=47",
		"apiserver.fairness.levels.system.handSize=9"};
	static const char *const one[] = {"kubelet=v1.12", "apiserver=v1.28", "nodes=20",
		"apiserver.maxRequestsInflight=10", "apiserver.maxMutatingRequestsInflight=5"};
	static const char *const before[] = {"kubelet=v1.12", "apiserver=v1.26", "nodes=20",
		"apiserver.maxRequestsInflight=10", "apiserver.maxMutatingRequestsInflight=5"};
	static const struct {
		const char *const *sets;
		uint32_t n;
		uint16_t width;
	} cases[] = {{sets, COUNT_OF(sets), 3}, {hand, COUNT_OF(hand), 2},
		{one, COUNT_OF(one), 1}, {before, COUNT_OF(before), 10}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct made *m = make(cases[i].sets, cases[i].n);

		assert_int_equal(width_of(m, "pods", true), cases[i].width);
		drop(m);
	}
}

static void without_fairness_there_are_two_limits_or_one_or_none(void **state)
{
	static const char *const two[] = {"apiserver.fairness.enabled=false"};
	static const char *const one[] = {"apiserver.fairness.enabled=false",
		"apiserver.maxMutatingRequestsInflight=shared"};
	static const char *const none[] = {
		"apiserver.fairness.enabled=false", "apiserver.maxRequestsInflight=0"};
	struct made *m = make(two, COUNT_OF(two));

	(void)state;
	assert_false(m->params.flow.fair);
	assert_int_equal(m->params.flow.readonly, 400);
	assert_int_equal(m->params.flow.mutating, 200);
	assert_false(m->params.flow.shared);
	assert_int_equal(server_params_limit(&m->params, &m->s), 600);
	drop(m);
	m = make(one, COUNT_OF(one));
	assert_true(m->params.flow.shared);
	assert_int_equal(server_params_limit(&m->params, &m->s), 400);
	drop(m);
	m = make(none, COUNT_OF(none));
	assert_int_equal(m->params.flow.readonly, 0);
	assert_int_equal(server_params_limit(&m->params, &m->s), UINT32_MAX);
	drop(m);
}

/* However long a request takes at leisure, a read that the watch cache answers does not wait
 * longer for what is no processor than one of the same object that asks etcd; nor where a model
 * does not tell them apart. */
static void no_read_from_the_watch_cache_waits_longer_than_one_of_etcd(void **state)
{
	static const char *const sets[][3] = {{"apiserver=v1.20"}, {"apiserver=v1.5"},
		{"apiserver.otherCached=null", "apiserver.latency.get pods.cached=null",
			"apiserver.latency.get secrets.cached=null"}};
	static const uint32_t n[] = {1, 1, 3};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(n); i++) {
		struct made *m = make(sets[i], n[i]);
		struct api api;

		api_init(&api, &m->s, 1, 1);
		for (uint32_t c = CALL_API; c < m->s.calls.n; c++) {
			const struct dist *cache = &api.dist[api.dist_of[c][0]];
			const struct dist *etcd = &api.dist[api.dist_of[c][1]];
			struct server_demand d[2] = {
				server_demand(&m->costs, (uint16_t)c, false, 30),
				server_demand(&m->costs, (uint16_t)c, true, 30)};

			for (uint64_t k = 0; k < 1000; k++) {
				uint64_t draw = k * (UINT64_MAX / 1000);

				assert_true(server_wait(&d[0], dist_draw(cache, draw, 0)) <=
					    server_wait(&d[1], dist_draw(etcd, draw, 0)));
				assert_true(d[0].cpu <= d[1].cpu);
			}
		}
		drop(m);
	}
}

static void a_request_costs_what_was_measured_as_it_is_read_and_encoded(void **state)
{
	static const char *const json[] = {"apiserver.encoding=json"};
	static const char *const uncached[] = {"apiserver.watchCache=false"};
	static const char *const faster[] = {"apiserver.costs.cpuScale=0.5"};
	struct made *m = make(NULL, 0);
	struct server_demand d = server_demand(&m->costs, API_GET_SECRETS, true, 0);

	(void)state;
	assert_int_equal(d.cpu, 424100);
	assert_int_equal(d.etcd_cpu, 183300);
	assert_int_equal(d.bytes, 4920);
	assert_false(d.mutating);
	d = server_demand(&m->costs, API_GET_SECRETS, false, 0);
	assert_int_equal(d.cpu, 198200);
	assert_int_equal(d.etcd_cpu, 0);
	d = server_demand(&m->costs, API_PATCH_PODS_STATUS, false, 0);
	assert_int_equal(d.cpu, 2336900);
	assert_true(d.mutating);
	drop(m);
	m = make(json, COUNT_OF(json));
	assert_int_equal(cpu_of(m, "get", "secrets", false), 200800);
	drop(m);
	m = make(uncached, COUNT_OF(uncached));
	assert_int_equal(cpu_of(m, "get", "secrets", false), 424100);
	drop(m);
	m = make(faster, COUNT_OF(faster));
	d = server_demand(&m->costs, API_GET_SECRETS, true, 0);
	assert_int_equal(d.cpu, 212050);
	/* What is not processing takes as long on any machine. */
	assert_int_equal(server_wait(&d, NS_MS), NS_MS - 424100);
	assert_int_equal(server_wait(&d, 424100), 0);
	drop(m);
}

static void what_was_not_measured_costs_as_the_model_says(void **state)
{
	static const char *const json[] = {"apiserver.encoding=json"};
	struct made *m = make(NULL, 0);

	(void)state;
	assert_int_equal(cpu_of(m, "delete", "pods", false), 904600); /* patch leases */
	assert_int_equal(cpu_of(m, "update", "leases", false), 904600);
	assert_int_equal(cpu_of(m, "patch", "nodes/status", false), 2336900);
	assert_int_equal(cpu_of(m, "get", "configmaps", true), 424100);
	assert_int_equal(cpu_of(m, "list", "secrets", false), 198200);
	assert_int_equal(cpu_of(m, "create", "events", false), 720200); /* as JSON */
	assert_int_equal(cpu_of(m, "get", "nodes", false), 142800);
	assert_int_equal(cpu_of(m, "get", "nodes", true), 440600); /* get pods */
	drop(m);
	m = make(json, COUNT_OF(json));
	assert_int_equal(cpu_of(m, "get", "nodes", false), 142800); /* as protobuf */
	drop(m);
}

static void a_list_grows_with_its_objects(void **state)
{
	static const char *const sets[] = {"nodes=50", "workload.pods=100"};
	struct made *m = make(sets, COUNT_OF(sets));
	uint16_t list = call_of(m, "list", "pods");
	struct server_demand none = server_demand(&m->costs, list, false, 0);
	struct server_demand few = server_demand(&m->costs, list, false, 100);
	struct server_demand all = server_demand(&m->costs, list, false, 5000);

	(void)state;
	/* One of nothing costs somewhat less than a GET, one of all what was measured. */
	assert_in_range(none.cpu, 160 * NS_US, 190 * NS_US);
	assert_in_range(all.cpu, 141 * NS_MS, 142 * NS_MS);
	assert_in_range(all.bytes, 17690000, 17700000);
	/* That of 100, 2,679 us, was measured and is not in the line. */
	assert_in_range(few.cpu, 2679 * NS_US, 3050 * NS_US);
	assert_int_equal(few.etcd_cpu, 0);
	/* etcd is read through for any of them. */
	all = server_demand(&m->costs, list, true, 5000);
	few = server_demand(&m->costs, list, true, 100);
	assert_in_range(all.cpu, 351 * NS_MS, 352 * NS_MS);
	assert_in_range(few.cpu, 205 * NS_MS, 220 * NS_MS);
	assert_int_equal(all.etcd_cpu, few.etcd_cpu);
	assert_int_equal(none.etcd_wait, 0);
	/* and that is waited for, beside what a list of one takes */
	assert_in_range(all.etcd_wait, 45 * NS_MS, 46 * NS_MS);
	assert_int_equal(
		server_wait(&all, 5 * NS_MS), 5 * NS_MS - all.measured_cpu + all.etcd_wait);
	assert_in_range(few.bytes, 350000, 360000);
	drop(m);
}

static void other_lists_have_as_many_objects_as_the_model_says(void **state)
{
	struct made *m = make(NULL, 0);
	ns_t one = cpu_of(m, "list", "services", false);

	(void)state;
	m->s.apiserver.costs.n_listed = 1;
	(void)strcpy(m->s.apiserver.costs.listed[0].resource, "services");
	m->s.apiserver.costs.listed[0].objects = 301;
	server_costs_init(&m->costs, &m->s);
	assert_in_range(
		cpu_of(m, "list", "services", false) - one, 300 * 28 * NS_US, 300 * 29 * NS_US);
	drop(m);
}

static void no_request_takes_longer_than_an_hour(void **state)
{
	struct made *m = make(NULL, 0);
	struct api_cost *cost = &m->s.apiserver.cost[API_GET_SECRETS][0];

	(void)state;
	cost->cpu = 60 * NS_MIN;
	m->s.apiserver.costs.cpu_scale = INT64_C(1000) * PPM;
	assert_int_equal(cpu_of(m, "get", "secrets", false), 60 * NS_MIN);
	cost = &m->s.apiserver.cost[call_of(m, "list", "pods")][0];
	cost->listed_cpu = 60 * NS_MIN;
	assert_int_equal(server_demand(&m->costs, call_of(m, "list", "pods"), false, UINT32_MAX)
				 .measured_cpu,
		60 * NS_MIN);
	drop(m);
}

static void every_kubelet_is_served_however_its_requests_are_read_and_encoded(void **state)
{
	static const char *const ways[][2] = {
		{"apiserver.encoding=protobuf", "apiserver.watchCache=true"},
		{"apiserver.encoding=protobuf", "apiserver.watchCache=false"},
		{"apiserver.encoding=generatedJson", "apiserver.watchCache=true"},
		{"apiserver.encoding=json", "apiserver.watchCache=true"},
		{"apiserver.encoding=json", "apiserver.watchCache=false"},
	};
	const char *dir = getenv("NODETOLL_MODELS");
	struct arena mem;
	struct library lib = {.dir = dir ? dir : "models", .mem = &mem};
	const char **kubelets;
	const char **servers;
	uint32_t n_kubelets;
	uint32_t n_servers;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(library_list(&lib, MODEL_KUBELET, &kubelets, &n_kubelets, NULL), 0);
	assert_int_equal(library_list(&lib, MODEL_APISERVER, &servers, &n_servers, NULL), 0);
	for (uint32_t i = 0; i < n_kubelets * n_servers * COUNT_OF(ways); i++) {
		char kubelet[64];
		char server[64];
		const char *const sets[] = {kubelet, server, ways[i % COUNT_OF(ways)][0],
			ways[i % COUNT_OF(ways)][1]};
		struct made *m;

		(void)snprintf(kubelet, sizeof(kubelet), "kubelet=%s",
			kubelets[i / COUNT_OF(ways) % n_kubelets]);
		(void)snprintf(server, sizeof(server), "apiserver=%s",
			servers[i / COUNT_OF(ways) / n_kubelets]);
		m = make(sets, COUNT_OF(sets));
		for (uint32_t c = CALL_API; c < m->s.calls.n; c++) {
			assert_true(server_demand(&m->costs, (uint16_t)c, false, 1).cpu > 0);
			assert_true(server_demand(&m->costs, (uint16_t)c, true, 1).cpu > 0);
		}
		drop(m);
	}
	arena_fini(&mem);
}

/* As many bytes of a list: 5,000 pods of 3,539 bytes take 141.5 ms, one of them 28.3 us. */
static void who_watches_is_told_of_what_is_written(void **state)
{
	static const char *const twice[] = {"apiserver.costs.watchEvent=2"};
	struct made *m = make(NULL, 0);
	struct server_telling pod = server_telling(&m->s, API_PATCH_PODS_STATUS);
	struct server_telling lease = server_telling(&m->s, call_of(m, "update", "leases"));
	struct server_telling last = server_telling(&m->s, API_DELETE_PODS);
	ns_t cpu = pod.cpu;

	(void)state;
	assert_int_equal(pod.events, 1);
	assert_int_equal(pod.all.n, 2);
	assert_int_equal(pod.all.cpu, 2 * cpu);
	assert_int_equal(pod.own.n, 1);
	assert_in_range(pod.cpu, 28300 * 3850 / 3539 - 300, 28300 * 3850 / 3539 + 300);
	assert_int_equal(last.events, 2); /* its grace period, then the pod */
	assert_int_equal(last.cpu, cpu);
	assert_int_equal(lease.all.n, 1);
	assert_int_equal(lease.own.n, 0);
	assert_in_range(lease.cpu, cpu * 680 / 3850 - 10, cpu * 680 / 3850 + 10);
	assert_int_equal(server_telling(&m->s, API_GET_PODS).events, 0);
	assert_int_equal(server_telling(&m->s, API_CREATE_TOKENS).events, 0);
	drop(m);
	m = make(twice, COUNT_OF(twice));
	assert_in_range(server_telling(&m->s, API_PATCH_PODS_STATUS).cpu, 2 * cpu, 2 * cpu + 1);
	drop(m);
}

/* A lease of a byte on a machine a thousand times as fast. */
static void no_event_is_told_for_nothing_but_where_all_are(void **state)
{
	static const char *const fast[] = {"apiserver.costs.cpuScale=0.001",
		"apiserver.storage.objects.leases.watchers=0"};
	static const char *const free[] = {"apiserver.costs.watchEvent=0"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct made *m = i ? make(free, COUNT_OF(free)) : make(fast, COUNT_OF(fast));
		struct kubelet_model *k = &m->s.kubelet;
		uint16_t update = call_of(m, "update", "leases");
		struct server_telling t;

		k->watches[k->n_watches++] = (struct model_watch){
			.watch = update, .scope = WATCH_CLUSTER, .bytes = 1};
		t = server_telling(&m->s, update);
		assert_int_equal(t.all.n, m->s.nodes + (uint32_t)i);
		assert_int_equal(t.all.cpu, i ? 0 : t.all.n);
		drop(m);
	}
}

static uint64_t secrets_of_a_list(struct made *m)
{
	server_costs_init(&m->costs, &m->s);
	return m->costs.listed[API_LIST_SECRETS];
}

/* Of the same client: what kubelets list one by one are no lists of all there are. */
static void a_watch_of_all_secrets_makes_no_kubelets_list_longer(void **state)
{
	struct made *m = make(NULL, 0);
	struct kubelet_model *k = &m->s.kubelet;

	(void)state;
	assert_int_equal(k->objects.design, OBJECT_WATCH);
	k->watches[k->n_watches++] = (struct model_watch){
		.list = API_LIST_SECRETS, .watch = API_WATCH_SECRETS, .scope = WATCH_CLUSTER};
	assert_int_equal(secrets_of_a_list(m), 1);
	k->objects.design = OBJECT_BULKWATCH;
	assert_int_equal(secrets_of_a_list(m), 1);
	k->objects.design = OBJECT_CACHE;
	assert_int_equal(secrets_of_a_list(m), 5000 * 30);
	drop(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_1_20_all_nodes_share_the_88_seats_of_system),
		cmocka_unit_test(since_1_22_what_tells_of_a_nodes_health_has_seats_of_its_own),
		cmocka_unit_test(since_1_26_levels_lend_each_other_seats),
		cmocka_unit_test(since_1_23_a_list_takes_a_seat_for_a_hundred_objects),
		cmocka_unit_test(since_1_28_a_list_takes_a_part_of_its_level),
		cmocka_unit_test(without_fairness_there_are_two_limits_or_one_or_none),
		cmocka_unit_test(no_read_from_the_watch_cache_waits_longer_than_one_of_etcd),
		cmocka_unit_test(a_request_costs_what_was_measured_as_it_is_read_and_encoded),
		cmocka_unit_test(what_was_not_measured_costs_as_the_model_says),
		cmocka_unit_test(a_list_grows_with_its_objects),
		cmocka_unit_test(other_lists_have_as_many_objects_as_the_model_says),
		cmocka_unit_test(no_request_takes_longer_than_an_hour),
		cmocka_unit_test(
			every_kubelet_is_served_however_its_requests_are_read_and_encoded),
		cmocka_unit_test(who_watches_is_told_of_what_is_written),
		cmocka_unit_test(no_event_is_told_for_nothing_but_where_all_are),
		cmocka_unit_test(a_watch_of_all_secrets_makes_no_kubelets_list_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
