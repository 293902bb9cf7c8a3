/* SPDX-License-Identifier: Apache-2.0 */
#include "pleg/pleg.h"

#include "property.h"

#include "world.h"

enum { LIVES = 64, RELISTS = 60 };

/* What one has who hears the events alone: the state of every instance that was ever told of.
 * Created containers are not told of. */
struct heard {
	uint8_t sandbox[WORLD_PODS];
	uint8_t instance[WORLD_PODS][WORLD_CONTAINERS][LIVES]; /* enum record_state */
};

static void hear(struct heard *h, const struct pleg_event *e)
{
	static const uint8_t becomes[] = {
		[PLEG_STARTED] = RECORD_RUNNING,
		[PLEG_DIED] = RECORD_EXITED,
		[PLEG_REMOVED] = RECORD_NONE,
	};

	if (e->container == PLEG_SANDBOX)
		h->sandbox[e->pod] = becomes[e->kind];
	else
		h->instance[e->pod][e->container][e->instance] = becomes[e->kind];
}

/* The state of one instance as the runtime lists it; created counts as not told of. */
static enum record_state listed(record_t r, uint32_t instance)
{
	uint32_t current = record_instance(r);

	if (instance == current)
		return record_state(r) == RECORD_CREATED ? RECORD_NONE : record_state(r);
	return instance < current && current - instance <= record_dead(r) ? RECORD_EXITED
									  : RECORD_NONE;
}

static bool heard_all(const struct heard *h, const struct world *w)
{
	for (uint32_t p = 0; p < WORLD_PODS; p++) {
		if (h->sandbox[p] != w->sandbox[p])
			return false;
		for (uint32_t c = 0; c < WORLD_CONTAINERS; c++)
			for (uint32_t i = 0; i < LIVES; i++)
				if (h->instance[p][c][i] !=
					listed(w->container[p * WORLD_CONTAINERS + c], i))
					return false;
	}
	return true;
}

/* One thing that a runtime may do to a container: start a new life, or go on with this one, or
 * be cleaned up. */
static void live(struct world *w, struct property *p, uint32_t pod, uint32_t c)
{
	record_t r = w->container[pod * WORLD_CONTAINERS + c];
	uint32_t dead = record_dead(r);
	uint32_t instance = record_instance(r);

	switch (record_state(r)) {
	case RECORD_CREATED:
		world_set(w, pod, c, RECORD_RUNNING, dead, instance);
		return;
	case RECORD_RUNNING:
		world_set(w, pod, c, RECORD_EXITED, dead, instance);
		return;
	case RECORD_EXITED:
	case RECORD_NONE:
		break;
	}
	if (property_below(p, 3) == 0 && dead > 0) {
		world_set(w, pod, c, record_state(r), dead - 1, instance);
	} else if (property_below(p, 3) == 0 && dead == 0) { /* the newest goes last */
		world_set(w, pod, c, RECORD_NONE, 0, instance);
	} else if (instance + 1 < LIVES) {
		dead += record_state(r) == RECORD_EXITED;
		world_set(w, pod, c, RECORD_CREATED,
			dead < RECORD_DEAD_MAX ? dead : RECORD_DEAD_MAX, instance + 1);
	}
}

static void something_happens(struct world *w, struct property *p)
{
	static const enum record_state sandbox[] = {RECORD_NONE, RECORD_RUNNING, RECORD_EXITED};
	uint32_t pod = property_below(p, WORLD_PODS);

	if (property_below(p, 4))
		live(w, p, pod, property_below(p, WORLD_CONTAINERS));
	else
		world_set_sandbox(w, pod, sandbox[property_below(p, 3)]);
}

static void draw_world(struct world *w, struct property *p, enum pleg_kind kind)
{
	struct pleg_params params = world_params(kind);

	params.docker = kind == PLEG_KIND_GENERIC && property_below(p, 2);
	params.channel = 4000;
	params.workers = 1 + property_below(p, 4);
	world_init(w, params);
}

/* A relist whose inspectors, if it has any, answer in turn. */
static void relist(struct world *w)
{
	struct pleg_want want = world_relist(w);
	struct world_kept inspector[PLEG_WORKERS_MAX];
	bool busy = true;

	if (want.kind != PLEG_WAITS)
		return;
	for (unsigned i = 0; i < w->params.workers; i++) {
		pleg_step(&w->pleg, PLEG_INSPECTORS + i, w->now, OUTCOME_OK, &w->view,
			&inspector[i].want);
		world_keep(&inspector[i]);
	}
	while (busy) {
		busy = false;
		for (unsigned i = 0; i < w->params.workers; i++) {
			if (inspector[i].want.kind != PLEG_CALLS)
				continue;
			world_answer(w, PLEG_INSPECTORS + i, &inspector[i].want);
			world_keep(&inspector[i]);
			busy = true;
		}
	}
	(void)world_step(w, PLEG_LOOP);
}

static void the_events_tell_the_whole_story_of(struct property *p, enum pleg_kind kind)
{
	struct heard *h = calloc(1, sizeof(*h));
	struct world w;

	assert_non_null(h);
	draw_world(&w, p, kind);
	for (int r = 0; r < RELISTS; r++) {
		uint32_t changes = property_below(p, 12);

		for (uint32_t i = 0; i < changes; i++)
			something_happens(&w, p);
		relist(&w);
		if (changes == 0)
			HOLDS(p, w.pleg.events.n == 0);
		while (w.pleg.events.n) {
			struct pleg_event e = pleg_take(&w.pleg);

			hear(h, &e);
		}
		HOLDS(p, heard_all(h, &w));
		HOLDS(p, !memcmp(w.pleg.sandbox, w.sandbox, sizeof(w.sandbox)));
	}
	world_fini(&w);
	free(h);
}

static void of_the_generic_pleg(struct property *p)
{
	the_events_tell_the_whole_story_of(p, PLEG_KIND_GENERIC);
}

static void of_the_ondemand_pleg(struct property *p)
{
	the_events_tell_the_whole_story_of(p, PLEG_KIND_ONDEMAND);
}

static void of_the_parallel_pleg(struct property *p)
{
	the_events_tell_the_whole_story_of(p, PLEG_KIND_PARALLEL);
}

static void the_events_folded_over_the_old_state_give_the_new_one(void **state)
{
	(void)state;
	property_each(150, of_the_generic_pleg);
	property_each(50, of_the_ondemand_pleg);
	property_each(50, of_the_parallel_pleg);
}

/* The stream tells of each change, the relist is far away. */
static void a_stream_tells_the_whole_story_once(struct property *p)
{
	struct heard *h = calloc(1, sizeof(*h));
	struct world w;

	assert_non_null(h);
	draw_world(&w, p, PLEG_KIND_EVENTED);
	(void)world_step(&w, PLEG_SIDE);
	for (int i = 0; i < 500; i++) {
		something_happens(&w, p);
		for (uint32_t pod = 0; pod < WORLD_PODS; pod++)
			pleg_stream_event(&w.pleg, ++w.now, pod, &w.view);
		if (property_below(p, 20) == 0)
			(void)world_relist(&w);
		while (w.pleg.events.n) {
			struct pleg_event e = pleg_take(&w.pleg);

			hear(h, &e);
		}
		HOLDS(p, heard_all(h, &w));
	}
	world_fini(&w);
	free(h);
}

static void a_stream_tells_the_whole_story(void **state)
{
	(void)state;
	property_each(50, a_stream_tells_the_whole_story_once);
}

/* Calls by the formula of the header: 2 + the sum over changed pods of 2 + S + N, where a pod
 * of which nothing is left costs none. */
static void a_relist_costs_what_the_formula_says_once(struct property *p)
{
	sandbox_t old_sandbox[WORLD_PODS];
	record_t old[WORLD_ALL];
	struct world w;

	world_init(&w, world_params(PLEG_KIND_GENERIC));
	for (int r = 0; r < RELISTS; r++) {
		uint32_t expected = 2;

		memcpy(old_sandbox, w.sandbox, sizeof(old_sandbox));
		memcpy(old, w.container, sizeof(old));
		for (uint32_t i = property_below(p, 8); i > 0; i--)
			something_happens(&w, p);
		for (uint32_t pod = 0; pod < WORLD_PODS; pod++) {
			uint32_t n = 0;
			bool differs = old_sandbox[pod] != w.sandbox[pod];

			for (uint32_t c = 0; c < WORLD_CONTAINERS; c++) {
				n += record_listed(w.container[pod * WORLD_CONTAINERS + c]);
				differs |= old[pod * WORLD_CONTAINERS + c] !=
					   w.container[pod * WORLD_CONTAINERS + c];
			}
			if (differs && n + w.sandbox[pod] > 0)
				expected += 2 + n + (w.sandbox[pod] ? 1 : 0);
		}
		(void)world_relist(&w);
		HOLDS(p, w.n_calls == expected);
	}
	world_fini(&w);
}

static void a_relist_costs_what_the_formula_says(void **state)
{
	(void)state;
	property_each(100, a_relist_costs_what_the_formula_says_once);
}

/* Failures delay what is told, and lose nothing. */
static void failures_lose_nothing_once(struct property *p)
{
	struct heard *h = calloc(1, sizeof(*h));
	struct world w;

	assert_non_null(h);
	draw_world(&w, p, PLEG_KIND_GENERIC);
	for (int r = 0; r < RELISTS; r++) {
		for (uint32_t i = property_below(p, 6); i > 0; i--)
			something_happens(&w, p);
		w.lists_fail = property_below(p, 4) == 0;
		w.failing_pod = property_below(p, 2 * WORLD_PODS);
		(void)world_relist(&w);
	}
	w.lists_fail = false;
	w.failing_pod = CHAIN_NO_POD;
	(void)world_relist(&w);
	while (w.pleg.events.n) {
		struct pleg_event e = pleg_take(&w.pleg);

		hear(h, &e);
	}
	HOLDS(p, heard_all(h, &w));
	HOLDS(p, w.pleg.n_reinspect == 0);
	(void)world_relist(&w);
	HOLDS(p, w.n_calls == (w.params.docker ? 1u : 2u));
	world_fini(&w);
	free(h);
}

static void failures_lose_nothing(void **state)
{
	(void)state;
	property_each(200, failures_lose_nothing_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_events_folded_over_the_old_state_give_the_new_one),
		cmocka_unit_test(a_stream_tells_the_whole_story),
		cmocka_unit_test(a_relist_costs_what_the_formula_says),
		cmocka_unit_test(failures_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
