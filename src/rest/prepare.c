/* SPDX-License-Identifier: Apache-2.0 */
/* What the server makes of an object before it keeps it. */
#include "rest/rest_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/rng.h"
#include "rest/fields.h"
#include "rest/rules.h"
#include "rest/when.h"

static bool refuse(struct rest_call *c, int code, const char *why)
{
	rest_fail(c->reply, code, NULL, why);
	return false;
}

#define SMALL  "abcdefghijklmnopqrstuvwxyz"
#define LARGE  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* A label of DNS-1123: small letters and digits, and '-' between them. */
static bool is_label(const char *text, size_t len)
{
	return len > 0 && strspn(text, SMALL DIGITS "-") >= len && text[0] != '-' &&
	       text[len - 1] != '-';
}

static bool is_subdomain(const char *text)
{
	for (;; text++) {
		size_t len = strcspn(text, ".");

		if (!is_label(text, len))
			return false;
		text += len;
		if (!*text)
			return true;
	}
}

/* What is wrong with a name; NULL: nothing.  pkg/apis/core/validation: most names are
 * subdomains, those of namespaces labels, those of services labels that begin with a letter
 * (DNS-1035), those of events what may stand in a path (ValidatePathSegmentName). */
static const char *wrong_with_name(const struct rest_resource *r, const char *name)
{
	size_t len = strlen(name);
	bool is_service = !strcmp(r->kind, "Service");

	if (!strcmp(r->kind, "Event"))
		return len > 0 && len < ROUTE_NAME && strcmp(name, ".") != 0 &&
				       strcmp(name, "..") != 0 &&
				       strspn(name, SMALL LARGE DIGITS "-.:_") == len
			       ? NULL
			       : "it is no name of a path segment";
	if (is_service || !strcmp(r->kind, "Namespace"))
		return len < ROUTE_NS && is_label(name, len) &&
				       (!is_service || strchr(SMALL, *name))
			       ? NULL
			       : "a DNS label has small letters, digits and '-', 63 at most";
	return len < ROUTE_NAME && is_subdomain(name)
		       ? NULL
		       : "a DNS-1123 subdomain has small letters, digits, '-' and '.', 253 at "
			 "most, and begins and ends with a letter or digit";
}

/* False and an answer: there is none, or it is no name. */
static bool prepare_name(struct rest_call *c, const struct json *meta)
{
	const char *name = json_as_str(json_get(meta, "name"));
	const char *wrong = name ? wrong_with_name(c->route->resource, name) : NULL;
	char why[512];

	if (!name || !*name)
		return refuse(c, 422,
			"metadata.name: Required value: name or generateName is required");
	if (!wrong)
		return true;
	(void)snprintf(
		why, sizeof(why), "metadata.name: Invalid value: \"%.253s\": %s", name, wrong);
	return refuse(c, 422, why);
}

/* generateName and five letters: names/generate.go. */
static void generate(struct rest_call *c, struct json *meta)
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	const char *base = json_as_str(json_get(meta, "generateName"));
	uint64_t bits = rng_draw(c->rest->key, 'n', 0, c->rest->draws++);
	char name[ROUTE_NAME + 8];
	char end[6] = "";

	if (!base || json_is_str(json_get(meta, "name")))
		return;
	for (int i = 0; i < 5; i++) {
		end[i] = letters[bits % (sizeof(letters) - 1)];
		bits /= sizeof(letters) - 1;
	}
	(void)snprintf(name, sizeof(name), "%.248s%s", base, end);
	json_set_str(meta, "name", name);
}

static bool prepare_kind(struct rest_call *c, const struct json *tree)
{
	const char *kind = json_as_str(json_get(tree, "kind"));
	const char *version = json_as_str(json_get(tree, "apiVersion"));
	const struct rest_resource *r = c->route->resource;
	char own[REST_GROUP_VERSION];
	char why[256];

	if ((!kind || !strcmp(kind, r->kind)) &&
		(!version || !strcmp(version, rest_group_version(r, own))))
		return true;
	(void)snprintf(why, sizeof(why),
		"%.60s in version \"%.60s\" cannot be handled as a %s of version \"%s\"",
		kind ? kind : "?", version ? version : "?", r->kind,
		rest_group_version(r, own));
	return refuse(c, 400, why);
}

bool rest_has_types(struct rest_call *c, const struct json *tree, int code)
{
	struct err err = {0};

	if (!fields_check_types(c->route->resource, tree, &err))
		return true;
	return refuse(c, code, err.text);
}

bool rest_follows_rules(struct rest_call *c, const struct json *old, const struct json *tree)
{
	struct err err = {0};

	if (!rules_check(c->route->resource, old, tree, &err))
		return true;
	return refuse(c, 422, err.text);
}

static bool prepare_namespace(struct rest_call *c, struct json *meta)
{
	const struct rest_route *r = c->route;
	const char *given = json_as_str(json_get(meta, "namespace"));
	const struct rest_resource *namespaces = rest_resource_find("", "v1", "namespaces");
	struct rest_route about = {.resource = namespaces};
	struct rest_call of_namespace = {c->rest, c->req, &about, c->reply};

	if (!rest_is(r->resource, REST_NAMESPACED)) {
		json_remove(meta, "namespace");
		return true;
	}
	if (given && *given && strcmp(given, r->ns) != 0)
		return refuse(c, 400,
			"the namespace of the provided object does not match the namespace "
			"sent "
			"on the request");
	json_set_str(meta, "namespace", r->ns);
	/* plugin/namespace/lifecycle/admission.go */
	if (store_get(&c->rest->store, namespaces, "", r->ns))
		return true;
	rest_not_found(&of_namespace, r->ns);
	return false;
}

struct json *rest_child(struct json *tree, const char *key)
{
	if (!json_is_object(json_get(tree, key)))
		json_set(tree, key, json_object());
	return json_get(tree, key);
}

static void fallback(struct json *object, const char *key, const char *value)
{
	if (!json_get(object, key))
		json_put_str(object, key, value);
}

/* defaults.go and strategy.go PrepareForCreate, as far as clients look. */
static void prepare_pod(struct json *tree)
{
	struct json *spec = rest_child(tree, "spec");
	struct json *status = json_object();

	fallback(spec, "restartPolicy", "Always");
	fallback(spec, "dnsPolicy", "ClusterFirst");
	fallback(spec, "schedulerName", "default-scheduler");
	fallback(spec, "serviceAccountName", "default");
	if (!json_is_num(json_get(spec, "terminationGracePeriodSeconds")))
		json_set(spec, "terminationGracePeriodSeconds", json_int(30));
	json_put_str(status, "phase", "Pending");
	json_put_str(status, "qosClass", "BestEffort");
	json_set(tree, "status", status);
}

static void prepare_defaults(const struct rest_resource *r, struct json *tree)
{
	if (!strcmp(r->kind, "Pod")) {
		prepare_pod(tree);
	} else if (!strcmp(r->kind, "Namespace")) {
		struct json *status = json_object();

		json_put_str(status, "phase", "Active");
		json_set(tree, "status", status);
	} else if (!strcmp(r->kind, "Secret")) {
		fallback(tree, "type", "Opaque");
	} else if (!strcmp(r->kind, "Service")) {
		fallback(rest_child(tree, "spec"), "type", "ClusterIP");
		fallback(rest_child(tree, "spec"), "sessionAffinity", "None");
	}
}

/* stringData is for writing only: pkg/registry/core/secret/strategy.go.  Its texts go into
 * data as base64. */
void rest_move_string_data(struct json *tree)
{
	const struct json *texts = json_get(tree, "stringData");
	struct str out = {0};

	if (!json_is_object(texts)) {
		json_remove(tree, "stringData");
		return;
	}
	(void)rest_child(tree, "data");
	for (const struct json *t = json_child(texts); t; t = json_next(t)) {
		const char *text = json_is_str(t) ? json_as_str(t) : "";

		str_reset(&out);
		base64_add(&out, (const unsigned char *)text, strlen(text));
		json_set_str(json_get(tree, "data"), json_key(t), str_text(&out));
	}
	str_fini(&out);
	json_remove(tree, "stringData");
}

bool rest_prepare(struct rest_call *c, struct json *tree)
{
	struct json *meta;
	char uid[REST_UID_BYTES];
	char now[WHEN_BYTES];
	const char *version;

	if (!rest_has_types(c, tree, 400))
		return false;
	meta = rest_child(tree, "metadata");
	if (!prepare_kind(c, tree) || !prepare_namespace(c, meta))
		return false;
	generate(c, meta);
	if (!prepare_name(c, meta))
		return false;
	version = json_as_str(json_get(meta, "resourceVersion"));
	if (version && *version && strcmp(version, "0") != 0)
		return refuse(
			c, 400, "resourceVersion should not be set on objects to be created");
	rest_uid(c->rest, uid);
	json_set_str(meta, "uid", uid);
	json_set_str(meta, "creationTimestamp", when_text(now, c->req->now_s));
	json_remove(meta, "deletionTimestamp");
	json_remove(meta, "deletionGracePeriodSeconds");
	json_remove(meta, "managedFields");
	if (!strcmp(c->route->resource->kind, "Secret"))
		rest_move_string_data(tree);
	prepare_defaults(c->route->resource, tree);
	return rest_follows_rules(c, NULL, tree);
}
