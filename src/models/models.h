/* SPDX-License-Identifier: Apache-2.0 */
/* The models as checked structs: what files in models/ say, ready for agent, server and fleet.
 *
 * Plain values without pointers into files: names are copied, calls are interned, ratios are
 * parts per million, spans are nanoseconds.  Written by the reader in models/, read by anyone.
 * No state: a model never changes during a run.
 */
#ifndef MODELS_MODELS_H
#define MODELS_MODELS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ns.h"
#include "models/fairness.h"
#include "sim/backoff.h"
#include "sim/calls.h"

#define MODEL_NAME     64
#define LOOP_NAME      96 /* of a feature: "its name/the loop's" */
#define LOOPS_MAX      64
#define LOOP_CALLS     8
#define WATCHES_MAX    32
#define AGENTS_MAX     6
#define REPLACES_MAX   16
#define OBJECTS_MAX    8
#define PROBES_MAX     8
#define STARTUP_MAX    8
#define RULES_MAX      16
#define COST_AS_MAX    32
#define LISTED_MAX     16
#define STORED_MAX     16
#define SERVERS_MAX    5
#define RESTARTS_MAX   8
#define API_LAT_MAX    32
#define SCRIPT_MAX     8
#define NODES_MAX      20000
#define PODS_MAX       1000
#define CONTAINERS_MAX 16
#define NAMESPACES_MAX 10000
#define PPM            1000000
/* Events that wait for their limiter; those that come then are lost (client-go
 * tools/record/event.go maxQueuedEvents). */
#define EVENT_QUEUE 1000
/* JSON holds integers exactly up to 2^53, and a seed is echoed. */
#define SEED_MAX (INT64_C(1) << 53)

/* A latency: mean + per_record * records listed, spread so that median and 99th percentile
 * are these shares of the mean (parts per million). */
struct latency {
	ns_t mean;
	ns_t per_record;
	int64_t p50;
	int64_t p99;
	uint32_t bytes;        /* of the answer; 0: not known */
	uint32_t record_bytes; /* more for each record listed */
};

enum pleg_design {
	PLEG_POLLING,
	PLEG_GENERIC,
	PLEG_EVENTED,
	PLEG_ONDEMAND,
	PLEG_PARALLEL,
	PLEG_DESIGNS
};
enum object_design {
	OBJECT_NEVER,
	OBJECT_GET,
	OBJECT_CACHE,
	OBJECT_WATCH,
	OBJECT_BULKWATCH,
	OBJECT_DESIGNS
};
enum runtime_interface { INTERFACE_DOCKER, INTERFACE_CRI };
enum timer_kind { TIMER_SLIDING, TIMER_TICKER, TIMER_SLEEP, TIMER_REQUEST };
/* How often a call is made in a round: once, for every running pod or container, for every
 * secret and configmap that pods of the node refer to, for every namespace that they are in. In
 * a round that an event about one pod caused: for that pod. */
enum call_scope {
	SCOPE_NODE,
	SCOPE_POD,
	SCOPE_CONTAINER,
	SCOPE_EACH_OBJECT,
	SCOPE_EACH_NAMESPACE
};
/* The kubelet's clients, and those of other agents on the node: one each. */
enum client {
	CLIENT_MAIN,
	CLIENT_EVENTS,
	CLIENT_HEARTBEAT,
	CLIENT_OWN,
	CLIENTS = CLIENT_OWN + AGENTS_MAX
};
/* Of a node to the API server: all clients of the kubelet have one (client-go,
 * transport/cache.go: clients of one configuration share a transport), an agent with a client
 * has its own. */
enum { CONNECTION_KUBELET, CONNECTIONS = 1 + AGENTS_MAX };

static inline uint32_t client_connection(unsigned client)
{
	return client < CLIENT_OWN ? CONNECTION_KUBELET : 1 + client - CLIENT_OWN;
}
/* What begins a round: its timer, or something that happens. */
enum trigger {
	TRIGGER_PERIOD,
	TRIGGER_KUBELET_START,
	TRIGGER_POD_START,
	TRIGGER_POD_STOP,
	TRIGGER_POD_SYNC,
	TRIGGER_STATUS_CHANGE,
	TRIGGER_CONTAINER_START,
	TRIGGER_CONTAINER_DEATH,
	TRIGGER_OBJECT_CHANGE,
	TRIGGER_ERROR,
	TRIGGERS
};
enum status_write { STATUS_PUT, STATUS_PATCH };
/* After what a reflector opens its WATCH again where it was; else it lists. */
enum watch_again { AGAIN_NEVER, AGAIN_REFUSED, AGAIN_REFUSED_OR_REJECTED };
enum deletion_style {
	DELETION_WORKER_RETRIES /* <= 1.21 */,
	DELETION_TERMINATING /* >= 1.22 */
};
enum sharing { SHARED_POD, SHARED_NAMESPACE, SHARED_NODE, SHARED_CLUSTER };
enum placement { PLACE_RANDOM, PLACE_ROUND_ROBIN };
/* What the kubelet does when the calls of a loop have been answered, beside making them. */
enum loop_hook {
	HOOK_NONE,
	HOOK_HOUSEKEEPING,
	HOOK_CONTAINER_GC,
	HOOK_IMAGE_CACHE,
	HOOK_NODE_STATUS
};
/* When a pod is synced again of which a container waits for its crash back-off. */
enum crash_retry { CRASH_RETRY_BACK_OFF /* as after any failed sync */, CRASH_RETRY_EXPIRY };
/* Kubelets and pods at the run's start; pods that run for long; pods when the warm-up is over,
 * on nodes that are up for long; kubelets at the run's start, on nodes whose pods go on
 * running. */
enum start_kind { START_AT_ONCE, START_STATIONARY, START_AFTER_WARMUP, START_KUBELET_RESTART };

/* One call of a loop. */
struct model_call {
	uint16_t call;         /* class; hidden runtime operations already shifted */
	enum call_scope scope; /* once, per running pod, per running container */
	enum client client;    /* API requests: which limiter */
	ns_t at_most_every;    /* skip unless so long since it was last made; 0: always */
	ns_t if_older_than;    /* the runtime cache: this and the calls marked alike are made
				* only if the cache's stamp is older; 0: always */
	int64_t records;       /* lists only: share of records listed, PPM = all */
	bool hidden;           /* the kubelet's own metric does not see it; in call already */
	bool quorum;    /* API reads: of what etcd has, not of what the watch cache has */
	int64_t share;  /* of the pods or containers that it is made for, PPM; 0: all */
	uint32_t bytes; /* that a request and its answer carry; 0: as the server's model has it
			 */
};

/* A loop: of the kubelet, or of another agent on its node.  Timer or trigger, and calls. */
struct model_loop {
	char name[LOOP_NAME];
	char feature[MODEL_NAME]; /* that brought it; "": the kubelet's own */
	enum trigger trigger;
	int64_t nodes; /* share of nodes that have it, PPM; 0: all */
	enum timer_kind timer;
	ns_t period;
	int64_t jitter;  /* PPM of the period added at most, drawn every time */
	ns_t first;      /* after the kubelet's start */
	bool on_request; /* when somebody reads the kubelet's metrics; timer is TIMER_REQUEST */
	bool in_sync_loop; /* runs in the kubelet's one sync loop, which it blocks meanwhile */
	enum loop_hook hook;
	ns_t work;            /* what a round takes beside its calls */
	uint32_t tries;       /* of its requests, if they fail */
	ns_t try_again_after; /* a round that failed, all its tries: the next; 0: as always */
	bool hangs_up;        /* when the second of them fails, the connection is closed */
	uint32_t n_calls;
	struct model_call calls[LOOP_CALLS];
};

/* Of which objects a watch is told: of all there are, or of those of its node. */
enum watch_scope { WATCH_CLUSTER, WATCH_NODE, WATCH_SCOPES };

/* A standing watch of the kubelet that no mechanism owns (nodes, services, ...). */
struct model_watch {
	char name[LOOP_NAME];
	char feature[MODEL_NAME];
	uint16_t list; /* classes */
	uint16_t watch;
	enum client client; /* its agent's own, if that has one */
	enum watch_scope scope;
	bool quorum;       /* the LIST is without a resource version */
	ns_t change_every; /* mean time between changes that a watcher is told; 0: not known */
	uint32_t bytes;    /* of what it is told */
};

/* Where a client of its own is: on every node, or elsewhere, once for the cluster. */
enum runs_on { RUNS_EVERY_NODE, RUNS_ELSEWHERE };

/* An agent beside the kubelet: its client's limiter. */
struct model_agent {
	char name[MODEL_NAME];
	enum runs_on runs_on; /* a feature says so itself */
	int64_t qps_milli;    /* < 0: no limit */
	uint32_t burst;
};

/* The scheduler of the kubelet's release. */
struct scheduler_model {
	int64_t pods_milli; /* that it binds in 1000 s when nothing else holds it up; < 0: any
			     */
	int64_t qps_milli;  /* of its client, 0 or less: no limit */
	uint32_t burst;
	uint32_t requests; /* for each pod by that client */
};

struct kubelet_model {
	char name[MODEL_NAME];
	enum runtime_interface interface;
	char calibration[MODEL_NAME]; /* CPU of its runtime's client; "" if none */
	ns_t runtime_timeout;         /* of its calls, but for those that have their own */
	bool one_connection;          /* to the API server: what finds no stream on it waits */
	bool cgroups_per_qos; /* a pod is deletable only after housekeeping removed its cgroup
			       */
	struct {
		enum pleg_design design;
		ns_t relist_period;    /* sliding */
		ns_t poll_period;      /* polling: the resync ticker */
		ns_t relist_threshold; /* unhealthy when the last relist began longer ago */
		uint32_t event_channel;
		uint32_t workers; /* parallel: concurrent inspections */
		bool reinspect;   /* failed inspections are repeated at the next relist */
		bool sync_all;    /* polling: a change of its pods releases all workers */
		uint32_t stream_retries;
		ns_t evented_relist_period;
		ns_t evented_threshold;
		ns_t cache_update_period;  /* evented: releases workers of unchanged pods */
		ns_t cache_refresh_period; /* polling: docker ps of the runtime cache */
		ns_t cache_refresh_idle;   /* polling: until so long passed without a request */
		uint32_t request_channel;  /* ondemand */
	} pleg;
	struct {
		ns_t sync_frequency;
		int64_t sync_jitter;
		ns_t back_off;
		int64_t back_off_jitter;
		ns_t ticker;             /* the sync loop's look into the work queue */
		ns_t crash_back_off;     /* 10 s, doubling */
		ns_t crash_back_off_max; /* 300 s */
		enum crash_retry crash_retry;
		bool syncs_when_ready; /* or not any more: its readiness changed */
	} worker;
	struct {
		ns_t populator_period;
		ns_t reconciler_period;
		ns_t mount_poll;
		ns_t mount_timeout;
		ns_t mount_back_off;
		ns_t mount_back_off_max;
		ns_t pod_list_period; /* populator: list the runtime's pods while some pod ends
				       */
		bool remount;         /* every sync mounts object volumes again */
	} volumes;
	struct {
		enum object_design design;
		ns_t ttl;                                  /* without an annotation */
		bool ttl_annotation;                       /* the node's annotation overrides */
		ns_t watch_timeout_min, watch_timeout_max; /* whole seconds, drawn per watch */
		ns_t idle_stop;                            /* 0: never */
		ns_t idle_check;
		bool immutable_stop;
		ns_t sync_wait;    /* a Get waits so long for the reflector's first LIST */
		bool forget_ended; /* pods that have completed refer to nothing any more */
	} objects;
	struct {
		struct backoff_rule anew;  /* before the LIST after anything that failed */
		struct backoff_rule again; /* before a WATCH that is opened again */
		enum watch_again opens_again;
		bool one_back_off;    /* `anew` is that of a WATCH, too */
		bool watches_retried; /* by the client, as other requests are (>= 1.22) */
	} reflectors;
	struct {
		ns_t batch_period;
		uint32_t channel;
		enum status_write write;
		bool coalesce;       /* >= 1.27: a wake-up handles all pending pods */
		bool skip_unchanged; /* no write if nothing differs (>= 1.18) */
	} status;
	struct {
		int64_t qps_milli; /* < 0: no limit */
		uint32_t burst;
		ns_t timeout; /* of a request, from its leaving on; 0: none */
	} client[CLIENTS];    /* behind the kubelet's own those of agents */
	struct model_agent agents[AGENTS_MAX];
	struct {
		bool enabled;
		enum client client;           /* whose limiter they pass */
		uint32_t per_sandbox_start;   /* as of a container: docker's infra container */
		uint32_t per_container_start; /* Pulled, Created, Started */
		uint32_t per_pull;            /* Pulling */
		uint32_t per_container_kill;  /* Killing */
		uint32_t per_failed_sync;     /* FailedSync */
		uint32_t per_start;           /* of the kubelet, about its node */
		uint32_t spam_burst; /* events per source and object at once, then refill */
		ns_t spam_refill;
	} events;
	struct {
		int64_t registry_qps_milli;
		uint32_t registry_burst;
		bool serial;
	} images;
	struct {
		enum deletion_style style;
		uint32_t container_buffer; /* 50 */
		uint32_t sandbox_buffer;   /* 20 */
		uint32_t dead_to_keep;     /* exited instances kept per container */
	} deletion;
	struct {
		bool enabled; /* service account tokens by TokenRequest (>= 1.21) */
		ns_t expiry;
	} tokens;
	struct scheduler_model scheduler;
	uint32_t n_agents, n_loops, n_watches, n_startup;
	struct model_loop loops[LOOPS_MAX];
	struct model_watch watches[WATCHES_MAX];
	struct model_call startup[STARTUP_MAX];
};

enum rule_kind { RULE_SLOW, RULE_HANG, RULE_FAIL };

/* A disturbance of the runtime: while from <= now < until, for that operation. */
struct runtime_rule {
	enum rule_kind kind;
	enum operation op; /* OP_N: every operation */
	int64_t factor;    /* slow: PPM */
	int64_t share;     /* of calls, PPM */
	ns_t from, until;
};

struct runtime_model {
	char name[MODEL_NAME];
	struct latency op[OP_N];
	struct latency timer_lateness; /* how late a timer of the agent fires on such a host */
	struct latency dispatch;       /* from one goroutine to the next */
	bool sandbox_stop_checks;      /* stopping a removed sandbox or asking a removed
					* container's status is NotFound */
	bool stop_is_seen_early; /* an exit is listed before the call that caused it ends */
	bool stops_at_once;      /* StopContainer does not wait for SIGTERM to be heeded */
	uint32_t processors; /* that calls which start or end processes share; 0: not shared */
	char calibration[MODEL_NAME]; /* CPU; "" if none */
	uint32_t n_rules;
	struct runtime_rule rules[RULES_MAX];
};

struct api_latency {
	uint16_t call; /* the first class of its name; CALLS_MAX: every other */
	struct latency latency;
	struct latency cached; /* of a read that the watch cache answers; mean 0: the same */
};

/* Generated JSON: by code made for each type (1.2 to 1.7), the same bytes. */
enum api_encoding { ENCODING_PROTOBUF, ENCODING_JSON, ENCODING_GENERATED_JSON, ENCODINGS };

/* How a request is served: from the watch cache (resourceVersion=0), by reading etcd, or by
 * writing it. */
enum api_served { SERVED_CACHE, SERVED_QUORUM, SERVED_WRITE, SERVED_N };

/* What a request costs.  A list costs more for each object in it, and by etcd also for each
 * that was read to find them. */
struct api_cost {
	ns_t cpu, etcd_cpu;
	ns_t listed_cpu;
	ns_t read_cpu, read_etcd_cpu;
	uint32_t bytes, listed_bytes; /* of the answer */
};

/* A call, or every call of a verb, that costs as another one which was measured. */
struct api_cost_as {
	char name[72]; /* "delete pods", "delete" */
	char call[72];
	uint32_t encoding; /* in which that was measured; ENCODINGS: the server's */
};

/* One of the servers goes, and with it every connection to it; after a while it is back. */
struct api_restart {
	uint32_t server;
	ns_t at, lasts;
};

/* How etcd has objects. */
enum storage_format { STORAGE_PROTOBUF, STORAGE_JSON, STORAGE_BASE64, STORAGE_FORMATS };

struct apiserver_model {
	char name[MODEL_NAME];
	struct latency other, other_cached; /* as in api_latency */
	uint32_t n_latency;
	struct api_latency latency[API_LAT_MAX];
	struct latency watch_delay; /* from a write to the watcher's event */
	bool ttl_controller;
	uint32_t n_ttl_steps;
	struct {
		uint32_t size_min, size_max;
		ns_t ttl;
	} ttl_steps[8];
	uint32_t processors; /* of each server; 0: requests are answered as they come */
	uint32_t servers;    /* behind a balancer */
	uint32_t n_restarts;
	struct api_restart restarts[RESTARTS_MAX]; /* by time */
	uint32_t max_inflight;                     /* reads; 0: no limit */
	uint32_t max_mutating; /* 0: no limit; API_LIMIT_SHARED: they take the seats of reads */
	ns_t retry_after;
	ns_t request_timeout; /* 0: none */
	uint32_t streams;     /* of one connection; 0: no limit */
	struct fairness fairness;
	struct {
		enum storage_format format;
		uint32_t watcher_events; /* that etcd passes to one watcher in a second; 0: any
					  */
		uint32_t n_objects;
		struct {
			char resource[48];
			uint32_t json, protobuf; /* bytes of one */
			uint32_t watchers;       /* of all of them, beside kubelets */
			ns_t told_cpu; /* to tell one of them of one; 0 without processors
					*/
		} object[STORED_MAX];
	} storage;
	enum api_encoding encoding;
	bool watch_cache;      /* without it every read goes to etcd */
	uint32_t watch_events; /* of a resource, that it remembers; 0: all */
	bool bookmarks;        /* watchers are told versions now and then (since 1.16) */
	struct {
		char calibration[MODEL_NAME]; /* "" if none */
		int64_t cpu_scale;            /* PPM of the CPU that was measured */
		int64_t generated_json;       /* PPM of JSON's CPU; 0: nobody says */
		int64_t watch_event;          /* PPM of what as many bytes of a list cost */
		ns_t rejected;                /* CPU of a 429 */
		uint32_t n_as;
		struct api_cost_as as[COST_AS_MAX];
		uint32_t n_listed;
		struct {
			char resource[48];
			uint32_t objects;
		} listed[LISTED_MAX]; /* in a kubelet's list of the resource */
	} costs;
	/* From the calibration, if there are processors: [1] by etcd, [0] a read that asks the
	 * watch cache. */
	struct api_cost cost[CALLS_MAX][2];
};

#define API_LIMIT_SHARED UINT32_MAX

struct workload_object {
	char resource[16]; /* secrets or configmaps */
	char name[32];
	enum sharing shared_by;
	ns_t update_every; /* mean time between changes of one object; 0: never */
	bool immutable;
};

struct workload_probe {
	bool exec;      /* others ask the pod itself, the runtime has no part in it */
	bool readiness; /* its result is in the pod's status */
	ns_t period;
	ns_t initial_delay;         /* after the container's start */
	uint32_t failure_threshold; /* readiness: so many failures in a row */
};

/* Pods that run to completion: they come, their containers end, somebody deletes them. */
struct workload_batch {
	ns_t arrival_every;      /* one comes to a node so often; 0: never */
	struct latency lifetime; /* of a container */
	ns_t deleted_after;      /* it was seen to have completed */
};

struct workload_model {
	char name[MODEL_NAME];
	uint32_t pods; /* that serve */
	struct workload_batch batch;
	uint32_t containers;
	uint32_t namespaces;
	enum placement placement;
	ns_t grace;
	bool exit_on_sigterm;
	uint32_t n_objects;
	struct workload_object objects[OBJECTS_MAX];
	uint32_t n_probes; /* each for every container */
	struct workload_probe probes[PROBES_MAX];
	struct {
		ns_t after;       /* a container's start it answers that it is ready */
		ns_t fails_every; /* a pod stops to for a while, so often; 0: never */
		ns_t fails_for;
	} ready;
	ns_t container_death_every; /* mean, per node; 0: never */
	int64_t crash_looping;      /* share of pods, PPM */
	ns_t crash_after;           /* such a container runs so long */
	ns_t replace_pod_every;     /* per node; 0: never */
	ns_t update_object_every;   /* per node, one object in turn; 0: never */
	bool image_present;
	bool pull_always;
	uint32_t images;
	uint32_t warning_event_per_sync; /* 0 or 1 */
};

/* What is done to the pods of all nodes, at an even pace for so long. */
enum script_act { SCRIPT_CREATE, SCRIPT_REPLACE, SCRIPT_DELETE };

struct script_step {
	ns_t at; /* after the warm-up */
	enum script_act act;
	ns_t over;  /* every pod once in that time; 0: at once */
	ns_t lasts; /* it ends then, wherever it is; 0: over */
};

/* What API servers with processors are asked by others than nodes (owners.h).  CALLS_MAX: it is
 * not asked, or a feature asks it. */
struct owner_calls {
	uint16_t create, bind, remove; /* for a pod */
	uint16_t change[OBJECTS_MAX];  /* for one of the workload's objects, when it changes */
};

/* The scenario names no rate: that of the kubelet's release holds. */
#define SCHEDULER_BY_VERSION INT64_C(-2)

struct scenario {
	char name[MODEL_NAME];
	uint32_t n_features;
	const char *const
		*feature; /* names, in their order; they live as long as the library */
	uint64_t seed;
	uint32_t nodes;
	uint32_t cluster_nodes; /* whose size sets the TTL annotation; 0: nodes */
	ns_t warmup;
	ns_t duration;
	enum start_kind start;
	ns_t ttl_annotation; /* -1: by the TTL controller; -2: no annotation */
	uint32_t n_script;   /* 0: pods are created when the start says so */
	struct script_step script[SCRIPT_MAX];
	int64_t scheduler_milli; /* pods that it binds in 1000 s; -1: all at once; BY_VERSION */
	/* And for each pod, beside that: so much for every node and every pod that it has to
	 * look at, which are this share of those bound before. */
	ns_t scheduler_pair;
	int64_t scheduler_looks_at;
	struct kubelet_model kubelet;
	struct runtime_model runtime;
	struct apiserver_model apiserver;
	struct workload_model workload;
	struct calls calls;
	struct owner_calls owners;
};

#endif
