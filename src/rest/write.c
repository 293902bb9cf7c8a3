/* SPDX-License-Identifier: Apache-2.0 */
/* POST, PUT and PATCH. */
#include "rest/rest_priv.h"

#include <stdio.h>
#include <string.h>

#include "rest/patch.h"

struct rest_object *rest_store(struct rest_call *c, struct json *tree)
{
	struct store *s = &c->rest->store;
	struct rest_object *o = NULL;
	struct err err = {0};

	if (store_put(s, c->route->resource, tree, &o, &err)) {
		/* As when etcd is over its quota: the write fails, reads go on. */
		rest_fail(c->reply, 500, NULL, err.text);
		return NULL;
	}
	/* etcd3/store.go ttlOpts: every write has a lease of its own. */
	if (c->rest->event_ttl_s && rest_is(o->resource, REST_EXPIRES))
		store_expire_at(s, o, c->req->now_s + c->rest->event_ttl_s);
	return o;
}

/* ------------------------------------------------------------------ create */

/* controller/serviceaccount: every namespace has one that is named default. */
static void create_account(struct rest_call *c, const char *ns)
{
	struct rest_route route = {.resource = rest_resource_find("", "v1", "serviceaccounts")};
	struct rest_reply reply = {0};
	struct rest_call account = {c->rest, c->req, &route, &reply};
	struct json *tree = json_object();
	struct json *meta = json_object();

	(void)snprintf(route.ns, sizeof(route.ns), "%.63s", ns);
	json_put_str(meta, "name", "default");
	json_put(tree, "metadata", meta);
	rest_create_tree(&account, tree);
	rest_reply_fini(&reply);
}

void rest_create_tree(struct rest_call *c, struct json *tree)
{
	const struct rest_resource *r = c->route->resource;
	const struct rest_object *o = NULL;
	const char *name;

	if (!rest_prepare(c, tree)) {
		json_free(tree);
		return;
	}
	name = json_as_str(json_get(json_get(tree, "metadata"), "name"));
	if (store_get(&c->rest->store, r, c->route->ns, name)) {
		rest_exists(c, name);
	} else if (c->route->dry_run) {
		json_write(tree, &c->reply->body);
		c->reply->code = 201;
	} else {
		o = rest_store(c, tree);
	}
	json_free(tree);
	if (!o)
		return;
	rest_answer(c, 201, o);
	if (rest_is(r, REST_HOLDS_OTHERS))
		create_account(c, o->name);
}

/* pkg/registry/authentication/tokenreview, authorization/subjectaccessreview: the question
 * comes back with its answer.  Everybody may do everything. */
static void answer_review(struct rest_call *c, struct json *tree)
{
	struct json *status = json_object();

	if (!strcmp(c->route->resource->kind, "TokenReview"))
		rest_review_token(c, tree, status);
	else
		json_put_bool(status, "allowed", true);
	json_set(tree, "status", status);
	json_write(tree, &c->reply->body);
	c->reply->code = 201;
}

void rest_create(struct rest_call *c)
{
	struct json *tree = rest_body(c);
	const char *target;

	if (!tree)
		return;
	if (!rest_is(c->route->resource, REST_CREATE_ONLY)) {
		rest_create_tree(c, tree);
		return;
	}
	if (rest_is(c->route->resource, REST_REVIEW)) {
		answer_review(c, tree);
		json_free(tree);
		return;
	}
	target = json_as_str(json_get(json_get(tree, "metadata"), "name"));
	rest_bind(c, target ? target : "");
	json_free(tree);
}

/* ------------------------------------------------------------------ update */

/* Metadata that no client changes. */
static void keep_metadata(const struct json *old, struct json *tree)
{
	static const char *const kept[] = {"name", "namespace", "uid", "creationTimestamp",
		"deletionTimestamp", "deletionGracePeriodSeconds", "generateName"};
	const struct json *from = json_get(old, "metadata");
	struct json *to;

	if (!json_is_object(json_get(tree, "metadata")))
		json_set(tree, "metadata", json_object());
	to = json_get(tree, "metadata");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct json *value = json_get(from, kept[i]);

		if (value)
			json_set(to, kept[i], json_clone(value));
		else
			json_remove(to, kept[i]);
	}
	json_remove(to, "managedFields");
}

static void take_over(struct json *to, const struct json *from, const char *key)
{
	if (json_get(from, key))
		json_set(to, key, json_clone(json_get(from, key)));
	else
		json_remove(to, key);
}

/* What becomes of the old tree when this one is written to it: status and the rest are written
 * through different doors (strategy.go PrepareForUpdate of each resource).  Both are freed. */
static struct json *joined(const struct rest_route *r, struct json *old, struct json *tree)
{
	keep_metadata(old, tree);
	if (!strcmp(r->subresource, "status")) {
		take_over(old, tree, "status");
		take_over(old, tree, "metadata");
		json_free(tree);
		return old;
	}
	if (rest_is(r->resource, REST_HAS_STATUS))
		take_over(tree, old, "status");
	json_free(old);
	return tree;
}

/* False and an answer: the client has seen another object than the one there is, or has to say
 * which one it has seen (registry/generic/registry/store.go Update). */
static bool is_current(
	struct rest_call *c, const struct rest_object *o, const struct json *tree)
{
	const struct json *meta = json_get(tree, "metadata");
	const char *version = json_as_str(json_get(meta, "resourceVersion"));
	const char *uid = json_as_str(json_get(meta, "uid"));
	const char *name = json_as_str(json_get(meta, "name"));
	const char *ns = json_as_str(json_get(meta, "namespace"));
	char own[24];

	(void)snprintf(own, sizeof(own), "%llu", (unsigned long long)o->version);
	if ((name && strcmp(name, o->name) != 0) || (ns && *ns && strcmp(ns, o->ns) != 0)) {
		rest_fail(c->reply, 400, NULL,
			"the name or namespace of the object does not match that of the URL");
		return false;
	}
	if (uid && *uid && strcmp(uid, o->uid) != 0) {
		rest_conflict(c, "Precondition failed: the UID is that of another object");
		return false;
	}
	if (!version || !*version || !strcmp(version, "0")) {
		if (!rest_is(o->resource, REST_CONDITIONAL))
			return true;
		rest_fail(c->reply, 422, NULL,
			"metadata.resourceVersion: Invalid value: must be specified for an "
			"update");
		return false;
	}
	if (strcmp(version, own) != 0) {
		rest_conflict(c,
			"the object has been modified; please apply your changes to the latest "
			"version and try again");
		return false;
	}
	return true;
}

/* A write that changes nothing takes no version: etcd3/store.go GuaranteedUpdate. */
static bool changes_nothing(const struct rest_object *o, struct json *tree)
{
	struct rest_object *same = rest_object_new(o->resource, tree, o->version);
	bool nothing = same->len == o->len && !memcmp(same->text, o->text, o->len);

	rest_object_drop(same);
	return nothing;
}

static bool is_finished(const struct json *tree)
{
	const struct json *meta = json_get(tree, "metadata");

	/* The last finalizer of what is being deleted has gone. */
	return json_get(meta, "deletionTimestamp") &&
	       !json_size(json_get(meta, "finalizers")) &&
	       json_as_num(json_get(meta, "deletionGracePeriodSeconds")) <= 0;
}

/* Write `tree` to o; both trees are freed. */
static void write_tree(
	struct rest_call *c, struct rest_object *o, struct json *old, struct json *tree)
{
	bool had_finalizers = json_size(json_get(json_get(old, "metadata"), "finalizers")) > 0;
	struct rest_object *now = o;

	if (!strcmp(c->route->resource->kind, "Secret"))
		rest_move_string_data(tree);
	if (!*c->route->subresource && !rest_follows_rules(c, old, tree)) {
		json_free(old);
		json_free(tree);
		return;
	}
	tree = joined(c->route, old, tree);
	if (c->route->dry_run) {
		json_write(tree, &c->reply->body);
		c->reply->code = 200;
		json_free(tree);
		return;
	}
	if (!changes_nothing(o, tree))
		now = rest_store(c, tree);
	if (now)
		rest_answer(c, 200, now);
	if (now && had_finalizers && is_finished(tree))
		store_delete(&c->rest->store, now, &now);
	json_free(tree);
}

/* handlers/rest.go checkName: false and an answer, what is put is not what the route names. */
static bool is_of_route(struct rest_call *c, const struct json *tree)
{
	const char *name = json_as_str(json_get(json_get(tree, "metadata"), "name"));
	char why[2 * ROUTE_NAME + 96];

	if (name && !strcmp(name, c->route->name))
		return true;
	(void)snprintf(why, sizeof(why),
		"the name of the object is %s%.253s, that of the URL %s",
		name && *name ? "" : "not given", name ? name : "", c->route->name);
	rest_fail(c->reply, 400, NULL, why);
	return false;
}

void rest_update(struct rest_call *c)
{
	const struct rest_route *r = c->route;
	struct rest_object *o = store_get(&c->rest->store, r->resource, r->ns, r->name);
	struct json *tree = rest_body(c);

	if (!tree)
		return;
	if (!o && rest_is(r->resource, REST_PUT_CREATES) && !*r->subresource) {
		if (is_of_route(c, tree))
			rest_create_tree(c, tree);
		else
			json_free(tree);
		return;
	}
	if (!o)
		rest_not_found(c, r->name);
	if (!o || !rest_has_types(c, tree, 400) || !is_current(c, o, tree)) {
		json_free(tree);
		return;
	}
	write_tree(c, o, rest_object_tree(o), tree);
}

/* ------------------------------------------------------------------ patch */

static bool patch_style(struct rest_call *c, enum patch_style *style)
{
	const char *media = c->req->content_type;

	if (rest_is_media(media, "application/merge-patch+json"))
		*style = PATCH_MERGE;
	else if (rest_is_media(media, "application/strategic-merge-patch+json"))
		*style = PATCH_STRATEGIC;
	else
		rest_fail(c->reply, 415, NULL,
			"the body of the request was in an unknown format - accepted media "
			"types "
			"include: application/merge-patch+json, "
			"application/strategic-merge-patch+json");
	return c->reply->code == 0;
}

void rest_patch(struct rest_call *c)
{
	struct rest_object *o = rest_find(c);
	struct json *patch, *old;
	struct json *tree = NULL;
	enum patch_style style = PATCH_MERGE;
	struct err err = {0};

	if (!o || !patch_style(c, &style))
		return;
	patch = rest_body(c);
	if (!patch)
		return;
	old = rest_object_tree(o);
	if (patch_apply(style, o->resource->kind, old, patch, &tree, &err))
		rest_fail(c->reply, 422, NULL, err.text);
	json_free(patch);
	/* patch.go: what a patch makes of the object and cannot be decoded is Invalid. */
	if (tree && rest_has_types(c, tree, 422) && is_current(c, o, tree)) {
		write_tree(c, o, old, tree);
		return;
	}
	json_free(tree);
	json_free(old);
}
