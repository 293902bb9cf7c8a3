/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_series.h"

#include <stdlib.h>
#include <string.h>

#include "cli/result_json.h"

enum { POINTS_MAX = 600 };

/* A number for each second, of the calls first to end. */
struct range {
	uint16_t first, end;
	enum fleet_try what;
};
typedef double (*of_second)(const struct fleet_result *r, struct range calls, uint32_t s);

static double requests_in(const struct fleet_result *r, struct range calls, uint32_t s)
{
	double n = 0;

	for (uint16_t c = calls.first; c < calls.end; c++)
		n += tally_second(&r->tally, c, s);
	return n;
}

static double rejected_in(const struct fleet_result *r, struct range calls, uint32_t s)
{
	(void)calls;
	return r->tally.rejected[s];
}

static double seats_in(const struct fleet_result *r, struct range calls, uint32_t s)
{
	(void)calls;
	return (double)r->servers.seat_time[s] / 1e9;
}

static double busy_in(const struct fleet_result *r, struct range calls, uint32_t s)
{
	(void)calls;
	return (double)r->servers.busy_time[s] / 1e9 / r->servers.processors;
}

static double tried_in(const struct fleet_result *r, struct range calls, uint32_t s)
{
	return fleet_tried(r, calls.what, calls.first)[s];
}

static double one_rejected_in(const struct fleet_result *r, struct range calls, uint32_t s)
{
	return tally_second_of(&r->tally, calls.first, OUTCOME_REJECTED, s);
}

/* So many seconds a point, each with its mean and, if it is of several, its peak. */
static void put_points(struct json *o, const struct fleet_result *r, struct range calls,
	uint32_t each, of_second number)
{
	uint32_t seconds = r->tally.seconds;
	struct json *mean = json_array(), *peak = json_array();

	for (uint32_t first = 0; first < seconds; first += each) {
		uint32_t end = seconds - first < each ? seconds : first + each;
		double sum = 0, most = 0;

		for (uint32_t s = first; s < end; s++) {
			double n = number(r, calls, s);

			sum += n;
			most = n > most ? n : most;
		}
		json_append_num(mean, sum / (end - first));
		json_append_num(peak, most);
	}
	json_put(o, "mean", mean);
	json_put(o, "peak", peak);
}

static struct json *points(
	const struct fleet_result *r, struct range calls, uint32_t each, of_second number)
{
	struct json *o = json_object();

	put_points(o, r, calls, each, number);
	return o;
}

/* Null where there is none in any second. */
static struct json *points_if_any(
	const struct fleet_result *r, struct range calls, uint32_t each, of_second number)
{
	for (uint32_t s = 0; s < r->tally.seconds; s++)
		if (number(r, calls, s) > 0)
			return points(r, calls, each, number);
	return json_null();
}

static void put_tries(
	struct json *row, const struct fleet_result *r, uint16_t call, uint32_t each)
{
	static const char *const names[FLEET_TRIES] = {[TRY_OFFERED] = "offered",
		[TRY_THROTTLED] = "throttled",
		[TRY_SENT] = "sent",
		[TRY_RETRIED] = "retried",
		[TRY_FAILED] = "failed"};

	for (unsigned what = 0; what < FLEET_TRIES; what++) {
		const struct range one = {call, (uint16_t)(call + 1), (enum fleet_try)what};

		json_put(row, names[what],
			r->tried ? points_if_any(r, one, each, tried_in) : json_null());
	}
	json_put(row, "rejected",
		points_if_any(r, (struct range){.first = call}, each, one_rejected_in));
}

static bool was_seen(const struct fleet_result *r, uint16_t call)
{
	bool any = r->tried && r->requests[call].offered;

	for (uint32_t s = 0; s < r->tally.seconds && !any; s++)
		any = tally_second(&r->tally, call, s) > 0;
	return any;
}

/* A row a client, verb and resource that was wanted or answered. */
static struct json *classes(
	const struct scenario *s, const struct fleet_result *r, uint32_t each)
{
	struct json *rows = json_array();

	for (uint16_t c = CALL_API; c < s->calls.n; c++) {
		const struct range one = {.first = c, .end = (uint16_t)(c + 1)};
		struct json *row;

		if (!was_seen(r, c))
			continue;
		row = json_object();
		json_put_str(row, "client", client_of(s, c));
		json_put_str(row, "verb", s->calls.name[c].verb);
		json_put_str(row, "resource", s->calls.name[c].resource);
		put_points(row, r, one, each, requests_in);
		put_tries(row, r, c, each);
		json_append(rows, row);
	}
	return rows;
}

struct json *result_series(const struct scenario *s, const struct fleet_result *r)
{
	uint32_t each = (r->tally.seconds + POINTS_MAX - 1) / POINTS_MAX;
	const struct range calls = {.first = CALL_API, .end = (uint16_t)s->calls.n};
	struct json *o;

	if (!r->tally.seconds)
		return json_null();
	o = json_object();
	json_put_int(o, "secondsPerPoint", each);
	json_put(o, "requests", points(r, calls, each, requests_in));
	json_put(o, "rejected", points(r, calls, each, rejected_in));
	json_put(o, "seats",
		r->servers.seat_time ? points(r, calls, each, seats_in) : json_null());
	json_put(o, "utilization",
		r->servers.busy_time ? points(r, calls, each, busy_in) : json_null());
	json_put(o, "byRequest", classes(s, r, each));
	return o;
}

/* ------------------------------------------------------------------ leases */

static int by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The last tenth may be none. */
struct json *result_leases(const struct fleet_result *r)
{
	struct json *o;
	uint64_t sum = 0;
	uint32_t *sorted;

	for (uint32_t i = 0; i < r->tenths; i++)
		sum += r->leases[i];
	sorted = sum ? malloc(r->tenths * sizeof(*sorted)) : NULL;
	if (!sorted)
		return json_null();
	memcpy(sorted, r->leases, r->tenths * sizeof(*sorted));
	qsort(sorted, r->tenths, sizeof(*sorted), by_size);
	o = json_object();
	json_put_num(o, "mean", (double)sum / r->tenths);
	json_put_int(o, "min", sorted[0]);
	json_put_int(o, "p5", sorted[(r->tenths - 1) / 20]);
	json_put_int(o, "p95", sorted[(r->tenths - 1) - (r->tenths - 1) / 20]);
	json_put_int(o, "max", sorted[r->tenths - 1]);
	free(sorted);
	return o;
}
