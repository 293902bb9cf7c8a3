/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/apiserver.h"

#include "property.h"

#include "kit.h"

enum { STEPS = 2000 };

static void versions_only_grow_once(struct property *p)
{
	struct kit *k = kit_new();
	uint32_t key = property_below(p, 50);
	uint32_t node = property_below(p, 50);
	uint32_t last = 1;

	k->scenario.workload.n_objects = 1;
	k->scenario.workload.objects[0].update_every = property_span(p, NS_S, NS_MIN);
	k->scenario.workload.objects[0].shared_by = (enum sharing)property_below(p, 4);
	if (property_below(p, 3) == 0)
		k->scenario.workload.update_object_every = property_span(p, NS_S, NS_MIN);
	kit_start(k);
	for (ns_t now = 0; now < 20 * NS_MIN; now += property_span(p, 1, 5 * NS_S)) {
		uint32_t v = api_object_version(&k->api, node, 0, key, now);

		HOLDS(p, v >= last);
		last = v;
		if (v < 2)
			continue;
		/* it got this version, and not yet the next */
		HOLDS(p, api_object_changed_at(&k->api, node, 0, key, v) <= now);
		HOLDS(p, api_object_changed_at(&k->api, node, 0, key, v + 1) > now);
	}
	kit_free(k);
}

static void versions_only_grow(void **state)
{
	(void)state;
	property_each(100, versions_only_grow_once);
}

/* What one knows who only listens to the watch. */
struct heard {
	bool exists, deleting;
	uint32_t status;
};

static void hear(struct heard *h, const struct api_event *e, struct property *p)
{
	struct heard *pod = &h[e->pod];

	switch ((enum api_event_kind)e->kind) {
	case API_POD_ADDED:
		HOLDS(p, !pod->exists);
		*pod = (struct heard){.exists = true};
		return;
	case API_POD_DELETING:
		HOLDS(p, pod->exists);
		pod->deleting = true;
		return;
	case API_POD_STATUS:
		HOLDS(p, pod->exists);
		pod->status = e->status;
		return;
	case API_POD_REMOVED:
		HOLDS(p, pod->exists && pod->deleting);
		pod->exists = false;
		return;
	}
}

static void write(struct kit *k, struct property *p, ns_t now)
{
	uint32_t pod = property_below(p, KIT_PODS);

	switch (property_below(p, 4)) {
	case 0:
		if (!k->shard.pod[pod].exists)
			api_pod_create(&k->shard, now, pod);
		return;
	case 1:
		api_pod_delete(&k->shard, now, pod);
		return;
	case 2:
		(void)kit_ask(k, now, API_DELETE_PODS, pod, 0);
		return;
	default:
		(void)kit_ask(k, now, API_PATCH_PODS_STATUS, pod, 1 + property_below(p, 1000));
		return;
	}
}

static void a_watcher_that_reads_everything_knows_the_store_once(struct property *p)
{
	struct kit *k = kit_new();
	struct heard h[KIT_PODS] = {{0}};
	ns_t last = 0;
	ns_t now = 0;

	k->scenario.apiserver.watch_delay =
		(struct latency){.mean = 20 * NS_MS, .p50 = 500000, .p99 = 5000000};
	kit_start(k);
	for (int i = 0; i < STEPS; i++) {
		now += property_span(p, 3 * NS_MS, 30 * NS_MS);
		while (api_next_at(&k->shard) <= now || k->shard.n_events > 2 * KIT_PODS) {
			struct api_event e = api_take(&k->shard);

			HOLDS(p, e.at >= last);
			last = e.at;
			hear(h, &e, p);
		}
		write(k, p, now);
	}
	while (api_next_at(&k->shard) != NS_NEVER) {
		struct api_event e = api_take(&k->shard);

		hear(h, &e, p);
	}
	for (uint32_t pod = 0; pod < KIT_PODS; pod++) {
		HOLDS(p, h[pod].exists == k->shard.pod[pod].exists);
		HOLDS(p, !h[pod].exists || h[pod].deleting == k->shard.pod[pod].deleting);
		HOLDS(p, !h[pod].exists || h[pod].status == k->shard.pod[pod].status);
	}
	kit_free(k);
}

static void a_watcher_that_reads_everything_knows_the_store(void **state)
{
	(void)state;
	property_each(100, a_watcher_that_reads_everything_knows_the_store_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_only_grow),
		cmocka_unit_test(a_watcher_that_reads_everything_knows_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
