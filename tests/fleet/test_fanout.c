/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/fanout.h"

#include "tcase.h"

#include "apiserver/server_params.h"

#include "fleet/together.h"
#include "kit.h"

enum { SERVERS = 3, ROOM = 10 };

struct told {
	struct arena mem;
	struct together_params shared;
	struct server server[SERVERS];
	struct balancer balancer;
};

static void told_init(struct told *t, const struct kit *k, uint32_t servers)
{
	const struct node_plan plan = {.params = &k->params, .shared = &t->shared};

	*t = (struct told){.shared = {.servers = servers,
				   .server = {.processors = 4, .flow = {.readonly = 5}}}};
	arena_init(&t->mem, 0);
	fanout_init(&t->shared.fanout, &k->scenario);
	t->shared.server.watchers = fanout_watchers(&t->shared.fanout, &k->scenario);
	for (uint32_t i = 0; i < servers; i++)
		server_init(&t->server[i], &t->shared.server, &t->mem, ROOM);
	balancer_init(&t->balancer, &plan, &t->mem);
}

/* What a server still has to tell. */
static uint32_t telling(const struct told *t, uint32_t i)
{
	return t->server[i].share.n;
}

static ns_t tell(struct told *t, ns_t now, uint16_t call, uint8_t home)
{
	const struct fanout_servers to = {t->server, &t->balancer};
	const struct fanout_write w = {
		.of = &t->shared.fanout.call[call], .node = 1, .server = 0, .home = home};

	return fanout_tell(&t->shared.fanout, &to, now, &w);
}

static void one_server_tells_everybody(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "apiserver.processors=4");
	struct told t;

	(void)state;
	told_init(&t, k, 1);
	/* two watchers of all pods, and the kubelet */
	assert_true(tell(&t, 0, API_PATCH_PODS_STATUS, 0) > 0);
	assert_int_equal(telling(&t, 0), 3);
	/* nobody but those who watch all leases */
	assert_int_equal(
		tell(&t, 0, calls_intern(&k->scenario.calls, "update", "leases"), 0), 0);
	assert_int_equal(telling(&t, 0), 4);
	assert_int_equal(tell(&t, 0, API_GET_PODS, 0), 0);
	assert_int_equal(telling(&t, 0), 4);
	arena_fini(&t.mem);
	kit_free(k);
}

/* A kubelet's final DELETE is two changes, that of a controller is one; nodes that ran alone
 * have written down the same. */
static void a_delete_that_marks_a_pod_is_one_change(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "apiserver.processors=4");
	ns_t cpu = server_telling(&k->scenario, API_DELETE_PODS).cpu;
	struct load l[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct told t;
		const struct fanout_servers to = {t.server, &t.balancer};
		const struct fanout_write w = {.of = &t.shared.fanout.call[API_DELETE_PODS],
			.node = 1,
			.marks = i == 1};

		told_init(&t, k, 1);
		(void)fanout_tell(&t.shared.fanout, &to, 0, &w);
		while (server_next_at(&t.server[0]) < NS_NEVER) {
			struct server_done d;

			(void)server_take(&t.server[0], server_next_at(&t.server[0]), &d);
		}
		/* two watchers of all pods, and the kubelet */
		assert_int_equal(t.server[0].counts.telling, (2 - i) * 3 * cpu);
		load_init(&l[i], &t.mem, 0, NS_S);
		fanout_load(1, &l[i], 0, &w);
		assert_int_equal(l[i].telling, (2 - i) * 3 * cpu);
		load_fini(&l[i]);
		arena_fini(&t.mem);
	}
	kit_free(k);
}

/* What servers have told so far. */
static void all_is_told(struct told *t, ns_t until)
{
	for (uint32_t i = 0; i < t->shared.servers; i++)
		while (server_next_at(&t->server[i]) < until) {
			struct server_done d;

			(void)server_take(&t->server[i], server_next_at(&t->server[i]), &d);
		}
}

/* A server whose watch cache is told by etcd tells those who are connected to it. */
static void watchers_are_spread_over_the_servers_that_are_there(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "apiserver.processors=4");
	struct told t;

	(void)state;
	told_init(&t, k, SERVERS);
	(void)tell(&t, 0, API_PATCH_PODS_STATUS, 2);
	assert_int_equal(telling(&t, 0), 1); /* a watcher; its cache is in the write's cost */
	assert_int_equal(telling(&t, 1), 2); /* its cache, a watcher */
	assert_int_equal(telling(&t, 2), 2); /* its cache, the kubelet */
	arena_fini(&t.mem);
	told_init(&t, k, SERVERS);
	balancer_goes(&t.balancer, 1, 0, NS_S);
	assert_int_equal(tell(&t, 0, API_PATCH_PODS_STATUS, 1), 0);
	assert_int_equal(telling(&t, 1), 0);
	/* the cache of one, and both watchers */
	assert_int_equal(telling(&t, 0) + telling(&t, 2), 3);
	arena_fini(&t.mem);
	kit_free(k);
}

/* Also while another goes, and when that is back. */
static void a_watcher_stays_where_it_is_connected(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "apiserver.processors=4",
		"apiserver.storage.objects.pods.watchers=12");
	const uint32_t caches[SERVERS] = {0, 1, 1};
	uint32_t moved = 0;
	struct told t;

	(void)state;
	told_init(&t, k, SERVERS);
	(void)tell(&t, 0, API_PATCH_PODS_STATUS, 0);
	for (uint32_t i = 0; i < SERVERS; i++)
		assert_int_equal(telling(&t, i), 4 + caches[i] + (i == 0)); /* the kubelet */
	all_is_told(&t, NS_S);
	balancer_goes(&t.balancer, 1, NS_S, NS_S);
	(void)tell(&t, 3 * NS_S, API_PATCH_PODS_STATUS, 0);
	assert_int_equal(telling(&t, 1), 1); /* its cache alone */
	assert_true(telling(&t, 0) >= 4 && telling(&t, 2) >= 4 + 1);
	for (uint32_t i = 0; i < SERVERS; i++)
		moved += telling(&t, i) - caches[i];
	assert_int_equal(moved, 12 + 1); /* and the kubelet */
	arena_fini(&t.mem);
	kit_free(k);
}

/* A few stand for a crowd, and take as much. */
static void a_crowd_takes_what_all_of_it_take(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "apiserver.processors=4",
		"apiserver.storage.objects.leases.watchers=5000");
	uint16_t lease = calls_intern(&k->scenario.calls, "update", "leases");
	struct server_telling of = server_telling(&k->scenario, lease);
	const struct fanout_of *told;
	struct told t;

	(void)state;
	told_init(&t, k, 1);
	(void)tell(&t, 0, lease, 0);
	told = &t.shared.fanout.call[lease];
	assert_in_range(told->n, 10, 1000);
	assert_in_range((uint64_t)told->n * (uint64_t)told->crowd,
		5000 * (uint64_t)of.cpu - told->n, 5000 * (uint64_t)of.cpu);
	arena_fini(&t.mem);
	kit_free(k);
}

/* Requests wait for what watchers are told, and the more so the more watch. */
static void telling_delays_requests(void **state)
{
	static const char *const watchers[] = {"apiserver.costs.watchEvent=0",
		"apiserver.storage.objects.pods.watchers=2",
		"apiserver.storage.objects.pods.watchers=40"};
	struct fleet_result r[3];
	uint64_t telling = 0;
	uint64_t sojourn = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=40", "warmup=0s",
			"duration=40s", "start=atOnce", "apiserver.processors=1", watchers[i]);
		struct err err = {0};

		assert_int_equal(fleet_run(&k->params, &r[i], &err), 0);
		assert_true(i == 0 ? r[i].servers.counts.telling == 0
				   : r[i].servers.counts.telling > telling);
		assert_true(r[i].servers.counts.sojourn > sojourn);
		telling = r[i].servers.counts.telling;
		sojourn = r[i].servers.counts.sojourn;
		fleet_result_fini(&r[i]);
		kit_free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_server_tells_everybody),
		cmocka_unit_test(a_delete_that_marks_a_pod_is_one_change),
		cmocka_unit_test(watchers_are_spread_over_the_servers_that_are_there),
		cmocka_unit_test(a_watcher_stays_where_it_is_connected),
		cmocka_unit_test(a_crowd_takes_what_all_of_it_take),
		cmocka_unit_test(telling_delays_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
