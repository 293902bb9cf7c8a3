/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/syncs.h"

#include "estimate/deaths.h"
#include "estimate/lives.h"
#include "estimate/rates.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

/* What is not counted may be so much of the result, as a share. */
#define UNCOUNTED 0.05

static double rate(ns_t every)
{
	return every > 0 ? 1 / SECONDS(every) : 0;
}

static double at_most(double x, double most)
{
	return x < most ? x : most;
}

/* ------------------------------------------------------------------ a start, a stop, a death
 */

/* Seconds from a container's turn in a start to the next one's. */
static double container_takes(const struct scenario *s)
{
	double pull = s->workload.pull_always ? rates_latency(s, OP_PULL_IMAGE) : 0;
	double takes = rates_latency(s, OP_CREATE_CONTAINER) +
		       rates_latency(s, OP_START_CONTAINER) + pull;

	if (s->kubelet.interface == INTERFACE_DOCKER)
		return takes + rates_latency(s, OP_INSPECT_IMAGE) +
		       rates_latency(s, OP_INSPECT_CONTAINER);
	return takes + 2 * rates_latency(s, OP_IMAGE_STATUS);
}

/* That it was added is the first.  A relist finds what it started: the first event wakes the
 * worker, all others come while it is at it and are one more, which waits for the next relist
 * (pod_workers.go wrapUp: what is undelivered is taken at once; GetNewerThan).  A relist that
 * comes while the first is still at it takes the place of that wait; but if it leaves two
 * containers or more to the next one, these are the two again. */
static double of_start(const struct scenario *s)
{
	double period = SECONDS(s->kubelet.pleg.relist_period), one = container_takes(s);
	double all = one * s->workload.containers;

	return 3 + (at_most(all, period) - at_most(one, period)) / period;
}

/* It is to go, and its worker kills.  Since 1.22 that is all: the worker itself proves that
 * nothing runs.  Until then a relist finds the containers' end and the sandbox's: two, as of a
 * start; one, if it comes between those ends, for the next one finds a pod of which nothing
 * runs (dispatchWork: TerminatePod), and if the pod is deleted before the second, as those of
 * kubelets without a remote runtime are. */
static double of_stop(const struct scenario *s)
{
	if (s->kubelet.deletion.style == DELETION_TERMINATING)
		return 1;
	return s->kubelet.interface == INTERFACE_DOCKER ? 2 : 3 - lives_end_is_seen(s);
}

/* A relist finds its death, the next one that it runs again.  Who has to wait fails once before
 * (syncPod: CrashLoopBackOff); how often then hangs on how long the back-off is. */
static double of_death(const struct deaths *d)
{
	return 2 + d->waits;
}

/* ------------------------------------------------------------------ designs */

/* Each tick is one of every pod, whatever happens to it, and when a pod comes or is to go its
 * own worker does not wait for one.  A pod that is stopped is there until the tick behind
 * (v1.1.8 kubelet.go HandlePodSyncs). */
static void of_polls(const struct scenario *s, struct syncs *out)
{
	double lives = rate(s->workload.replace_pod_every);

	out->stop = 2;
	out->by_life = lives > 0 ? 1 + out->stop : 0;
	out->rests = s->workload.pods * rate(s->kubelet.pleg.poll_period);
	out->often = out->rests + lives * out->by_life;
	if (lives > 0 && s->kubelet.pleg.sync_all)
		out->fails = "whenever a pod comes or goes all pods sync";
}

/* The share of a pod's that are by its timer is that of a life: it begins with the last one of
 * its start. */
static double by_timer(const struct scenario *s, const struct renewal *r,
	const struct syncs *is, double deaths, struct arena *mem)
{
	double pods = s->workload.pods, life = lives_seconds(s);
	double others = pods > 0 ? deaths / pods : 0;

	if (life > 0)
		return renewal_count(r, life - is->settles, others, mem) / life * pods;
	return pods * renewal_long_run(r, others);
}

static void of_relists(
	const struct scenario *s, const struct renewal *r, struct arena *mem, struct syncs *out)
{
	double lives = rate(s->workload.replace_pod_every), more;
	bool looks_at_once = s->kubelet.pleg.design == PLEG_ONDEMAND;
	struct deaths d;

	deaths_of(s, &d);
	out->stop = of_stop(s);
	out->settles = rates_latency(s, OP_RUN_PODSANDBOX) +
		       container_takes(s) * s->workload.containers +
		       (looks_at_once ? 0.5 : 1.5) * SECONDS(s->kubelet.pleg.relist_period);
	out->rests = s->workload.pods / r->mean;
	out->often = by_timer(s, r, out, d.often, mem) + lives * (of_start(s) + out->stop) +
		     d.often * of_death(&d);
	more = out->often - out->rests;
	if (d.often > 0)
		out->by_death = lives > 0 ? of_death(&d) : more / d.often;
	if (lives > 0)
		out->by_life = (more - d.often * out->by_death) / lives;
	if (2 * d.waits * d.often > UNCOUNTED * out->often)
		out->fails = "a pod whose container backs off syncs some more times";
	if (s->kubelet.pleg.design == PLEG_EVENTED && (lives > 0 || d.often > 0))
		out->fails = "under the evented PLEG it hangs on which events come together";
	if (lives > 0 && s->workload.pods > 0 && lives_seconds(s) < out->settles)
		out->fails = "pods are to go before they have started";
}

/* Since 1.21 a pod whose readiness has changed syncs. */
static bool syncs_when_ready(const struct scenario *s)
{
	const struct workload_model *w = &s->workload;
	bool changes = w->replace_pod_every > 0 || w->container_death_every > 0 ||
		       w->ready.fails_every > 0;
	bool is_asked = false;

	for (uint32_t i = 0; i < w->n_probes; i++)
		is_asked |= w->probes[i].readiness;
	return s->kubelet.worker.syncs_when_ready && is_asked && changes;
}

void syncs_of(
	const struct scenario *s, const struct renewal *r, struct arena *mem, struct syncs *out)
{
	*out = (struct syncs){0};
	if (s->kubelet.pleg.design == PLEG_POLLING)
		of_polls(s, out);
	else
		of_relists(s, r, mem, out);
	if (syncs_when_ready(s))
		out->fails = "a pod that becomes ready syncs once more";
}
