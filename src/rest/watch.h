/* SPDX-License-Identifier: Apache-2.0 */
/* A WATCH: the changes of what a client asked for, in order.
 *
 * A watch remembers up to which resource version it has told, and reads on from the store's
 * history when its client can take more.  So a client that does not read holds no memory but
 * its connection's, and one that is too slow for the history is told 410 Expired, never
 * nothing.  The store marks those watches that a change concerns; the driver empties them.
 */
#ifndef REST_WATCH_H
#define REST_WATCH_H

#include <stdbool.h>

#include "rest/store.h"

struct watch_params {
	const struct rest_resource *resource;
	const char *ns;         /* "": all */
	struct selector fields; /* taken over */
	struct selector labels; /* taken over */
	bool bookmarks;
	bool from_now;    /* begin with all that there is (no resource version, or 0) */
	bool as_table;    /* objects as kubectl prints them (table.h) */
	bool initial_end; /* and say with a bookmark when that is told */
	uint64_t version; /* else: with what came after */
	void *owner;      /* the driver's */
};

/* Read by anyone; written by watch.c only. */
struct rest_watch {
	const struct rest_resource *resource;
	char *ns;
	struct selector fields, labels;
	bool bookmarks;
	bool initial_end; /* still to be said */
	bool as_table;
	int64_t now_s;              /* for ages in tables: the driver says when it reads */
	bool is_ready;              /* it is in the store's list */
	bool is_idle;               /* it has told all that concerns it */
	bool is_over;               /* it told of its end */
	uint64_t told;              /* everything up to this version */
	struct rest_object **first; /* what there was when it began */
	size_t n_first, at_first;
	uint64_t n_events;
	void *owner;
	struct rest_watch *next_ready, *prev_ready;
	struct rest_watch *next, **link; /* in its bucket */
	uint32_t bucket;
};

/* Begin; it is ready if there is something to tell.  Freed by watch_free. */
struct rest_watch *watch_new(struct store *s, struct watch_params *p);
void watch_free(struct store *s, struct rest_watch *w);

/* A change, for the store: marks whom it concerns. */
void watch_tell(struct store *s, const struct store_event *e);

/* Append the next event to out, one line of JSON.  False: there is nothing more now. */
bool watch_next(struct store *s, struct rest_watch *w, struct str *out);

/* Append a bookmark, if the client asked for them: it has been told all up to now. */
void watch_bookmark(struct store *s, struct rest_watch *w, struct str *out);

/* The next watch that is ready, taken from the list; NULL: none. */
struct rest_watch *watch_take_ready(struct store *s);

/* It has more to tell than its client could take: look again. */
void watch_mark(struct store *s, struct rest_watch *w);

#endif
