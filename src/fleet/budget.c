/* SPDX-License-Identifier: Apache-2.0 */
/* Where a pod's start goes: every moment from its creation until a watcher is told that its
 * containers were started is spent on something. */
#include "fleet/node.h"

/* How far a pod's start is.  What its status manager asks matters once there is a status to
 * tell. */
enum { START_OVER, START_GOES_ON, START_KNOWN, START_HELD, START_SENT };

static void spend(struct pod_start *s, enum start_part part, ns_t now)
{
	s->spent[part] += now - s->at;
	s->at = now;
}

void budget_begin(struct node *n, ns_t now, uint32_t pod)
{
	n->start[pod] = (struct pod_start){.at = now, .phase = START_GOES_ON};
}

void budget_burst(struct node *n, ns_t now, uint32_t pods)
{
	n->burst_at = now;
	n->burst_left = pods;
	n->bursts++;
}

void budget_of_burst(struct node *n, uint32_t pod)
{
	n->start[pod].burst = n->bursts;
}

/* A burst is over when its last pod is seen running; if one goes before that it has no end. */
static void burst_is_seen(struct node *n, ns_t now, const struct pod_start *s)
{
	if (s->burst == 0 || s->burst != n->bursts || --n->burst_left > 0)
		return;
	if (node_measures(n, now))
		hist_add(&n->result->burst, now - n->burst_at);
}

void budget_bound(struct node *n, ns_t now, uint32_t pod)
{
	if (n->start[pod].phase == START_GOES_ON)
		spend(&n->start[pod], PART_SCHEDULER, now);
}

void budget_told(struct node *n, ns_t now, uint32_t pod)
{
	if (n->start[pod].phase == START_GOES_ON)
		spend(&n->start[pod], PART_WATCH, now);
}

void budget_step(struct node *n, ns_t now, uint32_t pod, enum pod_step step)
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
	struct pod_start *s = &n->start[pod];

	if (s->phase != START_GOES_ON)
		return;
	spend(s, part_of[step], now);
	if (step == POD_STEP_KNOWN)
		s->phase = START_KNOWN;
}

/* The start whose end a request tells; NULL: it tells of something else. */
static struct pod_start *told_by(struct node *n, const struct node_request *q)
{
	bool of_status = q->call == API_GET_PODS || q->call == API_PATCH_PODS_STATUS ||
			 q->call == API_UPDATE_PODS_STATUS;

	return of_status && q->status & STATUS_STARTED ? &n->start[q->pod] : NULL;
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
	const struct pod_start *s = &n->start[pod];

	*since = n->created_at[pod] + s->spent[PART_IMAGES];
	return s->phase != START_OVER && n->created_at[pod] <= now;
}

void budget_gone(struct node *n, uint32_t pod)
{
	n->start[pod].phase = START_OVER;
}

void budget_seen(struct node *n, ns_t now, uint32_t pod)
{
	struct pod_start *s = &n->start[pod];
	struct fleet_starts *starts = &n->result->starts;

	if (s->phase == START_OVER)
		return;
	s->phase = START_OVER;
	spend(s, PART_SERVER, now);
	burst_is_seen(n, now, s);
	if (!node_measures(n, now))
		return;
	for (unsigned p = 0; p < START_PARTS; p++)
		hist_add(&starts->part[p], s->spent[p]);
	hist_add(&starts->all, now - n->created_at[pod]);
	hist_add(&starts->without_images, now - n->created_at[pod] - s->spent[PART_IMAGES]);
}
