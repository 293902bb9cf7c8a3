/* SPDX-License-Identifier: Apache-2.0 */
/* The loops that the model declares: a timer and calls, made one after the other.
 *
 * The kind of timer decides more than its period.  Sliding (wait.Until) and sleep start the
 * period when the round ends, so they drift by their own duration; a ticker (time.NewTicker)
 * has a fixed phase and a buffer of one, so a round that takes too long drops ticks.  What is
 * done on request has no timer. */
#include "agent/agent_priv.h"

#include <string.h>

/* The periods of a jittered loop are shorter than this. */
static ns_t period_end(const struct model_loop *l)
{
	return l->period + l->period / PPM * l->jitter + 1;
}

static ns_t loop_period(struct agent *a, const struct model_loop *l)
{
	return l->jitter ? rng_span(agent_draw(a, DRAW_JITTER, 0), l->period, period_end(l))
			 : l->period;
}

/* When the next round begins, after one that began by a tick and ends now. */
ns_t loop_next_at(struct agent *a, const struct model_loop *l, struct loop_state *st, ns_t now)
{
	if (l->timer == TIMER_REQUEST)
		return NS_NEVER;
	if (l->timer != TIMER_TICKER)
		return agent_late(a, a->drawing, now + loop_period(a, l));
	st->phase += l->period;
	if (st->phase <= now) { /* one tick waits in the buffer; what else passed is lost */
		st->phase += (now - st->phase) / l->period * l->period;
		return agent_dispatch(a, a->drawing, now);
	}
	return agent_late(a, a->drawing, st->phase);
}

/* When a round that failed is made again: a ticker's so long after the tick that it began at,
 * or at the first one that finds it done. */
static ns_t loop_again_at(
	struct agent *a, const struct model_loop *l, struct loop_state *st, ns_t now)
{
	if (l->timer != TIMER_TICKER)
		return agent_late(a, a->drawing, now + l->try_again_after);
	st->phase += (l->try_again_after + l->period - 1) / l->period * l->period;
	if (st->phase <= now)
		st->phase += ((now - st->phase) / l->period + 1) * l->period;
	return agent_late(a, a->drawing, st->phase);
}

/* runtime_cache.go GetPods: refreshed if the stamp, taken before its list, is older.  The stamp
 * moves with the first call of the group; the others follow it. */
static bool cache_is_old(struct agent *a, ns_t older, ns_t now)
{
	if (a->runtime_cache_at != now && a->runtime_cache_at >= 0 &&
		now - a->runtime_cache_at <= older)
		return false;
	a->runtime_cache_at = now;
	return true;
}

/* Whether the call is left out this time. */
static bool call_is_skipped(struct agent *a, const struct model_call *c, struct loop_state *st,
	uint32_t i, ns_t now)
{
	if (c->at_most_every > 0) {
		if (st->last[i] != 0 && now - st->last[i] < c->at_most_every)
			return true;
		st->last[i] = now;
	}
	return c->if_older_than > 0 && !cache_is_old(a, c->if_older_than, now);
}

/* Most calls of most rounds are one a node, which needs no count. */
static inline uint32_t repeats(struct agent *a, uint32_t loop, const struct model_call *c)
{
	bool once =
		c->scope == SCOPE_NODE && model_of(a)->loops[loop].trigger == TRIGGER_PERIOD;

	return once ? 1 : loop_repeats(a, loop, c);
}

static inline void chain_add_call(
	struct agent *a, uint32_t loop, struct chain *chain, const struct model_call *c)
{
	chain_add(chain, c->call, repeats(a, loop, c), loop_records(c));
}

/* The runtime cache's new content, as far as killing needs it. */
void runtime_cache_fill(struct agent *a)
{
	uint32_t n = a->plan->containers;

	if (a->remembered_changes == a->view->changes)
		return;
	a->remembered_changes = a->view->changes;
	a->pods_at_rest = false;
	for (uint32_t p = 0; p < a->plan->pods; p++) {
		uint32_t running = 0;

		for (uint32_t c = 0; c < n; c++)
			running |= (uint32_t)(record_state(
						      a->view->container[(size_t)p * n + c]) ==
					      RECORD_RUNNING)
				   << c;
		a->pod[p].cache_running = (uint16_t)running;
		a->pod[p].cache_ready = a->view->sandbox[p] == RECORD_RUNNING;
	}
}

/* The calls from st->next on, up to one that is no call of the runtime.  True if any. */
static bool runtime_calls(struct agent *a, uint32_t i, ns_t now, struct chain *chain)
{
	const struct model_loop *l = &model_of(a)->loops[i];
	struct loop_state *st = &a->loop[i];

	while (st->next < l->n_calls && call_is_runtime(l->calls[st->next].call)) {
		const struct model_call *c = &l->calls[st->next];

		if (chain->n_steps == CHAIN_STEPS)
			break;
		if (!call_is_skipped(a, c, st, st->next, now)) {
			chain_add_call(a, i, chain, c);
			if (c->if_older_than > 0 && l->hook == HOOK_HOUSEKEEPING)
				runtime_cache_fill(a);
		}
		st->next++;
	}
	return chain->n_steps > 0;
}

/* The whole round of a loop that has such.  False: of another. */
static inline bool whole_round(struct agent *a, uint32_t i, ns_t now, struct effects *out)
{
	const struct loop_round *r = &a->plan->round[i];
	const struct model_loop *l = &model_of(a)->loops[i];
	bool lists = r->older > 0;

	if (!r->is_fixed)
		return false;
	if (lists) {
		lists = cache_is_old(a, r->older, now);
		if (lists && l->hook == HOOK_HOUSEKEEPING)
			runtime_cache_fill(a);
	}
	a->loop[i].next = (uint8_t)l->n_calls;
	agent_call_kept(out, slot_of(a, ACTOR_LOOP, i), now, &r->chain[!lists]);
	return true;
}

/* Until 1.26 housekeeping asks the runtime cache, which lists only if it is old. */
static bool has_cached_list(const struct model_loop *l)
{
	for (uint32_t i = 0; i < l->n_calls; i++)
		if (l->calls[i].if_older_than > 0)
			return true;
	return false;
}

/* What the node status says of the PLEG: kubelet.go runtimeState.addHealthCheck, nodestatus
 * ReadyCondition.  One that has not listed yet is not what this is about. */
static bool is_unhealthy(const struct agent *a, ns_t now)
{
	const struct pleg *g = &a->pleg;

	return a->plan->pleg.kind != PLEG_KIND_POLLING &&
	       (g->last_relist >= 0 || g->cache_time >= 0) && !pleg_is_healthy(g, now);
}

static bool health_changed(const struct agent *a, const struct model_loop *l, ns_t now)
{
	return l->hook == HOOK_NODE_STATUS && is_unhealthy(a, now) != a->unhealthy_told;
}

/* A status that changed is written at once, however long ago the last one was
 * (kubelet_node_status.go tryUpdateNodeStatus, nodeStatusHasChanged): its conditions, which
 * others may have written too, or the images that the node has (nodestatus/setters.go Images),
 * as far as the image cache knows them. */
static bool status_changed(const struct agent *a, const struct model_loop *l, ns_t now)
{
	return health_changed(a, l, now) ||
	       (l->hook == HOOK_NODE_STATUS &&
		       (a->overwritten || a->images_cached != a->images_told));
}

void agent_overwritten(struct agent *a)
{
	a->overwritten = true;
}

static void node_status_told(struct agent *a, ns_t now, struct effects *out)
{
	a->unhealthy_told = !a->unhealthy_told;
	agent_note(out, now,
		(struct agent_note){.kind = NOTE_HEALTH, .value = !a->unhealthy_told});
}

static void loop_ends(struct agent *a, uint32_t i, ns_t now, struct effects *out)
{
	const struct model_loop *l = &model_of(a)->loops[i];
	struct loop_state *st = &a->loop[i];
	bool failed = st->tried > 0 && st->tried >= l->tries;

	if (!failed && health_changed(a, l, now))
		node_status_told(a, now, out);
	st->next = st->tried = 0;
	if (l->hook == HOOK_HOUSEKEEPING) {
		if (a->plan->pleg.docker || !has_cached_list(l))
			runtime_cache_fill(a); /* its lists are always new */
		if (answer_of(a, ACTOR_LOOP, i) == OUTCOME_OK)
			sync_housekeeping(a, now);
		else
			a->runtime_cache_at = -1; /* a list that failed leaves nothing */
	}
	if (l->hook == HOOK_CONTAINER_GC)
		removal_collect(a, now);
	if (l->hook == HOOK_IMAGE_CACHE && answer_of(a, ACTOR_LOOP, i) == OUTCOME_OK)
		a->images_cached = a->images;
	if (l->in_sync_loop)
		sync_release(a, now);
	if (failed && l->try_again_after)
		now = loop_again_at(a, l, st, now + l->work);
	else if (l->trigger == TRIGGER_PERIOD)
		now = loop_next_at(a, l, st, now + l->work);
	else
		now = loop_reacted(a, st, now + l->work);
	agent_wake(a, ACTOR_LOOP, i, now);
}

/* False if somebody else has the sync loop: the tick waits in the ticker's channel. */
static bool takes_sync_loop(struct agent *a, struct loop_state *st)
{
	bool taken = sync_is_taken(a);

	a->n_ticks_waiting += (uint32_t)taken - (uint32_t)st->waits;
	st->waits = taken;
	a->sync_busy = true;
	return !st->waits;
}

/* The sync loop is free again for ticks that came meanwhile. */
void loops_released(struct agent *a, ns_t now)
{
	if (a->n_ticks_waiting == 0)
		return;
	for (uint32_t i = 0; i < model_of(a)->n_loops; i++)
		if (a->loop[i].waits)
			agent_rouse(a, ACTOR_LOOP, i, now);
}

/* reflector.go watchHandler: a watch that ends within a second and told of nothing is an error,
 * after which its reflector lists. */
static enum outcome cut_short(const struct agent *a, uint32_t reflector, ns_t now, ns_t told_at)
{
	ns_t asked_at = a->reflector[reflector].asked_at;

	return now - asked_at < NS_S && told_at < asked_at ? OUTCOME_ERROR : OUTCOME_OK;
}

static bool is_of_pods(const struct model_watch *w)
{
	return !strcmp(w->name, "pods");
}

/* Every watch ends with the connection that it runs over, and is opened again; only if that
 * fails its reflector lists (reflector.go ListAndWatch).  One that its client is to send again
 * runs over none. */
void agent_reset(struct agent *a, uint32_t connection, ns_t now)
{
	const struct kubelet_model *k = model_of(a);

	a->watches_ended++;
	for (uint32_t w = 0; w < k->n_watches; w++)
		if (a->loop[k->n_loops + 1 + w].watching && !a->reflector[w].asleep &&
			client_connection(k->watches[w].client) == connection)
			agent_answer(a, slot_of(a, ACTOR_WATCH, w), now + 1,
				cut_short(a, w, now,
					is_of_pods(&k->watches[w]) ? a->told_at : -1),
				0);
	if (connection != CONNECTION_KUBELET || a->plan->objects.kind < SC_WATCH)
		return;
	for (uint32_t e = 0; e <= a->plan->objects.entries; e++)
		if (a->objects.entry[e].reflector == SC_WATCHING &&
			!a->reflector[k->n_watches + e].waits &&
			!a->reflector[k->n_watches + e].asleep)
			agent_answer(a, slot_of(a, ACTOR_REFLECTOR, e), now + 1,
				cut_short(a, k->n_watches + e, now, -1), 0);
}

/* Whether the request that the loop waited for failed, and it is one that tries again. */
static bool requests_failed(const struct agent *a, uint32_t i)
{
	const struct model_loop *l = &model_of(a)->loops[i];
	uint32_t next = a->loop[i].next;
	enum outcome what = answer_of(a, ACTOR_LOOP, i);

	if (l->tries <= 1 && !l->try_again_after)
		return false;
	return next > 0 && !call_is_runtime(l->calls[next - 1].call) &&
	       (what == OUTCOME_REJECTED || what == OUTCOME_DEADLINE || what == OUTCOME_ERROR);
}

/* Heartbeats that fail again: the kubelet closes the connection, and opens another
 * (cmd/kubelet/app/server.go: closeAllConns). */
static void hang_up(struct agent *a, enum client client, ns_t now)
{
	a->hang_ups++;
	a->hung_up = client_connection(client);
	agent_reset(a, a->hung_up, now);
}

static uint8_t first_request(const struct model_loop *l)
{
	uint8_t i = 0;

	while (call_is_runtime(l->calls[i].call))
		i++;
	return i;
}

/* The request that the loop is at.  kubelet_node_status.go tryUpdateNodeStatus: only the first
 * try reads the API server's cache. */
static void loop_request(struct agent *a, uint32_t i, ns_t now, struct effects *out)
{
	const struct loop_state *st = &a->loop[i];
	const struct model_call *c = &model_of(a)->loops[i].calls[st->next - 1];

	agent_request(a, out, slot_of(a, ACTOR_LOOP, i), now,
		(struct agent_request){.call = c->call,
			.client = (uint8_t)c->client,
			.pod = REQUEST_NO_POD,
			.quorum = c->quorum || st->tried > 0});
}

void loop_step(struct agent *a, uint32_t i, ns_t now, struct effects *out)
{
	const struct model_loop *l = &model_of(a)->loops[i];
	struct loop_state *st = &a->loop[i];
	struct chain *chain;

	if (st->next == 0 && l->in_sync_loop && !takes_sync_loop(a, st))
		return;
	if (st->next == 0 && whole_round(a, i, now, out))
		return;
	if (requests_failed(a, i)) {
		st->last[st->next - 1] = 0; /* it is due still */
		st->left = 0;
		if (st->tried > 0 && l->hangs_up)
			hang_up(a, l->calls[st->next - 1].client, now);
		st->next = ++st->tried < l->tries ? first_request(l) : (uint8_t)l->n_calls;
	}
	if (st->left > 0) { /* for the next pod, or whoever it is made for */
		st->left--;
		loop_request(a, i, now, out);
		return;
	}
	while (st->next < l->n_calls) {
		const struct model_call *c = &l->calls[st->next];
		uint32_t n;

		if (call_is_runtime(c->call)) {
			chain = agent_call_begin(
				out, slot_of(a, ACTOR_LOOP, i), now, CHAIN_NO_POD);
			if (runtime_calls(a, i, now, chain))
				return;
			out->n--;
			continue;
		}
		if (c->at_most_every > 0 && status_changed(a, l, now)) {
			st->last[st->next] = 0;
			a->images_told = a->images_cached; /* one that fails is due still */
			a->overwritten = false;
		}
		st->next++;
		if (call_is_skipped(a, c, st, st->next - 1u, now))
			continue;
		n = repeats(a, i, c);
		if (n == 0)
			continue;
		st->left = (uint16_t)(n - 1);
		loop_request(a, i, now, out);
		return;
	}
	loop_ends(a, i, now, out);
}

/* ------------------------------------------------------------------ standing watches */

/* reflector.go ListAndWatch, watch: nobody took the connection, or too many were there, so the
 * version is as good as it was, most likely. */
static bool opens_again(const struct agent *a, uint32_t slot)
{
	enum watch_again after = model_of(a)->reflectors.opens_again;

	return (a->answer[slot] == OUTCOME_REFUSED && after != AGAIN_NEVER) ||
	       (a->answer[slot] == OUTCOME_REJECTED && after == AGAIN_REFUSED_OR_REJECTED);
}

/* What else failed, or was told that its version is gone, is listed again after a while
 * (reflector.go Run, BackoffUntil). */
bool reflector_waits(struct agent *a, uint32_t reflector, uint32_t slot, bool watched, ns_t now)
{
	const struct kubelet_model *k = model_of(a);
	struct reflector *r = &a->reflector[reflector];
	bool own = false;

	if (r->waits || a->answer[slot] == OUTCOME_OK) {
		r->waits = false;
		return false;
	}
	r->waits = true;
	if (watched && opens_again(a, slot)) {
		a->answer[slot] = OUTCOME_OK; /* as if it had ended, but for the wait */
		r->reopens = true;
		own = !k->reflectors.one_back_off;
	}
	now += backoff_next(own ? &r->again : &r->backoff,
		own ? &k->reflectors.again : &k->reflectors.anew, now,
		agent_draw_for(a, slot, DRAW_BACK_OFF, 0));
	wakes_set(&a->wakes, slot, agent_late(a, slot, now));
	return true;
}

ns_t reflector_asks(struct agent *a, uint32_t reflector, ns_t now)
{
	struct reflector *r = &a->reflector[reflector];

	if (!r->reopens)
		r->knows_at = now;
	r->reopens = false;
	r->asked_at = now;
	return r->knows_at;
}

/* client-go reflector.go ListAndWatch: LIST once, then WATCH again whenever the watch ends by
 * its own timeout, or finds no server, without a LIST. */
void watch_step(struct agent *a, uint32_t i, ns_t now, struct effects *out)
{
	const struct model_watch *w = &model_of(a)->watches[i];
	struct loop_state *st = &a->loop[model_of(a)->n_loops + 1 + i];
	struct agent_request req = {.client = (uint8_t)w->client};

	if (st->next && reflector_waits(a, i, slot_of(a, ACTOR_WATCH, i), st->watching, now)) {
		st->watching = false;
		return;
	}
	if (st->next && answer_of(a, ACTOR_WATCH, i) != OUTCOME_OK)
		st->next = 0;
	if (!st->next) {
		st->next = 1;
		req.call = w->list;
		req.quorum = w->quorum;
	} else {
		st->watching = true;
		req.since = reflector_asks(a, i, now);
		req.call = w->watch;
		req.timeout = sc_watch_timeout(&a->objects, agent_draw(a, DRAW_TIMEOUT, 0));
	}
	agent_request(a, out, slot_of(a, ACTOR_WATCH, i), now, req);
}

/* ------------------------------------------------------------------ beginnings */

void startup_step(struct agent *a, ns_t now, struct effects *out)
{
	struct loop_state *st = &a->loop[model_of(a)->n_loops];
	const struct kubelet_model *k = model_of(a);
	struct chain chain;

	if (st->next)
		return;
	st->next = 1;
	events_of_start(a, now);
	chain_start(&chain, CHAIN_NO_POD);
	for (uint32_t i = 0; i < k->n_startup; i++)
		chain_add(&chain, k->startup[i].call, 1, loop_records(&k->startup[i]));
	if (chain.n_steps)
		agent_call(out, slot_of(a, ACTOR_STARTUP, 0), now, &chain);
}

/* Drawn however it starts, so that the watches that follow are the same. */
static void start_watch(struct agent *a, uint32_t i, ns_t now, bool stationary)
{
	struct loop_state *st = &a->loop[model_of(a)->n_loops + 1 + i];
	ns_t left;

	agent_draws_for(a, ACTOR_WATCH, i);
	left = sc_watch_left(&a->objects, agent_draw(a, DRAW_TIMEOUT, 0));
	st->next = stationary;
	st->watching = stationary;
	agent_wake(a, ACTOR_WATCH, i, stationary ? now + left : now);
}

/* The relist; and for the evented design its stream and its timer.  Inspectors start when a
 * relist wakes them, the polling cache's refresher with the first sync. */
static void start_pleg(struct agent *a, ns_t now, bool stationary)
{
	ns_t first = now;

	agent_draws_for(a, ACTOR_PLEG, PLEG_LOOP);
	if (stationary)
		first += rng_span(agent_draw(a, DRAW_PHASE, 0), 0, a->pleg.period);
	a->pleg.next_relist = first;
	agent_wake(a, ACTOR_PLEG, PLEG_LOOP, first);
	if (a->plan->pleg.kind != PLEG_KIND_EVENTED)
		return;
	if (stationary) {
		pleg_stream_opened(&a->pleg);
		now += rng_span(agent_draw(a, DRAW_PHASE, 1), 0, a->plan->pleg.update_period);
	} else {
		agent_wake(a, ACTOR_PLEG, PLEG_SIDE, now);
	}
	agent_wake(a, ACTOR_PLEG, PLEG_UPDATE, now);
}

void agent_scrape(struct agent *a, ns_t now)
{
	const struct kubelet_model *k = model_of(a);

	for (uint32_t i = 0; i < k->n_loops; i++)
		if (k->loops[i].timer == TIMER_REQUEST &&
			k->loops[i].trigger == TRIGGER_PERIOD && a->loop[i].next == 0)
			wakes_set(&a->wakes, slot_of(a, ACTOR_LOOP, i), now);
}

void loops_start(struct agent *a, ns_t now, bool stationary)
{
	const struct kubelet_model *k = model_of(a);

	a->n_ticks_waiting = 0;
	for (uint32_t i = 0; i < k->n_loops; i++) {
		const struct model_loop *l = &k->loops[i];
		ns_t at = now + l->first;

		agent_draws_for(a, ACTOR_LOOP, i);
		memset(&a->loop[i], 0, sizeof(a->loop[i]));
		loop_takes_part(a, i);
		if (stationary && l->timer != TIMER_REQUEST)
			at = now + rng_residual(agent_draw(a, DRAW_PHASE, 0), l->period,
					   period_end(l));
		if (stationary)
			for (uint32_t c = 0; c < l->n_calls; c++)
				a->loop[i].last[c] = at - rng_span(agent_draw(a, DRAW_PHASE, c),
								  0, l->calls[c].at_most_every);
		if (l->timer == TIMER_REQUEST || a->loop[i].off) {
			agent_wake(a, ACTOR_LOOP, i, NS_NEVER);
			continue;
		}
		a->loop[i].phase = at;
		agent_sleep(a, ACTOR_LOOP, i, at);
	}
	for (uint32_t i = 0; i < k->n_watches; i++)
		start_watch(a, i, now, stationary);
	agent_wake(a, ACTOR_STARTUP, 0, stationary ? NS_NEVER : now);
	if (!stationary)
		agent_happens(a, TRIGGER_KUBELET_START, now);
	start_pleg(a, now, stationary);
}
