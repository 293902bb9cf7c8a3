/* SPDX-License-Identifier: Apache-2.0 */
/* A tree from a parser's events, node by node, so that every limit holds while
 * reading and a bomb ends at the limit. */
#include "base/doc_priv.h"

#include <string.h>

struct doc_anchor {
	const char *name;
	const struct doc_node *node;
	struct doc_anchor *older;
};

static int complain_here(struct doc_builder *b, const char *sentence)
{
	(void)doc_error_at(b->src, b->line, b->column, b->err, "%s", sentence);
	return ERR_INPUT;
}

static bool is_null_text(const char *text)
{
	return text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
	       strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0;
}

/* A copy of a text.  Escapes can make what the guard has refused as bytes. */
static int take_text(struct doc_builder *b, const char *from, size_t len, const char **text)
{
	if (str_bad_byte(from, len) < len)
		return complain_here(b, "this text has a control character in it");
	*text = arena_strndup(b->mem, from, len);
	return 0;
}

static int new_node(struct doc_builder *b, enum doc_kind kind, struct doc_node **out)
{
	struct doc_node *node;

	if (b->n_nodes == DOC_MAX_NODES)
		return complain_here(b, "this file has more than 2,000,000 values");
	b->n_nodes++;
	node = ARENA_NEW(b->mem, struct doc_node);
	node->kind = kind;
	node->line = b->line;
	node->column = b->column;
	node->file = b->src->name;
	node->source = b->src;
	*out = node;
	return 0;
}

/* Put a node under its parent, with the key that waits for it. */
static void attach(struct doc_builder *b, struct doc_node *node)
{
	struct doc_frame *f;

	if (b->depth == 0) {
		b->root = node;
		return;
	}
	f = &b->stack[b->depth - 1];
	if (f->key != NULL) {
		node->key = f->key;
		node->key_line = f->key_line;
		node->key_column = f->key_column;
		if (node->kind != DOC_SCALAR) {
			node->line = f->key_line;
			node->column = f->key_column;
		}
		f->key = NULL;
	}
	if (f->last != NULL)
		f->last->next = node;
	else
		f->node->first = node;
	f->last = node;
	f->node->n++;
}

/* Remember the node under the event's anchor, if it has one. */
static int keep_anchor(
	struct doc_builder *b, const struct doc_event *event, const struct doc_node *node)
{
	struct doc_anchor *a;
	int ret;

	if (event->anchor == NULL)
		return 0;
	if (b->n_anchors == DOC_MAX_ANCHORS)
		return complain_here(b, "this file has more than 1,000 anchors (&...)");
	b->n_anchors++;
	a = ARENA_NEW(b->mem, struct doc_anchor);
	ret = take_text(b, event->anchor, event->anchor_len, &a->name);
	a->node = node;
	a->older = b->anchors;
	b->anchors = a;
	return ret;
}

/* The map that waits for a key, if one does. */
static struct doc_frame *wants_key(struct doc_builder *b)
{
	struct doc_frame *f = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;

	return f != NULL && f->node->kind == DOC_MAP && f->key == NULL ? f : NULL;
}

static int take_key(struct doc_builder *b, struct doc_frame *f, const struct doc_event *event)
{
	int ret;

	if (event->anchor != NULL)
		return complain_here(b, "a key cannot have an anchor (&...)");
	if (!event->quoted && event->len == 0)
		return complain_here(b, "a key is missing here");
	ret = take_text(b, event->text, event->len, &f->key);
	if (ret != 0)
		return ret;
	if (!event->quoted && strcmp(f->key, "<<") == 0)
		return complain_here(b, "merge keys (<<) are not supported");
	f->key_line = b->line;
	f->key_column = b->column;
	return 0;
}

int doc_build_scalar(struct doc_builder *b, const struct doc_event *event)
{
	struct doc_frame *f = wants_key(b);
	struct doc_node *node = NULL;
	int ret;

	if (f != NULL)
		return take_key(b, f, event);
	ret = new_node(b, DOC_SCALAR, &node);
	if (ret == 0)
		ret = take_text(b, event->text, event->len, &node->text);
	if (ret != 0)
		return ret;
	node->quoted = event->quoted;
	if (!node->quoted && is_null_text(node->text)) {
		node->kind = DOC_NULL;
		node->text = NULL;
	}
	attach(b, node);
	return keep_anchor(b, event, node);
}

int doc_build_open(struct doc_builder *b, const struct doc_event *event, enum doc_kind kind)
{
	struct doc_node *node = NULL;
	int ret;

	if (wants_key(b) != NULL)
		return complain_here(b, "a key must be plain text, not a list or map");
	if (b->depth == DOC_MAX_DEPTH)
		return complain_here(b, "this is nested more than 64 levels deep");
	ret = new_node(b, kind, &node);
	if (ret != 0)
		return ret;
	attach(b, node);
	b->stack[b->depth++] = (struct doc_frame){.node = node};
	return keep_anchor(b, event, node);
}

static bool is_before(const struct doc_node *a, const struct doc_node *b)
{
	return a->key_line != b->key_line ? a->key_line < b->key_line
					  : a->key_column < b->key_column;
}

/* Every key once.  Sorted, since a hostile map has a million of them; what is
 * complained about is the first repetition in the file. */
int doc_build_close(struct doc_builder *b)
{
	const struct doc_node *map = b->stack[--b->depth].node;
	struct doc_node **sorted;
	uint32_t worst = 0;

	if (map->kind != DOC_MAP || map->n < 2)
		return 0;
	sorted = doc_sorted(b->mem, map);
	for (uint32_t i = 1; i < map->n; i++)
		if (strcmp(sorted[i]->key, sorted[i - 1]->key) == 0 &&
			(worst == 0 || is_before(sorted[i], sorted[worst])))
			worst = i;
	if (worst == 0)
		return 0;
	return doc_error_at(b->src, sorted[worst]->key_line, sorted[worst]->key_column, b->err,
		"the key '%.100s' is here for the second time; the first is on line %u",
		sorted[worst]->key, sorted[worst - 1]->key_line);
}

/* A copy of what an alias stands for, within the limits on nodes and depth;
 * NULL, after a complaint, beyond them. */
static struct doc_node *expand(
	struct doc_builder *b, const struct doc_node *from, unsigned depth)
{
	struct doc_node *last = NULL;
	struct doc_node *node;

	if (++b->n_alias_nodes > DOC_MAX_ALIAS_NODES) {
		(void)complain_here(b, "aliases (*...) expand to more than 100,000 values");
		return NULL;
	}
	if (depth >= DOC_MAX_DEPTH && from->kind >= DOC_MAP) {
		(void)complain_here(b, "this alias nests more than 64 levels deep");
		return NULL;
	}
	if (new_node(b, from->kind, &node) != 0)
		return NULL;
	*node = *from;
	node->next = NULL;
	node->first = NULL;
	for (const struct doc_node *c = from->first; c != NULL; c = c->next) {
		struct doc_node *copy = expand(b, c, depth + 1);

		if (copy == NULL)
			return NULL;
		if (last != NULL)
			last->next = copy;
		else
			node->first = copy;
		last = copy;
	}
	return node;
}

int doc_build_alias(struct doc_builder *b, const struct doc_event *event)
{
	const struct doc_anchor *a = b->anchors;
	struct doc_node *node;
	const char *name;
	int ret;

	if (wants_key(b) != NULL)
		return complain_here(b, "a key must be plain text, not an alias (*...)");
	ret = take_text(b, event->text, event->len, &name);
	if (ret != 0)
		return ret;
	while (a != NULL && strcmp(a->name, name) != 0)
		a = a->older;
	if (a == NULL) {
		(void)doc_error_at(b->src, b->line, b->column, b->err,
			"nothing before this is named &%.100s", name);
		return ERR_INPUT;
	}
	for (unsigned i = 0; i < b->depth; i++)
		if (b->stack[i].node == a->node)
			return complain_here(b, "this alias stands inside what it names");
	node = expand(b, a->node, b->depth);
	if (node == NULL)
		return ERR_INPUT;
	/* Inside are the places of the original; the whole stands where the alias does. */
	node->key = NULL;
	node->key_line = 0;
	node->key_column = 0;
	node->line = b->line;
	node->column = b->column;
	attach(b, node);
	return 0;
}
