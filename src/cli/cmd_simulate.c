/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll simulate`: one scenario in virtual time. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/result_json.h"
#include "cli/result_run.h"
#include "cli/slo_limits.h"
#include "fleet/fleet.h"
#include "report/result.h"

struct simulate_options {
	struct common common;
	struct opt_texts sets;
	struct opt_texts with;
	struct opt_seed seed;
	const char *trace;
	uint32_t trace_node;
	uint32_t slo_limits; /* 0: not asked for */
};

#define REC struct simulate_options
static const struct opt opts[] = {
	ROW_SETS("override a field of the scenario's spec"),
	ROW_WITH("add a feature"),
	ROW_SEED("seed of the random draws (the scenario's)", .max = SEED_MAX),
	ROW(trace, "trace", OPT_OUTPUT, .value = "FILE",
		.help = "write one node's calls, a JSON object a line"),
	ROW(trace_node, "trace-node", OPT_COUNT, .value = "N", .fallback = "0",
		.max = NODES_MAX - 1, .help = "which node to trace"),
	ROW(slo_limits, "slo-limits", OPT_COUNT, .value = "TIMES", .min = 1, .max = NODES_MAX,
		.help = "find how far each objective holds, up to so many times the nodes, and "
			"the pods of a node: dozens of runs; without, it is told where a few "
			"nodes show it"),
	ROWS_COMMON,
};
#undef REC

struct simulation {
	struct simulate_options o;
	struct library lib;
	struct arena mem;
	struct scenario scenario;
	struct model resolved;
	struct progress progress;
	uint64_t steps; /* of the run */
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

/* Where nobody asks for it, the search takes no longer than a part of the run itself, or than a
 * moment. */
enum { SAMPLE_NODES = 8, SAMPLE_TIMES = 4, SAMPLE_STEPS = 1000000, SAMPLE_PART = 4 };

static int find_limits(struct simulation *m, struct json *result, struct err *err)
{
	bool asked = m->o.slo_limits > 0;
	uint64_t part = m->steps / SAMPLE_PART;
	uint64_t steps = part > SAMPLE_STEPS ? part : SAMPLE_STEPS;
	const struct slo_limits search = {.scenario = &m->scenario,
		.times = asked ? m->o.slo_limits : SAMPLE_TIMES,
		.sample = asked ? 0 : SAMPLE_NODES,
		.steps = asked ? 0 : steps,
		.own_steps = m->steps,
		.threads = m->o.common.threads,
		.progress = on_progress,
		.ctx = m};
	struct json *rows = NULL;
	int code;

	progress_begin(&m->progress, "limits", 2 * SLO_LIMITS_RUNS);
	code = slo_limits(&search, json_get(result, "slo"), &rows, err);
	progress_end(&m->progress);
	if (!code && (asked || json_child(rows)))
		json_put(result, "sloLimits", rows);
	else
		json_free(rows);
	return code;
}

/* More of what never settles shows nothing, and takes long. */
static bool is_settled(const struct json *result)
{
	return json_as_bool(json_get(json_get(result, "ending"), "settled"));
}

static int simulate(struct simulation *m, struct err *err)
{
	struct result_run run = {.scenario = &m->scenario,
		.spec = m->resolved.spec,
		.origins = &m->resolved.origins,
		.threads = m->o.common.threads,
		.trace_node = m->o.trace_node,
		.trace = m->o.trace ? on_trace : NULL,
		.progress = on_progress,
		.ctx = m,
		.steps = &m->steps};
	struct str trace = {0};
	struct file_out beside;
	struct json *result = NULL;
	int code;

	progress_begin(&m->progress, "simulate", m->scenario.nodes);
	code = result_run(&run, &result, err);
	progress_end(&m->progress);
	if (!code && (m->o.slo_limits || is_settled(result)))
		code = find_limits(m, result, err);
	if (m->o.trace)
		trace_text(m, &trace);
	beside = (struct file_out){m->o.trace, str_text(&trace), str_len(&trace)};
	if (!code)
		code = common_emit_with(&m->o.common, result,
			&(struct common_own){.beside = m->o.trace ? &beside : NULL}, err);
	json_free(result);
	str_fini(&trace);
	return code;
}

static int load(struct simulation *m, const char *name, struct err *err)
{
	struct str warnings = {0};
	struct settings sets;
	int code = common_library(m->o.common.models, &m->lib, err);

	if (!code)
		code = common_set_seed(&m->o.sets, &m->o.seed, &m->mem, err);
	if (code)
		return code;
	sets = common_settings(&m->o.sets, &m->o.with, &warnings);
	m->lib.mem = &m->mem;
	code = scenario_load(&m->lib, name, &sets, &m->scenario, &m->resolved, err);
	common_warn(&warnings);
	if (code)
		return code;
	if (!m->o.trace && m->o.trace_node > 0)
		return err_set(err, ERR_INPUT,
			"--trace-node '%u': --trace FILE says where the calls go",
			m->o.trace_node);
	if (m->o.trace && m->o.trace_node >= m->scenario.nodes)
		return err_set(err, ERR_INPUT,
			"--trace-node '%u': 0 to %u is allowed, the scenario has %u nodes",
			m->o.trace_node, m->scenario.nodes - 1, m->scenario.nodes);
	return 0;
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct simulation *m = own;
	int code;

	arena_init(&m->mem, 0);
	code = load(m, line->argument, err);
	if (!code)
		code = simulate(m, err);
	free(m->traced);
	arena_fini(&m->mem);
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
	.size = sizeof(struct simulation),
	.run = run,
};
