/* SPDX-License-Identifier: Apache-2.0 */
/* One node in virtual time: an agent, a runtime, its shard of the API server, and what is done
 * to its pods.  Whoever is due next goes; ties go to the runtime, then to the API server, then
 * to requests whose turn has come, then to the script, then to the agent.  For src/fleet only.
 */
#ifndef FLEET_NODE_H
#define FLEET_NODE_H

#include "agent/agent.h"
#include "apiserver/apiserver.h"
#include "fleet/fleet.h"
#include "runtime_mock/runtime_mock.h"

/* What all nodes of a run share. */
struct node_plan {
	const struct fleet_params *params;
	struct agent_plan agent;
	struct api api;
	struct mock_params mock[FLEET_WINDOWS + 1]; /* of each window; the last: outside */
	uint32_t places;
};

/* What a node is to do to its pods, from the run's actions. */
struct script {
	uint32_t next_action;
	enum fleet_act act;
	uint32_t next_pod; /* of a create-all or delete-all under way */
	uint32_t churned;
	uint32_t owed; /* pods that wait for a place */
	ns_t pod_at;
	ns_t churn_at, churn_every;
	ns_t next_at; /* as script_next_at said after the last step */
};

/* A request that its client's limiter holds back until `at`. */
struct held_request {
	ns_t at;
	uint32_t actor;
	uint32_t pod, key, status;
	uint16_t call;
	uint8_t object;
};

/* A client's held requests, in the order of their turns. */
struct held_queue {
	struct held_request *request; /* a ring */
	uint32_t head, n, capacity;
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
	struct held_queue held[CLIENTS];
	ns_t held_at;                              /* the next turn of any of them */
	uint32_t window;                           /* whose latencies are in force */
	ns_t *created_at, *deleted_at, *status_at; /* [places] */
	struct effects out;
};

/* script.c */
ns_t script_next_at(const struct node *n);
void script_step(struct node *n, ns_t now);
uint32_t script_namespace(const struct node *n, uint32_t pod, uint32_t generation);

/* node.c.  Begin node `index`, with nothing done yet; memory from mem. */
void node_begin(struct node *n, const struct node_plan *plan, uint32_t index,
	struct fleet_result *result, struct arena *mem);

/* When somebody of the node is due; then let the first of them go. */
ns_t node_next_at(const struct node *n);
void node_step(struct node *n, ns_t now);

/* For a driver that steps the agent by itself: let whoever else of the node is due at `now` go,
 * false if nobody is; and do a step's request. */
bool node_step_others(struct node *n, ns_t now);
void node_request(struct node *n, ns_t now, const struct effect *e);

/* Everything that is due before `until`. */
void node_run_until(struct node *n, ns_t until);

/* The run is over: measure what only shows at its end. */
void node_end(struct node *n, ns_t now);

/* fleet.c: compile a run's plan, and make its results empty; for drivers of nodes. */
void node_plan_init(struct node_plan *plan, const struct fleet_params *p, struct arena *mem);
void fleet_result_init(struct fleet_result *r, const struct fleet_params *p);

/* measure.c: what an agent's note means to the measurements. */
void node_measure(struct node *n, ns_t now, const struct agent_note *note);
/* The pod's final DELETE is through; the place is given to another pod, or the run ends. */
void node_pod_gone(struct node *n, ns_t now, uint32_t pod);
void node_pod_replaced(struct node *n, uint32_t pod);
void node_measure_end(struct node *n, ns_t now);

#endif
