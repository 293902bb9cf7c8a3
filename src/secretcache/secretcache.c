/* SPDX-License-Identifier: Apache-2.0 */
#include "secretcache/designs.h"

#include <assert.h>

void sc_init(struct secretcache *s, const struct sc_params *params, struct arena *mem)
{
	*s = (struct secretcache){.params = params};
	s->entry = ARENA_ARRAY(mem, struct sc_entry, params->entries + 1);
	s->reader = ARENA_ARRAY(mem, struct sc_reader, params->readers);
	for (uint32_t i = 0; i <= params->entries; i++)
		s->entry[i].waiter = SC_NOBODY;
}

static bool has_reflectors(const struct secretcache *s)
{
	return s->params->kind == SC_WATCH;
}

/* The entry of key within [first, first + n): the one that has it, else a free one.  Open
 * addressing: a search ends at a place that was never used. */
static uint32_t entry_of(struct secretcache *s, uint32_t key, uint32_t first, uint32_t n)
{
	uint32_t empty = SC_NOBODY;
	uint32_t at = (uint32_t)((uint64_t)(key * 2654435761u) * n >> 32);

	for (uint32_t tried = 0; tried < n; tried++, at = at + 1 < n ? at + 1 : 0) {
		struct sc_entry *e = &s->entry[first + at];

		if (e->refs && e->key == key)
			return first + at;
		if (e->refs == 0 && empty == SC_NOBODY)
			empty = first + at;
		if (!e->used)
			break;
	}
	assert(empty != SC_NOBODY); /* as many places as pods */
	s->entry[empty].used = true;
	return empty;
}

uint32_t sc_add_reference(struct secretcache *s, uint32_t key, uint32_t first, uint32_t n,
	bool immutable, bool *started)
{
	uint32_t i = entry_of(s, key, first, n);
	struct sc_entry *e = &s->entry[i];

	*started = false;
	if (e->refs++ == 0) {
		e->key = key;
		e->immutable = immutable;
		e->has_data = e->has_error = false;
		e->version = 0;
		e->read_at = NS_NEVER;
		s->n_live++;
		if (has_reflectors(s)) {
			*started = true;
			e->reflector = SC_STARTING;
			e->synced = false;
		}
	}
	e->generation++;
	e->has_data = false; /* the next Get fetches, for all pods that share it */
	e->has_error = false;
	if (s->params->kind == SC_BULKWATCH &&
		s->entry[s->params->entries].reflector == SC_STOPPED) {
		s->entry[s->params->entries].reflector = SC_STARTING;
		*started = true;
	}
	return i;
}

bool sc_delete_reference(struct secretcache *s, uint32_t entry)
{
	struct sc_entry *e = &s->entry[entry];

	assert(e->refs > 0);
	if (--e->refs > 0)
		return false;
	e->has_data = e->has_error = false;
	e->reflector = SC_STOPPED;
	e->synced = false;
	s->n_live--;
	return true;
}

enum sc_verdict sc_never_get(struct secretcache *s, uint32_t reader)
{
	return s->reader[reader].had ? SC_SERVED : SC_FETCH;
}

enum sc_verdict sc_get(
	struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader, bool *quorum)
{
	*quorum = true;
	switch (s->params->kind) {
	case SC_NEVER:
		return sc_never_get(s, reader);
	case SC_GET:
		return SC_FETCH;
	case SC_CACHE:
		return sc_cache_get(s, now, entry, reader, quorum);
	case SC_WATCH:
		return sc_watch_get(s, now, entry, reader);
	case SC_BULKWATCH:
		return sc_bulk_get(s, now, reader);
	}
	return SC_FETCH;
}

bool sc_fetched(struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader,
	enum outcome what, uint32_t *version)
{
	if (s->params->kind == SC_CACHE)
		return sc_cache_fetched(s, now, entry, reader, what, version);
	if (what == OUTCOME_OK) {
		s->reader[reader].had = true;
		s->entry[entry].version = *version;
	}
	return what == OUTCOME_OK;
}

/* ------------------------------------------------------------------ who waits */

/* At the end: readers are served in the order in which they came. */
void sc_enqueue(struct secretcache *s, uint32_t entry, uint32_t reader)
{
	uint32_t *at = &s->entry[entry].waiter;

	while (*at != SC_NOBODY)
		at = &s->reader[*at].next;
	*at = reader;
	s->reader[reader].next = SC_NOBODY;
	s->reader[reader].generation = s->entry[entry].generation;
}

/* A fetch of an older generation frees only those who waited for that one's lock. */
uint32_t sc_next_waiter(struct secretcache *s, uint32_t entry, uint32_t reader)
{
	uint32_t *at = &s->entry[entry].waiter;
	bool any = reader == SC_NOBODY;

	for (; *at != SC_NOBODY; at = &s->reader[*at].next) {
		uint32_t w = *at;

		if (!any && s->reader[w].generation != s->reader[reader].generation)
			continue;
		*at = s->reader[w].next;
		return w;
	}
	return SC_NOBODY;
}

void sc_forget_waiter(struct secretcache *s, uint32_t entry, uint32_t reader)
{
	uint32_t *at = &s->entry[entry].waiter;

	while (*at != SC_NOBODY && *at != reader)
		at = &s->reader[*at].next;
	if (*at == reader)
		*at = s->reader[reader].next;
}

void sc_forget_reader(struct secretcache *s, uint32_t reader)
{
	s->reader[reader].had = s->reader[reader].handed = false;
}
