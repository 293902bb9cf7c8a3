/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/slo_limits.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#include "cli/result_slo.h"
#include "fleet/fleet.h"
#include "models/library.h"

struct fixture {
	struct arena mem;
	struct scenario scenario;
	struct json *rows;
};

static struct json *slo_of(const struct scenario *s)
{
	struct fleet_result r = {0};
	struct fleet_params p;
	struct err err = {0};
	struct json *slo;

	fleet_params_init(&p, s, 1);
	p.times = true;
	if (fleet_run(&p, &r, &err))
		fail_msg("%s", err.text);
	slo = result_slo(s, &r);
	fleet_result_fini(&r);
	return slo;
}

/* As it is, or as a few nodes show it in so much work. */
static void search_in(struct fixture *f, struct slo_limits what, const char *const *sets)
{
	const struct scenario_names names = {
		"test", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	struct settings settings = {.text = sets};
	struct library lib = {.dir = getenv("NODETOLL_MODELS"), .mem = &f->mem};
	struct model resolved = {0};
	struct err err = {0};
	struct json *slo;

	while (sets[settings.n])
		settings.n++;
	arena_init(&f->mem, 0);
	if (scenario_compose(&lib, &names, &settings, &f->scenario, &resolved, &err))
		fail_msg("%s", err.text);
	what.scenario = &f->scenario;
	what.threads = 1;
	slo = slo_of(&f->scenario);
	if (slo_limits(&what, slo, &f->rows, &err))
		fail_msg("%s", err.text);
	json_free(slo);
}

static void search(struct fixture *f, uint32_t times, const char *const *sets)
{
	search_in(f, (struct slo_limits){.times = times}, sets);
}

#define SEARCH(f, times, ...) search(f, times, (const char *const[]){__VA_ARGS__, NULL})

static void end(struct fixture *f)
{
	json_free(f->rows);
	arena_fini(&f->mem);
}

/* NULL: there is none. */
static const struct json *row(const struct fixture *f, const char *name, const char *vary)
{
	for (const struct json *r = json_child(f->rows); r; r = json_next(r))
		if (!strcmp(json_as_str(json_get(r, "name")), name) &&
			!strcmp(json_as_str(json_get(r, "vary")), vary))
			return r;
	return NULL;
}

static uint32_t number(const struct json *r, const char *key)
{
	assert_non_null(r);
	return (uint32_t)json_as_num(json_get(r, key));
}

static bool is_met(const struct scenario *s, const char *name)
{
	struct json *slo = slo_of(s);
	bool met = false;

	for (const struct json *r = json_child(slo); r; r = json_next(r))
		if (!strcmp(json_as_str(json_get(r, "name")), name))
			met = json_as_bool(json_get(r, "met"));
	json_free(slo);
	return met;
}

/* What is told is what a run with so many pods shows, and one with the next. */
static void an_objective_holds_to_there_and_breaks_behind(void **state)
{
	struct fixture f;
	struct scenario s;
	const struct json *r;

	(void)state;
	SEARCH(&f, 4, "nodes=2", "start=atOnce", "warmup=0s", "duration=3m",
		"workload.pods=20");
	r = row(&f, "podStarts", "podsPerNode");
	s = f.scenario;
	s.workload.pods = number(r, "holdsTo");
	assert_true(s.workload.pods > 0 && s.workload.pods < 20);
	assert_true(is_met(&s, "podStarts"));
	assert_int_equal(number(r, "breaksAt"), s.workload.pods + 1);
	assert_int_equal(number(r, "pods"), 2 * s.workload.pods);
	s.workload.pods++;
	assert_false(is_met(&s, "podStarts"));
	end(&f);
}

/* One that holds is tried with as many times as many, and no more. */
static void an_objective_that_does_not_break_says_how_far_was_tried(void **state)
{
	struct fixture f;
	const struct json *r;

	(void)state;
	SEARCH(&f, 3, "nodes=2", "duration=1m", "workload.pods=5");
	r = row(&f, "apiCalls", "podsPerNode");
	assert_int_equal(number(r, "holdsTo"), 15);
	assert_int_equal(number(r, "triedTo"), 15);
	assert_true(json_is_null(json_get(r, "breaksAt")));
	assert_null(row(&f, "podStarts", "podsPerNode")); /* none was measured */
	assert_null(row(&f, "apiCalls", "nodes"));        /* they do not meet */
	assert_false(json_as_bool(json_get(r, "nodesMeet")));
	end(&f);
}

static const char *const on_40_nodes[] = {
	"nodes=40", "start=atOnce", "warmup=0s", "duration=3m", "workload.pods=20", NULL};

/* Nodes that do not meet: what two of them show is what 40 do, but for chance. */
static void a_few_nodes_show_what_all_do(void **state)
{
	struct fixture all, some;
	uint32_t holds;

	(void)state;
	search(&all, 4, on_40_nodes);
	search_in(&some, (struct slo_limits){.times = 4, .sample = 2}, on_40_nodes);
	holds = number(row(&all, "podStarts", "podsPerNode"), "holdsTo");
	assert_in_range(number(row(&some, "podStarts", "podsPerNode"), "holdsTo"), holds - 1,
		holds + 2);
	assert_int_equal(number(row(&some, "podStarts", "podsPerNode"), "nodes"), 2);
	assert_int_equal(number(row(&all, "podStarts", "podsPerNode"), "nodes"), 40);
	end(&all);
	end(&some);
}

static void what_takes_too_much_work_is_not_told(void **state)
{
	const struct slo_limits little = {.times = 4, .steps = 1000000, .own_steps = 1000000};
	const struct slo_limits less = {
		.times = 4, .sample = 2, .steps = 1000000, .own_steps = 1000000};
	struct fixture f;

	(void)state;
	search_in(&f, little, on_40_nodes); /* the next needs twice as much, or half */
	assert_null(row(&f, "apiCalls", "podsPerNode"));
	end(&f);
	search_in(&f, less, on_40_nodes);
	assert_non_null(row(&f, "apiCalls", "podsPerNode"));
	end(&f);
}

/* Half as many nodes would be too much work; one node, whose client's limiter is what holds it
 * up, shows that there is nothing to look for. */
static void what_breaks_with_one_is_known_at_once(void **state)
{
	static const char *const slow_start[] = {"nodes=40", "start=atOnce", "warmup=0s",
		"duration=1m", "workload.pods=60", "apiserver.processors=16", NULL};
	const struct slo_limits little = {.times = 1, .steps = 250000, .own_steps = 1000000};
	struct fixture f;
	const struct json *r;

	(void)state;
	search_in(&f, little, slow_start);
	r = row(&f, "podStarts", "nodes");
	assert_int_equal(number(r, "breaksAt"), 1);
	assert_true(json_is_null(json_get(r, "holdsTo")));
	assert_true(json_as_bool(json_get(r, "nodesMeet")));
	end(&f);
}

/* Servers that nodes share bound their number. */
static void nodes_that_meet_are_varied_too(void **state)
{
	struct fixture f;
	struct scenario s;
	const struct json *r;

	(void)state;
	SEARCH(&f, 8, "nodes=40", "start=atOnce", "warmup=0s", "duration=20s",
		"workload.pods=10", "apiserver.processors=1", "apiserver.costs.cpuScale=4");
	r = row(&f, "apiCalls", "nodes");
	s = f.scenario;
	s.nodes = number(r, "holdsTo");
	assert_true(s.nodes == 0 || is_met(&s, "apiCalls"));
	s.nodes = number(r, "breaksAt");
	assert_in_range(s.nodes, 2, 320);
	assert_false(is_met(&s, "apiCalls"));
	assert_true(s.nodes - number(r, "holdsTo") <= 1 + s.nodes / SLO_LIMITS_PRECISION);
	end(&f);
}

#define EXEC "{exec: true, period: 1h}"

/* A node of 500 such pods has more actors than fit: that is where the search ends. */
static void what_cannot_be_simulated_is_not_tried_again(void **state)
{
	struct fixture f;
	const struct json *r;

	(void)state;
	SEARCH(&f, 4, "nodes=1", "warmup=0s", "duration=15s", "workload.pods=250",
		"workload.containers=16",
		"workload.probes=[" EXEC "," EXEC "," EXEC "," EXEC "," EXEC "," EXEC "," EXEC
		"," EXEC "]");
	r = row(&f, "apiCalls", "podsPerNode");
	assert_in_range(number(r, "triedTo"), 480, 499);
	assert_int_equal(number(r, "holdsTo"), number(r, "triedTo"));
	end(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_objective_holds_to_there_and_breaks_behind),
		cmocka_unit_test(an_objective_that_does_not_break_says_how_far_was_tried),
		cmocka_unit_test(a_few_nodes_show_what_all_do),
		cmocka_unit_test(what_takes_too_much_work_is_not_told),
		cmocka_unit_test(what_breaks_with_one_is_known_at_once),
		cmocka_unit_test(nodes_that_meet_are_varied_too),
		cmocka_unit_test(what_cannot_be_simulated_is_not_tried_again),
	};

	return cmocka_run_group_tests_name("slo_limits", tests, NULL, NULL);
}
