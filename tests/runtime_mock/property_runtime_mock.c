/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime_mock/runtime_mock.h"

#include "property.h"

#include "kit.h"

enum { STEPS = 1500 };

static void sums_are_a_recount(const struct kit *k, struct property *p)
{
	const struct records *r = &k->mock.records;
	uint32_t listed = 0;
	uint32_t running = 0;
	uint32_t sandboxes = 0;

	for (uint32_t i = 0; i < KIT_PODS * KIT_CONTAINERS; i++) {
		listed += record_listed(r->container[i]);
		running += record_state(r->container[i]) == RECORD_RUNNING;
	}
	for (uint32_t i = 0; i < KIT_PODS; i++)
		sandboxes += r->sandbox[i] != RECORD_NONE;
	HOLDS(p, r->n_containers == listed);
	HOLDS(p, r->n_running == running);
	HOLDS(p, r->n_sandboxes == sandboxes);
}

/* A call that a kubelet might make: only what exists is started. */
static enum operation draw_operation(
	const struct kit *k, struct property *p, uint32_t pod, uint32_t c)
{
	static const enum operation any[] = {OP_RUN_PODSANDBOX, OP_STOP_PODSANDBOX,
		OP_REMOVE_PODSANDBOX, OP_PULL_IMAGE, OP_STATUS, OP_CONTAINER_STATUS};

	if (property_below(p, 3) == 0)
		return any[property_below(p, 6)];
	switch (record_state(kit_record(k, pod, c))) {
	case RECORD_CREATED:
		return OP_START_CONTAINER;
	case RECORD_RUNNING:
		return OP_STOP_CONTAINER;
	case RECORD_EXITED:
		return property_below(p, 2) ? OP_CREATE_CONTAINER : OP_REMOVE_CONTAINER;
	case RECORD_NONE:
		break;
	}
	return OP_CREATE_CONTAINER;
}

static void draw_params(struct kit *k, struct property *p)
{
	kit_init(k);
	k->params.stops_at_once = property_below(p, 2);
	k->params.exit_is_seen_early = property_below(p, 2);
	k->params.gone_is_an_error = property_below(p, 2);
	k->params.image_present = property_below(p, 2);
	k->params.death_every = property_below(p, 2) ? 20 * NS_S : 0;
	k->params.n_rules = property_below(p, 2);
	k->params.rules[0] = (struct mock_rule){
		.kind = MOCK_FAIL, .op = OP_N, .share = 200000, .until = NS_NEVER};
	kit_start(k, p->seed);
	for (uint32_t pod = 0; pod < KIT_PODS; pod++) {
		mock_set_crashing(&k->mock, pod, property_below(p, 2));
		if (property_below(p, 2))
			mock_place_running(&k->mock, pod);
	}
}

static void sums_hold_and_calls_change_nothing_before_they_end_once(struct property *p)
{
	struct kit k;
	ns_t now = 0;

	draw_params(&k, p);
	for (int i = 0; i < STEPS; i++) {
		uint32_t pod = property_below(p, KIT_PODS);
		uint32_t c = property_below(p, KIT_CONTAINERS);
		struct chain_answer a;
		struct records before;

		kit_until(&k, now);
		sums_are_a_recount(&k, p);
		before = k.mock.records;
		a = kit_call(&k, now, pod, (uint16_t)c, draw_operation(&k, p, pod, c));
		HOLDS(p, a.at > now);
		HOLDS(p, !memcmp(&before, &k.mock.records, sizeof(before)));
		HOLDS(p, a.what == OUTCOME_OK || a.done == 0);
		while (mock_next_at(&k.mock) <= a.at) {
			ns_t at = mock_next_at(&k.mock);

			HOLDS(p, at >= now);
			(void)mock_step(&k.mock, at, &k.tally);
			sums_are_a_recount(&k, p);
		}
		now = a.at + property_span(p, 0, 100 * NS_MS);
	}
	kit_fini(&k);
}

static void sums_hold_and_calls_change_nothing_before_they_end(void **state)
{
	(void)state;
	property_each(100, sums_hold_and_calls_change_nothing_before_they_end_once);
}

/* Whatever changed is told of, unless the stream hangs. */
static void whatever_changes_is_told_once(struct property *p)
{
	struct kit k;
	ns_t now = 0;

	draw_params(&k, p);
	for (int i = 0; i < STEPS; i++) {
		uint32_t pod = property_below(p, KIT_PODS);
		uint32_t c = property_below(p, KIT_CONTAINERS);
		struct chain_answer a =
			kit_call(&k, now, pod, (uint16_t)c, draw_operation(&k, p, pod, c));

		while (mock_next_at(&k.mock) <= a.at) {
			record_t before[KIT_PODS * KIT_CONTAINERS];
			struct mock_news e;
			bool changed;

			memcpy(before, k.mock.records.container, sizeof(before));
			e = mock_step(&k.mock, mock_next_at(&k.mock), &k.tally);
			changed = memcmp(before, k.mock.records.container, sizeof(before)) != 0;
			HOLDS(p, e.changed || !changed || k.mock.stream_hangs);
			HOLDS(p, !e.answered);
		}
		now = a.at + property_span(p, 0, 100 * NS_MS);
	}
	kit_fini(&k);
}

static void whatever_changes_is_told(void **state)
{
	(void)state;
	property_each(50, whatever_changes_is_told_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_hold_and_calls_change_nothing_before_they_end),
		cmocka_unit_test(whatever_changes_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
