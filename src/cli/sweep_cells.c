/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_cells.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "cli/result_classes.h"
#include "cli/result_closed.h"
#include "cli/result_run.h"
#include "cli/sweep_implied.h"
#include "report/classes.h"

/* ------------------------------------------------------------------ one cell */

/* Its settings: those of every cell, the grid's and more. */
static struct settings settings_of(
	const struct sweep *s, uint32_t cell, const struct settings *more, struct arena *mem)
{
	const struct grid *g = s->grid;
	const char **text = ARENA_ARRAY(mem, const char *, g->n);
	const char **door = ARENA_ARRAY(mem, const char *, g->n);
	const struct settings varied = {.text = text, .door = door, .n = g->n};
	struct settings sets;

	for (uint32_t v = 0; v < g->n; v++) {
		const struct vary *vary = &g->vary[v];
		struct str set = {0};

		str_addf(&set, "%s=%s", vary->field, vary->value[grid_value(g, cell, v)]);
		door[v] = "--vary ";
		text[v] = arena_strdup(mem, str_text(&set));
		str_fini(&set);
	}
	sets = settings_joined(mem, s->sets, &varied);
	return settings_joined(mem, &sets, more);
}

static int load(const struct sweep *s, const struct settings *given, struct arena *mem,
	struct scenario *scenario, struct model *resolved, struct err *err)
{
	struct library lib = {s->lib->dir, mem};
	struct str ignored = {0}; /* the same of every cell */
	struct settings sets = *given;
	int code;

	sets.warnings = &ignored;
	code = scenario_load(&lib, s->scenario, &sets, scenario, resolved, err);
	str_fini(&ignored);
	return code;
}

int sweep_cell(const struct sweep *s, uint32_t cell, const struct settings *more,
	struct arena *mem, struct sweep_ran *ran, struct err *err)
{
	struct settings sets = settings_of(s, cell, more, mem);
	struct scenario *scenario = ARENA_NEW(mem, struct scenario);
	struct result_run run = {.scenario = scenario, .threads = 1};
	struct model resolved = {0};
	int code = load(s, &sets, mem, scenario, &resolved, err);

	ran->result = NULL;
	run.spec = resolved.spec;
	if (!code)
		code = result_run(&run, &ran->result, err);
	if (!code)
		ran->walls = walls_of(scenario, ran->result, mem);
	return code;
}

/* Rows of the calls that the scenario is foreseen to make: what a result would have. */
static struct json *foreseen(const struct scenario *s)
{
	struct json *none = json_object(), *runtime = json_array(), *api = json_array();
	struct json *calls = result_closed(s, none, NULL);

	for (const struct json *c = json_child(calls); c; c = json_next(c)) {
		struct json *row = json_object();
		bool is_runtime = json_is_str(json_get(c, "operation"));

		if (is_runtime)
			json_put(row, "operation", json_clone(json_get(c, "operation")));
		if (!is_runtime) {
			json_put(row, "verb", json_clone(json_get(c, "verb")));
			json_put(row, "resource", json_clone(json_get(c, "resource")));
		}
		json_append(is_runtime ? runtime : api, row);
	}
	json_put(none, "runtime", runtime);
	json_put(none, "api", api);
	if (*s->apiserver.costs.calibration)
		json_put(none, "apiserver", json_object());
	json_free(calls);
	return none;
}

static void add_classes(
	const struct scenario *s, const struct model *resolved, struct json **classes)
{
	struct json *calls = foreseen(s);
	struct json *own = result_classes(s, resolved->spec, &resolved->origins, calls);
	struct json *all = classes_both(*classes, own);

	json_free(calls);
	json_free(own);
	json_free(*classes);
	*classes = all;
}

int sweep_check(
	const struct sweep *s, uint32_t cell, struct sweep_foreseen *all, struct err *err)
{
	static const struct settings none = {0};
	struct scenario *scenario;
	struct model resolved = {0};
	struct settings sets;
	struct arena mem;
	int code;

	arena_init(&mem, 0);
	sets = settings_of(s, cell, &none, &mem);
	scenario = ARENA_NEW(&mem, struct scenario);
	code = load(s, &sets, &mem, scenario, &resolved, err);
	if (!code) {
		add_classes(scenario, &resolved, &all->classes);
		gate_resources(&all->words, &scenario->calls, all->mem);
	}
	arena_fini(&mem);
	return code;
}

int sweep_scenario(const struct sweep *s, uint32_t cell, struct arena *mem,
	struct scenario *scenario, struct err *err)
{
	static const struct settings none = {0};
	struct settings sets = settings_of(s, cell, &none, mem);
	struct model resolved = {0};

	return load(s, &sets, mem, scenario, &resolved, err);
}

static struct json *walls_hit(const struct walls *walls)
{
	struct json *list = json_array();

	for (unsigned w = 0; w < WALLS; w++) {
		const struct wall_state *state = &walls->state[w];
		struct json *row;

		if (!state->hit)
			continue;
		row = json_object();
		json_put_str(row, "wall", wall_name((enum wall)w));
		json_put_str(row, "measure", state->measure);
		json_put_num(row, "value", state->value);
		json_put_num(row, "limit", state->limit);
		json_put_str(row, "unit", state->unit);
		json_append(list, row);
	}
	return list;
}

/* Of the measures that have one; null where it holds for no call. */
static void put_closed(struct json *row, const struct sweep *s, const struct json *result)
{
	struct json *closed = json_object(), *shares = json_object();

	for (uint32_t m = 0; m < s->n_measures; m++) {
		double value, of;
		enum measure_found found = measure_closed(result, &s->measure[m], &value, &of);
		bool has = found == MEASURE_IS || found == MEASURE_LEAST;

		if (found == MEASURE_NO_ROW)
			continue;
		json_put(closed, s->name[m], has ? json_num(value) : json_null());
		if (found == MEASURE_LEAST)
			json_put_num(shares, s->name[m], of);
	}
	json_put(row, "closedForm", closed);
	if (json_size(shares))
		json_put(row, "closedFormOf", shares);
	else
		json_free(shares);
}

static struct json *row_of(const struct sweep *s, uint32_t cell, const struct sweep_ran *ran)
{
	const struct json *result = ran->result;
	const struct grid *g = s->grid;
	struct json *row = json_object(), *values = json_object(), *measures = json_object();
	double seconds;

	for (uint32_t v = 0; v < g->n; v++)
		json_put_str(values, g->vary[v].path, g->vary[v].value[grid_value(g, cell, v)]);
	for (uint32_t m = 0; m < s->n_measures; m++) {
		double value;
		enum measure_found found = measure_read(result, &s->measure[m], &value);

		json_put(measures, s->name[m],
			measure_has(found) ? json_num(value) : json_null());
	}
	json_put(row, "values", values);
	json_put(row, "measures", measures);
	put_closed(row, s, result);
	json_put(row, "impliedDetectionSeconds",
		implied_detection(result, &seconds) ? json_num(seconds) : json_null());
	json_put(row, "walls", walls_hit(&ran->walls));
	return row;
}

bool sweep_figure(const struct json *row, const char *measure, double *value)
{
	const struct json *v = json_get(json_get(row, "measures"), measure);

	*value = json_as_num(v);
	return json_is_num(v);
}

/* ------------------------------------------------------------------ the journal */

/* JSON without its layout: inside texts a newline is escaped, so every one is layout. */
static char *one_line(const struct json *value)
{
	char *text = json_print(value), *to = text;

	for (const char *at = text; *at; at++) {
		if (*at == '\n')
			at += strspn(at + 1, " ");
		else
			*to++ = *at;
	}
	*to = '\0';
	return text;
}

static int note(struct sweep *s, uint32_t cell, struct err *err)
{
	struct json *line;
	char *text;
	int code;

	if (!s->journal.fd)
		return 0;
	line = json_object();
	json_put_int(line, "cell", cell);
	json_put(line, "row", json_clone(s->cell[cell]));
	text = one_line(line);
	code = journal_add(&s->journal, text, err);
	free(text);
	json_free(line);
	return code;
}

/* A line that is none of ours is skipped: that cell is simulated again. */
static void take_line(struct sweep *s, const char *text)
{
	struct json *line = NULL, *row;
	struct err ignored = {0};
	double cell;

	if (json_parse(text, strlen(text), &line, &ignored))
		return;
	cell = json_as_num(json_get(line, "cell"));
	row = json_get(line, "row");
	if (json_is_num(json_get(line, "cell")) && cell >= 0 && cell < s->grid->cells &&
		json_is_object(json_get(row, "measures")) &&
		json_is_object(json_get(row, "closedForm")) &&
		json_get(row, "impliedDetectionSeconds") && !s->cell[(uint32_t)cell]) {
		s->cell[(uint32_t)cell] = json_clone(row);
		s->found++;
	}
	json_free(line);
}

int sweep_resume(struct sweep *s, const char *path, const char *fingerprint, struct err *err)
{
	int code = journal_open(&s->journal, path, fingerprint, err);

	if (code)
		return code;
	for (const char *line = NULL; (line = journal_next(&s->journal, line));)
		take_line(s, line);
	return 0;
}

/* ------------------------------------------------------------------ all cells */

struct running {
	struct sweep *s;
	struct arena *mem; /* [threads] */
	struct pending {
		uint32_t cell;
		uint64_t weight;
	} * pending;
	pthread_mutex_t lock; /* of what follows, the journal and the rows */
	struct progress progress;
	uint64_t done; /* weight */
	struct err err;
};

static bool has_failed(struct running *r)
{
	bool failed;

	(void)pthread_mutex_lock(&r->lock);
	failed = r->err.code != ERR_OK;
	(void)pthread_mutex_unlock(&r->lock);
	return failed;
}

static void take_result(
	struct running *r, const struct pending *of, struct sweep_ran *ran, struct err *err)
{
	uint32_t cell = of->cell;

	(void)pthread_mutex_lock(&r->lock);
	if (ran->result) {
		r->s->cell[cell] = row_of(r->s, cell, ran);
		(void)note(r->s, cell, err);
	}
	if (err->code != ERR_OK && r->err.code == ERR_OK)
		r->err = *err;
	r->done += of->weight;
	progress_tell(&r->progress, r->done);
	(void)pthread_mutex_unlock(&r->lock);
	json_free(ran->result);
}

static void work(void *ctx, unsigned thread, uint32_t item)
{
	static const struct settings none = {0};
	struct running *r = ctx;
	struct sweep_ran ran;
	struct err err = {0};

	if (has_failed(r))
		return;
	arena_reset(&r->mem[thread]);
	(void)sweep_cell(r->s, r->pending[item].cell, &none, &r->mem[thread], &ran, &err);
	take_result(r, &r->pending[item], &ran, &err);
}

/* ------------------------------------------------------------------ how much is left */

/* A cell's value of a field that is a number: its own if the field is varied, else the base's.
 */
static double value_of(const struct sweep *s, uint32_t cell, const char *field, double of_base)
{
	for (uint32_t v = 0; v < s->grid->n; v++)
		if (!strcmp(s->grid->vary[v].field, field) && s->grid->vary[v].is_number)
			return s->grid->vary[v].number[grid_value(s->grid, cell, v)];
	return of_base;
}

/* What a node does whatever its pods are, in pods: loops. */
enum { NODE_IN_PODS = 20 };

uint64_t sweep_weight(const struct sweep *s, uint32_t cell)
{
	const struct scenario *b = s->base;
	double nodes = value_of(s, cell, "nodes", b->nodes);
	double pods = value_of(s, cell, "workload.pods", b->workload.pods);
	double seconds = value_of(s, cell, "warmup", (double)b->warmup / 1e9) +
			 value_of(s, cell, "duration", (double)b->duration / 1e9);

	return (uint64_t)(nodes * (pods + NODE_IN_PODS) * seconds) + 1;
}

static int heavier(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

static uint64_t list_pending(struct running *r, uint32_t *n)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < r->s->grid->cells; i++) {
		if (r->s->cell[i])
			continue;
		r->pending[*n] = (struct pending){i, sweep_weight(r->s, i)};
		all += r->pending[(*n)++].weight;
	}
	qsort(r->pending, *n, sizeof(*r->pending), heavier);
	return all;
}

int sweep_run(struct sweep *s, struct err *err)
{
	unsigned threads = s->threads ? s->threads : pool_processors();
	struct running r = {.s = s, .lock = PTHREAD_MUTEX_INITIALIZER};
	uint64_t weight;
	uint32_t n = 0;
	int code;

	r.pending = calloc(s->grid->cells, sizeof(*r.pending));
	r.mem = calloc(threads, sizeof(*r.mem));
	if (!r.pending || !r.mem) {
		free(r.pending);
		free(r.mem);
		return err_set(err, ERR_NOMEM, "no memory");
	}
	weight = list_pending(&r, &n);
	for (unsigned i = 0; i < threads; i++)
		arena_init(&r.mem[i], 0);
	progress_begin(&r.progress, "sweep", weight);
	code = n ? pool_run(threads, n, work, &r, err) : 0;
	progress_end(&r.progress);
	for (unsigned i = 0; i < threads; i++)
		arena_fini(&r.mem[i]);
	free(r.pending);
	free(r.mem);
	if (!code && r.err.code != ERR_OK)
		code = err_set(err, r.err.code, "%s", r.err.text);
	return code;
}
