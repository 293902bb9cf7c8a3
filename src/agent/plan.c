/* SPDX-License-Identifier: Apache-2.0 */
/* From a scenario to an agent: the plan that all agents share, and one agent's beginning. */
#include "agent/agent_priv.h"

#include <string.h>

static const enum pleg_kind pleg_kinds[PLEG_DESIGNS] = {
	[PLEG_POLLING] = PLEG_KIND_POLLING,
	[PLEG_GENERIC] = PLEG_KIND_GENERIC,
	[PLEG_EVENTED] = PLEG_KIND_EVENTED,
	[PLEG_ONDEMAND] = PLEG_KIND_ONDEMAND,
	[PLEG_PARALLEL] = PLEG_KIND_PARALLEL,
};

static const enum sc_kind object_kinds[OBJECT_DESIGNS] = {
	[OBJECT_NEVER] = SC_NEVER,
	[OBJECT_GET] = SC_GET,
	[OBJECT_CACHE] = SC_CACHE,
	[OBJECT_WATCH] = SC_WATCH,
	[OBJECT_BULKWATCH] = SC_BULKWATCH,
};

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void plan_pleg(struct agent_plan *plan)
{
	const struct kubelet_model *k = plan->kubelet;
	bool evented = k->pleg.design == PLEG_EVENTED;
	uint32_t room = 8 * plan->pods * (plan->containers + 1);

	plan->pleg = (struct pleg_params){
		.kind = pleg_kinds[k->pleg.design],
		.docker = k->interface == INTERFACE_DOCKER,
		.reinspect = k->pleg.reinspect,
		.pods = plan->pods,
		.containers = plan->containers,
		.workers = min_u32(k->pleg.workers ? k->pleg.workers : 1, PLEG_WORKERS_MAX),
		.channel = min_u32(k->pleg.event_channel, room),
		.requests = min_u32(k->pleg.request_channel, room),
		.period = k->pleg.design == PLEG_POLLING ? k->pleg.poll_period
			  : evented                      ? k->pleg.evented_relist_period
							 : k->pleg.relist_period,
		.threshold = evented ? k->pleg.evented_threshold : k->pleg.relist_threshold,
		.fallback_period = k->pleg.relist_period,
		.fallback_threshold = k->pleg.relist_threshold,
		.stream_retries = k->pleg.stream_retries,
		.update_period = k->pleg.cache_update_period,
		.refresh_period = k->pleg.cache_refresh_period,
		.refresh_idle = k->pleg.cache_refresh_idle,
	};
}

/* How many actors of each kind there are. */
static void count_actors(const struct agent_plan *plan, uint32_t n[ACTOR_KINDS])
{
	const uint32_t counts[ACTOR_KINDS] = {
		[ACTOR_LOOP] = plan->kubelet->n_loops,
		[ACTOR_STARTUP] = 1,
		[ACTOR_WATCH] = plan->kubelet->n_watches,
		[ACTOR_PLEG] = pleg_actors(&plan->pleg),
		[ACTOR_SYNC] = 1,
		[ACTOR_STATUS] = 1,
		[ACTOR_EVENTS] = 1,
		[ACTOR_PULLER] = 1,
		[ACTOR_CONTAINER_DELETOR] = 1,
		[ACTOR_SANDBOX_DELETOR] = 1,
		[ACTOR_COLLECTOR] = 1,
		[ACTOR_POPULATOR] = 1,
		[ACTOR_WORKER] = plan->pods,
		[ACTOR_KILLER] = plan->pods,
		[ACTOR_MOUNT] = plan->pods * plan->volumes,
		[ACTOR_REFLECTOR] = plan->objects.entries + 1,
		[ACTOR_PROBE] = plan->pods * plan->probes,
	};

	memcpy(n, counts, sizeof(counts));
}

/* Whom of its kind draws are for: a loop or watch has the name that the model gives it. */
static uint32_t name_of(const struct agent_plan *plan, unsigned kind, uint32_t index)
{
	if (kind == ACTOR_LOOP)
		return plan->lane_name[lane_of_loop(index)];
	if (kind == ACTOR_WATCH)
		return plan->lane_name[lane_of_watch(plan->kubelet, index)];
	return index;
}

/* One kind's slots behind the other's. */
static void plan_slots(struct agent_plan *plan, struct arena *mem)
{
	uint32_t n[ACTOR_KINDS];
	uint32_t slot = 0;

	for (uint32_t lane = 0; lane < lanes_of(plan->kubelet); lane++)
		plan->lane_name[lane] = lane_name(plan->kubelet, lane);
	count_actors(plan, n);
	for (unsigned k = 0; k < ACTOR_KINDS; k++) {
		plan->first[k] = slot;
		slot += n[k];
	}
	plan->first[ACTOR_KINDS] = slot;
	plan->kind_of = ARENA_ARRAY(mem, uint8_t, slot);
	plan->draws_for = ARENA_ROOM(mem, uint64_t, slot);
	for (unsigned k = 0; k < ACTOR_KINDS; k++)
		for (uint32_t i = 0; i < n[k]; i++) {
			plan->kind_of[plan->first[k] + i] = (uint8_t)k;
			plan->draws_for[plan->first[k] + i] =
				(uint64_t)k << 40 | name_of(plan, k, i);
		}
}

/* Whether the call is made in every round, once. */
static bool is_fixed(const struct model_call *c)
{
	return call_is_runtime(c->call) && c->scope == SCOPE_NODE && c->at_most_every == 0 &&
	       (c->share == 0 || c->share == PPM);
}

/* All of the round's calls, or those that the runtime cache's age does not matter to. */
static void plan_chain(const struct model_loop *l, uint32_t kept, bool all, struct chain *chain)
{
	chain_start(chain, CHAIN_NO_POD);
	for (uint32_t i = 0; i < l->n_calls; i++)
		if (all || l->calls[i].if_older_than == 0)
			chain_add(chain, l->calls[i].call, 1, loop_records(&l->calls[i]));
	chain->kept = kept;
}

static void plan_round(const struct model_loop *l, uint32_t index, struct loop_round *r)
{
	*r = (struct loop_round){
		.is_fixed = l->trigger == TRIGGER_PERIOD && l->n_calls <= CHAIN_STEPS};
	for (uint32_t c = 0; c < l->n_calls && r->is_fixed; c++) {
		ns_t older = l->calls[c].if_older_than;

		r->is_fixed = is_fixed(&l->calls[c]) &&
			      (older == 0 || r->older == 0 || older == r->older);
		r->older = older ? older : r->older;
	}
	if (!r->is_fixed)
		return;
	plan_chain(l, 2 * index + 2, true, &r->chain[0]);
	plan_chain(l, 2 * index + 3, false, &r->chain[1]);
	r->is_fixed = r->chain[1].n_steps > 0;
}

void agent_plan_init(struct agent_plan *plan, const struct scenario *s, uint32_t pods, ns_t ttl,
	struct arena *mem)
{
	const struct kubelet_model *k = &s->kubelet;
	const struct workload_model *w = &s->workload;
	const struct latency *late = &s->runtime.timer_lateness;
	const struct latency *dispatch = &s->runtime.dispatch;

	*plan = (struct agent_plan){.kubelet = k,
		.workload = w,
		.pods = pods,
		.batch_from = pods,
		.containers = w->containers,
		.seed = s->seed,
		.nodes = s->nodes};
	plan->volumes = w->n_objects + k->tokens.enabled;
	plan->has_past = s->start != START_AT_ONCE;
	plan->probes = w->n_probes * w->containers;
	for (uint32_t i = 0; i < w->n_probes; i++)
		plan->asks_for_ready |= w->probes[i].readiness;
	plan_pleg(plan);
	plan->objects = (struct sc_params){
		.kind = object_kinds[k->objects.design],
		.entries = pods * w->n_objects,
		.readers = pods * plan->volumes,
		.ttl = k->objects.ttl_annotation && ttl >= 0 ? ttl : k->objects.ttl,
		.watch_min = k->objects.watch_timeout_min,
		.watch_max = k->objects.watch_timeout_max,
		.idle_stop = k->objects.idle_stop,
		.idle_check = k->objects.idle_check,
		.immutable_stop = k->objects.immutable_stop,
	};
	for (uint32_t i = 0; i < k->n_loops; i++)
		plan->reacts |= UINT32_C(1) << k->loops[i].trigger;
	plan->status_queue = min_u32(k->status.channel, 8 * pods + 16);
	dist_init(&plan->lateness, late->mean, 0, late->p50, late->p99);
	dist_init(&plan->dispatch, dispatch->mean, 0, dispatch->p50, dispatch->p99);
	plan_slots(plan, mem);
	plan->round = ARENA_ROOM(mem, struct loop_round, k->n_loops);
	for (uint32_t i = 0; i < k->n_loops; i++)
		plan_round(&k->loops[i], i, &plan->round[i]);
}

/* ------------------------------------------------------------------ one agent */

static uint32_t queue_chunks(const struct agent_plan *plan)
{
	return fifo_chunks(plan->status_queue, sizeof(struct status_item)) +
	       fifo_chunks(EVENT_QUEUE, sizeof(struct event_item));
}

void agent_stock(
	struct stock *s, const struct agent_plan *plan, uint32_t agents, struct arena *mem)
{
	stock_init(s, mem, agents * (queue_chunks(plan) + pleg_chunks(&plan->pleg)),
		sizeof(struct fifo_chunk));
}

static void agent_memory(struct agent *a, struct arena *mem)
{
	const struct agent_plan *plan = a->plan;
	uint32_t slots = plan->first[ACTOR_KINDS];

	a->draws = ARENA_ARRAY(mem, struct draws, slots);
	wakes_init(&a->wakes, mem, slots);
	a->answer = ARENA_ARRAY(mem, uint8_t, slots);
	a->answer_value = ARENA_ARRAY(mem, uint32_t, slots);
	pleg_init(&a->pleg, &plan->pleg, mem);
	sc_init(&a->objects, &plan->objects, mem);
	a->loop = ARENA_ARRAY(
		mem, struct loop_state, plan->kubelet->n_loops + 1 + plan->kubelet->n_watches);
	past_init(a, mem);
	a->reflector = ARENA_ARRAY(mem, struct reflector,
		plan->kubelet->n_watches +
			(plan->objects.kind >= SC_WATCH ? plan->objects.entries + 1 : 0));
	a->pod = ARENA_ARRAY(mem, struct pod, plan->pods);
	a->mount = ARENA_ARRAY(mem, struct mount, (size_t)plan->pods * plan->volumes);
	a->news_capacity = 4 * plan->pods + 16;
	a->news = ARENA_ROOM(mem, struct pod_news, a->news_capacity);
	a->chunks = plan->chunks;
	if (!a->chunks) {
		stock_init(&a->own_chunks, mem, queue_chunks(plan), sizeof(struct fifo_chunk));
		a->chunks = &a->own_chunks;
	}
	a->status_batch = ARENA_ROOM(mem, struct status_item, plan->pods);
	a->pulls = ARENA_ROOM(mem, uint16_t, plan->pods);
	a->backed_off_at = ARENA_ARRAY(mem, ns_t, (size_t)plan->pods * plan->containers);
	a->back_off_steps = ARENA_ARRAY(mem, uint8_t, (size_t)plan->pods * plan->containers);
	a->probe_next = ARENA_ARRAY(mem, ns_t, (size_t)plan->pods * plan->probes);
	a->probe_tries = ARENA_ARRAY(mem, uint8_t, (size_t)plan->pods * plan->probes);
	a->probe_failures = ARENA_ARRAY(mem, uint8_t, (size_t)plan->pods * plan->probes);
	a->ready = ARENA_ARRAY(mem, uint16_t,
		plan->asks_for_ready ? (size_t)plan->pods * plan->containers : 0);
	a->dead =
		ARENA_ARRAY(mem, struct removal, plan->kubelet->deletion.container_buffer + 1);
	a->gone = ARENA_ROOM(mem, uint16_t, plan->kubelet->deletion.sandbox_buffer + 1);
	a->collect = ARENA_ROOM(
		mem, struct removal, (size_t)plan->pods * (plan->containers * 2 + 1));
}

void agent_init(struct agent *a, const struct agent_plan *plan, const struct records *view,
	struct agent_owner owner, ns_t now, struct arena *mem)
{
	const struct kubelet_model *k = plan->kubelet;

	*a = (struct agent){
		.plan = plan, .view = view, .key = owner.key, .node = owner.node, .now = -1};
	agent_memory(a, mem);
	for (unsigned c = 0; c < CLIENTS; c++)
		bucket_init(&a->bucket[c], k->client[c].qps_milli, k->client[c].burst);
	bucket_init(&a->registry, k->images.registry_qps_milli, k->images.registry_burst);
	agent_draws_for(a, ACTOR_SYNC, 0);
	a->tick_phase = now + k->worker.ticker;
	a->populator_phase =
		now + rng_span(agent_draw(a, DRAW_PHASE, 0), 0, k->volumes.populator_period);
	a->reconciler_phase =
		now + rng_span(agent_draw(a, DRAW_PHASE, 1), 0, k->volumes.reconciler_period);
	if (plan->workload->image_present)
		a->images = a->images_cached = a->images_told = UINT64_MAX;
	a->quiet_at = NS_NEVER;
	for (unsigned kind = 0; kind < QUIET_KINDS; kind++)
		a->quiet[kind].at = NS_NEVER;
	a->runtime_cache_at = -1;
	a->populator_listed_at = -1;
	for (uint32_t p = 0; p < plan->pods; p++) {
		a->pod[p].last_sync = -1;
		a->pod[p].due = NS_NEVER;
	}
	loops_start(a, now, false);
	status_start(a, now, false);
}

static void place_objects(struct agent *a, ns_t now, uint32_t pod)
{
	volumes_register(a, pod, now);
	for (uint32_t v = 0; v < a->plan->volumes; v++) {
		uint32_t reader = pod * a->plan->volumes + v;
		struct mount *m = &a->mount[reader];
		struct sc_entry *e = &a->objects.entry[m->entry];

		m->mounted = true;
		a->objects.reader[reader].had = true;
		if (v >= a->plan->workload->n_objects || e->refs > 1)
			continue;
		e->synced = true;
		e->version = 1;
		e->fetched_at = NS_NEVER; /* agent_settle knows */
		e->read_at = now;
		if (a->plan->objects.kind == SC_WATCH) {
			agent_draws_for(a, ACTOR_REFLECTOR, m->entry);
			e->reflector = SC_WATCHING;
			agent_answer(a, slot_of(a, ACTOR_REFLECTOR, m->entry),
				now + sc_watch_left(&a->objects, agent_draw(a, DRAW_AGE, 0)),
				OUTCOME_OK, 0);
		}
	}
	a->pod[pod].n_mounted = (uint8_t)a->plan->volumes;
}

/* A pod that runs has renewed its token at some random time.  Where the oldest of a node is
 * replaced again and again it is no older than its turn tells, and its token is that of its
 * start if it has not lived longer than one lasts. */
static ns_t token_until(struct agent *a, ns_t now, uint32_t pod)
{
	const struct workload_model *w = a->plan->workload;
	ns_t life = token_life(a);
	ns_t left = rng_residual(agent_draw(a, DRAW_AGE, 0), life, life + NS_S);
	ns_t every = w->replace_pod_every, age;

	if (every <= 0 || pod >= w->pods)
		return now + left;
	age = (w->pods - pod) * every - left % every;
	return now + life - age % (life + model_of(a)->worker.sync_frequency / 2);
}

void agent_place_running(struct agent *a, ns_t now, uint32_t pod, uint32_t namespace)
{
	const struct kubelet_model *k = model_of(a);
	struct pod *p = &a->pod[pod];

	p->known = true;
	p->namespace = namespace;
	p->volumes_wanted = true;
	p->cgroup = k->cgroups_per_qos;
	p->status_cached = true;
	p->status_running = true;
	p->status_version = p->api_version = 1;
	p->api_known = true;
	p->warned = true;
	a->images |= image_of(a, pod);
	agent_draws_for(a, ACTOR_WORKER, pod);
	p->token_until = token_until(a, now, pod);
	place_objects(a, now, pod);
	probes_start(a, pod, now);
}

/* How old what the cache has is. */
static void settle_objects(struct agent *a, ns_t now, uint32_t pod)
{
	for (uint32_t v = 0; v < a->plan->workload->n_objects; v++) {
		struct sc_entry *e =
			&a->objects.entry[a->mount[(size_t)pod * a->plan->volumes + v].entry];

		if (e->fetched_at == NS_NEVER)
			e->fetched_at = past_fetch(a, now, pod, v);
		e->has_data = true;
	}
}

void agent_settle(struct agent *a, ns_t now)
{
	struct sc_entry *all = &a->objects.entry[a->plan->objects.entries];

	a->pods_known = true;
	pleg_settle(&a->pleg, now, a->view);
	agent_draws_for(a, ACTOR_SYNC, 0);
	a->tick_phase =
		now + rng_span(agent_draw(a, DRAW_PHASE, 2), 0, model_of(a)->worker.ticker);
	for (uint32_t p = 0; p < a->plan->pods; p++) {
		bool running;

		if (!a->pod[p].known)
			continue;
		probes_settle(a, p);
		a->pod[p].status = a->pod[p].known_status = status_fingerprint(a, p, &running);
		a->pod[p].last_sync = now - 1;
		if (a->plan->objects.kind == SC_CACHE)
			settle_objects(a, now, p);
		if (a->plan->pleg.kind == PLEG_KIND_POLLING)
			continue;
		agent_draws_for(a, ACTOR_WORKER, p);
		a->pod[p].due = past_due(a, now, p);
		agent_wake(a, ACTOR_WORKER, p, worker_due_at(a, p, a->pod[p].due));
	}
	agent_draws_for(a, ACTOR_REFLECTOR, a->plan->objects.entries);
	if (a->plan->objects.kind == SC_BULKWATCH && a->objects.n_live) {
		all->reflector = SC_WATCHING;
		all->synced = true;
		agent_answer(a, slot_of(a, ACTOR_REFLECTOR, a->plan->objects.entries),
			now + sc_watch_left(&a->objects, agent_draw(a, DRAW_AGE, 0)),
			OUTCOME_OK, 0);
	}
	a->images_cached = a->images_told = a->images;
	loops_start(a, now, true);
	status_start(a, now, true);
}
