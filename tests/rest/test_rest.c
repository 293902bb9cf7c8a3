/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#define PODS       "/api/v1/namespaces/default/pods"
#define CONFIGMAPS "/api/v1/namespaces/default/configmaps"
#define LEASE      "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/"

static void a_created_object_is_got(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	assert_int_equal(kit_ask(&k, "GET", PODS "/a", ""), 200);
	assert_string_equal(kit_text(&k, "kind"), "Pod");
	assert_string_equal(kit_text(&k, "metadata.namespace"), "default");
	assert_string_equal(kit_text(&k, "metadata.creationTimestamp"), "2023-11-14T22:13:20Z");
	assert_string_equal(kit_text(&k, "status.phase"), "Pending");
	assert_int_equal(strlen(kit_text(&k, "metadata.uid")), 36);
	kit_fini(&k);
}

static void a_name_is_taken_once(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	assert_int_equal(kit_ask(&k, "POST", PODS, "{\"metadata\":{\"name\":\"a\"}}"), 409);
	assert_string_equal(kit_text(&k, "reason"), "AlreadyExists");
	assert_string_equal(kit_text(&k, "message"), "pods \"a\" already exists");
	kit_fini(&k);
}

static void a_name_is_generated(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(
		kit_ask(&k, "POST", PODS, "{\"metadata\":{\"generateName\":\"a-\"}}"), 201);
	assert_int_equal(strlen(kit_text(&k, "metadata.name")), 7);
	kit_fini(&k);
}

static void what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *method, *target, *body;
		int code;
		const char *reason;
	} cases[] = {
		{"GET", PODS "/none", "", 404, "NotFound"},
		{"POST", "/api/v1/namespaces/none/pods", "{\"metadata\":{\"name\":\"a\"}}", 404,
			"NotFound"},
		{"POST", PODS, "{", 400, "BadRequest"},
		{"POST", PODS, "[]", 400, "BadRequest"},
		{"POST", PODS, "{}", 422, "Invalid"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"a/b\"}}", 422, "Invalid"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"\"}}", 422, "Invalid"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"A\"}}", 422, "Invalid"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"a_b\"}}", 422, "Invalid"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"-a\"}}", 422, "Invalid"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"a..b\"}}", 422, "Invalid"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"a.\"}}", 422, "Invalid"},
		{"POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"a.b\"}}", 422,
			"Invalid"},
		{"POST", "/api/v1/namespaces/default/services",
			"{\"metadata\":{\"name\":\"1\"}}", 422, "Invalid"},
		{"PUT", LEASE "n", "{\"metadata\":{\"name\":\"other\"}}", 400, "BadRequest"},
		{"PUT", LEASE "n", "{}", 400, "BadRequest"},
		{"GET", "/api/v1/namespaces/default?resourceVersion=x", "", 400, "BadRequest"},
		{"GET", "/api/v1/namespaces/default?resourceVersion=1000", "", 504, "Timeout"},
		{"POST", PODS, "{\"kind\":\"Node\",\"metadata\":{\"name\":\"a\"}}", 400,
			"BadRequest"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"a\",\"namespace\":\"other\"}}", 400,
			"BadRequest"},
		{"POST", PODS, "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"1\"}}", 400,
			"BadRequest"},
		{"GET", PODS "?fieldSelector=spec.none=1", "", 400, "BadRequest"},
		{"GET", PODS "?labelSelector=a+in+b", "", 400, "BadRequest"},
		{"GET", PODS "?resourceVersion=x", "", 400, "BadRequest"},
		{"GET", PODS "?resourceVersion=1000", "", 504, "Timeout"},
		{"GET", PODS "?continue=zz", "", 400, "BadRequest"},
		{"GET", PODS "?continue=312020&resourceVersion=1", "", 400, "BadRequest"},
		{"GET", PODS "?resourceVersionMatch=Exact", "", 422, "Invalid"},
		{"GET", PODS "?resourceVersionMatch=Exact&resourceVersion=0", "", 422,
			"Invalid"},
		{"GET", PODS "?resourceVersionMatch=About&resourceVersion=1", "", 422,
			"Invalid"},
		{"GET", PODS "?resourceVersionMatch=Exact&resourceVersion=1&continue=a", "",
			422, "Invalid"},
		{"POST", PODS "/a/status", "{}", 404, "NotFound"},
		{"PUT", "/api/v1/nodes/none", "{}", 404, "NotFound"},
		{"DELETE", "/api/v1/namespaces/default", "", 403, "Forbidden"},
		{"GET", "/apis/none.k8s.io/v1", "", 404, "NotFound"},
	};
	struct kit k;

	(void)state;
	kit_init(&k);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(kit_ask(&k, cases[i].method, cases[i].target, cases[i].body),
			cases[i].code);
		assert_string_equal(kit_text(&k, "kind"), "Status");
		assert_string_equal(kit_text(&k, "reason"), cases[i].reason);
	}
	kit_fini(&k);
}

static void a_put_at_an_old_version_conflicts(void **state)
{
	struct kit k;
	char body[256];

	(void)state;
	kit_init(&k);
	assert_int_equal(
		kit_ask(&k, "POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"n\"}}"), 201);
	(void)snprintf(body, sizeof(body),
		"{\"metadata\":{\"name\":\"n\",\"resourceVersion\":\"%s\",\"labels\":{\"a\":"
		"\"b\"}}}",
		kit_text(&k, "metadata.resourceVersion"));
	assert_int_equal(kit_ask(&k, "PUT", "/api/v1/nodes/n", body), 200);
	assert_string_equal(kit_text(&k, "metadata.labels.a"), "b");
	assert_int_equal(kit_ask(&k, "PUT", "/api/v1/nodes/n", body), 409);
	assert_string_equal(kit_text(&k, "reason"), "Conflict");
	kit_fini(&k);
}

static void a_write_that_changes_nothing_takes_no_version(void **state)
{
	struct kit k;
	uint64_t version;

	(void)state;
	kit_init(&k);
	assert_int_equal(
		kit_ask(&k, "POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"n\"}}"), 201);
	version = k.rest.store.version;
	assert_int_equal(
		kit_send(&k, "PATCH", "/api/v1/nodes/n", "application/merge-patch+json", "{}"),
		200);
	assert_int_equal(k.rest.store.version, version);
	kit_fini(&k);
}

static void status_and_the_rest_have_their_own_doors(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	assert_int_equal(
		kit_send(&k, "PATCH", PODS "/a/status",
			"application/strategic-merge-patch+json",
			"{\"spec\":{\"nodeName\":\"n2\"},\"status\":{\"phase\":\"Running\"}}"),
		200);
	assert_string_equal(kit_text(&k, "status.phase"), "Running");
	assert_string_equal(kit_text(&k, "spec.nodeName"), "n1");
	assert_int_equal(kit_send(&k, "PATCH", PODS "/a", "application/merge-patch+json",
				 "{\"status\":{\"phase\":\"Failed\"}}"),
		200);
	assert_string_equal(kit_text(&k, "status.phase"), "Running");
	kit_fini(&k);
}

static void a_lease_is_created_by_its_first_put(void **state)
{
	static const char lease[] = LEASE "n";
	struct kit k;
	char body[256];

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "PUT", lease, "{\"metadata\":{\"name\":\"n\"}}"), 201);
	(void)snprintf(body, sizeof(body),
		"{\"metadata\":{\"resourceVersion\":\"%s\"},\"spec\":{\"holderIdentity\":\"n\"}"
		"}",
		kit_text(&k, "metadata.resourceVersion"));
	assert_int_equal(kit_ask(&k, "PUT", lease, body), 200);
	assert_string_equal(kit_text(&k, "spec.holderIdentity"), "n");
	kit_fini(&k);
}

/* A patch names none: it is made to what there is. */
static void some_kinds_are_not_replaced_unseen(void **state)
{
	static const char lease[] = LEASE "n";
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "PUT", lease, "{\"metadata\":{\"name\":\"n\"}}"), 201);
	assert_int_equal(kit_ask(&k, "PUT", lease, "{}"), 422);
	assert_non_null(strstr(kit_text(&k, "message"), "must be specified for an update"));
	assert_int_equal(kit_send_n(&k, "PATCH", lease, "application/merge-patch+json",
				 "{\"spec\":{}}", 11),
		200);
	assert_int_equal(
		kit_ask(&k, "POST", "/api/v1/nodes", "{\"metadata\":{\"name\":\"n\"}}"), 201);
	assert_int_equal(kit_ask(&k, "PUT", "/api/v1/nodes/n", "{}"), 200);
	kit_fini(&k);
}

static void a_pod_that_runs_is_deleted_in_two_steps(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	assert_int_equal(kit_ask(&k, "DELETE", PODS "/a", ""), 200);
	assert_string_equal(kit_text(&k, "metadata.deletionTimestamp"), "2023-11-14T22:13:50Z");
	assert_int_equal(kit_ask(&k, "GET", PODS "/a", ""), 200);
	assert_int_equal(
		kit_ask(&k, "DELETE", PODS "/a",
			"{\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"x\"}}"),
		409);
	assert_int_equal(kit_ask(&k, "DELETE", PODS "/a", "{\"gracePeriodSeconds\":0}"), 200);
	assert_int_equal(kit_ask(&k, "GET", PODS "/a", ""), 404);
	kit_fini(&k);
}

static void a_pod_without_a_node_goes_at_once(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "");
	assert_int_equal(kit_ask(&k, "DELETE", PODS "/a", ""), 200);
	assert_int_equal(kit_ask(&k, "GET", PODS "/a", ""), 404);
	kit_fini(&k);
}

static void the_last_finalizer_lets_an_object_go(void **state)
{
	static const char maps[] = "/api/v1/namespaces/default/configmaps";
	static const char map[] = "/api/v1/namespaces/default/configmaps/c";
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "POST", maps,
				 "{\"metadata\":{\"name\":\"c\",\"finalizers\":[\"a/b\"]}}"),
		201);
	assert_int_equal(kit_ask(&k, "DELETE", map, ""), 200);
	assert_int_equal(kit_ask(&k, "GET", map, ""), 200);
	assert_int_equal(kit_send(&k, "PATCH", map, "application/merge-patch+json",
				 "{\"metadata\":{\"finalizers\":null}}"),
		200);
	assert_int_equal(kit_ask(&k, "GET", map, ""), 404);
	kit_fini(&k);
}

static void a_binding_binds_once(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "");
	assert_int_equal(
		kit_ask(&k, "POST", PODS "/a/binding", "{\"target\":{\"name\":\"n1\"}}"), 201);
	assert_int_equal(
		kit_ask(&k, "POST", PODS "/a/binding", "{\"target\":{\"name\":\"n2\"}}"), 409);
	assert_int_equal(kit_ask(&k, "GET", PODS "?fieldSelector=spec.nodeName%3Dn1", ""), 200);
	assert_int_equal(kit_items(&k), 1);
	kit_fini(&k);
}

static void events_expire_after_their_last_write(void **state)
{
	static const char events[] = "/api/v1/namespaces/default/events";
	static const char one[] = "/api/v1/namespaces/default/events/a.1";
	struct rest_watch *w;
	char got[96];
	struct kit k;

	(void)state;
	kit_init(&k);
	k.rest.event_ttl_s = 10;
	assert_int_equal(kit_ask(&k, "POST", events, "{\"metadata\":{\"name\":\"a.1\"}}"), 201);
	assert_int_equal(kit_ask(&k, "POST", events, "{\"metadata\":{\"name\":\"b.1\"}}"), 201);
	kit_pod(&k, "a", "n1");
	k.now_s = NOW + 5;
	assert_int_equal(
		kit_send(&k, "PATCH", one, "application/merge-patch+json", "{\"count\":2}"),
		200);
	assert_false(rest_expire(&k.rest, NOW + 9, 100));
	assert_int_equal(kit_ask(&k, "GET", "/api/v1/events?watch=1", ""), 200);
	w = k.watch;
	assert_string_equal(kit_event(&k, w, got), "ADDED a.1");
	assert_string_equal(kit_event(&k, w, got), "ADDED b.1");
	assert_false(rest_expire(&k.rest, NOW + 14, 100));
	assert_string_equal(kit_event(&k, w, got), "DELETED b.1");
	assert_int_equal(kit_ask(&k, "GET", one, ""), 200);
	assert_true(rest_expire(&k.rest, NOW + 15, 0));
	assert_false(rest_expire(&k.rest, NOW + 15, 1));
	assert_int_equal(kit_ask(&k, "GET", one, ""), 404);
	assert_int_equal(kit_ask(&k, "GET", PODS "/a", ""), 200);
	watch_free(&k.rest.store, w);
	kit_fini(&k);
}

static void a_list_is_selected_and_paged(void **state)
{
	struct kit k;
	char next[600];

	(void)state;
	kit_init(&k);
	for (char name[] = "a"; *name < 'f'; ++*name)
		kit_pod(&k, name, *name < 'c' ? "n1" : "n2");
	assert_int_equal(
		kit_ask(&k, "GET", "/api/v1/pods?fieldSelector=spec.nodeName=n1", ""), 200);
	assert_int_equal(kit_items(&k), 2);
	assert_int_equal(
		kit_ask(&k, "GET", "/api/v1/pods?labelSelector=app+in+(a,e)", ""), 200);
	assert_int_equal(kit_items(&k), 2);
	/* With a selector nobody knows how many are left. */
	assert_int_equal(
		kit_ask(&k, "GET", PODS "?limit=1&fieldSelector=spec.nodeName=n1", ""), 200);
	assert_null(json_get(json_get(k.body, "metadata"), "remainingItemCount"));
	assert_int_equal(kit_ask(&k, "GET", PODS "?limit=3", ""), 200);
	assert_int_equal(kit_items(&k), 3);
	(void)snprintf(next, sizeof(next), PODS "?limit=3&continue=%s",
		kit_text(&k, "metadata.continue"));
	assert_int_equal(kit_ask(&k, "GET", next, ""), 200);
	assert_int_equal(kit_items(&k), 2);
	assert_string_equal(kit_text(&k, "metadata.continue"), "");
	kit_pod(&k, "z", "n1");
	kit_pod(&k, "y", "n1");
	store_forget(&k.rest.store);
	assert_int_equal(kit_ask(&k, "GET", next, ""), 410);
	assert_string_equal(kit_text(&k, "reason"), "Expired");
	kit_fini(&k);
}

static void a_namespace_goes_with_all_that_is_in_it(void **state)
{
	struct kit k;
	size_t n;

	(void)state;
	kit_init(&k);
	n = k.rest.store.n;
	assert_int_equal(
		kit_ask(&k, "POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"x\"}}"),
		201);
	assert_int_equal(
		kit_ask(&k, "POST", "/api/v1/namespaces/x/secrets",
			"{\"metadata\":{\"name\":\"s\"},\"stringData\":{\"a\":\"b\"}}"),
		201);
	assert_string_equal(kit_text(&k, "data.a"), "Yg==");
	assert_int_equal(kit_ask(&k, "DELETE", "/api/v1/namespaces/x", ""), 200);
	assert_int_equal(k.rest.store.n, n);
	kit_fini(&k);
}

static void a_collection_is_deleted_as_selected(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "");
	kit_pod(&k, "b", "");
	assert_int_equal(kit_ask(&k, "DELETE", PODS "?labelSelector=app%3Da", ""), 200);
	assert_int_equal(kit_items(&k), 1);
	assert_int_equal(kit_ask(&k, "GET", PODS, ""), 200);
	assert_int_equal(kit_items(&k), 1);
	kit_fini(&k);
}

/* Longer than one JSON text may be. */
static void a_collection_too_long_to_read_is_deleted(void **state)
{
	enum { EACH = REST_VALUES_MAX - 100, N = JSON_MAX_VALUES / EACH + 1 };
	struct kit k;
	struct str body = {0};

	(void)state;
	kit_init_with(&k, (struct store_limits){1000, 100 << 20, 1000, 100 << 20});
	for (int i = 0; i < N; i++) {
		str_reset(&body);
		str_addf(&body, "{\"metadata\":{\"name\":\"c-%d\"},\"x\":[0", 100 + i);
		for (int value = 0; value < EACH; value++)
			str_add(&body, ",0");
		str_add(&body, "]}");
		assert_int_equal(kit_ask(&k, "POST", CONFIGMAPS, str_text(&body)), 201);
	}
	assert_int_equal(kit_ask(&k, "DELETE", CONFIGMAPS "?dryRun=All", ""), 200);
	assert_null(k.body); /* nor can the test read it */
	assert_int_equal(kit_ask(&k, "GET", CONFIGMAPS "/c-101", ""), 200);
	assert_int_equal(kit_ask(&k, "DELETE", CONFIGMAPS "?limit=2", ""), 200);
	assert_int_equal(kit_ask(&k, "GET", CONFIGMAPS "/c-101", ""), 404);
	assert_int_equal(kit_ask(&k, "GET", CONFIGMAPS "/c-102", ""), 200);
	assert_int_equal(kit_ask(&k, "DELETE", CONFIGMAPS, ""), 200);
	assert_int_equal(kit_ask(&k, "GET", CONFIGMAPS, ""), 200);
	assert_int_equal(kit_items(&k), 0);
	str_fini(&body);
	kit_fini(&k);
}

static void a_full_store_refuses_and_reads_on(void **state)
{
	struct kit k;

	(void)state;
	kit_init_with(&k, (struct store_limits){10, 1 << 20, 100, 1 << 20});
	kit_pod(&k, "a", "");
	kit_pod(&k, "b", "");
	assert_int_equal(kit_ask(&k, "POST", PODS, "{\"metadata\":{\"name\":\"c\"}}"), 500);
	assert_int_equal(kit_ask(&k, "GET", PODS, ""), 200);
	assert_int_equal(kit_items(&k), 2);
	kit_fini(&k);
}

static void a_review_is_answered_and_not_kept(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "POST", "/apis/authentication.k8s.io/v1/tokenreviews",
				 "{\"spec\":{\"token\":\"x\"}}"),
		201);
	assert_false(json_as_bool(json_get(json_get(k.body, "status"), "authenticated")));
	assert_int_equal(
		kit_ask(&k, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews",
			"{\"spec\":{\"user\":\"x\"}}"),
		201);
	assert_true(json_as_bool(json_get(json_get(k.body, "status"), "allowed")));
	assert_int_equal(
		kit_ask(&k, "GET", "/apis/authorization.k8s.io/v1/subjectaccessreviews", ""),
		405);
	kit_fini(&k);
}

static void calls_name_resources_with_or_without_a_group(void **state)
{
	const struct rest_resource *leases =
		rest_resource_find("coordination.k8s.io", "v1", "leases");

	(void)state;
	assert_ptr_equal(rest_resource_named("leases"), leases);
	assert_ptr_equal(rest_resource_named("leases.coordination.k8s.io/status"), leases);
	assert_ptr_equal(
		rest_resource_named("pods/status"), rest_resource_find("", "v1", "pods"));
	assert_null(rest_resource_named("leases.example.com"));
	assert_null(rest_resource_named("pod"));
}

/* The category of a resource in the list of them; NULL: it is in none. */
static const char *in_all(const struct kit *k, const char *resource)
{
	for (const struct json *r = json_child(json_get(k->body, "resources")); r;
		r = json_next(r))
		if (!strcmp(json_as_str(json_get(r, "name")), resource))
			return json_as_str(json_child(json_get(r, "categories")));
	fail();
	return NULL;
}

static void clients_discover_what_there_is(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "GET", "/api", ""), 200);
	assert_int_equal(kit_ask(&k, "GET", "/apis", ""), 200);
	assert_int_equal(json_size(json_get(k.body, "groups")), 9);
	assert_int_equal(kit_ask(&k, "GET", "/api/v1", ""), 200);
	assert_string_equal(in_all(&k, "pods"), "all");
	assert_string_equal(in_all(&k, "services"), "all");
	assert_null(in_all(&k, "secrets"));
	assert_int_equal(kit_ask(&k, "GET", "/apis/storage.k8s.io/v1", ""), 200);
	assert_int_equal(json_size(json_get(k.body, "resources")), 4); /* one with a status */
	assert_int_equal(kit_ask(&k, "GET", "/version", ""), 200);
	assert_string_equal(kit_text(&k, "gitVersion"), "v1.20.2");
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_created_object_is_got),
		cmocka_unit_test(a_name_is_taken_once),
		cmocka_unit_test(a_name_is_generated),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(a_put_at_an_old_version_conflicts),
		cmocka_unit_test(a_write_that_changes_nothing_takes_no_version),
		cmocka_unit_test(status_and_the_rest_have_their_own_doors),
		cmocka_unit_test(a_lease_is_created_by_its_first_put),
		cmocka_unit_test(some_kinds_are_not_replaced_unseen),
		cmocka_unit_test(a_pod_that_runs_is_deleted_in_two_steps),
		cmocka_unit_test(a_pod_without_a_node_goes_at_once),
		cmocka_unit_test(the_last_finalizer_lets_an_object_go),
		cmocka_unit_test(a_binding_binds_once),
		cmocka_unit_test(a_review_is_answered_and_not_kept),
		cmocka_unit_test(calls_name_resources_with_or_without_a_group),
		cmocka_unit_test(events_expire_after_their_last_write),
		cmocka_unit_test(a_list_is_selected_and_paged),
		cmocka_unit_test(a_namespace_goes_with_all_that_is_in_it),
		cmocka_unit_test(a_collection_is_deleted_as_selected),
		cmocka_unit_test(a_collection_too_long_to_read_is_deleted),
		cmocka_unit_test(a_full_store_refuses_and_reads_on),
		cmocka_unit_test(clients_discover_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
