/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/object.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *rest_taken(void *memory)
{
	if (!memory) {
		(void)fputs("nodetoll: out of memory: the store\n", stderr);
		abort();
	}
	return memory;
}

/* Texts are gathered in one buffer; until it stops growing they are offsets. */
struct gathering {
	struct str buf;
	size_t ns, name, uid, labels, text;
	size_t field[REST_FIELDS_MAX];
};

static size_t keep(struct gathering *g, const char *text)
{
	size_t at = str_len(&g->buf);

	str_add_n(&g->buf, text ? text : "", text ? strlen(text) + 1 : 1);
	return at;
}

/* "spec.nodeName" in the tree, whatever its type. */
static void field_text(const struct json *tree, const char *path, struct str *out)
{
	const struct json *value = tree;
	char part[64];

	while (value && *path) {
		size_t len = strcspn(path, ".");

		(void)snprintf(part, sizeof(part), "%.*s", (int)len, path);
		value = json_get(value, part);
		path += len + (path[len] == '.');
	}
	if (json_is_str(value))
		str_add(out, json_as_str(value));
	else if (json_is_num(value) || json_is_bool(value))
		json_write(value, out);
}

static void gather_fields(
	struct gathering *g, const struct rest_resource *r, const struct json *tree)
{
	struct str one = {0};

	for (size_t i = 0; i < REST_FIELDS_MAX && r->fields[i]; i++) {
		str_reset(&one);
		/* An event's source is the component in it: ToSelectableFields. */
		field_text(tree,
			strcmp(r->fields[i], "source") != 0 ? r->fields[i] : "source.component",
			&one);
		if (!str_len(&one) && !strcmp(r->fields[i], "spec.unschedulable"))
			str_add(&one, "false");
		g->field[i] = keep(g, str_text(&one));
	}
	str_fini(&one);
}

static void gather(struct gathering *g, const struct rest_resource *r, const struct json *tree)
{
	const struct json *meta = json_get(tree, "metadata");
	const struct json *labels = json_get(meta, "labels");

	g->ns = keep(g, json_as_str(json_get(meta, "namespace")));
	g->name = keep(g, json_as_str(json_get(meta, "name")));
	g->uid = keep(g, json_as_str(json_get(meta, "uid")));
	gather_fields(g, r, tree);
	g->labels = str_len(&g->buf);
	for (const struct json *l = json_child(labels); l; l = json_next(l)) {
		if (!json_is_str(l) || !*json_key(l))
			continue;
		(void)keep(g, json_key(l));
		(void)keep(g, json_as_str(l));
	}
	(void)keep(g, "");
	g->text = str_len(&g->buf);
	json_write(tree, &g->buf);
}

static void stamp(struct json *tree, const struct rest_resource *r, uint64_t version)
{
	char text[REST_GROUP_VERSION];

	json_set_str(tree, "kind", r->kind);
	json_set_str(tree, "apiVersion", rest_group_version(r, text));
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)version);
	json_set_str(json_get(tree, "metadata"), "resourceVersion", text);
}

struct rest_object *rest_object_new(
	const struct rest_resource *r, struct json *tree, uint64_t version)
{
	struct gathering g = {0};
	struct rest_object *o;
	size_t bytes;
	char *at;

	stamp(tree, r, version);
	gather(&g, r, tree);
	bytes = sizeof(*o) + str_len(&g.buf) + 1;
	o = rest_taken(malloc(bytes));
	at = (char *)(o + 1);
	memcpy(at, str_text(&g.buf), str_len(&g.buf) + 1);
	*o = (struct rest_object){
		.refs = 1,
		.version = version,
		.resource = r,
		.ns = at + g.ns,
		.name = at + g.name,
		.uid = at + g.uid,
		.labels = at + g.labels,
		.text = at + g.text,
		.len = str_len(&g.buf) - g.text,
		.bytes = bytes,
	};
	for (size_t i = 0; i < REST_FIELDS_MAX && r->fields[i]; i++)
		o->field[i] = at + g.field[i];
	str_fini(&g.buf);
	return o;
}

struct rest_object *rest_object_hold(struct rest_object *o)
{
	o->refs++;
	return o;
}

void rest_object_drop(struct rest_object *o)
{
	if (o && --o->refs == 0)
		free(o);
}

struct json *rest_object_tree(const struct rest_object *o)
{
	struct json *tree = NULL;
	int code = json_parse(o->text, o->len, &tree, NULL);

	assert(!code); /* it was printed by json_write */
	return tree;
}

const char *rest_object_label(const void *object, const char *key)
{
	const struct rest_object *o = object;

	for (const char *l = o->labels; *l;) {
		const char *value = l + strlen(l) + 1;

		if (!strcmp(l, key))
			return value;
		l = value + strlen(value) + 1;
	}
	return NULL;
}

const char *rest_object_field(const void *object, const char *key)
{
	const struct rest_object *o = object;

	if (!strcmp(key, "metadata.name"))
		return o->name;
	if (!strcmp(key, "metadata.namespace"))
		return o->ns;
	for (size_t i = 0; i < REST_FIELDS_MAX && o->resource->fields[i]; i++)
		if (!strcmp(o->resource->fields[i], key))
			return o->field[i];
	return NULL;
}

int rest_object_order(const struct rest_object *o, const char *ns, const char *name)
{
	int by_ns = strcmp(o->ns, ns);

	return by_ns ? by_ns : strcmp(o->name, name);
}
