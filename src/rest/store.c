/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rest/watch.h"

void store_init(struct store *s, const struct store_limits *limits)
{
	size_t kinds;

	(void)rest_resources(&kinds);
	*s = (struct store){.limits = *limits, .oldest = 1};
	s->kind = rest_taken(calloc(kinds, sizeof(*s->kind)));
	s->history = rest_taken(calloc(limits->history, sizeof(*s->history)));
	s->bucket = rest_taken(calloc(STORE_BUCKETS, sizeof(struct rest_watch *)));
}

void store_fini(struct store *s)
{
	size_t kinds;

	(void)rest_resources(&kinds);
	assert(!s->n_watches);
	if (!s->kind)
		return;
	store_forget(s);
	for (size_t k = 0; k < kinds; k++) {
		for (size_t i = 0; i < s->kind[k].n; i++)
			rest_object_drop(store_at(&s->kind[k], i));
		free(s->kind[k].object);
	}
	free(s->kind);
	free(s->history);
	free(s->bucket);
	*s = (struct store){0};
}

struct store_kind *store_kind(const struct store *s, const struct rest_resource *r)
{
	return &s->kind[rest_resource_place(r)];
}

size_t store_seek(
	const struct store *s, const struct rest_resource *r, const char *ns, const char *name)
{
	const struct store_kind *k = store_kind(s, r);
	size_t lo = 0;
	size_t hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (rest_object_order(store_at(k, mid), ns, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct rest_object *store_get(
	const struct store *s, const struct rest_resource *r, const char *ns, const char *name)
{
	const struct store_kind *k = store_kind(s, r);
	size_t at = store_seek(s, r, ns, name);

	if (at == k->n || rest_object_order(store_at(k, at), ns, name) != 0)
		return NULL;
	return store_at(k, at);
}

/* The first one behind the gap becomes the one at `at`. */
static void move_gap(struct store *s, struct store_kind *k, size_t at)
{
	size_t wide = k->room - k->n;
	size_t from = at < k->gap ? at : k->gap + wide;
	size_t to = at < k->gap ? at + wide : k->gap;
	size_t many = at < k->gap ? k->gap - at : at - k->gap;

	if (!many)
		return;
	memmove(k->object + to, k->object + from, many * sizeof(struct rest_object *));
	s->moved += many;
	k->gap = at;
}

static void insert(struct store *s, struct store_kind *k, size_t at, struct rest_object *o)
{
	if (k->n == k->room) {
		k->gap = k->n; /* it has no width */
		k->room = k->room ? 2 * k->room : 16;
		k->object =
			rest_taken(realloc(k->object, k->room * sizeof(struct rest_object *)));
	}
	move_gap(s, k, at);
	k->object[k->gap++] = o;
	k->n++;
}

static void replace(struct store_kind *k, size_t at, struct rest_object *o)
{
	k->object[at < k->gap ? at : at + k->room - k->n] = o;
}

/* It is not dropped. */
static void take_out(struct store *s, struct store_kind *k, size_t at)
{
	move_gap(s, k, at);
	k->n--;
}

/* ------------------------------------------------------------------ history */

/* What the history alone keeps alive: the state before, and the last one of what is deleted. */
static size_t held_bytes(const struct store_event *e)
{
	return (e->before ? e->before->bytes : 0) +
	       (e->change == STORE_DELETED ? e->now->bytes : 0);
}

static void forget_oldest(struct store *s)
{
	struct store_event *e = &s->history[s->oldest % s->limits.history];

	s->history_bytes -= held_bytes(e);
	rest_object_drop(e->now);
	rest_object_drop(e->before);
	*e = (struct store_event){0};
	s->oldest++;
}

void store_forget(struct store *s)
{
	while (s->oldest <= s->version)
		forget_oldest(s);
}

/* The change of version s->version. */
static void remember(struct store *s, struct store_event e)
{
	if (s->version - s->oldest >= s->limits.history)
		forget_oldest(s);
	s->history[s->version % s->limits.history] = e;
	s->history_bytes += held_bytes(&e);
	while (s->history_bytes > s->limits.history_bytes && s->oldest < s->version)
		forget_oldest(s);
	watch_tell(s, &e);
}

/* ------------------------------------------------------------------ expiry */

void store_expire_at(struct store *s, struct rest_object *o, int64_t at_s)
{
	o->sooner = s->last_due;
	o->due_s = o->sooner && o->sooner->due_s > at_s ? o->sooner->due_s : at_s;
	*(o->sooner ? &o->sooner->later : &s->first_due) = o;
	s->last_due = o;
}

struct rest_object *store_expired(const struct store *s, int64_t now_s)
{
	return s->first_due && s->first_due->due_s <= now_s ? s->first_due : NULL;
}

/* Another state takes its place, or none.  NULL: there was none before. */
static void expires_no_more(struct store *s, struct rest_object *o)
{
	if (!o || !o->due_s)
		return;
	*(o->sooner ? &o->sooner->later : &s->first_due) = o->later;
	*(o->later ? &o->later->sooner : &s->last_due) = o->sooner;
	o->sooner = o->later = NULL;
	o->due_s = 0;
}

/* ------------------------------------------------------------------ changes */

int store_put(struct store *s, const struct rest_resource *r, struct json *tree,
	struct rest_object **out, struct err *err)
{
	struct rest_object *o = rest_object_new(r, tree, s->version + 1);
	struct store_kind *k = store_kind(s, r);
	size_t at = store_seek(s, r, o->ns, o->name);
	bool there = at < k->n && rest_object_order(store_at(k, at), o->ns, o->name) == 0;
	struct rest_object *before = there ? store_at(k, at) : NULL;

	if (s->bytes - (before ? before->bytes : 0) + o->bytes > s->limits.bytes ||
		(!there && s->n == s->limits.objects)) {
		rest_object_drop(o);
		return err_set(err, ERR_NOMEM,
			"the store is full: %zu objects of at most %zu (--max-objects), %zu "
			"bytes of at most %zu (--max-bytes)",
			s->n, s->limits.objects, s->bytes, s->limits.bytes);
	}
	s->version++;
	s->bytes += o->bytes - (before ? before->bytes : 0);
	expires_no_more(s, before);
	if (there) {
		replace(k, at, o);
	} else {
		insert(s, k, at, o);
		s->n++;
	}
	/* The history takes over the reference to the state before. */
	remember(s, (struct store_event){
			    there ? STORE_MODIFIED : STORE_ADDED, rest_object_hold(o), before});
	*out = o;
	return 0;
}

void store_delete(struct store *s, struct rest_object *o, struct rest_object **out)
{
	struct store_kind *k = store_kind(s, o->resource);
	size_t at = store_seek(s, o->resource, o->ns, o->name);
	struct json *tree = rest_object_tree(o);

	assert(at < k->n && store_at(k, at) == o);
	expires_no_more(s, o);
	take_out(s, k, at);
	s->n--;
	s->bytes -= o->bytes;
	s->version++;
	*out = rest_object_new(o->resource, tree, s->version);
	json_free(tree);
	remember(s, (struct store_event){STORE_DELETED, *out, o});
}
