/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of kind Recording holds. */
#include "models/recording_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "models/tables.h"

#define WEEK (7 * 24 * 60 * NS_MIN)

const struct word words_action[4] = {
	{"createAllPods", PHASE_CREATE_ALL},
	{"none", PHASE_NONE},
	{"deleteAllPods", PHASE_DELETE_ALL},
	{"churn", PHASE_CHURN},
};
static const struct word words_strategy[] = {
	{"Get", OBJECT_GET},
	{"Cache", OBJECT_CACHE},
	{"Watch", OBJECT_WATCH},
};
static const struct word words_pleg[] = {
	{"Generic", PLEG_GENERIC},
	{"Evented", PLEG_EVENTED},
	{"OnDemand", PLEG_ONDEMAND},
	{"Parallel", PLEG_PARALLEL},
	{"Polling", PLEG_POLLING},
};
static const struct word words_pull[] = {
	{"IfNotPresent", PULL_IF_NOT_PRESENT},
	{"Always", PULL_ALWAYS},
	{"Never", PULL_NEVER},
};

#define KEEP(member_, name_, ...) FIELD(member_, name_, __VA_ARGS__, .flags = FIELD_KEEP)
/* A period; 0 is never. */
#define EVERY(member_, name_, ...)                                                             \
	FIELD(member_, name_, FIELD_SECONDS, .min = NS_MS, __VA_ARGS__,                        \
		.flags = FIELD_KEEP | FIELD_OR_ZERO)

#define REC struct reading_recording
static const struct field settings_fields[] = {
	FIELD(version, "version", FIELD_TEXT_PTR, .help = "the Kubelet model"),
	KEEP(rec.base.kubelet.worker.sync_frequency, "syncFrequency", FIELD_DURATION,
		.min = NS_S),
	KEEP(status_period, "nodeStatusUpdateFrequency", FIELD_DURATION, .min = NS_MS),
	KEEP(status_report, "nodeStatusReportFrequency", FIELD_DURATION, .min = NS_MS),
	KEEP(lease, "leaseDurationSeconds", FIELD_SECONDS, .min = NS_S),
	KEEP(rec.base.kubelet.client[CLIENT_MAIN].qps_milli, "kubeAPIQPS", FIELD_RATE,
		.min = 1),
	KEEP(rec.base.kubelet.client[CLIENT_MAIN].burst, "kubeAPIBurst", FIELD_COUNT, .min = 1),
	KEEP(rec.base.kubelet.client[CLIENT_EVENTS].qps_milli, "eventRecordQPS", FIELD_RATE,
		.min = 1),
	KEEP(rec.base.kubelet.client[CLIENT_EVENTS].burst, "eventBurst", FIELD_COUNT, .min = 1),
	KEEP(rec.base.kubelet.client[CLIENT_HEARTBEAT].qps_milli, "heartbeatQPS", FIELD_RATE,
		.min = 1),
	KEEP(rec.base.kubelet.images.registry_qps_milli, "registryPullQPS", FIELD_RATE,
		.min = 1),
	KEEP(rec.base.kubelet.images.registry_burst, "registryBurst", FIELD_COUNT, .min = 1),
	KEEP(rec.base.kubelet.images.serial, "serializeImagePulls", FIELD_BOOL),
	KEEP(rec.max_pods, "maxPods", FIELD_COUNT, .min = 1, .max = PODS_MAX),
	KEEP(attach_detach, "enableControllerAttachDetach", FIELD_BOOL,
		.help = "without effect on the calls that are modelled"),
	KEEP(rec.base.kubelet.cgroups_per_qos, "cgroupsPerQOS", FIELD_BOOL),
	KEEP(rec.base.kubelet.pleg.design, "pleg", FIELD_ENUM, .words = words_pleg,
		.n_words = COUNT_OF(words_pleg)),
	KEEP(rec.base.kubelet.pleg.relist_period, "relistPeriod", FIELD_DURATION, .min = NS_MS),
	KEEP(rec.base.kubelet.events.enabled, "events", FIELD_BOOL),
};
static const struct table settings_table = TABLE("the kubelet's settings", settings_fields);

static const struct field workload_fields[] = {
	FIELD(rec.base.workload.namespaces, "namespaces", FIELD_COUNT, .min = 1,
		.max = NAMESPACES_MAX, .help = "of the cluster"),
	FIELD(rec.base.workload.placement, "placement", FIELD_ENUM, .words = words_placement,
		.n_words = 2, .help = "roundRobin: pod j is in namespace j mod namespaces"),
	FIELD(rec.base.workload.containers, "containersPerPod", FIELD_COUNT, .min = 1,
		.max = CONTAINERS_MAX),
	KEEP(rec.base.workload.grace, "terminationGracePeriodSeconds", FIELD_SECONDS),
	KEEP(probes, "probes", FIELD_TREE, .help = "per container"),
	KEEP(rec.restarts, "restarts", FIELD_COUNT, .max = 1000000),
	KEEP(objects, "objects", FIELD_TREE, .help = "each pod mounts one of each as a volume"),
	KEEP(rec.warning_event, "warningEventPerSync", FIELD_TEXT_PTR,
		.help = "an event that each pod sync raises"),
	KEEP(pull, "imagePullPolicy", FIELD_ENUM, .words = words_pull,
		.n_words = COUNT_OF(words_pull)),
	KEEP(rec.base.workload.image_present, "imagePresent", FIELD_BOOL),
	KEEP(rec.base.workload.images, "images", FIELD_COUNT, .min = 1, .max = 1000,
		.help = "how many different ones"),
	KEEP(rec.base.workload.exit_on_sigterm, "exitOnSIGTERM", FIELD_BOOL),
};
static const struct table workload_table = TABLE("the workload", workload_fields);
#undef REC

#define REC struct workload_object
static const struct word words_resource[] = {{"secrets", 0}, {"configmaps", 0}};
static const struct field object_fields[] = {
	FIELD(resource, "resource", FIELD_TEXT, .size = sizeof(((REC *)0)->resource),
		.words = words_resource, .n_words = COUNT_OF(words_resource)),
	FIELD(name, "name", FIELD_TEXT, .size = sizeof(((REC *)0)->name)),
	FIELD(shared_by, "sharedBy", FIELD_ENUM, .words = words_sharing, .n_words = 4),
	EVERY(update_every, "updateEverySeconds", .max = WEEK),
	KEEP(immutable, "immutable", FIELD_BOOL),
};
#undef REC
const struct table table_recorded_object = TABLE("an object", object_fields);

#define REC struct recorded_spans
static const struct field spans_fields[] = {
	FIELD(pods, "pods", FIELD_COUNT, .min = 1, .max = PODS_MAX),
	FIELD(p50, "p50", FIELD_SECONDS, .max = WEEK),
	FIELD(p90, "p90", FIELD_SECONDS, .max = WEEK),
	FIELD(max, "max", FIELD_SECONDS, .max = WEEK),
};
#undef REC
static const struct table spans_table = TABLE("quantiles", spans_fields);

#define REC struct recorded_phase
static const struct field phase_fields[] = {
	FIELD(name, "name", FIELD_TEXT_PTR, .flags = FIELD_KEY),
	FIELD(action, "action", FIELD_ENUM, .words = words_action,
		.n_words = COUNT_OF(words_action), .help = "what happens in the phase"),
	KEEP(kubelet_starts, "kubeletStarts", FIELD_BOOL,
		.help = "the first phase: the kubelet starts when it begins"),
	/* A node has room for some 2,000 pods, and one that was deleted keeps its own for up to
	 * two minutes. */
	FIELD(replace_one_pod_every, "replaceOnePodEverySeconds", FIELD_SECONDS,
		.min = 100 * NS_MS, .max = WEEK, .help = "churn",
		.flags = FIELD_KEEP | FIELD_OR_ZERO),
	EVERY(update_one_secret_every, "updateOneSecretEverySeconds", .max = WEEK,
		.help = "churn"),
	EVERY(one_pod_every, "onePodEverySeconds", .max = 60 * NS_MIN,
		.help = "createAllPods, deleteAllPods: from one pod to the next, of whatever "
			"node"),
	FIELD(rest, "restSeconds", FIELD_SECONDS, .max = WEEK, .flags = FIELD_OPTIONAL,
		.otherwise = -1, .help = "from the end of the phase before to this one"),
	KEEP(api_time, "apiSeconds", FIELD_SECONDS, .min = NS_MS, .max = WEEK,
		.help = "how long requests were counted"),
	KEEP(cri_time, "criSeconds", FIELD_SECONDS, .min = NS_MS, .max = WEEK,
		.help = "how long runtime operations were counted"),
	KEEP(tree[RECORDED_API], "api", FIELD_TREE,
		.help = "requests: '<verb> <resource>[/<subresource>][ <code> or lost]'"),
	KEEP(tree[RECORDED_CRI], "cri", FIELD_TREE,
		.help = "kubelet_runtime_operations_total by operation_type"),
	KEEP(tree[RECORDED_WIRE], "wire", FIELD_TREE,
		.help = "calls at the runtime's socket: '<Method>[ <Code>]'"),
	KEEP(wire_mean_tree, "wireMeanMs", FIELD_TREE, .help = "mean handling time by method"),
	KEEP(relists, "relists", FIELD_COUNT, .max = RECORDED_COUNT_MAX),
	KEEP(mean_relist, "meanRelistMs", FIELD_MILLIS, .max = 60 * NS_MIN),
	KEEP(running, "runningSeconds", FIELD_MAP, .sub = &spans_table,
		.help = "from a pod's creation to running, over its pods"),
	KEEP(gone, "goneSeconds", FIELD_MAP, .sub = &spans_table,
		.help = "from the request to delete a pod to its end, over its pods"),
	KEEP(pods, "pods", FIELD_COUNT, .max = PODS_MAX, .help = "that the phase is about"),
	{.name = "rssMB", .type = FIELD_IGNORED, .flags = FIELD_OPTIONAL},
	{.name = "cpuCores", .type = FIELD_IGNORED, .flags = FIELD_OPTIONAL},
};
#undef REC
static const struct table phase_table = {
	.what = "phase",
	.field = phase_fields,
	.n = COUNT_OF(phase_fields),
	.finish = recording_finish_phase,
};

#define REC struct recorded_node
static const struct field node_fields[] = {
	FIELD(name, "name", FIELD_TEXT_PTR, .help = "of the node"),
	FIELD(pods, "pods", FIELD_COUNT, .max = PODS_MAX, .help = "on the node"),
	FIELD(objects, "changeDetectionStrategy", FIELD_ENUM, .words = words_strategy,
		.n_words = COUNT_OF(words_strategy),
		.help = "configMapAndSecretChangeDetectionStrategy"),
	FIELD(ttl_annotation, "nodeTTLAnnotationSeconds", FIELD_SECONDS,
		.flags = FIELD_OPTIONAL, .otherwise = -2,
		.help = "node.alpha.kubernetes.io/ttl"),
	FIELD(phases, "phases", FIELD_NAMED, .n_offset = offsetof(REC, n_phases),
		.size = sizeof(struct recorded_phase), .limit = RECORDED_PHASES_MAX,
		.sub = &phase_table, .by_pointer = true, .help = "in order"),
};
#undef REC
static const struct table node_table = {
	.what = "a node",
	.field = node_fields,
	.n = COUNT_OF(node_fields),
	.finish = recording_finish_node,
};

#define REC struct reading_recording
static const struct field recording_fields[] = {
	{.name = "apiVersion", .type = FIELD_IGNORED},
	{.name = "kind", .type = FIELD_IGNORED},
	{.name = "metadata", .type = FIELD_IGNORED},
	KEEP(rec.about, "about", FIELD_TEXT_PTR, .help = "how it was made"),
	PART("kubelet", settings_table, "settings under Kubernetes' own names"),
	FIELD(runtime, "runtime", FIELD_TEXT_PTR, .help = "the Runtime model"),
	PART("workload", workload_table, "what ran"),
	FIELD(rec.nodes, "nodes", FIELD_LIST, .n_offset = offsetof(REC, rec.n_nodes),
		.size = sizeof(struct recorded_node), .limit = RECORDED_NODES_MAX,
		.sub = &node_table, .by_pointer = true, .help = "each with its counts"),
};
#undef REC
const struct table table_recording = {
	.what = "the recording",
	.field = recording_fields,
	.n = COUNT_OF(recording_fields),
	.finish = recording_finish,
};
