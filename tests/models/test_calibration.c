/* SPDX-License-Identifier: Apache-2.0 */
#include "models/calibration.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

static struct library the_library(struct arena *mem)
{
	const char *dir = getenv("NODETOLL_MODELS");

	return (struct library){.dir = dir ? dir : "models", .mem = mem};
}

static void the_runtime_is_read(void **state)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	struct calibration c;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(calibration_load(&lib, "containerd-1.6.20-cost", &c, NULL), 0);
	assert_int_equal(c.n_designs, 9);
	assert_string_equal(c.designs[8].design, "per-pod polling 10s");
	assert_int_equal(c.designs[8].runtime_cores, 41200);
	assert_int_equal(c.n_starts, 3);
	assert_int_equal(c.starts[2].cpu, 41600 * NS_US);
	assert_string_equal(c.operations[3].operation, "list_podsandbox");
	assert_int_equal(c.operations[3].mean, 292 * NS_US);
	assert_int_equal(c.operations[3].cpu, 225 * NS_US);
	assert_int_equal(c.operations[3].bytes, 3228);
	assert_int_equal(c.operations[0].cpu, -1);
	arena_fini(&mem);
}

static void the_api_server_is_read(void **state)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	struct calibration c;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(calibration_load(&lib, "apiserver-1.20.2-cost", &c, NULL), 0);
	assert_int_equal(c.n_calls, 19);
	assert_string_equal(c.calls[0].call, "get secrets");
	assert_int_equal(c.calls[0].apiserver_cpu, 200800);
	assert_int_equal(c.calls[0].encoding, ENCODING_JSON);
	assert_int_equal(c.calls[0].served, SERVED_CACHE);
	assert_int_equal(c.calls[0].objects, 1);
	assert_int_equal(c.calls[13].objects, 5000);
	assert_int_equal(c.calls[17].objects, 100);
	assert_int_equal(c.calls[17].of, 5000);
	assert_string_equal(c.calls[17].name.resource, "pods");
	arena_fini(&mem);
}

#define HEAD                                                                                   \
	"{\"apiVersion\": \"nodetoll/v1alpha1\", \"kind\": \"Calibration\",\n"                 \
	" \"metadata\": {\"name\": \"x\"}, \"about\": \"\", \"calls\": [\n"
#define ROW(call, encoding, read)                                                              \
	"{\"call\": \"" call "\", \"encoding\": \"" encoding "\", \"read\": \"" read           \
	"\", \"apiserverCPUMicros\": 1, \"etcdCPUMicros\": 1, \"bytes\": 1, \"runs\": 1, "     \
	"\"requests\": 1}"

static void nonsense_is_refused_with_its_place(void **state)
{
	static const char *const cases[][2] = {
		{HEAD "{\"call\": \"get pods\"}]}", "c.json:3:1: 'encoding' is missing"},
		{HEAD ROW("get pods", "jsn", "rv=0") "]}", "did you mean 'json'?"},
		{HEAD ROW("get pods", "json", "rv=1") "]}", "did you mean 'rv=0'?"},
		{HEAD ROW("gte pods", "json", "rv=0") "]}", "c.json:3:10: no verb 'gte'"},
		{HEAD ROW("get pods", "json", "write") "]}",
			"'get pods' reads: rv=0 or quorum"},
		{HEAD ROW("patch pods", "json", "quorum") "]}", "'patch pods' is a write"},
		{HEAD ROW("list pods (all)", "json", "rv=0") "]}", "does not end in what"},
		{HEAD ROW("list pods (5 of 4)", "json", "rv=0") "]}", "does not end in what"},
		{HEAD ROW("list pods (5 objects) ", "json", "rv=0") "]}",
			"does not end in what"},
		{HEAD ROW("get pods", "json", "rv=0") ",\n" ROW(
			 "get pods", "json", "rv=0") "]}",
			"c.json:4:1: 'get pods' is here twice"},
		{HEAD ROW("get pods", "json", "rv=0") ",\n" ROW(
			 "get pods", "protobuf", "rv=0") "]}",
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena mem;
		struct calibration c;
		struct err err = {0};
		int code;

		arena_init(&mem, 0);
		code = calibration_parse(
			"c.json", cases[i][0], strlen(cases[i][0]), &mem, &c, &err);
		if (code != (cases[i][1] ? ERR_INPUT : 0))
			fail_msg("%s: %d, %s", cases[i][0], code, err.text);
		if (cases[i][1] && !strstr(err.text, cases[i][1]))
			fail_msg("'%s' lacks '%s'", err.text, cases[i][1]);
		arena_fini(&mem);
	}
}

static void the_library_names_its_calibrations(void **state)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	struct calibration c;
	struct doc_node *root;
	struct names names;
	struct err err = {0};

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(calibration_names(&lib, &names, &err), 0);
	assert_int_equal(names.n, 2);
	assert_string_equal(names.name[0], "apiserver-1.20.2-cost");
	assert_string_equal(names.name[1], "containerd-1.6.20-cost");
	assert_int_equal(calibration_tree(&lib, names.name[1], &c, &root, &err), 0);
	assert_string_equal(c.name, names.name[1]);
	assert_non_null(doc_get(root, "operations"));
	lib.dir = "tests"; /* has none */
	assert_int_equal(calibration_names(&lib, &names, &err), 0);
	assert_int_equal(names.n, 0);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_runtime_is_read),
		cmocka_unit_test(the_api_server_is_read),
		cmocka_unit_test(nonsense_is_refused_with_its_place),
		cmocka_unit_test(the_library_names_its_calibrations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
