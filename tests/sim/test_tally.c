/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/tally.h"

#include "tcase.h"

struct heard {
	uint32_t n;
	struct tally_call call;
};

static void two_windows(struct tally *t, struct arena *mem, uint32_t seconds)
{
	arena_init(mem, 0);
	*t = (struct tally){0};
	tally_init(t, mem, 2, seconds);
	t->window[0].from[0] = t->window[0].from[1] = 10 * NS_S;
	t->window[0].until[0] = t->window[0].until[1] = 20 * NS_S;
	t->window[1].from[0] = t->window[1].from[1] = 20 * NS_S;
	t->window[1].until[0] = 30 * NS_S;
	t->window[1].until[1] = 40 * NS_S;
}

static void a_window_has_its_beginning_and_not_its_end(void **state)
{
	struct arena mem;
	struct tally t;

	(void)state;
	two_windows(&t, &mem, 0);
	tally_add(&t, OP_VERSION, OUTCOME_OK, 10 * NS_S - 1);
	tally_add(&t, OP_VERSION, OUTCOME_OK, 10 * NS_S);
	tally_add(&t, OP_VERSION, OUTCOME_OK, 20 * NS_S - 1);
	tally_add(&t, OP_VERSION, OUTCOME_ERROR, 20 * NS_S);
	tally_add(&t, OP_VERSION, OUTCOME_OK, 30 * NS_S);
	assert_int_equal(t.window[0].in.count[OP_VERSION][OUTCOME_OK], 2);
	assert_int_equal(t.window[1].in.count[OP_VERSION][OUTCOME_OK], 0);
	assert_int_equal(t.window[1].in.count[OP_VERSION][OUTCOME_ERROR], 1);
	arena_fini(&mem);
}

static void runtime_and_server_have_windows_of_their_own(void **state)
{
	struct arena mem;
	struct tally t;

	(void)state;
	two_windows(&t, &mem, 0);
	tally_add(&t, OP_STATUS, OUTCOME_OK, 35 * NS_S);
	tally_add(&t, CALL_HIDDEN + OP_STATUS, OUTCOME_OK, 35 * NS_S);
	tally_add(&t, API_GET_PODS, OUTCOME_OK, 35 * NS_S);
	assert_int_equal(t.window[1].in.count[OP_STATUS][OUTCOME_OK], 0);
	assert_int_equal(t.window[1].in.count[CALL_HIDDEN + OP_STATUS][OUTCOME_OK], 0);
	assert_int_equal(t.window[1].in.count[API_GET_PODS][OUTCOME_OK], 1);
	arena_fini(&mem);
}

/* A limiter sends later what was asked now, so requests are not counted in order. */
static void time_may_go_back_between_windows(void **state)
{
	struct arena mem;
	struct tally t;

	(void)state;
	two_windows(&t, &mem, 0);
	for (int i = 0; i < 10; i++) {
		tally_add(&t, API_GET_PODS, OUTCOME_OK, 25 * NS_S);
		tally_add(&t, API_GET_PODS, OUTCOME_OK, 15 * NS_S);
		tally_add(&t, API_GET_PODS, OUTCOME_OK, 45 * NS_S);
	}
	assert_int_equal(t.window[0].in.count[API_GET_PODS][OUTCOME_OK], 10);
	assert_int_equal(t.window[1].in.count[API_GET_PODS][OUTCOME_OK], 10);
	arena_fini(&mem);
}

static void the_series_is_of_the_first_window_by_second(void **state)
{
	struct arena mem;
	struct tally t;

	(void)state;
	two_windows(&t, &mem, 10);
	tally_add(&t, OP_STATUS, OUTCOME_OK, 10 * NS_S);
	tally_add(&t, OP_STATUS, OUTCOME_ERROR, 11 * NS_S - 1);
	tally_add(&t, OP_STATUS, OUTCOME_OK, 19 * NS_S);
	tally_add(&t, OP_STATUS, OUTCOME_OK, 21 * NS_S);
	assert_int_equal(tally_second(&t, OP_STATUS, 0), 2);
	assert_int_equal(tally_second(&t, OP_STATUS, 9), 1);
	assert_int_equal(tally_second(&t, OP_STATUS, 1), 0);
	assert_int_equal(tally_second_of(&t, OP_STATUS, OUTCOME_OK, 0), 1);
	assert_int_equal(tally_second_of(&t, OP_STATUS, OUTCOME_ERROR, 0), 1);
	assert_int_equal(tally_second_of(&t, OP_STATUS, OUTCOME_NOT_FOUND, 0), 0);
	assert_int_equal(tally_second_of(&t, OP_STATUS, OUTCOME_ERROR, 9), 0);
	arena_fini(&mem);
}

static void hear(void *ctx, const struct tally_call *call)
{
	struct heard *h = ctx;

	*h = (struct heard){h->n + 1, *call};
}

static void a_trace_hears_also_what_no_window_counts(void **state)
{
	struct heard h = {0};
	struct arena mem;
	struct tally t;

	(void)state;
	two_windows(&t, &mem, 0);
	tally_trace(&t, hear, &h);
	tally_timed(&t,
		(struct tally_call){API_DELETE_PODS, OUTCOME_NOT_FOUND, NS_S, NS_MS, NS_US, 0});
	assert_int_equal(h.n, 1);
	assert_int_equal(h.call.call, API_DELETE_PODS);
	assert_int_equal(h.call.what, OUTCOME_NOT_FOUND);
	assert_int_equal(h.call.at, NS_S);
	assert_int_equal(h.call.took, NS_MS);
	assert_int_equal(h.call.held, NS_US);
	tally_trace(&t, NULL, NULL);
	tally_add(&t, API_DELETE_PODS, OUTCOME_NOT_FOUND, NS_S);
	assert_int_equal(h.n, 1);
	arena_fini(&mem);
}

static void times_are_of_the_first_window_and_of_what_is_known(void **state)
{
	struct arena mem;
	struct tally t;
	struct hist *took, *held;

	(void)state;
	two_windows(&t, &mem, 0);
	tally_keep_times(&t, &mem);
	took = &t.times->took[API_GET_PODS][OUTCOME_OK];
	held = &t.times->held[API_GET_PODS - CALL_API][OUTCOME_OK];
	tally_timed(&t, (struct tally_call){API_GET_PODS, OUTCOME_OK, 15 * NS_S, 9, 4, 3});
	tally_timed(&t, (struct tally_call){API_GET_PODS, OUTCOME_OK, 25 * NS_S, 99, 0, 5});
	tally_add(&t, API_GET_PODS, OUTCOME_OK, 16 * NS_S);
	assert_int_equal(took->n, 1);
	assert_int_equal(took->sum, 9);
	assert_int_equal(took->min, 9);
	assert_int_equal(held->n, 1);
	assert_int_equal(held->sum, 4);
	assert_int_equal(t.times->served[API_GET_PODS - CALL_API].n, 1);
	assert_int_equal(t.times->served[API_GET_PODS - CALL_API].sum, 3);
	tally_timed(
		&t, (struct tally_call){API_GET_PODS, OUTCOME_REJECTED, 15 * NS_S, 9, 4, 3});
	assert_int_equal(t.times->served[API_GET_PODS - CALL_API].n, 1);
	tally_timed(&t, (struct tally_call){OP_STATUS, OUTCOME_ERROR, 15 * NS_S, 7, 0, 0});
	assert_int_equal(t.times->took[OP_STATUS][OUTCOME_ERROR].max, 7);
	arena_fini(&mem);
}

static void merging_adds_everything(void **state)
{
	struct arena mem[2];
	struct tally t[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		two_windows(&t[i], &mem[i], 10);
		tally_keep_times(&t[i], &mem[i]);
		tally_timed(&t[i],
			(struct tally_call){OP_STATUS, OUTCOME_OK, 12 * NS_S, i + 1, 0, 0});
		tally_timed(&t[i],
			(struct tally_call){API_GET_PODS, OUTCOME_OK, 12 * NS_S, 9, 5, i + 3});
		tally_add(&t[i], API_GET_PODS, OUTCOME_GONE, 14 * NS_S);
		tally_reject(&t[i], 13 * NS_S);
		tally_reject(&t[i], 25 * NS_S); /* not in window 0 */
		t[i].window[1].in.bytes[API_GET_PODS] = 5;
		t[i].window[1].in.records = 7;
		t[i].window[0].in.watch_events = 9;
	}
	tally_merge(&t[0], &t[1]);
	assert_int_equal(t[0].window[0].in.count[OP_STATUS][OUTCOME_OK], 2);
	assert_int_equal(t[0].window[1].in.bytes[API_GET_PODS], 10);
	assert_int_equal(t[0].window[1].in.records, 14);
	assert_int_equal(t[0].window[0].in.watch_events, 18);
	assert_int_equal(tally_second(&t[0], OP_STATUS, 2), 2);
	assert_int_equal(tally_second_of(&t[0], API_GET_PODS, OUTCOME_GONE, 4), 2);
	assert_int_equal(t[0].rejected[3], 2);
	assert_int_equal(t[0].times->took[OP_STATUS][OUTCOME_OK].n, 2);
	assert_int_equal(t[0].times->took[OP_STATUS][OUTCOME_OK].sum, 1 + 2);
	assert_int_equal(t[0].times->served[API_GET_PODS - CALL_API].n, 2);
	assert_int_equal(t[0].times->served[API_GET_PODS - CALL_API].sum, 3 + 4);
	assert_int_equal(t[1].window[0].in.count[OP_STATUS][OUTCOME_OK], 1);
	arena_fini(&mem[0]);
	arena_fini(&mem[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_has_its_beginning_and_not_its_end),
		cmocka_unit_test(runtime_and_server_have_windows_of_their_own),
		cmocka_unit_test(time_may_go_back_between_windows),
		cmocka_unit_test(the_series_is_of_the_first_window_by_second),
		cmocka_unit_test(a_trace_hears_also_what_no_window_counts),
		cmocka_unit_test(times_are_of_the_first_window_and_of_what_is_known),
		cmocka_unit_test(merging_adds_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
