/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of the kind APIServer holds. */
#include "models/tables.h"

#define HOUR (60 * NS_MIN)
#define DAY  (24 * HOUR)

#define INFLIGHT_MAX 1000000

static const struct word words_unlimited[] = {{"unlimited", UINT32_MAX}};
static const struct word words_no_limit[] = {{"unlimited", 0}};
static const struct word words_mutating[] = {{"unlimited", 0}, {"shared", API_LIMIT_SHARED}};

#define REC struct latency
static const struct field cached_fields[] = {
	SPAN(mean, "mean", NS_US, HOUR, "mean time of a request"),
	RATIO(p50, "p50", PPM, "median as a share of the mean"),
	FIELD(p99, "p99", FIELD_RATIO, .min = PPM, .max = INT64_C(1000) * PPM,
		.help = "99th percentile as a share of the mean"),
};
#undef REC
static const struct table cached_table = TABLE("a latency", cached_fields);

#define REC struct api_latency
static const struct field api_latency_fields[] = {
	FIELD(call, "call", FIELD_API, .flags = FIELD_KEY),
	SPAN(latency.mean, "mean", 0, HOUR, "mean time of a request"),
	RATIO(latency.p50, "p50", PPM, "median as a share of the mean"),
	FIELD(latency.p99, "p99", FIELD_RATIO, .min = PPM, .max = INT64_C(1000) * PPM,
		.help = "99th percentile as a share of the mean"),
	FIELD(latency.bytes, "bytes", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 1 << 30,
		.help = "size of the answer; without it, bytes are not counted"),
	FIELD(cached, "cached", FIELD_MAP, .flags = FIELD_OPTIONAL, .sub = &cached_table,
		.help = "of a read with resourceVersion=0, which the watch cache answers and "
			"etcd has no part in; without it, the same"),
};
#undef REC
static const struct table api_latency_table = TABLE("call", api_latency_fields);

#define REC struct api_restart
static const struct field restart_fields[] = {
	FIELD(server, "server", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = SERVERS_MAX - 1,
		.help = "which, from 0"),
	SPAN(at, "at", 0, DAY, "it goes, on the run's clock, warm-up included"),
	SPAN(lasts, "for", NS_MS, DAY, "until it is back"),
};
#undef REC
static const struct table restart_table = TABLE("a restart", restart_fields);

#define STEP_AT(member)                                                                        \
	(offsetof(struct apiserver_model, ttl_steps[0].member) -                               \
		offsetof(struct apiserver_model, ttl_steps))
static const struct field ttl_step_fields[] = {
	{.name = "sizeMin",
		.type = FIELD_COUNT,
		.offset = STEP_AT(size_min),
		.help = "a step down below so many nodes"},
	{.name = "sizeMax",
		.type = FIELD_COUNT,
		.offset = STEP_AT(size_max),
		.words = words_unlimited,
		.n_words = COUNT_OF(words_unlimited),
		.help = "a step up above so many nodes"},
	{.name = "ttl",
		.type = FIELD_DURATION,
		.offset = STEP_AT(ttl),
		.max = DAY,
		.help = "the annotation"},
};
static const struct table ttl_step_table = TABLE("a step", ttl_step_fields);

#define REC struct apiserver_model
static const struct field ttl_fields[] = {
	TRUTH(ttl_controller, "enabled", "nodes are annotated"),
	FIELD(ttl_steps, "steps", FIELD_LIST, .n_offset = offsetof(REC, n_ttl_steps),
		.size = sizeof(((REC *)0)->ttl_steps[0]), .limit = 8, .sub = &ttl_step_table,
		.help = "TTL by cluster size; the overlap is the hysteresis"),
};

static int finish_ttl(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct apiserver_model *m = record;
	const struct doc_node *step = doc_get(at, "steps")->first;

	(void)r;
	if (!m->n_ttl_steps)
		return doc_error(at, err, "'steps' is empty");
	for (uint32_t i = 1; i < m->n_ttl_steps; i++) {
		step = step->next;
		if (m->ttl_steps[i].size_min > m->ttl_steps[i - 1].size_max ||
			m->ttl_steps[i].size_max <= m->ttl_steps[i - 1].size_max)
			return doc_error(step, err,
				"a step must begin within the one before and end beyond it");
	}
	return 0;
}

static const struct table ttl_table = {
	.what = "ttlController",
	.field = ttl_fields,
	.n = COUNT_OF(ttl_fields),
	.finish = finish_ttl,
};
#undef REC

#define REC struct apiserver_model
static const struct field apiserver_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "where the model came from; written when it is resolved"),
	FIELD(latency, "latency", FIELD_NAMED, .n_offset = offsetof(REC, n_latency),
		.size = sizeof(struct api_latency), .limit = API_LAT_MAX,
		.sub = &api_latency_table, .help = "by verb and resource"),
	FIELD(other, "other", FIELD_MAP, .sub = &table_latency,
		.help = "of every other request"),
	FIELD(other_cached, "otherCached", FIELD_MAP, .flags = FIELD_OPTIONAL,
		.sub = &cached_table,
		.help = "of every other read that the watch cache answers, the opening of a "
			"watch too; without it, the same"),
	FIELD(watch_delay, "watchDelay", FIELD_MAP, .sub = &table_latency,
		.help = "from a write to the watcher's event"),
	PART("ttlController", ttl_table, "node.alpha.kubernetes.io/ttl by cluster size"),
	FIELD(processors, "processors", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 1024,
		.help = "of each server; 0: it answers whatever comes"),
	FIELD(servers, "servers", FIELD_COUNT, .flags = FIELD_OPTIONAL, .otherwise = 1,
		.min = 1, .max = SERVERS_MAX,
		.help = "behind a balancer, each with its own limits"),
	FIELD(max_inflight, "maxRequestsInflight", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.otherwise = 400, .max = INFLIGHT_MAX, .words = words_no_limit,
		.n_words = COUNT_OF(words_no_limit),
		.help = "reads that are served at once; 0 is no limit, as in kube-apiserver"),
	FIELD(max_mutating, "maxMutatingRequestsInflight", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.otherwise = 200, .max = INFLIGHT_MAX, .words = words_mutating,
		.n_words = COUNT_OF(words_mutating),
		.help = "writes that are served at once; 0 is no limit; shared: they count as "
			"reads"),
	FIELD(retry_after, "retryAfter", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.otherwise = NS_S, .min = NS_S, .max = HOUR,
		.help = "what a 429 says, whole seconds"),
	FIELD(streams, "http2MaxStreamsPerConnection", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.otherwise = 250, .min = 16, .max = INFLIGHT_MAX, .words = words_no_limit,
		.n_words = COUNT_OF(words_no_limit),
		.help = "requests and watches on one connection at once"),
	FIELD(request_timeout, "requestTimeout", FIELD_DURATION,
		.flags = FIELD_OPTIONAL | FIELD_OR_ZERO, .otherwise = NS_MIN, .min = NS_MS,
		.max = HOUR, .help = "who is inside for so long is told 504; 0 is never"),
	{.name = "fairness",
		.type = FIELD_MAP,
		.flags = FIELD_OPTIONAL,
		.sub = &table_fairness,
		.help = "API priority and fairness"},
	FIELD(restarts, "restarts", FIELD_LIST, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_restarts), .size = sizeof(struct api_restart),
		.limit = RESTARTS_MAX, .sub = &restart_table,
		.help = "of servers, by time; several may be away at once"),
	{.name = "storage",
		.type = FIELD_MAP,
		.flags = FIELD_OPTIONAL,
		.sub = &table_storage,
		.help = "what etcd stores, and who watches all of it"},
	FIELD(encoding, "encoding", FIELD_ENUM, .flags = FIELD_OPTIONAL,
		.otherwise = ENCODING_PROTOBUF, .words = words_api_encoding,
		.n_words = COUNT_OF(words_api_encoding), .help = "of requests and answers"),
	FIELD(watch_cache, "watchCache", FIELD_BOOL, .flags = FIELD_OPTIONAL, .otherwise = 1,
		.help = "without it every read goes to etcd"),
	FIELD(watch_events, "watchCacheEvents", FIELD_COUNT, .flags = FIELD_OPTIONAL, .min = 1,
		.max = 100000000, .words = words_no_limit, .n_words = COUNT_OF(words_no_limit),
		.help = "of a resource, that the watch cache remembers; who wants to watch "
			"from "
			"before them is told 410 and lists"),
	FIELD(bookmarks, "bookmarks", FIELD_BOOL, .flags = FIELD_OPTIONAL, .otherwise = 1,
		.help = "watchers of what does not change are told of newer versions"),
	{.name = "costs",
		.type = FIELD_MAP,
		.flags = FIELD_OPTIONAL,
		.sub = &table_costs,
		.help = "CPU and bytes of a request"},
};

static int finish_limits(
	const struct apiserver_model *m, const struct doc_node *at, struct err *err)
{
	if (m->retry_after % NS_S)
		return doc_error(doc_get(at, "retryAfter"), err,
			"'retryAfter' is sent as whole seconds");
	if (!m->fairness.enabled)
		return 0;
	if (m->max_inflight && m->max_mutating && m->max_mutating != API_LIMIT_SHARED)
		return 0;
	return doc_error(doc_get(at, m->max_inflight ? "maxMutatingRequestsInflight"
						     : "maxRequestsInflight"),
		err,
		"fairness shares maxRequestsInflight + maxMutatingRequestsInflight seats: both "
		"must be numbers above 0 while it is enabled");
}

static int finish_restarts(
	const struct apiserver_model *m, const struct doc_node *at, struct err *err)
{
	const struct doc_node *one = m->n_restarts ? doc_get(at, "restarts")->first : NULL;
	ns_t back[SERVERS_MAX] = {0};
	ns_t last = 0;

	for (uint32_t i = 0; i < m->n_restarts; i++, one = one->next) {
		const struct api_restart *r = &m->restarts[i];

		if (r->server >= m->servers)
			return doc_error(one, err, "there is no server %u: 'servers' is %u",
				r->server, m->servers);
		if (r->at < last)
			return doc_error(one, err, "it begins before the one above it");
		if (r->at < back[r->server])
			return doc_error(one, err,
				"it begins before server %u is back from the one before",
				r->server);
		last = r->at;
		back[r->server] = r->at + r->lasts;
	}
	if (m->n_restarts && !m->processors)
		return doc_error(
			doc_get(at, "restarts"), err, "servers that restart need 'processors'");
	return 0;
}

static int finish_apiserver(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct apiserver_model *m = record;

	(void)r;
	if (!m->costs.cpu_scale) /* no costs at all */
		m->costs.cpu_scale = PPM;
	if (finish_limits(m, at, err) || finish_restarts(m, at, err))
		return ERR_INPUT;
	if (m->processors && !*m->costs.calibration)
		return doc_error(doc_get(at, "processors"), err,
			"'processors' are given, but not what a request costs them: "
			"'costs.calibration' is needed");
	return 0;
}
#undef REC

const struct table table_apiserver = {
	.what = "the API server",
	.field = apiserver_fields,
	.n = COUNT_OF(apiserver_fields),
	.finish = finish_apiserver,
};
