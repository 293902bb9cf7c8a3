/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll validate`: the simulation beside what a real kubelet was recorded doing. */
#include "cli/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/result_classes.h"
#include "cli/validate_rows.h"
#include "cli/validate_run.h"
#include "models/origin.h"
#include "report/validation.h"

struct validate_options {
	struct common common;
	const char *kubelet;
	uint32_t seeds;
	struct opt_seed seed;
	int64_t min_within;
};

#define REC struct validate_options
static const struct opt opts[] = {
	ROW(kubelet, "kubelet", OPT_TEXT, .value = "NAME",
		.help = "the kubelet to simulate (the recording's)"),
	ROW(seeds, "seeds", OPT_COUNT, .value = "N", .fallback = "50", .min = 2, .max = 1000,
		.help = "over how many seeds"),
	ROW_SEED("the first of them", .fallback = "1", .max = SEED_MAX),
	ROW(min_within, "min-within", OPT_RATIO, .value = "SHARE", .fallback = "0.90",
		.max = PPM,
		.help = "least share of rows within their interval, else exit status 1"),
	ROWS_COMMON,
};
#undef REC

/* A steady row of so many calls is also judged by its relative error (3 %). */
enum { LARGE_ROW = 500 };
#define LARGE_ERROR 0.03

struct validation {
	struct validate_options o;
	struct library lib;
	struct arena mem;
	struct recording rec;
	struct json *rows, *others;
	struct progress progress;
};

static int simulate_nodes(struct validation *v, struct err *err)
{
	progress_begin(&v->progress, "validate", v->rec.n_nodes);
	for (uint32_t i = 0; i < v->rec.n_nodes; i++) {
		const struct validate_plan plan = {
			&v->rec, i, v->o.seed.value, v->o.seeds, v->o.common.threads};
		struct scenario scenario;
		struct validate_sample *samples;
		struct arena mem;
		int code;

		arena_init(&mem, 0);
		code = validate_run(&plan, &mem, &scenario, &samples, err);
		if (!code)
			validate_rows(&v->rec.nodes[i], &scenario, samples, v->o.seeds, v->rows,
				v->others);
		arena_fini(&mem);
		if (code)
			return code;
		progress_tell(&v->progress, i + 1);
	}
	progress_end(&v->progress);
	return 0;
}

static bool is_steady(const struct recording *rec, const struct json *row)
{
	const char *node = json_as_str(json_get(row, "node"));
	const char *phase = json_as_str(json_get(row, "phase"));

	for (uint32_t i = 0; i < rec->n_nodes; i++)
		for (uint32_t p = 0; p < rec->nodes[i].n_phases; p++)
			if (!strcmp(rec->nodes[i].name, node) &&
				!strcmp(rec->nodes[i].phases[p].name, phase))
				return rec->nodes[i].phases[p].action == PHASE_NONE;
	return false;
}

static bool is_latency(const struct json *row)
{
	return !strcmp(json_as_str(json_get(row, "source")), VALIDATION_LATENCY);
}

/* Over the steady rows of many calls: how many, how many within 3 %, the worst. */
static struct json *large_rows(const struct validation *v)
{
	struct json *o = json_object();
	int64_t n = 0, good = 0;
	double worst = 0;

	for (const struct json *row = json_child(v->rows); row; row = json_next(row)) {
		double e = json_as_num(json_get(row, "relativeError"));

		if (is_latency(row) || json_as_num(json_get(row, "recorded")) < LARGE_ROW ||
			!is_steady(&v->rec, row))
			continue;
		e = e < 0 ? -e : e;
		n++;
		good += e <= LARGE_ERROR;
		worst = e > worst ? e : worst;
	}
	json_put_int(o, "rows", n);
	json_put_int(o, "within3Percent", good);
	json_put_num(o, "worstRelativeError", worst);
	return o;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* How many medians and maxima of runningSeconds are near enough. */
static struct json *latencies(const struct validation *v)
{
	static const char *const end[] = {" p50", " max"};
	struct json *o = json_object();
	int64_t n[2] = {0}, good[2] = {0};

	for (const struct json *row = json_child(v->rows); row; row = json_next(row))
		for (unsigned i = 0; is_latency(row) && i < 2; i++) {
			if (!ends_with(json_as_str(json_get(row, "call")), end[i]))
				continue;
			n[i]++;
			good[i] += json_as_bool(json_get(row, "within"));
		}
	json_put_int(o, "medians", n[0]);
	json_put_int(o, "mediansWithin10Percent", good[0]);
	json_put_int(o, "maxima", n[1]);
	json_put_int(o, "maximaWithin20Percent", good[1]);
	return o;
}

/* Of counts; a latency is none. */
static double put_coverage(const struct validation *v, struct json *result)
{
	int64_t n = 0, within = 0;

	for (const struct json *row = json_child(v->rows); row; row = json_next(row)) {
		if (is_latency(row))
			continue;
		n++;
		within += json_as_bool(json_get(row, "within"));
	}
	json_put_int(result, "rowsTotal", n);
	json_put_int(result, "rowsWithin", within);
	json_put_num(result, "coverage", n ? (double)within / (double)n : 1);
	return n ? (double)within / (double)n : 1;
}

static int report(struct validation *v, struct err *err)
{
	struct json *result = common_result("Validation");
	struct json *metadata = json_object();
	double least = (double)v->o.min_within / PPM, coverage;
	int code;

	json_put_str(metadata, "name", v->rec.name);
	json_put(result, "metadata", metadata);
	json_put_str(result, "kubelet", v->rec.base.kubelet.name);
	json_put_str(result, "containerRuntime", v->rec.base.runtime.name);
	json_put_int(result, "seed", (int64_t)v->o.seed.value);
	json_put_int(result, "seeds", v->o.seeds);
	coverage = put_coverage(v, result);
	json_put_num(result, "minWithin", least);
	json_put(result, "steadyRowsOf500", large_rows(v));
	json_put(result, "runningSeconds", latencies(v));
	json_put(result, "classes",
		validation_classes(
			&v->rec.base, v->rec.resolved.spec, &v->rec.resolved.origins, v->rows));
	json_put(result, "scenario",
		origin_json(&v->rec.resolved.origins, v->rec.resolved.spec));
	json_put(result, "rows", v->rows);
	json_put(result, "others", v->others);
	v->rows = v->others = NULL;
	code = common_emit(&v->o.common, result, err);
	json_free(result);
	if (!code && coverage < least)
		code = err_set(err, ERR_CHECK,
			"coverage %.3f is below %.3f (--min-within): too many rows are outside "
			"their interval",
			coverage, least);
	return code;
}

static int validate(struct validation *v, const char *path, struct err *err)
{
	int code = common_library(v->o.common.models, &v->lib, err);

	v->lib.mem = &v->mem;
	if (!code)
		code = recording_load(&v->lib, path, v->o.kubelet, &v->rec, err);
	if (code)
		return code;
	v->rows = json_array();
	v->others = json_array();
	code = simulate_nodes(v, err);
	return code ? code : report(v, err);
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct validation *v = own;
	int code;

	arena_init(&v->mem, 0);
	code = validate(v, line->argument, err);
	json_free(v->rows);
	json_free(v->others);
	arena_fini(&v->mem);
	return code;
}

const struct cmd cmd_validate_row = {
	.name = "validate",
	.argument = "RECORDING",
	.summary = "the simulation beside what a real kubelet was recorded doing",
	.about = "RECORDING is a file of kind Recording.  Simulates its nodes and phases over "
		 "several\n"
		 "seeds and prints recorded and simulated count, 95 % prediction interval and "
		 "relative\n"
		 "error of every node, phase and call, and how long pods took to be running "
		 "(which is no\n"
		 "part of the coverage).  Recorded latencies of the runtime feed "
		 "the\n"
		 "simulation, counts do not.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct validation),
	.run = run,
};
