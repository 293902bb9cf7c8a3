/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll agents`: hollow agents on sockets, against any API server. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/agents_recorder.h"
#include "cli/agents_tokens.h"
#include "cli/agents_words.h"
#include "cli/common.h"
#include "cli/result_run.h"
#include "report/result.h"

enum { SAVE_EVERY_S = 10 };

struct agents_options {
	struct common common;
	struct opt_texts sets;
	struct opt_texts with;
	uint32_t nodes;
	const char *kubelet;
	ns_t duration, warmup;
	struct opt_seed seed;
	const char *kubeconfig, *context;
	const char *server, *token_file, *ca_file;
	bool insecure, impersonate, http1, http2, shared, others_pods, cleanup;
	const char *node_tokens, *metrics, *recording;
	uint32_t connections;
	const char *name;
};

#define REC struct agents_options
static const struct opt opts[] = {
	ROW(nodes, "nodes", OPT_COUNT, .value = "N", .min = 1, .max = NODES_MAX,
		.help = "hollow nodes (the scenario's; without one 10)"),
	ROW(kubelet, "kubelet", OPT_TEXT, .value = "NAME",
		.help = "the kubelet that they are (the scenario's; without one v1.20)"),
	ROW(duration, "duration", OPT_DURATION, .value = "TIME", .min = NS_S,
		.max = 72 * NS_HOUR, .help = "measured time (the scenario's)"),
	ROW(warmup, "warmup", OPT_DURATION, .value = "TIME", .min = NS_S, .max = 72 * NS_HOUR,
		.help = "time before it, while nodes and pods start (the scenario's)"),
	ROW_SETS("override a field of the scenario's spec"),
	ROW_WITH("add a feature"),
	ROW_SEED("seed of the random draws (the scenario's)", .max = SEED_MAX),
	ROW(kubeconfig, "kubeconfig", OPT_TEXT, .value = "FILE",
		.help = "which server, and who asks (KUBECONFIG, or ~/.kube/config)"),
	ROW(context, "context", OPT_TEXT, .value = "NAME",
		.help = "a context of it (the current one)"),
	ROW(server, "server", OPT_TEXT, .value = "URL",
		.help = "the server, without a kubeconfig"),
	ROW(token_file, "token-file", OPT_TEXT, .value = "FILE",
		.help = "with --server: a bearer token"),
	ROW(ca_file, "ca", OPT_TEXT, .value = "FILE",
		.help = "with --server: who vouches for its certificate"),
	ROW(insecure, "insecure-skip-tls-verify", OPT_FLAG,
		.help = "do not check the server's certificate"),
	ROW(impersonate, "impersonate", OPT_FLAG, .help = "each node asks as system:node:NAME"),
	ROW(node_tokens, "node-tokens", OPT_TEXT, .value = "FILE",
		.help = "each node asks by its token: lines TOKEN,system:node:NAME,... as of a "
			"server's token file"),
	ROW(http1, "http1", OPT_FLAG, .help = "HTTP/1.1: every open watch holds a connection"),
	ROW(http2, "http2-prior-knowledge", OPT_FLAG, .help = "HTTP/2 without TLS too"),
	ROW(connections, "connections-per-node", OPT_COUNT, .value = "N", .fallback = "1",
		.min = 1, .max = 32, .help = "over HTTP/2"),
	ROW(shared, "shared-connections", OPT_FLAG,
		.help = "over HTTP/2: a hundred nodes share one, and further ones beyond the "
			"server's limit of streams"),
	ROW(others_pods, "no-pods", OPT_FLAG,
		.help = "run what others schedule, create none of the scenario's pods"),
	ROW(name, "name", OPT_TEXT, .value = "NAME", .fallback = "hollow",
		.help = "nodes are NAME-0, NAME-1 and so on, namespaces nodetoll-NAME-0"),
	ROW(cleanup, "cleanup", OPT_FLAG,
		.help = "delete what was made, and was not there before, at the end"),
	ROW(metrics, "metrics", OPT_TEXT, .value = "ADDR:PORT",
		.help = "tell counters there as /metrics, for Prometheus; port 0 takes any"),
	ROW(recording, "recording", OPT_TEXT, .value = "FILE",
		.help = "write what was counted as a Recording, for `nodetoll validate`"),
	ROW_OUTPUT(form_words, "text, json, csv or markdown on standard output"),
	ROW_FILENAME("write the result, as JSON, to a file too, and every 10 s so far"),
	ROW_MODELS,
};
#undef REC

struct agents {
	struct agents_options o;
	struct library lib;
	struct arena mem;
	struct scenario scenario;
	struct model resolved;
	struct access access;
	const char **token; /* [nodes]; NULL: they have none of their own */
	struct recorder *recorder;
	struct agents_pace pace;
	int64_t saved_at; /* s of the run */
	int save_code;    /* of the last time, and why */
	struct err save_err;
	bool shows, shown;
};

/* ------------------------------------------------------------------ while it runs */

/* It ended while nodes started: there is no time that rates could be of. */
static void nothing_measured(struct json *result, ns_t now)
{
	json_set(result, "warmupSeconds", json_num((double)ns_max(now, 0) / (double)NS_S));
	json_set(result, "durationSeconds", json_num(0));
	json_set(result, "closedForm", json_array());
	json_set(result, "closedFormServers", json_null());
}

/* What it has come to: of the time that has passed, whatever was planned. */
static struct json *result(const struct agents *m, const struct hollow_view *v,
	const struct fleet_result *r, bool whole)
{
	struct scenario s = m->scenario;
	struct fleet_result so_far = *r;
	struct tally_window *w = &so_far.tally.window[0]; /* the run's own */
	struct result_run run = {
		.scenario = &s, .spec = m->resolved.spec, .origins = &m->resolved.origins};
	ns_t until[2] = {w->until[0], w->until[1]};
	struct json *result;

	fleet_result_end_at(&so_far, v->now);
	s.duration = w->until[1] - w->from[1];
	run.live = agents_json(v, &m->scenario.calls, whole);
	result = result_of(&run, &so_far);
	memcpy(w->until, until, sizeof(until)); /* it may go on */
	if (v->now <= w->from[1])
		nothing_measured(result, v->now);
	return result;
}

static int write_json(const char *path, struct json *o, struct err *err)
{
	char *text = json_print(o);
	int code = file_write_whole(path, text, strlen(text), err);

	json_free(o);
	free(text);
	return code;
}

/* Nothing, if it is not asked for. */
static int write_recording(const struct agents *m, const struct hollow_view *v, struct err *err)
{
	if (!m->recorder)
		return 0;
	return write_json(m->o.recording, recorder_json(m->recorder, m->o.name, v->now), err);
}

/* Of a file that cannot be written the end tells: the run goes on, and tries again. */
static void save(struct agents *m, const struct hollow_view *v)
{
	m->save_err = (struct err){0};
	m->save_code = write_recording(m, v, &m->save_err);
	if (m->o.common.file && !m->save_code)
		m->save_code = write_json(
			m->o.common.file, result(m, v, v->result, false), &m->save_err);
}

static bool tell(void *ctx, const struct hollow_view *v)
{
	struct agents *m = ctx;
	struct str line = {0};
	ns_t until = m->scenario.warmup + m->scenario.duration;

	if (m->shows) {
		agents_line(v, &m->scenario, until, &m->pace, &line);
		(void)fprintf(stderr, "\r%s\033[K", str_text(&line));
		m->shown = true;
	}
	str_fini(&line);
	if ((m->o.common.file || m->recorder) && v->now > m->scenario.warmup &&
		v->now / NS_S >= m->saved_at + SAVE_EVERY_S) {
		m->saved_at = v->now / NS_S;
		save(m, v);
	}
	return true;
}

static void say(void *ctx, const char *text)
{
	const struct agents *m = ctx;

	(void)fprintf(stderr, "%sagents: %s\n", m->shown ? "\n" : "", text);
}

static void answered(void *ctx, uint32_t node, ns_t now, uint16_t call, int code)
{
	const struct agents *m = ctx;

	recorder_count(m->recorder, node, now, call, code);
}

static void complain_of_lag(const struct hollow_view *v)
{
	struct str late = {0};

	agents_late(v, &late);
	(void)fprintf(stderr,
		"agents: %s: the machine had too little for so many nodes, latencies are its "
		"own\n",
		str_text(&late));
	str_fini(&late);
}

static int run_agents(struct agents *m, struct err *err)
{
	struct hollow_params p = {.scenario = &m->scenario,
		.access = &m->access,
		.http = m->o.http1   ? WIRE_HTTP1
			: m->o.http2 ? WIRE_HTTP2
				     : WIRE_AGREED,
		.connections = m->o.shared ? 0 : m->o.connections,
		.name = m->o.name,
		.impersonate = m->o.impersonate,
		.only_others_pods = m->o.others_pods,
		.cleans_up = m->o.cleanup,
		.token = (const char *const *)m->token,
		.metrics = m->o.metrics,
		.answered = m->recorder ? answered : NULL,
		.say = say,
		.tell = tell,
		.ctx = m};
	struct hollow_view view = {0};
	struct fleet_result r = {0};
	struct json *whole;
	int code;

	m->shows = isatty(STDERR_FILENO) != 0;
	code = hollow_run(&p, &r, &view, err);
	if (m->shown)
		(void)fprintf(stderr, "\n");
	if (code)
		return code;
	if (!agents_kept_time(&view))
		complain_of_lag(&view);
	whole = result(m, &view, &r, view.now >= m->scenario.warmup + m->scenario.duration);
	code = common_emit(&m->o.common, whole, err);
	if (!code)
		code = write_recording(m, &view, err);
	if (!code && m->save_code)
		(void)fprintf(stderr, "agents: while it ran: %s\n", m->save_err.text);
	if (!code)
		code = agents_check(&view, m->scenario.nodes, err);
	json_free(whole);
	fleet_result_fini(&r);
	return code;
}

/* ------------------------------------------------------------------ before it runs */

/* The flags are settings like others.  Without a scenario there are ten nodes, which have half
 * a minute to start, unless a setting says otherwise. */
static int take_flags(struct agents *m, bool named, struct err *err)
{
	const struct agents_options *o = &m->o;
	bool usual_nodes = !named && !common_is_set(&o->sets, "nodes");
	bool usual_warmup = !named && !common_is_set(&o->sets, "warmup");
	const struct common_number numbers[] = {
		{"nodes", o->nodes || !usual_nodes ? o->nodes : 10, ""},
		{"duration", (uint64_t)(o->duration / NS_MS), "ms"},
		{"warmup",
			(uint64_t)((o->warmup || !usual_warmup ? o->warmup : 30 * NS_S) /
				   NS_MS),
			"ms"},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].value &&
			common_set_number(&m->o.sets, &numbers[i], &m->mem, err))
			return ERR_INPUT;
	if (o->kubelet && named && common_set(&m->o.sets, "kubelet", o->kubelet, &m->mem, err))
		return ERR_INPUT;
	return common_set_seed(&m->o.sets, &o->seed, &m->mem, err);
}

static int load(struct agents *m, const char *name, struct err *err)
{
	const struct scenario_names names = {"agents", m->o.kubelet ? m->o.kubelet : "v1.20",
		"containerd-1.6.20", "v1.20", "secrets-30", m->o.kubelet != NULL};
	struct str warnings = {0};
	struct settings sets;
	int code = common_library(m->o.common.models, &m->lib, err);

	if (code)
		return code;
	m->lib.mem = &m->mem;
	code = take_flags(m, name != NULL, err);
	if (code)
		return code;
	sets = common_settings(&m->o.sets, &m->o.with, &warnings);
	code = name ? scenario_load(&m->lib, name, &sets, &m->scenario, &m->resolved, err)
		    : scenario_compose(&m->lib, &names, &sets, &m->scenario, &m->resolved, err);
	common_warn(&warnings);
	return code;
}

/* As kubectl looks for it: the flag, KUBECONFIG, the home folder. */
static int find_kubeconfig(struct agents *m, struct err *err)
{
	const char *path = m->o.kubeconfig, *env = getenv("KUBECONFIG"), *home = getenv("HOME");
	struct str own = {0};
	int code;

	if (!path && env && *env)
		return kubeconfig_load_list(&m->access, env, m->o.context, &m->mem, err);
	str_addf(&own, "%s/.kube/config", home ? home : "");
	if (!path && (!home || !file_exists(str_text(&own)))) {
		str_fini(&own);
		return err_set(err, ERR_INPUT,
			"no server: give --server URL or --kubeconfig FILE, or set KUBECONFIG");
	}
	code = kubeconfig_load(
		&m->access, path ? path : str_text(&own), m->o.context, &m->mem, err);
	str_fini(&own);
	return code;
}

static int find_server(struct agents *m, struct err *err)
{
	const struct agents_options *o = &m->o;
	int code;

	if (o->server && (o->kubeconfig || o->context))
		return err_set(err, ERR_INPUT, "--server and %s: only one of them can be meant",
			o->kubeconfig ? "--kubeconfig" : "--context");
	if (o->insecure && o->ca_file)
		return err_set(err, ERR_INPUT,
			"--ca and --insecure-skip-tls-verify: only one of them can be meant");
	if (!o->server && (o->token_file || o->ca_file))
		return err_set(err, ERR_INPUT, "%s goes with --server",
			o->token_file ? "--token-file" : "--ca");
	if (o->impersonate && o->node_tokens)
		return err_set(err, ERR_INPUT,
			"--impersonate and --node-tokens: only one of them can be meant");
	if (o->http1 && o->http2)
		return err_set(err, ERR_INPUT,
			"--http1 and --http2-prior-knowledge: only one of them can be meant");
	if (o->shared && o->connections > 1)
		return err_set(err, ERR_INPUT,
			"--connections-per-node and --shared-connections: only one of them can "
			"be meant");
	if (o->http1 && (o->shared || o->connections > 1))
		return err_set(err, ERR_INPUT, "%s goes with HTTP/2, not with --http1",
			o->shared ? "--shared-connections" : "--connections-per-node");
	code = o->server ? access_from_flags(&m->access, o->server, o->token_file, o->ca_file,
				   &m->mem, err)
			 : find_kubeconfig(m, err);
	if (o->insecure) { /* it overrides the kubeconfig's, as kubectl's does */
		m->access.insecure = true;
		m->access.ca = (struct access_blob){0};
	}
	return code;
}

/* It is a part of names of objects: RFC 1123. */
static int check_name(const struct agents *m, struct err *err)
{
	const char *name = m->o.name;
	size_t len = strlen(name);

	if (len == 0 || len > 32 ||
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len || *name == '-')
		return err_set(err, ERR_INPUT,
			"--name '%.40s': small letters, digits and '-' are allowed, 32 at most",
			name);
	return 0;
}

/* Found now, not when all has been measured. */
static int check_recording(const struct agents *m, struct err *err)
{
	if (m->o.common.file && file_is_same(m->o.common.file, m->o.recording))
		return err_set(err, ERR_INPUT,
			"--recording and -f: '%.200s' is one file for both", m->o.recording);
	return file_may_write(m->o.recording, err);
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct agents *m = own;
	int code;

	arena_init(&m->mem, 0);
	m->saved_at = -SAVE_EVERY_S;
	code = check_name(m, err);
	if (!code)
		code = load(m, line->argument, err);
	if (!code)
		code = find_server(m, err);
	if (!code && m->o.node_tokens)
		code = agents_tokens(&m->token, m->o.node_tokens, m->o.name, m->scenario.nodes,
			&m->mem, err);
	if (!code && m->o.recording)
		code = check_recording(m, err);
	if (!code && m->o.recording)
		code = recorder_new(&m->recorder, &m->scenario, &m->mem, err);
	if (!code)
		code = run_agents(m, err);
	arena_fini(&m->mem);
	return code;
}

const struct cmd cmd_agents_row = {
	.name = "agents",
	.argument = "[SCENARIO]",
	.summary = "hollow agents on sockets, against any API server",
	.about = "The agents that are simulated, on real sockets: N nodes register, renew "
		 "their leases,\n"
		 "run the scenario's pods (or those that others schedule) on a mock runtime "
		 "and report.\n"
		 "What they measured is a Result as of `simulate`.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct agents),
	.run = run,
};
