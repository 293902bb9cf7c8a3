/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll simulate`: one scenario in virtual time. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/result_features.h"
#include "cli/result_json.h"
#include "cli/result_run.h"
#include "cli/slo_limits.h"
#include "fleet/fleet.h"
#include "report/result.h"

struct simulate_options {
	struct common common;
	struct opt_texts sets;
	struct opt_texts with;
	uint64_t seed;
	const char *trace;
	uint32_t trace_node;
	uint32_t slo_limits; /* 0: not asked for */
};

/* getopt sees no difference between a seed that was not given and its fallback. */
#define NO_SEED UINT64_MAX

#define REC struct simulate_options
static const struct opt opts[] = {
	{.name = "set",
		.type = OPT_TEXTS,
		.value = "PATH=VALUE",
		.at = offsetof(REC, sets),
		.help = "override a field of the scenario's spec; may be repeated"},
	{.name = "with",
		.type = OPT_TEXTS,
		.value = "FEATURE",
		.at = offsetof(REC, with),
		.help = "add a feature: a name in models/feature or a file; may be repeated"},
	{.name = "seed",
		.type = OPT_SEED,
		.value = "N",
		.max = SEED_MAX,
		.at = offsetof(REC, seed),
		.help = "seed of the random draws (the scenario's)"},
	{.name = "trace",
		.type = OPT_TEXT,
		.value = "FILE",
		.at = offsetof(REC, trace),
		.help = "write one node's calls, a JSON object a line"},
	{.name = "trace-node",
		.type = OPT_COUNT,
		.value = "N",
		.fallback = "0",
		.max = NODES_MAX - 1,
		.at = offsetof(REC, trace_node),
		.help = "which node to trace"},
	{.name = "slo-limits",
		.type = OPT_COUNT,
		.value = "TIMES",
		.min = 1,
		.max = NODES_MAX,
		.at = offsetof(REC, slo_limits),
		.help = "find how far each objective holds, up to so many times the nodes, and "
			"the "
			"pods of a node: dozens of runs"},
	OPTS_COMMON(REC),
};
#undef REC

struct simulation {
	struct simulate_options o;
	struct library lib;
	struct arena mem;
	struct scenario scenario;
	struct model resolved;
	struct progress progress;
	struct traced {
		struct tally_call call;
		uint64_t seq;
	} * traced;
	uint64_t n_traced, room;
};

/* ------------------------------------------------------------------ the trace */

static void trace_call(struct simulation *m, const struct tally_call *call)
{
	if (m->n_traced == m->room) {
		m->room = m->room ? 2 * m->room : 4096;
		m->traced = realloc(m->traced, m->room * sizeof(*m->traced));
		if (!m->traced)
			abort();
	}
	m->traced[m->n_traced] = (struct traced){*call, m->n_traced};
	m->n_traced++;
}

static void on_trace(void *ctx, const struct tally_call *call)
{
	trace_call(ctx, call);
}

/* The calls of a chain are counted together; the trace is by time. */
static int by_time(const void *a, const void *b)
{
	const struct traced *x = a, *y = b;

	if (x->call.at != y->call.at)
		return x->call.at < y->call.at ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void trace_line(
	const struct scenario *s, uint32_t node, const struct tally_call *c, struct str *out)
{
	const struct call_name *name = &s->calls.name[c->call];
	bool hidden = c->call >= CALL_HIDDEN;

	str_addf(out, "{\"at\": %lld, \"node\": %u, ", (long long)c->at, node);
	if (call_is_runtime(c->call))
		str_addf(out, "\"operation\": \"%s\", \"inMetric\": %s, \"code\": \"%s\"",
			operation_name((enum operation)(c->call - (hidden ? CALL_HIDDEN : 0u))),
			hidden ? "false" : "true", cri_code(c->what));
	else
		str_addf(out,
			"\"client\": \"%s\", \"verb\": \"%s\", \"resource\": \"%s\", "
			"\"code\": \"%s\"",
			client_of(s, c->call), name->verb, name->resource,
			api_code(name, c->what));
	if (c->took != TALLY_UNKNOWN)
		str_addf(out, ", \"latencyNs\": %lld", (long long)c->took);
	if (c->took != TALLY_UNKNOWN && !call_is_runtime(c->call))
		str_addf(out, ", \"limiterNs\": %lld", (long long)c->held);
	str_add(out, "}\n");
}

static void trace_text(struct simulation *m, struct str *out)
{
	if (m->n_traced)
		qsort(m->traced, m->n_traced, sizeof(*m->traced), by_time);
	for (uint64_t i = 0; i < m->n_traced; i++)
		trace_line(&m->scenario, m->o.trace_node, &m->traced[i].call, out);
}

/* ------------------------------------------------------------------ the run */

static void on_progress(void *ctx, uint32_t nodes_done)
{
	struct simulation *m = ctx;

	progress_tell(&m->progress, nodes_done);
}

static int find_limits(struct simulation *m, struct json *result, struct err *err)
{
	const struct slo_limits search = {.scenario = &m->scenario,
		.times = m->o.slo_limits,
		.threads = m->o.common.threads,
		.progress = on_progress,
		.ctx = m};
	struct json *rows = NULL;
	int code;

	progress_begin(&m->progress, "limits", 2 * SLO_LIMITS_RUNS);
	code = slo_limits(&search, json_get(result, "slo"), &rows, err);
	progress_end(&m->progress);
	if (!code)
		json_put(result, "sloLimits", rows);
	return code;
}

static void put_features(struct simulation *m, struct json *result)
{
	struct json *rows = result_features(&m->scenario, result, &m->mem);

	if (rows)
		json_put(result, "features", rows);
}

static int simulate(struct simulation *m, struct err *err)
{
	static const struct renderings how = {result_text, result_csv, result_markdown, NULL};
	struct result_run run = {.scenario = &m->scenario,
		.spec = m->resolved.spec,
		.origins = &m->resolved.origins,
		.threads = m->o.common.threads,
		.trace_node = m->o.trace_node,
		.trace = m->o.trace ? on_trace : NULL,
		.progress = on_progress,
		.ctx = m};
	struct str trace = {0};
	struct json *result = NULL;
	int code;

	progress_begin(&m->progress, "simulate", m->scenario.nodes);
	code = result_run(&run, &result, err);
	progress_end(&m->progress);
	if (!code)
		put_features(m, result);
	if (!code && m->o.slo_limits)
		code = find_limits(m, result, err);
	if (m->o.trace)
		trace_text(m, &trace);
	if (!code)
		code = common_emit_with(&m->o.common, result, &how,
			m->o.trace ? &(struct file_out){m->o.trace, str_text(&trace),
					     str_len(&trace)}
				   : NULL,
			err);
	json_free(result);
	str_fini(&trace);
	return code;
}

/* The flag is a setting like others, but nobody means both. */
static int set_seed(struct simulation *m, struct err *err)
{
	struct opt_texts *sets = &m->o.sets;
	char seed[64];

	if (m->o.seed == NO_SEED)
		return 0;
	for (uint32_t i = 0; i < sets->n; i++)
		if (!strncmp(sets->text[i], "seed=", 5))
			return err_set(err, ERR_INPUT,
				"--seed %llu and --set %.60s: only one of them can be meant",
				(unsigned long long)m->o.seed, sets->text[i]);
	if (sets->n == OPT_TEXTS_MAX)
		return err_set(err, ERR_INPUT, "--set is given too often");
	(void)snprintf(seed, sizeof(seed), "seed=%llu", (unsigned long long)m->o.seed);
	sets->text[sets->n++] = arena_strdup(&m->mem, seed);
	return 0;
}

static int load(struct simulation *m, const char *name, struct err *err)
{
	struct str warnings = {0};
	struct settings sets;
	int code = common_library(m->o.common.models, &m->lib, err);

	if (!code)
		code = set_seed(m, err);
	if (code)
		return code;
	sets = (struct settings){.text = m->o.sets.text,
		.n = m->o.sets.n,
		.with = m->o.with.text,
		.n_with = m->o.with.n,
		.warnings = &warnings};
	m->lib.mem = &m->mem;
	code = scenario_load(&m->lib, name, &sets, &m->scenario, &m->resolved, err);
	common_warn(&warnings);
	if (code)
		return code;
	if (!m->o.trace && m->o.trace_node > 0)
		return err_set(err, ERR_INPUT,
			"--trace-node '%u': --trace FILE says where the calls go",
			m->o.trace_node);
	if (m->o.trace && m->o.common.file && !strcmp(m->o.trace, m->o.common.file))
		return err_set(err, ERR_INPUT,
			"--trace '%s': the result goes to that file, the calls need another",
			m->o.trace);
	if (m->o.trace && m->o.trace_node >= m->scenario.nodes)
		return err_set(err, ERR_INPUT,
			"--trace-node '%u': 0 to %u is allowed, the scenario has %u nodes",
			m->o.trace_node, m->scenario.nodes - 1, m->scenario.nodes);
	return 0;
}

static int run(const struct cmd *cmd, int argc, char **argv, struct err *err)
{
	struct simulation *m = calloc(1, sizeof(*m));
	struct opt_line line = {.argc = argc, .argv = argv};
	int code;

	if (!m)
		return err_set(err, ERR_NOMEM, "no memory");
	arena_init(&m->mem, 0);
	m->o.seed = NO_SEED;
	code = opt_parse(cmd, &line, &m->o, err);
	if (!code && line.help) {
		code = common_help(cmd, err);
	} else if (!code) {
		code = load(m, line.argument, err);
		if (!code)
			code = simulate(m, err);
	}
	free(m->traced);
	arena_fini(&m->mem);
	free(m);
	return code;
}

const struct cmd cmd_simulate_row = {
	.name = "simulate",
	.argument = "SCENARIO",
	.summary = "one scenario in virtual time, every call of every node",
	.about = "SCENARIO is a name in models/scenario or a file.  Counts every call by "
		 "operation and\n"
		 "by client, verb, resource and code, with rates, peaks, bytes and latencies.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
