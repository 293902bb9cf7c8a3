/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll agree`: closed form, virtual time and real sockets side by side. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cli/agents_words.h"
#include "cli/agree_live.h"
#include "cli/agree_rows.h"
#include "cli/common.h"
#include "cli/result_classes.h"
#include "estimate/interval.h"
#include "models/workload.h"

/* What one machine carries beside its server without being late, with some to spare. */
enum { NODES_LIVE = 500, PODS_LIVE = 20000 };

#define LONGEST NS_HOUR
#define USUAL   NS_MIN

struct agree_options {
	struct common common;
	struct opt_texts sets, with;
	uint32_t nodes, seeds;
	ns_t duration, warmup;
	struct opt_seed seed;
	int64_t tolerance;
};

#define REC struct agree_options
static const struct opt opts[] = {
	ROW(nodes, "nodes", OPT_COUNT, .value = "N", .min = 1, .max = NODES_LIVE,
		.help = "so many of the scenario's nodes (all of them)"),
	ROW(duration, "duration", OPT_DURATION, .value = "TIME", .min = NS_S, .max = LONGEST,
		.help = "measured time, which passes (1m)"),
	ROW(warmup, "warmup", OPT_DURATION, .value = "TIME", .max = LONGEST,
		.help = "time from the start that is not measured (0s)"),
	ROW_SETS("override a field of the scenario's spec"),
	ROW_WITH("add a feature"),
	ROW_SEED("seed of the random draws (the scenario's)", .max = SEED_MAX),
	ROW(seeds, "seeds", OPT_COUNT, .value = "N", .fallback = "20", .min = 2, .max = 1000,
		.help = "of runs in virtual time, for the interval"),
	ROW(tolerance, "tolerance", OPT_RATIO, .value = "SHARE", .fallback = "5%", .max = PPM,
		.help = "of the simulated count, that the live one may be off outside the "
			"interval"),
	ROWS_CHECK,
};
#undef REC

struct agreement {
	struct agree_options o;
	struct library lib;
	struct arena mem;
	struct scenario scenario; /* as it is run live, but for its start */
	struct model resolved;
	ns_t asked; /* duration */
	struct hollow_view view;
	struct agree_counts live, *simulated;
	struct beginning_row closed[CALLS_MAX];
	struct json *rows, *late; /* sentences */
	struct agree_verdict verdict;
	bool shows, shown;
	struct agents_pace pace;
};

/* ------------------------------------------------------------------ what to run */

static int take_time(
	struct agreement *m, const char *path, ns_t given, ns_t usual, struct err *err)
{
	struct agree_options *o = &m->o;
	const struct common_number n = {
		path, (uint64_t)((given ? given : usual) / NS_MS), "ms"};

	if (!given && common_is_set(&o->sets, path))
		return 0;
	return common_set_number(&o->sets, &n, &m->mem, err);
}

/* Without a scenario. */
static int usual(struct agreement *m, struct err *err)
{
	struct agree_options *o = &m->o;

	if (!o->nodes && !common_is_set(&o->sets, "nodes"))
		o->nodes = 10;
	if (common_is_set(&o->sets, "start"))
		return 0;
	return common_set(&o->sets, "start", "atOnce", &m->mem, err);
}

static int load(struct agreement *m, const char *name, struct err *err)
{
	const struct scenario_names names = {
		"agree", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	struct agree_options *o = &m->o;
	struct str warnings = {0};
	struct settings sets;
	int code = common_library(o->common.models, &m->lib, err);

	m->lib.mem = &m->mem;
	if (!code)
		code = take_time(m, "duration", o->duration, USUAL, err);
	if (!code)
		code = take_time(m, "warmup", o->warmup, 0, err);
	if (!code)
		code = common_set_seed(&o->sets, &o->seed, &m->mem, err);
	if (!code && !name)
		code = usual(m, err);
	if (code)
		return code;
	sets = common_settings(&o->sets, &o->with, &warnings);
	code = name ? scenario_load(&m->lib, name, &sets, &m->scenario, &m->resolved, err)
		    : scenario_compose(&m->lib, &names, &sets, &m->scenario, &m->resolved, err);
	common_warn(&warnings);
	return code;
}

/* Fewer nodes are some of a cluster whose size stays: it sets the secrets' TTL. */
static void take_nodes(struct agreement *m)
{
	struct scenario *s = &m->scenario;

	if (!m->o.nodes)
		return;
	if (!s->cluster_nodes && s->nodes > m->o.nodes)
		s->cluster_nodes = s->nodes;
	s->nodes = m->o.nodes;
}

static int check_size(const struct agreement *m, struct err *err)
{
	const struct scenario *s = &m->scenario;
	ns_t whole = s->warmup + s->duration;
	uint64_t pods = (uint64_t)s->nodes * workload_pods(&s->workload);
	char text[40], longest[40];

	if (s->nodes > NODES_LIVE)
		return err_set(err, ERR_INPUT,
			"scenario '%s' has %u nodes, %d can run live beside their server; "
			"'--nodes 10' takes ten of them",
			s->name, s->nodes, NODES_LIVE);
	if (pods > PODS_LIVE)
		return err_set(err, ERR_INPUT,
			"%u nodes have %llu pods, %d can run live beside their server; "
			"--nodes says how many nodes",
			s->nodes, (unsigned long long)pods, PODS_LIVE);
	if (whole > LONGEST)
		return err_set(err, ERR_INPUT,
			"warm-up and duration are %s, which pass as they would on a clock: "
			"%s at most; see --warmup, --duration",
			units_format_duration(text, sizeof(text), whole),
			units_format_duration(longest, sizeof(longest), LONGEST));
	return 0;
}

/* What only virtual time can do would differ for that reason alone. */
static int check_world(const struct agreement *m, struct err *err)
{
	const struct scenario *s = &m->scenario;
	const struct workload_model *w = &s->workload;
	const char *what = NULL;

	if (s->apiserver.n_restarts)
		what = "apiserver.restarts: the server is not restarted live";
	if (w->update_object_every)
		what = "workload.updateObjectEvery: nobody changes objects live; "
		       "--set workload.updateObjectEvery=0s";
	for (uint32_t i = 0; i < w->n_objects; i++)
		if (w->objects[i].update_every)
			what = "workload.objects: nobody changes them live; their "
			       "updateEvery has to be 0s";
	return what ? err_set(err, ERR_INPUT, "scenario '%s': %s", s->name, what) : 0;
}

/* ------------------------------------------------------------------ the runs */

static bool tell(void *ctx, const struct hollow_view *v)
{
	struct agreement *m = ctx;
	ns_t until = m->scenario.warmup + m->scenario.duration;
	ns_t left = v->now < 0 ? until : until - v->now;
	struct str line = {0};

	if (!m->shows)
		return true;
	agents_line(v, &m->scenario, until, &m->pace, &line);
	(void)fprintf(stderr, "\r%s; %lld s left\033[K", str_text(&line),
		(long long)((left + NS_S - 1) / NS_S));
	m->shown = true;
	str_fini(&line);
	return true;
}

/* The live run comes first: if it ends early, the others end there. */
static int run_live(struct agreement *m, struct err *err)
{
	struct fleet_result r = {0};
	ns_t ran;
	int code;

	m->shows = isatty(STDERR_FILENO) != 0;
	code = agree_live(&m->scenario, tell, m, &r, &m->view, err);
	if (m->shown)
		(void)fputs("\r\033[K", stderr);
	if (code)
		return code;
	agree_counts_of(&r, &m->live);
	fleet_result_fini(&r);
	m->asked = m->scenario.duration;
	ran = m->view.now - m->scenario.warmup;
	if (ran <= 0)
		return err_set(err, ERR_ENV, "stopped before anything was measured");
	m->scenario.duration = ns_min(ran, m->asked);
	return 0;
}

static int run_virtual(struct agreement *m, struct err *err)
{
	struct scenario asked = m->scenario, *s = ARENA_NEW(&m->mem, struct scenario);
	struct progress progress;
	int code = 0;

	m->simulated = ARENA_ARRAY(&m->mem, struct agree_counts, m->o.seeds);
	progress_begin(&progress, "agree, virtual time", m->o.seeds);
	for (uint32_t i = 0; !code && i < m->o.seeds; i++) {
		struct fleet_result r = {0};
		struct fleet_params p;

		asked.seed = m->scenario.seed + i;
		hollow_script(&asked, s, &p);
		p.series = false;
		p.times = i == 0;
		p.threads = m->o.common.threads;
		code = fleet_run(&p, &r, err);
		if (code)
			break;
		agree_counts_of(&r, &m->simulated[i]);
		fleet_result_fini(&r);
		progress_tell(&progress, i + 1);
	}
	progress_end(&progress);
	return code;
}

static bool begins_at_rest(const struct agreement *m)
{
	return m->scenario.start == START_STATIONARY ||
	       m->scenario.start == START_KUBELET_RESTART;
}

static void compare(struct agreement *m)
{
	struct scenario *s = ARENA_NEW(&m->mem, struct scenario);
	const struct agree_runs runs = {.scenario = s,
		.closed = m->closed,
		.simulated = m->simulated,
		.n = m->o.seeds,
		.live = &m->live,
		.tolerance = (double)m->o.tolerance / PPM};

	*s = m->scenario;
	if (begins_at_rest(m))
		s->start = START_AT_ONCE;
	beginning_of(s, s->warmup, s->warmup + s->duration, m->closed);
	m->rows = json_array();
	m->verdict = agree_rows(&runs, m->rows);
	m->late = json_array();
	agree_late(&runs, m->late);
}

/* ------------------------------------------------------------------ what is told */

static struct json *live_json(const struct agreement *m)
{
	const struct hollow_view *v = &m->view;
	struct json *o = json_object();

	json_put_bool(o, "whole", m->scenario.duration >= m->asked);
	json_put_bool(o, "keptTime", agents_kept_time(v));
	json_put_num(o, "lagP99Seconds",
		v->lag.n ? (double)hist_quantile(&v->lag, 990000) / 1e9 : 0);
	json_put_int(o, "nodesReady", v->nodes_ready);
	json_put_int(o, "podsRunning", v->pods_running);
	json_put_int(o, "requests", (int64_t)v->requests);
	json_put_int(o, "errors", (int64_t)v->errors);
	return o;
}

static struct json *notes(const struct agreement *m)
{
	const struct scenario *s = &m->scenario;
	struct json *list = json_array();
	char ran[40], asked[40];
	struct str text = {0};

	if (begins_at_rest(m))
		json_append_str(list,
			"The scenario's nodes have run for long when it begins; live none has, "
			"so here all three begin with kubelets that start on empty nodes.");
	if (s->duration < m->asked) {
		str_addf(&text, "Interrupted after %s of %s: all three end there.",
			units_format_duration(ran, sizeof(ran), s->duration),
			units_format_duration(asked, sizeof(asked), m->asked));
		json_append_str(list, str_text(&text));
	}
	if (!agents_kept_time(&m->view)) {
		str_reset(&text);
		str_add(&text, "The machine was late, so answers were, too: ");
		agents_late(&m->view, &text);
		str_add_char(&text, '.');
		json_append_str(list, str_text(&text));
	}
	for (const struct json *l = json_child(m->late); l; l = json_next(l))
		json_append_str(list, json_as_str(l));
	if (m->view.errors) {
		str_reset(&text);
		str_addf(&text, "%llu requests of the live run failed.",
			(unsigned long long)m->view.errors);
		json_append_str(list, str_text(&text));
	}
	if (m->view.refused) {
		str_reset(&text);
		str_addf(&text, "%llu requests of the live run were refused.",
			(unsigned long long)m->view.refused);
		json_append_str(list, str_text(&text));
	}
	str_fini(&text);
	return list;
}

static struct json *scenario_json(struct agreement *m)
{
	const struct scenario *s = &m->scenario;
	struct common_field f[] = {
		{.path = "nodes"}, {.path = s->cluster_nodes ? "clusterNodes" : NULL}};

	(void)snprintf(f[0].value, sizeof(f[0].value), "%u", s->nodes);
	(void)snprintf(f[1].value, sizeof(f[1].value), "%u", s->cluster_nodes);
	return common_scenario(&m->mem, &m->resolved, f, 2);
}

static struct json *agreement_json(struct agreement *m)
{
	const struct scenario *s = &m->scenario;
	struct json *result = common_result("Agreement"), *metadata = json_object();

	json_put_str(metadata, "name", s->name);
	json_put(result, "metadata", metadata);
	json_put_str(result, "kubelet", s->kubelet.name);
	json_put_str(result, "containerRuntime", s->runtime.name);
	json_put_int(result, "seed", (int64_t)s->seed);
	json_put_int(result, "seeds", m->o.seeds);
	json_put_int(result, "nodes", s->nodes);
	json_put_int(result, "podsPerNode", s->workload.pods);
	json_put_num(result, "warmupSeconds", (double)s->warmup / 1e9);
	json_put_num(result, "durationSeconds", (double)s->duration / 1e9);
	json_put_num(result, "intervalLevel", INTERVAL_AMONG);
	json_put_num(result, "tolerance", (double)m->o.tolerance / PPM);
	json_put_int(result, "rowsTotal", m->verdict.rows);
	json_put_int(result, "rowsWithin", m->verdict.within);
	json_put_int(result, "rowsAgree", m->verdict.agree);
	json_put_bool(result, "agrees", m->verdict.agree == m->verdict.rows);
	json_put(result, "scenario", scenario_json(m));
	json_put(result, "classes", agreement_classes());
	json_put(result, "live", live_json(m));
	json_put(result, "notes", notes(m));
	json_put(result, "rows", m->rows);
	m->rows = NULL;
	return result;
}

static int report(struct agreement *m, struct err *err)
{
	struct json *result = agreement_json(m);
	uint32_t off = m->verdict.rows - m->verdict.agree;
	int code = common_emit(&m->o.common, result, err);

	json_free(result);
	if (code || !off)
		return code;
	return err_set(err, ERR_CHECK,
		"%u of %u calls differ by more than %g %% (--tolerance), outside their "
		"interval",
		off, m->verdict.rows, (double)m->o.tolerance * 100 / PPM);
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct agreement *m = own;
	int code;

	arena_init(&m->mem, 0);
	code = load(m, line->argument, err);
	take_nodes(m);
	if (!code)
		code = check_size(m, err);
	if (!code)
		code = check_world(m, err);
	if (!code)
		code = run_live(m, err);
	if (!code)
		code = run_virtual(m, err);
	if (!code) {
		compare(m);
		code = report(m, err);
	}
	json_free(m->rows);
	json_free(m->late);
	arena_fini(&m->mem);
	return code;
}

const struct cmd cmd_agree_row = {
	.name = "agree",
	.argument = "[SCENARIO]",
	.summary = "closed form, virtual time and real sockets side by side",
	.about =
		"Runs a small scenario (without one: ten nodes of 30 pods) live, hollow agents "
		"against a mock\n"
		"API server of their own over loopback, and over several seeds in virtual "
		"time, from the\n"
		"same start: kubelets that begin on empty nodes.  Prints for every call closed "
		"form, simulated\n"
		"and live count and how far they differ.  Takes as long as the scenario says; "
		"an interrupt\n"
		"ends it with what was counted.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct agreement),
	.run = run,
};
