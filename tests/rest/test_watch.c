/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#define PODS "/api/v1/namespaces/default/pods"

static void watch(struct kit *k, const char *target)
{
	assert_int_equal(kit_ask(k, "GET", target, ""), 200);
	assert_non_null(k->watch);
}

#define EXPECT(k, w, text)                                                                     \
	do {                                                                                   \
		char told[96];                                                                 \
		assert_string_equal(kit_event(k, w, told), text);                              \
	} while (0)

static void it_begins_with_what_there_is(void **state)
{
	struct kit k;
	struct rest_watch *w;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	kit_pod(&k, "b", "n2");
	watch(&k, "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1");
	w = k.watch;
	EXPECT(&k, w, "ADDED a");
	EXPECT(&k, w, "");
	kit_pod(&k, "c", "n1");
	kit_pod(&k, "d", "n2");
	assert_int_equal(kit_ask(&k, "DELETE", PODS "/a?gracePeriodSeconds=0", ""), 200);
	EXPECT(&k, w, "ADDED c");
	EXPECT(&k, w, "DELETED a");
	EXPECT(&k, w, "");
	watch_free(&k.rest.store, w);
	kit_fini(&k);
}

static void only_those_whom_it_concerns_are_ready(void **state)
{
	struct kit k;
	struct rest_watch *one, *other;

	(void)state;
	kit_init(&k);
	watch(&k, "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn1");
	one = k.watch;
	watch(&k, "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn2");
	other = k.watch;
	EXPECT(&k, one, "");
	EXPECT(&k, other, "");
	while (watch_take_ready(&k.rest.store))
		;
	kit_pod(&k, "a", "n2");
	assert_ptr_equal(watch_take_ready(&k.rest.store), other);
	assert_null(watch_take_ready(&k.rest.store));
	watch_free(&k.rest.store, one);
	watch_free(&k.rest.store, other);
	kit_fini(&k);
}

static void what_leaves_a_selection_is_deleted_for_it(void **state)
{
	struct kit k;
	struct rest_watch *w;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	watch(&k, "/api/v1/pods?watch=1&labelSelector=app%3Da");
	w = k.watch;
	EXPECT(&k, w, "ADDED a");
	assert_int_equal(kit_send(&k, "PATCH", PODS "/a", "application/merge-patch+json",
				 "{\"metadata\":{\"labels\":{\"app\":\"b\"}}}"),
		200);
	EXPECT(&k, w, "DELETED a");
	assert_int_equal(kit_send(&k, "PATCH", PODS "/a", "application/merge-patch+json",
				 "{\"metadata\":{\"labels\":{\"app\":\"a\"}}}"),
		200);
	EXPECT(&k, w, "ADDED a");
	watch_free(&k.rest.store, w);
	kit_fini(&k);
}

static void it_goes_on_from_a_version(void **state)
{
	struct kit k;
	char target[128];

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	(void)snprintf(target, sizeof(target), PODS "?watch=true&resourceVersion=%s",
		kit_text(&k, "metadata.resourceVersion"));
	kit_pod(&k, "b", "n1");
	watch(&k, target);
	EXPECT(&k, k.watch, "ADDED b");
	EXPECT(&k, k.watch, "");
	watch_free(&k.rest.store, k.watch);
	kit_fini(&k);
}

static void a_version_that_is_forgotten_is_gone(void **state)
{
	struct kit k;

	(void)state;
	kit_init_with(&k, (struct store_limits){100, 1 << 20, 4, 1 << 20});
	for (char name[] = "a"; *name < 'j'; ++*name)
		kit_pod(&k, name, "n1");
	watch(&k, PODS "?watch=true&resourceVersion=9");
	EXPECT(&k, k.watch, "ERROR -");
	assert_true(k.watch->is_over);
	EXPECT(&k, k.watch, "");
	watch_free(&k.rest.store, k.watch);
	kit_fini(&k);
}

/* A client that does not read must not be told less than the truth when it does. */
static void who_is_too_slow_is_told_so(void **state)
{
	struct kit k;
	struct rest_watch *w;

	(void)state;
	kit_init_with(&k, (struct store_limits){100, 1 << 20, 4, 1 << 20});
	watch(&k, PODS "?watch=true");
	w = k.watch;
	EXPECT(&k, w, "");
	assert_non_null(watch_take_ready(&k.rest.store));
	kit_pod(&k, "a", "n1"); /* it is marked, taken, and not read */
	assert_ptr_equal(watch_take_ready(&k.rest.store), w);
	for (char name[] = "b"; *name < 'j'; ++*name)
		kit_pod(&k, name, "n1");
	EXPECT(&k, w, "ERROR -");
	watch_free(&k.rest.store, w);
	kit_fini(&k);
}

/* An idle watch is not behind: what did not concern it needs no history. */
static void quiet_is_not_slow(void **state)
{
	struct kit k;
	struct rest_watch *w;

	(void)state;
	kit_init_with(&k, (struct store_limits){100, 1 << 20, 4, 1 << 20});
	watch(&k, PODS "?watch=true&fieldSelector=spec.nodeName%3Dn1");
	w = k.watch;
	EXPECT(&k, w, "");
	(void)watch_take_ready(&k.rest.store);
	for (char name[] = "a"; *name < 'j'; ++*name)
		kit_pod(&k, name, "n2");
	kit_pod(&k, "z", "n1");
	EXPECT(&k, w, "ADDED z");
	watch_free(&k.rest.store, w);
	kit_fini(&k);
}

static void a_bookmark_tells_the_version_to_who_asked(void **state)
{
	struct kit k;
	struct str out = {0};
	char got[96];

	(void)state;
	kit_init(&k);
	watch(&k, PODS "?watch=true");
	EXPECT(&k, k.watch, "");
	watch_bookmark(&k.rest.store, k.watch, &out);
	assert_int_equal(str_len(&out), 0);
	watch_free(&k.rest.store, k.watch);
	watch(&k, PODS "?watch=true&allowWatchBookmarks=true");
	assert_string_equal(kit_event(&k, k.watch, got), "");
	watch_bookmark(&k.rest.store, k.watch, &out);
	(void)snprintf(got, sizeof(got), "\"resourceVersion\":\"%llu\"",
		(unsigned long long)k.rest.store.version);
	assert_non_null(strstr(str_text(&out), "BOOKMARK"));
	assert_non_null(strstr(str_text(&out), got));
	str_fini(&out);
	watch_free(&k.rest.store, k.watch);
	kit_fini(&k);
}

static void the_end_of_the_beginning_is_said_if_asked(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	watch(&k, PODS "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true");
	EXPECT(&k, k.watch, "ADDED a");
	EXPECT(&k, k.watch, "BOOKMARK -");
	EXPECT(&k, k.watch, "");
	watch_free(&k.rest.store, k.watch);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_with_what_there_is),
		cmocka_unit_test(only_those_whom_it_concerns_are_ready),
		cmocka_unit_test(what_leaves_a_selection_is_deleted_for_it),
		cmocka_unit_test(it_goes_on_from_a_version),
		cmocka_unit_test(a_version_that_is_forgotten_is_gone),
		cmocka_unit_test(who_is_too_slow_is_told_so),
		cmocka_unit_test(quiet_is_not_slow),
		cmocka_unit_test(a_bookmark_tells_the_version_to_who_asked),
		cmocka_unit_test(the_end_of_the_beginning_is_said_if_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
