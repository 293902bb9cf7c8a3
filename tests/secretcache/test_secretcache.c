/* SPDX-License-Identifier: Apache-2.0 */
#include "secretcache/secretcache.h"

#include "tcase.h"

#include "kit.h"

static void pods_that_name_the_same_object_share_an_entry(void **state)
{
	struct kit k;
	uint32_t a;

	(void)state;
	kit_init(&k, SC_CACHE);
	a = kit_add(&k, 7);
	assert_int_equal(kit_add(&k, 7), a);
	assert_int_not_equal(kit_add(&k, 8), a);
	assert_int_equal(k.sc.n_live, 2);
	assert_false(sc_delete_reference(&k.sc, a));
	assert_true(sc_delete_reference(&k.sc, a));
	assert_int_equal(k.sc.n_live, 1);
	kit_fini(&k);
}

static void an_entry_that_is_used_again_knows_nothing_of_the_old_object(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	(void)kit_get(&k, 0, e, 0);
	(void)kit_fetched(&k, 0, e, 0, OUTCOME_OK, 9);
	assert_true(sc_delete_reference(&k.sc, e));
	for (uint32_t key = 0; key < KIT_ENTRIES; key++) /* all places */
		(void)kit_add(&k, 100 + key);
	assert_int_equal(k.sc.n_live, KIT_ENTRIES);
	assert_int_equal(kit_get(&k, 1, e, 0), SC_FETCH);
	/* an old version of another object is no older version of this one */
	assert_true(kit_fetched(&k, 1, e, 0, OUTCOME_OK, 2));
	assert_int_equal(k.sc.entry[e].version, 2);
	kit_fini(&k);
}

static void a_kind_of_object_keeps_to_its_own_places(void **state)
{
	bool started;
	struct kit k;

	(void)state;
	kit_init(&k, SC_CACHE);
	for (uint32_t key = 0; key < 4; key++) {
		uint32_t a = sc_add_reference(&k.sc, key, 0, 4, false, &started);
		uint32_t b = sc_add_reference(&k.sc, key, 4, 4, false, &started);

		assert_in_range(a, 0, 3);
		assert_in_range(b, 4, 7);
	}
	kit_fini(&k);
}

static void get_asks_every_time(void **state)
{
	struct kit k;
	bool quorum = false;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_GET);
	e = kit_add(&k, 7);
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(sc_get(&k.sc, i, e, i, &quorum), SC_FETCH);
		assert_true(quorum);
		assert_true(kit_fetched(&k, i, e, i, OUTCOME_OK, 1));
	}
	assert_int_equal(kit_get(&k, 9, e, 0), SC_FETCH);
	assert_false(kit_fetched(&k, 9, e, 0, OUTCOME_ERROR, 0));
	kit_fini(&k);
}

static void never_again_asks_once_a_mount(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_NEVER);
	e = kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 0, e, 0), SC_FETCH);
	assert_false(kit_fetched(&k, 0, e, 0, OUTCOME_NOT_FOUND, 0));
	assert_int_equal(kit_get(&k, 1, e, 0), SC_FETCH); /* until it worked */
	assert_true(kit_fetched(&k, 1, e, 0, OUTCOME_OK, 1));
	assert_int_equal(kit_get(&k, 60 * NS_MIN, e, 0), SC_SERVED);
	assert_int_equal(kit_get(&k, 60 * NS_MIN, e, 1), SC_FETCH); /* another pod */
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods_that_name_the_same_object_share_an_entry),
		cmocka_unit_test(an_entry_that_is_used_again_knows_nothing_of_the_old_object),
		cmocka_unit_test(a_kind_of_object_keeps_to_its_own_places),
		cmocka_unit_test(get_asks_every_time),
		cmocka_unit_test(never_again_asks_once_a_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
