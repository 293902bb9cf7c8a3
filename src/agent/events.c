/* SPDX-License-Identifier: Apache-2.0 */
/* Events: a queue of a thousand, a filter against spam, one goroutine that sends.
 * client-go tools/record event.go recordToSink, events_cache.go (v1.20.2). */
#include "agent/agent_priv.h"

/* The spam filter: 25 events at once for a source and object, then one in five minutes. */
static bool is_spam(const struct agent *a, ns_t *refill, ns_t now)
{
	const struct kubelet_model *k = model_of(a);
	ns_t full_at = *refill > now ? *refill : now;

	if (k->events.spam_burst == 0)
		return false;
	if (full_at + k->events.spam_refill - k->events.spam_refill * k->events.spam_burst >
		now)
		return true;
	*refill = full_at + k->events.spam_refill;
	return false;
}

static void raise_one(struct agent *a, struct event_item e, ns_t now)
{
	ns_t *refill =
		e.pod == EVENT_OF_NODE ? &a->node_event_refill : &a->pod[e.pod].event_refill;

	if (is_spam(a, refill, now))
		return;
	if (a->events.n == EVENT_QUEUE) {
		a->dropped_events++;
		return;
	}
	*(struct event_item *)fifo_add(&a->events, a->chunks, sizeof(e)) = e;
	a->queued_events++;
	if (!a->event_sending && wakes_at(&a->wakes, slot_of(a, ACTOR_EVENTS, 0)) == NS_NEVER)
		agent_rouse(a, ACTOR_EVENTS, 0, now);
}

/* A POST each, or a PATCH that counts where the same were raised before (a container that is
 * started again). */
void event_raise(struct agent *a, struct event_item e, uint32_t n, ns_t now)
{
	if (!model_of(a)->events.enabled)
		return;
	for (uint32_t i = 0; i < n; i++) {
		e.nth = i & 127;
		raise_one(a, e, now);
	}
}

/* "Back-off restarting failed container", at every sync that finds a container waiting
 * (kuberuntime_manager.go doBackOff). */
void event_back_off(struct agent *a, uint32_t pod, uint32_t c, ns_t now)
{
	event_raise(a, event_of(pod, EVENT_BACK_OFF, c, a->pod[pod].back_off_told >> c & 1), 1,
		now);
	a->pod[pod].back_off_told |= (uint16_t)(1u << c);
}

void events_of_start(struct agent *a, ns_t now)
{
	event_raise(a, event_of(EVENT_OF_NODE, EVENT_KUBELET_STARTS, 0, false),
		model_of(a)->events.per_start, now);
}

/* The warning that every sync of such a workload raises, about the node and about the pod: a
 * POST, then PATCHes that count, of which the filter lets few through about the one node
 * (network/dns/dns.go:364). */
void event_warn(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	if (!a->plan->workload->warning_event_per_sync)
		return;
	event_raise(a, event_of(EVENT_OF_NODE, EVENT_CONFIG, 0, a->node_warned), 1, now);
	a->node_warned = true;
	event_raise(a, event_of(pod, EVENT_CONFIG, 0, p->warned), 1, now);
	p->warned = true;
}

static struct event_item failed_sync(const struct agent *a, uint32_t pod)
{
	return event_of(pod, EVENT_FAILED_SYNC, 0, a->pod[pod].failed_told);
}

/* "Error syncing pod", until 1.8 (pod_workers.go managePodLoop). */
void event_failed_sync(struct agent *a, uint32_t pod, ns_t now)
{
	event_raise(a, failed_sync(a, pod), model_of(a)->events.per_failed_sync, now);
	a->pod[pod].failed_told = true;
}

/* "error determining status", of every version (managePodLoop); until 1.8 it is the event of
 * any sync that fails, which is told anyway. */
void event_status_unknown(struct agent *a, uint32_t pod, ns_t now)
{
	if (model_of(a)->events.per_failed_sync)
		return;
	event_raise(a, failed_sync(a, pod), 1, now);
	a->pod[pod].failed_told = true;
}

/* In the order in which they were raised: one goroutine takes them from a channel (event.go
 * StartEventWatcher). */
void events_step(struct agent *a, ns_t now, struct effects *out)
{
	struct event_item e;

	a->event_sending = a->events.n > 0;
	if (!a->event_sending)
		return;
	e = *(const struct event_item *)fifo_first(&a->events, sizeof(e));
	fifo_drop(&a->events, a->chunks, sizeof(e));
	agent_request(a, out, slot_of(a, ACTOR_EVENTS, 0), now,
		(struct agent_request){.call = e.known ? API_PATCH_EVENTS : API_CREATE_EVENTS,
			.client = (uint8_t)model_of(a)->events.client,
			.pod = e.pod == EVENT_OF_NODE ? REQUEST_NO_POD : e.pod,
			.key = event_key(e)});
}
