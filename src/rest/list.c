/* SPDX-License-Identifier: Apache-2.0 */
/* LIST: what there is, or what there was when the first page of a list was made.
 *
 * Pages after the first are of the same moment, as etcd's are: where an object has changed
 * since, the history says what it was.  What the history no longer knows is 410. */
#include "rest/rest_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of which moment, and from which key on. */
struct page {
	uint64_t version;
	struct rest_key from;
};

/* A page's end: "VERSION NAMESPACE NAME" as hexadecimal, so that nobody reads meaning into it.
 */
static void token_write(struct str *out, uint64_t version, const struct rest_key *next)
{
	char plain[ROUTE_NS + ROUTE_NAME + 32];

	(void)snprintf(
		plain, sizeof(plain), "%" PRIu64 " %s %s", version, next->ns, next->name);
	for (const char *p = plain; *p; p++)
		str_addf(out, "%02x", (unsigned char)*p);
}

static bool token_read(const char *text, struct page *p)
{
	char plain[ROUTE_NS + ROUTE_NAME + 32];
	size_t len = strlen(text);
	unsigned byte;
	char *end;

	if (len % 2 || len / 2 >= sizeof(plain))
		return false;
	for (size_t i = 0; i < len / 2; i++) {
		char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

		byte = (unsigned)strtoul(pair, &end, 16);
		if (*end || end == pair)
			return false;
		plain[i] = (char)byte;
	}
	plain[len / 2] = '\0';
	p->version = strtoull(plain, &end, 10);
	if (end == plain || *end != ' ')
		return false;
	len = strcspn(end + 1, " ");
	if (len >= sizeof(p->from.ns) || end[1 + len] != ' ' ||
		strlen(end + len + 2) >= sizeof(p->from.name))
		return false;
	(void)snprintf(p->from.ns, sizeof(p->from.ns), "%.*s", (int)len, end + 1);
	(void)snprintf(p->from.name, sizeof(p->from.name), "%s", end + len + 2);
	return true;
}

/* ------------------------------------------------------------------ the past */

/* An object that has changed since. */
struct change {
	const struct rest_object *now;  /* of its first change since: its key */
	const struct rest_object *then; /* NULL: it was not there */
	uint64_t version;
};

/* The objects of a resource at a version, in the order of their keys. */
struct past {
	const struct store_kind *kind;
	size_t at; /* in kind */
	struct change *change;
	size_t n, i;
};

static int by_key(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int order = rest_object_order(x->now, y->now->ns, y->now->name);

	return order ? order : (x->version > y->version) - (x->version < y->version);
}

static void past_init(struct past *p, const struct store *s, const struct rest_resource *r,
	uint64_t version, const struct rest_key *from)
{
	size_t room = 0, n = 0;

	*p = (struct past){
		.kind = store_kind(s, r), .at = store_seek(s, r, from->ns, from->name)};
	for (uint64_t v = version + 1; v <= s->version; v++) {
		const struct store_event *e = store_event(s, v);

		if (e->now->resource != r ||
			rest_object_order(e->now, from->ns, from->name) < 0)
			continue;
		if (n == room) {
			room = room ? 2 * room : 64;
			p->change = rest_taken(realloc(p->change, room * sizeof(*p->change)));
		}
		p->change[n++] = (struct change){e->now, e->before, v};
	}
	if (n)
		qsort(p->change, n, sizeof(*p->change), by_key);
	/* The first change since tells what was before; later ones do not matter. */
	for (size_t i = 0; i < n; i++)
		if (!p->n || rest_object_order(p->change[p->n - 1].now, p->change[i].now->ns,
				     p->change[i].now->name) != 0)
			p->change[p->n++] = p->change[i];
}

static void past_fini(struct past *p)
{
	free(p->change);
}

/* NULL: no more. */
static const struct rest_object *past_next(struct past *p)
{
	for (;;) {
		const struct rest_object *o =
			p->at < p->kind->n ? store_at(p->kind, p->at) : NULL;
		const struct change *c = p->i < p->n ? &p->change[p->i] : NULL;
		int order = !o ? 1 : !c ? -1 : rest_object_order(o, c->now->ns, c->now->name);

		if (!o && !c)
			return NULL;
		p->at += order <= 0;
		p->i += order >= 0;
		if (order < 0)
			return o;
		if (c->then)
			return c->then;
	}
}

/* How many are still to come of a namespace, "": of all; the past alone is walked. */
static size_t past_left(const struct past *p, const struct store *s,
	const struct rest_resource *r, const char *ns)
{
	/* No name has a byte like this one: it is the key behind the namespace's last. */
	size_t left = (*ns ? store_seek(s, r, ns, "\x7f") : p->kind->n) - p->at;

	for (size_t i = p->i; i < p->n; i++) {
		const struct rest_object *now = p->change[i].now;

		if (*ns && strcmp(now->ns, ns) != 0)
			break;
		left += p->change[i].then != NULL;
		left -= store_get(s, r, now->ns, now->name) != NULL;
	}
	return left;
}

/* ------------------------------------------------------------------ the list */

static bool too_old(struct rest_call *c, const char *what)
{
	char why[192];

	(void)snprintf(why, sizeof(why),
		"The provided %s is too old to display a consistent list result. You can "
		"start a new list without the %s.",
		what, what);
	rest_fail(c->reply, 410, "Expired", why);
	return false;
}

/* False and an answer: what is said of versions contradicts itself.  apimachinery
 * internalversion/validation ValidateListOptions, and etcd3/store.go List. */
static bool versions_agree(struct rest_call *c)
{
	const struct rest_route *r = c->route;
	const char *match = r->version_match, *version = r->resource_version;
	const char *why = NULL;

	if (match && !version)
		why = "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is "
		      "provided";
	else if (match && r->token)
		why = "Forbidden: resourceVersionMatch is forbidden when continue is provided";
	else if (match && strcmp(match, "Exact") != 0 && strcmp(match, "NotOlderThan") != 0)
		why = "Unsupported value: supported values: \"Exact\", \"NotOlderThan\"";
	else if (match && !strcmp(match, "Exact") && !strcmp(version, "0"))
		why = "Forbidden: resourceVersionMatch \"exact\" is forbidden for "
		      "resourceVersion \"0\"";
	if (why) {
		char text[160];

		(void)snprintf(text, sizeof(text), "resourceVersionMatch: %s", why);
		rest_fail(c->reply, 422, NULL, text);
		return false;
	}
	if (!r->token || !version || !strcmp(version, "0"))
		return true;
	rest_fail(c->reply, 400, NULL,
		"specifying resource version is not allowed when using continue");
	return false;
}

/* False and an answer if its token or version is none, or too old (etcd's compaction, errors.go
 * NewResourceExpired), or yet to come. */
static bool page_begin(struct rest_call *c, struct page *p)
{
	const struct rest_route *r = c->route;
	const struct store *s = &c->rest->store;
	bool is_exact = r->version_match && !strcmp(r->version_match, "Exact");
	uint64_t asked;

	if (!versions_agree(c) || !rest_asked_version(c, &asked))
		return false;
	*p = (struct page){.version = is_exact && asked ? asked : s->version};
	(void)snprintf(p->from.ns, sizeof(p->from.ns), "%s", r->ns);
	if (r->token && !token_read(r->token, p)) {
		rest_fail(c->reply, 400, NULL, "continue key is not valid");
		return false;
	}
	if (!rest_version_is_here(c, asked > p->version ? asked : p->version))
		return false;
	if (p->version < s->version && p->version + 1 < s->oldest)
		return too_old(c, r->token ? "continue parameter" : "resource version");
	return true;
}

bool rest_list_begin(struct rest_call *c, struct rest_key *first)
{
	struct page p;

	if (!page_begin(c, &p))
		return false;
	*first = p.from;
	return true;
}

/* What a page has, and what comes behind it. */
struct list {
	struct str items;
	struct rest_key next; /* without a name: nothing */
	size_t left;          /* from there on */
};

static void list_items(struct rest_call *c, const struct page *p, const struct selector *fields,
	const struct selector *labels, struct list *list)
{
	const struct rest_route *r = c->route;
	const struct rest_object *o;
	struct past past;
	int64_t n = 0;

	past_init(&past, &c->rest->store, r->resource, p->version, &p->from);
	while ((o = past_next(&past)) != NULL) {
		if (*r->ns && strcmp(o->ns, r->ns) != 0)
			break;
		if (!selector_matches(fields, o, rest_object_field) ||
			!selector_matches(labels, o, rest_object_label))
			continue;
		if (r->limit && n == r->limit) {
			(void)snprintf(list->next.ns, sizeof(list->next.ns), "%s", o->ns);
			(void)snprintf(list->next.name, sizeof(list->next.name), "%s", o->name);
			list->left = 1 + past_left(&past, &c->rest->store, r->resource, r->ns);
			break;
		}
		if (n++)
			str_add_char(&list->items, ',');
		str_add_n(&list->items, o->text, o->len);
	}
	past_fini(&past);
}

static void list_write(struct rest_call *c, const struct page *p, const struct selector *fields,
	const struct selector *labels)
{
	const struct rest_resource *r = c->route->resource;
	struct str *out = &c->reply->body;
	char group_version[REST_GROUP_VERSION];
	struct list list = {0};

	list_items(c, p, fields, labels, &list);
	str_addf(out,
		"{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":"
		"\"%" PRIu64 "\"",
		r->kind, rest_group_version(r, group_version), p->version);
	if (*list.next.name) {
		str_add(out, ",\"continue\":\"");
		token_write(out, p->version, &list.next);
		str_add_char(out, '"');
		/* etcd3/store.go List: with a selector nobody knows how many it leaves. */
		if (!fields->n && !labels->n)
			str_addf(out, ",\"remainingItemCount\":%zu", list.left);
	}
	str_add(out, "},\"items\":[");
	str_add_n(out, str_text(&list.items), str_len(&list.items));
	str_add(out, "]}\n");
	str_fini(&list.items);
	c->reply->code = 200;
}

void rest_list(struct rest_call *c)
{
	struct selector fields, labels;
	struct page page;

	if (!page_begin(c, &page) || !rest_selectors(c, &fields, &labels))
		return;
	list_write(c, &page, &fields, &labels);
	selector_fini(&fields);
	selector_fini(&labels);
}
