/* SPDX-License-Identifier: Apache-2.0 */
/* What a live run tells of itself. */
#include "cli/agents_words.h"

#include <stdlib.h>
#include <string.h>

#include "tcase.h"

struct run {
	struct hollow_view view;
	struct scenario *scenario;
	struct agents_pace pace;
	struct str line;
};

static void begin(struct run *r)
{
	*r = (struct run){.scenario = calloc(1, sizeof(*r->scenario))};
	assert_non_null(r->scenario);
	calls_init(&r->scenario->calls);
	r->scenario->nodes = 2;
	hist_reset(&r->view.lag);
	hist_reset(&r->view.start_lag);
}

static void end(struct run *r)
{
	free(r->scenario);
	str_fini(&r->line);
}

/* A line after so many more requests, turns of that lateness among them. */
static const char *after(struct run *r, ns_t at, uint64_t leases, uint64_t gets, ns_t lag)
{
	uint16_t lease = calls_intern(&r->scenario->calls, "update", "leases");

	r->view.now = at;
	r->view.requests += leases + gets;
	r->view.asked[lease] += leases;
	r->view.asked[API_GET_PODS] += gets;
	hist_add_n(&r->view.lag, lag, 100);
	str_reset(&r->line);
	agents_line(&r->view, r->scenario, 60 * NS_S, &r->pace, &r->line);
	return str_text(&r->line);
}

static void a_line_tells_of_the_time_since_the_line_before(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	assert_non_null(strstr(after(&r, 2 * NS_S, 20, 180, 8 * NS_MS),
		"2 of 60 s, 0 of 2 nodes ready, 0 of 0 pods running, 200 requests, 0 errors, "
		"100/s: 90 get pods, 10 update leases, lag p99 8 ms, 8 ms in all"));
	/* Then it rests: the rate is not that of the whole run, nor is the lag. */
	assert_non_null(strstr(after(&r, 12 * NS_S, 10, 0, 1 * NS_MS),
		"12 of 60 s, 0 of 2 nodes ready, 0 of 0 pods running, 210 requests, 0 errors, "
		"1/s: 1 update leases, lag p99 1 ms, 8 ms in all"));
	assert_non_null(strstr(after(&r, 13 * NS_S, 0, 0, 1 * NS_MS), "0 errors, 0/s, lag"));
	end(&r);
}

static void who_was_refused_is_in_the_line(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	assert_null(strstr(after(&r, NS_S, 10, 0, 0), "refused"));
	r.view.refused = 7;
	assert_non_null(strstr(after(&r, 2 * NS_S, 10, 0, 0), "0 errors, 7 refused, 10/s"));
	end(&r);
}

static void codes_and_what_was_said_are_in_the_result(void **state)
{
	struct run r;
	struct json *o;
	const struct json *said;

	(void)state;
	begin(&r);
	r.view.by_code[0] = 3;
	r.view.by_code[403] = 7;
	r.view.refused = 7;
	(void)strcpy(r.view.said[HOLLOW_FORBIDDEN], "n may not");
	o = agents_json(&r.view, &r.scenario->calls, true);
	assert_int_equal(json_as_num(json_get(json_get(o, "requestsByCode"), "403")), 7);
	assert_int_equal(json_as_num(json_get(json_get(o, "requestsByCode"), "lost")), 3);
	assert_int_equal(json_size(json_get(o, "requestsByCode")), 2);
	assert_int_equal(json_as_num(json_get(o, "refused")), 7);
	said = json_get(o, "said");
	assert_int_equal(json_size(said), 1);
	assert_string_equal(json_as_str(json_child(said)), "n may not");
	json_free(o);
	end(&r);
}

/* One line and one key a name, whichever of a node's clients asks. */
static void requests_of_one_name_are_told_together(void **state)
{
	struct run r;
	struct json *o;
	uint16_t own;

	(void)state;
	begin(&r);
	(void)calls_made_by(&r.scenario->calls, API_GET_PODS, CLIENT_MAIN);
	own = calls_made_by(&r.scenario->calls, API_GET_PODS, CLIENT_OWN);
	r.view.asked[own] += 20;
	assert_non_null(strstr(after(&r, 2 * NS_S, 0, 180, 0), "/s: 100 get pods"));
	assert_null(strstr(strstr(str_text(&r.line), "get pods") + 1, "get pods"));
	r.view.asked[own] += 10;
	assert_non_null(strstr(after(&r, 3 * NS_S, 0, 0, 0), "/s: 10 get pods"));
	o = agents_json(&r.view, &r.scenario->calls, true);
	assert_int_equal(json_as_num(json_get(json_get(o, "requestsByCall"), "get pods")), 210);
	json_free(o);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_tells_of_the_time_since_the_line_before),
		cmocka_unit_test(who_was_refused_is_in_the_line),
		cmocka_unit_test(requests_of_one_name_are_told_together),
		cmocka_unit_test(codes_and_what_was_said_are_in_the_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
