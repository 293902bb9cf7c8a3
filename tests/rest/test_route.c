/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/route.h"

#include <string.h>

#include "tcase.h"

static void requests_have_verb_resource_and_name(void **state)
{
	static const struct {
		const char *method, *target, *verb, *plural, *ns, *name, *subresource;
	} cases[] = {
		{"GET", "/api/v1/nodes", "list", "nodes", "", "", ""},
		{"GET", "/api/v1/nodes/n%31", "get", "nodes", "", "n1", ""},
		{"GET", "/api/v1/nodes/n1?watch=true", "watch", "nodes", "", "n1", ""},
		{"GET", "/api/v1/pods?watch=1", "watch", "pods", "", "", ""},
		{"PATCH", "/api/v1/namespaces/a/pods/b/status", "patch", "pods", "a", "b",
			"status"},
		{"GET", "/api/v1/namespaces/a", "get", "namespaces", "", "a", ""},
		{"PUT", "/api/v1/namespaces/a/status", "update", "namespaces", "", "a",
			"status"},
		{"POST", "/api/v1/namespaces/a/events", "create", "events", "a", "", ""},
		{"DELETE", "/api/v1/namespaces/a/secrets", "deletecollection", "secrets", "a",
			"", ""},
		{"PUT", "/apis/coordination.k8s.io/v1/namespaces/k/leases/n", "update",
			"leases", "k", "n", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rest_route r;
		int code;

		assert_int_equal(
			route_parse(&r, cases[i].method, cases[i].target, &code, NULL), 0);
		assert_int_equal(r.target, TARGET_RESOURCE);
		assert_string_equal(rest_verb_name(r.verb), cases[i].verb);
		assert_string_equal(r.resource->plural, cases[i].plural);
		assert_string_equal(r.ns, cases[i].ns);
		assert_string_equal(r.name, cases[i].name);
		assert_string_equal(r.subresource, cases[i].subresource);
		route_fini(&r);
	}
}

static void what_is_wrong_has_its_code(void **state)
{
	static const struct {
		const char *method, *target;
		int code;
	} cases[] = {
		{"GET", "/", 404},
		{"GET", "/api/v1/none", 404},
		{"GET", "/api/v1/pods/a", 404},
		{"GET", "/api/v1/namespaces/a/nodes", 404},
		{"GET", "/api/v1/a/b/c/d/e/f/g/h/i/j", 404},
		{"PUT", "/api/v1/nodes", 405},
		{"TRACE", "/api/v1/nodes", 405},
		{"POST", "/healthz", 405},
		{"GET", "/api/v1/nodes/%zz", 400},
		{"GET", "/api/v1/nodes/%00", 400},
		{"GET", "/api/v1/nodes?limit=-1", 400},
		{"GET", "/api/v1/nodes?limit=x", 400},
		{"GET", "/api/v1/nodes?a=%f", 400},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rest_route r;
		struct err err = {0};
		int code = 0;

		assert_int_equal(route_parse(&r, cases[i].method, cases[i].target, &code, &err),
			ERR_INPUT);
		assert_int_equal(code, cases[i].code);
		assert_true(err.text[0] != '\0');
		route_fini(&r);
	}
}

static void parameters_are_decoded(void **state)
{
	struct rest_route r;
	int code;

	(void)state;
	assert_int_equal(
		route_parse(&r, "GET",
			"/api/v1/"
			"pods?fieldSelector=spec.nodeName%3Da%2Cb&labelSelector=a+in+(b)&"
			"timeoutSeconds=7&limit=3&allowWatchBookmarks&unknown=1&watch=false",
			&code, NULL),
		0);
	assert_string_equal(r.field_selector, "spec.nodeName=a,b");
	assert_string_equal(r.label_selector, "a in (b)");
	assert_int_equal(r.timeout_s, 7);
	assert_int_equal(r.limit, 3);
	assert_true(r.bookmarks);
	assert_int_equal(r.verb, VERB_LIST);
	route_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_have_verb_resource_and_name),
		cmocka_unit_test(what_is_wrong_has_its_code),
		cmocka_unit_test(parameters_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
