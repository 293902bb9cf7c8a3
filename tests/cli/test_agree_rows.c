/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agree_rows.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 3 };

struct fixture {
	struct scenario scenario;
	struct beginning_row closed[CALLS_MAX];
	struct agree_counts simulated[RUNS], live;
	struct agree_runs runs;
	struct json *rows;
	struct agree_verdict verdict;
};

static struct fixture *begin(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->scenario.nodes = 2;
	calls_init(&f->scenario.calls);
	f->runs = (struct agree_runs){
		&f->scenario, f->closed, f->simulated, RUNS, &f->live, 0.05};
	f->rows = json_array();
	return f;
}

static void put(struct fixture *f, uint32_t call, enum outcome what, const uint64_t of[RUNS],
	uint64_t live)
{
	for (unsigned i = 0; i < RUNS; i++)
		f->simulated[i].of[call][what] = of[i];
	f->live.of[call][what] = live;
}

static const struct json *only_row(struct fixture *f)
{
	f->verdict = agree_rows(&f->runs, f->rows);
	assert_int_equal(json_size(f->rows), 1);
	return json_at(f->rows, 0);
}

static void end(struct fixture *f)
{
	json_free(f->rows);
	free(f);
}

static void a_live_count_in_the_interval_agrees(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	put(f, API_GET_PODS, OUTCOME_OK, (uint64_t[]){10, 14, 6}, 16);
	row = only_row(f);
	assert_string_equal(json_as_str(json_get(row, "call")), "get pods");
	assert_string_equal(json_as_str(json_get(row, "code")), "200");
	assert_true(json_is_null(json_get(row, "inMetric")));
	assert_true(json_as_num(json_get(row, "simulated")) == 10);
	assert_true(json_as_num(json_get(row, "difference")) == 6);
	assert_true(json_as_bool(json_get(row, "within")));
	assert_int_equal(f->verdict.agree, 1);
	end(f);
}

/* 95 % of further runs are below 150 (t(2) = 4.303); but it is judged among fifty. */
static void what_chance_does_to_one_of_fifty_agrees(void **state)
{
	struct fixture *f = begin();

	(void)state;
	put(f, API_GET_PODS, OUTCOME_OK, (uint64_t[]){100, 110, 90}, 160);
	assert_true(json_as_bool(json_get(only_row(f), "within")));
	end(f);
}

static void outside_it_the_tolerance_decides(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	put(f, OP_STATUS, OUTCOME_OK, (uint64_t[]){100, 100, 100}, 105);
	row = only_row(f);
	assert_false(json_as_bool(json_get(row, "within")));
	assert_true(json_as_bool(json_get(row, "agrees")));
	assert_true(json_as_bool(json_get(row, "inMetric")));
	end(f);
	f = begin();
	put(f, CALL_HIDDEN + OP_STATUS, OUTCOME_OK, (uint64_t[]){100, 100, 100}, 94);
	row = only_row(f);
	assert_false(json_as_bool(json_get(row, "agrees")));
	assert_false(json_as_bool(json_get(row, "inMetric")));
	assert_int_equal(f->verdict.rows, 1);
	assert_int_equal(f->verdict.agree, 0);
	end(f);
}

static size_t late_of(ns_t virtually, ns_t live, uint64_t count)
{
	struct fixture *f = begin();
	size_t n;

	(void)calls_made_by(&f->scenario.calls, API_GET_PODS, CLIENT_MAIN);
	put(f, API_GET_PODS, OUTCOME_OK, (uint64_t[]){100, 100, 100}, count);
	f->simulated[0].mean[API_GET_PODS] = virtually;
	f->live.mean[API_GET_PODS] = live;
	agree_late(&f->runs, f->rows);
	n = json_size(f->rows);
	if (n)
		assert_non_null(strstr(json_as_str(json_at(f->rows, 0)),
			"get pods (kube) took 8.0 ms in the mean, 5.7 in virtual time"));
	end(f);
	return n;
}

/* A loop makes them one after the other: a machine that answers late has fewer of them made. */
static void requests_that_came_short_and_took_longer_are_told(void **state)
{
	(void)state;
	assert_int_equal(late_of(5700 * NS_US, 8 * NS_MS, 70), 1);
	assert_int_equal(late_of(5700 * NS_US, 8 * NS_MS, 100), 0);
	assert_int_equal(late_of(5700 * NS_US, 8 * NS_MS, 130), 0);
	assert_int_equal(late_of(5700 * NS_US, 5800 * NS_US, 70), 0);
	assert_int_equal(late_of(0, 8 * NS_MS, 70), 0);
}

/* Both sides know who asked: what an agent does too much the kubelet does not do too little. */
static void each_clients_requests_are_a_row(void **state)
{
	struct fixture *f = begin();
	struct calls *calls = &f->scenario.calls;
	uint16_t own;

	(void)state;
	(void)calls_made_by(calls, API_GET_PODS, CLIENT_MAIN);
	own = calls_made_by(calls, API_GET_PODS, CLIENT_OWN);
	f->scenario.kubelet.n_agents = 1;
	(void)snprintf(f->scenario.kubelet.agents[0].name, MODEL_NAME, "shipper");
	put(f, API_GET_PODS, OUTCOME_OK, (uint64_t[]){100, 100, 100}, 100);
	put(f, own, OUTCOME_OK, (uint64_t[]){200, 200, 200}, 150);
	f->verdict = agree_rows(&f->runs, f->rows);
	assert_int_equal(f->verdict.rows, 2);
	assert_int_equal(f->verdict.agree, 1);
	assert_string_equal(json_as_str(json_get(json_at(f->rows, 0), "client")), "kube");
	assert_true(json_as_bool(json_get(json_at(f->rows, 0), "agrees")));
	assert_string_equal(json_as_str(json_get(json_at(f->rows, 1), "client")), "shipper");
	assert_string_equal(json_as_str(json_get(json_at(f->rows, 1), "call")), "get pods");
	end(f);
}

static void what_only_one_side_knows_is_a_row(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	put(f, API_GET_SECRETS, OUTCOME_ERROR, (uint64_t[]){0, 0, 0}, 9);
	row = only_row(f);
	assert_true(json_is_null(json_get(row, "relativeDifference")));
	assert_false(json_as_bool(json_get(row, "agrees")));
	assert_string_equal(
		json_as_str(json_get(row, "closedFormReason")), "failures are not foreseen");
	end(f);
	f = begin();
	f->closed[OP_STATUS].count = 4;
	row = only_row(f);
	assert_true(json_as_num(json_get(row, "closedForm")) == 8);
	assert_true(json_as_num(json_get(row, "closedFormDifference")) == -1);
	end(f);
}

/* Virtual time knows of 500 alone; what the server says is what helps. */
static void failures_are_told_by_the_servers_codes(void **state)
{
	static const char *const codes[] = {"422", "409", "unreadable", "500"};
	static const int counts[] = {4, 3, 1, 2};
	struct fixture *f = begin();

	(void)state;
	put(f, API_GET_SECRETS, OUTCOME_ERROR, (uint64_t[]){2, 2, 2}, 10);
	f->live.failed[0] = (struct agree_code){4, API_GET_SECRETS, 422};
	f->live.failed[1] = (struct agree_code){3, API_GET_SECRETS, 409};
	f->live.failed[2] = (struct agree_code){1, API_GET_SECRETS, 200};
	f->live.n_failed = 3;
	f->verdict = agree_rows(&f->runs, f->rows);
	assert_int_equal(f->verdict.rows, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct json *row = json_at(f->rows, i);

		assert_string_equal(json_as_str(json_get(row, "code")), codes[i]);
		assert_int_equal((int)json_as_num(json_get(row, "live")), counts[i]);
		assert_int_equal((int)json_as_num(json_get(row, "simulated")), i == 3 ? 2 : 0);
	}
	assert_int_equal(f->verdict.agree, 2); /* one is within a call of none */
	end(f);
}

static void a_form_that_does_not_hold_is_no_number(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	f->closed[OP_STATUS] = (struct beginning_row){4, "it hangs on that"};
	put(f, OP_STATUS, OUTCOME_OK, (uint64_t[]){100, 100, 100}, 100);
	row = only_row(f);
	assert_true(json_is_null(json_get(row, "closedForm")));
	assert_string_equal(json_as_str(json_get(row, "closedFormReason")), "it hangs on that");
	end(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_count_in_the_interval_agrees),
		cmocka_unit_test(what_chance_does_to_one_of_fifty_agrees),
		cmocka_unit_test(outside_it_the_tolerance_decides),
		cmocka_unit_test(requests_that_came_short_and_took_longer_are_told),
		cmocka_unit_test(each_clients_requests_are_a_row),
		cmocka_unit_test(what_only_one_side_knows_is_a_row),
		cmocka_unit_test(failures_are_told_by_the_servers_codes),
		cmocka_unit_test(a_form_that_does_not_hold_is_no_number),
	};

	return cmocka_run_group_tests_name("agree_rows", tests, NULL, NULL);
}
