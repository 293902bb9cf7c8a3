/* SPDX-License-Identifier: Apache-2.0 */
/* A run's plan, as all of its nodes share it. */
#include "apiserver/ttl.h"
#include "fleet/node.h"

static void plan_rules(struct mock_params *m, const struct runtime_model *r)
{
	static const enum mock_disturbance kinds[] = {
		[RULE_SLOW] = MOCK_SLOW, [RULE_HANG] = MOCK_HANG, [RULE_FAIL] = MOCK_FAIL};

	m->n_rules = r->n_rules;
	for (uint32_t i = 0; i < r->n_rules; i++)
		m->rules[i] = (struct mock_rule){kinds[r->rules[i].kind], r->rules[i].op,
			r->rules[i].factor, r->rules[i].share, r->rules[i].from,
			r->rules[i].until};
}

/* 1.20.2 pkg/kubelet/cri/remote: remote_runtime.go:104 doubles it for RunPodSandbox, :378 adds
 * the probe's to ExecSync's (timeoutSeconds, 1 unless it says more); getContextWithCancel,
 * no timeout, at :551 and in remote_image.go:104 and :146.  Docker's client has none for pulls
 * and exec (config/types.go RuntimeRequestTimeout). */
static void plan_timeouts(struct mock_params *m, const struct kubelet_model *k)
{
	bool docker = k->interface == INTERFACE_DOCKER;

	for (unsigned op = 0; op < OP_N; op++)
		m->timeout[op] = k->runtime_timeout;
	m->timeout[OP_RUN_PODSANDBOX] *= docker ? 1 : 2;
	m->timeout[OP_EXEC_SYNC] = docker ? NS_NEVER : k->runtime_timeout + NS_S;
	m->timeout[OP_PULL_IMAGE] = NS_NEVER;
	m->timeout[OP_LIST_CONTAINER_STATS] = NS_NEVER;
	m->timeout[OP_IMAGE_FS_INFO] = NS_NEVER;
	m->timeout[OP_GET_CONTAINER_EVENTS] = NS_NEVER;
}

/* A recorded mean replaces the model's; the shape stays. */
static void plan_mock(struct mock_params *m, const struct scenario *s,
	const struct node_plan *plan, const ns_t *op_mean)
{
	const struct runtime_model *r = &s->runtime;
	const struct workload_model *w = &s->workload;
	const struct latency *life = &w->batch.lifetime;

	*m = (struct mock_params){.pods = plan->places,
		.batch = plan->places - plan->batch_from,
		.containers = w->containers,
		.processors = r->processors,
		.grace = w->grace,
		.stops_at_once = w->exit_on_sigterm || r->stops_at_once,
		.exit_is_seen_early = r->stop_is_seen_early,
		.gone_is_an_error = r->sandbox_stop_checks,
		.sandboxes_are_containers = s->kubelet.interface == INTERFACE_DOCKER,
		.ready_after = w->ready.after,
		.ready_fails_every = w->ready.fails_every,
		.ready_fails_for = w->ready.fails_for,
		.death_every = w->container_death_every,
		.crash_after = w->crash_after,
		.images = w->images && w->images <= MOCK_IMAGES ? w->images : 1,
		.image_present = w->image_present};
	for (unsigned op = 0; op < OP_N; op++) {
		const struct latency *l = &r->op[op];
		bool recorded = op_mean && op_mean[op] > 0;

		m->op[op].bytes = l->bytes;
		m->op[op].record_bytes = l->record_bytes;
		dist_init(&m->op[op].latency, recorded ? op_mean[op] : l->mean,
			recorded ? 0 : l->per_record, l->p50, l->p99);
	}
	for (uint32_t i = 0; i < w->n_probes; i++)
		m->asked_for_ready |= w->probes[i].readiness || w->probes[i].initial_delay > 0;
	dist_init(&m->lifetime, life->mean, 0, life->p50, life->p99);
	m->lanes = s->kubelet.n_loops;
	m->lane_name = &plan->agent.lane_name[lane_of_loop(0)];
	plan_timeouts(m, &s->kubelet);
	plan_rules(m, r);
}

/* Pods that are replaced overlap for a while: until their containers are collected, which a
 * garbage collection does once a minute. */
#define OVERLAP (2 * NS_MIN)

static uint32_t places_for(const struct fleet_params *p)
{
	uint32_t pods = p->scenario->workload.pods;
	ns_t places = pods;
	bool deleted = false;

	for (uint32_t i = 0; i < p->n_actions; i++) {
		const struct fleet_action *a = &p->action[i];

		if (a->act == FLEET_CHURN && a->spacing > 0)
			places = ns_max(places, pods + 4 + OVERLAP / a->spacing);
		if (a->act == FLEET_CREATE_ALL && deleted)
			places = ns_max(places, 2 * (ns_t)pods);
		deleted |= a->act == FLEET_DELETE_ALL;
	}
	return (uint32_t)ns_min(places, 2 * PODS_MAX);
}

/* For pods that run to completion; if more are there by chance, one waits for a place. */
static uint32_t batch_places_for(const struct scenario *s)
{
	const struct workload_batch *b = &s->workload.batch;
	ns_t stays = 2 * b->lifetime.mean + b->deleted_after + OVERLAP;
	ns_t places = b->arrival_every ? 4 + stays / b->arrival_every : 0;

	return (uint32_t)ns_min(places, 2 * PODS_MAX);
}

void node_plan_init(struct node_plan *plan, const struct fleet_params *p, struct arena *mem)
{
	*plan = (struct node_plan){
		.params = p, .ends_from = fleet_ends_from(p), .batch_from = places_for(p)};
	plan->places = plan->batch_from + batch_places_for(p->scenario);
	agent_plan_init(&plan->agent, p->scenario, plan->places, ttl_of(p->scenario), mem);
	plan->agent.batch_from = plan->batch_from;
	ready_plan(plan);
	api_init(&plan->api, p->scenario, p->scenario->seed, plan->places);
	for (uint32_t w = 0; w <= p->n_windows; w++)
		plan_mock(&plan->mock[w], p->scenario, plan,
			w < p->n_windows ? p->window[w].op_mean : NULL);
}

int node_plan_check(const struct node_plan *plan, struct err *err)
{
	if (plan->params->until >= WAKES_LATEST)
		return err_set(err, ERR_INPUT,
			"warm-up and duration: a run of 78h is the longest possible");
	if (plan->agent.first[ACTOR_KINDS] > AGENT_ACTORS_MAX)
		return err_set(err, ERR_INPUT,
			"a node of %u pods has %u workers, mounts and probes at once, %u are "
			"possible: "
			"fewer pods, containers, objects or probes",
			plan->params->scenario->workload.pods, plan->agent.first[ACTOR_KINDS],
			AGENT_ACTORS_MAX);
	return 0;
}
