/* SPDX-License-Identifier: Apache-2.0 */
/* What a run measures: empty at first, and added up over threads. */
#include <string.h>

#include "fleet/node.h"

void fleet_result_init(struct fleet_result *r, const struct fleet_params *p)
{
	const struct fleet_window *first = &p->window[0];
	uint32_t seconds =
		p->series ? (uint32_t)((first->until[0] - first->from[0] + NS_S - 1) / NS_S)
			  : 0;

	memset(r, 0, sizeof(*r));
	r->seconds = seconds;
	arena_init(&r->mem, 0);
	tally_init(&r->tally, &r->mem, p->n_windows, seconds);
	if (p->times)
		tally_keep_times(&r->tally, &r->mem);
	for (uint32_t w = 0; w < p->n_windows; w++) {
		memcpy(r->tally.window[w].from, p->window[w].from, sizeof(first->from));
		memcpy(r->tally.window[w].until, p->window[w].until, sizeof(first->until));
	}
	if (p->series) {
		ns_t span = first->until[1] - first->from[1];

		r->tenths = (uint32_t)((span + FLEET_TENTH - 1) / FLEET_TENTH);
		r->leases = ARENA_ARRAY(&r->mem, uint32_t, r->tenths);
		r->tried = ARENA_ARRAY(
			&r->mem, uint32_t, (size_t)FLEET_TRIES * CALLS_MAX * seconds);
		if (p->scenario->apiserver.processors)
			r->others = ARENA_ARRAY(&r->mem, uint32_t, (size_t)CALLS_MAX * seconds);
	}
	hist_reset(&r->detection);
	hist_reset(&r->staleness);
	hist_reset(&r->relist_duration);
	hist_reset(&r->relist_interval);
	hist_reset(&r->running);
	hist_reset(&r->burst);
	hist_reset(&r->gone);
	for (unsigned i = 0; i < REMOVAL_STEPS; i++)
		hist_reset(&r->removal[i]);
	if (p->n_windows > 1) {
		r->running_of = ARENA_ARRAY(&r->mem, struct hist, p->n_windows);
		r->gone_of = ARENA_ARRAY(&r->mem, struct hist, p->n_windows);
	}
	for (uint32_t w = 0; r->gone_of && w < p->n_windows; w++) {
		hist_reset(&r->running_of[w]);
		hist_reset(&r->gone_of[w]);
	}
	hist_reset(&r->completed);
	for (unsigned i = 0; i < sizeof(r->step) / sizeof(r->step[0]); i++)
		hist_reset(&r->step[i]);
	for (unsigned i = 0; i < START_PARTS; i++)
		hist_reset(&r->starts.part[i]);
	hist_reset(&r->starts.secrets_held);
	hist_reset(&r->starts.secrets_served);
	hist_reset(&r->starts.all);
	hist_reset(&r->starts.without_images);
}

static void requests_merge(struct fleet_requests *into, const struct fleet_requests *from)
{
	into->offered += from->offered;
	into->throttled += from->throttled;
	into->sent += from->sent;
	into->retried += from->retried;
	into->failed += from->failed;
	into->without_stream += from->without_stream;
	into->given_up += from->given_up;
	into->under_way_before += from->under_way_before;
	into->under_way += from->under_way;
}

/* By one of several threads: whatever it saw of them may be all that it saw. */
static bool were_tried(const struct fleet_result *r, uint16_t call)
{
	const struct fleet_requests *q = &r->requests[call];

	return q->offered || q->throttled || q->sent || q->retried || q->failed;
}

static void tried_merge(struct fleet_result *into, const struct fleet_result *from)
{
	for (uint16_t c = CALL_API; into->tried && c < CALLS_MAX; c++)
		for (unsigned what = 0; were_tried(from, c) && what < FLEET_TRIES; what++) {
			uint32_t *sum = fleet_tried(into, (enum fleet_try)what, c);
			const uint32_t *more = fleet_tried(from, (enum fleet_try)what, c);

			for (uint32_t s = 0; s < into->tally.seconds; s++)
				sum[s] += more[s];
		}
}

static void others_merge(struct fleet_result *into, const struct fleet_result *from)
{
	size_t n = (size_t)CALLS_MAX * into->seconds;

	for (size_t i = 0; into->others && i < n; i++)
		if (from->others[i]) /* the rest stay untouched pages */
			into->others[i] += from->others[i];
}

void fleet_result_merge(struct fleet_result *into, const struct fleet_result *from)
{
	tally_merge(&into->tally, &from->tally);
	hist_merge(&into->detection, &from->detection);
	hist_merge(&into->staleness, &from->staleness);
	hist_merge(&into->relist_duration, &from->relist_duration);
	hist_merge(&into->relist_interval, &from->relist_interval);
	hist_merge(&into->running, &from->running);
	hist_merge(&into->burst, &from->burst);
	hist_merge(&into->gone, &from->gone);
	for (unsigned i = 0; i < REMOVAL_STEPS; i++)
		hist_merge(&into->removal[i], &from->removal[i]);
	for (uint32_t w = 0; into->gone_of && w < into->tally.n_windows; w++) {
		hist_merge(&into->running_of[w], &from->running_of[w]);
		hist_merge(&into->gone_of[w], &from->gone_of[w]);
	}
	hist_merge(&into->completed, &from->completed);
	for (unsigned i = 0; i < sizeof(into->step) / sizeof(into->step[0]); i++)
		hist_merge(&into->step[i], &from->step[i]);
	for (unsigned i = 0; i < START_PARTS; i++)
		hist_merge(&into->starts.part[i], &from->starts.part[i]);
	hist_merge(&into->starts.secrets_held, &from->starts.secrets_held);
	hist_merge(&into->starts.secrets_served, &from->starts.secrets_served);
	hist_merge(&into->starts.all, &from->starts.all);
	hist_merge(&into->starts.without_images, &from->starts.without_images);
	for (unsigned i = 0; i < CALLS_MAX; i++)
		requests_merge(&into->requests[i], &from->requests[i]);
	tried_merge(into, from);
	others_merge(into, from);
	into->ending.offered += from->ending.offered;
	into->ending.answered += from->ending.answered;
	into->ending.failed += from->ending.failed;
	into->ending.unanswered += from->ending.unanswered;
	into->ending.pods += from->ending.pods;
	into->ending.pods_starting += from->ending.pods_starting;
	into->ending.pods_waiting += from->ending.pods_waiting;
	into->ending.watches += from->ending.watches;
	into->ending.watches_waiting += from->ending.watches_waiting;
	into->starts.overdue += from->starts.overdue;
	into->pods_started += from->pods_started;
	into->http_probes += from->http_probes;
	into->readiness_changes += from->readiness_changes;
	into->pods_completed += from->pods_completed;
	into->pods_removed += from->pods_removed;
	into->open_watches += from->open_watches;
	into->open_object_watches += from->open_object_watches;
	into->distinct_objects += from->distinct_objects;
	into->object_references += from->object_references;
	into->events_dropped += from->events_dropped;
	into->pleg_events_dropped += from->pleg_events_dropped;
	into->pulls_refused += from->pulls_refused;
	into->unhealthy_nodes += from->unhealthy_nodes;
	into->not_ready.nodes += from->not_ready.nodes;
	into->not_ready.unhealthy += from->not_ready.unhealthy;
	into->not_ready.silent += from->not_ready.silent;
	for (uint32_t i = 0; i < into->tenths; i++)
		into->leases[i] += from->leases[i];
	into->stored_pods += from->stored_pods;
	into->hang_ups += from->hang_ups;
	into->steps += from->steps;
	for (unsigned w = 0; w < FLEET_WINDOWS; w++) {
		into->relists[w] += from->relists[w];
		into->relist_time[w] += from->relist_time[w];
	}
	if (from->node_bytes > into->node_bytes)
		into->node_bytes = from->node_bytes;
}

/* Nobody is rejected: whatever is served was sent in that second, and wanted in it, but for
 * those that had to wait.  What fails has never left. */
void fleet_result_complete(struct fleet_result *r)
{
	for (uint16_t c = CALL_API; r->tried && c < CALLS_MAX; c++) {
		uint32_t *offered = fleet_tried(r, TRY_OFFERED, c);
		uint32_t *sent = fleet_tried(r, TRY_SENT, c);

		for (uint32_t s = 0; were_tried(r, c) && s < r->tally.seconds; s++) {
			uint32_t served = tally_second(&r->tally, c, s) -
					  tally_second_of(&r->tally, c, OUTCOME_LOST, s);

			offered[s] += served - sent[s];
			sent[s] = served;
		}
	}
}

/* Parts of that length, the last of which may not be whole. */
static uint32_t parts_of(ns_t span, ns_t each, uint32_t most)
{
	ns_t n = (span + each - 1) / each;

	return n < (ns_t)most ? (uint32_t)n : most;
}

void fleet_result_end_at(struct fleet_result *r, ns_t now)
{
	struct tally_window *w = &r->tally.window[0];
	ns_t span = now - w->from[1];

	for (unsigned side = 0; side < 2; side++)
		if (w->until[side] > now)
			w->until[side] = now > w->from[side] ? now : w->from[side] + 1;
	if (span < 0)
		span = 0;
	r->tally.seconds = parts_of(span, NS_S, r->tally.seconds);
	r->tenths = parts_of(span, FLEET_TENTH, r->tenths);
}

void fleet_result_fini(struct fleet_result *r)
{
	arena_fini(&r->mem);
}
