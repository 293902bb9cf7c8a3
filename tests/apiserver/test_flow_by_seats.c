/* SPDX-License-Identifier: Apache-2.0 */
/* What is another since 1.23: charges, and how queues are told apart. */
#include "tcase.h"

#include "flow_kit.h"

/* Seats of two: one of queue 0 for long, one of queue 1 for a second.  Whose turn is it then?
 * What is seated still is charged by the guess: a minute, or next to nothing. */
static uint32_t next_with(ns_t guess, bool by_seats)
{
	struct flow_kit k;
	uint32_t slot, who;

	flow_kit_init(&k, 2, 2);
	k.params.guess = guess;
	k.params.by_seats = by_seats;
	flow_kit_start(&k);
	for (slot = 0; slot < 6; slot++)
		(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, slot % 2), slot);
	flow_leave(&k.flow, NS_S, 1);
	slot = flow_kit_admitted(&k);
	who = k.flow.slot[slot].queue;
	flow_kit_fini(&k);
	return who;
}

static void who_is_seated_is_charged_a_guess(void **state)
{
	(void)state;
	assert_int_equal(next_with(NS_MIN, false), 1);
	assert_int_equal(next_with(3 * NS_MS, true), 0);
}

/* Both queues are of its hand.  In one waits a request of four seats; whoever comes then wants
 * one.  Since 1.23 four of them are less than that. */
static void a_queue_is_long_by_its_seats_or_by_its_requests(void **state)
{
	(void)state;
	for (unsigned by_seats = 0; by_seats < 2; by_seats++) {
		struct flow_kit k;
		uint32_t wide, beside_it = 0;

		flow_kit_init(&k, 4, 2);
		k.params.level[0].hand = 2;
		k.params.by_seats = by_seats;
		flow_kit_start(&k);
		assert_int_equal(flow_arrive_wide(&k.flow, 0, 0, 7, 0, 4), FLOW_ADMITS);
		assert_int_equal(flow_arrive_wide(&k.flow, 0, 0, 7, 1, 4), FLOW_QUEUES);
		wide = k.flow.slot[1].queue;
		for (uint32_t i = 2; i < 6; i++) {
			assert_int_equal(flow_arrive(&k.flow, 0, 0, 7, i), FLOW_QUEUES);
			beside_it += k.flow.slot[i].queue == wide;
		}
		assert_int_equal(beside_it, by_seats ? 0 : 2);
		flow_kit_fini(&k);
	}
}

/* A hand is not always looked at from its beginning since 1.23. */
static void empty_queues_of_a_hand_take_turns(void **state)
{
	struct flow_kit k;
	uint32_t queue[2];

	(void)state;
	flow_kit_init(&k, 4, 2);
	k.params.level[0].hand = 2;
	k.params.by_seats = true;
	flow_kit_start(&k);
	for (uint32_t i = 0; i < 2; i++) {
		(void)flow_arrive(&k.flow, 0, 0, 7, i);
		queue[i] = k.flow.slot[i].queue;
	}
	assert_int_not_equal(queue[0], queue[1]);
	flow_kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_seated_is_charged_a_guess),
		cmocka_unit_test(a_queue_is_long_by_its_seats_or_by_its_requests),
		cmocka_unit_test(empty_queues_of_a_hand_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
