/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/lives.h"

#include <assert.h>

#include "estimate/deaths.h"
#include "estimate/rates.h"
#include "sim/chain.h"

/* A life's calls: so many for the pod, for each container, and for each pair of containers.
 * Until 1.21 the worker kills and deletors remove; since 1.22 the worker proves that nothing
 * runs, and the garbage collection removes.  What chance adds is in of_chance.
 *
 * Start: RunPodSandbox, its status for the address; for each container twice its image
 * (EnsureImageExists, getImageUser), create, start.  The relist inspects the pod when it has
 * started, when it has ended and, until 1.21, when its containers are removed; since then the
 * worker does once: two lists, a status a sandbox and container each (kuberuntime_manager.go
 * SyncPod, GetPodStatus).  Until 1.21 each ContainerDied, of C containers and the sandbox,
 * enqueues all C for removal, and each time the log manager looks for a status
 * (pod_container_deletor.go).  The status manager gets the pod before it writes: made, running,
 * deleted, ended, gone; until 1.21 TerminatePod and the batch behind it once more each
 * (status_manager.go syncPod). */
static const struct life {
	uint16_t call;
	struct {
		uint8_t pod, container, pair;
	} by[2]; /* enum deletion_style */
} lives[] = {
	{OP_RUN_PODSANDBOX, {{1, 0, 0}, {1, 0, 0}}},
	{OP_PODSANDBOX_STATUS, {{4, 0, 0}, {4, 0, 0}}},
	{OP_LIST_PODSANDBOX, {{3, 0, 0}, {3, 0, 0}}},
	{OP_LIST_CONTAINERS, {{3, 0, 0}, {3, 0, 0}}},
	{OP_CONTAINER_STATUS, {{0, 3, 0}, {0, 4, 0}}},
	{CALL_HIDDEN + OP_CONTAINER_STATUS, {{0, 1, 1}, {0, 0, 0}}},
	{OP_IMAGE_STATUS, {{0, 2, 0}, {0, 2, 0}}},
	{OP_CREATE_CONTAINER, {{0, 1, 0}, {0, 1, 0}}},
	{OP_START_CONTAINER, {{0, 1, 0}, {0, 1, 0}}},
	{OP_STOP_CONTAINER, {{0, 1, 0}, {0, 1, 0}}},
	{OP_STOP_PODSANDBOX, {{3, 1, 0}, {2, 0, 0}}},
	{OP_REMOVE_CONTAINER, {{0, 1, 0}, {0, 1, 0}}},
	{OP_REMOVE_PODSANDBOX, {{1, 0, 0}, {1, 0, 0}}},
	{API_GET_PODS, {{7, 0, 0}, {5, 0, 0}}},
	{API_DELETE_PODS, {{1, 0, 0}, {1, 0, 0}}},
};

/* A status is written three times in a life: it is being made, it runs, it has ended; a pod
 * that is probed for readiness is told running first and ready then.  Before 1.18 whatever was
 * got was written, but when the pod was gone (status_manager.go syncPod): six times.  Kubelets
 * without a remote runtime, and those that poll, let a pod be deleted as soon as nothing of it
 * runs (v1.1.8 status/manager.go syncPod), so that TerminatePod and the batch behind it find
 * none any more: four times. */
double lives_status_writes(const struct scenario *s)
{
	const struct kubelet_model *k = &s->kubelet;
	bool deletes_early = k->interface == INTERFACE_DOCKER || k->pleg.design == PLEG_POLLING;
	double writes = k->status.skip_unchanged ? 3 : deletes_early ? 4 : 6;

	for (uint32_t i = 0; i < s->workload.n_probes; i++)
		if (s->workload.probes[i].readiness)
			return writes + 1;
	return writes;
}

static void add(struct lives *out, uint16_t call, double times)
{
	assert(out->n < LIVES_CALLS);
	if (times > 0)
		out->of[out->n++] = (struct lives_call){call, times};
}

/* ------------------------------------------------------------------ what chance adds */

/* How often a relist comes between two steps of one life and so looks once more: as many times
 * as it fits into what lies between them. */
struct chance {
	double start;     /* from the sandbox's start until its last container has started */
	double end;       /* from the containers' end until the sandbox is stopped, */
	double known;     /* and from then until the API server has forgotten the pod */
	double collected; /* from the containers' removal until the sandbox's, since 1.22 */
	double lists;     /* how often the populator asks which pods run, for it has ended */
	double kills;     /* how often housekeeping stops once more what has ended */
};

static double at_most(double x, double most)
{
	return x < most ? x : most;
}

static double request(const struct scenario *s, uint16_t call)
{
	return rates_request_latency(s, &(struct model_call){.call = call, .quorum = true});
}

/* The mean of n numbers that begin with `first`, each by a step more, where none counts for
 * more than 1. */
static double mean_at_most_one(double first, double step, uint32_t n)
{
	double last = first + step * (n - 1), least = at_most(first, last), below;
	double apart = step < 0 ? -step : step;

	if (least > 1)
		return 1;
	below = apart * (n - 1) <= 1 - least ? n : (uint32_t)((1 - least) / apart) + 1;
	return (below * (least + apart * (below - 1) / 2) + n - below) / n;
}

/* Since 1.22 the garbage collection finds all pods that have ended since it was there, and
 * takes first their containers away, then one sandbox after the other, which it stops once
 * more: the later, the longer lies between (kuberuntime_gc.go GarbageCollect). */
static double collected(const struct scenario *s, double period)
{
	double container = rates_latency(s, OP_REMOVE_CONTAINER) * s->workload.containers;
	double sandbox =
		rates_latency(s, OP_STOP_PODSANDBOX) + rates_latency(s, OP_REMOVE_PODSANDBOX);
	double every = (double)s->workload.replace_pod_every / 1e9, round = 0;
	uint32_t pods = 1;

	for (uint32_t i = 0; i < s->kubelet.n_loops; i++)
		if (s->kubelet.loops[i].hook == HOOK_CONTAINER_GC)
			round = (double)s->kubelet.loops[i].period / 1e9;
	if (every > 0 && round > every)
		pods = (uint32_t)(round / every + 0.5);
	return mean_at_most_one((sandbox + (pods - 1) * container) / period,
		(sandbox - container) / period, pods);
}

/* The populator asks the runtime at most every so often, and as long the pod's volumes are
 * mounted and it stays known (volumemanager/populator findAndRemoveDeletedPods). */
static void of_volumes(const struct scenario *s, double period, struct chance *c)
{
	double pause = (double)s->kubelet.volumes.pod_list_period / 1e9;
	double tick = (double)s->kubelet.volumes.populator_period / 1e9;
	double every = (double)s->workload.replace_pod_every / 1e9;
	double delete = request(s, API_DELETE_PODS), most;

	pause += tick / 2;
	c->lists = 1;
	c->known = at_most((tick / 2 + delete) / period, 1);
	if (every <= 0 || every >= pause)
		return;
	c->lists = every / pause;
	most = (pause + delete) / period; /* anywhere in the pause, but once at most */
	c->known = most > 1 ? 1 - 1 / (2 * most) : most / 2;
}

/* A runtime shows a container's exit before it says that it has stopped it: anywhere in that
 * time, the first of several the sooner. */
static double seen_early(const struct scenario *s)
{
	double n = s->workload.containers;

	return s->runtime.stop_is_seen_early ? rates_latency(s, OP_STOP_CONTAINER) * n / (n + 1)
					     : 0;
}

/* How often a housekeeping goes by a list of an earlier one; 0: it keeps none. */
static double goes_by_old_list(const struct scenario *s, const struct model_loop *l)
{
	for (uint32_t i = 0; i < l->n_calls; i++)
		if (l->calls[i].if_older_than > 0)
			return 1 - rates_share(s, l, &l->calls[i]);
	return 0;
}

/* Housekeeping goes by a list that it makes anew in most of its rounds only, and kills what
 * that shows running of a pod that has ended since, so many seconds after it began to
 * (kubelet_pods.go HandlePodCleanups). */
static double kills(const struct scenario *s, double ends)
{
	for (uint32_t i = 0; i < s->kubelet.n_loops; i++) {
		const struct model_loop *l = &s->kubelet.loops[i];

		if (l->hook == HOOK_HOUSEKEEPING && l->period > 0)
			return goes_by_old_list(s, l) *
			       (1 - at_most(ends / ((double)l->period / 1e9), 1));
	}
	return 0;
}

static double ending(const struct scenario *s)
{
	return seen_early(s) + rates_latency(s, OP_STOP_PODSANDBOX);
}

double lives_end_is_seen(const struct scenario *s)
{
	double period = (double)s->kubelet.pleg.relist_period / 1e9;

	return period > 0 ? at_most(ending(s) / period, 1) : 0;
}

static struct chance chances(const struct scenario *s)
{
	double period = (double)s->kubelet.pleg.relist_period / 1e9;
	bool proves = s->kubelet.deletion.style == DELETION_TERMINATING;
	struct chance c = {.lists = 1};

	if (period <= 0)
		return c;
	c.start =
		s->workload.containers *
		(rates_latency(s, OP_CREATE_CONTAINER) + rates_latency(s, OP_START_CONTAINER)) /
		period;
	c.end = lives_end_is_seen(s);
	if (s->workload.n_objects > 0)
		of_volumes(s, period, &c);
	c.known = at_most(c.known, 1 - c.end);
	/* until 1.21 a relist finds it, after half its period */
	c.kills = kills(s, proves ? ending(s) : period / 2);
	if (proves)
		c.collected = (1 - c.end - c.known) * collected(s, period);
	return c;
}

/* How likely a pod that goes has containers that died before.  One of each is kept. */
static double has_dead(const struct scenario *s, double dead)
{
	double none = 1;

	for (uint32_t i = 0; i < s->workload.containers; i++)
		none *= 1 - at_most(dead, 1);
	return 1 - none;
}

/* A pod whose end a relist sees as long as it is known has its containers removed by the
 * deletor, once for each ContainerDied, since 1.22, too; the worker's proof then finds none of
 * them if it was before the sandbox's.  Of one that is not known any more only the older of its
 * dead are removed so, which is a look of its own (removeOldestN of cleanUpContainersInPod).
 * The look at a start finds half of them.  Until 1.21 a relist finds the containers' end first,
 * and what removes them waits for it. */
static double of_chance(
	const struct scenario *s, const struct chance *c, double dead, uint16_t call)
{
	bool proves = s->kubelet.deletion.style == DELETION_TERMINATING;
	double n = s->workload.containers, all = n * (1 + dead);
	double of_older = proves ? (1 - c->end - c->known) * has_dead(s, dead) : 0;
	double looks = c->start + of_older + (proves ? c->end + c->known + c->collected : 0);

	switch (call) {
	case OP_LIST_PODSANDBOX:
	case OP_LIST_CONTAINERS:
		return looks + c->lists;
	case OP_PODSANDBOX_STATUS:
		return looks;
	case OP_CONTAINER_STATUS:
		return c->start * (n + 1) / 2 + (c->kills + of_older) * n -
		       (proves ? c->end * all : 0);
	case CALL_HIDDEN + OP_CONTAINER_STATUS:
		if (!proves)
			return -c->end * all;
		return all * (1 - c->end - c->known + c->end * n + c->known * (n + 1));
	case OP_STOP_PODSANDBOX:
		return c->kills - (proves ? 0 : c->end);
	case OP_STOP_CONTAINER: /* those that are there still */
		return proves ? c->kills * (1 - c->end - c->known) * n : 0;
	default:
		return 0;
	}
}

/* What the dead of a pod that goes add: they are looked at and removed with it. */
static double of_the_dead(const struct scenario *s, double dead, uint16_t call)
{
	bool proves = s->kubelet.deletion.style == DELETION_TERMINATING;
	double n = s->workload.containers * dead;

	switch (call) {
	case OP_REMOVE_CONTAINER:
		return n;
	case OP_CONTAINER_STATUS:
		return proves ? 3 * n : 2 * n;
	case OP_STOP_PODSANDBOX: /* upon each ContainerRemoved */
		return proves ? 0 : n;
	case CALL_HIDDEN + OP_CONTAINER_STATUS:
		return proves ? 0 : n * (s->workload.containers + 1);
	default:
		return 0;
	}
}

/* ------------------------------------------------------------------ the calls of a life */

/* Docker's sandbox is a container more, and each asks for its image once
 * (dockertools/manager.go runContainer; docker.go IsImagePresent).  How often what runs and
 * what has ended is looked at hangs on what one look finds together. */
static void of_docker(const struct workload_model *w, struct lives *out)
{
	double n = w->containers, images = 1 + (w->pull_always ? 2 : 1) * n;
	const struct lives_call calls[] = {{OP_CREATE_CONTAINER, 1 + n},
		{OP_START_CONTAINER, 1 + n}, {OP_INSPECT_IMAGE, images}};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		add(out, calls[i].call, calls[i].times);
	out->sure = OP_BIT(OP_CREATE_CONTAINER) | OP_BIT(OP_START_CONTAINER) |
		    OP_BIT(OP_INSPECT_IMAGE);
}

/* What its calls are where they are not counted above. */
static const char *guessed(const struct kubelet_model *k)
{
	if (k->interface == INTERFACE_DOCKER)
		return "what a pod's life costs docker has no closed form";
	if (k->pleg.design == PLEG_POLLING)
		return "what a pod's life costs hangs on when polls meet its changes";
	if (k->pleg.design == PLEG_EVENTED)
		return "what a pod's life costs where events save looks at it has no closed "
		       "form";
	return NULL;
}

const char *lives_removal_fails(const struct scenario *s, uint16_t call)
{
	bool removal = call == OP_STOP_CONTAINER || call == OP_REMOVE_CONTAINER ||
		       call % OP_N == OP_CONTAINER_STATUS || call == OP_PODSANDBOX_STATUS;

	if (!call_is_runtime(call) || !removal || s->runtime.sandbox_stop_checks ||
		s->kubelet.deletion.style != DELETION_WORKER_RETRIES)
		return NULL;
	return "a runtime that does not miss what was removed is asked to remove it again, how "
	       "often hangs on who comes first";
}

void lives_of(const struct scenario *s, struct lives *out)
{
	const struct kubelet_model *k = &s->kubelet;
	const struct workload_model *w = &s->workload;
	double n = w->containers, pulls = w->pull_always ? n : 0;
	double writes = lives_status_writes(s), usual = k->status.skip_unchanged ? 3 : 6;
	struct chance chance = chances(s);
	struct deaths deaths;

	deaths_of(s, &deaths);
	*out = (struct lives){.fails = guessed(k)};
	if (k->pleg.design == PLEG_EVENTED)
		out->late = "under the evented PLEG pods that end may wait for a relist";
	for (uint32_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		const struct life *l = &lives[i];
		double times = l->by[k->deletion.style].pod +
			       l->by[k->deletion.style].container * n +
			       l->by[k->deletion.style].pair * n * n;

		times += of_chance(s, &chance, deaths.left, l->call) +
			 of_the_dead(s, deaths.left, l->call);
		if (!call_is_runtime(l->call) || k->interface == INTERFACE_CRI)
			add(out, l->call,
				l->call == API_GET_PODS ? times + writes - usual : times);
	}
	if (k->interface == INTERFACE_DOCKER)
		of_docker(w, out);
	add(out, OP_PULL_IMAGE, pulls);
	add(out,
		k->status.write == STATUS_PATCH ? API_PATCH_PODS_STATUS
						: API_UPDATE_PODS_STATUS,
		writes);
	if (k->tokens.enabled)
		add(out, API_CREATE_TOKENS, 1);
	if (k->events.enabled)
		add(out, API_CREATE_EVENTS,
			k->events.per_sandbox_start + pulls * k->events.per_pull +
				n * (k->events.per_container_start +
					    k->events.per_container_kill));
}

/* ------------------------------------------------------------------ how long one lives */

double lives_seconds(const struct scenario *s)
{
	return s->workload.pods * ((double)s->workload.replace_pod_every / 1e9);
}

/* Beyond so many spans what is left of the first one makes no difference that is printed. */
enum { SPANS_EXACT = 16 };

double lives_renewals(double life, uint32_t from, uint32_t to, struct arena *mem)
{
	double n = (double)to - from + 1, mean = (double)(from + to) / 2;
	double variance = (n * n - 1) / 12, *until;
	uint32_t seconds = (uint32_t)life;

	if (life >= SPANS_EXACT * mean)
		return life / mean + (variance - mean * mean) / (2 * mean * mean);
	until = ARENA_ARRAY(mem, double, seconds + 1); /* renewals until then */
	for (uint32_t t = from; t <= seconds; t++)
		for (uint32_t k = from; k <= to && k <= t; k++)
			until[t] += (1 + until[t - k]) / n;
	return until[seconds];
}
