/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/fleet.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "apiserver/ttl.h"
#include "base/pool.h"
#include "fleet/balancer.h"
#include "fleet/changes.h"
#include "fleet/node.h"
#include "fleet/together.h"

enum { NODES_AN_ITEM = 8 };

/* Threads write to theirs all the time: none shares a cache line with another. */
struct fleet_thread {
	_Alignas(128) struct node node;
	struct arena mem;
	struct fleet_result result;
	struct load load;
	uint32_t look_at; /* so many spans of it, whether somebody waits */
};

struct fleet {
	const struct fleet_params *params;
	struct node_plan plan;
	struct arena mem;
	unsigned n_threads;
	struct fleet_thread *thread;
	_Atomic bool may_wait; /* nodes before shared servers, for one another */
};

/* ------------------------------------------------------------------ the plan */

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

/* ------------------------------------------------------------------ results */

void fleet_result_init(struct fleet_result *r, const struct fleet_params *p)
{
	const struct fleet_window *first = &p->window[0];
	uint32_t seconds =
		p->series ? (uint32_t)((first->until[0] - first->from[0] + NS_S - 1) / NS_S)
			  : 0;

	memset(r, 0, sizeof(*r));
	arena_init(&r->mem, 0);
	tally_init(&r->tally, &r->mem, p->n_windows, seconds);
	if (p->times)
		tally_keep_times(&r->tally, &r->mem);
	for (uint32_t w = 0; w < p->n_windows; w++) {
		memcpy(r->tally.window[w].from, p->window[w].from, sizeof(first->from));
		memcpy(r->tally.window[w].until, p->window[w].until, sizeof(first->until));
	}
	if (p->series) {
		ns_t span = first->until[1] - first->from[1];

		r->tenths = (uint32_t)((span + FLEET_TENTH - 1) / FLEET_TENTH);
		r->leases = ARENA_ARRAY(&r->mem, uint32_t, r->tenths);
		r->tried = ARENA_ARRAY(
			&r->mem, uint32_t, (size_t)FLEET_TRIES * CALLS_MAX * seconds);
		if (p->scenario->apiserver.processors)
			r->others = ARENA_ARRAY(&r->mem, uint32_t, (size_t)CALLS_MAX * seconds);
	}
	hist_reset(&r->detection);
	hist_reset(&r->staleness);
	hist_reset(&r->relist_duration);
	hist_reset(&r->relist_interval);
	hist_reset(&r->running);
	hist_reset(&r->burst);
	hist_reset(&r->gone);
	for (unsigned i = 0; i < REMOVAL_STEPS; i++)
		hist_reset(&r->removal[i]);
	if (p->n_windows > 1) {
		r->running_of = ARENA_ARRAY(&r->mem, struct hist, p->n_windows);
		r->gone_of = ARENA_ARRAY(&r->mem, struct hist, p->n_windows);
	}
	for (uint32_t w = 0; r->gone_of && w < p->n_windows; w++) {
		hist_reset(&r->running_of[w]);
		hist_reset(&r->gone_of[w]);
	}
	hist_reset(&r->completed);
	for (unsigned i = 0; i < sizeof(r->step) / sizeof(r->step[0]); i++)
		hist_reset(&r->step[i]);
	for (unsigned i = 0; i < START_PARTS; i++)
		hist_reset(&r->starts.part[i]);
	hist_reset(&r->starts.secrets_held);
	hist_reset(&r->starts.secrets_served);
	hist_reset(&r->starts.all);
	hist_reset(&r->starts.without_images);
}

static void requests_merge(struct fleet_requests *into, const struct fleet_requests *from)
{
	into->offered += from->offered;
	into->throttled += from->throttled;
	into->sent += from->sent;
	into->retried += from->retried;
	into->failed += from->failed;
	into->without_stream += from->without_stream;
	into->given_up += from->given_up;
	into->under_way_before += from->under_way_before;
	into->under_way += from->under_way;
}

/* By one of several threads: whatever it saw of them may be all that it saw. */
static bool were_tried(const struct fleet_result *r, uint16_t call)
{
	const struct fleet_requests *q = &r->requests[call];

	return q->offered || q->throttled || q->sent || q->retried || q->failed;
}

static void tried_merge(struct fleet_result *into, const struct fleet_result *from)
{
	for (uint16_t c = CALL_API; into->tried && c < CALLS_MAX; c++)
		for (unsigned what = 0; were_tried(from, c) && what < FLEET_TRIES; what++) {
			uint32_t *sum = fleet_tried(into, (enum fleet_try)what, c);
			const uint32_t *more = fleet_tried(from, (enum fleet_try)what, c);

			for (uint32_t s = 0; s < into->tally.seconds; s++)
				sum[s] += more[s];
		}
}

static void others_merge(struct fleet_result *into, const struct fleet_result *from)
{
	size_t n = (size_t)CALLS_MAX * into->tally.seconds;

	for (size_t i = 0; into->others && i < n; i++)
		into->others[i] += from->others[i];
}

void fleet_result_merge(struct fleet_result *into, const struct fleet_result *from)
{
	tally_merge(&into->tally, &from->tally);
	hist_merge(&into->detection, &from->detection);
	hist_merge(&into->staleness, &from->staleness);
	hist_merge(&into->relist_duration, &from->relist_duration);
	hist_merge(&into->relist_interval, &from->relist_interval);
	hist_merge(&into->running, &from->running);
	hist_merge(&into->burst, &from->burst);
	hist_merge(&into->gone, &from->gone);
	for (unsigned i = 0; i < REMOVAL_STEPS; i++)
		hist_merge(&into->removal[i], &from->removal[i]);
	for (uint32_t w = 0; into->gone_of && w < into->tally.n_windows; w++) {
		hist_merge(&into->running_of[w], &from->running_of[w]);
		hist_merge(&into->gone_of[w], &from->gone_of[w]);
	}
	hist_merge(&into->completed, &from->completed);
	for (unsigned i = 0; i < sizeof(into->step) / sizeof(into->step[0]); i++)
		hist_merge(&into->step[i], &from->step[i]);
	for (unsigned i = 0; i < START_PARTS; i++)
		hist_merge(&into->starts.part[i], &from->starts.part[i]);
	hist_merge(&into->starts.secrets_held, &from->starts.secrets_held);
	hist_merge(&into->starts.secrets_served, &from->starts.secrets_served);
	hist_merge(&into->starts.all, &from->starts.all);
	hist_merge(&into->starts.without_images, &from->starts.without_images);
	for (unsigned i = 0; i < CALLS_MAX; i++)
		requests_merge(&into->requests[i], &from->requests[i]);
	tried_merge(into, from);
	others_merge(into, from);
	into->ending.offered += from->ending.offered;
	into->ending.answered += from->ending.answered;
	into->ending.failed += from->ending.failed;
	into->ending.unanswered += from->ending.unanswered;
	into->ending.pods += from->ending.pods;
	into->ending.pods_starting += from->ending.pods_starting;
	into->ending.pods_waiting += from->ending.pods_waiting;
	into->ending.watches += from->ending.watches;
	into->ending.watches_waiting += from->ending.watches_waiting;
	into->starts.overdue += from->starts.overdue;
	into->pods_started += from->pods_started;
	into->http_probes += from->http_probes;
	into->readiness_changes += from->readiness_changes;
	into->pods_completed += from->pods_completed;
	into->pods_removed += from->pods_removed;
	into->open_watches += from->open_watches;
	into->open_object_watches += from->open_object_watches;
	into->distinct_objects += from->distinct_objects;
	into->object_references += from->object_references;
	into->events_dropped += from->events_dropped;
	into->pleg_events_dropped += from->pleg_events_dropped;
	into->pulls_refused += from->pulls_refused;
	into->unhealthy_nodes += from->unhealthy_nodes;
	into->not_ready.nodes += from->not_ready.nodes;
	into->not_ready.unhealthy += from->not_ready.unhealthy;
	into->not_ready.silent += from->not_ready.silent;
	for (uint32_t i = 0; i < into->tenths; i++)
		into->leases[i] += from->leases[i];
	into->stored_pods += from->stored_pods;
	into->hang_ups += from->hang_ups;
	into->steps += from->steps;
	for (unsigned w = 0; w < FLEET_WINDOWS; w++) {
		into->relists[w] += from->relists[w];
		into->relist_time[w] += from->relist_time[w];
	}
	if (from->node_bytes > into->node_bytes)
		into->node_bytes = from->node_bytes;
}

/* ------------------------------------------------------------------ running */

/* At once, and then whenever there is twice as much to look at. */
static bool may_wait(const struct fleet *f, struct fleet_thread *t)
{
	if (!f->plan.shared || t->load.n_spans < t->look_at)
		return false;
	t->look_at = 2 * t->load.n_spans;
	load_count(&t->load);
	return together_may_wait(f->plan.shared, &t->load);
}

static void run_nodes(void *ctx, unsigned thread, uint32_t item)
{
	struct fleet *f = ctx;
	struct fleet_thread *t = &f->thread[thread];
	uint32_t nodes = f->params->scenario->nodes;

	if (atomic_load_explicit(&f->may_wait, memory_order_relaxed))
		return; /* and so the result is not this */
	for (uint32_t i = item * NODES_AN_ITEM; i < (item + 1) * NODES_AN_ITEM && i < nodes;
		i++) {
		bool traced = f->params->trace && i == f->params->trace_node;

		arena_reset(&t->mem);
		tally_trace(&t->result.tally, traced ? f->params->trace : NULL, f->params->ctx);
		node_begin(&t->node, &f->plan, i, &t->result, &t->mem);
		if (f->plan.shared) {
			t->node.load = &t->load;
			t->node.home = balancer_home(&f->plan, i);
		}
		node_run_until(&t->node, f->params->until);
		node_end(&t->node, f->params->until);
		if (f->plan.shared)
			changes_load(&t->node, &t->load, f->params->until);
		if (arena_bytes(&t->mem) > t->result.node_bytes)
			t->result.node_bytes = arena_bytes(&t->mem);
	}
	if (may_wait(f, t))
		atomic_store_explicit(&f->may_wait, true, memory_order_relaxed);
	if (thread == 0 && f->params->progress)
		f->params->progress(f->params->ctx, (item + 1) * NODES_AN_ITEM);
}

static void threads_begin(struct fleet *f)
{
	f->thread = ARENA_ARRAY(&f->mem, struct fleet_thread, f->n_threads);
	for (unsigned i = 0; i < f->n_threads; i++) {
		struct fleet_thread *t = &f->thread[i];

		arena_init(&t->mem, 0);
		fleet_result_init(&t->result, f->params);
		if (f->plan.shared)
			load_init(&t->load, &f->mem, f->params->window[0].from[1],
				f->params->until);
	}
}

/* Nobody is rejected: whatever is served was sent in that second, and wanted in it, but for
 * those that had to wait.  What fails has never left. */
static void tried_complete(struct fleet_result *r)
{
	for (uint16_t c = CALL_API; r->tried && c < CALLS_MAX; c++) {
		uint32_t *offered = fleet_tried(r, TRY_OFFERED, c);
		uint32_t *sent = fleet_tried(r, TRY_SENT, c);

		for (uint32_t s = 0; were_tried(r, c) && s < r->tally.seconds; s++) {
			uint32_t served = tally_second(&r->tally, c, s) -
					  tally_second_of(&r->tally, c, OUTCOME_LOST, s);

			offered[s] += served - sent[s];
			sent[s] = served;
		}
	}
}

/* What all of them measured, in the result and in the first one's load. */
static void threads_end(struct fleet *f, struct fleet_result *r)
{
	for (unsigned i = 0; i < f->n_threads; i++) {
		struct fleet_thread *t = &f->thread[i];

		fleet_result_merge(r, &t->result);
		load_count(&t->load);
		if (f->plan.shared && i > 0)
			load_merge(&f->thread[0].load, &t->load);
		fleet_result_fini(&t->result);
		arena_fini(&t->mem);
	}
	tried_complete(r);
}

/* Each node by itself, on all threads. */
static int run_alone(struct fleet *f, struct fleet_result *r, struct err *err)
{
	uint32_t items = (f->params->scenario->nodes + NODES_AN_ITEM - 1) / NODES_AN_ITEM;
	int rc;

	if (f->n_threads > items)
		f->n_threads = items ? items : 1;
	threads_begin(f);
	rc = pool_run(f->n_threads, items, run_nodes, f, err);
	fleet_result_init(r, f->params);
	threads_end(f, r);
	if (rc)
		fleet_result_fini(r);
	return rc;
}

/* Servers that would never have made anybody wait are told from the load of nodes that ran
 * alone; busy ones need all nodes in one order of time. */
static int run_before_servers(struct fleet *f, struct fleet_result *r, struct err *err)
{
	int rc;

	if (f->params->scenario->apiserver.n_restarts == 0) {
		bool idle;

		rc = run_alone(f, r, err);
		idle = !rc && !f->may_wait &&
		       together_was_idle(&f->plan, &f->thread[0].load, r);
		for (unsigned i = 0; i < f->n_threads; i++)
			load_fini(&f->thread[i].load);
		if (rc || idle)
			return rc;
		fleet_result_fini(r);
	}
	f->plan.together = true;
	fleet_result_init(r, f->params);
	rc = together_run(&f->plan, r, err);
	if (rc)
		fleet_result_fini(r);
	return rc;
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

int fleet_run(const struct fleet_params *p, struct fleet_result *r, struct err *err)
{
	struct fleet f = {
		.params = p, .n_threads = p->threads ? p->threads : pool_processors()};
	struct together_params shared;
	int rc;

	arena_init(&f.mem, 0);
	node_plan_init(&f.plan, p, &f.mem);
	rc = node_plan_check(&f.plan, err);
	if (!rc && p->scenario->apiserver.processors) {
		together_params_init(&shared, &f.plan);
		f.plan.shared = &shared;
		rc = run_before_servers(&f, r, err);
	} else if (!rc) {
		rc = run_alone(&f, r, err);
	}
	arena_fini(&f.mem);
	return rc;
}

void fleet_result_fini(struct fleet_result *r)
{
	arena_fini(&r->mem);
}

/* The scenario's own steps. */
static void add_script(struct fleet_params *p, const struct scenario *s)
{
	static const enum fleet_act acts[] = {[SCRIPT_CREATE] = FLEET_CREATE_ALL,
		[SCRIPT_REPLACE] = FLEET_CHURN,
		[SCRIPT_DELETE] = FLEET_DELETE_ALL};
	uint32_t pods = s->workload.pods ? s->workload.pods : 1;

	for (uint32_t i = 0; i < s->n_script; i++) {
		const struct script_step *step = &s->script[i];
		ns_t at = s->warmup + step->at;

		p->action[p->n_actions++] = (struct fleet_action){.at = at,
			.act = acts[step->act],
			.spacing = step->over / pods,
			.spread = true};
		if (step->act == SCRIPT_REPLACE)
			p->action[p->n_actions++] = (struct fleet_action){
				.at = at + (step->lasts ? step->lasts : step->over),
				.act = FLEET_CHURN_ENDS};
	}
}

void fleet_params_init(struct fleet_params *p, const struct scenario *s, unsigned threads)
{
	ns_t from = s->warmup;
	ns_t pods_from = s->start == START_AFTER_WARMUP ? from : 0;

	*p = (struct fleet_params){
		.scenario = s, .threads = threads, .series = true, .n_windows = 1};
	p->until = s->warmup + s->duration;
	p->window[0] =
		(struct fleet_window){.from = {from, from}, .until = {p->until, p->until}};
	if (!s->n_script && (s->start == START_AT_ONCE || s->start == START_AFTER_WARMUP))
		p->action[p->n_actions++] =
			(struct fleet_action){.at = pods_from, .act = FLEET_CREATE_ALL};
	if (s->workload.replace_pod_every > 0)
		p->action[p->n_actions++] = (struct fleet_action){.at = pods_from,
			.act = FLEET_CHURN,
			.spacing = s->workload.replace_pod_every};
	if (s->workload.batch.arrival_every > 0)
		p->action[p->n_actions++] = (struct fleet_action){.at = pods_from,
			.act = FLEET_BATCH,
			.spacing = s->workload.batch.arrival_every};
	add_script(p, s);
}
