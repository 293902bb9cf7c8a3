/* SPDX-License-Identifier: Apache-2.0 */
/* DELETE. */
#include "rest/rest_priv.h"

#include <stdio.h>
#include <string.h>

#include "rest/when.h"

/* meta/v1 DeleteOptions. */
struct options {
	int64_t grace_s; /* -1: not given */
	char uid[REST_UID_BYTES];
	char version[24];
};

static bool read_options(struct rest_call *c, struct options *o)
{
	const struct json *grace, *uid, *version;
	struct json *tree;

	*o = (struct options){.grace_s = c->route->grace_s};
	if (!c->req->len)
		return true;
	tree = rest_body(c);
	if (!tree)
		return false;
	grace = json_get(tree, "gracePeriodSeconds");
	uid = json_get(json_get(tree, "preconditions"), "uid");
	version = json_get(json_get(tree, "preconditions"), "resourceVersion");
	if (json_is_num(grace) && json_as_num(grace) >= 0 && json_as_num(grace) < INT32_MAX)
		o->grace_s = (int64_t)json_as_num(grace);
	if (json_is_str(uid))
		(void)snprintf(o->uid, sizeof(o->uid), "%s", json_as_str(uid));
	if (json_is_str(version))
		(void)snprintf(o->version, sizeof(o->version), "%s", json_as_str(version));
	json_free(tree);
	return true;
}

static bool preconditions_hold(
	struct rest_call *c, const struct options *options, const struct rest_object *o)
{
	char version[24];
	char why[256];

	(void)snprintf(version, sizeof(version), "%llu", (unsigned long long)o->version);
	if (*options->uid && strcmp(options->uid, o->uid) != 0)
		(void)snprintf(why, sizeof(why),
			"Precondition failed: UID in precondition: %s, UID in object meta: %s",
			options->uid, o->uid);
	else if (*options->version && strcmp(options->version, version) != 0)
		(void)snprintf(why, sizeof(why),
			"Precondition failed: ResourceVersion in precondition: %s, "
			"ResourceVersion in object meta: %s",
			options->version, version);
	else
		return true;
	rest_conflict(c, why);
	return false;
}

/* How long a pod has: pkg/registry/core/pod/strategy.go CheckGracefulDelete. */
static int64_t grace_of(const struct json *tree, const struct options *options)
{
	const struct json *spec = json_get(tree, "spec");
	const char *node = json_as_str(json_get(spec, "nodeName"));
	const char *phase = json_as_str(json_get(json_get(tree, "status"), "phase"));

	if (!node || !*node ||
		(phase && (!strcmp(phase, "Failed") || !strcmp(phase, "Succeeded"))))
		return 0;
	if (options->grace_s >= 0)
		return options->grace_s;
	return (int64_t)json_as_num(json_get(spec, "terminationGracePeriodSeconds"));
}

/* It goes later, when its kubelet or its last finalizer says so: a deletion time says that it
 * will.  A second deletion may only shorten the grace. */
static void mark(
	struct rest_call *c, const struct rest_object *o, struct json *tree, int64_t grace)
{
	struct json *meta = json_get(tree, "metadata");
	char at[WHEN_BYTES];
	const struct rest_object *now = o;

	if (!json_get(meta, "deletionTimestamp") ||
		(int64_t)json_as_num(json_get(meta, "deletionGracePeriodSeconds")) > grace) {
		json_set_str(meta, "deletionTimestamp", when_text(at, c->req->now_s + grace));
		json_set(meta, "deletionGracePeriodSeconds", json_int(grace));
		now = rest_store(c, tree);
	}
	if (now)
		rest_answer(c, 200, now);
}

/* controller/namespace/deletion: everything in it goes, then it. */
static void empty_namespace(struct rest_call *c, const char *ns)
{
	struct store *s = &c->rest->store;
	struct rest_object *gone;
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	for (size_t i = 0; i < n; i++) {
		const struct store_kind *k = store_kind(s, &all[i]);
		size_t at = store_seek(s, &all[i], ns, "");

		while (rest_is(&all[i], REST_NAMESPACED) && at < k->n &&
			!strcmp(store_at(k, at)->ns, ns))
			store_delete(s, store_at(k, at), &gone);
	}
}

/* pkg/apis/core: these stay. */
static bool stays(struct rest_call *c, const struct rest_object *o)
{
	if (!rest_is(o->resource, REST_HOLDS_OTHERS) ||
		(strcmp(o->name, "default") != 0 && strncmp(o->name, "kube-", 5) != 0))
		return false;
	rest_fail(c->reply, 403, NULL, "this namespace may not be deleted");
	return true;
}

/* registry/generic/registry/store.go Delete: one that had been given time is due at once, which
 * watchers are told (updateForGracefulDeletionAndFinalizers), and then goes. */
static struct rest_object *due_at_once(
	struct rest_call *c, struct rest_object *o, struct json *tree)
{
	struct json *meta = json_get(tree, "metadata");

	if (json_as_num(json_get(meta, "deletionGracePeriodSeconds")) <= 0)
		return o;
	json_set(meta, "deletionGracePeriodSeconds", json_int(0));
	return rest_store(c, tree);
}

static void remove_object(
	struct rest_call *c, struct rest_object *o, const struct options *options)
{
	struct json *tree = rest_object_tree(o);
	int64_t grace = rest_is(o->resource, REST_HAS_GRACE) ? grace_of(tree, options) : 0;
	bool held = json_size(json_get(json_get(tree, "metadata"), "finalizers")) > 0;

	if (c->route->dry_run) {
		rest_answer(c, 200, o);
	} else if (grace > 0 || held) {
		mark(c, o, tree, grace);
	} else if ((o = due_at_once(c, o, tree)) != NULL) {
		char name[ROUTE_NAME];

		(void)snprintf(name, sizeof(name), "%s", o->name);
		if (rest_is(o->resource, REST_HOLDS_OTHERS))
			empty_namespace(c, name);
		store_delete(&c->rest->store, o, &o);
		if (rest_is(o->resource, REST_HAS_GRACE))
			rest_answer(c, 200, o);
		else
			rest_fail_status(c->reply, &(struct status){.code = 200,
							   .name = name,
							   .resource = c->route->resource});
	}
	json_free(tree);
}

void rest_delete(struct rest_call *c)
{
	struct rest_object *o = rest_find(c);
	struct options options;

	if (o && !stays(c, o) && read_options(c, &options) &&
		preconditions_hold(c, &options, o))
		remove_object(c, o, &options);
}

/* The first object of the collection at or behind that key that is selected; NULL: no more. */
static struct rest_object *next_selected(struct rest_call *c, const struct rest_key *from,
	const struct selector *fields, const struct selector *labels)
{
	const struct rest_route *r = c->route;
	const struct store_kind *k = store_kind(&c->rest->store, r->resource);

	for (size_t i = store_seek(&c->rest->store, r->resource, from->ns, from->name);
		i < k->n && (!*r->ns || !strcmp(store_at(k, i)->ns, r->ns)); i++)
		if (selector_matches(fields, store_at(k, i), rest_object_field) &&
			selector_matches(labels, store_at(k, i), rest_object_label))
			return store_at(k, i);
	return NULL;
}

/* From key to key: every deletion moves what is behind it. */
static void remove_selected(struct rest_call *c, struct rest_key *at,
	const struct options *options, const struct selector *fields,
	const struct selector *labels)
{
	struct rest_object *o;
	int64_t n = 0;

	while ((!c->route->limit || n < c->route->limit) &&
		(o = next_selected(c, at, fields, labels)) != NULL) {
		/* No name begins with this byte: it is the key behind the object's own. */
		(void)snprintf(at->ns, sizeof(at->ns), "%s", o->ns);
		(void)snprintf(at->name, sizeof(at->name), "%s\x01", o->name);
		str_reset(&c->reply->body);
		n++;
		if (!stays(c, o))
			remove_object(c, o, options);
	}
}

/* etcd deletes what its lease was of, and watches are told as of any other deletion. */
bool rest_expire(struct rest *r, int64_t now_s, unsigned most)
{
	struct rest_object *o;

	for (; (o = store_expired(&r->store, now_s)) != NULL && most; most--)
		store_delete(&r->store, o, &o);
	return o != NULL;
}

/* DELETE of a list: what its selectors find, one after the other; the answer is the list of
 * what there was. */
void rest_delete_all(struct rest_call *c)
{
	struct rest_reply list = {0};
	struct rest_call reading = {c->rest, c->req, c->route, &list};
	struct selector fields, labels;
	struct options options;
	struct rest_key from;

	if (!read_options(c, &options))
		return;
	if (rest_list_begin(&reading, &from) && rest_selectors(&reading, &fields, &labels)) {
		rest_list(&reading);
		if (!c->route->dry_run)
			remove_selected(c, &from, &options, &fields, &labels);
		selector_fini(&fields);
		selector_fini(&labels);
	}
	str_fini(&c->reply->body);
	c->reply->body = list.body;
	c->reply->code = list.code;
	c->reply->media = list.media ? list.media : "application/json";
}
