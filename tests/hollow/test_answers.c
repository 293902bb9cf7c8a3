/* SPDX-License-Identifier: Apache-2.0 */
/* What answers are worth. */
#include "hollow/hollow_priv.h"

#include "tcase.h"

static const char *of(const char *verb, const char *resource, const char *body)
{
	struct call_name call = {.verb = ""};

	(void)snprintf(call.verb, sizeof(call.verb), "%s", verb);
	(void)snprintf(call.resource, sizeof(call.resource), "%s", resource);
	return answer_unreadable(&call, body, strlen(body));
}

static void objects_that_belong_there_can_be_read(void **state)
{
	(void)state;
	assert_null(of("get", "nodes", "{\"kind\":\"Node\",\"metadata\":{}}\n"));
	assert_null(of("update", "leases", "{\n  \"kind\": \"Lease\"\n}\n"));
	assert_null(of("list", "pods", "{\"kind\":\"PodList\",\"items\":[]}"));
	assert_null(of("get", "secrets", "{\"kind\":\"SecretList\",\"items\":[]}"));
	assert_null(of("create", "serviceaccounts/token", "{\"kind\":\"TokenRequest\"}"));
	assert_null(of("get", "widgets.example.com", "{\"kind\":\"Widget\"}"));
	assert_null(of("delete", "pods", "{\"kind\":\"Status\",\"status\":\"Success\"}"));
	assert_null(of("delete", "pods", "{\"kind\":\"Pod\"}"));
	/* Whatever stands first in it. */
	assert_null(of("patch", "pods/status",
		"{\"metadata\":{\"ownerReferences\":[{\"kind\":\"ReplicaSet\"}]},"
		"\"kind\":\"Pod\"}"));
}

static void others_cannot(void **state)
{
	(void)state;
	assert_string_equal(of("get", "pods", ""), "no JSON");
	assert_string_equal(of("get", "pods", "<html>\"kind\":\"Pod\"</html>"), "no JSON");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Pod\""), "no JSON");
	assert_string_equal(
		of("list", "pods", "{\"kind\":\"PodList\",\"items\":[}"), "no JSON");
	assert_string_equal(of("get", "pods", "null"), "no JSON object");
	assert_string_equal(of("get", "pods", "[{\"kind\":\"Pod\"}]"), "no JSON object");
	assert_string_equal(of("get", "pods", "{}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":7}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Node\"}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Pods\"}"), "no such kind");
	assert_string_equal(of("list", "pods", "{\"kind\":\"Pod\"}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Status\"}"), "no such kind");
}

static void a_status_has_a_message(void **state)
{
	char text[40];

	(void)state;
	answer_message("{\"message\":\"not yours\",\"code\":403}", text, sizeof(text));
	assert_string_equal(text, ": \"not yours\"");
	answer_message("{\n  \"message\": \"not yours\"\n}", text, sizeof(text));
	assert_string_equal(text, ": \"not yours\"");
	answer_message("{\"message\":\"\x1b[31m\"}", text, sizeof(text));
	assert_string_equal(text, "");
	answer_message("nothing", text, sizeof(text));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_that_belong_there_can_be_read),
		cmocka_unit_test(others_cannot),
		cmocka_unit_test(a_status_has_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
