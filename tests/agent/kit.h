/* SPDX-License-Identifier: Apache-2.0 */
/* An agent whose timers are punctual, in a world that answers every call of the runtime after a
 * millisecond and every request after two, and does at once what a call asks for. */
#ifndef NODETOLL_TESTS_AGENT_KIT_H
#define NODETOLL_TESTS_AGENT_KIT_H

#include "agent/agent.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/library.h"

enum { KIT_MADE = 1 << 16, KIT_LATENCY = (int)NS_MS };

/* A call that was asked for. */
struct made {
	ns_t at;
	uint32_t actor;
	uint32_t pod;
	uint16_t call;
	uint16_t n;
	uint32_t status;
	bool quorum;
	uint32_t key;
};

struct kit {
	struct arena mem;
	struct scenario scenario;
	struct agent_plan plan;
	struct agent agent;
	struct records view;
	struct effects out;
	ns_t now;
	uint32_t node; /* of the scenario's */
	uint32_t pods;
	uint32_t unanswered_call; /* of this class nothing is ever answered; UINT32_MAX: none */
	uint32_t rejected_call;   /* and this is always too much; UINT32_MAX: none */
	enum outcome rejects;     /* what that is answered */
	uint32_t failing_call;    /* of the runtime, which always fails; UINT32_MAX: none */
	ns_t latency_of[OP_N];    /* 0: KIT_LATENCY */
	uint32_t n_made, n_notes;
	struct made made[KIT_MADE];
	uint32_t server_status[PODS_MAX];
};

/* The scenario may be changed until kit_start. */
static inline struct kit *kit_compose(
	const char *kubelet, const char *workload, const char *const *sets)
{
	const char *dir = getenv("NODETOLL_MODELS");
	struct kit *k = calloc(1, sizeof(*k));
	struct settings settings = {.text = sets, .n = 0};
	struct scenario_names names = {
		"test", kubelet, "containerd-1.6.20", "v1.20", workload, false};
	struct model resolved = {0};
	struct library lib;
	struct err err = {0};

	assert_non_null(k);
	while (sets && sets[settings.n])
		settings.n++;
	arena_init(&k->mem, 0);
	lib = (struct library){.dir = dir ? dir : "models", .mem = &k->mem};
	if (scenario_compose(&lib, &names, &settings, &k->scenario, &resolved, &err))
		fail_msg("%s", err.text);
	k->scenario.runtime.timer_lateness.mean = 0;
	k->scenario.runtime.dispatch.mean = 0;
	k->unanswered_call = k->rejected_call = k->failing_call = UINT32_MAX;
	k->rejects = OUTCOME_REJECTED;
	return k;
}

#define KIT(kubelet, workload, ...)                                                            \
	kit_compose(kubelet, workload, (const char *const[]){__VA_ARGS__, NULL})

static inline void kit_start(struct kit *k, uint64_t key)
{
	uint32_t containers = k->scenario.workload.containers;

	k->pods = k->scenario.workload.pods;
	k->view = (struct records){.pods = k->pods, .containers = containers};
	k->view.sandbox = ARENA_ARRAY(&k->mem, sandbox_t, k->pods);
	k->view.container = ARENA_ARRAY(&k->mem, record_t, (size_t)k->pods * containers);
	k->view.exited_at = ARENA_ARRAY(&k->mem, ns_t, (size_t)k->pods * containers);
	agent_plan_init(&k->plan, &k->scenario, k->pods, 60 * NS_S, &k->mem);
	agent_init(&k->agent, &k->plan, &k->view,
		(struct agent_owner){.node = k->node, .key = key}, 0, &k->mem);
}

static inline void kit_recount(struct kit *k)
{
	struct records *v = &k->view;

	v->changes++;
	v->n_containers = v->n_running = v->n_sandboxes = 0;
	for (uint32_t i = 0; i < v->pods * v->containers; i++) {
		v->n_containers += record_listed(v->container[i]);
		v->n_running += record_state(v->container[i]) == RECORD_RUNNING;
	}
	for (uint32_t p = 0; p < v->pods; p++)
		v->n_sandboxes += v->sandbox[p] != RECORD_NONE;
}

/* All pods run already, for long. */
static inline void kit_start_running(struct kit *k, uint64_t key)
{
	uint32_t containers = k->scenario.workload.containers;

	kit_start(k, key);
	for (uint32_t p = 0; p < k->pods; p++) {
		k->view.sandbox[p] = RECORD_RUNNING;
		for (uint32_t c = 0; c < containers; c++)
			k->view.container[p * containers + c] =
				record_make(RECORD_RUNNING, 0, 1);
	}
	kit_recount(k);
	for (uint32_t p = 0; p < k->pods; p++)
		agent_place_running(&k->agent, 0, p, 0);
	agent_settle(&k->agent, 0);
	for (uint32_t p = 0; p < k->pods; p++)
		k->server_status[p] = k->agent.pod[p].status;
}

static inline void kit_free(struct kit *k)
{
	arena_fini(&k->mem);
	free(k);
}

/* The first container of a chain's pod in that state, or the one that the chain names. */
static inline record_t *kit_container(struct kit *k, const struct chain *c)
{
	record_t *r = &k->view.container[c->pod * k->view.containers];

	for (uint32_t i = 0; c->parallel && i < k->view.containers; i++)
		if (record_state(r[i]) == RECORD_RUNNING)
			return &r[i];
	return &r[c->container];
}

static inline void kit_change_container(record_t *r, uint32_t call)
{
	if (call == OP_CREATE_CONTAINER)
		*r = record_make(RECORD_CREATED, 0, record_instance(*r) + 1);
	else if (call == OP_START_CONTAINER && record_state(*r) == RECORD_CREATED)
		*r = record_make(RECORD_RUNNING, 0, record_instance(*r));
	else if (call == OP_STOP_CONTAINER && record_state(*r) == RECORD_RUNNING)
		*r = record_make(RECORD_EXITED, 0, record_instance(*r));
	else if (call == OP_REMOVE_CONTAINER && record_state(*r) != RECORD_RUNNING)
		*r = record_make(RECORD_NONE, 0, record_instance(*r));
}

static inline void kit_change(struct kit *k, const struct chain *c, uint32_t call)
{
	sandbox_t *sandbox;

	if (c->pod == CHAIN_NO_POD)
		return;
	sandbox = &k->view.sandbox[c->pod];
	if (call == OP_RUN_PODSANDBOX)
		*sandbox = RECORD_RUNNING;
	else if (call == OP_STOP_PODSANDBOX && *sandbox == RECORD_RUNNING)
		*sandbox = RECORD_EXITED;
	else if (call == OP_REMOVE_PODSANDBOX)
		*sandbox = RECORD_NONE;
	else
		kit_change_container(kit_container(k, c), call);
	kit_recount(k);
}

static inline void kit_made(struct kit *k, struct made m)
{
	if (k->n_made < KIT_MADE)
		k->made[k->n_made++] = m;
}

static inline void kit_chain(struct kit *k, const struct effect *e)
{
	ns_t at = e->at;

	for (uint32_t i = 0; i < e->chain->n_steps; i++) {
		const struct chain_step *s = &e->chain->step[i];
		uint32_t op = s->call % OP_N;

		kit_made(k,
			(struct made){at, e->actor, e->chain->pod, s->call, s->n, 0, false, 0});
		if (s->call == k->failing_call) {
			agent_answer(&k->agent, e->actor, at + KIT_LATENCY, OUTCOME_ERROR, i);
			return;
		}
		for (uint32_t n = 0; n < s->n; n++) {
			kit_change(k, e->chain, s->call);
			at += k->latency_of[op] ? k->latency_of[op] : KIT_LATENCY;
		}
		if (s->call == k->unanswered_call) {
			agent_park(&k->agent, e->actor);
			return;
		}
	}
	agent_answer(&k->agent, e->actor, at, OUTCOME_OK, e->chain->n_steps);
}

static inline void kit_request(struct kit *k, const struct effect *e)
{
	const struct agent_request *r = &e->request;
	uint32_t value = 1;

	kit_made(k, (struct made){
			    e->at, e->actor, r->pod, r->call, 1, r->status, r->quorum, r->key});
	if (r->call == API_PATCH_PODS_STATUS || r->call == API_UPDATE_PODS_STATUS) {
		k->server_status[r->pod] = r->status;
		agent_pod_news(&k->agent, k->now, r->pod, POD_STATUS, 0, r->status);
	}
	if (r->call == API_GET_PODS)
		value = k->server_status[r->pod];
	if (r->call == k->unanswered_call) {
		agent_park(&k->agent, e->actor);
		return;
	}
	if (r->call == k->rejected_call)
		agent_answer(&k->agent, e->actor, e->at + 2 * KIT_LATENCY, k->rejects, 0);
	else
		agent_answer(&k->agent, e->actor,
			e->at + (r->timeout ? r->timeout : 2 * KIT_LATENCY), OUTCOME_OK, value);
}

/* One step of whoever is due. */
static inline void kit_step(struct kit *k)
{
	k->now = agent_next_at(&k->agent);
	k->out.n = 0;
	agent_step(&k->agent, k->now, &k->out);
	for (uint32_t i = 0; i < k->out.n; i++) {
		const struct effect *e = &k->out.effect[i];

		if (e->kind == EFFECT_CHAIN)
			kit_chain(k, e);
		else if (e->kind == EFFECT_REQUEST)
			kit_request(k, e);
		else
			k->n_notes++;
	}
}

static inline void kit_until(struct kit *k, ns_t until)
{
	while (agent_next_at(&k->agent) < until)
		kit_step(k);
	k->now = until;
}

/* How often a class was called since the beginning. */
static inline uint32_t kit_count(const struct kit *k, uint32_t call)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < k->n_made; i++)
		n += k->made[i].call == call ? k->made[i].n : 0;
	return n;
}

/* The nth time that the class was asked for; there must be one. */
static inline const struct made *kit_nth(const struct kit *k, uint32_t call, uint32_t nth)
{
	for (uint32_t i = 0; i < k->n_made; i++)
		if (k->made[i].call == call && nth-- == 0)
			return &k->made[i];
	fail_msg("call %u was not made so often", call);
	return &k->made[0];
}

#endif
