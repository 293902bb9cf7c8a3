/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that several kinds share: latencies, calls, words. */
#include "models/tables.h"

const struct word words_pleg_design[PLEG_DESIGNS] = {
	{"polling", PLEG_POLLING},
	{"generic", PLEG_GENERIC},
	{"evented", PLEG_EVENTED},
	{"ondemand", PLEG_ONDEMAND},
	{"parallel", PLEG_PARALLEL},
};

const struct word words_object_design[OBJECT_DESIGNS] = {
	{"never", OBJECT_NEVER},
	{"get", OBJECT_GET},
	{"cache", OBJECT_CACHE},
	{"watch", OBJECT_WATCH},
	{"bulkwatch", OBJECT_BULKWATCH},
};

const struct word words_client[CLIENT_OWN + 1] = {
	{"kube", CLIENT_MAIN},
	{"events", CLIENT_EVENTS},
	{"heartbeat", CLIENT_HEARTBEAT},
	{"own", CLIENT_OWN},
};

const struct word words_sharing[4] = {
	{"pod", SHARED_POD},
	{"namespace", SHARED_NAMESPACE},
	{"node", SHARED_NODE},
	{"cluster", SHARED_CLUSTER},
};

const struct word words_placement[2] = {
	{"random", PLACE_RANDOM},
	{"roundRobin", PLACE_ROUND_ROBIN},
};

const struct word words_operation[OP_N + 1] = {
#define X(e, name, cri) {name, OP_##e},
	OPERATIONS(X)
#undef X
		{"all", OP_N},
};

const struct word words_scope[5] = {
	{"node", SCOPE_NODE},
	{"pod", SCOPE_POD},
	{"container", SCOPE_CONTAINER},
	{"object", SCOPE_EACH_OBJECT},
	{"namespace", SCOPE_EACH_NAMESPACE},
};

const struct word words_trigger[TRIGGERS] = {
	{"period", TRIGGER_PERIOD},
	{"kubeletStart", TRIGGER_KUBELET_START},
	{"podStart", TRIGGER_POD_START},
	{"podStop", TRIGGER_POD_STOP},
	{"podSync", TRIGGER_POD_SYNC},
	{"statusChange", TRIGGER_STATUS_CHANGE},
	{"containerStart", TRIGGER_CONTAINER_START},
	{"containerDeath", TRIGGER_CONTAINER_DEATH},
	{"objectChange", TRIGGER_OBJECT_CHANGE},
	{"error", TRIGGER_ERROR},
};

const struct word words_runs_on[] = {
	{"everyNode", RUNS_EVERY_NODE},
	{"elsewhere", RUNS_ELSEWHERE},
};

const char *word_of(const struct word *words, uint32_t n, int64_t value)
{
	for (uint32_t i = 0; i < n; i++)
		if (words[i].value == value)
			return words[i].name;
	return "?";
}

const char *client_name(const struct kubelet_model *k, uint32_t client)
{
	return client < CLIENT_OWN ? word_of(words_client, CLIENT_OWN, client)
				   : k->agents[client - CLIENT_OWN].name;
}

bool client_is_elsewhere(const struct kubelet_model *k, uint32_t client)
{
	return client >= CLIENT_OWN && client - CLIENT_OWN < k->n_agents &&
	       k->agents[client - CLIENT_OWN].runs_on == RUNS_ELSEWHERE;
}

int64_t client_limit(const struct kubelet_model *k, uint32_t client)
{
	return client_is_elsewhere(k, client) ? k->agents[client - CLIENT_OWN].qps_milli
					      : k->client[client].qps_milli;
}

#define REC struct latency
static const struct field latency_fields[] = {
	SPAN(mean, "mean", 0, NS_MIN * 60, "mean time of a call that lists nothing"),
	FIELD(per_record, "perRecord", FIELD_DURATION, .flags = FIELD_OPTIONAL, .max = NS_S,
		.help = "listings: added for each record listed"),
	RATIO(p50, "p50", PPM, "median as a share of the mean"),
	FIELD(p99, "p99", FIELD_RATIO, .min = PPM, .max = INT64_C(1000) * PPM,
		.help = "99th percentile as a share of the mean"),
	FIELD(bytes, "bytes", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 1 << 30,
		.help = "size of the answer; without it, bytes are not counted"),
	FIELD(record_bytes, "recordBytes", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 1 << 20,
		.help = "listings: added for each record listed"),
};
#undef REC
const struct table table_latency = TABLE("a latency", latency_fields);

#define REC struct model_call
static const struct field call_fields[] = {
	FIELD(call, "runtime", FIELD_OPERATION, .flags = FIELD_OPTIONAL,
		.help = "operation_type of kubelet_runtime_operations_total"),
	FIELD(call, "api", FIELD_API, .flags = FIELD_OPTIONAL,
		.help = "audit verb and resource[/subresource], as in 'get nodes'"),
	FIELD(hidden, "hidden", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "the kubelet's own metric does not see this runtime call"),
	FIELD(quorum, "quorum", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "API reads: without resourceVersion=0, so the API server reads etcd"),
	FIELD(scope, "scope", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words_scope,
		.n_words = COUNT_OF(words_scope), .otherwise = SCOPE_NODE,
		.help = "once, or for every running pod, running container, secret and "
			"configmap that pods refer to, namespace that they are in"),
	FIELD(client, "client", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words_client,
		.n_words = COUNT_OF(words_client), .otherwise = CLIENT_MAIN,
		.help = "API calls: whose limiter they pass; own: that of an agent beside "
			"the kubelet"),
	FIELD(at_most_every, "atMostEvery", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.help = "left out until so long has passed since it was last made"),
	FIELD(if_older_than, "ifOlderThan", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.help = "the runtime cache: made only if its stamp is older"),
	FIELD(records, "records", FIELD_RATIO, .flags = FIELD_OPTIONAL, .max = PPM,
		.otherwise = PPM, .help = "listings: share of the node's records listed"),
	FIELD(share, "share", FIELD_RATIO, .flags = FIELD_OPTIONAL, .min = 1, .max = PPM,
		.help = "of the pods, containers or objects that it is made for"),
	FIELD(bytes, "bytes", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 1 << 30,
		.help = "API calls: that the request and its answer carry; without it, what "
			"the "
			"API server's model has for the answer"),
};

/* Operations after which something runs that did not, or the other way round. */
static const uint32_t changing =
	UINT32_C(1) << OP_PULL_IMAGE | UINT32_C(1) << OP_REMOVE_IMAGE |
	UINT32_C(1) << OP_RUN_PODSANDBOX | UINT32_C(1) << OP_STOP_PODSANDBOX |
	UINT32_C(1) << OP_REMOVE_PODSANDBOX | UINT32_C(1) << OP_CREATE_CONTAINER |
	UINT32_C(1) << OP_START_CONTAINER | UINT32_C(1) << OP_STOP_CONTAINER |
	UINT32_C(1) << OP_REMOVE_CONTAINER;

static int finish_call(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct model_call *call = record;
	bool runtime = doc_get(at, "runtime") != NULL;
	bool api = doc_get(at, "api") != NULL;

	(void)r;
	if (runtime == api)
		return doc_error(at, err,
			"a call is either 'runtime: OPERATION' or 'api: VERB RESOURCE'");
	if (runtime && changing >> call->call & 1)
		return doc_error(doc_get(at, "runtime"), err,
			"'%s' changes what runs on the node, which is the pod workers' "
			"business; "
			"calls that ask can be added",
			operation_name((enum operation)call->call));
	if (api && call->hidden)
		return doc_error(at, err, "'hidden' is for runtime calls");
	if (runtime && call->quorum)
		return doc_error(at, err, "'quorum' is for API calls");
	if (runtime && call->bytes)
		return doc_error(doc_get(at, "bytes"), err,
			"'bytes' is for API calls; what the runtime answers is as large as "
			"its model says");
	if (call->hidden)
		call->call = (uint16_t)(call->call + CALL_HIDDEN);
	return 0;
}

const struct table table_model_call = {
	.what = "a call",
	.field = call_fields,
	.n = COUNT_OF(call_fields),
	.finish = finish_call,
};
