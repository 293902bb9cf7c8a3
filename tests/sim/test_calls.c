/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/calls.h"

#include "tcase.h"

#include <stdio.h>
#include <string.h>

static void a_request_gets_one_class_however_often_it_is_named(void **state)
{
	struct calls c;
	uint16_t lease;

	(void)state;
	calls_init(&c);
	lease = calls_intern(&c, "update", "leases");
	assert_int_equal(lease, API_FIXED_END);
	assert_int_equal(calls_intern(&c, "get", "leases"), API_FIXED_END + 1);
	assert_int_equal(calls_intern(&c, "update", "leases"), lease);
	assert_int_equal(c.n, API_FIXED_END + 2);
	assert_string_equal(c.name[lease].verb, "update");
	assert_string_equal(c.name[lease].resource, "leases");
}

static void a_mechanisms_request_is_found_under_its_name(void **state)
{
	struct calls c;

	(void)state;
	calls_init(&c);
	assert_int_equal(calls_intern(&c, "get", "pods"), API_GET_PODS);
	assert_int_equal(calls_intern(&c, "patch", "pods/status"), API_PATCH_PODS_STATUS);
	assert_int_equal(calls_intern(&c, "watch", "secrets"), API_WATCH_SECRETS);
	assert_int_equal(
		calls_intern(&c, "create", "serviceaccounts/token"), API_CREATE_TOKENS);
	assert_int_equal(calls_intern(&c, "patch", "events"), API_PATCH_EVENTS);
	assert_int_equal(c.n, API_FIXED_END);
}

static void the_longest_verb_is_kept_whole(void **state)
{
	struct calls c;
	uint16_t i;

	(void)state;
	calls_init(&c);
	i = calls_intern(&c, "deletecollection", "pods");
	assert_string_equal(c.name[i].verb, "deletecollection");
	assert_int_equal(calls_intern(&c, "deletecollection", "pods"), i);
}

static void an_operation_is_no_request(void **state)
{
	struct calls c;
	uint16_t i;

	(void)state;
	calls_init(&c);
	i = calls_intern(&c, "", "list_containers");
	assert_int_equal(i, API_FIXED_END);
	assert_false(call_is_runtime(i));
	assert_true(call_is_runtime(OP_LIST_CONTAINERS));
	assert_true(call_is_runtime(CALL_HIDDEN + OP_LIST_CONTAINERS));
	assert_false(call_is_runtime(CALL_API));
}

static void a_full_table_says_so_and_keeps_what_it_has(void **state)
{
	char name[16];
	struct calls c;

	(void)state;
	calls_init(&c);
	for (uint32_t i = API_FIXED_END; i < CALLS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "kind%u", i);
		assert_int_equal(calls_intern(&c, "get", name), i);
	}
	assert_int_equal(calls_intern(&c, "get", "onemore"), CALLS_MAX);
	assert_int_equal(c.n, CALLS_MAX);
	assert_int_equal(calls_intern(&c, "get", name), CALLS_MAX - 1);
	assert_int_equal(calls_intern(&c, "get", "pods"), API_GET_PODS);
}

static void what_two_clients_make_is_two_classes_of_one_name(void **state)
{
	struct calls c;
	uint16_t first, second;

	(void)state;
	calls_init(&c);
	first = calls_made_by(&c, API_GET_PODS, 0);
	assert_int_equal(first, API_GET_PODS);
	assert_int_equal(calls_made_by(&c, API_GET_PODS, 0), first);
	assert_int_equal(c.n, API_FIXED_END);
	second = calls_made_by(&c, API_GET_PODS, 3);
	assert_int_equal(second, API_FIXED_END);
	assert_string_equal(c.name[second].verb, "get");
	assert_string_equal(c.name[second].resource, "pods");
	assert_int_equal(c.client[first], 0);
	assert_int_equal(c.client[second], 3);
	assert_int_equal(c.alike[second], first);
	assert_int_equal(c.alike[first], first);
	/* whichever of them one begins from */
	assert_int_equal(calls_made_by(&c, second, 0), first);
	assert_int_equal(calls_made_by(&c, second, 3), second);
	assert_int_equal(calls_intern(&c, "get", "pods"), first);
}

/* A model of a server names calls that nobody makes. */
static void a_name_that_is_nobodys_becomes_whoevers_is_first(void **state)
{
	struct calls c;
	uint16_t call;

	(void)state;
	calls_init(&c);
	call = calls_intern(&c, "get", "widgets");
	assert_int_equal(c.client[call], CALL_NOBODYS);
	assert_int_equal(calls_made_by(&c, call, 4), call);
	assert_int_equal(c.client[call], 4);
	assert_int_equal(calls_made_by(&c, call, 0), call + 1);
	assert_int_equal(c.n, API_FIXED_END + 2);
}

static void a_full_table_has_no_room_for_another_client(void **state)
{
	struct calls c;
	uint16_t call;

	(void)state;
	calls_init(&c);
	call = calls_made_by(&c, API_GET_PODS, 0);
	for (uint8_t i = 1; c.n < CALLS_MAX; i++)
		assert_int_equal(c.alike[calls_made_by(&c, call, i)], call);
	assert_int_equal(calls_made_by(&c, call, CALLS_MAX), CALLS_MAX);
	assert_int_equal(calls_made_by(&c, call, 0), call);
}

static void operations_are_found_by_the_metrics_name(void **state)
{
	(void)state;
	for (unsigned op = 0; op < OP_N; op++)
		assert_int_equal(operation_by_name(operation_name((enum operation)op)), op);
	assert_int_equal(operation_by_name("list_pods"), OP_N);
	assert_int_equal(operation_by_name(""), OP_N);
	assert_string_equal(operation_name(OP_LIST_PODSANDBOX), "list_podsandbox");
	assert_string_equal(operation_cri_method(OP_LIST_PODSANDBOX), "ListPodSandbox");
	assert_string_equal(operation_cri_method(OP_INSPECT_CONTAINER), "");
}

static void what_the_metric_does_not_see_has_the_same_name(void **state)
{
	struct calls c;

	(void)state;
	calls_init(&c);
	for (unsigned op = 0; op < OP_N; op++) {
		assert_string_equal(c.name[op].resource, c.name[CALL_HIDDEN + op].resource);
		assert_string_equal(c.name[op].verb, "");
	}
}

/* Three of a sandbox's life, four of a container's; no look, no image, no request. */
static void what_starts_or_ends_is_told_apart(void **state)
{
	unsigned n = 0;

	(void)state;
	for (uint16_t call = 0; call < CALLS_MAX; call++)
		n += call_starts_or_ends(call);
	assert_int_equal(n, 7);
	assert_true(call_starts_or_ends(OP_REMOVE_PODSANDBOX));
	assert_false(call_starts_or_ends(OP_PULL_IMAGE));
	assert_false(call_starts_or_ends(CALL_HIDDEN + OP_RUN_PODSANDBOX));
	assert_false(call_starts_or_ends(API_DELETE_PODS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_gets_one_class_however_often_it_is_named),
		cmocka_unit_test(a_mechanisms_request_is_found_under_its_name),
		cmocka_unit_test(the_longest_verb_is_kept_whole),
		cmocka_unit_test(an_operation_is_no_request),
		cmocka_unit_test(a_full_table_says_so_and_keeps_what_it_has),
		cmocka_unit_test(what_two_clients_make_is_two_classes_of_one_name),
		cmocka_unit_test(a_name_that_is_nobodys_becomes_whoevers_is_first),
		cmocka_unit_test(a_full_table_has_no_room_for_another_client),
		cmocka_unit_test(operations_are_found_by_the_metrics_name),
		cmocka_unit_test(what_the_metric_does_not_see_has_the_same_name),
		cmocka_unit_test(what_starts_or_ends_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
