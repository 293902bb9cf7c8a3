/* SPDX-License-Identifier: Apache-2.0 */
#include "secretcache/secretcache.h"

#include "tcase.h"

#include "kit.h"

/* A reader fetches version at `at`, answered at `done`. */
static void fetch(struct kit *k, uint32_t entry, ns_t at, ns_t done, uint32_t version)
{
	assert_int_equal(kit_get(k, at, entry, 0), SC_FETCH);
	assert_true(kit_fetched(k, done, entry, 0, OUTCOME_OK, version));
}

static void freshness_counts_from_the_end_of_the_fetch(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	fetch(&k, e, 0, 10 * NS_S, 1);
	assert_int_equal(kit_get(&k, 70 * NS_S - 1, e, 1), SC_SERVED);
	assert_int_equal(kit_get(&k, 70 * NS_S, e, 1), SC_FETCH);
	kit_fini(&k);
}

static void with_a_ttl_of_0_nothing_is_ever_fresh(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	k.params.ttl = 0;
	e = kit_add(&k, 7);
	for (ns_t at = 0; at < 5; at++)
		fetch(&k, e, at, at, 1);
	kit_fini(&k);
}

static void the_first_get_is_a_quorum_read_and_a_refresh_is_not(void **state)
{
	struct kit k;
	bool quorum;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	assert_int_equal(sc_get(&k.sc, 0, e, 0, &quorum), SC_FETCH);
	assert_true(quorum);
	(void)kit_fetched(&k, 0, e, 0, OUTCOME_OK, 1);
	assert_int_equal(sc_get(&k.sc, 2 * NS_MIN, e, 0, &quorum), SC_FETCH);
	assert_false(quorum);
	(void)kit_fetched(&k, 2 * NS_MIN, e, 0, OUTCOME_NOT_FOUND, 0);
	assert_int_equal(sc_get(&k.sc, 2 * NS_MIN, e, 0, &quorum), SC_FETCH);
	assert_true(quorum); /* after NotFound */
	(void)kit_fetched(&k, 2 * NS_MIN, e, 0, OUTCOME_OK, 1);
	(void)kit_add(&k, 7);
	assert_int_equal(sc_get(&k.sc, 2 * NS_MIN, e, 0, &quorum), SC_FETCH);
	assert_true(quorum); /* after an invalidation */
	kit_fini(&k);
}

static void not_found_is_stored_and_yet_fetched_at_every_get(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	fetch(&k, e, 0, 0, 4);
	assert_int_equal(kit_get(&k, NS_MIN, e, 0), SC_FETCH);
	/* it takes the place of the old object: nothing is served any more */
	assert_false(kit_fetched(&k, NS_MIN, e, 0, OUTCOME_NOT_FOUND, 0));
	for (ns_t at = NS_MIN; at < NS_MIN + 3; at++) {
		assert_int_equal(kit_get(&k, at, e, 0), SC_FETCH);
		assert_false(kit_fetched(&k, at, e, 0, OUTCOME_NOT_FOUND, 0));
	}
	/* and a later success is kept as ever */
	fetch(&k, e, 2 * NS_MIN, 2 * NS_MIN, 5);
	assert_int_equal(kit_get(&k, 2 * NS_MIN + 1, e, 0), SC_SERVED);
	kit_fini(&k);
}

static void another_error_keeps_the_old_object_and_its_old_time(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	fetch(&k, e, 0, 0, 4);
	for (ns_t at = NS_MIN; at < NS_MIN + 3; at++) { /* at each Get again */
		assert_int_equal(kit_get(&k, at, e, 0), SC_FETCH);
		assert_true(kit_fetched(&k, at, e, 0, OUTCOME_ERROR, 0));
		assert_int_equal(k.sc.entry[e].version, 4);
		assert_int_equal(k.sc.entry[e].fetched_at, 0);
	}
	kit_fini(&k);
}

static void an_error_without_an_old_object_is_not_cached(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 0, e, 0), SC_FETCH);
	assert_false(kit_fetched(&k, 0, e, 0, OUTCOME_ERROR, 0));
	assert_int_equal(kit_get(&k, 1, e, 0), SC_FETCH);
	kit_fini(&k);
}

/* The API server's watch cache lags behind. */
static void an_older_version_keeps_the_newer_one_and_its_time(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	fetch(&k, e, 0, 0, 4);
	assert_int_equal(kit_get(&k, NS_MIN, e, 0), SC_FETCH);
	assert_true(kit_fetched(&k, NS_MIN, e, 0, OUTCOME_OK, 3));
	assert_int_equal(k.sc.entry[e].version, 4);
	assert_int_equal(k.sc.entry[e].fetched_at, 0);
	assert_int_equal(kit_get(&k, NS_MIN + 1, e, 0), SC_FETCH); /* at the next Get again */
	assert_true(kit_fetched(&k, NS_MIN + 1, e, 0, OUTCOME_OK, 4));
	assert_int_equal(
		kit_get(&k, NS_MIN + 2, e, 0), SC_SERVED); /* the same version is news */
	kit_fini(&k);
}

static void gets_at_the_same_time_share_one_fetch(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 0, e, 3), SC_FETCH);
	assert_int_equal(kit_get(&k, 0, e, 1), SC_WAIT);
	assert_int_equal(kit_get(&k, 0, e, 2), SC_WAIT);
	assert_true(kit_fetched(&k, NS_S, e, 3, OUTCOME_OK, 1));
	assert_int_equal(sc_next_waiter(&k.sc, e, 3), 1); /* first come, first served */
	assert_int_equal(sc_next_waiter(&k.sc, e, 3), 2);
	assert_int_equal(sc_next_waiter(&k.sc, e, 3), SC_NOBODY);
	assert_int_equal(kit_get(&k, NS_S, e, 1), SC_SERVED);
	assert_int_equal(kit_get(&k, NS_S, e, 2), SC_SERVED);
	kit_fini(&k);
}

/* With TTL 0 the lock makes them wait, and then each finds stale data. */
static void with_a_ttl_of_0_those_who_waited_fetch_one_after_the_other(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	k.params.ttl = 0;
	e = kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 0, e, 0), SC_FETCH);
	assert_int_equal(kit_get(&k, 0, e, 1), SC_WAIT);
	assert_int_equal(kit_get(&k, 0, e, 2), SC_WAIT);
	(void)kit_fetched(&k, NS_S, e, 0, OUTCOME_OK, 1);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), 1);
	assert_int_equal(kit_get(&k, NS_S, e, 1), SC_FETCH);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), 2);
	assert_int_equal(kit_get(&k, NS_S, e, 2), SC_WAIT);
	kit_fini(&k);
}

static void a_new_reference_invalidates_for_all_who_share(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	assert_int_equal(kit_add(&k, 7), e);
	fetch(&k, e, 0, 0, 1);
	assert_int_equal(kit_get(&k, 1, e, 1), SC_SERVED);
	assert_int_equal(kit_add(&k, 7), e); /* a third pod, or an update of the first */
	assert_int_equal(kit_get(&k, 2, e, 1), SC_FETCH);
	kit_fini(&k);
}

static void losing_a_reference_invalidates_nothing(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	(void)kit_add(&k, 7);
	fetch(&k, e, 0, 0, 1);
	assert_false(sc_delete_reference(&k.sc, e));
	assert_int_equal(kit_get(&k, 1, e, 1), SC_SERVED);
	kit_fini(&k);
}

/* The lock is the data's: who comes after the invalidation finds new data without a fetch, so
 * a second GET runs beside the first, and what the first brings is its own reader's alone. */
static void an_invalidation_during_a_fetch_makes_a_second_fetch_beside_it(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 0, e, 0), SC_FETCH);
	assert_int_equal(kit_get(&k, 0, e, 1), SC_WAIT); /* for the old data's lock */
	(void)kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 1, e, 2), SC_FETCH);
	assert_int_equal(kit_get(&k, 1, e, 3), SC_WAIT); /* for the new data's */
	assert_true(kit_fetched(&k, NS_S, e, 0, OUTCOME_OK, 1));
	assert_false(k.sc.entry[e].has_data);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), 1);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), SC_NOBODY); /* 3 waits on */
	assert_true(kit_fetched(&k, 2 * NS_S, e, 2, OUTCOME_OK, 2));
	assert_int_equal(sc_next_waiter(&k.sc, e, 2), 3);
	assert_int_equal(kit_get(&k, 2 * NS_S, e, 3), SC_SERVED);
	assert_int_equal(k.sc.entry[e].version, 2);
	kit_fini(&k);
}

/* Whoever waited for the old data's lock finds that data fresh, whatever was invalidated since;
 * its next read is as any other's. */
static void who_waited_for_an_overtaken_fetch_is_served_by_it(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 0, e, 0), SC_FETCH);
	assert_int_equal(kit_get(&k, 0, e, 1), SC_WAIT);
	assert_int_equal(kit_get(&k, 0, e, 2), SC_WAIT);
	(void)kit_add(&k, 7);
	assert_true(kit_fetched(&k, NS_S, e, 0, OUTCOME_OK, 3));
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), 1);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), 2);
	assert_int_equal(kit_get(&k, NS_S, e, 1), SC_SERVED);
	assert_int_equal(k.sc.entry[e].version, 3);
	sc_forget_reader(&k.sc, 2); /* its pod went meanwhile */
	assert_int_equal(kit_get(&k, NS_S, e, 2), SC_FETCH);
	assert_int_equal(kit_get(&k, NS_S, e, 1), SC_WAIT);
	kit_fini(&k);
}

/* ... unless it brought nothing, or nothing is ever fresh. */
static void who_waited_for_an_overtaken_fetch_in_vain_fetches(void **state)
{
	static const enum outcome answer[] = {OUTCOME_ERROR, OUTCOME_NOT_FOUND, OUTCOME_OK};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct kit k;
		uint32_t e;

		kit_init(&k, SC_CACHE);
		k.params.ttl = answer[i] == OUTCOME_OK ? 0 : NS_MIN;
		e = kit_add(&k, 7);
		assert_int_equal(kit_get(&k, 0, e, 0), SC_FETCH);
		assert_int_equal(kit_get(&k, 0, e, 1), SC_WAIT);
		(void)kit_add(&k, 7);
		(void)kit_fetched(&k, NS_S, e, 0, answer[i], 1);
		assert_int_equal(sc_next_waiter(&k.sc, e, 0), 1);
		assert_int_equal(kit_get(&k, NS_S, e, 1), SC_FETCH);
		kit_fini(&k);
	}
}

/* A refresh that fails leaves its reader the object that it was to refresh, also where an
 * invalidation came meanwhile. */
static void an_overtaken_refresh_that_fails_serves_the_old_object(void **state)
{
	struct kit k;
	uint32_t version = 0;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	fetch(&k, e, 0, 0, 4);
	assert_int_equal(kit_get(&k, NS_MIN, e, 1), SC_FETCH);
	(void)kit_add(&k, 7);
	assert_true(sc_fetched(&k.sc, NS_MIN + 1, e, 1, OUTCOME_ERROR, &version));
	assert_int_equal(version, 4);
	assert_int_equal(
		kit_get(&k, NS_MIN + 2, e, 1), SC_FETCH); /* there is no good one now */
	(void)kit_add(&k, 7);
	assert_false(kit_fetched(&k, NS_MIN + 3, e, 1, OUTCOME_ERROR, 0));
	kit_fini(&k);
}

static void the_older_of_two_fetches_does_not_undo_the_newer(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 0, e, 0), SC_FETCH);
	(void)kit_add(&k, 7);
	assert_int_equal(kit_get(&k, 1, e, 2), SC_FETCH);
	assert_true(kit_fetched(&k, 2, e, 2, OUTCOME_OK, 5));
	assert_true(kit_fetched(&k, 3, e, 0, OUTCOME_OK, 4));
	assert_int_equal(k.sc.entry[e].version, 5);
	assert_int_equal(kit_get(&k, 4, e, 1), SC_SERVED);
	kit_fini(&k);
}

static void who_gives_up_waiting_is_not_called(void **state)
{
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_CACHE);
	e = kit_add(&k, 7);
	(void)kit_get(&k, 0, e, 0);
	for (uint32_t r = 1; r < 4; r++)
		(void)kit_get(&k, 0, e, r);
	sc_forget_waiter(&k.sc, e, 2);
	sc_forget_waiter(&k.sc, e, 7); /* never waited */
	(void)kit_fetched(&k, 1, e, 0, OUTCOME_OK, 1);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), 1);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), 3);
	assert_int_equal(sc_next_waiter(&k.sc, e, 0), SC_NOBODY);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(freshness_counts_from_the_end_of_the_fetch),
		cmocka_unit_test(with_a_ttl_of_0_nothing_is_ever_fresh),
		cmocka_unit_test(the_first_get_is_a_quorum_read_and_a_refresh_is_not),
		cmocka_unit_test(not_found_is_stored_and_yet_fetched_at_every_get),
		cmocka_unit_test(another_error_keeps_the_old_object_and_its_old_time),
		cmocka_unit_test(an_error_without_an_old_object_is_not_cached),
		cmocka_unit_test(an_older_version_keeps_the_newer_one_and_its_time),
		cmocka_unit_test(gets_at_the_same_time_share_one_fetch),
		cmocka_unit_test(with_a_ttl_of_0_those_who_waited_fetch_one_after_the_other),
		cmocka_unit_test(a_new_reference_invalidates_for_all_who_share),
		cmocka_unit_test(losing_a_reference_invalidates_nothing),
		cmocka_unit_test(an_invalidation_during_a_fetch_makes_a_second_fetch_beside_it),
		cmocka_unit_test(who_waited_for_an_overtaken_fetch_is_served_by_it),
		cmocka_unit_test(who_waited_for_an_overtaken_fetch_in_vain_fetches),
		cmocka_unit_test(an_overtaken_refresh_that_fails_serves_the_old_object),
		cmocka_unit_test(the_older_of_two_fetches_does_not_undo_the_newer),
		cmocka_unit_test(who_gives_up_waiting_is_not_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
