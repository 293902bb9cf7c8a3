/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/wakes.h"

#include "property.h"

enum { SLOTS_MAX = 300, STEPS = 2000 };

/* The earliest by looking at all of them; a tie goes to the lower slot. */
static uint32_t naive_next(const ns_t *at, uint32_t n)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < n; i++)
		if (at[i] < at[best])
			best = i;
	return best;
}

static void the_tree_agrees_with_a_plain_array_once(struct property *p)
{
	ns_t at[SLOTS_MAX];
	uint32_t n = 1 + property_below(p, SLOTS_MAX);
	struct arena mem;
	struct wakes w;

	arena_init(&mem, 0);
	wakes_init(&w, &mem, n);
	for (uint32_t i = 0; i < n; i++)
		at[i] = NS_NEVER;
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t slot = property_below(p, n);
		uint32_t best;

		/* few different times, so that there are ties */
		at[slot] = property_below(p, 4) ? property_span(p, 0, 40) : NS_NEVER;
		wakes_set(&w, slot, at[slot]);
		best = naive_next(at, n);
		HOLDS(p, wakes_at(&w, slot) == at[slot]);
		HOLDS(p, wakes_next_at(&w) == at[best]);
		HOLDS(p, at[best] == NS_NEVER || wakes_next(&w) == best);
	}
	arena_fini(&mem);
}

/* Many at once: put, then ordered. */
static void slots_put_together_are_as_if_set_one_by_one_once(struct property *p)
{
	uint32_t n = 1 + property_below(p, SLOTS_MAX);
	struct wakes set, put;
	struct arena mem;

	arena_init(&mem, 0);
	wakes_init(&set, &mem, n);
	wakes_init(&put, &mem, n);
	for (uint32_t step = 0; step < STEPS / 20; step++) {
		uint32_t first = property_below(p, n);
		uint32_t many = 1 + property_below(p, n - first);

		for (uint32_t i = first; i < first + many; i++) {
			ns_t at = property_below(p, 4) ? property_span(p, 0, 40) : NS_NEVER;

			if (property_below(p, 2))
				continue; /* it stays as it is */
			wakes_set(&set, i, at);
			wakes_put(&put, i, at);
		}
		wakes_order(&put, first, many);
		HOLDS(p, wakes_next_at(&put) == wakes_next_at(&set));
		for (uint32_t i = WAKES_ROOT; i < put.first + put.slots; i++)
			HOLDS(p, put.key[i] == set.key[i]);
	}
	arena_fini(&mem);
}

static void slots_put_together_are_as_if_set_one_by_one(void **state)
{
	(void)state;
	property_each(100, slots_put_together_are_as_if_set_one_by_one_once);
}

static void the_tree_agrees_with_a_plain_array(void **state)
{
	(void)state;
	property_each(100, the_tree_agrees_with_a_plain_array_once);
}

/* As a run uses it: whoever is due is taken and comes again later. */
static void time_never_goes_back_once(struct property *p)
{
	uint32_t n = 1 + property_below(p, SLOTS_MAX);
	uint32_t last_slot = 0;
	ns_t last = 0;
	struct arena mem;
	struct wakes w;

	arena_init(&mem, 0);
	wakes_init(&w, &mem, n);
	for (uint32_t i = 0; i < n; i++)
		wakes_set(&w, i, property_span(p, 0, 100));
	for (uint32_t step = 0; step < STEPS; step++) {
		ns_t now = wakes_next_at(&w);
		uint32_t slot = wakes_next(&w);

		HOLDS(p, now > last || (now == last && (step == 0 || slot > last_slot)));
		last = now;
		last_slot = slot;
		wakes_set(&w, slot, now + 1 + property_span(p, 0, 100));
	}
	arena_fini(&mem);
}

static void time_never_goes_back(void **state)
{
	(void)state;
	property_each(100, time_never_goes_back_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tree_agrees_with_a_plain_array),
		cmocka_unit_test(slots_put_together_are_as_if_set_one_by_one),
		cmocka_unit_test(time_never_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
