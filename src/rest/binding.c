/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings. */
#include "rest/rest_priv.h"

#include <stdio.h>
#include <string.h>

#include "rest/when.h"

/* pkg/registry/core/pod/storage/storage.go setPodHostAndAnnotations. */
static void set_node(struct rest_call *c, struct json *tree, const char *node)
{
	struct json *condition = json_object();
	struct json *conditions = json_array();
	struct json *spec = json_get(tree, "spec");
	struct json *status = json_get(tree, "status");
	char now[WHEN_BYTES];

	json_set_str(spec, "nodeName", node);
	json_put_str(condition, "type", "PodScheduled");
	json_put_str(condition, "status", "True");
	json_put(condition, "lastProbeTime", json_null());
	json_put_str(condition, "lastTransitionTime", when_text(now, c->req->now_s));
	for (const struct json *e = json_child(json_get(status, "conditions")); e;
		e = json_next(e)) {
		const char *type = json_as_str(json_get(e, "type"));

		if (!type || strcmp(type, "PodScheduled") != 0)
			json_append(conditions, json_clone(e));
	}
	json_append(conditions, condition);
	if (json_is_object(status))
		json_set(status, "conditions", conditions);
	else
		json_free(conditions);
}

static void bind_to(struct rest_call *c, const char *pod, const char *node)
{
	const struct rest_resource *pods = rest_resource_find("", "v1", "pods");
	struct rest_route route = {.resource = pods};
	struct rest_call of_pod = {c->rest, c->req, &route, c->reply};
	struct rest_object *o = store_get(&c->rest->store, pods, c->route->ns, pod);
	const char *has = o ? rest_object_field(o, "spec.nodeName") : "";
	struct json *tree;
	char why[600];

	(void)snprintf(route.name, sizeof(route.name), "%s", pod);
	if (!o) {
		rest_not_found(&of_pod, pod);
		return;
	}
	if (*has) {
		(void)snprintf(why, sizeof(why),
			"pod %s is already assigned to node \"%.253s\"", o->name, has);
		rest_conflict(&of_pod, why);
		return;
	}
	tree = rest_object_tree(o);
	if (!json_is_object(json_get(tree, "spec")))
		json_set(tree, "spec", json_object());
	set_node(c, tree, node);
	if (rest_store(&of_pod, tree))
		rest_fail_status(c->reply, &(struct status){.code = 201});
	json_free(tree);
}

void rest_bind(struct rest_call *c, const char *pod)
{
	struct json *tree = rest_body(c);
	const char *node;

	if (!tree)
		return;
	node = json_as_str(json_get(json_get(tree, "target"), "name"));
	if (!node || !*node || strlen(node) >= ROUTE_NAME)
		rest_fail(c->reply, 422, NULL, "target.name: Required value: the node's name");
	else
		bind_to(c, pod, node);
	json_free(tree);
}
