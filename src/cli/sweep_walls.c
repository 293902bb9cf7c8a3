/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_walls.h"

#include <string.h>

#include "cli/sweep_limiters.h"
#include "report/table.h"

const char *wall_name(enum wall wall)
{
	static const char *const names[WALLS] = {[WALL_PLEG] = "pleg",
		[WALL_LIMITER] = "limiter",
		[WALL_REGISTRY] = "registryPulls",
		[WALL_INFLIGHT] = "inflight",
		[WALL_HEARTBEAT] = "heartbeat",
		[WALL_SLO] = "slo",
		[WALL_SETTLING] = "settling"};

	return names[wall];
}

/* A figure of the result that must be 0. */
static struct wall_state none_of(
	const struct json *result, const char *path, const char *measure)
{
	double value = json_as_num(table_value(result, path));

	return (struct wall_state){value > 0, measure, value, 0, ""};
}

/* client-go rest/request.go: a request that its limiter holds back for more than a second
 * (extraLongThrottleLatency) is worth a line in the kubelet's log.  Here: one in a hundred. */
#define THROTTLED 1.0

/* A client for the cluster, whose limiter is not simulated, is asked for more than it has. */
static struct wall_state one_for_all(const struct json *result, struct wall_state otherwise)
{
	const struct json *row = json_child(json_get(result, "limiters"));

	for (; row; row = json_next(row))
		if (json_as_bool(json_get(row, "over")))
			return (struct wall_state){true, "limiters.full",
				json_as_num(json_get(row, "full")), 1, ""};
	return otherwise;
}

static struct wall_state limiter(const struct json *result)
{
	struct wall_state s = {.measure = "api.limiter.p99 of the slowest call",
		.limit = THROTTLED,
		.unit = "s"};
	const struct json *row = json_child(json_get(result, "api"));

	for (; row; row = json_next(row)) {
		double p99 = json_as_num(table_value(row, "limiterSeconds.p99"));

		s.value = p99 > s.value ? p99 : s.value;
	}
	s.hit = s.value > s.limit;
	return s.hit ? s : one_for_all(result, s);
}

static struct wall_state inflight(const struct json *result)
{
	struct wall_state s = {.measure = "api.tries.rejected", .unit = ""};
	const struct json *row = json_child(json_get(result, "requests"));

	for (; row; row = json_next(row))
		s.value += json_as_num(json_get(row, "rejected"));
	s.hit = s.value > 0;
	return s;
}

static bool is_missed(const struct json *objective)
{
	const struct json *met = json_get(objective, "met");

	return json_is_bool(met) && !json_as_bool(met);
}

/* One in a hundred may be slow, or fail. */
#define MAY_FAIL 0.01

/* An objective beside what it is held against: a time, or who failed if that is what breaks it
 * and the times of those that were answered do not. */
static struct wall_state objective_of(const struct json *row)
{
	double slowest = json_as_num(json_get(row, "slowestP99Seconds"));
	double failing = json_as_num(json_get(row, "failingShare"));
	struct wall_state s = {.hit = is_missed(row),
		.measure = "slo.p99",
		.value = slowest > 0 ? slowest : json_as_num(json_get(row, "p99Seconds")),
		.limit = json_as_num(json_get(row, "objectiveSeconds")),
		.unit = "s"};

	if (s.hit && s.value <= s.limit && failing > MAY_FAIL)
		s = (struct wall_state){true, "slo.failing", failing, MAY_FAIL, ""};
	return s;
}

/* The objective that is missed by most; if none is, the one that is nearest to it. */
static struct wall_state slo(const struct json *result)
{
	struct wall_state worst = {.measure = "slo.p99", .unit = "s"};
	const struct json *row = json_child(json_get(result, "slo"));
	double nearest = 0;
	bool hit = false;

	for (; row; row = json_next(row)) {
		struct wall_state s = objective_of(row);

		hit |= s.hit;
		if (s.limit <= 0 || s.value / s.limit < nearest)
			continue;
		nearest = s.value / s.limit;
		worst = s;
	}
	worst.hit = hit;
	return worst;
}

static struct wall_state settling(const struct json *result)
{
	const char *verdict = json_as_str(json_get(result, "verdict"));
	bool hit = verdict && strcmp(verdict, "settled") != 0;

	return (struct wall_state){hit, "verdict", hit, 0, ""};
}

struct wall_state wall_state(const struct json *result, enum wall wall)
{
	switch (wall) {
	case WALL_PLEG:
		return none_of(result, "health.notReadyByPleg", "health.notReadyByPleg");
	case WALL_LIMITER:
		return limiter(result);
	case WALL_REGISTRY:
		return none_of(result, "health.pullsRefused", "health.pullsRefused");
	case WALL_INFLIGHT:
		return inflight(result);
	case WALL_HEARTBEAT:
		return none_of(
			result, "health.notReadyByHeartbeat", "health.notReadyByHeartbeat");
	case WALL_SLO:
		return slo(result);
	case WALL_SETTLING:
		return settling(result);
	case WALLS:
		break;
	}
	return (struct wall_state){0};
}

/* Of a hundred requests that it lets through not one is left over. */
#define FULL 0.99

/* A client whose requests do not wait for long may be full all the same. */
static struct wall_state full(const struct scenario *s, const struct json *result,
	struct arena *mem, struct wall_state otherwise)
{
	struct limiter_asked fullest = limiters_fullest(s, result);
	struct str measure = {0};
	struct wall_state state = {.hit = true, .value = fullest.asked, .unit = "/s"};

	if (otherwise.hit || !fullest.client || fullest.asked <= FULL * fullest.limit)
		return otherwise;
	str_addf(&measure, "asked of client %s", fullest.client);
	state.measure = arena_strdup(mem, str_text(&measure));
	state.limit = FULL * fullest.limit;
	str_fini(&measure);
	return state;
}

struct walls walls_of(const struct scenario *s, const struct json *result, struct arena *mem)
{
	struct walls walls;

	for (unsigned w = 0; w < WALLS; w++)
		walls.state[w] = wall_state(result, (enum wall)w);
	walls.state[WALL_LIMITER] = full(s, result, mem, walls.state[WALL_LIMITER]);
	return walls;
}

const char *walls_first(const struct walls *walls)
{
	unsigned w = 0;

	while (w < WALLS && !walls->state[w].hit)
		w++;
	return w < WALLS ? wall_name((enum wall)w) : NULL;
}
