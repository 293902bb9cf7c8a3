/* SPDX-License-Identifier: Apache-2.0 */
#include "secretcache/secretcache.h"

#include "property.h"

#include "kit.h"

enum { STEPS = 3000 };

/* What a reader does, and what an onlooker expects of it. */
struct reader {
	enum { IDLE, FETCHES, WAITS } state;
	uint32_t generation; /* of invalidations, when its fetch began */
	enum outcome answer; /* on its way, as of when the server read the object */
	uint32_t version;
	uint32_t seen; /* the newest version that it was ever given */
};

struct world {
	struct kit kit;
	struct reader reader[KIT_READERS];
	uint32_t entry;
	uint32_t generation;
	uint32_t version; /* the object's, at the server */
	bool exists;
	bool good;    /* the cache was filled after the last invalidation ... */
	ns_t good_at; /* ... at that time */
	ns_t now;
};

static uint32_t fetches_of(const struct world *w, uint32_t generation)
{
	uint32_t n = 0;

	for (uint32_t r = 0; r < KIT_READERS; r++)
		n += w->reader[r].state == FETCHES && w->reader[r].generation == generation;
	return n;
}

static void served(struct world *w, struct property *p, uint32_t r, uint32_t version)
{
	HOLDS(p, version >= w->reader[r].seen);
	HOLDS(p, version <= w->version);
	w->reader[r].seen = version;
	w->reader[r].state = IDLE;
}

/* The server reads in the order in which it is asked, whatever becomes of its answers: now and
 * then an error, an old version only where its watch cache was asked. */
static void ask(struct world *w, struct property *p, struct reader *r, bool quorum)
{
	uint32_t lag = quorum ? 0 : property_below(p, 3);

	r->state = FETCHES;
	r->generation = w->generation;
	r->version = w->version > lag ? w->version - lag : 1;
	r->answer = w->exists ? OUTCOME_OK : OUTCOME_NOT_FOUND;
	if (property_below(p, 5) == 0)
		r->answer = OUTCOME_ERROR;
}

static void get(struct world *w, struct property *p, uint32_t r)
{
	bool quorum = false;

	switch (sc_get(&w->kit.sc, w->now, w->entry, r, &quorum)) {
	case SC_SERVED:
		HOLDS(p, w->good && w->now < w->good_at + w->kit.params.ttl);
		HOLDS(p, fetches_of(w, w->generation) == 0);
		served(w, p, r, w->kit.sc.entry[w->entry].version);
		return;
	case SC_FETCH:
		HOLDS(p, !w->good || w->now >= w->good_at + w->kit.params.ttl);
		HOLDS(p, fetches_of(w, w->generation) == 0);
		ask(w, p, &w->reader[r], quorum);
		return;
	case SC_WAIT:
		HOLDS(p, fetches_of(w, w->generation) == 1);
		w->reader[r].state = WAITS;
		return;
	}
}

/* All who waited for the fetch read again, in the order in which they came; those who waited
 * for one that an invalidation overtook are served what it brought. */
static void resume_waiters(struct world *w, struct property *p, uint32_t r, bool handed)
{
	uint32_t waiter[KIT_READERS];
	uint32_t n = 0;

	while ((waiter[n] = sc_next_waiter(&w->kit.sc, w->entry, r)) != SC_NOBODY) {
		HOLDS(p, w->reader[waiter[n]].state == WAITS);
		HOLDS(p, ++n < KIT_READERS);
	}
	for (uint32_t i = 0; i < n; i++) {
		bool quorum;

		if (!handed) {
			get(w, p, waiter[i]);
			continue;
		}
		HOLDS(p, sc_get(&w->kit.sc, w->now, w->entry, waiter[i], &quorum) == SC_SERVED);
		served(w, p, waiter[i], w->kit.sc.entry[w->entry].version);
	}
}

static void fetched(struct world *w, struct property *p, uint32_t r)
{
	bool current = w->reader[r].generation == w->generation;
	uint32_t before = w->kit.sc.entry[w->entry].version;
	uint32_t version = w->reader[r].version;
	enum outcome what = w->reader[r].answer;
	bool newer = what == OUTCOME_OK && (!w->good || version >= before);
	bool ok = sc_fetched(&w->kit.sc, w->now, w->entry, r, what, &version);

	HOLDS(p, what != OUTCOME_OK || ok);
	if (current && newer) {
		w->good = true;
		w->good_at = w->now;
	} else if (current && what == OUTCOME_NOT_FOUND) {
		w->good = false;
	}
	w->reader[r].state = IDLE;
	if (ok)
		served(w, p, r, version);
	resume_waiters(w, p, r, !current && what == OUTCOME_OK && w->kit.params.ttl > 0);
}

static void step(struct world *w, struct property *p)
{
	uint32_t r = property_below(p, KIT_READERS);

	w->now += property_span(p, 0, 10 * NS_S);
	switch (property_below(p, 12)) {
	case 0:
		(void)kit_add(&w->kit, 7); /* an update of a pod: two references for a while */
		(void)sc_delete_reference(&w->kit.sc, w->entry);
		w->generation++;
		w->good = false;
		return;
	case 1:
		w->version++;
		return;
	case 2:
		w->exists = property_below(p, 4) > 0;
		return;
	default:
		break;
	}
	if (w->reader[r].state == IDLE)
		get(w, p, r);
	else if (w->reader[r].state == FETCHES)
		fetched(w, p, r);
}

/* Every fetch is answered in the end, and then nobody waits. */
static void nobody_is_left_waiting(struct world *w, struct property *p)
{
	for (int round = 0; round < 4 * KIT_READERS; round++)
		for (uint32_t r = 0; r < KIT_READERS; r++)
			if (w->reader[r].state == FETCHES)
				fetched(w, p, r);
	for (uint32_t r = 0; r < KIT_READERS; r++)
		HOLDS(p, w->reader[r].state == IDLE);
}

static void no_reader_is_given_an_older_version_once(struct property *p)
{
	static const ns_t ttls[] = {0, 15 * NS_S, NS_MIN, 300 * NS_S};
	struct world w = {.version = 1, .exists = true};

	kit_init(&w.kit, SC_CACHE);
	w.kit.params.ttl = ttls[property_below(p, 4)];
	w.entry = kit_add(&w.kit, 7);
	for (int i = 0; i < STEPS; i++)
		step(&w, p);
	nobody_is_left_waiting(&w, p);
	kit_fini(&w.kit);
}

static void no_reader_is_given_an_older_version(void **state)
{
	(void)state;
	property_each(100, no_reader_is_given_an_older_version_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_reader_is_given_an_older_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
