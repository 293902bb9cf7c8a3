/* SPDX-License-Identifier: Apache-2.0 */
/* A secret cache of a few objects and readers, with its memory. */
#ifndef NODETOLL_TESTS_SECRETCACHE_KIT_H
#define NODETOLL_TESTS_SECRETCACHE_KIT_H

#include <stdlib.h>

#include "tcase.h"

#include "secretcache/secretcache.h"

enum { KIT_ENTRIES = 8, KIT_READERS = 8 };

struct kit {
	struct arena mem;
	struct sc_params params;
	struct secretcache sc;
	uint32_t object; /* the entry of the one that a case is about, if it is one */
};

static inline void kit_init(struct kit *k, enum sc_kind kind)
{
	arena_init(&k->mem, 0);
	k->params = (struct sc_params){.kind = kind,
		.entries = KIT_ENTRIES,
		.readers = KIT_READERS,
		.ttl = NS_MIN,
		.watch_min = 300 * NS_S,
		.watch_max = 600 * NS_S,
		.idle_stop = 5 * NS_MIN,
		.idle_check = NS_MIN,
		.immutable_stop = true};
	sc_init(&k->sc, &k->params, &k->mem);
}

static inline void kit_fini(struct kit *k)
{
	arena_fini(&k->mem);
}

static inline uint32_t kit_add(struct kit *k, uint32_t key)
{
	bool started;

	return sc_add_reference(&k->sc, key, 0, KIT_ENTRIES, false, &started);
}

static inline enum sc_verdict kit_get(struct kit *k, ns_t now, uint32_t entry, uint32_t reader)
{
	bool quorum;

	return sc_get(&k->sc, now, entry, reader, &quorum);
}

static inline bool kit_fetched(struct kit *k, ns_t now, uint32_t entry, uint32_t reader,
	enum outcome what, uint32_t version)
{
	return sc_fetched(&k->sc, now, entry, reader, what, &version);
}

/* A case's setup and teardown: its state is a cache of that kind. */
static inline int kit_begin(void **state, enum sc_kind kind)
{
	struct kit *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	kit_init(k, kind);
	*state = k;
	return 0;
}

static inline int kit_end(void **state)
{
	kit_fini(*state);
	free(*state);
	return 0;
}

#endif
