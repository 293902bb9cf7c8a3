/* SPDX-License-Identifier: Apache-2.0 */
/* Setting one value by its path. */
#include "base/doc_priv.h"

#include <assert.h>
#include <string.h>

/* One step of a path: a name, or an index where name is NULL. */
struct step {
	const char *name;
	uint32_t index;
	size_t end; /* of the step in the path, for messages */
};

struct path {
	const char *text;
	const char *door; /* by which it came: "--set " */
	struct step step[DOC_MAX_DEPTH];
	unsigned n;
};

static int malformed(const struct path *p, struct err *err, const char *what)
{
	return err_set(err, ERR_INPUT,
		"%s'%.200s' is not a path: %s; write it as in load.pods or calls[2].period",
		p->door, p->text, what);
}

/* The name at *at, up to a dot or bracket that no backslash precedes. */
static int read_name(struct arena *mem, struct path *p, size_t *at, struct err *err)
{
	const char *from = p->text + *at;
	char *name = arena_strdup(mem, from);
	size_t len = 0;
	size_t i = 0;

	while (from[i] != '\0' && from[i] != '.' && from[i] != '[') {
		if (from[i] == ']')
			return malformed(p, err, "a ']' has no '['");
		if (from[i] == '\\' && from[i + 1] != '\0')
			i++;
		name[len++] = from[i++];
	}
	name[len] = '\0';
	if (len == 0)
		return malformed(p, err, "a name is missing");
	*at += i;
	p->step[p->n++] = (struct step){.name = name, .end = *at};
	return 0;
}

/* The index at *at, behind its bracket. */
static int read_index(struct path *p, size_t *at, struct err *err)
{
	uint32_t index = 0;
	size_t i = *at;

	while (p->text[i] >= '0' && p->text[i] <= '9' && i - *at < 8)
		index = index * 10 + (uint32_t)(p->text[i++] - '0');
	if (i == *at || p->text[i] != ']')
		return malformed(p, err, "between '[' and ']' goes a number from 0");
	*at = i + 1;
	p->step[p->n++] = (struct step){.index = index, .end = *at};
	if (p->text[*at] != '\0' && p->text[*at] != '.' && p->text[*at] != '[')
		return malformed(p, err, "behind ']' goes a dot, a '[' or nothing");
	return 0;
}

static int read_path(struct arena *mem, struct path *p, struct err *err)
{
	size_t at = 0;
	int ret = 0;

	if (str_bad_byte(p->text, strlen(p->text)) < strlen(p->text))
		return malformed(p, err, "it has a control character in it");
	do {
		if (p->n == DOC_MAX_DEPTH)
			return malformed(p, err, "it is more than 64 levels deep");
		if (p->text[at] == '[' && at > 0) {
			at++;
			ret = read_index(p, &at, err);
		} else {
			at += at > 0; /* the dot */
			ret = read_name(mem, p, &at, err);
		}
	} while (ret == 0 && p->text[at] != '\0');
	return ret;
}

/* What a value on a command line means. */
static int read_value(struct arena *mem, const struct path *p, const char *value,
	struct doc_node **out, struct err *err)
{
	struct doc_node *node;
	struct str file = {0};
	int ret;

	if (str_bad_byte(value, strlen(value)) < strlen(value))
		return err_set(err, ERR_INPUT,
			"%s%.200s: the value has a control character in it", p->door, p->text);
	str_add(&file, p->door);
	str_add(&file, p->text);
	if (value[0] != '\0' && strchr("[{\"'", value[0]) != NULL) {
		ret = doc_parse(mem, str_text(&file), value, strlen(value), out, err);
		str_fini(&file);
		return ret;
	}
	str_add_char(&file, '=');
	str_add(&file, value);
	node = ARENA_NEW(mem, struct doc_node);
	node->file = arena_strdup(mem, str_text(&file));
	str_fini(&file);
	if (strcmp(value, "null") == 0 || strcmp(value, "~") == 0) {
		node->kind = DOC_NULL;
	} else {
		node->kind = DOC_SCALAR;
		node->quoted = value[0] == '\0';
		node->text = arena_strdup(mem, value);
	}
	*out = node;
	return 0;
}

/* The entry that a step leads to; NULL if there is none yet. */
static struct doc_node *enter(const struct doc_node *node, const struct step *step)
{
	struct doc_node *c = node->first;

	if (step->name != NULL)
		return doc_get(node, step->name);
	for (uint32_t i = 0; c != NULL && i < step->index; i++)
		c = c->next;
	return c;
}

/* Whether a step can be taken from node, if need be to a new entry. */
static int check_step(
	const struct path *p, unsigned i, const struct doc_node *node, struct err *err)
{
	enum doc_kind want = p->step[i].name != NULL ? DOC_MAP : DOC_LIST;
	int end = i > 0 ? (int)p->step[i - 1].end : 0;

	if (node->kind != DOC_NULL && node->kind != want)
		return err_set(err, ERR_INPUT, "%s%.200s cannot be set: '%.*s' is %s, not %s",
			p->door, p->text, end, p->text, doc_kind_name(node->kind),
			doc_kind_name(want));
	if (want == DOC_LIST && p->step[i].index > node->n)
		return err_set(err, ERR_INPUT, "%s%.200s cannot be set: '%.*s' has %u entries",
			p->door, p->text, end, p->text, node->n);
	return 0;
}

/* Steps that lead to new entries: of a new list only the first can be set. */
static int check_new(const struct path *p, unsigned from, struct err *err)
{
	static const struct doc_node nothing = {.kind = DOC_NULL};
	int ret = 0;

	for (unsigned i = from; i < p->n && ret == 0; i++)
		ret = check_step(p, i, &nothing, err);
	return ret;
}

static void append(struct doc_node *parent, struct doc_node *child)
{
	struct doc_node **link = &parent->first;

	while (*link != NULL)
		link = &(*link)->next;
	*link = child;
	parent->n++;
}

static void remove_key(struct doc_node *map, const char *key)
{
	for (struct doc_node **link = &map->first; *link != NULL; link = &(*link)->next)
		if (strcmp((*link)->key, key) == 0) {
			*link = (*link)->next;
			map->n--;
			return;
		}
}

/* Make the entries that are missing below node and return the last. */
static struct doc_node *make(struct arena *mem, const struct path *p, unsigned from,
	struct doc_node *node, const char *file)
{
	for (unsigned i = from; i < p->n; i++) {
		struct doc_node *child = ARENA_NEW(mem, struct doc_node);

		if (node->kind == DOC_NULL)
			node->kind = p->step[i].name != NULL ? DOC_MAP : DOC_LIST;
		child->key = p->step[i].name;
		child->file = file;
		append(node, child);
		node = child;
	}
	return node;
}

/* Become the value, in the old place among the neighbours. */
static void replace(struct doc_node *node, const struct doc_node *value)
{
	struct doc_node *next = node->next;
	const char *key = node->key;

	*node = *value;
	node->key = key;
	node->next = next;
}

int doc_set(struct arena *mem, struct doc_node *root, const char *door, const char *path,
	const char *value, struct err *err)
{
	struct path p = {.text = path, .door = door};
	struct doc_node *node = root;
	struct doc_node *parent = root;
	struct doc_node *next;
	struct doc_node *new_value = NULL;
	unsigned i = 0;
	int ret;

	ret = read_path(mem, &p, err);
	if (ret != 0)
		return ret;
	ret = read_value(mem, &p, value, &new_value, err);
	if (ret != 0)
		return ret;
	assert(new_value != NULL);
	while (ret == 0 && i < p.n) {
		ret = check_step(&p, i, node, err);
		next = ret == 0 ? enter(node, &p.step[i]) : NULL;
		if (next == NULL)
			break;
		parent = node;
		node = next;
		i++;
	}
	if (ret == 0)
		ret = check_new(&p, i + 1, err);
	if (ret != 0)
		return ret;
	if (new_value->kind == DOC_NULL && p.step[p.n - 1].name != NULL) {
		if (i == p.n)
			remove_key(parent, node->key);
		return 0;
	}
	replace(make(mem, &p, i, node, new_value->file), new_value);
	return 0;
}
