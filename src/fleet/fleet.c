/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/fleet.h"

#include <stdatomic.h>

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
			balancer_places(&f->plan, i, t->node.home);
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
	fleet_result_complete(r);
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
