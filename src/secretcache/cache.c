/* SPDX-License-Identifier: Apache-2.0 */
/* The TTL cache that the pods of a node share.  cache_based_manager.go, v1.20.2.
 *
 * What is easily got wrong: AddReference drops the data for everybody, also at the echo of a
 * status patch; freshness counts from the END of the fetch; NotFound is stored yet fetched
 * again at each read; any other error keeps the old object AND its old time; the lock is the
 * data's, so a fetch that an invalidation overtook is not waited for. */
#include "secretcache/designs.h"

static bool is_fresh(const struct secretcache *s, const struct sc_entry *e, ns_t now)
{
	return e->has_data && !e->has_error && now < e->fetched_at + s->params->ttl;
}

/* A fetch under way is of data that was too old when it began. */
bool sc_will_serve(const struct secretcache *s, ns_t at, uint32_t entry)
{
	return s->params->kind == SC_CACHE && is_fresh(s, &s->entry[entry], at);
}

enum sc_verdict sc_cache_get(
	struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader, bool *quorum)
{
	struct sc_entry *e = &s->entry[entry];

	if (s->reader[reader].handed) {
		s->reader[reader].handed = false;
		return SC_SERVED;
	}
	if (e->busy && e->busy_generation == e->generation) {
		sc_enqueue(s, entry, reader);
		return SC_WAIT;
	}
	if (is_fresh(s, e, now))
		return SC_SERVED;
	/* resourceVersion=0 only where there is a good object to refresh */
	*quorum = !e->has_data || e->has_error;
	e->busy = true;
	e->busy_generation = e->generation;
	s->reader[reader].generation = e->generation;
	s->reader[reader].had = !*quorum;
	return SC_FETCH;
}

/* An invalidation overtook the fetch: what it brings goes into data that nobody finds any more
 * but its own reader and those who wait for that data's lock.  They find it fresh. */
static bool overtaken(struct secretcache *s, uint32_t entry, uint32_t reader, enum outcome what,
	uint32_t *version)
{
	struct sc_entry *e = &s->entry[entry];
	const struct sc_reader *r = &s->reader[reader];

	if (what != OUTCOME_OK) {
		*version = e->version;
		return what != OUTCOME_NOT_FOUND && r->had; /* the old object */
	}
	*version = *version > e->version ? *version : e->version;
	e->version = *version;
	for (uint32_t w = e->waiter; w != SC_NOBODY; w = s->reader[w].next)
		s->reader[w].handed |=
			s->reader[w].generation == r->generation && s->params->ttl > 0;
	return true;
}

bool sc_cache_fetched(struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader,
	enum outcome what, uint32_t *version)
{
	struct sc_entry *e = &s->entry[entry];
	bool current = s->reader[reader].generation == e->generation;

	if (e->busy && e->busy_generation == s->reader[reader].generation)
		e->busy = false;
	if (!current)
		return overtaken(s, entry, reader, what, version);
	if (what == OUTCOME_OK && (!e->has_data || *version >= e->version)) {
		e->has_data = true;
		e->has_error = false;
		e->version = *version;
		e->fetched_at = now;
	} else if (what == OUTCOME_NOT_FOUND) {
		e->has_data = true;
		e->has_error = true;
		e->fetched_at = now;
	}
	*version = e->version;
	return e->has_data && !e->has_error;
}
