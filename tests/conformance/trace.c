/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct trace *hears;

void __real_agent_step(struct agent *a, ns_t now, struct effects *out);
void __wrap_agent_step(struct agent *a, ns_t now, struct effects *out);
void __real_agent_pod_news(struct agent *a, ns_t now, uint32_t pod, enum pod_change change,
	uint32_t namespace, uint32_t status);
void __wrap_agent_pod_news(struct agent *a, ns_t now, uint32_t pod, enum pod_change change,
	uint32_t namespace, uint32_t status);

static void chain_words(const struct chain *chain, char *text)
{
	size_t len = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < chain->n_steps && len < TRACE_TEXT - 32; i++)
		len += (size_t)snprintf(text + len, TRACE_TEXT - len, "%s%s x%u", i ? ", " : "",
			operation_name((enum operation)(chain->step[i].call % OP_N)),
			chain->step[i].n);
	(void)snprintf(text + len, TRACE_TEXT - len, " pod %u", chain->pod);
}

static void request_words(const struct agent_request *r, char *text)
{
	const struct call_name *call = &hears->calls->name[r->call];

	(void)snprintf(text, TRACE_TEXT, "%s %s pod %u object %u/%u status %x%s", call->verb,
		call->resource, r->pod, r->object, r->key, r->status,
		r->quorum ? " quorum" : "");
}

/* A line more, which the caller fills. */
static char *hear(const struct agent *a, ns_t now, uint32_t actor)
{
	struct trace_effect *to;

	if (hears->n == hears->room) {
		hears->room = hears->room ? 2 * hears->room : 1024;
		hears->effect = realloc(hears->effect, hears->room * sizeof(*hears->effect));
		if (!hears->effect)
			abort();
	}
	to = &hears->effect[hears->n];
	*to = (struct trace_effect){
		.agent = a->key, .actor = actor, .at = now, .n = (uint32_t)hears->n};
	hears->n++;
	return to->what;
}

void __wrap_agent_step(struct agent *a, ns_t now, struct effects *out)
{
	uint32_t before = out->n;

	__real_agent_step(a, now, out);
	for (uint32_t i = before; hears && i < out->n; i++) {
		const struct effect *e = &out->effect[i];

		if (e->kind == EFFECT_CHAIN)
			chain_words(e->chain, hear(a, now, e->actor));
		else if (e->kind == EFFECT_REQUEST)
			request_words(&e->request, hear(a, now, e->actor));
	}
}

void __wrap_agent_pod_news(struct agent *a, ns_t now, uint32_t pod, enum pod_change change,
	uint32_t namespace, uint32_t status)
{
	/* Which namespace it is in matters when it comes. */
	if (hears)
		(void)snprintf(hear(a, now, TRACE_TOLD), TRACE_TEXT,
			"told of pod %u: %u, namespace %u, status %x", pod, (unsigned)change,
			change == POD_ADDED ? namespace : 0, status);
	__real_agent_pod_news(a, now, pod, change, namespace, status);
}

void trace_into(struct trace *t)
{
	hears = t;
}

static int compare(const void *a, const void *b)
{
	const struct trace_effect *x = a, *y = b;

	if (x->agent != y->agent)
		return x->agent < y->agent ? -1 : 1;
	if (x->actor != y->actor)
		return x->actor < y->actor ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

void trace_sort(struct trace *t)
{
	qsort(t->effect, t->n, sizeof(*t->effect), compare);
}

void trace_fini(struct trace *t)
{
	free(t->effect);
	*t = (struct trace){0};
}
