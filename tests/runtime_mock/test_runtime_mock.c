/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime_mock/runtime_mock.h"

#include "tcase.h"

#include "kit.h"

static void running_kit(struct kit *k)
{
	kit_init(k);
	kit_start(k, 1);
	for (uint32_t p = 0; p < KIT_PODS; p++)
		mock_place_running(&k->mock, p);
}

static void a_call_changes_the_state_when_it_completes(void **state)
{
	struct chain_answer a;
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_start(&k, 1);
	a = kit_call(&k, NS_S, 0, 0, OP_RUN_PODSANDBOX);
	assert_int_equal(a.at, NS_S + NS_MS);
	assert_int_equal(a.what, OUTCOME_OK);
	assert_int_equal(mock_next_at(&k.mock), NS_S + NS_MS);
	kit_until(&k, NS_S + NS_MS - 1);
	assert_int_equal(k.mock.records.sandbox[0], RECORD_NONE);
	kit_until(&k, NS_S + NS_MS);
	assert_int_equal(k.mock.records.sandbox[0], RECORD_RUNNING);
	assert_int_equal(mock_next_at(&k.mock), NS_NEVER);
	kit_fini(&k);
}

static void a_container_is_created_started_stopped_and_removed(void **state)
{
	static const struct {
		enum operation op;
		enum record_state state;
	} life[] = {
		{OP_CREATE_CONTAINER, RECORD_CREATED},
		{OP_START_CONTAINER, RECORD_RUNNING},
		{OP_STOP_CONTAINER, RECORD_EXITED},
		{OP_REMOVE_CONTAINER, RECORD_NONE},
	};
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_start(&k, 1);
	for (int i = 0; i < 4; i++) {
		uint64_t changes = k.mock.records.changes;

		kit_until(&k, kit_call(&k, i * NS_S, 3, 1, life[i].op).at);
		assert_int_equal(record_state(kit_record(&k, 3, 1)), life[i].state);
		assert_int_equal(record_instance(kit_record(&k, 3, 1)), 1);
		assert_int_equal(kit_record(&k, 3, 0), 0); /* the other one is left alone */
		assert_true(k.mock.records.changes > changes);
	}
	kit_fini(&k);
}

static void a_restart_keeps_the_dead_instance(void **state)
{
	struct kit k;

	(void)state;
	running_kit(&k);
	kit_until(&k, kit_call(&k, 0, 0, 0, OP_STOP_CONTAINER).at);
	kit_until(&k, kit_call(&k, NS_S, 0, 0, OP_CREATE_CONTAINER).at);
	assert_int_equal(kit_record(&k, 0, 0), record_make(RECORD_CREATED, 1, 2));
	assert_int_equal(record_listed(kit_record(&k, 0, 0)), 2);
	kit_until(&k, kit_call(&k, 2 * NS_S, 0, 0, OP_START_CONTAINER).at);
	assert_int_equal(kit_record(&k, 0, 0), record_make(RECORD_RUNNING, 1, 2));
	kit_fini(&k);
}

static void an_old_instance_is_removed_by_its_number(void **state)
{
	struct chain c = kit_chain(0, 0);
	struct chain_answer a;
	struct kit k;

	(void)state;
	running_kit(&k);
	kit_until(&k, kit_call(&k, 0, 0, 0, OP_STOP_CONTAINER).at);
	kit_until(&k, kit_call(&k, NS_S, 0, 0, OP_CREATE_CONTAINER).at);
	kit_until(&k, kit_call(&k, 2 * NS_S, 0, 0, OP_START_CONTAINER).at);
	c.instance = 1;
	chain_add(&c, OP_CONTAINER_STATUS, 1, 0);
	chain_add(&c, OP_REMOVE_CONTAINER, 1, 0);
	a = mock_call(&k.mock, 3 * NS_S, 0, &c, &k.tally);
	assert_int_equal(a.what, OUTCOME_OK);
	assert_int_equal(a.done, 2);
	kit_until(&k, a.at);
	assert_int_equal(kit_record(&k, 0, 0), record_make(RECORD_RUNNING, 0, 2));
	/* a second time its status is not found, and nothing is removed */
	a = mock_call(&k.mock, 4 * NS_S, 0, &c, &k.tally);
	assert_int_equal(a.what, OUTCOME_NOT_FOUND);
	assert_int_equal(a.done, 0);
	assert_int_equal(a.at, 4 * NS_S + NS_MS);
	kit_until(&k, 5 * NS_S);
	assert_int_equal(kit_record(&k, 0, 0), record_make(RECORD_RUNNING, 0, 2));
	assert_int_equal(kit_count(&k, OP_REMOVE_CONTAINER, OUTCOME_OK), 1);
	kit_fini(&k);
}

static void stopping_a_sandbox_that_is_gone_is_an_error_where_the_runtime_checks(void **state)
{
	(void)state;
	for (int checks = 0; checks < 2; checks++) {
		struct kit k;

		kit_init(&k);
		k.params.gone_is_an_error = checks;
		kit_start(&k, 1);
		assert_int_equal(kit_call(&k, 0, 0, 0, OP_STOP_PODSANDBOX).what,
			checks ? OUTCOME_NOT_FOUND : OUTCOME_OK);
		kit_until(&k, NS_S);
		assert_int_equal(k.mock.records.sandbox[0], RECORD_NONE);
		kit_fini(&k);
	}
}

static void stopping_a_sandbox_twice_is_well(void **state)
{
	struct kit k;

	(void)state;
	running_kit(&k);
	for (int i = 0; i < 2; i++) {
		struct chain_answer a = kit_call(&k, i * NS_S, 0, 0, OP_STOP_PODSANDBOX);

		assert_int_equal(a.what, OUTCOME_OK);
		kit_until(&k, a.at);
		assert_int_equal(k.mock.records.sandbox[0], RECORD_EXITED);
	}
	assert_int_equal(k.mock.records.n_sandboxes, KIT_PODS);
	kit_until(&k, kit_call(&k, 2 * NS_S, 0, 0, OP_REMOVE_PODSANDBOX).at);
	assert_int_equal(k.mock.records.n_sandboxes, KIT_PODS - 1);
	kit_fini(&k);
}

static void a_container_that_ignores_sigterm_stops_after_its_grace(void **state)
{
	struct chain_answer a;
	struct kit k;

	(void)state;
	running_kit(&k);
	k.params.stops_at_once = false;
	a = kit_call(&k, 0, 0, 0, OP_STOP_CONTAINER);
	assert_int_equal(a.at, 30 * NS_S + NS_MS);
	kit_until(&k, 30 * NS_S);
	assert_int_equal(record_state(kit_record(&k, 0, 0)), RECORD_RUNNING);
	kit_until(&k, a.at);
	assert_int_equal(record_state(kit_record(&k, 0, 0)), RECORD_EXITED);
	/* nothing to wait for any more */
	assert_int_equal(kit_call(&k, NS_MIN, 0, 0, OP_STOP_CONTAINER).at, NS_MIN + NS_MS);
	kit_fini(&k);
}

static void an_exit_may_be_seen_before_its_call_ends(void **state)
{
	struct chain_answer a;
	struct kit k;

	(void)state;
	running_kit(&k);
	k.params.stops_at_once = false;
	k.params.exit_is_seen_early = true;
	a = kit_call(&k, 0, 0, 0, OP_STOP_CONTAINER);
	assert_true(mock_next_at(&k.mock) < a.at);
	kit_until(&k, a.at - 1);
	assert_int_equal(record_state(kit_record(&k, 0, 0)), RECORD_EXITED);
	kit_fini(&k);
}

static void a_parallel_chain_takes_as_long_as_its_longest_call(void **state)
{
	struct chain c = kit_chain(1, 0);
	struct chain_answer a;
	struct kit k;

	(void)state;
	running_kit(&k);
	c.parallel = true;
	chain_add(&c, OP_STOP_CONTAINER, KIT_CONTAINERS, 0);
	a = mock_call(&k.mock, NS_S, 0, &c, &k.tally);
	assert_int_equal(a.at, NS_S + NS_MS);
	assert_int_equal(kit_count(&k, OP_STOP_CONTAINER, OUTCOME_OK), KIT_CONTAINERS);
	kit_until(&k, a.at);
	for (uint32_t i = 0; i < KIT_CONTAINERS; i++)
		assert_int_equal(record_state(kit_record(&k, 1, i)), RECORD_EXITED);
	kit_fini(&k);
}

/* Stopping a pod is about those of its containers that run, wherever they stand. */
static void what_is_stopped_in_parallel_is_what_runs(void **state)
{
	struct chain c = kit_chain(1, 0);
	struct kit k;

	(void)state;
	running_kit(&k);
	kit_until(&k, kit_call(&k, 0, 1, 0, OP_STOP_CONTAINER).at);
	c.parallel = true;
	chain_add(&c, OP_STOP_CONTAINER, 1, 0);
	kit_until(&k, mock_call(&k.mock, NS_S, 0, &c, &k.tally).at);
	assert_int_equal(record_state(kit_record(&k, 1, 1)), RECORD_EXITED);
	assert_int_equal(k.mock.records.n_running, (KIT_PODS - 1) * KIT_CONTAINERS);
	/* once more, for what stopped meanwhile: nothing happens, to no other pod either */
	assert_int_equal(mock_call(&k.mock, 2 * NS_S, 0, &c, &k.tally).what, OUTCOME_OK);
	kit_until(&k, 3 * NS_S);
	assert_int_equal(k.mock.records.n_running, (KIT_PODS - 1) * KIT_CONTAINERS);
	kit_fini(&k);
}

static void a_chain_is_made_call_by_call(void **state)
{
	struct chain c = kit_chain(CHAIN_NO_POD, 0);
	struct chain_answer a;
	struct kit k;

	(void)state;
	running_kit(&k);
	chain_add(&c, OP_LIST_PODSANDBOX, 1, CHAIN_ALL);
	chain_add(&c, OP_LIST_CONTAINERS, 1, CHAIN_RUNNING);
	chain_add(&c, CALL_HIDDEN + OP_CONTAINER_STATUS, 7, 0);
	a = mock_call(&k.mock, 0, 0, &c, &k.tally);
	assert_int_equal(a.at, 9 * NS_MS);
	assert_int_equal(a.done, 3);
	assert_int_equal(kit_count(&k, OP_LIST_PODSANDBOX, OUTCOME_OK), 1);
	assert_int_equal(
		k.tally.window[0].in.count[CALL_HIDDEN + OP_CONTAINER_STATUS][OUTCOME_OK], 7);
	assert_int_equal(kit_count(&k, OP_CONTAINER_STATUS, OUTCOME_OK), 0);
	assert_int_equal(k.tally.window[0].in.records, KIT_PODS * KIT_CONTAINERS);
	kit_fini(&k);
}

static void a_list_takes_longer_the_more_it_lists(void **state)
{
	struct chain c = kit_chain(CHAIN_NO_POD, 0);
	struct kit k;

	(void)state;
	kit_init(&k);
	dist_init(&k.params.op[OP_LIST_CONTAINERS].latency, NS_MS - 1, 10 * NS_US, 0, 0);
	kit_start(&k, 1);
	chain_add(&c, OP_LIST_CONTAINERS, 1, CHAIN_ALL);
	assert_int_equal(mock_call(&k.mock, 0, 0, &c, &k.tally).at, NS_MS);
	mock_place_running(&k.mock, 0);
	assert_int_equal(
		mock_call(&k.mock, 0, 0, &c, &k.tally).at, NS_MS + KIT_CONTAINERS * 10 * NS_US);
	kit_fini(&k);
}

static struct mock_rule rule(enum mock_disturbance kind, uint32_t op)
{
	return (struct mock_rule){.kind = kind,
		.op = op,
		.factor = 100 * INT64_C(1000000),
		.share = 1000000,
		.from = 10 * NS_S,
		.until = 20 * NS_S};
}

static void a_slow_rule_multiplies_the_latency_while_it_is_in_force(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.n_rules = 1;
	k.params.rules[0] = rule(MOCK_SLOW, OP_STATUS);
	kit_start(&k, 1);
	assert_int_equal(kit_call(&k, 10 * NS_S - 1, CHAIN_NO_POD, 0, OP_STATUS).at,
		10 * NS_S - 1 + NS_MS);
	assert_int_equal(kit_call(&k, 10 * NS_S, CHAIN_NO_POD, 0, OP_STATUS).at,
		10 * NS_S + 100 * NS_MS);
	assert_int_equal(
		kit_call(&k, 20 * NS_S, CHAIN_NO_POD, 0, OP_STATUS).at, 20 * NS_S + NS_MS);
	assert_int_equal(
		kit_call(&k, 15 * NS_S, CHAIN_NO_POD, 0, OP_VERSION).at, 15 * NS_S + NS_MS);
	kit_fini(&k);
}

static void a_failing_call_changes_nothing_and_ends_its_chain(void **state)
{
	struct chain c = kit_chain(0, 0);
	struct chain_answer a;
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.n_rules = 1;
	k.params.rules[0] = rule(MOCK_FAIL, OP_CREATE_CONTAINER);
	kit_start(&k, 1);
	chain_add(&c, OP_IMAGE_STATUS, 1, 0);
	chain_add(&c, OP_CREATE_CONTAINER, 1, 0);
	chain_add(&c, OP_START_CONTAINER, 1, 0);
	a = mock_call(&k.mock, 10 * NS_S, 0, &c, &k.tally);
	assert_int_equal(a.what, OUTCOME_ERROR);
	assert_int_equal(a.done, 1);
	assert_int_equal(a.at, 10 * NS_S + 2 * NS_MS);
	assert_int_equal(kit_count(&k, OP_CREATE_CONTAINER, OUTCOME_ERROR), 1);
	assert_int_equal(kit_count(&k, OP_START_CONTAINER, OUTCOME_OK), 0);
	assert_int_equal(mock_next_at(&k.mock), NS_NEVER);
	kit_fini(&k);
}

static void a_call_that_hangs_is_given_up_after_two_minutes(void **state)
{
	struct chain_answer a;
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.n_rules = 1;
	k.params.rules[0] = rule(MOCK_HANG, OP_N); /* every operation */
	kit_start(&k, 1);
	a = kit_call(&k, 10 * NS_S, CHAIN_NO_POD, 0, OP_LIST_CONTAINERS);
	assert_int_equal(a.what, OUTCOME_ERROR);
	assert_int_equal(a.at, 10 * NS_S + 2 * NS_MIN);
	a = kit_call(&k, 11 * NS_S, 0, 0, OP_RUN_PODSANDBOX);
	assert_int_equal(a.what, OUTCOME_ERROR);
	kit_until(&k, 10 * NS_MIN);
	assert_int_equal(k.mock.records.sandbox[0], RECORD_NONE);
	kit_fini(&k);
}

/* A call that is slowed beyond its timeout fails then, with nothing changed; one that has none
 * is slow, or hangs as long as the rule lets it. */
static void a_slow_call_fails_at_its_timeout(void **state)
{
	struct chain_answer a;
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.n_rules = 2;
	k.params.rules[0] = rule(MOCK_SLOW, OP_N);
	k.params.rules[1] = rule(MOCK_HANG, OP_PULL_IMAGE);
	k.params.timeout[OP_RUN_PODSANDBOX] = 99 * NS_MS;
	k.params.timeout[OP_LIST_CONTAINER_STATS] = NS_NEVER;
	k.params.timeout[OP_PULL_IMAGE] = NS_NEVER;
	kit_start(&k, 1);
	a = kit_call(&k, 11 * NS_S, 0, 0, OP_RUN_PODSANDBOX);
	assert_int_equal(a.what, OUTCOME_ERROR);
	assert_int_equal(a.at, 11 * NS_S + 99 * NS_MS);
	assert_int_equal(kit_count(&k, OP_RUN_PODSANDBOX, OUTCOME_DEADLINE), 1);
	a = kit_call(&k, 11 * NS_S, CHAIN_NO_POD, 0, OP_LIST_CONTAINER_STATS);
	assert_int_equal(a.what, OUTCOME_OK);
	assert_int_equal(a.at, 11 * NS_S + 100 * NS_MS);
	a = kit_call(&k, 12 * NS_S, 0, 0, OP_PULL_IMAGE);
	assert_int_equal(a.what, OUTCOME_ERROR);
	assert_int_equal(a.at, 20 * NS_S);
	kit_until(&k, 10 * NS_MIN);
	assert_int_equal(k.mock.records.sandbox[0], RECORD_NONE);
	kit_fini(&k);
}

/* A stream that is open when calls begin to fail breaks; where they hang it is mute. */
static void a_stream_breaks_or_is_mute_under_a_rule_that_begins(void **state)
{
	struct mock_news e;
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.n_rules = 3;
	k.params.rules[0] = rule(MOCK_FAIL, OP_GET_CONTAINER_EVENTS);
	k.params.rules[1] = rule(MOCK_SLOW, OP_N);
	k.params.rules[2] = rule(MOCK_HANG, OP_N);
	k.params.rules[2].from = 12 * NS_S;
	kit_start(&k, 1);
	mock_place_running(&k.mock, 1);
	assert_int_equal(mock_next_at(&k.mock), 10 * NS_S);
	e = mock_step(&k.mock, 10 * NS_S, &k.tally);
	assert_int_equal(e.stream, MOCK_STREAM_BREAKS);
	assert_int_equal(mock_next_at(&k.mock), 12 * NS_S);
	e = mock_step(&k.mock, 12 * NS_S, &k.tally);
	assert_int_equal(e.stream, MOCK_STREAM_STAYS);
	k.mock.next_death_at = 13 * NS_S;
	e = mock_step(&k.mock, 13 * NS_S, &k.tally);
	assert_false(e.changed);
	assert_int_equal(k.mock.records.n_running, KIT_CONTAINERS - 1);
	k.mock.next_death_at = NS_NEVER;
	e = mock_step(&k.mock, 20 * NS_S, &k.tally);
	assert_int_equal(e.stream, MOCK_STREAM_TELLS_ALL);
	assert_int_equal(mock_next_at(&k.mock), NS_NEVER);
	k.mock.next_death_at = 21 * NS_S;
	e = mock_step(&k.mock, 21 * NS_S, &k.tally);
	assert_true(e.changed);
	kit_fini(&k);
}

static void a_share_of_the_calls_fails(void **state)
{
	uint64_t failed;
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.n_rules = 1;
	k.params.rules[0] = rule(MOCK_FAIL, OP_STATUS);
	k.params.rules[0].share = 250000;
	kit_start(&k, 1);
	for (int i = 0; i < 10000; i++)
		(void)kit_call(&k, 15 * NS_S, CHAIN_NO_POD, 0, OP_STATUS);
	failed = kit_count(&k, OP_STATUS, OUTCOME_ERROR);
	assert_in_range(failed, 2300, 2700);
	assert_int_equal(failed + kit_count(&k, OP_STATUS, OUTCOME_OK), 10000);
	kit_fini(&k);
}

static void an_image_is_there_once_it_was_pulled(void **state)
{
	struct chain_answer a;
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.image_present = false;
	kit_start(&k, 1);
	assert_int_equal(kit_call(&k, 0, 0, 0, OP_IMAGE_STATUS).what, OUTCOME_NOT_FOUND);
	a = kit_call(&k, 0, 0, 0, OP_PULL_IMAGE);
	assert_int_equal(kit_call(&k, 0, 0, 0, OP_IMAGE_STATUS).what, OUTCOME_NOT_FOUND);
	kit_until(&k, a.at);
	assert_int_equal(kit_call(&k, NS_S, 0, 0, OP_IMAGE_STATUS).what, OUTCOME_OK);
	/* pods 0, 2 and 4 share it, 1 and 3 have another */
	assert_int_equal(kit_call(&k, NS_S, 4, 0, OP_IMAGE_STATUS).what, OUTCOME_OK);
	assert_int_equal(kit_call(&k, NS_S, 1, 0, OP_IMAGE_STATUS).what, OUTCOME_NOT_FOUND);
	kit_fini(&k);
}

static void a_crash_looping_container_dies_soon_after_each_start(void **state)
{
	struct mock_news e;
	struct kit k;
	ns_t started;

	(void)state;
	kit_init(&k);
	kit_start(&k, 1);
	mock_set_crashing(&k.mock, 2, true);
	for (uint32_t life = 1; life < 4; life++) {
		(void)kit_call(&k, life * NS_MIN, 2, 1, OP_CREATE_CONTAINER);
		kit_until(&k, life * NS_MIN + NS_MS);
		started = kit_call(&k, life * NS_MIN + NS_MS, 2, 1, OP_START_CONTAINER).at;
		kit_until(&k, started);
		assert_int_equal(mock_next_at(&k.mock), started + NS_S);
		e = mock_step(&k.mock, started + NS_S, &k.tally);
		assert_true(e.changed);
		assert_int_equal(e.pod, 2);
		assert_int_equal(e.container, 1);
		assert_int_equal(
			k.mock.records.exited_at[2 * KIT_CONTAINERS + 1], started + NS_S);
		assert_int_equal(
			kit_record(&k, 2, 1), record_make(RECORD_EXITED, life - 1, life));
	}
	kit_fini(&k);
}

/* It was stopped and started again meanwhile: the crash that was due was the old life's. */
static void a_crash_ends_only_the_life_that_it_belongs_to(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_start(&k, 1);
	mock_set_crashing(&k.mock, 2, true);
	kit_until(&k, kit_call(&k, 0, 2, 0, OP_CREATE_CONTAINER).at);
	kit_until(&k, kit_call(&k, 10 * NS_MS, 2, 0, OP_START_CONTAINER).at);
	mock_set_crashing(&k.mock, 2, false);
	kit_until(&k, kit_call(&k, 20 * NS_MS, 2, 0, OP_STOP_CONTAINER).at);
	kit_until(&k, kit_call(&k, 30 * NS_MS, 2, 0, OP_CREATE_CONTAINER).at);
	kit_until(&k, kit_call(&k, 40 * NS_MS, 2, 0, OP_START_CONTAINER).at);
	kit_until(&k, NS_MIN);
	assert_int_equal(kit_record(&k, 2, 0), record_make(RECORD_RUNNING, 1, 2));
	kit_fini(&k);
}

/* However often a container with a late crash is replaced, what is pending stays bounded. */
static void crashes_that_cannot_come_true_any_more_do_not_pile_up(void **state)
{
	struct kit k;
	ns_t now = 0;

	(void)state;
	kit_init(&k);
	k.params.crash_after = 60 * NS_MIN;
	kit_start(&k, 1);
	mock_set_crashing(&k.mock, 2, true);
	for (int life = 0; life < 200; life++, now += NS_S) {
		kit_until(&k, kit_call(&k, now, 2, 0, OP_CREATE_CONTAINER).at);
		kit_until(&k, kit_call(&k, now + 10 * NS_MS, 2, 0, OP_START_CONTAINER).at);
		kit_until(&k, kit_call(&k, now + 20 * NS_MS, 2, 0, OP_STOP_CONTAINER).at);
		kit_until(&k, kit_call(&k, now + 30 * NS_MS, 2, 0, OP_REMOVE_CONTAINER).at);
	}
	kit_fini(&k);
}

static void deaths_come_one_a_period(void **state)
{
	struct mock_news e;
	struct kit k;
	ns_t first;
	int late = 0;

	(void)state;
	kit_init(&k);
	k.params.death_every = 10 * NS_S;
	kit_start(&k, 1);
	for (uint32_t p = 0; p < KIT_PODS; p++)
		mock_place_running(&k.mock, p);
	first = mock_next_at(&k.mock);
	assert_in_range(first, 0, 10 * NS_S);
	for (int i = 0; i < KIT_PODS * KIT_CONTAINERS; i++) {
		ns_t at = mock_next_at(&k.mock);

		assert_in_range(at, first + i * 10 * NS_S - NS_S, first + i * 10 * NS_S + NS_S);
		late += at > first + i * 10 * NS_S;
		e = mock_step(&k.mock, at, &k.tally);
		assert_true(e.changed);
		assert_int_equal(
			k.mock.records.exited_at[e.pod * KIT_CONTAINERS + e.container], at);
	}
	assert_in_range(late, 1, KIT_PODS * KIT_CONTAINERS - 2); /* in step with no ticker */
	assert_int_equal(k.mock.records.n_running, 0);
	e = mock_step(&k.mock, mock_next_at(&k.mock), &k.tally);
	assert_false(e.changed); /* nobody is left */
	kit_fini(&k);
}

static void latencies_of_one_operation_do_not_depend_on_other_calls(void **state)
{
	struct kit k[2];
	ns_t at[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		kit_init(&k[i]);
		dist_init(&k[i].params.op[OP_STATUS].latency, NS_MS, 0, 900000, 3000000);
		kit_start(&k[i], 7);
	}
	for (int n = 0; n < 50; n++) {
		for (int i = 0; i < 2; i++)
			at[i] = kit_call(&k[i], 0, CHAIN_NO_POD, 0, OP_STATUS).at;
		assert_int_equal(at[0], at[1]);
		(void)kit_call(&k[1], 0, CHAIN_NO_POD, 0, OP_VERSION);
	}
	kit_fini(&k[0]);
	kit_fini(&k[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_changes_the_state_when_it_completes),
		cmocka_unit_test(a_container_is_created_started_stopped_and_removed),
		cmocka_unit_test(a_restart_keeps_the_dead_instance),
		cmocka_unit_test(an_old_instance_is_removed_by_its_number),
		cmocka_unit_test(
			stopping_a_sandbox_that_is_gone_is_an_error_where_the_runtime_checks),
		cmocka_unit_test(stopping_a_sandbox_twice_is_well),
		cmocka_unit_test(a_container_that_ignores_sigterm_stops_after_its_grace),
		cmocka_unit_test(an_exit_may_be_seen_before_its_call_ends),
		cmocka_unit_test(a_parallel_chain_takes_as_long_as_its_longest_call),
		cmocka_unit_test(what_is_stopped_in_parallel_is_what_runs),
		cmocka_unit_test(a_chain_is_made_call_by_call),
		cmocka_unit_test(a_list_takes_longer_the_more_it_lists),
		cmocka_unit_test(a_slow_rule_multiplies_the_latency_while_it_is_in_force),
		cmocka_unit_test(a_failing_call_changes_nothing_and_ends_its_chain),
		cmocka_unit_test(a_call_that_hangs_is_given_up_after_two_minutes),
		cmocka_unit_test(a_slow_call_fails_at_its_timeout),
		cmocka_unit_test(a_stream_breaks_or_is_mute_under_a_rule_that_begins),
		cmocka_unit_test(a_share_of_the_calls_fails),
		cmocka_unit_test(an_image_is_there_once_it_was_pulled),
		cmocka_unit_test(a_crash_looping_container_dies_soon_after_each_start),
		cmocka_unit_test(a_crash_ends_only_the_life_that_it_belongs_to),
		cmocka_unit_test(crashes_that_cannot_come_true_any_more_do_not_pile_up),
		cmocka_unit_test(deaths_come_one_a_period),
		cmocka_unit_test(latencies_of_one_operation_do_not_depend_on_other_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
