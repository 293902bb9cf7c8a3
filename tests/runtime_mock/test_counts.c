/* SPDX-License-Identifier: Apache-2.0 */
/* What the runtime counts: sizes and times of its calls, whichever way it makes them. */
#include "runtime_mock/runtime_mock.h"

#include "tcase.h"

#include "kit.h"

enum { ALL = KIT_PODS * KIT_CONTAINERS };

/* A runtime with all pods running, of known sizes, that keeps times. */
static void kit_sized(struct kit *k)
{
	kit_init(k);
	k->params.op[OP_CONTAINER_STATUS].bytes = 500;
	k->params.op[OP_LIST_CONTAINERS].record_bytes = 100;
	kit_start(k, 1);
	for (uint32_t p = 0; p < KIT_PODS; p++)
		mock_place_running(&k->mock, p);
}

static const struct hist *took(const struct kit *k, enum operation op, enum outcome what)
{
	return &k->tally.times->took[op][what];
}

/* Two lists and so many statuses, one after the other. */
static void ask(struct kit *k, ns_t now, uint16_t statuses)
{
	struct chain c = kit_chain(0, 0);

	chain_add(&c, OP_LIST_CONTAINERS, 2, CHAIN_ALL);
	chain_add(&c, OP_CONTAINER_STATUS, statuses, 0);
	(void)mock_call(&k->mock, now, 0, &c, &k->tally);
}

static void a_calls_time_is_its_own_and_not_its_chains(void **state)
{
	struct kit k;

	(void)state;
	kit_sized(&k);
	tally_keep_times(&k.tally, &k.mem);
	ask(&k, 0, 3);
	assert_int_equal(took(&k, OP_LIST_CONTAINERS, OUTCOME_OK)->n, 2);
	assert_int_equal(took(&k, OP_CONTAINER_STATUS, OUTCOME_OK)->n, 3);
	assert_int_equal(took(&k, OP_CONTAINER_STATUS, OUTCOME_OK)->min, NS_MS);
	assert_int_equal(took(&k, OP_CONTAINER_STATUS, OUTCOME_OK)->max, NS_MS);
	kit_fini(&k);
}

static void side_by_side_every_call_takes_from_the_chains_begin(void **state)
{
	struct chain c = kit_chain(0, 0);
	struct kit k;

	(void)state;
	kit_sized(&k);
	tally_keep_times(&k.tally, &k.mem);
	c.parallel = true;
	chain_add(&c, OP_STOP_CONTAINER, KIT_CONTAINERS, 0);
	(void)mock_call(&k.mock, NS_S, 0, &c, &k.tally);
	assert_int_equal(took(&k, OP_STOP_CONTAINER, OUTCOME_OK)->n, KIT_CONTAINERS);
	assert_int_equal(took(&k, OP_STOP_CONTAINER, OUTCOME_OK)->max, NS_MS);
	kit_fini(&k);
}

/* Two processes on one processor: each takes as long as both. */
static void a_call_that_shares_a_processor_takes_what_it_waited(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.processors = 1;
	kit_start(&k, 1);
	tally_keep_times(&k.tally, &k.mem);
	for (uint32_t p = 0; p < 2; p++)
		(void)kit_call(&k, 0, p, 0, OP_RUN_PODSANDBOX);
	kit_until(&k, NS_S);
	assert_int_equal(took(&k, OP_RUN_PODSANDBOX, OUTCOME_OK)->n, 2);
	assert_in_range(
		took(&k, OP_RUN_PODSANDBOX, OUTCOME_OK)->min, 2 * NS_MS - 2, 2 * NS_MS + 2);
	assert_in_range(
		took(&k, OP_RUN_PODSANDBOX, OUTCOME_OK)->max, 2 * NS_MS - 2, 2 * NS_MS + 2);
	kit_fini(&k);
}

static void a_hanging_call_takes_as_long_as_it_is_waited_for(void **state)
{
	struct kit k;

	(void)state;
	kit_sized(&k);
	k.params.n_rules = 1;
	k.params.rules[0] = (struct mock_rule){
		.kind = MOCK_HANG, .op = OP_STATUS, .share = 1000000, .until = NS_NEVER};
	tally_keep_times(&k.tally, &k.mem);
	(void)kit_call(&k, 0, CHAIN_NO_POD, 0, OP_STATUS);
	assert_int_equal(took(&k, OP_STATUS, OUTCOME_DEADLINE)->max, 2 * NS_MIN);
	assert_int_equal(took(&k, OP_STATUS, OUTCOME_OK)->n, 0);
	kit_fini(&k);
}

/* StopContainer's timeout is the grace longer, however the process takes SIGTERM. */
static void stopping_may_take_the_grace_longer(void **state)
{
	(void)state;
	for (int heeds = 0; heeds < 2; heeds++) {
		struct chain_answer a;
		struct kit k;

		kit_init(&k);
		k.params.stops_at_once = heeds;
		k.params.n_rules = 1;
		k.params.rules[0] = (struct mock_rule){.kind = MOCK_HANG,
			.op = OP_STOP_CONTAINER,
			.share = 1000000,
			.until = NS_NEVER};
		kit_start(&k, 1);
		mock_place_running(&k.mock, 0);
		a = kit_call(&k, 11 * NS_S, 0, 0, OP_STOP_CONTAINER);
		assert_int_equal(a.what, OUTCOME_ERROR);
		assert_int_equal(a.at, 11 * NS_S + 2 * NS_MIN + 30 * NS_S);
		kit_fini(&k);
	}
}

/* Docker's sandbox is a container that is created and started in one simulated call. */
static void what_part_of_a_call_took_is_not_known(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.sandboxes_are_containers = true;
	kit_start(&k, 1);
	tally_keep_times(&k.tally, &k.mem);
	(void)kit_call(&k, 0, 0, 0, OP_RUN_PODSANDBOX);
	assert_int_equal(kit_count(&k, OP_CREATE_CONTAINER, OUTCOME_OK), 1);
	assert_int_equal(kit_count(&k, OP_START_CONTAINER, OUTCOME_OK), 1);
	assert_int_equal(took(&k, OP_CREATE_CONTAINER, OUTCOME_OK)->n, 0);
	assert_int_equal(took(&k, OP_START_CONTAINER, OUTCOME_OK)->n, 0);
	kit_until(&k, NS_S);
	(void)kit_call(&k, NS_S, 0, 0, OP_STOP_PODSANDBOX);
	assert_int_equal(took(&k, OP_STOP_CONTAINER, OUTCOME_OK)->n, 1);
	kit_fini(&k);
}

static void hear(void *ctx, const struct tally_call *call)
{
	(void)call;
	++*(int *)ctx;
}

/* Times, a trace, a rule that never comes to pass: none changes what is counted. */
static void however_calls_are_made_they_count_the_same(void **state)
{
	enum { WAYS = 4 };
	struct kit k[WAYS];
	int heard = 0;

	(void)state;
	for (int i = 0; i < WAYS; i++) {
		kit_sized(&k[i]);
		if (i == 1)
			tally_keep_times(&k[i].tally, &k[i].mem);
		else if (i == 2)
			tally_trace(&k[i].tally, hear, &heard);
		k[i].params.n_rules = i == 3;
		k[i].params.rules[0].from = NS_NEVER;
		ask(&k[i], 0, 7);
		(void)kit_call(&k[i], NS_S, CHAIN_NO_POD, 0, OP_IMAGE_STATUS);
		assert_memory_equal(&k[i].tally.window[0].in, &k[0].tally.window[0].in,
			sizeof(k[0].tally.window[0].in));
	}
	assert_int_equal(k[0].tally.window[0].in.bytes[OP_LIST_CONTAINERS], 2 * ALL * 100);
	assert_int_equal(k[0].tally.window[0].in.bytes[OP_CONTAINER_STATUS], 7 * 500);
	assert_int_equal(k[0].tally.window[0].in.records, 2 * ALL);
	assert_int_equal(heard, 2 + 7 + 1);
	for (int i = 0; i < WAYS; i++)
		kit_fini(&k[i]);
}

/* A loop asks for everything that runs, whatever it lists. */
static void only_lists_of_containers_list_containers(void **state)
{
	static const enum operation others[] = {OP_LIST_PODSANDBOX, OP_LIST_CONTAINER_STATS,
		OP_LIST_IMAGES, OP_STATUS, OP_IMAGE_STATUS};
	struct kit k;

	(void)state;
	kit_sized(&k);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct chain c = kit_chain(CHAIN_NO_POD, 0);

		chain_add(&c, others[i], 1, CHAIN_ALL);
		(void)mock_call(&k.mock, 0, 0, &c, &k.tally);
	}
	assert_int_equal(k.tally.window[0].in.records, 0);
	ask(&k, NS_S, 0);
	assert_int_equal(k.tally.window[0].in.records, 2 * ALL);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_calls_time_is_its_own_and_not_its_chains),
		cmocka_unit_test(side_by_side_every_call_takes_from_the_chains_begin),
		cmocka_unit_test(a_call_that_shares_a_processor_takes_what_it_waited),
		cmocka_unit_test(a_hanging_call_takes_as_long_as_it_is_waited_for),
		cmocka_unit_test(stopping_may_take_the_grace_longer),
		cmocka_unit_test(what_part_of_a_call_took_is_not_known),
		cmocka_unit_test(however_calls_are_made_they_count_the_same),
		cmocka_unit_test(only_lists_of_containers_list_containers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
