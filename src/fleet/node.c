/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/node.h"

#include "fleet/streams.h"

#include "base/fetch.h"
#include "base/rng.h"
#include "models/workload.h"

#include <assert.h>

enum { KEY_AGENT = 1, KEY_RUNTIME, KEY_SERVER, DRAW_CRASHES = 302 };

/* ------------------------------------------------------------------ beginnings */

/* Scattered by a hash, so that any share comes out whatever the number of pods. */
static bool is_crashing(const struct node *n, uint32_t pod)
{
	return rng_below(rng_draw(n->key, DRAW_CRASHES, pod, 0), PPM) <
	       (uint64_t)n->plan->agent.workload->crash_looping;
}

/* Whether a pod runs there from the start: those that serve, and as many of the others as come
 * while one of them runs. */
static bool is_placed(const struct node *n, uint32_t pod)
{
	const struct workload_model *w = n->plan->agent.workload;

	return pod < w->pods || (pod >= n->plan->batch_from &&
					pod < n->plan->batch_from + workload_pods(w) - w->pods);
}

/* A node that has been up for long, with its pods or without. */
static void place_running(struct node *n, ns_t now, bool pods)
{
	uint32_t places = pods ? n->plan->places : 0;

	for (uint32_t p = 0; p < places; p++)
		if (is_placed(n, p))
			mock_place_running(&n->mock, p);
	for (uint32_t p = 0; p < places; p++)
		if (is_placed(n, p))
			agent_place_running(&n->agent, now, p, script_namespace(n, p, 0));
	agent_settle(&n->agent, now);
	for (uint32_t p = 0; p < places; p++)
		if (is_placed(n, p))
			api_pod_place(&n->shard, p, n->agent.pod[p].status);
}

static struct agent_owner owner_of(const struct node *n)
{
	return (struct agent_owner){.node = n->index, .key = rng_mix(n->key + KEY_AGENT)};
}

/* What it knew is lost; the runtime and the API server have what they had. */
static void restart_kubelet(struct node *n, struct arena *mem)
{
	n->has_to_list = true;
	agent_init(&n->agent, &n->plan->agent, &n->mock.records, owner_of(n),
		n->plan->params->kubelet_start, mem);
}

static void node_init(struct node *n, const struct node_plan *plan, uint32_t index,
	struct fleet_result *result, struct arena *mem)
{
	const struct scenario *s = plan->params->scenario;
	uint64_t key = rng_key(s->seed, index);

	*n = (struct node){.plan = plan, .result = result, .index = index, .key = key};
	script_begin(n, mem);
	n->window = plan->params->n_windows;
	n->created_at = ARENA_ROOM(mem, ns_t, plan->places);
	n->deleted_at = ARENA_ROOM(mem, ns_t, plan->places);
	n->status_at = ARENA_ROOM(mem, ns_t, plan->places);
	n->removal = ARENA_ARRAY(mem, uint8_t, plan->places);
	budget_init(n, mem);
	for (uint32_t p = 0; p < plan->places; p++)
		n->created_at[p] = n->deleted_at[p] = n->status_at[p] = NS_NEVER;
	ready_begin(n, plan->params->kubelet_start);
	requests_init(n, mem);
	mock_init(&n->mock, &plan->mock[n->window], mem, rng_mix(key + KEY_RUNTIME));
	if (!plan->together)
		mock_prepare_lanes(&n->mock, mem);
	if (plan->world)
		api_shard_of_pods(&n->shard, &plan->api, index, mem);
	else
		api_shard_init(&n->shard, &plan->api, index, rng_mix(key + KEY_SERVER), mem);
	agent_init(&n->agent, &plan->agent, &n->mock.records, owner_of(n),
		plan->params->kubelet_start, mem);
	for (uint32_t p = 0; p < plan->batch_from; p++)
		mock_set_crashing(&n->mock, p, is_crashing(n, p));
	if (s->start != START_AT_ONCE)
		place_running(n, plan->params->kubelet_start, s->start != START_AFTER_WARMUP);
	if (s->start == START_KUBELET_RESTART)
		restart_kubelet(n, mem);
	streams_init(n, mem);
}

/* ------------------------------------------------------------------ effects */

/* True if somebody but the agent may be due earlier than before. */
static bool do_effects(struct node *n, ns_t now, const struct effects *out)
{
	uint32_t changes = n->mock.seq + n->mock.share.seq;
	bool requested = false;

	for (uint32_t i = 0; i < out->n; i++) {
		const struct effect *e = &out->effect[i];
		struct chain_answer a;

		switch (e->kind) {
		case EFFECT_CHAIN:
			a = mock_call(&n->mock, e->at, e->actor, e->chain, &n->result->tally);
			if (a.at >= n->plan->params->until ||
				!agent_rests(&n->agent, e->actor, a.at, a.what))
				agent_answer(&n->agent, e->actor, a.at, a.what, a.done);
			break;
		case EFFECT_REQUEST:
			requests_begin(n, now, e);
			requested = true;
			break;
		case EFFECT_NOTE:
			node_measure(n, e->at, &e->note);
			break;
		}
	}
	return requested || n->mock.seq + n->mock.share.seq != changes;
}

/* ------------------------------------------------------------------ time */

void node_tell(struct node *n, ns_t now, const struct api_event *e, uint32_t namespace)
{
	static const enum pod_change change_of[] = {
		[API_POD_ADDED] = POD_ADDED,
		[API_POD_DELETING] = POD_DELETING,
		[API_POD_STATUS] = POD_STATUS,
		[API_POD_REMOVED] = POD_REMOVED,
	};

	if (e->kind == API_POD_ADDED)
		budget_told(n, now, e->pod);
	if (e->kind == API_POD_STATUS && e->status & STATUS_STARTED)
		budget_seen(n, now, e->pod);
	if (e->kind == API_POD_STATUS && e->status & STATUS_ENDED)
		script_pod_ended(n, now, e->pod);
	agent_pod_news(&n->agent, now, e->pod, change_of[e->kind], namespace, e->status);
}

static void pod_news(struct node *n, ns_t now)
{
	struct api_event e = api_take(&n->shard);

	node_tell(n, now, &e, script_namespace(n, e.pod, n->script.churned));
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

/* True if a request is due earlier than before. */
static bool look_at_streams(struct node *n, ns_t now)
{
	ns_t before = n->requests_at;

	requests_look(n, now);
	return n->requests_at < before;
}

static inline bool step_agent(struct node *n, ns_t now)
{
	struct effects out;
	bool sooner;

	out.n = 0;
	agent_step(&n->agent, now, &out);
	n->result->steps++;
	sooner = out.n > 0 && do_effects(n, now, &out);
	if (n->streams.waiting.n && look_at_streams(n, now))
		sooner = true;
	return sooner;
}

static void step_script(struct node *n, ns_t now)
{
	script_step(n, now);
	n->script.next_at = script_next_at(n);
}

/* A stream that was mute tells of every pod; who did not change is no news. */
static void stream_news(struct node *n, ns_t now, enum mock_stream stream)
{
	if (stream == MOCK_STREAM_BREAKS)
		agent_stream_ends(&n->agent, now);
	for (uint32_t p = 0; stream == MOCK_STREAM_TELLS_ALL && p < n->plan->places; p++)
		agent_runtime_news(&n->agent, now, p);
}

static void step_runtime(struct node *n, ns_t now)
{
	uint64_t changes = n->mock.records.changes;
	struct mock_news e = mock_step(&n->mock, now, &n->result->tally);

	if (e.stream != MOCK_STREAM_STAYS)
		stream_news(n, now, e.stream);
	if (n->mock.records.changes != changes)
		node_pod_changed(n, now, e.pod);
	if (e.changed)
		agent_runtime_news(&n->agent, now, e.pod);
	if (e.answered)
		agent_answer(&n->agent, e.actor, e.answer.at, e.answer.what, e.answer.done);
}

void node_begin(struct node *n, const struct node_plan *plan, uint32_t index,
	struct fleet_result *result, struct arena *mem)
{
	node_init(n, plan, index, result, mem);
	n->script.next_at = script_next_at(n);
}

void node_script_begins(struct node *n)
{
	while (n->script.next_at <= 0)
		step_script(n, 0);
}

void node_fetch(const struct node *n)
{
	fetch(n, sizeof(*n));
	agent_fetch(&n->agent);
}

static ns_t others_next_at(const struct node *n)
{
	return ns_min(ns_min(mock_next_at(&n->mock), api_next_at(&n->shard)),
		ns_min(n->requests_at, n->script.next_at));
}

ns_t node_next_at(const struct node *n)
{
	return ns_min(agent_next_at(&n->agent), others_next_at(n));
}

bool node_step_others(struct node *n, ns_t now)
{
	if (others_next_at(n) != now)
		return false;
	agent_stirs(&n->agent, now);
	if (mock_next_at(&n->mock) == now)
		step_runtime(n, now);
	else if (api_next_at(&n->shard) == now)
		pod_news(n, now);
	else if (n->requests_at == now)
		requests_step(n, now);
	else
		step_script(n, now);
	return true;
}

void node_step(struct node *n, ns_t now)
{
	if (n->plan->params->window[0].op_mean && now >= latencies_end(n))
		choose_latencies(n, now);
	if (!node_step_others(n, now))
		(void)step_agent(n, now);
}

void node_end(struct node *n, ns_t now)
{
	struct effects out;

	out.n = 0;
	agent_ends(&n->agent, now, &out);
	for (uint32_t i = 0; i < out.n; i++)
		node_measure(n, out.effect[i].at, &out.effect[i].note);
	n->result->steps += n->agent.rested;
	node_measure_end(n, now);
}

/* The agent's steps up to the first that acts on the runtime or the server, or before `until`.
 */
static void run_agent(struct node *n, ns_t until)
{
	ns_t now = agent_next_at(&n->agent);

	while (now < until && !step_agent(n, now))
		now = agent_next_at(&n->agent);
}

/* As node_step over and over, but who else is due is asked only after somebody has acted on
 * the runtime or the server. */
void node_run_until(struct node *n, ns_t until)
{
	bool phases = n->plan->params->window[0].op_mean != NULL;

	for (;;) {
		ns_t now;

		if (!phases)
			run_agent(n, ns_min(others_next_at(n), until));
		now = node_next_at(n);
		if (now >= until)
			return;
		node_step(n, now);
	}
}

void node_run_alone(struct node *n, ns_t until)
{
	bool phases = n->plan->params->window[0].op_mean != NULL;

	while (!n->sending && !n->asks_owners && n->agent.hang_ups == n->hang_ups) {
		ns_t others = others_next_at(n);
		ns_t now = agent_next_at(&n->agent);

		if (ns_min(now, others) >= until)
			return;
		if (phases || others <= now) {
			node_step(n, ns_min(now, others));
			continue;
		}
		others = ns_min(others, until);
		while (now < others && !step_agent(n, now) && n->agent.hang_ups == n->hang_ups)
			now = agent_next_at(&n->agent);
	}
}
