/* SPDX-License-Identifier: Apache-2.0 */
/* Events: a queue of a thousand, a filter against spam, one goroutine that sends.
 * client-go tools/record event.go recordToSink, events_cache.go (v1.20.2). */
#include "agent/agent_priv.h"

enum { EVENT_QUEUE = 1000 };

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

/* About whom: its refill. */
static void raise_one(struct agent *a, ns_t *refill, bool known, ns_t now)
{
	if (is_spam(a, refill, now))
		return;
	if (a->n_events + a->n_event_patches == EVENT_QUEUE) {
		a->dropped_events++;
		return;
	}
	a->n_events += !known;
	a->n_event_patches += known;
	if (!a->event_sending && wakes_at(&a->wakes, slot_of(a, ACTOR_EVENTS, 0)) == NS_NEVER)
		agent_rouse(a, ACTOR_EVENTS, 0, now);
}

/* n events; a POST each, or a PATCH that counts where the same were raised before (a container
 * that is started again). */
void event_raise(struct agent *a, uint32_t pod, uint32_t n, bool known, ns_t now)
{
	if (!model_of(a)->events.enabled)
		return;
	for (uint32_t i = 0; i < n; i++)
		raise_one(a, &a->pod[pod].event_refill, known, now);
}

/* "Back-off restarting failed container", at every sync that finds a container waiting
 * (kuberuntime_manager.go doBackOff). */
void event_back_off(struct agent *a, uint32_t pod, uint32_t c, ns_t now)
{
	event_raise(a, pod, 1, a->pod[pod].back_off_told >> c & 1, now);
	a->pod[pod].back_off_told |= (uint16_t)(1u << c);
}

void events_of_start(struct agent *a, ns_t now)
{
	if (!model_of(a)->events.enabled)
		return;
	for (uint32_t i = 0; i < model_of(a)->events.per_start; i++)
		raise_one(a, &a->node_event_refill, false, now);
}

/* The warning that every sync of such a workload raises, about the node and about the pod: a
 * POST, then PATCHes that count, of which the filter lets few through about the one node
 * (network/dns/dns.go:364). */
void event_warn(struct agent *a, uint32_t pod, ns_t now)
{
	struct pod *p = &a->pod[pod];

	if (!model_of(a)->events.enabled || !a->plan->workload->warning_event_per_sync)
		return;
	raise_one(a, &a->node_event_refill, a->node_warned, now);
	a->node_warned = true;
	raise_one(a, &p->event_refill, p->warned, now);
	p->warned = true;
}

/* "Error syncing pod", until 1.8 (pod_workers.go managePodLoop). */
void event_failed_sync(struct agent *a, uint32_t pod, ns_t now)
{
	event_raise(a, pod, model_of(a)->events.per_failed_sync, a->pod[pod].failed_told, now);
	a->pod[pod].failed_told = true;
}

/* "error determining status", of every version (managePodLoop); until 1.8 it is the event of
 * any sync that fails, which is told anyway. */
void event_status_unknown(struct agent *a, uint32_t pod, ns_t now)
{
	if (model_of(a)->events.per_failed_sync)
		return;
	event_raise(a, pod, 1, a->pod[pod].failed_told, now);
	a->pod[pod].failed_told = true;
}

void events_step(struct agent *a, ns_t now, struct effects *out)
{
	bool patch = a->n_events == 0;

	a->event_sending = a->n_events + a->n_event_patches > 0;
	if (!a->event_sending)
		return;
	a->n_events -= !patch;
	a->n_event_patches -= patch;
	agent_request(a, out, slot_of(a, ACTOR_EVENTS, 0), now,
		(struct agent_request){.call = patch ? API_PATCH_EVENTS : API_CREATE_EVENTS,
			.client = (uint8_t)model_of(a)->events.client});
}
