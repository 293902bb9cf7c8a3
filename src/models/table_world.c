/* SPDX-License-Identifier: Apache-2.0 */
/* What files of the kinds Runtime, Workload and Scenario hold. */
#include "models/tables.h"

#define HOUR (60 * NS_MIN)
#define DAY  (24 * HOUR)

static const struct word words_rule[] = {
	{"slow", RULE_SLOW},
	{"hang", RULE_HANG},
	{"fail", RULE_FAIL},
};
static const struct word words_start[] = {
	{"atOnce", START_AT_ONCE},
	{"stationary", START_STATIONARY},
	{"afterWarmup", START_AFTER_WARMUP},
	{"kubeletRestart", START_KUBELET_RESTART},
};
static const struct word words_scheduler[] = {{"byVersion", SCHEDULER_BY_VERSION}};
static const struct word words_annotation[] = {{"controller", -1}, {"none", -2}};

#define REC struct runtime_rule
static const struct field rule_fields[] = {
	ONE_OF(kind, "kind", words_rule, "slower by factor, never answering, or failing"),
	ONE_OF(op, "operation", words_operation, "which operation, or all"),
	FIELD(factor, "factor", FIELD_RATIO, .flags = FIELD_OPTIONAL, .otherwise = PPM,
		.max = INT64_C(100000) * PPM, .help = "slow: times the latency"),
	FIELD(share, "share", FIELD_RATIO, .flags = FIELD_OPTIONAL, .otherwise = PPM,
		.max = PPM, .help = "of the calls that it concerns"),
	SPAN(from, "from", 0, SPAN_MAX, "on the run's clock, warm-up included"),
	SPAN(until, "until", 0, SPAN_MAX, "the same"),
};
#undef REC

static int finish_rule(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct runtime_rule *rule = record;

	(void)r;
	if (rule->from >= rule->until)
		return doc_error(at, err, "'from' is not before 'until'");
	return 0;
}

static const struct table rule_table = {
	.what = "a rule",
	.field = rule_fields,
	.n = COUNT_OF(rule_fields),
	.finish = finish_rule,
};

#define REC struct runtime_model
static const struct field runtime_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "where the model came from; written when it is resolved"),
	FIELD(op, "operations", FIELD_BY_WORD, .words = words_operation, .n_words = OP_N,
		.size = sizeof(struct latency), .sub = &table_latency,
		.help = "latency of every operation"),
	FIELD(timer_lateness, "timerLateness", FIELD_MAP, .sub = &table_latency,
		.help = "how late a timer fires on such a host"),
	FIELD(dispatch, "dispatch", FIELD_MAP, .sub = &table_latency,
		.help = "from one goroutine to the next"),
	TRUTH(sandbox_stop_checks, "sandboxStopChecks",
		"stopping a removed sandbox is NotFound, so is the status of a removed "
		"container"),
	TRUTH(stop_is_seen_early, "stopIsSeenEarly",
		"listings show an exit before the call that stops the container answers"),
	TRUTH(stops_at_once, "stopsAtOnce",
		"StopContainer does not wait until a process heeds SIGTERM or its grace is "
		"over"),
	FIELD(processors, "processors", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 1024,
		.help = "that calls which start or end processes share; 0: they do not"),
	FIELD(calibration, "calibration", FIELD_TEXT, .size = MODEL_NAME,
		.help = "CPU cost: name of a Calibration, \"\" if there is none"),
	FIELD(rules, "rules", FIELD_LIST, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_rules), .size = sizeof(struct runtime_rule),
		.limit = RULES_MAX, .sub = &rule_table, .help = "disturbances"),
};
#undef REC
const struct table table_runtime = TABLE("the runtime", runtime_fields);

#define REC struct workload_object
static const struct word words_resource[] = {{"secrets", 0}, {"configmaps", 0}};
static const struct field object_fields[] = {
	FIELD(resource, "resource", FIELD_TEXT, .size = sizeof(((REC *)0)->resource),
		.words = words_resource, .n_words = COUNT_OF(words_resource),
		.help = "secrets or configmaps"),
	FIELD(name, "name", FIELD_TEXT, .size = sizeof(((REC *)0)->name), .help = "any"),
	ONE_OF(shared_by, "sharedBy", words_sharing, "who refers to the same object"),
	FIELD(update_every, "updateEvery", FIELD_DURATION,
		.flags = FIELD_OPTIONAL | FIELD_OR_ZERO, .min = NS_MS,
		.help = "mean time between changes of one object; 0 is never"),
	FIELD(immutable, "immutable", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "never changes"),
};
#undef REC
static const struct table object_table = TABLE("an object", object_fields);

#define REC struct workload_probe
static const struct field probe_fields[] = {
	TRUTH(exec, "exec",
		"executes a command in the container; others ask the pod over HTTP or TCP"),
	FIELD(readiness, "readiness", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "its result is in the pod's status"),
	SPAN(period, "period", NS_S, HOUR, "periodSeconds"),
	FIELD(initial_delay, "initialDelay", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.max = DAY, .help = "initialDelaySeconds"),
	FIELD(failure_threshold, "failureThreshold", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.otherwise = 3, .min = 1, .max = 100,
		.help = "readiness: so many failures in a row"),
};
#undef REC
static const struct table probe_table = TABLE("a probe", probe_fields);

#define REC struct workload_model
static const struct field ready_fields[] = {
	FIELD(ready.after, "after", FIELD_DURATION, .flags = FIELD_OPTIONAL, .max = DAY,
		.help = "a container's start"),
	FIELD(ready.fails_every, "failsEvery", FIELD_DURATION,
		.flags = FIELD_OPTIONAL | FIELD_OR_ZERO, .min = NS_S, .max = 7 * DAY,
		.help = "a pod stops to be for a while, so often; 0 is never"),
	FIELD(ready.fails_for, "failsFor", FIELD_DURATION, .flags = FIELD_OPTIONAL, .max = DAY,
		.help = "so long"),
};
#undef REC
static const struct table ready_table = TABLE("ready", ready_fields);

/* A container has one readiness probe (core/v1 Container.ReadinessProbe). */
static int finish_workload(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct workload_model *w = record;
	uint32_t readiness = 0;

	(void)r;
	for (uint32_t i = 0; i < w->n_probes; i++)
		readiness += w->probes[i].readiness;
	if (readiness > 1)
		return doc_error(doc_get(at, "probes"), err,
			"%u probes are for readiness, a container has one", readiness);
	if (w->ready.fails_for > w->ready.fails_every)
		return doc_error(
			doc_get(at, "ready"), err, "'failsFor' is longer than 'failsEvery'");
	return 0;
}

#define REC struct workload_batch
static const struct field batch_fields[] = {
	SPAN_OR_NEVER(arrival_every, "arrivalEvery", DAY, "on a node; 0 is never"),
	FIELD(lifetime, "lifetime", FIELD_MAP, .sub = &table_latency,
		.help = "how long a container runs"),
	SPAN(deleted_after, "deletedAfter", 0, DAY,
		"after it was seen to have completed, by its owner"),
};
#undef REC

static int finish_batch(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct workload_batch *b = record;

	(void)r;
	if (b->arrival_every && b->lifetime.mean / b->arrival_every > PODS_MAX)
		return doc_error(doc_get(at, "lifetime"), err,
			"with one in 'arrivalEvery' that would be over %d pods on a node",
			PODS_MAX);
	return 0;
}

static const struct table batch_table = {
	.what = "batch",
	.field = batch_fields,
	.n = COUNT_OF(batch_fields),
	.finish = finish_batch,
};

#define REC struct workload_model
static const struct field workload_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "where the model came from; written when it is resolved"),
	COUNT(pods, "pods", 0, PODS_MAX, "that serve, on a node"),
	FIELD(batch, "batch", FIELD_MAP, .flags = FIELD_OPTIONAL, .sub = &batch_table,
		.help = "pods that run to completion"),
	COUNT(containers, "containers", 1, CONTAINERS_MAX, "in a pod"),
	COUNT(namespaces, "namespaces", 1, NAMESPACES_MAX, "of the cluster"),
	ONE_OF(placement, "placement", words_placement, "how pods fall on namespaces"),
	SPAN(grace, "terminationGracePeriod", 0, HOUR, "before a container is killed"),
	TRUTH(exit_on_sigterm, "exitOnSIGTERM", "containers end as soon as they are asked"),
	FIELD(objects, "objects", FIELD_LIST, .n_offset = offsetof(REC, n_objects),
		.size = sizeof(struct workload_object), .limit = OBJECTS_MAX,
		.sub = &object_table, .help = "each pod mounts one of each"),
	FIELD(probes, "probes", FIELD_LIST, .n_offset = offsetof(REC, n_probes),
		.size = sizeof(struct workload_probe), .limit = PROBES_MAX, .sub = &probe_table,
		.help = "of every container"),
	{
		.name = "ready",
		.type = FIELD_MAP,
		.flags = FIELD_OPTIONAL,
		.sub = &ready_table,
		.help = "when probes for readiness find it",
	},
	SPAN_OR_NEVER(container_death_every, "containerDeathEvery", DAY,
		"mean time between deaths on a node; 0 is never"),
	RATIO(crash_looping, "crashLooping", PPM, "share of the pods"),
	SPAN(crash_after, "crashAfter", 0, DAY, "such a container runs so long"),
	SPAN_OR_NEVER(replace_pod_every, "replacePodEvery", DAY, "on a node; 0 is never"),
	SPAN_OR_NEVER(update_object_every, "updateObjectEvery", DAY,
		"on a node, one object in turn; 0 is never"),
	TRUTH(image_present, "imagePresent", "no pull is needed"),
	TRUTH(pull_always, "pullAlways", "every start pulls"),
	COUNT(images, "images", 1, 64, "how many different ones"),
	FIELD(warning_event_per_sync, "warningEventPerSync", FIELD_COUNT, .max = 1,
		.help = "an event that each pod sync raises, 0 or 1"),
};
#undef REC
const struct table table_workload = {
	.what = "the workload",
	.field = workload_fields,
	.n = COUNT_OF(workload_fields),
	.finish = finish_workload,
};

static const struct word words_script[] = {
	{"create", SCRIPT_CREATE},
	{"replace", SCRIPT_REPLACE},
	{"delete", SCRIPT_DELETE},
};

#define REC struct script_step
static const struct field script_fields[] = {
	SPAN(at, "at", 0, 7 * DAY, "after the warm-up"),
	ONE_OF(act, "do", words_script, "with the pods of every node"),
	SPAN(over, "over", 0, 7 * DAY,
		"each pod once in that time, at an even pace; 0s is at once"),
	FIELD(lasts, "for", FIELD_DURATION, .flags = FIELD_OPTIONAL, .max = 7 * DAY,
		.help = "replace: it ends after so long; without it when all were"),
};
#undef REC

static int finish_script_step(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct script_step *step = record;

	(void)r;
	if (step->act == SCRIPT_REPLACE && step->over < NS_S)
		return doc_error(doc_get(at, "over"), err,
			"to replace every pod takes a second at least");
	return 0;
}

static const struct table script_table = {
	.what = "a step of the script",
	.field = script_fields,
	.n = COUNT_OF(script_fields),
	.finish = finish_script_step,
};

static int finish_scenario_fields(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct scenario *s = record;
	const struct doc_node *step = s->n_script ? doc_get(at, "script")->first : NULL;
	ns_t over = 0;

	(void)r;
	for (uint32_t i = 0; i < s->n_script; i++, step = step->next) {
		if (s->script[i].at < over)
			return doc_error(
				step, err, "it begins before the one above it is over");
		over = s->script[i].at +
		       (s->script[i].lasts ? s->script[i].lasts : s->script[i].over);
	}
	return 0;
}

#define REC struct scenario
static const struct field scenario_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "where the scenario came from; written when it is resolved"),
	COUNT(nodes, "nodes", 1, NODES_MAX, "simulated, every one"),
	FIELD(cluster_nodes, "clusterNodes", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.max = 1000000, .help = "the cluster's size where it is not nodes; 0 is nodes"),
	SPAN(duration, "duration", NS_S, 7 * DAY, "what is counted"),
	SPAN(warmup, "warmup", 0, 7 * DAY, "before counting begins"),
	ONE_OF(start, "start", words_start,
		"stationary: at random ages; atOnce: kubelets and pods, at the start; "
		"afterWarmup: pods then, on nodes that are up; kubeletRestart: kubelets, at "
		"the "
		"start, on nodes whose pods go on running"),
	FIELD(script, "script", FIELD_LIST, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_script), .size = sizeof(struct script_step),
		.limit = SCRIPT_MAX, .sub = &script_table,
		.help = "what is done to pods, instead of creating all of them at the start"),
	FIELD(seed, "seed", FIELD_SEED, .max = SEED_MAX, .help = "of every random number"),
	FIELD(ttl_annotation, "ttlAnnotation", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.otherwise = -1, .max = DAY, .words = words_annotation,
		.n_words = COUNT_OF(words_annotation),
		.help = "of every node; controller: by the cluster's size; none"),
	FIELD(scheduler_milli, "schedulerPodsPerSecond", FIELD_RATE, .flags = FIELD_OPTIONAL,
		.otherwise = SCHEDULER_BY_VERSION, .min = 1, .words = words_scheduler,
		.n_words = COUNT_OF(words_scheduler),
		.help = "pods that are created at once are bound at this rate, node after "
			"node; byVersion: on nodes that are up (afterWarmup) as by the "
			"scheduler of the kubelet's release; -1 is at once"),
	FIELD(scheduler_pair, "schedulerPairCost", FIELD_DURATION,
		.flags = FIELD_OPTIONAL | FIELD_OR_ZERO, .min = 1, .max = NS_MS,
		.help = "what it takes more for a pod, for every pair of a node and a pod that "
			"it "
			"looks at"),
	FIELD(scheduler_looks_at, "schedulerLooksAt", FIELD_RATIO, .flags = FIELD_OPTIONAL,
		.otherwise = PPM, .max = PPM,
		.help = "share of the pods bound before: all, or those with some feature"),
	FIELD(name, "features", FIELD_IGNORED, .flags = FIELD_OPTIONAL,
		.help = "a list: names of Features, or paths; not there any more when "
			"resolved"),
	FIELD(kubelet, "kubelet", FIELD_MAP, .sub = &table_kubelet, .help = "a Kubelet"),
	FIELD(runtime, "runtime", FIELD_MAP, .sub = &table_runtime, .help = "a Runtime"),
	FIELD(apiserver, "apiserver", FIELD_MAP, .sub = &table_apiserver,
		.help = "an APIServer"),
	FIELD(workload, "workload", FIELD_MAP, .sub = &table_workload, .help = "a Workload"),
};
#undef REC
const struct table table_scenario = {
	.what = "the scenario",
	.field = scenario_fields,
	.n = COUNT_OF(scenario_fields),
	.finish = finish_scenario_fields,
};
