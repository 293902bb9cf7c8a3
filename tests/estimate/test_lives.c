/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/lives.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estimate/rates.h"

#include "kit.h"

struct fixture {
	struct arena mem;
	struct scenario s;
	struct lives lives;
};

static struct fixture *begin(const char *kubelet, const char *set)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	kit_compose(&f->mem, &f->s, kubelet, NULL, set);
	lives_of(&f->s, &f->lives);
	return f;
}

static void end(struct fixture *f)
{
	arena_fini(&f->mem);
	free(f);
}

static void has(const struct fixture *f, uint16_t call, double times)
{
	double is = 0;

	for (uint32_t i = 0; i < f->lives.n; i++)
		if (f->lives.of[i].call == call)
			is = f->lives.of[i].times;
	if (is < times - 1e-9 || is > times + 1e-9)
		fail_msg("call %u: %g times, not %g", call, is, times);
}

/* kubelet-calls: RunPodSandbox, its status, four calls a container; three or four events a
 * container. */
static void a_start_is_two_calls_and_four_a_container(void **state)
{
	struct fixture *f = begin("v1.20", "workload.containers=3");

	(void)state;
	has(f, OP_RUN_PODSANDBOX, 1);
	has(f, OP_IMAGE_STATUS, 6);
	has(f, OP_CREATE_CONTAINER, 3);
	has(f, OP_START_CONTAINER, 3);
	has(f, OP_PULL_IMAGE, 0);
	has(f, API_CREATE_EVENTS, 12);
	end(f);
}

static void a_status_is_written_three_times_and_before_1_18_six(void **state)
{
	struct fixture *f = begin("v1.20", NULL);

	(void)state;
	has(f, API_PATCH_PODS_STATUS, 3);
	has(f, API_GET_PODS, 7);
	end(f);
	f = begin("v1.12", NULL);
	has(f, API_PATCH_PODS_STATUS, 6);
	end(f);
	f = begin("v1.6", NULL);
	has(f, API_UPDATE_PODS_STATUS, 6);
	has(f, API_CREATE_TOKENS, 0);
	end(f);
	f = begin("v1.36", NULL);
	has(f, API_GET_PODS, 5);
	has(f, API_CREATE_TOKENS, 1);
	end(f);
}

/* Without a remote runtime nobody waits until all is removed (status.c can_be_deleted). */
static void a_pod_that_is_deleted_early_is_told_four_times(void **state)
{
	static const char *const kubelets[] = {"v1.1", "v1.2", "v1.5"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fixture *f = begin(kubelets[i], NULL);

		has(f, API_UPDATE_PODS_STATUS, 4);
		has(f, API_GET_PODS, 5);
		end(f);
	}
}

static void dockershim_does_not_miss_what_was_removed(void **state)
{
	struct fixture *f = begin("v1.12", "runtime.sandboxStopChecks=false");

	(void)state;
	assert_non_null(lives_removal_fails(&f->s, OP_REMOVE_CONTAINER));
	assert_null(lives_removal_fails(&f->s, OP_CREATE_CONTAINER));
	end(f);
	f = begin("v1.12", "runtime.sandboxStopChecks=true");
	assert_null(lives_removal_fails(&f->s, OP_REMOVE_CONTAINER));
	end(f);
}

static void what_is_not_counted_says_so(void **state)
{
	struct fixture *f = begin("v1.36", "kubelet.pleg.design=evented");

	(void)state;
	assert_non_null(f->lives.fails);
	end(f);
	f = begin("v1.36", NULL);
	assert_null(f->lives.fails);
	end(f);
}

/* A span that takes always the same ends as often as it fits; of others the mean of a drawing.
 */
static void renewals_are_those_of_a_drawing(void **state)
{
	struct arena mem;
	uint64_t draw = 1, renewals = 0;
	enum { LIVES = 200000 };
	double foreseen;

	(void)state;
	arena_init(&mem, 0);
	assert_true(lives_renewals(1000, 300, 300, &mem) == 3);
	assert_true(lives_renewals(299, 300, 599, &mem) == 0);
	for (int i = 0; i < LIVES; i++)
		for (uint32_t t = 0;; renewals++) {
			draw = draw * UINT64_C(6364136223846793005) + 1442695040888963407u;
			t += 300 + (uint32_t)((draw >> 33) % 300);
			if (t > 1500)
				break;
		}
	foreseen = lives_renewals(1500, 300, 599, &mem) * LIVES;
	assert_true(foreseen > 0.995 * (double)renewals && foreseen < 1.005 * (double)renewals);
	/* where the short form begins, both are the same */
	assert_true(lives_renewals(7191, 300, 599, &mem) <
		    1.002 * lives_renewals(7193, 300, 599, &mem));
	assert_true(lives_renewals(7191, 300, 599, &mem) >
		    0.998 * lives_renewals(7193, 300, 599, &mem));
	arena_fini(&mem);
}

static double times_of(const struct fixture *f, uint16_t call)
{
	double times = 0;

	for (uint32_t i = 0; i < f->lives.n; i++)
		times += f->lives.of[i].call == call ? f->lives.of[i].times : 0;
	return times;
}

static double looks(const char *kubelet, const char *set)
{
	struct fixture *f = begin(kubelet, set);
	double times = times_of(f, OP_PODSANDBOX_STATUS);

	end(f);
	return times;
}

/* A relist a second falls between the steps of a start and, since 1.22, of an end in some
 * lives; one in ten seconds in a tenth as many. */
static void a_relist_between_two_steps_looks_once_more(void **state)
{
	double often = looks("v1.36", NULL) - 4;
	double seldom = looks("v1.36", "kubelet.pleg.relistPeriod=10s") - 4;

	(void)state;
	assert_true(often > 0.2 && often < 0.4);
	assert_true(seldom > often / 11 && seldom < often / 9);
	assert_true(looks("v1.20", NULL) - 4 < often / 2);
	assert_true(looks("v1.20", "workload.containers=3") > looks("v1.20", NULL) + 0.1);
}

/* Each death of C containers and the sandbox asks for all C; the sandbox's no more where a
 * relist found them first. */
static void the_log_manager_asks_for_each_container_at_each_death(void **state)
{
	struct fixture *f = begin("v1.20", "workload.containers=3");
	double times = times_of(f, CALL_HIDDEN + OP_CONTAINER_STATUS);

	(void)state;
	assert_true(times > 12 - 3 * 0.15 && times < 12 - 3 * 0.05);
	end(f);
}

static double looks_at_a_pod_every(const char *text)
{
	char set[60];

	(void)snprintf(set, sizeof(set), "workload.replacePodEvery=%s", text);
	return looks("v1.36", set);
}

/* Sandboxes are removed one after the other, and relists come between; but a pod is looked at
 * once more at most. */
static void the_more_are_collected_together_the_more_are_looked_at(void **state)
{
	(void)state;
	assert_true(looks_at_a_pod_every("20s") > looks_at_a_pod_every("1m") + 0.05);
	assert_true(looks_at_a_pod_every("5s") > looks_at_a_pod_every("20s") + 0.2);
	assert_true(looks_at_a_pod_every("1s") > looks_at_a_pod_every("5s") + 0.2);
	assert_true(looks_at_a_pod_every("1s") < 4 + 0.2 + 1);
}

/* How often a relist comes between, added up pod by pod. */
static double between(const struct scenario *s, uint32_t pods)
{
	double container = rates_latency(s, OP_REMOVE_CONTAINER) * s->workload.containers;
	double sandbox =
		rates_latency(s, OP_STOP_PODSANDBOX) + rates_latency(s, OP_REMOVE_PODSANDBOX);
	double period = (double)s->kubelet.pleg.relist_period / 1e9, sum = 0;

	for (uint32_t k = 1; k <= pods; k++) {
		double once = (k * sandbox + (pods - k) * container) / period;

		sum += once < 1 ? once : 1;
	}
	return sum / pods;
}

static double looks_at_one_of(struct fixture *f, uint32_t pods)
{
	f->s.workload.replace_pod_every = NS_MIN / pods;
	lives_of(&f->s, &f->lives);
	return times_of(f, OP_PODSANDBOX_STATUS);
}

/* With one container the last sandbox waits longest, with sixteen the first one does. */
static void all_that_are_collected_together_count(void **state)
{
	static const char *const containers[] = {
		"workload.containers=1", "workload.containers=16"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture *f = begin("v1.36", containers[i]);
		double alone = looks_at_one_of(f, 1);
		double two = (looks_at_one_of(f, 2) - alone) /
			     (between(&f->s, 2) - between(&f->s, 1));

		for (uint32_t pods = 3; pods <= 24; pods++) {
			double is = looks_at_one_of(f, pods) - alone;
			double expected = two * (between(&f->s, pods) - between(&f->s, 1));

			if (is < expected - 1e-9 || is > expected + 1e-9)
				fail_msg("%u pods: %g more, not %g", pods, is, expected);
		}
		end(f);
	}
}

/* One a pod, and one each two seconds at most. */
static void the_populator_lists_at_most_every_so_often(void **state)
{
	struct fixture *f = begin("v1.36", "workload.replacePodEvery=1s");
	double fewer = times_of(f, OP_PODSANDBOX_STATUS) - times_of(f, OP_LIST_PODSANDBOX);

	(void)state;
	assert_true(fewer > 0.45 && fewer < 0.55);
	end(f);
	f = begin("v1.36", "workload.replacePodEvery=3s");
	has(f, OP_LIST_PODSANDBOX, times_of(f, OP_PODSANDBOX_STATUS));
	end(f);
}

/* Since its list of pods is made anew in each round, housekeeping kills none again. */
static void housekeeping_stops_again_what_its_list_still_shows(void **state)
{
	struct fixture *f = begin("v1.20", NULL);

	(void)state;
	assert_true(times_of(f, OP_STOP_PODSANDBOX) > 4.1);
	has(f, OP_STOP_CONTAINER, 1);
	end(f);
	f = begin("v1.23", NULL);
	assert_true(times_of(f, OP_STOP_PODSANDBOX) > 2.3);
	assert_true(times_of(f, OP_STOP_CONTAINER) > 1.2);
	end(f);
	f = begin("v1.27", NULL);
	has(f, OP_STOP_PODSANDBOX, 2);
	has(f, OP_STOP_CONTAINER, 1);
	end(f);
}

/* The list that it keeps is known by its age, not by its place among the calls. */
static void housekeepings_list_may_be_any_of_its_calls(void **state)
{
	struct fixture *f = begin("v1.20", NULL);
	struct model_loop *l = f->s.kubelet.loops;

	(void)state;
	while (l->hook != HOOK_HOUSEKEEPING)
		l++;
	assert_true(l->n_calls < LOOP_CALLS && l->calls[0].if_older_than > 0);
	memmove(&l->calls[1], &l->calls[0], l->n_calls++ * sizeof(l->calls[0]));
	l->calls[0].if_older_than = 0;
	lives_of(&f->s, &f->lives);
	assert_true(times_of(f, OP_STOP_PODSANDBOX) > 4.1);
	for (uint32_t i = 0; i < l->n_calls; i++)
		l->calls[i].if_older_than = 0;
	lives_of(&f->s, &f->lives);
	assert_true(times_of(f, OP_STOP_PODSANDBOX) < 4.01);
	end(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relist_between_two_steps_looks_once_more),
		cmocka_unit_test(the_log_manager_asks_for_each_container_at_each_death),
		cmocka_unit_test(the_more_are_collected_together_the_more_are_looked_at),
		cmocka_unit_test(the_populator_lists_at_most_every_so_often),
		cmocka_unit_test(housekeeping_stops_again_what_its_list_still_shows),
		cmocka_unit_test(all_that_are_collected_together_count),
		cmocka_unit_test(housekeepings_list_may_be_any_of_its_calls),
		cmocka_unit_test(a_start_is_two_calls_and_four_a_container),
		cmocka_unit_test(a_status_is_written_three_times_and_before_1_18_six),
		cmocka_unit_test(a_pod_that_is_deleted_early_is_told_four_times),
		cmocka_unit_test(dockershim_does_not_miss_what_was_removed),
		cmocka_unit_test(what_is_not_counted_says_so),
		cmocka_unit_test(renewals_are_those_of_a_drawing),
	};

	return cmocka_run_group_tests_name("lives", tests, NULL, NULL);
}
