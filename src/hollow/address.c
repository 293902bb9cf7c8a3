/* SPDX-License-Identifier: Apache-2.0 */
/* A call of the model as a request: method, path, body. */
#include <stdio.h>
#include <string.h>

#include "hollow/hollow_priv.h"
#include "rest/resources.h"

#define STRATEGIC "application/strategic-merge-patch+json"

struct address *address_new(struct swarm *s, const char *method)
{
	struct address *a = &s->address;

	a->method = method;
	a->media = NULL;
	a->connection = CONNECTION_KUBELET;
	a->stream = false;
	str_reset(&a->path);
	str_reset(&a->body);
	return a;
}

void address_path(struct str *out, const char *resource, const char *namespace)
{
	const struct rest_resource *r = rest_resource_named(resource);
	size_t plural = strcspn(resource, "./");
	size_t group = strcspn(resource + plural, "/");
	bool namespaced = r ? rest_is(r, REST_NAMESPACED) : group == 0;
	/* Somebody's own: most are of no namespace, and at v1. */
	const char *name = r ? r->group : group > 1 ? resource + plural + 1 : "";
	size_t len = r ? strlen(name) : group > 1 ? group - 1 : 0;

	str_add(out, len ? "/apis/" : "/api/");
	str_add_n(out, name, len);
	str_add(out, len ? "/" : "");
	str_add(out, r ? r->version : "v1");
	if (namespaced && namespace) {
		str_add(out, "/namespaces/");
		str_add(out, namespace);
	}
	str_add_char(out, '/');
	str_add_n(out, resource, plural);
}

/* ------------------------------------------------------------------ objects */

/* The n-th line of text that is of that resource; NULL: it has none. */
static const char *nth_reference(
	const char *text, const char *resource, uint32_t n, size_t *len)
{
	size_t head = strlen(resource);

	for (; text && *text; text += strcspn(text, "\n") + (strchr(text, '\n') != NULL)) {
		if (strncmp(text, resource, head) != 0 || text[head] != '/' || n-- > 0)
			continue;
		*len = strcspn(text + head + 1, "\n");
		return text + head + 1;
	}
	return NULL;
}

/* Some pod of the node that mounts it. */
static const struct hollow_pod *mounts(const struct hollow *h, uint32_t object, uint32_t key)
{
	const struct agent_plan *plan = &h->swarm->plan.agent;

	for (uint32_t p = 0; p < plan->pods; p++)
		if (h->pod[p].name &&
			agent_object_key(plan, object, p, h->pod[p].namespace) == key)
			return &h->pod[p];
	return NULL;
}

bool object_name(const struct hollow *h, uint32_t object, uint32_t key, struct str *name,
	uint32_t *namespace)
{
	const struct workload_model *w = &h->swarm->scenario.workload;
	const struct workload_object *o = &w->objects[object];
	const struct hollow_pod *p = mounts(h, object, key);
	uint32_t nth = 0;
	size_t len;

	*namespace = p ? p->namespace : 0;
	if (p && !p->ours) {
		const char *text;

		for (uint32_t i = 0; i < object; i++)
			nth += !strcmp(w->objects[i].resource, o->resource);
		text = nth_reference(p->objects, o->resource, nth, &len);
		if (text)
			str_add_n(name, text, len);
		return text != NULL;
	}
	str_addf(name, "%s-%u", o->name, object);
	if (o->shared_by == SHARED_POD)
		str_addf(name, "-%s-%u", h->name, key);
	else if (o->shared_by == SHARED_NODE)
		str_addf(name, "-%s", h->name);
	if (o->shared_by == SHARED_NODE || o->shared_by == SHARED_CLUSTER)
		*namespace = 0;
	return p || o->shared_by != SHARED_POD;
}

/* ------------------------------------------------------------------ requests */

static uint64_t *watched(struct hollow *h, const struct node_request *q)
{
	const uint32_t *first = h->swarm->plan.agent.first;
	uint32_t standing = first[ACTOR_WATCH + 1] - first[ACTOR_WATCH];

	if (q->actor >= first[ACTOR_WATCH] && q->actor < first[ACTOR_WATCH + 1])
		return &h->watched[q->actor - first[ACTOR_WATCH]];
	return &h->watched[standing + q->actor - first[ACTOR_REFLECTOR]];
}

/* Whose objects a reflector follows: its own node, its node's pods, or one object by name. */
static bool selector(
	struct hollow *h, const struct node_request *q, const char *resource, struct str *path)
{
	const struct model_watch *standing = agent_watch_of(&h->swarm->plan.agent, q->actor);
	bool object = !strcmp(resource, "secrets") || !strcmp(resource, "configmaps");
	struct str name = {0};
	uint32_t ns = 0;
	bool known = true;

	if (standing && standing->scope == WATCH_CLUSTER)
		return true;
	if (!strcmp(resource, "pods")) {
		str_addf(path, "&fieldSelector=spec.nodeName%%3D%s", h->name);
	} else if (!strcmp(resource, "nodes")) {
		str_addf(path, "&fieldSelector=metadata.name%%3D%s", h->name);
	} else if (object && h->swarm->plan.agent.objects.kind != SC_BULKWATCH) {
		known = object_name(h, q->object, q->key, &name, &ns);
		str_addf(path, "&fieldSelector=metadata.name%%3D%s", str_text(&name));
	}
	str_fini(&name);
	return known;
}

static const char *namespace_of_list(
	struct hollow *h, const struct node_request *q, const char *resource)
{
	struct str name = {0};
	uint32_t ns = 0;

	if (agent_watch_of(&h->swarm->plan.agent, q->actor) ||
		(strcmp(resource, "secrets") != 0 && strcmp(resource, "configmaps") != 0) ||
		h->swarm->plan.agent.objects.kind == SC_BULKWATCH)
		return NULL;
	(void)object_name(h, q->object, q->key, &name, &ns);
	str_fini(&name);
	return h->swarm->namespace[ns];
}

static bool read_many(struct hollow *h, const struct node_request *q,
	const struct call_name *call, struct address *a)
{
	a->method = "GET";
	a->stream = q->timeout > 0;
	address_path(&a->path, call->resource, namespace_of_list(h, q, call->resource));
	if (a->stream)
		str_addf(&a->path,
			"?allowWatchBookmarks=true&resourceVersion=%llu&timeoutSeconds=%lld&"
			"watch=true",
			(unsigned long long)*watched(h, q), (long long)(q->timeout / NS_S));
	else
		str_addf(&a->path, "?limit=500&resourceVersion=%s", q->quorum ? "" : "0");
	return selector(h, q, call->resource, &a->path);
}

static void named(struct str *path, const char *name, const char *resource)
{
	const char *sub = strchr(resource, '/');

	str_add_char(path, '/');
	str_add(path, name);
	str_add(path, sub ? sub : "");
}

static void status_body(
	struct hollow *h, const struct node_request *q, uint32_t pod, struct str *out)
{
	/* Of a feature: what the kubelet wrote last, with a condition of its own. */
	if (q->pod == REQUEST_NO_POD && request_of(h, q) == API_PATCH_PODS_STATUS) {
		body_condition(h, out);
		return;
	}
	if (q->pod == REQUEST_NO_POD && h->pod[pod].is_shown) {
		body_status(h, pod, h->pod[pod].shown, out);
		return;
	}
	pod_show(h, pod, q->status);
	body_status(h, pod, q->status, out);
}

static bool of_pod(struct hollow *h, const struct node_request *q, const struct call_name *call,
	struct address *a)
{
	uint32_t pod = q->pod == REQUEST_NO_POD ? asked_pod(h) : q->pod;
	bool patch = !strcmp(call->verb, "patch");
	struct hollow_pod *p;

	if (pod == REQUEST_NO_POD)
		return false;
	p = &h->pod[pod];
	if (!p->name)
		return false;
	address_path(&a->path, "pods", pod_namespace(h, pod));
	named(&a->path, p->name, call->resource);
	if (request_of(h, q) == API_DELETE_PODS)
		body_delete(p->uid, 0, &a->body);
	else if (patch && !strcmp(call->resource, "pods"))
		body_annotation(h, &a->body);
	else if (strcmp(call->verb, "get") != 0)
		status_body(h, q, pod, &a->body);
	/* Whoever makes the scenario's pods ends them, too. */
	if (request_of(h, q) == API_DELETE_PODS && q->pod == REQUEST_NO_POD)
		str_add(&a->path, ASKED_FOR_SHOW);
	a->media = patch ? STRATEGIC : NULL;
	return true;
}

static bool of_object(struct hollow *h, const struct node_request *q,
	const struct call_name *call, struct address *a)
{
	struct str name = {0};
	uint32_t ns;
	bool known = object_name(h, q->object, q->key, &name, &ns);

	address_path(&a->path, call->resource, h->swarm->namespace[ns]);
	str_addf(&a->path, "/%s%s", str_text(&name), q->quorum ? "" : "?resourceVersion=0");
	str_fini(&name);
	return known;
}

/* The node itself and its lease.  A feature that deletes them does so for show: its kubelet
 * would have nothing to write to any more. */
static void of_node(struct hollow *h, const struct node_request *q,
	const struct call_name *call, struct address *a)
{
	bool lease = resource_is(call->resource, "leases");
	bool patch = !strcmp(call->verb, "patch");

	address_path(&a->path, call->resource, lease ? "kube-node-lease" : NULL);
	named(&a->path, h->name, call->resource);
	a->media = patch ? STRATEGIC : NULL;
	if (!strcmp(call->verb, "get")) {
		str_add(&a->path, q->quorum ? "" : "?resourceVersion=0");
	} else if (!strcmp(call->verb, "delete")) {
		str_add(&a->path, ASKED_FOR_SHOW);
		body_delete(NULL, -1, &a->body);
	} else if (lease) {
		body_lease(h, &a->body);
	} else if (patch) {
		body_node_status(h, &a->body);
	} else {
		body_node(h, &a->body);
	}
}

static bool of_token(struct hollow *h, const struct node_request *q, struct address *a)
{
	uint32_t pod = q->pod == REQUEST_NO_POD ? asked_pod(h) : q->pod;
	const struct hollow_pod *p;

	if (pod == REQUEST_NO_POD)
		return false;
	p = &h->pod[pod];
	if (!p->name)
		return false;
	address_path(&a->path, "serviceaccounts", pod_namespace(h, pod));
	str_add(&a->path, "/default/token");
	str_addf(&a->body,
		"{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\","
		"\"spec\":{\"audiences\":null,\"boundObjectRef\":{\"apiVersion\":\"v1\","
		"\"kind\":\"Pod\",\"name\":\"%s\",\"uid\":\"%s\"},"
		"\"expirationSeconds\":3607}}",
		p->name, p->uid);
	return true;
}

static const char *method_of(const char *verb)
{
	return !strcmp(verb, "create")   ? "POST"
	       : !strcmp(verb, "update") ? "PUT"
	       : !strcmp(verb, "patch")  ? "PATCH"
	       : !strcmp(verb, "delete") ? "DELETE"
					 : "GET";
}

bool address_of(struct hollow *h, const struct node_request *q, struct address *a)
{
	const struct call_name *call = &h->swarm->scenario.calls.name[q->call];

	a->method = method_of(call->verb);
	if (q->timeout > 0 || !strcmp(call->verb, "list"))
		return read_many(h, q, call, a);
	if (asked_is_own(h, q)) {
		asked_address(h, q, a);
		return true;
	}
	if (resource_is(call->resource, "pods"))
		return of_pod(h, q, call, a);
	switch (request_of(h, q)) {
	case API_GET_SECRETS:
	case API_GET_CONFIGMAPS:
		return of_object(h, q, call, a);
	case API_CREATE_TOKENS:
		return of_token(h, q, a);
	case API_CREATE_EVENTS:
	case API_PATCH_EVENTS:
		a->media = request_of(h, q) == API_PATCH_EVENTS ? STRATEGIC : NULL;
		event_address(h, q, a);
		return true;
	default:
		of_node(h, q, call, a);
		return true;
	}
}
