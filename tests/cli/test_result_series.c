/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_series.h"

#include "tcase.h"

#include "result_kit.h"

/* A run of so many seconds; in second s there were s gets of pods, one more in the last. */
static struct made run_of(uint32_t seconds)
{
	struct made m = made();
	struct tally *t = &m.result->tally;

	tally_init(t, &m.mem, 1, seconds);
	for (uint32_t s = 0; s < seconds; s++)
		t->series[(size_t)API_GET_PODS * t->stride + s] = s + (s + 1 == seconds);
	return m;
}

static double point(const struct json *series, const char *path, uint32_t i)
{
	const struct json *list = table_value(series, path);

	assert_true(i < json_size(list));
	return json_as_num(json_at(list, i));
}

static void a_run_without_a_series_has_none(void **state)
{
	struct made m = run_of(0);
	struct json *series = result_series(m.scenario, m.result);

	(void)state;
	assert_true(json_is_null(series));
	json_free(series);
	arena_fini(&m.mem);
}

static void a_short_run_has_every_second(void **state)
{
	struct made m = run_of(600);
	struct json *series;

	(void)state;
	m.result->tally.rejected[7] = 5;
	m.result->servers.seat_time = ARENA_ARRAY(&m.mem, uint64_t, 600);
	m.result->servers.seat_time[9] = 5 * NS_S / 2;
	m.result->servers.processors = 4;
	m.result->servers.busy_time = ARENA_ARRAY(&m.mem, uint64_t, 600);
	m.result->servers.busy_time[9] = 2 * NS_S;
	series = result_series(m.scenario, m.result);
	assert_int_equal(made_number(series, "secondsPerPoint"), 1);
	assert_int_equal(json_size(table_value(series, "requests.mean")), 600);
	assert_int_equal(point(series, "requests.mean", 598), 598);
	assert_int_equal(point(series, "requests.mean", 599), 600);
	assert_int_equal(point(series, "rejected.peak", 7), 5);
	assert_int_equal(point(series, "rejected.peak", 8), 0);
	assert_int_equal(point(series, "seats.mean", 9) * 10, 25);
	assert_int_equal(point(series, "utilization.mean", 9) * 10, 5);
	assert_int_equal(json_size(json_get(series, "byRequest")), 1);
	json_free(series);
	arena_fini(&m.mem);
}

/* 1,201 seconds are 401 points of three, the last of one; no peak is lost. */
static void a_long_run_has_points_of_several_seconds(void **state)
{
	struct made m = run_of(1201);
	const struct json *row;
	struct json *series;

	(void)state;
	m.result->tally.rejected[4] = 30;
	series = result_series(m.scenario, m.result);
	assert_int_equal(made_number(series, "secondsPerPoint"), 3);
	assert_int_equal(json_size(table_value(series, "requests.mean")), 401);
	assert_int_equal(point(series, "requests.mean", 1), 4);
	assert_int_equal(point(series, "requests.peak", 1), 5);
	assert_int_equal(point(series, "requests.mean", 400), 1201);
	row = json_at(json_get(series, "byRequest"), 0);
	assert_string_equal(json_as_str(json_get(row, "verb")), "get");
	assert_string_equal(json_as_str(json_get(row, "resource")), "pods");
	assert_int_equal(point(row, "mean", 1), 4);
	assert_int_equal(point(row, "peak", 1), 5);
	assert_int_equal(json_size(json_get(row, "peak")), 401);
	assert_int_equal(point(series, "rejected.mean", 1), 10);
	assert_int_equal(point(series, "rejected.peak", 1), 30);
	assert_true(json_is_null(json_get(series, "seats")));
	json_free(series);
	arena_fini(&m.mem);
}

/* A class that nobody got an answer of is one too. */
static void classes_have_what_became_of_their_requests(void **state)
{
	struct made m = run_of(4);
	const struct json *row;
	struct json *series;

	(void)state;
	m.result->seconds = 4;
	m.result->tried = ARENA_ARRAY(&m.mem, uint32_t, (size_t)FLEET_TRIES * CALLS_MAX * 4);
	m.result->requests[API_CREATE_EVENTS].offered = 9;
	fleet_tried(m.result, TRY_OFFERED, API_CREATE_EVENTS)[1] = 9;
	fleet_tried(m.result, TRY_FAILED, API_CREATE_EVENTS)[3] = 2;
	series = result_series(m.scenario, m.result);
	assert_int_equal(json_size(json_get(series, "byRequest")), 2);
	row = json_at(json_get(series, "byRequest"), 1);
	assert_string_equal(json_as_str(json_get(row, "resource")), "events");
	assert_int_equal(point(row, "offered.mean", 1), 9);
	assert_int_equal(point(row, "offered.peak", 0), 0);
	assert_int_equal(point(row, "failed.mean", 3), 2);
	assert_true(json_is_null(json_get(row, "sent")));
	assert_true(json_is_null(json_get(row, "rejected")));
	json_free(series);
	arena_fini(&m.mem);
}

/* 40 tenths with 1 to 40 leases. */
static void leases_are_counted_in_tenths(void **state)
{
	struct made m = made();
	struct json *leases = result_leases(m.result);

	(void)state;
	assert_true(json_is_null(leases));
	json_free(leases);
	m.result->tenths = 40;
	m.result->leases = ARENA_ARRAY(&m.mem, uint32_t, 40);
	for (uint32_t i = 0; i < 40; i++)
		m.result->leases[i] = (i * 7) % 40 + 1;
	leases = result_leases(m.result);
	assert_true(made_number(leases, "mean") == 20.5);
	assert_int_equal(made_number(leases, "min"), 1);
	assert_int_equal(made_number(leases, "p5"), 2);
	assert_int_equal(made_number(leases, "p95"), 39);
	assert_int_equal(made_number(leases, "max"), 40);
	assert_int_equal(m.result->leases[1], 8); /* left as they were */
	json_free(leases);
	arena_fini(&m.mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_without_a_series_has_none),
		cmocka_unit_test(a_short_run_has_every_second),
		cmocka_unit_test(a_long_run_has_points_of_several_seconds),
		cmocka_unit_test(classes_have_what_became_of_their_requests),
		cmocka_unit_test(leases_are_counted_in_tenths),
	};

	return cmocka_run_group_tests_name("result_series", tests, NULL, NULL);
}
