/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll agents`: hollow agents on sockets, against any API server. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	uint64_t seed;
	const char *kubeconfig, *context;
	const char *server, *token_file, *ca_file;
	bool insecure, impersonate, http1, http2, shared, others_pods, cleanup;
	uint32_t connections;
	const char *name;
};

#define NO_SEED UINT64_MAX

#define REC struct agents_options
static const struct opt opts[] = {
	{.name = "nodes",
		.type = OPT_COUNT,
		.value = "N",
		.min = 1,
		.max = NODES_MAX,
		.at = offsetof(REC, nodes),
		.help = "hollow nodes (the scenario's; without one 10)"},
	{.name = "kubelet",
		.type = OPT_TEXT,
		.value = "NAME",
		.at = offsetof(REC, kubelet),
		.help = "the kubelet that they are (the scenario's; without one v1.20)"},
	{.name = "duration",
		.type = OPT_DURATION,
		.value = "TIME",
		.min = NS_S,
		.at = offsetof(REC, duration),
		.help = "measured time (the scenario's)"},
	{.name = "warmup",
		.type = OPT_DURATION,
		.value = "TIME",
		.min = NS_S,
		.at = offsetof(REC, warmup),
		.help = "time before it, while nodes and pods start (the scenario's)"},
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
	{.name = "kubeconfig",
		.type = OPT_TEXT,
		.value = "FILE",
		.at = offsetof(REC, kubeconfig),
		.help = "which server, and who asks (KUBECONFIG, or ~/.kube/config)"},
	{.name = "context",
		.type = OPT_TEXT,
		.value = "NAME",
		.at = offsetof(REC, context),
		.help = "a context of it (the current one)"},
	{.name = "server",
		.type = OPT_TEXT,
		.value = "URL",
		.at = offsetof(REC, server),
		.help = "the server, without a kubeconfig"},
	{.name = "token-file",
		.type = OPT_TEXT,
		.value = "FILE",
		.at = offsetof(REC, token_file),
		.help = "with --server: a bearer token"},
	{.name = "ca",
		.type = OPT_TEXT,
		.value = "FILE",
		.at = offsetof(REC, ca_file),
		.help = "with --server: who vouches for its certificate"},
	{.name = "insecure-skip-tls-verify",
		.type = OPT_FLAG,
		.at = offsetof(REC, insecure),
		.help = "do not check the server's certificate"},
	{.name = "impersonate",
		.type = OPT_FLAG,
		.at = offsetof(REC, impersonate),
		.help = "each node asks as system:node:NAME"},
	{.name = "http1",
		.type = OPT_FLAG,
		.at = offsetof(REC, http1),
		.help = "HTTP/1.1: every open watch holds a connection"},
	{.name = "http2-prior-knowledge",
		.type = OPT_FLAG,
		.at = offsetof(REC, http2),
		.help = "HTTP/2 without TLS too"},
	{.name = "connections-per-node",
		.type = OPT_COUNT,
		.value = "N",
		.fallback = "1",
		.min = 1,
		.max = 32,
		.at = offsetof(REC, connections),
		.help = "over HTTP/2"},
	{.name = "shared-connections",
		.type = OPT_FLAG,
		.at = offsetof(REC, shared),
		.help = "over HTTP/2: a hundred nodes share one"},
	{.name = "no-pods",
		.type = OPT_FLAG,
		.at = offsetof(REC, others_pods),
		.help = "run what others schedule, create none of the scenario's pods"},
	{.name = "name",
		.type = OPT_TEXT,
		.value = "NAME",
		.fallback = "hollow",
		.at = offsetof(REC, name),
		.help = "nodes are NAME-0, NAME-1 and so on"},
	{.name = "cleanup",
		.type = OPT_FLAG,
		.at = offsetof(REC, cleanup),
		.help = "delete nodes, pods and objects that were made, at the end"},
	{.name = "output",
		.letter = 'o',
		.type = OPT_WORD,
		.value = "FORM",
		.fallback = "text",
		.words = form_words,
		.at = offsetof(REC, common.form),
		.help = "text, json, csv or markdown on standard output"},
	{.name = "filename",
		.letter = 'f',
		.type = OPT_TEXT,
		.value = "FILE",
		.at = offsetof(REC, common.file),
		.help = "write the result, as JSON, to a file too, and every 10 s so far"},
	{.name = "models",
		.type = OPT_TEXT,
		.value = "DIR",
		.at = offsetof(REC, common.models),
		.help = "where the models are (NODETOLL_MODELS, or the installed ones)"},
};
#undef REC

struct agents {
	struct agents_options o;
	struct library lib;
	struct arena mem;
	struct scenario scenario;
	struct model resolved;
	struct access access;
	struct err *err;
	int64_t saved_at; /* s of the run */
	bool shows, shown;
};

/* ------------------------------------------------------------------ while it runs */

static struct json *result(const struct agents *m, const struct hollow_view *v,
	const struct fleet_result *r, bool whole)
{
	struct scenario s = m->scenario;
	ns_t until = r->tally.window[0].until[1], from = r->tally.window[0].from[1];
	struct result_run run = {
		.scenario = &s, .spec = m->resolved.spec, .origins = &m->resolved.origins};
	struct json *result;

	s.duration = ns_min(until, v->now > from ? v->now : until) - from;
	result = result_of(&run, r);
	json_put(result, "live", agents_json(v, whole));
	return result;
}

static int save(struct agents *m, const struct hollow_view *v)
{
	struct json *now = result(m, v, v->result, false);
	char *text = json_print(now);
	int code = file_write_whole(m->o.common.file, text, strlen(text), m->err);

	json_free(now);
	free(text);
	return code;
}

/* A file that cannot be written is told of at the end: the run goes on. */
static bool tell(void *ctx, const struct hollow_view *v)
{
	struct agents *m = ctx;
	struct str line = {0};
	ns_t until = m->scenario.warmup + m->scenario.duration;

	if (m->shows) {
		agents_line(v, m->scenario.nodes, until, &line);
		(void)fprintf(stderr, "\r%s\033[K", str_text(&line));
		m->shown = true;
	}
	str_fini(&line);
	if (m->o.common.file && v->now > m->scenario.warmup &&
		v->now / NS_S >= m->saved_at + SAVE_EVERY_S) {
		m->saved_at = v->now / NS_S;
		(void)save(m, v);
	}
	return true;
}

static int run_agents(struct agents *m, struct err *err)
{
	static const struct renderings how = {result_text, result_csv, result_markdown, NULL};
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
		(void)fprintf(stderr,
			"agents: one time in a hundred the loop was %lld ms late or more: the "
			"machine had too little for so many nodes, latencies are its own\n",
			(long long)(hist_quantile(&view.lag, 990000) / NS_MS));
	whole = result(m, &view, &r, view.now >= m->scenario.warmup + m->scenario.duration);
	code = common_emit(&m->o.common, whole, &how, err);
	json_free(whole);
	fleet_result_fini(&r);
	return code;
}

/* ------------------------------------------------------------------ before it runs */

static void set(struct agents *m, const char *path, const char *value)
{
	struct opt_texts *sets = &m->o.sets;
	struct str text = {0};

	if (sets->n == OPT_TEXTS_MAX)
		return;
	str_addf(&text, "%s=%s", path, value);
	sets->text[sets->n++] = arena_strdup(&m->mem, str_text(&text));
	str_fini(&text);
}

static void set_number(struct agents *m, const char *path, uint64_t value, const char *unit)
{
	char text[48];

	(void)snprintf(text, sizeof(text), "%llu%s", (unsigned long long)value, unit);
	set(m, path, text);
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
	if (m->o.nodes || !name)
		set_number(m, "nodes", m->o.nodes ? m->o.nodes : 10, "");
	if (m->o.kubelet && name)
		set(m, "kubelet", m->o.kubelet);
	if (m->o.duration)
		set_number(m, "duration", (uint64_t)(m->o.duration / NS_MS), "ms");
	if (m->o.warmup || !name)
		set_number(m, "warmup",
			(uint64_t)((m->o.warmup ? m->o.warmup : 30 * NS_S) / NS_MS), "ms");
	if (m->o.seed != NO_SEED)
		set_number(m, "seed", m->o.seed, "");
	sets = (struct settings){.text = m->o.sets.text,
		.n = m->o.sets.n,
		.with = m->o.with.text,
		.n_with = m->o.with.n,
		.warnings = &warnings};
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

	if (!path && env && *env) {
		if (strchr(env, ':'))
			return err_set(err, ERR_INPUT,
				"KUBECONFIG names several files: say which by --kubeconfig");
		path = env;
	}
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
		return err_set(err, ERR_INPUT,
			"--server and --kubeconfig: only one of them can be meant");
	if (!o->server && (o->token_file || o->ca_file))
		return err_set(err, ERR_INPUT, "%s goes with --server",
			o->token_file ? "--token-file" : "--ca");
	if (o->http1 && o->http2)
		return err_set(err, ERR_INPUT,
			"--http1 and --http2-prior-knowledge: only one of them can be meant");
	code = o->server ? access_from_flags(&m->access, o->server, o->token_file, o->ca_file,
				   &m->mem, err)
			 : find_kubeconfig(m, err);
	m->access.insecure |= o->insecure;
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

static int run(const struct cmd *cmd, int argc, char **argv, struct err *err)
{
	struct agents *m = calloc(1, sizeof(*m));
	struct opt_line line = {.argc = argc, .argv = argv};
	int code;

	if (!m)
		return err_set(err, ERR_NOMEM, "no memory");
	arena_init(&m->mem, 0);
	m->o.seed = NO_SEED;
	m->err = err;
	code = opt_parse(cmd, &line, &m->o, err);
	if (!code && line.help) {
		code = common_help(cmd, err);
	} else if (!code) {
		code = check_name(m, err);
		if (!code)
			code = load(m, line.argument, err);
		if (!code)
			code = find_server(m, err);
		if (!code)
			code = run_agents(m, err);
	}
	arena_fini(&m->mem);
	free(m);
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
	.run = run,
};
