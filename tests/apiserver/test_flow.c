/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/flow.h"

#include "base/rng.h"
#include "tcase.h"

#include "flow_kit.h"

/* ------------------------------------------------------------------ requests in flight */

static void without_fairness_reads_and_writes_have_seats_of_their_own(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 0);
	k.params = (struct flow_params){.readonly = 2, .mutating = 1};
	flow_kit_start(&k);
	assert_int_equal(flow_level_of(&k.params, 7, false), FLOW_READONLY);
	assert_int_equal(flow_level_of(&k.params, 7, true), FLOW_MUTATING);
	assert_int_equal(flow_arrive(&k.flow, 0, FLOW_READONLY, 0, 0), FLOW_ADMITS);
	assert_int_equal(flow_arrive(&k.flow, 0, FLOW_READONLY, 0, 1), FLOW_ADMITS);
	assert_int_equal(flow_arrive(&k.flow, 0, FLOW_READONLY, 0, 2), FLOW_REJECTS);
	assert_int_equal(flow_arrive(&k.flow, 0, FLOW_MUTATING, 0, 2), FLOW_ADMITS);
	assert_int_equal(flow_arrive(&k.flow, 0, FLOW_MUTATING, 0, 3), FLOW_REJECTS);
	flow_leave(&k.flow, 5, 0);
	assert_int_equal(flow_kit_admitted(&k), FLOW_NOBODY);
	assert_int_equal(flow_arrive(&k.flow, 5, FLOW_READONLY, 0, 0), FLOW_ADMITS);
	assert_int_equal(flow_arrive(&k.flow, 5, FLOW_READONLY, 0, 3), FLOW_REJECTS);
	assert_int_equal(k.flow.level[FLOW_READONLY].counts.rejected, 2);
	assert_int_equal(k.flow.level[FLOW_READONLY].counts.seats.max, 2);
	assert_int_equal(flow_next_at(&k.flow), NS_NEVER);
	flow_kit_fini(&k);
}

static void a_limit_of_zero_is_none(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 0);
	k.params = (struct flow_params){.mutating = 1};
	flow_kit_start(&k);
	for (uint32_t i = 0; i < 900; i++)
		assert_int_equal(flow_arrive(&k.flow, 0, FLOW_READONLY, 0, i), FLOW_ADMITS);
	flow_kit_fini(&k);
}

static void to_1_5_writes_took_the_seats_of_reads(void **state)
{
	const struct flow_params p = {.readonly = 400, .shared = true};

	(void)state;
	assert_int_equal(flow_level_of(&p, 7, true), FLOW_READONLY);
}

static void a_fair_level_without_queues_rejects_at_once(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 0);
	k.params.level_of[9] = 1;
	k.params.n_levels = 2;
	k.params.level[1] = (struct flow_level){.seats = 1};
	flow_kit_start(&k);
	assert_int_equal(flow_level_of(&k.params, 9, true), 1);
	assert_int_equal(flow_arrive(&k.flow, 0, 1, 0, 0), FLOW_ADMITS);
	assert_int_equal(flow_arrive(&k.flow, 0, 1, 0, 1), FLOW_REJECTS);
	assert_int_equal(flow_arrive(&k.flow, 0, 0, 0, 1), FLOW_ADMITS);
	flow_kit_fini(&k);
}

/* ------------------------------------------------------------------ shuffle sharding */

static void a_hand_of_the_whole_deck_has_every_card(void **state)
{
	(void)state;
	for (uint64_t hash = 0; hash < 5000; hash++) {
		uint32_t hand[8];
		uint32_t seen = 0;

		flow_deal(hash, 8, 8, hand);
		for (uint32_t i = 0; i < 8; i++)
			seen |= 1u << hand[i];
		assert_int_equal(seen, 255);
	}
}

/* 4 * 3 orders from a deck of 4: 12 hashes in a row give each once. */
static void hashes_in_a_row_deal_every_hand_once(void **state)
{
	bool dealt[4][4] = {{false}};

	(void)state;
	for (uint64_t hash = 120; hash < 132; hash++) {
		uint32_t hand[2];

		flow_deal(hash, 4, 2, hand);
		assert_false(dealt[hand[0]][hand[1]]);
		dealt[hand[0]][hand[1]] = true;
	}
	for (uint32_t i = 0; i < 4; i++)
		assert_false(dealt[i][i]);
}

static void the_shortest_queue_of_the_hand_is_joined(void **state)
{
	struct flow_kit k;
	const struct flow_queue *q;

	(void)state;
	flow_kit_init(&k, 1, 3);
	k.params.level[0].hand = 3;
	flow_kit_start(&k);
	q = k.flow.level[0].queue;
	assert_int_equal(flow_arrive(&k.flow, 0, 0, 4, 0), FLOW_ADMITS);
	for (uint32_t i = 1; i <= 6; i++) {
		assert_int_equal(flow_arrive(&k.flow, 0, 0, 4, i), FLOW_QUEUES);
		assert_int_equal(q[0].length + q[1].length + q[2].length, i);
		for (uint32_t j = 0; j < 3; j++)
			assert_in_range(q[j].length, i / 3, (i + 2) / 3);
	}
	flow_kit_fini(&k);
}

/* ------------------------------------------------------------------ queues */

static void a_queue_is_first_in_first_out_and_then_full(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 1);
	k.params.level[0].queue_length = 3;
	flow_kit_start(&k);
	assert_int_equal(flow_arrive(&k.flow, 0, 0, 1, 0), FLOW_ADMITS);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(flow_arrive(&k.flow, 0, 0, i, i), FLOW_QUEUES);
	assert_int_equal(flow_arrive(&k.flow, 0, 0, 9, 4), FLOW_REJECTS);
	for (uint32_t i = 1; i <= 3; i++) {
		flow_leave(&k.flow, i, i - 1);
		assert_int_equal(flow_kit_admitted(&k), i);
		assert_int_equal(flow_kit_admitted(&k), FLOW_NOBODY);
	}
	flow_leave(&k.flow, 4, 3);
	assert_int_equal(flow_arrive(&k.flow, 4, 0, 9, 4), FLOW_ADMITS);
	assert_int_equal(k.flow.level[0].counts.waited, 3);
	assert_int_equal(k.flow.level[0].counts.dispatched, 5);
	assert_int_equal(k.flow.level[0].counts.queued.max, 3);
	assert_int_equal(k.flow.level[0].counts.queued.sum, 1 + 2 + 3);
	flow_kit_fini(&k);
}

static void a_full_queue_is_full_for_its_flows_only(void **state)
{
	struct flow_kit k;
	uint32_t mouse;

	(void)state;
	flow_kit_init(&k, 1, 4);
	k.params.level[0].queue_length = 2;
	flow_kit_start(&k);
	mouse = flow_kit_flow(&k, (flow_kit_queue(&k, 0) + 1) % 4);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_not_equal(flow_arrive(&k.flow, 0, 0, 0, i), FLOW_REJECTS);
	assert_int_equal(flow_arrive(&k.flow, 0, 0, 0, 3), FLOW_REJECTS);
	assert_int_equal(flow_arrive(&k.flow, 0, 0, mouse, 3), FLOW_QUEUES);
	flow_kit_fini(&k);
}

static void queues_take_turns_whoever_came_first(void **state)
{
	struct flow_kit k;
	uint32_t elephant;
	uint32_t mouse;

	(void)state;
	flow_kit_init(&k, 1, 2);
	flow_kit_start(&k);
	elephant = flow_kit_flow(&k, 0);
	mouse = flow_kit_flow(&k, 1);
	for (uint32_t i = 0; i < 10; i++)
		(void)flow_arrive(&k.flow, 0, 0, elephant, i);
	for (uint32_t i = 10; i < 13; i++)
		(void)flow_arrive(&k.flow, 0, 0, mouse, i);
	flow_leave(&k.flow, 10, 0);
	for (uint32_t i = 0; i < 3; i++) {
		ns_t now = 20 * (ns_t)(i + 1);

		assert_int_equal(flow_kit_admitted(&k), 10 + i);
		flow_leave(&k.flow, now, 10 + i);
		assert_int_equal(flow_kit_admitted(&k), 1 + i);
		flow_leave(&k.flow, now + 10, 1 + i);
	}
	flow_kit_fini(&k);
}

static void among_equal_queues_it_is_the_next_ones_turn(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 4);
	flow_kit_start(&k);
	(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 2), 2);
	(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 1), 1);
	(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 3), 3);
	flow_leave(&k.flow, 10, 2);
	assert_int_equal(flow_kit_admitted(&k), 3);
	flow_leave(&k.flow, 20, 3);
	assert_int_equal(flow_kit_admitted(&k), 1);
	flow_kit_fini(&k);
}

/* Queues 0, 2 and 3 have had 10 s each by right while queue 0 had the seat for 30: they come
 * before queue 1, which wakes only now, though its turn would be next. */
static void a_queue_that_wakes_has_had_its_part(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 4);
	k.params.wait_limit = k.params.wait_end = NS_HOUR;
	flow_kit_start(&k);
	(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 0), 0);
	(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 2), 2);
	(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 3), 3);
	(void)flow_arrive(&k.flow, 30 * NS_S, 0, flow_kit_flow(&k, 1), 1);
	flow_leave(&k.flow, 30 * NS_S, 0);
	assert_int_equal(flow_kit_admitted(&k), 2);
	flow_leave(&k.flow, 31 * NS_S, 2);
	assert_int_equal(flow_kit_admitted(&k), 3);
	flow_leave(&k.flow, 32 * NS_S, 3);
	assert_int_equal(flow_kit_admitted(&k), 1);
	flow_kit_fini(&k);
}

/* Both queues always have somebody; a request of queue 0 takes so much, one of queue 1 so
 * much, and there is one seat.  How many of queue 0 were served while n were? */
static uint32_t served_of_0(const ns_t takes[2], uint32_t n)
{
	struct flow_kit k;
	uint32_t flow[2];
	uint32_t served[2] = {0, 0};
	uint32_t slot = 0;
	ns_t now = 0;

	flow_kit_init(&k, 1, 2);
	flow_kit_start(&k);
	flow[0] = flow_kit_flow(&k, 0);
	flow[1] = flow_kit_flow(&k, 1);
	for (uint32_t i = 0; i < 4; i++)
		(void)flow_arrive(&k.flow, 0, 0, flow[i % 2], i);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t queue = k.flow.slot[slot].queue;

		now += takes[queue];
		served[queue]++;
		flow_leave(&k.flow, now, slot);
		(void)flow_arrive(&k.flow, now, 0, flow[queue], slot);
		slot = flow_kit_admitted(&k);
	}
	flow_kit_fini(&k);
	return served[0];
}

static void queues_get_equal_time_and_not_equal_numbers(void **state)
{
	static const ns_t equal[] = {10 * NS_MS, 10 * NS_MS};
	static const ns_t thrice[] = {30 * NS_MS, 10 * NS_MS};

	(void)state;
	assert_in_range(served_of_0(equal, 400), 199, 201);
	assert_in_range(served_of_0(thrice, 400), 99, 101);
}

/* Four seats that are left in turn.  Who leaves sends another first, so its queue is never at
 * rest.  How many of n were of queue 0? */
static uint32_t serve_in_turn(struct flow_kit *k, ns_t *now, uint32_t seat[4], uint32_t n)
{
	uint32_t of_0 = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t *s = &seat[i % 4];
		uint32_t queue = k->flow.slot[*s].queue;
		uint32_t again = 0;

		while (k->flow.slot[again].state != FLOW_OUT)
			again++;
		*now += NS_S;
		of_0 += queue == 0;
		(void)flow_arrive(&k->flow, *now, 0, flow_kit_flow(k, queue), again);
		flow_leave(&k->flow, *now, *s);
		*s = flow_kit_admitted(k);
	}
	return of_0;
}

/* Queue 0 asks for a seat of four for 400 s (long beside the minute that a request is charged
 * while it is served), then for all that it can get.  Two seats would have been its part: queue
 * 1 is 400 s ahead of that, which is held against it, for 100 requests of queue 0; queue 0 is
 * 400 s behind, which is not given to it, or it would have 200. */
static void a_queue_that_asked_for_little_saved_nothing_up(void **state)
{
	struct flow_kit k;
	uint32_t seat[4] = {0, 1, 2, 3};
	uint32_t slot = 0;
	ns_t now = 0;

	(void)state;
	flow_kit_init(&k, 4, 2);
	k.params.wait_limit = k.params.wait_end = NS_HOUR;
	flow_kit_start(&k);
	(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 0), slot++);
	while (slot < 6)
		(void)flow_arrive(&k.flow, 0, 0, flow_kit_flow(&k, 1), slot++);
	assert_int_equal(serve_in_turn(&k, &now, seat, 400), 100);
	for (slot = 100; slot < 115;)
		(void)flow_arrive(&k.flow, now, 0, flow_kit_flow(&k, 0), slot++);
	assert_in_range(serve_in_turn(&k, &now, seat, 400), 100 + 150 - 15, 100 + 150 + 15);
	flow_kit_fini(&k);
}

/* ------------------------------------------------------------------ more than one seat */

/* Three of four seats are taken: who wants two waits, and nobody takes the last before. */
static void who_wants_more_seats_waits_for_them(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 4, 1);
	flow_kit_start(&k);
	assert_int_equal(flow_arrive_wide(&k.flow, 0, 0, 1, 0, 3), FLOW_ADMITS);
	assert_int_equal(k.flow.level[0].counts.seats.n, 3);
	assert_int_equal(flow_arrive_wide(&k.flow, 0, 0, 1, 1, 2), FLOW_QUEUES);
	assert_int_equal(flow_arrive(&k.flow, 0, 0, 1, 2), FLOW_QUEUES);
	assert_int_equal(flow_kit_admitted(&k), FLOW_NOBODY);
	flow_leave(&k.flow, 10, 0);
	assert_int_equal(flow_kit_admitted(&k), 1);
	assert_int_equal(flow_kit_admitted(&k), 2);
	assert_int_equal(k.flow.level[0].counts.seats.n, 3);
	assert_int_equal(gauge_sum(&k.flow.level[0].counts.seats, 10), 30);
	flow_kit_fini(&k);
}

/* canAccommodateSeatsLocked */
static void who_wants_more_seats_than_there_are_has_all_of_them(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 4, 1);
	flow_kit_start(&k);
	assert_int_equal(flow_arrive(&k.flow, 0, 0, 1, 0), FLOW_ADMITS);
	assert_int_equal(flow_arrive_wide(&k.flow, 0, 0, 1, 1, 9), FLOW_QUEUES);
	flow_leave(&k.flow, 5, 0);
	assert_int_equal(flow_kit_admitted(&k), 1);
	assert_int_equal(flow_arrive(&k.flow, 6, 0, 1, 2), FLOW_QUEUES);
	flow_leave(&k.flow, 7, 1);
	assert_int_equal(flow_kit_admitted(&k), 2);
	flow_kit_fini(&k);
}

/* A second level of as many seats that nobody uses lends half of them. */
static void seats_that_nobody_uses_are_lent(void **state)
{
	struct flow_kit k;
	uint32_t admitted = 0;

	(void)state;
	flow_kit_init(&k, 10, 1);
	k.params.n_levels = 2;
	k.params.level[0].borrows = 20;
	k.params.level[1] = (struct flow_level){.seats = 10, .lends = 5};
	k.params.lend_every = 10 * NS_S;
	flow_kit_start(&k);
	for (uint32_t i = 0; i < 30; i++)
		admitted += flow_arrive(&k.flow, 0, 0, 1, i) == FLOW_ADMITS;
	assert_int_equal(admitted, 10);
	assert_int_equal(k.flow.level[1].seats.seats, 8); /* half of what it lends is lent */
	assert_int_equal(k.flow.lends_at, 10 * NS_S);
	flow_lend(&k.flow, 10 * NS_S);
	while (flow_kit_admitted(&k) != FLOW_NOBODY)
		admitted++;
	assert_int_equal(admitted, 15);
	assert_int_equal(k.flow.level[0].counts.limit.max, 15);
	assert_int_equal(k.flow.level[1].seats.seats, 5);
	assert_int_equal(k.flow.lends_at, 20 * NS_S);
	flow_kit_fini(&k);
}

/* ------------------------------------------------------------------ impatience */

static void who_waited_too_long_is_expired_when_another_joins(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 1);
	flow_kit_start(&k);
	(void)flow_arrive(&k.flow, 0, 0, 1, 0);
	(void)flow_arrive(&k.flow, 1, 0, 1, 1);
	(void)flow_arrive(&k.flow, 2, 0, 1, 2);
	(void)flow_arrive(&k.flow, 3, 0, 1, 3);
	/* exactly the limit is not too long */
	assert_int_equal(flow_arrive(&k.flow, 1 + 15 * NS_S, 0, 1, 4), FLOW_QUEUES);
	assert_int_equal(flow_kit_expired(&k), FLOW_NOBODY);
	assert_int_equal(flow_arrive(&k.flow, 3 + 15 * NS_S, 0, 1, 5), FLOW_QUEUES);
	assert_int_equal(flow_kit_expired(&k), 1);
	assert_int_equal(flow_kit_expired(&k), 2);
	assert_int_equal(flow_kit_expired(&k), FLOW_NOBODY);
	/* 3 has waited for longer by now, nobody has come: it is served */
	flow_leave(&k.flow, 20 * NS_S, 0);
	assert_int_equal(flow_kit_admitted(&k), 3);
	assert_int_equal(k.flow.level[0].counts.expired, 2);
	assert_int_equal(k.flow.level[0].counts.queued.n, 2);
	flow_kit_fini(&k);
}

static void a_queue_full_of_the_expired_has_room(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 1);
	k.params.level[0].queue_length = 1;
	flow_kit_start(&k);
	(void)flow_arrive(&k.flow, 0, 0, 1, 0);
	(void)flow_arrive(&k.flow, 0, 0, 1, 1);
	assert_int_equal(flow_arrive(&k.flow, 15 * NS_S, 0, 1, 2), FLOW_REJECTS);
	assert_int_equal(flow_arrive(&k.flow, 15 * NS_S + 1, 0, 1, 2), FLOW_QUEUES);
	flow_kit_fini(&k);
}

static void nobody_waits_beyond_the_end(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 2);
	flow_kit_start(&k);
	(void)flow_arrive(&k.flow, 0, 0, 1, 0);
	assert_int_equal(flow_next_at(&k.flow), NS_NEVER);
	(void)flow_arrive(&k.flow, 5, 0, flow_kit_flow(&k, 0), 1);
	(void)flow_arrive(&k.flow, 6, 0, flow_kit_flow(&k, 1), 2);
	assert_int_equal(flow_next_at(&k.flow), 5 + 60 * NS_S);
	flow_expire(&k.flow, 5 + 60 * NS_S);
	assert_int_equal(flow_kit_expired(&k), 1);
	assert_int_equal(flow_next_at(&k.flow), 6 + 60 * NS_S);
	flow_expire(&k.flow, 6 + 60 * NS_S);
	assert_int_equal(flow_kit_expired(&k), 2);
	assert_int_equal(flow_next_at(&k.flow), NS_NEVER);
	assert_int_equal(k.flow.level[0].active, 1);
	flow_kit_fini(&k);
}

static void who_hung_up_leaves_the_others_in_their_order(void **state)
{
	struct flow_kit k;

	(void)state;
	flow_kit_init(&k, 1, 1);
	flow_kit_start(&k);
	for (uint32_t i = 0; i < 6; i++)
		(void)flow_arrive(&k.flow, i, 0, 1, i);
	flow_abandon(&k.flow, 10, 3); /* of the middle, the head, the tail */
	flow_abandon(&k.flow, 10, 1);
	flow_abandon(&k.flow, 10, 5);
	(void)flow_arrive(&k.flow, 10, 0, 1, 1);
	assert_int_equal(flow_next_at(&k.flow), 2 + 60 * NS_S);
	flow_leave(&k.flow, 20, 0);
	assert_int_equal(flow_kit_admitted(&k), 2);
	flow_leave(&k.flow, 20, 2);
	assert_int_equal(flow_kit_admitted(&k), 4);
	flow_leave(&k.flow, 20, 4);
	assert_int_equal(flow_kit_admitted(&k), 1);
	assert_int_equal(k.flow.level[0].counts.abandoned, 3);
	flow_kit_fini(&k);
}

static void counts_begin_anew_with_those_that_are_there(void **state)
{
	struct flow_kit k;
	const struct flow_counts *c = &k.flow.level[0].counts;

	(void)state;
	flow_kit_init(&k, 1, 1);
	flow_kit_start(&k);
	for (uint32_t i = 0; i < 3; i++)
		(void)flow_arrive(&k.flow, 0, 0, 1, i);
	flow_abandon(&k.flow, 5, 2);
	flow_restart(&k.flow, 10);
	assert_int_equal(c->arrived + c->dispatched + c->waited + c->abandoned, 0);
	assert_int_equal(c->seats.n, 1);
	assert_int_equal(c->queued.max, 1);
	flow_leave(&k.flow, 13, 0);
	assert_int_equal(c->dispatched, 1);
	assert_int_equal(gauge_sum(&c->queued, 20), 3);
	assert_int_equal(gauge_sum(&c->seats, 20), 10);
	flow_kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_fairness_reads_and_writes_have_seats_of_their_own),
		cmocka_unit_test(a_limit_of_zero_is_none),
		cmocka_unit_test(to_1_5_writes_took_the_seats_of_reads),
		cmocka_unit_test(a_fair_level_without_queues_rejects_at_once),
		cmocka_unit_test(a_hand_of_the_whole_deck_has_every_card),
		cmocka_unit_test(hashes_in_a_row_deal_every_hand_once),
		cmocka_unit_test(the_shortest_queue_of_the_hand_is_joined),
		cmocka_unit_test(a_queue_is_first_in_first_out_and_then_full),
		cmocka_unit_test(a_full_queue_is_full_for_its_flows_only),
		cmocka_unit_test(queues_take_turns_whoever_came_first),
		cmocka_unit_test(among_equal_queues_it_is_the_next_ones_turn),
		cmocka_unit_test(a_queue_that_wakes_has_had_its_part),
		cmocka_unit_test(queues_get_equal_time_and_not_equal_numbers),
		cmocka_unit_test(a_queue_that_asked_for_little_saved_nothing_up),
		cmocka_unit_test(who_wants_more_seats_waits_for_them),
		cmocka_unit_test(who_wants_more_seats_than_there_are_has_all_of_them),
		cmocka_unit_test(seats_that_nobody_uses_are_lent),
		cmocka_unit_test(who_waited_too_long_is_expired_when_another_joins),
		cmocka_unit_test(a_queue_full_of_the_expired_has_room),
		cmocka_unit_test(nobody_waits_beyond_the_end),
		cmocka_unit_test(who_hung_up_leaves_the_others_in_their_order),
		cmocka_unit_test(counts_begin_anew_with_those_that_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
