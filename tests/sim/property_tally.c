/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/tally.h"

#include "property.h"

#include <string.h>

enum { CALLS = 500, WINDOWS = 3, SECONDS = 5, PARTS = 3 };

struct counted {
	struct tally t;
	struct arena mem;
};

static void counted_init(struct counted *c)
{
	memset(c, 0, sizeof(*c));
	arena_init(&c->mem, 0);
	tally_init(&c->t, &c->mem, WINDOWS, SECONDS);
	tally_keep_times(&c->t, &c->mem);
	for (unsigned w = 0; w < WINDOWS; w++) /* gaps of a second between them */
		for (unsigned side = 0; side < 2; side++) {
			c->t.window[w].from[side] = (ns_t)(w * 6 + side) * NS_S;
			c->t.window[w].until[side] = (ns_t)(w * 6 + side + 5) * NS_S;
		}
}

static bool same(const struct tally *a, const struct tally *b)
{
	for (unsigned w = 0; w < WINDOWS; w++)
		if (memcmp(&a->window[w].in, &b->window[w].in, sizeof(a->window[w].in)))
			return false;
	return !memcmp(a->series, b->series,
		       sizeof(*a->series) * OUTCOME_N * CALLS_MAX * a->stride) &&
	       !memcmp(a->times, b->times, sizeof(*a->times));
}

/* One tally, and parts that were counted apart and merged in any order, have the same bytes:
 * this is why results do not depend on the number of threads. */
static void parts_add_up_to_the_whole_once(struct property *p)
{
	struct counted whole;
	struct counted part[PARTS];
	struct counted sum[2];

	counted_init(&whole);
	for (int i = 0; i < PARTS; i++)
		counted_init(&part[i]);
	counted_init(&sum[0]);
	counted_init(&sum[1]);
	for (int i = 0; i < CALLS; i++) {
		const struct tally_call call = {
			.call = (uint16_t)property_below(p, CALLS_MAX),
			.what = (enum outcome)property_below(p, OUTCOME_N),
			.at = property_span(p, 0, 20 * NS_S),
			.took = property_span(p, 0, NS_MIN),
			.held = property_span(p, 0, NS_S),
		};

		tally_timed(&whole.t, call);
		tally_timed(&part[property_below(p, PARTS)].t, call);
	}
	for (int i = 0; i < PARTS; i++) {
		tally_merge(&sum[0].t, &part[i].t);
		tally_merge(&sum[1].t, &part[PARTS - 1 - i].t);
	}
	HOLDS(p, same(&sum[0].t, &whole.t));
	HOLDS(p, same(&sum[1].t, &whole.t));
	for (int i = 0; i < PARTS; i++)
		arena_fini(&part[i].mem);
	arena_fini(&sum[0].mem);
	arena_fini(&sum[1].mem);
	arena_fini(&whole.mem);
}

static void parts_add_up_to_the_whole(void **state)
{
	(void)state;
	property_each(50, parts_add_up_to_the_whole_once);
}

/* Every call is in the one window that holds its time, or in none. */
static void a_call_is_counted_where_it_belongs_once(struct property *p)
{
	uint64_t expected[WINDOWS] = {0};
	uint64_t second[SECONDS] = {0};
	struct counted c;

	counted_init(&c);
	for (int i = 0; i < CALLS; i++) {
		ns_t at = property_span(p, 0, 20 * NS_S);

		tally_add(&c.t, OP_STATUS, OUTCOME_OK, at);
		for (unsigned w = 0; w < WINDOWS; w++)
			expected[w] += at / NS_S >= w * 6 && at / NS_S < w * 6 + 5;
		if (at < 5 * NS_S)
			second[at / NS_S]++;
	}
	for (unsigned w = 0; w < WINDOWS; w++)
		HOLDS(p, c.t.window[w].in.count[OP_STATUS][OUTCOME_OK] == expected[w]);
	for (unsigned s = 0; s < SECONDS; s++)
		HOLDS(p, tally_second(&c.t, OP_STATUS, s) == second[s]);
	arena_fini(&c.mem);
}

static void a_call_is_counted_where_it_belongs(void **state)
{
	(void)state;
	property_each(50, a_call_is_counted_where_it_belongs_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_add_up_to_the_whole),
		cmocka_unit_test(a_call_is_counted_where_it_belongs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
