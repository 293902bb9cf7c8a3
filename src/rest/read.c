/* SPDX-License-Identifier: Apache-2.0 */
/* GET and WATCH, and what LIST has in common with them. */
#include "rest/rest_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "rest/table.h"

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

bool rest_selectors(struct rest_call *c, struct selector *fields, struct selector *labels)
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

bool rest_asked_version(struct rest_call *c, uint64_t *version)
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

bool rest_version_is_here(struct rest_call *c, uint64_t version)
{
	if (version <= c->rest->store.version)
		return true;
	/* storage/errors.go NewTooLargeResourceVersionError */
	rest_fail_status(c->reply, &(struct status){.code = 504,
					   .message = "Timeout: Too large resource version",
					   .retry_after = 1});
	return false;
}

/* ------------------------------------------------------------------ get */

/* etcd3/store.go Get: what there is, if it is not older than that version. */
void rest_get(struct rest_call *c)
{
	const struct rest_object *o;
	uint64_t version;

	if (!rest_asked_version(c, &version) || !rest_version_is_here(c, version))
		return;
	o = rest_find(c);
	if (o)
		rest_answer(c, 200, o);
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

	if (!rest_asked_version(c, &p.version) || !rest_selectors(c, &p.fields, &p.labels))
		return;
	p.from_now = p.version == 0 || r->initial_events;
	c->reply->code = 200;
	c->reply->watch = watch_new(&c->rest->store, &p);
}
