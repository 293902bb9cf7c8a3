/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/store.h"

#include <stdio.h>
#include <string.h>

#include "tcase.h"

static struct rest_object *put(struct store *s, const char *name)
{
	struct json *tree = json_object();
	struct json *meta = json_object();
	struct rest_object *o = NULL;

	json_put_str(meta, "name", name);
	json_put(tree, "metadata", meta);
	(void)store_put(s, rest_resource_find("", "v1", "nodes"), tree, &o, NULL);
	json_free(tree);
	return o;
}

static void objects_are_in_order_and_versions_grow(void **state)
{
	const struct store_limits limits = {10, 1 << 20, 10, 1 << 20};
	const struct rest_resource *nodes = rest_resource_find("", "v1", "nodes");
	struct store s;

	(void)state;
	store_init(&s, &limits);
	assert_int_equal(put(&s, "b")->version, 1);
	assert_int_equal(put(&s, "a")->version, 2);
	assert_int_equal(put(&s, "b")->version, 3);
	assert_int_equal(s.n, 2);
	assert_string_equal(store_at(store_kind(&s, nodes), 0)->name, "a");
	assert_int_equal(store_get(&s, nodes, "", "b")->version, 3);
	assert_null(store_get(&s, nodes, "", "c"));
	store_fini(&s);
}

static void limits_hold(void **state)
{
	const struct store_limits limits = {2, 1 << 20, 10, 1 << 20};
	const struct store_limits small = {10, 500, 10, 1 << 20};
	struct store s;

	(void)state;
	store_init(&s, &limits);
	assert_non_null(put(&s, "a"));
	assert_non_null(put(&s, "b"));
	assert_null(put(&s, "c"));
	assert_non_null(put(&s, "b"));
	assert_int_equal(s.version, 3);
	store_fini(&s);
	store_init(&s, &small);
	assert_non_null(put(&s, "a"));
	assert_null(put(&s, "b"));
	store_fini(&s);
}

static void history_is_bounded_in_changes_and_bytes(void **state)
{
	const struct store_limits few = {10, 1 << 20, 3, 1 << 20};
	const struct store_limits little = {10, 1 << 20, 1000, 2000};
	struct store s;

	(void)state;
	store_init(&s, &few);
	for (int i = 0; i < 9; i++)
		(void)put(&s, "a");
	assert_int_equal(s.oldest, 7);
	assert_int_equal(store_event(&s, 9)->now->version, 9);
	assert_int_equal(store_event(&s, 7)->before->version, 6);
	store_fini(&s);
	store_init(&s, &little);
	for (int i = 0; i < 100; i++)
		(void)put(&s, "a");
	assert_true(s.history_bytes <= 2000);
	assert_true(s.oldest > 90);
	store_fini(&s);
}

enum { MANY = 2000 };

static const char *nth(unsigned i, char name[16])
{
	(void)snprintf(name, 16, "n%06u", i % 1000000);
	return name;
}

static void nodes_are(const struct store *s, const bool *there)
{
	const struct rest_resource *nodes = rest_resource_find("", "v1", "nodes");
	const struct store_kind *k = store_kind(s, nodes);
	char name[16];
	size_t n = 0;

	for (unsigned i = 0; i < MANY; i++)
		if (there[i])
			assert_string_equal(store_at(k, n++)->name, nth(i, name));
	assert_int_equal(k->n, n);
}

static void neighbours_that_come_and_go_move_nobody(void **state)
{
	const struct store_limits limits = {MANY, 1 << 24, 10, 1 << 20};
	const struct rest_resource *nodes = rest_resource_find("", "v1", "nodes");
	struct rest_object *gone;
	bool there[MANY] = {false};
	struct store s;
	uint64_t before;
	char name[16];

	(void)state;
	store_init(&s, &limits);
	for (unsigned i = MANY; i-- > 0;)
		there[i] = put(&s, nth(i, name)) != NULL;
	nodes_are(&s, there);
	before = s.moved;
	/* A namespace in the middle, then all from the front on: each gap is reached once. */
	for (unsigned i = MANY / 4; i < MANY / 2; i++) {
		store_delete(&s, store_get(&s, nodes, "", nth(i, name)), &gone);
		there[i] = false;
	}
	nodes_are(&s, there);
	assert_true(s.moved - before < MANY);
	for (unsigned i = 0; i < MANY; i++)
		if (there[i])
			store_delete(&s, store_get(&s, nodes, "", nth(i, name)), &gone);
	assert_true(s.moved - before < (uint64_t)2 * MANY);
	assert_int_equal(s.n, 0);
	store_fini(&s);
}

static void objects_that_come_and_go_anywhere_stay_in_order(void **state)
{
	const struct store_limits limits = {MANY, 1 << 24, 10, 1 << 20};
	const struct rest_resource *nodes = rest_resource_find("", "v1", "nodes");
	struct rest_object *gone;
	bool there[MANY] = {false};
	struct store s;
	uint32_t draw = 1;
	char name[16];

	(void)state;
	store_init(&s, &limits);
	for (unsigned i = 0; i < 3 * MANY; i++) {
		unsigned at = (draw = draw * 1664525 + 1013904223) >> 8 & 255;

		if (there[at])
			store_delete(&s, store_get(&s, nodes, "", nth(at, name)), &gone);
		else
			assert_non_null(put(&s, nth(at, name)));
		there[at] = !there[at];
		if (i % 100 == 0)
			nodes_are(&s, there);
	}
	nodes_are(&s, there);
	store_fini(&s);
}

static void what_is_deleted_has_a_last_version(void **state)
{
	const struct store_limits limits = {10, 1 << 20, 10, 1 << 20};
	struct rest_object *gone = NULL;
	struct store s;

	(void)state;
	store_init(&s, &limits);
	store_delete(&s, put(&s, "a"), &gone);
	assert_int_equal(gone->version, 2);
	assert_int_equal(s.n, 0);
	assert_int_equal(s.bytes, 0);
	store_forget(&s);
	assert_int_equal(s.history_bytes, 0);
	store_fini(&s);
}

static void what_expires_goes_in_its_order(void **state)
{
	const struct store_limits limits = {10, 1 << 20, 10, 1 << 20};
	struct rest_object *gone;
	struct store s;

	(void)state;
	store_init(&s, &limits);
	store_expire_at(&s, put(&s, "c"), 10);
	store_expire_at(&s, put(&s, "b"), 20);
	store_expire_at(&s, put(&s, "a"), 15); /* the clock went back: with the one before */
	(void)put(&s, "d");
	assert_null(store_expired(&s, 9));
	assert_string_equal(store_expired(&s, 10)->name, "c");
	/* Another state has a time of its own, or none. */
	store_expire_at(&s, put(&s, "c"), 30);
	assert_null(store_expired(&s, 19));
	assert_string_equal(store_expired(&s, 20)->name, "b");
	store_delete(&s, store_expired(&s, 20), &gone);
	assert_string_equal(store_expired(&s, 20)->name, "a");
	(void)put(&s, "a");
	assert_null(store_expired(&s, 29));
	store_delete(&s, store_expired(&s, 30), &gone);
	assert_null(store_expired(&s, INT64_MAX));
	assert_int_equal(s.n, 2);
	store_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_in_order_and_versions_grow),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(history_is_bounded_in_changes_and_bytes),
		cmocka_unit_test(neighbours_that_come_and_go_move_nobody),
		cmocka_unit_test(objects_that_come_and_go_anywhere_stay_in_order),
		cmocka_unit_test(what_is_deleted_has_a_last_version),
		cmocka_unit_test(what_expires_goes_in_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
