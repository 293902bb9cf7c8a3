/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/validate_run.h"

#include <string.h>

#include "base/pool.h"
#include "base/rng.h"

/* A recording was made by one client that did to all nodes' pods in turn what a phase says. */
struct pacing {
	uint32_t pods_before; /* of the nodes before this one */
	uint32_t pods;        /* of this one */
	uint32_t all_pods;
};

enum { DRAW_START, DRAW_GAP, DRAW_SCRAPE };

struct job {
	const struct recorded_node *node;
	const struct scenario *base;
	struct pacing pacing;
	uint64_t first_seed;
	struct validate_sample *samples;
	struct scenario *scenarios; /* [threads] */
	struct err *errors;         /* [threads] */
	ns_t (*op_mean)[OP_N];      /* [phases] */
	unsigned threads;
};

static ns_t phase_time(const struct recorded_phase *p)
{
	return p->api_time ? p->api_time : p->cri_time;
}

static ns_t runtime_time(const struct recorded_phase *p)
{
	return p->cri_time ? p->cri_time : phase_time(p);
}

/* The kubelet starts so long before the pods are created. */
static ns_t head_start(const struct recorded_phase *first)
{
	if (!first->cri_time || !first->api_time || first->cri_time < first->api_time)
		return 0;
	return first->cri_time - first->api_time;
}

/* In the order of time. */
static void add_action(struct fleet_params *p, ns_t at, enum fleet_act act, ns_t spacing)
{
	uint32_t i = p->n_actions++;

	for (; i > 0 && p->action[i - 1].at > at; i--)
		p->action[i] = p->action[i - 1];
	p->action[i] = (struct fleet_action){.at = at, .act = act, .spacing = spacing};
}

/* The kubelet's counters are read where a phase begins and where it ends; what that costs falls
 * on either side. */
static void add_scrape(struct fleet_params *p, uint64_t seed, uint32_t phase, bool end, ns_t at)
{
	uint64_t draw = rng_draw(seed, DRAW_SCRAPE, phase, end);

	add_action(p, at - VALIDATE_READING + rng_span(draw, 0, 2 * VALIDATE_READING),
		FLEET_SCRAPE, 0);
}

/* Creation goes node by node, deletion namespace by namespace, so that the deletions of one
 * node spread over those of all. */
static void add_actions(struct fleet_params *p, const struct recorded_phase *phase, ns_t from,
	const struct pacing *c)
{
	bool creates = phase->action == PHASE_CREATE_ALL;
	ns_t spacing = phase->one_pod_every ? phase->one_pod_every
		       : creates            ? VALIDATE_CREATE_SPACING
					    : VALIDATE_DELETE_SPACING;

	switch (phase->action) {
	case PHASE_CREATE_ALL:
		add_action(p, from + c->pods_before * spacing, FLEET_CREATE_ALL, spacing);
		return;
	case PHASE_DELETE_ALL:
		add_action(p, from, FLEET_DELETE_ALL,
			spacing * c->all_pods / (c->pods ? c->pods : 1));
		return;
	case PHASE_CHURN:
		if (!phase->replace_one_pod_every)
			return; /* objects change, pods do not */
		add_action(p, from, FLEET_CHURN, phase->replace_one_pod_every);
		add_action(p, from + phase_time(phase), FLEET_CHURN_ENDS, 0);
		return;
	case PHASE_NONE:
		return;
	}
}

/* From the end of one phase's counts to the beginning of the next one's. */
static ns_t gap(const struct recorded_phase *phase, uint32_t i, uint64_t seed)
{
	uint64_t draw = rng_draw(seed, DRAW_GAP, i, 0);

	if (i == 0)
		return 0;
	if (phase->rest >= 0)
		return phase->rest;
	return phase->action == PHASE_DELETE_ALL
		       ? VALIDATE_REST + rng_span(draw, 0, VALIDATE_REST_DOUBT)
		       : rng_span(draw, 0, VALIDATE_GAP);
}

static void plan(const struct job *j, uint64_t seed, struct fleet_params *p)
{
	const struct recorded_node *node = j->node;
	bool starts = node->phases[0].kubelet_starts;
	ns_t at = starts ? 0 : head_start(&node->phases[0]) + VALIDATE_START_DOUBT;

	*p = (struct fleet_params){.threads = 1, .n_windows = node->n_phases};
	if (!starts)
		p->kubelet_start =
			rng_span(rng_draw(seed, DRAW_START, 0, 0), 0, VALIDATE_START_DOUBT);
	for (uint32_t i = 0; i < node->n_phases; i++) {
		const struct recorded_phase *phase = &node->phases[i];
		ns_t until;

		at += gap(phase, i, seed);
		until = at + phase_time(phase);
		ns_t runtime_from = i ? at : 0; /* the kubelet starts a little after 0 */

		p->window[i] = (struct fleet_window){.from = {runtime_from, at},
			.until = {i ? runtime_from + runtime_time(phase)
				    : ns_max(until, runtime_time(phase) + VALIDATE_START_DOUBT),
				until},
			.op_mean = j->op_mean[i]};
		add_actions(p, phase, at, &j->pacing);
		if (i > 0)
			add_scrape(p, seed, i, false, at);
		add_scrape(p, seed, i, true, until);
		at = until;
		p->until = ns_max(until, p->window[i].until[0]);
	}
}

static void keep(struct job *j, const struct fleet_result *r, struct validate_sample *to)
{
	for (uint32_t i = 0; i < j->node->n_phases; i++) {
		memcpy(to->count[i], r->tally.window[i].in.count, sizeof(to->count[i]));
		to->relists[i] = r->relists[i];
		to->relist_time[i] = r->relist_time[i];
	}
	for (uint32_t i = 0; i < j->node->n_phases; i++)
		memcpy(to->worked[i], r->tally.window[i].in.worked, sizeof(to->worked[i]));
	for (uint32_t i = 0; i < j->node->n_phases; i++) {
		to->running[i] = r->running_of ? r->running_of[i] : r->running;
		to->gone[i] = r->gone_of ? r->gone_of[i] : r->gone;
	}
}

static void run_seed(void *ctx, unsigned thread, uint32_t item)
{
	struct job *j = ctx;
	struct fleet_params p;
	struct fleet_result r = {0};

	plan(j, j->first_seed + item, &p);
	j->scenarios[thread] = *j->base;
	j->scenarios[thread].seed = j->first_seed + item;
	p.scenario = &j->scenarios[thread];
	if (fleet_run(&p, &r, &j->errors[thread]))
		return;
	keep(j, &r, &j->samples[item]);
	fleet_result_fini(&r);
}

static void node_scenario(
	const struct recording *rec, uint32_t index, struct scenario *scenario)
{
	const struct recorded_node *node = &rec->nodes[index];

	recording_scenario(rec, index, scenario);
	if (!recorded_node_is_empty(node))
		scenario->start = START_STATIONARY;
	for (uint32_t i = 0; i < node->n_phases; i++)
		if (node->phases[i].update_one_secret_every)
			scenario->workload.update_object_every =
				node->phases[i].update_one_secret_every;
}

static struct pacing pacing_of(const struct recording *rec, uint32_t node)
{
	struct pacing c = {.pods = rec->nodes[node].pods};

	for (uint32_t i = 0; i < rec->n_nodes; i++) {
		c.pods_before += i < node ? rec->nodes[i].pods : 0;
		c.all_pods += rec->nodes[i].pods;
	}
	return c;
}

static void job_memory(struct job *j, uint32_t n, struct arena *mem)
{
	uint32_t phases = j->node->n_phases;

	j->samples = ARENA_ARRAY(mem, struct validate_sample, n);
	j->scenarios = ARENA_ARRAY(mem, struct scenario, j->threads);
	j->errors = ARENA_ARRAY(mem, struct err, j->threads);
	j->op_mean = arena_alloc_array(mem, phases, sizeof(*j->op_mean), alignof(ns_t));
	for (uint32_t i = 0; i < phases; i++)
		memcpy(j->op_mean[i], j->node->phases[i].wire_mean, sizeof(*j->op_mean));
	for (uint32_t i = 0; i < n; i++) {
		j->samples[i].count = arena_alloc_array(
			mem, phases, sizeof(*j->samples[i].count), alignof(uint64_t));
		j->samples[i].worked = arena_alloc_array(
			mem, phases, sizeof(*j->samples[i].worked), alignof(uint64_t));
		j->samples[i].relists = ARENA_ARRAY(mem, uint64_t, phases);
		j->samples[i].relist_time = ARENA_ARRAY(mem, uint64_t, phases);
		j->samples[i].running = ARENA_ARRAY(mem, struct hist, phases);
		j->samples[i].gone = ARENA_ARRAY(mem, struct hist, phases);
	}
}

static int run_all(struct job *j, uint32_t n, struct err *err)
{
	int code = pool_run(j->threads, n, run_seed, j, err);

	for (unsigned i = 0; i < j->threads && !code; i++)
		if (j->errors[i].code)
			code = err_set(err, j->errors[i].code, "%s", j->errors[i].text);
	return code;
}

/* ------------------------------------------------------------------ recorded handling times */

/* What a call that shares processors took on average; 0: none was made, or alone. */
static ns_t mean_worked(const struct job *j, uint32_t phase, unsigned op, uint32_t n)
{
	uint64_t calls = 0;
	uint64_t time = 0;

	for (uint32_t i = 0; i < n; i++) {
		calls += j->samples[i].count[phase][op][OUTCOME_OK];
		time += j->samples[i].worked[phase][op];
	}
	return calls ? (ns_t)(time / calls) : 0;
}

static void adjust_phase(struct job *j, uint32_t phase, uint32_t n)
{
	for (unsigned op = 0; op < OP_N; op++) {
		ns_t recorded = j->node->phases[phase].wire_mean[op];
		ns_t simulated = mean_worked(j, phase, op, n);

		if (recorded >= NS_US && simulated >= NS_US)
			j->op_mean[phase][op] = j->op_mean[phase][op] * (recorded / NS_US) /
						(simulated / NS_US);
	}
}

static int adjust_to_handling(struct job *j, uint32_t n, struct err *err)
{
	int code = 0;

	n = n < VALIDATE_PILOTS ? n : VALIDATE_PILOTS;
	if (!j->base->runtime.processors)
		return 0;
	for (unsigned i = 0; i < VALIDATE_ROUNDS && !code; i++) {
		code = run_all(j, n, err);
		for (uint32_t phase = 0; phase < j->node->n_phases && !code; phase++)
			adjust_phase(j, phase, n);
	}
	return code;
}

int validate_run(const struct validate_plan *p, struct arena *mem, struct scenario *scenario,
	struct validate_sample **samples, struct err *err)
{
	struct job j = {
		.node = &p->rec->nodes[p->node], .base = scenario, .first_seed = p->first_seed};
	int code;

	if (j.node->n_phases > FLEET_WINDOWS)
		return err_set(err, ERR_INPUT,
			"%s: node '%.60s' has %u phases, %d are possible", p->rec->file,
			j.node->name, j.node->n_phases, FLEET_WINDOWS);
	j.threads = p->threads ? p->threads : pool_processors();
	node_scenario(p->rec, p->node, scenario);
	j.pacing = pacing_of(p->rec, p->node);
	job_memory(&j, p->n, mem);
	code = adjust_to_handling(&j, p->n, err);
	if (!code)
		code = run_all(&j, p->n, err);
	if (code)
		return err_wrap(err, "%s: node '%.60s'", p->rec->file, j.node->name);
	*samples = j.samples;
	return 0;
}
