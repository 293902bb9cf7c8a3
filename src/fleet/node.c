/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/node.h"

#include "base/rng.h"

enum { KEY_AGENT = 1, KEY_RUNTIME, KEY_SERVER };

/* ------------------------------------------------------------------ beginnings */

/* Scattered by a hash, so that any share comes out whatever the number of pods. */
static bool is_crashing(const struct node *n, uint32_t pod)
{
	return rng_below(rng_draw(n->key, 302, pod, 0), PPM) <
	       (uint64_t)n->plan->agent.workload->crash_looping;
}

static void place_running(struct node *n, ns_t now)
{
	uint32_t pods = n->plan->agent.workload->pods;

	for (uint32_t p = 0; p < pods; p++)
		mock_place_running(&n->mock, p);
	for (uint32_t p = 0; p < pods; p++)
		agent_place_running(&n->agent, now, p, script_namespace(n, p, 0));
	agent_settle(&n->agent, now);
	for (uint32_t p = 0; p < pods; p++)
		api_pod_place(&n->shard, p, n->agent.pod[p].status);
}

static void node_init(struct node *n, const struct node_plan *plan, uint32_t index,
	struct fleet_result *result, struct arena *mem)
{
	const struct scenario *s = plan->params->scenario;
	uint64_t key = rng_key(s->seed, index);

	*n = (struct node){.plan = plan, .result = result, .index = index, .key = key};
	n->script.churn_at = NS_NEVER;
	n->script.next_pod = UINT32_MAX; /* no action is under way */
	n->window = plan->params->n_windows;
	n->created_at = ARENA_ARRAY(mem, ns_t, plan->places);
	n->deleted_at = ARENA_ARRAY(mem, ns_t, plan->places);
	n->status_at = ARENA_ARRAY(mem, ns_t, plan->places);
	for (uint32_t p = 0; p < plan->places; p++)
		n->created_at[p] = n->deleted_at[p] = n->status_at[p] = NS_NEVER;
	mock_init(&n->mock, &plan->mock[n->window], mem, rng_mix(key + KEY_RUNTIME));
	api_shard_init(&n->shard, &plan->api, index, rng_mix(key + KEY_SERVER), mem);
	agent_init(&n->agent, &plan->agent, &n->mock.records, rng_mix(key + KEY_AGENT),
		plan->params->kubelet_start, mem);
	for (uint32_t p = 0; p < plan->places; p++)
		mock_set_crashing(&n->mock, p, is_crashing(n, p));
	if (s->start == START_STATIONARY)
		place_running(n, plan->params->kubelet_start);
}

/* ------------------------------------------------------------------ effects */

static void request(struct node *n, const struct effect *e)
{
	const struct agent_request *q = &e->request;
	const struct api_request r = {.call = q->call,
		.object = q->object,
		.pod = q->pod,
		.key = q->key,
		.status = q->status,
		.timeout = q->timeout};
	struct api_answer a = api_request(&n->shard, e->at, &r, &n->result->tally);

	if (q->call == API_DELETE_PODS && a.what == OUTCOME_OK)
		node_pod_gone(n, e->at, q->pod);
	agent_answer(&n->agent, e->actor, a.at, a.what, a.value);
}

static void do_effects(struct node *n, ns_t now)
{
	for (uint32_t i = 0; i < n->out.n; i++) {
		const struct effect *e = &n->out.effect[i];
		struct chain_answer a;

		switch (e->kind) {
		case EFFECT_CHAIN:
			a = mock_call(&n->mock, e->at, &e->chain, &n->result->tally);
			agent_answer(&n->agent, e->actor, a.at, a.what, a.done);
			break;
		case EFFECT_REQUEST:
			request(n, e);
			break;
		case EFFECT_NOTE:
			node_measure(n, now, &e->note);
			break;
		}
	}
}

/* ------------------------------------------------------------------ time */

static void pod_news(struct node *n, ns_t now)
{
	static const enum pod_change change_of[] = {
		[API_POD_ADDED] = POD_ADDED,
		[API_POD_DELETING] = POD_DELETING,
		[API_POD_STATUS] = POD_STATUS,
		[API_POD_REMOVED] = POD_REMOVED,
	};
	struct api_event e = api_take(&n->shard);
	uint32_t namespace = script_namespace(n, e.pod, n->script.churned);

	agent_pod_news(&n->agent, now, e.pod, change_of[e.kind], namespace, e.status);
}

/* The window that the runtime's calls fall into decides their latencies. */
static void choose_latencies(struct node *n, ns_t now)
{
	const struct fleet_params *p = n->plan->params;
	uint32_t w = 0;

	while (w < p->n_windows && (now < p->window[w].from[0] || now >= p->window[w].until[0]))
		w++;
	n->mock.params = &n->plan->mock[w];
	n->window = w;
}

static ns_t latencies_end(const struct node *n)
{
	const struct fleet_params *p = n->plan->params;

	return n->window < p->n_windows ? p->window[n->window].until[0] : 0;
}

static void step_agent(struct node *n, ns_t now)
{
	n->out.n = 0;
	agent_step(&n->agent, now, &n->out);
	n->result->steps++;
	do_effects(n, now);
}

static void step_script(struct node *n, ns_t now)
{
	script_step(n, now);
	n->script.next_at = script_next_at(n);
}

static void step_runtime(struct node *n, ns_t now)
{
	struct mock_event e;

	if (mock_step(&n->mock, now, &e))
		agent_runtime_news(&n->agent, now, e.pod);
}

void node_begin(struct node *n, const struct node_plan *plan, uint32_t index,
	struct fleet_result *result, struct arena *mem)
{
	node_init(n, plan, index, result, mem);
	n->script.next_at = script_next_at(n);
}

ns_t node_next_at(const struct node *n)
{
	return ns_min(ns_min(agent_next_at(&n->agent), mock_next_at(&n->mock)),
		ns_min(api_next_at(&n->shard), n->script.next_at));
}

void node_step(struct node *n, ns_t now)
{
	if (n->plan->params->window[0].op_mean && now >= latencies_end(n))
		choose_latencies(n, now);
	if (mock_next_at(&n->mock) == now)
		step_runtime(n, now);
	else if (api_next_at(&n->shard) == now)
		pod_news(n, now);
	else if (n->script.next_at == now)
		step_script(n, now);
	else
		step_agent(n, now);
}

void node_end(struct node *n, ns_t now)
{
	node_measure_end(n, now);
}

/* As node_step over and over, but who else is due is asked only after somebody has acted on
 * the runtime or the server. */
void node_run_until(struct node *n, ns_t until)
{
	for (;;) {
		ns_t others = ns_min(ns_min(mock_next_at(&n->mock), api_next_at(&n->shard)),
			ns_min(n->script.next_at, until));
		ns_t now = agent_next_at(&n->agent);

		if (now < others && !n->plan->params->window[0].op_mean) {
			step_agent(n, now);
			continue;
		}
		now = ns_min(now, others);
		if (now >= until)
			return;
		node_step(n, now);
	}
}
