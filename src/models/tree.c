/* SPDX-License-Identifier: Apache-2.0 */
#include "models/tree.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct doc_node *tree_empty(struct arena *mem, enum doc_kind kind, const struct doc_node *place)
{
	struct doc_node *node = ARENA_NEW(mem, struct doc_node);

	if (place) {
		*node = *place;
		node->next = NULL;
		node->first = NULL;
		node->text = NULL;
		node->quoted = false;
		node->n = 0;
	}
	node->kind = kind;
	return node;
}

struct doc_node *tree_text(struct arena *mem, const char *text)
{
	struct doc_node *node = ARENA_NEW(mem, struct doc_node);

	node->kind = DOC_SCALAR;
	node->text = arena_strdup(mem, text);
	return node;
}

struct doc_node *tree_given(struct arena *mem, const char *flag, const char *text)
{
	struct doc_node *node = tree_text(mem, text);
	char label[240];

	(void)snprintf(label, sizeof(label), "--%s %.200s", flag, text);
	node->file = arena_strdup(mem, label);
	return node;
}

void tree_put(
	struct arena *mem, struct doc_node *parent, const char *key, struct doc_node *child)
{
	struct doc_node **at = &parent->first;

	assert((parent->kind == DOC_MAP) == (key != NULL));
	while (*at)
		at = &(*at)->next;
	child->key = key ? arena_strdup(mem, key) : NULL;
	child->next = NULL;
	*at = child;
	parent->n++;
}

/* Appends copies of the entries of from except the one named but. */
static void put_entries(
	struct arena *mem, struct doc_node *to, const struct doc_node *from, const char *but)
{
	struct doc_node **end = &to->first;

	for (const struct doc_node *at = from->first; at; at = at->next) {
		if (but && at->key && !strcmp(at->key, but))
			continue;
		*end = ARENA_NEW(mem, struct doc_node);
		**end = *at;
		(*end)->next = NULL;
		end = &(*end)->next;
		to->n++;
	}
}

struct doc_node *tree_copy(struct arena *mem, const struct doc_node *node)
{
	struct doc_node *copy = tree_empty(mem, node->kind, node);

	put_entries(mem, copy, node, NULL);
	return copy;
}

struct doc_node *tree_with(
	struct arena *mem, const struct doc_node *map, const char *key, struct doc_node *child)
{
	struct doc_node *copy = tree_copy(mem, map);

	for (struct doc_node **at = &copy->first; *at; at = &(*at)->next)
		if (!strcmp((*at)->key, key)) {
			child->key = (*at)->key;
			child->next = (*at)->next;
			*at = child;
			return copy;
		}
	tree_put(mem, copy, key, child);
	return copy;
}

struct doc_node *tree_without(struct arena *mem, const struct doc_node *map, const char *key)
{
	struct doc_node *copy = tree_empty(mem, map->kind, map);

	put_entries(mem, copy, map, key);
	return copy;
}

static bool is_number(const char *text)
{
	const char *at = text + (*text == '-');
	size_t digits = strspn(at, "0123456789");

	if (!digits || (*at == '0' && digits > 1))
		return false;
	at += digits;
	if (*at == '.') {
		digits = strspn(at + 1, "0123456789");
		at += digits ? digits + 1 : 0;
	}
	return !*at;
}

static struct json *scalar_json(const struct doc_node *node)
{
	/* Beyond 15 digits a number would not come back as it was. */
	if (!node->quoted && is_number(node->text) && strlen(node->text) <= 15)
		return strchr(node->text, '.')
			       ? json_num(strtod(node->text, NULL))
			       : json_int((int64_t)strtoll(node->text, NULL, 10));
	if (!node->quoted && (!strcmp(node->text, "true") || !strcmp(node->text, "false")))
		return json_bool(*node->text == 't');
	return json_str(node->text);
}

struct json *tree_json(const struct doc_node *node)
{
	struct json *out;

	switch (node->kind) {
	case DOC_NULL:
		return json_null();
	case DOC_SCALAR:
		return scalar_json(node);
	case DOC_MAP:
		out = json_object();
		for (const struct doc_node *at = node->first; at; at = at->next)
			json_put(out, at->key, tree_json(at));
		return out;
	case DOC_LIST:
		out = json_array();
		for (const struct doc_node *at = node->first; at; at = at->next)
			json_append(out, tree_json(at));
		return out;
	}
	return NULL;
}
