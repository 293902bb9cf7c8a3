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

int validate_run(const struct recording *rec, uint32_t node, uint64_t first_seed, uint32_t n,
	unsigned threads, struct arena *mem, struct scenario *scenario,
	struct validate_sample **samples, struct err *err)
{
	struct job j = {.node = &rec->nodes[node], .base = scenario, .first_seed = first_seed};
	uint32_t phases = j.node->n_phases;
	struct pacing pacing;
	int code;

	if (phases > FLEET_WINDOWS)
		return err_set(err, ERR_INPUT,
			"%s: node '%.60s' has %u phases, %d are possible", rec->file,
			j.node->name, phases, FLEET_WINDOWS);
	threads = threads ? threads : pool_processors();
	node_scenario(rec, node, scenario);
	pacing = pacing_of(rec, node);
	plan(&j.params, j.node, &pacing);
	j.samples = ARENA_ARRAY(mem, struct validate_sample, n);
	j.scenarios = ARENA_ARRAY(mem, struct scenario, threads);
	j.errors = ARENA_ARRAY(mem, struct err, threads);
	for (uint32_t i = 0; i < n; i++) {
		j.samples[i].count = arena_alloc_array(
			mem, phases, sizeof(*j.samples[i].count), alignof(uint64_t));
		j.samples[i].relists = ARENA_ARRAY(mem, uint64_t, phases);
	}
	code = pool_run(threads, n, run_seed, &j, err);
	for (unsigned i = 0; i < threads && !code; i++)
		if (j.errors[i].code)
			code = err_set(err, j.errors[i].code, "%s", j.errors[i].text);
	if (!code)
		*samples = j.samples;
	return code;
}
