/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "cli/sweep_advice.h"
#include "report/table.h"

/* Bursts are twice as much, as the kubelet's defaults are (5 and 10, since 1.27 50 and 100). */
static const uint32_t ladder[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
enum { LADDER = sizeof(ladder) / sizeof(ladder[0]), GROUPS_ADVISED = 64 };

/* What the scenario is told to have, and nobody is to be told otherwise. */
#define CLIENT_PATH "kubelet.clients.kube"
#define QPS_PATH    CLIENT_PATH ".qps"

static const char no_start[] = "no pod starts, so nothing that asks much is measured";
static const char no_density[] = "a wall stands at every density, whatever the client's limit";
static const char no_rung[] = "with none of 1 to 500 a second no wall is hit";
static const char no_value[] = "with none of those that are varied no wall is hit";
static const char is_varied[] = "it is varied itself";

struct advising;

struct advice {
	struct advising *all;
	uint32_t first; /* cell of the group's first value of the axis */
	const struct json *group;
	uint32_t at;                /* which value of the axis */
	double qps, burst;          /* that are enough there */
	int64_t own_qps, own_burst; /* what the scenario has there; < 0: no limit */
	const char *next;           /* wall with the highest limit and more pods; NULL: none */
	const char *reason;         /* NULL: qps is told */
	struct err err;
};

struct advising {
	const struct sweep *s;
	uint32_t n;
	struct advice one[GROUPS_ADVISED];
	pthread_mutex_t lock; /* of what follows */
	uint64_t done;        /* runs */
	struct progress progress;
};

static void ran_one(struct advising *all)
{
	(void)pthread_mutex_lock(&all->lock);
	progress_tell(&all->progress, ++all->done);
	(void)pthread_mutex_unlock(&all->lock);
}

/* A run with a limit of the ladder. */
struct trial {
	bool limiter;     /* is hit */
	bool starts;      /* of pods are measured */
	const char *wall; /* the first that is; NULL: none */
};

static int try_rung(
	const struct sweep *s, struct advice *a, uint32_t at, uint32_t rung, struct trial *t)
{
	char qps[64], burst[64];
	const char *text[] = {qps, burst};
	const struct settings more = {.text = text, .n = 2};
	struct sweep_ran ran;
	struct arena mem;
	int code;

	*t = (struct trial){0};
	(void)snprintf(qps, sizeof(qps), QPS_PATH "=%u", ladder[rung]);
	(void)snprintf(burst, sizeof(burst), CLIENT_PATH ".burst=%u", 2 * ladder[rung]);
	arena_init(&mem, 0);
	code = sweep_cell(s, grid_along(s->grid, a->first, at), &more, &mem, &ran, &a->err);
	if (!code) {
		t->wall = walls_first(&ran.walls);
		t->limiter = ran.walls.state[WALL_LIMITER].hit;
		t->starts = json_as_num(table_value(ran.result, "pods.started")) > 0;
	}
	json_free(ran.result);
	arena_fini(&mem);
	ran_one(a->all);
	return code;
}

/* How many values of the axis from `from` on hold with the highest limit, as one more than the
 * last of them. */
static int reach(const struct sweep *s, struct advice *a, uint32_t from, uint32_t *end)
{
	uint32_t to = s->grid->vary[s->grid->axis].n;

	while (from < to) {
		uint32_t middle = (from + to) / 2;
		struct trial t;

		if (try_rung(s, a, middle, LADDER - 1, &t))
			return a->err.code;
		if (t.wall) {
			to = middle;
			a->next = t.wall;
		} else {
			from = middle + 1;
		}
	}
	*end = from;
	return 0;
}

/* The lowest rung whose limiter is no wall, and from there on the first without any. */
static int climb(const struct sweep *s, struct advice *a)
{
	uint32_t from = 0, to = LADDER;
	struct trial t = {0};

	while (from < to) {
		uint32_t middle = (from + to) / 2;

		if (try_rung(s, a, a->at, middle, &t))
			return a->err.code;
		if (t.limiter)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < LADDER; from++) {
		if (try_rung(s, a, a->at, from, &t))
			return a->err.code;
		if (!t.wall)
			break;
	}
	if (from == LADDER)
		a->reason = no_rung;
	else if (from == 0 && !t.starts)
		a->reason = no_start;
	a->qps = from < LADDER ? ladder[from] : 0;
	a->burst = 2 * a->qps;
	return 0;
}

static int own_limits(const struct sweep *s, struct advice *a)
{
	struct scenario *scenario;
	struct arena mem;
	int code;

	arena_init(&mem, 0);
	scenario = ARENA_NEW(&mem, struct scenario);
	code = sweep_scenario(s, grid_along(s->grid, a->first, a->at), &mem, scenario, &a->err);
	a->own_qps = scenario->kubelet.client[CLIENT_MAIN].qps_milli;
	a->own_burst = scenario->kubelet.client[CLIENT_MAIN].burst;
	arena_fini(&mem);
	return code;
}

static bool is_along_limit(const struct grid *g)
{
	return g->axis < g->n && !strcmp(g->vary[g->axis].field, QPS_PATH);
}

/* The least value of the axis that holds is the limit that is enough. */
static int along_limit(const struct sweep *s, struct advice *a)
{
	const struct vary *axis = &s->grid->vary[s->grid->axis];
	const struct json *row = s->cell[a->first];
	double ignored;

	while (a->at < axis->n && json_size(json_get(row, "walls")))
		row = ++a->at < axis->n ? s->cell[grid_along(s->grid, a->first, a->at)] : row;
	if (a->at == axis->n) {
		a->reason = no_value;
		return 0;
	}
	if (a->at == 0 && !sweep_figure(row, "podStart.p99", &ignored))
		a->reason = no_start;
	if (own_limits(s, a))
		return a->err.code;
	a->qps = axis->number[a->at];
	a->burst = (double)a->own_burst;
	a->own_qps = 0; /* there is none beside those that are varied */
	return 0;
}

static int along_pods(const struct sweep *s, struct advice *a)
{
	struct sweep_holds h = advice_holds(s, a->first);
	uint32_t end = h.to;

	if (h.to == 0 && h.from < s->grid->vary[s->grid->axis].n) {
		a->at = h.from;
	} else {
		if (reach(s, a, h.to, &end))
			return a->err.code;
		a->at = end ? end - 1 : 0;
		a->reason = end ? NULL : no_density;
	}
	if (!a->reason && climb(s, a))
		return a->err.code;
	return own_limits(s, a);
}

static void advise_one(void *ctx, unsigned thread, uint32_t i)
{
	struct advising *a = ctx;

	(void)thread;
	if (is_along_limit(a->s->grid))
		(void)along_limit(a->s, &a->one[i]);
	else
		(void)along_pods(a->s, &a->one[i]);
}

/* ------------------------------------------------------------------ told */

static bool put_told(
	const struct advice *a, const struct json *at, const char *key, struct json *o)
{
	bool told = !a->reason;

	if (!strcmp(key, "clientQps"))
		json_put(o, key, told ? json_num(a->qps) : json_null());
	else if (!strcmp(key, "clientBurst"))
		json_put(o, key, told ? json_num(a->burst) : json_null());
	else if (!strcmp(key, "clientQpsAt"))
		json_put(o, key, told ? json_clone(at) : json_null());
	else if (!strcmp(key, "clientOwnQps"))
		json_put(o, key,
			a->own_qps > 0 ? json_num((double)a->own_qps / 1000) : json_null());
	else if (!strcmp(key, "clientOwnBurst"))
		json_put(o, key, a->own_qps > 0 ? json_int(a->own_burst) : json_null());
	else if (!strcmp(key, "clientNextWall"))
		json_put_str(o, key, told ? a->next : NULL);
	else if (!strcmp(key, "clientReason"))
		json_put_str(o, key, a->reason);
	else
		return false;
	return true;
}

static struct json *with_client(const struct sweep *s, const struct advice *a)
{
	const struct vary *axis = &s->grid->vary[s->grid->axis];
	struct json *at = is_along_limit(s->grid) ? json_null() : json_num(axis->number[a->at]);
	struct json *o = json_object();

	for (const struct json *v = json_child(a->group); v; v = json_next(v))
		if (!put_told(a, at, json_key(v), o))
			json_put(o, json_key(v), json_clone(v));
	json_free(at);
	return o;
}

static bool varies_client(const struct grid *g)
{
	for (uint32_t v = 0; v < g->n; v++)
		if (!strncmp(g->vary[v].field, CLIENT_PATH, strlen(CLIENT_PATH)))
			return true;
	return false;
}

/* Halving the densities that may hold yet, then the ladder, and the rung that it ends at once
 * more. */
static uint64_t most_runs(const struct advising *a)
{
	uint32_t n = a->s->grid->vary[a->s->grid->axis].n;
	uint64_t runs = 0;

	for (uint32_t i = 0; i < a->n; i++) {
		for (uint32_t left = n - advice_holds(a->s, a->one[i].first).to; left;
			left /= 2)
			runs++;
		for (uint32_t left = LADDER; left; left /= 2)
			runs++;
		runs++;
	}
	return runs;
}

static int run_all(struct advising *a, struct err *err)
{
	unsigned threads = a->s->threads ? a->s->threads : pool_processors();
	int code;

	if (a->n == 0 || (varies_client(a->s->grid) && !is_along_limit(a->s->grid)))
		return 0;
	progress_begin(&a->progress, "sweep, limits of the client", most_runs(a));
	code = pool_run(threads, a->n, advise_one, a, err);
	progress_end(&a->progress);
	return code;
}

int client_advice(const struct sweep *s, struct json **groups, struct err *err)
{
	bool itself = is_along_limit(s->grid);
	struct advising *a;
	struct json *list, *rest = json_child(*groups);
	int code;

	if (!itself && !grid_is_density(s->grid))
		return 0;
	a = calloc(1, sizeof(*a));
	if (!a)
		return err_set(err, ERR_NOMEM, "no memory");
	a->s = s;
	(void)pthread_mutex_init(&a->lock, NULL);
	for (uint32_t cell = 0; rest && a->n < GROUPS_ADVISED; cell++) {
		if (grid_value(s->grid, cell, s->grid->axis) != 0)
			continue;
		a->one[a->n++] = (struct advice){.all = a,
			.first = cell,
			.group = rest,
			.reason = varies_client(s->grid) && !itself ? is_varied : NULL};
		rest = json_next(rest);
	}
	code = run_all(a, err);
	list = json_array();
	for (uint32_t i = 0; i < a->n && !code; i++) {
		if (a->one[i].err.code != ERR_OK)
			code = err_set(err, a->one[i].err.code, "%s", a->one[i].err.text);
		json_append(list, with_client(s, &a->one[i]));
	}
	for (; rest; rest = json_next(rest))
		json_append(list, json_clone(rest));
	json_free(code ? list : *groups);
	*groups = code ? *groups : list;
	(void)pthread_mutex_destroy(&a->lock);
	free(a);
	return code;
}
