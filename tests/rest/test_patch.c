/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/patch.h"

#include <string.h>

#include "tcase.h"

struct example {
	enum patch_style style;
	const char *kind, *target, *patch, *out; /* out NULL: refused */
};

static struct json *read_json(const char *text)
{
	struct json *value = NULL;

	assert_int_equal(json_parse(text, strlen(text), &value, NULL), 0);
	return value;
}

static void check(const struct example *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct json *target = read_json(e[i].target);
		struct json *patch = read_json(e[i].patch);
		struct json *out = NULL;
		struct str text = {0};
		int code = patch_apply(e[i].style, e[i].kind, target, patch, &out, NULL);

		assert_int_equal(code == 0, e[i].out != NULL);
		if (!code)
			json_write(out, &text);
		assert_string_equal(str_text(&text), e[i].out ? e[i].out : "");
		str_fini(&text);
		json_free(out);
		json_free(patch);
		json_free(target);
	}
}

/* RFC 7386, appendix A, those with an object on both sides. */
static void merge_patches_do_as_the_rfc_says(void **state)
{
	static const struct example examples[] = {
		{PATCH_MERGE, "", "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{PATCH_MERGE, "", "{\"a\":\"b\"}", "{\"b\":\"c\"}",
			"{\"a\":\"b\",\"b\":\"c\"}"},
		{PATCH_MERGE, "", "{\"a\":\"b\"}", "{\"a\":null}", "{}"},
		{PATCH_MERGE, "", "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{PATCH_MERGE, "", "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
			"{\"a\":{\"b\":\"d\"}}"},
		{PATCH_MERGE, "", "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
		{PATCH_MERGE, "", "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
		{PATCH_MERGE, "", "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}",
			"{\"a\":{\"bb\":{}}}"},
		{PATCH_MERGE, "", "{}", "[]", NULL},
	};

	(void)state;
	check(examples, sizeof(examples) / sizeof(examples[0]));
}

static void strategic_patches_merge_lists_by_their_key(void **state)
{
	static const struct example examples[] = {
		{PATCH_STRATEGIC, "Pod",
			"{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"r\":\"x\"}"
			",{\"type\":\"B\"}]}",
			"{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"},{\"type\":"
			"\"C\"}]}",
			"{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"r\":\"x\"},"
			"{\"type\":\"B\"},{\"type\":\"C\"}]}"},
		{PATCH_STRATEGIC, "Pod", "{\"conditions\":[{\"type\":\"A\"},{\"type\":\"B\"}]}",
			"{\"$setElementOrder/conditions\":[{\"type\":\"B\"},{\"type\":\"A\"}],"
			"\"conditions\":[{\"type\":\"B\",\"status\":\"True\"}]}",
			"{\"conditions\":[{\"type\":\"B\",\"status\":\"True\"},{\"type\":\"A\"}"
			"]}"},
		{PATCH_STRATEGIC, "Node", "{\"addresses\":[{\"type\":\"A\"},{\"type\":\"B\"}]}",
			"{\"addresses\":[{\"$patch\":\"delete\",\"type\":\"A\"}]}",
			"{\"addresses\":[{\"type\":\"B\"}]}"},
		{PATCH_STRATEGIC, "Pod", "{\"containers\":[{\"name\":\"a\"}]}",
			"{\"containers\":[{\"image\":\"x\"}]}", NULL},
		{PATCH_STRATEGIC, "Pod", "{\"containerStatuses\":[{\"name\":\"a\"}]}",
			"{\"containerStatuses\":[{\"name\":\"b\"}]}",
			"{\"containerStatuses\":[{\"name\":\"b\"}]}"},
		{PATCH_STRATEGIC, "Service", "{\"ports\":[{\"port\":1}]}",
			"{\"ports\":[{\"port\":2}]}",
			"{\"ports\":[{\"port\":1},{\"port\":2}]}"},
		{PATCH_STRATEGIC, "Pod", "{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
			"{\"containers\":[{\"$patch\":\"replace\"},{\"name\":\"c\"}]}",
			"{\"containers\":[{\"name\":\"c\"}]}"},
	};

	(void)state;
	check(examples, sizeof(examples) / sizeof(examples[0]));
}

static void strategic_patches_know_directives(void **state)
{
	static const struct example examples[] = {
		{PATCH_STRATEGIC, "Pod", "{\"a\":{\"b\":1,\"c\":2}}",
			"{\"a\":{\"$patch\":\"replace\",\"d\":3}}", "{\"a\":{\"d\":3}}"},
		{PATCH_STRATEGIC, "Pod", "{\"finalizers\":[\"a\",\"b\"]}",
			"{\"$deleteFromPrimitiveList/"
			"finalizers\":[\"a\"],\"finalizers\":[\"c\"]}",
			"{\"finalizers\":[\"b\",\"c\"]}"},
		{PATCH_STRATEGIC, "Pod", "{\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]}",
			"{\"volumes\":[{\"$retainKeys\":[\"name\",\"secret\"],\"name\":\"v\","
			"\"secret\":{}}]}",
			"{\"volumes\":[{\"name\":\"v\",\"secret\":{}}]}"},
	};

	(void)state;
	check(examples, sizeof(examples) / sizeof(examples[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merge_patches_do_as_the_rfc_says),
		cmocka_unit_test(strategic_patches_merge_lists_by_their_key),
		cmocka_unit_test(strategic_patches_know_directives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
