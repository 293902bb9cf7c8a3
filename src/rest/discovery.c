/* SPDX-License-Identifier: Apache-2.0 */
/* What there is: /version, /api, /apis and below. */
#include "rest/rest_priv.h"

#include <stdio.h>
#include <string.h>

static struct json *head(const char *kind, const char *version)
{
	struct json *value = json_object();

	json_put_str(value, "kind", kind);
	json_put_str(value, "apiVersion", version);
	return value;
}

static void answer(struct rest_call *c, struct json *value)
{
	json_write(value, &c->reply->body);
	str_add_char(&c->reply->body, '\n');
	c->reply->code = 200;
	json_free(value);
}

static struct json *words(const char *const *word, size_t n)
{
	struct json *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_append_str(list, word[i]);
	return list;
}

/* ------------------------------------------------------------------ resources */

static struct json *one(
	const struct rest_resource *r, const char *subresource, const char *kind)
{
	struct json *value = json_object();
	struct str name = {0};

	str_addf(&name, "%s%s%s", r->plural, *subresource ? "/" : "", subresource);
	json_put_str(value, "name", str_text(&name));
	json_put_str(value, "singularName", *subresource ? "" : r->singular);
	json_put_bool(value, "namespaced", rest_is(r, REST_NAMESPACED));
	json_put_str(value, "kind", kind);
	str_fini(&name);
	return value;
}

static void append_resource(struct json *list, const struct rest_resource *r)
{
	static const char *const verbs[] = {"create", "delete", "deletecollection", "get",
		"list", "patch", "update", "watch"};
	static const char *const categories[] = {"all"};
	static const char *const status_verbs[] = {"get", "patch", "update"};
	bool only = rest_is(r, REST_CREATE_ONLY);
	struct json *value = one(r, "", r->kind);

	json_put(value, "verbs", words(verbs, only ? 1 : sizeof(verbs) / sizeof(verbs[0])));
	if (*r->short_names)
		json_put(value, "shortNames", words(&r->short_names, 1));
	if (rest_is(r, REST_IN_ALL))
		json_put(value, "categories", words(categories, 1));
	json_append(list, value);
	if (rest_is(r, REST_HAS_STATUS)) {
		value = one(r, "status", r->kind);
		json_put(value, "verbs", words(status_verbs, 3));
		json_append(list, value);
	}
	if (rest_is(r, REST_HAS_BINDING)) {
		value = one(r, "binding", "Binding");
		json_put(value, "verbs", words(verbs, 1));
		json_append(list, value);
	}
	if (rest_is(r, REST_HAS_TOKEN)) {
		value = one(r, "token", "TokenRequest");
		json_put_str(value, "group", "authentication.k8s.io");
		json_put_str(value, "version", "v1");
		json_put(value, "verbs", words(verbs, 1));
		json_append(list, value);
	}
}

static void resource_list(struct rest_call *c)
{
	struct json *value = head("APIResourceList", "v1");
	struct json *list = json_array();
	char group_version[REST_GROUP_VERSION] = "";
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(all[i].group, c->route->group) &&
			!strcmp(all[i].version, c->route->version)) {
			append_resource(list, &all[i]);
			(void)rest_group_version(&all[i], group_version);
		}
	json_put_str(value, "groupVersion", group_version);
	json_put(value, "resources", list);
	if (*group_version) {
		answer(c, value);
		return;
	}
	json_free(value);
	rest_fail(c->reply, 404, NULL, "the server could not find the requested resource");
}

/* ------------------------------------------------------------------ groups */

static void put_group(struct json *value, const struct rest_resource *r)
{
	struct json *versions = json_array();
	struct json *version = json_object();
	char group_version[REST_GROUP_VERSION];

	json_put_str(version, "groupVersion", rest_group_version(r, group_version));
	json_put_str(version, "version", r->version);
	json_put_str(value, "name", r->group);
	json_append(versions, json_clone(version));
	json_put(value, "versions", versions);
	json_put(value, "preferredVersion", version);
}

static void group_list(struct rest_call *c)
{
	struct json *value = head("APIGroupList", "v1");
	struct json *list = json_array();
	const char *last = "";
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	for (size_t i = 0; i < n; i++) {
		struct json *group;

		if (!strcmp(all[i].group, last))
			continue;
		last = all[i].group;
		group = json_object();
		put_group(group, &all[i]);
		json_append(list, group);
	}
	json_put(value, "groups", list);
	answer(c, value);
}

static void one_group(struct rest_call *c)
{
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	for (size_t i = 0; i < n; i++)
		if (*all[i].group && !strcmp(all[i].group, c->route->group)) {
			struct json *value = head("APIGroup", "v1");

			put_group(value, &all[i]);
			answer(c, value);
			return;
		}
	rest_fail(c->reply, 404, NULL, "the server could not find the requested resource");
}

static void core_versions(struct rest_call *c)
{
	static const char *const v1[] = {"v1"};
	struct json *value = head("APIVersions", "v1");

	json_put(value, "versions", words(v1, 1));
	json_put(value, "serverAddressByClientCIDRs", json_array());
	json_remove(value, "apiVersion");
	answer(c, value);
}

/* "v1.20.2" as kube-apiserver tells it. */
static void version(struct rest_call *c)
{
	struct json *value = json_object();
	unsigned major = 1, minor = 0;
	char text[16];

	(void)sscanf(c->rest->version, "v%u.%u", &major, &minor);
	(void)snprintf(text, sizeof(text), "%u", major);
	json_put_str(value, "major", text);
	(void)snprintf(text, sizeof(text), "%u", minor);
	json_put_str(value, "minor", text);
	json_put_str(value, "gitVersion", c->rest->version);
	json_put_str(value, "gitCommit", "");
	json_put_str(value, "gitTreeState", "clean");
	json_put_str(value, "buildDate", "1970-01-01T00:00:00Z");
	json_put_str(value, "goVersion", "none");
	json_put_str(value, "compiler", "cc");
	json_put_str(value, "platform", "linux/amd64");
	answer(c, value);
}

void rest_discover(struct rest_call *c)
{
	switch (c->route->target) {
	case TARGET_CORE_VERSIONS:
		core_versions(c);
		break;
	case TARGET_GROUPS:
		group_list(c);
		break;
	case TARGET_GROUP:
		one_group(c);
		break;
	case TARGET_GROUP_VERSION:
		resource_list(c);
		break;
	case TARGET_VERSION:
		version(c);
		break;
	case TARGET_OPENAPI:
		/* An empty document of protobuf's: kubectl then checks nothing before it sends.
		 */
		c->reply->code = 200;
		c->reply->media = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
		break;
	case TARGET_RESOURCE:
	case TARGET_HEALTH:
	case TARGET_METRICS:
	case TARGET_FAULTS:
	case TARGET_NONE:
		rest_fail(c->reply, 404, NULL,
			"the server could not find the requested resource");
		break;
	}
}
