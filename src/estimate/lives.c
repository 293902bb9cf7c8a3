/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/lives.h"

#include "estimate/rates.h"
#include "sim/chain.h"

/* A life's calls: so many for the pod, for each container, and for each pair of containers.
 * Until 1.21 the worker kills and deletors remove; since 1.22 the worker proves that nothing
 * runs, and the garbage collection removes.
 *
 * Start: RunPodSandbox, its status for the address; for each container twice its image
 * (EnsureImageExists, getImageUser), create, start.  The relist inspects the pod when it has
 * started, when it has ended and when its containers are removed, or the worker does: two
 * lists, a status a sandbox and container each (kuberuntime_manager.go SyncPod, GetPodStatus).
 * Once the runtime's pods are listed for it, when the API server has forgotten it (kubelet.go
 * deletePod).  Each ContainerDied, of C containers and the sandbox, enqueues all C for removal,
 * and each time the log manager looks for a status (pod_container_deletor.go).  The status
 * manager gets the pod before it writes: made, running, deleted, ended, gone; until 1.21
 * TerminatePod and the batch behind it once more each (status_manager.go syncPod). */
static const struct life {
	uint16_t call;
	struct {
		uint8_t pod, container, pair;
	} by[2]; /* enum deletion_style */
} lives[] = {
	{OP_RUN_PODSANDBOX, {{1, 0, 0}, {1, 0, 0}}},
	{OP_PODSANDBOX_STATUS, {{4, 0, 0}, {4, 0, 0}}},
	{OP_LIST_PODSANDBOX, {{4, 0, 0}, {4, 0, 0}}},
	{OP_LIST_CONTAINERS, {{4, 0, 0}, {4, 0, 0}}},
	{OP_CONTAINER_STATUS, {{0, 3, 0}, {0, 4, 0}}},
	{CALL_HIDDEN + OP_CONTAINER_STATUS, {{0, 1, 1}, {0, 1, 0}}},
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
	if (times > 0 && out->n < LIVES_CALLS)
		out->of[out->n++] = (struct lives_call){call, times};
}

/* How often a relist comes between two changes of one step and so looks once more: as many
 * times as it fits into what lies between them.  From the sandbox's start until its last
 * container has started; where the worker stops the sandbox itself, from the containers' end
 * until it is stopped, and in the garbage collection from the last container's removal until
 * the sandbox, which is stopped again, is removed.  Until 1.21 a relist finds the containers'
 * end first, and what removes them waits for it. */
static double looks_between(const struct scenario *s)
{
	double gap = s->workload.containers * (rates_latency(s, OP_CREATE_CONTAINER) +
						      rates_latency(s, OP_START_CONTAINER));
	double period = (double)s->kubelet.pleg.relist_period / 1e9;

	if (s->kubelet.deletion.style == DELETION_TERMINATING)
		gap += 2 * rates_latency(s, OP_STOP_PODSANDBOX) +
		       rates_latency(s, OP_REMOVE_PODSANDBOX);
	return period > 0 ? gap / period : 0;
}

static bool is_of_a_look(uint16_t call)
{
	return call == OP_LIST_PODSANDBOX || call == OP_LIST_CONTAINERS ||
	       call == OP_PODSANDBOX_STATUS;
}

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
	double between = looks_between(s);

	*out = (struct lives){.fails = guessed(k)};
	if (k->pleg.design == PLEG_EVENTED)
		out->late = "under the evented PLEG pods that end may wait for a relist";
	for (uint32_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		const struct life *l = &lives[i];
		double times = l->by[k->deletion.style].pod +
			       l->by[k->deletion.style].container * n +
			       l->by[k->deletion.style].pair * n * n;

		times += is_of_a_look(l->call) ? between : 0;
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
