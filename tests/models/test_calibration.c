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
	arena_fini(&mem);
}

static void nonsense_is_refused_with_its_place(void **state)
{
	static const char *const text =
		"{\"apiVersion\": \"nodetoll/v1alpha1\", \"kind\": \"Calibration\",\n"
		" \"metadata\": {\"name\": \"x\"}, \"calls\": [{\"call\": \"get pods\"}]}\n";
	struct arena mem;
	struct calibration c;
	struct err err = {0};

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(
		calibration_parse("c.json", text, strlen(text), &mem, &c, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, "c.json:2:"));
	assert_non_null(strstr(err.text, "'encoding' is missing"));
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_runtime_is_read),
		cmocka_unit_test(the_api_server_is_read),
		cmocka_unit_test(nonsense_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
