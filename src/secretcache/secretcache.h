/* SPDX-License-Identifier: Apache-2.0 */
/* How a kubelet gets the secrets and configmaps of its pods.
 *
 * Five designs behind one face: never again (fetched once a mount, to 1.2), a GET at every
 * mount, a TTL cache that pods share, a reflector (LIST, then WATCH) for each object, and one
 * watch a node for all of them (promised in 2017, never built).  An entry is one distinct
 * object that pods of this node reference; a reader is one volume of one pod.  The machine
 * says whether a read is served, must fetch, or has to wait for somebody else's fetch; it
 * sends nothing itself.
 *
 * Sources: pkg/kubelet/util/manager/cache_based_manager.go and watch_based_manager.go
 * (v1.20.2); client-go tools/cache/reflector.go.
 */
#ifndef SECRETCACHE_SECRETCACHE_H
#define SECRETCACHE_SECRETCACHE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/ns.h"
#include "sim/calls.h"

enum sc_kind { SC_NEVER, SC_GET, SC_CACHE, SC_WATCH, SC_BULKWATCH };

#define SC_NOBODY UINT32_MAX

struct sc_params {
	enum sc_kind kind;
	uint32_t entries; /* places for distinct objects */
	uint32_t readers;
	ns_t ttl;                  /* cache: in force on this node; 0: never fresh */
	ns_t watch_min, watch_max; /* a watch ends by itself after whole seconds of these */
	ns_t idle_stop; /* a reflector that nobody read for so long stops; 0: never */
	ns_t idle_check;
	bool immutable_stop;
};

/* What becomes of a read. */
enum sc_verdict {
	SC_SERVED, /* from what is here */
	SC_FETCH,  /* the reader sends a GET and reports it with sc_fetched */
	SC_WAIT,   /* somebody's fetch or LIST is under way: sc_next_waiter brings it back */
};

enum sc_reflector { SC_STOPPED, SC_STARTING, SC_LISTING, SC_WATCHING };

/* One distinct object.  48 bytes. */
struct sc_entry {
	uint32_t key;        /* the owner's own name for the object */
	uint16_t refs;       /* pods that reference it; 0: a free place */
	uint16_t generation; /* of the data: a new reference invalidates (data = NULL) */
	uint32_t version;    /* of the object; 0: none */
	uint32_t waiter;     /* the first reader that waits */
	ns_t fetched_at;     /* when its last fetch COMPLETED */
	ns_t read_at;        /* reflectors: for the idle stop; NS_NEVER: not read yet */
	uint8_t has_data, has_error, busy;
	bool used; /* ever: a search goes on behind it */
	uint8_t reflector;
	bool synced;
	bool immutable;
	uint16_t busy_generation;
};

struct sc_reader {
	uint32_t next; /* in the waiters of its entry */
	uint16_t generation;
	bool had;    /* never: it was fetched; cache: its fetch refreshes a good object */
	bool handed; /* cache: the fetch that it waited for serves it, though overtaken */
};

/* Read by anyone, written by src/secretcache only. */
struct secretcache {
	const struct sc_params *params;
	struct sc_entry *entry; /* [entries]; bulk watch: the last stands for the node */
	struct sc_reader *reader;
	uint32_t n_live;
};

/* An empty cache in memory from mem; params must outlive it. */
void sc_init(struct secretcache *s, const struct sc_params *params, struct arena *mem);

/* A pod that references key is registered, or registered again by an update (which the echo
 * of the kubelet's own status patch is, too): AddReference.  within: the entry places
 * [first, first + n) to use.  Returns the entry; *started if a reflector is to be started. */
uint32_t sc_add_reference(struct secretcache *s, uint32_t key, uint32_t first, uint32_t n,
	bool immutable, bool *started);

/* The other half of an update: the same pod's older reference goes.  True if the entry is
 * free now (its reflector stops). */
bool sc_delete_reference(struct secretcache *s, uint32_t entry);

/* A read.  *quorum: the GET has to ask etcd, not the API server's watch cache. */
enum sc_verdict sc_get(
	struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader, bool *quorum);

/* Whether it is clear already that a read at `at` will be served, and change nothing, if no
 * reference is added before. */
bool sc_will_serve(const struct secretcache *s, ns_t at, uint32_t entry);

/* A reader's GET is answered, with that version if there is one.  False if the read failed and
 * nothing can be served; else *version is what the reader is given, which is the newer object
 * that the cache had if the answer is an older one or an error. */
bool sc_fetched(struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader,
	enum outcome what, uint32_t *version);

/* Take the next reader that waited for what has just become available; SC_NOBODY if none.  It
 * reads again. */
uint32_t sc_next_waiter(struct secretcache *s, uint32_t entry, uint32_t reader);

/* A reader gives up waiting. */
void sc_forget_waiter(struct secretcache *s, uint32_t entry, uint32_t reader);

/* A reader's pod is gone, and another's may come: nothing was ever read.  It does not wait. */
void sc_forget_reader(struct secretcache *s, uint32_t reader);

/* ------------------------------------------------------- reflectors (watch, bulk watch) */

enum sc_reflector_wish { SC_WISH_LIST, SC_WISH_WATCH, SC_WISH_STOP };

/* The reflector starts, or its LIST or WATCH ended so: what it does next. */
enum sc_reflector_wish sc_reflector_step(
	struct secretcache *s, ns_t now, uint32_t entry, enum outcome what);

/* How long the next watch asks to last, from 64 random bits: timeoutSeconds is
 * int(300 * (1 + rand)), so a whole number of seconds in [300, 600). */
ns_t sc_watch_timeout(const struct secretcache *s, uint64_t draw);

/* How long one still lasts, in a row of watches that has gone on for long. */
ns_t sc_watch_left(const struct secretcache *s, uint64_t draw);

/* Whether the reflector's watch is open: not once nobody has read its object for so long that
 * the kubelet, which looks once a minute, has stopped it. */
bool sc_is_watching(const struct secretcache *s, ns_t now, uint32_t entry);

/* How many watches are open. */
uint32_t sc_open_watches(const struct secretcache *s, ns_t now);

#endif
