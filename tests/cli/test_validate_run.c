/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/validate_run.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

enum { SEEDS = 12 };

struct fixture {
	struct arena mem;
	struct recording rec;
	struct scenario scenario;
	struct validate_sample *samples;
};

static void load(struct fixture *f)
{
	struct library lib = {.dir = getenv("NODETOLL_MODELS"), .mem = &f->mem};
	struct err err = {0};

	arena_init(&f->mem, 0);
	if (recording_load(
		    &lib, "tests/recordings/kubelet-1.20.2-density.json", NULL, &f->rec, &err))
		fail_msg("%s", err.text);
}

static void simulate(struct fixture *f, unsigned threads, uint32_t seeds)
{
	const struct validate_plan plan = {&f->rec, 0, 1, seeds, threads};
	struct err err = {0};

	if (validate_run(&plan, &f->mem, &f->scenario, &f->samples, &err))
		fail_msg("%s", err.text);
}

static void begin(struct fixture *f, unsigned threads)
{
	load(f);
	simulate(f, threads, SEEDS);
}

static uint64_t all(const struct fixture *f, uint32_t seed, uint32_t phase, unsigned call)
{
	return f->samples[seed].count[phase][call][OUTCOME_OK];
}

/* Node get-10 of two containers a pod: start, rest, deletion. */
static void phases_hold_what_is_done_in_them(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, 1);
	for (uint32_t seed = 0; seed < SEEDS; seed++) {
		assert_int_equal(all(&f, seed, 0, OP_RUN_PODSANDBOX), 10);
		assert_int_equal(all(&f, seed, 0, OP_CREATE_CONTAINER), 20);
		assert_int_equal(all(&f, seed, 1, OP_RUN_PODSANDBOX), 0);
		assert_int_equal(all(&f, seed, 1, OP_STOP_CONTAINER), 0);
		assert_int_equal(all(&f, seed, 2, OP_REMOVE_PODSANDBOX), 10);
		assert_int_equal(all(&f, seed, 2, API_DELETE_PODS), 10);
	}
	arena_fini(&f.mem);
}

/* 154.3 s of the runtime's calls are the intervals between 155 relists: the kubelet started up
 * to a second before that. */
static void the_runtimes_window_begins_with_the_kubelet(void **state)
{
	struct fixture f;
	uint64_t relists = 0;

	(void)state;
	begin(&f, 1);
	for (uint32_t seed = 0; seed < SEEDS; seed++)
		relists += f.samples[seed].relists[0];
	assert_in_range(relists, SEEDS * 155 - 1, SEEDS * 155 + 1);
	arena_fini(&f.mem);
}

/* Deleted three to five seconds after a batch of the status manager: those it does not get
 * through with before the next one wait for it.  Recorded: 5.24 s. */
static void a_deletion_begins_after_a_rest(void **state)
{
	const uint32_t seeds = 100; /* a median of ten pods is 1.3 s off */
	struct fixture f;
	ns_t median = 0;

	(void)state;
	load(&f);
	simulate(&f, 1, seeds);
	for (uint32_t seed = 0; seed < seeds; seed++)
		median += hist_quantile(&f.samples[seed].gone[2], 500001) / seeds;
	assert_in_range(median, 4700 * NS_MS, 5800 * NS_MS);
	arena_fini(&f.mem);
}

/* The node is the first one, and has ten pods. */
static void what_a_recording_tells_of_its_pace_is_taken(void **state)
{
	struct fixture f;

	(void)state;
	load(&f);
	f.rec.nodes[0].phases[0].one_pod_every = 30 * NS_S;
	simulate(&f, 1, SEEDS);
	for (uint32_t seed = 0; seed < SEEDS; seed++) {
		uint64_t made = all(&f, seed, 0, OP_RUN_PODSANDBOX);

		assert_int_equal(made, 1 + f.rec.nodes[0].phases[0].api_time / (30 * NS_S));
		assert_in_range(made, 2, 9);
	}
	arena_fini(&f.mem);
}

/* The events of its start are among the first phase's then. */
static void a_kubelet_that_starts_with_its_first_phase_is_counted(void **state)
{
	struct fixture f;
	uint64_t events[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		load(&f);
		f.rec.base.kubelet.events.enabled = true;
		f.rec.nodes[0].phases[0].kubelet_starts = i;
		simulate(&f, 1, 1);
		events[i] = all(&f, 0, 0, API_CREATE_EVENTS);
		arena_fini(&f.mem);
	}
	assert_int_equal(events[1], events[0] + 6);
}

/* A rest of which is told is one moment in the status manager's ten seconds. */
static void a_rest_that_is_told_is_taken(void **state)
{
	struct fixture f;
	ns_t median[2] = {0};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		load(&f);
		f.rec.nodes[0].phases[2].rest = (i ? 58 : 53) * NS_S;
		simulate(&f, 1, SEEDS);
		for (uint32_t seed = 0; seed < SEEDS; seed++)
			median[i] += hist_quantile(&f.samples[seed].gone[2], 500001) / SEEDS;
		arena_fini(&f.mem);
	}
	assert_in_range(median[1], 4700 * NS_MS, 5800 * NS_MS);
	assert_in_range(median[0], median[1] + 2 * NS_S, median[1] + 9 * NS_S);
}

static void threads_do_not_change_what_a_seed_shows(void **state)
{
	struct fixture one, three;

	(void)state;
	begin(&one, 1);
	begin(&three, 3);
	for (uint32_t seed = 0; seed < SEEDS; seed++)
		for (uint32_t phase = 0; phase < 3; phase++)
			assert_memory_equal(one.samples[seed].count[phase],
				three.samples[seed].count[phase],
				sizeof(one.samples[seed].count[phase]));
	arena_fini(&one.mem);
	arena_fini(&three.mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_hold_what_is_done_in_them),
		cmocka_unit_test(the_runtimes_window_begins_with_the_kubelet),
		cmocka_unit_test(a_deletion_begins_after_a_rest),
		cmocka_unit_test(what_a_recording_tells_of_its_pace_is_taken),
		cmocka_unit_test(a_kubelet_that_starts_with_its_first_phase_is_counted),
		cmocka_unit_test(a_rest_that_is_told_is_taken),
		cmocka_unit_test(threads_do_not_change_what_a_seed_shows),
	};

	return cmocka_run_group_tests_name("validate_run", tests, NULL, NULL);
}
