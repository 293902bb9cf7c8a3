/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_storage.h"

#include <stdio.h>

#include "tcase.h"

#include "result_kit.h"

/* 10 nodes with 3 pods and two kinds of objects, for ten seconds. */
static struct made storing(enum storage_format format)
{
	struct made m = made();
	struct scenario *s = m.scenario;

	s->nodes = 10;
	s->duration = 10 * NS_S;
	s->workload.pods = 3;
	s->workload.namespaces = 2;
	s->workload.n_objects = 2;
	s->workload.objects[0] =
		(struct workload_object){.resource = "secrets", .shared_by = SHARED_POD};
	s->workload.objects[1] =
		(struct workload_object){.resource = "secrets", .shared_by = SHARED_NAMESPACE};
	s->apiserver.storage.format = format;
	s->apiserver.storage.n_objects = 2;
	(void)snprintf(s->apiserver.storage.object[0].resource, 48, "pods");
	s->apiserver.storage.object[0].json = 500;
	s->apiserver.storage.object[0].protobuf = 301;
	s->apiserver.storage.object[0].watchers = 2;
	(void)snprintf(s->apiserver.storage.object[1].resource, 48, "secrets");
	s->apiserver.storage.object[1].json = 100;
	s->apiserver.storage.object[1].protobuf = 90;
	m.result->stored_pods = 30;
	return m;
}

static const struct json *resource(const struct json *storage, uint32_t i)
{
	return json_at(json_get(storage, "resources"), i);
}

static void objects_have_the_size_of_their_format(void **state)
{
	static const struct {
		enum storage_format format;
		int pods, secrets;
	} cases[] = {{STORAGE_JSON, 30 * 500, 32 * 100}, {STORAGE_PROTOBUF, 30 * 301, 32 * 90},
		{STORAGE_BASE64, 30 * 404, 32 * 120}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made m = storing(cases[i].format);
		struct json *s = result_storage(m.scenario, m.result);

		assert_int_equal(made_number(resource(s, 0), "storedBytes"), cases[i].pods);
		assert_int_equal(made_number(resource(s, 1), "storedBytes"), cases[i].secrets);
		assert_int_equal(
			made_number(s, "storedBytes"), cases[i].pods + cases[i].secrets);
		json_free(s);
		arena_fini(&m.mem);
	}
}

/* A status is a pod's, its last DELETE is two writes; a token is stored nowhere. */
static void every_write_is_told_to_whoever_watches(void **state)
{
	struct made m = storing(STORAGE_JSON);
	struct tally_counts *in = &m.result->tally.window[0].in;
	struct json *s;

	(void)state;
	in->count[API_PATCH_PODS_STATUS][OUTCOME_OK] = 40;
	in->count[API_PATCH_PODS_STATUS][OUTCOME_REJECTED] = 7;
	in->count[API_DELETE_PODS][OUTCOME_OK] = 10;
	in->count[API_GET_PODS][OUTCOME_OK] = 1000;
	in->count[API_CREATE_TOKENS][OUTCOME_OK] = 1000;
	s = result_storage(m.scenario, m.result);
	assert_int_equal(made_number(resource(s, 0), "eventsPerSecond"), 6);
	assert_int_equal(made_number(resource(s, 0), "writtenBytesPerSecond"), 50 * 500 / 10);
	assert_int_equal(made_number(resource(s, 0), "toldPerSecond"),
		6 * (2 + (m.scenario->kubelet.n_watches > 0)));
	assert_int_equal(made_number(resource(s, 1), "eventsPerSecond"), 0);
	assert_true(json_is_null(json_get(resource(s, 0), "withinWatcherLimit")));
	json_free(s);
	m.scenario->apiserver.storage.watcher_events = 6;
	s = result_storage(m.scenario, m.result);
	assert_false(json_as_bool(json_get(resource(s, 0), "withinWatcherLimit")));
	assert_true(json_as_bool(json_get(resource(s, 1), "withinWatcherLimit")));
	json_free(s);
	arena_fini(&m.mem);
}

/* A GET of what etcd has reads one object, a list all that there are; the watch cache spares
 * both, if there is one. */
static void reads_by_etcd_are_told_from_those_of_the_watch_cache(void **state)
{
	struct made m = storing(STORAGE_JSON);
	struct tally_counts *in = &m.result->tally.window[0].in;
	uint16_t list = calls_intern(&m.scenario->calls, "list", "pods");
	struct json *s;

	(void)state;
	m.scenario->apiserver.watch_cache = true;
	m.scenario->apiserver.processors = 1;
	m.scenario->apiserver.costs.cpu_scale = PPM;
	m.scenario->apiserver.cost[API_GET_PODS][1].etcd_cpu = NS_MS;
	m.scenario->apiserver.cost[API_PATCH_PODS_STATUS][1].etcd_cpu = 3 * NS_MS;
	in->count[API_GET_PODS][OUTCOME_OK] = 1000;
	in->quorum[API_GET_PODS] = 100;
	in->count[API_PATCH_PODS_STATUS][OUTCOME_OK] = 40;
	in->count[list][OUTCOME_OK] = 2;
	in->quorum[list] = 1;
	s = result_storage(m.scenario, m.result);
	assert_int_equal(made_number(resource(s, 0), "readBytesPerSecond"), 130 * 500 / 10);
	assert_int_equal(made_number(s, "readBytesPerSecond"), 130 * 500 / 10);
	assert_int_equal(made_number(s, "etcdCores") * 10000, 220);
	json_free(s);
	m.scenario->apiserver.watch_cache = false;
	m.scenario->apiserver.processors = 0;
	s = result_storage(m.scenario, m.result);
	assert_int_equal(made_number(s, "readBytesPerSecond"), 1060 * 500 / 10);
	assert_true(json_is_null(json_get(s, "etcdCores")));
	json_free(s);
	arena_fini(&m.mem);
}

static void without_sizes_there_is_nothing_to_tell(void **state)
{
	struct made m = storing(STORAGE_JSON);
	struct json *s;

	(void)state;
	m.scenario->apiserver.storage.n_objects = 0;
	s = result_storage(m.scenario, m.result);
	assert_true(json_is_null(s));
	json_free(s);
	arena_fini(&m.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_have_the_size_of_their_format),
		cmocka_unit_test(every_write_is_told_to_whoever_watches),
		cmocka_unit_test(reads_by_etcd_are_told_from_those_of_the_watch_cache),
		cmocka_unit_test(without_sizes_there_is_nothing_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
