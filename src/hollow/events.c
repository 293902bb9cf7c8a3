/* SPDX-License-Identifier: Apache-2.0 */
/* Events in words.  The agent counts them: those of its start come first and are about the
 * node, all others are told of its first pod. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hollow/hollow_priv.h"
#include "rest/when.h"

/* kubelet.go BirthCry; image_gc_manager.go; kubelet_node_status.go recordNodeStatusEvent, in
 * the order of its setters (v1.20.2). */
static const struct words {
	const char *type, *reason, *message;
} of_start[] = {
	{"Normal", "Starting", "Starting kubelet."},
	{"Warning", "InvalidDiskCapacity", "invalid capacity 0 on image filesystem"},
	{"Normal", "NodeHasSufficientMemory", NULL},
	{"Normal", "NodeHasNoDiskPressure", NULL},
	{"Normal", "NodeHasSufficientPID", NULL},
	{"Normal", "NodeReady", NULL},
};

static uint32_t told_at_start(const struct hollow *h)
{
	return h->swarm->scenario.kubelet.events.per_start;
}

const struct hollow_pod *pod_of_events(const struct hollow *h)
{
	static const struct hollow_pod nobody = {0};

	return h->swarm->plan.places && h->events >= told_at_start(h) ? &h->pod[0] : &nobody;
}

static void put_words(const struct hollow *h, const struct hollow_pod *p, struct str *out)
{
	const uint32_t n = sizeof(of_start) / sizeof(of_start[0]);
	const struct words *w = &of_start[h->events < told_at_start(h) ? h->events % n : 0];

	if (p->name && p->containers) {
		str_addf(out,
			"\"type\":\"Normal\",\"reason\":\"Started\",\"message\":"
			"\"Started container %.*s\"",
			(int)strcspn(p->containers, "\t"), p->containers);
		return;
	}
	str_addf(out, "\"type\":\"%s\",\"reason\":\"%s\",\"message\":\"", w->type, w->reason);
	if (w->message)
		str_add(out, w->message);
	else
		str_addf(out, "Node %s status is now: %s", h->name, w->reason);
	str_add_char(out, '"');
}

void body_event(struct hollow *h, struct str *out)
{
	const struct hollow_pod *p = pod_of_events(h);
	const char *ns = p->name ? pod_namespace(h, 0) : "default";
	char now[WHEN_BYTES];

	(void)when_text(now, (int64_t)time(NULL));
	str_addf(out,
		"{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{\"name\":\"%s.%x\","
		"\"namespace\":\"%s\"},\"involvedObject\":{\"kind\":\"%s\",\"namespace\":"
		"\"%s\",\"name\":\"%s\",\"uid\":\"%s\",\"apiVersion\":\"v1\"},",
		h->name, h->events + 1, ns, p->name ? "Pod" : "Node", p->name ? ns : "",
		p->name ? p->name : h->name, p->name ? p->uid : h->name);
	put_words(h, p, out);
	str_addf(out,
		",\"source\":{\"component\":\"kubelet\",\"host\":\"%s\"},\"firstTimestamp\":"
		"\"%s\",\"lastTimestamp\":\"%s\",\"count\":1,"
		"\"reportingComponent\":\"kubelet\",\"reportingInstance\":\"%s\"}",
		h->name, now, now, h->name);
	h->events++;
}
