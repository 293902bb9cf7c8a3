/* SPDX-License-Identifier: Apache-2.0 */
/* Does a path lead to a field?  Asked of the tables, so that a misspelt name is found. */
#include "models/field.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define NAMES_MAX 256

/* A step of a path: a name, or [index]. */
struct step {
	char name[128];
	bool is_index;
	uint32_t index;
};

static int read_index(const char **path, struct step *step, struct err *err)
{
	const char *at = *path + 1;

	step->is_index = true;
	step->index = 0;
	if (*at < '0' || *at > '9')
		return err_set(err, ERR_INPUT, "'[' needs a number and ']'");
	for (; *at >= '0' && *at <= '9'; at++) {
		step->index = step->index * 10 + (uint32_t)(*at - '0');
		if (step->index > 1000000)
			return err_set(err, ERR_INPUT, "an index is too large");
	}
	if (*at != ']')
		return err_set(err, ERR_INPUT, "'[' needs a number and ']'");
	*path = at + 1;
	if (**path == '.')
		(*path)++;
	return 0;
}

static int read_step(const char **path, struct step *step, struct err *err)
{
	size_t n = 0;

	if (**path == '[')
		return read_index(path, step, err);
	step->is_index = false;
	for (; **path && **path != '.' && **path != '['; (*path)++) {
		if (**path == '\\' && (*path)[1])
			(*path)++;
		if (n + 1 >= sizeof(step->name))
			return err_set(err, ERR_INPUT, "a name is too long");
		step->name[n++] = **path;
	}
	step->name[n] = '\0';
	if (**path == '.')
		(*path)++;
	return n ? 0 : err_set(err, ERR_INPUT, "a name is missing");
}

static int unknown_key(
	const struct doc_node *map, const struct step *step, const char *where, struct err *err)
{
	const char *known[NAMES_MAX] = {0};
	const char *near;
	char all[300];
	size_t n = 0;

	for (const struct doc_node *at = map ? map->first : NULL; at && n < NAMES_MAX;
		at = at->next)
		known[n++] = at->key;
	near = str_nearest(step->name, known, n);
	if (near)
		return err_set(err, ERR_INPUT, "no '%s' in %s; did you mean '%s'?", step->name,
			where, near);
	return err_set(err, ERR_INPUT, "no '%s' in %s; there are: %s", step->name, where,
		str_list(all, sizeof(all), known, n));
}

static const struct doc_node *entry(const struct doc_node *list, uint32_t index)
{
	const struct doc_node *at = list ? list->first : NULL;

	for (; at && index; index--)
		at = at->next;
	return at;
}

/* A step into the entries of f.  *node becomes the entry. */
static int enter(const struct field *f, const struct step *step, const struct doc_node **node,
	struct err *err)
{
	bool list = f->type == FIELD_LIST;

	if (list != step->is_index)
		return err_set(err, ERR_INPUT,
			list ? "'%s' is a list: %s[0] is its first" : "'%s' is no list",
			f->name, f->name);
	if (list && step->index >= (*node ? (*node)->n : 0))
		return err_set(
			err, ERR_INPUT, "'%s' has %u entries", f->name, *node ? (*node)->n : 0);
	if (!list && !doc_get(*node, step->name))
		return unknown_key(*node, step, f->name, err);
	*node = list ? entry(*node, step->index) : doc_get(*node, step->name);
	return 0;
}

static bool is_entries(enum field_type type)
{
	return type == FIELD_LIST || type == FIELD_NAMED || type == FIELD_BY_WORD;
}

int table_check_path(const struct table *t, const struct doc_node *tree, const char *path,
	bool *needed, struct err *err)
{
	const struct doc_node *node = tree;
	struct step step;

	*needed = false;
	while (*path) {
		const struct field *f;

		if (read_step(&path, &step, err))
			return ERR_INPUT;
		if (!t || step.is_index)
			return err_set(err, ERR_INPUT, "'%s' is a single value", step.name);
		f = table_find(t, step.name);
		if (!f)
			return table_unknown(t, step.name, t->what, NULL, err);
		node = doc_get(node, step.name);
		t = f->sub;
		*needed = !*path && !(f->flags & (FIELD_OPTIONAL | FIELD_KEEP));
		if (!*path || !is_entries(f->type))
			continue;
		if (read_step(&path, &step, err) || enter(f, &step, &node, err))
			return ERR_INPUT;
	}
	return 0;
}
