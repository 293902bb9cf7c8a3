/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll serve`: the mock API server. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/common.h"
#include "cli/result_classes.h"
#include "live/serve.h"
#include "models/origin.h"
#include "report/serve.h"

struct serve_options {
	struct common common;
	struct opt_texts sets, faults;
	const char *listen, *cert, *key, *client_ca, *tokens, *audit;
	const char *apiserver, *max_bytes;
	unsigned times;
	struct opt_seed seed;
	uint32_t max_objects, history, connections, per_peer, streams;
	uint32_t header_bytes, body_bytes;
	ns_t event_ttl, idle_timeout, request_timeout;
};

#define YEAR (365 * 24 * NS_HOUR)

static const char *const times_words[] = {"real", "model", NULL};

/* Defaults: header and body of kube-apiserver (net/http DefaultMaxHeaderBytes; config.go
 * MaxRequestBodyBytes), streams of Go's HTTP/2 server (250), its ReadHeaderTimeout (32 s). */
#define REC struct serve_options
#define TEXT(NAME, VALUE, FALLBACK, AT, HELP)                                                  \
	ROW(AT, NAME, OPT_TEXT, .value = (VALUE), .fallback = (FALLBACK), .help = (HELP))
#define COUNT(NAME, FALLBACK, MIN, MAX, AT, HELP)                                              \
	ROW(AT, NAME, OPT_COUNT, .value = "N", .fallback = (FALLBACK), .min = (MIN),           \
		.max = (MAX), .help = (HELP))
#define TIME(NAME, FALLBACK, MIN, MAX, AT, HELP)                                               \
	ROW(AT, NAME, OPT_DURATION, .value = "TIME", .fallback = (FALLBACK), .min = (MIN),     \
		.max = (MAX), .help = (HELP))
static const struct opt opts[] = {
	TEXT("listen", "ADDR:PORT", "127.0.0.1:0", listen, "where; port 0 takes any"),
	TEXT("apiserver", "NAME", "v1.20", apiserver, "the model: limits and times"),
	ROW_SETS("override a field, as in apiserver.maxRequestsInflight=10"),
	ROW(times, "times", OPT_WORD, .value = "WHOSE", .fallback = "real",
		.words = times_words,
		.help = "real: what requests take; model: what the model says"),
	ROW(faults, "fault", OPT_TEXTS, .value = "KIND=SHARE",
		.help = "fail on purpose, as in 500=5%; may be repeated"),
	ROW_SEED("seed of faults, times, uids", .fallback = "1", .max = SEED_MAX),
	TEXT("tls-cert-file", "FILE", NULL, cert, "certificate chain, PEM; turns on TLS"),
	TEXT("tls-private-key-file", "FILE", NULL, key, "its key, PEM"),
	TEXT("client-ca-file", "FILE", NULL, client_ca, "who signs client certificates, PEM"),
	TEXT("token-auth-file", "FILE", NULL, tokens, "lines TOKEN,USER,UID[,\"GROUPS\"]"),
	TEXT("audit-log", "FILE", NULL, audit, "append audit.k8s.io/v1 events to it"),
	TIME("event-ttl", "1h", 0, YEAR, event_ttl, "for which events are kept; 0s: for ever"),
	COUNT("max-objects", "2000000", 1, 100000000, max_objects, "objects kept"),
	TEXT("max-bytes", "SIZE", "2Gi", max_bytes, "and their size"),
	COUNT("history", "20000", 1, 100000000, history, "changes that watches may go back"),
	COUNT("max-connections", NULL, 1, 1000000, connections,
		"connections (16384, or what 'ulimit -n' allows)"),
	COUNT("max-connections-per-peer", "0", 0, 1000000, per_peer,
		"of one address; 0: no limit"),
	COUNT("max-streams", "250", 1, 100000, streams,
		"requests at once on an HTTP/2 connection"),
	COUNT("max-header-bytes", "1048576", 256, 16777216, header_bytes,
		"of a request's header"),
	COUNT("max-body-bytes", "3145728", 1024, 268435456, body_bytes, "of a request's body"),
	TIME("idle-timeout", "10m", NS_S, 24 * NS_HOUR, idle_timeout,
		"until a connection without requests is closed"),
	TIME("request-timeout", "32s", NS_S, NS_HOUR, request_timeout,
		"until a request that does not come whole is given up"),
	ROW_OUTPUT(form_words, "form of the counts at the end: text, json, csv or markdown"),
	ROW_FILENAME("write the counts, as JSON, to a file too"),
	ROW_MODELS,
};
#undef REC

struct serving {
	struct serve_options o;
	struct library lib;
	struct arena mem;
	struct scenario scenario;
	struct model resolved;
	struct fault_rules faults;
	struct serve_params params;
};

static int load(struct serving *m, struct err *err)
{
	const struct scenario_names names = {.name = "serve",
		.kubelet = "v1.20",
		.runtime = "containerd-1.6.20",
		.apiserver = m->o.apiserver,
		.workload = "serving",
		.by_flags = true};
	const struct settings sets = {.text = m->o.sets.text, .n = m->o.sets.n};
	int code = common_library(m->o.common.models, &m->lib, err);

	if (code)
		return code;
	m->lib.mem = &m->mem;
	return scenario_compose(&m->lib, &names, &sets, &m->scenario, &m->resolved, err);
}

static int fill(struct serving *m, struct err *err)
{
	const struct serve_options *o = &m->o;
	int64_t bytes = 0;

	if (units_parse_quantity(o->max_bytes, &bytes, NULL) || bytes < 1024)
		return err_set(err, ERR_INPUT,
			"--max-bytes '%.40s': a size of at least 1Ki is needed, as in 512Mi",
			o->max_bytes);
	if ((o->cert != NULL) != (o->key != NULL))
		return err_set(err, ERR_INPUT,
			"--tls-cert-file and --tls-private-key-file need each other");
	if (o->client_ca && !o->cert)
		return err_set(err, ERR_INPUT, "--client-ca-file needs --tls-cert-file");
	for (uint32_t i = 0; i < o->faults.n; i++)
		if (faults_parse(&m->faults, o->faults.text[i], err))
			return ERR_INPUT;
	m->params = (struct serve_params){
		.listen = o->listen,
		.cert_file = o->cert,
		.key_file = o->key,
		.client_ca = o->client_ca,
		.token_file = o->tokens,
		.audit_file = o->audit,
		.scenario = &m->scenario,
		.times = o->times ? SERVE_MODEL : SERVE_REAL,
		.store = {.objects = o->max_objects,
			.bytes = (size_t)bytes,
			.history = o->history,
			.history_bytes = (size_t)bytes / 2},
		.event_ttl = o->event_ttl,
		.faults = &m->faults,
		.seed = o->seed.value,
		.connections = o->connections,
		.per_peer = o->per_peer,
		.streams = o->streams,
		.header_bytes = o->header_bytes,
		.body_bytes = o->body_bytes,
		.idle_timeout = o->idle_timeout,
		.request_timeout = o->request_timeout,
	};
	return 0;
}

/* What serves as this one did, from its model as resolved.  Where it listens, and whom it
 * knows, is no part of what it counts. */
static void put_command(const struct serving *m, struct json *result)
{
	const struct serve_options *o = &m->o;
	const struct {
		const char *flag;
		uint32_t n;
	} limits[] = {
		{"max-objects", o->max_objects},
		{"history", o->history},
		{"max-connections-per-peer", o->per_peer},
		{"max-streams", o->streams},
		{"max-header-bytes", o->header_bytes},
		{"max-body-bytes", o->body_bytes},
	};
	char idle[UNITS_TEXT_BYTES], late[UNITS_TEXT_BYTES], ttl[UNITS_TEXT_BYTES];
	struct str line = {0};

	str_addf(&line,
		"nodetoll serve --apiserver ./apiserver.json --times %s --seed %llu "
		"--event-ttl %s --max-bytes %s --idle-timeout %s --request-timeout %s",
		times_words[o->times], (unsigned long long)o->seed.value,
		units_format_duration(ttl, sizeof(ttl), o->event_ttl), o->max_bytes,
		units_format_duration(idle, sizeof(idle), o->idle_timeout),
		units_format_duration(late, sizeof(late), o->request_timeout));
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		str_addf(&line, " --%s %u", limits[i].flag, limits[i].n);
	for (uint32_t i = 0; i < o->faults.n; i++)
		str_addf(&line, " --fault '%s'", o->faults.text[i]);
	json_put_str(result, "command", str_text(&line));
	str_fini(&line);
}

static int serve(struct serving *m, struct err *err)
{
	struct json *result = common_result("ServerCounts");
	struct json *scenario = origin_json(&m->resolved.origins, m->resolved.spec);
	struct json *apiserver = json_clone(json_get(scenario, "apiserver"));
	struct json *origins = json_get(json_get(scenario, ORIGINS_KEY), "apiserver");
	int code;

	if (origins)
		json_put(apiserver, ORIGINS_KEY, json_clone(origins));
	json_free(scenario);
	put_command(m, result);
	json_put(result, "apiserver", apiserver);
	json_put(result, "classes", servercounts_classes());
	code = serve_run(&m->params, stdout, result, err);

	if (!code)
		code = common_emit(&m->o.common, result, err);
	json_free(result);
	return code;
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct serving *m = own;
	int code;

	(void)line;
	arena_init(&m->mem, 0);
	m->faults.time[FAULT_RESTART] = NS_S;
	code = load(m, err);
	if (!code)
		code = fill(m, err);
	if (!code)
		code = serve(m, err);
	arena_fini(&m->mem);
	return code;
}

const struct cmd cmd_serve_row = {
	.name = "serve",
	.argument = "",
	.summary = "a mock API server on a socket, counting",
	.about =
		"Speaks enough of the Kubernetes API for agents, kubectl and controllers, over "
		"HTTP/1.1\n"
		"and HTTP/2, keeps objects in memory, and admits requests as the model does.  "
		"The first\n"
		"line on standard output is its URL; SIGINT or SIGTERM ends it, and then it "
		"prints what it\ncounted.  Faults: latency=TIME@SHARE, 429, 500, reset, "
		"half-close, hang, 410=SHARE,\ndrop-watch=SHARE a second, restart=TIME@PERIOD; "
		"POST /nodetoll/faults?do=KIND strikes at once.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct serving),
	.run = run,
};
