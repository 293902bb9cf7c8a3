/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/beginning.h"

#include <string.h>

#include "estimate/objects.h"
#include "estimate/rates.h"
#include "models/scheduler.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

/* Of rounds of a jittered timer there may be one more or less than their mean gap says; of so
 * many that is a fifth at most. */
#define ROUNDS_FROM 5

/* A round that is later by so little of its time is as good as one that is not. */
#define SLOWED 0.02

struct beginning {
	const struct scenario *s;
	double from, until; /* seconds */
	bool up;            /* the node was there for long before: from is 0 */
	const char *pods;   /* why what starts pods has no count; NULL: it has */
	struct beginning_row *row;
};

static void add(struct beginning *b, uint32_t call, double count)
{
	b->row[call].count += count;
}

/* The first reason is the one that is told. */
static void fails(struct beginning *b, uint32_t call, const char *why)
{
	if (!b->row[call].why)
		b->row[call].why = why;
}

/* ------------------------------------------------------------------ rounds */

/* Whole numbers at or above x >= 0. */
static double ceiling(double x)
{
	double whole = (double)(int64_t)x;

	return whole < x ? whole + 1 : whole;
}

/* Rounds before `until`: the first after l->first, then one a gap. */
static double rounds_before(const struct model_loop *l, double gap, double until)
{
	double first = SECONDS(l->first);

	return until > first ? ceiling((until - first) / gap) : 0;
}

/* Of so many rounds those in which a call is made that is made at most every so often: the
 * first one, then each that is late enough. */
static double made_in(const struct beginning *b, const struct model_loop *l,
	const struct model_call *c, double rounds)
{
	double every = ceiling(SECONDS(c->at_most_every) / rates_gap(b->s, l));

	if (c->if_older_than > 0)
		return rounds * rates_share(b->s, l, c);
	return every > 1 ? ceiling(rounds / every) : rounds;
}

/* Whether the runtime is slow, or so busy with starts that rounds are further apart: a call may
 * take as many times longer as there are starts for each processor, as long as these go on. */
static bool slowed(const struct scenario *s, const struct model_call *c, double gap)
{
	uint32_t processors = s->runtime.processors;
	double starts = processors ? (double)s->workload.pods / processors : 0;

	return s->runtime.n_rules ||
	       starts * rates_latency(s, (enum operation)(c->call % OP_N)) > SLOWED * gap;
}

static void timed_call(
	struct beginning *b, const struct model_loop *l, const struct model_call *c, double gap)
{
	double until = rounds_before(l, gap, b->until), from = rounds_before(l, gap, b->from);
	double rounds = b->up ? rates_share(b->s, l, c) * b->until / gap
			      : made_in(b, l, c, until) - made_in(b, l, c, from);
	double times = rates_times(b->s, l, c) * rates_nodes(b->s, l);

	if (c->scope != SCOPE_NODE && b->s->workload.pods > 0 && (b->from <= 0 || b->pods))
		fails(b, c->call, "it is made for each of the pods that are there by then");
	else if (call_is_runtime(c->call) && slowed(b->s, c, gap))
		fails(b, c->call, "its rounds share the processors with pods that start");
	else if (l->jitter > 0 && until < ROUNDS_FROM && !b->up)
		fails(b, c->call, "its timer is jittered, and its rounds are few");
	else
		add(b, c->call, times * rounds);
	if (c->at_most_every > l->period && l->hook == HOOK_NODE_STATUS &&
		!b->s->workload.image_present)
		fails(b, c->call, "images that were pulled are told of, too");
}

/* That a round is about which one event caused, as toll_events.c has it. */
static double all_of_event(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c)
{
	if (l->trigger == TRIGGER_KUBELET_START)
		return rates_all(s, c);
	if (l->trigger == TRIGGER_CONTAINER_START || c->scope == SCOPE_NODE ||
		c->scope == SCOPE_POD)
		return 1;
	return c->scope == SCOPE_CONTAINER ? s->workload.containers : s->workload.n_objects;
}

/* False: how often it happens has no closed form. */
static bool happens(
	const struct beginning *b, enum trigger trigger, double *times, const char **why)
{
	double pods = b->s->workload.pods;

	*why = b->pods ? b->pods : "it hangs on what else its pods do";
	if (trigger == TRIGGER_KUBELET_START)
		*times = b->from <= 0 && !b->up;
	else if (trigger == TRIGGER_POD_START)
		*times = pods;
	else if (trigger == TRIGGER_CONTAINER_START)
		*times = pods * b->s->workload.containers;
	else
		return false;
	return trigger == TRIGGER_KUBELET_START || !b->pods;
}

static void caused_call(
	struct beginning *b, const struct model_loop *l, const struct model_call *c)
{
	const char *why = NULL;
	double times = 0;

	if (!happens(b, l->trigger, &times, &why)) {
		fails(b, c->call, why);
		return;
	}
	if (c->at_most_every > 0 && times > 1)
		fails(b, c->call, "how often it is made hangs on how close starts come");
	times *= all_of_event(b->s, l, c);
	add(b, c->call, rates_part(b->s, l, c, times) * rates_nodes(b->s, l));
}

static void loops(struct beginning *b)
{
	const struct kubelet_model *k = &b->s->kubelet;

	for (uint32_t i = 0; i < k->n_loops; i++) {
		const struct model_loop *l = &k->loops[i];

		if (l->timer == TIMER_REQUEST && l->trigger == TRIGGER_PERIOD)
			continue; /* somebody asks, or nobody */
		for (uint32_t c = 0; c < l->n_calls; c++)
			if (l->trigger == TRIGGER_PERIOD)
				timed_call(b, l, &l->calls[c], rates_gap(b->s, l));
			else
				caused_call(b, l, &l->calls[c]);
	}
}

/* ------------------------------------------------------------------ what starts */

/* A reflector lists once and watches; a watch ends after a time that is drawn. */
static void watched(struct beginning *b, uint32_t list, uint32_t watch, double n, bool begins)
{
	add(b, list, begins ? n : 0);
	add(b, watch, begins ? n : 0);
	if (b->until > SECONDS(b->s->kubelet.objects.watch_timeout_min) || !begins)
		fails(b, watch, "watches end after a time that is drawn");
}

static void kubelet_starts(struct beginning *b)
{
	const struct kubelet_model *k = &b->s->kubelet;

	bool begins = b->from <= 0 && !b->up;

	for (uint32_t i = 0; begins && i < k->n_startup; i++)
		add(b, k->startup[i].call, 1);
	for (uint32_t i = 0; i < k->n_watches; i++)
		watched(b, k->watches[i].list, k->watches[i].watch, 1, begins);
}

/* Lists; and what changed is looked at in the round that finds it. */
static void finding_out(struct beginning *b)
{
	static const uint16_t looks[] = {OP_LIST_PODSANDBOX, OP_LIST_CONTAINERS,
		OP_PODSANDBOX_STATUS, OP_CONTAINER_STATUS, OP_INSPECT_CONTAINER,
		OP_REFRESH_CONTAINERS};
	struct estimate e;

	if (b->s->workload.pods > 0) {
		for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
			fails(b, looks[i], "it hangs on which changes one look finds together");
		return;
	}
	rates_find_out(b->s, &e);
	if (b->s->kubelet.interface == INTERFACE_CRI)
		add(b, OP_LIST_PODSANDBOX, e.value / 2 * (b->until - b->from));
	add(b, OP_LIST_CONTAINERS,
		(b->s->kubelet.interface == INTERFACE_CRI ? e.value / 2 : e.value) *
			(b->until - b->from));
}

/* kuberuntime_manager.go SyncPod; kuberuntime_container.go startContainer: is the image there,
 * whose user runs it, create, start.  Docker's sandbox is a container more, and each asks for
 * its image once (dockertools/manager.go). */
static void containers_start(struct beginning *b)
{
	static const uint16_t calls[] = {OP_RUN_PODSANDBOX, OP_CREATE_CONTAINER,
		OP_START_CONTAINER, OP_IMAGE_STATUS, OP_PULL_IMAGE, OP_INSPECT_IMAGE};
	const struct workload_model *w = &b->s->workload;
	double n = (double)w->pods * w->containers, made;
	bool docker = b->s->kubelet.interface == INTERFACE_DOCKER;
	const char *why = b->pods;

	if (w->pods == 0)
		return;
	made = docker ? n + w->pods : n;
	add(b, OP_RUN_PODSANDBOX, docker ? 0 : w->pods);
	add(b, OP_CREATE_CONTAINER, made);
	add(b, OP_START_CONTAINER, made);
	if (docker)
		add(b, OP_INSPECT_IMAGE, w->pods + (w->pull_always ? 2 : 1) * n);
	else
		add(b, OP_IMAGE_STATUS, 2 * n);
	for (size_t i = 0; why && i < sizeof(calls) / sizeof(calls[0]); i++)
		fails(b, calls[i], why);
	if (!w->image_present || w->pull_always)
		fails(b, OP_PULL_IMAGE, "it hangs on which images are there by then");
	if (w->pull_always && b->s->kubelet.images.registry_qps_milli > 0)
		fails(b, docker ? OP_INSPECT_IMAGE : OP_IMAGE_STATUS,
			"pulls over the registry's limit fail, and are tried again");
	if (!w->image_present)
		fails(b, docker ? OP_INSPECT_IMAGE : OP_IMAGE_STATUS,
			"it is asked once more for an image that was not there");
}

/* ------------------------------------------------------------------ what is told and asked */

/* Whether the limiter of a client lets so many through by the end. */
static bool passes(const struct beginning *b, enum client client, double n)
{
	double qps = (double)b->s->kubelet.client[client].qps_milli / 1000;

	return qps <= 0 || n <= b->s->kubelet.client[client].burst + qps * b->until;
}

static void events(struct beginning *b)
{
	const struct kubelet_model *k = &b->s->kubelet;
	const struct workload_model *w = &b->s->workload;
	double of_pod = k->events.per_sandbox_start +
			(double)w->containers * k->events.per_container_start;
	double n = (b->up ? 0 : k->events.per_start) + w->pods * of_pod;

	if (!k->events.enabled)
		return;
	add(b, API_CREATE_EVENTS, n);
	if (b->pods)
		fails(b, API_CREATE_EVENTS, b->pods);
	if (w->warning_event_per_sync || !w->image_present || w->pull_always)
		fails(b, API_CREATE_EVENTS, "warnings and pulls are told of, too");
	if (w->n_probes)
		fails(b, API_CREATE_EVENTS, "probes that fail are told of, too");
	if (w->warning_event_per_sync)
		fails(b, API_PATCH_EVENTS, "warnings are counted at every sync");
	if (k->events.spam_burst && of_pod > k->events.spam_burst)
		fails(b, API_CREATE_EVENTS, "the filter against spam drops some");
	if (n > EVENT_QUEUE && k->client[k->events.client].qps_milli > 0)
		fails(b, API_CREATE_EVENTS,
			"a thousand wait for the limiter, the others are lost");
	if (!passes(b, k->events.client, n))
		fails(b, API_CREATE_EVENTS, "the limiter holds some until after the end");
}

static void statuses(struct beginning *b)
{
	static const uint16_t calls[] = {
		API_GET_PODS, API_PATCH_PODS_STATUS, API_UPDATE_PODS_STATUS};

	for (size_t i = 0; b->s->workload.pods && i < sizeof(calls) / sizeof(calls[0]); i++)
		fails(b, calls[i],
			"states that follow while one waits for the limiter are written as "
			"one");
}

static uint16_t request_for(const struct workload_object *o, uint16_t of_secrets)
{
	uint16_t apart = API_GET_CONFIGMAPS - API_GET_SECRETS;

	return (uint16_t)(of_secrets + (strcmp(o->resource, "secrets") != 0 ? apart : 0));
}

/* Of one object that pods mount; all: distinct ones of the node. */
static void object(struct beginning *b, uint32_t o, double all)
{
	const struct workload_model *w = &b->s->workload;
	uint16_t get = request_for(&w->objects[o], API_GET_SECRETS);
	uint16_t list = request_for(&w->objects[o], API_LIST_SECRETS);
	uint16_t watch = request_for(&w->objects[o], API_WATCH_SECRETS);
	const char *why = b->pods;

	switch (b->s->kubelet.objects.design) {
	case OBJECT_NEVER: /* when a volume is made, for each pod by itself */
		add(b, get, w->pods);
		if (!why && !passes(b, CLIENT_MAIN, (double)w->pods * w->n_objects))
			why = "the limiter holds some until after the end";
		break;
	case OBJECT_GET:
	case OBJECT_CACHE:
		fails(b, get, "it hangs on how syncs and updates of pods follow");
		return;
	case OBJECT_WATCH:
		watched(b, list, watch, objects_distinct_of(b->s, o), b->from <= 0);
		if (!why && !passes(b, CLIENT_MAIN, all))
			why = "the limiter holds some until after the end";
		break;
	case OBJECT_BULKWATCH:
	case OBJECT_DESIGNS:
		why = "it hangs on which pods come first";
		break;
	}
	for (size_t i = 0; why && i < 3; i++)
		fails(b, (const uint16_t[]){get, list, watch}[i], why);
}

static void objects(struct beginning *b)
{
	const struct workload_model *w = &b->s->workload;
	double all = 0;

	for (uint32_t o = 0; o < w->n_objects; o++)
		all += objects_distinct_of(b->s, o);
	for (uint32_t o = 0; w->pods && o < w->n_objects; o++)
		object(b, o, all);
}

static void tokens(struct beginning *b)
{
	const struct kubelet_model *k = &b->s->kubelet;

	if (!k->tokens.enabled || b->s->workload.pods == 0)
		return;
	add(b, API_CREATE_TOKENS, b->s->workload.pods);
	if (b->pods)
		fails(b, API_CREATE_TOKENS, b->pods);
	if (b->until > SECONDS(k->tokens.expiry) / 2)
		fails(b, API_CREATE_TOKENS, "they are renewed at times that are drawn");
}

/* ------------------------------------------------------------------ all of it */

/* Requests that starts of a pod make by the client of its mounts and statuses: two statuses of
 * a GET and a write, its token and objects, and events where they share it. */
static double requests_of_starts(const struct scenario *s)
{
	const struct kubelet_model *k = &s->kubelet;
	const struct workload_model *w = &s->workload;
	double of_pod = 4 + k->tokens.enabled + w->n_objects;

	if (k->events.enabled && k->events.client == CLIENT_MAIN)
		of_pod += k->events.per_sandbox_start +
			  (double)w->containers * k->events.per_container_start;
	return w->pods * of_pod;
}

/* Seconds of relists, mounts and hand-overs that no rate holds up, and more than that; and how
 * much longer than its mean the work of all starts is taken to last, for latencies vary.  Both
 * are to be surely enough: who has it later than that is told to have no count. */
#define AT_LEISURE 10
#define SURELY     1.5

double beginning_takes(const struct scenario *s)
{
	const struct workload_model *w = &s->workload;
	ns_t pods = (ns_t)w->pods * s->nodes;
	double qps, takes = AT_LEISURE, requests, one;

	if (s->n_script || w->batch.arrival_every || w->crash_looping || !w->image_present ||
		w->pull_always || s->scheduler_pair > 0 || s->runtime.n_rules)
		return -1;
	one = rates_latency(s, OP_RUN_PODSANDBOX) +
	      w->containers * (rates_latency(s, OP_CREATE_CONTAINER) +
				      rates_latency(s, OP_START_CONTAINER));
	takes += s->runtime.processors ? w->pods * one / s->runtime.processors : one;
	qps = (double)s->kubelet.client[CLIENT_MAIN].qps_milli / 1000;
	requests = requests_of_starts(s) - s->kubelet.client[CLIENT_MAIN].burst;
	takes *= SURELY;
	takes += qps > 0 && requests > 0 ? requests / qps : 0;
	return takes + (pods > 0 ? SECONDS(scheduler_bound_after(s, pods - 1)) : 0);
}

static const char *why_not_pods(const struct scenario *s, ns_t from, ns_t until)
{
	const struct workload_model *w = &s->workload;
	bool together = s->start == START_AT_ONCE || s->start == START_AFTER_WARMUP;
	double takes = beginning_takes(s);

	if (s->n_script || w->replace_pod_every || w->batch.arrival_every)
		return "its pods come and go";
	if (w->crash_looping || w->container_death_every)
		return "its containers end and start again";
	if (s->runtime.n_rules)
		return "its runtime is slow or fails";
	if (!together)
		return "its pods were there before";
	if (from > 0)
		return "it hangs on which of its pods have started before";
	if (s->scheduler_pair > 0)
		return "it hangs on how long the scheduler looks at pods";
	return takes > SECONDS(until) ? "some of its pods may start after the end" : NULL;
}

void beginning_of(const struct scenario *s, ns_t from, ns_t until, struct beginning_row *row)
{
	struct beginning b = {.s = s,
		.from = SECONDS(from),
		.until = SECONDS(until),
		.up = s->start == START_AFTER_WARMUP,
		.pods = why_not_pods(s, from, until),
		.row = row};

	memset(row, 0, CALLS_MAX * sizeof(*row));
	loops(&b);
	kubelet_starts(&b);
	finding_out(&b);
	containers_start(&b);
	events(&b);
	statuses(&b);
	objects(&b);
	tokens(&b);
}
