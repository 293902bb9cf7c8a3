/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_slo.h"

#include <string.h>

#include "tcase.h"

#include "result_kit.h"

static const struct json *row(const struct json *rows, const char *name)
{
	for (const struct json *r = json_child(rows); r; r = json_next(r))
		if (!strcmp(json_as_str(json_get(r, "name")), name))
			return r;
	fail_msg("no objective %s", name);
	return NULL;
}

/* Not known is neither. */
static bool is_missed(const struct json *objective)
{
	const struct json *met = json_get(objective, "met");

	return json_is_bool(met) && !json_as_bool(met);
}

static void serve(struct made *m, uint16_t call, uint32_t n, ns_t served)
{
	hist_add_n(&m->result->tally.times->served[call - CALL_API], served, n);
}

static void what_was_not_measured_is_neither_met_nor_missed(void **state)
{
	struct made m = made();
	struct json *rows = result_slo(m.scenario, m.result);

	(void)state;
	assert_int_equal(json_size(rows), 4);
	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		assert_int_equal(made_number(r, "count"), 0);
		assert_true(json_is_null(json_get(r, "p99Seconds")));
		assert_true(json_is_null(json_get(r, "slowestVerb")));
		assert_true(json_is_null(json_get(r, "met")));
	}
	json_free(rows);
	arena_fini(&m.mem);
}

/* Many quick calls of one class do not make up for slow ones of another. */
static void the_slowest_class_of_calls_decides(void **state)
{
	struct made m = made();
	struct json *rows;
	const struct json *r;

	(void)state;
	serve(&m, API_GET_PODS, 100000, NS_MS);
	serve(&m, API_CREATE_EVENTS, 10, 2 * NS_S);
	rows = result_slo(m.scenario, m.result);
	r = row(rows, "apiCalls");
	assert_int_equal(made_number(r, "count"), 100010);
	assert_true(made_number(r, "p99Seconds") < 0.002);
	assert_string_equal(json_as_str(table_value(r, "slowestVerb")), "create");
	assert_string_equal(json_as_str(table_value(r, "slowestResource")), "events");
	assert_int_equal(made_number(r, "slowestP99Seconds"), 2);
	assert_true(is_missed(r));
	json_free(rows);
	arena_fini(&m.mem);
}

/* One percent may be slow. */
static void one_call_in_a_hundred_is_forgiven(void **state)
{
	struct made m = made();
	struct json *rows;

	(void)state;
	serve(&m, API_GET_PODS, 995, NS_MS);
	serve(&m, API_GET_PODS, 5, 60 * NS_S);
	rows = result_slo(m.scenario, m.result);
	assert_true(json_as_bool(json_get(row(rows, "apiCalls"), "met")));
	json_free(rows);
	arena_fini(&m.mem);
}

static void answer_and_fail(struct made *m, uint16_t call, uint64_t answered, uint64_t failed)
{
	m->result->tally.window[0].in.count[call][OUTCOME_OK] = answered;
	m->result->tally.window[0].in.count[call][OUTCOME_REJECTED] = 11 * failed;
	m->result->requests[call].failed = failed;
}

/* The server is quick with those it lets in; of the others no latency is measured. */
static void callers_that_have_an_error_miss_it(void **state)
{
	struct made m = made();
	struct json *rows;
	const struct json *r;

	(void)state;
	serve(&m, API_GET_PODS, 3, NS_MS);
	answer_and_fail(&m, API_GET_PODS, 3, 997);
	rows = result_slo(m.scenario, m.result);
	r = row(rows, "apiCalls");
	assert_true(is_missed(r));
	assert_int_equal(made_number(r, "count"), 3);
	assert_int_equal(made_number(r, "answered"), 3);
	assert_int_equal(made_number(r, "failed"), 997);
	assert_int_equal(made_number(r, "rejected"), 10967);
	assert_string_equal(json_as_str(table_value(r, "failingVerb")), "get");
	assert_string_equal(json_as_str(table_value(r, "failingResource")), "pods");
	assert_true(made_number(r, "failingShare") == 0.997);
	json_free(rows);
	arena_fini(&m.mem);
}

/* Even if nobody of a class was answered at all, and all others were. */
static void a_class_that_only_fails_misses_it(void **state)
{
	struct made m = made();
	struct json *rows;

	(void)state;
	serve(&m, API_GET_PODS, 100000, NS_MS);
	answer_and_fail(&m, API_GET_PODS, 100000, 0);
	answer_and_fail(&m, API_CREATE_EVENTS, 0, 1);
	rows = result_slo(m.scenario, m.result);
	assert_true(is_missed(row(rows, "apiCalls")));
	assert_true(made_number(row(rows, "apiCalls"), "failingShare") == 1);
	json_free(rows);
	arena_fini(&m.mem);
}

static void one_caller_in_a_hundred_may_have_an_error(void **state)
{
	struct made m = made();

	(void)state;
	serve(&m, API_GET_PODS, 99, NS_MS);
	for (uint64_t failed = 1; failed <= 2; failed++) {
		struct json *rows;

		answer_and_fail(&m, API_GET_PODS, 99, failed);
		rows = result_slo(m.scenario, m.result);
		assert_int_equal(
			json_as_bool(json_get(row(rows, "apiCalls"), "met")), failed == 1);
		json_free(rows);
	}
	arena_fini(&m.mem);
}

static void lists_have_objectives_of_their_own_and_watches_none(void **state)
{
	struct made m = made();
	uint16_t pods = calls_intern(&m.scenario->calls, "list", "pods");
	struct json *rows;

	(void)state;
	serve(&m, API_LIST_SECRETS, 1, 6 * NS_S);
	serve(&m, pods, 1, 6 * NS_S);
	serve(&m, API_WATCH_SECRETS, 1, 60 * NS_S);
	rows = result_slo(m.scenario, m.result);
	assert_int_equal(made_number(row(rows, "apiCalls"), "count"), 0);
	assert_int_equal(made_number(row(rows, "namespaceLists"), "objectiveSeconds"), 5);
	assert_true(is_missed(row(rows, "namespaceLists")));
	assert_int_equal(made_number(row(rows, "clusterLists"), "objectiveSeconds"), 30);
	assert_true(json_as_bool(json_get(row(rows, "clusterLists"), "met")));
	json_free(rows);
	arena_fini(&m.mem);
}

/* The server's metric has verb and resource, and nobody who asked: one of a hundred of all. */
static void whoever_asks_is_of_one_class(void **state)
{
	struct made m = made();
	struct calls *calls = &m.scenario->calls;
	struct json *rows;
	uint16_t own;

	(void)state;
	(void)calls_made_by(calls, API_GET_PODS, CLIENT_MAIN);
	own = calls_made_by(calls, API_GET_PODS, CLIENT_OWN);
	assert_int_not_equal(own, API_GET_PODS);
	serve(&m, API_GET_PODS, 199, NS_MS);
	serve(&m, own, 1, 2 * NS_S);
	rows = result_slo(m.scenario, m.result);
	assert_int_equal(made_number(row(rows, "apiCalls"), "count"), 200);
	assert_true(json_as_bool(json_get(row(rows, "apiCalls"), "met")));
	json_free(rows);
	arena_fini(&m.mem);
}

static void pods_start_within_five_seconds_or_not(void **state)
{
	struct made m = made();
	struct hist *seen = &m.result->starts.without_images;

	(void)state;
	hist_add_n(seen, 4 * NS_S, 10);
	for (int late = 0; late < 2; late++) {
		struct json *rows = result_slo(m.scenario, m.result);
		const struct json *met = json_get(row(rows, "podStarts"), "met");

		assert_true(json_is_bool(met));
		assert_int_equal(json_as_bool(met), !late);
		json_free(rows);
		hist_add_n(seen, 6 * NS_S, 10);
	}
	arena_fini(&m.mem);
}

/* 99 pods have started in time; the hundredth never does, nor does the next. */
static void pods_that_never_start_miss_it(void **state)
{
	struct made m = made();

	(void)state;
	hist_add_n(&m.result->starts.without_images, NS_S, 99);
	for (int overdue = 1; overdue <= 2; overdue++) {
		struct json *rows;

		m.result->starts.overdue = (uint64_t)overdue;
		rows = result_slo(m.scenario, m.result);
		assert_int_equal(made_number(row(rows, "podStarts"), "overdue"), overdue);
		assert_int_equal(
			json_as_bool(json_get(row(rows, "podStarts"), "met")), overdue == 1);
		json_free(rows);
	}
	arena_fini(&m.mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_measured_is_neither_met_nor_missed),
		cmocka_unit_test(the_slowest_class_of_calls_decides),
		cmocka_unit_test(one_call_in_a_hundred_is_forgiven),
		cmocka_unit_test(callers_that_have_an_error_miss_it),
		cmocka_unit_test(a_class_that_only_fails_misses_it),
		cmocka_unit_test(one_caller_in_a_hundred_may_have_an_error),
		cmocka_unit_test(lists_have_objectives_of_their_own_and_watches_none),
		cmocka_unit_test(whoever_asks_is_of_one_class),
		cmocka_unit_test(pods_start_within_five_seconds_or_not),
		cmocka_unit_test(pods_that_never_start_miss_it),
	};

	return cmocka_run_group_tests_name("result_slo", tests, NULL, NULL);
}
