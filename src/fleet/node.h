/* SPDX-License-Identifier: Apache-2.0 */
/* One node in virtual time: an agent, a runtime, its shard of the API server, and what is done
 * to its pods.  Whoever is due next goes; ties go to the runtime, then to the API server, then
 * to requests whose turn has come, then to the script, then to the agent.  For src/fleet only.
 */
#ifndef FLEET_NODE_H
#define FLEET_NODE_H

#include "agent/agent.h"
#include "apiserver/apiserver.h"
#include "base/stock.h"
#include "fleet/fleet.h"
#include "fleet/load.h"
#include "runtime_mock/runtime_mock.h"

struct node;

/* Requests for a pod that are no node's (models/owners.h). */
enum owner_ask { OWNER_CREATES, OWNER_BINDS, OWNER_REMOVES, OWNER_ASKS };

/* A world that is not simulated: what users do to pods is done there. */
struct node_world {
	void (*create_pod)(struct node *n, ns_t now, uint32_t pod);
	void (*delete_pod)(struct node *n, ns_t now, uint32_t pod);
};

/* What all nodes of a run share. */
struct node_plan {
	const struct fleet_params *params;
	struct agent_plan agent;
	struct api api;
	struct mock_params mock[FLEET_WINDOWS + 1]; /* of each window; the last: outside */
	uint32_t places;
	ns_t ends_from;      /* the run is at its end */
	uint32_t batch_from; /* those from this on are for pods that run to completion */
	/* API servers that nodes share; NULL: requests are answered as they come. */
	const struct together_params *shared;
	bool together; /* requests leave by node.send, and do not only cost as much */
	/* What all nodes take places from for requests that wait and for starts of pods, if
	 * they are of one thread; NULL: each has its own. */
	struct stock *waiting, *starts;
	const struct node_world *world; /* NULL: everything is simulated */
	bool is_heartbeat[CALLS_MAX];
	bool is_lease[CALLS_MAX]; /* of them, those that renew one */
	uint16_t list_pods;       /* the call; CALLS_MAX: no kubelet makes it */
};

/* What a node is to do to its pods, from the run's actions. */
struct script {
	uint32_t next_action;
	enum fleet_act act;
	uint32_t next_pod; /* of a create-all or delete-all under way */
	uint32_t churned;
	uint64_t owed; /* pods that wait for a place */
	ns_t pod_at, pod_every;
	ns_t churn_at, churn_every;
	uint64_t batch_owed;
	ns_t batch_at, batch_every;
	struct ended_pod { /* and is to be deleted then */
		ns_t at;
		uint32_t pod;
	} * ended;       /* [places], a ring */
	bool *has_ended; /* [places] */
	uint32_t ended_head, n_ended;
	ns_t next_at; /* as script_next_at said after the last step */
};

/* A request on its way: before its turn at its client's limiter, at the server, or asleep
 * before it is tried again. */
struct node_request {
	ns_t at;         /* its turn, or its awakening */
	ns_t wanted_at;  /* since when its actor waits */
	ns_t held;       /* so long in its client's limiter, of all its tries */
	ns_t timeout;    /* of a watch */
	ns_t since;      /* of a watch: as struct agent_request has it */
	ns_t expires_at; /* its client gives it up then, whatever it has tried; NS_NEVER */
	ns_t queued;     /* of its time at a server, what no objective counts */
	uint32_t actor;
	uint32_t pod, key, status;
	uint16_t call;
	uint16_t life; /* of its actor, as agent_life has it */
	uint8_t object, client;
	uint8_t tries; /* before this one */
	bool quorum;
};

/* Requests that wait, see fleet/queue.h. */
struct request_queue {
	struct queued *first, *last;
	uint32_t n;
};

/* A stream of the connection: its actor's request, or watch. */
struct stream {
	uint32_t actor;
	ns_t until; /* NS_NEVER: not answered yet */
};

/* Of the one connection that there is; see fleet/streams.h. */
struct streams {
	uint32_t limit; /* 0: there is none, and nothing here is used */
	uint32_t n, most;
	struct stream *open; /* [limit] */
	struct request_queue waiting;
	ns_t next_at;   /* of streams_step */
	uint32_t ended; /* the agent's watches_ended, when it was looked at */
};

/* A pod's start, so far. */
struct pod_start {
	ns_t at; /* what was before has been spent */
	ns_t spent[START_PARTS];
	ns_t began;        /* its owner asked for it */
	ns_t secrets_held; /* of PART_SECRETS, in the limiter */
	uint8_t phase;     /* see budget.c */
	uint8_t burst;     /* which of the node's it belongs to; 0: none */
	uint8_t fetching;  /* volumes that wait for the API server */
	bool mounting;     /* its worker waits for the volumes */
};

/* The last request for an object or a token: when it leaves its client's limiter, and how long
 * that holds it. */
struct fetch_left {
	ns_t at, held;
};

/* What pods of the node have their owners and the scheduler ask for, at one moment. */
struct node_asks {
	ns_t at;
	uint32_t n[OWNER_ASKS]; /* requests */
};

struct node {
	const struct node_plan *plan;
	struct fleet_result *result; /* adds up here */
	uint32_t index;
	uint64_t key;
	struct agent agent;
	struct mock mock;
	struct api_shard shard;
	struct script script;
	struct stock *waiting, own_waiting; /* where its requests wait */
	struct request_queue held[CLIENTS]; /* by the limiter */
	struct request_queue asleep;
	struct streams streams;
	ns_t requests_at; /* the first of all these */
	bool sending;     /* `send` leaves for the server at send.at */
	struct node_request send;
	bool asks_owners; /* for `asks` */
	struct node_asks asks;
	uint32_t hang_ups;    /* of its agent's, those that are done */
	uint32_t unconnected; /* and of them those that closed nothing: it was gone before */
	uint32_t window;      /* whose latencies are in force */
	ns_t *created_at, *deleted_at, *status_at; /* [places] */
	uint8_t *removal;     /* [places] steps that came, of a pod that was deleted */
	ns_t beat_at;         /* its last heartbeat was written then */
	ns_t unhealthy_since; /* it tells that its PLEG is not healthy; NS_NEVER */
	bool was_silent, was_unhealthy; /* long enough to be NotReady, in window 0 */
	bool has_to_list;               /* its kubelet knows of no pods yet, though there are */
	struct pod_start **start; /* [places]; NULL: it is over, or was never seen to begin */
	struct stock *starts, own_starts;
	/* [mounts] of each volume's own, then of each entry of its secret cache, and of all */
	struct fetch_left *fetch_left;
	ns_t burst_at;       /* all its pods were created at once then */
	uint32_t burst_left; /* of them are not seen running yet */
	uint8_t bursts;      /* how many there were */
	struct load *load; /* of shared servers, while nodes are alone; NULL: of no interest */
	uint8_t home[CONNECTIONS]; /* the server that each connection goes to */
};

/* What a request takes of a processor, and then beside it. */
struct demand {
	ns_t cpu, wait;
};

/* A DELETE of a pod by somebody who is no kubelet: it says that the pod is to go. */
static inline bool node_marks_pod(const struct node_plan *plan, const struct node_request *q)
{
	return q->pod == REQUEST_NO_POD &&
	       call_deletes_pods(&plan->params->scenario->calls, q->call);
}

/* requests.c */
void requests_init(struct node *n, struct arena *mem);
/* Room for all requests of so many nodes that can wait at once, for node_plan.waiting. */
void requests_stock(
	struct stock *s, const struct node_plan *plan, uint32_t nodes, struct arena *mem);
void requests_begin(struct node *n, ns_t now, const struct effect *e);
void requests_step(struct node *n, ns_t now);

/* The agent has done something: whoever waits for a stream may have one. */
void requests_look(struct node *n, ns_t now);

/* Until q.at, when it is tried again. */
void requests_sleep(struct node *n, const struct node_request *q);

/* answers.c.  What a request takes of a server. */
struct demand node_demand(struct node *n, const struct node_request *q);

/* As many servers as it takes: at leisure.  How busy shared ones would be is written down. */
void requests_serve_alone(struct node *n, ns_t now, const struct node_request *q);

/* The server's word on a request: it is carried out now (OUTCOME_OK), or has failed and, unless
 * retry_after is 0, is worth another try after so long. */
void requests_answer(struct node *n, ns_t now, const struct node_request *q, enum outcome what,
	ns_t retry_after);

/* A server that is not simulated has answered, with a.what and a.value; or it has opened a
 * watch, and ended it. */
void requests_served(
	struct node *n, ns_t now, const struct node_request *q, struct api_answer a);
void requests_opened(struct node *n, ns_t now, const struct node_request *q);
void requests_closed(struct node *n, ns_t now, const struct node_request *q, enum outcome what);

/* Whether who asked is there still: a reflector may have been stopped, and the next be in its
 * place. */
bool requests_is_awaited(const struct node *n, const struct node_request *q);

/* Whether its client sends it again by itself, after that outcome and what the answer says. */
bool requests_tries_again(const struct node *n, const struct node_request *q, enum outcome what,
	ns_t retry_after);

/* Its client waits no longer. */
void requests_give_up(struct node *n, ns_t now, const struct node_request *q);

/* It was carried out after its client had gone. */
void requests_orphaned(struct node *n, ns_t now, const struct node_request *q);

/* No server said anything: its connection broke; or none took the connection. */
void requests_lost(struct node *n, ns_t now, const struct node_request *q, ns_t retry_after);
void requests_refused(struct node *n, ns_t now, const struct node_request *q);

/* ending.c: what it has come to when the run is over; and one of its requests that a server
 * has, or is about to get. */
void ending_measure(struct node *n, ns_t now);
void ending_under_way(struct node *n, const struct node_request *q);

/* script.c */
/* Pods that were created and not bound yet, and since when the first of them; 0: none. */
uint32_t script_unbound(const struct node *n, ns_t *since);

/* Pods that were wanted before `then` and have found no place on the node. */
uint64_t script_owed(const struct node *n, ns_t then);
ns_t script_next_at(const struct node *n);
void script_step(struct node *n, ns_t now);
uint32_t script_namespace(const struct node *n, uint32_t pod, uint32_t generation);
void script_begin(struct node *n, struct arena *mem);
/* Whoever cares was told that the pod has run to completion. */
void script_pod_ended(struct node *n, ns_t now, uint32_t pod);

/* node.c.  Begin node `index`, with nothing done yet; memory from mem. */
void node_begin(struct node *n, const struct node_plan *plan, uint32_t index,
	struct fleet_result *result, struct arena *mem);

/* Its pod watch tells of a pod, which is in that namespace. */
void node_tell(struct node *n, ns_t now, const struct api_event *e, uint32_t namespace);

/* When somebody of the node is due; then let the first of them go. */
ns_t node_next_at(const struct node *n);
void node_step(struct node *n, ns_t now);

/* It will be stepped soon, for the first time for long. */
void node_fetch(const struct node *n);
/* What users do at the very beginning, before the node is stepped for the first time. */
void node_script_begins(struct node *n);

/* For a driver that steps the agent by itself: let whoever else of the node is due at `now` go,
 * false if nobody is.  Its requests go to requests_begin. */
bool node_step_others(struct node *n, ns_t now);

/* Everything that is due before `until`. */
void node_run_until(struct node *n, ns_t until);

/* The same, but no further than to its next request (n->sending), or to its closing of its
 * connections (agent.hang_ups is not hang_ups). */
void node_run_alone(struct node *n, ns_t until);

/* The run is over: measure what only shows at its end. */
void node_end(struct node *n, ns_t now);

/* plan.c: compile a run's plan; for drivers of nodes. */
void node_plan_init(struct node_plan *plan, const struct fleet_params *p, struct arena *mem);
/* ERR_INPUT: too long a run, too many pods for a node. */
int node_plan_check(const struct node_plan *plan, struct err *err);

/* results.c: make a run's results empty. */
void fleet_result_init(struct fleet_result *r, const struct fleet_params *p);
/* Add up; of the same run. */
void fleet_result_merge(struct fleet_result *into, const struct fleet_result *from);
/* Nodes ran alone, so that only what did not leave at once was counted by second. */
void fleet_result_complete(struct fleet_result *r);

/* budget.c.  A pod is created, after its owner's request took `arrival`; its kubelet is told;
 * its start reached a step; a request of the status manager waits for its client's limiter, and
 * leaves; a watcher is told that all containers were started. */
void budget_init(struct node *n, struct arena *mem);
/* Room for all starts of so many nodes, for node_plan.starts. */
void budget_stock(
	struct stock *s, const struct node_plan *plan, uint32_t nodes, struct arena *mem);
void budget_begin(struct node *n, ns_t now, uint32_t pod, ns_t arrival);
/* All so many pods of the node are created now, and this is one of them. */
void budget_burst(struct node *n, ns_t now, uint32_t pods);
void budget_of_burst(struct node *n, uint32_t pod);
void budget_bound(struct node *n, ns_t now, uint32_t pod);
void budget_told(struct node *n, ns_t now, uint32_t pod);
void budget_step(struct node *n, ns_t now, const struct agent_note *note);
void budget_held(struct node *n, ns_t now, const struct node_request *q);
void budget_asked(struct node *n, const struct node_request *q);
void budget_sent(struct node *n, ns_t now, const struct node_request *q);
void budget_seen(struct node *n, ns_t now, uint32_t pod);
void budget_gone(struct node *n, uint32_t pod);
/* Whether its start goes on; and since when, pulling images not counted. */
bool budget_goes_on(const struct node *n, ns_t now, uint32_t pod, ns_t *since);

/* ready.c.  Which calls are heartbeats; a node is there; a heartbeat is written; the node
 * status tells of a PLEG that is healthy again, or is not; the run is over. */
void ready_plan(struct node_plan *plan);
void ready_begin(struct node *n, ns_t now);
void ready_beats(struct node *n, ns_t at);
/* Its lease is renewed. */
void ready_lease(struct node *n, ns_t at);
void ready_told(struct node *n, ns_t now, bool healthy);
void ready_end(struct node *n, ns_t now);

/* measure.c: what an agent's note means to the measurements. */
void node_measure(struct node *n, ns_t now, const struct agent_note *note);
/* Whether window 0 has `now`, on the API server's side. */
bool node_measures(const struct node *n, ns_t now);
/* For counting what happens to requests at `now`; NULL outside window 0. */
struct fleet_requests *node_requests(struct node *n, ns_t now, uint16_t call);
/* A request is over: its caller has an answer, or the error. */
void node_request_over(struct node *n, ns_t now, const struct node_request *q);
/* Count one; in its second, too, where nodes stand together.  A node that is alone has only
 * those counted by second that do not leave as soon as they are wanted: of all others the
 * tally's series says so (fleet_result_complete). */
void node_tried(struct node *n, ns_t now, uint16_t call, enum fleet_try what);
void node_tried_late(struct node *n, ns_t now, uint16_t call, enum fleet_try what);
/* The pod is seen to have run to completion. */
void node_pod_completed(struct node *n, ns_t now, uint32_t pod);
/* The same of the run's end; NULL before it, or after window 0. */
struct fleet_ending *node_ending(struct node *n, ns_t now);
/* The pod's final DELETE is through; the place is given to another pod, or the run ends. */
void node_pod_gone(struct node *n, ns_t now, uint32_t pod);
void node_pod_changed(struct node *n, ns_t now, uint32_t pod);
void node_pod_replaced(struct node *n, uint32_t pod);
void node_measure_end(struct node *n, ns_t now);

#endif
