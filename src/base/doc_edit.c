/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into trees, and making one of two. */
#include "base/doc_priv.h"

#include <stdlib.h>
#include <string.h>

/* Below this many keys walking a map is as good as sorting it. */
#define FEW_KEYS 16

const char *doc_kind_name(enum doc_kind kind)
{
	switch (kind) {
	case DOC_NULL:
		return "null";
	case DOC_SCALAR:
		return "a value";
	case DOC_MAP:
		return "a map";
	case DOC_LIST:
		return "a list";
	}
	return "nothing";
}

struct doc_node *doc_get(const struct doc_node *map, const char *key)
{
	if (map == NULL || map->kind != DOC_MAP)
		return NULL;
	for (struct doc_node *n = map->first; n != NULL; n = n->next)
		if (strcmp(n->key, key) == 0)
			return n;
	return NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct doc_node *x = *(struct doc_node *const *)a;
	const struct doc_node *y = *(struct doc_node *const *)b;
	int order = strcmp(x->key, y->key);

	if (order == 0)
		order = (x->key_line > y->key_line) - (x->key_line < y->key_line);
	if (order == 0)
		order = (x->key_column > y->key_column) - (x->key_column < y->key_column);
	return order;
}

struct doc_node **doc_sorted(struct arena *mem, const struct doc_node *map)
{
	struct doc_node **sorted = ARENA_ARRAY(mem, struct doc_node *, map->n);
	uint32_t i = 0;

	for (struct doc_node *n = map->first; n != NULL; n = n->next)
		sorted[i++] = n;
	qsort(sorted, map->n, sizeof(struct doc_node *), by_key);
	return sorted;
}

struct doc_node *doc_sorted_get(struct doc_node *const *sorted, uint32_t n, const char *key)
{
	uint32_t lo = 0;
	uint32_t hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (strcmp(sorted[mid]->key, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && strcmp(sorted[lo]->key, key) == 0 ? sorted[lo] : NULL;
}

/* Look up many keys in one map. */
struct lookup {
	const struct doc_node *map;
	struct doc_node **sorted; /* NULL if the map is small */
};

static struct lookup lookup(struct arena *mem, const struct doc_node *map)
{
	return (struct lookup){
		.map = map,
		.sorted = map->n > FEW_KEYS ? doc_sorted(mem, map) : NULL,
	};
}

static const struct doc_node *look_up(const struct lookup *l, const char *key)
{
	if (l->sorted != NULL)
		return doc_sorted_get(l->sorted, l->map->n, key);
	return doc_get(l->map, key);
}

static void append(struct doc_node *parent, struct doc_node **last, struct doc_node *child)
{
	if (*last != NULL)
		(*last)->next = child;
	else
		parent->first = child;
	*last = child;
	parent->n++;
}

/* The node itself, with its key, without what is in it. */
static struct doc_node *copy_node(struct arena *mem, const struct doc_node *node)
{
	struct doc_node *copy = ARENA_NEW(mem, struct doc_node);

	*copy = *node;
	copy->next = NULL;
	copy->first = NULL;
	copy->n = 0;
	return copy;
}

static struct doc_node *clone(struct arena *mem, const struct doc_node *node)
{
	struct doc_node *copy = copy_node(mem, node);
	struct doc_node *last = NULL;

	for (const struct doc_node *c = node->first; c != NULL; c = c->next)
		append(copy, &last, clone(mem, c));
	return copy;
}

static struct doc_node *without_key(struct doc_node *node)
{
	node->key = NULL;
	node->key_line = 0;
	node->key_column = 0;
	return node;
}

struct doc_node *doc_clone(struct arena *mem, const struct doc_node *node)
{
	return without_key(clone(mem, node));
}

/* base may be NULL or of any kind; over decides what the result is.  Nulls of over go with what
 * they take away, or stay. */
static struct doc_node *merge(struct arena *mem, const struct doc_node *base,
	const struct doc_node *over, bool nulls_stay)
{
	static const struct doc_node nothing = {.kind = DOC_MAP};
	struct doc_node *out;
	struct doc_node *last = NULL;
	struct lookup in_over;
	struct lookup in_base;

	if (over->kind != DOC_MAP)
		return clone(mem, over);
	if (base == NULL || base->kind != DOC_MAP)
		base = &nothing;
	out = copy_node(mem, over);
	in_over = lookup(mem, over);
	in_base = lookup(mem, base);
	for (const struct doc_node *b = base->first; b != NULL; b = b->next) {
		const struct doc_node *o = look_up(&in_over, b->key);

		if (o == NULL)
			append(out, &last, clone(mem, b));
		else if (o->kind != DOC_NULL || nulls_stay)
			append(out, &last, merge(mem, b, o, nulls_stay));
	}
	for (const struct doc_node *o = over->first; o != NULL; o = o->next)
		if ((o->kind != DOC_NULL || nulls_stay) && look_up(&in_base, o->key) == NULL)
			append(out, &last, merge(mem, NULL, o, nulls_stay));
	return out;
}

struct doc_node *doc_merge(
	struct arena *mem, const struct doc_node *base, const struct doc_node *over)
{
	return without_key(merge(mem, base, over, false));
}

struct doc_node *doc_merge_over(
	struct arena *mem, const struct doc_node *base, const struct doc_node *over)
{
	return without_key(merge(mem, base, over, true));
}
