/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll sweep`: a grid of scenarios, and what it says about density. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/sweep_advice.h"
#include "cli/sweep_cells.h"
#include "cli/sweep_client.h"
#include "models/tree.h"
#include "report/gate.h"
#include "report/sweep.h"

struct sweep_options {
	struct common common;
	struct opt_texts vary, sets, with, measures;
	const char *knee;
	struct opt_seed seed;
};

#define REC struct sweep_options
static const struct opt opts[] = {
	ROW(vary, "vary", OPT_TEXTS, .value = "PATH=VALUES",
		.help = "a field and its values: a,b,c or lo..hi/step, or both; may be "
			"repeated"),
	ROW_SETS("override a field of every cell"),
	ROW_WITH("add a feature to every cell"),
	ROW(measures, "measure", OPT_TEXTS, .value = "NAME",
		.help = "keep this one too, as runtime.latency.p99; may be repeated"),
	ROW(knee, "knee", OPT_TEXT, .value = "NAME",
		.help = "of which measure the knee is told (podStart.p99, or what there is)"),
	ROW_SEED("seed of the random draws of every cell (the scenario's)", .max = SEED_MAX),
	ROWS_CHECK,
};
#undef REC

static const char *const usual[] = {"runtime.calls.perNode", "api.requests.mean",
	"api.load.peak", "relist.duration.p99", "relist.interval.max", "detection.p99",
	"staleness.p99", "podStart.p50", "podStart.p99", "api.limiter.p99",
	"api.tries.throttled", "api.tries.rejected", "apiserver.utilization", "watches.open",
	"health.notReadyNodes", "health.plegEventsDropped", "health.pullsRefused"};

struct sweeping {
	struct sweep_options o;
	struct library lib;
	struct arena mem;
	struct grid grid;
	struct sweep sweep;
	struct settings sets;
	struct scenario scenario; /* as given, before anything varies */
	struct model resolved;
	struct str warnings;
	struct sweep_foreseen all; /* cells */
	struct gate
		gate[SWEEP_MEASURES_MAX]; /* without conditions: the measures as asked for */
	const char *flag[SWEEP_MEASURES_MAX]; /* by which; "measure", "knee" */
};

/* ------------------------------------------------------------------ what is asked */

static int measure_fault(
	const char *flag, const char *name, const struct gate_fault *fault, struct err *err)
{
	return err_set(err, ERR_INPUT, "--%s, column %zu: %s\n  %.300s\n  %*s^", flag,
		fault->at + 1, fault->text, name, (int)fault->at, "");
}

static int add_measure(struct sweeping *w, const char *flag, const char *name, struct err *err)
{
	struct sweep *s = &w->sweep;
	struct gate *gate = &w->gate[s->n_measures];
	struct gate_fault fault;

	for (uint32_t i = 0; i < s->n_measures; i++)
		if (!strcmp(s->name[i], name))
			return 0;
	if (s->n_measures == SWEEP_MEASURES_MAX)
		return err_set(
			err, ERR_INPUT, "--measure: more than %d in all", SWEEP_MEASURES_MAX);
	if (gate_parse_measure(name, "Result", &w->mem, gate, &fault))
		return measure_fault(flag, name, &fault, err);
	s->measure[s->n_measures] = gate->measure;
	w->flag[s->n_measures] = flag;
	s->name[s->n_measures++] = name;
	return 0;
}

/* A misspelt verb or resource would be a column without figures. */
static int check_measures(struct sweeping *w, struct err *err)
{
	const struct measure_points none = {0};
	struct json *spec = tree_json(w->resolved.spec);
	struct gate_fault fault;
	int code = 0;

	w->all.words.clients = gate_clients(&w->lib, spec, NULL);
	for (uint32_t m = 0; m < w->sweep.n_measures && !code; m++)
		if (gate_known(&w->gate[m], &none, &w->all.words, &fault))
			code = measure_fault(w->flag[m], w->sweep.name[m], &fault, err);
	json_free(spec); /* whose agents are among the clients */
	w->all.words.clients = (struct gate_words){0};
	return code;
}

static int take_measures(struct sweeping *w, struct err *err)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (add_measure(w, "measure", usual[i], err))
			return ERR_INPUT;
	for (uint32_t i = 0; i < w->o.measures.n; i++)
		if (add_measure(w, "measure", w->o.measures.text[i], err))
			return ERR_INPUT;
	return w->o.knee ? add_measure(w, "knee", w->o.knee, err) : 0;
}

/* The scenario as it is given, with its settings: what is wrong with them is told before
 * anything runs.  What varies may be set, too, but then nobody knows which is meant. */
static int take_scenario(struct sweeping *w, const char *name, struct err *err)
{
	struct opt_texts *sets = &w->o.sets;
	int code;

	for (uint32_t v = 0; v < w->grid.n; v++) {
		if (common_is_set(sets, w->grid.vary[v].field))
			return err_set(err, ERR_INPUT,
				"--set %.100s: --vary has that field already",
				w->grid.vary[v].field);
		if (w->o.seed.given && !strcmp(w->grid.vary[v].field, "seed"))
			return err_set(err, ERR_INPUT, "--seed: --vary has that field already");
	}
	code = common_set_seed(sets, &w->o.seed, &w->mem, err);
	if (code)
		return code;
	w->sets = common_settings(sets, &w->o.with, &w->warnings);
	code = scenario_load(&w->lib, name, &w->sets, &w->scenario, &w->resolved, err);
	common_warn(&w->warnings);
	w->sets.warnings = NULL;
	return code;
}

/* Every value by itself, so that a wrong one is told before the others are simulated. */
static int check_values(struct sweeping *w, struct err *err)
{
	struct sweep *s = &w->sweep;
	uint32_t cell = 0;

	for (uint32_t v = 0; v < w->grid.n; v++)
		for (uint32_t k = 0; k < w->grid.vary[v].n; k++) {
			uint32_t last = w->grid.axis;
			int code;

			w->grid.axis = v; /* to go along it */
			cell = grid_along(&w->grid, 0, k);
			w->grid.axis = last;
			code = sweep_check(s, cell, &w->all, err);
			if (code)
				return code;
		}
	return 0;
}

/* ------------------------------------------------------------------ the journal */

static void hash(uint64_t *h, const char *text)
{
	/* FNV-1a, with the end of each text in it */
	do {
		*h = (*h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	} while (*text++);
}

/* What a journal is of: all that makes its rows. */
static void fingerprint(const struct sweeping *w, char *to, size_t size)
{
	struct json *spec = tree_json(w->resolved.spec);
	char *text = json_print(spec);
	uint64_t h = UINT64_C(14695981039346656037);

	hash(&h, text);
	for (uint32_t i = 0; i < w->o.vary.n; i++)
		hash(&h, w->o.vary.text[i]);
	for (uint32_t i = 0; i < w->sweep.n_measures; i++)
		hash(&h, w->sweep.name[i]);
	(void)snprintf(to, size,
		"nodetoll " NODETOLL_VERSION " sweep of %.60s, %u cells, %016llx",
		w->scenario.name, w->grid.cells, (unsigned long long)h);
	json_free(spec);
	free(text);
}

static int resume(struct sweeping *w, struct err *err)
{
	const char *file = w->o.common.file;
	struct str path = {0};
	char head[160];
	int code;

	if (!file || !strncmp(file, "/dev/", 5))
		return 0;
	fingerprint(w, head, sizeof(head));
	str_addf(&path, "%s.journal", file);
	code = sweep_resume(&w->sweep, str_text(&path), head, err);
	if (!code && w->sweep.found)
		(void)fprintf(stderr, "nodetoll: sweep: %s has %u of %u cells already\n",
			str_text(&path), w->sweep.found, w->grid.cells);
	str_fini(&path);
	return code;
}

/* ------------------------------------------------------------------ the result */

static struct json *varied(const struct grid *g)
{
	struct json *list = json_array();

	for (uint32_t v = 0; v < g->n; v++) {
		struct json *row = json_object(), *values = json_array();

		json_put_str(row, "path", g->vary[v].path);
		for (uint32_t k = 0; k < g->vary[v].n; k++)
			json_append_str(values, g->vary[v].value[k]);
		json_put(row, "values", values);
		json_append(list, row);
	}
	return list;
}

static struct json *measures(const struct sweep *s, const struct json *result)
{
	struct json *list = json_array();

	for (uint32_t m = 0; m < s->n_measures; m++) {
		struct json *row = json_object();

		json_put_str(row, "measure", s->name[m]);
		json_put_str(row, "unit", measure_unit_name(s->measure[m].stat->unit));
		json_put_str(row, "class", measure_class_in(result, NULL, &s->measure[m]));
		json_put(row, "calibration",
			measure_calibration_in(result, NULL, &s->measure[m]));
		json_append(list, row);
	}
	return list;
}

static struct json *result_of(struct sweeping *w, struct json *groups)
{
	const struct grid *g = &w->grid;
	struct json *result = common_result("Sweep");
	struct json *metadata = json_object(), *cells = json_array();
	struct str calibration = {0};

	json_put_str(metadata, "name", w->scenario.name);
	json_put(result, "metadata", metadata);
	json_put_int(result, "seed", (int64_t)w->scenario.seed);
	json_put_int(result, "nodes", w->scenario.nodes);
	json_put_int(result, "podsPerNode", w->scenario.workload.pods);
	json_put(result, "vary", varied(g));
	json_put_str(result, "axis", g->axis < g->n ? g->vary[g->axis].path : NULL);
	json_put(result, "classes", w->all.classes);
	w->all.classes = NULL;
	json_put(result, "measures", measures(&w->sweep, result));
	json_put(result, "groups", groups);
	json_put(result, "pareto", advice_pareto(&w->sweep));
	for (uint32_t c = 0; c < g->cells; c++) {
		json_append(cells, w->sweep.cell[c]);
		w->sweep.cell[c] = NULL;
	}
	json_put(result, "cells", cells);
	measure_calibration(result, &calibration);
	json_put_str(result, "calibration", str_text(&calibration));
	json_put(result, "scenario", origin_json(&w->resolved.origins, w->resolved.spec));
	str_fini(&calibration);
	return result;
}

static int conclude(struct sweeping *w, struct err *err)
{
	struct json *groups = advice_groups(&w->sweep, w->o.knee);
	struct json *result;
	int code = client_advice(&w->sweep, &groups, err);

	if (code) {
		json_free(groups);
		return code;
	}
	result = result_of(w, groups);
	code = common_emit(&w->o.common, result, err);
	if (!code)
		journal_remove(&w->sweep.journal);
	json_free(result);
	return code;
}

static int sweep(struct sweeping *w, const char *name, struct err *err)
{
	struct sweep *s = &w->sweep;
	int code = common_library(w->o.common.models, &w->lib, err);

	w->lib.mem = &w->mem;
	if (!code)
		code = grid_read(&w->grid, &w->o.vary, &w->mem, err);
	if (!code)
		code = take_measures(w, err);
	if (!code)
		code = take_scenario(w, name, err);
	if (code)
		return code;
	s->lib = &w->lib;
	s->scenario = name;
	s->sets = &w->sets;
	s->grid = &w->grid;
	s->base = &w->scenario;
	s->threads = w->o.common.threads;
	s->cell = ARENA_ARRAY(&w->mem, struct json *, w->grid.cells);
	w->all.mem = &w->mem;
	code = check_values(w, err);
	if (!code)
		code = check_measures(w, err);
	if (!code)
		code = resume(w, err);
	if (!code)
		code = sweep_run(s, err);
	return code ? code : conclude(w, err);
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct sweeping *w = own;
	int code;

	arena_init(&w->mem, 0);
	code = sweep(w, line->argument, err);
	for (uint32_t c = 0; w->sweep.cell && c < w->grid.cells; c++)
		json_free(w->sweep.cell[c]);
	journal_close(&w->sweep.journal);
	json_free(w->all.classes);
	arena_fini(&w->mem);
	return code;
}

const struct cmd cmd_sweep_row = {
	.name = "sweep",
	.argument = "SCENARIO",
	.summary = "a grid of scenarios: the first wall, the knee, what nothing beats",
	.about = "SCENARIO is a name in models/scenario or a file; --vary gives a field's "
		 "values, as\n"
		 "podsPerNode=10..250/10 or kubelet.pleg.relistPeriod=1s,2s,5s.  Every "
		 "combination is a\n"
		 "cell.  Along pods a node (or the first field that is a quantity) it tells "
		 "which limit\n"
		 "breaks first and at what value, where the knee is, how many pods hold, and "
		 "which client\n"
		 "limit is enough for them.\n"
		 "\n"
		 "With -f FILE every finished cell goes into FILE.journal at once: a sweep "
		 "that was killed\n"
		 "goes on from there when it is started again.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct sweeping),
	.run = run,
};
