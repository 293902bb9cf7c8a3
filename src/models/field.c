/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define NAMES_MAX 256

const struct field *table_find(const struct table *t, const char *name)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (!(t->field[i].flags & FIELD_KEY) && !strcmp(t->field[i].name, name))
			return &t->field[i];
	return NULL;
}

static int unknown_name(const struct doc_node *at, const char *name, const char *where,
	const char *const *known, size_t n, struct err *err)
{
	const char *near = str_nearest(name, known, n);
	char list[320];

	if (near)
		return doc_error_key(
			at, err, "no '%s' in %s; did you mean '%s'?", name, where, near);
	return doc_error_key(at, err, "no '%s' in %s; there are: %s", name, where,
		str_list(list, sizeof(list), known, n));
}

/* What is right one level below: its entries' field, as a call's in a loop; NULL: nothing. */
static const struct field *of_its_entries(const struct table *t, const char *name)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->field[i].sub && table_find(t->field[i].sub, name))
			return &t->field[i];
	return NULL;
}

int table_unknown(const struct table *t, const char *name, const char *where,
	const struct doc_node *at, struct err *err)
{
	const struct field *below = of_its_entries(t, name);
	const char *known[NAMES_MAX] = {0};
	size_t n = 0;

	if (below)
		return doc_error_key(at, err, "no '%s' in %s; it belongs %s '%s'", name, where,
			below->type == FIELD_MAP ? "into" : "to an entry of", below->name);
	for (uint32_t i = 0; i < t->n && n < NAMES_MAX; i++)
		if (!(t->field[i].flags & FIELD_KEY))
			known[n++] = t->field[i].name;
	return unknown_name(at, name, where, known, n, err);
}

static int unknown_word(
	const struct field *f, const struct doc_node *at, const char *name, struct err *err)
{
	const char *known[NAMES_MAX] = {0};
	size_t n = 0;

	for (uint32_t i = 0; i < f->n_words && n < NAMES_MAX; i++)
		known[n++] = f->words[i].name;
	return unknown_name(at, name, f->name, known, n, err);
}

static const struct word *word_find(const struct field *f, const char *name)
{
	for (uint32_t i = 0; i < f->n_words; i++)
		if (!strcmp(f->words[i].name, name))
			return &f->words[i];
	return NULL;
}

static int read_map(struct reading *r, const struct table *t, const struct doc_node *map,
	void *record, const char *where, struct err *err);

/* The array of a list or named map, and its length. */
static char *entries_of(struct reading *r, const struct field *f, uint32_t n, char *record)
{
	char *array = record + f->offset;

	memcpy(record + f->n_offset, &n, sizeof(n));
	if (f->by_pointer) {
		void *taken = arena_alloc_array(r->mem, n, f->size, alignof(max_align_t));
		memcpy(record + f->offset, &taken, sizeof(taken));
		array = taken;
	}
	return array;
}

static int read_list(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err)
{
	char *array;
	uint32_t i = 0;

	if (node->kind != DOC_LIST)
		return doc_error(node, err, "'%s' is %s, a list is needed", f->name,
			doc_kind_name(node->kind));
	if (node->n > f->limit)
		return doc_error(node, err, "'%s' has %u entries, %u at most are allowed",
			f->name, node->n, f->limit);
	array = entries_of(r, f, node->n, record);
	for (const struct doc_node *at = node->first; at; at = at->next, i++)
		if (read_map(r, f->sub, at, array + i * f->size, f->sub->what, err))
			return ERR_INPUT;
	return 0;
}

static int read_key(struct reading *r, const struct field *key, const struct doc_node *at,
	char *record, struct err *err)
{
	struct doc_node name = *at;

	name.kind = DOC_SCALAR;
	name.text = at->key;
	name.quoted = true;
	name.first = NULL;
	return field_read_scalar(r, key, &name, record, err);
}

static int read_named(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err)
{
	char *array;
	char where[96];
	uint32_t i = 0;

	if (node->kind != DOC_MAP)
		return doc_error(node, err, "'%s' is %s, a map is needed", f->name,
			doc_kind_name(node->kind));
	if (node->n > f->limit)
		return doc_error(node, err, "'%s' has %u entries, %u at most are allowed",
			f->name, node->n, f->limit);
	array = entries_of(r, f, node->n, record);
	for (const struct doc_node *at = node->first; at; at = at->next, i++) {
		char *entry = array + i * f->size;

		(void)snprintf(where, sizeof(where), "%s '%.40s'", f->sub->what, at->key);
		if (read_key(r, &f->sub->field[0], at, entry, err) ||
			read_map(r, f->sub, at, entry, where, err))
			return ERR_INPUT;
	}
	return 0;
}

static int read_by_word(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err)
{
	if (node->kind != DOC_MAP)
		return doc_error(node, err, "'%s' is %s, a map is needed", f->name,
			doc_kind_name(node->kind));
	for (const struct doc_node *at = node->first; at; at = at->next) {
		const struct word *w = word_find(f, at->key);

		if (!w)
			return unknown_word(f, at, at->key, err);
		if (read_map(r, f->sub, at, record + f->offset + (size_t)w->value * f->size,
			    at->key, err))
			return ERR_INPUT;
	}
	for (uint32_t i = 0; i < f->n_words; i++)
		if (!doc_get(node, f->words[i].name))
			return doc_error_key(
				node, err, "'%s' is missing in %s", f->words[i].name, f->name);
	return 0;
}

static int read_sub(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err)
{
	return read_map(r, f->sub, node, record + f->offset, f->name, err);
}

static int read_nothing(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err)
{
	(void)r;
	(void)f;
	(void)node;
	(void)record;
	(void)err;
	return 0;
}

static int read_tree(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err)
{
	const void *tree = node;

	(void)r;
	(void)err;
	memcpy(record + f->offset, &tree, sizeof(tree));
	return 0;
}

typedef int shape_reader(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err);

static shape_reader *const shapes[FIELD_TYPES] = {
	[FIELD_MAP] = read_sub,
	[FIELD_LIST] = read_list,
	[FIELD_NAMED] = read_named,
	[FIELD_BY_WORD] = read_by_word,
	[FIELD_IGNORED] = read_nothing,
	[FIELD_TREE] = read_tree,
};

static int read_field(struct reading *r, const struct field *f, const struct doc_node *node,
	char *record, struct err *err)
{
	shape_reader *shape = shapes[f->type];

	return shape ? shape(r, f, node, record, err)
		     : field_read_scalar(r, f, node, record, err);
}

/* What a missing optional field leaves behind: texts, maps and lists stay empty. */
static void take_otherwise(const struct field *f, char *record)
{
	const struct number_type *number = number_type(f->type);
	char *to = record + f->offset;
	uint32_t narrow = (uint32_t)f->otherwise;
	bool truth = f->otherwise != 0;

	if (f->type == FIELD_BOOL)
		memcpy(to, &truth, sizeof(truth));
	else if (f->type == FIELD_ENUM || (number && number->bytes == sizeof(narrow)))
		memcpy(to, &narrow, sizeof(narrow));
	else if (number)
		memcpy(to, &f->otherwise, sizeof(f->otherwise));
}

static int read_map(struct reading *r, const struct table *t, const struct doc_node *map,
	void *record, const char *where, struct err *err)
{
	if (map->kind != DOC_MAP)
		return doc_error(
			map, err, "%s is %s, a map is needed", where, doc_kind_name(map->kind));
	for (const struct doc_node *at = map->first; at; at = at->next)
		if (!table_find(t, at->key))
			return table_unknown(t, at->key, where, at, err);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct field *f = &t->field[i];
		const struct doc_node *at = doc_get(map, f->name);

		if (f->flags & FIELD_KEY)
			continue;
		if (at && at->kind != DOC_NULL) {
			if (read_field(r, f, at, record, err))
				return ERR_INPUT;
		} else if (f->flags & FIELD_KEEP) {
			continue;
		} else if (f->flags & FIELD_OPTIONAL) {
			take_otherwise(f, record);
		} else {
			return doc_error_key(
				at ? at : map, err, "'%s' is missing in %s", f->name, where);
		}
	}
	return t->finish ? t->finish(r, record, map, err) : 0;
}

int table_read(struct reading *r, const struct table *t, const struct doc_node *map,
	void *record, struct err *err)
{
	return read_map(r, t, map, record, t->what, err);
}
