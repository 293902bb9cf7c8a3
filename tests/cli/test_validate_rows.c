/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/validate_rows.h"

#include "tcase.h"

#include <string.h>

enum { SEEDS = 3 };

struct fixture {
	struct scenario scenario;
	struct recorded_row rows[8];
	struct recorded_phase phase;
	struct recorded_node node;
	uint64_t count[SEEDS][1][CALLS_MAX][OUTCOME_N];
	uint64_t relists[SEEDS][1];
	struct hist running[SEEDS][1], gone[SEEDS][1];
	struct validate_sample samples[SEEDS];
	struct json *json, *others;
};

static void begin(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	calls_init(&f->scenario.calls);
	f->phase = (struct recorded_phase){.name = "steady", .rows = f->rows};
	f->node = (struct recorded_node){.name = "n", .n_phases = 1, .phases = &f->phase};
	for (uint32_t i = 0; i < SEEDS; i++) {
		f->samples[i].count = f->count[i];
		f->samples[i].relists = f->relists[i];
		f->samples[i].running = f->running[i];
		f->samples[i].gone = f->gone[i];
		hist_reset(f->samples[i].running);
		hist_reset(f->samples[i].gone);
	}
}

static void record(struct fixture *f, enum recorded_source source, const char *call, uint32_t n)
{
	f->rows[f->phase.n_rows++] = (struct recorded_row){source, call, n};
	f->phase.has[source] = true;
}

static void simulate(struct fixture *f, unsigned call, enum outcome what, uint64_t n)
{
	for (uint32_t i = 0; i < SEEDS; i++)
		f->count[i][0][call][what] = n;
}

static void finish(struct fixture *f)
{
	f->json = json_array();
	f->others = json_array();
	validate_rows(&f->node, &f->scenario, f->samples, SEEDS, f->json, f->others);
}

static const struct json *row(const struct fixture *f, const char *source, const char *call)
{
	for (const struct json *r = json_child(f->json); r; r = json_next(r))
		if (!strcmp(json_as_str(json_get(r, "source")), source) &&
			!strcmp(json_as_str(json_get(r, "call")), call))
			return r;
	return NULL;
}

static void expect(const struct fixture *f, const char *source, const char *call,
	double recorded, double simulated)
{
	const struct json *r = row(f, source, call);

	assert_non_null(r);
	assert_true(json_as_num(json_get(r, "recorded")) == recorded);
	assert_true(json_as_num(json_get(r, "simulated")) == simulated);
	assert_int_equal(json_as_bool(json_get(r, "within")),
		recorded >= simulated - 1 && recorded <= simulated + 1);
}

static void end(struct fixture *f)
{
	json_free(f->json);
	json_free(f->others);
}

static void the_metric_counts_any_outcome_and_nothing_hidden(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	record(&f, RECORDED_CRI, "container_status", 12);
	simulate(&f, OP_CONTAINER_STATUS, OUTCOME_OK, 8);
	simulate(&f, OP_CONTAINER_STATUS, OUTCOME_NOT_FOUND, 4);
	simulate(&f, CALL_HIDDEN + OP_CONTAINER_STATUS, OUTCOME_OK, 3600);
	finish(&f);
	expect(&f, "cri", "container_status", 12, 12);
	assert_int_equal(json_size(f.json), 1);
	end(&f);
}

static void the_socket_sees_all_by_outcome(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	record(&f, RECORDED_WIRE, "ContainerStatus", 3608);
	record(&f, RECORDED_WIRE, "ContainerStatus NotFound", 9);
	simulate(&f, OP_CONTAINER_STATUS, OUTCOME_OK, 8);
	simulate(&f, OP_CONTAINER_STATUS, OUTCOME_NOT_FOUND, 4);
	simulate(&f, CALL_HIDDEN + OP_CONTAINER_STATUS, OUTCOME_OK, 3600);
	finish(&f);
	expect(&f, "wire", "ContainerStatus", 3608, 3608);
	expect(&f, "wire", "ContainerStatus NotFound", 9, 4);
	end(&f);
}

static void requests_are_told_apart_by_code(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	record(&f, RECORDED_API, "get pods", 40);
	record(&f, RECORDED_API, "get pods 404", 10);
	simulate(&f, API_GET_PODS, OUTCOME_OK, 40);
	simulate(&f, API_GET_PODS, OUTCOME_NOT_FOUND, 10);
	finish(&f);
	expect(&f, "api", "get pods", 40, 40);
	expect(&f, "api", "get pods 404", 10, 10);
	end(&f);
}

/* An audit log's row is a name, and so is a recording's. */
static void what_two_clients_make_is_one_recorded_request(void **state)
{
	struct fixture f;
	uint16_t own;

	(void)state;
	begin(&f);
	(void)calls_made_by(&f.scenario.calls, API_GET_PODS, CLIENT_MAIN);
	own = calls_made_by(&f.scenario.calls, API_GET_PODS, CLIENT_OWN);
	assert_int_not_equal(own, API_GET_PODS);
	record(&f, RECORDED_API, "get pods", 50);
	simulate(&f, API_GET_PODS, OUTCOME_OK, 20);
	simulate(&f, own, OUTCOME_OK, 30);
	finish(&f);
	expect(&f, "api", "get pods", 50, 50);
	assert_int_equal(json_size(f.json), 1);
	end(&f);
}

static void what_one_side_alone_knows_is_a_row(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	record(&f, RECORDED_CRI, "status", 5);
	record(&f, RECORDED_CRI, "reopen_container_log", 7);
	simulate(&f, OP_STATUS, OUTCOME_OK, 5);
	simulate(&f, OP_VERSION, OUTCOME_OK, 3);
	finish(&f);
	expect(&f, "cri", "reopen_container_log", 7, 0);
	expect(&f, "cri", "version", 0, 3);
	assert_true(json_is_null(json_get(row(&f, "cri", "version"), "relativeError")));
	end(&f);
}

static void a_source_that_was_not_recorded_has_no_rows(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	record(&f, RECORDED_API, "get pods", 1);
	simulate(&f, API_GET_PODS, OUTCOME_OK, 1);
	simulate(&f, OP_STATUS, OUTCOME_OK, 500);
	finish(&f);
	assert_int_equal(json_size(f.json), 1);
	end(&f);
}

static void relists_stand_beside_and_do_not_count(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	record(&f, RECORDED_API, "get pods", 1);
	f.phase.relists = 599;
	for (uint32_t i = 0; i < SEEDS; i++)
		f.relists[i][0] = 600;
	finish(&f);
	assert_int_equal(json_size(f.others), 1);
	assert_string_equal(json_as_str(json_get(json_at(f.others, 0), "call")), "relists");
	assert_true(json_as_bool(json_get(json_at(f.others, 0), "within")));
	end(&f);
}

static const struct json *latency(const struct fixture *f, const char *call)
{
	const struct json *r = row(f, "latency", call);

	assert_non_null(r);
	return r;
}

static void a_latency_is_held_to_the_error_of_its_mean(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	/* recorded: 10, 10 and 12 s; simulated: 11 but in the last run 6, 6 and 20 */
	f.phase.running = (struct recorded_spans){3, 10 * NS_S, 10 * NS_S, 12 * NS_S};
	for (uint32_t i = 0; i < SEEDS; i++)
		for (unsigned pod = 0; pod < 3; pod++)
			hist_add(f.samples[i].running, i < 2     ? 11 * NS_S
						       : pod < 2 ? 6 * NS_S
								 : 20 * NS_S);
	finish(&f);
	assert_int_equal(json_size(f.json), 3);
	assert_int_equal(json_size(f.others), 0);
	/* means 9.3, 14, 14: the median is near, 14 is not near 10, and near 12 */
	assert_true(json_as_bool(json_get(latency(&f, "runningSeconds p50"), "within")));
	assert_false(json_as_bool(json_get(latency(&f, "runningSeconds p90"), "within")));
	assert_true(json_as_num(json_get(latency(&f, "runningSeconds max"), "low")) < 12);
	assert_true(json_as_bool(json_get(latency(&f, "runningSeconds max"), "within")));
	end(&f);
}

/* As recordings have it: of ten pods the sixth. */
static void the_median_of_an_even_number_is_the_upper_one(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.phase.running = (struct recorded_spans){10, 6 * NS_S, 10 * NS_S, 10 * NS_S};
	for (uint32_t i = 0; i < SEEDS; i++)
		for (unsigned pod = 1; pod <= 10; pod++)
			hist_add(f.samples[i].running, pod * NS_S);
	finish(&f);
	assert_true(
		json_as_num(json_get(latency(&f, "runningSeconds p50"), "simulated")) > 5.9);
	assert_true(
		json_as_num(json_get(latency(&f, "runningSeconds p90"), "simulated")) == 10);
	end(&f);
}

static void a_deletion_is_held_to_its_interval(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.phase.gone = (struct recorded_spans){1, 10 * NS_S, 10 * NS_S, 10 * NS_S};
	for (uint32_t i = 0; i < SEEDS; i++)
		hist_add(f.samples[i].gone, i ? 40 * NS_S : 2 * NS_S);
	finish(&f);
	assert_int_equal(json_size(f.json), 0);
	assert_int_equal(json_size(f.others), 3);
	assert_true(json_as_bool(json_get(json_at(f.others, 0), "within")));
	end(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_metric_counts_any_outcome_and_nothing_hidden),
		cmocka_unit_test(the_socket_sees_all_by_outcome),
		cmocka_unit_test(requests_are_told_apart_by_code),
		cmocka_unit_test(what_two_clients_make_is_one_recorded_request),
		cmocka_unit_test(what_one_side_alone_knows_is_a_row),
		cmocka_unit_test(a_source_that_was_not_recorded_has_no_rows),
		cmocka_unit_test(relists_stand_beside_and_do_not_count),
		cmocka_unit_test(a_latency_is_held_to_the_error_of_its_mean),
		cmocka_unit_test(the_median_of_an_even_number_is_the_upper_one),
		cmocka_unit_test(a_deletion_is_held_to_its_interval),
	};

	return cmocka_run_group_tests_name("validate_rows", tests, NULL, NULL);
}
