/* SPDX-License-Identifier: Apache-2.0 */
/* Where a pod's start goes: every moment from its creation until a watcher is told that its
 * containers were started is spent on something. */
#include "fleet/node.h"

/* How far a pod's start is.  What its status manager asks matters once there is a status to
 * tell. */
enum start_phase { START_GOES_ON, START_KNOWN, START_HELD, START_SENT };

static void spend(struct pod_start *s, enum start_part part, ns_t now)
{
	s->spent[part] += now - s->at;
	s->at = now;
}

/* Places of fetch_left: a volume's own request, what is asked for an entry of the secret cache.
 */
static uint32_t place_of_mount(const struct node *n, uint32_t pod, uint32_t volume)
{
	return pod * n->plan->agent.volumes + volume;
}

static uint32_t place_of_entry(const struct node *n, uint32_t entry)
{
	return n->plan->places * n->plan->agent.volumes + entry;
}

void budget_stock(
	struct stock *s, const struct node_plan *plan, uint32_t nodes, struct arena *mem)
{
	stock_init(s, mem, nodes * plan->places, sizeof(struct pod_start));
}

void budget_init(struct node *n, struct arena *mem)
{
	n->start = ARENA_ARRAY(mem, struct pod_start *, n->plan->places);
	n->starts = n->plan->starts;
	if (!n->starts) {
		budget_stock(&n->own_starts, n->plan, 1, mem);
		n->starts = &n->own_starts;
	}
	n->fetch_left = ARENA_ARRAY(
		mem, struct fetch_left, place_of_entry(n, n->plan->agent.objects.entries + 1));
}

/* The pod's start, as long as its kubelet does not know that all of it runs; NULL. */
static struct pod_start *going_on(const struct node *n, uint32_t pod)
{
	struct pod_start *s = n->start[pod];

	return s && s->phase == START_GOES_ON ? s : NULL;
}

static void is_over(struct node *n, uint32_t pod)
{
	if (n->start[pod])
		stock_give(n->starts, n->start[pod]);
	n->start[pod] = NULL;
}

void budget_begin(struct node *n, ns_t now, uint32_t pod, ns_t arrival)
{
	if (!n->start[pod])
		n->start[pod] = stock_take(n->starts);
	*n->start[pod] = (struct pod_start){
		.at = now - arrival, .began = now - arrival, .phase = START_GOES_ON};
	spend(n->start[pod], PART_ARRIVAL, now);
}

void budget_burst(struct node *n, ns_t now, uint32_t pods)
{
	n->burst_at = now;
	n->burst_left = pods;
	n->bursts++;
}

void budget_of_burst(struct node *n, uint32_t pod)
{
	n->start[pod]->burst = n->bursts;
}

/* A burst is over when its last pod is seen running; if one goes before that it has no end. */
static void burst_is_seen(struct node *n, ns_t now, const struct pod_start *s)
{
	if (s->burst == 0 || s->burst != n->bursts || --n->burst_left > 0)
		return;
	if (node_measures(n, now))
		hist_add(&n->result->burst, now - s->began);
}

void budget_bound(struct node *n, ns_t now, uint32_t pod)
{
	struct pod_start *s = going_on(n, pod);

	if (s)
		spend(s, PART_SCHEDULER, now);
}

void budget_told(struct node *n, ns_t now, uint32_t pod)
{
	struct pod_start *s = going_on(n, pod);

	if (s)
		spend(s, PART_WATCH, now);
}

/* Who waits for one that was asked already waits for what was asked for the entry, under the
 * bulk watch for that of the node. */
static const struct fetch_left *waited_for(const struct node *n, const struct agent_note *note)
{
	const struct agent_plan *plan = &n->plan->agent;
	uint32_t mount = place_of_mount(n, note->pod, note->container);

	if (note->own)
		return &n->fetch_left[mount];
	return &n->fetch_left[place_of_entry(n, plan->objects.kind == SC_BULKWATCH
							? plan->objects.entries
							: n->agent.mount[mount].entry)];
}

/* The last of its volumes that waited has what it waited for. */
static void fetched(struct node *n, ns_t now, const struct agent_note *note)
{
	struct pod_start *s = n->start[note->pod];
	const struct fetch_left *f = waited_for(n, note);

	s->secrets_held += ns_max(0, ns_min(ns_min(f->held, f->at - s->at), now - s->at));
	spend(s, PART_SECRETS, now);
}

/* Some of its volumes wait from the first of these on until the last. */
static void fetches(struct node *n, ns_t now, const struct agent_note *note)
{
	struct pod_start *s = n->start[note->pod];

	if (!s->mounting)
		return;
	if (note->value == POD_STEP_FETCHES) {
		if (s->fetching++ == 0)
			spend(s, PART_VOLUMES, now);
	} else if (s->fetching > 0 && --s->fetching == 0) {
		fetched(n, now, note);
	}
}

void budget_step(struct node *n, ns_t now, const struct agent_note *note)
{
	static const enum start_part part_of[] = {
		[POD_STEP_WORKER] = PART_WORKER,
		[POD_STEP_MOUNTED] = PART_VOLUMES,
		[POD_STEP_SANDBOX] = PART_SANDBOX,
		[POD_STEP_STARTED] = PART_CONTAINERS,
		[POD_STEP_PULLS] = PART_CONTAINERS,
		[POD_STEP_PULLED] = PART_IMAGES,
		[POD_STEP_KNOWN] = PART_DETECTION,
	};
	struct pod_start *s = going_on(n, note->pod);

	if (!s)
		return;
	if (note->value > POD_STEP_KNOWN) {
		fetches(n, now, note);
		return;
	}
	spend(s, part_of[note->value], now);
	s->mounting = note->value == POD_STEP_WORKER;
	if (note->value == POD_STEP_KNOWN)
		s->phase = START_KNOWN;
}

/* ------------------------------------------------------------------ requests */

/* It may be one that volumes of starting pods wait for. */
void budget_asked(struct node *n, const struct node_request *q)
{
	const struct agent_plan *plan = &n->plan->agent;
	const struct fetch_left left = {q->at, q->held};
	uint32_t kind = plan->kind_of[q->actor];
	uint32_t index = q->actor - plan->first[kind];

	if (kind == ACTOR_REFLECTOR && !q->timeout) {
		n->fetch_left[place_of_entry(n, index)] = left;
	} else if (kind == ACTOR_MOUNT) {
		if (n->start[q->pod] && n->start[q->pod]->mounting)
			n->fetch_left[index] = left;
		if (plan->objects.kind == SC_CACHE && q->call != API_CREATE_TOKENS)
			n->fetch_left[place_of_entry(n, n->agent.mount[index].entry)] = left;
	}
}

/* The start whose end a request tells; NULL: it tells of something else. */
static struct pod_start *told_by(struct node *n, const struct node_request *q)
{
	bool of_status = q->call == API_GET_PODS || q->call == API_PATCH_PODS_STATUS ||
			 q->call == API_UPDATE_PODS_STATUS;

	return of_status && q->status & STATUS_STARTED ? n->start[q->pod] : NULL;
}

/* The one before it, if there was one, is answered. */
void budget_held(struct node *n, ns_t now, const struct node_request *q)
{
	struct pod_start *s = told_by(n, q);

	if (!s || s->phase < START_KNOWN)
		return;
	spend(s, s->phase == START_SENT ? PART_SERVER : PART_STATUS, now);
	s->phase = START_HELD;
}

void budget_sent(struct node *n, ns_t now, const struct node_request *q)
{
	struct pod_start *s = told_by(n, q);

	if (!s || s->phase != START_HELD)
		return;
	spend(s, PART_LIMITER, now);
	s->phase = START_SENT;
}

bool budget_goes_on(const struct node *n, ns_t now, uint32_t pod, ns_t *since)
{
	const struct pod_start *s = n->start[pod];

	*since = s ? s->began + s->spent[PART_IMAGES] : 0;
	return s && n->created_at[pod] <= now;
}

void budget_gone(struct node *n, uint32_t pod)
{
	is_over(n, pod);
}

/* One that somebody has seen is measured. */
static void measure(struct node *n, ns_t now, const struct pod_start *s)
{
	struct fleet_starts *starts = &n->result->starts;

	for (unsigned p = 0; p < START_PARTS; p++)
		hist_add(&starts->part[p], s->spent[p]);
	hist_add(&starts->secrets_held, s->secrets_held);
	hist_add(&starts->secrets_served, s->spent[PART_SECRETS] - s->secrets_held);
	hist_add(&starts->all, now - s->began);
	hist_add(&starts->without_images, now - s->began - s->spent[PART_IMAGES]);
}

void budget_seen(struct node *n, ns_t now, uint32_t pod)
{
	struct pod_start *s = n->start[pod];

	if (!s)
		return;
	spend(s, PART_SERVER, now);
	burst_is_seen(n, now, s);
	if (node_measures(n, now))
		measure(n, now, s);
	is_over(n, pod);
}
