/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/fanout.h"

#include "tcase.h"

#include "apiserver/server_params.h"

#include "kit.h"

enum { SERVERS = 3, ROOM = 10 };

struct told {
	struct arena mem;
	struct fanout fanout;
	struct server_params params;
	struct server server[SERVERS];
	ns_t up_at[SERVERS];
};

static void told_init(struct told *t, const struct scenario *s)
{
	*t = (struct told){.params = {.processors = 4, .flow = {.readonly = 5}}};
	arena_init(&t->mem, 0);
	fanout_init(&t->fanout, s);
	t->params.watchers = fanout_watchers(&t->fanout, s);
	for (uint32_t i = 0; i < SERVERS; i++)
		server_init(&t->server[i], &t->params, &t->mem, ROOM);
}

/* What a server still has to tell. */
static uint32_t telling(const struct told *t, uint32_t i)
{
	return t->server[i].share.n;
}

static ns_t tell(struct told *t, uint32_t servers, uint16_t call, uint8_t home)
{
	const struct fanout_servers to = {t->server, t->up_at, servers};
	const struct fanout_write w = {
		.of = &t->fanout.call[call], .node = 1, .server = 0, .home = home};

	return fanout_tell(&t->fanout, &to, 0, &w);
}

static void one_server_tells_everybody(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "apiserver.processors=4");
	struct told t;

	(void)state;
	told_init(&t, &k->scenario);
	/* two watchers of all pods, and the kubelet */
	assert_true(tell(&t, 1, API_PATCH_PODS_STATUS, 0) > 0);
	assert_int_equal(telling(&t, 0), 3);
	/* nobody but those who watch all leases */
	assert_int_equal(
		tell(&t, 1, calls_intern(&k->scenario.calls, "update", "leases"), 0), 0);
	assert_int_equal(telling(&t, 0), 4);
	assert_int_equal(tell(&t, 1, API_GET_PODS, 0), 0);
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
		const struct fanout_servers to = {t.server, t.up_at, 1};
		const struct fanout_write w = {
			.of = &t.fanout.call[API_DELETE_PODS], .node = 1, .marks = i == 1};

		told_init(&t, &k->scenario);
		(void)fanout_tell(&t.fanout, &to, 0, &w);
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

/* A server whose watch cache is told by etcd tells those who are connected to it. */
static void watchers_are_spread_over_the_servers_that_are_there(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=3", "apiserver.processors=4");
	struct told t;

	(void)state;
	told_init(&t, &k->scenario);
	(void)tell(&t, SERVERS, API_PATCH_PODS_STATUS, 2);
	assert_int_equal(telling(&t, 0), 1); /* a watcher; its cache is in the write's cost */
	assert_int_equal(telling(&t, 1), 2); /* its cache, a watcher */
	assert_int_equal(telling(&t, 2), 2); /* its cache, the kubelet */
	arena_fini(&t.mem);
	told_init(&t, &k->scenario);
	t.up_at[1] = NS_S;
	assert_int_equal(tell(&t, SERVERS, API_PATCH_PODS_STATUS, 1), 0);
	assert_int_equal(telling(&t, 0), 1);
	assert_int_equal(telling(&t, 1), 0);
	assert_int_equal(telling(&t, 2), 2); /* its cache, the other watcher */
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
	struct told t;

	(void)state;
	told_init(&t, &k->scenario);
	(void)tell(&t, 1, lease, 0);
	assert_in_range(t.fanout.call[lease].n, 10, 1000);
	assert_in_range((uint64_t)t.fanout.call[lease].n * (uint64_t)t.fanout.call[lease].crowd,
		5000 * (uint64_t)of.cpu - t.fanout.call[lease].n, 5000 * (uint64_t)of.cpu);
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
		cmocka_unit_test(a_crowd_takes_what_all_of_it_take),
		cmocka_unit_test(telling_delays_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
