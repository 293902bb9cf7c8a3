/* SPDX-License-Identifier: Apache-2.0 */
/* GET, LIST and WATCH. */
#include "rest/rest_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "rest/table.h"

void rest_get(struct rest_call *c)
{
	const struct rest_object *o = rest_find(c);

	if (o)
		rest_answer(c, 200, o);
}

/* ------------------------------------------------------------------ selection */

static bool fields_are_known(
	const struct rest_resource *r, const struct selector *s, char *unknown, size_t size)
{
	for (unsigned i = 0; i < s->n; i++) {
		const char *key = s->requirement[i].key;
		bool known =
			!strcmp(key, "metadata.name") ||
			(!strcmp(key, "metadata.namespace") && rest_is(r, REST_NAMESPACED));

		for (size_t f = 0; !known && f < REST_FIELDS_MAX && r->fields[f]; f++)
			known = !strcmp(key, r->fields[f]);
		if (!known) {
			(void)snprintf(unknown, size, "field label not supported: %.80s", key);
			return false;
		}
	}
	return true;
}

/* False and an answer if a selector cannot be understood. */
static bool selectors(struct rest_call *c, struct selector *fields, struct selector *labels)
{
	const struct rest_route *r = c->route;
	char text[ROUTE_NAME + 32];
	struct err err = {0};
	int code;

	*labels = (struct selector){0};
	/* A watch on one object: GET .../NAME?watch=true. */
	(void)snprintf(text, sizeof(text), "metadata.name=%s", r->name);
	code = selector_parse_fields(fields,
		*r->name            ? text
		: r->field_selector ? r->field_selector
				    : "",
		&err);
	if (!code)
		code = selector_parse_labels(
			labels, r->label_selector ? r->label_selector : "", &err);
	if (!code && fields_are_known(r->resource, fields, text, sizeof(text)))
		return true;
	rest_fail(c->reply, 400, NULL, code ? err.text : text);
	selector_fini(fields);
	selector_fini(labels);
	return false;
}

/* Which resource version was asked for: 0 none, or any.  False and an answer: it is none. */
static bool asked_version(struct rest_call *c, uint64_t *version)
{
	const char *text = c->route->resource_version;
	int64_t value = 0;
	char why[96];

	if (text && units_parse_int(text, 0, INT64_MAX, &value, NULL)) {
		(void)snprintf(why, sizeof(why),
			"Invalid value: \"%.40s\": strconv.ParseUint: invalid syntax", text);
		rest_fail(c->reply, 400, NULL, why);
		return false;
	}
	*version = (uint64_t)value;
	return true;
}

/* ------------------------------------------------------------------ list */

/* A page's end: "VERSION NAMESPACE NAME" as hexadecimal, so that nobody reads meaning into it.
 */
static void token_write(struct str *out, uint64_t version, const struct rest_object *next)
{
	char plain[ROUTE_NS + ROUTE_NAME + 32];

	(void)snprintf(
		plain, sizeof(plain), "%" PRIu64 " %s %s", version, next->ns, next->name);
	for (const char *p = plain; *p; p++)
		str_addf(out, "%02x", (unsigned char)*p);
}

struct token {
	uint64_t version;
	char ns[ROUTE_NS], name[ROUTE_NAME];
};

static bool token_read(const char *text, struct token *t)
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
	t->version = strtoull(plain, &end, 10);
	if (end == plain || *end != ' ')
		return false;
	len = strcspn(end + 1, " ");
	if (len >= sizeof(t->ns) || end[1 + len] != ' ' ||
		strlen(end + len + 2) >= sizeof(t->name))
		return false;
	(void)snprintf(t->ns, sizeof(t->ns), "%.*s", (int)len, end + 1);
	(void)snprintf(t->name, sizeof(t->name), "%s", end + len + 2);
	return true;
}

/* Where a list begins; false and an answer if its token is none, or too old: what came after
 * it is no longer known (etcd's compaction, errors.go NewResourceExpired). */
static bool list_begin(struct rest_call *c, size_t *at, uint64_t *version)
{
	const struct rest_route *r = c->route;
	struct store *s = &c->rest->store;
	struct token t;

	*version = s->version;
	*at = *r->ns ? store_seek(s, r->resource, r->ns, "") : 0;
	if (!r->token)
		return true;
	if (!token_read(r->token, &t)) {
		rest_fail(c->reply, 400, NULL, "continue key is not valid");
		return false;
	}
	if (t.version < s->version && t.version + 1 < s->oldest) {
		rest_fail(c->reply, 410, "Expired",
			"The provided continue parameter is too old to display a consistent "
			"list "
			"result. You can start a new list without the continue parameter.");
		return false;
	}
	*version = t.version;
	*at = store_seek(s, r->resource, t.ns, t.name);
	return true;
}

static void list_items(struct rest_call *c, size_t at, const struct selector *fields,
	const struct selector *labels, struct str *items, const struct rest_object **next)
{
	const struct rest_route *r = c->route;
	const struct store_kind *k = store_kind(&c->rest->store, r->resource);
	int64_t n = 0;

	*next = NULL;
	for (; at < k->n; at++) {
		const struct rest_object *o = k->object[at];

		if (*r->ns && strcmp(o->ns, r->ns) != 0)
			break;
		if (!selector_matches(fields, o, rest_object_field) ||
			!selector_matches(labels, o, rest_object_label))
			continue;
		if (r->limit && n == r->limit) {
			*next = o;
			break;
		}
		if (n++)
			str_add_char(items, ',');
		str_add_n(items, o->text, o->len);
	}
}

static void list_write(struct rest_call *c, size_t at, uint64_t version,
	const struct selector *fields, const struct selector *labels)
{
	const struct rest_resource *r = c->route->resource;
	struct str *out = &c->reply->body;
	const struct rest_object *next;
	char group_version[REST_GROUP_VERSION];
	struct str items = {0};

	list_items(c, at, fields, labels, &items, &next);
	str_addf(out,
		"{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":"
		"\"%" PRIu64 "\"",
		r->kind, rest_group_version(r, group_version), version);
	if (next) {
		str_add(out, ",\"continue\":\"");
		token_write(out, version, next);
		str_add_char(out, '"');
	}
	str_add(out, "},\"items\":[");
	str_add_n(out, str_text(&items), str_len(&items));
	str_add(out, "]}\n");
	str_fini(&items);
	c->reply->code = 200;
}

void rest_list(struct rest_call *c)
{
	struct selector fields, labels;
	uint64_t asked, version;
	size_t at;

	if (!asked_version(c, &asked) || !list_begin(c, &at, &version))
		return;
	if (asked > c->rest->store.version) {
		/* storage/errors.go NewTooLargeResourceVersionError */
		rest_fail_status(
			c->reply, &(struct status){.code = 504,
					  .message = "Timeout: Too large resource version",
					  .retry_after = 1});
		return;
	}
	if (!selectors(c, &fields, &labels))
		return;
	list_write(c, at, version, &fields, &labels);
	selector_fini(&fields);
	selector_fini(&labels);
}

/* ------------------------------------------------------------------ watch */

void rest_watch_begin(struct rest_call *c)
{
	const struct rest_route *r = c->route;
	struct watch_params p = {
		.resource = r->resource,
		.ns = r->ns,
		.bookmarks = r->bookmarks,
		.initial_end = r->initial_events,
		.as_table = table_is_wanted(c->req->accept),
		.owner = c->req->owner,
	};

	if (!asked_version(c, &p.version) || !selectors(c, &p.fields, &p.labels))
		return;
	p.from_now = p.version == 0 || r->initial_events;
	c->reply->code = 200;
	c->reply->watch = watch_new(&c->rest->store, &p);
}
