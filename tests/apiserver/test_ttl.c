/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/ttl.h"

#include "tcase.h"

/* ttl_controller.go:106-192, v1.20.2 */
static struct apiserver_model the_model(void)
{
	return (struct apiserver_model){.ttl_controller = true,
		.n_ttl_steps = 6,
		.ttl_steps = {{0, 100, 0}, {90, 500, 15 * NS_S}, {450, 1000, 30 * NS_S},
			{900, 2000, 60 * NS_S}, {1800, 10000, 300 * NS_S},
			{9000, UINT32_MAX, 600 * NS_S}}};
}

static void grow(struct ttl_controller *c, uint32_t nodes)
{
	while (c->nodes < nodes)
		ttl_node_added(c);
}

static void shrink(struct ttl_controller *c, uint32_t nodes)
{
	while (c->nodes > nodes)
		ttl_node_deleted(c);
}

static void upwards_a_step_ends_above_its_maximum(void **state)
{
	static const struct {
		uint32_t nodes;
		ns_t ttl;
	} cases[] = {{0, 0}, {100, 0}, {101, 15}, {500, 15}, {501, 30}, {1000, 30}, {1001, 60},
		{2000, 60}, {2001, 300}, {5000, 300}, {10000, 300}, {10001, 600}, {20000, 600}};
	struct apiserver_model m = the_model();
	struct ttl_controller c;

	(void)state;
	ttl_init(&c, &m);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		grow(&c, cases[i].nodes);
		assert_int_equal(ttl_annotation(&c), cases[i].ttl * NS_S);
		assert_int_equal(ttl_of_size(&m, cases[i].nodes), cases[i].ttl * NS_S);
	}
}

static void downwards_a_step_ends_below_its_minimum(void **state)
{
	static const struct {
		uint32_t nodes;
		ns_t ttl;
	} cases[] = {{9000, 600}, {8999, 300}, {1800, 300}, {1799, 60}, {900, 60}, {899, 30},
		{450, 30}, {449, 15}, {90, 15}, {89, 0}, {0, 0}};
	struct apiserver_model m = the_model();
	struct ttl_controller c;

	(void)state;
	ttl_init(&c, &m);
	grow(&c, 12000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		shrink(&c, cases[i].nodes);
		assert_int_equal(ttl_annotation(&c), cases[i].ttl * NS_S);
	}
	ttl_node_deleted(&c); /* of none */
	assert_int_equal(c.nodes, 0);
}

static void a_cluster_that_breathes_around_a_boundary_does_not_flap(void **state)
{
	struct apiserver_model m = the_model();
	struct ttl_controller c;

	(void)state;
	ttl_init(&c, &m);
	grow(&c, 105);
	for (int i = 0; i < 10; i++) {
		shrink(&c, 92);
		assert_int_equal(ttl_annotation(&c), 15 * NS_S);
		grow(&c, 105);
		assert_int_equal(ttl_annotation(&c), 15 * NS_S);
	}
	shrink(&c, 89);
	for (int i = 0; i < 10; i++) {
		grow(&c, 100);
		assert_int_equal(ttl_annotation(&c), 0);
		shrink(&c, 92);
	}
}

static void a_node_moves_it_by_one_step_at_most(void **state)
{
	struct apiserver_model m = the_model();
	struct ttl_controller c;

	(void)state;
	m.ttl_steps[1].size_max = 100; /* two steps end at the same size */
	ttl_init(&c, &m);
	grow(&c, 101);
	assert_int_equal(c.step, 1);
	ttl_node_added(&c);
	assert_int_equal(c.step, 2);
}

static void without_a_controller_there_is_no_annotation(void **state)
{
	struct apiserver_model m = the_model();

	(void)state;
	m.ttl_controller = false;
	assert_int_equal(ttl_of_size(&m, 5000), -1);
	m.ttl_controller = true;
	m.n_ttl_steps = 0;
	assert_int_equal(ttl_of_size(&m, 5000), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(upwards_a_step_ends_above_its_maximum),
		cmocka_unit_test(downwards_a_step_ends_below_its_minimum),
		cmocka_unit_test(a_cluster_that_breathes_around_a_boundary_does_not_flap),
		cmocka_unit_test(a_node_moves_it_by_one_step_at_most),
		cmocka_unit_test(without_a_controller_there_is_no_annotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
