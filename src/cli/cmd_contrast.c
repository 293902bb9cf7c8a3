/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll contrast`: the headline.  Runtime designs and object designs side by side. */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "apiserver/ttl.h"
#include "cli/common.h"
#include "cli/contrast_burst.h"
#include "cli/contrast_rows.h"
#include "cli/contrast_runs.h"
#include "cli/contrast_words.h"
#include "cli/result_classes.h"
#include "estimate/rates.h"
#include "report/contrast.h"

struct contrast_options {
	struct common common;
	uint32_t nodes;
	struct opt_counts pods;
	uint32_t containers;
	uint32_t namespaces;
	unsigned shared_by;
	ns_t duration, warmup;
	struct opt_seed seed;
	const char *kubelet;
	const char *runtime;
};

static const char *const sharing_words[] = {"namespace", "pod", NULL};

/* Above an hour the per-second series of a density would not fit the caches any more, and a
 * steady state has been seen long before. */
#define DURATION_MAX (24 * NS_HOUR)

#define REC struct contrast_options
static const struct opt opts[] = {
	ROW(nodes, "nodes", OPT_COUNT, .value = "N", .fallback = "5000", .min = 1,
		.max = NODES_MAX, .help = "nodes of the cluster, every one simulated"),
	ROW(pods, "pods-per-node", OPT_COUNTS, .value = "N,N,...", .fallback = "10,30,50,100",
		.min = 1, .max = PODS_MAX, .help = "densities"),
	ROW(containers, "containers", OPT_COUNT, .value = "N", .fallback = "1", .min = 1,
		.max = CONTAINERS_MAX, .help = "containers of a pod"),
	ROW(namespaces, "namespaces", OPT_COUNT, .value = "N", .fallback = "50", .min = 1,
		.max = NAMESPACES_MAX, .help = "on which pods fall at random"),
	ROW(shared_by, "shared-by", OPT_WORD, .value = "namespace|pod", .fallback = "namespace",
		.words = sharing_words, .help = "who shares a secret"),
	ROW(duration, "duration", OPT_DURATION, .value = "TIME", .fallback = "10m", .min = NS_S,
		.max = DURATION_MAX, .help = "measured virtual time"),
	ROW(warmup, "warmup", OPT_DURATION, .value = "TIME", .fallback = "2m", .min = 0,
		.max = DURATION_MAX, .help = "virtual time before it"),
	ROW_SEED("seed of the random draws", .fallback = "1", .max = SEED_MAX),
	ROW(kubelet, "kubelet", OPT_TEXT, .value = "NAME", .fallback = "v1.20",
		.help = "the kubelet in which all designs run"),
	ROW(runtime, "runtime", OPT_TEXT, .value = "NAME", .fallback = "containerd-1.6.20",
		.help = "the container runtime"),
	ROWS_COMMON,
};
#undef REC

struct contrast {
	struct contrast_options o;
	struct library lib;
	struct arena mem;
	struct scenario base;
	struct model resolved;
	struct cost fit[COST_PARTIES];
	struct contrast_cost cost;
	ns_t ttl; /* that the cluster's size gives */
	struct json *runtime, *objects, *burst;
	struct classes_contrast made;
	struct progress progress;
	uint32_t runs_done;
};

/* A run of a density: the whole kubelet, five designs, six of the object half. */
enum { RUNS_A_DENSITY = 12 };

/* The TTL that every cluster had before there was an annotation. */
#define CACHE_MINUTE (60 * NS_S)

static int run_scenario(
	struct contrast *c, const struct scenario *s, struct fleet_result *r, struct err *err)
{
	int code = contrast_run(s, c->o.common.threads, r, err);

	progress_tell(&c->progress, ++c->runs_done);
	return code;
}

/* ------------------------------------------------------------------ the runtime half */

struct runtime_run {
	struct scenario s;
	struct fleet_result r;
};

static int runtime_run(struct contrast *c, uint32_t pods, enum pleg_design design,
	enum contrast_part part, struct runtime_run *run, struct err *err)
{
	int code;

	*run = (struct runtime_run){0};
	contrast_runtime_scenario(&c->base, pods, design, part, &run->s);
	code = run_scenario(c, &run->s, &run->r, err);
	if (!code && part == CONTRAST_DESIGN_ALONE)
		classes_calls_add(&c->made.looks, &run->r.tally.window[0].in);
	return code;
}

static void runtime_row(
	struct contrast *c, const struct runtime_run *run, const struct contrast_rest *rest)
{
	json_append(c->runtime, contrast_runtime_row(&run->s, &run->r, rest, &c->cost));
}

/* A row for every design, generic's run being there already. */
static int runtime_rows(struct contrast *c, uint32_t pods, const struct runtime_run *generic,
	const struct contrast_rest *rest, struct err *err)
{
	for (unsigned d = 0; d < PLEG_DESIGNS; d++) {
		struct runtime_run run;
		int code;

		if (d == PLEG_GENERIC) {
			runtime_row(c, generic, rest);
			continue;
		}
		code = runtime_run(
			c, pods, (enum pleg_design)d, CONTRAST_DESIGN_ALONE, &run, err);
		if (code)
			return code;
		runtime_row(c, &run, rest);
		fleet_result_fini(&run.r);
	}
	return 0;
}

/* What the loops that no design touches call is what the whole kubelet calls more than the
 * generic PLEG alone. */
static int runtime_half(struct contrast *c, uint32_t pods, struct err *err)
{
	struct contrast_calls whole, alone;
	struct contrast_rest rest;
	struct estimate loops;
	struct runtime_run run;
	int code = runtime_run(c, pods, PLEG_GENERIC, CONTRAST_WHOLE_KUBELET, &run, err);

	if (code)
		return code;
	contrast_count(&run.r, &whole);
	rates_loops(&run.s, &loops);
	fleet_result_fini(&run.r);
	code = runtime_run(c, pods, PLEG_GENERIC, CONTRAST_DESIGN_ALONE, &run, err);
	if (code)
		return code;
	contrast_count(&run.r, &alone);
	rest = (struct contrast_rest){(int64_t)whole.total - (int64_t)alone.total, loops};
	code = runtime_rows(c, pods, &run, &rest, err);
	fleet_result_fini(&run.r);
	return code;
}

/* ------------------------------------------------------------------ the object half */

static int object_row(
	struct contrast *c, uint32_t pods, enum object_design design, ns_t ttl, struct err *err)
{
	struct fleet_result r = {0};
	struct scenario s;
	struct arena mem;
	int code;

	contrast_object_scenario(&c->base, pods, design, ttl, &s);
	code = run_scenario(c, &s, &r, err);
	if (code)
		return code;
	classes_calls_add(&c->made.pods, &r.tally.window[0].in);
	arena_init(&mem, 0);
	json_append(c->objects, contrast_object_row(&s, &r, ttl, &mem));
	arena_fini(&mem);
	fleet_result_fini(&r);
	return 0;
}

static int object_half(struct contrast *c, uint32_t pods, struct err *err)
{
	for (unsigned d = 0; d < OBJECT_DESIGNS; d++) {
		enum object_design design = (enum object_design)d;
		int code = 0;

		if (design == OBJECT_CACHE && c->ttl != CACHE_MINUTE)
			code = object_row(c, pods, design, CACHE_MINUTE, err);
		if (!code)
			code = object_row(c, pods, design, c->ttl, err);
		if (code)
			return code;
	}
	return 0;
}

/* ------------------------------------------------------------------ the result */

static struct json *parameters(const struct contrast *c)
{
	struct json *p = json_object();
	struct json *pods = json_array();

	json_put_int(p, "nodes", c->o.nodes);
	for (uint32_t i = 0; i < c->o.pods.n; i++)
		json_append_int(pods, c->o.pods.value[i]);
	json_put(p, "podsPerNode", pods);
	json_put_int(p, "containers", c->o.containers);
	json_put_int(p, "namespaces", c->o.namespaces);
	json_put_str(p, "sharedBy", sharing_words[c->o.shared_by]);
	json_put_num(p, "durationSeconds", (double)c->o.duration / 1e9);
	json_put_num(p, "warmupSeconds", (double)c->o.warmup / 1e9);
	json_put_int(p, "seed", (int64_t)c->o.seed.value);
	json_put_str(p, "kubelet", c->base.kubelet.name);
	json_put_str(p, "runtime", c->base.runtime.name);
	json_put_str(p, "apiserver", c->base.apiserver.name);
	json_put_num(p, "ttlSeconds", (double)c->ttl / 1e9);
	json_put_num(p, "containerDeathEverySeconds", (double)CONTRAST_DEATH_EVERY / 1e9);
	json_put_num(p, "objectChangeEverySeconds", (double)CONTRAST_CHANGE_EVERY / 1e9);
	json_put_int(p, "burstSeeds", CONTRAST_BURST_SEEDS);
	return p;
}

static uint32_t highest(const struct opt_counts *pods)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < pods->n; i++)
		most = pods->value[i] > most ? pods->value[i] : most;
	return most;
}

/* What is varied, design by design and density by density. */
static struct json *scenario_json(struct contrast *c)
{
	const struct contrast_options *o = &c->o;
	struct common_field f[] = {{.path = "nodes"}, {.path = "seed"}, {.path = "duration"},
		{.path = "warmup"}, {.path = "workload.containers"},
		{.path = "workload.namespaces"}, {.path = "workload.pods"},
		{.path = "workload.placement", .value = "random"},
		{.path = "workload.objects[0].sharedBy"}};
	const uint64_t count[] = {
		o->nodes, o->seed.value, 0, 0, o->containers, o->namespaces, highest(&o->pods)};

	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++)
		(void)snprintf(f[i].value, sizeof(f[i].value), "%" PRIu64, count[i]);
	(void)units_format_duration(f[2].value, sizeof(f[2].value), o->duration);
	(void)units_format_duration(f[3].value, sizeof(f[3].value), o->warmup);
	(void)snprintf(f[8].value, sizeof(f[8].value), "%s",
		c->base.workload.objects[0].shared_by == SHARED_POD ? "pod" : "namespace");
	return common_scenario(&c->mem, &c->resolved, f, sizeof(f) / sizeof(f[0]));
}

static int report(struct contrast *c, struct err *err)
{
	struct json *result = common_result("Contrast");
	struct json *published = json_object();
	int code;

	json_put(result, "parameters", parameters(c));
	json_put(result, "summary",
		contrast_words(c->runtime, c->objects, highest(&c->o.pods), &c->base,
			c->cost.of[COST_RUNTIME]));
	json_put(result, "runtime", c->runtime);
	json_put(result, "objects", c->objects);
	json_put(result, "burst", c->burst);
	c->runtime = c->objects = c->burst = NULL;
	json_put_int(published, "factor", CONTRAST_PUBLISHED_FACTOR);
	json_put_str(published, "source",
		"Kubernetes 1.2: CPU of kubelet and Docker per pod, polling over PLEG");
	json_put(result, "published", published);
	json_put(result, "cost", contrast_cost_json(&c->cost));
	c->made.base = &c->base;
	c->made.spec = c->resolved.spec;
	c->made.origins = &c->resolved.origins;
	json_put(result, "classes",
		contrast_classes(&c->made,
			json_as_str(json_get(json_get(result, "cost"), "calibration"))));
	json_put(result, "scenario", scenario_json(c));
	code = common_emit(&c->o.common, result, err);
	json_free(result);
	return code;
}

static int load_base(struct contrast *c, struct err *err)
{
	const struct scenario_names names = {
		"contrast", c->o.kubelet, c->o.runtime, "v1.20", "secrets-30", true};
	struct workload_model *w = &c->base.workload;
	int code = scenario_compose(&c->lib, &names, NULL, &c->base, &c->resolved, err);

	if (code)
		return code;
	c->base.nodes = c->o.nodes;
	c->base.cluster_nodes = 0;
	c->base.seed = c->o.seed.value;
	c->base.duration = c->o.duration;
	c->base.warmup = c->o.warmup;
	w->containers = c->o.containers;
	w->namespaces = c->o.namespaces;
	w->placement = PLACE_RANDOM;
	w->objects[0].shared_by = c->o.shared_by == 0 ? SHARED_NAMESPACE : SHARED_POD;
	c->ttl = ttl_of_size(&c->base.apiserver, c->o.nodes);
	return 0;
}

static int load_cost(
	struct contrast *c, enum cost_party party, const char *name, struct err *err)
{
	struct calibration calibration = {0};
	int code;

	if (!*name)
		return 0;
	code = calibration_load(&c->lib, name, &calibration, err);
	if (!code)
		code = cost_fit(&c->fit[party], &calibration, err);
	if (!code)
		c->cost.of[party] = &c->fit[party];
	return code;
}

static int contrast(struct contrast *c, struct err *err)
{
	int code = common_library(c->o.common.models, &c->lib, err);

	c->lib.mem = &c->mem;
	if (!code)
		code = load_base(c, err);
	if (!code)
		code = load_cost(c, COST_RUNTIME, c->base.runtime.calibration, err);
	if (!code)
		code = load_cost(c, COST_KUBELET, c->base.kubelet.calibration, err);
	c->runtime = json_array();
	c->objects = json_array();
	c->burst = json_array();
	progress_begin(&c->progress, "contrast", (uint64_t)RUNS_A_DENSITY * c->o.pods.n);
	for (uint32_t i = 0; i < c->o.pods.n && !code; i++) {
		code = runtime_half(c, c->o.pods.value[i], err);
		if (!code)
			code = object_half(c, c->o.pods.value[i], err);
	}
	if (!code)
		code = contrast_burst(
			&c->base, highest(&c->o.pods), c->ttl, c->burst, &c->made.pods, err);
	progress_end(&c->progress);
	return code ? code : report(c, err);
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct contrast *c = own;
	int code;

	(void)line;
	arena_init(&c->mem, 0);
	code = contrast(c, err);
	json_free(c->runtime);
	json_free(c->objects);
	json_free(c->burst);
	arena_fini(&c->mem);
	return code;
}

const struct cmd cmd_contrast_row = {
	.name = "contrast",
	.argument = "",
	.summary = "the headline: designs side by side over densities, no file needed",
	.about = "Ways to find out what a node's containers do (per-pod polling, PLEG in its "
		 "forms) and\n"
		 "ways to get pods' secrets (a GET per pod, the shared cache, watches), all in "
		 "one\n"
		 "kubelet on one runtime, in the steady state, closed form beside simulation.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct contrast),
	.run = run,
};
