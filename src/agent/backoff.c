/* SPDX-License-Identifier: Apache-2.0 */
/* The back-off of containers that exit again and again, each for itself: none for the first
 * restart, then 10 s, doubling to five minutes, counted from the exit.  kuberuntime_manager.go
 * doBackOff, getStableKey; client-go util/flowcontrol/backoff.go Next, IsInBackOffSince,
 * hasExpired, GC (v1.20.2). */
#include "agent/agent_priv.h"

static size_t index_of(const struct agent *a, uint32_t pod, uint32_t c)
{
	return (size_t)pod * a->plan->containers + c;
}

/* Whether its status has an instance that exited, the newest or one before. */
bool container_has_exited(const struct agent *a, uint32_t pod, uint32_t c)
{
	record_t r = a->pleg.cached[index_of(a, pod, c)];

	return record_state(r) == RECORD_EXITED ||
	       (record_state(r) != RECORD_RUNNING && record_dead(r) > 0);
}

/* All containers of a pod that runs to completion have ended. */
bool pod_is_through(const struct agent *a, uint32_t pod)
{
	if (pod < a->plan->batch_from)
		return false;
	for (uint32_t c = 0; c < a->plan->containers; c++)
		if (record_state(a->pleg.cached[index_of(a, pod, c)]) != RECORD_EXITED)
			return false;
	return true;
}

static ns_t length(const struct agent *a, size_t i)
{
	ns_t back_off = model_of(a)->worker.crash_back_off;
	ns_t max = model_of(a)->worker.crash_back_off_max;

	for (uint32_t step = 1; step < a->back_off_steps[i] && back_off < max; step++)
		back_off *= 2;
	return ns_min(back_off, max);
}

/* It ran for twice the longest back-off since it grew; or housekeeping has collected it, which
 * asks only how long ago it grew. */
static bool is_forgotten(const struct agent *a, size_t i)
{
	ns_t seen = a->view->exited_at[i] > a->back_offs_collected ? a->view->exited_at[i]
								   : a->back_offs_collected;

	return a->back_off_steps[i] == 0 ||
	       seen - a->backed_off_at[i] > 2 * model_of(a)->worker.crash_back_off_max;
}

bool back_off_is_on(const struct agent *a, uint32_t pod, uint32_t c, ns_t now)
{
	size_t i = index_of(a, pod, c);

	return container_has_exited(a, pod, c) && !is_forgotten(a, i) &&
	       now - a->view->exited_at[i] < length(a, i);
}

/* The container is started again. */
void back_off_grows(struct agent *a, uint32_t pod, uint32_t c, ns_t now)
{
	size_t i = index_of(a, pod, c);

	if (is_forgotten(a, i))
		a->back_off_steps[i] = 1;
	else if (length(a, i) < model_of(a)->worker.crash_back_off_max)
		a->back_off_steps[i]++;
	a->backed_off_at[i] = now;
}

/* When the first of the pod's back-offs is over. */
ns_t back_off_ends(const struct agent *a, uint32_t pod, ns_t now)
{
	ns_t first = NS_NEVER;

	for (uint32_t c = 0; c < a->plan->containers; c++) {
		size_t i = index_of(a, pod, c);

		if (back_off_is_on(a, pod, c, now))
			first = ns_min(first, a->view->exited_at[i] + length(a, i));
	}
	return first;
}

/* Another pod comes: the key has its UID. */
void back_off_forget(struct agent *a, uint32_t pod)
{
	for (uint32_t c = 0; c < a->plan->containers; c++)
		a->back_off_steps[index_of(a, pod, c)] = 0;
}
