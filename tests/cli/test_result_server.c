/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_server.h"

#include <stdio.h>
#include <string.h>

#include "tcase.h"

#include "result_kit.h"

static void every_class_that_was_wanted_has_a_row(void **state)
{
	struct made m = made();
	struct json *rows;

	(void)state;
	m.result->requests[API_GET_SECRETS] = (struct fleet_requests){.offered = 9,
		.throttled = 4,
		.sent = 12,
		.retried = 3,
		.failed = 1,
		.under_way_before = 2,
		.under_way = 5};
	m.result->tally.window[0].in.count[API_GET_SECRETS][OUTCOME_REJECTED] = 4;
	rows = result_requests(m.scenario, m.result);
	assert_int_equal(json_size(rows), 1);
	assert_string_equal(json_as_str(json_get(json_at(rows, 0), "resource")), "secrets");
	assert_int_equal(made_number(json_at(rows, 0), "offered"), 9);
	assert_int_equal(made_number(json_at(rows, 0), "throttled"), 4);
	assert_int_equal(made_number(json_at(rows, 0), "sent"), 12);
	assert_int_equal(made_number(json_at(rows, 0), "rejected"), 4);
	assert_int_equal(made_number(json_at(rows, 0), "retried"), 3);
	assert_int_equal(made_number(json_at(rows, 0), "failed"), 1);
	assert_int_equal(made_number(json_at(rows, 0), "inFlightBefore"), 2);
	assert_int_equal(made_number(json_at(rows, 0), "inFlight"), 5);
	json_free(rows);
	arena_fini(&m.mem);
}

/* Wanted before the window and answered in it: without a row nothing adds up. */
static void a_class_that_was_only_answered_has_a_row(void **state)
{
	struct made m = made();
	struct json *rows;

	(void)state;
	m.result->requests[API_GET_SECRETS] = (struct fleet_requests){.under_way_before = 2};
	rows = result_requests(m.scenario, m.result);
	assert_int_equal(json_size(rows), 1);
	assert_int_equal(made_number(json_at(rows, 0), "inFlightBefore"), 2);
	json_free(rows);
	arena_fini(&m.mem);
}

static void the_end_says_whether_it_settled(void **state)
{
	static const struct {
		struct fleet_ending ending;
		const char *verdict;
	} cases[] = {
		{{0}, "settled"},
		{{.offered = 1000, .answered = 990, .unanswered = 9}, "settled"},
		{{.offered = 1000, .answered = 990, .unanswered = 10}, "rejecting"},
		{{.offered = 10, .answered = 2, .failed = 2, .unanswered = 2}, "settled"},
		{{.offered = 1000, .answered = 900, .failed = 51}, "settled"},
		{{.offered = 1000, .answered = 900, .failed = 50}, "fallingBehind"},
		{{.pods = 100, .pods_starting = 50}, "settled"},
		{{.pods = 101, .pods_starting = 1, .pods_waiting = 1}, "settled"},
		{{.pods = 100, .pods_starting = 1, .pods_waiting = 1}, "podsWaiting"},
		{{.watches = 101, .watches_waiting = 1}, "settled"},
		{{.watches = 100, .watches_waiting = 1}, "watchesWaiting"},
		{{.pods = 1, .pods_waiting = 1, .watches = 1, .watches_waiting = 1},
			"podsWaiting"},
	};
	struct made m = made();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *ending;

		m.result->ending = cases[i].ending;
		ending = result_ending(m.scenario, m.result);
		assert_string_equal(result_verdict(m.result), cases[i].verdict);
		assert_int_equal(
			made_number(ending, "answered"), (int)cases[i].ending.answered);
		assert_int_equal(json_as_bool(json_get(ending, "settled")),
			!strcmp(cases[i].verdict, "settled"));
		json_free(ending);
	}
	arena_fini(&m.mem);
}

static void without_shared_servers_there_is_nothing_to_tell(void **state)
{
	struct made m = made();
	struct json *server;

	(void)state;
	server = result_server(m.scenario, m.result);
	assert_true(json_is_null(server));
	json_free(server);
	arena_fini(&m.mem);
}

static void means_are_over_the_time_that_was_measured(void **state)
{
	struct made m = made();
	struct fleet_servers *v = &m.result->servers;
	struct json *server, *levels;

	(void)state;
	*v = (struct fleet_servers){.n = 2,
		.processors = 8,
		.span = 10 * NS_S,
		.n_levels = 2,
		.seats = {400, UINT32_MAX}};
	v->counts.running.sum = 20 * NS_S;
	v->busy[0] = 4 * NS_S;
	v->busy[1] = 16 * NS_S;
	v->counts.inside = (struct gauge){.max = 30, .sum = 55 * NS_S};
	v->level[FLOW_READONLY] = (struct flow_counts){.arrived = 8,
		.dispatched = 7,
		.rejected = 1,
		.abandoned = 3,
		.seats = {.max = 5, .sum = 25 * NS_S}};
	server = result_server(m.scenario, m.result);
	assert_int_equal(made_number(server, "servers"), 2);
	assert_int_equal(made_number(server, "utilization") * 1000, 250);
	levels = json_get(server, "utilizationByServer");
	assert_int_equal(json_as_num(json_at(levels, 0)) * 1000, 100);
	assert_int_equal(json_as_num(json_at(levels, 1)) * 1000, 400);
	assert_null(json_at(levels, 2));
	assert_int_equal(made_number(server, "requestsInside.mean") * 10, 55);
	assert_int_equal(made_number(server, "requestsInside.max"), 30);
	levels = json_get(server, "levels");
	assert_string_equal(json_as_str(json_get(json_at(levels, 0), "name")), "readonly");
	assert_int_equal(made_number(json_at(levels, 0), "seats"), 400);
	assert_int_equal(made_number(json_at(levels, 0), "seatsInUse.mean") * 10, 25);
	assert_int_equal(made_number(json_at(levels, 0), "dispatched"), 7);
	assert_int_equal(made_number(json_at(levels, 0), "rejected"), 1);
	assert_true(json_is_null(json_get(json_at(levels, 1), "seats")));
	json_free(server);
	arena_fini(&m.mem);
}

static void fair_levels_have_their_names(void **state)
{
	struct made m = made();
	struct json *server;

	(void)state;
	m.scenario->apiserver.fairness.enabled = true;
	(void)snprintf(m.scenario->apiserver.fairness.level[0].name,
		sizeof(m.scenario->apiserver.fairness.level[0].name), "system");
	m.result->servers = (struct fleet_servers){.n = 1, .processors = 1, .n_levels = 1};
	server = result_server(m.scenario, m.result);
	assert_string_equal(
		json_as_str(json_get(json_at(json_get(server, "levels"), 0), "name")),
		"system");
	assert_int_equal(made_number(server, "utilization"), 0);
	json_free(server);
	arena_fini(&m.mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_that_was_wanted_has_a_row),
		cmocka_unit_test(a_class_that_was_only_answered_has_a_row),
		cmocka_unit_test(the_end_says_whether_it_settled),
		cmocka_unit_test(without_shared_servers_there_is_nothing_to_tell),
		cmocka_unit_test(fair_levels_have_their_names),
		cmocka_unit_test(means_are_over_the_time_that_was_measured),
	};

	return cmocka_run_group_tests_name("result_server", tests, NULL, NULL);
}
