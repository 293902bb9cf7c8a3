/* SPDX-License-Identifier: Apache-2.0 */
#include "tcase.h"

#include "kit.h"

static struct mock_news next(struct kit *k, ns_t *at)
{
	*at = mock_next_at(&k->mock);
	return mock_step(&k->mock, *at, &k->tally);
}

static struct mock_news next_answer(struct kit *k, ns_t *at)
{
	struct mock_news e;

	do
		e = next(k, at);
	while (!e.answered);
	return e;
}

static void a_call_alone_is_answered_by_a_step_after_its_latency(void **state)
{
	struct mock_news e;
	struct kit k;
	ns_t at;

	(void)state;
	kit_init(&k);
	k.params.processors = 2;
	kit_start(&k, 1);
	assert_int_equal(kit_call(&k, NS_S, 0, 0, OP_RUN_PODSANDBOX).at, NS_NEVER);
	e = next(&k, &at);
	assert_int_equal(at, NS_S + NS_MS);
	assert_true(e.answered);
	assert_int_equal(e.answer.at, at);
	assert_int_equal(e.answer.what, OUTCOME_OK);
	assert_int_equal(e.answer.done, 1);
	assert_int_equal(k.mock.records.sandbox[0], RECORD_RUNNING);
	assert_int_equal(kit_count(&k, OP_RUN_PODSANDBOX, OUTCOME_OK), 1);
	assert_int_equal(k.tally.window[0].in.worked[OP_RUN_PODSANDBOX], NS_MS);
	kit_fini(&k);
}

static void calls_at_once_share_the_processors(void **state)
{
	struct kit k;
	ns_t at;

	(void)state;
	kit_init(&k);
	k.params.processors = 1;
	kit_start(&k, 1);
	for (uint32_t p = 0; p < 4; p++)
		(void)kit_call(&k, 0, p, 0, OP_RUN_PODSANDBOX);
	for (uint32_t p = 0; p < 4; p++) {
		assert_int_equal(k.mock.records.n_sandboxes, p);
		(void)next_answer(&k, &at);
		assert_in_range(at, 4 * NS_MS - 4, 4 * NS_MS + 4);
	}
	kit_fini(&k);
}

static void a_call_that_needs_none_is_answered_at_once_but_slower(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.processors = 1;
	kit_start(&k, 1);
	assert_int_equal(kit_call(&k, 0, CHAIN_NO_POD, 0, OP_STATUS).at, NS_MS);
	for (uint32_t p = 0; p < 3; p++)
		(void)kit_call(&k, 0, p, 0, OP_RUN_PODSANDBOX);
	assert_in_range(
		kit_call(&k, 0, CHAIN_NO_POD, 0, OP_STATUS).at, 4 * NS_MS - 4, 4 * NS_MS + 4);
	kit_fini(&k);
}

static void containers_that_are_stopped_side_by_side_are_answered_once(void **state)
{
	struct chain c = kit_chain(2, 0);
	struct mock_news e;
	struct kit k;
	ns_t at;

	(void)state;
	kit_init(&k);
	k.params.processors = 1;
	kit_start(&k, 1);
	mock_place_running(&k.mock, 2);
	c.parallel = true;
	chain_add(&c, OP_STOP_CONTAINER, KIT_CONTAINERS, 0);
	assert_int_equal(mock_call(&k.mock, 0, 77, &c, &k.tally).at, NS_NEVER);
	e = next(&k, &at);
	assert_true(e.changed && !e.answered);
	e = next(&k, &at);
	assert_true(e.changed && e.answered);
	assert_int_equal(e.actor, 77);
	assert_int_equal(k.mock.records.n_running, 0);
	assert_int_equal(kit_count(&k, OP_STOP_CONTAINER, OUTCOME_OK), KIT_CONTAINERS);
	kit_fini(&k);
}

static void a_process_that_ignores_its_signal_waits_before_it_works(void **state)
{
	struct kit k;
	ns_t at;

	(void)state;
	kit_init(&k);
	k.params.processors = 1;
	k.params.stops_at_once = false;
	kit_start(&k, 1);
	mock_place_running(&k.mock, 0);
	(void)kit_call(&k, 0, 0, 1, OP_STOP_CONTAINER);
	assert_int_equal(k.mock.share.n, 0);
	(void)next_answer(&k, &at);
	assert_int_equal(at, 30 * NS_S + NS_MS);
	assert_int_equal(record_state(kit_record(&k, 0, 1)), RECORD_EXITED);
	assert_int_equal(record_state(kit_record(&k, 0, 0)), RECORD_RUNNING);
	kit_fini(&k);
}

static void a_chain_goes_on_step_by_step_and_stops_at_a_failure(void **state)
{
	struct chain c = kit_chain(0, 0);
	struct mock_news e;
	struct kit k;
	ns_t at;

	(void)state;
	kit_init(&k);
	k.params.processors = 1;
	kit_start(&k, 1);
	mock_place_running(&k.mock, 0);
	chain_add(&c, OP_CONTAINER_STATUS, 1, 0);
	chain_add(&c, OP_STOP_PODSANDBOX, 1, 0);
	chain_add(&c, OP_REMOVE_PODSANDBOX, 1, 0);
	(void)mock_call(&k.mock, 0, 1, &c, &k.tally);
	e = next_answer(&k, &at);
	assert_int_equal(at, 3 * NS_MS);
	assert_int_equal(e.answer.done, 3);
	(void)mock_call(&k.mock, NS_S, 1, &c, &k.tally); /* the sandbox is gone by now */
	e = next_answer(&k, &at);
	assert_int_equal(e.answer.what, OUTCOME_NOT_FOUND);
	assert_int_equal(e.answer.done, 1);
	assert_int_equal(kit_count(&k, OP_REMOVE_PODSANDBOX, OUTCOME_OK), 1);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_alone_is_answered_by_a_step_after_its_latency),
		cmocka_unit_test(calls_at_once_share_the_processors),
		cmocka_unit_test(a_call_that_needs_none_is_answered_at_once_but_slower),
		cmocka_unit_test(containers_that_are_stopped_side_by_side_are_answered_once),
		cmocka_unit_test(a_process_that_ignores_its_signal_waits_before_it_works),
		cmocka_unit_test(a_chain_goes_on_step_by_step_and_stops_at_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
