/* SPDX-License-Identifier: Apache-2.0 */
/* The API server as the agents meet it: pods and objects with their versions, answers after a
 * latency, watches that end and tell of changes.
 *
 * It keeps a shard for each node: the node's pods and the watch that tells their kubelet of
 * them.  Objects need no store: when an object changes follows from its name.  Requests are
 * answered as they come, so a node can run on its own; limits, queues and fairness, which
 * make nodes wait for one another, have their place in api_request.
 */
#ifndef APISERVER_APISERVER_H
#define APISERVER_APISERVER_H

#include <stdbool.h>

#include "base/arena.h"
#include "models/lanes.h"
#include "models/models.h"
#include "sim/dist.h"
#include "sim/tally.h"

/* What all shards share.  Read-only after api_init. */
struct api {
	const struct apiserver_model *model;
	const struct workload_model *workload;
	uint64_t seed;
	uint32_t pods; /* places on a node */
	struct dist watch_delay;
	struct dist creation; /* of a pod, by whoever asks for it */
	ns_t deletion_write;  /* each of the two writes of a pod's final DELETE */
	uint32_t n_dists;
	struct dist dist[2 * API_LAT_MAX + 2];
	uint8_t dist_of[CALLS_MAX][2]; /* [1] of those that ask etcd, [0] the watch cache */
	uint64_t bytes[CALLS_MAX];     /* of an answer; 0: nobody says */
	/* The same of requests that say it themselves: beside asks, 0 where they do not. */
	uint32_t own_bytes[LOOPS_MAX * LOOP_CALLS + 2 * WATCHES_MAX];
	ns_t change_every[OBJECTS_MAX]; /* of one object of the kind; 0: never */
	ns_t told_every[CALLS_MAX];     /* a standing watch is told of a change; 0: never */
	ns_t change_step; /* one object of a node after the other, so far apart; 0: at random */
	/* That those of a kind have: the first, and how many. */
	uint32_t change_turn[OBJECTS_MAX], change_turns[OBJECTS_MAX];
	uint32_t call_name[CALLS_MAX];
	/* Sequences of latencies: one for each class, then those of each lane's own requests.
	 */
	uint32_t lanes, lane_name[LANES_MAX];
	uint16_t first[LANES_MAX + 1];
	uint8_t asks[LOOPS_MAX * LOOP_CALLS + 2 * WATCHES_MAX]; /* from first[1] on: classes */
};

struct api_request {
	uint16_t call;
	uint8_t lane;   /* who asks, see models/lanes.h */
	uint8_t object; /* index into the workload's objects */
	uint32_t pod;   /* that it reads or changes; none if there is no such pod */
	uint32_t key;
	uint32_t status;
	bool marks;   /* a DELETE that says that a pod is to go */
	bool quorum;  /* it reads what etcd has, not what the watch cache has */
	ns_t timeout; /* a watch asks to be ended after it */
	ns_t wanted;  /* for the times: since when its client wants it */
	ns_t held;    /* and how much of that its limiter took */
	ns_t sent;    /* when it left for the server; api_request knows */
};

struct api_answer {
	ns_t at;
	enum outcome what;
	uint32_t value; /* a pod's status, an object's version */
};

enum api_event_kind { API_POD_ADDED, API_POD_DELETING, API_POD_STATUS, API_POD_REMOVED };

/* What the watch on the node's pods tells. */
struct api_event {
	ns_t at;
	uint32_t status;
	uint16_t pod;
	uint8_t kind;
};

struct api_pod {
	uint32_t status; /* 0: as created */
	uint32_t exists : 1, deleting : 1;
	uint32_t told : 30; /* so often was its kubelet told of who has this place */
};

/* One node's part of the store, and its pod watch.  Read by anyone, written by apiserver.c. */
struct api_shard {
	const struct api *api;
	uint64_t key; /* of random draws */
	uint32_t node;
	uint64_t *latest;        /* of each sequence of latencies */
	struct api_pod *pod;     /* [pods] */
	struct api_event *event; /* a ring, in the order of telling */
	uint32_t event_head, n_events, capacity;
	ns_t last_event_at;
	ns_t telling; /* what the server takes to tell of the write that it serves next */
};

/* Compile the model.  The scenario must outlive it. */
void api_init(struct api *api, const struct scenario *s, uint64_t seed, uint32_t pods);

/* An empty shard; memory from mem. */
void api_shard_init(struct api_shard *shard, const struct api *api, uint32_t node, uint64_t key,
	struct arena *mem);

/* One that serves nothing, and only keeps what its pods are: of a server that is not simulated.
 */
void api_shard_of_pods(
	struct api_shard *shard, const struct api *api, uint32_t node, struct arena *mem);

/* A request of the node's kubelet, arriving at `now`; counted in t. */
struct api_answer api_request(
	struct api_shard *shard, ns_t now, const struct api_request *req, struct tally *t);

/* The same where somebody else says how long it takes: it is counted at `now` and answered so
 * much later; 0 where it has been served already. */
struct api_answer api_serve(struct api_shard *shard, ns_t now, ns_t takes,
	const struct api_request *req, struct tally *t);

/* What a request in that lane takes at a server at leisure. */
ns_t api_latency(struct api_shard *shard, uint16_t call, bool quorum, uint32_t lane);

/* What its owner's request took that made the pod which has this place next. */
ns_t api_pod_arrival(const struct api_shard *shard, uint32_t pod);

/* Somebody (scheduler, user) gives the node a pod, or asks for its deletion. */
void api_pod_create(struct api_shard *shard, ns_t now, uint32_t pod);
void api_pod_delete(struct api_shard *shard, ns_t now, uint32_t pod);

/* The same of one that has run to completion: it goes at once (registry/core/pod/strategy.go
 * CheckGracefulDelete). */
void api_pod_remove(struct api_shard *shard, ns_t now, uint32_t pod);

/* The pod is there and running, and its kubelet knows. */
void api_pod_place(struct api_shard *shard, uint32_t pod, uint32_t status);

/* A kubelet that has just started has listed its pods: it is told of each that there is. */
void api_pods_listed(struct api_shard *shard, ns_t now);

/* When the pod watch tells next; NS_NEVER. */
static inline ns_t api_next_at(const struct api_shard *shard)
{
	return shard->n_events ? shard->event[shard->event_head].at : NS_NEVER;
}

/* Take what it tells; there must be something. */
struct api_event api_take(struct api_shard *shard);

/* The version of an object at `now`, 1 before its first change; and when it got it. */
uint32_t api_object_version(
	const struct api *api, uint32_t node, uint32_t object, uint32_t key, ns_t now);
ns_t api_object_changed_at(
	const struct api *api, uint32_t node, uint32_t object, uint32_t key, uint32_t version);

#endif
