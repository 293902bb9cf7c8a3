/* SPDX-License-Identifier: Apache-2.0 */
#include "secretcache/secretcache.h"

#include "tcase.h"

#include "kit.h"

static int begin(void **state)
{
	return kit_begin(state, SC_WATCH);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, kit_end)

static enum sc_reflector_wish step(struct kit *k, ns_t now, uint32_t entry)
{
	return sc_reflector_step(&k->sc, now, entry, OUTCOME_OK);
}

/* An object that has been listed and is watched. */
static uint32_t watched(struct kit *k, bool immutable)
{
	bool started;
	uint32_t e = sc_add_reference(&k->sc, 7, 0, KIT_ENTRIES, immutable, &started);

	assert_true(started);
	assert_int_equal(step(k, 0, e), SC_WISH_LIST);
	assert_int_equal(step(k, NS_MS, e), SC_WISH_WATCH);
	return e;
}

static void a_reflector_lists_once_and_then_only_watches(void **state)
{
	struct kit *k = *state;
	uint32_t e = watched(k, false);

	for (int i = 1; i < 20; i++) {
		assert_int_equal(kit_get(k, i * 75 * NS_S, e, 0), SC_SERVED);
		assert_int_equal(step(k, i * 75 * NS_S + 1, e), SC_WISH_WATCH);
	}
}

static void a_second_reference_starts_nothing(void **state)
{
	struct kit *k = *state;
	bool started = true;
	uint32_t e = watched(k, false);

	assert_int_equal(sc_add_reference(&k->sc, 7, 0, KIT_ENTRIES, false, &started), e);
	assert_false(started);
	/* and does not unsync it: RegisterPod of a known pod makes no call */
	assert_int_equal(kit_get(k, NS_S, e, 1), SC_SERVED);
}

static void the_last_reference_stops_it(void **state)
{
	struct kit *k = *state;
	uint32_t e = watched(k, false);

	assert_int_equal(sc_open_watches(&k->sc, NS_S), 1);
	assert_true(sc_delete_reference(&k->sc, e));
	assert_int_equal(sc_open_watches(&k->sc, NS_S), 0);
	assert_int_equal(step(k, NS_S, e), SC_WISH_STOP);
	assert_int_equal(watched(k, false), e); /* and the next one starts from the beginning */
}

static void a_get_before_the_list_waits_for_it(void **state)
{
	bool started;
	struct kit *k = *state;
	uint32_t e;

	e = sc_add_reference(&k->sc, 7, 0, KIT_ENTRIES, false, &started);
	assert_int_equal(kit_get(k, 0, e, 2), SC_WAIT);
	assert_int_equal(kit_get(k, 0, e, 1), SC_WAIT);
	assert_int_equal(step(k, 0, e), SC_WISH_LIST);
	sc_forget_waiter(&k->sc, e, 2); /* one second is over */
	assert_int_equal(step(k, NS_S, e), SC_WISH_WATCH);
	assert_int_equal(sc_next_waiter(&k->sc, e, SC_NOBODY), 1);
	assert_int_equal(sc_next_waiter(&k->sc, e, SC_NOBODY), SC_NOBODY);
	assert_int_equal(kit_get(k, NS_S, e, 1), SC_SERVED);
}

static void a_failed_list_is_made_again_and_a_watch_that_is_gone_lists(void **state)
{
	bool started;
	struct kit *k = *state;
	uint32_t e;

	e = sc_add_reference(&k->sc, 7, 0, KIT_ENTRIES, false, &started);
	assert_int_equal(step(k, 0, e), SC_WISH_LIST);
	assert_int_equal(sc_reflector_step(&k->sc, 1, e, OUTCOME_ERROR), SC_WISH_LIST);
	assert_int_equal(kit_get(k, 1, e, 0), SC_WAIT);
	assert_int_equal(step(k, 2, e), SC_WISH_WATCH);
	assert_int_equal(sc_reflector_step(&k->sc, 3, e, OUTCOME_GONE), SC_WISH_LIST);
	/* its store is still there meanwhile */
	assert_int_equal(kit_get(k, 3, e, 1), SC_SERVED);
	assert_int_equal(step(k, 4, e), SC_WISH_WATCH);
}

static void what_nobody_reads_for_five_minutes_stops(void **state)
{
	struct kit *k = *state;
	uint32_t e = watched(k, false);

	(void)kit_get(k, NS_MIN, e, 0);
	assert_int_equal(step(k, 5 * NS_MIN, e), SC_WISH_WATCH);
	assert_int_equal(sc_open_watches(&k->sc, 6 * NS_MIN), 1);
	assert_int_equal(sc_open_watches(&k->sc, 8 * NS_MIN), 0);
	assert_int_equal(step(k, 10 * NS_MIN, e), SC_WISH_STOP);
	assert_int_equal(sc_open_watches(&k->sc, 10 * NS_MIN), 0);
}

/* watch_based_manager.go Get: a stopped reflector is started again, LIST first. */
static void a_get_starts_what_had_stopped(void **state)
{
	struct kit *k = *state;
	uint32_t e = watched(k, false);

	(void)kit_get(k, NS_MIN, e, 0);
	assert_int_equal(step(k, 10 * NS_MIN, e), SC_WISH_STOP);
	assert_int_equal(kit_get(k, 11 * NS_MIN, e, 0), SC_WAIT);
	assert_int_equal(k->sc.entry[e].reflector, SC_STARTING);
	assert_int_equal(step(k, 11 * NS_MIN, e), SC_WISH_LIST);
	assert_int_equal(step(k, 11 * NS_MIN, e), SC_WISH_WATCH);
	assert_int_equal(sc_next_waiter(&k->sc, e, SC_NOBODY), 0);
}

/* The check stopped it while its watch was open: nobody was told, so the Get starts it. */
static void a_get_after_a_long_pause_lists_again(void **state)
{
	struct kit *k = *state;
	uint32_t e = watched(k, false);

	(void)kit_get(k, NS_MIN, e, 0);
	assert_int_equal(kit_get(k, 8 * NS_MIN, e, 0), SC_WAIT);
	assert_int_equal(step(k, 8 * NS_MIN, e), SC_WISH_LIST);
}

/* It is read for the first time long after the kubelet started, and soon after it was listed.
 */
static void what_was_never_read_idles_from_its_list_on(void **state)
{
	bool started;
	struct kit k;
	uint32_t e;

	(void)state;
	kit_init(&k, SC_WATCH);
	e = sc_add_reference(&k.sc, 7, 0, KIT_ENTRIES, false, &started);
	assert_int_equal(step(&k, 60 * NS_MIN, e), SC_WISH_LIST);
	assert_int_equal(step(&k, 60 * NS_MIN + 1, e), SC_WISH_WATCH);
	assert_int_equal(sc_open_watches(&k.sc, 60 * NS_MIN + 2), 1);
	assert_int_equal(kit_get(&k, 60 * NS_MIN + NS_S, e, 0), SC_SERVED);
	kit_fini(&k);
	kit_init(&k, SC_WATCH);
	e = sc_add_reference(&k.sc, 7, 0, KIT_ENTRIES, false, &started);
	(void)step(&k, 60 * NS_MIN, e);
	assert_int_equal(step(&k, 60 * NS_MIN, e), SC_WISH_WATCH);
	assert_int_equal(step(&k, 70 * NS_MIN, e), SC_WISH_STOP);
	kit_fini(&k);
}

static void before_1_21_nothing_idles(void **state)
{
	struct kit *k = *state;
	uint32_t e;

	k->params.idle_stop = 0;
	e = watched(k, false);
	assert_int_equal(step(k, 60 * NS_MIN, e), SC_WISH_WATCH);
	assert_int_equal(kit_get(k, 120 * NS_MIN, e, 0), SC_SERVED);
	assert_int_equal(sc_open_watches(&k->sc, 300 * NS_MIN), 1);
}

static void an_immutable_object_is_watched_until_it_is_read(void **state)
{
	struct kit *k = *state;
	uint32_t e;

	k->params.idle_stop = 0;
	e = watched(k, true);
	for (int i = 1; i < 4; i++)
		assert_int_equal(step(k, i * 450 * NS_S, e), SC_WISH_WATCH);
	assert_int_equal(sc_open_watches(&k->sc, 4 * 450 * NS_S), 1);
	assert_int_equal(kit_get(k, 4 * 450 * NS_S, e, 0), SC_SERVED);
	assert_int_equal(sc_open_watches(&k->sc, 4 * 450 * NS_S), 0);
	assert_int_equal(step(k, 4 * 450 * NS_S, e), SC_WISH_STOP);
	/* served for ever, without a call */
	assert_int_equal(kit_get(k, 600 * NS_MIN, e, 1), SC_SERVED);
	assert_int_equal(k->sc.entry[e].reflector, SC_STOPPED);
}

static void an_immutable_object_without_the_feature_is_watched_on(void **state)
{
	struct kit *k = *state;
	uint32_t e;

	k->params.immutable_stop = false;
	e = watched(k, true);
	assert_int_equal(kit_get(k, NS_S, e, 0), SC_SERVED);
	assert_int_equal(step(k, 2 * NS_S, e), SC_WISH_WATCH);
}

static void a_watch_lasts_whole_seconds_from_300_to_599(void **state)
{
	struct kit *k = *state;

	assert_int_equal(sc_watch_timeout(&k->sc, 0), 300 * NS_S);
	assert_int_equal(sc_watch_timeout(&k->sc, UINT64_MAX), 599 * NS_S);
	for (uint64_t i = 0; i < 4096; i++) {
		ns_t t = sc_watch_timeout(&k->sc, i << 52);

		assert_in_range(t, 300 * NS_S, 599 * NS_S);
		assert_int_equal(t % NS_S, 0);
	}
}

static void a_node_has_one_bulk_watch_for_all_objects(void **state)
{
	bool started;
	struct kit k;

	(void)state;
	kit_init(&k, SC_BULKWATCH);
	(void)sc_add_reference(&k.sc, 7, 0, KIT_ENTRIES, false, &started);
	assert_true(started);
	for (uint32_t key = 0; key < 5; key++) {
		(void)sc_add_reference(&k.sc, key, 0, KIT_ENTRIES, false, &started);
		assert_false(started);
	}
	assert_int_equal(kit_get(&k, 0, 0, 3), SC_WAIT);
	assert_int_equal(kit_get(&k, 0, 1, 4), SC_WAIT);
	assert_int_equal(step(&k, 0, KIT_ENTRIES), SC_WISH_LIST);
	assert_int_equal(step(&k, 1, KIT_ENTRIES), SC_WISH_WATCH);
	assert_int_equal(sc_next_waiter(&k.sc, KIT_ENTRIES, SC_NOBODY), 3);
	assert_int_equal(sc_next_waiter(&k.sc, KIT_ENTRIES, SC_NOBODY), 4);
	for (uint32_t e = 0; e < 3; e++)
		assert_int_equal(kit_get(&k, NS_S, e, e), SC_SERVED);
	assert_int_equal(sc_open_watches(&k.sc, NS_S), 1);
	assert_int_equal(step(&k, 60 * NS_S, KIT_ENTRIES), SC_WISH_WATCH);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_reflector_lists_once_and_then_only_watches),
		CASE(a_second_reference_starts_nothing),
		CASE(the_last_reference_stops_it),
		CASE(a_get_before_the_list_waits_for_it),
		CASE(a_failed_list_is_made_again_and_a_watch_that_is_gone_lists),
		CASE(what_nobody_reads_for_five_minutes_stops),
		CASE(a_get_starts_what_had_stopped),
		CASE(a_get_after_a_long_pause_lists_again),
		cmocka_unit_test(what_was_never_read_idles_from_its_list_on),
		CASE(before_1_21_nothing_idles),
		CASE(an_immutable_object_is_watched_until_it_is_read),
		CASE(an_immutable_object_without_the_feature_is_watched_on),
		CASE(a_watch_lasts_whole_seconds_from_300_to_599),
		cmocka_unit_test(a_node_has_one_bulk_watch_for_all_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
