/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies that are JSON and no objects of their kind, and writes that rules forbid. */
#include "kit.h"

#include "tcase.h"

#define MAPS    "/api/v1/namespaces/default/configmaps"
#define SECRETS "/api/v1/namespaces/default/secrets"
#define PODS    "/api/v1/namespaces/default/pods"

struct refused {
	const char *target, *body;
	int code;
	const char *why;
};

static void of_another_type(void **state)
{
	static const struct refused cases[] = {
		{MAPS, "{\"metadata\":{\"name\":\"a\",\"labels\":[\"x\"]}}", 400,
			"metadata: labels: a list is given where an object is expected"},
		{MAPS, "{\"metadata\":[]}", 400,
			"metadata: a list is given where an object is expected"},
		{MAPS, "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"x\":1}}}", 400,
			"metadata: annotations: x: a number is given where a text is expected"},
		{MAPS, "{\"metadata\":{\"name\":7}}", 400,
			"metadata: name: a number is given where a text is expected"},
		{"/api/v1/nodes",
			"{\"metadata\":{\"name\":\"n\",\"finalizers\":{\"x\":\"y\"}}}", 400,
			"metadata: finalizers: an object is given where a list is expected"},
		{"/api/v1/nodes",
			"{\"metadata\":{\"name\":\"n\",\"deletionGracePeriodSeconds\":1.5}}",
			400,
			"metadata: deletionGracePeriodSeconds: a number is given where a whole "
			"number "
			"is expected"},
		{PODS, "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":{\"a\":1}}}",
			400, "spec: containers: an object is given where a list is expected"},
		{PODS, "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[\"a\"]}}", 400,
			"spec: containers: a text is given where an object is expected"},
		{SECRETS, "{\"metadata\":{\"name\":\"s\"},\"data\":{\"a\":\"b\"}}", 400,
			"data: a: another text is given where base64 is expected"},
		{SECRETS, "{\"metadata\":{\"name\":\"s\"},\"immutable\":\"yes\"}", 400,
			"immutable: a text is given where true or false is expected"},
		{MAPS, "{\"metadata\":{\"name\":\"a\",\"name\":\"b\"}}", 400,
			"duplicate field \"name\""},
	};
	struct kit k;

	(void)state;
	kit_init(&k);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			kit_ask(&k, "POST", cases[i].target, cases[i].body), cases[i].code);
		assert_string_equal(kit_text(&k, "message"), cases[i].why);
	}
	kit_fini(&k);
}

/* What is null is not there, and what no table knows may be anything. */
static void of_no_type(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "POST", MAPS,
				 "{\"metadata\":{\"name\":\"a\",\"labels\":null,"
				 "\"creationTimestamp\":null},\"data\":null,\"more\":[1]}"),
		201);
	assert_int_equal(
		kit_ask(&k, "POST", SECRETS,
			"{\"metadata\":{\"name\":\"s\"},\"data\":{\"a\":\"Yg\\n==\"}}"),
		201);
	kit_fini(&k);
}

static void what_a_patch_makes(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(
		kit_ask(&k, "POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"n\"}}"), 201);
	assert_int_equal(
		kit_send(&k, "PATCH", "/api/v1/nodes/n", "application/merge-patch+json",
			"{\"metadata\":{\"labels\":[\"x\"]}}"),
		422);
	assert_int_equal(kit_ask(&k, "PUT", "/api/v1/nodes/n",
				 "{\"metadata\":{\"name\":\"n\",\"labels\":[\"x\"]}}"),
		400);
	kit_fini(&k);
}

static void of_many_keys(void **state)
{
	struct str body = {0};
	struct kit k;

	(void)state;
	kit_init(&k);
	str_add(&body, "{\"metadata\":{\"name\":\"a\"},\"data\":{");
	for (int i = 0; i < 1000; i++)
		str_addf(&body, "%s\"k%d\":\"v\"", i ? "," : "", i);
	str_add(&body, "}}");
	assert_int_equal(kit_ask(&k, "POST", MAPS, str_text(&body)), 201);
	str_reset(&body);
	str_add(&body, "{\"metadata\":{\"name\":\"b\"},\"data\":{");
	for (int i = 0; i < 1000; i++)
		str_addf(&body, "%s\"k%d\":\"v\"", i ? "," : "", i % 999);
	str_add(&body, "}}");
	assert_int_equal(kit_ask(&k, "POST", MAPS, str_text(&body)), 400);
	assert_string_equal(kit_text(&k, "message"), "duplicate field \"k0\"");
	str_fini(&body);
	kit_fini(&k);
}

static void the_immutable_stays(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "POST", SECRETS,
				 "{\"metadata\":{\"name\":\"s\"},\"immutable\":true,"
				 "\"stringData\":{\"a\":\"b\"}}"),
		201);
	assert_int_equal(kit_send(&k, "PATCH", SECRETS "/s", "application/merge-patch+json",
				 "{\"stringData\":{\"a\":\"c\"}}"),
		422);
	assert_int_equal(kit_send(&k, "PATCH", SECRETS "/s", "application/merge-patch+json",
				 "{\"immutable\":false}"),
		422);
	assert_int_equal(kit_send(&k, "PATCH", SECRETS "/s", "application/merge-patch+json",
				 "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}"),
		200);
	assert_string_equal(kit_text(&k, "data.a"), "Yg==");
	kit_fini(&k);
}

static void string_data_is_written_by_any_door(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "POST", SECRETS, "{\"metadata\":{\"name\":\"s\"}}"), 201);
	assert_int_equal(kit_send(&k, "PATCH", SECRETS "/s", "application/merge-patch+json",
				 "{\"stringData\":{\"a\":\"b\"}}"),
		200);
	assert_string_equal(kit_text(&k, "data.a"), "Yg==");
	assert_string_equal(kit_text(&k, "stringData.a"), "");
	kit_fini(&k);
}

static void a_megabyte_is_the_most(void **state)
{
	struct str body = {0};
	struct kit k;

	(void)state;
	kit_init_with(&k, (struct store_limits){1000, 8 << 20, 100, 8 << 20});
	str_add(&body, "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"");
	for (int i = 0; i < 1 << 20; i++)
		str_add_char(&body, 'x');
	str_add(&body, "\"}}");
	assert_int_equal(kit_ask(&k, "POST", MAPS, str_text(&body)), 201);
	str_reset(&body);
	str_add(&body, "{\"metadata\":{\"name\":\"b\"},\"data\":{\"k\":\"");
	for (int i = 0; i < (1 << 20) + 1; i++)
		str_add_char(&body, 'x');
	str_add(&body, "\"}}");
	assert_int_equal(kit_ask(&k, "POST", MAPS, str_text(&body)), 422);
	str_fini(&body);
	kit_fini(&k);
}

static void a_pod_is_bound_by_its_binding(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	assert_int_equal(kit_send(&k, "PATCH", PODS "/a", "application/merge-patch+json",
				 "{\"spec\":{\"nodeName\":\"n2\"}}"),
		422);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_another_type),
		cmocka_unit_test(of_no_type),
		cmocka_unit_test(what_a_patch_makes),
		cmocka_unit_test(of_many_keys),
		cmocka_unit_test(the_immutable_stays),
		cmocka_unit_test(string_data_is_written_by_any_door),
		cmocka_unit_test(a_megabyte_is_the_most),
		cmocka_unit_test(a_pod_is_bound_by_its_binding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
