/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/table.h"

#include <string.h>

#include "tcase.h"

static void check(const char *plural, const char *text, const char *cells)
{
	struct json *tree = NULL, *table;
	struct str out = {0};

	assert_int_equal(json_parse(text, strlen(text), &tree, NULL), 0);
	table = table_of(rest_resource_find("", "v1", plural), tree, 1700000000);
	json_write(json_get(json_at(json_get(table, "rows"), 0), "cells"), &out);
	assert_string_equal(str_text(&out), cells);
	assert_int_equal(json_size(json_get(table, "columnDefinitions")),
		json_size(json_get(json_at(json_get(table, "rows"), 0), "cells")));
	str_fini(&out);
	json_free(table);
}

static void rows_have_what_kubectl_prints(void **state)
{
	(void)state;
	check("pods",
		"{\"metadata\":{\"name\":\"p\",\"creationTimestamp\":\"2023-11-14T22:12:20Z\"},"
		"\"spec\":{\"containers\":[{},{}]},\"status\":{\"phase\":\"Running\","
		"\"containerStatuses\":[{\"ready\":true,\"restartCount\":2},{\"restartCount\":"
		"1}]}}",
		"[\"p\",\"1/2\",\"Running\",3,\"60s\"]");
	check("nodes",
		"{\"metadata\":{\"name\":\"n\",\"creationTimestamp\":\"2023-11-11T22:13:20Z\"},"
		"\"spec\":{\"unschedulable\":true},\"status\":{\"nodeInfo\":{"
		"\"kubeletVersion\":"
		"\"v1.20.2\"},\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}",
		"[\"n\",\"Ready,SchedulingDisabled\",\"<none>\",\"v1.20.2\",\"3d\"]");
	check("endpoints", "{\"metadata\":{\"name\":\"e\"}}", "[\"e\",\"<unknown>\"]");
	check("secrets",
		"{\"items\":[{\"metadata\":{\"name\":\"s\"},\"type\":\"t\",\"data\":{\"a\":"
		"\"\"}}]}",
		"[\"s\",\"t\",1,\"<unknown>\"]");
	check("configmaps", "{}", "[\"\",0,\"<unknown>\"]");
}

static void only_who_asks_for_tables_first_gets_them(void **state)
{
	(void)state;
	assert_true(table_is_wanted(
		"application/json;as=Table;v=v1;g=meta.k8s.io,application/json"));
	assert_false(table_is_wanted("application/json"));
	assert_false(table_is_wanted(
		"application/json,application/json;as=Table;v=v1;g=meta.k8s.io"));
	assert_false(table_is_wanted("application/json;as=Table;v=v1beta1;g=meta.k8s.io"));
	assert_false(table_is_wanted(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_have_what_kubectl_prints),
		cmocka_unit_test(only_who_asks_for_tables_first_gets_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
