/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/apiserver.h"

#include <assert.h>
#include <string.h>

#include "base/rng.h"
#include "models/costs.h"

enum { DRAW_LATENCY = 201, DRAW_WATCH, DRAW_CHANGE, DRAW_TOLD, DRAW_ARRIVAL };

static void dist_from(struct dist *d, const struct latency *l)
{
	dist_init(d, l->mean, l->per_record, l->p50, l->p99);
}

/* Of one kind, that pods of a node refer to at most. */
static uint32_t distinct(const struct workload_model *w, uint32_t object, uint32_t pods)
{
	switch (w->objects[object].shared_by) {
	case SHARED_POD:
		return pods;
	case SHARED_NAMESPACE:
		return w->namespaces < pods ? w->namespaces : pods;
	case SHARED_NODE:
	case SHARED_CLUSTER:
		break;
	}
	return 1;
}

static void init_changes(struct api *api, uint32_t pods)
{
	const struct workload_model *w = api->workload;
	uint32_t all = 0;

	api->change_step = w->update_object_every;
	for (uint32_t i = 0; i < w->n_objects; i++) {
		api->change_turn[i] = all;
		api->change_turns[i] = distinct(w, i, pods);
		all += api->change_turns[i];
	}
	for (uint32_t i = 0; i < w->n_objects; i++)
		api->change_every[i] = !api->change_step      ? w->objects[i].update_every
				       : api->change_turns[i] ? api->change_step * all
							      : 0;
}

/* The same latency has one distribution. */
static uint8_t dist_for(
	struct api *api, const struct latency *of[], const struct latency *latency)
{
	uint8_t i = 0;

	while (i < api->n_dists && of[i] != latency)
		i++;
	if (i < api->n_dists)
		return i;
	of[api->n_dists++] = latency;
	dist_from(&api->dist[i], latency);
	return i;
}

static const struct latency *latency_of(
	const struct scenario *s, const char *verb, const char *resource)
{
	const struct apiserver_model *m = &s->apiserver;

	for (uint32_t i = 0; i < m->n_latency; i++) {
		const struct call_name *name = &s->calls.name[m->latency[i].call];

		if (!strcmp(name->verb, verb) && !strcmp(name->resource, resource))
			return &m->latency[i].latency;
	}
	return &m->other;
}

static void init_latencies(struct api *api, const struct scenario *s)
{
	const struct latency *of[2 * API_LAT_MAX + 2] = {NULL};

	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		for (unsigned quorum = 0; quorum < 2; quorum++) {
			bool cached;
			const struct latency *l =
				costs_latency(s, (uint16_t)c, quorum != 0, &cached);

			api->dist_of[c][quorum] = dist_for(api, of, l);
		}
	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		api->bytes[c] = costs_bytes(s, (uint16_t)c);
}

static void lane_asks(struct api *api, uint32_t lane, uint16_t call, uint32_t bytes)
{
	uint32_t i = (uint32_t)(api->first[lane + 1] - api->first[1]);

	if (call < CALL_API)
		return;
	api->asks[i] = (uint8_t)call;
	api->own_bytes[i] = bytes;
	api->first[lane + 1]++;
}

/* Where each lane's sequences are. */
static void init_lanes(struct api *api, const struct scenario *s)
{
	const struct kubelet_model *k = &s->kubelet;

	api->lanes = lanes_of(k);
	api->first[1] = (uint16_t)(s->calls.n - CALL_API);
	for (uint32_t lane = 1; lane < api->lanes; lane++) {
		api->lane_name[lane] = lane_name(k, lane);
		api->first[lane + 1] = api->first[lane];
		if (lane <= k->n_loops) {
			const struct model_loop *l = &k->loops[lane - 1];

			for (uint32_t i = 0; i < l->n_calls; i++)
				lane_asks(api, lane, l->calls[i].call, l->calls[i].bytes);
		} else {
			const struct model_watch *w = &k->watches[lane - 1 - k->n_loops];

			lane_asks(api, lane, w->list, 0);
			lane_asks(api, lane, w->watch, 0);
		}
	}
	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		api->call_name[c] = rng_name(s->calls.name[c].verb) * 31 +
				    rng_name(s->calls.name[c].resource);
}

/* The sequence for a lane's calls of that class. */
static uint32_t sequence_of(const struct api *api, uint16_t call, uint32_t lane)
{
	uint32_t i = api->first[lane];

	if (lane == LANE_MECHANISMS)
		return call - CALL_API;
	while (api->asks[i - api->first[1]] != call)
		i++;
	assert(i < api->first[lane + 1]);
	return i;
}

void api_init(struct api *api, const struct scenario *s, uint64_t seed, uint32_t pods)
{
	const struct apiserver_model *m = &s->apiserver;

	*api = (struct api){.model = m, .workload = &s->workload, .seed = seed, .pods = pods};
	dist_from(&api->watch_delay, &m->watch_delay);
	dist_from(&api->creation, latency_of(s, "create", "pods"));
	api->deletion_write = latency_of(s, "delete", "pods")->mean / 2;
	init_latencies(api, s);
	init_changes(api, s->workload.pods);
	init_lanes(api, s);
	for (uint32_t i = 0; i < s->kubelet.n_watches; i++)
		api->told_every[s->kubelet.watches[i].watch] =
			s->kubelet.watches[i].change_every;
}

void api_shard_of_pods(
	struct api_shard *shard, const struct api *api, uint32_t node, struct arena *mem)
{
	*shard = (struct api_shard){.api = api, .node = node};
	shard->pod = ARENA_ARRAY(mem, struct api_pod, api->pods);
}

void api_shard_init(struct api_shard *shard, const struct api *api, uint32_t node, uint64_t key,
	struct arena *mem)
{
	api_shard_of_pods(shard, api, node, mem);
	shard->key = key;
	shard->capacity = 4 * api->pods + 16;
	shard->event = ARENA_ROOM(mem, struct api_event, shard->capacity);
	shard->latest = ARENA_ROOM(mem, uint64_t, api->first[api->lanes]);
	for (uint32_t lane = 0; lane < api->lanes; lane++)
		for (uint32_t i = api->first[lane]; i < api->first[lane + 1]; i++) {
			uint32_t call = lane ? api->asks[i - api->first[1]] : CALL_API + i;

			shard->latest[i] = rng_draw(
				key, DRAW_LATENCY, api->call_name[call], api->lane_name[lane]);
		}
}

/* ------------------------------------------------------------------ the pod watch */

/* A kubelet that is told late is told of a pod's last status, where it has still to be told of
 * one: those in between would come all at once, and be bounded by nothing. */
static bool is_told_later(struct api_shard *s, uint32_t pod, uint32_t status)
{
	for (uint32_t i = s->n_events; i-- > 0;) {
		struct api_event *e = &s->event[(s->event_head + i) % s->capacity];

		if (e->pod != pod)
			continue;
		if (e->kind != API_POD_STATUS)
			return false;
		e->status = status;
		return true;
	}
	return false;
}

/* A watch tells in the order of writing, so one event can be late because of another. */
static void tell(
	struct api_shard *s, ns_t now, uint32_t pod, enum api_event_kind kind, uint32_t status)
{
	ns_t at = now + s->telling +
		  dist_draw(&s->api->watch_delay,
			  rng_draw(s->key, DRAW_WATCH, pod, s->pod[pod].told++), 0);

	if (kind == API_POD_STATUS && s->telling >= NS_S && is_told_later(s, pod, status))
		return;
	assert(s->n_events < s->capacity);
	if (at < s->last_event_at)
		at = s->last_event_at;
	s->last_event_at = at;
	s->event[(s->event_head + s->n_events++) % s->capacity] =
		(struct api_event){at, status, (uint16_t)pod, (uint8_t)kind};
}

struct api_event api_take(struct api_shard *s)
{
	struct api_event e = s->event[s->event_head];

	assert(s->n_events > 0);
	s->event_head = (s->event_head + 1) % s->capacity;
	s->n_events--;
	return e;
}

ns_t api_pod_arrival(const struct api_shard *s, uint32_t pod)
{
	return dist_draw(
		&s->api->creation, rng_draw(s->key, DRAW_ARRIVAL, pod, s->pod[pod].told), 0);
}

void api_pod_create(struct api_shard *s, ns_t now, uint32_t pod)
{
	s->pod[pod] = (struct api_pod){.exists = true, .told = s->pod[pod].told};
	tell(s, now, pod, API_POD_ADDED, 0);
}

void api_pod_delete(struct api_shard *s, ns_t now, uint32_t pod)
{
	if (!s->pod[pod].exists || s->pod[pod].deleting)
		return;
	s->pod[pod].deleting = true;
	tell(s, now, pod, API_POD_DELETING, s->pod[pod].status);
}

void api_pod_remove(struct api_shard *s, ns_t now, uint32_t pod)
{
	s->pod[pod].exists = false;
	tell(s, now, pod, API_POD_REMOVED, s->pod[pod].status);
}

void api_pod_place(struct api_shard *s, uint32_t pod, uint32_t status)
{
	s->pod[pod] = (struct api_pod){.exists = true, .status = status};
}

void api_pods_listed(struct api_shard *s, ns_t now)
{
	s->last_event_at = now > s->last_event_at ? now : s->last_event_at;
	for (uint32_t p = 0; p < s->api->pods; p++) {
		if (!s->pod[p].exists)
			continue;
		assert(s->n_events < s->capacity);
		s->event[(s->event_head + s->n_events++) % s->capacity] = (struct api_event){
			s->last_event_at, s->pod[p].status, (uint16_t)p, API_POD_ADDED};
	}
}

/* ------------------------------------------------------------------ objects */

/* Objects that pods of several nodes share change for all of them at once; where those are more
 * than a node has, several have the same turn. */
static ns_t first_change(const struct api *api, uint32_t node, uint32_t object, uint32_t key)
{
	enum sharing shared = api->workload->objects[object].shared_by;
	bool local = shared == SHARED_POD || shared == SHARED_NODE;
	uint64_t draw =
		rng_draw(rng_key(api->seed, local ? node + 1 : 0), DRAW_CHANGE, object, key);

	if (api->change_step > 0)
		return api->change_step *
		       (api->change_turn[object] + key % api->change_turns[object] + 1);
	return rng_span(draw, 0, api->change_every[object]);
}

uint32_t api_object_version(
	const struct api *api, uint32_t node, uint32_t object, uint32_t key, ns_t now)
{
	ns_t first;

	if (api->change_every[object] <= 0)
		return 1;
	first = first_change(api, node, object, key);
	return now < first ? 1 : 2 + (uint32_t)((now - first) / api->change_every[object]);
}

ns_t api_object_changed_at(
	const struct api *api, uint32_t node, uint32_t object, uint32_t key, uint32_t version)
{
	assert(version >= 2);
	return first_change(api, node, object, key) +
	       (ns_t)(version - 2) * api->change_every[object];
}

/* ------------------------------------------------------------------ requests */

ns_t api_latency(struct api_shard *s, uint16_t call, bool quorum, uint32_t lane)
{
	const struct dist *d = &s->api->dist[s->api->dist_of[call][quorum]];

	return dist_draw(d, rng_mix(s->latest[sequence_of(s->api, call, lane)] += RNG_STEP), 0);
}

/* What a standing watch is about changes at an even pace, for all of its watchers at once. */
static uint64_t changes_until(const struct api *api, uint16_t call, ns_t at)
{
	ns_t every = api->told_every[call];
	ns_t first = rng_span(
		rng_draw(rng_key(api->seed, 0), DRAW_TOLD, api->call_name[call], 0), 0, every);

	return at < first ? 0 : 1 + (uint64_t)((at - first) / every);
}

/* A watch is answered when it ends, by the timeout that its client asked for.  Counted when
 * it opens, as in the audit log's ResponseStarted. */
static void watch(struct api_shard *s, ns_t now, const struct api_request *r, struct tally *t,
	struct api_answer *a)
{
	struct tally_counts *c = tally_spot(t, 1, now)->in;

	a->at += r->timeout;
	if (c && s->api->told_every[r->call] > 0)
		c->watch_events += changes_until(s->api, r->call, a->at) -
				   changes_until(s->api, r->call, now);
	if (!c || (r->call != API_WATCH_SECRETS && r->call != API_WATCH_CONFIGMAPS))
		return;
	c->watch_events += api_object_version(s->api, s->node, r->object, r->key, a->at) -
			   api_object_version(s->api, s->node, r->object, r->key, now);
}

/* A write is committed, and watchers are told, before its client has the answer; one that
 * changes nothing is none (storage/etcd3/store.go GuaranteedUpdate: bytes.Equal).  The final
 * DELETE of a pod is two writes: the grace period becomes 0, then the pod goes
 * (apiserver registry/generic/registry/store.go Delete, updateForGracefulDeletion); what has
 * been served already is told as far apart. */
static void pod_request(
	struct api_shard *s, ns_t now, const struct api_request *r, struct api_answer *a)
{
	struct api_pod *p = &s->pod[r->pod];
	ns_t committed = now + (a->at - now) / 2;

	if (!p->exists) {
		a->what = OUTCOME_NOT_FOUND;
		return;
	}
	a->value = p->status;
	if (r->call == API_DELETE_PODS) {
		p->exists = false;
		tell(s, committed, r->pod, API_POD_DELETING, p->status);
		tell(s, a->at > now ? a->at : now + s->api->deletion_write, r->pod,
			API_POD_REMOVED, p->status);
	} else if (r->call != API_GET_PODS) {
		a->value = r->status;
		if (p->status == r->status)
			return;
		p->status = r->status;
		tell(s, committed, r->pod, API_POD_STATUS, r->status);
	}
}

/* As large as its loop says, whose calls of one class are as large as the first of them; else
 * as the model says. */
static uint64_t size_of(const struct api *api, const struct api_request *r)
{
	uint32_t own = 0;

	if (r->lane != LANE_MECHANISMS)
		own = api->own_bytes[sequence_of(api, r->call, r->lane) - api->first[1]];
	return own ? own : api->bytes[r->call];
}

static void count_size(
	const struct api_shard *s, ns_t now, const struct api_request *r, struct tally *t)
{
	struct tally_counts *in = tally_spot(t, 1, now)->in;
	uint64_t bytes;

	if (!in)
		return;
	bytes = size_of(s->api, r);
	in->bytes[r->call] += bytes;
	in->unsized[r->call] += bytes == 0;
	in->quorum[r->call] += r->quorum;
	in->marked_pods += r->marks;
}

struct api_answer api_serve(
	struct api_shard *s, ns_t now, ns_t takes, const struct api_request *r, struct tally *t)
{
	struct api_answer a = {.at = now + takes, .what = OUTCOME_OK};

	switch (r->call) {
	case API_GET_PODS:
	case API_PATCH_PODS_STATUS:
	case API_UPDATE_PODS_STATUS:
	case API_DELETE_PODS:
		if (r->pod < s->api->pods)
			pod_request(s, now, r, &a);
		break;
	case API_GET_SECRETS:
	case API_GET_CONFIGMAPS:
		a.value = api_object_version(s->api, s->node, r->object, r->key, a.at);
		break;
	default:
		break;
	}
	tally_timed(t, (struct tally_call){r->call, a.what, now, a.at - r->wanted, r->held,
			       a.at - r->sent});
	if (a.what == OUTCOME_OK)
		count_size(s, now, r, t);
	if (r->timeout > 0)
		watch(s, now, r, t, &a);
	return a;
}

struct api_answer api_request(
	struct api_shard *s, ns_t now, const struct api_request *r, struct tally *t)
{
	struct api_request at_once = *r;

	at_once.sent = now;
	return api_serve(s, now, api_latency(s, r->call, r->quorum, r->lane), &at_once, t);
}
