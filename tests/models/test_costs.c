/* SPDX-License-Identifier: Apache-2.0 */
#include "models/costs.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "models/tables.h"

/* A scenario whose API server is `server`, as line 6 of t.yaml. */
struct loaded {
	struct arena mem;
	struct scenario s;
	struct model resolved;
	struct err err;
};

static struct loaded *load(const char *server, int expected)
{
	static const char *const head = "nodes: 2\nduration: 1m\nwarmup: 0\nstart: stationary\n"
					"seed: 1\n";
	static const char *const tail = "\nkubelet: v1.20\nruntime: kubemark-fake\n"
					"workload: serving\n";
	const char *dir = getenv("NODETOLL_MODELS");
	struct loaded *l = calloc(1, sizeof(*l));
	struct library lib = {.dir = dir ? dir : "models"};
	struct doc_node *root = NULL;
	struct str text = {0};
	int code;

	assert_non_null(l);
	arena_init(&l->mem, 0);
	lib.mem = &l->mem;
	str_addf(&text, "%sapiserver: %s%s", head, server, tail);
	code = doc_parse(&l->mem, "t.yaml", str_text(&text), str_len(&text), &root, &l->err);
	if (!code)
		code = scenario_from_doc(&lib, root, NULL, &l->s, &l->resolved, &l->err);
	if (code != expected)
		fail_msg("%d: %s", code, l->err.text);
	str_fini(&text);
	return l;
}

static void drop(struct loaded *l)
{
	arena_fini(&l->mem);
	free(l);
}

static void a_file_that_knows_nothing_of_limits_answers_whatever_comes(void **state)
{
	struct loaded *l = load(
		"{latency: {}, other: {mean: 1ms, p50: 1, p99: 1}, watchDelay: {mean: 1ms, "
		"p50: 1, p99: 1}, ttlController: {enabled: false, steps: [{sizeMin: 0, "
		"sizeMax: unlimited, ttl: 0}]}}",
		0);

	(void)state;
	assert_int_equal(l->s.apiserver.processors, 0);
	assert_int_equal(l->s.apiserver.servers, 1);
	assert_int_equal(l->s.apiserver.max_inflight, 400);
	assert_int_equal(l->s.apiserver.max_mutating, 200);
	assert_int_equal(l->s.apiserver.retry_after, NS_S);
	assert_false(l->s.apiserver.fairness.enabled);
	assert_int_equal(l->s.apiserver.encoding, ENCODING_PROTOBUF);
	assert_true(l->s.apiserver.watch_cache);
	assert_int_equal(l->s.apiserver.costs.cpu_scale, PPM);
	assert_string_equal(l->s.apiserver.costs.calibration, "");
	drop(l);
}

static void costs_are_read_when_there_are_processors(void **state)
{
	struct loaded *l = load("v1.20", 0);

	(void)state;
	assert_string_equal(l->s.apiserver.costs.calibration, "apiserver-1.20.2-cost");
	assert_int_equal(l->s.apiserver.cost[API_GET_SECRETS][0].cpu, 0);
	drop(l);
	l = load("{extends: v1.20, processors: 4}", 0);
	assert_int_equal(l->s.apiserver.cost[API_GET_SECRETS][0].cpu, 198200);
	assert_int_equal(l->s.apiserver.cost[API_GET_SECRETS][1].cpu, 424100);
	assert_int_equal(l->s.apiserver.cost[API_PATCH_PODS_STATUS][0].cpu, 2336900);
	assert_int_equal(l->s.apiserver.cost[API_PATCH_PODS_STATUS][1].cpu, 2336900);
	drop(l);
}

/* It is a part of JSON's where that is what was measured; etcd and bytes have no part in it. */
static void generated_json_takes_less_of_the_processor(void **state)
{
	struct loaded *json = load("{extends: v1.20, processors: 4, encoding: json}", 0);
	struct loaded *l = load("{extends: v1.20, processors: 4, encoding: generatedJson}", 0);
	const struct api_cost *cost = l->s.apiserver.cost[API_GET_SECRETS];
	uint32_t nodes = calls_intern(&l->s.calls, "get", "nodes");

	(void)state;
	assert_int_equal(cost[0].cpu, 200800 * 925 / 1000);
	assert_int_equal(cost[1].cpu, 465900 * 925 / 1000);
	assert_int_equal(cost[1].etcd_cpu, 206100);
	assert_int_equal(cost[1].bytes, 5828);
	/* as JSON, of which the model says so; and what only protobuf was measured of */
	assert_int_equal(l->s.apiserver.cost[API_CREATE_EVENTS][1].cpu, 720200 * 925 / 1000);
	assert_int_equal(l->s.apiserver.cost[nodes][0].cpu, 142800);
	assert_int_equal(l->s.apiserver.storage.object[0].told_cpu,
		json->s.apiserver.storage.object[0].told_cpu * 925 / 1000);
	drop(json);
	drop(l);
}

static void what_cannot_be_is_refused_with_its_place(void **state)
{
	static const char *const cases[][2] = {
		{"maxRequestsInflight: 1000001", "allowed is 0 to 1,000,000"},
		{"maxMutatingRequestsInflight: -3", "must not be negative"},
		{"processors: 1025", "allowed is 0 to 1,024"},
		{"servers: 0", "allowed is 1 to 5"},
		{"retryAfter: 1500ms", "'retryAfter' is sent as whole seconds"},
		{"encoding: jsn", "did you mean 'json'?"},
		{"fairness: {levels: {system: {shares: 0}}}", "'shares' is 0: allowed is 1"},
		{"fairness: {levels: {system: {queues: 4}}}",
			"'handSize' is 6, more than the 4 queues"},
		{"fairness: {levels: {system: {queues: 0}}}", "a level without 'queues'"},
		{"fairness: {levels: {system: {queueLength: 0}}}", "a level with 'queues'"},
		{"fairness: {levels: {system: {handSize: 15}}}", "more than the 60 bits"},
		{"fairness: {levels: {system: {handSize: 16}}}", "allowed is 0 to 15"},
		{"fairness: {nodes: systm}",
			"t.yaml:6:62: no level 'systm' among 'levels'; did you mean 'system'?"},
		{"fairness: {resources: {leases: {level: high}}}", "no level 'high'"},
		{"fairness: {users: {'system:*': {level: workload-hihg}}}",
			"did you mean 'workload-high'?"},
		{"fairness: {resources: {Leases: {level: system}}}",
			"'Leases' is not a resource"},
		{"fairness: {levels: null}", "'levels' is missing"},
		{"fairness: {levels: {system: null, leader-election: null, workload-high: "
		 "null, "
		 "workload-low: null, global-default: null, catch-all: null}}",
			"nobody has a seat"},
		{"fairness: {waitLimit: 70s}", "'waitEnd' is 1m, before 'waitLimit', 1m10s"},
		{"maxRequestsInflight: unlimited", "both must be numbers"},
		{"servers: 2, restarts: [{server: 1, at: 1s, for: 9s}, {server: 0, at: 2s, "
		 "for: 9s}, {server: 1, at: 3s, for: 1s}]",
			"it begins before server 1 is back from the one before"},
		{"servers: 2, restarts: [{server: 1, at: 9s, for: 9s}, {server: 0, at: 2s, "
		 "for: 9s}]",
			"it begins before the one above it"},
		{"maxRequestsInflight: 0", "both must be numbers above 0"},
		{"maxMutatingRequestsInflight: shared", "both must be numbers"},
		{"costs: null", "t.yaml:6:41: 'processors' are given, but not what"},
		{"costs: {calibration: ''}",
			"t.yaml:6:41: 'processors' are given, but not what"},
		{"costs: {calibration: apiserver-1.20.3-cost}",
			"t.yaml:6:65: no calibration 'apiserver-1.20.3-cost'"},
		{"costs: {calibration: containerd-1.6.20-cost}", "measured no API server"},
		{"encoding: generatedJson, costs: {generatedJson: 0}",
			"nothing says what 'get pods' costs (generatedJson, quorum)"},
		{"costs: {cpuScale: 0}", "'cpuScale' is 0: allowed is 0.001 to 1,000"},
		{"costs: {as: {gte: {call: get pods}}}", "no verb 'gte'; did you mean 'get'?"},
		{"costs: {as: {fetch: {call: get pods}}}",
			"no verb 'fetch'; there are: get, list, watch, create,"},
		{"costs: {as: {get: {call: pods}}}", "'pods' is not a call"},
		{"costs: {as: {delete: {call: get pods}}}",
			"'get pods' reads and 'delete' writes"},
		{"costs: {as: {get: {call: get podz}}}",
			"'apiserver-1.20.2-cost' did not measure 'get podz'; did you mean 'get "
			"pods'?"},
		{"costs: {as: {delete: null}}",
			"nothing says what 'delete pods' costs (protobuf, write)"},
		{"costs: {as: {list: null}}",
			"nothing says what 'list services' costs (protobuf, quorum)"},
		{"costs: {listed: {services: {objects: -1}}}", "must not be negative"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct loaded *l;
		char server[320];

		(void)snprintf(server, sizeof(server), "{extends: v1.20, %s%s}",
			strstr(cases[i][0], "processors") ? "" : "processors: 4, ",
			cases[i][0]);
		l = load(server, ERR_INPUT);
		if (!strstr(l->err.text, cases[i][1]))
			fail_msg("'%s' lacks '%s'", l->err.text, cases[i][1]);
		drop(l);
	}
}

#define ROW(call, read, cpu, etcd, bytes)                                                      \
	"{\"call\": \"" call "\", \"encoding\": \"json\", \"read\": \"" read                   \
	"\", \"apiserverCPUMicros\": " #cpu ", \"etcdCPUMicros\": " #etcd                      \
	", \"bytes\": " #bytes ", \"runs\": 1, \"requests\": 1}"

/* A line through a GET and 101 objects: 5 us for each in the answer, 15 us more if etcd is
 * read. */
static const char *const small =
	"{\"apiVersion\": \"nodetoll/v1alpha1\", \"kind\": \"Calibration\", \"metadata\": "
	"{\"name\": "
	"\"small\"}, \"about\": \"a test\", \"calls\": [" ROW(
		"get pods", "rv=0", 100, 7, 1000) ", " ROW("list pods (101 objects)", "rv=0",
		600, 700, 51000) ", " ROW("list pods of one node (11 of 101)", "rv=0", 999, 1,
		9999) ", " ROW("get pods", "quorum", 300, 20,
		1000) ", " ROW("list pods (101 objects)", "quorum", 2300, 320,
		51000) ", " ROW("get secrets", "rv=0", 1, 1, 1) ", " ROW("get secrets",
		"quorum", 1, 1, 1) ", " ROW("get nodes", "rv=0", 1, 1,
		1) ", " ROW("create events", "write", 1, 1, 1) ", " ROW("patch leases", "write",
		1, 1, 1) ", " ROW("patch pods/status", "write", 1, 1, 1) "]}\n";

static void a_list_is_a_line_through_a_get_and_the_largest_that_was_measured(void **state)
{
	char dir[] = "/tmp/nodetoll-test-XXXXXX";
	char path[64];
	char server[256];
	const struct api_cost *cost;
	struct loaded *l;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/small.json", dir);
	assert_int_equal(file_write_whole(path, small, strlen(small), NULL), 0);
	(void)snprintf(server, sizeof(server),
		"{extends: v1.20, processors: 4, encoding: json, costs: {calibration: %s}}",
		path);
	l = load(server, 0);
	cost = l->s.apiserver.cost[calls_intern(&l->s.calls, "list", "pods")];
	assert_int_equal(cost[0].cpu, 95 * NS_US);
	assert_int_equal(cost[0].listed_cpu, 5 * NS_US);
	assert_int_equal(cost[0].read_cpu, 0);
	assert_int_equal(cost[0].bytes, 500);
	assert_int_equal(cost[0].listed_bytes, 500);
	assert_int_equal(
		cost[0].etcd_cpu + cost[0].read_etcd_cpu, 0); /* rv=0 asks it nothing */
	assert_int_equal(cost[1].cpu, 280 * NS_US);
	assert_int_equal(cost[1].listed_cpu, 5 * NS_US);
	assert_int_equal(cost[1].read_cpu, 15 * NS_US);
	assert_int_equal(cost[1].read_etcd_cpu, 3 * NS_US);
	assert_int_equal(cost[1].etcd_cpu, 17 * NS_US);
	drop(l);
	(void)unlink(path);
	(void)rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_knows_nothing_of_limits_answers_whatever_comes),
		cmocka_unit_test(costs_are_read_when_there_are_processors),
		cmocka_unit_test(generated_json_takes_less_of_the_processor),
		cmocka_unit_test(what_cannot_be_is_refused_with_its_place),
		cmocka_unit_test(
			a_list_is_a_line_through_a_get_and_the_largest_that_was_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
