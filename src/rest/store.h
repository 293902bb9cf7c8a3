/* SPDX-License-Identifier: Apache-2.0 */
/* All objects, in memory, and what became of them.
 *
 * Objects of a resource are kept in the order of their keys, namespace and name, which is the
 * order of LIST.  Every change takes the next resource version and stays in the history until
 * that holds too many or too much; whoever asks for what is older is told that it is gone.
 * Watches (watch.h) are told of a change at once: those that one object concerns are found by
 * its name or node, without a look at the others.
 *
 * No clock, no I/O.  Bounded: in objects, in bytes, in history.
 */
#ifndef REST_STORE_H
#define REST_STORE_H

#include "base/err.h"
#include "rest/object.h"

struct rest_watch;

struct store_limits {
	size_t objects;       /* > 0 */
	size_t bytes;         /* of objects; > 0 */
	size_t history;       /* changes that are kept; > 0 */
	size_t history_bytes; /* of objects that only they hold */
};

enum store_change { STORE_ADDED, STORE_MODIFIED, STORE_DELETED };

struct store_event {
	enum store_change change;
	struct rest_object *now;    /* of what is deleted: its last state */
	struct rest_object *before; /* NULL if it was added */
};

/* By namespace and name, for store_at.  Where the last one came or went there is a gap, so that
 * neighbours that come or go one after the other, as those of a namespace do, move nobody. */
struct store_kind {
	struct rest_object **object; /* [room], n of them, the gap between */
	size_t n, room;
	size_t gap; /* objects before it */
};

enum { STORE_BUCKETS = 1 << 14 }; /* of watches; a power of two */

/* Read by anyone, written by store.c; watches and ready by watch.c. */
struct store {
	struct store_limits limits;
	uint64_t version; /* of the last change; 0 before the first */
	size_t n, bytes;
	struct store_kind *kind;     /* by resource */
	struct store_event *history; /* a ring: version v at v % limits.history */
	uint64_t oldest;             /* the oldest version in it */
	size_t history_bytes;
	struct rest_watch **bucket; /* watches, by what they are about */
	struct rest_watch *ready;   /* those that have something to tell */
	struct rest_watch *ready_last;
	uint32_t n_watches;
	struct rest_object *first_due, *last_due; /* those that expire, in this order */
	uint64_t moved; /* so often did an object change its place for another's sake */
};

/* Nothing in it.  Limits are copied. */
void store_init(struct store *s, const struct store_limits *limits);

/* No watch may be left.  Harmless on a zeroed store. */
void store_fini(struct store *s);

struct store_kind *store_kind(const struct store *s, const struct rest_resource *r);

/* The i-th object of its order, of k->n. */
static inline struct rest_object *store_at(const struct store_kind *k, size_t i)
{
	return k->object[i < k->gap ? i : i + k->room - k->n];
}

/* The object of that key; NULL if there is none.  Valid until the store changes. */
struct rest_object *store_get(
	const struct store *s, const struct rest_resource *r, const char *ns, const char *name);

/* The first object of a resource at or behind that key. */
size_t store_seek(
	const struct store *s, const struct rest_resource *r, const char *ns, const char *name);

/* Put the object that the tree says, in place of the one of its key if there is one.  *out is
 * valid until the store changes.  ERR_NOMEM: there is no room for it. */
int store_put(struct store *s, const struct rest_resource *r, struct json *tree,
	struct rest_object **out, struct err *err);

/* Take an object out.  Its last state, under a version of its own, is *out. */
void store_delete(struct store *s, struct rest_object *o, struct rest_object **out);

/* That object, the one that the store has, expires then, or when the last of those did. */
void store_expire_at(struct store *s, struct rest_object *o, int64_t at_s);

/* The first that has expired by now; NULL: none.  It stays until it is deleted. */
struct rest_object *store_expired(const struct store *s, int64_t now_s);

/* Forget the history, as a server does that starts anew. */
void store_forget(struct store *s);

/* The change that has that version; s->oldest <= version <= s->version. */
static inline const struct store_event *store_event(const struct store *s, uint64_t version)
{
	return &s->history[version % s->limits.history];
}

#endif
