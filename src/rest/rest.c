/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "rest/fields.h"
#include "rest/proto.h"
#include "rest/rest_priv.h"
#include "rest/table.h"
#include "rest/when.h"

void rest_fail_status(struct rest_reply *reply, const struct status *s)
{
	str_reset(&reply->body);
	status_write(&reply->body, s);
	reply->code = s->code;
	reply->retry_after = s->retry_after;
	reply->media = "application/json";
}

void rest_fail(struct rest_reply *reply, int code, const char *reason, const char *message)
{
	rest_fail_status(
		reply, &(struct status){.code = code, .reason = reason, .message = message});
}

void rest_reply_fini(struct rest_reply *reply)
{
	str_fini(&reply->body);
}

/* errors.go NewNotFound, NewAlreadyExists, NewConflict: `pods "a"`, `leases.coordination.k8s.io
 * "a"`. */
static void fail_about(
	struct rest_call *c, int code, const char *reason, const char *name, const char *text)
{
	const struct rest_resource *r = c->route->resource;
	struct str message = {0};

	if (!strcmp(reason, "Conflict"))
		str_add(&message, "Operation cannot be fulfilled on ");
	str_addf(&message, "%s%s%s \"%.253s\"%s", r->plural, *r->group ? "." : "", r->group,
		name, text);
	rest_fail_status(c->reply, &(struct status){.code = code,
					   .reason = reason,
					   .message = str_text(&message),
					   .name = name,
					   .resource = r});
	str_fini(&message);
}

void rest_not_found(struct rest_call *c, const char *name)
{
	fail_about(c, 404, "NotFound", name, " not found");
}

void rest_exists(struct rest_call *c, const char *name)
{
	fail_about(c, 409, "AlreadyExists", name, " already exists");
}

void rest_conflict(struct rest_call *c, const char *why)
{
	char text[512];

	(void)snprintf(text, sizeof(text), ": %s", why);
	fail_about(c, 409, "Conflict", c->route->name, text);
}

void rest_answer(struct rest_call *c, int code, const struct rest_object *o)
{
	c->reply->code = code;
	c->reply->media = "application/json";
	str_add_n(&c->reply->body, o->text, o->len);
	str_add_char(&c->reply->body, '\n');
}

struct rest_object *rest_find(struct rest_call *c)
{
	const struct rest_route *r = c->route;
	struct rest_object *o = store_get(&c->rest->store, r->resource, r->ns, r->name);

	if (!o)
		rest_not_found(c, r->name);
	return o;
}

/* Brackets and commas bound the values of a text. */
static bool has_too_many(const char *body, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += body[i] == ',' || body[i] == '{' || body[i] == '[';
	return n > REST_VALUES_MAX;
}

bool rest_is_media(const char *given, const char *media)
{
	size_t len = strlen(media);

	return given && !strncmp(given, media, len) &&
	       (!given[len] || strchr("; ", given[len]));
}

static struct json *protobuf_body(struct rest_call *c)
{
	struct json *tree = NULL;
	struct err err = {0};
	int code;

	if (proto_parse(c->req->body, c->req->len, &tree, &code, &err))
		rest_fail(c->reply, code, NULL, err.text);
	return tree;
}

static struct json *json_body(struct rest_call *c)
{
	const struct rest_request *req = c->req;
	struct json *tree = NULL;
	struct err err = {0};
	char text[ERR_TEXT_BYTES + 64];

	if (has_too_many(req->body, req->len)) {
		rest_fail(c->reply, 413, NULL, "the body has too many values");
		return NULL;
	}
	if (json_parse(req->body, req->len, &tree, &err)) {
		(void)snprintf(text, sizeof(text), "the body cannot be read: %s", err.text);
		rest_fail(c->reply, 400, NULL, text);
		return NULL;
	}
	if (!json_is_object(tree))
		rest_fail(c->reply, 400, NULL, "the body is to be a JSON object");
	else if (fields_check_keys(tree, &err))
		rest_fail(c->reply, 400, NULL, err.text);
	else
		return tree;
	json_free(tree);
	return NULL;
}

/* negotiation.go: who does not say what it is sends JSON. */
struct json *rest_body(struct rest_call *c)
{
	return rest_is_media(c->req->content_type, PROTO_MEDIA) ? protobuf_body(c)
								: json_body(c);
}

void rest_uid(struct rest *r, char uid[REST_UID_BYTES])
{
	uint64_t a = rng_draw(r->key, 'u', 0, r->draws);
	uint64_t b = rng_draw(r->key, 'u', 1, r->draws++);

	(void)snprintf(uid, REST_UID_BYTES, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
		(unsigned)(0x8000 | (b >> 48 & 0x3fff)),
		(unsigned long long)(b & 0xffffffffffffULL));
}

/* ------------------------------------------------------------------ dispatch */

static void resource_verb(struct rest_call *c)
{
	const struct rest_route *r = c->route;

	switch (r->verb) {
	case VERB_GET:
		rest_get(c);
		break;
	case VERB_LIST:
		rest_list(c);
		break;
	case VERB_WATCH:
		rest_watch_begin(c);
		break;
	case VERB_CREATE:
		if (!strcmp(r->subresource, "binding"))
			rest_bind(c, r->name);
		else if (!strcmp(r->subresource, "token"))
			rest_token(c);
		else
			rest_create(c);
		break;
	case VERB_UPDATE:
		rest_update(c);
		break;
	case VERB_PATCH:
		rest_patch(c);
		break;
	case VERB_DELETE:
		rest_delete(c);
		break;
	case VERB_DELETECOLLECTION:
		rest_delete_all(c);
		break;
	case VERBS:
		break;
	}
}

static bool allows(const struct rest_route *r)
{
	const struct rest_resource *res = r->resource;
	bool write = r->verb == VERB_UPDATE || r->verb == VERB_PATCH;

	if (!strcmp(r->subresource, "status"))
		return rest_is(res, REST_HAS_STATUS) && (write || r->verb == VERB_GET);
	if (!strcmp(r->subresource, "binding"))
		return rest_is(res, REST_HAS_BINDING) && r->verb == VERB_CREATE;
	if (!strcmp(r->subresource, "token"))
		return rest_is(res, REST_HAS_TOKEN) && r->verb == VERB_CREATE;
	if (*r->subresource)
		return false;
	if (r->verb == VERB_CREATE && rest_is(res, REST_NAMESPACED) && !*r->ns)
		return false;
	return !rest_is(res, REST_CREATE_ONLY) || r->verb == VERB_CREATE;
}

/* GET and LIST as kubectl wants to print them. */
static void make_table(struct rest_call *c)
{
	struct rest_reply *reply = c->reply;
	struct json *tree = NULL;
	struct json *table;

	if (json_parse(str_text(&reply->body), str_len(&reply->body), &tree, NULL))
		return; /* too large for it: kubectl takes the list as it is */
	table = table_of(c->route->resource, tree, c->req->now_s);
	str_reset(&reply->body);
	json_write(table, &reply->body);
	str_add_char(&reply->body, '\n');
	json_free(table);
}

void rest_handle(struct rest *rest, const struct rest_request *req, struct rest_reply *reply)
{
	struct rest_call c = {rest, req, req->route, reply};

	reply->media = "application/json";
	if (req->route->target != TARGET_RESOURCE)
		rest_discover(&c);
	else if (!allows(req->route))
		rest_fail(reply, *req->route->subresource ? 404 : 405, NULL,
			"the server could not find the requested resource");
	else
		resource_verb(&c);
	if (reply->code == 200 && req->route->target == TARGET_RESOURCE &&
		(req->route->verb == VERB_GET || req->route->verb == VERB_LIST) &&
		table_is_wanted(req->accept))
		make_table(&c);
}

/* ------------------------------------------------------------------ beginning */

void rest_init(struct rest *r, const struct store_limits *limits, const char *version,
	uint64_t seed, int64_t now_s)
{
	static const char *const namespaces[] = {
		"default", "kube-node-lease", "kube-public", "kube-system"};
	const struct rest_route route = {
		.resource = rest_resource_find("", "v1", "namespaces"), .verb = VERB_CREATE};

	*r = (struct rest){.version = version, .key = rng_key(seed, 0)};
	store_init(&r->store, limits);
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		const struct rest_request req = {.route = &route, .now_s = now_s};
		struct rest_reply reply = {0};
		struct rest_call c = {r, &req, &route, &reply};
		struct json *tree = json_object();
		struct json *meta = json_object();

		json_put_str(meta, "name", namespaces[i]);
		json_put(tree, "metadata", meta);
		rest_create_tree(&c, tree);
		rest_reply_fini(&reply);
	}
}

void rest_fini(struct rest *r)
{
	store_fini(&r->store);
}
