/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/flights.h"

#include "tcase.h"

enum { NODES = 3 };

struct kit {
	struct arena mem;
	struct flights flights;
};

static void kit_init(struct kit *k)
{
	*k = (struct kit){0};
	arena_init(&k->mem, 0);
	flights_init(&k->flights, NODES, &k->mem);
}

static void kit_fini(struct kit *k)
{
	flights_fini(&k->flights);
	arena_fini(&k->mem);
}

static uint32_t begin(struct kit *k, uint32_t node, ns_t expires_at)
{
	const struct node_request q = {.actor = node, .expires_at = expires_at};
	uint32_t id = flights_begin(&k->flights, node, 0, &q);

	assert_int_not_equal(id, FLIGHTS_NONE);
	return id;
}

static void a_node_knows_when_the_first_of_its_own_expires(void **state)
{
	struct kit k;
	uint32_t late, soon, never;

	(void)state;
	kit_init(&k);
	late = begin(&k, 1, 20);
	soon = begin(&k, 1, 10);
	never = begin(&k, 1, NS_NEVER);
	(void)begin(&k, 2, 5);
	assert_int_equal(k.flights.expires_at[0], NS_NEVER);
	assert_int_equal(k.flights.expires_at[1], 10);
	(void)flights_end(&k.flights, never);
	assert_int_equal(k.flights.expires_at[1], 10);
	(void)flights_end(&k.flights, soon);
	assert_int_equal(k.flights.expires_at[1], 20);
	assert_int_equal(flights_end(&k.flights, late).q.expires_at, 20);
	assert_int_equal(k.flights.expires_at[1], NS_NEVER);
	assert_int_equal(k.flights.of_node[1], FLIGHTS_NONE);
	assert_int_equal(k.flights.expires_at[2], 5);
	kit_fini(&k);
}

static void an_orphan_is_no_nodes(void **state)
{
	struct kit k;
	uint32_t one, other;

	(void)state;
	kit_init(&k);
	one = begin(&k, 0, 10);
	other = begin(&k, 0, 20);
	flights_orphan(&k.flights, one);
	assert_int_equal(k.flights.of_node[0], other);
	assert_int_equal(k.flights.expires_at[0], 20);
	assert_int_equal(flights_end(&k.flights, one).state, FLIGHT_ORPHAN);
	assert_int_equal(flights_end(&k.flights, other).state, FLIGHT_UNDER_WAY);
	kit_fini(&k);
}

static void there_is_always_room_and_numbers_are_used_again(void **state)
{
	struct kit k;
	uint32_t n;

	(void)state;
	kit_init(&k);
	for (uint32_t i = 0; i < 3000; i++)
		assert_int_equal(begin(&k, i % NODES, NS_NEVER), i);
	n = k.flights.n;
	for (uint32_t i = 0; i < 3000; i++)
		assert_int_equal(flights_end(&k.flights, i).node, i % NODES);
	for (uint32_t i = 0; i < 3000; i++)
		(void)begin(&k, i % NODES, NS_NEVER);
	assert_int_equal(k.flights.n, n);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_knows_when_the_first_of_its_own_expires),
		cmocka_unit_test(an_orphan_is_no_nodes),
		cmocka_unit_test(there_is_always_room_and_numbers_are_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
