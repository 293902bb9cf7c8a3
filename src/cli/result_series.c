/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_series.h"

enum { POINTS_MAX = 600 };

/* A number for each second. */
typedef double (*of_second)(
	const struct fleet_result *r, const struct calls *calls, uint32_t s);

static double requests_in(const struct fleet_result *r, const struct calls *calls, uint32_t s)
{
	double n = 0;

	for (uint32_t c = CALL_API; c < calls->n; c++)
		n += tally_second(&r->tally, c, s);
	return n;
}

static double rejected_in(const struct fleet_result *r, const struct calls *calls, uint32_t s)
{
	(void)calls;
	return r->tally.rejected[s];
}

static double seats_in(const struct fleet_result *r, const struct calls *calls, uint32_t s)
{
	(void)calls;
	return (double)r->servers.seat_time[s] / 1e9;
}

/* So many seconds a point, each with its mean and, if it is of several, its peak. */
static struct json *points(const struct fleet_result *r, const struct calls *calls,
	uint32_t each, of_second number)
{
	uint32_t seconds = r->tally.seconds;
	struct json *o = json_object();
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
	return o;
}

struct json *result_series(const struct scenario *s, const struct fleet_result *r)
{
	uint32_t each = (r->tally.seconds + POINTS_MAX - 1) / POINTS_MAX;
	const struct calls *calls = &s->calls;
	struct json *o;

	if (!r->tally.seconds)
		return json_null();
	o = json_object();
	json_put_int(o, "secondsPerPoint", each);
	json_put(o, "requests", points(r, calls, each, requests_in));
	json_put(o, "rejected", points(r, calls, each, rejected_in));
	json_put(o, "seats",
		r->servers.seat_time ? points(r, calls, each, seats_in) : json_null());
	return o;
}
