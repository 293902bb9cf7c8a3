/* SPDX-License-Identifier: Apache-2.0 */
#include "secretcache/secretcache.h"

#include "tcase.h"

#include "kit.h"

/* Every case has a cache with one object, which one pod refers to. */
static int begin(void **state)
{
	struct kit *k;

	(void)kit_begin(state, SC_CACHE);
	k = *state;
	k->object = kit_add(k, 7);
	return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, kit_end)

static enum sc_verdict get(struct kit *k, ns_t now, uint32_t reader)
{
	return kit_get(k, now, k->object, reader);
}

static bool fetched(
	struct kit *k, ns_t now, uint32_t reader, enum outcome what, uint32_t version)
{
	return kit_fetched(k, now, k->object, reader, what, version);
}

/* A reader fetches version at `at`, answered at `done`. */
static void fetch(struct kit *k, ns_t at, ns_t done, uint32_t version)
{
	assert_int_equal(get(k, at, 0), SC_FETCH);
	assert_true(fetched(k, done, 0, OUTCOME_OK, version));
}

static void freshness_counts_from_the_end_of_the_fetch(void **state)
{
	struct kit *k = *state;

	fetch(k, 0, 10 * NS_S, 1);
	assert_int_equal(get(k, 70 * NS_S - 1, 1), SC_SERVED);
	assert_int_equal(get(k, 70 * NS_S, 1), SC_FETCH);
}

static void with_a_ttl_of_0_nothing_is_ever_fresh(void **state)
{
	struct kit *k = *state;

	k->params.ttl = 0;
	for (ns_t at = 0; at < 5; at++)
		fetch(k, at, at, 1);
}

static void the_first_get_is_a_quorum_read_and_a_refresh_is_not(void **state)
{
	struct kit *k = *state;
	bool quorum;

	assert_int_equal(sc_get(&k->sc, 0, k->object, 0, &quorum), SC_FETCH);
	assert_true(quorum);
	(void)fetched(k, 0, 0, OUTCOME_OK, 1);
	assert_int_equal(sc_get(&k->sc, 2 * NS_MIN, k->object, 0, &quorum), SC_FETCH);
	assert_false(quorum);
	(void)fetched(k, 2 * NS_MIN, 0, OUTCOME_NOT_FOUND, 0);
	assert_int_equal(sc_get(&k->sc, 2 * NS_MIN, k->object, 0, &quorum), SC_FETCH);
	assert_true(quorum); /* after NotFound */
	(void)fetched(k, 2 * NS_MIN, 0, OUTCOME_OK, 1);
	(void)kit_add(k, 7);
	assert_int_equal(sc_get(&k->sc, 2 * NS_MIN, k->object, 0, &quorum), SC_FETCH);
	assert_true(quorum); /* after an invalidation */
}

static void not_found_is_stored_and_yet_fetched_at_every_get(void **state)
{
	struct kit *k = *state;

	fetch(k, 0, 0, 4);
	assert_int_equal(get(k, NS_MIN, 0), SC_FETCH);
	/* it takes the place of the old object: nothing is served any more */
	assert_false(fetched(k, NS_MIN, 0, OUTCOME_NOT_FOUND, 0));
	for (ns_t at = NS_MIN; at < NS_MIN + 3; at++) {
		assert_int_equal(get(k, at, 0), SC_FETCH);
		assert_false(fetched(k, at, 0, OUTCOME_NOT_FOUND, 0));
	}
	/* and a later success is kept as ever */
	fetch(k, 2 * NS_MIN, 2 * NS_MIN, 5);
	assert_int_equal(get(k, 2 * NS_MIN + 1, 0), SC_SERVED);
}

static void another_error_keeps_the_old_object_and_its_old_time(void **state)
{
	struct kit *k = *state;

	fetch(k, 0, 0, 4);
	for (ns_t at = NS_MIN; at < NS_MIN + 3; at++) { /* at each Get again */
		assert_int_equal(get(k, at, 0), SC_FETCH);
		assert_true(fetched(k, at, 0, OUTCOME_ERROR, 0));
		assert_int_equal(k->sc.entry[k->object].version, 4);
		assert_int_equal(k->sc.entry[k->object].fetched_at, 0);
	}
}

static void an_error_without_an_old_object_is_not_cached(void **state)
{
	struct kit *k = *state;

	assert_int_equal(get(k, 0, 0), SC_FETCH);
	assert_false(fetched(k, 0, 0, OUTCOME_ERROR, 0));
	assert_int_equal(get(k, 1, 0), SC_FETCH);
}

/* The API server's watch cache lags behind. */
static void an_older_version_keeps_the_newer_one_and_its_time(void **state)
{
	struct kit *k = *state;

	fetch(k, 0, 0, 4);
	assert_int_equal(get(k, NS_MIN, 0), SC_FETCH);
	assert_true(fetched(k, NS_MIN, 0, OUTCOME_OK, 3));
	assert_int_equal(k->sc.entry[k->object].version, 4);
	assert_int_equal(k->sc.entry[k->object].fetched_at, 0);
	assert_int_equal(get(k, NS_MIN + 1, 0), SC_FETCH); /* at the next Get again */
	assert_true(fetched(k, NS_MIN + 1, 0, OUTCOME_OK, 4));
	assert_int_equal(get(k, NS_MIN + 2, 0), SC_SERVED); /* the same version is news */
}

static void gets_at_the_same_time_share_one_fetch(void **state)
{
	struct kit *k = *state;

	assert_int_equal(get(k, 0, 3), SC_FETCH);
	assert_int_equal(get(k, 0, 1), SC_WAIT);
	assert_int_equal(get(k, 0, 2), SC_WAIT);
	assert_true(fetched(k, NS_S, 3, OUTCOME_OK, 1));
	assert_int_equal(
		sc_next_waiter(&k->sc, k->object, 3), 1); /* first come, first served */
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 3), 2);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 3), SC_NOBODY);
	assert_int_equal(get(k, NS_S, 1), SC_SERVED);
	assert_int_equal(get(k, NS_S, 2), SC_SERVED);
}

/* With TTL 0 the lock makes them wait, and then each finds stale data. */
static void with_a_ttl_of_0_those_who_waited_fetch_one_after_the_other(void **state)
{
	struct kit *k = *state;

	k->params.ttl = 0;
	assert_int_equal(get(k, 0, 0), SC_FETCH);
	assert_int_equal(get(k, 0, 1), SC_WAIT);
	assert_int_equal(get(k, 0, 2), SC_WAIT);
	(void)fetched(k, NS_S, 0, OUTCOME_OK, 1);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), 1);
	assert_int_equal(get(k, NS_S, 1), SC_FETCH);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), 2);
	assert_int_equal(get(k, NS_S, 2), SC_WAIT);
}

static void a_new_reference_invalidates_for_all_who_share(void **state)
{
	struct kit *k = *state;

	assert_int_equal(kit_add(k, 7), k->object);
	fetch(k, 0, 0, 1);
	assert_int_equal(get(k, 1, 1), SC_SERVED);
	assert_int_equal(kit_add(k, 7), k->object); /* a third pod, or an update of the first */
	assert_int_equal(get(k, 2, 1), SC_FETCH);
}

static void losing_a_reference_invalidates_nothing(void **state)
{
	struct kit *k = *state;

	(void)kit_add(k, 7);
	fetch(k, 0, 0, 1);
	assert_false(sc_delete_reference(&k->sc, k->object));
	assert_int_equal(get(k, 1, 1), SC_SERVED);
}

/* The lock is the data's: who comes after the invalidation finds new data without a fetch, so
 * a second GET runs beside the first, and what the first brings is its own reader's alone. */
static void an_invalidation_during_a_fetch_makes_a_second_fetch_beside_it(void **state)
{
	struct kit *k = *state;

	assert_int_equal(get(k, 0, 0), SC_FETCH);
	assert_int_equal(get(k, 0, 1), SC_WAIT); /* for the old data's lock */
	(void)kit_add(k, 7);
	assert_int_equal(get(k, 1, 2), SC_FETCH);
	assert_int_equal(get(k, 1, 3), SC_WAIT); /* for the new data's */
	assert_true(fetched(k, NS_S, 0, OUTCOME_OK, 1));
	assert_false(k->sc.entry[k->object].has_data);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), 1);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), SC_NOBODY); /* 3 waits on */
	assert_true(fetched(k, 2 * NS_S, 2, OUTCOME_OK, 2));
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 2), 3);
	assert_int_equal(get(k, 2 * NS_S, 3), SC_SERVED);
	assert_int_equal(k->sc.entry[k->object].version, 2);
}

/* Whoever waited for the old data's lock finds that data fresh, whatever was invalidated since;
 * its next read is as any other's. */
static void who_waited_for_an_overtaken_fetch_is_served_by_it(void **state)
{
	struct kit *k = *state;

	assert_int_equal(get(k, 0, 0), SC_FETCH);
	assert_int_equal(get(k, 0, 1), SC_WAIT);
	assert_int_equal(get(k, 0, 2), SC_WAIT);
	(void)kit_add(k, 7);
	assert_true(fetched(k, NS_S, 0, OUTCOME_OK, 3));
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), 1);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), 2);
	assert_int_equal(get(k, NS_S, 1), SC_SERVED);
	assert_int_equal(k->sc.entry[k->object].version, 3);
	sc_forget_reader(&k->sc, 2); /* its pod went meanwhile */
	assert_int_equal(get(k, NS_S, 2), SC_FETCH);
	assert_int_equal(get(k, NS_S, 1), SC_WAIT);
}

/* ... unless it brought nothing, or nothing is ever fresh. */
static void who_waited_for_an_overtaken_fetch_in_vain_fetches(void **state)
{
	static const enum outcome answer[] = {OUTCOME_ERROR, OUTCOME_NOT_FOUND, OUTCOME_OK};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct kit k;

		kit_init(&k, SC_CACHE);
		k.params.ttl = answer[i] == OUTCOME_OK ? 0 : NS_MIN;
		k.object = kit_add(&k, 7);
		assert_int_equal(get(&k, 0, 0), SC_FETCH);
		assert_int_equal(get(&k, 0, 1), SC_WAIT);
		(void)kit_add(&k, 7);
		(void)fetched(&k, NS_S, 0, answer[i], 1);
		assert_int_equal(sc_next_waiter(&k.sc, k.object, 0), 1);
		assert_int_equal(get(&k, NS_S, 1), SC_FETCH);
		kit_fini(&k);
	}
}

/* A refresh that fails leaves its reader the object that it was to refresh, also where an
 * invalidation came meanwhile. */
static void an_overtaken_refresh_that_fails_serves_the_old_object(void **state)
{
	struct kit *k = *state;
	uint32_t version = 0;

	fetch(k, 0, 0, 4);
	assert_int_equal(get(k, NS_MIN, 1), SC_FETCH);
	(void)kit_add(k, 7);
	assert_true(sc_fetched(&k->sc, NS_MIN + 1, k->object, 1, OUTCOME_ERROR, &version));
	assert_int_equal(version, 4);
	assert_int_equal(get(k, NS_MIN + 2, 1), SC_FETCH); /* there is no good one now */
	(void)kit_add(k, 7);
	assert_false(fetched(k, NS_MIN + 3, 1, OUTCOME_ERROR, 0));
}

static void the_older_of_two_fetches_does_not_undo_the_newer(void **state)
{
	struct kit *k = *state;

	assert_int_equal(get(k, 0, 0), SC_FETCH);
	(void)kit_add(k, 7);
	assert_int_equal(get(k, 1, 2), SC_FETCH);
	assert_true(fetched(k, 2, 2, OUTCOME_OK, 5));
	assert_true(fetched(k, 3, 0, OUTCOME_OK, 4));
	assert_int_equal(k->sc.entry[k->object].version, 5);
	assert_int_equal(get(k, 4, 1), SC_SERVED);
}

static void who_gives_up_waiting_is_not_called(void **state)
{
	struct kit *k = *state;

	(void)get(k, 0, 0);
	for (uint32_t r = 1; r < 4; r++)
		(void)get(k, 0, r);
	sc_forget_waiter(&k->sc, k->object, 2);
	sc_forget_waiter(&k->sc, k->object, 7); /* never waited */
	(void)fetched(k, 1, 0, OUTCOME_OK, 1);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), 1);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), 3);
	assert_int_equal(sc_next_waiter(&k->sc, k->object, 0), SC_NOBODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(freshness_counts_from_the_end_of_the_fetch),
		CASE(with_a_ttl_of_0_nothing_is_ever_fresh),
		CASE(the_first_get_is_a_quorum_read_and_a_refresh_is_not),
		CASE(not_found_is_stored_and_yet_fetched_at_every_get),
		CASE(another_error_keeps_the_old_object_and_its_old_time),
		CASE(an_error_without_an_old_object_is_not_cached),
		CASE(an_older_version_keeps_the_newer_one_and_its_time),
		CASE(gets_at_the_same_time_share_one_fetch),
		CASE(with_a_ttl_of_0_those_who_waited_fetch_one_after_the_other),
		CASE(a_new_reference_invalidates_for_all_who_share),
		CASE(losing_a_reference_invalidates_nothing),
		CASE(an_invalidation_during_a_fetch_makes_a_second_fetch_beside_it),
		CASE(who_waited_for_an_overtaken_fetch_is_served_by_it),
		cmocka_unit_test(who_waited_for_an_overtaken_fetch_in_vain_fetches),
		CASE(an_overtaken_refresh_that_fails_serves_the_old_object),
		CASE(the_older_of_two_fetches_does_not_undo_the_newer),
		CASE(who_gives_up_waiting_is_not_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
