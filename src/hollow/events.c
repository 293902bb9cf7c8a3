/* SPDX-License-Identifier: Apache-2.0 */
/* Events in words: each about the pod or the node that its agent raised it for.  Its name says
 * what it tells of, so that the same told again is found where it stands, and only how often is
 * kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "hollow/hollow_priv.h"
#include "rest/when.h"

struct event_told {
	struct event_told *next;
	uint32_t place; /* the pod's; REQUEST_NO_POD: of the node */
	uint32_t key, count;
};

/* A pod that another one has followed in its place. */
struct event_pod {
	struct event_pod *next;
	uint32_t place;
	uint64_t until; /* the last event that was raised before */
	struct hollow_pod pod;
};

static void forget(struct hollow *h, uint32_t place)
{
	for (struct event_told **link = &h->told_again, *e; (e = *link) != NULL;) {
		if (e->place != place) {
			link = &e->next;
			continue;
		}
		*link = e->next;
		free(e);
	}
}

void events_outlive(struct hollow *h, uint32_t place)
{
	const struct agent *a = &h->node.agent;
	struct hollow_pod *p = &h->pod[place];
	struct event_pod *gone;

	forget(h, place);
	if (!p->name || (!a->events.n && !a->event_sending))
		return;
	gone = calloc(1, sizeof(*gone));
	if (!gone)
		abort();
	*gone = (struct event_pod){h->gone, place, a->queued_events, *p};
	gone->pod.objects = NULL;
	h->gone = gone;
	p->name = p->containers = NULL;
}

/* Events leave in their order: whose last one is before that is told of no more. */
static void drop_gone(struct hollow *h, uint64_t number)
{
	for (struct event_pod **link = &h->gone, *e; (e = *link) != NULL;) {
		if (e->until >= number) {
			link = &e->next;
			continue;
		}
		*link = e->next;
		free(e->pod.name);
		free(e->pod.containers);
		free(e);
	}
}

void events_fini(struct hollow *h)
{
	drop_gone(h, UINT64_MAX);
	forget(h, REQUEST_NO_POD);
}

/* Who was in the place when the event was raised that is being sent: the last in the list,
 * which has the latest first. */
static const struct hollow_pod *pod_then(struct hollow *h, uint32_t place)
{
	const struct agent *a = &h->node.agent;
	const struct hollow_pod *p = &h->pod[place];

	drop_gone(h, a->queued_events - a->events.n);
	for (const struct event_pod *e = h->gone; e; e = e->next)
		if (e->place == place)
			p = &e->pod;
	return p;
}

/* How often that was told, with this time.  There are as many as kinds, containers, and what is
 * told of each. */
static uint32_t count_again(struct hollow *h, uint32_t place, uint32_t key)
{
	struct event_told *e = h->told_again;

	while (e && (e->place != place || e->key != key))
		e = e->next;
	if (e)
		return ++e->count;
	e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	*e = (struct event_told){.next = h->told_again, .place = place, .key = key, .count = 2};
	h->told_again = e;
	return e->count;
}

/* ------------------------------------------------------------------ words */

struct words {
	const char *type, *reason, *message; /* NULL: what the status is now */
};

/* kubelet.go BirthCry; image_gc_manager.go; kubelet_node_status.go recordNodeStatusEvent, in
 * the order of its setters (v1.20.2). */
static const struct words of_start[] = {
	{"Normal", "Starting", "Starting kubelet."},
	{"Warning", "InvalidDiskCapacity", "invalid capacity 0 on image filesystem"},
	{"Normal", "NodeHasSufficientMemory", NULL},
	{"Normal", "NodeHasNoDiskPressure", NULL},
	{"Normal", "NodeHasSufficientPID", NULL},
	{"Normal", "NodeReady", NULL},
};

/* kuberuntime_container.go startContainer, image_manager.go: the last ones, if it is fewer. */
static const struct words of_container[] = {
	{"Normal", "Pulled", "The image is there already for"},
	{"Normal", "Created", "Created"},
	{"Normal", "Started", "Started"},
};

/* events/event.go.  Those of a container go on with its name. */
static const struct words of_kind[EVENT_KINDS] = {
	[EVENT_ASKED] = {"Normal", "Asked", "A feature tells of it"},
	[EVENT_CONFIG] = {"Warning", "MissingClusterDNS",
		"No DNS of the cluster is configured"},
	[EVENT_PULL] = {"Normal", "Pulling", "Pulling the image of"},
	[EVENT_KILL] = {"Normal", "Killing", "Stopping"},
	[EVENT_BACK_OFF] = {"Warning", "BackOff", "Back-off before the next start of"},
	[EVENT_FAILED_SYNC] = {"Warning", "FailedSync", "Error syncing pod"},
	[EVENT_PROBE] = {"Warning", "Unhealthy", "A probe failed of"},
};

static const struct words *words_of(const struct hollow *h, struct event_item e)
{
	const uint32_t of_one = h->swarm->scenario.kubelet.events.per_container_start;

	switch ((enum event_kind)e.kind) {
	case EVENT_KUBELET_STARTS:
		return &of_start[e.nth % (sizeof(of_start) / sizeof(of_start[0]))];
	case EVENT_SANDBOX:
		return &of_container[e.nth % 3];
	case EVENT_START:
		return &of_container[(e.nth + (of_one < 3 ? 3 - of_one : 0)) % 3];
	case EVENT_ASKED:
	case EVENT_CONFIG:
	case EVENT_PULL:
	case EVENT_KILL:
	case EVENT_BACK_OFF:
	case EVENT_FAILED_SYNC:
	case EVENT_PROBE:
	case EVENT_KINDS:
		break;
	}
	return &of_kind[e.kind];
}

static bool is_of_container(struct event_item e)
{
	return e.kind == EVENT_PULL || e.kind == EVENT_START || e.kind == EVENT_KILL ||
	       e.kind == EVENT_BACK_OFF || e.kind == EVENT_PROBE;
}

/* A container of the pod; a pod of others may have less than the workload's. */
static const char *container_of(
	const struct hollow *h, const struct hollow_pod *p, struct event_item e, int *len)
{
	uint32_t kills = h->swarm->scenario.kubelet.events.per_container_kill;
	uint32_t c = e.kind == EVENT_KILL && kills ? e.nth / kills : e.container;
	const char *line = p->containers;

	for (const char *next; c > 0 && (next = strchr(line, '\n')) && next[1]; c--)
		line = next + 1;
	*len = (int)strcspn(line, "\t");
	return line;
}

static void put_words(const struct hollow *h, const struct hollow_pod *p, struct event_item e,
	struct str *out)
{
	const struct words *w = words_of(h, e);
	int len;

	str_addf(out, "\"type\":\"%s\",\"reason\":\"%s\",\"message\":\"", w->type, w->reason);
	if (!w->message)
		str_addf(out, "Node %s status is now: %s", h->name, w->reason);
	else
		str_add(out, w->message);
	if (e.kind == EVENT_SANDBOX) {
		str_add(out, " the pod's sandbox");
	} else if (p && p->containers && is_of_container(e)) {
		const char *name = container_of(h, p, e, &len);

		str_addf(out, " container %.*s", len, name);
	}
	str_add_char(out, '"');
}

/* ------------------------------------------------------------------ requests */

/* Who it is about; a feature's is about the node's pods by turns. */
struct about {
	const struct hollow_pod *pod; /* NULL: the node */
	const char *name, *namespace;
	uint32_t place;
};

static struct about about_of(struct hollow *h, const struct node_request *q)
{
	bool asked = event_of_key(q->key).kind == EVENT_ASKED;
	uint32_t i = asked && q->pod == REQUEST_NO_POD ? asked_pod(h) : q->pod;
	const struct hollow_pod *p = NULL;

	if (i < h->swarm->plan.places)
		p = asked ? &h->pod[i] : pod_then(h, i);
	if (!p || !p->name)
		return (struct about){NULL, h->name, "default", REQUEST_NO_POD};
	return (struct about){p, p->name, h->swarm->namespace[p->namespace], i};
}

/* What tells it from others about the same: of a container that is stopped which instance. */
static uint32_t number_of(
	const struct hollow *h, const struct about *of, const struct node_request *q)
{
	const struct event_item e = event_of_key(q->key);
	const struct agent *a = &h->node.agent;

	if (e.kind == EVENT_ASKED)
		return h->asked << 4;
	if (e.kind != EVENT_KILL || !of->pod)
		return q->key;
	return q->key |
	       (uint32_t)record_instance(a->pleg.cached[of->place * a->plan->containers]) << 16;
}

/* As event.go makeEvent, with the run's beginning, whose life it is about (pods that others
 * make may have one name after the other) and the number in place of the moment. */
static void put_name(const struct hollow *h, const struct about *of,
	const struct node_request *q, struct str *out)
{
	str_addf(out, "%s.%llx%08x%05x", of->name, (unsigned long long)h->swarm->began,
		rng_name(of->pod ? of->pod->uid : ""), number_of(h, of, q));
}

static void put_object(
	const struct hollow *h, const struct about *of, struct event_item e, struct str *out)
{
	const struct hollow_pod *p = of->pod;
	int len;

	str_addf(out,
		"\"involvedObject\":{\"kind\":\"%s\",\"namespace\":\"%s\",\"name\":\"%s\","
		"\"uid\":\"%s\",\"apiVersion\":\"v1\"",
		p ? "Pod" : "Node", p ? of->namespace : "", of->name, p ? p->uid : h->name);
	if (p && p->containers && is_of_container(e)) {
		const char *name = container_of(h, p, e, &len);

		str_addf(out, ",\"fieldPath\":\"spec.containers{%.*s}\"", len, name);
	}
	str_add(out, "},");
}

static void put_event(const struct hollow *h, const struct about *of,
	const struct node_request *q, struct str *out)
{
	const struct event_item e = event_of_key(q->key);
	char now[WHEN_BYTES];

	(void)when_text(now, (int64_t)time(NULL));
	str_add(out, "{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{\"name\":\"");
	put_name(h, of, q, out);
	str_addf(out, "\",\"namespace\":\"%s\"},", of->namespace);
	put_object(h, of, e, out);
	put_words(h, of->pod, e, out);
	str_addf(out,
		",\"source\":{\"component\":\"kubelet\",\"host\":\"%s\"},\"firstTimestamp\":"
		"\"%s\",\"lastTimestamp\":\"%s\",\"count\":1,"
		"\"reportingComponent\":\"kubelet\",\"reportingInstance\":\"%s\"}",
		h->name, now, now, h->name);
}

/* events_cache.go eventObserve: the patch of one that is told again. */
static void put_again(
	struct hollow *h, const struct about *of, const struct node_request *q, struct str *out)
{
	char now[WHEN_BYTES];
	uint32_t told = count_again(h, of->place, q->key);

	(void)when_text(now, (int64_t)time(NULL));
	str_addf(out, "{\"count\":%u,\"lastTimestamp\":\"%s\"}", told, now);
}

void event_address(struct hollow *h, const struct node_request *q, struct address *a)
{
	const struct about of = about_of(h, q);

	address_path(&a->path, "events", of.namespace);
	if (request_of(h, q) == API_CREATE_EVENTS) {
		h->asked += event_of_key(q->key).kind == EVENT_ASKED;
		put_event(h, &of, q, &a->body);
		return;
	}
	str_add_char(&a->path, '/');
	put_name(h, &of, q, &a->path);
	put_again(h, &of, q, &a->body);
}
