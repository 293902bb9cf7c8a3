/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of agent.h. */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

static bool same_effect(const struct effect *a, const struct effect *b)
{
	if (a->kind != b->kind || a->actor != b->actor || a->at != b->at)
		return false;
	switch (a->kind) {
	case EFFECT_CHAIN:
		return a->chain->pod == b->chain->pod &&
		       a->chain->n_steps == b->chain->n_steps &&
		       a->chain->parallel == b->chain->parallel &&
		       !memcmp(a->chain->step, b->chain->step,
			       a->chain->n_steps * sizeof(a->chain->step[0]));
	case EFFECT_REQUEST:
		return a->request.call == b->request.call && a->request.pod == b->request.pod &&
		       a->request.key == b->request.key &&
		       a->request.timeout == b->request.timeout;
	case EFFECT_NOTE:
		return a->note.kind == b->note.kind && a->note.value == b->note.value;
	}
	return false;
}

static struct kit *busy(uint64_t key)
{
	struct kit *k = KIT("v1.20", "with-probes", "workload.pods=10");

	kit_start(k, key);
	for (uint32_t p = 0; p < 10; p++)
		agent_pod_news(&k->agent, 0, p, POD_ADDED, p, 0);
	return k;
}

static void the_same_inputs_give_the_same_effects(void **state)
{
	struct kit *a = busy(3);
	struct kit *b = busy(3);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		assert_int_equal(agent_next_at(&a->agent), agent_next_at(&b->agent));
		kit_step(a);
		kit_step(b);
		assert_int_equal(a->out.n, b->out.n);
		for (uint32_t e = 0; e < a->out.n; e++)
			assert_true(same_effect(&a->out.effect[e], &b->out.effect[e]));
	}
	kit_free(a);
	kit_free(b);
}

static void a_step_asks_for_one_call_at_most_and_time_goes_on(void **state)
{
	struct kit *k = busy(4);
	ns_t last = 0;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		uint32_t calls = 0;

		kit_step(k);
		assert_true(k->now >= last);
		last = k->now;
		assert_true(k->out.n <= AGENT_EFFECTS);
		for (uint32_t e = 0; e < k->out.n; e++) {
			calls += k->out.effect[e].kind != EFFECT_NOTE;
			assert_true(k->out.effect[e].at >= k->now);
		}
		assert_true(calls <= 1);
	}
	kit_free(k);
}

/* A late or missing answer is an input too: whoever asked waits, the others go on. */
static void an_agent_whose_relist_is_never_answered_goes_on_without_it(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=3");

	(void)state;
	k->unanswered_call = OP_LIST_PODSANDBOX;
	kit_start_running(k, 1);
	kit_until(k, 10 * NS_MIN);
	assert_int_equal(kit_count(k, OP_LIST_PODSANDBOX) > 0, 1);
	assert_true(
		kit_count(k, OP_LIST_PODSANDBOX) < 8); /* one of each who lists, and no more */
	assert_false(pleg_is_healthy(&k->agent.pleg, k->now));
	assert_true(kit_count(k, OP_STATUS) > 100);
	kit_free(k);
}

static void memory_is_taken_at_the_start_only(void **state)
{
	struct kit *k = busy(5);
	size_t bytes = arena_bytes(&k->mem);

	(void)state;
	for (int i = 0; i < 50000; i++)
		kit_step(k);
	assert_int_equal(arena_bytes(&k->mem), bytes);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_inputs_give_the_same_effects),
		cmocka_unit_test(a_step_asks_for_one_call_at_most_and_time_goes_on),
		cmocka_unit_test(an_agent_whose_relist_is_never_answered_goes_on_without_it),
		cmocka_unit_test(memory_is_taken_at_the_start_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
