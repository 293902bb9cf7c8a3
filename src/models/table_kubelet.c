/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of kind Kubelet holds. */
#include <string.h>

#include "models/tables.h"

#define HOUR (60 * NS_MIN)

static const struct word words_interface[] = {
	{"docker", INTERFACE_DOCKER},
	{"cri", INTERFACE_CRI},
};
static const struct word words_write[] = {
	{"put", STATUS_PUT},
	{"patch", STATUS_PATCH},
};
static const struct word words_again[] = {
	{"never", AGAIN_NEVER},
	{"refused", AGAIN_REFUSED},
	{"refusedOrRejected", AGAIN_REFUSED_OR_REJECTED},
};
static const struct word words_crash_retry[] = {
	{"backOff", CRASH_RETRY_BACK_OFF},
	{"expiry", CRASH_RETRY_EXPIRY},
};
static const struct word words_deletion[] = {
	{"workerRetries", DELETION_WORKER_RETRIES},
	{"terminating", DELETION_TERMINATING},
};

#define REC struct kubelet_model
static const struct field pleg_fields[] = {
	ONE_OF(pleg.design, "design", words_pleg_design,
		"how the kubelet learns what happened"),
	SPAN(pleg.relist_period, "relistPeriod", NS_MS, HOUR, "pause between relists"),
	SPAN(pleg.poll_period, "pollPeriod", NS_MS, HOUR,
		"polling: the resync ticker that releases every worker"),
	SPAN(pleg.relist_threshold, "relistThreshold", NS_S, 24 * HOUR,
		"unhealthy when the last relist began longer ago"),
	COUNT(pleg.event_channel, "eventChannel", 1, 1000000, "events that wait at most"),
	COUNT(pleg.workers, "workers", 1, 16, "parallel: inspections at once"),
	TRUTH(pleg.sync_all, "syncAllOnChange",
		"polling: pods that come or go release all workers, and the period begins "
		"anew"),
	TRUTH(pleg.reinspect, "reinspect",
		"failed inspections are repeated at the next relist"),
	COUNT(pleg.stream_retries, "streamRetries", 0, 1000, "evented: before falling back"),
	SPAN(pleg.evented_relist_period, "eventedRelistPeriod", NS_MS, 24 * HOUR,
		"evented: pause between safety relists"),
	SPAN(pleg.evented_threshold, "eventedThreshold", NS_S, 24 * HOUR,
		"evented: unhealthy when the last relist began longer ago"),
	SPAN(pleg.cache_update_period, "cacheUpdatePeriod", NS_MS, HOUR,
		"evented: releases workers of unchanged pods"),
	SPAN(pleg.cache_refresh_period, "cacheRefreshPeriod", NS_MS, HOUR,
		"polling: pause between listings of the runtime cache"),
	SPAN(pleg.cache_refresh_idle, "cacheRefreshIdle", 0, HOUR,
		"polling: until so long passed without a request"),
	COUNT(pleg.request_channel, "requestChannel", 1, 1000000,
		"ondemand: requests that wait at most"),
};
static const struct table pleg_table = TABLE("pleg", pleg_fields);

static const struct field worker_fields[] = {
	SPAN(worker.sync_frequency, "syncFrequency", NS_S, 24 * HOUR, "from sync to resync"),
	RATIO(worker.sync_jitter, "syncJitter", 10 * PPM, "added at most, as a share"),
	SPAN(worker.back_off, "backOff", 0, HOUR, "after a failed sync"),
	RATIO(worker.back_off_jitter, "backOffJitter", 10 * PPM, "added at most, as a share"),
	SPAN(worker.ticker, "ticker", NS_MS, NS_MIN,
		"the sync loop's look into the work queue"),
	SPAN(worker.crash_back_off, "crashBackOff", NS_MS, HOUR,
		"of a container, from its second exit on; doubles"),
	SPAN(worker.crash_back_off_max, "crashBackOffMax", NS_MS, 24 * HOUR,
		"doubling ends here; forgotten after twice as long"),
	TRUTH(worker.syncs_when_ready, "syncsWhenReady",
		"a pod is synced when its readiness changes"),
	ONE_OF(worker.crash_retry, "crashRetry", words_crash_retry,
		"while a container waits, its pod is synced after backOff or when that is "
		"over"),
};
static const struct table worker_table = TABLE("worker", worker_fields);

static const struct field volumes_fields[] = {
	SPAN(volumes.populator_period, "populatorPeriod", NS_MS, NS_MIN,
		"desired state of world populator"),
	SPAN(volumes.reconciler_period, "reconcilerPeriod", NS_MS, NS_MIN, "reconciler"),
	SPAN(volumes.mount_poll, "mountPoll", NS_MS, NS_MIN, "WaitForAttachAndMount looks"),
	SPAN(volumes.mount_timeout, "mountTimeout", NS_MS, HOUR, "and gives up"),
	SPAN(volumes.mount_back_off, "mountBackOff", 0, HOUR, "after a failed mount"),
	SPAN(volumes.mount_back_off_max, "mountBackOffMax", 0, HOUR, "doubling ends here"),
	SPAN(volumes.pod_list_period, "podListPeriod", NS_MS, HOUR,
		"populator: lists the runtime's pods so often while some pod ends"),
	TRUTH(volumes.remount, "remount", "every sync mounts object volumes again"),
};
static const struct table volumes_table = TABLE("volumes", volumes_fields);

static const struct field objects_fields[] = {
	ONE_OF(objects.design, "design", words_object_design,
		"how secrets and configmaps are fetched"),
	SPAN(objects.ttl, "ttl", 0, 24 * HOUR, "cache: fresh so long, without an annotation"),
	TRUTH(objects.ttl_annotation, "ttlAnnotation", "the node's annotation overrides ttl"),
	SPAN(objects.watch_timeout_min, "watchTimeoutMin", NS_S, 24 * HOUR,
		"a watch ends after at least so long"),
	SPAN(objects.watch_timeout_max, "watchTimeoutMax", NS_S, 24 * HOUR,
		"and before so long; whole seconds, drawn per watch"),
	SPAN(objects.idle_stop, "idleStop", 0, 24 * HOUR,
		"watch: a reflector that nobody reads stops; 0 is never"),
	SPAN(objects.idle_check, "idleCheck", NS_MS, 24 * HOUR, "watch: looked at so often"),
	TRUTH(objects.immutable_stop, "immutableStop",
		"watch: immutable objects are not watched"),
	TRUTH(objects.forget_ended, "unregisterCompleted",
		"pods that have completed refer to no object any more"),
	SPAN(objects.sync_wait, "syncWait", 0, NS_MIN,
		"watch: a Get waits so long for the first LIST"),
};

static int finish_objects(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct kubelet_model *m = record;

	(void)r;
	if (m->objects.watch_timeout_min >= m->objects.watch_timeout_max)
		return doc_error(at, err, "watchTimeoutMin is not below watchTimeoutMax");
	return 0;
}

static const struct table objects_table = {
	.what = "objects",
	.field = objects_fields,
	.n = COUNT_OF(objects_fields),
	.finish = finish_objects,
};

static const struct field reflectors_fields[] = {
	SPAN(reflectors.anew.first, "backOff", NS_MS, HOUR, "before the next LIST, doubling"),
	SPAN(reflectors.anew.most, "backOffMax", NS_MS, HOUR, "up to this"),
	SPAN(reflectors.anew.reset, "backOffReset", 0, 24 * HOUR,
		"from the beginning again if all was well for so long"),
	COUNT(reflectors.anew.jitter, "backOffJitterPercent", 0, 1000,
		"of the wait, added at most"),
	ONE_OF(reflectors.opens_again, "watchAgain", words_again,
		"after what a WATCH is opened again where it was, without a LIST"),
	TRUTH(reflectors.watches_retried, "watchRetries",
		"a WATCH that is told when to come again is sent again by the client itself, "
		"as "
		"other requests are"),
	TRUTH(reflectors.one_back_off, "oneBackOff", "before such a WATCH backOff, counted on"),
	SPAN(reflectors.again.first, "watchBackOff", NS_MS, HOUR,
		"before such a WATCH, doubling"),
	SPAN(reflectors.again.most, "watchBackOffMax", NS_MS, HOUR, "up to this"),
	SPAN(reflectors.again.reset, "watchBackOffReset", 0, 24 * HOUR, "as backOffReset"),
	COUNT(reflectors.again.jitter, "watchBackOffJitterPercent", 0, 1000,
		"as backOffJitterPercent"),
};
static const struct table reflectors_table = TABLE("reflectors", reflectors_fields);

static const struct field status_fields[] = {
	SPAN(status.batch_period, "batchPeriod", NS_MS, HOUR, "the status manager's ticker"),
	COUNT(status.channel, "channel", 1, 1000000, "updates that wait at most"),
	ONE_OF(status.write, "write", words_write, "how a status is written"),
	TRUTH(status.coalesce, "coalesce", "a wake-up handles all that wait"),
	TRUTH(status.skip_unchanged, "skipUnchanged", "nothing is written if nothing differs"),
};
static const struct table status_table = TABLE("status", status_fields);

static const struct field events_fields[] = {
	TRUTH(events.enabled, "enabled", "whether events are sent"),
	FIELD(events.client, "client", FIELD_ENUM, .flags = FIELD_OPTIONAL,
		.words = words_client, .n_words = CLIENT_OWN, .otherwise = CLIENT_EVENTS,
		.help = "whose limiter they pass"),
	COUNT(events.per_sandbox_start, "perSandboxStart", 0, 100,
		"as of a container, about the one that docker's pods are made of"),
	COUNT(events.per_container_start, "perContainerStart", 0, 100,
		"Pulled, Created, Started"),
	COUNT(events.per_pull, "perPull", 0, 100, "Pulling"),
	COUNT(events.per_container_kill, "perContainerKill", 0, 100, "Killing"),
	COUNT(events.per_failed_sync, "perFailedSync", 0, 100, "FailedSync"),
	COUNT(events.per_start, "perKubeletStart", 0, 100,
		"about the node: Starting and so on"),
	COUNT(events.spam_burst, "spamBurst", 1, 1000000, "per source and object at once"),
	SPAN(events.spam_refill, "spamRefill", NS_MS, 24 * HOUR, "and then one each"),
};
static const struct table events_table = TABLE("events", events_fields);

static const struct field images_fields[] = {
	RATE(images.registry_qps_milli, "registryQPS", "pulls a second; -1 is no limit"),
	COUNT(images.registry_burst, "registryBurst", 1, 1000000, "pulls at once"),
	TRUTH(images.serial, "serial", "one pull at a time"),
};
static const struct table images_table = TABLE("images", images_fields);

static const struct field deletion_fields[] = {
	ONE_OF(deletion.style, "style", words_deletion, "until 1.21, since 1.22"),
	COUNT(deletion.container_buffer, "containerBuffer", 0, 1000000,
		"containers that wait to be removed; 0: collection alone removes them"),
	COUNT(deletion.sandbox_buffer, "sandboxBuffer", 1, 1000000,
		"sandboxes that wait to be removed"),
	COUNT(deletion.dead_to_keep, "deadToKeep", 0, 14,
		"exited instances kept per container"),
};
static const struct table deletion_table = TABLE("deletion", deletion_fields);

static const struct field tokens_fields[] = {
	TRUTH(tokens.enabled, "enabled", "service account tokens by TokenRequest"),
	SPAN(tokens.expiry, "expiry", NS_MIN, 24 * 366 * HOUR, "lifetime of a token"),
};
static const struct table tokens_table = TABLE("tokens", tokens_fields);

static const struct field scheduler_fields[] = {
	RATE(scheduler.pods_milli, "podsPerSecond",
		"it binds when its client lets it; -1: any"),
	RATE(scheduler.qps_milli, "qps", "requests a second of its client; -1 is no limit"),
	COUNT(scheduler.burst, "burst", 1, 1000000, "requests at once"),
	COUNT(scheduler.requests, "requestsPerPod", 1, 100, "that pass this limiter"),
};
static const struct table scheduler_table = TABLE("the scheduler", scheduler_fields);
#undef REC

#define CLIENT_AT(member)                                                                      \
	(offsetof(struct kubelet_model, client[0].member) -                                    \
		offsetof(struct kubelet_model, client))
static const struct field client_fields[] = {
	{.name = "qps",
		.type = FIELD_RATE,
		.offset = CLIENT_AT(qps_milli),
		.min = 1,
		.help = "requests a second; -1 is no limit"},
	{.name = "burst",
		.type = FIELD_COUNT,
		.offset = CLIENT_AT(burst),
		.min = 1,
		.max = 1000000,
		.help = "requests at once"},
	{.name = "timeout",
		.type = FIELD_DURATION,
		.offset = CLIENT_AT(timeout),
		.flags = FIELD_OPTIONAL | FIELD_OR_ZERO,
		.min = NS_MS,
		.max = NS_HOUR,
		.help = "of a request, from its leaving on; 0 is never"},
};
static const struct table client_table = TABLE("a client", client_fields);

#define REC struct kubelet_model
static const struct field kubelet_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "where the model came from; written when it is resolved"),
	ONE_OF(interface, "runtimeInterface", words_interface,
		"docker: containers only; cri: pods have sandboxes"),
	FIELD(calibration, "clientCalibration", FIELD_TEXT, .size = MODEL_NAME,
		.help = "CPU cost of its side of the runtime's calls: name of a Calibration, "
			"\"\" if there is none"),
	SPAN(runtime_timeout, "runtimeRequestTimeout", NS_MS, HOUR,
		"calls of a runtime that is disturbed fail after it; twice that for "
		"run_podsandbox, and the grace or a probe's timeout more to stop or to "
		"execute; "
		"pulls, statistics and streams have none"),
	TRUTH(cgroups_per_qos, "cgroupsPerQOS",
		"a pod is gone only after housekeeping removed its cgroup"),
	PART("pleg", pleg_table, "how the kubelet learns what happened"),
	PART("worker", worker_table, "pod workers"),
	PART("volumes", volumes_table, "the volume manager"),
	PART("objects", objects_table, "secrets and configmaps"),
	FIELD(one_connection, "oneConnection", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "to the API server: what finds no stream on it waits; false: it opens "
			"another"),
	PART("reflectors", reflectors_table, "LIST and WATCH, when they fail"),
	PART("status", status_table, "the status manager"),
	FIELD(client, "clients", FIELD_BY_WORD, .words = words_client, .n_words = CLIENT_OWN,
		.size = sizeof(((REC *)0)->client[0]), .sub = &client_table,
		.help = "clients of the API server and their limits"),
	PART("events", events_table, "events that the kubelet sends"),
	PART("images", images_table, "image pulls"),
	PART("deletion", deletion_table, "how pods end"),
	PART("tokens", tokens_table, "service account tokens"),
	{.name = "scheduler",
		.type = FIELD_MAP,
		.flags = FIELD_OPTIONAL,
		.sub = &scheduler_table,
		.help = "the one that came with this release"},
	FIELD(loops, "loops", FIELD_NAMED, .n_offset = offsetof(REC, n_loops),
		.size = sizeof(struct model_loop), .limit = LOOPS_MAX, .sub = &table_loop,
		.help = "every other loop: its timer and its calls"),
	FIELD(watches, "watches", FIELD_NAMED, .n_offset = offsetof(REC, n_watches),
		.size = sizeof(struct model_watch), .limit = WATCHES_MAX, .sub = &table_watch,
		.help = "standing watches"),
	FIELD(agents, "agents", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_agents), .size = sizeof(struct model_agent),
		.limit = AGENTS_MAX, .sub = &table_agent,
		.help = "limiters of agents beside the kubelet, by the feature's name"),
	FIELD(startup, "startup", FIELD_LIST, .n_offset = offsetof(REC, n_startup),
		.size = sizeof(struct model_call), .limit = STARTUP_MAX,
		.sub = &table_model_call, .help = "calls made once, at the kubelet's start"),
};
#undef REC

/* The client of the agent whose feature brought a loop or a watch; CLIENTS: it has none. */
static enum client client_of_feature(const struct kubelet_model *k, const char *feature)
{
	for (uint32_t i = 0; i < k->n_agents; i++)
		if (!strcmp(k->agents[i].name, feature))
			return (enum client)(CLIENT_OWN + i);
	return CLIENTS;
}

/* What is read has a name; with who makes it, it has its class. */
static int find_class(struct reading *r, uint16_t *call, enum client client,
	const struct doc_node *at, struct err *err)
{
	uint16_t class = calls_made_by(r->calls, *call, (uint8_t)client);

	if (class == CALLS_MAX)
		return doc_error(at, err, "more than %d different calls", CALLS_MAX);
	*call = class;
	return 0;
}

static int finish_loop_calls(struct reading *r, struct kubelet_model *k, struct model_loop *l,
	const struct doc_node *at, struct err *err)
{
	for (uint32_t c = 0; c < l->n_calls; c++) {
		struct model_call *call = &l->calls[c];

		if (call->client == CLIENT_OWN)
			call->client = client_of_feature(k, l->feature);
		if (call->client == CLIENTS)
			return doc_error(at, err,
				"'client: own' needs a limiter of that agent ('agents')");
		if (!call_is_runtime(call->call) &&
			find_class(r, &call->call, call->client, at, err))
			return ERR_INPUT;
	}
	return 0;
}

/* An agent with a client of its own watches by that: over its own connection, and not as the
 * kubelet. */
static int finish_watch(struct reading *r, struct kubelet_model *k, struct model_watch *w,
	const struct doc_node *at, struct err *err)
{
	w->client = client_of_feature(k, w->feature);
	if (w->client == CLIENTS)
		w->client = CLIENT_MAIN;
	return find_class(r, &w->list, w->client, at, err) ||
			       find_class(r, &w->watch, w->client, at, err)
		       ? ERR_INPUT
		       : 0;
}

/* The kubelet's mechanisms have their clients, agents their limiters. */
static int finish_clients(
	struct reading *r, struct kubelet_model *k, const struct doc_node *at, struct err *err)
{
	for (uint32_t i = 0; i < k->n_agents; i++) {
		for (uint32_t w = 0; w < CLIENT_OWN; w++)
			if (!strcmp(k->agents[i].name, words_client[w].name))
				return doc_error(
					doc_get(doc_get(at, "agents"), k->agents[i].name), err,
					"who has a client of its own cannot be called '%s', as "
					"one of the kubelet's is: their requests could not be "
					"told apart",
					k->agents[i].name);
		/* no node has the limiter of a client for the cluster */
		k->client[CLIENT_OWN + i].qps_milli =
			k->agents[i].runs_on == RUNS_ELSEWHERE ? -1 : k->agents[i].qps_milli;
		k->client[CLIENT_OWN + i].burst = k->agents[i].burst;
	}
	for (uint32_t call = CALL_API; call < API_FIXED_END; call++) {
		bool event = call == API_CREATE_EVENTS || call == API_PATCH_EVENTS;

		(void)calls_made_by(r->calls, (uint16_t)call,
			(uint8_t)(event ? k->events.client : CLIENT_MAIN));
	}
	return 0;
}

static int finish_startup(
	struct reading *r, struct kubelet_model *k, const struct doc_node *at, struct err *err)
{
	for (uint32_t c = 0; c < k->n_startup; c++) {
		struct model_call *call = &k->startup[c];

		if (call->client == CLIENT_OWN)
			return doc_error(at, err, "'client: own' is for agents' loops");
		if (!call_is_runtime(call->call) &&
			find_class(r, &call->call, call->client, at, err))
			return ERR_INPUT;
	}
	return 0;
}

static int finish_kubelet(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct kubelet_model *k = record;

	if (finish_clients(r, k, at, err) || finish_startup(r, k, at, err))
		return ERR_INPUT;
	for (uint32_t l = 0; l < k->n_loops; l++)
		if (finish_loop_calls(r, k, &k->loops[l], at, err))
			return ERR_INPUT;
	for (uint32_t w = 0; w < k->n_watches; w++)
		if (finish_watch(r, k, &k->watches[w], at, err))
			return ERR_INPUT;
	return 0;
}

const struct table table_kubelet = {
	.what = "the kubelet",
	.field = kubelet_fields,
	.n = COUNT_OF(kubelet_fields),
	.finish = finish_kubelet,
};
