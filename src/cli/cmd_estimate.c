/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll estimate`: features under review, in closed form. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apiserver/ttl.h"
#include "cli/common.h"
#include "cli/estimate_json.h"
#include "models/feature.h"
#include "report/estimate.h"
#include "report/prr.h"

/* The cluster that features are laid over, here and in the command that simulates them. */
#define ESTIMATE_SCENARIO "quiet-5000x30"
#define CHURN_MAX         INT64_C(1000000000)

struct estimate_options {
	struct common common;
	struct opt_counts nodes;
	struct opt_seed pods_given; /* a number that may be left out */
	uint32_t pods;
	const char *churn;
	const char *kubelet;
	bool prr;
};

#define REC struct estimate_options
static const struct opt opts[] = {
	ROW(nodes, "nodes", OPT_COUNTS, .value = "N,...", .fallback = "100,1000,5000", .min = 1,
		.max = NODES_MAX, .help = "cluster sizes"),
	ROW(pods_given, "pods-per-node", OPT_SEED, .value = "N", .max = PODS_MAX,
		.help = "pods of a node (30)"),
	ROW(churn, "churn", OPT_TEXT, .value = "RATE",
		.help = "pods that come and go in the cluster, 0/s is none (100/s, none where "
			"nodes have no pods)"),
	ROW(kubelet, "kubelet", OPT_TEXT, .value = "NAME", .help = "kubelet model (v1.36)"),
	ROW(prr, "prr", OPT_FLAG,
		.help = "Markdown that answers the enhancement proposal's Scalability "
			"questions"),
	ROWS_COMMON,
};
#undef REC

struct estimating {
	struct estimate_options o;
	struct library lib;
	struct arena mem;
	struct estimate_input in;
	const char *with[ESTIMATE_FEATURES];
	struct str warnings, simulate, command, defaults;
	struct model resolved; /* of the last scenario that was read: the largest cluster's */
};

/* Whether a rate has more decimals than are kept, and so would become another, or none. */
static bool is_too_fine(const char *rate, int64_t milli)
{
	size_t zeros = strspn(rate, "0.");
	bool zero = !rate[zeros] || strchr("eE", rate[zeros]);
	int64_t fine;

	if (decimal_parse(rate, 12, &fine, NULL))
		return false;
	return fine != milli * INT64_C(1000000000) || (fine == 0 && !zero);
}

/* What nobody said, and which it is then: readers take a figure for that of their cluster. */
static void take_defaults(struct estimating *e)
{
	struct estimate_options *o = &e->o;

	o->pods = o->pods_given.given ? (uint32_t)o->pods_given.value : 30;
	if (!o->pods_given.given)
		str_addf(&e->defaults, " --pods-per-node %u", o->pods);
	if (!o->churn) {
		o->churn = o->pods > 0 ? "100/s" : "0/s";
		str_addf(&e->defaults, " --churn %s", o->churn);
	}
	if (!o->kubelet) {
		o->kubelet = "v1.36";
		str_addf(&e->defaults, " --kubelet %s", o->kubelet);
	}
}

/* "100/s", "0.5/s", "100". */
static int read_churn(struct estimating *e, struct err *err)
{
	const char *text;
	size_t len;

	text = e->o.churn;
	len = strlen(text);
	if (len > 2 && !strcmp(text + len - 2, "/s"))
		text = arena_strndup(&e->mem, text, len - 2);
	if (decimal_parse(text, 3, &e->in.churn_milli, err) || e->in.churn_milli < 0 ||
		e->in.churn_milli > CHURN_MAX)
		return err_set(err, ERR_INPUT,
			"--churn '%.40s': a rate of pods is needed, as in 100/s or 0/s, up to "
			"1000000/s",
			e->o.churn);
	if (is_too_fine(text, e->in.churn_milli))
		return err_set(err, ERR_INPUT,
			"--churn '%.40s': three decimals at most are allowed, 0.001/s is the "
			"least beside 0/s",
			e->o.churn);
	if (e->o.pods == 0 && e->in.churn_milli > 0)
		return err_set(err, ERR_INPUT,
			"--churn '%.40s': nodes have no pods that could come and go; 0/s goes "
			"with --pods-per-node 0",
			e->o.churn);
	return 0;
}

/* A pod of a node is replaced so often; 0: never. */
static ns_t replaced_every(const struct estimating *e, uint32_t nodes)
{
	if (e->in.churn_milli == 0 || e->o.pods == 0)
		return 0;
	return (ns_t)((double)nodes * 1e12 / (double)e->in.churn_milli);
}

static int load_one(struct estimating *e, const struct settings *sets, uint32_t nodes,
	struct scenario **s, struct err *err)
{

	*s = ARENA_NEW(&e->mem, struct scenario);
	if (scenario_load(&e->lib, ESTIMATE_SCENARIO, sets, *s, &e->resolved, err))
		return ERR_INPUT;
	(*s)->nodes = nodes;
	(*s)->workload.replace_pod_every = replaced_every(e, nodes);
	return 0;
}

static int load_size(struct estimating *e, struct estimate_size *size, struct err *err)
{
	char pods[40], kubelet[300];
	const char *texts[] = {pods, kubelet};
	static const char *const doors[] = {NULL, "--"};
	struct settings sets = {.text = texts, .door = doors, .n = 2};
	ns_t ttl;

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", e->o.pods);
	(void)snprintf(kubelet, sizeof(kubelet), "kubelet=%.250s", e->o.kubelet);
	if (load_one(e, &sets, size->nodes, &size->without, err))
		return ERR_INPUT;
	sets.with = e->with;
	sets.n_with = e->in.n_features;
	if (load_one(e, &sets, size->nodes, &size->with, err))
		return ERR_INPUT;
	ttl = ttl_of_size(&size->with->apiserver, size->nodes);
	size->before = ARENA_NEW(&e->mem, struct toll);
	size->after = ARENA_NEW(&e->mem, struct toll);
	toll_of(size->without, ttl, &e->mem, size->before);
	toll_of(size->with, ttl, &e->mem, size->after);
	return 0;
}

/* The cluster is the command's to say: a feature that sets it would be overruled in silence. */
static int leaves_cluster(const struct model *resolved, struct err *err)
{
	static const struct {
		const char *path, *flag;
	} ours[] = {{"nodes", "nodes"}, {"workload.pods", "pods-per-node"},
		{"workload.replacePodEvery", "churn"}, {"kubelet", "kubelet"}};
	const struct doc_node *set = doc_get(resolved->spec, "set");

	for (const struct doc_node *e = set ? set->first : NULL; e; e = e->next)
		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			if (!strcmp(e->key, ours[i].path))
				return doc_error_key(e, err,
					"estimate takes '%s' from --%s, a feature cannot set "
					"it "
					"here",
					ours[i].path, ours[i].flag);
	return 0;
}

static int load_features(struct estimating *e, const struct opt_line *line, struct err *err)
{
	if (line->n_arguments > ESTIMATE_FEATURES)
		return err_set(err, ERR_INPUT, "%u features, %d at most are allowed",
			line->n_arguments, ESTIMATE_FEATURES);
	for (uint32_t i = 0; i < line->n_arguments; i++) {
		e->with[i] = line->arguments[i];
		e->in.feature[i].asked = line->arguments[i];
		if (feature_load(&e->lib, line->arguments[i], &e->in.feature[i].model,
			    &e->in.feature[i].resolved, &e->warnings, err) ||
			leaves_cluster(&e->in.feature[i].resolved, err))
			return ERR_INPUT;
	}
	e->in.n_features = line->n_arguments;
	return 0;
}

static void simulate_command(struct estimating *e)
{
	uint32_t nodes = e->in.size[e->in.n_sizes - 1].nodes;
	ns_t every = replaced_every(e, nodes);

	str_add(&e->simulate, "nodetoll simulate " ESTIMATE_SCENARIO);
	for (uint32_t i = 0; i < e->in.n_features; i++)
		str_addf(&e->simulate, " --with %s", e->with[i]);
	str_addf(&e->simulate, " --set nodes=%u --set workload.pods=%u --set kubelet=%s", nodes,
		e->o.pods, e->o.kubelet);
	if (every)
		str_addf(&e->simulate, " --set workload.replacePodEvery=%lldms",
			(long long)(every / NS_MS));
	e->in.simulate = str_text(&e->simulate);
}

/* What makes the same numbers again. */
static void own_command(struct estimating *e)
{
	str_add(&e->command, "nodetoll estimate");
	for (uint32_t i = 0; i < e->in.n_features; i++)
		str_addf(&e->command, " %s", e->with[i]);
	for (uint32_t i = 0; i < e->in.n_sizes; i++)
		str_addf(&e->command, "%s%u", i ? "," : " --nodes ", e->in.size[i].nodes);
	str_addf(&e->command, " --pods-per-node %u --churn %s --kubelet %s", e->o.pods,
		e->o.churn, e->o.kubelet);
}

static struct json *scenario_json(struct estimating *e)
{
	uint32_t nodes = e->in.size[e->in.n_sizes - 1].nodes;
	struct common_field f[] = {{.path = "nodes"}, {.path = "workload.replacePodEvery"}};

	(void)snprintf(f[0].value, sizeof(f[0].value), "%u", nodes);
	(void)units_format_duration(f[1].value, sizeof(f[1].value), replaced_every(e, nodes));
	return common_scenario(&e->mem, &e->resolved, f, 2);
}

static int load(struct estimating *e, const struct opt_line *line, struct err *err)
{
	int code = common_library(e->o.common.models, &e->lib, err);

	if (e->o.prr && e->o.common.form != REPORT_TEXT && e->o.common.form != REPORT_MARKDOWN)
		return err_set(err, ERR_INPUT, "--prr is Markdown: it goes with no other -o");
	e->lib.mem = &e->mem;
	take_defaults(e);
	if (!code)
		code = read_churn(e, err);
	if (!code)
		code = load_features(e, line, err);
	if (!code && e->o.nodes.n > ESTIMATE_SIZES)
		code = err_set(err, ERR_INPUT, "--nodes: %d cluster sizes at most are allowed",
			ESTIMATE_SIZES);
	if (code)
		return code;
	e->in.n_sizes = e->o.nodes.n;
	for (uint32_t i = 0; i < e->in.n_sizes; i++) {
		e->in.size[i].nodes = e->o.nodes.value[i];
		code = load_size(e, &e->in.size[i], err);
		if (code)
			return code;
	}
	simulate_command(e);
	own_command(e);
	return 0;
}

static int estimate(struct estimating *e, struct err *err)
{
	const struct scenario *s = e->in.size[0].with;
	struct json *result = common_result("Estimate"), *metadata = json_object();
	struct str name = {0};
	int code;

	for (uint32_t i = 0; i < e->in.n_features; i++)
		str_addf(&name, "%s%s", i ? "+" : "", e->in.feature[i].resolved.name);
	json_put_str(metadata, "name", str_text(&name));
	json_put(result, "metadata", metadata);
	json_put_str(result, "kubelet", s->kubelet.name);
	json_put_str(result, "containerRuntime", s->runtime.name);
	json_put_int(result, "podsPerNode", s->workload.pods);
	json_put_int(result, "containersPerPod", s->workload.containers);
	json_put_str(
		result, "defaults", str_len(&e->defaults) ? str_text(&e->defaults) + 1 : NULL);
	json_put_str(result, "command", str_text(&e->command));
	json_put(result, "scenario", scenario_json(e));
	estimate_put(result, &e->in);
	code = common_emit_with(&e->o.common, result,
		&(struct common_own){.words = e->o.prr ? prr_markdown : NULL}, err);
	json_free(result);
	str_fini(&name);
	return code;
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct estimating *e = own;
	int code;

	arena_init(&e->mem, 0);
	code = load(e, line, err);
	common_warn(&e->warnings);
	if (!code)
		code = estimate(e, err);
	str_fini(&e->simulate);
	str_fini(&e->command);
	str_fini(&e->defaults);
	arena_fini(&e->mem);
	return code;
}

const struct cmd cmd_estimate_row = {
	.name = "estimate",
	.argument = "FEATURE...",
	.summary = "what features under review would cost, in closed form",
	.about = "FEATURE is a name in models/feature or a file of kind Feature.  For each of "
		 "its\n"
		 "calls: formula, rate by cluster size, the busiest second, bytes; what it is\n"
		 "beside the kubelet's own toll, and how full it makes the client's limiter.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct estimating),
	.run = run,
};
