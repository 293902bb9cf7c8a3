/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/objects.h"

#include "estimate/renewal.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

/* So few objects of a node with so many sharers change no figure that is printed. */
#define NEGLIGIBLE 1e-7

/* How many objects there are for a node's pods to fall on. */
static uint32_t places(const struct scenario *s)
{
	switch (s->workload.objects[0].shared_by) {
	case SHARED_POD:
		return s->workload.pods;
	case SHARED_NAMESPACE:
		return s->workload.namespaces;
	case SHARED_NODE:
	case SHARED_CLUSTER:
		break;
	}
	return 1;
}

static bool is_shared(const struct scenario *s)
{
	return s->workload.objects[0].shared_by != SHARED_POD;
}

static bool is_random(const struct scenario *s)
{
	return s->workload.objects[0].shared_by == SHARED_NAMESPACE &&
	       s->workload.placement == PLACE_RANDOM;
}

/* expected[k]: of so many objects, those that k pods of the node refer to.  Pods fall on them
 * at random (binomial, from one k to the next), or in turn. */
static void sharers(const struct scenario *s, double *expected)
{
	uint32_t pods = s->workload.pods, m = places(s);
	double p = 1.0 / m, none = m;

	for (uint32_t k = 0; k <= pods; k++)
		expected[k] = 0;
	if (!is_shared(s)) {
		expected[1] = pods;
		return;
	}
	if (!is_random(s) || m == 1) {
		expected[pods / m] += m - pods % m;
		expected[pods / m + (pods % m > 0)] += pods % m;
		return;
	}
	for (uint32_t i = 0; i < pods; i++)
		none *= 1 - p;
	expected[0] = none;
	for (uint32_t k = 1; k <= pods; k++)
		expected[k] = expected[k - 1] * (pods - k + 1) / k * p / (1 - p);
}

/* Of m places, those that some pod of the node falls on. */
static double occupied(uint32_t pods, uint32_t m, bool random)
{
	double none = 1;

	if (!random || pods < 2) /* one is in one, which a quotient misses by its last digit */
		return pods < m ? pods : m;
	for (uint32_t i = 0; i < pods; i++)
		none *= 1 - 1.0 / m;
	return m * (1 - none);
}

double objects_distinct_of(const struct scenario *s, uint32_t object)
{
	const struct workload_model *w = &s->workload;

	switch (w->objects[object].shared_by) {
	case SHARED_POD:
		return w->pods;
	case SHARED_NAMESPACE:
		return namespaces_distinct(s);
	case SHARED_NODE:
	case SHARED_CLUSTER:
		break;
	}
	return w->pods > 0;
}

double objects_distinct(const struct scenario *s)
{
	return objects_distinct_of(s, 0);
}

double namespaces_distinct(const struct scenario *s)
{
	const struct workload_model *w = &s->workload;

	return occupied(w->pods, w->namespaces, w->placement == PLACE_RANDOM);
}

/* A watch asks for whole seconds, below its maximum. */
static double watch_time(const struct kubelet_model *k)
{
	return (SECONDS(k->objects.watch_timeout_min) + SECONDS(k->objects.watch_timeout_max) -
		       1) /
	       2;
}

/* A fetch after the TTL, when some sharing pod syncs; freshness counts from the fetch's end. */
static double cache_rate(
	const struct scenario *s, const struct renewal *r, ns_t ttl, struct arena *mem)
{
	uint32_t pods = s->workload.pods;
	double *expected = ARENA_ARRAY(mem, double, pods + 1);
	double *gap = ARENA_ARRAY(mem, double, pods + 1);
	double rate = 0;

	sharers(s, expected);
	for (uint32_t k = 0; k <= pods; k++)
		expected[k] = expected[k] > NEGLIGIBLE ? expected[k] : 0;
	renewal_gaps(r, SECONDS(ttl), pods, expected, gap, mem);
	for (uint32_t k = 1; k <= pods; k++)
		rate += expected[k] > 0 ? expected[k] / gap[k] : 0;
	return rate;
}

/* Objects over the TTL, but never more than a GET a pod and minute. */
static double cache_nominal(const struct scenario *s, ns_t ttl, double gets)
{
	double rate = ttl > 0 ? objects_distinct(s) / SECONDS(ttl) : gets;

	return rate < gets ? rate : gets;
}

/* A client's limiter lets no more through than its rate. */
static const char *form_fails(const struct scenario *s, const struct objects_estimate *e)
{
	const struct kubelet_model *k = &s->kubelet;
	bool gets = k->objects.design == OBJECT_GET || k->objects.design == OBJECT_CACHE;
	double most = (double)k->client[CLIENT_MAIN].qps_milli / 1000;

	if (most > 0 && gets && e->requests >= most)
		return "the kubelet's limiter lets fewer requests through";
	return NULL;
}

/* The first look that finds an immutable object stops its reflector
 * (watch_based_manager.go Get); without a second look nobody finds it. */
static bool stays_unwatched(const struct scenario *s)
{
	const struct kubelet_model *k = &s->kubelet;

	return s->workload.n_objects > 0 && s->workload.objects[0].immutable &&
	       k->objects.immutable_stop && k->volumes.remount;
}

/* Under polling a sync does not mount what is mounted, and before 1.3 none did. */
static bool mounts_again(const struct kubelet_model *k)
{
	return k->volumes.remount && k->pleg.design != PLEG_POLLING;
}

void objects_estimate(
	const struct scenario *s, ns_t ttl, struct arena *mem, struct objects_estimate *out)
{
	const struct kubelet_model *k = &s->kubelet;
	double pods = s->workload.pods, gets = pods / SECONDS(k->worker.sync_frequency);
	struct renewal r;

	*out = (struct objects_estimate){.distinct = objects_distinct(s)};
	renewal_init(&r, k, mem);
	switch (k->objects.design) {
	case OBJECT_GET:
		out->nominal = gets;
		out->requests = mounts_again(k) ? pods / r.mean : 0;
		out->period = r.mean;
		out->between = "from sync to sync";
		break;
	case OBJECT_CACHE:
		out->nominal = cache_nominal(s, ttl, gets);
		out->requests = pods > 0 && mounts_again(k) ? cache_rate(s, &r, ttl, mem) : 0;
		out->period = SECONDS(ttl) > r.mean ? SECONDS(ttl) : r.mean;
		out->between = SECONDS(ttl) > r.mean ? "of the TTL" : "from sync to sync";
		break;
	case OBJECT_WATCH:
	case OBJECT_BULKWATCH:
		out->period = watch_time(k);
		out->between = "that a watch lasts";
		out->requests = (k->objects.design == OBJECT_WATCH ? out->distinct : pods > 0) /
				out->period;
		out->unwatched = k->objects.design == OBJECT_WATCH && stays_unwatched(s);
		if (out->unwatched)
			out->requests = 0;
		break;
	case OBJECT_NEVER:
	case OBJECT_DESIGNS:
		break;
	}
	out->fails = form_fails(s, out);
	out->nominal *= s->nodes;
	out->requests *= s->nodes;
}
