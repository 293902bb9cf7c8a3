/* SPDX-License-Identifier: Apache-2.0 */
/* A reflector for each distinct object.  watch_based_manager.go (v1.20.2; the idle stop from
 * 1.21), client-go reflector.go: LIST once, then WATCH again and again without a LIST. */
#include "secretcache/designs.h"

#include "base/rng.h"

/* Whether nobody has read it for so long that the check, once a minute, stopped it. */
static bool is_idle(const struct secretcache *s, const struct sc_entry *e, ns_t now)
{
	return s->params->idle_stop > 0 && e->read_at != NS_NEVER &&
	       now - e->read_at > s->params->idle_stop + s->params->idle_check / 2;
}

enum sc_verdict sc_watch_get(struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader)
{
	struct sc_entry *e = &s->entry[entry];

	if (is_idle(s, e, now) && e->reflector == SC_WATCHING)
		e->synced = false;
	if (!e->synced && (e->reflector == SC_STOPPED || e->reflector == SC_WATCHING))
		e->reflector = SC_STARTING;
	e->read_at = now;
	if (!e->synced) {
		sc_enqueue(s, entry, reader);
		return SC_WAIT;
	}
	/* looked at only here, so an object that is never read is watched on */
	if (e->immutable && s->params->immutable_stop)
		e->reflector = SC_STOPPED;
	return SC_SERVED;
}

enum sc_verdict sc_bulk_get(struct secretcache *s, ns_t now, uint32_t reader)
{
	uint32_t all = s->params->entries;

	s->entry[all].read_at = now;
	if (s->entry[all].synced)
		return SC_SERVED;
	sc_enqueue(s, all, reader);
	return SC_WAIT;
}

enum sc_reflector_wish sc_reflector_step(
	struct secretcache *s, ns_t now, uint32_t entry, enum outcome what)
{
	struct sc_entry *e = &s->entry[entry];

	switch ((enum sc_reflector)e->reflector) {
	case SC_STARTING:
		e->reflector = SC_LISTING;
		return SC_WISH_LIST;
	case SC_LISTING:
		if (what != OUTCOME_OK)
			return SC_WISH_LIST;
		e->synced = true;
		e->fetched_at = now;
		e->read_at = e->read_at == NS_NEVER ? now : e->read_at;
		e->reflector = SC_WATCHING;
		return SC_WISH_WATCH;
	case SC_WATCHING:
		if (is_idle(s, e, now)) {
			e->reflector = SC_STOPPED;
			e->synced = false;
			return SC_WISH_STOP;
		}
		if (what == OUTCOME_OK)
			return SC_WISH_WATCH;
		e->reflector = SC_LISTING; /* gone or failed: from the beginning */
		return SC_WISH_LIST;
	case SC_STOPPED:
		break;
	}
	return SC_WISH_STOP;
}

ns_t sc_watch_timeout(const struct secretcache *s, uint64_t draw)
{
	uint64_t span = (uint64_t)(s->params->watch_max - s->params->watch_min) / NS_S;
	uint64_t whole = (uint64_t)(((__extension__(unsigned __int128) draw) * span) >> 64);

	return s->params->watch_min + (ns_t)whole * NS_S;
}

ns_t sc_watch_left(const struct secretcache *s, uint64_t draw)
{
	return rng_residual(draw, s->params->watch_min, s->params->watch_max);
}

bool sc_is_watching(const struct secretcache *s, ns_t now, uint32_t entry)
{
	const struct sc_entry *e = &s->entry[entry];

	return e->reflector == SC_WATCHING && !is_idle(s, e, now);
}

uint32_t sc_open_watches(const struct secretcache *s, ns_t now)
{
	uint32_t open = 0;

	for (uint32_t i = 0; i <= s->params->entries; i++)
		open += sc_is_watching(s, now, i);
	return open;
}
