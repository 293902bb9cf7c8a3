/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/balancer.h"

#include "tcase.h"

#include "fleet/together.h"
#include "kit.h"

enum { SERVERS = 3 };

struct balanced {
	struct kit *k;
	struct node_plan plan;
	struct together_params shared;
	struct balancer b;
	uint32_t clients;
};

static void balanced_with(struct balanced *t, const char *nodes, const char *with)
{
	memset(t, 0, sizeof(*t));
	t->k = KIT("v1.20", "secrets-30", nodes, "apiserver.processors=4",
		"apiserver.servers=3", with);
	t->plan.params = &t->k->params;
	t->plan.shared = &t->shared;
	t->shared.servers = SERVERS;
	fanout_init(&t->shared.fanout, &t->k->scenario);
	t->clients = t->k->scenario.nodes + BALANCER_USERS;
	balancer_init(&t->b, &t->plan, &t->k->mem);
}

static void balanced_init(struct balanced *t, const char *nodes)
{
	balanced_with(t, nodes, NULL);
}

static void balanced_fini(struct balanced *t)
{
	kit_free(t->k);
}

static void every_server_has_some_of_the_clients(void **state)
{
	struct balanced t;
	uint32_t of[SERVERS] = {0};

	(void)state;
	balanced_init(&t, "nodes=300");
	for (uint32_t c = 0; c < t.clients; c++) {
		assert_int_equal(
			t.b.home[c], c < 300 ? balancer_home(&t.plan, c, CONNECTION_KUBELET)
					     : balancer_home_of_user(&t.plan, c - 300));
		of[t.b.home[c]]++;
	}
	for (uint32_t s = 0; s < SERVERS; s++)
		assert_in_range(of[s], 70, 130);
	balanced_fini(&t);
}

/* Where a user is connected has nothing to do with how many nodes there are. */
static void users_stay_where_they_are_when_nodes_are_added(void **state)
{
	struct balanced few;
	struct balanced many;

	(void)state;
	balanced_init(&few, "nodes=3");
	balanced_init(&many, "nodes=40");
	for (uint32_t u = 0; u < BALANCER_USERS; u++)
		assert_int_equal(few.b.home[3 + u], many.b.home[40 + u]);
	balanced_fini(&few);
	balanced_fini(&many);
}

/* Those of the server that goes find another, and stay there when it is back. */
static void who_has_a_connection_keeps_it_until_its_server_goes(void **state)
{
	struct balanced t;

	(void)state;
	balanced_init(&t, "nodes=50");
	balancer_goes(&t.b, 1, 0, 10 * NS_S);
	for (uint32_t c = 0; c < t.clients; c++) {
		uint8_t before = t.b.home[c];

		assert_true(balancer_is_connected(&t.b, c, NS_S));
		if (before == 1)
			assert_int_not_equal(t.b.home[c], 1);
		else
			assert_int_equal(t.b.home[c], before);
		before = t.b.home[c];
		assert_true(balancer_is_connected(&t.b, c, 11 * NS_S));
		assert_int_equal(t.b.home[c], before);
	}
	balanced_fini(&t);
}

static void nobody_is_connected_while_no_server_is_there(void **state)
{
	struct balanced t;

	(void)state;
	balanced_init(&t, "nodes=5");
	for (uint32_t s = 0; s < SERVERS; s++)
		balancer_goes(&t.b, s, 0, (10 + s) * NS_S);
	assert_int_equal(balancer_served_from(&t.b), 10 * NS_S);
	assert_false(balancer_is_connected(&t.b, 0, 9 * NS_S));
	assert_true(balancer_is_connected(&t.b, 0, 10 * NS_S));
	assert_int_equal(t.b.home[0], 0);
	balanced_fini(&t);
}

/* An agent with a client of its own has a connection that its kubelet's has nothing to do with,
 * and the kubelet's is where it would be without. */
static void agents_have_connections_of_their_own(void **state)
{
	struct balanced with;
	struct balanced without;
	uint32_t apart = 0;

	(void)state;
	balanced_with(&with, "nodes=300", "with=node-problem-detector");
	balanced_init(&without, "nodes=300");
	assert_int_equal(with.b.of_node, 2);
	for (uint32_t i = 0; i < 300; i++) {
		assert_int_equal(
			balancer_of_kubelet(&with.b, i), balancer_of_kubelet(&without.b, i));
		apart += with.b.home[balancer_client(&with.b, i, 1)] !=
			 balancer_of_kubelet(&with.b, i);
	}
	assert_in_range(apart, 170, 230);
	for (uint32_t u = 0; u < BALANCER_USERS; u++)
		assert_int_equal(with.b.home[with.b.users + u], without.b.home[300 + u]);
	assert_true(balancer_connect(&with.b, balancer_client(&with.b, 7, 0), NS_S));
	assert_int_equal(with.b.opened[balancer_client(&with.b, 7, 1)], 0);
	balanced_fini(&with);
	balanced_fini(&without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_server_has_some_of_the_clients),
		cmocka_unit_test(users_stay_where_they_are_when_nodes_are_added),
		cmocka_unit_test(who_has_a_connection_keeps_it_until_its_server_goes),
		cmocka_unit_test(nobody_is_connected_while_no_server_is_there),
		cmocka_unit_test(agents_have_connections_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
