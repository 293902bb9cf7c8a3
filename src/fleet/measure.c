/* SPDX-License-Identifier: Apache-2.0 */
/* What agents' notes mean to the measurements.  Times are counted where the first window has
 * them. */
#include "fleet/queue.h"

static bool in_window(const struct node *n, unsigned side, ns_t at)
{
	const struct fleet_window *w = &n->plan->params->window[0];

	return at >= w->from[side] && at < w->until[side];
}

/* Inside some window: of a run with phases, all of them count. */
enum { NO_WINDOW = FLEET_WINDOWS };

static uint32_t window_at(const struct node *n, ns_t at)
{
	for (uint32_t w = 0; w < n->plan->params->n_windows; w++)
		if (at >= n->plan->params->window[w].from[1] &&
			at < n->plan->params->window[w].until[1])
			return w;
	return NO_WINDOW;
}

static bool in_any_window(const struct node *n, ns_t at)
{
	return window_at(n, at) != NO_WINDOW;
}

bool node_measures(const struct node *n, ns_t now)
{
	return in_window(n, 1, now);
}

struct fleet_requests *node_requests(struct node *n, ns_t now, uint16_t call)
{
	return in_window(n, 1, now) ? &n->result->requests[call] : NULL;
}

void node_request_over(struct node *n, ns_t now, const struct node_request *q)
{
	ns_t from = n->plan->params->window[0].from[1];

	if (q->wanted_at < from && in_window(n, 1, now))
		n->result->requests[q->call].under_way_before++;
}

static uint64_t *try_of(struct fleet_requests *counts, enum fleet_try what)
{
	switch (what) {
	case TRY_OFFERED:
		return &counts->offered;
	case TRY_THROTTLED:
		return &counts->throttled;
	case TRY_SENT:
		return &counts->sent;
	case TRY_RETRIED:
		return &counts->retried;
	case TRY_FAILED:
	case FLEET_TRIES:
		break;
	}
	return &counts->failed;
}

static void tried_in_second(struct node *n, ns_t now, uint16_t call, enum fleet_try what)
{
	ns_t from = n->plan->params->window[0].from[1];

	if (n->result->tried)
		fleet_tried(n->result, what, call)[(now - from) / NS_S]++;
}

void node_tried(struct node *n, ns_t now, uint16_t call, enum fleet_try what)
{
	if (!in_window(n, 1, now))
		return;
	++*try_of(&n->result->requests[call], what);
	if (n->plan->together)
		tried_in_second(n, now, call, what);
}

void node_tried_late(struct node *n, ns_t now, uint16_t call, enum fleet_try what)
{
	if (!n->plan->together && in_window(n, 1, now))
		tried_in_second(n, now, call, what);
}

struct fleet_ending *node_ending(struct node *n, ns_t now)
{
	bool ends = now >= n->plan->ends_from && now < n->plan->params->window[0].until[1];

	return ends ? &n->result->ending : NULL;
}

static void death_seen(struct node *n, ns_t now, const struct agent_note *note)
{
	size_t i = (size_t)note->pod * n->plan->agent.containers + note->container;

	if (in_window(n, 0, now) && n->mock.records.exited_at[i] <= now)
		hist_add(&n->result->detection, now - n->mock.records.exited_at[i]);
}

/* Every change that this read shows for the first time is that old by now. */
static void object_read(struct node *n, ns_t now, const struct agent_note *note)
{
	uint32_t volume = note->container;
	struct mount *m = &n->agent.mount[note->pod * n->plan->agent.volumes + volume];
	uint32_t key = agent_object_key(
		&n->plan->agent, volume, note->pod, n->agent.pod[note->pod].namespace);
	uint32_t version = note->value == NOTE_LIVE && n->plan->world ? m->version
			   : note->value == NOTE_LIVE ? api_object_version(&n->plan->api,
								n->index, volume, key, now)
						      : note->value;

	if (m->version != 0 && in_window(n, 1, now) && !n->plan->world)
		for (uint32_t v = m->version + 1; v <= version; v++)
			hist_add(&n->result->staleness,
				now - api_object_changed_at(
					      &n->plan->api, n->index, volume, key, v));
	if (m->version != 0 && version > m->version)
		agent_object_changed(&n->agent, now);
	m->version = version;
}

static void relist(struct node *n, ns_t now, const struct agent_note *note)
{
	for (uint32_t w = 0; w < n->plan->params->n_windows; w++) {
		if (now < n->plan->params->window[w].from[0] ||
			now >= n->plan->params->window[w].until[0])
			continue;
		n->result->relists[w]++;
		n->result->relist_time[w] += (uint64_t)(now - note->from);
	}
	if (!in_window(n, 0, now))
		return;
	hist_add(&n->result->relist_duration, now - note->from);
	if (note->before >= 0)
		hist_add(&n->result->relist_interval, note->from - note->before);
}

static void pod_step(struct node *n, ns_t now, const struct agent_note *note)
{
	budget_step(n, now, note);
	if (note->value <= POD_STEP_STARTED && n->created_at[note->pod] != NS_NEVER &&
		in_window(n, 1, now))
		hist_add(&n->result->step[note->value], now - n->created_at[note->pod]);
	n->result->pods_started += note->value == POD_STEP_STARTED && in_any_window(n, now);
}

/* A status that shows something running is through.  The last is what recordings have, of the
 * phase in which the pod was created. */
static void running_status(struct node *n, ns_t now, uint32_t pod)
{
	if (n->plan->params->n_windows > 1
			? window_at(n, now) == window_at(n, n->created_at[pod])
			: in_window(n, 1, now))
		n->status_at[pod] = now;
}

void node_pod_completed(struct node *n, ns_t now, uint32_t pod)
{
	ns_t ended = 0;

	for (uint32_t c = 0; c < n->plan->agent.containers; c++) {
		ns_t at =
			n->mock.records.exited_at[(size_t)pod * n->plan->agent.containers + c];

		ended = at > ended ? at : ended;
	}
	n->result->pods_completed += in_any_window(n, now);
	if (in_window(n, 1, now))
		hist_add(&n->result->completed, now - ended);
}

void node_pod_gone(struct node *n, ns_t now, uint32_t pod)
{
	if (in_any_window(n, now)) {
		uint32_t w = window_at(n, n->deleted_at[pod]);

		n->result->pods_removed++;
		if (n->deleted_at[pod] != NS_NEVER)
			hist_add(&n->result->gone, now - n->deleted_at[pod]);
		if (n->result->gone_of && w != NO_WINDOW)
			hist_add(&n->result->gone_of[w], now - n->deleted_at[pod]);
	}
	budget_gone(n, pod); /* what is told of it yet is no start */
	node_pod_replaced(n, pod);
}

/* The first step that a pod which goes has not come to yet. */
static enum removal_step removal_next(const struct node *n, uint32_t pod)
{
	const struct records *r = &n->mock.records;
	bool runs = r->sandbox[pod] == RECORD_RUNNING;
	bool is_left = r->sandbox[pod] != RECORD_NONE;

	for (uint32_t c = 0; c < r->containers; c++) {
		record_t one = r->container[(size_t)pod * r->containers + c];

		runs |= record_state(one) == RECORD_RUNNING;
		is_left |= record_listed(one) > 0;
	}
	if (runs)
		return REMOVAL_STOPPED;
	return is_left ? REMOVAL_CLEANED_UP : REMOVAL_STEPS;
}

void node_pod_changed(struct node *n, ns_t now, uint32_t pod)
{
	enum removal_step next;

	if (n->deleted_at[pod] == NS_NEVER || n->removal[pod] == REMOVAL_STEPS)
		return;
	for (next = removal_next(n, pod); n->removal[pod] < next; n->removal[pod]++)
		if (in_window(n, 1, now))
			hist_add(
				&n->result->removal[n->removal[pod]], now - n->deleted_at[pod]);
}

void node_pod_replaced(struct node *n, uint32_t pod)
{
	uint32_t w = window_at(n, n->created_at[pod]);

	if (n->created_at[pod] != NS_NEVER && n->status_at[pod] != NS_NEVER) {
		hist_add(&n->result->running, n->status_at[pod] - n->created_at[pod]);
		if (n->result->running_of && w != NO_WINDOW)
			hist_add(&n->result->running_of[w],
				n->status_at[pod] - n->created_at[pod]);
	}
	n->status_at[pod] = NS_NEVER;
	n->created_at[pod] = NS_NEVER;
}

void node_measure(struct node *n, ns_t now, const struct agent_note *note)
{
	switch (note->kind) {
	case NOTE_DIED_SEEN:
		death_seen(n, now, note);
		return;
	case NOTE_OBJECT_READ:
		object_read(n, now, note);
		return;
	case NOTE_RELIST:
		relist(n, now, note);
		return;
	case NOTE_POD_STATUS:
		if (note->value)
			running_status(n, now, note->pod);
		return;
	case NOTE_POD_STEP:
		pod_step(n, now, note);
		return;
	case NOTE_HEALTH:
		ready_told(n, now, note->value);
		return;
	case NOTE_PROBED:
		n->result->http_probes += in_window(n, 1, now) ? note->value : 0;
		return;
	case NOTE_READY:
		n->result->readiness_changes += in_window(n, 1, now) ? note->value : 0;
		return;
	}
}

void node_measure_end(struct node *n, ns_t now)
{
	struct fleet_result *r = n->result;
	uint32_t of_objects = 0;

	ending_measure(n, now);
	for (uint32_t p = 0; p < n->plan->places; p++)
		node_pod_replaced(n, p);
	r->open_watches += agent_open_watches(&n->agent, now, &of_objects);
	r->open_object_watches += of_objects;
	r->distinct_objects += n->agent.objects.n_live;
	for (uint32_t p = 0; p < n->plan->places; p++)
		r->object_references +=
			n->agent.pod[p].known * n->plan->agent.workload->n_objects;
	r->events_dropped += n->agent.dropped_events;
	r->pleg_events_dropped += n->agent.pleg.dropped;
	r->pulls_refused += n->agent.refused_pulls;
	ready_end(n, now);
	for (const struct queued *w = n->streams.waiting.first; w; w = w->next)
		r->open_watches -= w->q.timeout > 0;
	for (uint32_t p = 0; p < n->plan->places; p++)
		r->stored_pods += n->shard.pod[p].exists;
	r->hang_ups += n->agent.hang_ups - n->unconnected;
	r->unhealthy_nodes += !pleg_is_healthy(&n->agent.pleg, now);
}
