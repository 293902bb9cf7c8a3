/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime_mock/plain.h"

#include "kit.h"
#include "tcase.h"

/* A node of five pods that run, whose lists of containers carry 100 bytes and 10 a record. */
static void running_kit(struct kit *k)
{
	kit_init(k);
	k->params.op[OP_LIST_CONTAINERS].bytes = 100;
	k->params.op[OP_LIST_CONTAINERS].record_bytes = 10;
	kit_start(k, 1);
	for (uint32_t p = 0; p < KIT_PODS; p++)
		mock_place_running(&k->mock, p);
}

static struct chain lists(uint32_t n)
{
	struct chain c = kit_chain(CHAIN_NO_POD, 0);

	chain_add(&c, OP_LIST_CONTAINERS, n, CHAIN_ALL);
	return c;
}

static void a_window_has_the_calls_and_the_bytes_that_end_in_it(void **state)
{
	struct chain c = lists(4);
	struct kit k;

	(void)state;
	running_kit(&k);
	k.tally.window[0].until[0] = 2 * NS_MS + 1;
	assert_int_equal(mock_call(&k.mock, 0, 0, &c, &k.tally).at, 4 * NS_MS);
	assert_int_equal(kit_count(&k, OP_LIST_CONTAINERS, OUTCOME_OK), 2);
	assert_int_equal(k.tally.window[0].in.bytes[OP_LIST_CONTAINERS], 2 * 200);
	assert_int_equal(k.tally.window[0].in.records, 2 * KIT_PODS * KIT_CONTAINERS);
	kit_fini(&k);
}

static void a_window_that_begins_later_has_the_rest(void **state)
{
	struct chain c = lists(4);
	struct kit k;

	(void)state;
	running_kit(&k);
	k.tally.window[0].from[0] = 2 * NS_MS;
	(void)mock_call(&k.mock, 0, 0, &c, &k.tally);
	assert_int_equal(kit_count(&k, OP_LIST_CONTAINERS, OUTCOME_OK), 3);
	assert_int_equal(k.tally.window[0].in.bytes[OP_LIST_CONTAINERS], 3 * 200);
	kit_fini(&k);
}

/* Long chains and short ones, each beginning before the one ahead of it has ended. */
static void every_call_counts_in_the_second_of_its_end(void **state)
{
	struct chain_answer a;
	struct kit k;

	(void)state;
	kit_init(&k);
	tally_init(&k.tally, &k.mem, 1, 3);
	k.tally.window[0].until[0] = 3 * NS_S;
	kit_start(&k, 1);
	for (ns_t at = 0; at < NS_S; at += 500 * NS_MS) {
		struct chain c = kit_chain(CHAIN_NO_POD, 0);

		chain_add(&c, OP_STATUS, 1200, 0);
		chain_add(&c, OP_VERSION, 400, 0);
		a = mock_call(&k.mock, at, 0, &c, &k.tally);
		assert_int_equal(a.at, at + 1600 * NS_MS);
	}
	assert_int_equal(tally_second(&k.tally, OP_STATUS, 0), 999 + 499);
	assert_int_equal(tally_second(&k.tally, OP_STATUS, 1), 201 + 701);
	assert_int_equal(tally_second(&k.tally, OP_VERSION, 1), 400 + 299);
	assert_int_equal(tally_second(&k.tally, OP_VERSION, 2), 101);
	kit_fini(&k);
}

/* The same calls, whether they are made as one chain or as a chain each. */
static void a_chain_draws_what_its_calls_would_draw_alone(void **state)
{
	struct kit k[2];
	ns_t at = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		kit_init(&k[i]);
		dist_init(&k[i].params.op[OP_STATUS].latency, NS_S, 0, 900000, 3000000);
		tally_init(&k[i].tally, &k[i].mem, 1, 60);
		k[i].tally.window[0].until[0] = NS_MIN;
		kit_start(&k[i], 7);
	}
	for (int n = 0; n < 50; n++) {
		struct chain c = kit_chain(CHAIN_NO_POD, 0);
		ns_t end;

		chain_add(&c, OP_STATUS, 2, 0);
		chain_add(&c, OP_VERSION, 1, 0);
		end = mock_call(&k[0].mock, at, 0, &c, &k[0].tally).at;
		at = kit_call(&k[1], at, CHAIN_NO_POD, 0, OP_STATUS).at;
		at = kit_call(&k[1], at, CHAIN_NO_POD, 0, OP_STATUS).at;
		at = kit_call(&k[1], at, CHAIN_NO_POD, 0, OP_VERSION).at;
		assert_int_equal(at, end);
	}
	for (uint32_t s = 0; s < 60; s++)
		assert_int_equal(tally_second(&k[0].tally, OP_STATUS, s),
			tally_second(&k[1].tally, OP_STATUS, s));
	kit_fini(&k[0]);
	kit_fini(&k[1]);
}

static void assert_same(const struct tally *a, const struct tally *b)
{
	assert_memory_equal(&a->window[0].in, &b->window[0].in, sizeof(a->window[0].in));
	assert_memory_equal(
		a->series, b->series, sizeof(*a->series) * OUTCOME_N * CALLS_MAX * a->stride);
}

/* Lists of all, of what runs and of all again, over borders of seconds and over deaths. */
static void a_chain_that_is_kept_comes_to_the_same_as_one_that_is_not(void **state)
{
	struct kit k[2];
	ns_t at = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		running_kit(&k[i]);
		dist_init(&k[i].params.op[OP_LIST_CONTAINERS].latency, 20 * NS_MS, 10 * NS_MS,
			900000, 3000000);
		dist_init(&k[i].params.op[OP_STATUS].latency, 20 * NS_MS, 0, 900000, 3000000);
		tally_init(&k[i].tally, &k[i].mem, 1, 60);
		k[i].tally.window[0].until[0] = NS_MIN;
	}
	for (int n = 0; n < 50; n++) {
		struct chain c = kit_chain(CHAIN_NO_POD, 0);
		ns_t end;

		chain_add(&c, OP_LIST_CONTAINERS, 1, CHAIN_ALL);
		chain_add(&c, OP_STATUS, 3, 0);
		chain_add(&c, OP_LIST_CONTAINERS, 2, CHAIN_RUNNING);
		chain_add(&c, CALL_HIDDEN + OP_STATUS, 1, 0);
		chain_add(&c, OP_LIST_CONTAINERS, 1, CHAIN_ALL);
		end = mock_call(&k[0].mock, at, 0, &c, &k[0].tally).at;
		c.kept = 1;
		assert_int_equal(mock_call(&k[1].mock, at, 0, &c, &k[1].tally).at, end);
		at = end;
		for (int i = 0; n % 10 == 9 && i < 2; i++) {
			(void)kit_call(&k[i], at, (uint32_t)n / 10, 0, OP_STOP_CONTAINER);
			kit_until(&k[i], at + NS_S);
		}
	}
	assert_true(at < NS_MIN);
	assert_same(&k[0].tally, &k[1].tally);
	kit_fini(&k[0]);
	kit_fini(&k[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_has_the_calls_and_the_bytes_that_end_in_it),
		cmocka_unit_test(a_window_that_begins_later_has_the_rest),
		cmocka_unit_test(every_call_counts_in_the_second_of_its_end),
		cmocka_unit_test(a_chain_draws_what_its_calls_would_draw_alone),
		cmocka_unit_test(a_chain_that_is_kept_comes_to_the_same_as_one_that_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
