/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rest/status.h"
#include "rest/table.h"

/* By what a watch is found: kubelets watch their pods by node and everything else by name
 * (kube-apiserver has such indexes too: pkg/registry/core/pod/strategy.go NodeNameTriggerFunc).
 */
#define BY_NODE "spec.nodeName"
#define BY_NAME "metadata.name"

/* FNV-1a. */
static uint32_t bucket_of(const struct rest_resource *r, const char *by, const char *value)
{
	const char *const parts[] = {r->plural, by, value};
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (const char *c = parts[i]; *c; c++)
			h = (h ^ (unsigned char)*c) * 16777619u;
	return h & (STORE_BUCKETS - 1);
}

static uint32_t own_bucket(const struct rest_watch *w)
{
	const char *name = selector_wants(&w->fields, BY_NAME);
	const char *node = selector_wants(&w->fields, BY_NODE);

	if (name)
		return bucket_of(w->resource, BY_NAME, name);
	if (node)
		return bucket_of(w->resource, BY_NODE, node);
	return bucket_of(w->resource, "", "");
}

static bool concerns(const struct rest_watch *w, const struct rest_object *o)
{
	return o && o->resource == w->resource && (!*w->ns || !strcmp(w->ns, o->ns)) &&
	       selector_matches(&w->fields, o, rest_object_field) &&
	       selector_matches(&w->labels, o, rest_object_label);
}

static void gather_first(struct store *s, struct rest_watch *w)
{
	const struct store_kind *k = store_kind(s, w->resource);
	size_t room = 0;

	for (size_t i = *w->ns ? store_seek(s, w->resource, w->ns, "") : 0; i < k->n; i++) {
		if (*w->ns && strcmp(store_at(k, i)->ns, w->ns) != 0)
			break;
		if (!concerns(w, store_at(k, i)))
			continue;
		if (w->n_first == room) {
			room = room ? 2 * room : 4;
			w->first = rest_taken(
				realloc(w->first, room * sizeof(struct rest_object *)));
		}
		w->first[w->n_first++] = rest_object_hold(store_at(k, i));
	}
}

struct rest_watch *watch_new(struct store *s, struct watch_params *p)
{
	struct rest_watch *w = rest_taken(calloc(1, sizeof(*w)));

	w->resource = p->resource;
	w->ns = rest_taken(strdup(p->ns));
	w->fields = p->fields;
	w->labels = p->labels;
	p->fields = p->labels = (struct selector){0};
	w->bookmarks = p->bookmarks;
	w->initial_end = p->initial_end;
	w->as_table = p->as_table;
	w->owner = p->owner;
	w->told = p->from_now ? s->version : p->version;
	if (p->from_now)
		gather_first(s, w);
	w->bucket = own_bucket(w);
	w->link = &s->bucket[w->bucket];
	w->next = *w->link;
	if (w->next)
		w->next->link = &w->next;
	*w->link = w;
	s->n_watches++;
	watch_mark(s, w);
	return w;
}

static void unmark(struct store *s, struct rest_watch *w)
{
	if (!w->is_ready)
		return;
	if (w->prev_ready)
		w->prev_ready->next_ready = w->next_ready;
	else
		s->ready = w->next_ready;
	if (w->next_ready)
		w->next_ready->prev_ready = w->prev_ready;
	else
		s->ready_last = w->prev_ready;
	w->next_ready = w->prev_ready = NULL;
	w->is_ready = false;
}

void watch_mark(struct store *s, struct rest_watch *w)
{
	w->is_idle = false;
	if (w->is_ready)
		return;
	w->is_ready = true;
	w->prev_ready = s->ready_last;
	if (s->ready_last)
		s->ready_last->next_ready = w;
	else
		s->ready = w;
	s->ready_last = w;
}

struct rest_watch *watch_take_ready(struct store *s)
{
	struct rest_watch *w = s->ready;

	if (w)
		unmark(s, w);
	return w;
}

void watch_free(struct store *s, struct rest_watch *w)
{
	unmark(s, w);
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	while (w->at_first < w->n_first)
		rest_object_drop(w->first[w->at_first++]);
	free(w->first);
	free(w->ns);
	selector_fini(&w->fields);
	selector_fini(&w->labels);
	free(w);
	s->n_watches--;
}

/* ------------------------------------------------------------------ telling */

static void tell_bucket(struct store *s, uint32_t bucket, const struct store_event *e)
{
	for (struct rest_watch *w = s->bucket[bucket]; w; w = w->next) {
		if (!concerns(w, e->now) && !concerns(w, e->before))
			continue;
		/* What lies between does not concern it: reading begins here. */
		if (w->is_idle && w->told < s->version - 1)
			w->told = s->version - 1;
		watch_mark(s, w);
	}
}

void watch_tell(struct store *s, const struct store_event *e)
{
	const struct rest_resource *r = e->now->resource;
	const char *now = rest_object_field(e->now, BY_NODE);
	const char *before = e->before ? rest_object_field(e->before, BY_NODE) : now;

	tell_bucket(s, bucket_of(r, "", ""), e);
	tell_bucket(s, bucket_of(r, BY_NAME, e->now->name), e);
	if (!now || !before)
		return; /* it is of no node */
	tell_bucket(s, bucket_of(r, BY_NODE, now), e);
	if (strcmp(before, now) != 0)
		tell_bucket(s, bucket_of(r, BY_NODE, before), e);
}

static void line(struct str *out, const char *type, const char *text, size_t len)
{
	str_addf(out, "{\"type\":\"%s\",\"object\":", type);
	str_add_n(out, text, len);
	str_add(out, "}\n");
}

static void line_object(const struct rest_watch *w, const char *type,
	const struct rest_object *o, struct str *out)
{
	struct str text = {0};
	struct json *table;

	if (!w->as_table) {
		line(out, type, o->text, o->len);
		return;
	}
	table = table_of(o->resource, rest_object_tree(o), w->now_s);
	json_write(table, &text);
	line(out, type, str_text(&text), str_len(&text));
	str_fini(&text);
	json_free(table);
}

/* It no longer is what the client asked for: its last state that was, under the version of
 * this change (cacher.go, newWatchEvent). */
static void line_gone(const struct rest_watch *w, const struct rest_object *before,
	uint64_t version, struct str *out)
{
	struct json *tree = rest_object_tree(before);
	struct rest_object *o = rest_object_new(before->resource, tree, version);

	line_object(w, "DELETED", o, out);
	rest_object_drop(o);
	json_free(tree);
}

/* False: that change does not concern it. */
static bool line_event(const struct rest_watch *w, const struct store_event *e,
	uint64_t version, struct str *out)
{
	bool was = concerns(w, e->before);
	bool is = e->change != STORE_DELETED && concerns(w, e->now);

	if (is)
		line_object(w, was ? "MODIFIED" : "ADDED", e->now, out);
	else if (was && e->change == STORE_DELETED)
		line_object(w, "DELETED", e->now, out);
	else if (was)
		line_gone(w, e->before, version, out);
	return was || is;
}

static void line_expired(struct store *s, struct rest_watch *w, struct str *out)
{
	struct str status = {0};
	char why[96];

	/* watch_cache.go GetAllEventsSinceThreadUnsafe; the client sees a Status. */
	(void)snprintf(why, sizeof(why), "too old resource version: %llu (%llu)",
		(unsigned long long)w->told, (unsigned long long)s->oldest - 1);
	status_write(
		&status, &(struct status){.code = 410, .reason = "Expired", .message = why});
	line(out, "ERROR", str_text(&status), str_len(&status));
	str_fini(&status);
	w->is_over = true;
}

/* An object that has nothing but a resource version. */
static void line_bookmark(const struct rest_watch *w, const char *annotations, struct str *out)
{
	char group_version[REST_GROUP_VERSION];
	struct str object = {0};

	str_addf(&object,
		"{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":\"%"
		"llu\","
		"\"creationTimestamp\":null%s}}",
		w->resource->kind, rest_group_version(w->resource, group_version),
		(unsigned long long)w->told, annotations);
	line(out, "BOOKMARK", str_text(&object), str_len(&object));
	str_fini(&object);
}

bool watch_next(struct store *s, struct rest_watch *w, struct str *out)
{
	if (w->is_over)
		return false;
	if (w->at_first < w->n_first) {
		struct rest_object *o = w->first[w->at_first++];

		line_object(w, "ADDED", o, out);
		rest_object_drop(o);
		w->n_events++;
		return true;
	}
	if (w->initial_end) {
		/* KEP-3157: the client's cache is in sync. */
		w->initial_end = false;
		line_bookmark(
			w, ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}", out);
		return true;
	}
	if (w->told < s->version && w->told + 1 < s->oldest) {
		line_expired(s, w, out);
		return true;
	}
	while (w->told < s->version) {
		w->told++;
		if (line_event(w, store_event(s, w->told), w->told, out)) {
			w->n_events++;
			return true;
		}
	}
	w->is_idle = true;
	return false;
}

void watch_bookmark(struct store *s, struct rest_watch *w, struct str *out)
{
	if (!w->bookmarks || !w->is_idle || w->is_over)
		return;
	w->told = s->version;
	line_bookmark(w, "", out);
}
