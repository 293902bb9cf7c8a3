/* SPDX-License-Identifier: Apache-2.0 */
#include "report/model_files.h"

#include <string.h>

#include "tcase.h"

static void add(
	struct model_files *files, struct html *page, const char *name, const char *spec)
{
	struct json *result = NULL, *of = NULL;
	struct err err = {0};

	assert_int_equal(json_parse("{\"apiVersion\": \"v\"}", 19, &result, &err), 0);
	assert_int_equal(json_parse(spec, strlen(spec), &of, &err), 0);
	model_files_scenario(files, page, result, name, of);
	json_free(result);
	json_free(of);
}

static unsigned times(const struct html *page, const char *what)
{
	unsigned n = 0;

	for (const char *at = strstr(str_text(&page->body), what); at;
		at = strstr(at + 1, what))
		n++;
	return n;
}

/* A kubelet that two have is there once, and before the first; another one has a file of its
 * own.  What is no part stays where it is. */
static void what_scenarios_share_is_one_file(void **state)
{
	struct model_files files = {0};
	struct html page = {0};

	(void)state;
	add(&files, &page, "a", "{\"nodes\": 1, \"kubelet\": {\"pleg\": \"shared\"}}");
	add(&files, &page, "b", "{\"nodes\": 2, \"kubelet\": {\"pleg\": \"shared\"}}");
	add(&files, &page, "c", "{\"nodes\": 3, \"kubelet\": {\"pleg\": \"own\"}}");
	assert_int_equal(times(&page, "\"shared\""), 1);
	assert_int_equal(times(&page, "\"own\""), 1);
	assert_int_equal(times(&page, "<summary>kubelet-1.json"), 1);
	assert_int_equal(times(&page, "\"kubelet\": \"kubelet-1.json\""), 2);
	assert_int_equal(times(&page, "\"kubelet\": \"kubelet-2.json\""), 1);
	assert_int_equal(times(&page, "\"nodes\": "), 3);
	assert_true(strstr(str_text(&page.body), "<summary>kubelet-1.json") <
		    strstr(str_text(&page.body), "<summary>a.json"));
	model_files_fini(&files);
	html_fini(&page);
}

/* The same text may be an empty runtime and an empty workload. */
static void parts_of_two_kinds_are_two_files(void **state)
{
	struct model_files files = {0};
	struct html page = {0};

	(void)state;
	add(&files, &page, "a",
		"{\"runtime\": {}, \"workload\": {}, \"apiserver\": \"v1.20\"}");
	assert_int_equal(times(&page, "<summary>runtime-1.json"), 1);
	assert_int_equal(times(&page, "<summary>workload-1.json"), 1);
	assert_int_equal(times(&page, "\"apiserver\": \"v1.20\""), 1);
	model_files_fini(&files);
	html_fini(&page);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_scenarios_share_is_one_file),
		cmocka_unit_test(parts_of_two_kinds_are_two_files),
	};

	return cmocka_run_group_tests_name("model_files", tests, NULL, NULL);
}
