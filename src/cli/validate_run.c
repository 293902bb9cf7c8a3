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

struct job {
	const struct recorded_node *node;
	const struct scenario *base;
	struct fleet_params params; /* of every seed, but for the scenario */
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

static void add_action(struct fleet_params *p, ns_t at, enum fleet_act act, ns_t spacing)
{
	p->action[p->n_actions++] = (struct fleet_action){at, act, spacing};
}

/* Creation goes node by node, deletion namespace by namespace, so that the deletions of one
 * node spread over those of all. */
static void add_actions(struct fleet_params *p, const struct recorded_phase *phase, ns_t from,
	const struct pacing *c)
{
	switch (phase->action) {
	case PHASE_CREATE_ALL:
		add_action(p, from + c->pods_before * VALIDATE_CREATE_SPACING, FLEET_CREATE_ALL,
			VALIDATE_CREATE_SPACING);
		return;
	case PHASE_DELETE_ALL:
		add_action(p, from, FLEET_DELETE_ALL,
			VALIDATE_DELETE_SPACING * c->all_pods / (c->pods ? c->pods : 1));
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

static void plan(
	struct fleet_params *p, const struct recorded_node *node, const struct pacing *pacing)
{
	ns_t at = head_start(&node->phases[0]) + VALIDATE_START_DOUBT;

	*p = (struct fleet_params){.threads = 1, .n_windows = node->n_phases};
	for (uint32_t i = 0; i < node->n_phases; i++) {
		const struct recorded_phase *phase = &node->phases[i];
		ns_t until = at + phase_time(phase);
		ns_t runtime_from = i ? at : 0; /* the kubelet starts a little after 0 */

		p->window[i] = (struct fleet_window){.from = {runtime_from, at},
			.until = {i ? runtime_from + runtime_time(phase)
				    : ns_max(until, runtime_time(phase) + VALIDATE_START_DOUBT),
				until},
			.op_mean = phase->wire_mean};
		add_actions(p, phase, at, pacing);
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
	to->running = r->running;
	to->gone = r->gone;
}

static void run_seed(void *ctx, unsigned thread, uint32_t item)
{
	struct job *j = ctx;
	struct fleet_params p = j->params;
	struct fleet_result r = {0};

	j->scenarios[thread] = *j->base;
	j->scenarios[thread].seed = j->first_seed + item;
	p.scenario = &j->scenarios[thread];
	p.kubelet_start =
		rng_span(rng_draw(p.scenario->seed, 0, 0, 0), 0, 2 * VALIDATE_START_DOUBT);
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
	/* A recording that does not begin with the pods' creation begins with them there. */
	if (node->phases[0].action != PHASE_CREATE_ALL)
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
	for (uint32_t i = 0; i < phases; i++) {
		memcpy(j->op_mean[i], j->node->phases[i].wire_mean, sizeof(*j->op_mean));
		j->params.window[i].op_mean = j->op_mean[i];
	}
	for (uint32_t i = 0; i < n; i++) {
		j->samples[i].count = arena_alloc_array(
			mem, phases, sizeof(*j->samples[i].count), alignof(uint64_t));
		j->samples[i].relists = ARENA_ARRAY(mem, uint64_t, phases);
		j->samples[i].relist_time = ARENA_ARRAY(mem, uint64_t, phases);
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

/* ------------------------------------------------------------------ recorded relists */

static ns_t mean_relist(const struct job *j, uint32_t phase, uint32_t n)
{
	uint64_t relists = 0;
	uint64_t time = 0;

	for (uint32_t i = 0; i < n; i++) {
		relists += j->samples[i].relists[phase];
		time += j->samples[i].relist_time[phase];
	}
	return relists ? (ns_t)(time / relists) : 0;
}

static bool is_adjusted(const struct recorded_phase *p)
{
	return p->has[RECORDED_WIRE] && p->action != PHASE_NONE && p->mean_relist > 0;
}

static void add_to_statuses(struct job *j, uint32_t phase, ns_t more)
{
	j->op_mean[phase][OP_CONTAINER_STATUS] += more;
	j->op_mean[phase][OP_PODSANDBOX_STATUS] += more;
}

/* The means grow in proportion to what is added, so two points say how much it takes. */
static int adjust_to_relists(struct job *j, uint32_t n, struct err *err)
{
	ns_t without[FLEET_WINDOWS];
	uint32_t phases = j->node->n_phases;
	bool any = false;
	int code;

	n = n < VALIDATE_PILOTS ? n : VALIDATE_PILOTS;
	for (uint32_t i = 0; i < phases; i++)
		any |= is_adjusted(&j->node->phases[i]);
	if (!any)
		return 0;
	code = run_all(j, n, err);
	for (uint32_t i = 0; i < phases; i++) {
		without[i] = mean_relist(j, i, n);
		if (is_adjusted(&j->node->phases[i]))
			add_to_statuses(j, i, VALIDATE_PROBE);
	}
	code = code ? code : run_all(j, n, err);
	for (uint32_t i = 0; i < phases && !code; i++) {
		ns_t wanted = j->node->phases[i].mean_relist - without[i];
		ns_t gained = mean_relist(j, i, n) - without[i];

		if (!is_adjusted(&j->node->phases[i]))
			continue;
		add_to_statuses(j, i, -VALIDATE_PROBE);
		if (wanted > 0 && gained > 0)
			add_to_statuses(j, i, VALIDATE_PROBE * wanted / gained);
	}
	return code;
}

int validate_run(const struct validate_plan *p, struct arena *mem, struct scenario *scenario,
	struct validate_sample **samples, struct err *err)
{
	struct job j = {
		.node = &p->rec->nodes[p->node], .base = scenario, .first_seed = p->first_seed};
	struct pacing pacing;
	int code;

	if (j.node->n_phases > FLEET_WINDOWS)
		return err_set(err, ERR_INPUT,
			"%s: node '%.60s' has %u phases, %d are possible", p->rec->file,
			j.node->name, j.node->n_phases, FLEET_WINDOWS);
	j.threads = p->threads ? p->threads : pool_processors();
	node_scenario(p->rec, p->node, scenario);
	pacing = pacing_of(p->rec, p->node);
	plan(&j.params, j.node, &pacing);
	job_memory(&j, p->n, mem);
	code = adjust_to_relists(&j, p->n, err);
	if (!code)
		code = run_all(&j, p->n, err);
	if (!code)
		*samples = j.samples;
	return code;
}
