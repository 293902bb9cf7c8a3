/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/flow.h"

#include "flow_kit.h"
#include "server_kit.h"

/* ------------------------------------------------------------------ shuffle sharding */

/* As one deals by hand: the card is taken out and the rest move up. */
static void deal_by_hand(uint64_t hash, uint32_t queues, uint32_t hand, uint32_t dealt[])
{
	uint32_t deck[512];
	for (uint32_t i = 0; i < queues; i++)
		deck[i] = i;
	for (uint32_t i = 0; i < hand && i < queues; i++) {
		uint32_t left = queues - i;
		uint32_t at = (uint32_t)(hash % left);

		hash /= left;
		dealt[i] = deck[at];
		for (; at + 1 < left; at++)
			deck[at] = deck[at + 1];
	}
}

static void a_hand_is_dealt_from_a_deck_once(struct property *p)
{
	uint64_t hash = rng_mix(p->seed);
	uint32_t queues = 1 + property_below(p, 512);
	uint32_t hand = 1 + property_below(p, queues < FLOW_HAND_MAX ? queues : FLOW_HAND_MAX);
	uint32_t dealt[FLOW_HAND_MAX] = {0};
	uint32_t expected[FLOW_HAND_MAX] = {0};

	flow_deal(hash, queues, hand, dealt);
	deal_by_hand(hash, queues, hand, expected);
	for (uint32_t i = 0; i < hand; i++) {
		HOLDS(p, dealt[i] == expected[i] && dealt[i] < queues);
		for (uint32_t j = 0; j < i; j++)
			HOLDS(p, dealt[j] != dealt[i]);
	}
}

static void a_hand_is_dealt_from_a_deck(void **state)
{
	(void)state;
	property_each(5000, a_hand_is_dealt_from_a_deck_once);
}

/* ------------------------------------------------------------------ equal time */

enum { QUEUES = 8, SEATS = 6, DEPTH = 4 };

struct seats {
	const struct flow *flow;
	ns_t until[QUEUES * DEPTH]; /* by slot; NS_NEVER: it waits */
	ns_t takes[QUEUES];         /* what a request of the queue takes, at most */
	ns_t had[QUEUES];           /* time on seats */
	uint32_t flow_of[QUEUES];
};

static uint32_t next_to_leave(const struct seats *s)
{
	uint32_t next = 0;

	for (uint32_t i = 1; i < QUEUES * DEPTH; i++)
		if (s->until[i] < s->until[next])
			next = i;
	return next;
}

static void sit_down(struct seats *s, struct property *p, ns_t now, uint32_t slot)
{
	ns_t takes = property_span(p, 1, s->takes[s->flow->slot[slot].queue]);

	s->until[slot] = now + takes;
	s->had[s->flow->slot[slot].queue] += takes;
}

static void start(struct seats *s, struct flow *f, struct property *p)
{
	for (uint32_t slot = 0; slot < QUEUES * DEPTH; slot++) {
		uint32_t flow = s->flow_of[slot % QUEUES];

		s->until[slot] = NS_NEVER;
		if (flow_arrive(f, 0, 0, flow, slot) == FLOW_ADMITS)
			sit_down(s, p, 0, slot);
	}
}

static ns_t difference(const struct seats *s)
{
	ns_t least = NS_NEVER;
	ns_t most = 0;

	for (uint32_t i = 0; i < QUEUES; i++) {
		least = ns_min(least, s->had[i]);
		most = ns_max(most, s->had[i]);
	}
	return most - least;
}

/* Every queue always has somebody; requests of some take a hundred times what others take.
 * No queue is ever more than a few requests ahead of another. */
static void queues_get_equal_time_once(struct property *p)
{
	struct flow_kit k;
	struct flow *f = &k.flow;
	struct seats s = {.flow = f};

	flow_kit_init(&k, SEATS, QUEUES);
	k.params.wait_limit = k.params.wait_end = NS_HOUR;
	flow_kit_start(&k);
	for (uint32_t i = 0; i < QUEUES; i++) {
		s.takes[i] = property_below(p, 2) ? 100 * NS_MS : NS_MS;
		s.flow_of[i] = flow_kit_flow(&k, i);
	}
	start(&s, f, p);
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t slot = next_to_leave(&s);
		ns_t now = s.until[slot];
		uint32_t queue = f->slot[slot].queue;
		bool admitted;

		s.until[slot] = NS_NEVER;
		flow_leave(f, now, slot);
		HOLDS(p, flow_arrive(f, now, 0, s.flow_of[queue], slot) == FLOW_QUEUES);
		HOLDS(p, flow_take(f, &slot, &admitted) && admitted);
		sit_down(&s, p, now, slot);
		HOLDS(p, difference(&s) <= 5 * 100 * NS_MS);
	}
	flow_kit_fini(&k);
}

static void queues_get_equal_time(void **state)
{
	(void)state;
	property_each(100, queues_get_equal_time_once);
}

/* ------------------------------------------------------------------ elephant and mice */

/* Does the elephant, user 0, sit in all of the mouse's queues? */
static bool is_cornered(const struct flow_level *l, uint32_t mouse)
{
	uint32_t hand[2][FLOW_HAND_MAX] = {{0}};
	uint32_t common = 0;

	flow_hand(l, 0, hand[0]);
	flow_hand(l, mouse, hand[1]);
	for (uint32_t i = 0; i < l->hand; i++)
		for (uint32_t j = 0; j < l->hand; j++)
			common += hand[0][i] == hand[1][j];
	return common == l->hand;
}

/* One user sends three times what the seats can take, thirty others a fifth of it together. */
static void elephant_and_mice(struct world *w, struct property *p)
{
	const ns_t takes[2] = {0, 10 * NS_MS};

	world_load(w, p, NS_MS, 1, takes);
	for (uint32_t i = 0; i < LOAD; i++) {
		w->asked[i].request.wait = property_span(p, 5 * NS_MS, 10 * NS_MS);
		if (property_below(p, 16) == 0)
			w->asked[i].request.flow = 1 + property_below(p, 30);
	}
}

static void check_mouse(const struct asked *a, const struct flow_level *l, struct property *p)
{
	if (is_cornered(l, a->request.flow))
		return;
	HOLDS(p, a->fate == SERVED);
	HOLDS(p, a->started_at - a->at < 100 * NS_MS);
}

/* The elephant's requests are mostly rejected and wait long; a mouse's are served soon. */
static void an_elephant_starves_no_mice_once(struct property *p)
{
	struct world *w = world_new();
	struct flow_level *l = &w->params.flow.level[0];
	uint32_t rejected = 0;
	uint32_t served = 0;
	ns_t waited = 0;

	*l = (struct flow_level){.seats = 2, .queues = 64, .hand = 6, .queue_length = 10};
	w->params.flow.fair = true;
	w->params.flow.n_levels = 1;
	elephant_and_mice(w, p);
	world_play(w, p);
	for (uint32_t i = 0; i < LOAD; i++) {
		const struct asked *a = &w->asked[i];

		if (a->request.flow > 0) {
			check_mouse(a, l, p);
			continue;
		}
		rejected += a->fate == REJECTED;
		served += a->fate == SERVED;
		waited += a->fate == SERVED ? a->started_at - a->at : 0;
	}
	HOLDS(p, rejected > LOAD / 3 && waited > served * 200 * NS_MS);
	world_free(w);
}

static void an_elephant_starves_no_mice(void **state)
{
	(void)state;
	property_each(50, an_elephant_starves_no_mice_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hand_is_dealt_from_a_deck),
		cmocka_unit_test(queues_get_equal_time),
		cmocka_unit_test(an_elephant_starves_no_mice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
