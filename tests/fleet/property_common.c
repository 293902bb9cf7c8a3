/* SPDX-License-Identifier: Apache-2.0 */
/* Common random numbers: what a field does not touch is drawn as before. */
#include "property.h"

#include "kit.h"

enum { CALLS = 1 << 18 };

/* Every call of a node. */
struct calls_made {
	uint32_t n;
	struct one {
		struct call_name name;
		struct tally_call call;
	} one[CALLS];
	const struct calls *names;
};

static void note_call(void *ctx, const struct tally_call *call)
{
	struct calls_made *m = ctx;

	assert_true(m->n < CALLS);
	m->one[m->n].name = m->names->name[call->call];
	m->one[m->n++].call = *call;
}

/* By time; those of one moment come in any order. */
static int by_time(const void *x, const void *y)
{
	const struct one *a = x, *b = y;
	int verb = strcmp(a->name.verb, b->name.verb);
	int resource = strcmp(a->name.resource, b->name.resource);

	if (a->call.at != b->call.at)
		return a->call.at < b->call.at ? -1 : 1;
	if (verb || resource)
		return verb ? verb : resource;
	if (a->call.took != b->call.took)
		return a->call.took < b->call.took ? -1 : 1;
	return (int)a->call.what - (int)b->call.what;
}

/* Run it, and have what one node of it called. */
static struct calls_made *made_in(struct kit *k)
{
	struct calls_made *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->names = &k->scenario.calls;
	k->params.trace = note_call;
	k->params.trace_node = 1;
	k->params.ctx = m;
	kit_run(k);
	m->names = NULL;
	qsort(m->one, m->n, sizeof(m->one[0]), by_time);
	return m;
}

enum { RUNTIME = 1, REQUESTS = 2, ALL = RUNTIME | REQUESTS };

/* Fields, another value, and which calls of a node at rest have nothing to do with it. */
static const struct {
	const char *set;
	unsigned same;
} fields[] = {
	{"kubelet.objects.ttl=5m", RUNTIME},
	{"kubelet.objects.design=get", RUNTIME},
	{"kubelet.objects.design=bulkwatch", RUNTIME},
	{"workload.objects[0].sharedBy=namespace", RUNTIME},
	{"workload.objects[0].updateEvery=1m", ALL},
	{"workload.namespaces=7", ALL},
	{"workload.imagePresent=false", RUNTIME},
	{"kubelet.pleg.design=evented", REQUESTS},
	{"kubelet.pleg.relistPeriod=3s", REQUESTS},
	{"kubelet.loops.imageGC=null", REQUESTS},
	{"kubelet.loops.containerLogManager=null", REQUESTS},
	{"kubelet.loops.lease=null", RUNTIME},
	{"kubelet.clients.events.qps=1", ALL},
	{"kubelet.worker.crashBackOff=1s", ALL},
	{"workload.terminationGracePeriod=1s", ALL},
	{"runtime.operations.exec_sync.mean=1s", ALL},
	{"runtime.operations.run_podsandbox.mean=1s", ALL},
};

static unsigned side_of(uint32_t call)
{
	return call_is_runtime((uint16_t)call) ? RUNTIME : REQUESTS;
}

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* Call by call, at the same nanosecond and as fast. */
static void times_are_the_same(const struct property *p, unsigned same, const char *set,
	const struct calls_made *before, const struct calls_made *after)
{
	uint32_t at = 0;
	uint32_t compared = 0;

	for (uint32_t i = 0; i < before->n; i++) {
		const struct one *o = &before->one[i];

		if (!(same & side_of(o->call.call)))
			continue;
		while (at < after->n && !(same & side_of(after->one[at].call.call)))
			at++;
		if (at == after->n || by_time(o, &after->one[at]) != 0)
			fail_msg("%s: %s %s at %" PRId64 " for %" PRId64
				 " is not there, but %s %s at %" PRId64 " for %" PRId64
				 ": SEED=%" PRIu64,
				set, o->name.verb, o->name.resource, o->call.at, o->call.took,
				at < after->n ? after->one[at].name.verb : "",
				at < after->n ? after->one[at].name.resource : "nothing",
				at < after->n ? after->one[at].call.at : 0,
				at < after->n ? after->one[at].call.took : 0, p->seed);
		at++;
		compared++;
	}
	HOLDS(p, compared > 40);
}

static void the_rest_is_as_it_was_once(struct property *p)
{
	uint32_t f = property_below(p, FIELDS);
	char pods[64], seed[64];
	struct kit *before, *after;
	struct calls_made *made[2];

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 60));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	before = KIT("v1.20", "secrets-30", "nodes=4", "duration=6m", pods, seed);
	after = KIT("v1.20", "secrets-30", "nodes=4", "duration=6m", pods, seed, fields[f].set);
	made[0] = made_in(before);
	made[1] = made_in(after);
	for (uint32_t c = 0; c < before->scenario.calls.n; c++) {
		if (fields[f].same & side_of(c) && kit_count(before, c) != kit_count(after, c))
			fail_msg("%s: %" PRIu64 " calls of %u, %" PRIu64
				 " before: SEED=%" PRIu64,
				fields[f].set, kit_count(after, c), c, kit_count(before, c),
				p->seed);
	}
	times_are_the_same(p, fields[f].same, fields[f].set, made[0], made[1]);
	free(made[0]);
	free(made[1]);
	kit_free(before);
	kit_free(after);
}

static void the_rest_is_as_it_was(void **state)
{
	(void)state;
	property_each(100, the_rest_is_as_it_was_once);
}

/* ------------------------------------------------------------------ features */

static struct calls_made *made_by(const char *kubelet, const char *const *sets)
{
	struct kit *k = kit_compose(kubelet, "secrets-30", sets);
	struct calls_made *m = made_in(k);

	kit_free(k);
	return m;
}

/* What the one made the other made too, at the same nanosecond and as fast. */
static void all_of_it_is_in(
	const struct property *p, const struct calls_made *less, const struct calls_made *more)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < less->n; i++) {
		const struct one *o = &less->one[i];

		while (at < more->n && by_time(o, &more->one[at]) != 0)
			at++;
		if (at == more->n)
			fail_msg("%s %s at %" PRId64
				 " is not there any more, or took not %" PRId64
				 ": SEED=%" PRIu64,
				o->name.verb, o->name.resource, o->call.at, o->call.took,
				p->seed);
		at++;
	}
}

/* Features without settings of their own, that ask under each trigger, of runtime and server.
 */
static const char *const features[] = {"with=container-checkpoint-audit", "with=kube-proxy",
	"with=heapster", "with=log-shipper-lists-pods", "with=node-feature-discovery-informer",
	"with=node-problem-detector", "with=persistent-volume-gets",
	"with=pod-ready-condition"};

/* Of three features one goes or comes: whoever it stood before or behind, and the kubelet, call
 * as before.  No limiter may hold anybody back for another, that would be no noise. */
static void a_feature_disturbs_nobody_once(struct property *p)
{
	static const char *const kubelets[] = {"v1.6", "v1.12", "v1.20", "v1.27"};
	static const char *const starts[] = {"start=stationary", "start=atOnce"};
	const uint32_t n = sizeof(features) / sizeof(features[0]);
	const char *kubelet = kubelets[property_below(p, 4)];
	uint32_t first = property_below(p, n), gone = property_below(p, 3);
	char seed[64];
	const char *sets[16] = {"nodes=2", "duration=6m", "kubelet.clients.kube.qps=-1",
		"kubelet.clients.events.qps=-1", "workload.pods=12", seed,
		starts[property_below(p, 2)]};
	struct calls_made *less, *more;

	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	for (uint32_t i = 0; i < 3; i++)
		sets[7 + i] = features[(first + i * 3) % n];
	more = made_by(kubelet, sets);
	sets[7 + gone] = sets[9];
	sets[9] = NULL;
	less = made_by(kubelet, sets);
	if (less->n < 500 || more->n < less->n)
		fail_msg("%u calls, %u with a feature more: SEED=%" PRIu64, less->n, more->n,
			p->seed);
	all_of_it_is_in(p, less, more);
	free(less);
	free(more);
}

static void a_feature_disturbs_nobody(void **state)
{
	(void)state;
	property_each(60, a_feature_disturbs_nobody_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_is_as_it_was),
		cmocka_unit_test(a_feature_disturbs_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
