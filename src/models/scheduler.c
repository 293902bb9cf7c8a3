/* SPDX-License-Identifier: Apache-2.0 */
#include "models/scheduler.h"

#include "base/ns.h"
#include "models/models.h"

/* Those who set a rate mean it wherever pods come at once; that of the release is of nodes that
 * are up and wait for pods.  Pods that come with their kubelets were bound before. */
static bool is_of_the_release(const struct scenario *s)
{
	return s->scheduler_milli == SCHEDULER_BY_VERSION && s->start == START_AFTER_WARMUP &&
	       !s->n_script;
}

bool scheduler_is_waited_for(const struct scenario *s)
{
	const struct scheduler_model *m = &s->kubelet.scheduler;

	if (s->scheduler_milli > 0 || s->scheduler_pair > 0)
		return true;
	return is_of_the_release(s) && (m->pods_milli > 0 || m->qps_milli > 0);
}

static ns_t at_rate(ns_t n, int64_t milli)
{
	return milli > 0 ? n * (1000 * NS_S / milli) : 0;
}

/* It binds as fast as it can and its client lets it: each pod is a request or two (the binding,
 * and the event Scheduled where that passes the same client: requests in models/), of which the
 * first ones find the bucket full. */
static ns_t of_the_release(const struct scheduler_model *m, ns_t pods)
{
	ns_t requests = pods * m->requests - m->burst;

	return ns_max(at_rate(pods, m->pods_milli),
		requests > 0 ? at_rate(requests, m->qps_milli) : 0);
}

/* What looking at pods on nodes took for all pods up to that one: the n-th looks at n of them
 * on every node, or at those that count. */
static ns_t looking_takes(const struct scenario *s, ns_t pods)
{
	const ns_t longest = 366 * 24 * NS_HOUR;
	ns_t pairs = (pods - 1) * pods / 2;

	pairs = pairs / PPM * s->scheduler_looks_at + pairs % PPM * s->scheduler_looks_at / PPM;
	if (pairs > longest / s->scheduler_pair / s->nodes)
		return longest;
	return pairs * s->scheduler_pair * s->nodes;
}

ns_t scheduler_bound_after(const struct scenario *s, ns_t pods_before)
{
	ns_t pods = pods_before + 1;
	ns_t after = is_of_the_release(s) ? of_the_release(&s->kubelet.scheduler, pods)
					  : at_rate(pods, s->scheduler_milli);

	return s->scheduler_pair > 0 ? after + looking_takes(s, pods) : after;
}
