/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll estimate`: features under review, in closed form. */
#include "cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "cli/estimate_load.h"
#include "report/estimate.h"
#include "report/prr.h"

#define REC struct estimate_options
static const struct opt opts[] = {
	ROW(scenario, "scenario", OPT_TEXT, .value = "SCENARIO",
		.help = "what features are laid over: its nodes, pods, churn and kubelet are "
			"those of the flags below where these are not given"),
	ROW_SETS("override a field of the scenario's spec, with the features and without"),
	ROW(nodes, "nodes", OPT_COUNTS, .value = "N,...", .min = 1, .max = NODES_MAX,
		.help = "cluster sizes (100,1000,5000)"),
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

/* As a shell takes it. */
static void add_sets(const struct estimating *e, struct str *out)
{
	for (uint32_t i = 0; i < e->o.sets.n; i++) {
		const char *text = e->o.sets.text[i];
		const char *quote = strpbrk(text, " []{}()*?$&|;<>#~\"") ? "'" : "";

		str_addf(out, " --set %s%s%s", quote, text, quote);
	}
}

static void simulate_command(struct estimating *e)
{
	uint32_t nodes = e->in.size[e->in.n_sizes - 1].nodes;
	ns_t every = estimate_replaced_every(e, nodes);

	str_addf(&e->simulate, "nodetoll simulate %s", estimate_base(e));
	for (uint32_t i = 0; i < e->in.n_features; i++)
		str_addf(&e->simulate, " --with %s", e->with[i]);
	str_addf(&e->simulate, " --set nodes=%u --set workload.pods=%u", nodes, e->o.pods);
	if (e->o.kubelet)
		str_addf(&e->simulate, " --set kubelet=%s", e->o.kubelet);
	add_sets(e, &e->simulate);
	if (every || e->o.scenario)
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
	str_addf(&e->command, " --pods-per-node %u --churn %s", e->o.pods, e->o.churn);
	if (e->o.kubelet)
		str_addf(&e->command, " --kubelet %s", e->o.kubelet);
	if (e->o.scenario)
		str_addf(&e->command, " --scenario %s", e->o.scenario);
	add_sets(e, &e->command);
}

static struct json *scenario_json(struct estimating *e)
{
	uint32_t nodes = e->in.size[e->in.n_sizes - 1].nodes;
	struct common_field f[] = {{.path = "nodes"}, {.path = "workload.replacePodEvery"}};

	(void)snprintf(f[0].value, sizeof(f[0].value), "%u", nodes);
	(void)units_format_duration(
		f[1].value, sizeof(f[1].value), estimate_replaced_every(e, nodes));
	return common_scenario(&e->mem, &e->resolved, f, 2);
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
	json_put_str(result, "over", e->o.scenario ? e->resolved.name : NULL);
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
	if (e->o.prr && e->o.common.form != REPORT_TEXT && e->o.common.form != REPORT_MARKDOWN)
		code = err_set(err, ERR_INPUT, "--prr is Markdown: it goes with no other -o");
	else
		code = estimate_load(e, line, err);
	common_warn(&e->warnings);
	if (!code) {
		simulate_command(e);
		own_command(e);
		code = estimate(e, err);
	}
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
