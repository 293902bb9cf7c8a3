/* SPDX-License-Identifier: Apache-2.0 */
#include "secretcache/secretcache.h"

#include "property.h"

#include "kit.h"

enum { PODS = KIT_ENTRIES, KEYS = 12, STEPS = 1000 };

struct pod {
	bool registered;
	uint32_t key, entry;
};

static void counts_agree(const struct kit *k, const struct pod *pods, struct property *p)
{
	uint32_t refs[KEYS] = {0};
	uint32_t live = 0;

	for (uint32_t i = 0; i < PODS; i++)
		if (pods[i].registered) {
			refs[pods[i].key]++;
			HOLDS(p, k->sc.entry[pods[i].entry].key == pods[i].key);
		}
	for (uint32_t i = 0; i < PODS; i++)
		if (pods[i].registered)
			HOLDS(p, k->sc.entry[pods[i].entry].refs == refs[pods[i].key]);
	for (uint32_t key = 0; key < KEYS; key++)
		live += refs[key] > 0;
	HOLDS(p, k->sc.n_live == live);
}

/* RegisterPod: the new references first, then the old ones go. */
static void register_pod(struct kit *k, struct pod *pod, struct property *p)
{
	uint32_t key =
		pod->registered && property_below(p, 2) ? pod->key : property_below(p, KEYS);
	bool started;
	uint32_t entry;

	if (pod->registered && key != pod->key) { /* places are as many as pods */
		(void)sc_delete_reference(&k->sc, pod->entry);
		pod->registered = false;
	}
	entry = sc_add_reference(&k->sc, key, 0, KIT_ENTRIES, false, &started);
	HOLDS(p, started == (k->params.kind == SC_WATCH && k->sc.entry[entry].refs == 1));
	if (pod->registered)
		HOLDS(p, !sc_delete_reference(&k->sc, pod->entry));
	*pod = (struct pod){true, key, entry};
}

static void entries_are_counted_like_references_once(struct property *p)
{
	struct pod pods[PODS] = {0};
	struct kit k;

	kit_init(&k, property_below(p, 2) ? SC_CACHE : SC_WATCH);
	for (int i = 0; i < STEPS; i++) {
		struct pod *pod = &pods[property_below(p, PODS)];

		if (property_below(p, 3)) {
			register_pod(&k, pod, p);
		} else if (pod->registered) {
			(void)sc_delete_reference(&k.sc, pod->entry);
			pod->registered = false;
		}
		counts_agree(&k, pods, p);
	}
	for (uint32_t i = 0; i < PODS; i++)
		if (pods[i].registered)
			(void)sc_delete_reference(&k.sc, pods[i].entry);
	HOLDS(p, k.sc.n_live == 0);
	HOLDS(p, sc_open_watches(&k.sc, NS_S) == 0);
	for (uint32_t e = 0; e < KIT_ENTRIES; e++)
		HOLDS(p, k.sc.entry[e].refs == 0 && !k.sc.entry[e].has_data);
	kit_fini(&k);
}

static void entries_are_counted_like_references(void **state)
{
	(void)state;
	property_each(200, entries_are_counted_like_references_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_counted_like_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
